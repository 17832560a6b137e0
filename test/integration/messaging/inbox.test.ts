import { randomUUID } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { pageOfObservations } from '../../../functions/care/store.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { inboxRoutes } from '../../../functions/messaging/contract.ts';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import {
  assignThread,
  closeThread,
  listLines,
  listThreads,
  loadThread,
  takeAnswering,
} from '../../../functions/messaging/inbox/inbox.ts';
import {
  cancelStaffText,
  type StaffTextCommand,
  writeStaffText,
} from '../../../functions/messaging/inbox/staff-text.ts';
import { threadIdOf } from '../../../functions/messaging/inbox/thread-store.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { changeSettings } from '../../../functions/messaging/settings.ts';
import { getMessage, messagesOfCause } from '../../../functions/messaging/store.ts';
import type { Caller } from '../../../functions/platform/actor.ts';
import type { Route } from '../../../functions/platform/http/contract.ts';
import { routeKeyOf } from '../../../functions/platform/http/contract.ts';
import { type TransactItem, transact } from '../../../functions/platform/store/records.ts';
import { loadAppointment } from '../../../functions/scheduling/visits.ts';
import { ask } from '../../helpers/clinic.ts';
import { staffClaims } from '../../helpers/events.ts';
import { messaging } from '../../helpers/messaging.ts';
import { testPhone } from '../../helpers/phones.ts';
import { addStaff } from '../platform/staff-pool.ts';
import { startNetwork } from './network.ts';
import { handedOver } from './queue.ts';
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

/** Tuesday 21:00 in Denver: the clinic has closed, and patients sleep. */
const evening = Temporal.Instant.from('2026-11-25T04:00:00Z');
const write = (items: readonly TransactItem[]) => transact(items);

/** A patient who has written what a human must read. */
const wrote = async (words = 'Can my daughter wait inside?', now = start) => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const inboundId = await reply(world, patient.phone, words, now);
  const { clinicId } = world.clinic;
  const threadId = threadIdOf(clinicId, patient.phone);
  const staff = (id: string, moment = now): Caller => ({ ...world.caller(moment), actor: { kind: 'staff', id } });
  const thread = () => loadThread(clinicId, threadId);
  const answer = (command: Partial<StaffTextCommand> & { readonly words: string }, by = 'ann', moment = now) =>
    writeStaffText(staff(by, moment), { to: { threadId }, confirmWarnings: false, ...command }, write);
  return { world, patient, inboundId, clinicId, threadId, staff, thread, answer };
};

/** What automation answered an inbound text. */
const answered = async ({ clinic }: World, inboundId: string) =>
  (await messagesOfCause(clinic.clinicId, `inb_${inboundId}`)).map(({ template }) => template);

const bodiesTo = async (phone: string) => (await network.acceptedFor(phone)).map(({ body }) => body);

const idsOf = async (caller: Caller, kind: 'open' | 'unknown' | 'unassigned' | 'closed') =>
  (await listThreads(caller, { queue: { kind } }, { limit: 25 })).items.map(({ thread }) => thread.id);

