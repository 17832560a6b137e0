import { randomUUID } from 'node:crypto';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { appendChanges } from '../../../functions/audit/append.ts';
import { type ChainRef, chainOf, type Entry } from '../../../functions/audit/core/chain.ts';
import { walkChain, walkClinic } from '../../../functions/audit/verify.ts';
import { documentClient } from '../../../functions/platform/store/records.ts';
import type { Change } from '../../../functions/platform/stream.ts';

const now = Temporal.Instant.from('2026-11-24T15:00:00Z');

const newClinic = (): string => `cli_${randomUUID()}`;

const change = (clinicId: string, owner: string, rev: number, extra: Record<string, unknown> = {}): Change => {
  const pk = `clinic#${clinicId}#patient#${owner}`;
  const image = (at: number) => ({
    pk,
    sk: 'patient',
    entity: 'Patient',
    name: `${owner} ${at}`,
    rev: at,
    changedAt: '2026-11-24T14:59:59.000Z',
    changedBy: { kind: 'staff', id: 'sub-1' },
    requestId: `r${at}`,
  });
  return {
    eventId: randomUUID(),
    pk,
    sk: 'patient',
    entity: 'Patient',
    before: rev === 1 ? undefined : image(rev - 1),
    after: { ...image(rev), ...extra },
  };
};

/** Keys of one clinic that share a chain. */
const ownersOfOneChain = (clinicId: string, howMany: number): { ref: ChainRef; owners: string[] } => {
  const chain = chainOf(`clinic#${clinicId}#patient#o0`);
  const owners: string[] = [];
  for (let index = 0; owners.length < howMany; index += 1) {
    if (chainOf(`clinic#${clinicId}#patient#o${index}`) === chain) owners.push(`o${index}`);
  }
  return { ref: { clinicId, chain }, owners };
};

const entriesOf = async (clinicId: string): Promise<Entry[]> => {
  const entries: Entry[] = [];
  const verified = await walkClinic(clinicId, { visit: (entry) => entries.push(entry) });
  expect(verified.filter(({ broken }) => broken !== undefined)).toEqual([]);
  return entries;
};

const parkedUnder = async (changeId: string) =>
  (await documentClient.send(new GetCommand({ TableName: 'audit', Key: { pk: 'parked#audit-append', sk: changeId } })))
    .Item;

