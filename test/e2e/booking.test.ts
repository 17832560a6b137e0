import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Answer } from '../../local/api.ts';
import { healthyAnswers } from '../helpers/form.ts';
import { outcomeOf, tally } from './support/api.ts';
import { untilAuditAgrees } from './support/audit.ts';
import { doubled } from './support/carrier.ts';
import {
  isCodeText,
  localTime,
  openClinic,
  type Patient,
  proveByCode,
  type TestClinic,
  textsOf,
  untilText,
} from './support/clinic.ts';
import { untilStill } from './support/until.ts';

let clinic: TestClinic;
let patient: Patient;

beforeAll(async () => {
  clinic = await openClinic('booking');
  patient = await clinic.addPatient();
});

const booking = (start: string, patientId = patient.id) => ({
  patientId,
  providerId: clinic.providerIds[0],
  typeId: clinic.typeId,
  start,
});

const listed = async (patientId: string) =>
  (await clinic.admin.ok('listPatientAppointments', { params: { patientId } })).items;

const confirmationsOn = async (phone: string): Promise<number> =>
  (await clinic.carrier.received(phone)).filter(({ context }) => context?.message.includes('#confirmation#')).length;

describe('fifty callers at once want one time', () => {
  it('one gets it; there is one visit, one plan of texts and one text', async () => {
    const start = localTime(clinic, 5, '10:00');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => clinic.admin.ask('bookAppointment', { body: booking(start) })),
    );

    expect(tally(answers.map(outcomeOf))).toEqual({ '201': 1, '409 slot-taken': 49 });
    const visits = await listed(patient.id);
    expect(visits).toHaveLength(1);
    const [visit] = visits;
    const id = visit?.id ?? '';
    const day = await clinic.admin.ok('getProviderDay', {
      params: { providerId: clinic.providerIds[0] },
      query: { date: visit?.wallTime.slice(0, 10) },
    });
    expect(day.busy.map(({ heldBy }) => heldBy)).toEqual([id]);

    await untilText(clinic, id, 'confirmation#0', 'delivered');
    expect([...(await textsOf(clinic, id)).keys()].toSorted()).toEqual([
      'confirmation#0',
      'reminder-24h#0',
      'reminder-72h#0',
      'video-link#0',
    ]);
    await untilStill(() => clinic.carrier.received(patient.phone));
    expect(await confirmationsOn(patient.phone)).toBe(1);
    expect(await clinic.carrier.received(patient.phone)).toHaveLength(1);
  });

  it('fifteen strangers booking themselves: one gets it, and nobody is registered without a visit', async () => {
    const start = localTime(clinic, 6, '10:00');
    // As many as an address gets codes for in an hour, and a few left for the tests below.
    const strangers = Array.from({ length: 15 }, () => clinic.newPhone());
    const codes = await Promise.all(strangers.map((phone) => proveByCode(clinic, phone)));
    const answers = await Promise.all(
      strangers.map((phone, index) => bookPatiently(selfBooking(phone, start, codes[index]))),
    );

    expect(tally(answers.map(outcomeOf))).toEqual({ '201': 1, '409 slot-taken': 14 });
    const registered = await Promise.all(
      strangers.map(async (phone) => (await clinic.admin.ok('findPatients', { body: { who: phone } })).items),
    );
    expect(registered.flat()).toHaveLength(1);
    const texted = await untilStill(async () => {
      const threads = await Promise.all(strangers.map((phone) => clinic.carrier.received(phone)));
      return threads.flat().filter((text) => !isCodeText(text)).length;
    });
    expect(texted).toBe(1);
  });
});

/** Books, and asks again under the same key while the machine is too slow for it, as a client should. */
const bookPatiently = async (call: ReturnType<typeof selfBooking>): Promise<Answer> => {
  const headers = { 'idempotency-key': randomUUID() };
  let answer = await clinic.anyone.ask('selfBook', { ...call, headers });
  for (let again = 0; again < 3 && answer.status >= 502; again += 1) {
    await sleep(500);
    answer = await clinic.anyone.ask('selfBook', { ...call, headers });
  }
  return answer;
};

