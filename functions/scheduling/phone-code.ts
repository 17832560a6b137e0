import { timingSafeEqual } from 'node:crypto';
import { planPhoneCode } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { codeMinutes, phoneCode } from '../platform/one-time-code.ts';
import { Problem } from '../platform/problem.ts';
import { limit } from '../platform/rate-limit.ts';
import { countTry, phoneCodeItem } from './phone-code-store.ts';

/** Proving a phone: a code is texted to it, and whoever repeats the code holds it. */

/** Wrong codes somebody may send before the code is void; a right one counts too, so that tries at once are no more. */
export const mostTries = 5;

/**
 * Texts a code to a number, in place of the one before. The answer is the same whoever's number it is, and whether or not
 * the text may go: a number that said stop gets none.
 */
export const requestPhoneCode = async (caller: Caller, phone: string, commit: Commit) => {
  await limit(caller, 'phone-code', phone);
  const id = newId('phoneCode', caller.now);
  const text = planPhoneCode(caller, id, phone);
  const answer = { validForSeconds: codeMinutes * 60 };
  const expiresAt = toStored(caller.now.add({ minutes: codeMinutes }));
  await commit([phoneCodeItem(caller, { id, phone, expiresAt }), ...text.items], answer);
  await dispatch(text.refs);
  return answer;
};

/** The problem of a code that proves nothing; the same for every reason. */
export const codeProblem = (): Problem =>
  new Problem('phone-code-wrong', 'The code is not right, or no longer valid. Ask for a new one.', [
    { field: 'body.phoneCode', message: 'Is not right, or no longer valid' },
  ]);

/**
 * Holds a caller to the code of their number.
 * @returns the code's id, to be used up with what it was asked for (`useCodeItem`)
 * @throws Problem `phone-code-wrong`
 */
export const provePhone = async (caller: Caller, phone: string, code: string): Promise<Id<'phoneCode'>> => {
  const codeId = await countTry(caller, phone, mostTries);
  if (codeId === undefined) throw codeProblem();
  const right = await phoneCode(caller.clinicId, codeId);
  const isRight = code.length === right.length && timingSafeEqual(Buffer.from(code), Buffer.from(right));
  if (!isRight) throw codeProblem();
  return codeId;
};
