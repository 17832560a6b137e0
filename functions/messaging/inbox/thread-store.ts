import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { boolean, item, list, map, number, string } from 'dynamodb-toolbox/schema';
import { Temporal } from 'temporal-polyfill';
import type { Actor, Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import { derivedId, type Id } from '../../platform/ids.ts';
import {
  create,
  get,
  getMany,
  lookupKeys,
  type Page,
  put,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  save,
  searchKeys,
  type TransactItem,
} from '../../platform/store/records.ts';
import { type Queue, queueOf, type Thread } from '../core/thread.ts';

const threadPartition = (clinicId: string, threadId: string): string => `clinic#${clinicId}#thread#${threadId}`;

/** The thread of a number: the same number always has the same, and no address on the internet names the number. */
export const threadIdOf = (clinicId: Id<'clinic'>, phone: string): Id<'thread'> =>
  derivedId('thread', [clinicId, phone]);

const ThreadEntity = new Entity({
  name: 'Thread',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    ...searchKeys,
    clinicId: string().key(),
    threadId: string().key(),
    phone: string(),
    status: string().enum('open', 'closed'),
    isKnown: boolean(),
    assignedTo: string().optional(),
    tags: list(string()),
    unread: number(),
    lastAt: string(),
    lastInboundAt: string().optional(),
    lastStaffAt: string().optional(),
    answering: map({ by: string(), until: string() }).optional(),
    afterHoursOn: string().optional(),
  }),
  computeKey: ({ clinicId, threadId }) => ({ pk: threadPartition(clinicId, threadId), sk: 'thread' }),
});

const queuePartition = (clinicId: string, queue: Queue): string =>
  `clinic#${clinicId}#threads#${queue.kind === 'assigned' ? `assigned#${queue.to}` : queue.kind}`;

/** All that is open with people the clinic knows, whoever has it. */
const openPartition = (clinicId: string): string => `clinic#${clinicId}#open-threads`;

const toThread = (stored: FormattedItem<typeof ThreadEntity>): Thread => ({
  id: stored.threadId as Id<'thread'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  phone: stored.phone,
  status: stored.status,
  isKnown: stored.isKnown,
  assignedTo: stored.assignedTo,
  tags: stored.tags,
  unread: stored.unread,
  lastAt: stored.lastAt,
  lastInboundAt: stored.lastInboundAt,
  lastStaffAt: stored.lastStaffAt,
  answering: stored.answering,
  afterHoursOn: stored.afterHoursOn,
  rev: stored.rev,
});

/** Writes a thread in place of the revision read, which its `rev` still names. */
export const threadItem = (caller: Caller, { id: threadId, ...thread }: Thread, reason: string): TransactItem => {
  const sk = `${thread.lastAt}#${threadId}`;
  const stored = {
    ...thread,
    ...stampOf(caller, reason),
    threadId,
    tags: [...thread.tags],
    answering: thread.answering === undefined ? undefined : { ...thread.answering },
    lookupPk: queuePartition(thread.clinicId, queueOf({ ...thread, id: threadId })),
    lookupSk: sk,
    ...(thread.status === 'open' && thread.isKnown ? { searchPk: openPartition(thread.clinicId), searchSk: sk } : {}),
    rev: thread.rev + 1,
  };
  return save(ThreadEntity, stored, stored.rev);
};

export const getThread = async (clinicId: Id<'clinic'>, threadId: Id<'thread'>): Promise<Thread | undefined> => {
  const stored = await get(ThreadEntity, { clinicId, threadId });
  return stored === undefined ? undefined : toThread(stored);
};

/** Those that exist of some threads, in no order. */
export const getThreads = async (
  clinicId: Id<'clinic'>,
  threadIds: readonly Id<'thread'>[],
): Promise<readonly Thread[]> =>
  (
    await getMany(
      ThreadEntity,
      [...new Set(threadIds)].map((threadId) => ({ clinicId, threadId })),
    )
  ).map(toThread);

/** The threads of a queue, or all that are open, latest text first. */
export const pageOfThreads = async (
  clinicId: Id<'clinic'>,
  queue: Queue | { readonly kind: 'open' },
  page: QueryPage,
): Promise<Page<Thread>> => {
  const query =
    queue.kind === 'open'
      ? { index: 'search' as const, partition: openPartition(clinicId) }
      : { index: 'lookup' as const, partition: queuePartition(clinicId, queue) };
  const { items, cursor } = await queryPage(ThreadEntity, query, { ...page, reverse: true });
  return { items: items.map(toThread), cursor };
};

/**
 * One line of a thread: which text, when, and what a person wrote. The text itself is a record of its own (InboundText,
 * Message) and says what became of it; this one gives both directions one order, and words something to be searched by.
 */
export interface ThreadEntry {
  readonly threadId: Id<'thread'>;
  /** When it came, was sent, or is to be sent. To the millisecond: a person may write twice in a second. */
  readonly at: string;
  readonly direction: 'in' | 'out';
  /** The carrier's id of what came in, ours of what went out. */
  readonly textId: string;
  /** What a person wrote; absent for what automation sends. */
  readonly words?: string | undefined;
  /** How what came in was read. */
  readonly intent?: string | undefined;
  /** Whether what came in was left to a human; absent on lines from before this was kept. */
  readonly isForHuman?: boolean | undefined;
  /** Who of the staff wrote it. */
  readonly by?: string | undefined;
}

