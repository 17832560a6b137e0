import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  get,
  queryAll,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../../platform/store/records.ts';

/** An answer that staff give often. They may change its words before they send it. */
export interface CannedReply {
  readonly id: Id<'cannedReply'>;
  readonly clinicId: Id<'clinic'>;
  readonly title: string;
  readonly language: 'en' | 'es';
  readonly words: string;
  /** Retired ones are kept and no longer offered. */
  readonly status: 'active' | 'retired';
  readonly rev: number;
}

const CannedReplyEntity = new Entity({
  name: 'CannedReply',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    cannedReplyId: string().key(),
    title: string(),
    language: string().enum('en', 'es'),
    words: string(),
    status: string().enum('active', 'retired'),
  }),
  computeKey: ({ clinicId, cannedReplyId }) => ({ pk: partitionOf(clinicId), sk: cannedReplyId }),
});

const partitionOf = (clinicId: string): string => `clinic#${clinicId}#canned-reply`;

const toCannedReply = (stored: FormattedItem<typeof CannedReplyEntity>): CannedReply => ({
  id: stored.cannedReplyId as Id<'cannedReply'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  title: stored.title,
  language: stored.language,
  words: stored.words,
  status: stored.status,
  rev: stored.rev,
});

/** Writes a canned reply: its first revision, or in place of the one before `rev`. */
export const cannedReplyItem = (caller: Caller, { id: cannedReplyId, ...rest }: CannedReply): TransactItem => {
  const stored = { ...rest, ...stampOf(caller), cannedReplyId };
  return save(CannedReplyEntity, stored, stored.rev);
};

export const getCannedReply = async (
  clinicId: Id<'clinic'>,
  cannedReplyId: Id<'cannedReply'>,
): Promise<CannedReply | undefined> => {
  const stored = await get(CannedReplyEntity, { clinicId, cannedReplyId });
  return stored === undefined ? undefined : toCannedReply(stored);
};

/** All of a clinic's: some dozens. */
export const cannedRepliesOf = async (clinicId: Id<'clinic'>): Promise<readonly CannedReply[]> =>
  (await queryAll(CannedReplyEntity, { partition: partitionOf(clinicId) })).map(toCannedReply);
