import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochDayOf, zoneClock } from '../../../../functions/platform/time.ts';
import {
  checkWeeklyRules,
  localDay,
  openIntervals,
  workingHours,
} from '../../../../functions/scheduling/core/availability.ts';
import type { WeeklyRule } from '../../../../functions/scheduling/core/types.ts';
import { stretchStarts, workingTimes, zonesAndDays } from './calendars.ts';

const utc = (epochMinute: number): string =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000).toString({ smallestUnit: 'minute' });

const placesAndTimes = zonesAndDays.chain(({ zone, epochDay }) =>
  workingTimes(epochDay).map((times) => ({ zone, epochDay, times })),
);

/** Sunday rules, since clocks change on Sundays where these tests look. */
const opensOn = (date: string, zone: string, ...rules: readonly [string, string][]): string[] =>
  openIntervals(
    workingHours({ availability: rules.map(([from, to]) => ({ weekday: 7, from, to })) }),
    epochDayOf(date),
    zoneClock(zone),
  ).map((open) => `${utc(open.startEpochMinute)}/${utc(open.endEpochMinute)}`);

describe('weekly rules are checked', () => {
  const faultsOf = (...rules: WeeklyRule[]): string[] =>
    checkWeeklyRules(rules).map((fault) => `${fault.index} ${fault.code}`);

  it('accepts none, a split day, rules that touch, and midnight as the end', () => {
    expect(faultsOf()).toEqual([]);
    expect(
      faultsOf(
        { weekday: 1, from: '13:00', to: '24:00' },
        { weekday: 1, from: '00:00', to: '12:00' },
        { weekday: 1, from: '12:00', to: '13:00' },
        { weekday: 7, from: '00:00', to: '24:00' },
      ),
    ).toEqual([]);
  });

  it.each(['7:30', '07:60', '25:00', '24:01', '0730', '07:30:00', '', ' 07:30', '07:30\n', '-1:00'])(
    'names the malformed time %j',
    (from) => {
      expect(faultsOf({ weekday: 1, from, to: '24:00' })).toEqual(['0 time-malformed']);
      expect(faultsOf({ weekday: 1, from: '00:00', to: from })).toEqual(['0 time-malformed']);
    },
  );

  it('names a range that is empty or reversed, and a day that begins at its end', () => {
    expect(faultsOf({ weekday: 1, from: '09:00', to: '09:00' })).toEqual(['0 range-empty']);
    expect(faultsOf({ weekday: 1, from: '09:01', to: '09:00' })).toEqual(['0 range-empty']);
    expect(faultsOf({ weekday: 1, from: '24:00', to: '24:00' })).toEqual(['0 range-empty']);
    expect(faultsOf({ weekday: 1, from: '09:00', to: '09:01' })).toEqual([]);
  });

  it.each([0, 8, 1.5, Number.NaN, -1])('names the weekday %d, which does not exist', (weekday) => {
    // a body that nobody validated: the type says what callers owe, the check says what happens if they do not
    const rule: WeeklyRule = JSON.parse(JSON.stringify({ weekday, from: '09:00', to: '17:00' }));
    expect(faultsOf(rule)).toEqual(['0 weekday-unknown']);
  });

  it('names the later of two rules that overlap, by one minute, within, or around, on the same weekday only', () => {
    const nine: WeeklyRule = { weekday: 1, from: '09:00', to: '12:00' };
    expect(faultsOf(nine, { weekday: 1, from: '11:59', to: '13:00' })).toEqual(['1 rules-overlap']);
    expect(faultsOf(nine, { weekday: 1, from: '08:00', to: '09:01' })).toEqual(['1 rules-overlap']);
    expect(faultsOf(nine, { weekday: 1, from: '10:00', to: '11:00' })).toEqual(['1 rules-overlap']);
    expect(faultsOf(nine, { weekday: 1, from: '08:00', to: '13:00' })).toEqual(['1 rules-overlap']);
    expect(faultsOf(nine, { weekday: 2, from: '10:00', to: '11:00' })).toEqual([]);
  });

  it('are not used unchecked', () => {
    expect(() => workingHours({ availability: [{ weekday: 1, from: 'nine', to: '17:00' }] })).toThrow(RangeError);
  });
});

