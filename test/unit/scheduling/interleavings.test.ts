import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clients, interleavings, openSession, type Session, timeoutMillis } from './interleavings/session.ts';

/**
 * Never two bookings: clients book, hold, move, cancel and confirm the same few times by the real use cases, on an
 * in-memory table that is held to DynamoDB's behaviour (test/integration/platform/table-conformance.test.ts).
 * fast-check chooses the commands and, at every await, who goes on; a model follows each transaction as it is written,
 * and in the end the table is read past all of the app's code and compared.
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
    let runs = 0;
    const property = fc.asyncProperty(clients(fc.constant(undefined)), fc.scheduler(), async (plans, scheduler) => {
      runs += 1;
      await session.interleave(plans, scheduler);
    });
    await fc.assert(property, { numRuns: interleavings });
    expect(runs).toBe(interleavings);
  },
  timeoutMillis,
);
