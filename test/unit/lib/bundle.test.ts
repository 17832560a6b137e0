import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../../lib/bundle.ts';

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
