import { CalendarFault } from './fault.ts';
import type { CalendarProperty } from './read-calendar.ts';
import type { WallClock, ZonesOfCalendar } from './zones.ts';

/** A date or a time of a calendar, with what turns its wall clock into an instant. */
export interface CalendarTime {
  /** A whole day: of the provider, wherever they are. */
  readonly isDate: boolean;
  /** What the wall clock shows, counted as if it were UTC; midnight of a whole day. */
  readonly wallMillis: number;
  readonly clock: WallClock;
}

const shape = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(Z)?)?$/;

/** Reads one value of a property, `2026-11-24`, `2026-11-24T09:30:00` or the same with `Z`. */
export const timeOfValue = (value: unknown, property: CalendarProperty, zones: ZonesOfCalendar): CalendarTime => {
  const [, date, time, utc] = shape.exec(typeof value === 'string' ? value : '') ?? [];
  if (date === undefined) throw new CalendarFault('time-invalid');
  // A leap second is the minute's last one for us.
  const text = `${date}T${(time ?? '00:00:00').replace(/:60$/, ':59')}.000Z`;
  const wallMillis = Date.parse(text);
  if (Number.isNaN(wallMillis) || new Date(wallMillis).toISOString() !== text) throw new CalendarFault('time-invalid');
  if (time === undefined) return { isDate: true, wallMillis, clock: zones.ofDays };
  return { isDate: false, wallMillis, clock: utc === undefined ? zones.of(property.parameters.tzid) : zones.utc };
};

/** The instant of a time; of a date, that of the day's beginning. */
export const instantMillis = ({ wallMillis, clock }: CalendarTime): number => clock.epochMillisOf(wallMillis);