/** An instant as a line of a thread has it. */
export const toEntryTime = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'millisecond' });

/** A technical item: it never changes, and what it repeats stands in records. */
const ThreadEntryEntity = new Entity({
  name: 'ThreadEntry',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...searchKeys,
    clinicId: string().key(),
    threadId: string().key(),
    at: string().key(),
    direction: string().enum('in', 'out').key(),
    textId: string().key(),
    words: string().optional(),
    intent: string().optional(),
    isForHuman: boolean().optional(),
    by: string().optional(),
  }),
  computeKey: ({ clinicId, threadId, at, direction, textId }) => ({
    pk: threadPartition(clinicId, threadId),
    // Of one millisecond, what came in stands before its answer.
    sk: `text#${at}#${direction}#${textId}`,
  }),
});

const wordsPartition = (clinicId: string): string => `clinic#${clinicId}#written`;

/** Enters a text into its thread. Written again, it is the same line. */
export const threadEntryItem = (clinicId: Id<'clinic'>, entry: ThreadEntry): TransactItem =>
  put(ThreadEntryEntity, {
    ...entry,
    clinicId,
    ...(entry.words === undefined
      ? {}
      : { searchPk: wordsPartition(clinicId), searchSk: `${entry.at}#${entry.direction}#${entry.textId}` }),
  });

const toEntry = (stored: FormattedItem<typeof ThreadEntryEntity>): ThreadEntry => ({
  threadId: stored.threadId as Id<'thread'>,
  at: stored.at,
  direction: stored.direction,
  textId: stored.textId,
  words: stored.words,
  intent: stored.intent,
  isForHuman: stored.isForHuman,
  by: stored.by,
});

/** A thread's texts, both directions in one order, latest first; what is yet to be sent stands before all. */
export const pageOfEntries = async (
  clinicId: Id<'clinic'>,
  threadId: Id<'thread'>,
  page: QueryPage,
): Promise<Page<ThreadEntry>> => {
  const { items, cursor } = await queryPage(
    ThreadEntryEntity,
    { partition: threadPartition(clinicId, threadId), range: { beginsWith: 'text#' } },
    { ...page, reverse: true, consistent: true },
  );
  return { items: items.map(toEntry), cursor };
};

/** What staff wrote in a thread to be sent from one instant (as stored, to the second) to another, oldest first. */
export const staffEntriesBetween = async (
  clinicId: Id<'clinic'>,
  threadId: Id<'thread'>,
  from: string,
  to: string,
): Promise<readonly ThreadEntry[]> =>
  (
    await queryAll(ThreadEntryEntity, {
      partition: threadPartition(clinicId, threadId),
      range: { between: [`text#${toEntryTime(Temporal.Instant.from(from))}`, `text#${to}`] },
    })
  )
    .map(toEntry)
    .filter(({ by }) => by !== undefined);

/** What people wrote, in all of a clinic's threads, latest first. */
export const pageOfWritten = async (clinicId: Id<'clinic'>, page: QueryPage): Promise<Page<ThreadEntry>> => {
  const { items, cursor } = await queryPage(
    ThreadEntryEntity,
    { index: 'search', partition: wordsPartition(clinicId) },
    { ...page, reverse: true },
  );
  return { items: items.map(toEntry), cursor };
};

/** What people wrote from one instant to before another, oldest first. */
export const writtenBetween = async (
  clinicId: Id<'clinic'>,
  from: string,
  to: string,
): Promise<readonly ThreadEntry[]> =>
  (
    await queryAll(ThreadEntryEntity, {
      index: 'search',
      partition: wordsPartition(clinicId),
      range: { between: [from, to] },
    })
  ).map(toEntry);

/** What staff tell each other about a thread. Never sent, never changed. */
export interface ThreadNote {
  readonly id: Id<'threadNote'>;
  readonly at: string;
  readonly by: Actor;
  readonly note: string;
}

const ThreadNoteEntity = new Entity({
  name: 'ThreadNote',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    threadId: string().key(),
    at: string().key(),
    noteId: string().key(),
    note: string(),
  }),
  computeKey: ({ clinicId, threadId, at, noteId }) => ({
    pk: threadPartition(clinicId, threadId),
    sk: `note#${at}#${noteId}`,
  }),
});

export const threadNoteItem = (
  caller: Caller,
  threadId: Id<'thread'>,
  { id: noteId, at, note }: Omit<ThreadNote, 'by'>,
): TransactItem =>
  create(ThreadNoteEntity, { clinicId: caller.clinicId, threadId, at, noteId, note, ...stampOf(caller), rev: 1 });

/** A thread's notes, latest first. */
export const pageOfNotes = async (
  clinicId: Id<'clinic'>,
  threadId: Id<'thread'>,
  page: QueryPage,
): Promise<Page<ThreadNote>> => {
  const { items, cursor } = await queryPage(
    ThreadNoteEntity,
    { partition: threadPartition(clinicId, threadId), range: { beginsWith: 'note#' } },
    { ...page, reverse: true, consistent: true },
  );
  return {
    items: items.map(({ noteId, at, changedBy, note }) => ({
      id: noteId as Id<'threadNote'>,
      at,
      by: changedBy,
      note,
    })),
    cursor,
  };
};
