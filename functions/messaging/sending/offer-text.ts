import type { Id } from '../../platform/ids.ts';
import type { MessageStatus } from '../core/message-status.ts';
import { messagesOfCause } from '../store.ts';

/** What the waiting list has to know of the text that makes an offer. */

/** `gone`: the carrier has it. `lost`: nobody will read it. */
export type OfferTextStanding = 'on-its-way' | 'gone' | 'lost';

const standings: Readonly<Record<MessageStatus, OfferTextStanding>> = {
  planned: 'on-its-way',
  claimed: 'on-its-way',
  // The carrier may have it: to offer the time to another at once would be offering it twice.
  ambiguous: 'on-its-way',
  accepted: 'gone',
  delivered: 'gone',
  dropped: 'lost',
  failed: 'lost',
  suppressed: 'lost',
};

/** What became of an offer's text. */
export const offerTextStanding = async (clinicId: Id<'clinic'>, offerId: Id<'offer'>): Promise<OfferTextStanding> => {
  const [text] = await messagesOfCause(clinicId, offerId);
  return text === undefined ? 'lost' : standings[text.status];
};
