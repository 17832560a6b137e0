import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { loadExercisePlan } from '../../../functions/care/exercise.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { standingItem } from '../../../functions/messaging/consent/standing-store.ts';
import { DEFAULT_PLAN, type StepSpec } from '../../../functions/messaging/core/message-plan.ts';
import { closeTask, listTasks } from '../../../functions/messaging/inbox/tasks.ts';
import { forgetPlans } from '../../../functions/messaging/plans/plan-in-force.ts';
import { savePlan } from '../../../functions/messaging/plans/plans.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { parseRef } from '../../../functions/messaging/sending/hint.ts';
import { pauseSending, resumeSending } from '../../../functions/messaging/sending/pause.ts';
import { recordReceipt } from '../../../functions/messaging/sending/receipts.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { sweepDue } from '../../../functions/messaging/sending/sweep.ts';
import {
  createMessageItem,
  getMessage,
  type Message,
  messagesOfCause,
  replaceMessageItem,
} from '../../../functions/messaging/store.ts';
import { directoryItem, findLink } from '../../../functions/platform/store/directory.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { stopEmails } from '../../../functions/scheduling/stop-emails.ts';
import { testPhone } from '../../helpers/phones.ts';
import '../own-table.ts';
import { type MailService, startMailService } from '../scheduling/calendar/mail-service.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, changeVisit, iso, later, moveTo, newWorld, reply, type World } from './world.ts';

// A Tuesday, 10:00 in Denver.
const start = Temporal.Instant.from('2026-02-24T17:00:00Z');
const visitAt = later(start, 120);

/** What the sweeps hand over, with its delay; the queue itself would keep the delayed ones to itself. */
const handed: {
  readonly clinicId: string;
  readonly messageId: string;
  readonly delay: number;
  readonly queue: string;
}[] = [];
const batch = z.object({
  QueueUrl: z.string(),
  Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string(), DelaySeconds: z.number().default(0) })),
});
const { fetch } = globalThis;
let isQueueDown = false;

const network = await startNetwork();
let mail: MailService;
beforeAll(async () => {
  mail = await startMailService();
  process.env.MAIL_SENDER = 'visits@lakeview.example';
  process.env.SEND_BULK_QUEUE_URL = 'http://127.0.0.1:1/000000000000/send-bulk';
  globalThis.fetch = async (...request) => {
    const body = batch.safeParse(JSON.parse(typeof request[1]?.body === 'string' ? request[1].body : '{}'));
    if (!body.success) return fetch(...request);
    if (isQueueDown) return Response.json({ __type: 'AccessDenied' }, { status: 403 });
    for (const { MessageBody, DelaySeconds: delay } of body.data.Entries) {
      handed.push({ ...parseRef(MessageBody), delay, queue: body.data.QueueUrl.split('/').at(-1) ?? '' });
    }
    return Response.json({ Successful: body.data.Entries.map(({ Id }) => ({ Id })), Failed: [] });
  };
});
afterAll(async () => {
  globalThis.fetch = fetch;
  await mail.stop();
});

const handedTo = async ({ clinic }: World, now: Temporal.Instant, kind: 'reminders' | 'check-ins' = 'reminders') => {
  handed.length = 0;
  await sweepDue(kind, now, 'sweep');
  return handed.filter(({ clinicId }) => clinicId === clinic.clinicId);
};

const send = ({ clinic }: World, messageId: string, now: Temporal.Instant) =>
  sendText({ clinicId: clinic.clinicId, messageId }, at(now));