const selfBooking = (phone: string, start: string, phoneCode: string | undefined) => ({
  params: { slug: clinic.slug },
  body: {
    typeId: clinic.typeId,
    providerId: clinic.providerIds[1],
    start,
    patient: { givenName: 'Ottoline', familyName: 'Quillfeather', birthDate: '1975-03-09', phone, state: 'CO' },
    phoneCode,
    intake: healthyAnswers,
    consentToText: { granted: true, wording: clinic.file.consent.wording, wordingVersion: '1' },
  },
});

describe('the same request under the same Idempotency-Key', () => {
  it('ten at once and once more later: one answer, one visit, one text', async () => {
    const someone = await clinic.addPatient();
    const call = {
      body: booking(localTime(clinic, 5, '13:00'), someone.id),
      headers: { 'idempotency-key': randomUUID() },
    };
    const atOnce = await Promise.all(Array.from({ length: 10 }, () => clinic.admin.ask('bookAppointment', call)));
    const [visit] = await listed(someone.id);
    await untilText(clinic, visit?.id ?? '', 'confirmation#0', 'delivered');
    const later = await clinic.admin.ask('bookAppointment', call);

    expect(tally([...atOnce, later].map(outcomeOf))).toEqual({ '201': 11 });
    for (const { body } of [...atOnce, later]) expect(body).toEqual(visit);
    expect(later.headers.get('idempotency-replayed')).toBe('true');
    expect(later.headers.get('etag')).toBe('"1"');
    expect(await listed(someone.id)).toHaveLength(1);
    await untilStill(() => clinic.carrier.received(someone.phone));
    expect(await clinic.carrier.received(someone.phone)).toHaveLength(1);
  });

  it('another body is refused, another caller is not', async () => {
    const someone = await clinic.addPatient();
    const headers = { 'idempotency-key': randomUUID() };
    const first = booking(localTime(clinic, 5, '14:00'), someone.id);
    const second = booking(localTime(clinic, 5, '15:00'), someone.id);
    const frontdesk = await clinic.as('frontdesk');
    await clinic.admin.ok('bookAppointment', { body: first, headers });
    const reused = await clinic.admin.ask('bookAppointment', { body: second, headers });
    const byAnother = await frontdesk.ask('bookAppointment', { body: second, headers });

    expect([reused, byAnother].map(outcomeOf)).toEqual(['422 idempotency-mismatch', '201']);
    expect(await listed(someone.id)).toHaveLength(2);
  });

  it('a change repeated after the visit changed again gets its first answer, not a second change', async () => {
    const someone = await clinic.addPatient();
    const visit = await clinic.admin.ok('bookAppointment', {
      body: booking(localTime(clinic, 5, '16:00'), someone.id),
    });
    const params = { appointmentId: visit.id };
    const call = {
      params,
      body: { start: localTime(clinic, 5, '17:00') },
      headers: { 'idempotency-key': randomUUID(), 'if-match': '"1"' },
    };
    const moved = await clinic.admin.ok('rescheduleAppointment', call);
    await clinic.admin.ok('cancelAppointment', { params });
    const again = await clinic.admin.ask('rescheduleAppointment', call);

    expect(outcomeOf(again)).toBe('200');
    expect(again.body).toEqual(moved);
    const now = await clinic.admin.ok('getAppointment', { params });
    expect(now).toMatchObject({ status: 'cancelled', rev: 3 });
  });

  it('a self-booking repeated by an impatient thumb', async () => {
    const phone = clinic.newPhone();
    const call = {
      ...selfBooking(phone, localTime(clinic, 7, '10:00'), await proveByCode(clinic, phone)),
      headers: { 'idempotency-key': randomUUID() },
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => clinic.anyone.ask('selfBook', call)));

    expect(tally(answers.map(outcomeOf))).toEqual({ '201': 5 });
    const ids = answers.map(({ body }) => z.object({ appointmentId: z.string() }).parse(body).appointmentId);
    expect(new Set(ids).size).toBe(1);
    await untilText(clinic, ids[0] ?? '', 'confirmation#0', 'delivered');
    await untilStill(() => clinic.carrier.received(phone));
    expect((await clinic.carrier.received(phone)).filter((text) => !isCodeText(text))).toHaveLength(1);
  });
});

it('no text went out twice, and the audit log agrees with every record', async () => {
  expect(doubled(await clinic.carrier.sends(clinic.clinicId))).toEqual([]);
  await untilAuditAgrees(clinic);
});
