import { findPatientsByPhone, isNumber, loadPatient, type Patient, searchPatients } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { foldWords } from '../../platform/fold.ts';
import { type Id, newId } from '../../platform/ids.ts';
import { found, Problem } from '../../platform/problem.ts';
import type { Page, QueryPage, TransactItem } from '../../platform/store/records.ts';
import { untilWritten } from '../../platform/until-written.ts';
import {
  answeringInstead,
  answeringReleased,
  answeringTaken,
  assigned,
  closed,
  newThread,
  type Queue,
  reopened,
  seen,
  type Thread,
  tagged,
} from '../core/thread.ts';
import { getMessages, type Message } from '../store.ts';
import {
  getThread,
  getThreads,
  pageOfEntries,
  pageOfNotes,
  pageOfThreads,
  pageOfWritten,
  type ThreadEntry,
  type ThreadNote,
  threadIdOf,
  threadItem,
  threadNoteItem,
  toEntryTime,
} from './thread-store.ts';

/** The clinic's shared inbox: its threads, who has them, and what is in them. What staff write goes out by staff-text.ts. */

export type { Queue, Thread } from '../core/thread.ts';
export type { ThreadEntry, ThreadNote } from './thread-store.ts';

/** Writes a use case's one transaction, with the answer `after`. */
export type CommitThread<T = ThreadOfPeople> = (items: readonly TransactItem[], after: T) => Promise<void>;

/** A thread and whose number it is: nobody's, or a family's. */
export interface ThreadOfPeople {
  readonly thread: Thread;
  readonly patients: readonly Patient[];
}

/** The people of a thread's number, now. */
export const withPeople = async (thread: Thread): Promise<ThreadOfPeople> => ({
  thread,
  patients: await findPatientsByPhone(thread.clinicId, thread.phone),
});

/** One thread of the clinic. @throws Problem `not-found` where nothing was ever sent or received in it */
export const loadThread = async (clinicId: Id<'clinic'>, threadId: Id<'thread'>): Promise<Thread> =>
  found((await getThread(clinicId, threadId)) ?? (await threadOfLines(clinicId, threadId)), 'thread');

/** As long as no person has written in a thread, nothing of it is stored but its lines: what automation sent knows the number. */
const threadOfLines = async (clinicId: Id<'clinic'>, id: Id<'thread'>): Promise<Thread | undefined> => {
  const [line] = (await listLines(clinicId, id, { limit: 1 })).items;
  const message = line?.message;
  return message && newThread({ id, clinicId, phone: message.to }, message.plannedFor);
};

/** Those of some numbers that have anything in them, in their order. */
const threadsOfPhones = async (clinicId: Id<'clinic'>, phones: readonly string[]): Promise<readonly Thread[]> => {
  const ids = [...new Set(phones)].map((phone) => threadIdOf(clinicId, phone));
  const stored = new Map((await getThreads(clinicId, ids)).map((thread) => [thread.id, thread]));
  const threads = await Promise.all(ids.map((id) => stored.get(id) ?? threadOfLines(clinicId, id)));
  return threads.filter((thread) => thread !== undefined);
};

/** The thread of a number; before anybody has written, an empty one of revision 0. */
export const threadOfPhone = async ({ clinicId, now }: Caller, phone: string): Promise<Thread> => {
  const id = threadIdOf(clinicId, phone);
  return (await getThread(clinicId, id)) ?? newThread({ id, clinicId, phone }, toStored(now));
};

/** The thread of a patient's number. @throws Problem `not-found` */
export const threadOfPatient = async (caller: Caller, patientId: Id<'patient'>): Promise<ThreadOfPeople> => {
  const { phone } = found(await loadPatient(caller.clinicId, patientId), 'patient');
  return withPeople(await threadOfPhone(caller, phone));
};

/** Which threads: those of a queue, or those of a number or of people by the beginning of their name. */
export type ThreadList = { readonly queue: Queue | { readonly kind: 'open' } } | { readonly who: string };

/** A page of threads, latest text first; by name, in the order of the names. */
export const listThreads = async (
  { clinicId }: Caller,
  list: ThreadList,
  page: QueryPage & { readonly limit: number },
): Promise<Page<ThreadOfPeople>> => {
  if ('who' in list) {
    const { who } = list;
    const found = isNumber(who) ? { items: [{ phone: who }] } : await searchPatients(clinicId, { who, ...page });
    const phones = found.items.map(({ phone }) => phone);
    const items = await Promise.all((await threadsOfPhones(clinicId, phones)).map(withPeople));
    return { ...found, items };
  }
  const { items, cursor } = await pageOfThreads(clinicId, list.queue, page);
  return { items: await Promise.all(items.map(withPeople)), cursor };
};

/** A line of a thread with, where it went out, the text's own record. */
export interface Line {
  readonly entry: ThreadEntry;
  readonly message?: Message | undefined;
}

/** A thread's texts in both directions, latest first; what is yet to be sent stands before all. */
export const listLines = async (
  clinicId: Id<'clinic'>,
  threadId: Id<'thread'>,
  page: QueryPage,
): Promise<Page<Line>> => {
  const { items, cursor } = await pageOfEntries(clinicId, threadId, page);
  const sent = items.filter(({ direction }) => direction === 'out').map(({ textId }) => textId);
  const byId = new Map((await getMessages(clinicId, sent)).map((message) => [message.id, message]));
  return { items: items.map((entry) => ({ entry, message: byId.get(entry.textId) })), cursor };
};

export const listNotes = (clinicId: Id<'clinic'>, threadId: Id<'thread'>, page: QueryPage): Promise<Page<ThreadNote>> =>
  pageOfNotes(clinicId, threadId, page);