const load = async ({ clinic }: World, messageId: string): Promise<Message> => {
  const message = await getMessage(clinic.clinicId, messageId);
  if (message === undefined) throw new Error('The text is gone');
  return message;
};
const endsAs = async (world: World, messageId: string, eventType: string, now: Temporal.Instant, more = {}) => {
  const { to, carrierMessageId = '' } = await load(world, messageId);
  const context = { clinic: world.clinic.clinicId, message: messageId };
  await recordReceipt(
    { eventType, messageId: carrierMessageId, destinationPhoneNumber: to, context, ...more },
    at(now),
  );
};
const seen = async (world: World, patient: Awaited<ReturnType<typeof addPatient>>, time: Temporal.Instant) => {
  const visit = await bookVisit(world, patient, time, later(time, -0.5));
  await changeVisit(world, patient, visit.id, { kind: 'arrive' }, time);
  const fulfilment = { modality: 'in-person', start: iso(time), end: iso(later(time, 0.5)) } as const;
  await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(time, 1));
  return visit;
};

describe('what somebody gets in a day and a week', () => {
  it('is one reminder where two visits are on one day', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const [one, other] = [
      await bookVisit(world, patient, visitAt, start),
      await bookVisit(world, patient, later(visitAt, 2), start),
    ];
    await send(world, `${one.id}#reminder-24h#0`, later(start, 96));
    await send(world, `${other.id}#reminder-24h#0`, later(start, 98));
    expect(await load(world, `${one.id}#reminder-24h#0`)).toMatchObject({ status: 'accepted' });
    expect(await load(world, `${other.id}#reminder-24h#0`)).toMatchObject({
      status: 'suppressed',
      statusReason: 'over-daily-cap',
    });
    const { sentDays } = await loadStanding(world.clinic.clinicId, patient.phone);
    expect(sentDays).toEqual([{ messageId: `${one.id}#reminder-24h#0`, patientId: patient.id, on: '2026-02-28' }]);
  });

  it('a nudge makes room for the reminder of the same day and goes the next morning', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    await seen(world, patient, start);
    // A week later at 10:30 the nudge is due, and at 15:00 the reminder of tomorrow.
    const visit = await bookVisit(world, patient, later(start, 7 * 24 + 29), later(start, 1));
    const all = await messagesOfCause(world.clinic.clinicId, (await nudgesOf(world, patient.id)).causeId);
    const nudge = all.find(({ step }) => step === 'exercise-week-1')?.id ?? '';
    const due = later(start, 7 * 24 + 0.5);
    await send(world, nudge, due);
    expect(await load(world, nudge)).toMatchObject({ status: 'planned', dueAt: '2026-03-04T15:00:00Z' });
    await send(world, `${visit.id}#reminder-24h#0`, later(start, 7 * 24 + 5));
    expect(await load(world, `${visit.id}#reminder-24h#0`)).toMatchObject({ status: 'accepted' });
    await send(world, nudge, Temporal.Instant.from('2026-03-04T15:00:00Z'));
    expect(await load(world, nudge)).toMatchObject({ status: 'accepted' });
  });

  it('what was not taken and is sent again counts once; another patient of the phone has a count of their own', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const child = await addPatient(world, { phone: patient.phone, givenName: 'Bea', birthDate: '2015-05-05' });
    const visits = [await bookVisit(world, patient, visitAt, start), await bookVisit(world, child, visitAt, start)];
    const [mine, theirs] = visits.map(({ id }) => `${id}#reminder-24h#0`);
    await network.break({ kind: 'conflict', phone: patient.phone });
    await send(world, mine ?? '', later(start, 96));
    await network.break();
    await send(world, mine ?? '', later(start, 96.3));
    await send(world, theirs ?? '', later(start, 96.3));
    expect(await network.acceptedFor(patient.phone)).toHaveLength(2);
    expect((await loadStanding(world.clinic.clinicId, patient.phone)).sentDays).toHaveLength(2);
  });
});

