import { expect, it } from 'vitest';
import { disagreements } from '../../unit/messaging/core/segments.reference.ts';

// The reference takes about 0.5 ms a string.
const TIMEOUT_MILLIS = 240_000;

it.each([1, 2, 3, 4])(
  'counts 25,000 random strings of seed %i as sms-segments-calculator does',
  (seed) => {
    expect(disagreements(25_000, seed)).toEqual([]);
  },
  TIMEOUT_MILLIS,
);