describe('a thread', () => {
  it('has both directions in order: automation by its template, people by their words, what is to come first', async () => {
    const { world, patient, clinicId, threadId, answer, inboundId } = await wrote();
    const [auto] = await messagesOfCause(clinicId, `inb_${inboundId}`);
    await sendText({ clinicId, messageId: auto?.id ?? '' }, at(later(start, 0.1)));
    const { message } = await answer({ words: 'Yes – of course' }, 'ann', later(start, 0.2));
    expect(await handedOver(clinicId)).toContain(message.id);
    await sendText({ clinicId, messageId: message.id }, at(later(start, 0.2)));
    await answer({ words: 'See you at ten', sendAt: iso(later(start, 24)) }, 'bea', later(start, 0.3));
    await reply(world, patient.phone, 'Thanks!', later(start, 0.4));

    expect(await bodiesTo(patient.phone)).toEqual([
      expect.stringContaining('our staff will read this'),
      'Lakeview: Yes - of course',
    ]);
    const { items } = await listLines(clinicId, threadId, {});
    expect(items.map(({ entry, message: sent }) => entry.words ?? sent?.template)).toEqual([
      'See you at ten',
      'Thanks!',
      'Yes – of course',
      'reply-unknown',
      'Can my daughter wait inside?',
    ]);
    expect(items.map(({ entry, message: sent }) => [entry.by, sent?.status, sent?.patientId])).toEqual([
      ['bea', 'planned', patient.id],
      [undefined, undefined, undefined],
      ['ann', 'accepted', patient.id],
      [undefined, 'accepted', patient.id],
      [undefined, undefined, undefined],
    ]);
  });

  it('that automation has dealt with waits for nobody, and one that needs a human is opened again', async () => {
    const { world, patient, staff, thread, threadId } = await wrote();
    await closeThread(staff('ann'), { threadId }, write);
    expect(await idsOf(staff('ann'), 'closed')).toContain(threadId);
    await reply(world, patient.phone, 'HELP', later(start, 0.1));
    expect(await thread()).toMatchObject({ status: 'closed', unread: 0 });
    await reply(world, patient.phone, 'One more thing', later(start, 0.2));
    expect(await thread()).toMatchObject({ status: 'open', unread: 1 });
    expect(await idsOf(staff('ann'), 'unassigned')).toEqual([threadId]);
    expect(await idsOf(staff('ann'), 'open')).toEqual([threadId]);
  });

  it('says of each reply whether it was left to a human', async () => {
    const { world, patient, clinicId, threadId } = await wrote('I need to reschedule');
    await reply(world, patient.phone, 'HELP', later(start, 0.1));
    const { items } = await listLines(clinicId, threadId, {});
    expect(items.map(({ entry }) => [entry.words, entry.isForHuman]).filter(([words]) => words !== undefined)).toEqual([
      ['HELP', false],
      ['I need to reschedule', true],
    ]);
  });

  it('of a number nobody knows waits apart, and its answer tells nothing about anybody', async () => {
    const world = await newWorld();
    await addPatient(world);
    const stranger = testPhone();
    const inboundId = await reply(world, stranger, 'When is my visit?', start);
    const [auto] = await messagesOfCause(world.clinic.clinicId, `inb_${inboundId}`);
    await sendText({ clinicId: world.clinic.clinicId, messageId: auto?.id ?? '' }, at(start));
    expect(await bodiesTo(stranger)).toEqual([expect.not.stringMatching(/Ana|Reyes|Nov|visit/)]);
    const caller = world.caller(start);
    expect(await idsOf(caller, 'unknown')).toEqual([threadIdOf(world.clinic.clinicId, stranger)]);
    expect([await idsOf(caller, 'open'), await idsOf(caller, 'unassigned')]).toEqual([[], []]);
    const [found] = (await listThreads(caller, { who: stranger }, { limit: 5 })).items;
    expect(found?.patients).toEqual([]);
  });

  it('of a number of two patients is one, and belongs to neither alone', async () => {
    const { world, patient, answer, staff, threadId, clinicId } = await wrote();
    await addPatient(world, { phone: patient.phone, givenName: 'Bea', birthDate: '2015-05-05' });
    const { items } = await listThreads(staff('ann'), { who: 'Reyes' }, { limit: 10 });
    expect(items).toHaveLength(1);
    expect(items[0]?.patients.map(({ givenName }) => givenName).toSorted()).toEqual(['Ana', 'Bea']);
    const { message } = await answer({ words: 'Of course' });
    expect(message.patientId).toBeUndefined();
    expect((await listLines(clinicId, threadId, {})).items).toHaveLength(2);
  });
});

