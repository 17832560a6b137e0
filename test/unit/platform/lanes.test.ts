import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inLanes, piecesOf } from '../../../functions/platform/lanes.ts';

describe('work in lanes', () => {
  it('does each once, begins in order, and never more at a time than there are lanes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 5 }), fc.scheduler(), async (count, lanes, scheduler) => {
        const all = Array.from({ length: count }, (_, index) => index);
        const begun: number[] = [];
        let underWay = 0;
        let most = 0;
        const done = inLanes(all, lanes, async (one) => {
          begun.push(one);
          underWay += 1;
          most = Math.max(most, underWay);
          await scheduler.schedule(Promise.resolve());
          underWay -= 1;
        });
        await scheduler.waitFor(done);
        expect(begun).toEqual(all);
        expect(most).toBe(Math.min(lanes, count));
      }),
    );
  });

  it('fails as the first piece does', async () => {
    const work = async (one: number): Promise<void> => {
      if (one === 2) throw new Error('two');
    };
    await expect(inLanes([1, 2, 3], 2, work)).rejects.toThrow('two');
  });
});

it('pieces are all there is, in order, none larger than asked and none empty', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (all, size) => {
      const pieces = piecesOf(all, size);
      expect(pieces.flat()).toEqual(all);
      expect(pieces.every(({ length }) => length > 0 && length <= size)).toBe(true);
      expect(pieces.slice(0, -1).every(({ length }) => length === size)).toBe(true);
    }),
  );
});
