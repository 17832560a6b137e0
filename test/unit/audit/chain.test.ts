import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChainRef,
  chainOf,
  chains,
  clinicOf,
  type Draft,
  draftOf,
  type Entry,
  genesis,
  hashOf,
  imageHashOf,
  isTechnical,
  link,
  type RecordChange,
  recordDifference,
  unknownActor,
  verifyChain,
  withoutImages,
} from '../../../functions/audit/core/chain.ts';

const ref: ChainRef = { clinicId: 'cli_1', chain: '07' };
const recordedAt = '2026-11-24T15:00:01.000Z';

const draft = (index: number, value: unknown = index): Draft => ({
  ...ref,
  eventId: `event-${index}`,
  at: '2026-11-24T15:00:00.000Z',
  recordedAt,
  who: { kind: 'staff', id: 'sub-1' },
  why: 'booked',
  requestId: `request-${index}`,
  record: { pk: 'clinic#cli_1#patient#pat_1', sk: 'patient', entity: 'Patient' },
  action: 'changed',
  before: { value: null },
  after: { value },
  beforeHash: imageHashOf({ value: null }),
  afterHash: imageHashOf({ value }),
});

const chainOfLength = (length: number, of: ChainRef = ref): Entry[] => {
  const entries: Entry[] = [];
  for (let index = 0; index < length; index += 1) {
    entries.push(link(entries.at(-1) ?? genesis(of), { ...draft(index), ...of }));
  }
  return entries;
};

/** Every path to a leaf of an entry. */
const leavesOf = (value: unknown, path: readonly string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, property]) => leavesOf(property, [...path, key]))
    : [[...path]];

const edited = <T>(value: T, path: readonly string[], edit: (leaf: unknown) => unknown): T => {
  const copy = structuredClone(value);
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  at[last] = edit(at[last]);
  return copy;
};

describe('chainOf and clinicOf', () => {
  it('puts all changes under one key into one chain, and keys evenly over all sixteen', () => {
    const counts = new Map(chains.map((chain) => [chain, 0]));
    for (let index = 0; index < 3200; index += 1) {
      const chain = chainOf(`clinic#cli_1#patient#pat_${index}`);
      counts.set(chain, (counts.get(chain) ?? 0) + 1);
    }
    expect(counts.size).toBe(16);
    expect(Math.min(...counts.values())).toBeGreaterThan(140);
    expect(chainOf('clinic#cli_1#patient#pat_1')).toBe(chainOf('clinic#cli_1#patient#pat_1'));
  });

  it.each([
    ['clinic#cli_1', 'cli_1'],
    ['clinic#cli_1#patient#pat_1', 'cli_1'],
    ['directory#slug#a', undefined],
    ['clinic#', undefined],
    ['xclinic#cli_1', undefined],
    ['', undefined],
  ])('reads the clinic of %j as %s', (pk, clinic) => {
    expect(clinicOf(pk)).toBe(clinic);
  });
});

