import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paceOf, turnsOf } from '../../../../functions/messaging/core/pacing.ts';

const texts = (name: string, count: number, parts: readonly number[] = [1]) =>
  Array.from({ length: count }, (_, index) => ({ text: { name, index }, parts: parts[index % parts.length] ?? 1 }));
const lines = fc
  .array(
    fc.record({
      count: fc.integer({ min: 0, max: 200 }),
      partsPerSecond: fc.constantFrom(0.2, 1, 3, 10, 100),
      kind: fc.constantFrom('reminders' as const, 'check-ins' as const),
      parts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 6 },
  )
  .map((numbers) =>
    numbers.map(({ count, partsPerSecond, kind, parts }, name) => ({
      texts: texts(String(name), count, parts),
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

  it('are longer for a text of more parts', () => {
    const turns = turnsOf([{ texts: texts('a', 100, [3, 1]), pace: paceOf('reminders', 1) }]);
    expect(turns).toHaveLength(18);
    expect(turns.slice(0, 4).map(({ delaySeconds }) => delaySeconds)).toEqual([0, 5, 6, 11]);
  });

  it('leave a fifth of a number for what cannot wait', () => {
    expect(paceOf('reminders', 10) + paceOf('check-ins', 10)).toBeCloseTo(8);
  });

  it('never ask more of a number than it carries, in any stretch of seconds, and end within the minute', () => {
    fc.assert(
      fc.property(lines, (numbers) => {
        const turns = turnsOf(numbers);
        numbers.forEach(({ texts: all, pace }, name) => {
          const mine = turns
            .filter(({ text }) => text.name === String(name))
            .map(({ text, delaySeconds }) => ({ delaySeconds, parts: all[text.index]?.parts ?? 0 }));
          const partsOf = (some: typeof mine) => some.reduce((sum, { parts }) => sum + parts, 0);
          mine.forEach(({ delaySeconds: last, parts }, index) => {
            // What went before it from any one on, within the seconds that lie between them.
            const within = mine.slice(0, index).filter(({ delaySeconds }) => delaySeconds >= last - 10);
            expect(partsOf(within)).toBeLessThanOrEqual(Math.ceil(pace * 11) + (within[0]?.parts ?? 0));
            expect(last).toBeLessThan(60);
            expect(parts).toBeGreaterThan(0);
          });
          if (mine.length > 1) expect(partsOf(mine)).toBeLessThanOrEqual(pace * 60);
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
          expect(mine).toEqual(all.slice(0, mine.length).map(({ text }) => text));
          expect(mine.length > 0).toBe(all.length > 0);
          // The next would have been too much.
          const parts = all.slice(0, mine.length + 1).reduce((sum, text) => sum + text.parts, 0);
          if (mine.length < all.length) expect(parts).toBeGreaterThan(pace * 60);
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
