import type { Id } from '../../platform/ids.ts';

/**
 * The conversation with one number, as the people of the clinic see it. Pure: a thread and what happened make the thread
 * after it, or say why not.
 *
 * A text that automation has dealt with (a C, a number that was asked for) does not wait for anybody; what a human must
 * read opens the thread again, whoever closed it. While a human has it, everything in it waits for them; once staff have
 * written, automation takes nothing for its own but C and R, STOP, START, HELP and red flags: a yes may answer the staff.
 */
export interface Thread {
  readonly id: Id<'thread'>;
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  readonly status: 'open' | 'closed';
  /** Whether a patient used the number when it last wrote or was written to. */
  readonly isKnown: boolean;
  /** The member of staff (their sign-in's id) who has taken it. */
  readonly assignedTo?: string | undefined;
  readonly tags: readonly string[];
  /** Texts that wait for a human: to be read, or written in vain. */
  readonly unread: number;
  /** Of the last text from the number, or from staff to it. */
  readonly lastAt: string;
  readonly lastInboundAt?: string | undefined;
  readonly lastStaffAt?: string | undefined;
  /** Who is writing an answer just now, and until when that counts. */
  readonly answering?: Lease | undefined;
  /** The evening (its local date) on which the number was told that nobody is there. */
  readonly afterHoursOn?: string | undefined;
  /** 0: nothing is stored yet. */
  readonly rev: number;
}

export interface Lease {
  readonly by: string;
  readonly until: string;
}

/** Where a thread waits. Each is in exactly one. */
export type Queue =
  | { readonly kind: 'closed' }
  /** Nobody knows the number: apart, so that a wrong number does not stand among the patients. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unassigned' }
  | { readonly kind: 'assigned'; readonly to: string };

export const queueOf = ({ status, isKnown, assignedTo }: Thread): Queue => {
  if (status === 'closed') return { kind: 'closed' };
  if (assignedTo !== undefined) return { kind: 'assigned', to: assignedTo };
  return isKnown ? { kind: 'unassigned' } : { kind: 'unknown' };
};

/** A number's thread before anything is in it. */
export const newThread = (of: Pick<Thread, 'id' | 'clinicId' | 'phone'>, at: string): Thread => ({
  ...of,
  status: 'closed',
  isKnown: false,
  tags: [],
  unread: 0,
  lastAt: at,
  rev: 0,
});

const maxUnread = 999;

/** The number has written. `isForHuman`: nothing else has dealt with it. */
export const received = (
  thread: Thread,
  { at, isKnown, isForHuman }: { readonly at: string; readonly isKnown: boolean; readonly isForHuman: boolean },
): Thread => {
  const waits = isForHuman || thread.status === 'open';
  return {
    ...thread,
    isKnown,
    status: waits ? 'open' : 'closed',
    unread: waits ? Math.min(maxUnread, thread.unread + 1) : 0,
    lastAt: at,
    lastInboundAt: at,
  };
};

/** Staff have written: what was unread is answered, and whoever wrote is done writing. */
export const replied = (thread: Thread, { at, by }: { readonly at: string; readonly by: string }): Thread => ({
  ...thread,
  status: 'open',
  unread: 0,
  lastAt: at,
  lastStaffAt: at,
  answering: thread.answering?.by === by ? undefined : thread.answering,
});

/** What staff wrote ahead of time goes out: they have the word, whoever has the thread. */
export const wentOut = (thread: Thread, at: string): Thread => ({ ...thread, lastAt: at, lastStaffAt: at });

/** What staff wrote did not arrive: it waits for them again. */
export const writtenInVain = (thread: Thread): Thread => ({
  ...thread,
  status: 'open',
  unread: Math.min(maxUnread, thread.unread + 1),
});

export const assigned = (thread: Thread, to: string | undefined): Thread => ({
  ...thread,
  status: 'open',
  assignedTo: to,
});

/** Nobody keeps a closed thread: what comes next is for whoever is there. */
export const closed = (thread: Thread): Thread => ({
  ...thread,
  status: 'closed',
  assignedTo: undefined,
  answering: undefined,
  unread: 0,
});

export const reopened = (thread: Thread): Thread => ({ ...thread, status: 'open' });

export const seen = (thread: Thread): Thread => ({ ...thread, unread: 0 });

/** As they were given, each once. */
export const tagged = (thread: Thread, tags: readonly string[]): Thread => ({ ...thread, tags: [...new Set(tags)] });

/** Who is answering now, unless it is `by` themselves. */
export const answeringInstead = ({ answering }: Thread, by: string, now: string): Lease | undefined =>
  answering !== undefined && answering.by !== by && now < answering.until ? answering : undefined;

/** `by` is answering until `until`, or undefined while another is. */
export const answeringTaken = (
  thread: Thread,
  { by, now, until }: { readonly by: string; readonly now: string; readonly until: string },
): Thread | undefined =>
  answeringInstead(thread, by, now) === undefined ? { ...thread, answering: { by, until } } : undefined;

/** The same thread where somebody else is answering. */
export const answeringReleased = (thread: Thread, by: string): Thread =>
  thread.answering?.by === by ? { ...thread, answering: undefined } : thread;

/** Whether staff have written in it at or after an instant. */
export const staffWroteSince = ({ lastStaffAt }: Thread, since: string): boolean =>
  lastStaffAt !== undefined && since <= lastStaffAt;

/** Whether a human has taken over: the thread is somebody's, or staff wrote in it since `since`. */
export const isHeldByHuman = (thread: Thread, since: string): boolean =>
  (thread.status === 'open' && thread.assignedTo !== undefined) || staffWroteSince(thread, since);