describe('a plan of the clinic’s own', () => {
  const remind = (name: string, template: StepSpec['template'], offsetHours: number): StepSpec => ({
    ...{ name, enabled: true, occasions: ['booked', 'rescheduled'], anchor: 'start', channel: 'sms' },
    ...{ template, offsetHours },
    ...(template === 'video-link' ? { conditions: { modality: 'video' } } : {}),
  });
  /** Saves it in place of the default reminders, books, and sends each text when it is due. */
  const lived = async (steps: readonly StepSpec[]) => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const plan = { enabled: true, steps: [...DEFAULT_PLAN.steps.filter(({ anchor }) => anchor === 'now'), ...steps] };
    await savePlan(world.caller(start), { planId: 'clinic', plan });
    const visit = await bookVisit(world, patient, visitAt, start, 'video');
    for (const { name, offsetHours = 0 } of steps) {
      await send(world, `${visit.id}#${name}#0`, later(visitAt, offsetHours));
    }
    const texts = await messagesOfCause(world.clinic.clinicId, visit.id);
    return texts.filter(({ status }) => status === 'accepted').map(({ step }) => step);
  };

  it('gets round no cap with links: the one that the visit is entered by goes besides', async () => {
    const steps = [-23, -22, -21, -20, -1];
    expect(await lived(steps.map((hours) => remind(`link${hours}`, 'video-link', hours)))).toEqual([
      'link-1',
      'link-23',
    ]);
  });

  it.each([
    ['that is off', { enabled: false }, undefined],
    [
      'that a confirmed visit needs no more',
      { conditions: { unconfirmedOnly: true } },
      { kind: 'confirm', sequence: 0 },
    ],
  ] as const)('keeps no room for a step %s', async (_, changed, command) => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const visit = await bookVisit(world, patient, visitAt, start);
    // Its earlier reminder is due on the day on which the first visit has that of tomorrow.
    const other = await bookVisit(world, patient, later(visitAt, 49), start);
    const earlier = `${other.id}#reminder-72h#0`;
    const due = later(start, 97);
    await send(world, earlier, due);
    expect(await load(world, earlier), 'it makes room').toMatchObject({ dueAt: '2026-03-01T15:00:00Z' });

    const steps = DEFAULT_PLAN.steps.map((step) => (step.name === 'reminder-24h' ? { ...step, ...changed } : step));
    await savePlan(world.caller(start), { planId: 'clinic', plan: { enabled: true, steps } });
    forgetPlans(world.clinic.clinicId);
    if (command !== undefined) await changeVisit(world, patient, visit.id, command, due);
    const message = await load(world, earlier);
    const dueAgain = { ...message, dueAt: iso(due), rev: message.rev + 1 };
    await transact([replaceMessageItem(world.caller(start), dueAgain)]);
    await send(world, earlier, due);
    expect(await load(world, earlier)).toMatchObject({ status: 'accepted' });
  });
});

const nudgesOf = async ({ clinic }: World, patientId: Message['patientId']): Promise<{ readonly causeId: string }> => {
  const plan = patientId && (await loadExercisePlan(clinic.clinicId, patientId));
  return { causeId: plan?.id ?? '' };
};

