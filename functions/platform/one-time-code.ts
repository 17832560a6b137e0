import * as z from 'zod';
import { askJsonAgain } from './aws-request.ts';
import { env } from './config.ts';
import type { Id } from './ids.ts';

/** Six digits that prove a phone: made from an id by a key that never leaves KMS, so that there is nothing to store. */

/** How long a code is good for after it was asked for. */
export const codeMinutes = 10;

const digits = 6;
const macBytesUsed = 6;

const answered = z.object({ Mac: z.base64() });

/** The code that was, or is about to be, texted to a phone: what a booking without a sign-in has to repeat. */
export const phoneCode = (clinicId: Id<'clinic'>, codeId: Id<'phoneCode'>): Promise<string> =>
  oneTimeCode(`phone#${clinicId}#${codeId}`);

/**
 * The code of an id: the same whenever it is asked for, and unknown to whoever may not use the key.
 * @param id one with enough chance in it (a new id of ours), prefixed by what it is for.
 * @throws AwsRefused when KMS refuses; what fails before an answer as it is
 */
export const oneTimeCode = async (id: string): Promise<string> => {
  const answer = await askJsonAgain('kms', 'TrentService.GenerateMac', {
    KeyId: env('CODE_KEY_ARN'),
    Message: Buffer.from(id).toString('base64'),
    MacAlgorithm: 'HMAC_SHA_256',
  });
  return codeOf(Buffer.from(answered.parse(answer).Mac, 'base64'));
};

/** The digits of a MAC. 48 bits modulo a million: no code is likelier than another by more than 1 in 280 million. */
export const codeOf = (mac: Buffer): string =>
  String(mac.readUIntBE(0, macBytesUsed) % 10 ** digits).padStart(digits, '0');
