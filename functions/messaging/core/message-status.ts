/** Where a text stands. Nothing is lost: every planned text ends delivered, failed, dropped or suppressed, or is still on its way. */
export const MESSAGE_STATUSES = [
  'planned',
  'claimed',
  'ambiguous',
  'accepted',
  'delivered',
  'failed',
  'dropped',
  'suppressed',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** What a delivery event says of a text, whatever words the carrier used. */
export type ReceiptOutcome = 'receipt-pending' | 'receipt-delivered' | 'receipt-failed';

/**
 * What can happen to a text. `claim` and `suppress` are decided before the send; `accept`, `fail` and `lose-track` are what the send
 * call came to (an id, a refusal, a timeout that may hide either); `release` gives a claimed one back because the carrier certainly
 * took nothing (throttled, spend limit); `drop` gives up on an ambiguous one, `reclaim` sends it again.
 */
export type MessageEvent =
  | 'claim'
  | 'suppress'
  | 'accept'
  | 'fail'
  | 'lose-track'
  | 'release'
  | 'drop'
  | 'reclaim'
  | ReceiptOutcome;

type Transitions = Readonly<Record<MessageStatus, Readonly<Partial<Record<MessageEvent, MessageStatus>>>>>;

/**
 * The state machine. An event without an entry changes nothing: it is late, repeated or out of order.
 *
 * After the claim, evidence only adds up: dropped < accepted < failed < delivered. So the receipts of one text may come in any
 * order, twice, or before the send's own answer, and end in the same state: one carrier's "delivered" stands against any failure
 * reported for another part or by another hop, and a receipt for a text given up as dropped corrects the record.
 */
export const MESSAGE_TRANSITIONS = {
  planned: { claim: 'claimed', suppress: 'suppressed' },
  claimed: {
    accept: 'accepted',
    fail: 'failed',
    'lose-track': 'ambiguous',
    release: 'planned',
    'receipt-pending': 'accepted',
    'receipt-delivered': 'delivered',
    'receipt-failed': 'failed',
  },
  ambiguous: {
    accept: 'accepted',
    drop: 'dropped',
    reclaim: 'claimed',
    'receipt-pending': 'accepted',
    'receipt-delivered': 'delivered',
    'receipt-failed': 'failed',
  },
  dropped: { 'receipt-pending': 'accepted', 'receipt-delivered': 'delivered', 'receipt-failed': 'failed' },
  accepted: { 'receipt-delivered': 'delivered', 'receipt-failed': 'failed' },
  failed: { 'receipt-delivered': 'delivered' },
  delivered: {},
  suppressed: {},
} as const satisfies Transitions;

const transitions: Transitions = MESSAGE_TRANSITIONS;

/** The state after an event; the same state when the event has nothing to say there. */
export const advance = (status: MessageStatus, event: MessageEvent): MessageStatus =>
  transitions[status][event] ?? status;

/** True when the event changes the state: what a conditional write asks first. */
export const changes = (status: MessageStatus, event: MessageEvent): boolean => advance(status, event) !== status;

/** States that a receipt may still change and a sweep need not look at. */
export const isSettled = (status: MessageStatus): boolean =>
  status !== 'planned' && status !== 'claimed' && status !== 'ambiguous';

/**
 * Delivery events of AWS End User Messaging by their suffix (`TEXT_DELIVERED`, `MEDIA_BLOCKED`, ...). SUCCESSFUL means that the carrier took it and
 * where that is the last word (`isFinal`) counts as delivered; UNKNOWN comes when 72 hours brought no receipt and is a
 * terminal non-delivery.
 */
const OUTCOME_BY_SUFFIX: ReadonlyMap<string, ReceiptOutcome> = new Map([
  ['QUEUED', 'receipt-pending'],
  ['PENDING', 'receipt-pending'],
  ['SENT', 'receipt-pending'],
  ['SUCCESSFUL', 'receipt-delivered'],
  ['DELIVERED', 'receipt-delivered'],
  ['INVALID', 'receipt-failed'],
  ['INVALID_MESSAGE', 'receipt-failed'],
  ['UNREACHABLE', 'receipt-failed'],
  ['CARRIER_UNREACHABLE', 'receipt-failed'],
  ['BLOCKED', 'receipt-failed'],
  ['CARRIER_BLOCKED', 'receipt-failed'],
  ['SPAM', 'receipt-failed'],
  ['TTL_EXPIRED', 'receipt-failed'],
  ['UNKNOWN', 'receipt-failed'],
  ['PROTECT_BLOCKED', 'receipt-failed'],
  ['FILE_TYPE_UNSUPPORTED', 'receipt-failed'],
  ['FILE_SIZE_EXCEEDED', 'receipt-failed'],
  ['FILE_INACCESSIBLE', 'receipt-failed'],
]);

/**
 * What an event says, or undefined for one that says nothing of a text's delivery (voice, RCS, types added later).
 *
 * @param isFinal - what the event says of itself: that the carrier took a text is news of its way only, as long as more is to come
 */
export const receiptOutcome = (eventType: string, isFinal = true): ReceiptOutcome | undefined => {
  const [, suffix] = /^(?:TEXT|MEDIA)_([A-Z_]+)$/.exec(eventType) ?? [];
  if (suffix === 'SUCCESSFUL' && !isFinal) return 'receipt-pending';
  return suffix === undefined ? undefined : OUTCOME_BY_SUFFIX.get(suffix);
};

/** The reason kept with a failed text: the carrier's own word, such as `UNREACHABLE`; undefined for any other event. */
export const failureReason = (eventType: string): string | undefined =>
  receiptOutcome(eventType) === 'receipt-failed' ? eventType.replace(/^(?:TEXT|MEDIA)_/, '') : undefined;
