import { describe, expect, it } from 'vitest';
import {
  datesToCount,
  monthBefore,
  monthBounds,
  monthsBefore,
  standsAt,
} from '../../../../functions/messaging/core/figures-days.ts';

const hour = 3_600_000;
/** Days that end at midnight of UTC. */
const endOf = (date: string): number => Date.parse(`${date}T24:00:00Z`);
const at = (time: string): number => Date.parse(`2026-12-${time}:00Z`);
const counted = (date: string, countedAt: string, stands = false) => ({ date, countedAt, stands });

describe('months', () => {
  it.each([
    ['2026-11', '2026-11-01', '2026-11-30'],
    ['2026-12', '2026-12-01', '2026-12-31'],
    ['2028-02', '2028-02-01', '2028-02-29'],
  ])('%s goes from %s to %s', (month, from, to) => {
    expect(monthBounds(month)).toEqual({ from, to });
  });

  it('come after each other, across a year', () => {
    expect(['2026-12-01', '2027-01-31', '2026-03-31'].map(monthBefore)).toEqual(['2026-11', '2026-12', '2026-02']);
    expect(monthsBefore('2027-02-03', 3)).toEqual(['2026-11', '2026-12', '2027-01']);
  });
});

describe('a day', () => {
  const settled = { redFlagOpenSeconds: [], visitsUndecided: 0 };
  it.each([
    ['whose flags and visits are done stands after 96 hours', settled, 96],
    ['with an open red flag waits four weeks for its end', { ...settled, redFlagOpenSeconds: [9] }, 28 * 24],
    ['with a visit of unknown outcome does, too', { ...settled, visitsUndecided: 1 }, 28 * 24],
  ])('%s', (_, care, hours) => {
    const end = endOf('2026-11-24');
    expect([hours * hour - 1, hours * hour].map((after) => standsAt(end, end + after, care))).toEqual([false, true]);
  });
});

describe('what is to be counted', () => {
  const due = (days: ReturnType<typeof counted>[], nowMillis: number): readonly string[] =>
    datesToCount(days, new Date(nowMillis).toISOString().slice(0, 10), endOf);

  it('is everything of the last forty days where nothing was', () => {
    const dates = due([], at('10T12:00'));
    expect([dates.length, dates[0], dates.at(-1)]).toEqual([40, '2026-11-01', '2026-12-10']);
  });

  it('is today and yesterday each hour, an older day once a day, and none that stands', () => {
    const hourAgo = '2026-12-10T11:00:00Z';
    const known = Array.from({ length: 40 }, (_, index) => {
      const date = new Date(Date.parse('2026-12-10') - index * 24 * hour).toISOString().slice(0, 10);
      return counted(date, hourAgo, index > 4);
    });
    expect(due(known, at('10T12:00'))).toEqual(['2026-12-09', '2026-12-10']);
    expect(due(known, at('11T00:30'))).toEqual([
      ...['2026-12-06', '2026-12-07', '2026-12-08', '2026-12-09', '2026-12-10', '2026-12-11'],
    ]);
  });

  it('is one that was missed, and each day one that waits for something', () => {
    const known = Array.from({ length: 40 }, (_, index) => {
      const date = new Date(Date.parse('2026-12-10') - index * 24 * hour).toISOString().slice(0, 10);
      return counted(date, '2026-12-10T00:10:00Z', date !== '2026-11-25');
    }).filter(({ date }) => date !== '2026-11-20');
    expect(due(known, at('10T23:00'))).toEqual(['2026-11-20', '2026-12-09', '2026-12-10']);
    expect(due(known, at('11T00:10'))).toEqual(['2026-11-20', '2026-11-25', '2026-12-10', '2026-12-11']);
  });
});
