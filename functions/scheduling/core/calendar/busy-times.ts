import ICAL from 'ical.js';
import { dayMillis } from '../../../platform/time.ts';
import { type CalendarTime, instantMillis, timeOfValue } from './calendar-time.ts';
import { CalendarFault } from './fault.ts';
import { type CalendarComponent, type CalendarProperty, propertyOf, ruleName, wordOf } from './read-calendar.ts';
import { type Budget, type Recurrence, readRecurrence, startsOf } from './recurrence.ts';
import type { ZonesOfCalendar } from './zones.ts';

/** A stretch of instants, in milliseconds, half open. */
export interface MillisRange {
  readonly startMillis: number;
  readonly endMillis: number;
}

/** No wall clock is further from UTC than this. */
const widestOffsetMillis = dayMillis;

/**
 * When one event (its series, and the single occurrences of it that were changed) keeps somebody busy within a stretch of time.
 * @param components all of one UID, in the file's order
 */
export const busyTimesOf = (
  components: readonly CalendarComponent[],
  zones: ZonesOfCalendar,
  within: MillisRange,
  budget: Budget,
): readonly MillisRange[] => {
  const changed = components.filter((component) => propertyOf(component, 'recurrence-id') !== undefined);
  const series = components.filter((component) => propertyOf(component, 'recurrence-id') === undefined);
  const replaced = changed.map((component) => required(propertyOf(component, 'recurrence-id')));
  return [
    ...changed.filter(keepsBusy).flatMap((event) => singleTimes(event, zones, within)),
    ...series.filter(keepsBusy).flatMap((event) => seriesTimes(event, replaced, zones, within, budget)),
  ];
};

/** Cancelled events and those shown as free take no time. */
const keepsBusy = (event: CalendarComponent): boolean =>
  wordOf(event, 'status') !== 'CANCELLED' &&
  wordOf(event, 'transp') !== 'TRANSPARENT' &&
  wordOf(event, 'x-microsoft-cdo-busystatus') !== 'FREE';

const singleTimes = (event: CalendarComponent, zones: ZonesOfCalendar, within: MillisRange): readonly MillisRange[] => {
  if (isFarFrom(event, within)) return [];
  const start = startOf(event, zones);
  return inside([occurrence(start, lengthOf(event, start, zones))], within);
};

const seriesTimes = (
  event: CalendarComponent,
  replaced: readonly CalendarProperty[],
  zones: ZonesOfCalendar,
  within: MillisRange,
  budget: Budget,
): readonly MillisRange[] => {
  const rules = valuesOf(event, ruleName).map(({ value }) => readRecurrence(String(value)));
  const extra = valuesOf(event, 'rdate');
  if (rules.length === 0 && extra.length === 0) {
    const isReplaced = replaced.length > 0 && isExcludedBy(exclusionsOf(replaced, zones))(startOf(event, zones));
    return isReplaced ? [] : singleTimes(event, zones, within);
  }
  // A series that ended long ago is not looked at, whatever zone it was in.
  if (extra.length === 0 && rules.every((rule) => endedBefore(rule, within.startMillis, event))) return [];
  const start = startOf(event, zones);
  const length = lengthOf(event, start, zones);
  const isExcluded = isExcludedBy(
    exclusionsOf([...event.properties.filter(({ name }) => name === 'exdate'), ...replaced], zones),
  );
  const starts = new Map<number, MillisRange>();
  const add = (range: MillisRange): void => {
    starts.set(range.startMillis, range);
  };
  // The start is an occurrence whether the rule names it or not, but for a series that was ended before it began.
  const isEnded = rules.length > 0 && rules.every((rule) => isPastUntil(rule, start));
  if (!isEnded && !isExcluded(start)) add(occurrence(start, length));
  for (const rule of rules) {
    for (const wallMillis of startsOf(rule, questionOf(start, length, within), budget)) {
      const next = { ...start, wallMillis };
      if (isPastUntil(rule, next)) break;
      if (!isExcluded(next)) add(occurrence(next, length));
    }
  }
  for (const { property, value } of extra) {
    const { time, length: own } = extraTime(property, value, zones);
    if (!isExcluded(time)) add(occurrence(time, own ?? length));
  }
  return inside([...starts.values()], within);
};

const required = <T>(value: T | undefined): T => {
  if (value === undefined) throw new CalendarFault('time-invalid');
  return value;
};

interface Value {
  readonly property: CalendarProperty;
  readonly value: unknown;
}

const valuesOf = (event: CalendarComponent, name: string): readonly Value[] =>
  event.properties
    .filter((property) => property.name === name)
    .flatMap((property) => property.values.map((value) => ({ property, value })));

const startOf = (event: CalendarComponent, zones: ZonesOfCalendar): CalendarTime => {
  const property = required(propertyOf(event, 'dtstart'));
  return timeOfValue(property.values[0], property, zones);
};

/** How long an event lasts: whole days for dates, else milliseconds. */
type Length = { readonly days: number } | { readonly millis: number };

const lengthOf = (event: CalendarComponent, start: CalendarTime, zones: ZonesOfCalendar): Length => {
  const end = propertyOf(event, 'dtend');
  const duration = propertyOf(event, 'duration');
  if (end !== undefined) return lengthBetween(start, timeOfValue(end.values[0], end, zones));
  if (duration !== undefined) return lengthOfDuration(duration.values[0], start);
  return start.isDate ? { days: 1 } : { millis: 0 };
};

