import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import { type MetricName, metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { ConditionFailed, putOrTransact, type TransactItem, together, transact } from '../../platform/store/records.ts';
import { withConsent } from '../consent/consent.ts';
import { getStanding, standingItem } from '../consent/standing-store.ts';
import { pictureKey } from '../core/picture.ts';
import { segment } from '../core/segments.ts';
import { withoutText } from '../core/told.ts';
import { openTaskItems } from '../inbox/tasks.ts';
import { threadEntryItem, threadIdOf, toEntryTime } from '../inbox/thread-store.ts';
import { getMessage, type Message, type MessageRef, replaceMessageItem } from '../store.ts';
import { aftermathItems } from './aftermath.ts';
import { type SendOutcome, type Sent, sendOnce } from './carrier.ts';
import { compose, type Outgoing } from './compose.ts';
import { loadPause, pauseSending, resumeSending, type SendingPause, sendingState } from './pause.ts';
import { claimed, deferred, isForSender, lostTrack, progressed, released } from './progress.ts';
import { sendEmail } from './send-email.ts';

const claimAttempts = 6;
/** When to try again what the carrier certainly did not take because it was too fast. */
const throttledMinutes = 1;
/** How long nothing is tried once nothing is taken: a limit is raised by people, a network comes back by itself. */
const pauseMinutes = (reason: string): number => (reason === 'unreachable' ? 2 : 15);
/** The on-call number is tried all the same: an alert may be the last chance to reach somebody. */
const alertRetryMinutes = 1;

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
    const [message, pause] = await together(() => Promise.all([getMessage(clinicId, messageId), loadPause(clinicId)]));
    if (message === undefined) return log.warn('no such text', { clinicId, messageId, requestId });
    // A hint that came twice, or after the text was taken back.
    if (!isForSender(message, now)) return;
    // It stays due: a sweep hands it over when the pause is over. An alert is tried all the same, and e-mail is another service.
    const isHeld = sendingState(pause, now) === 'paused' && message.cause !== 'triage' && message.channel !== 'email';
    if (isHeld) return;
    try {
      if (message.channel === 'email') return await sendEmail(caller, message);
      await decideAndSend(caller, message, pause);
      return;
    } catch (error) {
      // Something it was decided on has changed: a STOP, a cancellation, another sender. Decide again.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
  throw new Error('What the text depends on kept changing');
};

const decideAndSend = async (caller: Caller, message: Message, pause: SendingPause | undefined): Promise<void> => {
  const composed = await compose(caller, message);
  switch (composed.kind) {
    case 'suppress': {
      await putOrTransact(await suppressed(caller, message, composed.reason));
      count(metricNames.textsSuppressed);
      return logOutcome(caller, message, 'suppressed', composed.reason);
    }
    case 'defer':
      return putOrTransact([replaceMessageItem(caller, deferred(message, composed.until))]);
    case 'send':
      return claimAndSend(caller, message, composed, pause);
  }
};

/** A text that was never sent is suppressed; an alert that may have been sent, and is needed no more, is dropped. */
const suppressed = async (caller: Caller, message: Message, reason: string): Promise<readonly TransactItem[]> => {
  const event = message.status === 'planned' ? 'suppress' : 'drop';
  const next = progressed(message, event, caller.now, { reason });
  return next === undefined ? [] : endedItems(caller, next);
};

const endedItems = async (caller: Caller, next: Message): Promise<readonly TransactItem[]> => [
  replaceMessageItem(caller, next),
  ...(await aftermathItems(caller, next)),
];

const claimAndSend = async (
  caller: Caller,
  message: Message,
  outgoing: Outgoing,
  pause: SendingPause | undefined,
): Promise<void> => {
  const { template, language, templateVersion, parameters, to, body, picture, expiresAt } = outgoing;
  const { segments } = segment(body);
  const words = { template, language, templateVersion, parameters };
  // With a picture it is one part, however long the words are.
  const withPicture = { pictureId: picture?.id, pictureRefused: undefined, parts: picture ? 1 : segments };
  const pictureUrl = picture && `s3://${env('DOCUMENTS_BUCKET')}/${pictureKey(message.clinicId, picture)}`;
  const mine = claimed(message, caller.now, { ...words, ...withPicture, to });
  if (mine === undefined) return;
  const { originationNumber } = await loadClinic(caller.clinicId);
  // The conversation stays on the number it is on, also when the clinic has got another.
  const from = outgoing.from ?? originationNumber;
  await transact([replaceMessageItem(caller, mine), ...threadLine(caller, message, to), ...outgoing.conditions]);
  const outcome = await sendOnce({
    clinicId: message.clinicId,
    messageId: message.id,
    from,
    to,
    body,
    pictureUrl,
    usefulUntil: expiresAt,
    now: caller.now,
  });
  // A number that is given up takes nothing: the thread moves to the one the clinic has now.
  const isGivenUp = outcome.kind === 'paused' && outcome.isAboutNumber === true && from !== originationNumber;
  await record(caller, mine, outcome, { isGivenUp, segments });
  if (outcome.kind === 'paused' && !isGivenUp) await pauseSending(caller, outcome.reason, pauseMinutes(outcome.reason));
  if (outcome.kind === 'accepted' && pause !== undefined) await resumeSending(caller);
};

/**
 * Enters the text in its number's thread when it is claimed first. What staff wrote stands there since they wrote it; the
 * on-call number is the clinic's own.
 */
const threadLine = (
  { clinicId, now }: Caller,
  { id, cause, attempts }: Message,
  to: string,
): readonly TransactItem[] =>
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

/** What the record of a call must know besides its outcome. */
interface About {
  /** The number it came from is given up. */
  readonly isGivenUp: boolean;
  /** How many parts the words are. */
  readonly segments: number;
}

/** Records what the call came to, on the message as it now is: a receipt or a sweep may have been faster. */
const record = async (caller: Caller, mine: Message, outcome: Sent, about: About): Promise<void> => {
  countOutcome(outcome);
  logOutcome(caller, mine, outcome.kind, outcome.kind === 'accepted' ? undefined : outcome.reason);
  if (outcome.pictureRefused !== undefined) logOutcome(caller, mine, 'picture refused', outcome.pictureRefused);
  for (let current: Message | undefined = mine; ; current = await getMessage(mine.clinicId, mine.id)) {
    // Only the holder of the claim knows what its own call came to.
    if (current === undefined || current.attempts !== mine.attempts) return;
    const { items, isOptOut = false } = await outcomeItems(caller, current, outcome, about);
    if (items.length === 0) return;
    try {
      await putOrTransact(items);
      if (isOptOut) count(metricNames.optOuts);
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
};

interface Recorded {
  readonly items: readonly TransactItem[];
  /** Whether it is an opt-out that was not known yet. */
  readonly isOptOut?: boolean;
}

const outcomeItems = async (
  caller: Caller,
  current: Message,
  outcome: Sent,
  { isGivenUp, segments }: About,
): Promise<Recorded> => {
  const { pictureRefused } = outcome;
  // What left, or may have left, were the words alone.
  const wordsAlone = { ...current, pictureId: undefined, pictureRefused };
  const left = pictureRefused === undefined ? current : { ...wordsAlone, parts: segments };
  const next = afterOutcome(left, outcome, caller.now, isGivenUp);
  if (next === undefined && pictureRefused !== undefined && current.pictureId !== undefined) {
    // A receipt was faster: it has told how the text ended, and how many parts it took.
    return { items: [replaceMessageItem(caller, { ...wordsAlone, rev: current.rev + 1 })] };
  }
  const items = next === undefined ? [] : await endedItems(caller, next);
  // The on-call number is the clinic's own: its texts do not depend on consent, and leave nothing on a standing.
  const mayHaveLeft = outcome.kind === 'accepted' || outcome.kind === 'ambiguous';
  if (mayHaveLeft || current.cause === 'triage') return { items };
  if (outcome.kind !== 'opted-out') return { items: [...items, ...(await notTaken(caller, current, isGivenUp))] };
  const refused = await carrierOptOut(caller, current);
  return { ...refused, items: [...items, ...refused.items] };
};

/** The standing of a number that certainly got nothing: what the claim wrote on it is taken back. */
const notTaken = async (caller: Caller, { to, id }: Message, isGivenUp: boolean): Promise<readonly TransactItem[]> => {
  const standing = await getStanding(caller.clinicId, to);
  const after = withoutText(standing, id);
  if (isGivenUp) return [standingItem(caller, { ...after, origin: undefined }, 'number given up')];
  return after === standing ? [] : [standingItem(caller, after, 'not taken')];
};

const afterOutcome = (
  current: Message,
  outcome: SendOutcome,
  now: Temporal.Instant,
  isGivenUp: boolean,
): Message | undefined => {
  switch (outcome.kind) {
    case 'accepted':
      return progressed(current, 'accept', now, { carrierMessageId: outcome.carrierMessageId });
    case 'opted-out':
    case 'rejected':
      return progressed(current, 'fail', now, { reason: outcome.reason });
    case 'throttled':
      return released(current, now, outcome.reason, throttledMinutes);
    case 'paused': {
      const minutes = current.cause === 'triage' ? alertRetryMinutes : pauseMinutes(outcome.reason);
      return released(current, now, outcome.reason, isGivenUp ? 0 : minutes);
    }
    case 'ambiguous':
      return lostTrack(current, now, outcome.reason);
  }
};

/**
 * The carrier keeps a list of its own: what it reports is recorded here once, as an opt-out. Who came back since and is still on it has
 * not said stop again: that is remembered, nothing more is tried, and staff are to take the number off the list.
 */
const carrierOptOut = async (caller: Caller, { id: messageId, to, patientId }: Message): Promise<Recorded> => {
  const before = await getStanding(caller.clinicId, to);
  const standing = withoutText(before, messageId);
  const { optedOut, carrierListedAt, carrierRefusedAgainAt, phone } = standing;
  if (carrierListedAt !== undefined) {
    if (optedOut !== undefined || carrierRefusedAgainAt !== undefined) {
      return { items: standing === before ? [] : [standingItem(caller, standing, 'not taken')] };
    }
    const today = toStored(caller.now);
    const task = { kind: 'carrier-still-refuses', phone, patientId, sourceId: messageId, today } as const;
    return {
      items: [
        standingItem(caller, { ...standing, carrierRefusedAgainAt: today }, 'refused by the carrier again'),
        ...(await openTaskItems(caller, task)),
      ],
    };
  }
  const turn = withConsent(caller, standing, [
    {
      category: 'all',
      granted: false,
      how: 'carrier',
      patientId,
      wording: 'DESTINATION_PHONE_NUMBER_OPTED_OUT',
      wordingVersion: 'carrier',
      evidence: messageId,
      answered: standing.lastCategory,
    },
  ]);
  return {
    items: [...turn.items, standingItem(caller, turn.standing, 'opt-out reported by the carrier')],
    isOptOut: true,
  };
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
