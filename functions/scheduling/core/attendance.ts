import { dayMillis, minuteMillis, weekdayOfEpochDay, type ZoneClock } from '../../platform/time.ts';
import type { Weekday } from './types.ts';

/**
 * Who came and who did not, counted by what a clinic can choose when it offers a time: the weekday, the part of the day,
 * and how long before it is agreed. Nothing about any patient.
 */

export const partsOfDay = ['morning', 'afternoon', 'evening'] as const;
/** The clock of the visit: before noon, before 17:00, later. */
export type PartOfDay = (typeof partsOfDay)[number];

export const leads = ['days', 'a-week', 'weeks'] as const;
/** From agreeing on a visit to its start: less than 3 days, less than 14, more. */
export type Lead = (typeof leads)[number];

/** One of the 63 kinds of time that are told apart. */
export interface AttendanceKind {
  readonly weekday: Weekday;
  readonly partOfDay: PartOfDay;
  readonly lead: Lead;
}

/** What became of the visits of one kind. */
export interface AttendanceCount extends AttendanceKind {
  /** Fulfilled and missed ones. Cancelled ones are neither: their time was given back. */
  readonly visits: number;
  readonly noShows: number;
}

const afternoonFromMinute = 12 * 60;
const eveningFromMinute = 17 * 60;
const daysLeadDays = 3;
const weekLeadDays = 14;

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

/** Every kind, each at its index. */
const kinds: readonly AttendanceKind[] = weekdays.flatMap((weekday) =>
  partsOfDay.flatMap((partOfDay) => leads.map((lead) => ({ weekday, partOfDay, lead }))),
);

/** The index of the kind of a visit, by numbers alone: a ranking asks for thousands. */
const indexOf = (startEpochMinute: number, agreedEpochMinute: number, clock: ZoneClock): number => {
  const wallMillis = clock.wallMillisAt(startEpochMinute * minuteMillis);
  const epochDay = Math.floor(wallMillis / dayMillis);
  const minuteOfDay = (wallMillis - epochDay * dayMillis) / minuteMillis;
  const leadDays = ((startEpochMinute - agreedEpochMinute) * minuteMillis) / dayMillis;
  const part = minuteOfDay < afternoonFromMinute ? 0 : minuteOfDay < eveningFromMinute ? 1 : 2;
  const lead = leadDays < daysLeadDays ? 0 : leadDays < weekLeadDays ? 1 : 2;
  return ((weekdayOfEpochDay(epochDay) - 1) * partsOfDay.length + part) * leads.length + lead;
};

/** Which kind of time a visit is, on the wall clock of where it is. */
export const attendanceKindOf = (
  startEpochMinute: number,
  agreedEpochMinute: number,
  clock: ZoneClock,
): AttendanceKind => {
  const kind = kinds[indexOf(startEpochMinute, agreedEpochMinute, clock)];
  if (kind === undefined) throw new RangeError('Not a time');
  return kind;
};

/** How likely a visit is to be missed, and from how many visits of its kind that is known. */
export interface NoShowRisk {
  /** 0 to 1. */
  readonly rate: number;
  readonly visits: number;
}

/**
 * What is taken for granted before there is any history: the mean of 105 studies (Dantas et al., "No-shows in
 * appointment scheduling: a systematic literature review", Health Policy 122 (2018) 412-421), weighing as much as ten
 * visits.
 */
const expected = { rate: 0.23, visits: 10 } as const;
/** How many visits of a kind weigh as much as all that the clinic knows of the others. */
const kindPriorVisits = 20;

/**
 * The risk of a no-show by kind of time: the mean of the beta posterior, (missed + m p) / (visits + m) (Gelman et al.,
 * Bayesian Data Analysis, 3rd ed., section 2.4), first for the clinic as a whole, then for each kind with the clinic's
 * rate as the prior mean p. So a kind with two visits says next to nothing, and one with hundreds speaks for itself.
 */
export const noShowRisks = (
  counts: readonly AttendanceCount[],
): ((startEpochMinute: number, agreedEpochMinute: number, clock: ZoneClock) => NoShowRisk) => {
  const sum = (of: 'visits' | 'noShows'): number => counts.reduce((total, count) => total + count[of], 0);
  const overall = posteriorMean(sum('noShows'), sum('visits'), expected.rate, expected.visits);
  const risks = kinds.map((kind): NoShowRisk => {
    const own = counts.find((count) => isSameKind(count, kind));
    const visits = own?.visits ?? 0;
    return { rate: posteriorMean(own?.noShows ?? 0, visits, overall, kindPriorVisits), visits };
  });
  return (startEpochMinute, agreedEpochMinute, clock) =>
    risks[indexOf(startEpochMinute, agreedEpochMinute, clock)] ?? { rate: overall, visits: 0 };
};

const posteriorMean = (missed: number, visits: number, priorMean: number, priorVisits: number): number =>
  (missed + priorVisits * priorMean) / (visits + priorVisits);

const isSameKind = (a: AttendanceKind, b: AttendanceKind): boolean =>
  a.weekday === b.weekday && a.partOfDay === b.partOfDay && a.lead === b.lead;
