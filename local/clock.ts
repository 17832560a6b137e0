import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';

const clockFile = z.object({ offsetMillis: z.int() });

/** How far the local clinic's clock runs ahead of this machine's, in milliseconds. */
export function readOffsetMillis(file: string): number {
  if (!existsSync(file)) return 0;
  try {
    return clockFile.parse(JSON.parse(readFileSync(file, 'utf8'))).offsetMillis;
  } catch (cause) {
    throw new Error(`The clock file cannot be read: delete ${file} to go back to this machine's time.`, { cause });
  }
}

/** What the local clinic's clock shows. */
export const localNow = (file: string): Temporal.Instant =>
  Temporal.Now.instant().add({ milliseconds: readOffsetMillis(file) });

/** Makes the local clock show `instant` now; it runs on from there. Moved in, never half written: functions read it all the time. */
export async function setLocalClock(file: string, instant: Temporal.Instant): Promise<void> {
  const offsetMillis = instant.epochMilliseconds - Temporal.Now.instant().epochMilliseconds;
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.new`;
  await writeFile(beside, `${JSON.stringify({ offsetMillis })}\n`);
  await rename(beside, file);
}

const secondsOf = { d: 86_400, h: 3600, m: 60, s: 1 } as const;
const maximumSeconds = 366 * 86_400;

/**
 * Reads a stretch of time as people type it: `3d`, `90m`, `2h`, `3d12h`, `1d 2h 30m`; in seconds.
 * @returns undefined for anything else, for nothing at all, and for more than a year.
 */
export function parseDuration(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  if (!/^(?:\d{1,6}d)? ?(?:\d{1,6}h)? ?(?:\d{1,6}m)? ?(?:\d{1,8}s)?$/.test(typed)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of typed.matchAll(/(\d+)([dhms])/g)) {
    if (unit === 'd' || unit === 'h' || unit === 'm' || unit === 's') seconds += Number(count) * secondsOf[unit];
  }
  return seconds > 0 && seconds <= maximumSeconds ? seconds : undefined;
}
