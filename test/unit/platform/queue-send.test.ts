import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { regionalHost } from '../../../functions/platform/aws-endpoint.ts';
import { AwsRefused } from '../../../functions/platform/aws-request.ts';
import { sendToQueue } from '../../../functions/platform/queue-send.ts';
import { documentClient } from '../../../functions/platform/store/records.ts';

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: { readonly QueueUrl: string; readonly Entries: readonly { Id: string; MessageBody: string }[] };
}

type Reply = (asked: Asked) => { readonly status: number; readonly body: string } | 'hang up';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' };
const ownCredentials = documentClient.config.credentials;
const ownRegion = documentClient.config.region;
const queueUrl = 'http://127.0.0.1/000000000000/send';

let server: Server;
let asked: Asked[];
let replies: Reply[];

const all: Reply = ({ body }) => ({
  status: 200,
  body: JSON.stringify({ Successful: body.Entries.map(({ Id }) => ({ Id, MessageId: 'm' })) }),
});
const error =
  (status: number, code: string): Reply =>
  () => ({ status, body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'no' }) });
const allBut =
  (id: string, SenderFault: boolean): Reply =>
  ({ body }) => ({
    status: 200,
    body: JSON.stringify({
      Successful: body.Entries.filter(({ Id }) => Id !== id).map(({ Id }) => ({ Id })),
      Failed: [{ Id: id, SenderFault, Code: 'InternalError', Message: 'no' }],
    }),
  });

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = String(Buffer.concat(chunks));
      const one = { headers: request.headers, text, body: JSON.parse(text) };
      asked.push(one);
      const reply = (replies.shift() ?? all)(one);
      if (reply === 'hang up') request.socket.destroy();
      else response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  // What waits a random while before it asks again does not wait here.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  documentClient.config.credentials = async () => credentials;
  documentClient.config.region = async () => 'us-west-2';
});

beforeEach(() => {
  asked = [];
  replies = [];
});

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  documentClient.config.credentials = ownCredentials;
  documentClient.config.region = ownRegion;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const messages = (count: number): string[] => Array.from({ length: count }, (_, index) => `message ${index}`);
const bodiesOf = ({ body }: Asked): string[] => body.Entries.map(({ MessageBody }) => MessageBody);

test('messages go ten a call, each call told which queue and which operation', async () => {
  await sendToQueue(queueUrl, messages(23));
  expect(asked.map(({ body }) => body.Entries.length)).toEqual([10, 10, 3]);
  expect(asked.flatMap(bodiesOf)).toEqual(messages(23));
  for (const { headers, body } of asked) {
    expect(body.QueueUrl).toBe(queueUrl);
    expect(new Set(body.Entries.map(({ Id }) => Id)).size).toBe(body.Entries.length);
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessageBatch',
    });
  }
});

test('nothing is asked for no messages', async () => {
  await sendToQueue(queueUrl, []);
  expect(asked).toEqual([]);
});

test('the signature is that of Signature Version 4 over the request as it arrives', async () => {
  await sendToQueue(queueUrl, ['message with an accent: é']);
  const headers: IncomingHttpHeaders = asked[0]?.headers ?? {};
  const text = asked[0]?.text ?? '';
  const authorization = String(headers.authorization);
  const [, scope, signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(authorization) ?? [];
  const date = String(headers['x-amz-date']);
  expect(scope).toBe(`${date.slice(0, 8)}/us-west-2/sqs/aws4_request`);
  expect(signed.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target']));
  const hash = (value: string): string => createHash('sha256').update(value).digest('hex');
  const mac = (key: string | Buffer, value: string): Buffer => createHmac('sha256', key).update(value).digest();
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = ['POST', '/', '', lines.join(''), signed, hash(text)].join('\n');
  const key = `${scope}`.split('/').reduce<string | Buffer>(mac, `AWS4${credentials.secretAccessKey}`);
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  expect(signature).toBe(mac(key, toSign).toString('hex'));
});

test.each<[string, Reply]>([
  ['an internal error', error(500, 'InternalFailure')],
  ['an answer that is not JSON', () => ({ status: 503, body: '<html>' })],
  ['429', error(429, 'TooManyRequests')],
  ['throttling told by 400', error(400, 'ThrottlingException')],
  ['throttling told by 403', error(403, 'RequestThrottled')],
  ['a connection that is gone', () => 'hang up'],
])('%s is asked again and may pass', async (_, reply) => {
  replies = [reply, reply];
  await sendToQueue(queueUrl, messages(2));
  expect(asked.map(bodiesOf)).toEqual([messages(2), messages(2), messages(2)]);
});

test('three times is enough', async () => {
  replies = Array.from({ length: 4 }, () => error(503, 'ServiceUnavailable'));
  await expect(sendToQueue(queueUrl, ['a'])).rejects.toThrow(
    new AwsRefused('sqs', { status: 503, code: 'ServiceUnavailable' }),
  );
  expect(asked).toHaveLength(3);
});

test('a connection that stays gone is thrown as it is', async () => {
  replies = Array.from({ length: 3 }, () => () => 'hang up');
  await expect(sendToQueue(queueUrl, ['a'])).rejects.toThrow(TypeError);
  expect(asked).toHaveLength(3);
});

test('a refusal is not asked again', async () => {
  replies = [error(403, 'AccessDenied')];
  await expect(sendToQueue(queueUrl, ['a'])).rejects.toThrow(
    new AwsRefused('sqs', { status: 403, code: 'AccessDenied' }),
  );
  expect(asked).toHaveLength(1);
});

test('only what the queue has not got is sent again', async () => {
  replies = [allBut('1', false)];
  await sendToQueue(queueUrl, messages(3));
  expect(asked.map(bodiesOf)).toEqual([messages(3), ['message 1']]);
});

test('a message that is wrong in itself is told at once', async () => {
  replies = [allBut('1', true)];
  await expect(sendToQueue(queueUrl, messages(3))).rejects.toThrow(
    new AwsRefused('sqs', { status: 200, code: 'InternalError' }),
  );
  expect(asked).toHaveLength(1);
});

test('a message that the answer does not name was not taken', async () => {
  replies = [() => ({ status: 200, body: '{"Successful":[{"Id":"0"}]}' })];
  await sendToQueue(queueUrl, messages(2));
  expect(asked.map(bodiesOf)).toEqual([messages(2), ['message 1']]);
});

test('a partition with another domain is refused, not asked at a name that is not its own', () => {
  expect(regionalHost('sqs', 'us-east-1')).toBe('sqs.us-east-1.amazonaws.com');
  expect(regionalHost('sqs', 'us-gov-west-1')).toBe('sqs.us-gov-west-1.amazonaws.com');
  for (const region of ['cn-north-1', 'us-iso-east-1', 'us-isob-east-1', 'eusc-de-east-1', 'aws-global', '', 'x.y']) {
    expect(() => regionalHost('sqs', region)).toThrow('none of the partitions');
  }
});
