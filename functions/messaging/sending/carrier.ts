import { setTimeout as sleep } from 'node:timers/promises';
import {
  PinpointSMSVoiceV2Client,
  PinpointSMSVoiceV2ServiceException,
  SendMediaMessageCommand,
  SendTextMessageCommand,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import type { Temporal } from 'temporal-polyfill';
import { optionalEnv } from '../../platform/config.ts';
import type { Id } from '../../platform/ids.ts';

/**
 * AWS End User Messaging. Neither `SendTextMessage` nor `SendMediaMessage` has an idempotency token: a retry by the SDK after a
 * 500 or a dropped connection would text the patient twice. So one attempt, and a timeout well within the claim's lease.
 */
export const smsClient = new PinpointSMSVoiceV2Client({
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 4_000, requestTimeout: 8_000, throwOnRequestTimeout: true },
});

/** What became of the call. Only `accepted` and `ambiguous` may have reached a phone. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly carrierMessageId: string }
  /** The number is on the carrier's opt-out list. */
  | { readonly kind: 'opted-out'; readonly reason: string }
  /** This text will never be taken. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** No text is taken at present: spend limit, account, credentials, or (`isAboutNumber`) none from this number of ours. */
  | { readonly kind: 'paused'; readonly reason: string; readonly isAboutNumber?: true }
  /** Too fast; certainly not taken. */
  | { readonly kind: 'throttled'; readonly reason: string }
  /** No answer, or an answer that says nothing: it may have been taken. */
  | { readonly kind: 'ambiguous'; readonly reason: string };

export interface OutgoingText {
  readonly clinicId: Id<'clinic'>;
  readonly messageId: string;
  /** The clinic's own number, so that a conversation stays on one. */
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** What goes along, as `s3://<bucket>/<key>`: then it is an MMS. */
  readonly pictureUrl?: string | undefined;
  /** A phone that is off until then shall not get it any more. */
  readonly usefulUntil: Temporal.Instant;
  readonly now: Temporal.Instant;
}

/** What the carrier takes: at least 5 seconds, at most three days. */
const timeToLiveSeconds = { least: 5, most: 259_200 };

const throttleAttempts = 4;
const throttleBaseMillis = 200;

/** What became of a text that may have had a picture. */
export type Sent = SendOutcome & {
  /** The carrier's word for not taking the picture: what became of the words is that of the words alone. */
  readonly pictureRefused?: string;
};

/**
 * Sends once. A picture that the carrier refuses does not hold up the words: they go without it, but only where it is certain that
 * nothing was taken.
 */
export const sendOnce = async ({ pictureUrl, ...words }: OutgoingText): Promise<Sent> => {
  if (pictureUrl === undefined) return sendPaced(words);
  const outcome = await sendPaced({ ...words, pictureUrl });
  if (!mayBeAboutPicture(outcome)) return outcome;
  return { ...(await sendPaced(words)), pictureRefused: outcome.reason };
};

type Refused = Extract<SendOutcome, { kind: 'rejected' | 'paused' }>;

/**
 * Whether the carrier took nothing, and words alone might be taken: the file (MEDIA_TYPE_NOT_SUPPORTED, no access to it), a number
 * that sends no MMS (NUMBER_CAPABILITIES_MISMATCH), a limit of its own (MONTHLY_SPEND_LIMIT_REACHED_FOR_MEDIA). Reasons are many and
 * grow; where it was not the picture, the words are refused as well, and it is that answer which counts.
 */
const mayBeAboutPicture = (outcome: SendOutcome): outcome is Refused =>
  outcome.kind === 'rejected' || (outcome.kind === 'paused' && outcome.reason !== unreachable);

/** Waits and tries again only when the carrier says that it took nothing because it was too fast. */
const sendPaced = async (text: OutgoingText): Promise<SendOutcome> => {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await callOnce(text);
    if (outcome.kind !== 'throttled' || attempt === throttleAttempts) return outcome;
    await sleep(throttleBaseMillis * 2 ** attempt * (0.5 + Math.random() / 2));
  }
};

