import type { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import type { Caller } from '../../platform/actor.ts';
import { type Id, idPattern } from '../../platform/ids.ts';
import { log } from '../../platform/log.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { ConditionFailed, putOrTransact } from '../../platform/store/records.ts';
import { failureReason, receiptOutcome } from '../core/message-status.ts';
import { getMessage, type Message, replaceMessageItem } from '../store.ts';
import { aftermathItems } from './aftermath.ts';
import { progressed } from './progress.ts';

const eventSchema = z.object({
  eventType: z
    .string()
    .max(64)
    .regex(/^[A-Z]+(?:_[A-Z]+)+$/),
  /** Whether no other event of this text is to come. */
  isFinal: z.boolean().optional().catch(undefined),
  /** The carrier's id of the text. */
  messageId: z.string().regex(/^[\w.:-]{1,256}$/),
  destinationPhoneNumber: z.string().max(64).optional(),
  /** What the sender put into `Context`; absent for texts that are not ours. */
  context: z.record(z.string(), z.string()).optional(),
  // For the figures only: nonsense in them is no reason to lose what became of a text.
  totalMessageParts: z.int().min(1).max(20).optional().catch(undefined),
  totalMessagePrice: z.number().min(0).max(100).optional().catch(undefined),
  totalCarrierFee: z.number().min(0).max(100).optional().catch(undefined),
  carrierName: z.string().min(1).max(64).optional().catch(undefined),
});

/** A delivery event of AWS End User Messaging. */
export type Receipt = z.output<typeof eventSchema>;

/** Reads a delivery event. @throws ZodError when it is none, which brings it to the dead letters */
export const parseReceipt = (event: unknown): Receipt => eventSchema.parse(event);

const isClinicId = (text: string | undefined): text is Id<'clinic'> =>
  text !== undefined && idPattern('clinic').test(text);

/**
 * Records what a delivery event says. Events come late, twice, out of order, and before the sender has recorded its own
 * call: the state machine adds them up to the same end in any order. Events of texts that are not ours are dropped, and
 * so is one that names a text of ours and does not fit it: a context alone proves nothing.
 */
export const recordReceipt = async (
  receipt: Receipt,
  { now, requestId }: { readonly now: Temporal.Instant; readonly requestId: string },
): Promise<void> => {
  const { eventType, isFinal, messageId: carrierMessageId, destinationPhoneNumber, context = {} } = receipt;
  const outcome = receiptOutcome(eventType, isFinal);
  const { clinic: clinicId, message: messageId } = context;
  if (outcome === undefined || !isClinicId(clinicId) || messageId === undefined) {
    return log.warn('receipt of no text of ours', { requestId, carrierMessageId, code: eventType });
  }
  const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'messaging-receipts' }, requestId, now };
  for (;;) {
    const message = await getMessage(clinicId, messageId);
    if (message === undefined) return log.warn('receipt of an unknown text', { requestId, carrierMessageId });
    const conflict = conflictOf(message, { carrierMessageId, to: destinationPhoneNumber });
    if (conflict !== undefined) {
      return log.warn('receipt of another text', { requestId, clinicId, messageId, carrierMessageId, code: conflict });
    }
    const facts = factsOf(receipt);
    const next = progressed(message, outcome, now, { ...facts, carrierMessageId, reason: failureReason(eventType) });
    try {
      if (next === undefined) {
        const priced = outcome === 'receipt-pending' ? undefined : withPrice(message, facts);
        return priced && (await putOrTransact([replaceMessageItem(caller, priced)]));
      }
      await putOrTransact([replaceMessageItem(caller, next), ...(await aftermathItems(caller, next))]);
      if (next.status === 'delivered') count(metricNames.textsDelivered);
      if (next.status === 'failed') count(metricNames.textsFailed);
      return log.info('receipt', {
        requestId,
        clinicId,
        messageId,
        carrierMessageId,
        outcome: next.status,
        code: next.statusReason,
      });
    } catch (error) {
      // The sender, the sweep or another receipt was faster: add up again.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
};

/** What a receipt says about a text besides its fate. */
type Facts = Partial<Pick<Message, 'parts' | 'priceMicros' | 'carrierName'>>;

const factsOf = ({ totalMessageParts, totalMessagePrice, totalCarrierFee = 0, carrierName }: Receipt): Facts => ({
  ...(totalMessageParts === undefined ? {} : { parts: totalMessageParts }),
  // Dollars with a fraction end here: what is added up is whole.
  ...(totalMessagePrice === undefined ? {} : { priceMicros: microsOf(totalMessagePrice) + microsOf(totalCarrierFee) }),
  ...(carrierName === undefined ? {} : { carrierName: carrierName.toWellFormed() }),
});

const microsOf = (dollars: number): number => Math.round(dollars * 1_000_000);

/** The text with its price, where a later final receipt is the first that names one. */
const withPrice = (message: Message, facts: Facts): Message | undefined => {
  const isOpen = message.status !== 'delivered' && message.status !== 'failed';
  if (isOpen || message.priceMicros !== undefined || facts.priceMicros === undefined) return undefined;
  return { ...message, ...facts, rev: message.rev + 1 };
};

/**
 * Why an event cannot be about the text that its context names, if so. The text knows where it went; once the call was
 * answered, also under which id. Only an alert is ever sent again, and its first send's events count as well as the last's.
 */
const conflictOf = (
  message: Message,
  seen: { readonly carrierMessageId: string; readonly to: string | undefined },
): 'other-number' | 'other-carrier-id' | undefined => {
  const isOfSend = message.carrierMessageId === seen.carrierMessageId;
  if (seen.to === undefined ? !isOfSend : seen.to !== message.to) return 'other-number';
  return message.carrierMessageId === undefined || isOfSend || message.attempts > 1 ? undefined : 'other-carrier-id';
};
