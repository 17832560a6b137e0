import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handler as care } from '../../../functions/care/handlers/http.ts';
import { loadIntakeAnswers } from '../../../functions/intake/forms.ts';
import { handler } from '../../../functions/intake/handlers/http.ts';
import { barOf, loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { textsConsent } from '../../../functions/messaging/core/consent-wording.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import type { Id } from '../../../functions/platform/ids.ts';
import { newLinkToken } from '../../../functions/platform/ids.ts';
import { linkTokenItem } from '../../../functions/platform/store/directory.ts';
import { documentClient, transact } from '../../../functions/platform/store/records.ts';
import { contentSecurityPolicy } from '../../../web/visit/pages.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, ask, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { healthyAnswers as healthy } from '../../helpers/form.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';

const now = Temporal.Now.instant();

const asFields = (answers: Record<string, unknown>, rev: number): string =>
  new URLSearchParams({
    rev: String(rev),
    ...Object.fromEntries(
      Object.entries(answers).map(([id, value]) => [
        id,
        value === true ? 'yes' : value === false ? 'no' : String(value),
      ]),
    ),
  }).toString();

let clinic: TestClinic;
let slots: { start: string; providerId: string; typeId: string }[];
let appointmentId: Id<'appointment'>;
let token: string;

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(routeKey.includes('/triage-cases') ? care : scheduling, clinic.clinicId, routeKey, options);

const created = (answer: Answer): string => {
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
};

beforeAll(async () => {
  clinic = await createTestClinic(now);
  const providerId = created(
    await staff('POST /v1/providers', {
      body: {
        name: 'Dr. Test',
        role: 'physician',
        zone: 'America/Denver',
        availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '17:00' })),
        licences: licensedInColorado,
      },
    }),
  );
  const typeId = created(
    await staff('POST /v1/appointment-types', {
      body: { name: 'Follow-up', minutes: 30, modalities: ['video'], providerIds: [providerId] },
    }),
  );
  const { body } = await staff('GET /v1/slots', {
    query: {
      typeId,
      from: now.add({ hours: 48 }).toString({ smallestUnit: 'second' }),
      to: now.add({ hours: 200 }).toString({ smallestUnit: 'second' }),
      limit: '400',
    },
  });
  slots = body.items
    .filter((_: unknown, index: number) => index % 3 === 0)
    .map(({ start }: { start: string }) => ({ start, providerId, typeId }));
});

const makeLink = async (
  patientId: Id<'patient'>,
  expiresAt = now.add({ hours: 240 }),
  textedTo?: string,
): Promise<string> => {
  const made = newLinkToken();
  const link = { clinicId: clinic.clinicId, patientId, appointmentId, expiresAt: expiresAt.toString() };
  await transact([linkTokenItem(made, link, textedTo)]);
  return made;
};

let patientId: Id<'patient'>;

beforeEach(async () => {
  patientId = created(
    await askAsStaff(handler, clinic.clinicId, 'POST /v1/patients', {
      body: {
        givenName: 'Ada',
        state: 'CO',
        familyName: 'Test',
        birthDate: '1980-05-17',
        phone: testPhone(),
        zone: 'America/Denver',
      },
    }),
  ) as Id<'patient'>;
  const slot = slots.shift();
  appointmentId = created(await staff('POST /v1/appointments', { body: { patientId, ...slot } })) as Id<'appointment'>;
  token = await makeLink(patientId);
});

