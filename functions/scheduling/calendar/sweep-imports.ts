import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../../platform/actor.ts';
import { sha256 } from '../../platform/ids.ts';
import { inLanes } from '../../platform/lanes.ts';
import { log } from '../../platform/log.ts';
import { importShards, runningImports } from '../calendar-store.ts';
import type { CalendarImport } from '../core/calendar-import.ts';
import { type ImportDeps, importCalendar } from './import.ts';

/** Imports under way at a time: they mostly wait for others' servers. */
const lanes = 8;
/** No import is begun after this much of the five minutes: what is left comes first or second next time, by another order. */
const beginWithinMillis = 200_000;

/**
 * Reads every provider's own calendar. One that fails in a way nobody foresaw is logged and keeps no other from its turn.
 * @returns how many calendars there are
 */
export const sweepImports = async (deps: ImportDeps, now: Temporal.Instant, requestId: string): Promise<number> => {
  const startedAtMillis = performance.now();
  const all = (await Promise.all(Array.from({ length: importShards }, (_, shard) => importsOf(shard)))).flat();
  // Another order each time, so that none is always last.
  const waiting = all
    .map((imported) => ({ imported, order: sha256(`${imported.providerId} ${now.epochMilliseconds}`) }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ imported }) => imported);
  let failed = 0;
  await inLanes(waiting, lanes, async (imported) => {
    if (performance.now() - startedAtMillis > beginWithinMillis) return;
    const { clinicId } = imported;
    const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'scheduling-calendars' }, requestId, now };
    try {
      await importCalendar(deps, caller, imported);
    } catch (error) {
      failed += 1;
      log.error('calendar import failed', error, { clinicId, requestId });
    }
  });
  if (failed > 0) throw new Error('Some calendars could not be imported');
  return all.length;
};

const importsOf = async (shard: number): Promise<readonly CalendarImport[]> => {
  const found: CalendarImport[] = [];
  let cursor: string | undefined;
  do {
    const page = await runningImports(shard, { cursor });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};
