import type { Caller } from '../../platform/actor.ts';
import { optionalEnv } from '../../platform/config.ts';
import type { Commit, Implementations } from '../../platform/http/api.ts';
import { badFields } from '../../platform/problem.ts';
import { isStaffOf, listStaff } from '../../platform/staff.ts';
import type { inboxRoutes } from '../contract/inbox.ts';
import { type CannedReply, createCannedReply, listCannedReplies, updateCannedReply } from '../templates/canned.ts';
import {
  assignThread,
  type CommitThread,
  closeThread,
  listLines,
  listNotes,
  listThreads,
  loadThread,
  markThreadRead,
  noteThread,
  releaseAnswering,
  reopenThread,
  searchWords,
  type ThreadChange,
  type ThreadList,
  type ThreadOfPeople,
  tagThread,
  takeAnswering,
  threadOfPatient,
  withPeople,
} from './inbox.ts';
import { cannedReplyView, entryView, lineView, staffTextView, threadView, writtenView } from './inbox-view.ts';
import { cancelStaffText, type StaffTextCommand, writeStaffText } from './staff-text.ts';

/** The inbox over HTTP. */

type Change = (caller: Caller, change: ThreadChange, commit: CommitThread) => Promise<ThreadOfPeople>;

interface OfThread {
  readonly caller: Caller;
  readonly params: { readonly threadId: ThreadChange['threadId'] };
  readonly ifMatch: number | undefined;
  readonly commit: Commit;
}

/** Changes a thread and answers with it. */
const change = async (by: Change, { caller, params, ifMatch, commit }: OfThread) => ({
  body: threadView(await by(caller, { ...params, ifMatch }, (items, after) => commit(items, threadView(after)))),
});

const write = async (caller: Caller, command: StaffTextCommand, commit: Commit) => {
  const by = caller.actor.id;
  return {
    body: writtenView(
      await writeStaffText(caller, command, (items, after) => commit(items, writtenView(after, by))),
      by,
    ),
  };
};

/** A thread given to somebody who is not there would be nobody's, and wait in no queue that anybody looks at. */
const requireStaff = async ({ clinicId, actor }: Caller, staffId: string): Promise<void> => {
  if (staffId === actor.id || (await isStaffOf(clinicId, { id: staffId, permission: 'texts:write' }))) return;
  throw badFields([{ field: 'body.staffId', message: 'Must be one of those that GET /v1/staff lists' }]);
};

const listOf = (
  caller: Caller,
  query: {
    readonly queue?: 'open' | 'unassigned' | 'mine' | 'assigned' | 'unknown' | 'closed' | undefined;
    readonly staffId?: string | undefined;
  },
): ThreadList => {
  const { queue = 'open' } = query;
  if (queue === 'mine') return { queue: { kind: 'assigned', to: caller.actor.id } };
  return { queue: queue === 'assigned' ? { kind: queue, to: query.staffId ?? caller.actor.id } : { kind: queue } };
};

const cannedView = (reply: CannedReply) => cannedReplyView(reply, optionalEnv('PUBLIC_URL'));

export const inbox: Implementations<typeof inboxRoutes> = {
  listThreads: async ({ caller, query }) => {
    const { items, cursor } = await listThreads(caller, listOf(caller, query), query);
    const { tag } = query;
    const shown = tag === undefined ? items : items.filter(({ thread }) => thread.tags.includes(tag));
    return { body: { items: shown.map(threadView), cursor } };
  },

  findThreads: async ({ caller, body: { who, ...page } }) => {
    const { items, cursor } = await listThreads(caller, { who }, page);
    return { body: { items: items.map(threadView), cursor } };
  },

  getThread: async ({ caller, params }) => ({
    body: threadView(await withPeople(await loadThread(caller.clinicId, params.threadId))),
  }),

  getPatientThread: async ({ caller, params }) => ({
    body: threadView(await threadOfPatient(caller, params.patientId)),
  }),

  listThreadTexts: async ({ caller: { clinicId }, params: { threadId }, query }) => {
    await loadThread(clinicId, threadId);
    const { items, cursor } = await listLines(clinicId, threadId, query);
    return { body: { items: items.map(lineView), cursor } };
  },

  searchTexts: async ({ caller, body }) => {
    const { items, searched, cursor } = await searchWords(caller.clinicId, body);
    return {
      body: { items: items.map((entry) => ({ ...entryView(entry), threadId: entry.threadId })), searched, cursor },
    };
  },

  answerThread: async ({ caller, params, body, ifMatch, commit }) =>
    write(caller, { ...body, to: params, ifMatch }, commit),

  textPatient: async ({ caller, params, body, commit }) => write(caller, { ...body, to: params }, commit),

  cancelStaffText: async ({ caller, params, commit }) => ({
    body: staffTextView(await cancelStaffText(caller, params, (items, after) => commit(items, staffTextView(after)))),
  }),

  listStaff: async ({ caller }) => ({ body: { items: await listStaff(caller.clinicId, 'texts:write') } }),

  assignThread: async (request) => {
    const { staffId: to = request.caller.actor.id } = request.body;
    await requireStaff(request.caller, to);
    return change((caller, which, commit) => assignThread(caller, { ...which, to }, commit), request);
  },

  unassignThread: async (request) =>
    change((caller, which, commit) => assignThread(caller, { ...which, to: undefined }, commit), request),

  closeThread: async (request) => change(closeThread, request),
  reopenThread: async (request) => change(reopenThread, request),
  markThreadRead: async (request) => change(markThreadRead, request),
  takeAnswering: async (request) => change(takeAnswering, request),
  releaseAnswering: async (request) => change(releaseAnswering, request),

  tagThread: async (request) => {
    const { tags } = request.body;
    return change((caller, which, commit) => tagThread(caller, { ...which, tags }, commit), request);
  },

  listThreadNotes: async ({ caller: { clinicId }, params: { threadId }, query }) => {
    await loadThread(clinicId, threadId);
    return { body: await listNotes(clinicId, threadId, query) };
  },

  noteThread: async ({ caller, params, body, commit }) => ({
    body: await noteThread(caller, { ...params, ...body }, commit),
  }),

  listCannedReplies: async ({ caller, query }) => ({
    body: { items: (await listCannedReplies(caller.clinicId, query.language)).map(cannedView) },
  }),

  createCannedReply: async ({ caller, body, commit }) => ({
    body: cannedView(await createCannedReply(caller, body, (items, after) => commit(items, cannedView(after)))),
  }),

  updateCannedReply: async ({ caller, params, body, ifMatch, commit }) => ({
    body: cannedView(
      await updateCannedReply(caller, params.cannedReplyId, { ...body, ifMatch }, (items, after) =>
        commit(items, cannedView(after)),
      ),
    ),
  }),
};
