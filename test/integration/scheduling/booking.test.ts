import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import { handler as messaging } from '../../../functions/messaging/handlers/http.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';

const now = Temporal.Now.instant();
const week = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '07:30', to: '17:30' }));

let clinic: TestClinic;
let providerId: string;
let typeId: string;

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(routeKey.includes('/texts') ? messaging : scheduling, clinic.clinicId, routeKey, options);

const createPatient = async (): Promise<string> => {
  const { status, body } = await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', {
    body: {
      givenName: 'Ada',
      state: 'CO',
      familyName: 'Test',
      birthDate: '1980-05-17',
      phone: testPhone(),
      zone: 'America/Denver',
      consentToText: { granted: true, wording: 'You may text me about my visits.', wordingVersion: '1' },
    },
  });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
};

const offered = async (): Promise<{ start: string; providerId: string }[]> => {
  const { status, body } = await staff('GET /v1/slots', {
    query: {
      typeId,
      from: now.add({ hours: 100 }).toString({ smallestUnit: 'second' }),
      to: now.add({ hours: 400 }).toString({ smallestUnit: 'second' }),
      limit: '400',
    },
  });
  expect(status).toBe(200);
  return body.items;
};

/** Starts handed out one each, apart from each other, so that tests do not meet. */
let unused: string[] = [];
const nextSlot = (): string => {
  const start = unused.shift();
  if (start === undefined) throw new Error('The test calendar is full');
  return start;
};

const bookAt = (patientId: string, start: string, headers: Record<string, string> = {}): Promise<Answer> =>
  staff('POST /v1/appointments', { body: { patientId, providerId, typeId, start }, headers });

const change = (appointmentId: string, verb: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  staff(`POST /v1/appointments/{appointmentId}/${verb}`, { params: { appointmentId }, body, headers });

const read = (appointmentId: string) => staff('GET /v1/appointments/{appointmentId}', { params: { appointmentId } });

const dayOf = async (start: string) => {
  const date = Temporal.Instant.from(start).toZonedDateTimeISO('America/Denver').toPlainDate().toString();
  return (await staff('GET /v1/providers/{providerId}/day', { params: { providerId }, query: { date } })).body.busy;
};

const textsOf = async (appointmentId: string) => {
  const { body } = await staff('GET /v1/appointments/{appointmentId}/texts', { params: { appointmentId } });
  return body.items.map(({ id, status }: { id: string; status: string }) => {
    const [, step = '', sequence = ''] = id.split('#');
    return { step, sequence: Number(sequence), status };
  });
};

beforeAll(async () => {
  clinic = await createTestClinic(now);
  const provider = await staff('POST /v1/providers', {
    body: {
      name: 'Dr. Test',
      role: 'physician',
      zone: 'America/Denver',
      availability: week,
      licences: licensedInColorado,
    },
  });
  expect(provider).toMatchObject({ status: 201 });
  providerId = provider.body.id;
  const type = await staff('POST /v1/appointment-types', {
    body: { name: 'Follow-up', minutes: 30, modalities: ['in-person', 'video'], providerIds: [providerId] },
  });
  expect(type).toMatchObject({ status: 201 });
  typeId = type.body.id;
  unused = (await offered()).map((slot) => slot.start).filter((_, index) => index % 3 === 0);
});

describe('booking', () => {
  it('books a slot, takes it off the calendar and plans its texts', async () => {
    const patientId = await createPatient();
    const start = nextSlot();
    const booked = await bookAt(patientId, start);
    expect(booked).toMatchObject({
      status: 201,
      body: { start, status: 'booked', confirmed: false, rev: 1, sequence: 0 },
    });
    expect((await offered()).map((slot) => slot.start)).not.toContain(start);
    const steps = (await textsOf(booked.body.id)).map((text: { step: string }) => text.step);
    expect(steps).toEqual(expect.arrayContaining(['confirmation', 'reminder-72h', 'reminder-24h']));
  });

  it('lets exactly one of 50 simultaneous bookings of a slot through, with one message plan', async () => {
    const patients = await Promise.all(Array.from({ length: 5 }, createPatient));
    const start = nextSlot();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => bookAt(patients[index % 5] ?? '', start)),
    );
    const won = answers.filter((answer) => answer.status === 201);
    expect(won).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 409 && answer.body.code === 'slot-taken')).toHaveLength(49);
    expect((await dayOf(start)).filter((busy: { start: string }) => busy.start === start)).toHaveLength(1);
    const lists = await Promise.all(
      patients.map((patientId) => staff('GET /v1/patients/{patientId}/appointments', { params: { patientId } })),
    );
    expect(lists.flatMap((list) => list.body.items)).toHaveLength(1);
    const confirmations = (await textsOf(won[0]?.body.id)).filter(
      (text: { step: string }) => text.step === 'confirmation',
    );
    expect(confirmations).toHaveLength(1);
  });

  it('books every one of many different slots of one day asked for at once', async () => {
    const patientId = await createPatient();
    const starts = Array.from({ length: 8 }, nextSlot);
    const answers = await Promise.all(starts.map((start) => bookAt(patientId, start)));
    expect(answers.map((answer) => answer.status)).toEqual(starts.map(() => 201));
  });

  it('answers a repeated POST with the first answer and writes nothing again', async () => {
    const patientId = await createPatient();
    const start = nextSlot();
    const key = { 'idempotency-key': `book-${start}` };
    const answers = await Promise.all([bookAt(patientId, start, key), bookAt(patientId, start, key)]);
    const again = await bookAt(patientId, start, key);
    expect(new Set([...answers, again].map((answer) => answer.body.id)).size).toBe(1);
    expect(again).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } });
    const other = await bookAt(patientId, nextSlot(), key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-mismatch' } });
  });

  it.each([
    ['outside the hours', (start: string) => start.replace(/T.*/, 'T03:00:00Z'), 'slot-not-offered'],
    ['in the past', () => '2020-01-06T17:00:00Z', 'slot-not-offered'],
    [
      'beyond the horizon',
      () =>
        now
          .add({ hours: 24 * 300 })
          .toString({ smallestUnit: 'minute' })
          .replace('Z', ':00Z'),
      'slot-not-offered',
    ],
  ])('refuses a time %s', async (_case, at, code) => {
    const answer = await bookAt(await createPatient(), at(nextSlot()));
    expect(answer).toMatchObject({ status: 409, body: { code } });
  });
});