describe('appendChanges', () => {
  it('enters each change once, in order, however often the batch or a part of it comes again', async () => {
    const clinicId = newClinic();
    const changes = ['a', 'b', 'c', 'd'].flatMap((owner) =>
      Array.from({ length: 30 }, (_, index) => change(clinicId, owner, index + 1)),
    );
    await appendChanges(changes.slice(0, 50), now);
    await appendChanges(changes, now);
    await appendChanges(changes.slice(40, 90), now);
    await appendChanges(changes, now);
    const entries = await entriesOf(clinicId);
    expect(entries.map(({ eventId }) => eventId).sort()).toEqual(changes.map(({ eventId }) => eventId).sort());
    for (const owner of ['a', 'b', 'c', 'd']) {
      const names = entries.filter(({ record }) => record.pk.endsWith(`#${owner}`)).map(({ after }) => after?.rev);
      expect(names).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    }
  });

  it('keeps who, what before and after, why and when', async () => {
    const clinicId = newClinic();
    await appendChanges([change(clinicId, 'a', 2, { reason: 'typing error' })], now);
    expect(await entriesOf(clinicId)).toEqual([
      expect.objectContaining({
        seq: 1,
        action: 'changed',
        at: '2026-11-24T14:59:59.000Z',
        recordedAt: '2026-11-24T15:00:00.000Z',
        who: { kind: 'staff', id: 'sub-1' },
        why: 'typing error',
        before: { name: 'a 1', rev: 1, requestId: 'r1' },
        after: { name: 'a 2', rev: 2, requestId: 'r2', reason: 'typing error' },
      }),
    ]);
  });

  it('holds one chain together while several readers write to it at once, some of them the same changes', async () => {
    const clinicId = newClinic();
    const { ref, owners } = ownersOfOneChain(clinicId, 6);
    const perOwner = owners.map((owner) =>
      Array.from({ length: 20 }, (_, index) => change(clinicId, owner, index + 1)),
    );
    const batches = [...perOwner, ...perOwner.slice(0, 2)];
    await Promise.all(batches.map((batch) => appendChanges(batch, now)));
    const entries = await entriesOf(clinicId);
    expect(entries).toHaveLength(120);
    expect(new Set(entries.map(({ chain }) => chain))).toEqual(new Set([ref.chain]));
    for (const owner of owners) {
      const revs = entries.filter(({ record }) => record.pk.endsWith(`#${owner}`)).map(({ after }) => after?.rev);
      expect(revs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    }
  });

  it('leaves out technical items, and parks once what can never be entered, without keeping the rest waiting', async () => {
    const clinicId = newClinic();
    const stray = { ...change(clinicId, 'a', 1), pk: 'nowhere#1' };
    const nameless = { ...change(clinicId, 'b', 1), eventId: '' };
    const technical = { ...change(clinicId, 'c', 1), entity: 'Idempotency' };
    const good = change(clinicId, 'd', 1);
    await appendChanges([stray, nameless, technical, good], now);
    await appendChanges([stray, nameless, technical, good], now);
    expect((await entriesOf(clinicId)).map(({ eventId }) => eventId)).toEqual([good.eventId]);
    expect(await parkedUnder(stray.eventId)).toMatchObject({
      code: 'no-clinic',
      record: { pk: 'nowhere#1', sk: 'patient', entity: 'Patient' },
    });
    const { Items = [] } = await documentClient.send(
      new QueryCommand({
        TableName: 'audit',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'parked#audit-append' },
      }),
    );
    const ofClinic = Items.filter(({ record }) => record.pk === nameless.pk);
    expect(ofClinic).toMatchObject([{ code: 'no-event-id' }]);
  });

  it('enters a change whose images do not fit by its hashes alone, and tells a human', async () => {
    const clinicId = newClinic();
    const large = change(clinicId, 'a', 1, { text: 'x'.repeat(390_000) });
    const next = change(clinicId, 'a', 2);
    await appendChanges([large, next], now);
    const [first, second] = await entriesOf(clinicId);
    expect(first).toMatchObject({ omitted: 'images', afterHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(first).not.toHaveProperty('after');
    expect(second).toMatchObject({ seq: 2, eventId: next.eventId });
    expect(await parkedUnder(large.eventId)).toMatchObject({ code: 'images-omitted' });
  });

  it('splits what is more than one transaction can carry', async () => {
    const clinicId = newClinic();
    const changes = Array.from({ length: 14 }, (_, index) =>
      change(clinicId, 'a', index + 1, { text: 'x'.repeat(300_000) }),
    );
    await appendChanges(changes, now);
    expect((await entriesOf(clinicId)).map(({ eventId }) => eventId)).toEqual(changes.map(({ eventId }) => eventId));
  });

  it('enters everything else when one image is of a shape the table refuses', async () => {
    const clinicId = newClinic();
    const { owners } = ownersOfOneChain(clinicId, 3);
    let deep: unknown = 'x';
    for (let depth = 0; depth < 40; depth += 1) deep = { deep };
    const changes = owners.map((owner, index) => change(clinicId, owner, 1, index === 1 ? { deep } : {}));
    await appendChanges(changes, now);
    expect((await entriesOf(clinicId)).map(({ eventId }) => eventId)).toEqual(changes.map(({ eventId }) => eventId));
  });
});

describe('a chain in the table', () => {
  const tampered = async (edit: (entry: Record<string, unknown>) => Record<string, unknown>) => {
    const clinicId = newClinic();
    const { ref, owners } = ownersOfOneChain(clinicId, 1);
    const [owner = ''] = owners;
    await appendChanges(
      Array.from({ length: 5 }, (_, index) => change(clinicId, owner, index + 1)),
      now,
    );
    const key = { pk: `clinic#${clinicId}#${ref.chain}`, sk: '000000000003' };
    const { Item = {} } = await documentClient.send(new GetCommand({ TableName: 'audit', Key: key }));
    await documentClient.send(new PutCommand({ TableName: 'audit', Item: edit(Item) }));
    return walkChain(ref);
  };

  it.each([
    [
      'the actor',
      (entry: Record<string, unknown>) => ({ ...entry, who: { kind: 'staff', id: 'sub-2' } }),
      'hash-differs',
    ],
    ['what was written', (entry: Record<string, unknown>) => ({ ...entry, after: { name: 'z' } }), 'hash-differs'],
    ['an attribute beside the entry', (entry: Record<string, unknown>) => ({ ...entry, note: 'x' }), 'malformed'],
    ['the type of an attribute', (entry: Record<string, unknown>) => ({ ...entry, at: 7 }), 'malformed'],
    ['its number', (entry: Record<string, unknown>) => ({ ...entry, seq: 4 }), 'malformed'],
  ])('is found broken at the entry in which somebody changed %s', async (_title, edit, kind) => {
    expect(await tampered(edit)).toMatchObject({ head: { seq: 2 }, broken: { kind, expectedSeq: 3 } });
  });
});
