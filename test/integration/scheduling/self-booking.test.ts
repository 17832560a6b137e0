import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as care } from '../../../functions/care/handlers/http.ts';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import { findPatientsByPhone } from '../../../functions/intake/patients.ts';
import { barOf, loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { CONSENT_CATEGORIES } from '../../../functions/messaging/core/consent.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { getMessage } from '../../../functions/messaging/store.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { mostTries, provePhone, requestPhoneCode } from '../../../functions/scheduling/phone-code.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { healthyAnswers } from '../../helpers/form.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';
import { startNetwork } from '../messaging/network.ts';
import { askAnyone, codesOn, codeTextOf, deliverCode, proveBy, storedCode } from './patient-phone.ts';

const network = await startNetwork();
let clinic: TestClinic;
let providerId: string;
let typeId: string;
let starts: string[];

const hoursAhead = (hours: number): string =>
  Temporal.Now.instant().add({ hours }).toString({ smallestUnit: 'second' });

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(scheduling, clinic.clinicId, routeKey, options);

const made = async (answer: Promise<Answer>): Promise<string> => {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
};

const typeOf = (fields: Record<string, unknown> = {}) =>
  made(
    staff('POST /v1/appointment-types', {
      body: { name: 'Visit', minutes: 30, modalities: ['in-person', 'video'], providerIds: [providerId], ...fields },
    }),
  );

/** A clinic with a provider who works all week, and a network that takes its texts. */
beforeAll(async () => {
  clinic = await createTestClinic(Temporal.Now.instant());
  providerId = await made(
    staff('POST /v1/providers', {
      body: {
        name: 'Dr. Ada',
        role: 'physician',
        zone: 'America/Denver',
        availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '06:00', to: '22:00' })),
        licences: licensedInColorado,
      },
    }),
  );
  typeId = await typeOf();
  const { body } = await askAnyone(clinic, 'GET /v1/public/{slug}/slots', {
    query: { typeId, from: hoursAhead(48), to: hoursAhead(600), limit: '200' },
  });
  starts = body.items.map(({ start }: { start: string }) => start).filter((start: string) => start.endsWith(':00:00Z'));
});

/** Starts an hour apart, each handed out once. */
const nextStart = (): string => {
  const start = starts.shift();
  if (start === undefined) throw new Error('The test calendar is full');
  return start;
};

interface Person {
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: string;
  readonly phone: string;
  readonly state?: string;
}

const person = (details: Partial<Person> = {}): Person => ({
  givenName: 'Ana',
  familyName: 'Reyes',
  birthDate: '1984-02-29',
  phone: testPhone(),
  state: 'CO',
  ...details,
});

const requestOf = (patient: Person, phoneCode: string, fields: Record<string, unknown> = {}) => ({
  typeId,
  providerId,
  start: fields.start ?? nextStart(),
  patient,
  phoneCode,
  intake: healthyAnswers,
  consentToText: { granted: true, wording: 'I agree to texts.', wordingVersion: 'test-1' },
  ...fields,
});

const selfBook = (body: unknown, options: Record<string, unknown> = {}): Promise<Answer> =>
  askAnyone(clinic, 'POST /v1/public/{slug}/appointments', { body, ...options });

const askForCode = (phone: string, address?: string): Promise<Answer> =>
  askAnyone(clinic, 'POST /v1/public/{slug}/phone-codes', {
    body: { phone },
    ...(address === undefined ? {} : { address }),
  });

const registered = async (phone: string): Promise<readonly { readonly id: string }[]> => {
  const { body } = await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients/search', { body: { who: phone } });
  return body.items;
};

