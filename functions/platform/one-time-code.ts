import * as z from 'zod';
import { givenEndpoint } from './aws-endpoint.ts';
import { askAgain, awsFetch, ownHost } from './aws-request.ts';
import { env } from './config.ts';
import type { Id } from './ids.ts';

/** Six digits that prove a phone: made from an id by a key that never leaves KMS, so that there is nothing to store. */

/** How long a code is good for after it was asked for. */
export const codeMinutes = 10;

const timeoutMillis = 3_000;
const digits = 6;
const macBytesUsed = 6;

/** KMS did not make the code. Nothing is kept of its answer but the status and the code. */
export class CodeRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`KMS answered ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

const answered = z.object({ Mac: z.base64().optional(), __type: z.string().optional() });

/** KMS says with a 400 that it is asked too often, or that the key is being fetched. */
const passing = /Throttling|LimitExceeded|DependencyTimeout|KeyUnavailable|KMSInternal/;

/** The code that was, or is about to be, texted to a phone: what a booking without a sign-in has to repeat. */
export const phoneCode = (clinicId: Id<'clinic'>, codeId: Id<'phoneCode'>): Promise<string> =>
  oneTimeCode(`phone#${clinicId}#${codeId}`);

/**
 * The code of an id: the same whenever it is asked for, and unknown to whoever may not use the key.
 * @param id one with enough chance in it (a new id of ours), prefixed by what it is for.
 * @throws CodeRefused when KMS refuses; what fails before an answer as it is
 */
export const oneTimeCode = async (id: string): Promise<string> => {
  const { mac, status, code } = await askAgain(
    () => generateMac(id),
    (answer) => answer.mac === undefined && (answer.status >= 500 || passing.test(answer.code)),
  );
  if (mac === undefined) throw new CodeRefused(status, code);
  return codeOf(Buffer.from(mac, 'base64'));
};

const generateMac = async (id: string) => {
  const response = await awsFetch({
    service: 'kms',
    method: 'POST',
    url: new URL('/', givenEndpoint('kms') ?? `https://${await ownHost('kms')}`),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.GenerateMac' },
    body: JSON.stringify({
      KeyId: env('CODE_KEY_ARN'),
      Message: Buffer.from(id).toString('base64'),
      MacAlgorithm: 'HMAC_SHA_256',
    }),
    timeoutMillis,
  });
  const { status } = response;
  const body = answered.safeParse(await response.json().catch(() => undefined)).data;
  return { status, mac: status === 200 ? body?.Mac : undefined, code: body?.__type?.split('#').at(-1) ?? 'Unknown' };
};

/** The digits of a MAC. 48 bits modulo a million: no code is likelier than another by more than 1 in 280 million. */
export const codeOf = (mac: Buffer): string =>
  String(mac.readUIntBE(0, macBytesUsed) % 10 ** digits).padStart(digits, '0');
