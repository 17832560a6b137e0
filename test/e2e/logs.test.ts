import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { readClinicFile } from '../../local/demo/clinic-file.ts';
import { enginePaths, localDirectory } from '../../local/engine.ts';
import { demoClinicFile } from '../../local/start-clinic.ts';
import { tokenIn } from './support/carrier.ts';
import { familyName, localTime, openClinic, type TestClinic, untilText } from './support/clinic.ts';
import { until } from './support/until.ts';

/** Whatever the tests before this one did is in the same logs: their patients, numbers, texts and links are looked for too. */

let clinic: TestClinic;
/** Words that this file brings in by every door there is. */
const words = ['Xanthippe', 'hunchbackish', 'paracetamolly', 'snowplough', 'dictaphonic', 'carrierpigeon'] as const;

beforeAll(async () => {
  clinic = await openClinic('logs');
  const [given, spoken, typed, noted, dictated, carrierName] = words;
  const patient = await clinic.addPatient({ given });
  const body = {
    patientId: patient.id,
    providerId: clinic.providerIds[0],
    typeId: clinic.typeId,
    start: localTime(clinic, 5, '10:00'),
  };
  const visit = await clinic.admin.ok('bookAppointment', { body });
  await untilText(clinic, visit.id, 'confirmation#0', 'delivered');
  const token = tokenIn((await clinic.carrier.received(patient.phone))[0]?.body ?? '');
  const { apiUrl } = clinic.info;
  await clinic.carrier.reply(patient.phone, `My back is ${spoken} and I cannot feel my legs`, clinic.originationNumber);
  await until('the red flag is answered', async () => (await clinic.carrier.received(clinic.onCallNumber)).length > 0);
  await fetch(`${apiUrl}/v/${token}?${noted}=1`);
  await fetch(`${apiUrl}/v/${token}/form`, {
    method: 'POST',
    body: new URLSearchParams({ medicines: typed, rev: '0' }),
  });
  await clinic.anyone.ask('saveFormByLink', {
    params: { token },
    body: { answers: { medicines: typed, cancer: typed } },
  });
  // Staff write, to the patient and to each other.
  await clinic.admin.ok('textPatient', {
    params: { patientId: patient.id },
    body: { words: `We are ${dictated} today, ${given}`, confirmWarnings: true },
  });
  await until('staff are heard', async () =>
    (await clinic.carrier.received(patient.phone)).some((text) => text.body.includes(dictated)),
  );
  const { items: threads } = await clinic.admin.ok('findThreads', { body: { who: patient.phone } });
  const thread = { params: { threadId: threads[0]?.id ?? '' } };
  await clinic.admin.ok('noteThread', { ...thread, body: { note: dictated } });
  await clinic.admin.ok('tagThread', { ...thread, body: { tags: [dictated] } });
  await clinic.admin.ask('searchTexts', { body: { words: dictated } });
  // Receipts that fit no text, or name a carrier; a text nobody can read.
  const receipt = {
    eventType: 'TEXT_BLOCKED',
    messageId: 'forged',
    destinationPhoneNumber: patient.phone,
    carrierName,
  };
  const context = { clinic: clinic.clinicId, message: `${visit.id}#confirmation#0` };
  const queues = new SQSClient({ useQueueUrlAsEndpoint: false });
  for (const [QueueUrl, body] of [
    [clinic.info.queues.receipts, { ...receipt, context }],
    [clinic.info.queues.receipts, { ...receipt, destinationPhoneNumber: carrierName, context }],
    [clinic.info.queues.receipts, { ...receipt, context: { [carrierName]: patient.phone } }],
    [clinic.info.queues.receive, { ...inbound(patient.phone), messageBody: JSON.stringify({ type: carrierName }) }],
    [clinic.info.queues.receive, { ...inbound('72055'), messageBody: carrierName }],
  ] as const)
    await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
  queues.destroy();
  await countFigures();
  await clinic.admin.ask('registerPatient', {
    body: { givenName: given, familyName: 7, phone: typed, [noted]: noted },
  });
  await clinic.admin.ask('findPatients', { body: { who: given } });
  await clinic.admin.ask('findPatients', { body: { who: patient.phone } });
  await clinic.admin.ask('cancelAppointment', { params: { appointmentId: visit.id }, body: { reason: noted } });
  await untilText(clinic, visit.id, 'cancelled#1', 'delivered');
});

