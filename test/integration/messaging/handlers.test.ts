import { describe, expect, it } from 'vitest';
import { handler as http } from '../../../functions/messaging/handlers/http.ts';
import { handler as receipts } from '../../../functions/messaging/handlers/receipts.ts';
import { handler as receive } from '../../../functions/messaging/handlers/receive.ts';
import { handler as send } from '../../../functions/messaging/handlers/send.ts';
import { loadInboundText } from '../../../functions/messaging/inbox/thread.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage } from '../../../functions/messaging/store.ts';
import { askAsStaff } from '../../helpers/clinic.ts';
import { lambdaContext, sqsEvent } from '../../helpers/events.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, later, newWorld, start, type World } from './world.ts';

const network = await startNetwork();

const inEnvelope = (message: unknown): string =>
  JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:us-east-1:0:t', Message: JSON.stringify(message) });

const inboundEvent = (world: World, from: string, inboundMessageId: string) => ({
  originationNumber: from,
  destinationNumber: world.clinic.originationNumber,
  messageKeyword: 'KEYWORD_000000000000',
  messageBody: 'Is there parking?',
  inboundMessageId,
});

const booked = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, later(start, 120));
  return { world, patient, visit, messageId: `${visit.id}#confirmation#0` };
};

describe('receipts', () => {
  it('takes events raw and in their SNS envelope, and hands back only the garbled ones', async () => {
    const { world, patient, messageId } = await booked();
    await sendText({ clinicId: world.clinic.clinicId, messageId }, at(start));
    const event = {
      eventType: 'TEXT_DELIVERED',
      eventVersion: '1.0',
      isFinal: true,
      messageId: (await network.acceptedFor(patient.phone))[0]?.id,
      destinationPhoneNumber: patient.phone,
      context: { clinic: world.clinic.clinicId, message: messageId },
    };
    const answer = await receipts(
      sqsEvent('{', JSON.stringify({ hello: 1 }), inEnvelope(event), JSON.stringify(event), inEnvelope({})),
      lambdaContext(),
    );
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['sqs-0', 'sqs-1', 'sqs-4']);
    expect(await getMessage(world.clinic.clinicId, messageId)).toMatchObject({ status: 'delivered' });
  });

  it.each([
    ['of texts that are not ours', { eventType: 'TEXT_DELIVERED', messageId: 'x' }],
    [
      'of unknown texts',
      {
        eventType: 'TEXT_DELIVERED',
        messageId: 'x',
        context: { clinic: 'cli_01K8Z3V9Q4M7T2W6X5Y1N0R8PA', message: 'apt_x#reminder-72h#0' },
      },
    ],
    [
      'with a context that is none',
      { eventType: 'TEXT_DELIVERED', messageId: 'x', context: { clinic: '../..', message: '#' } },
    ],
    ['of kinds added later', { eventType: 'TEXT_TELEPORTED', messageId: 'x' }],
  ])('drops events %s', async (_, event) => {
    expect(await receipts(sqsEvent(inEnvelope(event)), lambdaContext())).toEqual({ batchItemFailures: [] });
  });
});

describe('receive', () => {
  it('takes a text from its SNS envelope, also from RCS, which leaves out the plus sign', async () => {
    const { world, patient } = await booked();
    const rcs = {
      ...inboundEvent(world, patient.phone.slice(1), 'in-rcs'),
      messageBody: '{"type":"SUGGESTION","text":"Hello"}',
    };
    const typing = {
      ...inboundEvent(world, patient.phone.slice(1), 'in-typing'),
      messageBody: '{"type":"RCS_TYPING"}',
    };
    const events = [inboundEvent(world, patient.phone, 'in-sms'), rcs, typing].map(inEnvelope);
    expect(await receive(sqsEvent(...events), lambdaContext())).toEqual({ batchItemFailures: [] });
    const stored = (id: string) => loadInboundText(world.clinic.clinicId, patient.phone, id);
    expect(await stored('in-sms')).toMatchObject({ body: 'Is there parking?', patientId: patient.id });
    expect(await stored('in-rcs')).toMatchObject({ body: 'Hello' });
    expect(await stored('in-typing')).toBeUndefined();
  });

  it('hands back what is no text, and drops what a short code sends', async () => {
    const { world } = await booked();
    const bodies = ['not json', inEnvelope({ messageBody: 'STOP' }), inEnvelope(inboundEvent(world, '12345', 'in-1'))];
    const { batchItemFailures } = await receive(sqsEvent(...bodies), lambdaContext());
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['sqs-0', 'sqs-1']);
  });
});

describe('send', () => {
  it('hands back what is no hint, and drops hints at nothing', async () => {
    const { world } = await booked();
    const nothing = JSON.stringify({ clinicId: world.clinic.clinicId, messageId: 'apt_x#confirmation#0' });
    const { batchItemFailures } = await send(sqsEvent('{}', nothing, '"x"'), lambdaContext());
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['sqs-0', 'sqs-2']);
  });
});

describe('the texts of a visit and of a patient, over HTTP', () => {
  it('say what was planned, what became of it, and never a link', async () => {
    const { world, patient, visit, messageId } = await booked();
    const { clinicId } = world.clinic;
    await sendText({ clinicId, messageId }, at(start));
    const ofVisit = await askAsStaff(http, clinicId, 'GET /v1/appointments/{appointmentId}/texts', {
      params: { appointmentId: visit.id },
    });
    expect(ofVisit).toMatchObject({
      status: 200,
      body: {
        items: [
          {
            id: messageId,
            template: 'confirmation',
            status: 'accepted',
            parameters: { clinicName: 'Lakeview', time: 'Sun Nov 29 10:00 AM MST' },
            history: [{ status: 'planned' }, { status: 'claimed' }, { status: 'accepted' }],
          },
          { template: 'reminder-72h', status: 'planned', plannedFor: '2026-11-26T17:00:00Z' },
          { template: 'reminder-24h', status: 'planned', plannedFor: '2026-11-28T17:00:00Z' },
        ],
      },
    });
    expect(JSON.stringify(ofVisit.body)).not.toContain('/v/');

    const page = await askAsStaff(http, clinicId, 'GET /v1/patients/{patientId}/texts', {
      params: { patientId: patient.id },
      query: { limit: '2' },
    });
    const rest = await askAsStaff(http, clinicId, 'GET /v1/patients/{patientId}/texts', {
      params: { patientId: patient.id },
      query: { cursor: page.body.cursor },
    });
    expect([page.body.items.length, rest.body.items.length, rest.body.cursor]).toEqual([2, 1, undefined]);
  });
});