describe('open hours of a local day', () => {
  it('07:30 stays 07:30 through the changes of the year', () => {
    expect(opensOn('2026-03-01', 'America/New_York', ['07:30', '12:00'])).toEqual([
      '2026-03-01T12:30Z/2026-03-01T17:00Z',
    ]);
    expect(opensOn('2026-03-08', 'America/New_York', ['07:30', '12:00'])).toEqual([
      '2026-03-08T11:30Z/2026-03-08T16:00Z',
    ]);
    expect(opensOn('2026-11-01', 'America/New_York', ['07:30', '12:00'])).toEqual([
      '2026-11-01T12:30Z/2026-11-01T17:00Z',
    ]);
  });

  it('a start in the gap moves forward, an end in the gap too', () => {
    expect(opensOn('2026-03-08', 'America/New_York', ['02:30', '05:00'])).toEqual([
      '2026-03-08T07:30Z/2026-03-08T09:00Z',
    ]);
    expect(opensOn('2026-03-08', 'America/New_York', ['01:30', '02:30'])).toEqual([
      '2026-03-08T06:30Z/2026-03-08T07:30Z',
    ]);
  });

  it('hours from within the gap to its end are not worked', () => {
    expect(opensOn('2026-03-08', 'America/New_York', ['02:30', '03:00'])).toEqual([]);
    expect(opensOn('2026-03-08', 'America/New_York', ['02:00', '03:00'])).toEqual([]);
  });

  it('hours that the gap pushes into the next ones become one stretch', () => {
    expect(opensOn('2026-03-08', 'America/New_York', ['01:30', '02:30'], ['03:00', '04:00'])).toEqual([
      '2026-03-08T06:30Z/2026-03-08T08:00Z',
    ]);
    expect(opensOn('2026-03-08', 'America/New_York', ['02:30', '02:45'], ['03:00', '04:00'])).toEqual([
      '2026-03-08T07:00Z/2026-03-08T08:00Z',
    ]);
    expect(opensOn('2026-03-08', 'America/New_York', ['02:00', '02:45'], ['03:00', '03:15'])).toEqual([
      '2026-03-08T07:00Z/2026-03-08T07:45Z',
    ]);
  });

  it('hours that only touch stay two, each with its own grid', () => {
    expect(opensOn('2026-11-22', 'America/New_York', ['09:00', '10:00'], ['10:00', '11:00'])).toHaveLength(2);
  });

  it('hours that touch stay two on the day of a change as well', () => {
    expect(
      opensOn('2026-03-08', 'America/New_York', ['01:30', '02:30'], ['03:00', '04:00'], ['04:00', '05:00']),
    ).toEqual(['2026-03-08T06:30Z/2026-03-08T08:00Z', '2026-03-08T08:00Z/2026-03-08T09:00Z']);
  });

  it('a bound that happens twice means the first', () => {
    expect(opensOn('2026-11-01', 'America/New_York', ['01:30', '02:30'])).toEqual([
      '2026-11-01T05:30Z/2026-11-01T07:30Z',
    ]);
    expect(opensOn('2026-11-01', 'America/New_York', ['00:30', '01:30'])).toEqual([
      '2026-11-01T04:30Z/2026-11-01T05:30Z',
    ]);
  });

  it('a whole day is as long as the day is', () => {
    expect(opensOn('2026-03-08', 'America/New_York', ['00:00', '24:00'])).toEqual([
      '2026-03-08T05:00Z/2026-03-09T04:00Z',
    ]);
    expect(opensOn('2026-11-01', 'America/New_York', ['00:00', '24:00'])).toEqual([
      '2026-11-01T04:00Z/2026-11-02T05:00Z',
    ]);
  });

  it('half an hour of change is half an hour', () => {
    expect(opensOn('2026-10-04', 'Australia/Lord_Howe', ['01:00', '02:15'])).toEqual([
      '2026-10-03T14:30Z/2026-10-03T15:45Z',
    ]);
  });

  it('a day that the zone skipped has no hours', () => {
    const friday = workingHours({ availability: [{ weekday: 5, from: '09:00', to: '17:00' }] });
    expect(openIntervals(friday, epochDayOf('2011-12-30'), zoneClock('Pacific/Apia'))).toEqual([]);
    expect(openIntervals(friday, epochDayOf('2011-12-23'), zoneClock('Pacific/Apia'))).toHaveLength(1);
  });

  it('rules given in any order come out sorted, on their weekday only', () => {
    const hours = workingHours({
      availability: [
        { weekday: 2, from: '13:00', to: '17:00' },
        { weekday: 2, from: '08:00', to: '12:00' },
      ],
    });
    const clock = zoneClock('America/Chicago');
    expect(openIntervals(hours, epochDayOf('2026-11-24'), clock).map((open) => utc(open.startEpochMinute))).toEqual([
      '2026-11-24T14:00Z',
      '2026-11-24T19:00Z',
    ]);
    expect(openIntervals(hours, epochDayOf('2026-11-23'), clock)).toEqual([]);
  });

  it('a day that began off the minute is counted from its first whole minute', () => {
    const day = localDay(epochDayOf('1971-06-01'), zoneClock('Africa/Monrovia')); // 44 min 30 s behind UTC
    expect(utc(day.startEpochMinute)).toBe('1971-06-01T00:45Z');
    expect(utc(day.endEpochMinute)).toBe('1971-06-02T00:45Z');
  });

  it('sorted, apart, within the day; and each minute in the stretch that an oracle says which asks Temporal', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(placesAndTimes, ({ zone, epochDay, times }) => {
        const clock = zoneClock(zone);
        const opens = openIntervals(workingHours(times), epochDay, clock);
        const day = localDay(epochDay, clock);
        let last = day.startEpochMinute;
        for (const open of opens) {
          expect(open.startEpochMinute).toBeGreaterThanOrEqual(last);
          expect(open.endEpochMinute).toBeGreaterThan(open.startEpochMinute);
          last = open.endEpochMinute;
        }
        expect(last).toBeLessThanOrEqual(day.endEpochMinute);
        const oracle = stretchStarts(times, zone);
        const differing: string[] = [];
        for (let minute = day.startEpochMinute; minute < day.endEpochMinute; minute += 1) {
          const open = opens.find((each) => each.startEpochMinute <= minute && minute < each.endEpochMinute);
          if (open?.startEpochMinute !== oracle(minute)) differing.push(utc(minute));
        }
        expect(differing).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
