import { Temporal } from 'temporal-polyfill';
import { epochDayOf, instantOfWallTime, minuteMillis, wallTimeOf, zoneClock } from '../../platform/time.ts';
import { localDay, openIntervals, workingHours } from './availability.ts';
import { overlaps } from './day-sheet.ts';
import type { BusyInterval, DaySheet, MinuteRange, VisitTime } from './types.ts';
import { minuteRangeOf, type ProviderHours, visitTime } from './visit-time.ts';

/**
 * A visit is agreed as a wall time in a zone, and kept as an instant too. When the time-zone data changes (a state stops
 * changing its clocks), the instants of visits that were booked before are no longer what their wall times mean.
 */

/**
 * The time a visit's wall time means by the zone data of this process; undefined while the stored instant still shows
 * that wall time (a visit in the second of two equal hours included). Its length stays.
 * @throws RangeError for a zone that this process does not know
 */
export const rederive = (time: VisitTime): VisitTime | undefined => {
  const start = Temporal.Instant.from(time.start);
  if (wallTimeOf(start, time.zone) === time.wallTime) return undefined;
  const startEpochMinute = instantOfWallTime(time.wallTime, time.zone).epochMilliseconds / minuteMillis;
  const stored = minuteRangeOf(time);
  const minutes = stored.endEpochMinute - stored.startEpochMinute;
  return visitTime({ startEpochMinute, endEpochMinute: startEpochMinute + minutes }, time.zone);
};

/** How many minutes later a visit is by the new time; negative when it is earlier. */
export const minutesLater = (before: Pick<VisitTime, 'start'>, after: Pick<VisitTime, 'start'>): number =>
  (Date.parse(after.start) - Date.parse(before.start)) / minuteMillis;

/** Whether a provider works for the whole of a visit: hours, breaks, closures and exceptions as they are now. */
export const isInHours = (provider: ProviderHours, time: Pick<VisitTime, 'start' | 'end'>): boolean => {
  const visit = minuteRangeOf(time);
  const clock = zoneClock(provider.zone);
  const epochDay = clock.epochDayAt(visit.startEpochMinute * minuteMillis);
  return openIntervals(workingHours(provider), epochDay, clock).some(
    (open) => open.startEpochMinute <= visit.startEpochMinute && visit.endEpochMinute <= open.endEpochMinute,
  );
};

/**
 * The order in which visits that move can follow each other into time that the one before has left: those that become
 * earlier from the first on, those that become later from the last on.
 */
export const inOrderOfMove = <T extends { readonly before: VisitTime; readonly after: VisitTime }>(
  moves: readonly T[],
): readonly T[] => {
  const [earlier, later] = [moves.filter(isEarlier), moves.filter((move) => !isEarlier(move))];
  return [
    ...earlier.toSorted((a, b) => compare(a.before.start, b.before.start)),
    ...later.toSorted((a, b) => compare(b.before.start, a.before.start)),
  ];
};

const isEarlier = ({ before, after }: { readonly before: VisitTime; readonly after: VisitTime }): boolean =>
  minutesLater(before, after) < 0;

export type ShiftDecision =
  /** The sheets to write, each one revision on. */
  | { readonly ok: true; readonly sheets: readonly DaySheet[] }
  | { readonly ok: false; readonly code: 'slot-taken' | 'outside-day' | 'not-on-sheet' };

export interface Shift {
  /** The sheet the holder is on. */
  readonly from: DaySheet;
  /** The sheet of the new time; the same object as `from` where the day stays. */
  readonly to: DaySheet;
  readonly heldBy: string;
  readonly minutes: number;
  /** Who shares its group session and moves as well. */
  readonly mates: ReadonlySet<string>;
}

/**
 * Moves what a holder has, buffers and all, by some minutes: on one sheet, or from one day's to another's. Mates are no
 * obstacle, nor is the provider's own calendar: the visit was there already.
 */
export const shiftHeld = ({ from, to, heldBy, minutes, mates }: Shift): ShiftDecision => {
  const held = from.busy.find((interval) => interval.heldBy === heldBy);
  if (held === undefined) return { ok: false, code: 'not-on-sheet' };
  const shifted = {
    ...held,
    startEpochMinute: held.startEpochMinute + minutes,
    endEpochMinute: held.endEpochMinute + minutes,
  };
  const day = localDay(epochDayOf(to.date), zoneClock(to.zone));
  if (shifted.startEpochMinute < day.startEpochMinute || shifted.endEpochMinute > day.endEpochMinute) {
    return { ok: false, code: 'outside-day' };
  }
  const others = to.busy.filter((interval) => interval.heldBy !== heldBy);
  const isInTheWay = (other: BusyInterval): boolean => !mates.has(other.heldBy) && overlaps(other, shifted);
  if (others.some(isInTheWay)) return { ok: false, code: 'slot-taken' };
  const taken = { ...to, rev: to.rev + 1, busy: [...others, shifted].sort(byStart) };
  if (from === to) return { ok: true, sheets: [taken] };
  const left = { ...from, rev: from.rev + 1, busy: from.busy.filter((interval) => interval.heldBy !== heldBy) };
  return { ok: true, sheets: [left, taken] };
};

const byStart = (a: MinuteRange, b: MinuteRange): number => a.startEpochMinute - b.startEpochMinute;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
