import { Entity } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import { create, get, recordAttributes, recordsTable, type TransactItem } from '../../platform/store/records.ts';
import { phonePartition } from '../consent/phone-partition.ts';

/** What somebody wrote to the clinic's number. */
export interface InboundText {
  /** The carrier's id: what makes a redelivery the same text. */
  readonly inboundMessageId: string;
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  readonly body: string;
  readonly receivedAt: string;
  /** How it was read, and why. */
  readonly intent: string;
  readonly why: string;
  /** Absent when nobody, or more than one patient, uses the number. */
  readonly patientId?: Id<'patient'> | undefined;
}

const InboundTextEntity = new Entity({
  name: 'InboundText',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    phone: string().key(),
    inboundMessageId: string().key(),
    body: string(),
    receivedAt: string(),
    intent: string(),
    why: string(),
    patientId: string().optional(),
  }),
  computeKey: ({ clinicId, phone, inboundMessageId }) => ({
    pk: phonePartition(clinicId, phone),
    sk: `inbound#${inboundMessageId}`,
  }),
});

/** Stores what came in; fails the transaction if it is stored already. */
export const inboundTextItem = (caller: Caller, inbound: InboundText): TransactItem =>
  create(InboundTextEntity, { ...inbound, ...stampOf(caller), rev: 1 });

export const getInboundText = async (
  clinicId: Id<'clinic'>,
  phone: string,
  inboundMessageId: string,
): Promise<InboundText | undefined> => {
  const stored = await get(InboundTextEntity, { clinicId, phone, inboundMessageId });
  if (stored === undefined) return undefined;
  const { body, receivedAt, intent, why, patientId } = stored;
  return {
    clinicId,
    phone,
    inboundMessageId,
    body,
    receivedAt,
    intent,
    why,
    patientId: patientId as Id<'patient'> | undefined,
  };
};