const otherThan = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('a code', () => {
  it('is texted in one segment, is nowhere in the records, and books one visit', async () => {
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const messageId = await codeTextOf(clinic, patient.phone);
    const stored = [await storedCode(clinic, patient.phone), await getMessage(clinic.clinicId, messageId)];
    expect(JSON.stringify(stored)).not.toContain(code);
    expect(JSON.stringify(stored[0])).not.toContain(patient.phone);
    expect(stored[1]).toMatchObject({ status: 'accepted', parameters: { clinicName: 'Test Clinic' } });

    const booked = await selfBook(requestOf(patient, code));
    expect(booked).toMatchObject({ status: 201, body: { status: 'booked' } });
    const again = await selfBook(requestOf(patient, code));
    expect(again).toMatchObject({ status: 422, body: { code: 'phone-code-wrong' } });
    expect(await registered(patient.phone)).toHaveLength(1);
  });

  it('is not sent to a number that said STOP, and the answer does not say so', async () => {
    const phone = testPhone();
    await receiveText(
      { from: phone, to: clinic.originationNumber, body: 'STOP', inboundMessageId: `in-${phone}` },
      { now: Temporal.Now.instant(), requestId: 'test' },
    );
    const [stopped, other] = [await askForCode(phone), await askForCode(testPhone())];
    expect(stopped).toEqual({ ...other, headers: expect.anything() });
    await deliverCode(clinic, phone);
    expect(await codesOn(network, phone)).toEqual([]);
    const message = await getMessage(clinic.clinicId, await codeTextOf(clinic, phone));
    expect(message).toMatchObject({ status: 'suppressed', statusReason: 'opted-out' });
  });

  it('is the proof with which an agreement ends a STOP to its kind of text', async () => {
    const patient = person();
    const words = { granted: true, wording: 'I agree.', wordingVersion: 'test-1' };
    const silent = { consentToText: { ...words, granted: false } };
    const first = await selfBook(requestOf(patient, await proveBy(network, clinic, patient.phone), silent));
    expect(first.status).toBe(201);

    const code = await proveBy(network, clinic, patient.phone);
    await receiveText(
      { from: patient.phone, to: clinic.originationNumber, body: 'STOP', inboundMessageId: `in-${patient.phone}` },
      { now: Temporal.Now.instant(), requestId: 'test' },
    );
    const consentToText = { ...words, warning: { wording: 'Not encrypted.', wordingVersion: 'w-1' } };
    const again = await selfBook(requestOf(patient, code, { consentToText, consentToMarketing: words }));
    expect(again.status).toBe(201);
    const standing = await loadStanding(clinic.clinicId, patient.phone);
    const barsOf = (who?: string) => CONSENT_CATEGORIES.map((category) => barOf(standing, category, who));
    // Nobody else with the number has agreed.
    expect(barsOf()).toEqual(['no-consent', 'opted-out', 'no-consent', 'opted-out']);
    const [booked] = await findPatientsByPhone(clinic.clinicId, patient.phone);
    expect(barsOf(booked?.id)).toEqual([undefined, 'opted-out', undefined, 'opted-out']);
    expect(standing.channel).toMatchObject({ wordingVersion: 'w-1', prefersTexts: true });
    expect((await consentsOf(clinic.clinicId, patient.phone)).map(({ category, proof }) => [category, proof])).toEqual([
      ['all', 'from-the-number'],
      ...['treatment', 'unencrypted-texts', 'marketing'].map((category) => [category, 'one-time-code']),
    ]);
  });

  it('goes out in the middle of the night, and not when it has expired', async () => {
    const [phone, late] = [testPhone(), testPhone()];
    const night = Temporal.Now.zonedDateTimeISO('America/Denver').withPlainTime('03:00').toInstant();
    for (const each of [phone, late]) {
      const caller = {
        clinicId: clinic.clinicId,
        actor: { kind: 'patient', id: 'self-booking' },
        requestId: 'test',
        now: night,
      } as const;
      await requestPhoneCode(caller, each, (items) => transact(items));
    }
    await deliverCode(clinic, late, night.add({ minutes: 10 }));
    await deliverCode(clinic, phone, night.add({ minutes: 9 }));
    expect([(await codesOn(network, phone)).length, (await codesOn(network, late)).length]).toEqual([1, 0]);
  });

  it('is replaced by the next: only the newest of a number counts', async () => {
    const patient = person();
    const first = await proveBy(network, clinic, patient.phone);
    const second = await proveBy(network, clinic, patient.phone);
    expect(first).not.toBe(second);
    expect((await selfBook(requestOf(patient, first))).status).toBe(422);
    expect((await selfBook(requestOf(patient, second))).status).toBe(201);
  });

  it('of one clinic is worth nothing at another', async () => {
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const other = await createTestClinic(Temporal.Now.instant());
    const now = Temporal.Now.instant();
    const caller = {
      clinicId: other.clinicId,
      actor: { kind: 'patient', id: 'self-booking' },
      requestId: 'test',
      now,
    } as const;
    await expect(provePhone(caller, patient.phone, code)).rejects.toThrow('not right');
    // Nor with a code of its own asked for: it is another one, but for one chance in a million.
    await askAnyone(other, 'POST /v1/public/{slug}/phone-codes', { body: { phone: patient.phone } });
    await expect(provePhone(caller, patient.phone, code)).rejects.toThrow('not right');
    expect((await selfBook(requestOf(patient, code))).status).toBe(201);
  });

  it('expires after ten minutes', async () => {
    const phone = testPhone();
    const code = await proveBy(network, clinic, phone);
    const caller = (minutes: number) => ({
      clinicId: clinic.clinicId,
      actor: { kind: 'patient', id: 'self-booking' } as const,
      requestId: 'test',
      now: Temporal.Now.instant().add({ minutes }),
    });
    await expect(provePhone(caller(10), phone, code)).rejects.toThrow('not right');
    await expect(provePhone(caller(9), phone, code)).resolves.toMatch(/^cod_/);
  });

  it('sent with two bookings at once books one of them', async () => {
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const answers = await Promise.all([
      selfBook(requestOf(patient, code)),
      selfBook(requestOf(patient, code)),
      selfBook(requestOf(patient, code)),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422, 422]);
    const [known, ...others] = await registered(patient.phone);
    expect(others).toEqual([]);
    const { body } = await staff('GET /v1/patients/{patientId}/appointments', {
      params: { patientId: known?.id ?? '' },
    });
    expect(body.items).toHaveLength(1);
  });

  it('is still good after the time was taken by another', async () => {
    const patient = person();
    const rival = person();
    const [code, theirs] = [await proveBy(network, clinic, patient.phone), await proveBy(network, clinic, rival.phone)];
    const start = nextStart();
    expect((await selfBook(requestOf(rival, theirs, { start }))).status).toBe(201);
    const lost = await selfBook(requestOf(patient, code, { start }));
    expect(lost).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
    expect((await selfBook(requestOf(patient, code))).status).toBe(201);
  });
});

