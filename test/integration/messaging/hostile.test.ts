import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { listTriageCases } from '../../../functions/care/triage.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { handler as receipts } from '../../../functions/messaging/handlers/receipts.ts';
import { handler as receive } from '../../../functions/messaging/handlers/receive.ts';
import { handler as send } from '../../../functions/messaging/handlers/send.ts';
import { loadInboundText } from '../../../functions/messaging/inbox/thread.ts';
import { parseInbound } from '../../../functions/messaging/replies/inbound.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage, type MessageRef, messagesOfCause } from '../../../functions/messaging/store.ts';
import { lambdaContext, sqsEvent } from '../../helpers/events.ts';
import { testPhone } from '../../helpers/phones.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, later, newWorld, start } from './world.ts';

/**
 * What nobody should ever send, and somebody will. Nothing reaches this system from the carrier over HTTP: both topics write
 * to queues that take messages from their topic alone (test/unit/lib), so whatever is forged or replayed is a queue's body.
 */

const network = await startNetwork();

/** Whether a queue's body is done with, or comes back and ends in the dead letters. */
const fate = async (
  handler: typeof receive | typeof receipts | typeof send,
  body: unknown,
): Promise<'taken' | 'handed back'> => {
  const { batchItemFailures } = await handler(sqsEvent(body), lambdaContext());
  return batchItemFailures.length === 0 ? 'taken' : 'handed back';
};

/** A clinic with a patient, and the confirmation of a visit sent. */
const booked = async () => {
  const world = await newWorld();
  const { clinicId, originationNumber } = world.clinic;
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, later(start, 120));
  const messageId = `${visit.id}#confirmation#0`;
  await sendText({ clinicId, messageId }, at(start));
  const [sent] = await network.acceptedFor(patient.phone);
  if (sent === undefined) throw new Error('The confirmation was not sent');
  const message = () => getMessage(clinicId, messageId);
  const delivered = {
    eventType: 'TEXT_DELIVERED',
    messageId: sent.id,
    destinationPhoneNumber: patient.phone,
    context: { clinic: clinicId, message: messageId },
  };
  const inbound = (messageBody: unknown, changed: object = {}) => ({
    originationNumber: patient.phone,
    destinationNumber: originationNumber,
    messageBody,
    inboundMessageId: `in-${randomUUID()}`,
    ...changed,
  });
  const stored = (id: string) => loadInboundText(clinicId, patient.phone, id);
  return { world, clinicId, patient, visit, message, delivered, inbound, stored };
};
type Booked = Awaited<ReturnType<typeof booked>>;

