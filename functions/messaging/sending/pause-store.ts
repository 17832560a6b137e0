import { Entity } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import { get, recordAttributes, recordsTable, save, type TransactItem } from '../../platform/store/records.ts';

/** A clinic's texts are not taken at present, and none is tried before `until`. */
export interface SendingPause {
  readonly clinicId: Id<'clinic'>;
  /** The carrier's word. */
  readonly reason: string;
  readonly since: string;
  /** When a text or two try again. */
  readonly until: string;
  /** When one was taken again. */
  readonly endedAt?: string | undefined;
  readonly rev: number;
}

const SendingPauseEntity = new Entity({
  name: 'SendingPause',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    // `reason` is that of the stamp.
    since: string(),
    until: string(),
    endedAt: string().optional(),
  }),
  computeKey: ({ clinicId }) => ({ pk: `clinic#${clinicId}`, sk: 'sending-pause' }),
});

/** The clinic's last pause, over or not. */
export const getPause = async (clinicId: Id<'clinic'>): Promise<SendingPause | undefined> => {
  const stored = await get(SendingPauseEntity, { clinicId });
  if (stored === undefined) return undefined;
  const { reason = '', since, until, endedAt, rev } = stored;
  return { clinicId, reason, since, until, endedAt, rev };
};

/** Writes revision `rev`: the first must be new, any other replaces the one before it. */
export const pauseItem = (caller: Caller, { reason, ...pause }: SendingPause): TransactItem =>
  save(SendingPauseEntity, { ...pause, ...stampOf(caller, reason) }, pause.rev);