it('fifteen strangers want one time: one gets it, and nobody is registered without a visit', async () => {
  const start = nextStart();
  const strangers = Array.from({ length: 15 }, () => person());
  const codes = await Promise.all(strangers.map(({ phone }) => proveBy(network, clinic, phone)));
  const answers = await Promise.all(
    strangers.map((stranger, index) => selfBook(requestOf(stranger, codes[index] ?? '', { start }))),
  );
  const outcomes = answers.map(({ status, body }) => `${status} ${body.code ?? body.status}`);
  expect(outcomes.toSorted()).toEqual(['201 booked', ...Array.from({ length: 14 }, () => '409 slot-taken')]);
  const found = await Promise.all(strangers.map(({ phone }) => registered(phone)));
  expect(found.flat()).toHaveLength(1);
});

describe('a wrong code', () => {
  it('books nothing, and after five the right one is void too', async () => {
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const start = nextStart();
    for (let wrong = 0; wrong < mostTries; wrong += 1) {
      const answer = await selfBook(requestOf(patient, otherThan(code), { start }));
      expect(answer).toMatchObject({ status: 422, body: { code: 'phone-code-wrong' } });
      expect(answer.body.errors).toEqual([{ field: 'body.phoneCode', message: expect.any(String) }]);
    }
    expect((await selfBook(requestOf(patient, code, { start }))).status).toBe(422);
    expect(await registered(patient.phone)).toEqual([]);
  });

  it('twenty at once are tried no more often than five', async () => {
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const start = nextStart();
    const guesses = Array.from({ length: 20 }, (_, index) => String((Number(code) + 1 + index) % 1_000_000));
    const answers = await Promise.all(
      guesses.map((guess) =>
        selfBook(requestOf(patient, guess.padStart(6, '0'), { start }), { address: '198.51.100.9' }),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['422 phone-code-wrong']),
    );
    expect(await storedCode(clinic, patient.phone)).toMatchObject({ tries: mostTries, isUsed: false });
  });

  it('is answered as one of a number that never asked for any', async () => {
    const asked = person();
    const never = person();
    const code = await proveBy(network, clinic, asked.phone);
    const answers = await Promise.all([
      selfBook(requestOf(asked, otherThan(code))),
      selfBook(requestOf(never, '123456')),
    ]);
    const [one, other] = answers.map(({ status, body: { requestId: _, ...rest } }) => ({ status, ...rest }));
    expect(one).toEqual(other);
  });

  it.each(['12345', '1234567', 'abcdef', ' 123456', ''])('%j is bad input', async (phoneCode) => {
    const answer = await selfBook(requestOf(person(), phoneCode, { start: starts[0] }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'body.phoneCode' }] } });
  });
});

