import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { log } from '../platform/log.ts';
import { type MetricName, metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { ConditionFailed, type TransactItem, transact } from '../platform/store/records.ts';
import { type SendOutcome, sendOnce } from './carrier.ts';
import { compose, type Outgoing } from './compose.ts';
import { turnTexts } from './consent.ts';
import { segment } from './core/segments.ts';
import { claimed, deferred, isForSender, lostTrack, progressed, released } from './progress.ts';
import { getStanding, standingItem } from './standing-store.ts';
import { getMessage, type Message, type MessageRef, replaceMessageItem } from './store.ts';
import { threadEntryItem, threadIdOf, toEntryTime } from './thread-store.ts';

const claimAttempts = 6;
/** When to try again what the carrier certainly did not take. */
const retryMinutes = { throttled: 1, paused: 15 };

/**
 * Sends one text, at most once: reads the truth, decides, claims, calls, records. Each step may be the last one that
 * runs; whatever is left behind is found by a sweep (a claim whose lease ran out) or settled by a receipt.
 *
 * | dies                          | left behind          | ends as                                              |
 * |-------------------------------|----------------------|------------------------------------------------------|
 * | before the claim              | planned              | sent, by the next sweep's hint                        |
 * | after the claim, before send  | claimed, not sent    | ambiguous, then dropped (an alert: sent again)        |
 * | after send, before the record | claimed, sent        | as its receipts say; without any, dropped             |
 */
export const sendText = async (
  { clinicId, messageId }: MessageRef,
  { now, requestId }: Pick<Caller, 'now' | 'requestId'>,
): Promise<void> => {
  const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'messaging-send' }, requestId, now };
  for (let attempt = 0; attempt < claimAttempts; attempt += 1) {
    const message = await getMessage(clinicId, messageId);
    if (message === undefined) return log.warn('no such text', { clinicId, messageId, requestId });
    // A hint that came twice, or after the text was taken back.
    if (!isForSender(message, now)) return;
    try {
      return await decideAndSend(caller, message);
    } catch (error) {
      // Something it was decided on has changed: a STOP, a cancellation, another sender. Decide again.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
  throw new Error('What the text depends on kept changing');
};

const decideAndSend = async (caller: Caller, message: Message): Promise<void> => {
  const composed = await compose(caller, message);
  switch (composed.kind) {
    case 'suppress': {
      await transact(suppressed(caller, message, composed.reason));
      count(metricNames.textsSuppressed);
      return logOutcome(caller, message, 'suppressed', composed.reason);
    }
    case 'defer':
      return transact([replaceMessageItem(caller, deferred(message, composed.until))]);
    case 'send':
      return claimAndSend(caller, message, composed);
  }
};

/** A text that was never sent is suppressed; an alert that may have been sent, and is needed no more, is dropped. */
const suppressed = (caller: Caller, message: Message, reason: string): readonly TransactItem[] => {
  const event = message.status === 'planned' ? 'suppress' : 'drop';
  const next = progressed(message, event, caller.now, { reason });
  return next === undefined ? [] : [replaceMessageItem(caller, next)];
};

const claimAndSend = async (caller: Caller, message: Message, outgoing: Outgoing): Promise<void> => {
  const { template, parameters, to, body, expiresAt } = outgoing;
  const mine = claimed(message, caller.now, { template, parameters, to, parts: segment(body).segments });
  if (mine === undefined) return;
  const { originationNumber } = await loadClinic(caller.clinicId);
  await transact([replaceMessageItem(caller, mine), ...threadLine(caller, message, to), ...outgoing.conditions]);
  const outcome = await sendOnce({
    clinicId: message.clinicId,
    messageId: message.id,
    from: originationNumber,
    to,
    body,
    usefulUntil: expiresAt,
    now: caller.now,
  });
  await record(caller, mine, outcome);
};

/**
 * Enters the text in its number's thread when it is claimed first. What staff wrote stands there since they wrote it; the
 * on-call number is the clinic's own.
 */
const threadLine = ({ clinicId, now }: Caller, { id, cause, attempts }: Message, to: string): readonly TransactItem[] =>
  attempts > 0 || cause === 'staff' || cause === 'triage'
    ? []
    : [
        threadEntryItem(clinicId, {
          threadId: threadIdOf(clinicId, to),
          at: toEntryTime(now),
          direction: 'out',
          textId: id,
        }),
      ];

/** Records what the call came to, on the message as it now is: a receipt or a sweep may have been faster. */
const record = async (caller: Caller, mine: Message, outcome: SendOutcome): Promise<void> => {
  countOutcome(outcome);
  logOutcome(caller, mine, outcome.kind, outcome.kind === 'accepted' ? undefined : outcome.reason);
  for (;;) {
    const current = await getMessage(mine.clinicId, mine.id);
    // Only the holder of the claim knows what its own call came to.
    if (current === undefined || current.attempts !== mine.attempts) return;
    const items = await outcomeItems(caller, current, outcome);
    if (items.length === 0) return;
    try {
      await transact(items);
      if (items.length > 1) count(metricNames.optOuts);
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
};

const outcomeItems = async (
  caller: Caller,
  current: Message,
  outcome: SendOutcome,
): Promise<readonly TransactItem[]> => {
  const next = afterOutcome(current, outcome, caller.now);
  const items = next === undefined ? [] : [replaceMessageItem(caller, next)];
  // The on-call number is the clinic's own: its texts do not depend on consent.
  if (outcome.kind !== 'opted-out' || current.cause === 'triage') return items;
  return [...items, ...(await carrierOptOut(caller, current))];
};

const afterOutcome = (current: Message, outcome: SendOutcome, now: Temporal.Instant): Message | undefined => {
  switch (outcome.kind) {
    case 'accepted':
      return progressed(current, 'accept', now, { carrierMessageId: outcome.carrierMessageId });
    case 'opted-out':
    case 'rejected':
      return progressed(current, 'fail', now, { reason: outcome.reason });
    case 'throttled':
    case 'paused':
      return released(current, now, outcome.reason, retryMinutes[outcome.kind]);
    case 'ambiguous':
      return lostTrack(current, now, outcome.reason);
  }
};

/** The carrier keeps a list of its own: what it reports is recorded here, so that nothing is tried again. */
const carrierOptOut = async (caller: Caller, { to, patientId }: Message): Promise<readonly TransactItem[]> => {
  const standing = await getStanding(caller.clinicId, to);
  if (standing.optedOut !== undefined) return [];
  const turn = turnTexts(caller, standing, {
    on: false,
    how: 'carrier',
    patientId,
    wording: 'DESTINATION_PHONE_NUMBER_OPTED_OUT',
    wordingVersion: 'carrier',
  });
  return [...turn.items, standingItem(caller, turn.standing, 'opt-out reported by the carrier')];
};

const metricOf: Partial<Readonly<Record<SendOutcome['kind'], MetricName>>> = {
  accepted: metricNames.textsAccepted,
  'opted-out': metricNames.textsFailed,
  rejected: metricNames.textsFailed,
  paused: metricNames.sendingPaused,
  ambiguous: metricNames.textsAmbiguous,
};

const countOutcome = ({ kind }: SendOutcome): void => {
  const metric = metricOf[kind];
  if (metric !== undefined) count(metric);
};

const logOutcome = (caller: Caller, message: Message, outcome: string, code?: string): void =>
  log.info('text', {
    requestId: caller.requestId,
    clinicId: message.clinicId,
    messageId: message.id,
    outcome,
    code,
  });