const lengthBetween = (start: CalendarTime, end: CalendarTime): Length => {
  const days = Math.round((end.wallMillis - start.wallMillis) / dayMillis);
  // Some exporters end a day on itself.
  if (start.isDate && end.isDate) return { days: notNegative(days) || 1 };
  return { millis: notNegative(instantMillis(end) - instantMillis(start)) };
};

const lengthOfDuration = (value: unknown, start: CalendarTime): Length => {
  const text = String(value);
  if (!/^\+?P(?:\d{1,4}W|(?:\d{1,5}D)?(?:T(?=\d)(?:\d{1,6}H)?(?:\d{1,7}M)?(?:\d{1,9}S)?)?)$/i.test(text)) {
    throw new CalendarFault('time-invalid');
  }
  const millis = ICAL.Duration.fromString(text.toUpperCase()).toSeconds() * 1000;
  return start.isDate && millis % dayMillis === 0 ? { days: millis / dayMillis } : { millis };
};

const notNegative = (value: number): number => {
  if (value < 0) throw new CalendarFault('time-invalid');
  return value;
};

const occurrence = (start: CalendarTime, length: Length): MillisRange => {
  const startMillis = instantMillis(start);
  if ('millis' in length) return { startMillis, endMillis: startMillis + length.millis };
  return {
    startMillis,
    endMillis: instantMillis({ ...start, wallMillis: start.wallMillis + length.days * dayMillis }),
  };
};

const inside = (ranges: readonly MillisRange[], within: MillisRange): readonly MillisRange[] =>
  ranges.filter(
    ({ startMillis, endMillis }) =>
      startMillis < endMillis && startMillis < within.endMillis && within.startMillis < endMillis,
  );

const questionOf = (start: CalendarTime, length: Length, within: MillisRange) => ({
  startWallMillis: start.wallMillis,
  isDate: start.isDate,
  fromWallMillis:
    within.startMillis - widestOffsetMillis - ('millis' in length ? length.millis : length.days * dayMillis),
  toWallMillis: within.endMillis + widestOffsetMillis,
});

const isPastUntil = ({ until }: Recurrence, start: CalendarTime): boolean => {
  if (until === undefined) return false;
  if (until.isUtc && !start.isDate) return instantMillis(start) > until.wallMillis;
  // A bare date includes its whole day.
  if (until.isDate || start.isDate) return dayOf(start.wallMillis) > dayOf(until.wallMillis);
  return start.wallMillis > until.wallMillis;
};

const dayOf = (wallMillis: number): number => Math.floor(wallMillis / dayMillis);

/** How long an event may last and still be judged by its wall time alone. */
const ordinaryLengthMillis = 31 * dayMillis;

const endedBefore = ({ until }: Recurrence, startMillis: number, event: CalendarComponent): boolean =>
  until !== undefined &&
  until.wallMillis + ordinaryLengthMillis + 2 * widestOffsetMillis < startMillis &&
  isOrdinaryLength(event);

/** Whether a single event is so far away that not even its zone matters: old entries in odd zones are common. */
const isFarFrom = (event: CalendarComponent, within: MillisRange): boolean => {
  const start = roughMillis(propertyOf(event, 'dtstart'));
  const end = roughMillis(propertyOf(event, 'dtend'));
  if (start === undefined || end === undefined) return false;
  return end + widestOffsetMillis < within.startMillis || start - widestOffsetMillis > within.endMillis;
};

const isOrdinaryLength = (event: CalendarComponent): boolean => {
  const start = roughMillis(propertyOf(event, 'dtstart'));
  const end = roughMillis(propertyOf(event, 'dtend'));
  return start !== undefined && end !== undefined && end - start < ordinaryLengthMillis;
};

const roughMillis = (property: CalendarProperty | undefined): number | undefined => {
  const [value] = property?.values ?? [];
  const millis =
    typeof value === 'string' ? Date.parse(`${value.slice(0, 'YYYY-MM-DD'.length)}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(millis) ? undefined : millis;
};

/** A further date of a series: a time, or a period with a length of its own. */
const extraTime = (
  property: CalendarProperty,
  value: unknown,
  zones: ZonesOfCalendar,
): { readonly time: CalendarTime; readonly length?: Length } => {
  if (!Array.isArray(value)) return { time: timeOfValue(value, property, zones) };
  const [from, to] = value;
  const time = timeOfValue(from, property, zones);
  const isDuration = typeof to === 'string' && /^[+-]?P/i.test(to);
  const length = isDuration ? lengthOfDuration(to, time) : lengthBetween(time, timeOfValue(to, property, zones));
  return { time, length };
};

interface Exclusions {
  readonly instants: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly daysOfTimes: ReadonlySet<number>;
}

/**
 * The occurrences that a series does not have: excluded (EXDATE) or replaced (RECURRENCE-ID). Exchange names a day of a whole-day
 * series by its midnight; others name a time by its day.
 */
const exclusionsOf = (properties: readonly CalendarProperty[], zones: ZonesOfCalendar): Exclusions => {
  const times = properties.flatMap((property) => property.values.map((value) => timeOfValue(value, property, zones)));
  return {
    instants: new Set(times.filter(({ isDate }) => !isDate).map(instantMillis)),
    days: new Set(times.filter(({ isDate }) => isDate).map(({ wallMillis }) => dayOf(wallMillis))),
    daysOfTimes: new Set(times.map(({ wallMillis }) => dayOf(wallMillis))),
  };
};

const isExcludedBy =
  ({ instants, days, daysOfTimes }: Exclusions) =>
  (start: CalendarTime): boolean =>
    start.isDate
      ? daysOfTimes.has(dayOf(start.wallMillis))
      : instants.has(instantMillis(start)) || days.has(dayOf(start.wallMillis));
