import { Entity } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import { describe, expect, it } from 'vitest';
import {
  BadCursor,
  ConditionFailed,
  create,
  get,
  put,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  transact,
} from '../../../functions/platform/store/records.ts';

const NoteEntity = new Entity({
  name: 'Note',
  table: recordsTable,
  timestamps: false,
  schema: item({ ...recordAttributes, owner: string().key(), id: string().key(), text: string() }),
  computeKey: ({ owner, id }) => ({ pk: `test#${owner}`, sk: id }),
});

const note = (owner: string, id: string, rev = 1, text = 'a') => ({
  owner,
  id,
  text,
  rev,
  changedAt: '2026-11-22T15:00:00.000Z',
  changedBy: { kind: 'system' as const, id: 'test' },
  requestId: 'r1',
});

describe('transact', () => {
  it('writes nothing and names the item whose condition failed', async () => {
    await transact([create(NoteEntity, note('t1', 'a'))]);
    const attempt = transact([create(NoteEntity, note('t1', 'b')), create(NoteEntity, note('t1', 'a'))]);
    await expect(attempt).rejects.toMatchObject({ failed: [false, true] });
    await expect(attempt).rejects.toBeInstanceOf(ConditionFailed);
    expect(await get(NoteEntity, { owner: 't1', id: 'b' })).toBeUndefined();
  });

  it('replaces only the revision that was read', async () => {
    await transact([put(NoteEntity, note('t2', 'a'))]);
    await transact([replace(NoteEntity, note('t2', 'a', 2, 'b'), 1)]);
    await expect(transact([replace(NoteEntity, note('t2', 'a', 2, 'c'), 1)])).rejects.toBeInstanceOf(ConditionFailed);
    expect(await get(NoteEntity, { owner: 't2', id: 'a' })).toMatchObject({ rev: 2, text: 'b' });
  });

  it('lets one of many simultaneous creations through', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) => transact([create(NoteEntity, note('t3', 'a', 1, String(index)))])),
    );
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('queryPage', () => {
  it('pages through a list with an opaque cursor, in order, each item once', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `n${index}`);
    await transact(ids.map((id) => put(NoteEntity, note('t4', id))));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await queryPage(NoteEntity, { partition: 'test#t4' }, { limit: 3, cursor });
      seen.push(...page.items.map((entry) => entry.id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
    expect(await queryAll(NoteEntity, { partition: 'test#t4' }, { limit: 2 })).toHaveLength(7);
  });

  it.each(['not-base64-json', Buffer.from('[1]').toString('base64url'), Buffer.from('{"pk":1}').toString('base64url')])(
    'refuses a cursor that is not its own: %s',
    async (cursor) => {
      await expect(queryPage(NoteEntity, { partition: 'test#t4' }, { cursor })).rejects.toBeInstanceOf(BadCursor);
    },
  );
});