describe('a clinic whose texts are not taken', () => {
  it('pauses after the first, tries the newest after a quarter of an hour, and goes on when one is taken', async () => {
    const world = await newWorld();
    const elsewhere = await newWorld();
    const patients = await Promise.all(Array.from({ length: 5 }, () => addPatient(world)));
    const visits = await Promise.all(patients.map((patient) => bookVisit(world, patient, visitAt, start)));
    const ids = visits.map(({ id }) => `${id}#reminder-72h#0`);
    const due = later(start, 48);
    const [first = '', second = ''] = ids;
    await network.break(...patients.map(({ phone }) => ({ kind: 'conflict' as const, phone })));
    await send(world, first, due);
    await network.break();
    await send(world, second, due);
    expect(await load(world, first)).toMatchObject({ status: 'planned', dueAt: '2026-02-26T17:15:00Z', attempts: 1 });
    expect(await load(world, second)).toMatchObject({ status: 'planned', attempts: 0 });
    const other = await addPatient(elsewhere);
    const visit = await bookVisit(elsewhere, other, visitAt, start);
    await send(elsewhere, `${visit.id}#reminder-72h#0`, due);
    expect(await network.acceptedFor(other.phone)).toHaveLength(1);

    const reminders = async (now: Temporal.Instant) =>
      (await handedTo(world, now))
        .filter(({ messageId }) => messageId.includes('reminder'))
        .map(({ messageId }) => messageId);
    expect(await handedTo(world, later(start, 48.1))).toEqual([]);
    const trying = await reminders(later(start, 48.25));
    expect(trying).toHaveLength(3);
    expect(trying).toContain(first);
    await send(world, first, later(start, 48.25));
    expect(await load(world, first)).toMatchObject({ status: 'accepted' });
    expect((await reminders(later(start, 48.3))).toSorted()).toEqual(ids.filter((id) => id !== first).toSorted());
  });

  it('an alert to its on-call number is tried all the same', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const visit = await bookVisit(world, patient, visitAt, start);
    await network.break({ kind: 'spend-limit', phone: patient.phone });
    await send(world, `${visit.id}#confirmation#0`, start);
    await network.break();
    await reply(world, patient.phone, "I can't feel my legs", start);
    const [alert] = (await handedTo(world, start)).filter(({ messageId }) => messageId.includes('on-call-alert'));
    expect(alert).toMatchObject({ delay: 0, queue: expect.not.stringContaining('bulk') });
    await send(world, alert?.messageId ?? '', start);
    expect(await network.acceptedFor(world.clinic.onCallNumber)).toHaveLength(1);
  });
});

const due = iso(start);
const reminder = (world: World, index: number, part: Partial<Message> = {}): Message => ({
  id: `apt_${index}#reminder-24h#0`,
  clinicId: world.clinic.clinicId,
  cause: 'visit',
  causeId: `apt_${index}`,
  step: 'reminder-24h',
  sequence: 0,
  kind: 'reminders',
  template: 'reminder-24h',
  parameters: {},
  to: testPhone(),
  createdAt: iso(later(start, -96)),
  plannedFor: due,
  dueAt: due,
  status: 'planned',
  history: [],
  attempts: 0,
  rev: 1,
  ...part,
});
const plannedAt = (at: Temporal.Instant) => ({ plannedFor: iso(at), dueAt: iso(at) });
/** Reminders of visits that are not there, from the nth on. */
const planReminders = async (world: World, count: number, part: Partial<Message>, from = 0): Promise<void> => {
  for (let done = 0; done < count; done += 100) {
    const some = Array.from({ length: Math.min(100, count - done) }, (_, index) => from + done + index);
    await transact(some.map((index) => createMessageItem(world.caller(start), reminder(world, index, part))));
  }
};

