import { badFields } from '../platform/problem.ts';
import type { WantedTimes } from './core/slots.ts';

/**
 * The weekdays and times of day that were asked for, in the zone that was asked for; undefined when any will do.
 * @throws Problem `bad-input` when the times are reversed or empty
 */
export const wantedTimes = (query: {
  readonly zone?: string | undefined;
  readonly timeFrom?: string | undefined;
  readonly timeTo?: string | undefined;
  readonly weekdays?: readonly number[] | undefined;
}): WantedTimes | undefined => {
  const { zone, timeFrom, timeTo, weekdays } = query;
  if (timeFrom === undefined && timeTo === undefined && weekdays === undefined) return undefined;
  const fromMinute = minuteOfDay(timeFrom ?? '00:00');
  const toMinute = minuteOfDay(timeTo ?? '24:00');
  if (fromMinute >= toMinute) {
    const field = timeTo === undefined ? 'query.timeFrom' : 'query.timeTo';
    const message = timeTo === undefined ? 'Must be earlier than the end of the day' : 'Must be later than timeFrom';
    throw badFields([{ field, message }]);
  }
  return { zone, fromMinute, toMinute, weekdays: weekdays && new Set(weekdays) };
};

/** Minutes since midnight of a checked `HH:MM`. */
const minuteOfDay = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
