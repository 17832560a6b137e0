import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochDayOf, zoneClock } from '../../../../functions/platform/time.ts';
import {
  checkWeeklyRules,
  datedIntervals,
  localDay,
  openIntervals,
  type WorkingTimes,
  workingHours,
} from '../../../../functions/scheduling/core/availability.ts';
import type { AvailabilityException, Closure, WeeklyRule } from '../../../../functions/scheduling/core/types.ts';
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

describe('what beats what', () => {
  const date = '2026-11-24';
  const zone = 'America/New_York';
  /** Tuesday 09:00-12:00 and whatever else is given, as UTC (five hours later). */
  const opens = (given: Partial<WorkingTimes>, on = date): string[] =>
    openIntervals(
      workingHours({ availability: [{ weekday: 2, from: '09:00', to: '12:00' }], ...given }),
      epochDayOf(on),
      zoneClock(zone),
    ).map((open) => `${utc(open.startEpochMinute).slice(11, 16)}-${utc(open.endEpochMinute).slice(11, 16)}`);
  const exception = (
    kind: 'away' | 'extra',
    from?: string,
    to?: string,
    dates: Partial<AvailabilityException> = {},
  ): AvailabilityException => ({
    id: 'exc_1',
    providerId: 'prv_1',
    kind,
    firstDate: date,
    lastDate: date,
    reason: 'Course',
    ...(from === undefined ? {} : { from, to }),
    ...dates,
  });
  const closure = (from?: string, to?: string): Closure => ({
    id: 'cls_1',
    firstDate: date,
    lastDate: date,
    name: 'Holiday',
    ...(from === undefined ? {} : { from, to }),
  });

  it('a break takes its time out of the hours and begins a new grid after it', () => {
    const breaks: readonly WeeklyRule[] = [{ weekday: 2, from: '10:10', to: '10:40' }];
    expect(opens({ breaks })).toEqual(['14:00-15:10', '15:40-17:00']);
    expect(opens({ breaks: [{ weekday: 3, from: '10:10', to: '10:40' }] })).toEqual(['14:00-17:00']);
  });

  it('a break at either end, around, or beside the hours', () => {
    const withBreak = (from: string, to: string) => opens({ breaks: [{ weekday: 2, from, to }] });
    expect(withBreak('08:00', '09:30')).toEqual(['14:30-17:00']);
    expect(withBreak('11:30', '13:00')).toEqual(['14:00-16:30']);
    expect(withBreak('08:00', '13:00')).toEqual([]);
    expect(withBreak('09:00', '12:00')).toEqual([]);
    expect(withBreak('12:00', '13:00')).toEqual(['14:00-17:00']);
    expect(withBreak('08:00', '09:00')).toEqual(['14:00-17:00']);
  });

  it('hours and breaks hold on their dates, the first and the last included', () => {
    const rule = { weekday: 2, from: '09:00', to: '12:00' } as const;
    expect(opens({ availability: [{ ...rule, effectiveFrom: date }] })).toHaveLength(1);
    expect(opens({ availability: [{ ...rule, effectiveFrom: '2026-11-25' }] })).toEqual([]);
    expect(opens({ availability: [{ ...rule, effectiveTo: date }] })).toHaveLength(1);
    expect(opens({ availability: [{ ...rule, effectiveTo: '2026-11-23' }] })).toEqual([]);
    const lunch = { weekday: 2, from: '09:00', to: '10:00' } as const;
    expect(opens({ breaks: [{ ...lunch, effectiveTo: '2026-11-23' }] })).toEqual(['14:00-17:00']);
    expect(opens({ breaks: [{ ...lunch, effectiveFrom: date }] })).toEqual(['15:00-17:00']);
  });

  it('rules of one weekday may overlap if no date has both', () => {
    const summer = { weekday: 2, from: '09:00', to: '12:00', effectiveTo: '2026-10-31' } as const;
    const winter = { weekday: 2, from: '10:00', to: '13:00', effectiveFrom: '2026-11-01' } as const;
    expect(checkWeeklyRules([summer, winter])).toEqual([]);
    expect(checkWeeklyRules([{ ...summer, effectiveTo: '2026-11-01' }, winter])).toEqual([
      { index: 1, code: 'rules-overlap' },
    ]);
    const reversed = { ...summer, effectiveFrom: '2026-11-02' };
    expect(checkWeeklyRules([reversed])).toEqual([{ index: 0, code: 'dates-reversed' }]);
    expect(opens({ availability: [summer, winter] })).toEqual(['15:00-18:00']);
  });

  it('a closure beats the hours, whole or in part, on its dates only', () => {
    expect(opens({ closures: [closure()] })).toEqual([]);
    expect(opens({ closures: [closure('09:00', '10:30')] })).toEqual(['15:30-17:00']);
    expect(opens({ closures: [closure()] }, '2026-12-01')).toEqual(['14:00-17:00']);
  });

  it('extra hours beat a closure and a break, and stand where there are no hours', () => {
    const extra = [exception('extra', '10:00', '11:00')];
    expect(opens({ closures: [closure()], exceptions: extra })).toEqual(['15:00-16:00']);
    expect(opens({ breaks: [{ weekday: 2, from: '09:00', to: '12:00' }], exceptions: extra })).toEqual(['15:00-16:00']);
    expect(opens({ availability: [], exceptions: extra })).toEqual(['15:00-16:00']);
  });

  it('extra hours that overlap the hours lengthen them; those that touch are a stretch of their own', () => {
    expect(opens({ exceptions: [exception('extra', '11:00', '14:00')] })).toEqual(['14:00-19:00']);
    expect(opens({ exceptions: [exception('extra', '12:00', '14:00')] })).toEqual(['14:00-17:00', '17:00-19:00']);
    expect(opens({ exceptions: [exception('extra', '07:00', '08:00')] })).toEqual(['12:00-13:00', '14:00-17:00']);
  });

  it('being away beats everything, whole or in part', () => {
    const extra = exception('extra', '13:00', '14:00');
    expect(opens({ exceptions: [extra, exception('away')] })).toEqual([]);
    expect(opens({ exceptions: [exception('away', '11:00', '13:30'), extra] })).toEqual(['14:00-16:00', '18:30-19:00']);
  });

  it('exceptions hold from their first date to their last', () => {
    const dates = { firstDate: '2026-11-23', lastDate: '2026-12-01' };
    const away = { exceptions: [exception('away', undefined, undefined, dates)] };
    expect(opens(away)).toEqual([]);
    expect(opens(away, '2026-12-01')).toEqual([]);
    expect(opens(away, '2026-12-08')).toHaveLength(1);
    expect(opens(away, '2026-11-17')).toHaveLength(1);
  });

  it('the minutes of a day that a leave takes', () => {
    const minutesOf = (dated: Closure, on: string) =>
      datedIntervals(dated, epochDayOf(on), zoneClock(zone)).map(
        (range) => range.endEpochMinute - range.startEpochMinute,
      );
    expect(minutesOf(closure(), date)).toEqual([1440]);
    expect(minutesOf(closure('09:00', '10:30'), date)).toEqual([90]);
    expect(minutesOf(closure(), '2026-11-25')).toEqual([]);
    expect(() => workingHours({ availability: [], closures: [closure('nine', '10:00')] })).toThrow(RangeError);
  });
});
