import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteOptedOutNumberCommand,
  DescribeOptedOutNumbersCommand,
  PinpointSMSVoiceV2Client,
  PutOptedOutNumberCommand,
  SendMediaMessageCommand,
  SendTextMessageCommand,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type RunningCarrier, startCarrier } from '../../../local/carrier/server.ts';
import { freePort } from '../../../local/prerequisites.ts';

const ana = '+12065550142';
const clinic = '+12065550100';
const topics = {
  deliveryEvents: 'arn:aws:sns:us-east-1:000000000000:delivery-events',
  inbound: 'arn:aws:sns:us-east-1:000000000000:inbound',
};
const event = z.record(z.string(), z.unknown());
type Published = { topic: string; message: z.infer<typeof event> };

let folder: string;
let published: Published[];
let sns: { server: Server; url: string; isUp: boolean };
let carrier: RunningCarrier;
let sms: PinpointSMSVoiceV2Client;

/** As much of SNS as a publisher meets. */
async function startSns(): Promise<typeof sns> {
  const port = await freePort();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    if (!sns.isUp) {
      response.destroy();
      return;
    }
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    published.push({ topic: form.get('TopicArn') ?? '', message: event.parse(JSON.parse(form.get('Message') ?? '')) });
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end('<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${port}`, isUp: true };
}

async function start(options: { withTopics?: boolean; stateFile?: string } = {}): Promise<void> {
  carrier = await startCarrier({
    port: 0,
    endpoint: sns.url,
    topics: options.withTopics === false ? undefined : topics,
    stateFile: options.stateFile,
    now: () => new Date('2026-11-24T17:00:00Z'),
    deliveryMillis: 20,
  });
  sms = new PinpointSMSVoiceV2Client({
    endpoint: carrier.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

const send = (body = 'Your visit is booked.', extra: Partial<SendTextMessageCommand['input']> = {}) =>
  sms.send(
    new SendTextMessageCommand({
      DestinationPhoneNumber: ana,
      OriginationIdentity: clinic,
      MessageBody: body,
      Context: { clinic: 'cli_1', message: 'apt_1#confirmation#0' },
      ...extra,
    }),
  );

async function control(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${carrier.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    json: text === '' ? undefined : JSON.parse(text),
  };
}

const messages = async (phone = ana) => (await control('GET', `/phones/${phone}/messages`)).json.messages;
const faults = (...list: unknown[]) => control('PUT', '/faults', { faults: list });
const receipts = () => published.filter((each) => each.topic === topics.deliveryEvents).map((each) => each.message);
const eventTypes = () => receipts().map((each) => each.eventType);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-carrier-'));
  published = [];
  sns = await startSns();
  await start();
});

afterEach(async () => {
  sms.destroy();
  await carrier.close();
  sns.server.closeAllConnections();
  await new Promise<void>((resolve) => sns.server.close(() => resolve()));
  await rm(folder, { recursive: true, force: true });
});

describe('a text from the clinic', () => {
  it('is on the phone and reported as delivered, in the documented shape', async () => {
    const { MessageId } = await send();

    expect(await messages()).toMatchObject([
      {
        id: MessageId,
        from: 'clinic',
        body: 'Your visit is booked.',
        clinicNumber: clinic,
        at: '2026-11-24T17:00:00.000Z',
      },
    ]);
    await vi.waitFor(() => expect(eventTypes()).toEqual(['TEXT_PENDING', 'TEXT_DELIVERED']));
    expect(receipts()[1]).toMatchObject({
      eventType: 'TEXT_DELIVERED',
      eventVersion: '1.0',
      isFinal: true,
      originationPhoneNumber: clinic,
      destinationPhoneNumber: ana,
      messageId: MessageId,
      messageRequestTimestamp: Date.parse('2026-11-24T17:00:00Z'),
      messageEncoding: 'GSM',
      messageStatus: 'DELIVERED',
      totalMessageParts: 1,
      context: { clinic: 'cli_1', message: 'apt_1#confirmation#0' },
    });
  });

  it('counts parts and encoding as a carrier does', async () => {
    await send(`${'x'.repeat(160)}y`);
    await send('Estará listo mañana á las 9');

    await vi.waitFor(() => expect(receipts()).toHaveLength(4));
    expect(receipts().filter((each) => each.isFinal)).toMatchObject([
      { messageEncoding: 'GSM', totalMessageParts: 2 },
      { messageEncoding: 'UNICODE', totalMessageParts: 1 },
    ]);
  });

  it('is refused with the field named when the service would refuse it', async () => {
    await expect(send('Hello', { TimeToLive: 4 })).rejects.toMatchObject({
      name: 'ValidationException',
      Reason: 'FIELD_VALIDATION_FAILED',
      Fields: [{ Name: 'TimeToLive' }],
    });
    expect(await messages()).toEqual([]);
  });

  it('is neither sent nor kept when it is a dry run', async () => {
    expect((await send('Hello', { DryRun: true })).MessageId).toEqual(expect.any(String));
    expect(await messages()).toEqual([]);
  });

  it('carries a picture', async () => {
    await sms.send(
      new SendMediaMessageCommand({
        DestinationPhoneNumber: ana,
        OriginationIdentity: clinic,
        MediaUrls: ['s3://exercises/bridge.png'],
      }),
    );

    expect(await messages()).toMatchObject([{ mediaUrls: ['s3://exercises/bridge.png'], body: '' }]);
    await vi.waitFor(() => expect(eventTypes()).toContain('MEDIA_DELIVERED'));
  });

  it('is an unknown operation when the target names another one', async () => {
    const answer = await fetch(carrier.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'PinpointSMSVoiceV2.CreatePool' },
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: expect.stringMatching(/#UnknownOperationException$/) });
  });
});

describe('faults', () => {
  it.each([
    ['throttle', { kind: 'throttle' }, { name: 'ThrottlingException' }],
    ['an outage', { kind: 'outage' }, { name: 'InternalServerException' }],
    ['an outage that refuses', { kind: 'outage', how: 'refuse' }, { code: 'ECONNRESET' }],
    [
      'an opted-out number',
      { kind: 'opted-out' },
      { name: 'ConflictException', Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT', ResourceId: ana },
    ],
    [
      'the spend limit',
      { kind: 'spend-limit' },
      { name: 'ServiceQuotaExceededException', Reason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT' },
    ],
  ])('%s refuses before accepting: the phone gets nothing', async (_, fault, error) => {
    await faults({ ...fault, next: 1 });

    await expect(send('one')).rejects.toMatchObject(error);
    expect((await control('GET', '/sends')).json.sends).toEqual([]);
    await send('two');
    expect(await messages()).toMatchObject([{ body: 'two' }]);
  });

  it.each([
    ['error-after-accepting', { name: 'InternalServerException' }],
    ['drop-after-accepting', { code: 'ECONNRESET' }],
  ])('%s answers with a failure, and the phone still gets the text', async (kind, error) => {
    await faults({ kind, next: 1 });

    await expect(send()).rejects.toMatchObject(error);
    expect(await messages()).toHaveLength(1);
    await vi.waitFor(() => expect(eventTypes()).toContain('TEXT_DELIVERED'));
    expect(receipts().at(-1)?.context).toMatchObject({ message: 'apt_1#confirmation#0' });
  });

  it.each([
    ['fail', 'UNREACHABLE'],
    ['block', 'CARRIER_BLOCKED'],
  ])('%s is accepted, reported as %s, and never on the phone', async (kind, status) => {
    await faults({ kind });
    await send();

    expect(await messages()).toEqual([]);
    expect((await control('GET', '/sends')).json.sends).toMatchObject([{ status, onPhone: false }]);
    await vi.waitFor(() => expect(eventTypes()).toEqual(['TEXT_PENDING', `TEXT_${status}`]));
  });

  it('lost receipts never come', async () => {
    await faults({ kind: 'lose-receipts', next: 1 });
    const lost = await send('one');
    await send('two');

    await vi.waitFor(() => expect(receipts()).toHaveLength(2));
    expect(receipts().map((each) => each.messageId)).not.toContain(lost.MessageId);
  });

  it('duplicated receipts come twice', async () => {
    await faults({ kind: 'duplicate-receipts' });
    await send();

    await vi.waitFor(() =>
      expect(eventTypes().sort()).toEqual(['TEXT_DELIVERED', 'TEXT_DELIVERED', 'TEXT_PENDING', 'TEXT_PENDING']),
    );
  });

  it('reordered receipts come with the final one first', async () => {
    await faults({ kind: 'reorder-receipts' });
    await send();

    await vi.waitFor(() => expect(eventTypes()).toEqual(['TEXT_DELIVERED', 'TEXT_PENDING']));
  });

  it('strike one phone only when they name it', async () => {
    await faults({ kind: 'throttle', phone: '+13035550117' });

    await expect(send()).resolves.toBeDefined();
    await expect(send('Hi', { DestinationPhoneNumber: '+13035550117' })).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
  });
});

describe('the opt-out list', () => {
  const list = { OptOutListName: 'Default', OptedOutNumber: ana };

  it('refuses texts to a number on it until the number is taken off', async () => {
    const put = await sms.send(new PutOptedOutNumberCommand(list));
    const again = await sms.send(new PutOptedOutNumberCommand(list));

    expect(put.OptedOutTimestamp).toEqual(new Date('2026-11-24T17:00:00Z'));
    expect(again.OptedOutTimestamp).toEqual(put.OptedOutTimestamp);
    await expect(send()).rejects.toMatchObject({ Reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' });
    await sms.send(new DeleteOptedOutNumberCommand(list));
    await expect(send()).resolves.toBeDefined();
  });

  it('lists page by page', async () => {
    for (const last of [1, 2, 3])
      await sms.send(new PutOptedOutNumberCommand({ ...list, OptedOutNumber: `+1206555010${last}` }));
    const one = await sms.send(new DescribeOptedOutNumbersCommand({ OptOutListName: 'Default', MaxResults: 2 }));
    const two = await sms.send(
      new DescribeOptedOutNumbersCommand({ OptOutListName: 'Default', MaxResults: 2, NextToken: one.NextToken }),
    );

    expect([one, two].map((page) => page.OptedOutNumbers?.map((each) => each.OptedOutNumber))).toEqual([
      ['+12065550101', '+12065550102'],
      ['+12065550103'],
    ]);
    expect(two.NextToken).toBeUndefined();
  });

  it('does not know a number that is not on it', async () => {
    const unknown = { name: 'ResourceNotFoundException', ResourceType: 'opted-out-number', ResourceId: ana };

    await expect(sms.send(new DeleteOptedOutNumberCommand(list))).rejects.toMatchObject(unknown);
    await expect(
      sms.send(new DescribeOptedOutNumbersCommand({ OptOutListName: 'Default', OptedOutNumbers: [ana] })),
    ).rejects.toMatchObject(unknown);
  });
});

describe('a reply', () => {
  it('reaches the inbound topic in the documented shape, to the number that last texted the phone', async () => {
    const { MessageId } = await send('How is your pain, 0 to 10?', { OriginationIdentity: '+12065550199' });
    const { status, json } = await control('POST', `/phones/${ana}/replies`, { body: '6' });

    expect(status).toBe(201);
    await vi.waitFor(() => expect(published.filter((each) => each.topic === topics.inbound)).toHaveLength(1));
    expect(published.find((each) => each.topic === topics.inbound)?.message).toEqual({
      originationNumber: ana,
      destinationNumber: '+12065550199',
      messageKeyword: 'KEYWORD_000000000000',
      messageBody: '6',
      inboundMessageId: json.id,
      previousPublishedMessageId: MessageId,
    });
  });

  it('goes to the number it names', async () => {
    await send();

    expect((await control('POST', `/phones/${ana}/replies`, { body: 'Hi', to: '+13035550188' })).json).toMatchObject({
      clinicNumber: '+13035550188',
    });
  });

  it('comes twice with one id when SNS repeats itself', async () => {
    await faults({ kind: 'duplicate-replies', next: 1 });
    await control('POST', `/phones/${ana}/replies`, { body: 'C' });

    await vi.waitFor(() => expect(published).toHaveLength(2));
    expect(new Set(published.map((each) => each.message.inboundMessageId)).size).toBe(1);
  });
});

describe('control', () => {
  it.each([
    ['PUT', '/faults', { faults: [{ kind: 'gremlin' }] }, 400, 'body.faults.0.kind'],
    ['PUT', '/faults', { faults: [{ kind: 'throttle', nxt: 1 }] }, 400, 'body.faults.0.nxt'],
    ['PUT', '/faults', 'not json', 400, 'body'],
    ['POST', '/phones/+12065550142/replies', { text: 'C' }, 400, 'body.body'],
    ['POST', '/phones/+12065550142/replies', { body: '  ' }, 400, 'body.body'],
    ['POST', '/phones/+12065550142/replies', { body: 'C', to: 'clinic' }, 400, 'body.to'],
    ['POST', '/phones/12065550142/replies', { body: 'C' }, 400, 'path.phone'],
    ['GET', '/phones/anna/messages', undefined, 400, 'path.phone'],
    ['GET', '/phones/%E0%A4%A/messages', undefined, 400, 'path'],
  ])('%s %s with %j is a problem that names the field', async (method, path, body, status, field) => {
    const answer = await control(method, path, body);

    expect(answer).toMatchObject({ status, type: 'application/problem+json' });
    expect(answer.json.errors.map((each: { field: string }) => each.field)).toContain(field);
  });

  it('refuses a body past its limit', async () => {
    expect((await control('PUT', '/faults', 'x'.repeat(70_000))).status).toBe(413);
  });

  it('does not know other paths', async () => {
    expect(await control('GET', '/telephones')).toMatchObject({ status: 404, type: 'application/problem+json' });
  });

  it('does not let the page of another site reply', async () => {
    const answer = await fetch(`${carrier.url}/phones/${ana}/replies`, {
      method: 'POST',
      headers: { origin: 'https://example.com' },
      body: JSON.stringify({ body: 'STOP' }),
    });

    expect(answer.status).toBe(403);
    expect(await messages()).toEqual([]);
  });

  it('forgets all on DELETE /', async () => {
    await send();
    await faults({ kind: 'throttle' });

    expect((await control('DELETE', '/')).status).toBe(204);
    expect(await messages()).toEqual([]);
    expect((await control('GET', '/faults')).json).toEqual({ faults: [] });
  });

  it('lists phones, the newest text first', async () => {
    await send();
    await send('Hi', { DestinationPhoneNumber: '+13035550117' });
    await control('POST', `/phones/${ana}/replies`, { body: 'C' });

    expect((await control('GET', '/phones')).json.phones).toMatchObject([
      { phone: ana, messages: 2, last: { body: 'C' } },
      { phone: '+13035550117', messages: 1 },
    ]);
  });
});

describe('a restart', () => {
  it('keeps threads, opt-outs and the receipts it still owes', async () => {
    const stateFile = join(folder, 'carrier.json');
    await carrier.close();
    await start({ stateFile, withTopics: false });
    await send('kept');
    await sms.send(new PutOptedOutNumberCommand({ OptOutListName: 'Default', OptedOutNumber: '+13035550117' }));
    await carrier.close();
    await start({ stateFile });

    expect(await messages()).toMatchObject([{ body: 'kept' }]);
    await expect(send('Hi', { DestinationPhoneNumber: '+13035550117' })).rejects.toMatchObject({
      name: 'ConflictException',
    });
    await vi.waitFor(() => expect(eventTypes()).toEqual(['TEXT_PENDING', 'TEXT_DELIVERED']));
  });

  it('of the engine loses no receipt: they are told when it is back', async () => {
    sns.isUp = false;
    await send();
    await control('POST', `/phones/${ana}/replies`, { body: 'C' });
    sns.isUp = true;

    await vi.waitFor(() => expect(published).toHaveLength(3), { timeout: 5_000 });
  });

  it('says which file is damaged', async () => {
    const stateFile = join(folder, 'carrier.json');
    await writeFile(stateFile, '{"messages":3}');

    await expect(startCarrier({ port: 0, endpoint: sns.url, topics, stateFile })).rejects.toThrow(
      `The carrier cannot read its threads: move ${stateFile} away or delete it.`,
    );
    expect(await readFile(stateFile, 'utf8')).toBe('{"messages":3}');
  });
});