describe('two of the staff', () => {
  it('do not answer at once: the second is told who is at it, until it is sent or two minutes are over', async () => {
    const { staff, threadId, answer, thread } = await wrote();
    await takeAnswering(staff('ann'), { threadId }, write);
    await expect(answer({ words: 'Yes' }, 'bea')).rejects.toMatchObject({
      code: 'being-answered',
      message: expect.stringContaining('ann is answering'),
    });
    await expect(takeAnswering(staff('bea'), { threadId }, write)).rejects.toMatchObject({ code: 'being-answered' });
    await expect(answer({ words: 'Yes' }, 'bea', later(start, 3 / 60))).resolves.toBeDefined();
    await answer({ words: 'And park behind' }, 'ann', later(start, 3 / 60));
    expect((await thread()).answering).toBeUndefined();
  });

  it('who take it in the same moment: one has it', async () => {
    const { staff, threadId, thread } = await wrote();
    const outcomes = await Promise.allSettled(
      ['ann', 'bea', 'cid', 'dee'].map((id) => takeAnswering(staff(id), { threadId }, write)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await thread()).answering?.by).toMatch(/ann|bea|cid|dee/);
  });
});

describe('what staff write', () => {
  it('is refused after a STOP; what was planned before it is not sent, and opens the thread again', async () => {
    const { world, patient, answer, clinicId, staff, threadId, thread } = await wrote();
    const { message } = await answer({ words: 'Tomorrow then', sendAt: iso(later(start, 1)) });
    await optOut(world, patient.phone, later(start, 0.1));
    await expect(answer({ words: 'Hello?' }, 'ann', later(start, 0.2))).rejects.toMatchObject({ code: 'opted-out' });
    await closeThread(staff('ann', later(start, 0.2)), { threadId }, write);
    await sendText({ clinicId, messageId: message.id }, at(later(start, 1)));
    expect(await getMessage(clinicId, message.id)).toMatchObject({ status: 'suppressed', statusReason: 'opted-out' });
    expect(await bodiesTo(patient.phone)).toEqual([]);
    expect(await thread()).toMatchObject({ status: 'open', unread: 1 });
  });

  it('that is written while the STOP arrives does not go', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { world, patient, answer, clinicId } = await wrote();
      const [written] = await Promise.allSettled([answer({ words: 'Yes' }), optOut(world, patient.phone)]);
      if (written.status === 'rejected') expect(written.reason).toMatchObject({ code: 'opted-out' });
      else await sendText({ clinicId, messageId: written.value.message.id }, at(start));
      expect(await bodiesTo(patient.phone)).toEqual([]);
    }
  });

  it('by night goes as an answer, with a warning; unasked it waits, to be sent at a time that is named', async () => {
    const { answer, patient, staff } = await wrote('Are you there?', later(evening, -20));
    expect(await answer({ words: 'Yes' }, 'ann', evening)).toMatchObject({ warnings: ['at-night'] });
    const unasked = later(evening, 24);
    await expect(answer({ words: 'Yes' }, 'ann', unasked)).rejects.toMatchObject({
      code: 'quiet-hours',
      errors: [{ field: 'body.sendAt', message: 'Send it at 2026-11-26T15:00:00Z or later' }],
    });
    const toPatient = { to: { patientId: patient.id }, words: 'Good morning', confirmWarnings: false };
    const planned = { ...toPatient, sendAt: '2026-11-26T15:00:00Z' };
    expect(await writeStaffText(staff('ann', unasked), planned, write)).toMatchObject({ warnings: [] });
  });

  it('to who agreed to nothing is an answer within a day, or refused', async () => {
    const world = await newWorld();
    const stranger = testPhone();
    await reply(world, stranger, 'Do you take my plan?', start);
    const to = { threadId: threadIdOf(world.clinic.clinicId, stranger) };
    const say = (hours: number) =>
      writeStaffText(world.caller(later(start, hours)), { to, words: 'We do', confirmWarnings: false }, write);
    await expect(say(23)).resolves.toBeDefined();
    await expect(say(25)).rejects.toMatchObject({ code: 'no-consent' });
  });

  it('and planned can be taken back until it goes', async () => {
    const { answer, clinicId, threadId, staff, patient } = await wrote();
    const { message } = await answer({ words: 'See you', sendAt: iso(later(start, 1)) });
    const which = { threadId, textId: message.causeId as `stx_${string}` };
    await cancelStaffText(staff('bea'), which, write);
    await sendText({ clinicId, messageId: message.id }, at(later(start, 1)));
    expect(await getMessage(clinicId, message.id)).toMatchObject({
      status: 'suppressed',
      statusReason: 'cancelled-by-staff',
    });
    expect(await bodiesTo(patient.phone)).toEqual([]);
    await expect(cancelStaffText(staff('bea'), which, write)).rejects.toMatchObject({ code: 'invalid-state' });
  });
});

