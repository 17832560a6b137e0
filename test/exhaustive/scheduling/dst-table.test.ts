import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { formatVisitTime } from '../../../functions/messaging/core/templates.ts';
import {
  canonicalZone,
  epochDayOf,
  instantOfWallTime,
  localDateOf,
  wallTimeOf,
  zoneClock,
  zonedDayBounds,
} from '../../../functions/platform/time.ts';
import { openIntervals, workingHours } from '../../../functions/scheduling/core/availability.ts';
import { checkSlot } from '../../../functions/scheduling/core/check-slot.ts';
import { emptySheet, occupy } from '../../../functions/scheduling/core/day-sheet.ts';
import { findSlots } from '../../../functions/scheduling/core/slots.ts';
import type { WeeklyRule } from '../../../functions/scheduling/core/types.ts';
import { sheetDateOf, visitTime } from '../../../functions/scheduling/core/visit-time.ts';

/**
 * Every time zone of the United States around every clock change of 2024-2030, from weekly hours to the words of a text,
 * beside what another implementation says (test/oracles/us-time-zones.py tells how its answers are made).
 */

interface OracleDay {
  readonly date: string;
  /** Epoch minute. */
  readonly start: number;
  readonly minutes: number;
  /** The wall time asked for, its epoch minute, what the clock then shows, the zone's label. */
  readonly times: readonly (readonly [asked: string, epochMinute: number, shown: string, label: string])[];
  /** What the clock shows each half hour from midnight to 05:00. */
  readonly night: readonly string[];
}

interface OracleZone {
  readonly zone: string;
  /** Epoch minute of each change, and the minutes ahead of UTC before and after it. */
  readonly changes: readonly (readonly [epochMinute: number, before: number, after: number])[];
  readonly days: readonly OracleDay[];
}

const readOracle = (): readonly OracleZone[] => {
  const file = join(import.meta.dirname, '../../oracles/us-time-zones.corpus.jsonl');
  const zones: OracleZone[] = [];
  let days: OracleDay[] = [];
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n').slice(1)) {
    const read: OracleDay | { zones: readonly string[]; changes: OracleZone['changes'] } = JSON.parse(line);
    if ('date' in read) {
      days.push(read);
    } else {
      days = [];
      for (const zone of read.zones) zones.push({ zone, changes: read.changes, days });
    }
  }
  return zones;
};

const oracle = readOracle();
const ofDay = ({ times }: OracleDay, asked: string): number => {
  const found = times.find(([time]) => time === asked);
  if (found === undefined) throw new Error(`The oracle was not asked about ${asked}`);
  return found[1];
};

const instantOf = (epochMinute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000);
const minuteOf = (instant: Temporal.Instant): number => instant.epochMilliseconds / 60_000;

const everyDay = (from: string, to: string): readonly WeeklyRule[] =>
  ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) => ({ weekday, from, to }));
const halfHour = { minutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, leadMinutes: 0, horizonDays: 2 };
const providerWith = (zone: string, from: string, to: string) =>
  ({ id: 'prv_1', zone, availability: everyDay(from, to) }) as const;

/** A change's three days, as one search: the day before it, its own, the day after. */
const threes = (days: readonly OracleDay[]): readonly (readonly OracleDay[])[] =>
  days.flatMap((_, index) => (index % 3 === 0 ? [days.slice(index, index + 3)] : []));

/** All starts that a search of three days offers. */
const search = (zone: string, days: readonly OracleDay[], from: string, to: string, stepMinutes: number) => {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) throw new Error('A search needs days');
  const start = instantOf(first.start);
  const end = instantOf(last.start + last.minutes);
  const provider = providerWith(zone, from, to);
  const found = findSlots({ provider, type: halfHour, sheets: [], from: start, to: end, now: start, stepMinutes });
  return found.ok ? found.slots : [];
};

/** Where CLDR, whose labels texts bear, has other words than IANA: no abbreviation, or the older one. */
const cldrLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'America/Adak': { HST: 'HAST', HDT: 'HADT' },
  'Pacific/Guam': { ChST: 'GMT+10' },
  'Pacific/Saipan': { ChST: 'GMT+10' },
  'Pacific/Midway': { SST: 'GMT-11' },
  'Pacific/Pago_Pago': { SST: 'GMT-11' },
  'Pacific/Wake': { '+12': 'GMT+12' },
};

it('the oracle has every zone of the states and territories, and every change of the seven years', () => {
  const counts = Object.fromEntries(oracle.map(({ zone, changes }) => [zone, changes.length]));
  expect(oracle).toHaveLength(36);
  expect(counts).toMatchObject({
    'America/New_York': 14,
    'America/Indiana/Knox': 14,
    'America/Adak': 14,
    'America/Phoenix': 0,
    'Pacific/Honolulu': 0,
    'America/Puerto_Rico': 0,
    'Pacific/Guam': 0,
  });
  for (const { days } of oracle) expect(days).toHaveLength(42);
});