const callOnce = async ({
  clinicId,
  messageId,
  from,
  to,
  body,
  pictureUrl,
  usefulUntil,
  now,
}: OutgoingText): Promise<SendOutcome> => {
  const configurationSet = optionalEnv('SMS_CONFIGURATION_SET');
  const usefulSeconds = Math.floor(now.until(usefulUntil).total('seconds'));
  const message = {
    DestinationPhoneNumber: to,
    OriginationIdentity: from,
    MessageBody: body,
    TimeToLive: Math.min(timeToLiveSeconds.most, Math.max(timeToLiveSeconds.least, usefulSeconds)),
    Context: { clinic: clinicId, message: messageId },
    ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
  };
  try {
    const { MessageId } = await (pictureUrl === undefined
      ? smsClient.send(new SendTextMessageCommand({ ...message, MessageType: 'TRANSACTIONAL' }))
      : smsClient.send(new SendMediaMessageCommand({ ...message, MediaUrls: [pictureUrl] })));
    return MessageId === undefined
      ? { kind: 'ambiguous', reason: 'no-message-id' }
      : { kind: 'accepted', carrierMessageId: MessageId };
  } catch (error) {
    return outcomeOf(error);
  }
};

/** The reason where the network, not the carrier, took nothing. */
const unreachable = 'unreachable';

/** The network refused before a byte of the request left. */
const neverLeft: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** The SDK calls every timeout a TimeoutError; only its words tell one that came before there was a connection to send on. */
const hasNeverLeft = (error: unknown): boolean =>
  neverLeft.has(codeOf(error)) ||
  (error instanceof Error && error.name === 'TimeoutError' && error.message.includes('did not establish a connection'));

const reasonOf = (error: PinpointSMSVoiceV2ServiceException): string =>
  'Reason' in error && typeof error.Reason === 'string' ? error.Reason : error.name;

/** Nothing is wrong with the text: the number it comes from is not this account's, not active, or not made for texts. */
const aboutNumber: ReadonlySet<string> = new Set([
  'NO_ORIGINATION_IDENTITIES_FOUND',
  'RESOURCE_NOT_ACTIVE',
  'NUMBER_CAPABILITIES_MISMATCH',
  'MESSAGE_TYPE_MISMATCH',
]);
/** The account is in the sandbox: it is set up wrongly, and what is due can wait until it is set right. */
const sandbox = 'DESTINATION_PHONE_NUMBER_NOT_VERIFIED';

const conflictOutcome = (reason: string): SendOutcome => {
  if (reason === 'DESTINATION_PHONE_NUMBER_OPTED_OUT') return { kind: 'opted-out', reason };
  if (reason === sandbox) return { kind: 'paused', reason };
  return aboutNumber.has(reason) ? { kind: 'paused', reason, isAboutNumber: true } : { kind: 'rejected', reason };
};

/** Reads a failure of the call. What is not certainly a refusal is ambiguous. */
export const outcomeOf = (error: unknown): SendOutcome => {
  if (!(error instanceof PinpointSMSVoiceV2ServiceException)) {
    return hasNeverLeft(error) ? { kind: 'paused', reason: unreachable } : { kind: 'ambiguous', reason: 'no-answer' };
  }
  const reason = reasonOf(error);
  switch (error.name) {
    case 'ThrottlingException':
      return { kind: 'throttled', reason };
    case 'ConflictException':
      return conflictOutcome(reason);
    case 'ResourceNotFoundException':
      // The number or the configuration set: no text names anything else.
      return { kind: 'paused', reason, isAboutNumber: true };
    case 'ValidationException':
      return { kind: 'rejected', reason };
    default:
      // Quotas, access, expired credentials: the service said no, and will say it to the next text too.
      return isRefusal(error) ? { kind: 'paused', reason } : { kind: 'ambiguous', reason };
  }
};

const isRefusal = ({ $metadata: { httpStatusCode = 500 } }: PinpointSMSVoiceV2ServiceException): boolean =>
  httpStatusCode >= 400 && httpStatusCode < 500;
