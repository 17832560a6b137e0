import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { zoneClock } from '../../../../functions/platform/time.ts';
import {
  type AttendanceCount,
  attendanceKindOf,
  noShowRisks,
} from '../../../../functions/scheduling/core/attendance.ts';

const minute = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 60_000;
const denver = zoneClock('America/Denver');

/** Tuesday 2026-11-24, 09:30 in Denver, agreed ten days before. */
const start = minute('2026-11-24T16:30:00Z');
const agreed = start - 10 * 1440;
const morning = { weekday: 2, partOfDay: 'morning', lead: 'a-week' } as const;

describe('the kind of time a visit is', () => {
  it.each([
    ['09:30 on a Tuesday', '2026-11-24T16:30:00Z', 2, 'morning'],
    ['11:59, the last minute of the morning', '2026-11-24T18:59:00Z', 2, 'morning'],
    ['noon', '2026-11-24T19:00:00Z', 2, 'afternoon'],
    ['16:59', '2026-11-24T23:59:00Z', 2, 'afternoon'],
    ['17:00, still Tuesday in Denver', '2026-11-25T00:00:00Z', 2, 'evening'],
    ['23:59 on a Sunday', '2026-11-23T06:59:00Z', 7, 'evening'],
    ['midnight of a Monday', '2026-11-23T07:00:00Z', 1, 'morning'],
  ] as const)('%s', (_case, at, weekday, partOfDay) => {
    expect(attendanceKindOf(minute(at), minute(at), denver)).toEqual({ weekday, partOfDay, lead: 'days' });
  });

  it.each([
    [0, 'days'],
    [3 * 1440 - 1, 'days'],
    [3 * 1440, 'a-week'],
    [14 * 1440 - 1, 'a-week'],
    [14 * 1440, 'weeks'],
    [400 * 1440, 'weeks'],
    // A visit recorded after it began, as a walk-in's may be.
    [-20, 'days'],
  ] as const)('%d minutes ahead', (minutes, lead) => {
    expect(attendanceKindOf(start, start - minutes, denver).lead).toBe(lead);
  });

  it('is a time', () => {
    expect(() => attendanceKindOf(Number.NaN, agreed, denver)).toThrow(RangeError);
  });
});

describe('the risk of a no-show', () => {
  const riskWith = (...counts: AttendanceCount[]): number => noShowRisks(counts)(start, agreed, denver).rate;

  it('is what studies found where the clinic has no history', () => {
    expect(noShowRisks([])(start, agreed, denver)).toEqual({ rate: expect.closeTo(0.23), visits: 0 });
  });

  it('is the beta posterior mean, of the clinic first, of the kind with the clinic as its prior', () => {
    // Clinic: (30 + 10 x 0.23) / (100 + 10); kind: (30 + 20 x that) / (100 + 20).
    const clinic = (30 + 2.3) / 110;
    expect(riskWith({ ...morning, visits: 100, noShows: 30 })).toBeCloseTo((30 + 20 * clinic) / 120);
  });

  it('hardly moves with two visits, and nearly is the rate of hundreds', () => {
    const others: AttendanceCount = { weekday: 4, partOfDay: 'morning', lead: 'days', visits: 500, noShows: 50 };
    expect(riskWith(others, { ...morning, visits: 2, noShows: 2 })).toBeLessThan(0.2);
    expect(riskWith(others, { ...morning, visits: 500, noShows: 200 })).toBeCloseTo(0.4, 1);
  });

  it('is that of the clinic for a kind without visits', () => {
    const risk = noShowRisks([{ weekday: 4, partOfDay: 'morning', lead: 'days', visits: 90, noShows: 9 }]);
    expect(risk(start, agreed, denver)).toEqual({ rate: expect.closeTo((9 + 2.3) / 100), visits: 0 });
  });

  it('is a probability, and rises with each one missed', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (came, missed) => {
        const rate = riskWith({ ...morning, visits: came + missed, noShows: missed });
        const worse = riskWith({ ...morning, visits: came + missed + 1, noShows: missed + 1 });
        expect(rate > 0 && rate < 1 && worse > rate).toBe(true);
      }),
    );
  });
});
