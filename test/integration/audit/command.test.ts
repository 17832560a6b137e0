import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { appendChanges } from '../../../functions/audit/append.ts';
import { chainOf } from '../../../functions/audit/core/chain.ts';
import { documentClient } from '../../../functions/platform/store/records.ts';
import type { Change } from '../../../functions/platform/stream.ts';
import { createTestClinic, type TestClinic } from '../../helpers/clinic.ts';

const now = Temporal.Instant.from('2026-11-24T15:00:00Z');
const plumbline = fileURLToPath(new URL('../../../bin/plumbline.ts', import.meta.url));

const run = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, [plumbline, 'audit', ...words], { env: { ...process.env, ...env } });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
};

/** A clinic with one patient of three revisions, in the records and in the log. */
const clinicWithHistory = async (): Promise<{ clinic: TestClinic; pk: string; chainKey: string; chain: string }> => {
  const clinic = await createTestClinic(now);
  const { clinicId } = clinic;
  const read = async (pk: string, sk: string) =>
    (await documentClient.send(new GetCommand({ TableName: 'records', Key: { pk, sk } }))).Item;
  const settings = await read(`clinic#${clinicId}`, 'clinic');
  const pk = `clinic#${clinicId}#patient#pat_1`;
  const version = (rev: number) => ({
    pk,
    sk: 'patient',
    entity: 'Patient',
    familyName: ['Ash', 'Oak', 'Elm'][rev - 1],
    rev,
    changedAt: `2026-11-24T14:00:0${rev}.000Z`,
    changedBy: { kind: 'staff', id: 'sub-1' },
    requestId: `r${rev}`,
    ...(rev > 1 && { reason: 'married' }),
  });
  await documentClient.send(new PutCommand({ TableName: 'records', Item: version(3) }));
  const change = (eventId: string, after: Record<string, unknown> | undefined, before?: Change['before']): Change => ({
    eventId,
    pk: String(after?.pk),
    sk: String(after?.sk),
    entity: String(after?.entity),
    before,
    after,
  });
  await appendChanges(
    [
      change('e0', settings),
      change('e1', version(1)),
      change('e2', version(2), version(1)),
      change('e3', version(3), version(2)),
    ],
    now,
  );
  const chain = chainOf(pk);
  return { clinic, pk, chain, chainKey: `clinic#${clinicId}#${chain}` };
};

const tables = ['--table', 'audit', '--records-table', 'records'];

const lastSeq = async (chainKey: string): Promise<string> => {
  const first = await documentClient.send(new GetCommand({ TableName: 'audit', Key: { pk: chainKey, sk: seq(4) } }));
  return seq(first.Item === undefined ? 3 : 4);
};
const seq = (number: number): string => String(number).padStart(12, '0');