describe('automation', () => {
  it('says nothing once a human has taken over, but for keywords and red flags', async () => {
    const { world, patient, staff, threadId, answer } = await wrote();
    const visit = await bookVisit(world, patient, later(start, 120));
    const asked = later(start, 48);
    await sendText({ clinicId: world.clinic.clinicId, messageId: `${visit.id}#reminder-72h#0` }, at(asked));
    await assignThread(staff('ann', asked), { threadId, to: 'ann' }, write);
    const says = async (words: string, now = asked) => answered(world, await reply(world, patient.phone, words, now));
    expect(await says('And my son?')).toEqual([]);
    expect(await says('C')).toEqual(['reply-confirmed']);
    expect((await loadAppointment(world.clinic.clinicId, visit.id))?.confirmedSequence).toBe(0);
    expect(await says('I cannot feel my legs and cannot pee')).toEqual(['reply-red-flag']);
    expect(await says('HELP')).toEqual(['reply-help']);

    await closeThread(staff('ann', asked), { threadId }, write);
    const { message } = await answer({ words: 'He can come', sendAt: iso(later(asked, 1)) }, 'ann', asked);
    await sendText({ clinicId: world.clinic.clinicId, messageId: message.id }, at(later(asked, 1)));
    expect(await says('Great', later(asked, 12))).toEqual([]);
    // A day later nobody of the staff has written for twelve hours.
    expect(await says('Hello?', later(asked, 26))).toEqual(['reply-unknown']);
  });

  /** A reminder or a check-in asked at 10:00, and staff wrote something an hour later. */
  const askedThenWrote = async (question: 'confirm' | 'pain', words: string) => {
    const { world, patient, answer, thread } = await wrote();
    const { clinicId } = world.clinic;
    const asked = later(start, 48);
    const visit = await bookVisit(world, patient, question === 'pain' ? later(start, 1) : later(start, 120));
    if (question === 'pain') {
      const fulfilment = { modality: 'in-person', start: iso(later(start, 1)), end: iso(later(start, 1.5)) } as const;
      await changeVisit(world, patient, visit.id, { kind: 'arrive' }, later(start, 1));
      await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(start, 2));
    }
    const ask = `${visit.id}#${question === 'pain' ? 'check-in-48h' : 'reminder-72h'}#0`;
    await sendText({ clinicId, messageId: ask }, at(later(asked, 2)));
    expect((await loadStanding(clinicId, patient.phone)).openQuestions).toMatchObject([{ kind: question }]);
    await answer({ words, confirmWarnings: true }, 'ann', later(asked, 3));
    const says = async (reply_: string, hours = 4) =>
      answered(world, await reply(world, patient.phone, reply_, later(asked, hours)));
    const visitNow = () => loadAppointment(clinicId, visit.id);
    const observed = async () => (await pageOfObservations(clinicId, patient.id, {})).items.map(({ value }) => value);
    return { world, patient, says, visitNow, observed, thread };
  };

  it('leaves a yes, and words about the visit, to staff who wrote after the question; a bare C is still a C', async () => {
    const { says, visitNow, thread } = await askedThenWrote(
      'confirm',
      'Thursday at 3 is free. Shall I move you there?',
    );
    for (const words of ['Yes please', 'yes', 'Confirmed', 'Please move it', 'cancel my appointment']) {
      expect(await says(words), words).toEqual([]);
    }
    expect((await visitNow())?.confirmedSequence).toBeUndefined();
    expect(await thread()).toMatchObject({ status: 'open', unread: 5 });
    // However long ago staff wrote: their question is the last one that was asked.
    expect(await says('ok', 30)).toEqual(['reply-unknown']);
    expect((await visitNow())?.confirmedSequence).toBeUndefined();
    expect(await says('R')).toEqual(['reply-reschedule']);
    expect(await says('C')).toEqual(['reply-confirmed']);
    expect((await visitNow())?.confirmedSequence).toBe(0);
  });

  it('takes a yes for its own where staff wrote before the question', async () => {
    const { world, patient, answer } = await wrote();
    const visit = await bookVisit(world, patient, later(start, 120));
    await answer({ words: 'Of course' }, 'ann', later(start, 47));
    await sendText({ clinicId: world.clinic.clinicId, messageId: `${visit.id}#reminder-72h#0` }, at(later(start, 48)));
    const id = await reply(world, patient.phone, 'Yes please', later(start, 49));
    expect(await answered(world, id)).toEqual(['reply-confirmed']);
  });

  it('leaves a number to staff who wrote after the question', async () => {
    const { says, observed } = await askedThenWrote('pain', 'How many do you take a day?');
    expect(await says('3')).toEqual([]);
    expect(await observed()).toEqual([]);
  });

  it('does not ask which of two visits is meant while a human has the thread', async () => {
    const { world, patient, staff, threadId, answer } = await wrote();
    const { clinicId } = world.clinic;
    const asked = later(start, 48);
    const settings = { ...DEFAULT_SETTINGS, caps: { perDay: 2, perWeek: 4 } };
    await changeSettings(world.caller(start), { settings });
    for (const hours of [120, 121]) {
      const { id } = await bookVisit(world, patient, later(start, hours));
      await sendText({ clinicId, messageId: `${id}#reminder-72h#0` }, at(later(asked, 1)));
    }
    await assignThread(staff('ann', asked), { threadId, to: 'ann' }, write);
    expect(await answered(world, await reply(world, patient.phone, 'C', later(asked, 2)))).toEqual([]);
    await closeThread(staff('ann', asked), { threadId }, write);
    expect(await answered(world, await reply(world, patient.phone, 'C', later(asked, 2)))).toEqual([
      'reply-which-visit',
    ]);
    // Nor is what names the one of two that staff have offered since a code of ours.
    await answer({ words: 'Thursday or Friday?' }, 'ann', later(asked, 3));
    expect(await answered(world, await reply(world, patient.phone, 'the second one', later(asked, 4)))).toEqual([]);
    expect(await answered(world, await reply(world, patient.phone, 'yes', later(asked, 25)))).toEqual([
      'reply-unknown',
    ]);
  });

  it('tells who writes by night that nobody is there, also where somebody has the thread, unless staff just wrote', async () => {
    const { world, patient, staff, threadId, answer } = await wrote();
    await assignThread(staff('ann'), { threadId, to: 'ann' }, write);
    const says = async (words: string, hours: number) =>
      answered(world, await reply(world, patient.phone, words, later(evening, hours)));
    expect(await says('Anybody there?', 24)).toEqual(['reply-after-hours']);
    expect(await says('Hello?', 37)).toEqual([]);
    await answer({ words: 'Here I am' }, 'ann', later(evening, 47));
    expect(await says('Thanks!', 48)).toEqual([]);
  });

  it('tells who writes after hours once an evening, and red flags at once', async () => {
    const { world, patient, inboundId } = await wrote('Anybody there?', evening);
    const says = async (words: string, hours: number) =>
      answered(world, await reply(world, patient.phone, words, later(evening, hours)));
    expect(await answered(world, inboundId)).toEqual(['reply-after-hours']);
    expect([await says('Hello?', 1), await says('Hello??', 9)]).toEqual([[], []]);
    expect(await says('My face is drooping and I cannot speak', 9.1)).toEqual(['reply-red-flag']);
    expect(await says('Good morning', 12)).toEqual(['reply-unknown']);
    expect(await says('Good evening', 24)).toEqual(['reply-after-hours']);
  });
});

