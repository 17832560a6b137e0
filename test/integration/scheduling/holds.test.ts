import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import type { Caller } from '../../../functions/platform/actor.ts';
import type { Id } from '../../../functions/platform/ids.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { handler as publicHandler } from '../../../functions/scheduling/handlers/public.ts';
import { holdMinutes, holdTime } from '../../../functions/scheduling/hold.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, ask, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling as staffHandler } from '../../helpers/scheduling.ts';

const now = Temporal.Now.instant();

let clinic: TestClinic;
let providerId: Id<'provider'>;
let typeId: Id<'appointmentType'>;
let roomId: string;
let patientId: string;
let unused: string[] = [];

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(staffHandler, clinic.clinicId, routeKey, options);
const stranger = (routeKey: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> =>
  ask(publicHandler, routeKey, { ...options, params: { slug: clinic.slug, ...options.params } });

const made = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
};

const offered = async (): Promise<string[]> => {
  const query = {
    typeId,
    from: now.add({ hours: 100 }).toString({ smallestUnit: 'second' }),
    to: now.add({ hours: 500 }).toString({ smallestUnit: 'second' }),
    limit: '1000',
  };
  const { body } = await staff('GET /v1/slots', { query });
  return body.items.map(({ start }: { start: string }) => start);
};

/** Starts apart from each other, each handed out once. */
const nextStart = (): string => {
  const start = unused.shift();
  if (start === undefined) throw new Error('The test calendar is full');
  return start;
};

const hold = (start: string, headers: Record<string, string> = {}) =>
  staff('POST /v1/holds', { body: { typeId, providerId, start }, headers });
const holdPublicly = (start: string) =>
  stranger('POST /v1/public/{slug}/holds', { body: { typeId, providerId, start } });
const book = (start: string, holdId?: string) =>
  staff('POST /v1/appointments', {
    body: { patientId, providerId, typeId, start, ...(holdId === undefined ? {} : { holdId }) },
  });
const release = (holdId: string) => staff('DELETE /v1/holds/{holdId}', { params: { holdId } });

/** A hold as it was made some minutes ago. */
const holdMadeBefore = async (minutes: number, start: string): Promise<string> => {
  const caller: Caller = {
    clinicId: clinic.clinicId,
    actor: { kind: 'staff', id: 'test' },
    requestId: 'test',
    now: Temporal.Now.instant().subtract({ minutes }),
  };
  const { id } = await holdTime(caller, 'staff', { typeId, providerId, start }, (items) => transact(items));
  return id;
};

const busyAt = async (start: string): Promise<string[]> => {
  const date = Temporal.Instant.from(start).toZonedDateTimeISO('America/Denver').toPlainDate().toString();
  const { body } = await staff('GET /v1/providers/{providerId}/day', { params: { providerId }, query: { date } });
  return body.busy
    .filter((busy: { start: string }) => busy.start === start)
    .map(({ heldBy }: { heldBy: string }) => heldBy);
};

beforeAll(async () => {
  clinic = await createTestClinic(now);
  const availability = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '18:00' }));
  const provider = { role: 'physician', zone: 'America/Denver', availability, licences: licensedInColorado };
  providerId = (await made(staff('POST /v1/providers', { body: { ...provider, name: 'Dr. Hold' } }))).id;
  roomId = (await made(staff('POST /v1/rooms', { body: { name: 'Room 1', zone: 'America/Denver' } }))).id;
  const type = { minutes: 30, modalities: ['video'], providerIds: [providerId], name: 'Visit' };
  typeId = (await made(staff('POST /v1/appointment-types', { body: type }))).id;
  const patient = {
    givenName: 'Ada',
    familyName: 'Holding',
    birthDate: '1980-05-17',
    phone: testPhone(),
    zone: 'America/Denver',
    state: 'CO',
  };
  patientId = (await made(askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', { body: patient }))).id;
  unused = (await offered()).filter((_, index) => index % 4 === 0);
});

