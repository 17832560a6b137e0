import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { loadExercisePlan } from '../../../functions/care/exercise.ts';
import { takeOffCarrierList } from '../../../functions/messaging/consent/carrier-list.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { consentReport, recordConsent } from '../../../functions/messaging/consent/record-consent.ts';
import { listTasks } from '../../../functions/messaging/inbox/tasks.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage, type Message, messagesOfCause } from '../../../functions/messaging/store.ts';
import { findLink } from '../../../functions/platform/store/directory.ts';
import { startNetwork } from './network.ts';
import {
  addPatient,
  at,
  bookVisit,
  changeVisit,
  iso,
  later,
  moveTo,
  newWorld,
  optOut,
  reply,
  start,
  type World,
} from './world.ts';

const network = await startNetwork();

const visitAt = later(start, 120);
const confirmationOf = (visit: { readonly id: string }): string => `${visit.id}#confirmation#0`;

const booked = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, visitAt);
  const ref = { clinicId: world.clinic.clinicId, messageId: confirmationOf(visit) };
  const load = (): Promise<Message | undefined> => getMessage(ref.clinicId, ref.messageId);
  return { world, patient, visit, ref, load };
};

const statuses = async (world: World, causeId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await messagesOfCause(world.clinic.clinicId, causeId)).map(({ step, sequence, status, statusReason }) => [
      `${step}#${sequence}`,
      statusReason === undefined ? status : `${status}: ${statusReason}`,
    ]),
  );

describe('a text that is due', () => {
  it('goes out once, from the clinic, with ids in its context and a link that opens the visit', async () => {
    const { world, patient, visit, ref, load } = await booked();
    await sendText(ref, at(start));
    await sendText(ref, at(start));

    const [text, ...others] = await network.acceptedFor(patient.phone);
    expect(others).toEqual([]);
    expect(text).toMatchObject({
      clinicNumber: world.clinic.originationNumber,
      messageType: 'TRANSACTIONAL',
      context: { clinic: ref.clinicId, message: ref.messageId },
    });
    const token = /\/v\/([\w-]{22})/.exec(text?.body ?? '')?.[1] ?? '';
    expect(await findLink(token)).toMatchObject({ appointmentId: visit.id, patientId: patient.id });
    const message = await load();
    expect(message).toMatchObject({ status: 'accepted', carrierMessageId: text?.id, attempts: 1 });
    expect(JSON.stringify(message)).not.toContain(token);
  });

  it('is told in words without the name of anybody', async () => {
    const { patient, ref } = await booked();
    await sendText(ref, at(start));
    const [text] = await network.acceptedFor(patient.phone);
    expect(text?.body).toMatch(/^Lakeview: you're booked Sun Nov 29 10:00 AM MST\. Details: http/);
    expect(text?.body).not.toContain('Ana');
  });

  it('bears the zone label of the visit, not of today, when the clocks change in between', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const friday = Temporal.Instant.from('2027-03-12T17:00:00Z');
    const visit = await bookVisit(world, patient, Temporal.Instant.from('2027-03-15T18:00:00Z'), friday);
    const ref = (step: string) => ({ clinicId: world.clinic.clinicId, messageId: `${visit.id}#${step}` });
    await sendText(ref('confirmation#0'), at(friday));
    await sendText(ref('reminder-24h#0'), at(Temporal.Instant.from('2027-03-14T18:00:00Z')));
    await changeVisit(
      world,
      patient,
      visit.id,
      moveTo(Temporal.Instant.from('2027-11-08T19:00:00Z')),
      later(friday, 49.5),
    );
    await sendText(ref('moved#1'), at(later(friday, 49.5)));
    expect(
      (await network.acceptedFor(patient.phone)).map(({ body }) => /[A-Z]\w\w [A-Z].*? [AP]M \w+/.exec(body)?.[0]),
    ).toEqual(['Mon Mar 15 12:00 PM MDT', 'Mon Mar 15 12:00 PM MDT', 'Mon Nov 8 12:00 PM MST']);
  });

  it('is not sent before its time, whatever hint arrives', async () => {
    const { visit, world, patient } = await booked();
    await sendText({ clinicId: world.clinic.clinicId, messageId: `${visit.id}#reminder-24h#0` }, at(start));
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
  });

  it('is suppressed with its reason when the number has said stop', async () => {
    const { world, patient, ref, load } = await booked();
    await optOut(world, patient.phone);
    await sendText(ref, at(start));
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
    expect(await load()).toMatchObject({ status: 'suppressed', statusReason: 'opted-out' });
  });

  it('about who never agreed is not sent, though somebody else who has the number, or had it, did', async () => {
    const { world, visit, patient: ana } = await booked();
    const bea = await addPatient(world, {
      phone: ana.phone,
      givenName: 'Bea',
      birthDate: '2001-05-06',
      consents: false,
    });
    const herVisit = await bookVisit(world, bea, later(visitAt, 24));
    for (const { id } of [visit, herVisit]) {
      const messageId = `${id}#confirmation#0`;
      await sendText({ clinicId: world.clinic.clinicId, messageId }, at(start));
    }
    expect(await statuses(world, visit.id)).toMatchObject({ 'confirmation#0': 'accepted' });
    expect(await statuses(world, herVisit.id)).toMatchObject({ 'confirmation#0': 'suppressed: no-consent' });

    // The phone itself asks: for everybody in the house.
    await reply(world, ana.phone, 'START', later(start, 1));
    await sendText(
      { clinicId: world.clinic.clinicId, messageId: `${herVisit.id}#reminder-72h#0` },
      at(later(start, 73)),
    );
    expect(await statuses(world, herVisit.id)).toMatchObject({ 'reminder-72h#0': 'accepted' });
  });

  it('is suppressed when its hour came and went', async () => {
    const { patient, ref, load } = await booked();
    await sendText(ref, at(later(start, 25)));
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
    expect(await load()).toMatchObject({ status: 'suppressed', statusReason: 'stale' });
  });

  it('waits for the morning when a retry has carried it into the night', async () => {
    const { world, visit, patient } = await booked();
    const reminder = `${visit.id}#reminder-72h#0`;
    await sendText({ clinicId: world.clinic.clinicId, messageId: reminder }, at(later(start, 48 + 11)));
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
    expect(await getMessage(world.clinic.clinicId, reminder)).toMatchObject({
      status: 'planned',
      dueAt: '2026-11-27T15:00:00Z',
    });
  });
});