const searchedPerPage = 250;
/** What one search reads at most: 2,000 texts, some 100 read units. */
const searchedAtMost = 2_000;
const enoughFound = 25;

export interface Finding extends Page<ThreadEntry> {
  /** How many texts were looked through. */
  readonly searched: number;
}

/**
 * What people wrote that holds the words, as whole words beginning so, in one thread or in all; latest first. It reads texts
 * one after the other, so it stops after a bounded number of them: the cursor goes on from there.
 */
export const searchWords = async (
  clinicId: Id<'clinic'>,
  {
    words,
    threadId,
    cursor,
  }: {
    readonly words: string;
    readonly threadId?: Id<'thread'> | undefined;
    readonly cursor?: string | undefined;
  },
): Promise<Finding> => {
  const wanted = ` ${foldWords(words)}`;
  const items: ThreadEntry[] = [];
  let searched = 0;
  let next = cursor;
  do {
    const page = { limit: searchedPerPage, cursor: next };
    const read = await (threadId === undefined
      ? pageOfWritten(clinicId, page)
      : pageOfEntries(clinicId, threadId, page));
    searched += read.items.length;
    next = read.cursor;
    items.push(...read.items.filter(({ words: said }) => said !== undefined && ` ${foldWords(said)}`.includes(wanted)));
  } while (next !== undefined && searched < searchedAtMost && items.length < enoughFound);
  return { items, cursor: next, searched };
};

export interface ThreadChange {
  readonly threadId: Id<'thread'>;
  readonly ifMatch?: number | undefined;
}

export const requireRev = ({ rev }: { readonly rev: number }, ifMatch: number | undefined): void => {
  if (ifMatch !== undefined && ifMatch !== rev) throw new Problem('stale', 'Read it again and repeat.');
};

/** Changes a thread by a rule; where the rule changes nothing, nothing is written. */
const changeThread = (
  caller: Caller,
  { threadId, ifMatch }: ThreadChange,
  commit: CommitThread,
  reason: string,
  rule: (thread: Thread) => Thread,
): Promise<ThreadOfPeople> =>
  untilWritten(async () => {
    const before = await withPeople(await loadThread(caller.clinicId, threadId));
    requireRev(before.thread, ifMatch);
    const ruled = rule(before.thread);
    if (ruled === before.thread) {
      await commit([], before);
      return before;
    }
    // Who was nobody's may have been registered since.
    const changed = { ...ruled, isKnown: before.patients.length > 0 };
    const after = { ...before, thread: { ...changed, rev: changed.rev + 1 } };
    await commit([threadItem(caller, changed, reason)], after);
    return after;
  });

/** Gives a thread to a member of staff, or back to all. */
export const assignThread = (
  caller: Caller,
  change: ThreadChange & { readonly to: string | undefined },
  commit: CommitThread,
): Promise<ThreadOfPeople> =>
  changeThread(caller, change, commit, change.to === undefined ? 'unassigned' : 'assigned', (thread) =>
    assigned(thread, change.to),
  );

export const closeThread = (caller: Caller, change: ThreadChange, commit: CommitThread): Promise<ThreadOfPeople> =>
  changeThread(caller, change, commit, 'closed', closed);

export const reopenThread = (caller: Caller, change: ThreadChange, commit: CommitThread): Promise<ThreadOfPeople> =>
  changeThread(caller, change, commit, 'reopened', reopened);

export const markThreadRead = (caller: Caller, change: ThreadChange, commit: CommitThread): Promise<ThreadOfPeople> =>
  changeThread(caller, change, commit, 'read', (thread) => (thread.unread === 0 ? thread : seen(thread)));

export const tagThread = (
  caller: Caller,
  change: ThreadChange & { readonly tags: readonly string[] },
  commit: CommitThread,
): Promise<ThreadOfPeople> => changeThread(caller, change, commit, 'tagged', (thread) => tagged(thread, change.tags));

/** As long as somebody needs for a sentence; whoever writes on takes it again. */
const answeringMinutes = 2;

/** Says that the caller is answering, for two minutes. @throws Problem `being-answered` while another is */
export const takeAnswering = (caller: Caller, change: ThreadChange, commit: CommitThread): Promise<ThreadOfPeople> =>
  changeThread(caller, change, commit, 'being answered', (thread) => {
    const [by, now] = [caller.actor.id, toStored(caller.now)];
    requireNobodyElse(thread, by, now);
    const until = toStored(caller.now.add({ minutes: answeringMinutes }));
    return answeringTaken(thread, { by, now, until }) ?? thread;
  });

export const releaseAnswering = (caller: Caller, change: ThreadChange, commit: CommitThread): Promise<ThreadOfPeople> =>
  changeThread(caller, change, commit, 'no longer being answered', (thread) =>
    answeringReleased(thread, caller.actor.id),
  );

/** @throws Problem `being-answered`, naming who, while somebody else answers */
export const requireNobodyElse = (thread: Thread, by: string, now: string): void => {
  const other = answeringInstead(thread, by, now);
  if (other === undefined) return;
  throw new Problem('being-answered', `${other.by} is answering until ${other.until}. Read what they write first.`);
};

/** Leaves staff a note on a thread. It is never sent. */
export const noteThread = async (
  caller: Caller,
  { threadId, note }: { readonly threadId: Id<'thread'>; readonly note: string },
  commit: CommitThread<ThreadNote>,
): Promise<ThreadNote> => {
  await loadThread(caller.clinicId, threadId);
  const written = {
    id: newId('threadNote', caller.now),
    at: toEntryTime(caller.now),
    by: caller.actor,
    note,
  };
  await commit([threadNoteItem(caller, threadId, written)], written);
  return written;
};
