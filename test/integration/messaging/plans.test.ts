import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { standingItem } from '../../../functions/messaging/consent/standing-store.ts';
import { DEFAULT_PLAN, type StepSpec } from '../../../functions/messaging/core/message-plan.ts';
import { forgetPlans } from '../../../functions/messaging/plans/plan-in-force.ts';
import { previewPlan } from '../../../functions/messaging/plans/plan-preview.ts';
import { savePlan } from '../../../functions/messaging/plans/plans.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage, type Message, messagesOfCause } from '../../../functions/messaging/store.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import type { Appointment } from '../../../functions/scheduling/core/types.ts';
import { type Answer, askAsStaff } from '../../helpers/clinic.ts';
import { messaging } from '../../helpers/messaging.ts';
import { testPhone } from '../../helpers/phones.ts';
import { openPractice, type Practice, practiceTime } from '../../helpers/practice.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, changeVisit, iso, later, newWorld, start } from './world.ts';

const network = await startNetwork();
/** Two clinics: the second is the one that must not reach the first. */
let practice: Practice;
let other: Practice;
beforeAll(async () => {
  [practice, other] = await Promise.all([openPractice(), openPractice()]);
});

type Options = Parameters<typeof askAsStaff>[3];
const ask = (route: string, options?: Options): Promise<Answer> =>
  askAsStaff(messaging, practice.clinic.clinicId, route, options);
const planRoute = '/v1/message-plans/{planId}';
const putPlan = (planId: string, plan: object, headers?: Record<string, string>): Promise<Answer> =>
  ask(`PUT ${planRoute}`, { params: { planId }, body: plan, ...(headers === undefined ? {} : { headers }) });
const change = (changes: Readonly<Record<string, Partial<StepSpec>>>) => ({
  steps: DEFAULT_PLAN.steps.map((step) => ({ ...step, ...changes[step.name] })),
});

const consentToText = { granted: true, wording: 'I agree to texts about my visits.', wordingVersion: 'test-1' };
const booked = async (days: number, time: string, details: Record<string, unknown> = {}) => {
  const phone = testPhone();
  const patientId = await practice.addPatient({ phone, consentToText, ...details });
  const visit = await practice.book(patientId, days, time);
  return { phone, visit };
};
const textOf = (visitId: string, step: string): Promise<Message | undefined> =>
  getMessage(practice.clinic.clinicId, `${visitId}#${step}#0`);
/** Sends a planned text when it is due, and answers how that ended. */
const sent = async (visitId: string, step: string): Promise<Message | undefined> => {
  const planned = await textOf(visitId, step);
  const ref = { clinicId: practice.clinic.clinicId, messageId: `${visitId}#${step}#0` };
  await sendText(ref, at(Temporal.Instant.from(planned?.dueAt ?? '')));
  return textOf(visitId, step);
};
const stepsOf = async (visitId: string): Promise<string[]> =>
  (await messagesOfCause(practice.clinic.clinicId, visitId)).map(({ step }) => step).toSorted();