describe('verifyChain', () => {
  it('finds nothing wrong with a chain as it was written, whole or in pages', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.nat(12), (length, cut) => {
        const entries = chainOfLength(length);
        const whole = verifyChain(ref, entries);
        expect(whole).toEqual({ head: entries.at(-1) ? { seq: length, hash: entries.at(-1)?.hash } : genesis(ref) });
        const first = verifyChain(ref, entries.slice(0, cut));
        expect(verifyChain(ref, entries.slice(cut), first.head)).toEqual(whole);
      }),
    );
  });

  it('finds any edit of any field, and names the entry', () => {
    const entries = chainOfLength(6);
    const leaves = leavesOf(entries[3]).filter(([name]) => name !== 'seq' && name !== 'clinicId' && name !== 'chain');
    expect(leaves.length).toBeGreaterThan(15);
    for (const path of leaves) {
      const tampered = entries.with(
        3,
        edited(entries[3] as Entry, path, (leaf) => `${leaf}x`),
      );
      expect(verifyChain(ref, tampered).broken, path.join('.')).toEqual({
        ...ref,
        kind: 'hash-differs',
        expectedSeq: 4,
        seq: 4,
      });
    }
  });

  it('finds an attribute that was added or taken away', () => {
    const entries = chainOfLength(3);
    const [first, second, third] = entries as [Entry, Entry, Entry];
    const { why: _, ...without } = second;
    expect(verifyChain(ref, [first, without, third]).broken?.kind).toBe('hash-differs');
    const added: Entry = { ...second, omitted: 'images' };
    expect(verifyChain(ref, [first, added, third]).broken?.kind).toBe('hash-differs');
  });

  it('finds an edit even when the hash of that entry was made anew: the next entry still tells', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10 }), fc.nat(), fc.string({ minLength: 1 }), (length, at, value) => {
        const entries = chainOfLength(length);
        const index = at % (length - 1);
        const target = entries[index] as Entry;
        const forged = { ...target, after: { value: `forged ${value}` } };
        const tampered = entries.with(index, { ...forged, hash: hashOf(forged) });
        expect(verifyChain(ref, tampered).broken).toMatchObject({ kind: 'previous-differs', seq: index + 2 });
      }),
    );
  });

  it('finds any entry dropped, doubled, swapped or slipped in before the end', () => {
    const tampering = fc.constantFrom(
      'drop',
      'double',
      'swap',
      'insert',
      'replace-by-copy',
    ) satisfies fc.Arbitrary<string>;
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 12 }), fc.nat(), tampering, (length, at, how) => {
        const entries = chainOfLength(length);
        const index = at % (length - 1);
        const here = entries[index] as Entry;
        const next = entries[index + 1] as Entry;
        const stranger = link(here, draft(99));
        const tampered = {
          drop: entries.toSpliced(index, 1),
          double: entries.toSpliced(index, 0, here),
          swap: entries.with(index, next).with(index + 1, here),
          insert: entries.toSpliced(index + 1, 0, stranger),
          'replace-by-copy': entries.with(index, { ...next, seq: here.seq }),
        }[how];
        const { broken, head } = verifyChain(ref, tampered);
        expect(broken).toBeDefined();
        // Nothing before the tampering is blamed, and the walk does not go past the entry after it.
        expect(head.seq).toBeGreaterThanOrEqual(index);
        expect(head.seq).toBeLessThanOrEqual(index + 2);
      }),
    );
  });

  it.each([
    ['the first entry', (entries: Entry[]) => entries.slice(1), { kind: 'gap', expectedSeq: 1, seq: 2 }],
    ['two in the middle', (entries: Entry[]) => entries.toSpliced(2, 2), { kind: 'gap', expectedSeq: 3, seq: 5 }],
    [
      'one written twice',
      (entries: Entry[]) => entries.toSpliced(2, 0, entries[1] as Entry),
      { kind: 'duplicate', expectedSeq: 3, seq: 2 },
    ],
    [
      'one renumbered to close a gap',
      (entries: Entry[]) => entries.toSpliced(1, 1).map((entry, index) => ({ ...entry, seq: index + 1 })),
      { kind: 'hash-differs', expectedSeq: 2, seq: 2 },
    ],
  ])('names what is broken: %s', (_title, tamper, expected) => {
    expect(verifyChain(ref, tamper(chainOfLength(6))).broken).toEqual({ ...ref, ...expected });
  });

  it.each([
    ['another chain', { clinicId: 'cli_1', chain: '08' }],
    ['another clinic', { clinicId: 'cli_2', chain: '07' }],
  ])('does not take the entries of %s for its own, relabelled or not', (_title, other) => {
    const foreign = chainOfLength(2, other);
    expect(verifyChain(ref, foreign).broken).toMatchObject({ kind: 'wrong-chain', seq: 1 });
    const relabelled = foreign.map((entry) => ({ ...entry, ...ref }));
    expect(verifyChain(ref, relabelled).broken?.kind).toBe('hash-differs');
    const rehashed = relabelled.map((entry) => ({ ...entry, hash: hashOf(entry) }));
    expect(verifyChain(ref, rehashed).broken).toMatchObject({ kind: 'previous-differs', seq: 1 });
  });

  it('cannot see entries cut off the end: the comparison with the records can', () => {
    const entries = chainOfLength(5);
    expect(verifyChain(ref, entries.slice(0, 3)).broken).toBeUndefined();
    const current = { value: 4 };
    expect(recordDifference(current, entries[4]?.afterHash)).toBeUndefined();
    expect(recordDifference(current, entries[2]?.afterHash)).toBe('differs');
  });
});

