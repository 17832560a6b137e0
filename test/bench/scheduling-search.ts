import { Temporal } from 'temporal-polyfill';
import { dateOfEpochDay, epochDayOf, weekdayOfEpochDay } from '../../functions/platform/time.ts';
import { emptySheet, occupy } from '../../functions/scheduling/core/day-sheet.ts';
import { findSlots, findSlotsOfProviders, type SlotSearch } from '../../functions/scheduling/core/slots.ts';
import type { DaySheet, WeeklyRule } from '../../functions/scheduling/core/types.ts';
import type { ProviderHours } from '../../functions/scheduling/core/visit-time.ts';
import { slotsByOracle } from '../unit/scheduling/core/calendars.ts';

export const name = 'scheduling-search';

const zone = 'America/New_York';
const days = 30;
const bookingsPerMonth = 80;
const stepMinutes = 15;
/** A month with the autumn change in it. */
const firstDay = epochDayOf('2026-10-19');
const type = { minutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 5, leadMinutes: 120, horizonDays: 90 };

/** Monday to Friday, 08:00-12:00 and 13:00-17:00. */
const availability: readonly WeeklyRule[] = ([1, 2, 3, 4, 5] as const).flatMap((weekday) => [
  { weekday, from: '08:00', to: '12:00' },
  { weekday, from: '13:00', to: '17:00' },
]);

const dayStart = (epochDay: number): Temporal.Instant =>
  Temporal.PlainDate.from(dateOfEpochDay(epochDay)).toZonedDateTime(zone).toInstant();

/** A small generator with a fixed seed (Lehmer, 48271 mod 2^31-1): the same calendar on every machine. */
const generator = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/** A provider's month with bookings of 35 minutes at random free quarter hours of working days. */
const bookedMonth = (providerId: ProviderHours['id'], seed: number): readonly DaySheet[] => {
  const random = generator(seed);
  const workdays = Array.from({ length: days }, (_, i) => firstDay + i).filter((day) => weekdayOfEpochDay(day) <= 5);
  const sheets = new Map<number, DaySheet>();
  for (let booked = 0; booked < bookingsPerMonth; ) {
    const day = workdays[Math.floor(random() * workdays.length)] ?? firstDay;
    const sheet = sheets.get(day) ?? emptySheet(providerId, dateOfEpochDay(day), zone);
    const start = dayStart(day).epochMilliseconds / 60_000 + 480 + Math.floor(random() * 34) * 15;
    const decision = occupy(sheet, { startEpochMinute: start, endEpochMinute: start + 35 }, `apt_${booked}`);
    if (!decision.ok) continue;
    sheets.set(day, decision.sheet);
    booked += 1;
  }
  return [...sheets].sort(([a], [b]) => a - b).map(([, sheet]) => sheet);
};

/**
 * CPU milliseconds of one call: user and system time of the whole process (its garbage collector included) over many
 * calls; the median of five rounds, after one to warm up.
 */
const cpuMillis = (calls: number, work: () => unknown): number => {
  const rounds = Array.from({ length: 6 }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i += 1) work();
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000 / calls;
  });
  return rounds.slice(1).sort((a, b) => a - b)[2] ?? Number.NaN;
};

const ranges = { from: dayStart(firstDay), to: dayStart(firstDay + days), now: dayStart(firstDay), stepMinutes };

export interface SchedulingSearchResult {
  readonly providerMonthCpuMillis: number;
  readonly clinicMonthCpuMillis: number;
}

/**
 * Prints the CPU cost of slot search: one provider's month with 80 bookings (budget 0.1 ms) and 50 providers x 30 days
 * (budget 5 ms). The answers are first compared with an oracle that goes through every minute.
 * @throws Error when the answers differ
 */
export const run = async (): Promise<SchedulingSearchResult> => {
  const provider: ProviderHours = { id: 'prv_01', zone, availability };
  const search: SlotSearch = { ...ranges, provider, type, sheets: bookedMonth(provider.id, 1) };
  const found = findSlots(search);
  const expected = slotsByOracle({ ...ranges, provider, type, sheets: search.sheets });
  const isRight =
    found.ok &&
    found.slots.length === expected.length &&
    found.slots.every((slot, i) => slot.startEpochMinute === expected[i]);
  if (!isRight) throw new Error('Slot search differs from the oracle.');

  const providers = Array.from({ length: 50 }, (_, i): ProviderHours => ({ ...provider, id: `prv_${i + 10}` }));
  const sheetsOf = new Map(providers.map(({ id }, i) => [id, bookedMonth(id, i + 1)]));
  const clinicSheets = [...sheetsOf.values()].flat();
  const merged = findSlotsOfProviders(providers, { ...ranges, type, sheets: clinicSheets });
  const slotCount = merged.ok ? merged.slots.length : 0;
  const separate = providers.map((each) =>
    findSlots({ ...search, provider: each, sheets: sheetsOf.get(each.id) ?? [] }),
  );
  const separateCount = separate.reduce((sum, result) => sum + (result.ok ? result.slots.length : 0), 0);
  if (slotCount !== separateCount) throw new Error('The search of a clinic differs from that of its providers.');

  const result = {
    providerMonthCpuMillis: cpuMillis(4_000, () => findSlots(search)),
    clinicMonthCpuMillis: cpuMillis(100, () =>
      findSlotsOfProviders(providers, { ...ranges, type, sheets: clinicSheets }),
    ),
  };
  console.log(`slot search: ${expected.length} starts equal to those of an oracle that goes through every minute`);
  print(
    `one provider, ${days} days, ${bookingsPerMonth} bookings`,
    result.providerMonthCpuMillis,
    0.1,
    expected.length,
  );
  print(`50 providers, ${days} days, ${50 * bookingsPerMonth} bookings`, result.clinicMonthCpuMillis, 5, slotCount);
  return result;
};

const print = (what: string, cpuMillis: number, budgetMillis: number, slots: number): void =>
  console.log(
    `slot search, ${what}: ${cpuMillis.toFixed(3)} ms CPU, budget ${budgetMillis} ms ${cpuMillis <= budgetMillis ? 'kept' : 'MISSED'}; ${slots} slots`,
  );