describe('rescheduling', () => {
  it('takes the new time and frees the old one, replaces the texts and un-confirms', async () => {
    const start = nextSlot();
    const { body: appointment } = await bookAt(await createPatient(), start);
    await change(appointment.id, 'confirm');
    expect((await read(appointment.id)).body.confirmed).toBe(true);
    const newStart = nextSlot();
    const moved = await change(appointment.id, 'reschedule', { start: newStart });
    expect(moved).toMatchObject({ status: 200, body: { start: newStart, sequence: 1, confirmed: false } });
    expect((await offered()).map((slot) => slot.start)).toContain(start);
    const texts: { step: string; sequence: number; status: string }[] = await textsOf(appointment.id);
    expect(texts.filter((text) => text.sequence === 0 && text.status === 'planned')).toEqual([]);
    expect(texts.filter((text) => text.sequence === 1).map((text) => text.step)).toEqual(
      expect.arrayContaining(['moved', 'reminder-72h', 'reminder-24h']),
    );
  });

  it('never ends with both times or none when many move at once to one time', async () => {
    const target = nextSlot();
    const visits = await Promise.all(
      Array.from({ length: 6 }, async () => (await bookAt(await createPatient(), nextSlot())).body),
    );
    const answers = await Promise.all(visits.map((visit) => change(visit.id, 'reschedule', { start: target })));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    for (const [index, visit] of visits.entries()) {
      const current = (await read(visit.id)).body;
      expect(current.start).toBe(answers[index]?.status === 200 ? target : visit.start);
      const held = (await dayOf(current.start)).filter((busy: { heldBy: string }) => busy.heldBy === visit.id);
      expect(held.map((busy: { start: string }) => busy.start)).toEqual([current.start]);
    }
  });

  it('refuses a stale If-Match with 412 and changes nothing', async () => {
    const { body: appointment } = await bookAt(await createPatient(), nextSlot());
    await change(appointment.id, 'confirm');
    const stale = await change(appointment.id, 'reschedule', { start: nextSlot() }, { 'if-match': '"1"' });
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale' } });
    expect((await read(appointment.id)).body).toMatchObject({ start: appointment.start, rev: 2 });
  });
});

describe('cancelling', () => {
  it('frees the time, suppresses what was planned and is idempotent', async () => {
    const start = nextSlot();
    const { body: appointment } = await bookAt(await createPatient(), start);
    const cancelled = await change(appointment.id, 'cancel', { reason: 'patient is away' });
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: 'cancelled', cancellationReason: 'patient is away' },
    });
    expect((await offered()).map((slot) => slot.start)).toContain(start);
    const texts: { step: string; status: string }[] = await textsOf(appointment.id);
    expect(texts.filter((text) => text.step.startsWith('reminder')).map((text) => text.status)).toEqual([
      'suppressed',
      'suppressed',
    ]);
    expect(await change(appointment.id, 'cancel')).toMatchObject({ status: 200, body: { rev: cancelled.body.rev } });
    expect(await change(appointment.id, 'arrive')).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
  });

  it('and a booking of the freed time race to one winner', async () => {
    const start = nextSlot();
    const { body: appointment } = await bookAt(await createPatient(), start);
    const patientId = await createPatient();
    const [cancelled, ...rivals] = await Promise.all([
      change(appointment.id, 'cancel'),
      ...Array.from({ length: 5 }, () => bookAt(patientId, start)),
    ]);
    expect(cancelled?.status).toBe(200);
    const won = rivals.filter((answer) => answer.status === 201);
    expect(won.length).toBeLessThanOrEqual(1);
    const held = (await dayOf(start)).filter((busy: { start: string }) => busy.start === start);
    expect(held).toHaveLength(won.length);
  });
});
