import { dayMillis, epochDayOf, minuteMillis, weekdayOfEpochDay, type ZoneClock } from '../../platform/time.ts';
import type { AvailabilityException, Closure, MinuteRange, Provider, WeeklyRule } from './types.ts';

/** What is wrong with a rule, for the person who typed it. `index` is its place in the list. */
export interface RuleFault {
  readonly index: number;
  readonly code: 'weekday-unknown' | 'time-malformed' | 'range-empty' | 'dates-reversed' | 'rules-overlap';
}

const timeShape = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const minutesPerDay = dayMillis / minuteMillis;

/** Minutes since midnight of `HH:MM`. `24:00` is the end of the day, so only a rule's `to` may say it. */
const minuteOfDay = (text: string): number | undefined => {
  if (text === '24:00') return minutesPerDay;
  return timeShape.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : undefined;
};

/**
 * Checks weekly rules: ISO weekdays, `HH:MM` with `from` before `to`, the dates in order, no two rules of a day
 * overlapping on a date both are in effect (touching is fine). An empty list is fine: the provider takes no visits.
 */
export const checkWeeklyRules = (rules: readonly WeeklyRule[]): readonly RuleFault[] => {
  const faults: RuleFault[] = [];
  const sound: (DayHours & { readonly weekday: number })[] = [];
  for (const [index, rule] of rules.entries()) {
    const hours = hoursOf(rule);
    if (!Number.isInteger(rule.weekday) || rule.weekday < 1 || rule.weekday > 7) {
      faults.push({ index, code: 'weekday-unknown' });
    } else if (hours === undefined) {
      faults.push({ index, code: 'time-malformed' });
    } else if (hours.from >= hours.to) {
      faults.push({ index, code: 'range-empty' });
    } else if (hours.firstDay > hours.lastDay) {
      faults.push({ index, code: 'dates-reversed' });
    } else if (sound.some((other) => other.weekday === rule.weekday && clash(hours, other))) {
      faults.push({ index, code: 'rules-overlap' });
    } else {
      sound.push({ ...hours, weekday: rule.weekday });
    }
  }
  return faults;
};

/** A rule's hours as minutes since midnight, and the days it is in effect. */
interface DayHours {
  readonly from: number;
  readonly to: number;
  readonly firstDay: number;
  readonly lastDay: number;
}

const clash = (a: DayHours, b: DayHours): boolean =>
  a.from < b.to && b.from < a.to && a.firstDay <= b.lastDay && b.firstDay <= a.lastDay;

/** Undefined when a time is malformed. */
const hoursOf = (rule: Pick<WeeklyRule, 'from' | 'to' | 'effectiveFrom' | 'effectiveTo'>): DayHours | undefined => {
  const from = minuteOfDay(rule.from);
  const to = minuteOfDay(rule.to);
  if (from === undefined || to === undefined) return undefined;
  return {
    from,
    to,
    firstDay: rule.effectiveFrom === undefined ? Number.NEGATIVE_INFINITY : epochDayOf(rule.effectiveFrom),
    lastDay: rule.effectiveTo === undefined ? Number.POSITIVE_INFINITY : epochDayOf(rule.effectiveTo),
  };
};

/** All that says when a provider works, validated. */
export type WorkingTimes = Pick<Provider, 'availability'> & {
  readonly breaks?: readonly WeeklyRule[] | undefined;
  readonly exceptions?: readonly AvailabilityException[] | undefined;
  readonly closures?: readonly Closure[] | undefined;
};

/** Hours of some dates, or of the whole of them. */
interface DatedHours extends DayHours {
  readonly isWholeDay: boolean;
}

/** Working times read once, so that a search over many days does not parse text for each. */
export interface WorkingHours {
  /** Sorted hours of an ISO weekday. */
  readonly weekly: Weekly;
  readonly breaks: Weekly;
  readonly closed: readonly DatedHours[];
  readonly extra: readonly DatedHours[];
  readonly away: readonly DatedHours[];
  /** Whether there is anything but weekly hours. */
  readonly isPlain: boolean;
}

type Weekly = ReadonlyMap<number, readonly DayHours[]>;

/** Reads validated working times. A malformed one is a programming error. */
export const workingHours = (times: WorkingTimes): WorkingHours => {
  const { availability, breaks = [], exceptions = [], closures = [] } = times;
  return {
    weekly: weeklyOf(availability),
    breaks: weeklyOf(breaks),
    closed: closures.map(datedOf),
    extra: exceptions.filter(({ kind }) => kind === 'extra').map(datedOf),
    away: exceptions.filter(({ kind }) => kind === 'away').map(datedOf),
    isPlain: breaks.length + exceptions.length + closures.length === 0,
  };
};

const weeklyOf = (rules: readonly WeeklyRule[]): Weekly => {
  const days = new Map<number, DayHours[]>();
  for (const rule of rules) {
    const read = hoursOf(rule);
    if (read === undefined) throw new RangeError('A weekly rule was not validated.');
    const hours = days.get(rule.weekday) ?? [];
    hours.push(read);
    days.set(rule.weekday, hours);
  }
  for (const hours of days.values()) hours.sort((a, b) => a.from - b.from);
  return days;
};