it('a minute hands over what a number carries, by turns; another clinic waits for nothing, an answer neither', async () => {
  const [busy, quiet] = [await newWorld(), await newWorld()];
  const caller = busy.caller(start);
  await transact(Array.from({ length: 50 }, (_, index) => createMessageItem(caller, reminder(busy, index))));
  const answer = {
    id: 'inb_1#reply-help#0',
    causeId: 'inb_1',
    step: 'reply-help',
    cause: 'reply',
    template: 'reply-help',
    createdAt: due,
  } as const;
  // Refused as too fast a minute ago: with the others now, and before them.
  const news = { step: 'cancelled', template: 'cancelled', plannedFor: due, createdAt: due, attempts: 1 } as const;
  await transact([
    createMessageItem(caller, reminder(busy, 99, answer)),
    createMessageItem(caller, reminder(busy, 98, { ...news, id: 'apt_98#cancelled#1', causeId: 'apt_98' })),
    createMessageItem(quiet.caller(start), reminder(quiet, 1)),
  ]);

  const ofBusy = await handedTo(busy, start);
  expect(ofBusy.filter(({ queue }) => queue !== 'send-bulk').map(({ messageId }) => messageId)).toEqual([answer.id]);
  const turns = ofBusy.filter(({ queue }) => queue === 'send-bulk').toSorted((a, b) => a.delay - b.delay);
  expect(turns).toHaveLength(36);
  expect([turns[0]?.messageId, turns[0]?.delay, turns.at(-1)?.delay]).toEqual(['apt_98#cancelled#1', 0, 58]);
  expect(handed.filter(({ clinicId }) => clinicId === quiet.clinic.clinicId)).toMatchObject([{ delay: 0 }]);

  // No sender works: the next minute gives its turns to those who had none, the one after it has nobody left.
  const had = new Set(turns.map(({ messageId }) => messageId));
  const minuteOf = async (minutes: number) =>
    (await handedTo(busy, later(start, minutes / 60))).filter(({ queue }) => queue === 'send-bulk');
  const next = await minuteOf(1);
  expect(next).toHaveLength(51 - 36);
  expect(next.filter(({ messageId }) => had.has(messageId))).toEqual([]);
  expect(await minuteOf(2)).toEqual([]);
  // Whoever had a turn and was not sent gets another, in the old order.
  const again = await minuteOf(3);
  expect(again.map(({ messageId }) => messageId)).toEqual(turns.map(({ messageId }) => messageId));
});

it('of two sweeps at once one gives the turns; what was taken back meanwhile gets none', async () => {
  const world = await newWorld();
  const visits = await Promise.all(
    Array.from({ length: 12 }, async () => bookVisit(world, await addPatient(world), visitAt, start)),
  );
  const due = later(start, 48);
  const ids = visits.map(({ id }) => `${id}#reminder-72h#0`);
  handed.length = 0;
  await Promise.all([sweepDue('reminders', due, 'one'), sweepDue('reminders', due, 'other')]);
  const given = handed.map(({ messageId }) => messageId).filter((id) => ids.includes(id));
  expect(given.toSorted()).toEqual(ids.toSorted());
  // Its turn is on the queue: the sender finds it due all the same, and once.
  await Promise.all([send(world, ids[0] ?? '', due), send(world, ids[0] ?? '', due)]);
  expect(await load(world, ids[0] ?? '')).toMatchObject({ status: 'accepted', attempts: 1, handedUntil: undefined });
});

it('a turn that does not get onto the queue is given back: the next sweep gives it', async () => {
  const world = await newWorld();
  const visit = await bookVisit(world, await addPatient(world), visitAt, start);
  const [id, due] = [`${visit.id}#reminder-72h#0`, later(start, 48)];
  isQueueDown = true;
  await expect(sweepDue('reminders', due, 'sweep')).rejects.toThrow('sqs answered 403');
  isQueueDown = false;
  expect(await load(world, id)).toMatchObject({ status: 'planned', handedUntil: undefined });
  expect((await handedTo(world, later(start, 48 + 1 / 60))).map(({ messageId }) => messageId)).toContain(id);
});

it('a conversation stays on the number it is on, until that number is given up', async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const before = testPhone();
  await transact([directoryItem('number', before, world.clinic.clinicId)]);
  const inbound = { from: patient.phone, to: before, body: 'Is there parking?', inboundMessageId: `in-${before}` };
  await receiveText(inbound, at(start));
  const visits = [
    await bookVisit(world, patient, visitAt, start),
    await bookVisit(world, patient, later(visitAt, 24), start),
  ];
  const [one = '', other = ''] = visits.map(({ id }) => `${id}#confirmation#0`);
  await send(world, one, start);
  await network.break({ kind: 'conflict', reason: 'RESOURCE_NOT_ACTIVE', phone: patient.phone, next: 1 });
  await send(world, other, start);
  expect(await load(world, other)).toMatchObject({ status: 'planned', dueAt: iso(start) });
  await send(world, other, start);
  const numbers = (await network.acceptedFor(patient.phone)).map(({ clinicNumber }) => clinicNumber);
  expect(numbers).toEqual([before, world.clinic.originationNumber]);
});

