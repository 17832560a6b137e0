import { Entity } from 'dynamodb-toolbox/entity';
import { boolean, item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { create, queryAll, recordAttributes, recordsTable, type TransactItem } from '../platform/store/records.ts';
import { phonePartition } from './phone-partition.ts';

/** Which sending a number has agreed to. */
export const consentCategories = ['treatment'] as const;
export type ConsentCategory = (typeof consentCategories)[number];

export type ConsentSource = 'web-form' | 'staff' | 'text' | 'carrier';

/** One agreement or refusal, as it was given. Never changed, never deleted. */
export interface ConsentEntry {
  readonly id: Id<'consent'>;
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  readonly at: string;
  readonly patientId?: Id<'patient'> | undefined;
  /** `all` is an opt-out (or its end) of every category. */
  readonly category: ConsentCategory | 'all';
  readonly granted: boolean;
  readonly how: ConsentSource;
  /** The exact words agreed to, or the words that said stop. */
  readonly wording: string;
  readonly wordingVersion: string;
}

const ConsentEntity = new Entity({
  name: 'Consent',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    phone: string().key(),
    at: string().key(),
    consentId: string().key(),
    patientId: string().optional(),
    category: string().enum(...consentCategories, 'all'),
    granted: boolean(),
    how: string().enum('web-form', 'staff', 'text', 'carrier'),
    wording: string(),
    wordingVersion: string(),
  }),
  computeKey: ({ clinicId, phone, at, consentId }) => ({
    pk: phonePartition(clinicId, phone),
    sk: `consent#${at}#${consentId}`,
  }),
});

export const consentItem = (caller: Caller, { id: consentId, ...entry }: ConsentEntry): TransactItem =>
  create(ConsentEntity, { ...entry, ...stampOf(caller), consentId, rev: 1 });

/** Everything a number has agreed to and refused, oldest first. */
export const consentsOf = async (clinicId: Id<'clinic'>, phone: string): Promise<readonly ConsentEntry[]> => {
  const stored = await queryAll(
    ConsentEntity,
    { partition: phonePartition(clinicId, phone), range: { beginsWith: 'consent#' } },
    { consistent: true },
  );
  return stored.map((entry) => ({
    id: entry.consentId as Id<'consent'>,
    clinicId,
    phone,
    at: entry.at,
    patientId: entry.patientId as Id<'patient'> | undefined,
    category: entry.category,
    granted: entry.granted,
    how: entry.how,
    wording: entry.wording,
    wordingVersion: entry.wordingVersion,
  }));
};
