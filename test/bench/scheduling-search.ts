import { findSlots, findSlotsOfProviders, type SlotSearch } from '../../functions/scheduling/core/slots.ts';
import type { DaySheet } from '../../functions/scheduling/core/types.ts';
import { visitTime } from '../../functions/scheduling/core/visit-time.ts';
import { slotsByOracle } from '../unit/scheduling/core/calendars.ts';
import { bookedProviders, calendar, cpuMillis, month } from './calendar.support.ts';
import { askDjangoAppointment } from './peers/django-appointment.ts';
import { luxonSearch } from './peers/luxon.ts';

export const name = 'scheduling-search';

const budgets = { providerMonth: 0.1, clinicMonth: 5 } as const;
const clinicProviders = 50;
/** How much faster than django-appointment a search is meant to be. */
const targetRatio = 100;

export interface SchedulingSearchResult {
  readonly providerMonthCpuMillis: number;
  readonly clinicMonthCpuMillis: number;
  /** How many times as long as ours the peers' searches take; absent where a peer could not be installed. */
  readonly luxonRatio: number;
  readonly djangoAppointment?: { readonly providerMonthRatio: number; readonly clinicMonthRatio: number };
}

/**
 * Prints the CPU cost of slot search, one provider's month with 80 bookings (budget 0.1 ms) and 50 providers x 30 days
 * (budget 5 ms), beside the same search written with luxon and that of django-appointment. All answers are compared
 * first, start by start, also with an oracle that goes through every minute.
 * @throws Error when the answers differ
 */
export const run = async (): Promise<SchedulingSearchResult> => {
  const booked = bookedProviders(clinicProviders);
  const [first] = booked;
  if (first === undefined) throw new Error('The calendar has no provider');
  const search: SlotSearch = { ...month, ...first };
  const starts = startsOf(search);
  requireSame('the oracle', starts, slotsByOracle({ ...search, ...month, sheets: first.sheets }));
  const searchWithLuxon = luxonSearch(first);
  requireSame('luxon', starts, searchWithLuxon());

  const providers = booked.map(({ provider }) => provider);
  const sheets: readonly DaySheet[] = booked.flatMap((each) => each.sheets);
  const searchClinic = () => findSlotsOfProviders(providers, { ...month, sheets });
  const merged = searchClinic();
  const each = booked.map((one) => startsOf({ ...month, ...one }));
  requireSame(
    'the search of a whole clinic',
    each.flat().toSorted((a, b) => a - b),
    merged.ok ? merged.slots.map((slot) => slot.startEpochMinute) : [],
  );
  console.log(`slot search: ${starts.length} starts equal to those of luxon and of an oracle that asks every minute`);

  const ours = {
    providerMonthCpuMillis: cpuMillis(4_000, () => findSlots(search)),
    clinicMonthCpuMillis: cpuMillis(100, searchClinic),
  };
  const { days, bookingsPerMonth } = calendar;
  print(`one provider, ${days} days, ${bookingsPerMonth} bookings`, ours.providerMonthCpuMillis, budgets.providerMonth);
  print(
    `${clinicProviders} providers, ${days} days, ${clinicProviders * bookingsPerMonth} bookings, ${each.flat().length} slots`,
    ours.clinicMonthCpuMillis,
    budgets.clinicMonth,
  );

  const luxonMillis = cpuMillis(3, searchWithLuxon);
  const luxonRatio = luxonMillis / ours.providerMonthCpuMillis;
  console.log(`luxon, one provider's month: ${luxonMillis.toFixed(1)} ms CPU, ${luxonRatio.toFixed(0)} times ours`);

  const django = await askDjangoAppointment(booked);
  if (django === undefined) {
    console.log('skipped: django-appointment needs Python 3.10 and its packages from PyPI');
    return { ...ours, luxonRatio };
  }
  for (const [index, one] of booked.entries()) {
    const found = findSlots({ ...month, ...one });
    const walls = found.ok ? found.slots.map((slot) => visitTime(slot, calendar.zone).wallTime) : [];
    requireSame('django-appointment', walls, django.slots[index] ?? []);
  }
  const djangoAppointment = {
    providerMonthRatio: django.providerMonthCpuMillis / ours.providerMonthCpuMillis,
    clinicMonthRatio: django.clinicMonthCpuMillis / ours.clinicMonthCpuMillis,
  };
  console.log(
    `django-appointment, the same starts, its SQLite reads in memory included: one provider's month ${django.providerMonthCpuMillis.toFixed(0)} ms CPU, ${djangoAppointment.providerMonthRatio.toFixed(0)} times ours; ${clinicProviders} providers ${django.clinicMonthCpuMillis.toFixed(0)} ms, ${djangoAppointment.clinicMonthRatio.toFixed(0)} times ours; target ${targetRatio}`,
  );
  return { ...ours, luxonRatio, djangoAppointment };
};

const startsOf = (search: SlotSearch): readonly number[] => {
  const found = findSlots(search);
  return found.ok ? found.slots.map(({ startEpochMinute }) => startEpochMinute) : [];
};

const requireSame = <T>(whose: string, ours: readonly T[], theirs: readonly T[]): void => {
  const isSame = ours.length > 0 && ours.length === theirs.length && ours.every((start, i) => start === theirs[i]);
  if (!isSame) throw new Error(`Slot search differs from ${whose}: ${ours.length} and ${theirs.length} starts`);
};

const print = (what: string, millis: number, budgetMillis: number): void =>
  console.log(
    `slot search, ${what}: ${millis.toFixed(3)} ms CPU, budget ${budgetMillis} ms ${millis <= budgetMillis ? 'kept' : 'MISSED'}`,
  );
