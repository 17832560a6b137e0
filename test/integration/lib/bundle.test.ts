import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type BundleSize, bundle, bundleLimitBytes } from '../../../lib/bundle.ts';
import { jsonSchema, leftOut } from '../../../lib/bundle-plugins.ts';
import { loadEnvironment } from '../../helpers/load-environment.ts';

const repository = join(import.meta.dirname, '..', '..', '..');

let root: string;

const write = async (file: string, content: string): Promise<void> => {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), content);
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plumbline-bundle-'));
  await write('functions/care/handlers/check-ins.ts', "export const handler = (): string => 'checked in';");
  await write(
    'functions/audit/handlers/append.ts',
    "import { host } from '../old.cjs';\nexport const handler = (): string => host();",
  );
  await write('functions/audit/old.cjs', "exports.host = () => require('node:os').EOL;");
  await write('functions/audit/append.ts', 'not an entry');
  await write('dist/functions/gone-handler/index.mjs', 'left over');
});

afterAll(() => rm(root, { recursive: true }));

test('every handler becomes <area>-<handler>/index.mjs with its source map, and nothing else stays', async () => {
  const sizes = await bundle(root);
  expect(sizes.map(({ name }) => name)).toEqual(['audit-append', 'care-check-ins']);
  expect((await readdir(join(root, 'dist/functions'))).toSorted()).toEqual(['audit-append', 'care-check-ins']);
  expect((await readdir(join(root, 'dist/functions/care-check-ins'))).toSorted()).toEqual([
    'index.mjs',
    'index.mjs.map',
  ]);
});

test('the size told is that of the code without its map', async () => {
  for (const { name, bytes } of await bundle(root)) {
    expect((await readFile(join(root, 'dist/functions', name, 'index.mjs'))).byteLength).toBe(bytes);
  }
});

test('the same sources give the same bytes, so nothing is deployed in vain', async () => {
  const contents = async () => {
    await bundle(root);
    const files = ['audit-append', 'care-check-ins'].flatMap((name) => [`${name}/index.mjs`, `${name}/index.mjs.map`]);
    return Promise.all(files.map((file) => readFile(join(root, 'dist/functions', file), 'utf8')));
  };
  expect(await contents()).toEqual(await contents());
});

test('a CommonJS dependency that asks for require runs inside the ES module', async () => {
  await bundle(root);
  const { handler } = await import(join(root, 'dist/functions/audit-append/index.mjs'));
  expect(handler()).toBe('\n');
});

/** Runs a module's source in a fresh Node as a function would start in Lambda. */
const runAlone = async (source: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...loadEnvironment, ...env },
  });
  return stdout;
};

describe('the functions of the clinic', () => {
  let sizes: readonly BundleSize[];
  let outdir: string;

  beforeAll(async () => {
    outdir = join(await mkdtemp(join(tmpdir(), 'plumbline-bundles-')), 'functions');
    sizes = await bundle(repository, outdir);
  }, 60_000);

  afterAll(() => rm(dirname(outdir), { recursive: true }));

  it('are each within the limit', () => {
    expect(sizes.length).toBeGreaterThan(10);
    expect(sizes.filter(({ bytes }) => bytes > bundleLimitBytes)).toEqual([]);
  });

  it('load, so that no entity and no contract has a part that is left out', async () => {
    const files = sizes.map(({ name }) => pathToFileURL(join(outdir, name, 'index.mjs')).href);
    const source = `for (const file of ${JSON.stringify(files)}) {
      const { handler } = await import(file);
      process.stdout.write(typeof handler + ' ');
    }`;
    expect(await runAlone(source)).toBe('function '.repeat(files.length));
  }, 60_000);
});