const link = (routeKey: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> =>
  ask(handler, routeKey, { ...options, params: { token, ...options.params } });
const save = (answers: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  link('PUT /v1/links/{token}/form', { body: { answers }, headers });
const submit = (fields: string): Promise<Answer> =>
  link('POST /v/{token}/form', { body: fields, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
const show = (query: Record<string, string> = {}): Promise<Answer> => link('GET /v/{token}/form', { query });

const casesOfPatient = async () => {
  const { body } = await staff('GET /v1/triage-cases', { query: { status: 'open', limit: '100' } });
  return body.items.filter((triageCase: { patientId: string }) => triageCase.patientId === patientId);
};

/** The texts planned to the on-call number because of a case. */
const alertsOf = async (caseId: string): Promise<unknown[]> => {
  const { Items = [] } = await documentClient.send(
    new QueryCommand({
      TableName: process.env.RECORDS_TABLE,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `clinic#${clinic.clinicId}#message#${caseId}` },
    }),
  );
  return Items.map(({ to }) => to);
};

const cancelVisit = () =>
  staff('POST /v1/appointments/{appointmentId}/cancel', { params: { appointmentId }, body: {} });

describe('the pre-visit form by link', () => {
  it('is empty at first, then gives the answers back with their revision', async () => {
    const before = await link('GET /v1/links/{token}/form');
    expect(before).toMatchObject({ status: 200, body: { answers: {}, rev: 0, isOpen: true } });
    expect(before.body.sections[0].questions[0].id).toBe('bladder-bowel');

    const saved = await save({ ...healthy, limits: '  gardening ' });
    expect(saved).toMatchObject({ status: 200, body: { rev: 1, disposition: 'ROUTINE', missing: [] } });
    const after = await link('GET /v1/links/{token}/form');
    expect(after.body).toMatchObject({ rev: 1, answers: { ...healthy, limits: 'gardening' } });
    expect(after.headers.etag).toBe('"1"');
    expect(await casesOfPatient()).toEqual([]);
  });

  it('saving again replaces; a stale revision is refused and changes nothing', async () => {
    await save(healthy, { 'if-match': '"0"' });
    expect(await save({ ...healthy, 'pain-now': 5 }, { 'if-match': '"1"' })).toMatchObject({ body: { rev: 2 } });
    expect(await save({ ...healthy, 'pain-now': 9 }, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: { code: 'stale' },
    });
    expect((await loadIntakeAnswers(clinic.clinicId, appointmentId))?.answers['pain-now']).toBe(5);
  });

  it('names each answer that is missing or malformed, and saves none', async () => {
    const { cancer: _, ...rest } = healthy;
    const { status, body } = await save({ ...rest, 'pain-now': 11, mood: 'good' });
    expect(status).toBe(400);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual([
      'body.answers.cancer',
      'body.answers.pain-now',
      'body.answers.mood',
    ]);
    expect(await loadIntakeAnswers(clinic.clinicId, appointmentId)).toBeUndefined();
  });

  it('a red flag opens a case and alerts the on-call number, once for the same findings', async () => {
    expect((await save({ ...healthy, cancer: true })).body).toMatchObject({ disposition: 'SAME_DAY' });
    const [opened, ...others] = await casesOfPatient();
    expect(others).toEqual([]);
    expect(opened).toMatchObject({
      source: 'intake',
      disposition: 'SAME_DAY',
      flags: ['cancer history with spine pain'],
    });
    expect(await alertsOf(opened.id)).toEqual([clinic.onCallNumber]);

    await save({ ...healthy, cancer: true, 'pain-now': 6 });
    expect(await casesOfPatient()).toHaveLength(1);
    expect((await save({ ...healthy, cancer: true, chest: true })).body.disposition).toBe('EMERGENCY');
    // Both opened within one second: which of them the list names first is left to chance.
    const dispositions = (await casesOfPatient()).map(({ disposition }: { disposition: string }) => disposition);
    expect(dispositions.toSorted()).toEqual(['EMERGENCY', 'SAME_DAY']);
  });

  it('an emergency is saved and alerted though the form is not finished', async () => {
    const { status, body } = await save({ 'bladder-bowel': true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ rev: 1, disposition: 'EMERGENCY', advice: expect.stringContaining('Call 911') });
    expect(body.missing).toContain('pain-now');
    expect(await casesOfPatient()).toHaveLength(1);
  });

  it('an emergency in the patient’s own words counts as much', async () => {
    const { body } = await save({ ...healthy, 'anything-else': 'since this morning I cannot pee' });
    expect(body.disposition).toBe('EMERGENCY');
    const [opened] = await casesOfPatient();
    expect(JSON.stringify(opened)).not.toContain('this morning');
  });

  it('two saves at once both count, one after the other', async () => {
    const answers = await Promise.all([
      save(healthy),
      save({ ...healthy, chest: true }),
      save({ ...healthy, 'pain-now': 2 }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ body }) => body.rev).toSorted()).toEqual([1, 2, 3]);
    expect(await casesOfPatient()).toHaveLength(1);
  });

  it('a cancelled visit takes no answers, unless they are an emergency', async () => {
    expect((await cancelVisit()).status).toBe(200);
    expect(await save(healthy)).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    expect((await link('GET /v1/links/{token}/form')).body.isOpen).toBe(false);
    expect(await save({ ...healthy, 'saddle-numbness': true })).toMatchObject({ status: 200 });
    expect(await casesOfPatient()).toHaveLength(1);
  });
});

describe('the pre-visit form as a page', () => {
  it('is answered, redirected and thanked for; then shows the saved answers', async () => {
    const page = await show();
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': contentSecurityPolicy },
    });
    const sent = await submit(asFields(healthy, 0));
    expect(sent).toMatchObject({ status: 303, headers: { location: `/v/${token}/form?done=saved` } });
    expect((await show({ done: 'saved' })).body).toContain('Thank you, your answers are saved');
    expect((await show()).body).toContain('id="pain-place-lower-back" name="pain-place" value="lower-back" checked');
  });

  it('comes back with what is wrong and what was typed', async () => {
    const { 'pain-now': _, ...rest } = healthy;
    const { status, body } = await submit(asFields({ ...rest, limits: 'lifting <my> "child"' }, 0));
    expect(status).toBe(400);
    expect(body).toContain('id="pain-now-fault"');
    expect(body).toContain('lifting &lt;my&gt; &quot;child&quot;');
    expect(await loadIntakeAnswers(clinic.clinicId, appointmentId)).toBeUndefined();
  });

  it('tells kindly that answers were saved elsewhere, keeps what was typed and saves it on the next try', async () => {
    await save(healthy);
    const stale = await submit(asFields({ ...healthy, 'pain-now': 8 }, 0));
    expect(stale.status).toBe(409);
    expect(stale.body).toContain('also saved from another page');
    expect(stale.body).toContain('name="rev" value="1"');
    expect((await submit(asFields({ ...healthy, 'pain-now': 8 }, 1))).status).toBe(303);
    expect((await loadIntakeAnswers(clinic.clinicId, appointmentId))?.answers['pain-now']).toBe(8);
  });

  it('an emergency leads to the 911 page, although the page was stale and unfinished', async () => {
    await save(healthy);
    expect((await submit('rev=0&chest=yes')).status).toBe(303);
    const { body } = await show({ done: 'saved' });
    expect(body).toContain('Please get emergency care now');
    expect(body).toContain('A clinician at Test Clinic has been alerted');
    expect(await casesOfPatient()).toHaveLength(1);
  });

  it('thoughts of self-harm in free text name the crisis line and reach a human', async () => {
    await submit(asFields({ ...healthy, 'anything-else': 'I want to kill myself' }, 0));
    expect((await show({ done: 'saved' })).body).toContain('href="tel:988"');
    expect(await casesOfPatient()).toHaveLength(1);
  });

  it('asks, in exact words, for what is not agreed to; a texted link ends a STOP, another one does not', async () => {
    const { body: patient } = await askAsStaff(handler, clinic.clinicId, 'GET /v1/patients/{patientId}', {
      params: { patientId },
    });
    const isAsked = async (name: string) => (await show()).body.includes(`name="${name}" value="yes">`);
    const asked = async () => [await isAsked('consent'), await isAsked('marketing')];
    const mayText = async () => {
      const standing = await loadStanding(clinic.clinicId, patient.phone);
      return [barOf(standing, 'treatment', patientId), barOf(standing, 'marketing', patientId)];
    };
    expect(await asked()).toEqual([true, true]);

    const fields = asFields(healthy, 0);
    expect(await submit(`${fields}&consent=yes`)).toMatchObject({ status: 303 });
    expect([await asked(), await mayText()]).toEqual([
      [false, true],
      [undefined, 'no-consent'],
    ]);
    expect(await consentsOf(clinic.clinicId, patient.phone)).toMatchObject([
      { category: 'treatment', how: 'web-form', wording: textsConsent('Test Spine').wording, evidence: appointmentId },
      { category: 'unencrypted-texts', granted: true, collector: 'form:pre-visit' },
    ]);

    const stop = { from: patient.phone, to: clinic.originationNumber, body: 'STOP', inboundMessageId: `in-${token}` };
    await receiveText(stop, { now: Temporal.Now.instant(), requestId: 'test' });
    expect(await asked()).toEqual([false, false]);
    expect(await submit(`${asFields(healthy, 1)}&consent=yes`)).toMatchObject({ status: 303 });
    expect(await mayText()).toEqual(['opted-out', 'opted-out']);

    token = await makeLink(patientId, undefined, patient.phone);
    expect(await asked()).toEqual([true, true]);
    const words = { granted: true, wording: 'Sí.', wordingVersion: '1', language: 'es' };
    const body = { answers: healthy, consentToText: words, consentToMarketing: words };
    expect(await link('PUT /v1/links/{token}/form', { body })).toMatchObject({ status: 200 });
    expect(await mayText()).toEqual([undefined, undefined]);
    const wrong = { answers: healthy, consentToText: { ...words, granted: false } };
    expect(await link('PUT /v1/links/{token}/form', { body: wrong })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.consentToText.granted' }] },
    });
  });

  it('is closed once the visit is cancelled', async () => {
    await cancelVisit();
    expect((await show()).body).toContain('These questions are closed');
    expect(await submit(asFields(healthy, 0))).toMatchObject({ status: 409 });
  });

  it('an expired link says so and names the clinic’s telephone; an unknown one tells where to look', async () => {
    token = await makeLink(patientId, now.subtract({ hours: 1 }));
    const expired = await show();
    expect(expired.status).toBe(410);
    expect(expired.body).toContain('href="tel:+13035550100"');
    token = newLinkToken();
    const unknown = await show();
    expect(unknown.status).toBe(404);
    expect(unknown.body).toContain('We do not know this link');
  });

  it.each(['', 'rev=x', 'rev=99999999999999', 'chest=maybe&__proto__=1&constructor=2', `limits=${'x'.repeat(9000)}`])(
    'a form with nonsense (%s) is a page with a 4xx, never a failure',
    async (fields) => {
      const { status, body } = await submit(fields);
      expect(status).toBe(400);
      expect(body).toContain('<!doctype html>');
    },
  );
});