const datedOf = (dated: Pick<Closure, 'firstDate' | 'lastDate' | 'from' | 'to'>): DatedHours => {
  const read = hoursOf({
    from: dated.from ?? '00:00',
    to: dated.to ?? '24:00',
    effectiveFrom: dated.firstDate,
    effectiveTo: dated.lastDate,
  });
  if (read === undefined) throw new RangeError('Hours of a date were not validated.');
  return { ...read, isWholeDay: dated.from === undefined };
};

/** A local day in epoch minutes: 23, 24 or 25 hours of them. */
export const localDay = (epochDay: number, clock: ZoneClock): MinuteRange => ({
  startEpochMinute: firstMinute(clock.dayStartMillis(epochDay)),
  endEpochMinute: firstMinute(clock.dayStartMillis(epochDay + 1)),
});

/** The first whole minute at or after an instant (some offsets of the past had seconds). */
const firstMinute = (epochMillis: number): number => Math.ceil(epochMillis / minuteMillis);

/**
 * The open intervals of one local day, sorted, apart from each other: the weekly hours in effect without the breaks and
 * the clinic's closures, with the extra hours of the date, without what the provider is away. On a day of a clock change
 * the wall clock rules: a bound that the change skips moves forward by its length, one that happens twice means the
 * first; hours that the change skips whole are not worked. Nothing reaches out of the day (a zone may skip a whole one).
 */
export const openIntervals = (hours: WorkingHours, epochDay: number, clock: ZoneClock): readonly MinuteRange[] => {
  const weekday = weekdayOfEpochDay(epochDay);
  const weekly = hours.weekly.get(weekday) ?? noHours;
  if (hours.isPlain) return weekly.length === 0 ? noIntervals : intervalsOf(weekly, epochDay, clock);
  const closed = hours.closed.some(isWholeDayOn(epochDay))
    ? []
    : without(
        without(
          intervalsOf(weekly, epochDay, clock),
          intervalsOf(hours.breaks.get(weekday) ?? noHours, epochDay, clock),
        ),
        intervalsOf(hours.closed, epochDay, clock),
      );
  if (hours.away.some(isWholeDayOn(epochDay))) return noIntervals;
  const extra = intervalsOf(hours.extra, epochDay, clock);
  const open = extra.length === 0 ? closed : merge([...closed, ...extra]);
  return without(open, intervalsOf(hours.away, epochDay, clock));
};

/** The minutes of one local day that a leave or a closure takes. */
export const datedIntervals = (
  dated: Pick<Closure, 'firstDate' | 'lastDate' | 'from' | 'to'>,
  epochDay: number,
  clock: ZoneClock,
): readonly MinuteRange[] => intervalsOf([datedOf(dated)], epochDay, clock);

const noHours: readonly DayHours[] = [];
const noIntervals: readonly MinuteRange[] = [];

const isOn = (hours: DayHours, epochDay: number): boolean => hours.firstDay <= epochDay && epochDay <= hours.lastDay;

const isWholeDayOn =
  (epochDay: number) =>
  (hours: DatedHours): boolean =>
    hours.isWholeDay && isOn(hours, epochDay);

const intervalsOf = (list: readonly DayHours[], epochDay: number, clock: ZoneClock): readonly MinuteRange[] => {
  const intervals: MinuteRange[] = [];
  let day: MinuteRange | undefined;
  for (const hours of list) {
    if (!isOn(hours, epochDay)) continue;
    day ??= localDay(epochDay, clock);
    const startEpochMinute = Math.max(day.startEpochMinute, bound(hours.from, epochDay, clock));
    const to = hours.to === minutesPerDay ? day.endEpochMinute : bound(hours.to, epochDay, clock);
    const endEpochMinute = Math.min(day.endEpochMinute, to);
    if (startEpochMinute < endEpochMinute) intervals.push({ startEpochMinute, endEpochMinute });
  }
  return apart(intervals) ? intervals : merge(intervals);
};

/** What is left of sorted, separate intervals when others are taken out. */
const without = (intervals: readonly MinuteRange[], taken: readonly MinuteRange[]): readonly MinuteRange[] => {
  let left = intervals;
  for (const cut of taken) {
    const pieces: MinuteRange[] = [];
    for (const interval of left) {
      const { startEpochMinute, endEpochMinute } = interval;
      if (cut.endEpochMinute <= startEpochMinute || endEpochMinute <= cut.startEpochMinute) {
        pieces.push(interval);
        continue;
      }
      if (startEpochMinute < cut.startEpochMinute) {
        pieces.push({ startEpochMinute, endEpochMinute: cut.startEpochMinute });
      }
      if (cut.endEpochMinute < endEpochMinute) pieces.push({ startEpochMinute: cut.endEpochMinute, endEpochMinute });
    }
    left = pieces;
  }
  return left;
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
