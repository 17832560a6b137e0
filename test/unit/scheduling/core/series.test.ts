import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { wallTimeOf, weekdayOfEpochDay, zoneClock } from '../../../../functions/platform/time.ts';
import { seriesStarts } from '../../../../functions/scheduling/core/series.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const starts = (first: string, zone: string, count: number, everyWeeks = 1): string[] =>
  seriesStarts(at(first), zone, { count, everyWeeks }).map(String);

describe('the starts of a series', () => {
  it('keep the wall time when the clocks go back', () => {
    expect(starts('2026-10-20T13:30:00Z', 'America/New_York', 4)).toEqual([
      '2026-10-20T13:30:00Z',
      '2026-10-27T13:30:00Z',
      '2026-11-03T14:30:00Z',
      '2026-11-10T14:30:00Z',
    ]);
  });

  it('keep the wall time when the clocks go forward, every so many weeks', () => {
    expect(starts('2027-02-23T16:30:00Z', 'America/Denver', 3, 2)).toEqual([
      '2027-02-23T16:30:00Z',
      '2027-03-09T16:30:00Z',
      '2027-03-23T15:30:00Z',
    ]);
  });

  it('move forward where a change skips the wall time, that one alone', () => {
    // 02:30 on Sunday 14 March 2027 does not exist in Denver.
    const walls = seriesStarts(at('2027-03-07T09:30:00Z'), 'America/Denver', { count: 3, everyWeeks: 1 }).map((start) =>
      wallTimeOf(start, 'America/Denver'),
    );
    expect(walls).toEqual(['2027-03-07T02:30', '2027-03-14T03:30', '2027-03-21T02:30']);
  });

  it('take the first of a wall time that happens twice', () => {
    // 01:30 on Sunday 1 November 2026 is 07:30Z (MDT) and 08:30Z (MST).
    expect(starts('2026-10-25T07:30:00Z', 'America/Denver', 2)).toEqual([
      '2026-10-25T07:30:00Z',
      '2026-11-01T07:30:00Z',
    ]);
  });

  it('are as many as asked for, each the same weekday and later than the one before, in every US zone', () => {
    const zones = ['America/New_York', 'America/Phoenix', 'America/Adak', 'Pacific/Honolulu', 'America/Denver'];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 365 * 24 * 60 }),
        fc.constantFrom(...zones),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (minutes, zone, count, everyWeeks) => {
          const first = at('2026-01-01T00:00:00Z').add({ minutes });
          const found = seriesStarts(first, zone, { count, everyWeeks });
          expect(found).toHaveLength(count);
          expect(found[0]?.equals(first)).toBe(true);
          const clock = zoneClock(zone);
          const days = found.map((start) => clock.epochDayAt(start.epochMilliseconds));
          expect(new Set(days.map(weekdayOfEpochDay)).size).toBe(1);
          for (const [index, day] of days.entries()) expect(day - (days[0] ?? 0)).toBe(index * everyWeeks * 7);
          const skipped = found.filter(
            (start) => wallTimeOf(start, zone).slice(11) !== wallTimeOf(first, zone).slice(11),
          );
          expect(skipped.length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 500 },
    );
  });
});
