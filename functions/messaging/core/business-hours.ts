import type { Temporal } from 'temporal-polyfill';
import type { WeekHours } from './settings.ts';

const endOfDay = '24:00';

const hoursOf = (hours: readonly WeekHours[], { dayOfWeek }: Temporal.PlainDate): readonly WeekHours[] =>
  hours.filter(({ weekday }) => weekday === dayOfWeek);

const clockOf = (local: Temporal.ZonedDateTime): string =>
  local.toPlainTime().toString({ smallestUnit: 'minute', roundingMode: 'trunc' });

/** Whether people answer at that moment, by the week of the clinic's own zone. */
export const isStaffed = (now: Temporal.Instant, zone: string, hours: readonly WeekHours[]): boolean => {
  const local = now.toZonedDateTimeISO(zone);
  const clock = clockOf(local);
  return hoursOf(hours, local.toPlainDate()).some(({ from, to }) => from <= clock && (to === endOfDay || clock < to));
};

/** On a day without hours, the night before ends here. */
const morning = '06:00';

/**
 * Which evening a closed moment belongs to, as a local date, so that nobody is told twice in one: the hours before a day's
 * first opening belong to the evening before.
 */
export const eveningOf = (now: Temporal.Instant, zone: string, hours: readonly WeekHours[]): string => {
  const local = now.toZonedDateTimeISO(zone);
  const date = local.toPlainDate();
  const [opening = morning] = hoursOf(hours, date)
    .map(({ from }) => from)
    .toSorted();
  return (clockOf(local) < opening ? date.subtract({ days: 1 }) : date).toString();
};
