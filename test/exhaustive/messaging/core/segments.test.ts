import { expect, it } from 'vitest';
import { disagreements } from '../../../unit/messaging/core/segments.reference.ts';

/** The reference takes one to three milliseconds a string; REFERENCE_STRINGS=100000 asks it about more. */
const strings = Number(process.env.REFERENCE_STRINGS ?? 20_000);
const seeds = [1, 2, 3, 4];
const timeoutMillis = 60_000 + strings * 5;

it.each(seeds)(
  'counts random strings of seed %i as sms-segments-calculator does',
  (seed) => {
    expect(disagreements(strings / seeds.length, seed)).toEqual([]);
  },
  timeoutMillis,
);
