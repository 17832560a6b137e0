import type { Temporal } from 'temporal-polyfill';
import type { Id } from '../../platform/ids.ts';
import { epochDayOf, zoneClock } from '../../platform/time.ts';
import { localDay } from './availability.ts';
import type { BusyInterval, DaySheet, MinuteRange, ResourceId } from './types.ts';

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

/** What time is taken for. */
export interface Purpose {
  readonly typeId?: Id<'appointmentType'> | undefined;
  /** How many of one type share one stretch of time. @default 1 */
  readonly capacity?: number | undefined;
  /** From this second on the time is free again: a hold. @default never */
  readonly expiresAtEpochSecond?: number | undefined;
}

const alone: Purpose = {};

/** A day on which nothing was ever booked. */
export const emptySheet = (providerId: ResourceId, date: string, zone: string): DaySheet => ({
  providerId,
  date,
  zone,
  rev: 0,
  busy: [],
});

/** The sheet without the holds that have expired: what counts. Its `rev` stays, because nothing was written. */
export const withoutExpired = (sheet: DaySheet, now: Temporal.Instant): DaySheet => {
  const busy = sheet.busy.filter(
    ({ expiresAtEpochSecond }) =>
      expiresAtEpochSecond === undefined || expiresAtEpochSecond * 1000 > now.epochMilliseconds,
  );
  return busy.length === sheet.busy.length ? sheet : { ...sheet, busy };
};

/**
 * Takes time of a day for one holder. The time must be free and within the local day: a visit never crosses the
 * provider's midnight, so one booking is always one sheet and one condition guards it (hours end within a day too).
 */
export const occupy = (
  sheet: DaySheet,
  range: MinuteRange,
  heldBy: string,
  purpose: Purpose = alone,
): OccupyDecision => {
  if (sheet.busy.some((interval) => interval.heldBy === heldBy)) return { ok: false, code: 'already-held' };
  return insert(sheet, range, heldBy, purpose);
};

/** Gives back all that a holder has of a day. The sheet itself comes back if the holder has nothing. */
export const release = (sheet: DaySheet, heldBy: string): DaySheet => {
  const busy = sheet.busy.filter((interval) => interval.heldBy !== heldBy);
  return busy.length === sheet.busy.length ? sheet : { ...sheet, rev: sheet.rev + 1, busy };
};

/** Moves a holder's time within one day, as one change: the new time may overlap the old. */
export const move = (sheet: DaySheet, range: MinuteRange, heldBy: string, purpose: Purpose = alone): OccupyDecision =>
  insert({ ...sheet, busy: sheet.busy.filter((interval) => interval.heldBy !== heldBy) }, range, heldBy, purpose);

/**
 * Closes a whole day: from now on nobody can take time of it, whatever they know of the provider's hours. What is booked
 * stays until somebody cancels it. The sheet itself comes back if the same leave closes it already.
 */
export const closeSheet = (sheet: DaySheet, heldBy: Id<'availabilityException'>): DaySheet => {
  if (sheet.busy.some((interval) => interval.heldBy === heldBy)) return sheet;
  const { startEpochMinute, endEpochMinute } = localDay(epochDayOf(sheet.date), zoneClock(sheet.zone));
  const busy = [{ startEpochMinute, endEpochMinute, heldBy }, ...sheet.busy];
  return { ...sheet, rev: sheet.rev + 1, busy };
};

/**
 * Whether a stretch of the day is free for anyone, or for `heldBy`, whose own time then counts as free. A stretch that
 * a group session of the same type has exactly is free while the session has room.
 */
export const isFree = (sheet: DaySheet, range: MinuteRange, heldBy?: string, purpose: Purpose = alone): boolean => {
  if (sheet.external?.some((interval) => overlaps(interval, range))) return false;
  let beside = 0;
  for (const interval of sheet.busy) {
    if (interval.heldBy === heldBy || !overlaps(interval, range)) continue;
    if (!isSameSession(interval, range, purpose)) return false;
    beside += 1;
  }
  return beside === 0 || beside < (purpose.capacity ?? 1);
};

/** Whether a stretch on the sheet is a session of the same type at exactly the same time. */
const isSameSession = (interval: BusyInterval, range: MinuteRange, { typeId }: Purpose): boolean =>
  typeId !== undefined &&
  interval.typeId === typeId &&
  interval.startEpochMinute === range.startEpochMinute &&
  interval.endEpochMinute === range.endEpochMinute;

/** How many visits of a type a day has: a group session counts once, what `except` holds does not. */
export const countOfType = (sheet: DaySheet, typeId: Id<'appointmentType'>, except?: string): number =>
  new Set(
    sheet.busy
      .filter((interval) => interval.typeId === typeId && interval.heldBy !== except)
      .map((interval) => interval.startEpochMinute),
  ).size;

/** Whether a type's time on a day is shared already: another visit may join without being one more of the day. */
export const joinsSession = (sheet: DaySheet, range: MinuteRange, purpose: Purpose, except?: string): boolean =>
  sheet.busy.some((interval) => interval.heldBy !== except && isSameSession(interval, range, purpose));

/** Whether two half-open stretches share a minute. Touching is not overlapping. */
export const overlaps = (a: MinuteRange, b: MinuteRange): boolean =>
  a.startEpochMinute < b.endEpochMinute && b.startEpochMinute < a.endEpochMinute;

/** Whether a stretch lies within the local day of a sheet. */
export const isWithinDay = (sheet: Pick<DaySheet, 'date' | 'zone'>, range: MinuteRange): boolean => {
  const day = localDay(epochDayOf(sheet.date), zoneClock(sheet.zone));
  return day.startEpochMinute <= range.startEpochMinute && range.endEpochMinute <= day.endEpochMinute;
};

const insert = (sheet: DaySheet, range: MinuteRange, heldBy: string, purpose: Purpose): OccupyDecision => {
  const { startEpochMinute, endEpochMinute } = range;
  if (!Number.isInteger(startEpochMinute) || !Number.isInteger(endEpochMinute) || startEpochMinute >= endEpochMinute) {
    return { ok: false, code: 'interval-invalid' };
  }
  if (!isWithinDay(sheet, range)) return { ok: false, code: 'outside-day' };
  if (!isFree(sheet, range, heldBy, purpose)) return { ok: false, code: 'slot-taken' };
  const { typeId, expiresAtEpochSecond } = purpose;
  const taken: BusyInterval = {
    startEpochMinute,
    endEpochMinute,
    heldBy,
    ...(typeId === undefined ? {} : { typeId }),
    ...(expiresAtEpochSecond === undefined ? {} : { expiresAtEpochSecond }),
  };
  const busy = [...sheet.busy, taken].sort((a, b) => a.startEpochMinute - b.startEpochMinute);
  return { ok: true, sheet: { ...sheet, rev: sheet.rev + 1, busy } };
};