describe('plumbline audit verify', () => {
  it('walks all chains of a clinic named by slug or id, and exits 0 when they hold', async () => {
    const { clinic } = await clinicWithHistory();
    const text = await run(['verify', ...tables, '--clinic', clinic.slug, '--records']);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).toContain('All 16 chains hold: 4 entries.');
    expect(text.out).toContain('All 2 records are as the log left them.');
    const json = await run(['verify', '--table', 'audit', '--clinic', clinic.clinicId, '--json']);
    expect(json.code).toBe(0);
    const result = JSON.parse(json.out);
    expect(result).toMatchObject({ clinicId: clinic.clinicId, holds: true, entries: 4 });
    expect(result).not.toHaveProperty('broken');
    expect(result.chains).toHaveLength(16);
  });

  it('names the entry that somebody changed in the table, and exits 1', async () => {
    const { clinic, chain, chainKey } = await clinicWithHistory();
    const sk = await lastSeq(chainKey);
    const Key = { pk: chainKey, sk };
    const { Item } = await documentClient.send(new GetCommand({ TableName: 'audit', Key }));
    await documentClient.send(
      new PutCommand({ TableName: 'audit', Item: { ...Item, who: { kind: 'staff', id: 'somebody-else' } } }),
    );
    const text = await run(['verify', ...tables, '--clinic', clinic.clinicId]);
    expect(text.code).toBe(1);
    expect(text.out).toContain(
      `The first entry that does not hold is entry ${Number(sk)} of chain ${chain}: it was changed after it was written.`,
    );
    const json = await run(['verify', ...tables, '--clinic', clinic.clinicId, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      holds: false,
      broken: { chain, seq: Number(sk), kind: 'hash-differs' },
    });
  });

  it('names the entry after one that somebody removed', async () => {
    const { clinic, chain, chainKey } = await clinicWithHistory();
    await documentClient.send(new DeleteCommand({ TableName: 'audit', Key: { pk: chainKey, sk: seq(1) } }));
    const { code, out } = await run(['verify', ...tables, '--clinic', clinic.clinicId, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out).broken).toMatchObject({ chain, kind: 'gap', expectedSeq: 1, seq: 2 });
  });

  it('finds, with the records, an entry cut off the end, a record changed without an entry, and one that is gone', async () => {
    const cut = await clinicWithHistory();
    await documentClient.send(
      new DeleteCommand({ TableName: 'audit', Key: { pk: cut.chainKey, sk: await lastSeq(cut.chainKey) } }),
    );
    const silent = await clinicWithHistory();
    const stray = { pk: `clinic#${silent.clinic.clinicId}#patient#pat_2`, sk: 'patient', entity: 'Patient' };
    await documentClient.send(new PutCommand({ TableName: 'records', Item: stray }));
    const gone = await clinicWithHistory();
    await documentClient.send(new DeleteCommand({ TableName: 'records', Key: { pk: gone.pk, sk: 'patient' } }));
    const results = await Promise.all(
      [cut, silent, gone].map(({ clinic }) =>
        run(['verify', ...tables, '--clinic', clinic.clinicId, '--records', '--json']),
      ),
    );
    expect(results.map(({ code }) => code)).toEqual([1, 1, 1]);
    const found = results.map(({ out }) => JSON.parse(out));
    expect(found.map(({ broken }) => broken)).toEqual([undefined, undefined, undefined]);
    expect(found.map(({ records }) => records.different)).toEqual([
      [{ pk: cut.pk, sk: 'patient', entity: 'Patient', difference: 'differs' }],
      [{ ...stray, difference: 'no-entry' }],
      [{ pk: gone.pk, sk: 'patient', entity: 'Patient', difference: 'missing' }],
    ]);
  });

  it.each([
    ['there is no such table', ['--table', 'nowhere', '--clinic', 'cli_1'], {}, 1, 'There is no table "nowhere"'],
    [
      'the clinic has no entry',
      ['--table', 'audit', '--clinic', 'cli_none'],
      {},
      1,
      'no audit entry of clinic cli_none',
    ],
    ['no clinic has that slug', [...tables, '--clinic', 'nobody'], {}, 1, 'There is no clinic called "nobody"'],
    [
      'nothing answers',
      ['--table', 'audit', '--clinic', 'cli_1'],
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      1,
      'Nothing answers at http://127.0.0.1:9',
    ],
    ['no clinic is named', ['--table', 'audit'], {}, 2, 'Name the clinic'],
    ['an option is unknown', ['--tabel', 'audit'], {}, 2, 'unknown option'],
  ])('says in one sentence that %s', async (_title, words, env, code, sentence) => {
    const result = await run(['verify', ...words], { ...env });
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err).toContain(sentence);
    expect(result.err.trim().split('\n')).toHaveLength(1);
  });

  it('says how to start a clinic where none was started', async () => {
    const localDir = await mkdtemp(join(tmpdir(), 'plumbline-no-clinic-'));
    try {
      const { AUDIT_TABLE: _, ...env } = process.env;
      const child = spawn(process.execPath, [plumbline, 'audit', 'verify'], {
        env: { ...env, PLUMBLINE_LOCAL_DIR: localDir },
      });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
      expect(err).toContain('npm start');
    } finally {
      await rm(localDir, { recursive: true, force: true });
    }
  });
});

describe('plumbline audit show', () => {
  it('tells the history of a record: when, who, why, what before and after', async () => {
    const { clinic } = await clinicWithHistory();
    const { code, out } = await run(['show', ...tables, '--clinic', clinic.clinicId, '--record', 'pat_1']);
    expect(code).toBe(0);
    expect(out).toMatch(/created Patient patient by staff sub-1 .*\n {4}familyName: "Ash"\n/);
    expect(out).toMatch(
      /2026-11-24T14:00:02.000Z {2}changed Patient patient by staff sub-1, "married" .*\n {4}familyName: "Ash" -> "Oak"\n/,
    );
    const json = await run(['show', ...tables, '--clinic', clinic.clinicId, '--record', 'pat_1', '--json']);
    expect(JSON.parse(json.out).entries.map(({ after }: { after: object }) => after)).toMatchObject([
      { familyName: 'Ash' },
      { familyName: 'Oak' },
      { familyName: 'Elm' },
    ]);
  });

  it('says that it knows of no such record, and that a history may not be whole', async () => {
    const { clinic, chainKey } = await clinicWithHistory();
    const unknown = await run(['show', ...tables, '--clinic', clinic.clinicId, '--record', 'pat_9']);
    expect(unknown).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no record "pat_9"') });
    await documentClient.send(new DeleteCommand({ TableName: 'audit', Key: { pk: chainKey, sk: seq(1) } }));
    const broken = await run(['show', ...tables, '--clinic', clinic.clinicId, '--record', 'pat_1']);
    expect(broken).toMatchObject({ code: 1, err: expect.stringContaining('This may not be all') });
  });
});
