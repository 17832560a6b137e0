import type { Id } from '../../platform/ids.ts';
import { overlaps } from './day-sheet.ts';
import type { Appointment, DaySheet, MinuteRange } from './types.ts';
import { instantOfEpochMinute, minuteRangeOf } from './visit-time.ts';

/** A booked visit at a time when the provider's own calendar says that they are busy. Staff decide; nothing is moved. */
export interface CalendarClash {
  readonly clinicId: Id<'clinic'>;
  readonly providerId: Id<'provider'>;
  readonly appointmentId: Id<'appointment'>;
  /** The visit's time: a visit that moves into another clash is another clash. */
  readonly start: string;
  readonly end: string;
  /** What it clashes with. */
  readonly busy: readonly { readonly start: string; readonly end: string }[];
  readonly status: 'open' | 'closed';
  readonly openedAt: string;
  readonly closedAt?: string | undefined;
  readonly rev: number;
}

/** The appointments whose time on a day (buffers included) touches a busy stretch of the provider's own calendar. */
export const touchedBy = ({ busy, external = [] }: Pick<DaySheet, 'busy' | 'external'>): readonly string[] =>
  busy.filter((interval) => external.some((range) => overlaps(interval, range))).map(({ heldBy }) => heldBy);

/** The busy stretches that a visit itself shares time with; buffers do not count. */
export const clashingBusy = (
  visit: Pick<Appointment, 'start' | 'end'>,
  external: readonly MinuteRange[],
): CalendarClash['busy'] =>
  external
    .filter((range) => overlaps(minuteRangeOf(visit), range))
    .map(({ startEpochMinute, endEpochMinute }) => ({ start: iso(startEpochMinute), end: iso(endEpochMinute) }));

const iso = (epochMinute: number): string => instantOfEpochMinute(epochMinute).toString({ smallestUnit: 'second' });