describe('draftOf', () => {
  const stamp = {
    rev: 1,
    changedAt: '2026-11-24T15:00:00.000Z',
    changedBy: { kind: 'patient', id: 'pat_1' },
    requestId: 'r1',
  };
  const before = {
    pk: 'clinic#cli_1#patient#pat_1',
    sk: 'patient',
    entity: 'Patient',
    familyName: 'Ash',
    zone: 'UTC',
    ...stamp,
  };
  const after = { ...before, familyName: 'Oak', rev: 2, requestId: 'r2', reason: 'corrected' };
  const change: RecordChange = { eventId: 'e1', pk: before.pk, sk: 'patient', entity: 'Patient', before, after };
  const { familyName: _, ...withoutName } = after;

  it('says who, when, why, and what was before and after', () => {
    expect(draftOf(change, recordedAt)).toEqual({
      clinicId: 'cli_1',
      chain: chainOf(before.pk),
      eventId: 'e1',
      at: '2026-11-24T15:00:00.000Z',
      recordedAt,
      who: { kind: 'patient', id: 'pat_1' },
      why: 'corrected',
      requestId: 'r2',
      record: { pk: before.pk, sk: 'patient', entity: 'Patient' },
      action: 'changed',
      before: { familyName: 'Ash', rev: 1, requestId: 'r1' },
      after: { familyName: 'Oak', rev: 2, requestId: 'r2', reason: 'corrected' },
      beforeHash: imageHashOf(before),
      afterHash: imageHashOf(after),
    });
  });

  it('keeps a created and a removed record whole', () => {
    expect(draftOf({ ...change, before: undefined, after: before }, recordedAt)).toMatchObject({
      action: 'created',
      after: before,
      afterHash: imageHashOf(before),
      who: { kind: 'patient', id: 'pat_1' },
    });
    const removed = draftOf({ ...change, after: undefined }, recordedAt);
    expect(removed).toMatchObject({ action: 'removed', before, beforeHash: imageHashOf(before) });
    expect(removed).not.toHaveProperty('afterHash');
  });

  it('tells an attribute that was taken away', () => {
    expect(draftOf({ ...change, after: withoutName }, recordedAt)).toMatchObject({
      before: { familyName: 'Ash' },
      after: expect.not.objectContaining({ familyName: expect.anything() }),
    });
  });

  it.each([
    ['a removal', { ...change, after: undefined }],
    ['a change that left the old stamp in place', { ...change, after: { ...before, familyName: 'Oak' } }],
    ['a stamp without a request', { ...change, after: { ...after, requestId: undefined } }],
    ['a stamp without a time', { ...change, after: { ...after, changedAt: 7 } }],
    ['a stamp of no known kind', { ...change, after: { ...after, changedBy: { kind: 'robot', id: 'x' } } }],
    ['a stamp without an id', { ...change, after: { ...after, changedBy: { kind: 'staff' } } }],
    ['a record without any stamp', { ...change, before: undefined, after: { pk: before.pk, sk: 'a', entity: 'X' } }],
  ])('does not name an actor for %s', (_title, unstamped) => {
    expect(draftOf(unstamped, recordedAt)).toMatchObject({ who: unknownActor, at: recordedAt, requestId: 'unknown' });
  });

  it.each([
    ['rev', { rev: 2 }],
    ['time', { changedAt: '2026-11-24T15:00:09.000Z' }],
    ['request', { requestId: 'r9' }],
  ])('believes a stamp of which only the %s is new', (_title, part) => {
    expect(draftOf({ ...change, after: { ...before, ...part } }, recordedAt)).toMatchObject({
      who: { kind: 'patient', id: 'pat_1' },
    });
  });

  it.each([
    ['no event id', { ...change, eventId: '' }, 'no-event-id'],
    ['no clinic in the key', { ...change, pk: 'parked#x' }, 'no-clinic'],
    ['no image', { ...change, before: undefined, after: undefined }, 'no-image'],
  ])('cannot enter a change with %s', (_title, bad, code) => {
    expect(draftOf(bad, recordedAt)).toBe(code);
  });

  it('lets any version be rebuilt from the entries, and each version continue the one before', () => {
    const image = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 5,
    });
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 6 }), (versions) => {
        let rebuilt: Record<string, unknown> = {};
        let lastHash: string | undefined;
        for (const [index, version] of versions.entries()) {
          const entry = draftOf({ ...change, before: versions[index - 1], after: version }, recordedAt);
          if (typeof entry === 'string') throw new Error(entry);
          expect(entry.beforeHash).toBe(lastHash);
          for (const name of Object.keys(entry.before ?? {})) delete rebuilt[name];
          rebuilt = { ...rebuilt, ...entry.after };
          expect(imageHashOf(rebuilt)).toBe(entry.afterHash);
          lastHash = entry.afterHash;
        }
      }),
    );
  });

  it('keeps the hashes when the images are left out', () => {
    const whole = draftOf(change, recordedAt) as Draft;
    const bare = withoutImages(whole);
    expect(bare).toMatchObject({ omitted: 'images', beforeHash: whole.beforeHash, afterHash: whole.afterHash });
    expect(bare).not.toHaveProperty('before');
    expect(bare).not.toHaveProperty('after');
  });
});

describe('recordDifference', () => {
  const image = { a: 1 };
  it.each([
    ['as the newest entry left it', image, imageHashOf(image), undefined],
    ['never entered', image, undefined, 'no-entry'],
    ['changed since', image, imageHashOf({ a: 2 }), 'differs'],
    ['gone without an entry', undefined, imageHashOf(image), 'missing'],
    ['gone, and its entry says so', undefined, undefined, undefined],
  ])('a record that is %s', (_title, current, hash, expected) => {
    expect(recordDifference(current, hash)).toBe(expected);
  });
});

describe('isTechnical', () => {
  it.each(['Idempotency', 'LinkToken', 'Directory', 'Hold'])('leaves out %s', (entity) => {
    expect(isTechnical(entity)).toBe(true);
  });

  it('enters everything else, also what it has never heard of', () => {
    expect(['Appointment', 'Charge', 'Something', ''].map(isTechnical)).toEqual([false, false, false, false]);
  });
});
