import * as z from 'zod';
import { givenEndpoint, regionalHost } from './aws-endpoint.ts';
import { awsFetch } from './aws-request.ts';
import { optionalEnv } from './config.ts';
import { documentClient } from './store/records.ts';

/** Sending an e-mail: SendEmail with a message of our own making is all that is needed of SES. */

/** What became of the call. Only `accepted` and `ambiguous` may have reached anybody. */
export type MailOutcome =
  | { readonly kind: 'accepted'; readonly mailId: string }
  /** This e-mail will never be taken. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Certainly not taken: too fast, or none is taken at present. */
  | { readonly kind: 'not-taken'; readonly reason: string }
  /** No answer, or one that says nothing. */
  | { readonly kind: 'ambiguous'; readonly reason: string };

export interface OutgoingMail {
  readonly from: string;
  readonly to: string;
  /** The whole message as it goes over the wire (RFC 5322). */
  readonly message: string;
}

const timeoutMillis = 8_000;
const taken = z.object({ MessageId: z.string().min(1) });

/** Sends once and never again by itself: SES has no idempotency token, and a patient shall not be written to twice. */
export const sendMailOnce = async ({ from, to, message }: OutgoingMail): Promise<MailOutcome> => {
  const configurationSet = optionalEnv('MAIL_CONFIGURATION_SET');
  const url = new URL('/v2/email/outbound-emails', givenEndpoint('sesv2') ?? `https://${await mailHost()}`);
  let response: Response;
  try {
    response = await awsFetch({
      service: 'ses',
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Raw: { Data: Buffer.from(message, 'utf8').toString('base64') } },
        ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
      }),
      timeoutMillis,
    });
  } catch (error) {
    return hasNeverLeft(error)
      ? { kind: 'not-taken', reason: 'unreachable' }
      : { kind: 'ambiguous', reason: 'no-answer' };
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 200) {
    const answer = taken.safeParse(body);
    return answer.success
      ? { kind: 'accepted', mailId: answer.data.MessageId }
      : { kind: 'ambiguous', reason: 'no-message-id' };
  }
  return refusalOf(response);
};

const mailHost = async (): Promise<string> => regionalHost('email', await documentClient.config.region());

/** What SES says about this one message, as opposed to the account or the moment. */
const aboutTheMessage = ['BadRequestException', 'MessageRejected'];

const refusalOf = ({ status, headers }: Response): MailOutcome => {
  const reason = (headers.get('x-amzn-errortype') ?? `status-${status}`).split(':', 1)[0] ?? '';
  if (status >= 500) return { kind: 'ambiguous', reason };
  return { kind: aboutTheMessage.includes(reason) ? 'rejected' : 'not-taken', reason };
};

/** The network refused before a byte of the request left. */
const neverLeft: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

const hasNeverLeft = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && neverLeft.includes(cause.code);
};
