import { Entity } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import { check, create, get, recordAttributes, recordsTable, type TransactItem } from '../../platform/store/records.ts';

/** A patient wants no e-mail in the place of texts. */
const MailRefusalEntity = new Entity({
  name: 'MailRefusal',
  table: recordsTable,
  timestamps: false,
  schema: item({ ...recordAttributes, clinicId: string().key(), patientId: string().key(), at: string() }),
  computeKey: ({ clinicId, patientId }) => ({ pk: `clinic#${clinicId}#patient#${patientId}`, sk: 'mail-refusal' }),
});

/** Records it; fails the transaction where it is recorded already. */
export const mailRefusalItem = (caller: Caller, patientId: Id<'patient'>, at: string): TransactItem =>
  create(MailRefusalEntity, { ...stampOf(caller), clinicId: caller.clinicId, patientId, at, rev: 1 });

/** Since when a patient wants none, if so. */
export const mailRefusedAt = async (clinicId: Id<'clinic'>, patientId: Id<'patient'>): Promise<string | undefined> =>
  (await get(MailRefusalEntity, { clinicId, patientId }))?.at;

/** Holds a transaction to the patient not having refused. */
export const noMailRefusalItem = (clinicId: Id<'clinic'>, patientId: Id<'patient'>): TransactItem =>
  check(MailRefusalEntity, { clinicId, patientId }, { attr: 'at', exists: false });
