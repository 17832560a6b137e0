import type { Actor } from '../../platform/actor.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256 } from '../../platform/ids.ts';

/**
 * The audit log as rules. Every change of a record is one entry; the entries of a clinic are spread over 16 chains by
 * their record's partition key, so that the order of one record's changes is kept and no single chain is hot. Each
 * entry carries the hash of the one before: an entry that is edited, removed, swapped or slipped in breaks the chain.
 *
 * What a chain alone cannot show: entries cut off its end, or a chain rewritten from some entry to its end with all
 * hashes made anew. The first is found by comparing the newest entries with the records (`recordDifference`); the
 * second needs a seal kept elsewhere.
 */

/** Where one entry belongs. `chain` is `00` to `15`. */
export interface ChainRef {
  readonly clinicId: string;
  readonly chain: string;
}

export const chainCount = 16;

/** The names of a clinic's chains. */
export const chains: readonly string[] = Array.from({ length: chainCount }, (_, bucket) =>
  String(bucket).padStart(2, '0'),
);

/** The chain that all changes under a partition key go to: SHA-256 of the key, modulo 16 (its last hexadecimal digit). */
export const chainOf = (pk: string): string =>
  String(Number.parseInt(sha256(pk).slice(-1), chainCount)).padStart(2, '0');

/** The clinic a record belongs to by its key, or undefined when its key names none. */
export const clinicOf = (pk: string): string | undefined => /^clinic#([^#]+)/.exec(pk)?.[1];

/** Bookkeeping of the platform, not records of the clinic: no entry is written about them. */
export const technicalEntities = [
  'Attendance',
  'CalendarLink',
  'Directory',
  'FiguresDay',
  'FiguresExport',
  'Hold',
  'HoursMark',
  'Idempotency',
  'LimitCounter',
  'LinkToken',
  'PhoneCode',
  'ThreadEntry',
] as const;

export const isTechnical = (entity: string): boolean => (technicalEntities as readonly string[]).includes(entity);

/** Attributes of a record, as the document client reads them. */
export type Image = Readonly<Record<string, unknown>>;

export type Action = 'created' | 'changed' | 'removed';

/**
 * One entry. It keeps the attributes that changed, not the whole record twice: a day sheet or a form would make each
 * entry many times larger, and since the entry of a record's creation holds all of it, any version can be rebuilt. The
 * hashes of both whole images tie the versions together: `afterHash` of one change is `beforeHash` of the next.
 */
export interface Entry extends ChainRef {
  /** 1, 2, 3, … without gaps. */
  readonly seq: number;
  /** The stream's id of the change: a change is entered once, however often it is delivered. */
  readonly eventId: string;
  /** When the change was made, as its writer stamped it. */
  readonly at: string;
  /** When the entry was written. */
  readonly recordedAt: string;
  readonly who: Actor;
  readonly why?: string | undefined;
  readonly requestId: string;
  readonly record: { readonly pk: string; readonly sk: string; readonly entity: string };
  readonly action: Action;
  /** What the changed attributes were; the whole record if it was removed. */
  readonly before?: Image | undefined;
  /** What the changed attributes are; the whole record if it was created. */
  readonly after?: Image | undefined;
  /** Present when the images did not fit into an entry: the hashes still say which versions they were. */
  readonly omitted?: 'images' | undefined;
  readonly beforeHash?: string | undefined;
  readonly afterHash?: string | undefined;
  readonly prevHash: string;
  /** SHA-256 of the canonical JSON of all of the above. */
  readonly hash: string;
}

/** An entry that has not found its place in a chain yet. */
export type Draft = Omit<Entry, 'seq' | 'prevHash' | 'hash'>;

/** The end of a chain: what the next entry is linked to. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The head of an empty chain. Each chain begins with a hash of its own, so that whole chains cannot be exchanged. */
export const genesis = ({ clinicId, chain }: ChainRef): Head => ({
  seq: 0,
  hash: sha256(`plumbline audit chain\n${clinicId}\n${chain}`),
});

/** The hash an entry must carry. */
export const hashOf = (entry: Omit<Entry, 'hash'>): string => {
  const { hash: _, ...content }: Omit<Entry, 'hash'> & { hash?: unknown } = entry;
  return sha256(canonicalJson(content));
};

/** The hash of a whole record. */
export const imageHashOf = (image: Image): string => sha256(canonicalJson(image));

/** Links a draft to the end of its chain. */
export const link = (head: Head, draft: Draft): Entry => {
  const linked = { ...draft, seq: head.seq + 1, prevHash: head.hash };
  return { ...linked, hash: hashOf(linked) };
};

/** Who made a change that carries no stamp of its own: somebody who wrote past the product. */
export const unknownActor: Actor = { kind: 'system', id: 'unknown' };

/** One change of one record (platform/stream.ts), as far as an entry needs it. */
export interface RecordChange {
  readonly eventId: string;
  readonly pk: string;
  readonly sk: string;
  readonly entity: string;
  readonly before: Image | undefined;
  readonly after: Image | undefined;
}

/** Why a change can never become an entry. */
export type Unrecordable = 'no-event-id' | 'no-clinic' | 'no-image';

/**
 * Makes the draft of a change's entry. The stamp is believed only when this change wrote it: a record whose `rev`,
 * time and request are those of the version before was changed past the product, and one that was removed carries the
 * stamp of its last writer, not of its remover.
 * @param recordedAt the present instant.
 */
