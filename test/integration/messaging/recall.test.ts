import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { loadExercisePlan } from '../../../functions/care/exercise.ts';
import type { Patient } from '../../../functions/intake/patients.ts';
import { barOf, consentItems, loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { marketingConsent } from '../../../functions/messaging/core/consent-wording.ts';
import { DEFAULT_PLAN, type StepSpec } from '../../../functions/messaging/core/message-plan.ts';
import { DEFAULT_SETTINGS, type MessagingSettings } from '../../../functions/messaging/core/settings.ts';
import { previewPlan } from '../../../functions/messaging/plans/plan-preview.ts';
import { savePlan } from '../../../functions/messaging/plans/plans.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { changeSettings } from '../../../functions/messaging/settings.ts';
import { getMessage, type Message, messagesOfCause } from '../../../functions/messaging/store.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import type { Appointment } from '../../../functions/scheduling/core/types.ts';
import { startNetwork } from './network.ts';
import {
  addPatient,
  at,
  bookVisit,
  changeVisit,
  iso,
  later,
  newWorld,
  optOut,
  reply,
  start,
  type World,
} from './world.ts';

const network = await startNetwork();

/** Half a year after a visit of the first day is a Sunday; marketing may go from noon on. */
const sundayNoon = Temporal.Instant.from('2027-05-23T18:00:00Z');
/** A Tuesday morning on which the second of two visits is asked about. */
const weekAfter = later(start, 7 * 24);

const asksBack = (step: Partial<StepSpec> = {}) => ({
  enabled: true,
  steps: DEFAULT_PLAN.steps.map((each) => (each.name === 'recall' ? { ...each, enabled: true, ...step } : each)),
});
/** A clinic that asks its patients back. */
const recalling = async (step?: Partial<StepSpec>): Promise<World> => {
  const world = await newWorld();
  await savePlan(world.caller(start), { planId: 'clinic', plan: asksBack(step) });
  return world;
};
const set = ({ caller }: World, settings: Partial<MessagingSettings>) =>
  changeSettings(caller(start), { settings: { ...DEFAULT_SETTINGS, ...settings } });

const agreesToMarketing = async (
  { caller, clinic }: World,
  { id: patientId, phone }: Patient,
  proof?: 'texted-link',
): Promise<void> => {
  const agreed = { category: 'marketing', granted: true, how: 'web-form', patientId, proof } as const;
  await transact(await consentItems(caller(start), phone, [{ ...agreed, ...marketingConsent(clinic.name) }]));
};
/** Somebody who agreed to both kinds of text. */
const asked = async (world: World, details: Parameters<typeof addPatient>[1] = {}): Promise<Patient> => {
  const patient = await addPatient(world, { state: 'CO', ...details });
  await agreesToMarketing(world, patient);
  return patient;
};
const held = async (world: World, patient: Patient, begin = start): Promise<Appointment> => {
  const visit = await bookVisit(world, patient, begin, later(begin, -0.5));
  await changeVisit(world, patient, visit.id, { kind: 'arrive' }, begin);
  const fulfilment = { modality: 'in-person', start: iso(begin), end: iso(later(begin, 0.5)) } as const;
  return changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(begin, 1));
};
const recallOf = ({ clinic }: World, visit: Appointment): Promise<Message | undefined> =>
  getMessage(clinic.clinicId, `${visit.id}#recall#0`);
const send = async (world: World, visit: Appointment, now = sundayNoon, step = 'recall'): Promise<Message> => {
  const messageId = `${visit.id}#${step}#0`;
  await sendText({ clinicId: world.clinic.clinicId, messageId }, at(now));
  const message = await getMessage(world.clinic.clinicId, messageId);
  if (message === undefined) throw new Error('There is no such text');
  return message;
};
const marketingBar = async ({ clinic }: World, { id, phone }: Patient) =>
  barOf(await loadStanding(clinic.clinicId, phone), 'marketing', id);