describe.each(oracle)('$zone', ({ zone, changes, days }) => {
  it('is stored under its own name', () => {
    expect(canonicalZone(zone)).toBe(zone);
  });

  it('changes its offset at the same instants, and at no others', () => {
    const clock = zoneClock(zone);
    const found: (readonly [number, number, number])[] = [];
    const end = Date.parse('2031-01-01T00:00:00Z');
    for (let at = Date.parse('2024-01-01T01:00:00Z'); at < end; at += 3_600_000) {
      const [before, after] = [clock.offsetMillisAt(at - 3_600_000), clock.offsetMillisAt(at)];
      if (before !== after) found.push([at / 60_000, before / 60_000, after / 60_000]);
    }
    expect(found).toEqual(changes);
    const lastMinutes = changes.map(([at]) => clock.offsetMillisAt((at - 1) * 60_000) / 60_000);
    expect(lastMinutes).toEqual(changes.map(([, before]) => before));
  });

  it('has days as long, 23, 24 or 25 hours, that begin at the same instants', () => {
    const lengths = days.map(({ date }) => {
      const { start, end } = zonedDayBounds(date, zone);
      return { date, start: minuteOf(start), minutes: minuteOf(end) - minuteOf(start) };
    });
    expect(lengths).toEqual(days.map(({ date, start, minutes }) => ({ date, start, minutes })));
  });

  it('reads a skipped wall time an hour on, one that happens twice as the first, and shows them so', () => {
    const read = days.map(({ date, times }) =>
      times.map(([asked]) => {
        const instant = instantOfWallTime(`${date}T${asked}`, zone);
        return [asked, minuteOf(instant), wallTimeOf(instant, zone), localDateOf(instant, zone)];
      }),
    );
    expect(read).toEqual(
      days.map(({ date, times }) => times.map(([asked, at, shown]) => [asked, at, `${date}T${shown}`, date])),
    );
  });

  it('opens at 07:30 on the wall, before, on and after each change, and closes at noon', () => {
    const hours = workingHours({ availability: everyDay('07:30', '12:00') });
    const open = days.map(({ date }) => openIntervals(hours, epochDayOf(date), zoneClock(zone)));
    expect(open).toEqual(
      days.map((day) => [{ startEpochMinute: ofDay(day, '07:30'), endEpochMinute: ofDay(day, '12:00') }]),
    );
  });

  it('offers the same times of day on all three days, the first at 07:30', () => {
    const walls = ['07:30', '08:00', '08:30', '09:00', '09:30', '10:00', '10:30', '11:00', '11:30'];
    for (const three of threes(days)) {
      const slots = search(zone, three, '07:30', '12:00', 30);
      const times = slots.map((slot) => visitTime(slot, zone));
      expect(times.map(({ wallTime }) => wallTime)).toEqual(
        three.flatMap(({ date }) => walls.map((wall) => `${date}T${wall}`)),
      );
      expect(slots.map(({ startEpochMinute }) => startEpochMinute)).toEqual(
        three.flatMap((day) => walls.map((_, index) => ofDay(day, '07:30') + index * 30)),
      );
    }
  });

  it('offers the hours of the change itself as they pass: none that is skipped, the doubled hour twice', () => {
    for (const three of threes(days)) {
      const slots = search(zone, three, '00:00', '05:00', 30);
      expect(slots.map((slot) => visitTime(slot, zone).wallTime)).toEqual(
        three.flatMap(({ date, night }) => night.map((wall) => `${date}T${wall}`)),
      );
      expect(slots.map(({ startEpochMinute }) => startEpochMinute)).toEqual(
        three.flatMap(({ start, night }) => night.map((_, index) => start + index * 30)),
      );
    }
  });

  it('books a wall time at its instant, on the sheet of its date, and keeps both', () => {
    const provider = providerWith(zone, '00:00', '24:00');
    for (const day of days) {
      const { date, start, times } = day;
      const sheet = emptySheet(provider.id, date, zone);
      const booked = times.map(([asked]) => {
        const instant = instantOfWallTime(`${date}T${asked}`, zone);
        const answer = checkSlot({ provider, type: halfHour, sheet, start: instant, now: instantOf(start) });
        if (!answer.ok) return [asked, answer.code];
        const taken = occupy(sheet, answer.occupies, 'apt_1');
        const isOnSheet = taken.ok && sheetDateOf(answer.time, zone) === date;
        return [
          asked,
          answer.slot.startEpochMinute,
          Date.parse(answer.time.start) / 60_000,
          answer.time.wallTime,
          isOnSheet,
        ];
      });
      expect(booked).toEqual(times.map(([asked, at, shown]) => [asked, at, at, `${date}T${shown}`, true]));
    }
  });

  it('is told in texts as the clock shows it, with the label of that very moment', () => {
    for (const { date, times } of days) {
      const texts = times.map(([, at]) => formatVisitTime(instantOf(at), zone));
      const day = new Date(`${date}T00:00:00Z`).toUTCString().slice(0, 'Sun, 10 Mar'.length);
      const [weekday = '', dayOfMonth = '', month = ''] = day.replace(',', '').split(' ');
      expect(texts).toEqual(
        times.map(([, , shown, label]) => {
          const hour = Number(shown.slice(0, 2));
          const clock = `${hour % 12 === 0 ? 12 : hour % 12}${shown.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`;
          return `${weekday} ${month} ${Number(dayOfMonth)} ${clock} ${cldrLabels[zone]?.[label] ?? label}`;
        }),
      );
    }
  });
});