describe('over HTTP', () => {
  const routeOf = (name: string): Route => {
    const route = inboxRoutes.find((each) => each.name === name);
    if (route === undefined) throw new Error(`No route ${name}`);
    return route;
  };
  /** Asks, and holds what is answered to the contract. */
  const asking =
    (clinicId: string) =>
    async (name: string, options: Parameters<typeof ask>[2] & { readonly as?: string } = {}) => {
      const route = routeOf(name);
      const claims = { ...staffClaims(clinicId), sub: options.as ?? 'ann' };
      const answer = await ask(messaging, routeKeyOf(route), { ...options, claims });
      if (answer.status === route.reply.status) expect(() => route.reply.body?.parse(answer.body)).not.toThrow();
      return answer;
    };

  it('a shift: read, take, answer once however often it is sent, note, tag, search, close', async () => {
    const now = Temporal.Now.instant();
    const { clinicId, threadId, patient, world } = await wrote('Is the ramp at the back door?', now);
    const call = asking(clinicId);
    const params = { threadId };
    const listed = await call('listThreads');
    expect(listed.body.items).toMatchObject([
      { id: threadId, queue: 'unassigned', unread: 1, patients: [{ id: patient.id, familyName: 'Reyes' }] },
    ]);
    expect((await call('assignThread', { params, body: {} })).body).toMatchObject({ assignedTo: 'ann' });
    expect((await call('listThreads', { query: { queue: 'mine' } })).body.items).toHaveLength(1);
    expect((await call('listThreads', { query: { queue: 'mine' }, as: 'bea' })).body.items).toHaveLength(0);
    const colleague = await addStaff(clinicId, 'Bea Okafor', 'clinician');
    expect((await call('listStaff')).body.items).toEqual([{ id: colleague.id, name: 'Bea Okafor' }]);
    const given = await call('assignThread', { params, body: { staffId: colleague.id } });
    expect(given.body).toMatchObject({ assignedTo: colleague.id, queue: 'assigned' });
    const stranger = await addStaff('cli_elsewhere', 'Cy Other', 'clinician');
    const biller = await addStaff(clinicId, 'Di Biller', 'biller');
    for (const staffId of [stranger.id, biller.id, randomUUID()]) {
      const refused = await call('assignThread', { params, body: { staffId } });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'body.staffId' }] } });
    }
    expect((await call('getThread', { params })).body).toMatchObject({ assignedTo: colleague.id });
    expect((await call('takeAnswering', { params })).body.answering.by).toBe('ann');
    const collides = await call('answerThread', { params, body: { words: 'Yes' }, as: 'bea' });
    expect(collides).toMatchObject({ status: 409, body: { code: 'being-answered' } });
    expect(collides.body.detail).toContain('ann');

    const body = { words: 'Yes, Ana, it is' };
    const warned = await call('answerThread', { params, body });
    expect(warned).toMatchObject({
      status: 422,
      body: { code: 'confirm-warnings', errors: [{ field: 'body.words' }] },
    });
    const once = { params, body: { ...body, confirmWarnings: true }, headers: { 'idempotency-key': 'answer-1' } };
    const [sent, again] = [await call('answerThread', once), await call('answerThread', once)];
    expect(sent).toMatchObject({
      status: 201,
      body: { segments: 1, thread: { unread: 0 }, text: { status: 'planned' } },
    });
    expect(sent.body.warnings).toContain('patient-name');
    expect(again).toMatchObject({ status: 201, body: sent.body, headers: { 'idempotency-replayed': 'true' } });

    expect((await call('noteThread', { params, body: { note: 'Needs the ramp' } })).status).toBe(201);
    expect((await call('listThreadNotes', { params })).body.items).toMatchObject([
      { note: 'Needs the ramp', by: { kind: 'staff', id: 'ann' } },
    ]);
    expect((await call('tagThread', { params, body: { tags: ['access', 'Access'] } })).body.tags).toEqual(['access']);
    expect((await call('listThreads', { query: { tag: 'access' } })).body.items).toHaveLength(1);
    expect((await call('listThreads', { query: { tag: 'other' } })).body.items).toHaveLength(0);

    for (const body of [{ words: 'RAMP' }, { words: 'back door', threadId }]) {
      expect((await call('searchTexts', { body })).body).toMatchObject({
        items: [{ threadId, words: 'Is the ramp at the back door?' }],
      });
    }
    expect((await call('searchTexts', { body: { words: 'amp' } })).body).toMatchObject({ items: [], searched: 2 });
    expect((await call('findThreads', { body: { who: 'reyes' } })).body.items).toHaveLength(1);
    expect((await call('findThreads', { body: { who: patient.phone } })).body.items).toHaveLength(1);
    expect((await call('listThreadTexts', { params })).body.items).toHaveLength(2);

    const etag = { 'if-match': sent.headers.etag ?? '"1"' };
    expect((await call('closeThread', { params, headers: etag })).status).toBe(412);
    expect(await call('closeThread', { params })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'header.If-Match' }] },
    });
    const asRead = async () => ({ 'if-match': (await call('getThread', { params })).headers.etag ?? '' });
    const closing = { params, headers: await asRead() };
    expect((await call('closeThread', closing)).body).toMatchObject({ status: 'closed', queue: 'closed' });
    expect((await call('reopenThread', { params })).body).toMatchObject({ queue: 'unassigned' });
    const before = await asRead();
    await reply(world, patient.phone, 'Thank you', now);
    // What has just come in has not been read by who says so.
    expect(await call('markThreadRead', { params, headers: before })).toMatchObject({ status: 412 });
    expect((await call('markThreadRead', { params, headers: await asRead() })).body).toMatchObject({ unread: 0 });
    expect((await call('getPatientThread', { params: { patientId: patient.id } })).body).toMatchObject({
      id: threadId,
    });
  });

  it('that automation alone has written in is there like any other', async () => {
    const { clinic, ...world } = await newWorld();
    const patient = await addPatient({ clinic, ...world });
    const visit = await bookVisit({ clinic, ...world }, patient, later(start, 120));
    await sendText({ clinicId: clinic.clinicId, messageId: `${visit.id}#confirmation#0` }, at(start));
    const call = asking(clinic.clinicId);
    const { id: threadId } = (await call('getPatientThread', { params: { patientId: patient.id } })).body;
    const params = { threadId };
    expect((await call('listThreadTexts', { params })).body.items).toMatchObject([{ template: 'confirmation' }]);
    for (const who of [patient.phone, 'reyes']) {
      expect((await call('findThreads', { body: { who } })).body.items).toMatchObject([{ id: threadId, rev: 0 }]);
    }
    expect((await call('noteThread', { params, body: { note: 'Prefers calls' } })).status).toBe(201);
    expect((await call('reopenThread', { params })).body).toMatchObject({ id: threadId, queue: 'unassigned', rev: 1 });
    expect((await call('getThread', { params: { threadId: threadIdOf(clinic.clinicId, testPhone()) } })).status).toBe(
      404,
    );
  });

  it('of two who answer it in the same moment the second reads first what the other wrote', async () => {
    const { answer, threadId, clinicId } = await wrote();
    const answers = await Promise.allSettled([
      answer({ words: 'Yes, you may' }, 'ann'),
      answer({ words: 'No, not yet' }, 'bea'),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'stale' } });
    const { items } = await listLines(clinicId, threadId, {});
    expect(items.filter(({ entry }) => entry.by !== undefined)).toHaveLength(1);
  });

  it('a patient who has not written yet is written to; what is planned is taken back', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const call = asking(world.clinic.clinicId);
    const params = { patientId: patient.id };
    expect((await call('getPatientThread', { params })).body).toMatchObject({ rev: 0, status: 'closed' });
    const day = Temporal.Now.zonedDateTimeISO(patient.zone).add({ days: 2 }).with({ hour: 10 });
    const sendAt = day.toInstant().toString({ smallestUnit: 'second' });
    const sent = await call('textPatient', { params, body: { words: 'Your form is ready', sendAt } });
    expect(sent).toMatchObject({ status: 201, body: { text: { status: 'planned', at: sendAt, by: 'ann' } } });
    const { threadId, textId } = { threadId: sent.body.thread.id, textId: sent.body.text.id };
    const cancelled = await call('cancelStaffText', { params: { threadId, textId } });
    expect(cancelled.body).toMatchObject({ status: 'suppressed', reason: 'cancelled-by-staff' });
  });

  it('canned replies are kept, changed and retired, and say what their sender will have to confirm', async () => {
    const { clinic } = await newWorld();
    const call = asking(clinic.clinicId);
    const body = { title: 'MRI', language: 'es', words: 'Su resonancia está lista' };
    const made = await call('createCannedReply', { body });
    expect(made.body).toMatchObject({ ...body, warnings: ['diagnosis'], status: 'active' });
    await call('createCannedReply', { body: { title: 'Parking', words: 'Behind the house' } });
    const titles = async (query = {}) =>
      (await call('listCannedReplies', { query })).body.items.map(({ title }: { title: string }) => title);
    expect([await titles(), await titles({ language: 'en' })]).toEqual([['MRI', 'Parking'], ['Parking']]);
    const params = { cannedReplyId: made.body.id };
    const retired = { ...body, status: 'retired' };
    expect((await call('updateCannedReply', { params, body: retired })).body).toMatchObject({
      status: 'retired',
      rev: 2,
    });
    expect(await titles()).toEqual(['Parking']);
    expect(await call('updateCannedReply', { params, body, headers: { 'if-match': '"1"' } })).toMatchObject({
      status: 412,
    });
  });

  let shared: Awaited<ReturnType<typeof wrote>>;
  beforeAll(async () => {
    shared = await wrote('Hello', Temporal.Now.instant());
  });

  it.each([
    ['listThreads', { query: { name: 'x' } }, 'query.name'],
    ['findThreads', { body: {} }, 'body.who'],
    ['listThreads', { query: { queue: 'assigned' } }, 'query.staffId'],
    ['listThreads', { query: { queue: 'nobody' } }, 'query.queue'],
    ['findThreads', { body: { who: '555' } }, 'body.who'],
    ['searchTexts', { body: { words: '!!' } }, 'body.words'],
    ['answerThread', { body: { words: ' ' } }, 'body.words'],
    ['answerThread', { body: { words: '\u200b' } }, 'body.words'],
    ['answerThread', { body: { words: 'x'.repeat(1001) } }, 'body.words'],
    ['answerThread', { body: { words: 'a\u0000b' } }, 'body.words'],
    ['answerThread', { body: { words: 'x', sendAt: 'tomorrow' } }, 'body.sendAt'],
    ['answerThread', { body: { words: 'x', sendAt: '2020-01-01T12:00:00Z' } }, 'body.sendAt'],
    ['answerThread', { body: { words: 'x', sendAt: '2199-01-01T12:00:00Z' } }, 'body.sendAt'],
    ['assignThread', { body: { staffId: 'a b' } }, 'body.staffId'],
    ['tagThread', { body: { tags: [' '] } }, 'body.tags.0'],
    ['noteThread', { body: { note: '' } }, 'body.note'],
    ['createCannedReply', { body: { title: '', words: 'x' } }, 'body.title'],
    ['createCannedReply', { body: { title: 'x', words: ' \u2060\u3164' } }, 'body.words'],
    ['createCannedReply', { body: { title: '\u200b', words: 'x' } }, 'body.title'],
    ['createCannedReply', { body: { title: 'x', language: 'fr', words: 'x' } }, 'body.language'],
  ])('%s: %j is told by its field', async (name, options, field) => {
    const { clinicId, threadId } = shared;
    const params = name.includes('Thread') && !name.includes('Threads') ? { params: { threadId } } : {};
    const answer = await asking(clinicId)(name, { ...params, ...options });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });
});
