import { dateOfEpochDay, epochDayOf, minuteMillis, zoneClock } from '../../platform/time.ts';
import { localDay } from './availability.ts';
import { busyTimesOf, type MillisRange } from './calendar/busy-times.ts';
import { calendarLimits } from './calendar/fault.ts';
import { type CalendarComponent, propertyOf, readCalendar } from './calendar/read-calendar.ts';
import { zonesOf } from './calendar/zones.ts';
import type { MinuteRange } from './types.ts';

export interface ExternalBusyQuestion {
  /** An iCalendar file (RFC 5545). */
  readonly text: string;
  /** The provider's zone: of whole days, and of times without a zone. */
  readonly zone: string;
  /** Local dates, both included. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** Events the clinic itself published (its visits, come back by a subscription) do not count a second time. */
  readonly isOwnUid: (uid: string) => boolean;
}

/**
 * When an outside calendar says that a provider is busy, by local date: sorted, apart from each other, each within its day. Dates
 * without anything are left out.
 * @throws CalendarFault when the calendar cannot be read; the work done before is bounded by `calendarLimits`
 */
export const externalBusy = (question: ExternalBusyQuestion): ReadonlyMap<string, readonly MinuteRange[]> => {
  const components = readCalendar(question.text);
  const zones = zonesOf(components, question.zone);
  const clock = zoneClock(question.zone);
  const days = { first: epochDayOf(question.firstDate), last: epochDayOf(question.lastDate) };
  const within = { startMillis: clock.dayStartMillis(days.first), endMillis: clock.dayStartMillis(days.last + 1) };
  const budget = { occurrences: calendarLimits.occurrences };
  const busy = [...eventsByUid(components, question.isOwnUid).values()].flatMap((event) =>
    busyTimesOf(event, zones, within, budget),
  );
  return byDay(merged(busy.map(toMinutes)), days, question.zone);
};

/** The components of each event. One without a UID is an event of its own. */
const eventsByUid = (
  components: readonly CalendarComponent[],
  isOwnUid: (uid: string) => boolean,
): ReadonlyMap<string, readonly CalendarComponent[]> => {
  const events = new Map<string, CalendarComponent[]>();
  for (const [index, component] of components.entries()) {
    if (component.name !== 'vevent') continue;
    const [uid] = propertyOf(component, 'uid')?.values ?? [];
    if (typeof uid === 'string' && isOwnUid(uid)) continue;
    const key = typeof uid === 'string' ? `uid ${uid}` : `none ${index}`;
    const event = events.get(key);
    if (event === undefined) events.set(key, [component]);
    else event.push(component);
  }
  return events;
};

/** Every minute that is touched is taken. */
const toMinutes = ({ startMillis, endMillis }: MillisRange): MinuteRange => ({
  startEpochMinute: Math.floor(startMillis / minuteMillis),
  endEpochMinute: Math.ceil(endMillis / minuteMillis),
});

const merged = (ranges: readonly MinuteRange[]): readonly MinuteRange[] => {
  const result: MinuteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.startEpochMinute - b.startEpochMinute)) {
    const last = result.at(-1);
    if (last === undefined || range.startEpochMinute > last.endEpochMinute) result.push(range);
    else if (range.endEpochMinute > last.endEpochMinute) {
      result[result.length - 1] = { startEpochMinute: last.startEpochMinute, endEpochMinute: range.endEpochMinute };
    }
  }
  return result;
};

const byDay = (
  ranges: readonly MinuteRange[],
  days: { readonly first: number; readonly last: number },
  zone: string,
): ReadonlyMap<string, readonly MinuteRange[]> => {
  const clock = zoneClock(zone);
  const result = new Map<string, readonly MinuteRange[]>();
  for (let epochDay = days.first; epochDay <= days.last; epochDay += 1) {
    const day = localDay(epochDay, clock);
    const ofDay = ranges.flatMap((range) => {
      const startEpochMinute = Math.max(range.startEpochMinute, day.startEpochMinute);
      const endEpochMinute = Math.min(range.endEpochMinute, day.endEpochMinute);
      return startEpochMinute < endEpochMinute ? [{ startEpochMinute, endEpochMinute }] : [];
    });
    if (ofDay.length > 0) result.set(dateOfEpochDay(epochDay), ofDay);
  }
  return result;
};
