import type { Temporal } from 'temporal-polyfill';
import { toStored } from '../../platform/clock.ts';
import { LONGEST_STALE_MINUTES } from '../core/message-plan.ts';
import { advance, type MessageEvent } from '../core/message-status.ts';
import type { Message } from '../store.ts';

/** Longer than the sender's own time limit: whoever holds a claim this old is dead. */
const leaseMinutes = 2;
/** A turn comes within a minute; whoever takes two more is behind, and the text is as good as lost in the queue. */
const handedMinutes = 3;
/** How long a receipt may take to say what became of a text whose send call said nothing. Seconds are usual. */
const reconcileMinutes = 15;
/** An alert to the on-call number waits less: reaching a human twice is better than late. */
const alertReconcileMinutes = 2;
/** Alerts sent in vain before the waiting case itself has to ring (the alarm on red flags waiting). */
const maxAlertAttempts = 5;

/** What may change with a message's status. */
export type Progress = Partial<
  Pick<
    Message,
    | 'template'
    | 'language'
    | 'templateVersion'
    | 'parameters'
    | 'pictureId'
    | 'pictureRefused'
    | 'to'
    | 'dueAt'
    | 'attempts'
    | 'carrierMessageId'
    | 'parts'
    | 'priceMicros'
    | 'carrierName'
  >
> & {
  readonly reason?: string | undefined;
};

/** The next revision after an event, or undefined where the event changes nothing: late, repeated, out of order. */
export const progressed = (
  message: Message,
  event: MessageEvent,
  now: Temporal.Instant,
  { reason, ...changed }: Progress = {},
): Message | undefined => {
  const status = advance(message.status, event);
  if (status === message.status) return undefined;
  return {
    ...message,
    ...changed,
    handedUntil: undefined,
    status,
    statusReason: reason,
    history: [...message.history, { status, at: toStored(now), ...(reason === undefined ? {} : { reason }) }],
    rev: message.rev + 1,
  };
};

/** The message claimed for one send, until its lease runs out. */
export const claimed = (message: Message, now: Temporal.Instant, put: Progress): Message | undefined =>
  progressed(message, message.status === 'ambiguous' ? 'reclaim' : 'claim', now, {
    ...put,
    attempts: message.attempts + 1,
    dueAt: inMinutes(now, leaseMinutes),
  });

/** The message whose send call said nothing: a receipt has until `dueAt` to settle it. */
export const lostTrack = (message: Message, now: Temporal.Instant, reason: string): Message | undefined =>
  progressed(message, 'lose-track', now, { reason, dueAt: inMinutes(now, windowMinutes(message)) });

/** The message given back, because the carrier certainly took nothing. */
export const released = (
  message: Message,
  now: Temporal.Instant,
  reason: string,
  afterMinutes: number,
): Message | undefined => progressed(message, 'release', now, { reason, dueAt: inMinutes(now, afterMinutes) });

/** The message put off, not yet claimed. */
export const deferred = (message: Message, until: Temporal.Instant): Message => ({
  ...message,
  dueAt: toStored(until),
  handedUntil: undefined,
  rev: message.rev + 1,
});

/** The message given a turn on the queue, by the one sweep that gives it: two would take two turns of its number. */
export const handedOver = (message: Message, now: Temporal.Instant): Message => ({
  ...message,
  handedUntil: inMinutes(now, handedMinutes),
  rev: message.rev + 1,
});

/** The message whose turn did not get onto the queue: the next sweep may give it one. */
export const givenBack = (message: Message): Message => ({ ...message, handedUntil: undefined, rev: message.rev + 1 });

/** Whether its turn on the queue may still come. */
export const isHandedOver = ({ handedUntil }: Message, now: Temporal.Instant): boolean =>
  handedUntil !== undefined && handedUntil > toStored(now);

/** What a sweep makes of a message whose time has come, other than handing it to the sender. */
export const settled = (message: Message, now: Temporal.Instant): Message | undefined => {
  if (!isDue(message, now)) return undefined;
  if (message.status === 'planned' && isLongStale(message, now)) {
    return progressed(message, 'suppress', now, { reason: 'stale' });
  }
  if (message.status === 'claimed') return lostTrack(message, now, 'sender-silent');
  if (message.status === 'ambiguous' && !resends(message)) {
    return progressed(message, 'drop', now, { reason: message.statusReason ?? 'no-receipt' });
  }
  return undefined;
};

/** Whether the sender has something to do about it now. */
export const isForSender = (message: Message, now: Temporal.Instant): boolean =>
  isDue(message, now) && (message.status === 'planned' || (message.status === 'ambiguous' && resends(message)));

/** Only the alert to the on-call number is sent again when nobody knows: a reminder doubled is worse than one missed. */
const resends = ({ cause, attempts }: Message): boolean => cause === 'triage' && attempts < maxAlertAttempts;

const windowMinutes = ({ cause }: Message): number => (cause === 'triage' ? alertReconcileMinutes : reconcileMinutes);

/** Whether it can no longer go, whatever it is: a pause has lasted, or its number has had more to send than it carries. */
const isLongStale = ({ kind, plannedFor }: Message, now: Temporal.Instant): boolean =>
  plannedFor <= toStored(now.subtract({ minutes: LONGEST_STALE_MINUTES[kind] }));

const isDue = ({ dueAt }: Message, now: Temporal.Instant): boolean => dueAt <= toStored(now);

const inMinutes = (now: Temporal.Instant, minutes: number): string => toStored(now.add({ minutes }));
