import { Temporal } from 'temporal-polyfill';
import { dateOfEpochDay, epochDayOf, instantOfWallTime, weekdayOfEpochDay } from '../../functions/platform/time.ts';
import { emptySheet, occupy } from '../../functions/scheduling/core/day-sheet.ts';
import type { DaySheet } from '../../functions/scheduling/core/types.ts';
import type { ProviderHours } from '../../functions/scheduling/core/visit-time.ts';

/**
 * The calendar that slot searches are measured on: a month with the autumn change in it, Monday to Friday, one stretch of
 * hours, visits of half an hour with five minutes after each. Far ahead, because a peer refuses days that are over.
 */
export const calendar = {
  zone: 'America/New_York',
  firstDate: '2030-10-21',
  days: 30,
  weekdays: [1, 2, 3, 4, 5],
  hours: { from: '08:00', to: '17:00' },
  stepMinutes: 15,
  visitMinutes: 30,
  gapMinutes: 5,
  bookingsPerMonth: 80,
} as const;

const firstDay = epochDayOf(calendar.firstDate);

/** The first instant of a day of the calendar. */
const dayStart = (epochDay: number): Temporal.Instant =>
  Temporal.PlainDate.from(dateOfEpochDay(epochDay)).toZonedDateTime(calendar.zone).toInstant();

/** What each search asks for: the whole month, seen from its first midnight. */
export const month = {
  from: dayStart(firstDay),
  to: dayStart(firstDay + calendar.days),
  now: dayStart(firstDay),
  stepMinutes: calendar.stepMinutes,
  type: {
    minutes: calendar.visitMinutes,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: calendar.gapMinutes,
    leadMinutes: 120,
    horizonDays: 90,
  },
} as const;

/** A small generator with a fixed seed (Lehmer, 48271 mod 2^31-1): the same calendar on every machine. */
const generator = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/** A provider's month with 80 bookings at random free quarter hours of working days. */
const bookedMonth = (providerId: ProviderHours['id'], seed: number): readonly DaySheet[] => {
  const random = generator(seed);
  const allDays = Array.from({ length: calendar.days }, (_, i) => firstDay + i);
  const workdays = allDays.filter((day) => weekdayOfEpochDay(day) <= 5);
  const sheets = new Map<number, DaySheet>();
  for (let booked = 0; booked < calendar.bookingsPerMonth; ) {
    const day = workdays[Math.floor(random() * workdays.length)] ?? firstDay;
    const date = dateOfEpochDay(day);
    const sheet = sheets.get(day) ?? emptySheet(providerId, date, calendar.zone);
    const opens = instantOfWallTime(`${date}T${calendar.hours.from}`, calendar.zone).epochMilliseconds / 60_000;
    const startEpochMinute = opens + Math.floor(random() * 35) * calendar.stepMinutes;
    const endEpochMinute = startEpochMinute + calendar.visitMinutes + calendar.gapMinutes;
    const decision = occupy(sheet, { startEpochMinute, endEpochMinute }, `apt_${booked}`);
    if (!decision.ok) continue;
    sheets.set(day, decision.sheet);
    booked += 1;
  }
  return [...sheets].sort(([a], [b]) => a - b).map(([, sheet]) => sheet);
};

/** A provider and their booked month. */
export interface BookedProvider {
  readonly provider: ProviderHours;
  readonly sheets: readonly DaySheet[];
}

/** Providers with the same hours, each with a booked month of their own. */
export const bookedProviders = (count: number): readonly BookedProvider[] =>
  Array.from({ length: count }, (_, index) => {
    const id: ProviderHours['id'] = `prv_${index + 10_000}`;
    const availability = calendar.weekdays.map((weekday) => ({ weekday, ...calendar.hours }));
    return { provider: { id, zone: calendar.zone, availability }, sheets: bookedMonth(id, index + 1) };
  });

/** When the visits of a booked month start, in epoch minutes. */
export const bookedStarts = ({ sheets }: BookedProvider): readonly number[] =>
  sheets.flatMap(({ busy }) => busy.map(({ startEpochMinute }) => startEpochMinute));

/**
 * CPU milliseconds of one call: user and system time of the whole process (its garbage collector included) over many
 * calls; the median of five rounds, after one to warm up.
 */
export const cpuMillis = (calls: number, work: () => unknown): number => {
  const rounds = Array.from({ length: 6 }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i += 1) work();
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000 / calls;
  });
  return rounds.slice(1).sort((a, b) => a - b)[2] ?? Number.NaN;
};
