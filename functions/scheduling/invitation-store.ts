import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, number, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import { type Id, sha256 } from '../platform/ids.ts';
import {
  create,
  dueKeys,
  get,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  type TransactItem,
} from '../platform/store/records.ts';
import type { Invitation } from './core/invitation-status.ts';

/** All DynamoDB access of scheduling that is about invitations. */

type ClinicId = Id<'clinic'>;

const InvitationEntity = new Entity({
  name: 'Invitation',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...dueKeys,
    clinicId: string().key(),
    appointmentId: string().key(),
    sequence: number().key(),
    patientId: string(),
    method: string().enum('REQUEST', 'CANCEL'),
    status: string().enum('planned', 'claimed', 'sent', 'failed', 'superseded', 'unknown'),
    statusReason: string().optional(),
    dueAt: string(),
    attempts: number(),
    sentAt: string().optional(),
    mailId: string().optional(),
  }),
  computeKey: ({ clinicId, appointmentId, sequence }) => ({
    pk: partitionOf(clinicId, appointmentId),
    sk: String(sequence).padStart(6, '0'),
  }),
});

const partitionOf = (clinicId: string, appointmentId: string): string =>
  `clinic#${clinicId}#invitation#${appointmentId}`;

/** Partitions of the due index that invitations are spread over. */
export const invitationShards = 4;
const duePartition = (shard: number): string => `due#invitations#${shard}`;
const shardOf = (appointmentId: string): number =>
  Number.parseInt(sha256(appointmentId).slice(0, 2), 16) % invitationShards;

const toInvitation = (stored: FormattedItem<typeof InvitationEntity>): Invitation => ({
  clinicId: stored.clinicId as ClinicId,
  appointmentId: stored.appointmentId as Id<'appointment'>,
  sequence: stored.sequence,
  patientId: stored.patientId as Id<'patient'>,
  method: stored.method,
  status: stored.status,
  statusReason: stored.statusReason,
  dueAt: stored.dueAt,
  attempts: stored.attempts,
  sentAt: stored.sentAt,
  mailId: stored.mailId,
  rev: stored.rev,
});

/** Writes an invitation: revision 1 must be new, any other replaces the one before it. In the due index while something is to be done. */
export const invitationItem = (invitation: Invitation, stamp: Stamp): TransactItem => {
  const { appointmentId, sequence, status, dueAt } = invitation;
  const isDue = status === 'planned' || status === 'claimed';
  const stored = {
    ...invitation,
    ...stamp,
    ...(isDue ? { duePk: duePartition(shardOf(appointmentId)), dueSk: `${dueAt}#${appointmentId}#${sequence}` } : {}),
  };
  return invitation.rev === 1
    ? create(InvitationEntity, stored)
    : replace(InvitationEntity, stored, invitation.rev - 1);
};

export const getInvitation = async (
  clinicId: ClinicId,
  key: Pick<Invitation, 'appointmentId' | 'sequence'>,
): Promise<Invitation | undefined> => {
  const stored = await get(InvitationEntity, { clinicId, appointmentId: key.appointmentId, sequence: key.sequence });
  return stored && toInvitation(stored);
};

/** The invitations of a visit, first to last: one per time it was agreed, moved or cancelled. */
export const invitationsOf = async (
  clinicId: ClinicId,
  appointmentId: Id<'appointment'>,
): Promise<readonly Invitation[]> =>
  (await queryAll(InvitationEntity, { partition: partitionOf(clinicId, appointmentId) }, { consistent: true })).map(
    toInvitation,
  );

/** One page of what is due in one shard, longest due first. Read from an index: may lag. */
export const dueInvitations = async (
  shard: number,
  untilStored: string,
  page: QueryPage,
): Promise<Page<Invitation>> => {
  const { items, cursor } = await queryPage(
    InvitationEntity,
    // '~' sorts after the '#' between time and id, so that the second itself is included.
    { index: 'due', partition: duePartition(shard), range: { lte: `${untilStored}~` } },
    page,
  );
  return { items: items.map(toInvitation), cursor };
};