describe('a receipt', () => {
  let ours: Booked;
  let theirs: Booked;
  beforeAll(async () => {
    [ours, theirs] = [await booked(), await booked()];
  });

  it.each<[string, (events: readonly [Booked['delivered'], Booked['delivered']]) => unknown, 'taken' | 'handed back']>([
    ['that is no JSON', () => '{"eventType": "TEXT_DELIVERED"', 'handed back'],
    ['that is empty', () => '', 'handed back'],
    ['that is a number', () => '7', 'handed back'],
    ['with an envelope around no JSON', () => ({ TopicArn: 'arn', Message: 'TEXT_DELIVERED' }), 'handed back'],
    ['with an envelope around nothing', () => ({ TopicArn: 'arn', Message: null }), 'handed back'],
    ['without a type', ([event]) => ({ ...event, eventType: undefined }), 'handed back'],
    ['with a type that is no word', ([event]) => ({ ...event, eventType: 'delivered; drop' }), 'handed back'],
    ['with a context of numbers', ([event]) => ({ ...event, context: { clinic: 1, message: 2 } }), 'handed back'],
    ['of RCS', ([event]) => ({ ...event, eventType: 'RCS_DELIVERED' }), 'taken'],
    ['without a context', ([event]) => ({ ...event, context: undefined }), 'taken'],
    ['under an id the carrier never gave', ([event]) => ({ ...event, messageId: 'forged' }), 'taken'],
    ['for another number', ([event]) => ({ ...event, destinationPhoneNumber: testPhone() }), 'taken'],
    [
      'for no number, under an unknown id',
      (event) => ({ ...event[0], destinationPhoneNumber: undefined, messageId: 'x' }),
      'taken',
    ],
    ["of another clinic's text", ([event, other]) => ({ ...event, context: other.context }), 'taken'],
    [
      "with our clinic and another's text",
      ([event, other]) => ({ ...event, context: { ...event.context, message: other.context.message } }),
      'taken',
    ],
    [
      'with a text no key can name',
      ([event]) => ({ ...event, context: { ...event.context, message: '#'.repeat(800) } }),
      'taken',
    ],
  ])('%s changes nothing', async (_, forge, expected) => {
    const before = [await ours.message(), await theirs.message()];
    expect(before.map((message) => message?.status)).toEqual(['accepted', 'accepted']);
    expect(await fate(receipts, forge([ours.delivered, theirs.delivered]))).toBe(expected);
    expect([await ours.message(), await theirs.message()]).toEqual(before);
  });

  it.each([
    ['more than a key may hold', 'x'.repeat(2_100)],
    ['as much in other letters', '語'.repeat(790)],
  ])('that names %s takes no other of its batch along', async (_, causeId) => {
    const { delivered, message } = await booked();
    const forged = { ...delivered, context: { ...delivered.context, message: `${causeId}#confirmation#0` } };
    const { batchItemFailures } = await receipts(sqsEvent(forged, delivered), lambdaContext());
    expect(batchItemFailures).toEqual([]);
    expect((await message())?.status).toBe('delivered');
  });

  it('that is replayed counts once, and takes nothing back', async () => {
    const { delivered, message } = await booked();
    expect(await fate(receipts, delivered)).toBe('taken');
    const after = await message();
    expect(after?.status).toBe('delivered');
    for (const eventType of ['TEXT_DELIVERED', 'TEXT_PENDING', 'TEXT_UNREACHABLE'])
      expect(await fate(receipts, { ...delivered, eventType })).toBe('taken');
    expect(await message()).toEqual(after);
  });
});

describe('a text', () => {
  let clinic: Booked;
  beforeAll(async () => {
    clinic = await booked();
  });

  it.each<[string, (from: Booked) => unknown, 'taken' | 'handed back', string | undefined]>([
    ['that is no JSON', () => 'STOP', 'handed back', undefined],
    ['in an envelope around no JSON', () => ({ TopicArn: 'arn', Message: 'STOP' }), 'handed back', undefined],
    ['without words', ({ inbound }) => inbound(undefined), 'handed back', undefined],
    ['whose words are a number', ({ inbound }) => inbound(7), 'handed back', undefined],
    ['without an id', ({ inbound }) => inbound('C', { inboundMessageId: '' }), 'handed back', undefined],
    [
      'with an id that is a key',
      ({ inbound }) => inbound('C', { inboundMessageId: 'a#standing' }),
      'handed back',
      undefined,
    ],
    [
      'to a number no clinic has',
      ({ inbound }) => inbound('C', { destinationNumber: testPhone() }),
      'handed back',
      undefined,
    ],
    [
      'from a number without its country',
      ({ inbound, patient }) => inbound('C', { originationNumber: patient.phone.slice(2) }),
      'handed back',
      undefined,
    ],
    [
      'from a number in brackets',
      ({ inbound }) => inbound('C', { originationNumber: '(720) 555-0142' }),
      'handed back',
      undefined,
    ],
    ['from a short code', ({ inbound }) => inbound('C', { originationNumber: '72055' }), 'taken', undefined],
    ['of RCS: somebody types', ({ inbound }) => inbound('{"type":"RCS_TYPING"}'), 'taken', undefined],
    [
      'of RCS: a suggestion, from a number without its plus',
      ({ inbound, patient }) =>
        inbound('{"type":"SUGGESTION","text":"See you","postbackData":"C"}', {
          originationNumber: patient.phone.slice(1),
        }),
      'taken',
      'See you',
    ],
    ['of RCS: a place', ({ inbound }) => inbound('{"type":"LOCATION"}'), 'taken', '{"type":"LOCATION"}'],
    ['that is empty', ({ inbound }) => inbound(''), 'taken', ''],
    [
      'of 1,600 characters',
      ({ inbound }) => inbound('no end '.repeat(229).slice(0, 1600)),
      'taken',
      'no end '.repeat(229).slice(0, 1600),
    ],
    ['with half an emoji and a null', ({ inbound }) => inbound('ow \ud83d\u0000'), 'taken', 'ow \ufffd\u0000'],
    [
      'that is code',
      ({ inbound }) => inbound("'); DROP TABLE records; -- {link}"),
      'taken',
      "'); DROP TABLE records; -- {link}",
    ],
  ])('%s', async (_, write, expected, words) => {
    const event = write(clinic);
    expect(await fate(receive, event)).toBe(expected);
    const id = typeof event === 'object' && event !== null && 'inboundMessageId' in event ? event.inboundMessageId : '';
    expect((await clinic.stored(String(id)))?.body).toBe(words);
    // Whatever it was: nobody was told anything but the one text before.
    expect(await network.acceptedFor(clinic.patient.phone)).toHaveLength(1);
    expect((await loadStanding(clinic.clinicId, clinic.patient.phone)).optedOut).toBeUndefined();
  });

  it('that is replayed is taken in once and answered once', async () => {
    const { clinicId, inbound } = await booked();
    const event = inbound('HELP');
    for (let delivery = 0; delivery < 3; delivery += 1) expect(await fate(receive, event)).toBe('taken');
    expect(await messagesOfCause(clinicId, `inb_${event.inboundMessageId}`)).toHaveLength(1);
  });
});