describe('a hold', () => {
  it('keeps a time from everybody else for five minutes and becomes the visit that names it', async () => {
    const start = nextStart();
    const held = await made(hold(start));
    const minutes = Temporal.Now.instant().until(Temporal.Instant.from(held.expiresAt)).total('minutes');
    expect(minutes).toBeGreaterThan(holdMinutes - 1);
    expect(minutes).toBeLessThanOrEqual(holdMinutes);
    expect(await offered()).not.toContain(start);
    expect(await book(start)).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
    expect(await hold(start)).toMatchObject({ status: 409, body: { code: 'slot-taken' } });

    const visit = await made(book(start, held.id));
    expect(await busyAt(start)).toEqual([visit.id]);
  });

  it('is one hold however often it is asked for under one key', async () => {
    const start = nextStart();
    const key = { 'idempotency-key': `hold-${start}` };
    const answers = await Promise.all([hold(start, key), hold(start, key)]);
    const again = await hold(start, key);
    expect([...answers, again].map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set([...answers, again].map(({ body }) => body.id)).size).toBe(1);
    expect(await busyAt(start)).toHaveLength(1);
  });

  it('goes to one of those who ask at once', async () => {
    const start = nextStart();
    const answers = await Promise.all(Array.from({ length: 12 }, () => hold(start)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11);
  });

  it('becomes one visit, however many bookings name it at once', async () => {
    const start = nextStart();
    const { id } = await made(hold(start));
    const answers = await Promise.all(Array.from({ length: 8 }, () => book(start, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'slot-taken')).toHaveLength(7);
    expect(await busyAt(start)).toHaveLength(1);
    expect(await release(id)).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
  });

  it('that was released is no hold: the time is free again, also for who held it', async () => {
    const start = nextStart();
    const { id } = await made(hold(start));
    expect(await release(id)).toMatchObject({ status: 204 });
    expect(await release(id)).toMatchObject({ status: 204 });
    expect(await busyAt(start)).toEqual([]);
    expect(await offered()).toContain(start);
    await made(book(start, id));
    expect(await book(start, id)).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
  });

  it('ends by itself, without anybody doing anything', async () => {
    const [taken, still] = [nextStart(), nextStart()];
    const [late, lateToo] = await Promise.all([holdMadeBefore(holdMinutes, taken), holdMadeBefore(holdMinutes, still)]);
    expect(await offered()).toEqual(expect.arrayContaining([taken, still]));
    expect(await busyAt(taken)).toEqual([]);
    const other = await made(book(taken));
    expect(await book(taken, late)).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
    expect(await release(late)).toMatchObject({ status: 204 });
    expect(await busyAt(taken)).toEqual([other.id]);
    await made(book(still, lateToo));
  });

  it('a minute before its end still counts', async () => {
    const start = nextStart();
    const id = await holdMadeBefore(holdMinutes - 1, start);
    expect(await book(start)).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
    await made(book(start, id));
  });

  it('of another time is refused by its field, and stays', async () => {
    const [start, other] = [nextStart(), nextStart()];
    const { id } = await made(hold(start));
    const answer = await book(other, id);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', errors: [{ field: 'body.holdId' }] } });
    await made(book(start, id));
  });

  it('that never was, or was deleted long ago, is no hold', async () => {
    const start = nextStart();
    await made(book(start, 'hld_01K8Z3V9Q4M7T2W6X5Y1N0R8PA'));
  });

  it('keeps the room the visit needs as well', async () => {
    const type = {
      minutes: 30,
      modalities: ['in-person'],
      name: 'Traction',
      roomIds: [roomId],
      providerIds: [providerId],
    };
    const { id: withRoom } = await made(staff('POST /v1/appointment-types', { body: type }));
    const second = { name: 'Dr. Room', role: 'physician', zone: 'America/Denver', licences: licensedInColorado };
    const availability = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '18:00' }));
    const { id: other } = await made(staff('POST /v1/providers', { body: { ...second, availability } }));
    const types = { ...type, name: 'Traction too', providerIds: [other] };
    const { id: withSameRoom } = await made(staff('POST /v1/appointment-types', { body: types }));

    const start = nextStart();
    const held = await made(staff('POST /v1/holds', { body: { typeId: withRoom, providerId, start } }));
    const elsewhere = { typeId: withSameRoom, providerId: other, patientId, start };
    expect(await staff('POST /v1/appointments', { body: elsewhere })).toMatchObject({ status: 409 });
    const visit = await made(
      staff('POST /v1/appointments', { body: { typeId: withRoom, providerId, patientId, start, holdId: held.id } }),
    );
    expect(visit.also).toEqual([roomId]);
    expect(await staff('POST /v1/appointments', { body: elsewhere })).toMatchObject({ status: 409 });
  });
});

describe('a stranger', () => {
  it('holds what is offered, and only that', async () => {
    const start = nextStart();
    const held = await made(holdPublicly(start));
    expect(await offered()).not.toContain(start);
    const offGrid = Temporal.Instant.from(nextStart()).add({ minutes: 7 }).toString({ smallestUnit: 'second' });
    expect(await holdPublicly(offGrid)).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    const params = { holdId: held.id };
    expect(await stranger('DELETE /v1/public/{slug}/holds/{holdId}', { params })).toMatchObject({ status: 204 });
    expect(await offered()).toContain(start);
  });

  it("cannot release a hold of the clinic's own", async () => {
    const start = nextStart();
    const { id } = await made(hold(start));
    const params = { holdId: id };
    const answer = await stranger('DELETE /v1/public/{slug}/holds/{holdId}', { params });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await busyAt(start)).toEqual([id]);
  });

  it('holds nothing of another clinic', async () => {
    const elsewhere = await createTestClinic(now);
    const answer = await stranger('POST /v1/public/{slug}/holds', {
      params: { slug: elsewhere.slug },
      body: { typeId, providerId, start: nextStart() },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});
