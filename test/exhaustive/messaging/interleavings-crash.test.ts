import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crashRuns, openSession, type Session, timeoutMillis, weather } from './interleavings/session.ts';

/** The same as interleavings.test.ts, which says how a failure is run again, with processes that end in the middle. */

let session: Session;

beforeAll(async () => {
  session = await openSession();
});

afterAll(() => session.close());

it(
  'processes that end between any two awaits',
  async () => {
    const stopsAfter = fc.option(fc.nat({ max: 24 }), { nil: undefined });
    const property = fc.asyncProperty(weather(stopsAfter), fc.scheduler(), session.interleave);
    await fc.assert(property, { numRuns: crashRuns });
  },
  timeoutMillis,
);

it('the runs have seen every act and every ending', () => {
  const seen = ['sweep', 'send', 'receipt', 'reply', 'cancel', 'move', 'delivered', 'failed', 'dropped', 'suppressed'];
  expect(seen.filter((what) => (session.counts.get(what) ?? 0) < crashRuns / 200)).toEqual([]);
});
