import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { clientEnvironment, type Engine, EngineError, startEngine } from '../../../local/engine.ts';
import { freePort } from '../../../local/prerequisites.ts';
import { zipOf } from '../../helpers/zip.ts';

let localDir: string;
let engine: Engine | undefined;

beforeEach(async () => {
  localDir = await mkdtemp(join(tmpdir(), 'plumbline-engine-'));
});

afterEach(async () => {
  await engine?.stop();
  engine = undefined;
  await rm(localDir, { recursive: true, force: true });
});

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clientsOf = ({ endpoint }: Engine) => {
  const config = { endpoint, region: 'us-east-1', credentials };
  return { dynamo: new DynamoDBClient(config), lambda: new LambdaClient(config) };
};

/** Notes the keys it is given in a table, but only once the gate (an item) is open: until then every batch fails. */
const reader = `
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
const dynamo = new DynamoDBClient({});
export const handler = async (event) => {
  if (event.ask) return { node: process.versions.node, profile: process.env.AWS_PROFILE ?? null, given: process.env.GIVEN };
  const gate = await dynamo.send(new GetItemCommand({ TableName: 'notes', Key: { pk: { S: 'gate' } } }));
  if (gate.Item === undefined) throw new Error('The gate is closed.');
  for (const record of event.Records)
    await dynamo.send(new PutItemCommand({ TableName: 'notes', Item: { pk: record.dynamodb.Keys.pk } }));
};`;

async function createTable(dynamo: DynamoDBClient, name: string) {
  const { TableDescription } = await dynamo.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  return TableDescription?.LatestStreamArn;
}

const put = (dynamo: DynamoDBClient, table: string, pk: string) =>
  dynamo.send(new PutItemCommand({ TableName: table, Item: { pk: { S: pk } } }));

const closeGate = (dynamo: DynamoDBClient) =>
  dynamo.send(new DeleteItemCommand({ TableName: 'notes', Key: { pk: { S: 'gate' } } }));

const has = async (dynamo: DynamoDBClient, table: string, pk: string) =>
  (await dynamo.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk } } }))).Item !== undefined;

describe('the local engine', () => {
  it('keeps items, functions and undelivered changes over a stop, and outlives a killed worker', async () => {
    vi.stubEnv('AWS_PROFILE', 'somebody');
    engine = await startEngine({ port: await freePort(), localDir, env: { GIVEN: 'by the clinic' } });
    const first = clientsOf(engine);
    const stream = await createTable(first.dynamo, 'changes');
    await createTable(first.dynamo, 'notes');
    await first.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'reader',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Timeout: 10,
        Code: { ZipFile: zipOf('index.mjs', reader) },
      }),
    );
    await first.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: 'reader',
        EventSourceArn: stream,
        StartingPosition: 'TRIM_HORIZON',
      }),
    );
    const ask = async ({ lambda }: { lambda: LambdaClient }) => {
      const answer = await lambda.send(new InvokeCommand({ FunctionName: 'reader', Payload: '{"ask":true}' }));
      return z.json().parse(JSON.parse(Buffer.from(answer.Payload ?? []).toString()));
    };

    expect(await ask(first)).toEqual({
      node: expect.stringMatching(/^24\./),
      profile: null,
      given: 'by the clinic',
    });
    const [worker] = await engine.workers();
    expect(worker?.functionName).toBe('reader');
    process.kill(worker?.pid ?? 0, 'SIGKILL');
    // A call that comes before the engine has noticed is told that the worker died; the next one gets a new worker.
    await vi.waitFor(async () => expect(await ask(first)).toMatchObject({ given: 'by the clinic' }), {
      timeout: 20_000,
    });

    await put(first.dynamo, 'notes', 'gate');
    for (const pk of ['a', 'b', 'c']) await put(first.dynamo, 'changes', pk);
    await vi.waitFor(async () => expect(await has(first.dynamo, 'notes', 'c')).toBe(true), { timeout: 20_000 });
    await closeGate(first.dynamo);
    await put(first.dynamo, 'changes', 'undelivered');
    expect(await engine.stop()).toMatchObject({ code: 0, killed: false });

    engine = await startEngine({ port: await freePort(), localDir });
    const second = clientsOf(engine);
    expect(await has(second.dynamo, 'changes', 'a')).toBe(true);
    await put(second.dynamo, 'notes', 'gate');
    await put(second.dynamo, 'changes', 'after');
    await vi.waitFor(
      async () => {
        expect(await has(second.dynamo, 'notes', 'undelivered')).toBe(true);
        expect(await has(second.dynamo, 'notes', 'after')).toBe(true);
      },
      { timeout: 20_000 },
    );
    vi.unstubAllEnvs();
  });

  it('does not take another program on its port for itself', async () => {
    const port = await freePort();
    const other = createServer((_, response) => response.end('{"status":"fine"}'));
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));

    await expect(startEngine({ port, localDir })).rejects.toThrow(`Port ${port} (local engine) is in use`);
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });

  it('tells its last words when it ends early', async () => {
    const start = startEngine({ port: await freePort(), localDir, env: { PYTHONHOME: '/nonexistent' } });

    await expect(start).rejects.toBeInstanceOf(EngineError);
    await expect(start).rejects.toThrow(/ended at once \(code 1\).*Fatal Python error/s);
  });

  it('removes what a killed engine left unpacked', async () => {
    engine = await startEngine({ port: await freePort(), localDir });
    await engine.stop();
    await writeFile(join(localDir, 'tmp', 'ministack-lambda-old-abc'), '');
    engine = await startEngine({ port: await freePort(), localDir });

    await expect(rm(join(localDir, 'tmp', 'ministack-lambda-old-abc'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('gives clients all they need and nothing of the host', () => {
  expect(clientEnvironment('http://127.0.0.1:1')).toMatchObject({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'test',
    CDK_DEFAULT_ACCOUNT: '000000000000',
  });
});