describe('a reminder that does not arrive', () => {
  const reminded = async (email = 'ana@example.com') => {
    const world = await newWorld();
    const patient = await addPatient(world, { email });
    const visit = await bookVisit(world, patient, visitAt, start);
    const id = `${visit.id}#reminder-24h#0`;
    await send(world, id, later(start, 96));
    return { world, patient, visit, id, emailId: `${visit.id}#reminder-24h-email#0` };
  };
  const mailTo = (address: string) => mail.asked.filter(({ to }) => to.includes(address)).map(({ message }) => message);
  const textOf = (message = ''): string => Buffer.from(message.split('\r\n\r\n')[1] ?? '', 'base64').toString('utf8');

  it('goes by e-mail, once, with a link that opens the visit and one that ends these e-mails', async () => {
    const { world, id, emailId, patient } = await reminded('once@example.com');
    await endsAs(world, id, 'TEXT_CARRIER_BLOCKED', later(start, 97));
    await endsAs(world, id, 'TEXT_CARRIER_BLOCKED', later(start, 97));
    const [handedOver, ...more] = (await handedTo(world, later(start, 97))).filter(
      ({ messageId }) => messageId === emailId,
    );
    expect(more).toEqual([]);
    expect(handedOver).toMatchObject({ queue: 'send-bulk', delay: 0 });
    await send(world, emailId, later(start, 97));
    await send(world, emailId, later(start, 97));
    const [message = '', ...others] = mailTo('once@example.com');
    expect(others).toEqual([]);
    expect(await load(world, emailId)).toMatchObject({ status: 'accepted', channel: 'email', to: patient.phone });
    expect(message).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(message).not.toMatch(/Ana|Reyes|MST/);
    expect(textOf(message)).toContain('Your visit is on Sun Mar 1 10:00 AM MST.');
    const token = /\/v\/([\w-]{22})\r/.exec(textOf(message))?.[1] ?? '';
    const link = await findLink(token);
    expect(link).toMatchObject({ patientId: patient.id });
    expect(JSON.stringify(await load(world, emailId))).not.toContain(token);

    if (link === undefined || !('appointmentId' in link)) throw new Error('No link');
    const { body } = await stopEmails({ caller: world.caller(later(start, 98)), link });
    expect(String(body)).toContain('No more e-mails');
    const next = await bookVisit(world, patient, later(visitAt, 24 * 9), start);
    const again = `${next.id}#reminder-24h#0`;
    await send(world, again, later(start, 96 + 24 * 9));
    await endsAs(world, again, 'TEXT_SPAM', later(start, 97 + 24 * 9));
    await send(world, `${next.id}#reminder-24h-email#0`, later(start, 97 + 24 * 9));
    expect(await load(world, `${next.id}#reminder-24h-email#0`)).toMatchObject({
      status: 'suppressed',
      statusReason: 'mail-refused',
    });
  });

  it.each([
    ['the visit has moved', 'visit-moved'],
    ['the visit has begun', 'visit-started'],
    ['the number has said stop', 'opted-out'],
    ['the text has arrived after all', 'text-delivered'],
  ])('not when %s meanwhile', async (_, reason) => {
    const { world, patient, visit, id, emailId } = await reminded(`${reason}@example.com`);
    await endsAs(world, id, 'TEXT_UNREACHABLE', later(start, 97));
    if (reason === 'visit-moved')
      await changeVisit(world, patient, visit.id, moveTo(later(visitAt, 24)), later(start, 98));
    if (reason === 'opted-out') await reply(world, patient.phone, 'STOP', later(start, 98));
    if (reason === 'text-delivered') await endsAs(world, id, 'TEXT_DELIVERED', later(start, 98));
    await send(world, emailId, later(start, reason === 'visit-started' ? 121 : 99));
    expect(await load(world, emailId)).toMatchObject({ status: 'suppressed', statusReason: reason });
    expect(mailTo(`${reason}@example.com`)).toEqual([]);
  });

  it('since the carrier still refuses who has come back goes by e-mail, which the carrier has no part in', async () => {
    const { world, patient } = await reminded('listed@example.com');
    const standing = await loadStanding(world.clinic.clinicId, patient.phone);
    const at = iso(later(start, 97));
    const refused = { ...standing, carrierListedAt: at, carrierRefusedAgainAt: at };
    await transact([standingItem(world.caller(start), refused, 'test')]);
    const next = await bookVisit(world, patient, later(visitAt, 24 * 9), start);
    await send(world, `${next.id}#reminder-24h#0`, later(start, 96 + 24 * 9));
    expect(await load(world, `${next.id}#reminder-24h#0`)).toMatchObject({ statusReason: 'carrier-refuses' });
    await send(world, `${next.id}#reminder-24h-email#0`, later(start, 97 + 24 * 9));
    expect(await load(world, `${next.id}#reminder-24h-email#0`)).toMatchObject({ status: 'accepted' });
  });

  it('nor go in its hours is made up for by e-mail: whatever held it back holds no e-mail', async () => {
    const world = await newWorld();
    const patient = await addPatient(world, { email: 'held@example.com' });
    const visit = await bookVisit(world, patient, visitAt, start);
    const id = `${visit.id}#reminder-24h#0`;
    await send(world, id, later(start, 117));
    expect(await load(world, id)).toMatchObject({ status: 'suppressed', statusReason: 'stale' });
    await send(world, `${visit.id}#reminder-24h-email#0`, later(start, 117));
    expect(mailTo('held@example.com')).toHaveLength(1);
  });

  it('as far as the carrier knows yet has not: only its last word counts', async () => {
    const { world, id, emailId } = await reminded('pending@example.com');
    await endsAs(world, id, 'TEXT_SUCCESSFUL', later(start, 97), { isFinal: false });
    expect(await load(world, id)).toMatchObject({ status: 'accepted' });
    await endsAs(world, id, 'TEXT_UNREACHABLE', later(start, 98), { isFinal: true });
    expect(await load(world, id)).toMatchObject({ status: 'failed' });
    expect(await load(world, emailId)).toMatchObject({ status: 'planned' });
  });

  it('says nothing against a number once a receipt contradicts it', async () => {
    const { world, patient, visit, id } = await reminded();
    const confirmation = `${visit.id}#confirmation#0`;
    await send(world, confirmation, start);
    await endsAs(world, confirmation, 'TEXT_UNREACHABLE', later(start, 97));
    await endsAs(world, id, 'TEXT_UNREACHABLE', later(start, 97));
    const standing = () => loadStanding(world.clinic.clinicId, patient.phone);
    expect(await standing()).toMatchObject({ unreachable: { reason: 'UNREACHABLE' } });
    await endsAs(world, id, 'TEXT_DELIVERED', later(start, 98));
    expect((await standing()).unreachable).toBeUndefined();
    const next = await bookVisit(world, patient, later(visitAt, 24), later(start, 98));
    await send(world, `${next.id}#confirmation#0`, later(start, 98));
    expect(await load(world, `${next.id}#confirmation#0`)).toMatchObject({ status: 'accepted' });
  });

  it('two in a row give the number up: staff have a task, e-mail goes instead of texts, until somebody writes from it', async () => {
    const { world, patient, id } = await reminded('dead@example.com');
    const other = await bookVisit(world, patient, later(visitAt, 48), start);
    const between = `${other.id}#reminder-72h#0`;
    await send(world, between, later(start, 97 + 24));
    await endsAs(world, id, 'TEXT_INVALID', later(start, 97));
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toMatchObject({ failures: 1 });
    const next = `${other.id}#reminder-24h#0`;
    await send(world, next, later(start, 144));
    await endsAs(world, next, 'TEXT_UNREACHABLE', later(start, 145));
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toMatchObject({
      unreachable: { reason: 'UNREACHABLE' },
    });
    const tasks = (await listTasks(world.clinic.clinicId, 'open', {})).items;
    expect(tasks).toMatchObject([
      { kind: 'number-unreachable', phone: patient.phone, sourceId: next, patientId: patient.id },
    ]);

    const last = await bookVisit(world, patient, later(visitAt, 24 * 12), later(start, 150));
    await send(world, `${last.id}#confirmation#0`, later(start, 150));
    expect(await load(world, `${last.id}#confirmation#0`)).toMatchObject({ statusReason: 'number-unreachable' });
    const reminder = `${last.id}#reminder-24h#0`;
    await send(world, reminder, later(start, 96 + 24 * 12));
    expect(await load(world, reminder)).toMatchObject({ statusReason: 'number-unreachable' });
    await send(world, `${last.id}#reminder-24h-email#0`, later(start, 96 + 24 * 12));
    expect(mailTo('dead@example.com')).toHaveLength(1);

    await closeTask(world.caller(later(start, 500)), tasks[0]?.id ?? 'tsk_', { note: 'New phone' });
    expect((await loadStanding(world.clinic.clinicId, patient.phone)).unreachable).toBeUndefined();
  });
});