describe('the plan of a clinic', () => {
  it('is the default one, version 0, until it has its own; with the link of a video visit on its day', async () => {
    const read = await ask(`GET ${planRoute}`, { params: { planId: 'clinic' } });
    expect(read).toMatchObject({ status: 200, body: { source: 'default', rev: 0, enabled: true } });
    expect(read.body.steps).toEqual(DEFAULT_PLAN.steps);
    const { visit } = await booked(10, '10:00');
    expect(await stepsOf(visit.id)).toEqual(['confirmation', 'reminder-24h', 'reminder-72h', 'video-link']);
    expect(await textOf(visit.id, 'video-link')).toMatchObject({
      planVersion: 0,
      dueAt: Temporal.Instant.from(visit.start).subtract({ hours: 1 }).toString({ smallestUnit: 'second' }),
    });
  });

  it.each<readonly [string, object, string]>([
    ['a reminder after the start', change({ 'reminder-24h': { offsetDays: 2 } }), 'body.steps.5.offsetDays'],
    ['a step half an hour before', change({ 'video-link': { offsetHours: -0.5 } }), 'body.steps.6.offsetHours'],
    [
      'an unknown template',
      change({ moved: { template: 'weather' as StepSpec['template'] } }),
      'body.steps.1.template',
    ],
    [
      'no news of a cancelled visit',
      { steps: DEFAULT_PLAN.steps.filter(({ name }) => name !== 'cancelled') },
      'body.steps',
    ],
    ['a field there is none of', { ...change({}), colour: 'red' }, 'body.colour'],
  ])('is not saved with %s: the field is named', async (_, plan, field) => {
    const answer = await putPlan('clinic', plan);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it('is nothing of another clinic: not to be read, written or previewed, nor planned by', async () => {
    for (const route of [`GET ${planRoute}`, `GET ${planRoute}/versions`, `POST ${planRoute}/withdraw`]) {
      expect(await ask(route, { params: { planId: other.typeId } })).toMatchObject({ status: 404 });
    }
    expect(await putPlan(other.typeId, change({}))).toMatchObject({ status: 404 });
    const { visit } = await booked(10, '11:00');
    const asTheirs = await askAsStaff(messaging, other.clinic.clinicId, `GET ${planRoute}/preview`, {
      params: { planId: 'clinic' },
      query: { appointmentId: visit.id },
    });
    expect(asTheirs).toMatchObject({ status: 404 });
  });

  it('is saved as versions; texts keep the version they were planned by; what is switched off does not go', async () => {
    const first = await putPlan('clinic', change({ 'reminder-24h': { conditions: { unconfirmedOnly: true } } }));
    expect(first).toMatchObject({ status: 200, body: { source: 'own', rev: 1, warnings: [] } });
    const { phone, visit } = await booked(10, '12:00');
    expect(await textOf(visit.id, 'reminder-24h')).toMatchObject({ planId: 'clinic', planVersion: 1 });
    const confirmed = await practice.staff('POST /v1/appointments/{appointmentId}/confirm', {
      params: { appointmentId: visit.id },
      body: {},
    });
    expect(confirmed.status).toBe(200);

    // The second version reminds everybody, and has no 72 h step: neither changes the condition of what is planned.
    const stale = await putPlan('clinic', change({}), { 'if-match': '"0"' });
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale' } });
    const second = await putPlan('clinic', change({ 'reminder-72h': { enabled: false } }), { 'if-match': '"1"' });
    expect(second).toMatchObject({ status: 200, body: { rev: 2 } });
    expect(await sent(visit.id, 'reminder-24h')).toMatchObject({ status: 'suppressed', statusReason: 'confirmed' });
    expect(await sent(visit.id, 'reminder-72h')).toMatchObject({ status: 'suppressed', statusReason: 'step-disabled' });
    expect(await stepsOf((await booked(10, '12:30')).visit.id)).toEqual(['confirmation', 'reminder-24h', 'video-link']);

    const off = await putPlan('clinic', { ...change({}), enabled: false });
    expect(off.body.warnings.map(({ code }: { code: string }) => code)).toContain('nobody-is-told');
    expect(await sent(visit.id, 'video-link')).toMatchObject({ status: 'suppressed', statusReason: 'step-disabled' });
    expect(await network.acceptedFor(phone)).toEqual([]);

    const versions = await ask(`GET ${planRoute}/versions`, { params: { planId: 'clinic' } });
    const kept = versions.body.items.map(({ version, enabled }: { version: number; enabled: boolean }) => [
      version,
      enabled,
    ]);
    expect(kept).toEqual([
      [3, false],
      [2, true],
      [1, true],
    ]);
    expect(versions.body.items[2].steps).toEqual(first.body.steps);
    expect(await ask(`POST ${planRoute}/withdraw`, { params: { planId: 'clinic' } })).toMatchObject({
      status: 200,
      body: { source: 'default', rev: 4 },
    });
    expect(await ask(`POST ${planRoute}/withdraw`, { params: { planId: 'clinic' } })).toMatchObject({ status: 409 });
  });

  it('of a type of visit comes before that of the clinic', async () => {
    const own = await putPlan(practice.typeId, change({ 'reminder-24h': { offsetDays: -2 } }));
    expect(own).toMatchObject({ status: 200, body: { planId: practice.typeId, source: 'own', rev: 1 } });
    const { visit } = await booked(10, '14:00');
    expect(await textOf(visit.id, 'reminder-24h')).toMatchObject({ planId: practice.typeId, planVersion: 1 });
    expect((await ask('GET /v1/message-plans')).body.items.map(({ planId }: { planId: string }) => planId)).toEqual([
      'clinic',
      practice.typeId,
    ]);
    await ask(`POST ${planRoute}/withdraw`, { params: { planId: practice.typeId } });
    expect(await ask(`GET ${planRoute}`, { params: { planId: practice.typeId } })).toMatchObject({
      body: { source: 'default', rev: 2 },
    });
    // What was planned by it still goes by it: the step is in the plan that holds now.
    expect(await sent(visit.id, 'reminder-24h')).toMatchObject({ status: 'accepted', template: 'reminder-24h' });
  });

  it('keeps a step for new patients from who was seen before', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const plan = { enabled: true, ...change({ 'reminder-24h': { conditions: { newPatientsOnly: true } } }) };
    await savePlan(world.caller(start), { planId: 'clinic', plan });
    const remind = async (begin: Temporal.Instant, now: Temporal.Instant) => {
      const visit = await bookVisit(world, patient, begin, now);
      const ref = { clinicId: world.clinic.clinicId, messageId: `${visit.id}#reminder-24h#0` };
      await sendText(ref, at(later(begin, -24)));
      return { visit, reminder: await getMessage(ref.clinicId, ref.messageId) };
    };
    const [first, second] = [later(start, 48), later(start, 24 * 30)];
    const { visit, reminder } = await remind(first, start);
    expect(reminder).toMatchObject({ status: 'accepted' });
    await changeVisit(world, patient, visit.id, { kind: 'arrive' }, first);
    const fulfilment = { modality: 'in-person', start: iso(first), end: iso(later(first, 0.5)) } as const;
    await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(first, 1));
    expect((await remind(second, later(first, 2))).reminder).toMatchObject({
      status: 'suppressed',
      statusReason: 'established-patient',
    });
  });

  it('is shown as it would be decided: news too has conditions, and a number where nobody is reached gets nothing', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const conditions = { newPatientsOnly: true };
    const plan = { enabled: true, ...change({ confirmation: { conditions } }) };
    await savePlan(world.caller(start), { planId: 'clinic', plan });
    const first = await bookVisit(world, patient, later(start, 48), start);
    const shown = async (appointmentId: Appointment['id'], now: Temporal.Instant) => {
      const { texts, ...rest } = await previewPlan(world.caller(now), { planId: 'clinic', appointmentId });
      return { ...rest, steps: texts.map(({ step }) => step) };
    };
    const before = await shown(first.id, start);
    expect(before.steps).toEqual(expect.arrayContaining(['confirmation', 'reminder-24h', 'moved', 'cancelled']));
    expect(before).toMatchObject({ barredBecause: undefined, caps: { perDay: 1, perWeek: 3 } });

    await changeVisit(world, patient, first.id, { kind: 'arrive' }, later(start, 48));
    const fulfilment = { modality: 'in-person', start: iso(later(start, 48)), end: iso(later(start, 48.5)) } as const;
    await changeVisit(world, patient, first.id, { kind: 'fulfil', fulfilment }, later(start, 49));
    const now = later(start, 50);
    const second = await bookVisit(world, patient, later(start, 24 * 10), now);
    const standing = await loadStanding(world.clinic.clinicId, patient.phone);
    const unreachable = { ...standing, unreachable: { reason: 'UNREACHABLE', at: iso(now) } };
    await transact([standingItem(world.caller(now), unreachable, 'test')]);
    const after = await shown(second.id, now);
    expect(after.skipped).toContainEqual({ step: 'confirmation', reason: 'established-patient' });
    expect(after.steps).not.toContain('confirmation');
    expect(after.steps).toContain('cancelled');
    expect(after.barredBecause).toBe('number-unreachable');
  });

  it('is shown on a real visit: which texts, when, in which words, for how much, and which not', async () => {
    const { visit } = await booked(2, '10:00', { language: 'es' });
    const preview = await ask(`GET ${planRoute}/preview`, {
      params: { planId: 'clinic' },
      query: { appointmentId: visit.id },
    });
    expect(preview).toMatchObject({
      status: 200,
      body: {
        source: 'default',
        language: 'es',
        patientZone: 'America/Denver',
        skipped: [
          { step: 'reminder-72h', reason: 'time-passed' },
          { step: 'recall', reason: 'step-disabled' },
        ],
      },
    });
    const texts = new Map<string, { words: string; localTime?: string }>(
      preview.body.texts.map((text: { step: string; words: string }) => [text.step, text]),
    );
    expect([...texts.keys()].toSorted()).toEqual(
      DEFAULT_PLAN.steps
        .map(({ name }) => name)
        .filter((name) => name !== 'reminder-72h' && name !== 'recall')
        .toSorted(),
    );
    expect(texts.get('reminder-24h')).toMatchObject({
      occasion: 'booked',
      segments: 1,
      encoding: 'GSM-7',
      priceMicros: 10_310,
      templateVersion: 0,
    });
    expect(texts.get('reminder-24h')?.localTime).toMatch(/T10:00$/);
    expect(texts.get('video-link')?.localTime).toMatch(/T09:00$/);
    expect(texts.get('reminder-24h')?.words).toMatch(
      /^Test Clinic: nos vemos (?:lun|mar|mié|jue|vie|sab|dom) \d+ \w{3} 10:00 AM M[DS]T\./,
    );
    expect(texts.get('moved')?.localTime).toBeUndefined();
  });
});