it.each([
  [
    'at another clinic’s text',
    (a: Booked, b: Booked) => ({ clinicId: a.clinicId, messageId: `${b.visit.id}#reminder-72h#0` }),
    'taken',
  ],
  ['without a clinic', (a: Booked) => ({ messageId: `${a.visit.id}#reminder-72h#0` }), 'handed back'],
  [
    'at a text not due yet',
    (a: Booked): MessageRef => ({ clinicId: a.clinicId, messageId: `${a.visit.id}#reminder-24h#0` }),
    'taken',
  ],
])('a hint %s sends nothing', async (_, hint, expected) => {
  const [ours, theirs] = [await booked(), await booked()];
  expect(await fate(send, hint(ours, theirs))).toBe(expected);
  expect(await network.acceptedFor(ours.patient.phone)).toHaveLength(1);
  expect(await network.acceptedFor(theirs.patient.phone)).toHaveLength(1);
});

it('a hundred texts a second from one phone are all taken in: no red flag is lost, answers end, nothing is handed back', async () => {
  const { clinicId, patient, inbound } = await booked();
  const isFlag = (index: number): boolean => index % 10 === 7;
  const events = Array.from({ length: 100 }, (_, index) =>
    inbound(isFlag(index) ? 'I lost control of my bladder' : index % 2 === 0 ? 'HELP' : `what about ${index}`),
  );
  // As the queue hands them out: to five workers at most, each of which takes a phone's texts one after the other.
  const waiting = [...events];
  const worker = async (): Promise<void> => {
    for (let event = waiting.pop(); event !== undefined; event = waiting.pop())
      await receiveText(parseInbound(event), at(start));
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, worker));
  expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
  // Handed out again, as SQS may: five at once in one worker.
  expect(await receive(sqsEvent(...events.slice(0, 5)), lambdaContext())).toEqual({ batchItemFailures: [] });
  const planned = await Promise.all(events.map((event) => messagesOfCause(clinicId, `inb_${event.inboundMessageId}`)));
  const taken = await Promise.all(
    events.map((event) => loadInboundText(clinicId, patient.phone, event.inboundMessageId)),
  );
  expect(taken.filter((text) => text !== undefined)).toHaveLength(100);
  expect((await listTriageCases(clinicId, 'open', { limit: 100 })).items).toHaveLength(10);
  const answers = planned.flat().filter(({ template }) => template !== 'reply-red-flag');
  expect(answers.length).toBeLessThanOrEqual(20);
  expect(planned.flat().filter(({ template }) => template === 'reply-red-flag')).toHaveLength(10);
});
