import { dateOfEpochDay, epochDayOf } from '../../platform/time.ts';
import { type CareCounts, standsAfterHours, staysOpenHours } from './figures.ts';

/** A day as far as it matters for counting it again. */
export interface CountedDay {
  readonly date: string;
  readonly countedAt: string;
  readonly stands: boolean;
}

/** How far back days are counted that were missed: a month, and the days until its last one stands. */
export const daysToReach = 40;
const hourMillis = 3_600_000;

/** The dates from one to another, both included. */
export const datesFrom = (first: string, last: string): readonly string[] => {
  const from = epochDayOf(first);
  return Array.from({ length: Math.max(0, epochDayOf(last) - from + 1) }, (_, index) => dateOfEpochDay(from + index));
};

export const daysBefore = (date: string, days: number): string => dateOfEpochDay(epochDayOf(date) - days);

/** The first and the last date of a month, `2026-11`. */
export const monthBounds = (month: string): { readonly from: string; readonly to: string } => {
  const from = `${month}-01`;
  const next = dateOfEpochDay(epochDayOf(from) + 31).slice(0, 7);
  return { from, to: daysBefore(`${next}-01`, 1) };
};

/** The month before that of a date. */
export const monthBefore = (date: string): string => daysBefore(`${date.slice(0, 7)}-01`, 1).slice(0, 7);

/** So many months before that of a date, oldest first. */
export const monthsBefore = (date: string, count: number): readonly string[] => {
  const months: string[] = [];
  for (let month = monthBefore(date); months.length < count; month = monthBefore(`${month}-01`)) months.unshift(month);
  return months;
};

/** Whether a day counted at an instant is counted for the last time: not while something of it is open, for four weeks. */
export const standsAt = (
  dayEndMillis: number,
  nowMillis: number,
  { redFlagOpenSeconds, visitsUndecided }: Pick<CareCounts, 'redFlagOpenSeconds' | 'visitsUndecided'>,
): boolean => {
  const isOpen = redFlagOpenSeconds.length > 0 || visitsUndecided > 0;
  return nowMillis >= dayEndMillis + (isOpen ? staysOpenHours : standsAfterHours) * hourMillis;
};

/**
 * The dates that are to be counted: today and yesterday each time; older ones once a day until they stand; and whatever was
 * missed, so that an hour, or a week, without a run leaves no gap.
 * @param endOf the instant a local day ends, in epoch milliseconds
 */
export const datesToCount = (
  counted: readonly CountedDay[],
  today: string,
  endOf: (date: string) => number,
): readonly string[] => {
  const known = new Map(counted.map((day) => [day.date, day]));
  const yesterday = daysBefore(today, 1);
  const yesterdaysEnd = endOf(yesterday);
  return datesFrom(daysBefore(today, daysToReach - 1), today).filter((date) => {
    const day = known.get(date);
    if (day === undefined || date >= yesterday) return true;
    return !day.stands && Date.parse(day.countedAt) < yesterdaysEnd;
  });
};