describe('limits', () => {
  // Counted by the clock's hours: no test of them may begin in one and end in the next.
  beforeAll(async () => {
    const secondsLeft = 3600 - (Math.floor(Date.now() / 1000) % 3600);
    if (secondsLeft < 20) await sleep(secondsLeft * 1000);
  });

  it('a number gets three codes in a quarter of an hour, whoever asks; the refusal says when to come back', async () => {
    const phone = testPhone();
    const answers: Answer[] = [];
    for (let index = 0; index < 4; index += 1) answers.push(await askForCode(phone, `203.0.113.${index}`));
    const [refused, ...others] = answers.filter(({ status }) => status === 429);
    expect(others).toEqual([]);
    if (refused === undefined) throw new Error('Nothing was refused');
    expect(refused.body).toMatchObject({ code: 'too-many-requests' });
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(15 * 60);
    expect((await askForCode(testPhone(), '203.0.113.1')).status).toBe(202);
  });

  it('an address gets twenty codes an hour, of an IPv6 network all addresses together', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 22; index += 1) {
      statuses.push((await askForCode(testPhone(), `2001:db8:77:1::${index.toString(16)}`)).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 202));
    expect((await askForCode(testPhone(), '2001:db8:77:2::1')).status).toBe(202);
    expect(statuses.slice(20)).toEqual([429, 429]);
  });

  it('an address that may not ask any more uses up nobody else’s number', async () => {
    const address = '198.51.100.77';
    for (let index = 0; index < 20; index += 1) await askForCode(testPhone(), address);
    const phone = testPhone();
    expect((await askForCode(phone, address)).status).toBe(429);
    const others = [await askForCode(phone), await askForCode(phone), await askForCode(phone)];
    expect(others.map(({ status }) => status)).toEqual([202, 202, 202]);
  });

  it('sixty bookings tried within an hour from one address, and no more', async () => {
    const address = '198.51.100.88';
    const start = nextStart();
    const tries = Array.from({ length: 62 }, () => selfBook(requestOf(person(), '000000', { start }), { address }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

describe('who the clinic knows', () => {
  it('is not told before the phone is proved: the same answer for a patient and for a stranger, of any type', async () => {
    const known = person({ familyName: 'Known' });
    await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', { body: { ...known, zone: 'America/Denver' } });
    const forNew = await typeOf({ patientKind: 'new' });
    const forEstablished = await typeOf({ patientKind: 'established' });
    for (const kind of [typeId, forNew, forEstablished]) {
      const answers = await Promise.all(
        [known, person()].map(async (who) => {
          const asked = await askForCode(who.phone);
          const booked = await selfBook(requestOf(who, '000000', { typeId: kind, start: starts[0] }));
          const { requestId: _, ...problem } = booked.body;
          return [asked.status, asked.body, booked.status, problem];
        }),
      );
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  it('is told by the code: a type for established patients refuses a new one, and is not spent', async () => {
    const forEstablished = await typeOf({ patientKind: 'established' });
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const refused = await selfBook(requestOf(patient, code, { typeId: forEstablished }));
    expect(refused).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    expect(await registered(patient.phone)).toEqual([]);
    expect((await selfBook(requestOf(patient, code))).status).toBe(201);
  });

  it('is matched: the second booking is the same patient’s', async () => {
    const patient = person();
    for (const spelling of ['Ana', 'ANA']) {
      const code = await proveBy(network, clinic, patient.phone);
      expect((await selfBook(requestOf({ ...patient, givenName: spelling }, code))).status).toBe(201);
    }
    expect(await registered(patient.phone)).toHaveLength(1);
  });

  it('twins are asked to call', async () => {
    const one = person({ givenName: 'Ben' });
    expect((await selfBook(requestOf(one, await proveBy(network, clinic, one.phone)))).status).toBe(201);
    const code = await proveBy(network, clinic, one.phone);
    const other = await selfBook(requestOf({ ...one, givenName: 'Cai' }, code));
    expect(other).toMatchObject({ status: 409, body: { code: 'self-booking-blocked' } });
  });
});

describe('another clinic', () => {
  it('books none of our providers and types, under no code', async () => {
    const other = await createTestClinic(Temporal.Now.instant());
    const patient = person();
    const phoneCode = await proveBy(network, other, patient.phone);
    const answer = await askAnyone(other, 'POST /v1/public/{slug}/appointments', {
      body: requestOf(patient, phoneCode, { start: starts[0] }),
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await storedCode(other, patient.phone)).toMatchObject({ tries: 0, isUsed: false });
  });

  it('has limits of its own', async () => {
    const other = await createTestClinic(Temporal.Now.instant());
    const phone = testPhone();
    for (let index = 0; index < 3; index += 1) await askForCode(phone);
    const there = await askAnyone(other, 'POST /v1/public/{slug}/phone-codes', { body: { phone } });
    expect(there.status).toBe(202);
  });
});

describe('where the patient will be', () => {
  it('a visit by video needs a state with a licence, said for this visit or that of the address', async () => {
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const { state: _, ...stateless } = patient;
    const start = nextStart();
    const video = { modality: 'video', start };
    const unsaid = await selfBook(requestOf(stateless, code, video));
    expect(unsaid).toMatchObject({ status: 400, body: { errors: [{ field: 'body.patientState' }] } });
    const elsewhere = await selfBook(requestOf(patient, code, { ...video, patientState: 'WY' }));
    expect(elsewhere).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    const there = await selfBook(requestOf(stateless, code, { ...video, patientState: 'CO' }));
    expect(there.status).toBe(201);
  });
});

describe('the form', () => {
  it('may be left out where the type does not require it, and is screened if it is there', async () => {
    const short = await typeOf({ requiredForm: 'none' });
    const patient = person();
    const code = await proveBy(network, clinic, patient.phone);
    const { intake: _, ...formless } = requestOf(patient, code, { typeId: short });
    expect((await selfBook(formless)).status).toBe(201);
    const urgent = await selfBook(requestOf(patient, code, { typeId: short, intake: { 'bladder-bowel': true } }));
    expect(urgent).toMatchObject({ status: 409, body: { code: 'self-booking-blocked' } });
  });

  it('missing answers are named, before the code is asked about', async () => {
    const { fever: _, ...rest } = healthyAnswers;
    const answer = await selfBook(requestOf(person(), '000000', { intake: rest, start: starts[0] }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'body.intake.fever' }] } });
  });

  it('an emergency is answered without a code, as often as it comes, and alerts three times an hour at most', async () => {
    const patient = person();
    const body = requestOf(patient, '000000', { intake: { ...healthyAnswers, 'saddle-numbness': true } });
    const answers: Answer[] = [];
    for (let index = 0; index < 5; index += 1) {
      const varied = { ...body, patient: { ...patient, givenName: `Ana${'a'.repeat(index)}` } };
      answers.push(await selfBook(varied, { address: '198.51.100.99' }));
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([409]));
    expect(answers[0]?.body.detail).toContain('A clinician has been alerted');
    for (const { body: problem } of answers) expect(problem.detail).toContain('Call 911');
    const { body: cases } = await askAsStaff(care, clinic.clinicId, 'GET /v1/triage-cases', {
      query: { status: 'open', limit: '100' },
    });
    const mine = cases.items.filter(({ phone }: { phone?: string }) => phone === patient.phone);
    expect(mine.length).toBe(3);
  });

  it.each([
    ['a birth date in the future', { birthDate: '2199-01-01' }, 'body.patient.birthDate'],
    ['a birth date before 1900', { birthDate: '1899-12-31' }, 'body.patient.birthDate'],
    ['a number that is none', { phone: '+12' }, 'body.patient.phone'],
    ['no name', { givenName: ' ' }, 'body.patient.givenName'],
  ])('%s is refused, naming the field', async (_, details, field) => {
    const answer = await selfBook(requestOf(person(details), '000000', { start: starts[0] }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});

it('the same request again, with its key, gets the same answer though the code is used', async () => {
  const patient = person();
  const code = await proveBy(network, clinic, patient.phone);
  const body = requestOf(patient, code);
  const headers = { 'idempotency-key': `key-${patient.phone}` };
  const [first, again] = [await selfBook(body, { headers }), await selfBook(body, { headers })];
  expect(first.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers['idempotency-replayed']).toBe('true');
});
