import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paceOf, turnsOf } from '../../../../functions/messaging/core/pacing.ts';

const texts = (name: string, count: number) => Array.from({ length: count }, (_, index) => ({ name, index }));
const lines = fc
  .array(
    fc.record({
      count: fc.integer({ min: 0, max: 200 }),
      partsPerSecond: fc.constantFrom(0.2, 1, 3, 10, 100),
      kind: fc.constantFrom('reminders' as const, 'check-ins' as const),
    }),
    { maxLength: 6 },
  )
  .map((numbers) =>
    numbers.map(({ count, partsPerSecond, kind }, name) => ({
      texts: texts(String(name), count),
      pace: paceOf(kind, partsPerSecond),
    })),
  );

describe('the turns of a minute', () => {
  it('a number of one part a second has 36 reminders, one every 1.7 seconds', () => {
    const turns = turnsOf([{ texts: texts('a', 100), pace: paceOf('reminders', 1) }]);
    expect(turns).toHaveLength(36);
    expect(turns.slice(0, 4).map(({ delaySeconds }) => delaySeconds)).toEqual([0, 1, 3, 5]);
    expect(turns.at(-1)?.delaySeconds).toBe(58);
  });

  it('leave a fifth of a number for what cannot wait', () => {
    expect(paceOf('reminders', 10) + paceOf('check-ins', 10)).toBeCloseTo(8);
  });

  it('never ask more of a number than it carries, in any stretch of seconds, and end within the minute', () => {
    fc.assert(
      fc.property(lines, (numbers) => {
        const turns = turnsOf(numbers);
        numbers.forEach(({ pace }, name) => {
          const delays = turns.filter(({ text }) => text.name === String(name)).map(({ delaySeconds }) => delaySeconds);
          delays.forEach((last, index) => {
            // The texts from any one to any later one, within the seconds that lie between them.
            const within = delays.slice(0, index + 1).filter((first) => first >= last - 10).length;
            expect(within).toBeLessThanOrEqual(Math.ceil(pace * 11) + 1);
            expect(last).toBeLessThan(60);
          });
          expect(delays.length).toBeLessThanOrEqual(Math.max(1, pace * 60));
        });
      }),
      { numRuns: 25 },
    );
  });

  it('take each number’s texts in their order, none twice, and one at least of every number that has any', () => {
    fc.assert(
      fc.property(lines, (numbers) => {
        const turns = turnsOf(numbers);
        numbers.forEach(({ texts: all, pace }, name) => {
          const mine = turns.filter(({ text }) => text.name === String(name)).map(({ text }) => text);
          expect(mine).toEqual(all.slice(0, Math.max(1, Math.floor(pace * 60))));
        });
      }),
    );
  });

  it('come in order of time, and no number’s second turn of a second before another’s first', () => {
    const order = turnsOf(['a', 'b'].map((name) => ({ texts: texts(name, 4), pace: 2 })));
    expect(order.map(({ text, delaySeconds }) => `${text.name}${text.index}@${delaySeconds}`)).toEqual([
      'a0@0',
      'b0@0',
      'a1@0',
      'b1@0',
      'a2@1',
      'b2@1',
      'a3@1',
      'b3@1',
    ]);
  });
});