export const draftOf = (change: RecordChange, recordedAt: string): Draft | Unrecordable => {
  const { eventId, pk, sk, entity, before, after } = change;
  const clinicId = clinicOf(pk);
  if (eventId === '') return 'no-event-id';
  if (clinicId === undefined) return 'no-clinic';
  if (before === undefined && after === undefined) return 'no-image';
  const stamp = stampOfChange(before, after);
  return {
    clinicId,
    chain: chainOf(pk),
    eventId,
    at: stamp?.at ?? recordedAt,
    recordedAt,
    who: stamp?.who ?? unknownActor,
    ...(stamp?.why !== undefined && { why: stamp.why }),
    requestId: stamp?.requestId ?? 'unknown',
    record: { pk, sk, entity },
    ...imagesOf(before, after),
    ...(before !== undefined && { beforeHash: imageHashOf(before) }),
    ...(after !== undefined && { afterHash: imageHashOf(after) }),
  };
};

const imagesOf = (before: Image | undefined, after: Image | undefined): Pick<Entry, 'action' | 'before' | 'after'> => {
  if (before === undefined) return { action: 'created', after };
  if (after === undefined) return { action: 'removed', before };
  const changed = new Set(
    [...Object.keys(before), ...Object.keys(after)].filter((name) => !isSame(before[name], after[name])),
  );
  const only = (image: Image): Image => Object.fromEntries(Object.entries(image).filter(([name]) => changed.has(name)));
  return { action: 'changed', before: only(before), after: only(after) };
};

const isSame = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);

interface ReadStamp {
  readonly at: string;
  readonly who: Actor;
  readonly why: string | undefined;
  readonly requestId: string;
}

const stampOfChange = (before: Image | undefined, after: Image | undefined): ReadStamp | undefined => {
  if (after === undefined) return undefined;
  const isNew = before === undefined || ['rev', 'changedAt', 'requestId'].some((name) => before[name] !== after[name]);
  const { changedAt, changedBy, requestId, reason } = after;
  if (!isNew || typeof changedAt !== 'string' || typeof requestId !== 'string' || !isActor(changedBy)) return undefined;
  return { at: changedAt, who: changedBy, requestId, why: typeof reason === 'string' ? reason : undefined };
};

const actorKinds: readonly unknown[] = ['staff', 'patient', 'automation', 'system'] satisfies Actor['kind'][];

const isActor = (value: unknown): value is Actor =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  'id' in value &&
  actorKinds.includes(value.kind) &&
  typeof value.id === 'string';

/** Leaves the images out of a draft that is too large to be stored; their hashes stay. */
export const withoutImages = ({ before: _before, after: _after, ...draft }: Draft): Draft => ({
  ...draft,
  omitted: 'images',
});

/** How an entry breaks its chain. */
export type BreakKind =
  /** What is stored is not an entry at all: an attribute is missing, foreign or of another type. */
  | 'malformed'
  /** It says that it belongs to another clinic or chain. */
  | 'wrong-chain'
  /** Its number was taken by the entry before, or is lower. */
  | 'duplicate'
  /** One or more entries before it are missing. */
  | 'gap'
  /** It was edited: its content does not have the hash it carries. */
  | 'hash-differs'
  /** The entry before it was rewritten. */
  | 'previous-differs';

/** The first place where a chain does not hold. */
export interface ChainBreak extends ChainRef {
  readonly kind: BreakKind;
  /** The number the broken entry was expected to have. */
  readonly expectedSeq: number;
  /** The number it carries, when it can be read. */
  readonly seq?: number | undefined;
}

/** The outcome of a walk along one chain: how many entries held, where it ends, and the first that did not hold. */
export interface ChainReport {
  readonly head: Head;
  readonly broken?: ChainBreak | undefined;
}

/** Judges the next entry of a chain. */
export const checkNext = (ref: ChainRef, head: Head, entry: Entry): BreakKind | undefined => {
  if (entry.clinicId !== ref.clinicId || entry.chain !== ref.chain) return 'wrong-chain';
  if (entry.seq <= head.seq) return 'duplicate';
  if (entry.seq !== head.seq + 1) return 'gap';
  if (entry.hash !== hashOf(entry)) return 'hash-differs';
  return entry.prevHash === head.hash ? undefined : 'previous-differs';
};

/** Walks entries in the order in which they are stored and names the first that does not hold. */
export const verifyChain = (ref: ChainRef, entries: Iterable<Entry>, from: Head = genesis(ref)): ChainReport => {
  let head = from;
  for (const entry of entries) {
    const kind = checkNext(ref, head, entry);
    if (kind !== undefined) return { head, broken: { ...ref, kind, expectedSeq: head.seq + 1, seq: entry.seq } };
    head = { seq: entry.seq, hash: entry.hash };
  }
  return { head };
};

/** How a record differs from what the audit log last said of it. */
export type RecordDifference =
  /** No entry tells of it. */
  | 'no-entry'
  /** It is not as its newest entry left it. */
  | 'differs'
  /** Its newest entry left it in place, and it is gone. */
  | 'missing';

/**
 * Compares a record as it is with the newest entry about it. Finds what a chain alone cannot: entries cut off the end,
 * and changes the stream never told of.
 * @param lastHash `afterHash` of the newest entry, undefined when it removed the record or when there is none.
 */
export const recordDifference = (
  current: Image | undefined,
  lastHash: string | undefined,
): RecordDifference | undefined => {
  if (current === undefined) return lastHash === undefined ? undefined : 'missing';
  if (lastHash === undefined) return 'no-entry';
  return imageHashOf(current) === lastHash ? undefined : 'differs';
};