describe('who has not been back', () => {
  it('is asked back by no clinic that has not switched it on', async () => {
    const world = await newWorld();
    const visit = await held(world, await asked(world));
    expect((await messagesOfCause(world.clinic.clinicId, visit.id)).map(({ step }) => step)).not.toContain('recall');
  });

  it('is asked once, half a year later, in their language: to the page on which anybody books', async () => {
    const world = await recalling();
    const [english, spanish] = [await asked(world), await asked(world, { language: 'es' })];
    const visits = [await held(world, english), await held(world, spanish)];
    for (const visit of visits) {
      expect(await recallOf(world, visit)).toMatchObject({ status: 'planned', dueAt: iso(sundayNoon) });
      expect(await send(world, visit)).toMatchObject({ status: 'accepted', template: 'recall', parts: 1 });
      await send(world, visit);
    }
    const page = `${process.env.PUBLIC_URL}/book/${world.clinic.slug}`;
    expect((await network.acceptedFor(english.phone)).map(({ body }) => body)).toEqual([
      `Lakeview: it's been a while since your visit. Book: ${page} Reply STOP to stop.`,
    ]);
    expect((await network.acceptedFor(spanish.phone)).map(({ body }) => body)).toEqual([
      `Lakeview: hace tiempo de su ultima cita. Para otra: ${page} STOP para salir.`,
    ]);
    expect(await loadStanding(world.clinic.clinicId, english.phone)).toMatchObject({ lastCategory: 'marketing' });
  });

  it('is asked in the hours of their state: in Rhode Island not on a Sunday evening', async () => {
    const world = await recalling();
    const sevenHours = later(start, 7);
    const [here, there] = [await asked(world), await asked(world, { state: 'RI' })];
    const [visit, other] = [await held(world, here, sevenHours), await held(world, there, sevenHours)];
    const evening = Temporal.Instant.from('2027-05-23T23:30:00Z');
    const monday = Temporal.Instant.from('2027-05-24T15:00:00Z');
    expect(await recallOf(world, visit)).toMatchObject({ dueAt: iso(evening) });
    expect(await recallOf(world, other)).toMatchObject({ dueAt: iso(monday) });
    // The clinic's hours may have changed since: those of the day itself hold.
    const hours = DEFAULT_SETTINGS.marketingHours.hours.filter(({ weekday }) => weekday !== 7);
    await set(world, { marketingHours: { ...DEFAULT_SETTINGS.marketingHours, hours } });
    expect(await send(world, visit, evening)).toMatchObject({ status: 'planned', dueAt: iso(monday) });
    expect(await send(world, visit, monday)).toMatchObject({ status: 'accepted' });
    expect(await send(world, other, monday)).toMatchObject({ status: 'accepted' });
  });

  it('waits for a day with room, and takes none of it from a text of treatment', async () => {
    const world = await recalling({ offsetDays: undefined, offsetHours: 7 * 24 + 2 });
    const patient = await asked(world);
    const visit = await held(world, patient);
    const { clinicId } = world.clinic;
    const plan = await loadExercisePlan(clinicId, patient.id);
    const nudged = later(start, 7 * 24 + 0.5);
    await sendText({ clinicId, messageId: `${plan?.id}#exercise-week-1#0` }, at(nudged));
    const tomorrow = Temporal.Instant.from('2026-12-02T16:00:00Z');
    expect(await send(world, visit, later(nudged, 2))).toMatchObject({ status: 'planned', dueAt: iso(tomorrow) });
    expect(await send(world, visit, tomorrow)).toMatchObject({ status: 'accepted' });
    const { sentDays } = await loadStanding(clinicId, patient.phone);
    expect(sentDays?.map(({ on }) => on)).toEqual(['2026-12-01']);
  });

  it.each<readonly [string, string, (world: World, patient: Patient) => Promise<unknown>]>([
    ['has a visit ahead', 'later-visit', (world, patient) => bookVisit(world, patient, later(sundayNoon, 48))],
    ['has been back', 'later-visit', (world, patient) => held(world, patient, weekAfter)],
    ['said stop to everything', 'opted-out', (world, patient) => optOut(world, patient.phone)],
    ['is of a clinic that paused it', 'marketing-paused', (world) => set(world, { marketingPausedSince: iso(start) })],
    [
      'is of a clinic that switched it off since',
      'step-disabled',
      (world) => savePlan(world.caller(start), { planId: 'clinic', plan: { ...DEFAULT_PLAN } }),
    ],
  ])('is not asked who %s: %s', async (_, statusReason, happens) => {
    const world = await recalling();
    const patient = await asked(world);
    const visit = await held(world, patient);
    await happens(world, patient);
    expect(await send(world, visit)).toMatchObject({ status: 'suppressed', statusReason });
  });

  it('is asked all the same where the later visit was cancelled, and after the last visit only', async () => {
    const world = await recalling();
    const patient = await asked(world);
    const [first, second] = [await held(world, patient), await held(world, patient, weekAfter)];
    const missed = await bookVisit(world, patient, later(weekAfter, 48));
    await changeVisit(world, patient, missed.id, { kind: 'cancel', by: 'patient' }, weekAfter);
    expect(await send(world, first)).toMatchObject({ status: 'suppressed', statusReason: 'later-visit' });
    expect(await send(world, second, later(sundayNoon, 7 * 24))).toMatchObject({ status: 'accepted' });
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });

  it('is asked once after two visits at one time', async () => {
    const world = await recalling();
    const patient = await asked(world);
    for (const visit of [await held(world, patient), await held(world, patient)]) await send(world, visit);
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });

  it('is not asked who agreed to texts of treatment only', async () => {
    const world = await recalling();
    const patient = await addPatient(world, { state: 'CO' });
    const visit = await held(world, patient);
    expect(await send(world, visit)).toMatchObject({ status: 'suppressed', statusReason: 'no-consent' });
    expect(await send(world, visit, later(start, 48.5), 'check-in-48h')).toMatchObject({ status: 'accepted' });
  });

  it('says stop to that alone where the clinic keeps kinds apart: no yes, no START and no number typed into a form brings it back', async () => {
    const world = await recalling();
    await set(world, { revocation: 'category' });
    const patient = await asked(world);
    await send(world, await held(world, patient));
    await reply(world, patient.phone, 'STOP', sundayNoon);
    expect(await marketingBar(world, patient)).toBe('opted-out');

    const visitAt = later(sundayNoon, 72);
    const visit = await bookVisit(world, patient, visitAt, sundayNoon);
    expect(await send(world, visit, later(visitAt, -24), 'reminder-24h')).toMatchObject({ status: 'accepted' });
    for (const yes of ['C', 'YES', 'START']) await reply(world, patient.phone, yes, later(visitAt, -23));
    await changeVisit(world, patient, visit.id, { kind: 'cancel', by: 'patient' }, later(visitAt, -20));
    const second = await held(world, patient, visitAt);
    const halfAYear = later(visitAt, 180 * 24 + 2);
    expect(await send(world, second, halfAYear)).toMatchObject({ status: 'suppressed', statusReason: 'opted-out' });
    expect(barOf(await loadStanding(world.clinic.clinicId, patient.phone), 'treatment', patient.id)).toBeUndefined();
    await agreesToMarketing(world, patient);
    expect(await marketingBar(world, patient)).toBe('opted-out');
    await agreesToMarketing(world, patient, 'texted-link');
    expect(await marketingBar(world, patient)).toBeUndefined();
  });
});

it('a preview shows the text with the page it leads to, or why it would not go', async () => {
  const world = await recalling();
  const [yes, no] = [await asked(world), await addPatient(world)];
  const preview = async (patient: Patient) => {
    const visit = await bookVisit(world, patient, later(start, 240));
    const { texts, skipped } = await previewPlan(world.caller(start), { planId: 'clinic', appointmentId: visit.id });
    return [...texts, ...skipped].find(({ step }) => step === 'recall');
  };
  expect(await preview(yes)).toMatchObject({
    words: expect.stringContaining(`Book: ${process.env.PUBLIC_URL}/book/${world.clinic.slug} Reply STOP`),
    localTime: expect.stringMatching(/^2027-06-02T/),
  });
  expect(await preview(no)).toEqual({ step: 'recall', reason: 'no-consent' });
});