const inbound = (originationNumber: string) => ({
  originationNumber,
  destinationNumber: clinic.originationNumber,
  inboundMessageId: randomUUID(),
});

/** Runs the hourly count as deployed. */
const countFigures = async (): Promise<void> => {
  const lambda = new LambdaClient({});
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({ MaxItems: 100 }));
  const named = Functions.find(({ FunctionName = '' }) => /messagingfigures/i.test(FunctionName));
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName: named?.FunctionName,
      Payload: JSON.stringify({ time: new Date().toISOString() }),
    }),
  );
  lambda.destroy();
  expect(answer.FunctionError).toBeUndefined();
};

const groups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const events = z.object({ events: z.array(z.object({ message: z.string() })), nextToken: z.string().optional() });

/** CloudWatch Logs by its wire protocol: a client of its own would be a package for one test. */
const logsCall = async (operation: string, input: unknown): Promise<unknown> => {
  const answer = await fetch(clinic.info.engineEndpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
  });
  return answer.json();
};

const linesOf = async (logGroupName: string): Promise<readonly string[]> => {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = events.parse(await logsCall('FilterLogEvents', { logGroupName, limit: 10_000, nextToken }));
    lines.push(...page.events.map(({ message }) => message));
    nextToken = page.events.length === 0 ? undefined : page.nextToken;
  } while (nextToken !== undefined);
  return lines;
};

const allLogs = async (): Promise<Map<string, readonly string[]>> => {
  const { logGroups } = groups.parse(await logsCall('DescribeLogGroups', {}));
  const lines = new Map<string, readonly string[]>();
  for (const { logGroupName } of logGroups) lines.set(logGroupName, await linesOf(logGroupName));
  return lines;
};

it('no log of any function, nor of the engine, has a name, a number, a word or a link of a patient', async () => {
  // What was thrown at the queues has been worked off.
  const handled = ['receipt of another text', 'receipt of no text of ours', 'text not from a phone', 'figures counted'];
  const lines = await until('the queues are worked off', async () => {
    const all = await allLogs();
    const text = [...all.values()].flat().join('\n');
    return handled.every((known) => text.includes(known)) ? all : undefined;
  });
  const engineLog = await readFile(enginePaths(localDirectory()).log, 'utf8');
  // The emulator writes down what is published to a topic; SNS itself does no such thing.
  const isOurs = (line: string) => !line.includes('[sns] SNS publish to ');
  lines.set('engine.log', engineLog.split('\n').filter(isOurs));
  const logged = [...lines.values()].flat();
  // The logs are really read: each of these stands in them.
  for (const known of [
    'POST /v1/appointments',
    'POST /v/{token}/form',
    'red_flag',
    '"accepted"',
    clinic.clinicId,
    ...handled,
  ])
    expect(
      logged.some((line) => line.includes(known)),
      known,
    ).toBe(true);

  const phones = await clinic.carrier.phones();
  const threads = await Promise.all(phones.map((phone) => clinic.carrier.thread(phone)));
  const demo = await readClinicFile(demoClinicFile);
  const secrets = [
    ...[familyName, 'Ottoline', ...words],
    ...demo.patients.flatMap(({ given, family, phone }) => [`${given} ${family}`, `"${family}"`, phone]),
    ...phones.flatMap((phone) => [phone, phone.slice(2)]),
    ...threads
      .flat()
      .flatMap(({ body, from }) => [
        ...(body.length > 12 ? [body, body.slice(0, 40)] : []),
        ...(from === 'clinic' && body.includes('/v/') ? [tokenIn(body)] : []),
      ]),
  ];
  const seen = new Set<string>();
  for (const [group, each] of lines) {
    const text = each.join('\n');
    for (const secret of new Set(secrets)) if (text.includes(secret)) seen.add(`${group}: ${secret}`);
  }
  expect(phones.length).toBeGreaterThan(1);
  expect([...seen]).toEqual([]);
});
