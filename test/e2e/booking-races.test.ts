import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../local/api.ts';
import { type Call, outcomeOf, tally } from './support/api.ts';
import { localTime, openClinic, type Patient, type TestClinic, zone } from './support/clinic.ts';

/** Many clients over HTTP want few times: each time has one visit in the end, whatever came in between. */

let clinic: TestClinic;
let patients: readonly Patient[];

beforeAll(async () => {
  clinic = await openClinic('races');
  patients = await Promise.all(Array.from({ length: 10 }, () => clinic.addPatient({ texts: false })));
});

interface Wanted {
  readonly providerId: string;
  readonly start: string;
}

const overloaded: ReadonlySet<number> = new Set([429, 502, 503]);
const mostTries = 40;
/** For machines that are busy with other things. */
const patience = { timeout: 400_000 };

/** One try; nothing where the answer did not come in time. */
const askOrNothing = async (call: Call): Promise<Answer | undefined> => {
  try {
    return await clinic.admin.ask('bookAppointment', call);
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return undefined;
    throw error;
  }
};

/**
 * Books until there is a decision. A machine that is busy answers that it is: then a client asks again under the same
 * key, not knowing whether its first try went through.
 */
const bookUntilDecided = async ({ providerId, start }: Wanted, patient: Patient): Promise<Answer> => {
  const call = {
    body: { patientId: patient.id, providerId, typeId: clinic.typeId, start },
    headers: { 'idempotency-key': randomUUID() },
  };
  for (let tries = 1; ; tries += 1) {
    const answer = await askOrNothing(call);
    if (answer !== undefined && !overloaded.has(answer.status)) return answer;
    if (tries === mostTries) throw new Error('The clinic did not come to a decision');
    await sleep(100 + 400 * Math.random());
  }
};

/** Works through a list with as many clients at once as are named. */
const byClients = async <T>(clients: number, work: readonly (() => Promise<T>)[]): Promise<readonly T[]> => {
  const queue = [...work];
  const results: T[] = [];
  const client = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results.push(await next());
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
};

const shuffled = <T>(list: readonly T[]): readonly T[] =>
  list
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);

const patientOf = (index: number): Patient => {
  const patient = patients[index % patients.length];
  if (patient === undefined) throw new Error('There are patients');
  return patient;
};

const dateOf = (start: string): string =>
  Temporal.Instant.from(start).toZonedDateTimeISO(zone).toPlainDate().toString();

/** What the day sheets hold, and what the visits say of themselves; both as `provider start`. */
const booked = async (wanted: readonly Wanted[]) => {
  const days = new Map(
    wanted.map(({ providerId, start }) => [`${providerId} ${dateOf(start)}`, { providerId, date: dateOf(start) }]),
  );
  const held: string[] = [];
  const visits: string[] = [];
  for (const { providerId, date } of days.values()) {
    const params = { providerId };
    const { busy } = await clinic.admin.ok('getProviderDay', { params, query: { date } });
    const { items } = await clinic.admin.ok('listProviderAppointments', { params, query: { from: date } });
    expect(busy.map(({ heldBy }) => heldBy).toSorted()).toEqual(items.map(({ id }) => id).toSorted());
    held.push(...busy.map(({ start }) => `${providerId} ${start}`));
    visits.push(...items.map((visit) => `${visit.providerId} ${visit.start}`));
  }
  return { held: held.toSorted(), visits: visits.toSorted() };
};

const named = (wanted: readonly Wanted[]): readonly string[] =>
  wanted.map(({ providerId, start }) => `${providerId} ${start}`).toSorted();

const visitsOfPatients = async (): Promise<number> => {
  const pages = await Promise.all(
    patients.map(({ id }) =>
      clinic.admin.ok('listPatientAppointments', { params: { patientId: id }, query: { limit: 100 } }),
    ),
  );
  return pages.flatMap(({ items }) => items).length;
};

describe('many clients, few times', patience, () => {
  it('200 at once on one time: one 201, 199 x 409 slot-taken', async () => {
    const slot: Wanted = { providerId: clinic.providerIds[0], start: localTime(clinic, 5, '10:00') };
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => bookUntilDecided(slot, patientOf(index))),
    );

    expect(tally(answers.map(outcomeOf))).toEqual({ '201': 1, '409 slot-taken': 199 });
    expect(await booked([slot])).toEqual({ held: named([slot]), visits: named([slot]) });
    expect(await visitsOfPatients()).toBe(1);
  });

  it('1,000 bookings over 200 times by 100 clients: exactly 200 visits, and all records agree', async () => {
    const before = await visitsOfPatients();
    const times = ['08:00', '08:30', '09:00', '09:30', '10:00', '10:30', '11:00'];
    const slots = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
      .flatMap((day) => times.map((time) => localTime(clinic, day, time)))
      .flatMap((start) => clinic.providerIds.map((providerId): Wanted => ({ providerId, start })))
      .slice(0, 200);
    const wishes = shuffled(Array.from({ length: 5 }, () => slots).flat());
    const answers = await byClients(
      100,
      wishes.map((slot, index) => () => bookUntilDecided(slot, patientOf(index))),
    );

    expect(tally(answers.map(outcomeOf))).toEqual({ '201': 200, '409 slot-taken': 800 });
    expect(await booked(slots)).toEqual({ held: named(slots), visits: named(slots) });
    expect((await visitsOfPatients()) - before).toBe(200);
  });
});