describe('a backlog', () => {
  it('of one clinic hides no other’s texts: neither while it is paused nor when its number has more than it carries', async () => {
    const [busy, well] = [await newWorld(), await newWorld()];
    await planReminders(busy, 600, plannedAt(later(start, -1)));
    await planReminders(well, 1, {});
    const alert = { id: 'case_1#on-call-alert#0', causeId: 'case_1', step: 'on-call-alert', cause: 'triage' } as const;
    await planReminders(well, 1, { ...alert, template: 'on-call-alert' });
    const sweep = async (minutes: number) => {
      handed.length = 0;
      await sweepDue('reminders', later(start, minutes / 60), 'sweep', 50);
      const of = ({ clinic }: World) => handed.filter(({ clinicId }) => clinicId === clinic.clinicId);
      return { busy: of(busy).length, well: of(well).map(({ messageId }) => messageId) };
    };
    await pauseSending(busy.caller(start), 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT', 15);
    expect(await sweep(0)).toEqual({ busy: 0, well: [alert.id, 'apt_0#reminder-24h#0'] });
    expect(await sweep(3)).toEqual({ busy: 0, well: [alert.id, 'apt_0#reminder-24h#0'] });
    // Ended early, the pause holds nothing any longer: the next minute has its turns.
    await resumeSending(busy.caller(later(start, 5 / 60)));
    expect(await sweep(6)).toEqual({ busy: 36, well: [alert.id, 'apt_0#reminder-24h#0'] });
  });

  it('takes no turn from what can still go: what is past all use ends, paused or not, and the newest goes first', async () => {
    const world = await newWorld();
    await planReminders(world, 120, plannedAt(later(start, -72)));
    await planReminders(world, 40, plannedAt(later(start, -3)), 200);
    await planReminders(world, 1, {}, 300);
    const turns = (await handedTo(world, start)).map(({ messageId }) => messageId);
    expect(turns).toHaveLength(36);
    expect(turns[0]).toBe('apt_300#reminder-24h#0');
    expect(await load(world, 'apt_7#reminder-24h#0')).toMatchObject({ status: 'suppressed', statusReason: 'stale' });
    expect(await load(world, 'apt_207#reminder-24h#0')).toMatchObject({ status: 'planned' });

    await pauseSending(world.caller(start), 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT', 15);
    await planReminders(world, 1, plannedAt(later(start, -24)), 400);
    expect(await handedTo(world, start)).toEqual([]);
    expect(await load(world, 'apt_400#reminder-24h#0')).toMatchObject({ statusReason: 'stale' });
  });
});
