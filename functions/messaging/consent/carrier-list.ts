import {
  DeleteOptedOutNumberCommand,
  PinpointSMSVoiceV2Client,
  ResourceNotFoundException,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { Problem } from '../../platform/problem.ts';
import { removableFrom } from '../core/consent-explain.ts';
import { type ConsentReport, recordConsent } from './record-consent.ts';
import { getStanding } from './standing-store.ts';

/**
 * Takes a number off the carrier's own opt-out list, for who has come back, and records it. The carrier does so once per number in 30
 * days. @throws Problem `invalid-state` for who is not on it or has not come back, and before those days are over
 */
export const takeOffCarrierList = async (
  caller: Caller,
  phone: string,
  { list }: { readonly list: string },
): Promise<ConsentReport> => {
  const standing = await getStanding(caller.clinicId, phone);
  if (standing.carrierListedAt === undefined) {
    throw new Problem('invalid-state', 'The carrier has not said that the number is on its list.');
  }
  // Being listed was a STOP to everything: that it is over means that somebody has come back.
  if (standing.optedOut !== undefined) {
    throw new Problem('invalid-state', 'Nobody has agreed to be texted there again: record that first.');
  }
  const from = removableFrom(standing);
  if (from !== undefined && toStored(caller.now) < from) {
    throw new Problem('invalid-state', `The carrier takes a number off once in 30 days: again from ${from}.`);
  }
  const client = new PinpointSMSVoiceV2Client({ maxAttempts: 2 });
  try {
    await client.send(new DeleteOptedOutNumberCommand({ OptOutListName: list, OptedOutNumber: phone }));
  } catch (error) {
    // It is not on the list (any more): what was wanted.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  const wording = 'DeleteOptedOutNumber';
  return recordConsent(caller, {
    phone,
    given: [{ category: 'all', granted: true, how: 'carrier', wording, wordingVersion: 'carrier', evidence: list }],
  });
};
