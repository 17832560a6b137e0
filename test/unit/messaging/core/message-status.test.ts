import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  changes,
  failureReason,
  isSettled,
  MESSAGE_STATUSES,
  MESSAGE_TRANSITIONS,
  type MessageEvent,
  type MessageStatus,
  type ReceiptOutcome,
  receiptOutcome,
} from '../../../../functions/messaging/core/message-status.ts';

const EVENTS: readonly MessageEvent[] = [
  'claim',
  'suppress',
  'accept',
  'fail',
  'lose-track',
  'drop',
  'reclaim',
  'receipt-pending',
  'receipt-delivered',
  'receipt-failed',
];
const RECEIPTS: readonly ReceiptOutcome[] = ['receipt-pending', 'receipt-delivered', 'receipt-failed'];
const run = (from: MessageStatus, events: readonly MessageEvent[]): MessageStatus => events.reduce(advance, from);

describe('advance', () => {
  it.each<readonly [MessageStatus, MessageEvent, MessageStatus]>([
    ['planned', 'claim', 'claimed'],
    ['planned', 'suppress', 'suppressed'],
    ['planned', 'receipt-delivered', 'planned'],
    ['planned', 'accept', 'planned'],
    ['suppressed', 'claim', 'suppressed'],
    ['claimed', 'claim', 'claimed'],
    ['claimed', 'suppress', 'claimed'],
    ['claimed', 'accept', 'accepted'],
    ['claimed', 'fail', 'failed'],
    ['claimed', 'lose-track', 'ambiguous'],
    ['claimed', 'drop', 'claimed'],
    ['claimed', 'receipt-delivered', 'delivered'],
    ['ambiguous', 'drop', 'dropped'],
    ['ambiguous', 'reclaim', 'claimed'],
    ['ambiguous', 'accept', 'accepted'],
    ['ambiguous', 'receipt-pending', 'accepted'],
    ['ambiguous', 'receipt-failed', 'failed'],
    ['dropped', 'receipt-delivered', 'delivered'],
    ['dropped', 'reclaim', 'dropped'],
    ['accepted', 'receipt-pending', 'accepted'],
    ['accepted', 'receipt-failed', 'failed'],
    ['accepted', 'lose-track', 'accepted'],
    ['accepted', 'fail', 'accepted'],
    ['failed', 'receipt-delivered', 'delivered'],
    ['failed', 'receipt-pending', 'failed'],
    ['failed', 'accept', 'failed'],
    ['delivered', 'receipt-failed', 'delivered'],
    ['delivered', 'accept', 'delivered'],
  ])('%s, %s: %s', (from, event, to) => {
    expect(advance(from, event)).toBe(to);
    expect(changes(from, event)).toBe(from !== to);
  });

  it('is settled exactly where no sweep has to look', () => {
    expect(MESSAGE_STATUSES.filter((status) => !isSettled(status))).toEqual(['planned', 'claimed', 'ambiguous']);
  });

  it('ends in the same state for any order and repetition of the same receipts', () => {
    const claimed = fc.constantFrom<MessageStatus>(
      'claimed',
      'accepted',
      'ambiguous',
      'dropped',
      'failed',
      'delivered',
    );
    fc.assert(
      fc.property(
        claimed,
        fc.array(fc.constantFrom(...RECEIPTS), { minLength: 1, maxLength: 6 }).chain((receipts) =>
          fc.tuple(
            fc.constant(receipts),
            fc
              .shuffledSubarray([...receipts, ...receipts], { minLength: receipts.length })
              .filter((order) => receipts.every((receipt) => order.includes(receipt))),
          ),
        ),
        (from, [receipts, shuffled]) => {
          expect(run(from, shuffled)).toBe(run(from, receipts));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('ends in the same state whether the send’s own answer or its receipts come first', () => {
    for (const receipt of RECEIPTS)
      expect(run('claimed', ['accept', receipt])).toBe(run('claimed', [receipt, 'accept']));
  });

  it('is never claimable again once a claim was answered, except by a reclaim of an ambiguous one', () => {
    const history = fc.array(fc.constantFrom(...EVENTS.filter((event) => event !== 'reclaim')), { maxLength: 12 });
    fc.assert(
      fc.property(history, (events) => {
        let claims = 0;
        let status: MessageStatus = 'planned';
        for (const event of events) {
          if (event === 'claim' && changes(status, event)) claims++;
          status = advance(status, event);
        }
        expect(claims).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('never goes back: no path of receipts leads from a state to itself through another', () => {
    const reachable = (from: MessageStatus, seen = new Set<MessageStatus>()): Set<MessageStatus> => {
      for (const receipt of RECEIPTS) {
        const to = advance(from, receipt);
        if (to !== from && !seen.has(to)) reachable(to, seen.add(to));
      }
      return seen;
    };
    for (const status of MESSAGE_STATUSES) expect(reachable(status).has(status), status).toBe(false);
  });

  it('has an entry for every status', () => {
    expect(Object.keys(MESSAGE_TRANSITIONS).sort()).toEqual([...MESSAGE_STATUSES].sort());
  });
});

describe('receiptOutcome', () => {
  it('takes that the carrier has a text for its delivery only where it is the last word', () => {
    expect(receiptOutcome('TEXT_SUCCESSFUL', true)).toBe('receipt-delivered');
    expect(receiptOutcome('TEXT_SUCCESSFUL', false)).toBe('receipt-pending');
    expect(receiptOutcome('TEXT_DELIVERED', false)).toBe('receipt-delivered');
  });

  it.each([
    ...['TEXT_QUEUED', 'TEXT_PENDING', 'TEXT_SENT', 'MEDIA_PENDING'].map((type) => [type, 'receipt-pending'] as const),
    ...['TEXT_SUCCESSFUL', 'TEXT_DELIVERED', 'MEDIA_DELIVERED'].map((type) => [type, 'receipt-delivered'] as const),
    ...[
      'TEXT_INVALID',
      'TEXT_INVALID_MESSAGE',
      'TEXT_UNREACHABLE',
      'TEXT_CARRIER_UNREACHABLE',
      'TEXT_BLOCKED',
      'TEXT_CARRIER_BLOCKED',
      'TEXT_SPAM',
      'TEXT_TTL_EXPIRED',
      'TEXT_UNKNOWN',
      'TEXT_PROTECT_BLOCKED',
      'MEDIA_FILE_TYPE_UNSUPPORTED',
      'MEDIA_FILE_SIZE_EXCEEDED',
      'MEDIA_FILE_INACCESSIBLE',
    ].map((type) => [type, 'receipt-failed'] as const),
    ...[
      'VOICE_COMPLETED',
      'RCS_READ',
      'TEXT_',
      '',
      'TEXT_SOMETHING_NEW',
      'XTEXT_DELIVERED',
      'TEXT_DELIVERED ',
      'text_delivered',
    ].map((type) => [type, undefined] as const),
  ])('%s says %s', (type, outcome) => {
    expect(receiptOutcome(type)).toBe(outcome);
    expect(failureReason(type)).toBe(outcome === 'receipt-failed' ? type.replace(/^[A-Z]+_/, '') : undefined);
  });
});
