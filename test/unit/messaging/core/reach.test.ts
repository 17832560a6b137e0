import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reach, reachAfter } from '../../../../functions/messaging/core/reach.ts';

const ends = [
  'delivered',
  'INVALID',
  'UNREACHABLE',
  'CARRIER_UNREACHABLE',
  'SPAM',
  'TTL_EXPIRED',
  'BLOCKED',
  'UNKNOWN',
] as const;
const at = '2026-11-24T17:00:00Z';
const reachOf = (history: readonly (typeof ends)[number][]): Reach =>
  history.reduce<Reach>(
    (reach, end) =>
      reachAfter(reach, end === 'delivered' ? { status: end, at } : { status: 'failed', reason: end, at }),
    {},
  );

describe('a number', () => {
  it('is given up after two texts in a row that found nobody', () => {
    expect(reachOf(['UNREACHABLE']).unreachable).toBeUndefined();
    expect(reachOf(['UNREACHABLE', 'INVALID']).unreachable).toEqual({ at, reason: 'INVALID' });
    expect(reachOf(['UNREACHABLE', 'delivered', 'UNREACHABLE']).unreachable).toBeUndefined();
  });

  it('is not given up any more once a text to it has arrived', () => {
    expect(reachOf(['UNREACHABLE', 'UNREACHABLE', 'delivered'])).toEqual({});
  });

  it('is not given up for what says nothing about it', () => {
    expect(reachOf(['CARRIER_UNREACHABLE', 'SPAM', 'TTL_EXPIRED', 'BLOCKED', 'UNKNOWN', 'SPAM'])).toEqual({});
  });

  it('is given up exactly when the last two such ends have nothing delivered between or after them', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ends)), (history) => {
        const telling = history.filter((end) => ['delivered', 'INVALID', 'UNREACHABLE'].includes(end));
        const isDead = telling.length > 1 && !telling.slice(-2).includes('delivered');
        expect(reachOf(history).unreachable !== undefined).toBe(isDead);
      }),
    );
  });
});
