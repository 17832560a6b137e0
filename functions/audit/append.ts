import type { Temporal } from 'temporal-polyfill';
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256 } from '../platform/ids.ts';
import { log } from '../platform/log.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { ConditionFailed, Contended, transact } from '../platform/store/records.ts';
import type { Change } from '../platform/stream.ts';
import {
  type ChainRef,
  type Draft,
  draftOf,
  type Entry,
  type Head,
  isTechnical,
  link,
  type Unrecordable,
  withoutImages,
} from './core/chain.ts';
import { entryItems, park, readHead } from './store.ts';

/** An item may have 400 KB; its size as JSON is a little above what DynamoDB counts. */
const maxEntryBytes = 380_000;
/** Two items each, of the 100 a transaction takes. */
const maxEntriesPerTransaction = 50;
/** Of the 4 MB a transaction takes. */
const maxTransactionBytes = 3_500_000;
/** How often in a row another writer may be first at the end of a chain. */
const maxLosses = 25;
const lossBaseMillis = 10;

/** A draft with what it weighs. */
interface Weighed {
  readonly draft: Draft;
  readonly bytes: number;
}

/**
 * Enters changes of records into the audit log, each once, in the order given. Safe to repeat with the same changes or
 * some of them, and beside others doing the same. What can never be entered is parked; the rest of the changes does
 * not wait for it.
 * @throws when a chain could not be written; everything before that stays, and repeating the call completes it.
 */
export const appendChanges = async (changes: readonly Change[], now: Temporal.Instant): Promise<void> => {
  const recordedAt = now.toString({ smallestUnit: 'millisecond' });
  const byChain = new Map<string, { readonly ref: ChainRef; readonly drafts: Map<string, Weighed> }>();
  for (const change of changes) {
    if (isTechnical(change.entity)) continue;
    const draft = draftOf(change, recordedAt);
    if (typeof draft === 'string') {
      await parkChange(change, draft, recordedAt);
      continue;
    }
    const weighed = weigh(draft);
    if (weighed.draft.omitted !== undefined) await parkChange(change, 'images-omitted', recordedAt);
    const { clinicId, chain } = draft;
    const key = `${clinicId}#${chain}`;
    const group = byChain.get(key) ?? { ref: { clinicId, chain }, drafts: new Map() };
    group.drafts.set(draft.eventId, weighed);
    byChain.set(key, group);
  }
  const writes = [...byChain.values()].map(({ ref, drafts }) => appendToChain(ref, [...drafts.values()], recordedAt));
  // All of them end before the first failure is thrown: nothing may go on writing after the invocation has answered.
  const outcomes = await Promise.allSettled(writes);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};

const weigh = (draft: Draft): Weighed => {
  const bytes = Buffer.byteLength(canonicalJson(draft));
  if (bytes <= maxEntryBytes) return { draft, bytes };
  const bare = withoutImages(draft);
  return { draft: bare, bytes: Buffer.byteLength(canonicalJson(bare)) };
};

const appendToChain = async (ref: ChainRef, drafts: readonly Weighed[], recordedAt: string): Promise<void> => {
  let waiting = drafts;
  let head = await readHead(ref);
  let maxEntries = maxEntriesPerTransaction;
  let losses = 0;
  while (waiting.length > 0) {
    const batch = takeBatch(waiting, maxEntries);
    const entries = linkAll(head, batch);
    const last = entries.at(-1);
    if (last === undefined) throw new Error('A batch cannot be empty');
    try {
      await transact(entries.flatMap(entryItems));
      count(metricNames.auditEntriesAppended, entries.length);
      head = { seq: last.seq, hash: last.hash };
      waiting = waiting.slice(batch.length);
      losses = 0;
    } catch (error) {
      if (isInvalid(error)) {
        // One entry of the batch cannot be stored: go on one by one, so that it is the only one to suffer.
        if (batch.length > 1) maxEntries = 1;
        else waiting = await giveUpOn(batch[0], waiting, recordedAt);
        continue;
      }
      if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error;
      const entered = enteredBefore(error, batch);
      waiting = waiting.filter(({ draft }) => !entered.has(draft.eventId));
      if (entered.size === 0) {
        losses += 1;
        if (losses > maxLosses) throw new Contended('Others kept writing to the same chain', { cause: error });
        await new Promise((resolve) => setTimeout(resolve, Math.random() * lossBaseMillis * losses));
      }
      head = await readHead(ref);
    }
  }
};

const takeBatch = (waiting: readonly Weighed[], maxEntries: number): readonly Weighed[] => {
  let bytes = 0;
  const end = waiting.findIndex((weighed, index) => {
    bytes += weighed.bytes;
    return index > 0 && (index >= maxEntries || bytes > maxTransactionBytes);
  });
  return end === -1 ? waiting : waiting.slice(0, end);
};

const linkAll = (head: Head, batch: readonly Weighed[]): readonly Entry[] => {
  const entries: Entry[] = [];
  let end = head;
  for (const { draft } of batch) {
    const entry = link(end, draft);
    entries.push(entry);
    end = entry;
  }
  return entries;
};

/** The events of a refused batch whose marker exists: an earlier delivery, or another reader, has entered them. */
const enteredBefore = (error: ConditionFailed | Contended, batch: readonly Weighed[]): ReadonlySet<string> =>
  new Set(
    error instanceof ConditionFailed
      ? batch.filter((_, index) => error.failed[2 * index + 1]).map(({ draft }) => draft.eventId)
      : [],
  );

/** DynamoDB will never take this transaction, however often it is offered. */
const isInvalid = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ValidationException') return true;
  return (
    'CancellationReasons' in error &&
    Array.isArray(error.CancellationReasons) &&
    error.CancellationReasons.some((reason) => reason?.Code === 'ValidationError')
  );
};

/** An entry that is refused by itself: first without its images, then not at all. */
const giveUpOn = async (
  refused: Weighed | undefined,
  waiting: readonly Weighed[],
  recordedAt: string,
): Promise<readonly Weighed[]> => {
  if (refused === undefined) return waiting;
  const { draft } = refused;
  const rest = waiting.slice(1);
  const isBare = draft.omitted !== undefined;
  await parkChange({ ...draft.record, eventId: draft.eventId }, isBare ? 'refused' : 'images-omitted', recordedAt);
  return isBare ? rest : [{ draft: withoutImages(draft), bytes: refused.bytes }, ...rest];
};

const parkChange = async (
  change: Pick<Change, 'eventId' | 'pk' | 'sk' | 'entity'>,
  code: Unrecordable | 'images-omitted' | 'refused',
  recordedAt: string,
): Promise<void> => {
  const changeId = change.eventId || sha256(canonicalJson(change));
  if (!(await park(code === 'refused' ? `${changeId}#refused` : changeId, change, code, recordedAt))) return;
  log.warn('change parked', { eventId: change.eventId, code });
  count(metricNames.recordsParked);
};
