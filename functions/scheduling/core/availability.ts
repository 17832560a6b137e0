import { dayMillis, minuteMillis, weekdayOfEpochDay, type ZoneClock } from '../../platform/time.ts';
import type { MinuteRange, WeeklyRule } from './types.ts';

/** What is wrong with a rule, for the person who typed it. `index` is its place in the list. */
export interface RuleFault {
  readonly index: number;
  readonly code: 'weekday-unknown' | 'time-malformed' | 'range-empty' | 'rules-overlap';
}

const timeShape = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const minutesPerDay = dayMillis / minuteMillis;

/** Minutes since midnight of `HH:MM`. `24:00` is the end of the day, so only a rule's `to` may say it. */
const minuteOfDay = (text: string): number | undefined => {
  if (text === '24:00') return minutesPerDay;
  return timeShape.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : undefined;
};

/**
 * Checks weekly rules: ISO weekdays, `HH:MM` with `from` before `to`, no two rules of a day overlapping (touching is
 * fine). An empty list is fine: the provider takes no visits.
 */
export const checkWeeklyRules = (rules: readonly WeeklyRule[]): readonly RuleFault[] => {
  const faults: RuleFault[] = [];
  const sound: { weekday: number; from: number; to: number }[] = [];
  for (const [index, rule] of rules.entries()) {
    const from = minuteOfDay(rule.from);
    const to = minuteOfDay(rule.to);
    if (!Number.isInteger(rule.weekday) || rule.weekday < 1 || rule.weekday > 7) {
      faults.push({ index, code: 'weekday-unknown' });
    } else if (from === undefined || to === undefined) {
      faults.push({ index, code: 'time-malformed' });
    } else if (from >= to) {
      faults.push({ index, code: 'range-empty' });
    } else if (sound.some((other) => other.weekday === rule.weekday && from < other.to && other.from < to)) {
      faults.push({ index, code: 'rules-overlap' });
    } else {
      sound.push({ weekday: rule.weekday, from, to });
    }
  }
  return faults;
};

/** A rule's hours as minutes since midnight. */
interface DayHours {
  readonly from: number;
  readonly to: number;
}

/** Weekly rules read once, so that a search over many days does not parse text for each. */
export interface WeeklyHours {
  /** Sorted hours of an ISO weekday. */
  of(weekday: number): readonly DayHours[];
}

const noHours: readonly DayHours[] = [];

/** Reads validated rules. A malformed one is a programming error. */
export const weeklyHours = (rules: readonly WeeklyRule[]): WeeklyHours => {
  const days = new Map<number, DayHours[]>();
  for (const rule of rules) {
    const from = minuteOfDay(rule.from);
    const to = minuteOfDay(rule.to);
    if (from === undefined || to === undefined) throw new RangeError('A weekly rule was not validated.');
    const hours = days.get(rule.weekday) ?? [];
    hours.push({ from, to });
    days.set(rule.weekday, hours);
  }
  for (const hours of days.values()) hours.sort((a, b) => a.from - b.from);
  return { of: (weekday) => days.get(weekday) ?? noHours };
};

/** A local day in epoch minutes: 23, 24 or 25 hours of them. */
export const localDay = (epochDay: number, clock: ZoneClock): MinuteRange => ({
  startEpochMinute: firstMinute(clock.dayStartMillis(epochDay)),
  endEpochMinute: firstMinute(clock.dayStartMillis(epochDay + 1)),
});

/** The first whole minute at or after an instant (some offsets of the past had seconds). */
const firstMinute = (epochMillis: number): number => Math.ceil(epochMillis / minuteMillis);

/**
 * The open intervals of one local day, sorted, apart from each other. On a day of a clock change the wall clock rules:
 * a bound that the change skips moves forward by its length, one that happens twice means the first; hours that the
 * change skips whole are not worked. Nothing reaches out of the day (a zone may skip a whole one).
 */
export const openIntervals = (hours: WeeklyHours, epochDay: number, clock: ZoneClock): readonly MinuteRange[] => {
  const rules = hours.of(weekdayOfEpochDay(epochDay));
  if (rules.length === 0) return [];
  const day = localDay(epochDay, clock);
  const open: MinuteRange[] = [];
  for (const rule of rules) {
    const startEpochMinute = Math.max(day.startEpochMinute, bound(rule.from, epochDay, clock));
    const to = rule.to === minutesPerDay ? day.endEpochMinute : bound(rule.to, epochDay, clock);
    const endEpochMinute = Math.min(day.endEpochMinute, to);
    if (startEpochMinute < endEpochMinute) open.push({ startEpochMinute, endEpochMinute });
  }
  return apart(open) ? open : merge(open);
};

/** Whether intervals are sorted and do not overlap: so on every day but that of a change which moved one into another. */
const apart = (intervals: readonly MinuteRange[]): boolean =>
  intervals.every((interval, i) => i === 0 || (intervals[i - 1]?.endEpochMinute ?? 0) <= interval.startEpochMinute);

const merge = (intervals: readonly MinuteRange[]): readonly MinuteRange[] => {
  const merged: MinuteRange[] = [];
  for (const interval of intervals.toSorted((a, b) => a.startEpochMinute - b.startEpochMinute)) {
    const last = merged.at(-1);
    if (last === undefined || interval.startEpochMinute >= last.endEpochMinute) {
      merged.push(interval);
    } else {
      const endEpochMinute = Math.max(last.endEpochMinute, interval.endEpochMinute);
      merged[merged.length - 1] = { startEpochMinute: last.startEpochMinute, endEpochMinute };
    }
  }
  return merged;
};

const bound = (minutes: number, epochDay: number, clock: ZoneClock): number =>
  firstMinute(clock.epochMillisOf(epochDay * dayMillis + minutes * minuteMillis));