it('texts keep to the hours the clinic has set: as they are planned, shown and sent', async () => {
  const own = await openPractice();
  const asOwn = (route: string, options: Options) => askAsStaff(messaging, own.clinic.clinicId, route, options);
  await asOwn('PUT /v1/messaging/settings', { body: { textingHours: { from: 9, until: 17 } } });
  const phone = testPhone();
  const visit = await own.book(await own.addPatient({ phone, consentToText }), 10, '08:30');
  const preview = await asOwn(`GET ${planRoute}/preview`, {
    params: { planId: 'clinic' },
    query: { appointmentId: visit.id },
  });
  const shown = (name: string) => preview.body.texts.find(({ step }: { step: string }) => step === name);
  expect([shown('reminder-24h').localTime, shown('check-in-48h').localTime]).toEqual([
    expect.stringMatching(/T16:00$/),
    expect.stringMatching(/T09:00$/),
  ]);
  const ref = { clinicId: own.clinic.clinicId, messageId: `${visit.id}#reminder-24h#0` };
  expect(await getMessage(ref.clinicId, ref.messageId)).toMatchObject({ dueAt: shown('reminder-24h').dueAt });
  // At 17:30 it is too late for that day.
  const due = Temporal.Instant.from(shown('reminder-24h').dueAt);
  await sendText(ref, at(later(due, 1.5)));
  expect(await network.acceptedFor(phone)).toEqual([]);
  expect(await getMessage(ref.clinicId, ref.messageId)).toMatchObject({
    status: 'planned',
    dueAt: iso(practiceTime(9, '09:00')),
  });
});

