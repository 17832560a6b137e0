import type { Id } from '../../platform/ids.ts';
import { epochDayOf, zoneClock } from '../../platform/time.ts';
import { localDay } from './availability.ts';
import type { BusyInterval, DaySheet, MinuteRange } from './types.ts';

/** Why time cannot be taken. */
export type OccupyRefusal =
  /** Something else has some of that time. */
  | 'slot-taken'
  /** The same holder has time on this day already: move it instead. */
  | 'already-held'
  /** Not a stretch of whole minutes with its start before its end. */
  | 'interval-invalid'
  /** Reaches out of the local day. */
  | 'outside-day';

export type OccupyDecision =
  | { readonly ok: true; readonly sheet: DaySheet }
  | { readonly ok: false; readonly code: OccupyRefusal };

/** A day on which nothing was ever booked. */
export const emptySheet = (providerId: Id<'provider'>, date: string, zone: string): DaySheet => ({
  providerId,
  date,
  zone,
  rev: 0,
  busy: [],
});

/**
 * Takes time of a day for one holder. The time must be free and within the local day: a visit never crosses the
 * provider's midnight, so one booking is always one sheet and one condition guards it (hours end within a day too).
 */
export const occupy = (sheet: DaySheet, range: MinuteRange, heldBy: string): OccupyDecision => {
  if (sheet.busy.some((interval) => interval.heldBy === heldBy)) return { ok: false, code: 'already-held' };
  return insert(sheet, range, heldBy);
};

/** Gives back all that a holder has of a day. The sheet itself comes back if the holder has nothing. */
export const release = (sheet: DaySheet, heldBy: string): DaySheet => {
  const busy = sheet.busy.filter((interval) => interval.heldBy !== heldBy);
  return busy.length === sheet.busy.length ? sheet : { ...sheet, rev: sheet.rev + 1, busy };
};

/** Moves a holder's time within one day, as one change: the new time may overlap the old. */
export const move = (sheet: DaySheet, range: MinuteRange, heldBy: string): OccupyDecision =>
  insert({ ...sheet, busy: sheet.busy.filter((interval) => interval.heldBy !== heldBy) }, range, heldBy);

/** Whether a stretch of the day is free for anyone, or for `heldBy`, whose own time then counts as free. */
export const isFree = (sheet: DaySheet, range: MinuteRange, heldBy?: string): boolean =>
  !sheet.busy.some((interval) => interval.heldBy !== heldBy && overlaps(interval, range));

/** Whether two half-open stretches share a minute. Touching is not overlapping. */
export const overlaps = (a: MinuteRange, b: MinuteRange): boolean =>
  a.startEpochMinute < b.endEpochMinute && b.startEpochMinute < a.endEpochMinute;

const insert = (sheet: DaySheet, range: MinuteRange, heldBy: string): OccupyDecision => {
  const { startEpochMinute, endEpochMinute } = range;
  if (!Number.isInteger(startEpochMinute) || !Number.isInteger(endEpochMinute) || startEpochMinute >= endEpochMinute) {
    return { ok: false, code: 'interval-invalid' };
  }
  const day = localDay(epochDayOf(sheet.date), zoneClock(sheet.zone));
  if (startEpochMinute < day.startEpochMinute || endEpochMinute > day.endEpochMinute) {
    return { ok: false, code: 'outside-day' };
  }
  if (!isFree(sheet, range)) return { ok: false, code: 'slot-taken' };
  const taken: BusyInterval = { startEpochMinute, endEpochMinute, heldBy };
  const busy = [...sheet.busy, taken].sort((a, b) => a.startEpochMinute - b.startEpochMinute);
  return { ok: true, sheet: { ...sheet, rev: sheet.rev + 1, busy } };
};