describe('what is left out', () => {
  const leftOutError = 'Left out of this bundle: an error of an operation on tables, backups or replicas';
  let outdir: string;

  /** What becomes of a handler that reaches for something left out. */
  const reach = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const file = pathToFileURL(join(outdir, `reach-${name}`, 'index.mjs')).href;
    const source = `const say = (error) => process.stdout.write(error.message);
      await import(${JSON.stringify(file)}).then(({ handler }) => handler()).catch(say);`;
    return runAlone(source, env);
  };

  beforeAll(async () => {
    const reaching = await mkdtemp(join(tmpdir(), 'plumbline-reach-'));
    outdir = join(reaching, 'dist', 'functions');
    await symlink(join(repository, 'node_modules'), join(reaching, 'node_modules'));
    await mkdir(join(reaching, 'functions/reach/handlers'), { recursive: true });
    const client = "import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';";
    const get =
      "new DynamoDBClient({ maxAttempts: 3 }).send(new GetItemCommand({ TableName: 'a', Key: { pk: { S: 'a' } } }))";
    const handlers = {
      get: `${client} export const handler = () => ${get};`,
      set: "import { set, string } from 'dynamodb-toolbox/schema'; const kind = set(string()); export const handler = () => kind;",
      schema: "import * as z from 'zod'; export const handler = async () => z.string().toJSONSchema();",
    };
    for (const [name, source] of Object.entries(handlers)) {
      await writeFile(join(reaching, `functions/reach/handlers/${name}.ts`), source);
    }
    await bundle(reaching, outdir);
  }, 60_000);

  afterAll(() => rm(join(outdir, '..', '..'), { recursive: true }));

  it.each([
    [
      'a kind of attribute',
      'set',
      {},
      "Left out of this bundle: a kind of attribute (anyOf, record, set, tuple) of the table's model",
    ],
    ['JSON Schema', 'schema', {}, 'Left out of this bundle: JSON Schema'],
    [
      'the adaptive retry mode',
      'get',
      { AWS_RETRY_MODE: 'adaptive' },
      'Left out of this bundle: the adaptive retry mode',
    ],
    ['a configuration file', 'get', { AWS_CONFIG_FILE: '/home/config' }, 'AWS_CONFIG_FILE is not read by this bundle'],
    [
      'an endpoint of another kind',
      'get',
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      'Left out of this bundle: FIPS, dual-stack',
    ],
    ['a region elsewhere', 'get', { AWS_REGION: 'cn-north-1' }, 'in none of the partitions'],
  ])('says so to whoever reaches %s', async (_, name, env, told) => {
    expect(await reach(name, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', ...env })).toContain(told);
  });

  it.each([
    ['an internal error', 500, 'InternalServerError', 3],
    ['throttling', 400, 'ThrottlingException', 3],
    ['a table that is not there', 400, 'ResourceNotFoundException', 1],
    ['an error of no operation on items', 400, 'BackupInUseException', 1],
  ])(
    'changes nothing in how often DynamoDB is asked after %s',
    async (_, status, code, times) => {
      let asked = 0;
      const server = createServer((request, response) => {
        asked += 1;
        request.resume();
        response
          .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
          .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'no' }));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const environment = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
      const told = await reach('get', { ...environment, AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      expect(told).toContain(code === 'BackupInUseException' ? leftOutError : 'no');
      expect(asked).toBe(times);
    },
    20_000,
  );

  it('says that there are no credentials where the environment has none', async () => {
    expect(await reach('get')).toContain('no credentials in the environment');
  });

  it('is there in the packages as they are now', async () => {
    for (const module of [...leftOut, jsonSchema].flatMap(({ modules }) => Object.keys(modules))) {
      await expect(readFile(join(repository, 'node_modules', module), 'utf8'), module).resolves.toContain('export');
    }
  });

  it('is no error that reading and writing items may answer', async () => {
    const commands = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem'];
    const client = join(repository, 'node_modules/@aws-sdk/client-dynamodb/dist-types/commands');
    const answered = new Set<string>();
    for (const command of [...commands, 'BatchWriteItem', 'TransactGetItems', 'TransactWriteItems']) {
      const types = await readFile(join(client, `${command}Command.d.ts`), 'utf8');
      for (const [, name = ''] of types.matchAll(/@throws \{@link (\w+)\}/g)) answered.add(name);
    }
    expect(answered).toContain('TransactionCanceledException');
    const errors = leftOut.map(({ modules }) => modules['@aws-sdk/client-dynamodb/dist-es/models/errors.js']);
    const names = errors.flatMap((instead) => (typeof instead === 'object' ? (instead.throws ?? []) : []));
    expect(names).toContain('BackupInUseException');
    expect(names.filter((name) => answered.has(name))).toEqual([]);
  });
});
