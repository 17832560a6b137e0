import { Entity } from 'dynamodb-toolbox/entity';
import { item, list, map, number, string } from 'dynamodb-toolbox/schema';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { get, recordAttributes, recordsTable, save, type TransactItem } from '../platform/store/records.ts';
import type { Companion } from './core/types.ts';

/** All DynamoDB access of holds: what the day sheets call `hld_...`. */

export const holdStatuses = ['held', 'released', 'booked'] as const;
/** `held` says nothing about now: a hold that has expired stays so. */
export type HoldStatus = (typeof holdStatuses)[number];

/** Who asked for a hold. Strangers can only use and release what strangers hold. */
export const holdSides = ['staff', 'public'] as const;
export type HoldSide = (typeof holdSides)[number];

/** Time kept for somebody who is about to book it. */
export interface Hold {
  readonly id: Id<'hold'>;
  readonly clinicId: Id<'clinic'>;
  readonly side: HoldSide;
  readonly status: HoldStatus;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  /** RFC 3339 in UTC. */
  readonly start: string;
  /** The zone the provider's days are counted in. */
  readonly zone: string;
  /** What else it keeps: a room, a second provider. */
  readonly companions: readonly Companion[];
  /** RFC 3339 in UTC: from then on it is as if it were not there. */
  readonly expiresAt: string;
  readonly rev: number;
}

/** A technical item: it expires, its day sheets tell its story, and the audit stream leaves it out. */
const HoldEntity = new Entity({
  name: 'Hold',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    id: string().key(),
    side: string().enum(...holdSides),
    status: string().enum(...holdStatuses),
    providerId: string(),
    typeId: string(),
    start: string(),
    zone: string(),
    companions: list(map({ id: string(), zone: string() })),
    /** Judged on reading. */
    expiresAt: string(),
    /** When DynamoDB may delete it. */
    expiresAtEpochSeconds: number(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#hold#${id}`, sk: 'hold' }),
});

/** Kept for a day, so that a late release or booking is told what became of it. */
const keepSeconds = 24 * 3600;

/** A hold of this clinic, whatever became of it; undefined also when it is long gone. */
export const getHold = async (clinicId: Id<'clinic'>, id: Id<'hold'>): Promise<Hold | undefined> => {
  const stored = await get(HoldEntity, { clinicId, id });
  if (stored === undefined) return undefined;
  return {
    id,
    clinicId,
    side: stored.side,
    status: stored.status,
    providerId: stored.providerId as Id<'provider'>,
    typeId: stored.typeId as Id<'appointmentType'>,
    start: stored.start,
    zone: stored.zone,
    companions: stored.companions as readonly Companion[],
    expiresAt: stored.expiresAt,
    rev: stored.rev,
  };
};

/** Writes a hold: revision 1 must be new, any other replaces the one before it. */
export const holdItem = (caller: Caller, hold: Hold): TransactItem => {
  const stored = {
    ...hold,
    ...stampOf(caller),
    companions: [...hold.companions],
    expiresAtEpochSeconds: Math.floor(Date.parse(hold.expiresAt) / 1000) + keepSeconds,
  };
  return save(HoldEntity, stored, hold.rev);
};
