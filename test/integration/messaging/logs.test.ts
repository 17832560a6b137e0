import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const lines = vi.hoisted((): string[] => {
  // The logger reads these once, when its module loads.
  process.env.POWERTOOLS_LOG_LEVEL = 'DEBUG';
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  return [];
});

import { handler as receipts } from '../../../functions/messaging/handlers/receipts.ts';
import { handler as receive } from '../../../functions/messaging/handlers/receive.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { lambdaContext } from '../../helpers/events.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, later, newWorld, optOut, reply, start } from './world.ts';

const network = await startNetwork();
beforeAll(async () => {
  for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const) {
    vi.spyOn(console, level).mockImplementation((...line: unknown[]) => {
      lines.push(line.map(String).join(' '));
    });
  }
});
afterAll(() => vi.restoreAllMocks());

it('no words, number, name or link of anybody is in any log line, whatever happens', async () => {
  const world = await newWorld();
  const canary = 'Zzyzxcanary';
  const patient = await addPatient(world, { givenName: canary });
  const visit = await bookVisit(world, patient, later(start, 120));
  const { clinicId, originationNumber, onCallNumber } = world.clinic;
  await sendText({ clinicId, messageId: `${visit.id}#confirmation#0` }, at(start));
  const body = `${canary}: I cannot feel my legs`;
  await reply(world, patient.phone, body, start);
  await network.break({ kind: 'error-after-accepting', phone: patient.phone });
  await sendText({ clinicId, messageId: `${visit.id}#reminder-72h#0` }, at(later(start, 48)));
  await optOut(world, patient.phone, later(start, 49));
  const broken = { originationNumber: patient.phone, messageBody: body, inboundMessageId: '#' };
  const [text] = await network.acceptedFor(patient.phone);
  const receipt = {
    eventType: 'TEXT_UNREACHABLE',
    messageId: text?.id,
    destinationPhoneNumber: patient.phone,
    carrierName: canary,
    messageStatusDescription: canary,
    context: { clinic: clinicId, message: `${visit.id}#confirmation#0` },
  };
  // No JSON: the parser's complaint quotes it, over several lines, one of which looks like a place in the code.
  const quoted = `\n    at ${patient.phone.slice(2)}`;
  const records = (...bodies: readonly string[]) =>
    ({ Records: bodies.map((body, index) => ({ messageId: `sqs-${index}`, body })) }) as never;
  await receive(records(JSON.stringify(broken), quoted, canary), lambdaContext());
  const forged = { ...receipt, destinationPhoneNumber: canary };
  const garbled = { ...receipt, eventType: canary, context: canary };
  await receipts(records(...[receipt, forged, garbled].map((event) => JSON.stringify(event)), quoted), lambdaContext());

  const token = /\/v\/([\w-]{22})/.exec(text?.body ?? '')?.[1] ?? 'no link was sent';
  const log = lines.join('\n');
  expect(log).toContain(visit.id);
  for (const known of [
    'no-json',
    'unfit: destinationNumber,inboundMessageId',
    'unfit: eventType,context',
    'receive failed',
    'receipts failed',
    'receipt of another text',
    'TextsFailed',
    'TextsAccepted',
  ])
    expect(log).toContain(known);
  const numbers = [patient.phone, originationNumber, onCallNumber].map((phone) => phone.slice(2));
  for (const secret of [canary, 'feel my legs', ...numbers, token]) {
    expect(log).not.toContain(secret);
  }
});
