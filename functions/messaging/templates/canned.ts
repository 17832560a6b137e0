import type { Caller } from '../../platform/actor.ts';
import { type Id, newId } from '../../platform/ids.ts';
import { found } from '../../platform/problem.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import { requireRev } from '../inbox/inbox.ts';
import { type CannedReply, cannedRepliesOf, cannedReplyItem, getCannedReply } from './canned-store.ts';

export type { CannedReply } from './canned-store.ts';

type Commit = (items: readonly TransactItem[], after: CannedReply) => Promise<void>;

/** A clinic's canned replies that are offered, by title. */
export const listCannedReplies = async (
  clinicId: Id<'clinic'>,
  language: CannedReply['language'] | undefined,
): Promise<readonly CannedReply[]> =>
  (await cannedRepliesOf(clinicId))
    .filter((reply) => reply.status === 'active' && (language === undefined || reply.language === language))
    .toSorted((one, other) => one.title.localeCompare(other.title, 'en'));

export const createCannedReply = async (
  caller: Caller,
  details: Pick<CannedReply, 'title' | 'language' | 'words'>,
  commit: Commit,
): Promise<CannedReply> => {
  const reply: CannedReply = {
    ...details,
    id: newId('cannedReply', caller.now),
    clinicId: caller.clinicId,
    status: 'active',
    rev: 1,
  };
  await commit([cannedReplyItem(caller, reply)], reply);
  return reply;
};

/** Changes a canned reply, or retires it: what was sent with it stays as it was. */
export const updateCannedReply = async (
  caller: Caller,
  id: Id<'cannedReply'>,
  {
    ifMatch,
    ...details
  }: Pick<CannedReply, 'title' | 'language' | 'words' | 'status'> & {
    readonly ifMatch: number | undefined;
  },
  commit: Commit,
): Promise<CannedReply> => {
  const before = found(await getCannedReply(caller.clinicId, id), 'canned reply');
  requireRev(before, ifMatch);
  const after: CannedReply = { ...before, ...details, rev: before.rev + 1 };
  await commit([cannedReplyItem(caller, after)], after);
  return after;
};
