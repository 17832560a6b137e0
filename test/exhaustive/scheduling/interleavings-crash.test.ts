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
    const stopsAfter = fc.option(fc.nat({ max: 36 }), { nil: undefined, freq: 2 });
    const property = fc.asyncProperty(clients(stopsAfter), fc.scheduler(), session.interleave);
    await fc.assert(property, { numRuns: crashRuns });
  },
  timeoutMillis,
);