describe("the clinic's own words", () => {
  const route = '/v1/message-templates/{template}/{language}';
  const params = { template: 'reminder-24h', language: 'en' };

  it('are refused with the token they have too many, and every other reason', async () => {
    const words = 'Hello {patientName}, your surgery is {time}. Reply C. {weather}';
    const answer = await ask(`PUT ${route}`, { params, body: { words } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'template-refused' } });
    expect(
      answer.body.errors.map(({ field, message }: { field: string; message: string }) => [
        field,
        message.split(/[.:] /)[0],
      ]),
    ).toEqual([
      ['body.words', '{patientName} is about a patient'],
      ['body.words', 'There is no {weather}'],
      ['body.words', 'It tells what somebody is treated for'],
    ]);
    const lint = await ask(`POST ${route}/lint`, { params, body: { words } });
    expect(lint).toMatchObject({
      status: 200,
      body: {
        findings: expect.arrayContaining([{ level: 'error', code: 'unknown-token', message: expect.any(String) }]),
      },
    });
    expect(await ask(`GET ${route}`, { params: { ...params, template: 'weather' } })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'path.template' }] },
    });
  });

  it('are refused when nothing of them can be seen', async () => {
    expect(
      await ask(`PUT ${route}`, { params: { ...params, template: 'reply-unknown' }, body: { words: '\u200b' } }),
    ).toMatchObject({ status: 400, body: { errors: [{ field: 'body.words', message: 'Must not be empty' }] } });
  });

  it('go out from the next claim on, in the language of the patient; the text remembers which', async () => {
    forgetPlans(practice.clinic.clinicId);
    const [english, spanish] = [await booked(12, '09:00'), await booked(12, '10:00', { language: 'es' })];
    const saved = await ask(`PUT ${route}`, {
      params,
      body: { words: '{clinicName}: we’ll see you {time}. Reply C or R. {link}' },
    });
    expect(saved).toMatchObject({
      status: 200,
      body: {
        rev: 1,
        words: "{clinicName}: we'll see you {time}. Reply C or R. {link}",
        findings: [{ code: 'transliterated' }],
      },
    });
    expect(await sent(english.visit.id, 'reminder-24h')).toMatchObject({
      status: 'accepted',
      language: 'en',
      templateVersion: 1,
    });
    expect(await sent(spanish.visit.id, 'reminder-24h')).toMatchObject({
      status: 'accepted',
      language: 'es',
      templateVersion: 0,
    });
    const [toEnglish] = await network.acceptedFor(english.phone);
    const [toSpanish] = await network.acceptedFor(spanish.phone);
    expect(toEnglish?.body).toMatch(/^Test Clinic: we'll see you .* Reply C or R\. http\S+\/v\/[\w-]{22}$/);
    expect(toSpanish?.body).toMatch(/^Test Clinic: nos vemos .* Responda C \(confirmar\), R \(cambiar\) http/);

    expect(
      await ask(`PUT ${route}`, { params, body: { words: '{clinicName}: {time}. C' }, headers: { 'if-match': '"0"' } }),
    ).toMatchObject({ status: 412 });
    await ask(`PUT ${route}`, { params, body: { words: '{clinicName}: {time}. C' } });
    const versions = await ask(`GET ${route}/versions`, { params });
    expect(versions.body.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    const theirs = await askAsStaff(messaging, other.clinic.clinicId, `GET ${route}`, { params });
    expect(theirs.body).toMatchObject({ rev: 0, words: expect.stringContaining('Reply C to confirm') });
  });

  it('answer who wrote in Spanish in Spanish, whatever language they are texted in', async () => {
    const { phone } = await booked(12, '13:00');
    const { clinicId, originationNumber } = practice.clinic;
    const now = Temporal.Now.instant();
    const inbound = { from: phone, to: originationNumber, body: '¿Ayuda?', inboundMessageId: `in-es-${clinicId}` };
    await receiveText(inbound, at(now));
    const [answer] = await messagesOfCause(clinicId, `inb_${inbound.inboundMessageId}`);
    await sendText({ clinicId, messageId: answer?.id ?? '' }, at(now));
    expect((await network.acceptedFor(phone)).map(({ body }) => body)).toEqual([
      expect.stringMatching(/^Test Clinic: textos sobre sus citas\. Ayuda: \+13035550100\./),
    ]);
  });
});