describe('what the carrier answers', () => {
  it('opted out: the text fails, the number stands opted out, nothing is tried again', async () => {
    const { world, visit, patient, ref, load } = await booked();
    await network.break({ kind: 'opted-out', phone: patient.phone });
    await sendText(ref, at(start));
    expect(await load()).toMatchObject({ status: 'failed', statusReason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' });
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toMatchObject({ optedOut: { how: 'carrier' } });

    await network.break();
    const reminder = `${visit.id}#reminder-72h#0`;
    await sendText({ clinicId: world.clinic.clinicId, messageId: reminder }, at(later(start, 49)));
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
  });

  it('opted out, still, after they agreed again: staff have a task to take the number off the list', async () => {
    const { world, visit, patient, ref } = await booked();
    await network.break({ kind: 'opted-out', phone: patient.phone });
    await sendText(ref, at(start));
    expect((await listTasks(world.clinic.clinicId, 'open', {})).items).toEqual([]);

    const words = {
      category: 'treatment',
      granted: true,
      how: 'staff',
      wording: 'Again.',
      wordingVersion: '1',
    } as const;
    const given = [{ ...words, proof: 'staff-evidence', evidence: 'call 9' }] as const;
    await recordConsent(world.caller(later(start, 1)), { phone: patient.phone, given });
    const reminder = { clinicId: ref.clinicId, messageId: `${visit.id}#reminder-72h#0` };
    await sendText(reminder, at(later(start, 49)));
    expect(await getMessage(ref.clinicId, reminder.messageId)).toMatchObject({ status: 'failed' });
    expect((await listTasks(ref.clinicId, 'open', {})).items).toMatchObject([
      { kind: 'carrier-still-refuses', phone: patient.phone, patientId: patient.id, sourceId: reminder.messageId },
    ]);
    await network.break();
  });

  it('opted out, still, after START: not stopped again, nothing more is tried, and START or its list taken care of is one more try', async () => {
    const { world, visit, patient, ref } = await booked();
    const { phone } = patient;
    const standing = () => loadStanding(ref.clinicId, phone);
    const statusOf = async (step: string) => {
      const message = await getMessage(ref.clinicId, `${visit.id}#${step}#0`);
      return [message?.status, message?.statusReason];
    };
    const send = (step: string, hour: number) =>
      sendText({ clinicId: ref.clinicId, messageId: `${visit.id}#${step}#0` }, at(later(start, hour)));
    /** START, and the answer to it. */
    const comeBack = async (hour: number) => {
      const inboundId = await reply(world, phone, 'START', later(start, hour));
      const [answer] = await messagesOfCause(ref.clinicId, `inb_${inboundId}`);
      await sendText({ clinicId: ref.clinicId, messageId: answer?.id ?? '' }, at(later(start, hour)));
      return (await getMessage(ref.clinicId, answer?.id ?? ''))?.status;
    };
    await network.break({ kind: 'opted-out', phone });
    await sendText(ref, at(start));

    expect(await comeBack(1)).toBe('failed');
    expect(await standing()).toMatchObject({ optedOut: undefined, carrierRefusedAgainAt: iso(later(start, 1)) });
    const revocations = (await consentReport(ref.clinicId, { phone }, {})).entries.filter(({ granted }) => !granted);
    expect(revocations).toHaveLength(1);
    expect((await listTasks(ref.clinicId, 'open', {})).items).toMatchObject([{ kind: 'carrier-still-refuses', phone }]);

    // Nothing is tried, though it would be taken now.
    await network.break();
    await send('reminder-72h', 49);
    expect(await statusOf('reminder-72h')).toEqual(['suppressed', 'carrier-refuses']);
    const help = await reply(world, phone, 'HELP', later(start, 50));
    const [answer] = await messagesOfCause(ref.clinicId, `inb_${help}`);
    await sendText({ clinicId: ref.clinicId, messageId: answer?.id ?? '' }, at(later(start, 50)));
    expect(await getMessage(ref.clinicId, answer?.id ?? '')).toMatchObject({ statusReason: 'carrier-refuses' });
    expect(await network.acceptedFor(phone)).toEqual([]);
    expect((await consentReport(ref.clinicId, { phone }, {})).categories[0]).toMatchObject({
      reason: 'carrier-refuses',
    });

    await takeOffCarrierList(world.caller(later(start, 60)), phone, { list: 'Default' });
    expect(await standing()).toMatchObject({ carrierListedAt: undefined, carrierRefusedAgainAt: undefined });
    await send('reminder-24h', 97);
    expect(await statusOf('reminder-24h')).toEqual(['accepted', undefined]);

    // Listed and refused anew: each START is one more try.
    await network.break({ kind: 'opted-out', phone });
    await reply(world, phone, 'STOP', later(start, 98));
    await comeBack(99);
    expect(await comeBack(99)).toBe('failed');
    expect(await comeBack(100)).toBe('failed');
    await network.break();
    expect(await comeBack(101)).toBe('accepted');
    expect(await standing()).toMatchObject({ optedOut: undefined, carrierRefusedAgainAt: undefined });
  });

  it('spend limit: the text stays planned, a quarter of an hour later', async () => {
    const { patient, ref, load } = await booked();
    await network.break({ kind: 'spend-limit', phone: patient.phone });
    await sendText(ref, at(start));
    expect(await load()).toMatchObject({ status: 'planned', dueAt: '2026-11-24T17:15:00Z' });
    await network.break();
    await sendText(ref, at(later(start, 0.25)));
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });

  it('too fast: tried again within the call', async () => {
    const { patient, ref, load } = await booked();
    await network.break({ kind: 'throttle', phone: patient.phone, next: 2 });
    await sendText(ref, at(start));
    expect(await load()).toMatchObject({ status: 'accepted', attempts: 1 });
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });

  it('too fast for long: given back, and sent when it lets up', async () => {
    const { patient, ref, load } = await booked();
    await network.break({ kind: 'throttle', phone: patient.phone });
    await sendText(ref, at(start));
    expect(await load()).toMatchObject({ status: 'planned', dueAt: '2026-11-24T17:01:00Z' });
    await network.break();
    await sendText(ref, at(later(start, 0.1)));
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });
});

describe('a visit that changes', () => {
  it('cancelled: what was planned is taken back, the cancellation is told', async () => {
    const { world, patient, visit } = await booked();
    await changeVisit(world, patient, visit.id, { kind: 'cancel', by: 'clinic' }, later(start, 1));
    expect(await statuses(world, visit.id)).toEqual({
      'confirmation#0': 'suppressed: visit-cancelled',
      'reminder-72h#0': 'suppressed: visit-cancelled',
      'reminder-24h#0': 'suppressed: visit-cancelled',
      'cancelled#1': 'planned',
    });
  });

  it('moved: only the new time is ever texted', async () => {
    const { world, patient, visit } = await booked();
    await changeVisit(world, patient, visit.id, moveTo(later(visitAt, 24)), later(start, 1));
    expect(await statuses(world, visit.id)).toEqual({
      'confirmation#0': 'suppressed: visit-moved',
      'reminder-72h#0': 'suppressed: visit-moved',
      'reminder-24h#0': 'suppressed: visit-moved',
      'moved#1': 'planned',
      'reminder-72h#1': 'planned',
      'reminder-24h#1': 'planned',
    });
    for (const { id } of await messagesOfCause(world.clinic.clinicId, visit.id)) {
      for (const hour of [1, 73, 121]) {
        await sendText({ clinicId: world.clinic.clinicId, messageId: id }, at(later(start, hour)));
      }
    }
    const bodies = (await network.acceptedFor(patient.phone)).map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    for (const body of bodies) expect(body).toContain('Mon Nov 30 10:00 AM MST');
  });

  it('fulfilled twice in a week: the nudges of the first visit are taken back', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const visits = [later(start, 1), later(start, 73)];
    const plans = new Set<string>();
    for (const time of visits) {
      const visit = await bookVisit(world, patient, time, later(time, -0.5));
      await changeVisit(world, patient, visit.id, { kind: 'arrive' }, time);
      const fulfilment = { modality: 'in-person', start: iso(time), end: iso(later(time, 0.5)) } as const;
      await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(time, 1));
      expect(await statuses(world, visit.id)).toMatchObject({ 'check-in-48h#0': 'planned' });
      plans.add((await loadExercisePlan(world.clinic.clinicId, patient.id))?.id ?? '');
    }
    const [plan = '', ...others] = plans;
    expect(others).toEqual([]);
    const nudges = await statuses(world, plan);
    expect(nudges).toMatchObject({
      'exercise-week-1#0': 'suppressed: plan-renewed',
      'exercise-week-4#0': 'suppressed: plan-renewed',
      'exercise-week-1#1': 'planned',
      'exercise-week-4#1': 'planned',
    });
    expect(Object.keys(nudges)).toHaveLength(8);
  });

  it('recorded as fulfilled a second time: no second check-in and no second plan', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const time = later(start, 1);
    const visit = await bookVisit(world, patient, time);
    await changeVisit(world, patient, visit.id, { kind: 'arrive' }, time);
    for (const minutes of [0.5, 0.75]) {
      const fulfilment = { modality: 'in-person', start: iso(time), end: iso(later(time, minutes)) } as const;
      await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(time, 2));
    }
    expect(await loadExercisePlan(world.clinic.clinicId, patient.id)).toMatchObject({ sequence: 0 });
  });
});

describe('planning', () => {
  it('plans for who has not agreed to be texted too: nothing goes until they agree, and what is still to come then', async () => {
    const world = await newWorld();
    const patient = await addPatient(world, { consents: false });
    const visit = await bookVisit(world, patient, visitAt);
    await sendText({ clinicId: world.clinic.clinicId, messageId: confirmationOf(visit) }, at(start));
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
    expect(await statuses(world, visit.id)).toEqual({
      'confirmation#0': 'suppressed: no-consent',
      'reminder-72h#0': 'planned',
      'reminder-24h#0': 'planned',
    });
    const given = { category: 'treatment', granted: true, how: 'staff', wording: 'Yes.', wordingVersion: '1' } as const;
    await recordConsent(world.caller(start), { phone: patient.phone, given: [given] });
    const reminder = { clinicId: world.clinic.clinicId, messageId: `${visit.id}#reminder-72h#0` };
    await sendText(reminder, at(later(visitAt, -72)));
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });
});
