import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession, raceRuns, type Session, timeoutMillis, weather } from './interleavings/session.ts';

/**
 * One text at most, none after a stop, none for a visit that is off, and none lost: sweeps, senders, receipts, replies,
 * cancellations and moves by the real use cases, on an in-memory table that is held to DynamoDB's behaviour, with a
 * carrier that throttles, answers 500 to what it took and breaks off. fast-check chooses who does what and, at every
 * await, who goes on; a judge who knows none of the app's code sees every transaction in the moment it is written.
 *
 * A failure prints its seed and path. To run that one alone, give both to `fc.assert` beside numRuns:
 * `{ numRuns, seed: 1234, path: '17:2:0', endOnFailure: true }`.
 */

let session: Session;

beforeAll(async () => {
  session = await openSession();
});

afterAll(() => session.close());

it(
  'senders, sweeps, patients and the clinic in each other’s way',
  async () => {
    const property = fc.asyncProperty(weather(fc.constant(undefined)), fc.scheduler(), session.interleave);
    await fc.assert(property, { numRuns: raceRuns });
  },
  timeoutMillis,
);

it('the runs have seen every act and every ending', () => {
  const acts = ['sweep', 'send', 'receipt', 'reply', 'cancel', 'move', 'pause', 'resume', 'plan off'];
  const seen = [...acts, 'delivered', 'failed', 'dropped', 'suppressed'];
  expect(seen.filter((what) => (session.counts.get(what) ?? 0) < raceRuns / 200)).toEqual([]);
});
