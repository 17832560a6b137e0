import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { badFields } from '../platform/problem.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { getHold, type Hold, type HoldSide, holdItem } from './hold-store.ts';
import type { Held } from './occupancy.ts';

/** What a booking does with a hold: whose time it takes over, and what it writes besides. */
export interface HoldUse {
  readonly insteadOf?: Held | undefined;
  readonly items: readonly TransactItem[];
}

/**
 * What it takes to book a held time. A hold that has expired, was released or became a visit is no hold: the time is
 * booked if it is free. So is one that never was, since expired ones are deleted some time.
 * @throws Problem `bad-input` when the hold is of another start, provider or type than the booking.
 */
export const useHold = async (
  caller: Caller,
  side: HoldSide,
  booking: Pick<Hold, 'providerId' | 'typeId' | 'start'> & { readonly holdId?: Id<'hold'> | undefined },
): Promise<HoldUse> => {
  const { holdId, providerId, typeId, start } = booking;
  const hold = holdId === undefined ? undefined : await visibleHold(caller, side, holdId);
  if (hold === undefined) return { items: [] };
  if (hold.providerId !== providerId || hold.typeId !== typeId || hold.start !== start) {
    throw badFields([{ field: 'body.holdId', message: 'Holds another time, provider or type of visit' }]);
  }
  if (!isHeld(hold, caller.now)) return { items: [] };
  return { insteadOf: timeOf(hold), items: [holdItem(caller, { ...hold, status: 'booked', rev: hold.rev + 1 })] };
};

/** Staff see every hold of their clinic; to a stranger those of staff do not exist. */
export const visibleHold = async ({ clinicId }: Caller, side: HoldSide, id: Id<'hold'>): Promise<Hold | undefined> => {
  const hold = await getHold(clinicId, id);
  return side === 'staff' || hold?.side === 'public' ? hold : undefined;
};

/** The same comparison as that of its interval on the day sheets: both end at once. */
export const isHeld = ({ status, expiresAt }: Hold, now: Temporal.Instant): boolean =>
  status === 'held' && Date.parse(expiresAt) > now.epochMilliseconds;

/** What a hold has on the day sheets. */
export const timeOf = (hold: Hold): Held => ({
  heldBy: hold.id,
  start: Temporal.Instant.from(hold.start),
  resources: [{ id: hold.providerId, zone: hold.zone }, ...hold.companions],
});
