import type { Caller } from '../../platform/actor.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import { getStanding, standingItem } from '../consent/standing-store.ts';

/**
 * For the transaction that gives a patient another number: the standing of the one they leave is written anew, so that no text is
 * claimed for it on what was read before. What it agreed to and refused stays its own.
 */
export const numberLeftItem = async (caller: Caller, phone: string): Promise<TransactItem> =>
  standingItem(caller, await getStanding(caller.clinicId, phone), 'a patient has another number');
