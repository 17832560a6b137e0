import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clients, openSession, raceRuns, type Session, timeoutMillis, writingKinds } from './interleavings/session.ts';

/**
 * Never two bookings: clients book, hold, move, cancel and confirm visits, series and whole days, and answer the offers
 * of freed time that sweeps make to who waits, by the real use cases, on an in-memory table that is held to DynamoDB's
 * behaviour (test/integration/platform/table-conformance.test.ts). fast-check chooses the commands and, at every await,
 * who goes on; a model follows each transaction as it is written, and in the end the table is read past all of the app's
 * code and compared.
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
  'many clients on few slots never double book, lose nothing, and are each told what came of it',
  async () => {
    const property = fc.asyncProperty(clients(fc.constant(undefined)), fc.scheduler(), session.interleave);
    await fc.assert(property, { numRuns: raceRuns });
    const leastWritten = Math.floor(raceRuns / 100);
    const seldom = writingKinds.filter((kind) => (session.counts.get(kind) ?? 0) < leastWritten);
    expect(seldom).toEqual([]);
  },
  timeoutMillis,
);
