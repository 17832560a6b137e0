import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler } from '../../../functions/intake/handlers/http.ts';
import { findPatientsByPhone, findRegistered, loadPatient } from '../../../functions/intake/patients.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { type Answer, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';

const now = Temporal.Now.instant();

let clinic: TestClinic;
let otherClinic: TestClinic;

beforeAll(async () => {
  clinic = await createTestClinic(now);
  otherClinic = await createTestClinic(now);
});

const person = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  givenName: 'Ada',
  familyName: 'Test',
  birthDate: '1980-05-17',
  phone: testPhone(),
  zone: 'America/Denver',
  ...changes,
});

const register = (body: unknown, headers: Record<string, string> = {}, clinicId = clinic.clinicId): Promise<Answer> =>
  askAsStaff(handler, clinicId, 'POST /v1/patients', { body, headers });

const search = (query: Record<string, unknown>, clinicId = clinic.clinicId): Promise<Answer> =>
  askAsStaff(handler, clinicId, 'POST /v1/patients/search', { body: query });

const read = (patientId: string, clinicId = clinic.clinicId): Promise<Answer> =>
  askAsStaff(handler, clinicId, 'GET /v1/patients/{patientId}', { params: { patientId } });

describe('registering a patient', () => {
  it('answers with the record, which can then be read and found by phone', async () => {
    const body = person({ state: 'CO', zone: 'US/Mountain' });
    const created = await register(body);
    expect(created.status).toBe(201);
    expect(created.headers.etag).toBe('"1"');
    expect(created.body).toEqual({ ...body, zone: 'America/Denver', id: created.body.id, rev: 1 });
    expect((await read(created.body.id)).body).toEqual(created.body);
    expect((await search({ who: String(body.phone) })).body).toEqual({ items: [created.body] });
    expect(await findPatientsByPhone(clinic.clinicId, String(body.phone))).toHaveLength(1);
  });

  it('keeps the consent to text with the patient', async () => {
    const phone = testPhone();
    const consentToText = { granted: true, wording: 'You may text me about my visits.', wordingVersion: '1' };
    const { status, body } = await register(person({ phone, consentToText }));
    expect(status).toBe(201);
    const { granted, grantedBy } = await loadStanding(clinic.clinicId, phone);
    expect(grantedBy).toEqual({ [body.id]: { treatment: expect.stringMatching(/^20/) } });
    expect(granted).toEqual({});
  });

  it('of twenty at once with the same phone, birth date and family name one is first, nineteen hear that it exists', async () => {
    const phone = testPhone();
    const consentToText = { granted: true, wording: 'You may text me about my visits.', wordingVersion: '1' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        register(person({ phone, givenName: `Ada ${index}`, familyName: index % 2 ? 'TÉST' : 'Test', consentToText })),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['already-exists']));
    expect(await findPatientsByPhone(clinic.clinicId, phone)).toHaveLength(1);
  });

  it('a family may share a number', async () => {
    const phone = testPhone();
    expect((await register(person({ phone }))).status).toBe(201);
    expect((await register(person({ phone, birthDate: '2012-01-31' }))).status).toBe(201);
    expect((await search({ who: phone })).body.items).toHaveLength(2);
  });

  it('the same request under the same key gets the same answer and registers once', async () => {
    const body = person();
    const first = await register(body, { 'idempotency-key': 'key-1' });
    const again = await register(body, { 'idempotency-key': 'key-1' });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect((await register(person(), { 'idempotency-key': 'key-1' })).status).toBe(422);
  });

  it('tells who is registered already, without the index', async () => {
    const body = { familyName: 'García', birthDate: '1991-01-01', phone: testPhone() };
    const created = await register(person(body));
    const known = await findRegistered(clinic.clinicId, { ...body, familyName: 'garcia' });
    expect(known?.id).toBe(created.body.id);
    expect(await findRegistered(otherClinic.clinicId, body)).toBeUndefined();
  });

  it('says and changes the language they are texted in, and nothing else of the record', async () => {
    const { body: created } = await register(person({ language: 'es', state: 'CO' }));
    expect(created).toMatchObject({ language: 'es', rev: 1 });
    const set = (body: object, headers: Record<string, string> = {}, clinicId = clinic.clinicId) =>
      askAsStaff(handler, clinicId, 'PUT /v1/patients/{patientId}/language', {
        params: { patientId: created.id },
        body,
        headers,
      });
    const { language: _, ...rest } = created;
    expect((await set({}, { 'if-match': '"1"' })).body).toEqual({ ...rest, rev: 2 });
    expect(await set({ language: 'es' }, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await set({ language: 'fr' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.language' }] },
    });
    expect(await set({ language: 'es' }, {}, otherClinic.clinicId)).toMatchObject({ status: 404 });
    expect((await set({ language: 'es' })).body).toEqual({ ...created, rev: 3 });
    expect((await search({ who: created.phone })).body).toEqual({ items: [{ ...created, rev: 3 }] });
  });

  it('says and changes where they are reached: found under the new number, known under the old one', async () => {
    const { body: created } = await register(person({ email: 'ada@example.com', state: 'CO', language: 'es' }));
    const set = (body: object, headers: Record<string, string> = {}, clinicId = clinic.clinicId) =>
      askAsStaff(handler, clinicId, 'PUT /v1/patients/{patientId}/contact', {
        params: { patientId: created.id },
        body,
        headers,
      });
    const phone = testPhone();
    const consentToText = { granted: true, wording: 'You may text me about my visits.', wordingVersion: '1' };
    const { email: _, state: __, ...rest } = created;
    const moved = { ...rest, phone, zone: 'America/New_York', rev: 2 };
    const asked = { phone, zone: 'US/Eastern', consentToText };
    expect((await set(asked, { 'if-match': '"1"' })).body).toEqual(moved);
    expect(await set(asked, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await set(asked, {}, otherClinic.clinicId)).toMatchObject({ status: 404 });
    expect(await set({ zone: 'US/Eastern' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.phone' }] },
    });
    expect((await search({ who: phone })).body).toEqual({ items: [moved] });
    expect((await search({ who: created.phone })).body).toEqual({ items: [] });
    expect((await loadStanding(clinic.clinicId, phone)).grantedBy?.[created.id]?.treatment).toBeDefined();

    // Neither number registers them a second time; back under the old one they are who they were.
    for (const number of [phone, created.phone]) {
      expect(await register({ ...person(), phone: number })).toMatchObject({ status: 409 });
    }
    expect((await set({ phone: created.phone, zone: 'US/Eastern' })).body).toMatchObject({
      phone: created.phone,
      rev: 3,
    });
    const { body: other } = await register(person({ phone: testPhone() }));
    expect(await set({ phone: other.phone, zone: 'US/Eastern' })).toMatchObject({
      status: 409,
      body: { code: 'already-exists' },
    });
    expect((await read(created.id)).body).toMatchObject({ phone: created.phone, rev: 3 });
  });

  it.each<[string, Record<string, unknown>]>([
    ['body.phone', { phone: '206 555 0123' }],
    ['body.birthDate', { birthDate: '1980-02-30' }],
    ['body.birthDate', { birthDate: '2999-01-01' }],
    ['body.birthDate', { birthDate: '1820-01-01' }],
    ['body.zone', { zone: 'Denver' }],
    ['body.givenName', { givenName: '   ' }],
    ['body.familyName', { familyName: 7 }],
    ['body.state', { state: 'Colorado' }],
    ['body.nickname', { nickname: 'Addie' }],
    ['body.consentToText.granted', { consentToText: { granted: false, wording: 'no', wordingVersion: '1' } }],
  ])('names %s when it is wrong', async (field, changes) => {
    const { status, body } = await register(person(changes));
    expect(status).toBe(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });
});

describe('finding patients', () => {
  let clinicId: TestClinic['clinicId'];

  beforeAll(async () => {
    ({ clinicId } = await createTestClinic(now));
    const names = [
      ['Ana María', 'García-López'],
      ['Søren', 'Kierkegaard'],
      ['Siobhán', "O'Brien"],
      ['Anna', 'Garcia'],
      ['Kim', 'Lee'],
      ['Lee', 'Kim'],
    ];
    for (const [givenName, familyName] of names) {
      expect((await register(person({ givenName, familyName }), {}, clinicId)).status).toBe(201);
    }
  });

  const found = async (name: string): Promise<string[]> => {
    const { status, body } = await search({ who: name }, clinicId);
    expect(status).toBe(200);
    return body.items.map(
      (patient: { givenName: string; familyName: string }) => `${patient.givenName} ${patient.familyName}`,
    );
  };

  it.each([
    ['garcia lopez', ['Ana María García-López']],
    ['GARCÍA', ['Anna Garcia', 'Ana María García-López']],
    ['Garcia, Anna', ['Anna Garcia']],
    ['Anna Garcia', ['Anna Garcia']],
    ['soren kierkegaard', ['Søren Kierkegaard']],
    ['obrien', ["Siobhán O'Brien"]],
    ['kim lee', ['Lee Kim']],
    ['nobody', []],
  ])('"%s" finds %j', async (name, expected) => {
    expect(await found(name)).toEqual(expected);
  });

  it('pages with an opaque cursor, in either reading of the name', async () => {
    const crowd = await createTestClinic(now);
    for (const birthDate of ['1990-01-01', '1990-01-02', '1990-01-03', '1990-01-04', '1990-01-05']) {
      await register(person({ givenName: 'Jo', familyName: 'Bloggs', birthDate }), {}, crowd.clinicId);
    }
    for (const name of ['bloggs', 'Jo Bloggs']) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await search({ who: name, limit: 2, ...(cursor === undefined ? {} : { cursor }) }, crowd.clinicId);
        seen.push(...page.body.items.map((patient: { id: string }) => patient.id));
        cursor = page.body.cursor;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(5);
      expect(seen).toHaveLength(5);
    }
  });

  it.each([
    ['neither a number nor a name', { who: '206 555 0123' }, 'body.who'],
    ['nobody', {}, 'body.who'],
    ['a name without a letter', { who: '---' }, 'body.who'],
    ['a broken cursor', { who: 'a', cursor: 'x' }, 'body.cursor'],
    ['a limit of none', { who: 'a', limit: 0 }, 'body.limit'],
  ])('refuses %s', async (_, query, field) => {
    const { status, body } = await search(query, clinicId);
    expect({ status, fields: body.errors.map((error: { field: string }) => error.field) }).toEqual({
      status: 400,
      fields: [field],
    });
  });

  it('another clinic finds and reads nothing', async () => {
    const phone = testPhone();
    const { body } = await register(person({ phone }));
    expect((await search({ who: phone }, otherClinic.clinicId)).body.items).toEqual([]);
    expect((await read(body.id, otherClinic.clinicId)).status).toBe(404);
    expect(await loadPatient(otherClinic.clinicId, body.id)).toBeUndefined();
  });
});
