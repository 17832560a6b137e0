import { Temporal } from 'temporal-polyfill';
import { type Caller, stampOf } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { type Offer, type OfferStatus, type WaitingEntry, waitingTransitions } from './core/waiting-list.ts';
import { giveBack, type Held } from './occupancy.ts';
import { sheetItem } from './store.ts';
import { getOpening, offerItem, openingItem, waitingEntryItem } from './waiting-list-store.ts';

/** What an offer keeps on the day sheets. */
export const offeredTime = ({ holdId, start, providerId, zone, companions }: Offer): Held => ({
  heldBy: holdId,
  start: Temporal.Instant.from(start),
  resources: [{ id: providerId, zone }, ...companions],
});

/**
 * Ends an offer that nobody took: its time is free again, its person waits again, or has left, and its opening is due
 * for the next in line. For the caller's transaction, which loses against an acceptance in between.
 */
export const endOfferItems = async (
  caller: Caller,
  offer: Offer,
  status: Exclude<OfferStatus, 'offered' | 'accepted'>,
  entry: WaitingEntry,
): Promise<readonly TransactItem[]> => {
  const [opening, sheets] = await Promise.all([
    getOpening(caller.clinicId, offer.openingId),
    giveBack(caller, offeredTime(offer)),
  ]);
  if (opening === undefined) throw new Error('An offer is always of an opening');
  const now = toStored(caller.now);
  const stamp = stampOf(caller, `offer ${status}`);
  return [
    offerItem(caller, { ...offer, status, endedAt: now, rev: offer.rev + 1 }),
    openingItem(caller, { ...opening, status: 'open', dueAt: now, rev: opening.rev + 1 }),
    waitingEntryItem(caller, entry, stamp.reason ?? status),
    ...sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
  ];
};

/** The place in the line after its offer came to nothing: kept, for the next opening. */
export const returned = (entry: WaitingEntry): WaitingEntry => ({
  ...entry,
  status: waitingTransitions.offered.return,
  offerId: undefined,
  rev: entry.rev + 1,
});
