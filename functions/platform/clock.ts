import { readFileSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';

/** Where 'now' comes from. Use cases take a Clock; rules take the instant itself. */
export interface Clock {
  /** The present instant, whole milliseconds. */
  now(): Temporal.Instant;
}

/**
 * Milliseconds the local clinic's clock runs ahead of the machine's. Read on each call, because `plumbline clock
 * advance` moves the clock under warm workers. Only stage `local` ever reads it.
 */
const localOffsetMillis = (): number => {
  const path = process.env.PLUMBLINE_STAGE === 'local' ? process.env.PLUMBLINE_CLOCK_FILE : undefined;
  if (path === undefined) return 0;
  try {
    const { offsetMillis }: { readonly offsetMillis?: unknown } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(offsetMillis) ? Number(offsetMillis) : 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0; // The clock has not been moved yet.
    throw error;
  }
};

/** The one place that reads the real clock. */
export const systemClock: Clock = {
  now: () => Temporal.Instant.fromEpochMilliseconds(Date.now() + localOffsetMillis()),
};

/** What another machine's clock said, on ours: the local clinic's may run ahead of it. */
export const onOurClock = (instant: Temporal.Instant): Temporal.Instant =>
  instant.add({ milliseconds: localOffsetMillis() });

/** An instant as it is stored: UTC, whole seconds, `2026-11-24T15:00:00Z`. */
export const toStored = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' });
