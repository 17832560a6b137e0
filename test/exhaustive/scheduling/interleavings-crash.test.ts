import * as fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { clients, crashRuns, openSession, type Session, timeoutMillis } from './interleavings/session.ts';

/** As interleavings.test.ts, with processes that end at any await and never go on: nothing is left half done. */

let session: Session;

beforeAll(async () => {
  session = await openSession();
});

afterAll(() => session.close());

it(
  'a process that ends between any two awaits leaves everything sound, and nobody waits for it',
  async () => {
    // Most commands are through by then; a sweep of offers is only at its first opening.
    const awaits = fc.oneof(
      { weight: 3, arbitrary: fc.nat({ max: 36 }) },
      { weight: 1, arbitrary: fc.nat({ max: 96 }) },
    );
    const stopsAfter = fc.option(awaits, { nil: undefined, freq: 2 });
    const property = fc.asyncProperty(clients(stopsAfter), fc.scheduler(), session.interleave);
    await fc.assert(property, { numRuns: crashRuns });
  },
  timeoutMillis,
);
