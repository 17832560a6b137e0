import { Temporal } from 'temporal-polyfill';
import { localDateOf, minuteMillis, wallTimeOf, type ZoneClock } from '../../platform/time.ts';
import { localDay, type WorkingTimes } from './availability.ts';
import type { AppointmentType, MinuteRange, Provider, VisitTime } from './types.ts';

/** What a type of visit asks of the calendar. */
export type VisitRules = Pick<
  AppointmentType,
  'minutes' | 'bufferBeforeMinutes' | 'bufferAfterMinutes' | 'leadMinutes' | 'horizonDays'
> &
  Partial<Pick<AppointmentType, 'id' | 'capacity' | 'dailyCap' | 'states' | 'roomIds' | 'secondProviderIds'>>;

/** What a provider gives. */
export type ProviderHours = Pick<Provider, 'id' | 'zone'> & WorkingTimes & Partial<Pick<Provider, 'licences'>>;

/** A time that can be booked: the visit itself, without buffers. */
export interface Slot extends MinuteRange {
  readonly providerId: Provider['id'];
}

/** A stretch of minutes as appointments carry it: instants, zone and wall time. */
export const visitTime = (visit: MinuteRange, zone: string): VisitTime => {
  const start = instantOfEpochMinute(visit.startEpochMinute);
  return {
    start: start.toString({ smallestUnit: 'second' }),
    end: instantOfEpochMinute(visit.endEpochMinute).toString({ smallestUnit: 'second' }),
    zone,
    wallTime: wallTimeOf(start, zone),
  };
};

/** The epoch minutes of an appointment's instants. */
export const minuteRangeOf = (time: Pick<VisitTime, 'start' | 'end'>): MinuteRange => ({
  startEpochMinute: Date.parse(time.start) / minuteMillis,
  endEpochMinute: Date.parse(time.end) / minuteMillis,
});

/** Which day sheet of the provider a visit is on: the local date of its start. */
export const sheetDateOf = (time: Pick<VisitTime, 'start'>, providerZone: string): string =>
  localDateOf(Temporal.Instant.from(time.start), providerZone);

/** The instant an epoch minute begins. */
export const instantOfEpochMinute = (epochMinute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * minuteMillis);

/** The first epoch minute that begins at or after an instant. */
export const epochMinuteFrom = (instant: Temporal.Instant): number => {
  const { epochMilliseconds } = instant; // truncated: an instant a microsecond later than it belongs to the next
  const isExact = instant.epochNanoseconds % 1_000_000n === 0n;
  return Math.ceil((isExact ? epochMilliseconds : epochMilliseconds + 1) / minuteMillis);
};

/** What a visit takes of the day sheet: its time and its buffers. */
export const withBuffers = (
  visit: MinuteRange,
  type: Pick<VisitRules, 'bufferBeforeMinutes' | 'bufferAfterMinutes'>,
): MinuteRange => ({
  startEpochMinute: visit.startEpochMinute - type.bufferBeforeMinutes,
  endEpochMinute: visit.endEpochMinute + type.bufferAfterMinutes,
});

/**
 * When visits of a type may start: `leadMinutes` from now or later, until the end of the local day that is
 * `horizonDays` after today.
 */
export const bookableWindow = (type: VisitRules, now: Temporal.Instant, clock: ZoneClock): MinuteRange => ({
  startEpochMinute: epochMinuteFrom(now) + type.leadMinutes,
  endEpochMinute: localDay(clock.epochDayAt(now.epochMilliseconds) + type.horizonDays, clock).endEpochMinute,
});
