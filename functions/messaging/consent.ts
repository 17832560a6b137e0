import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { type Id, newId } from '../platform/ids.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { type ConsentCategory, type ConsentSource, consentItem } from './consent-store.ts';
import { getStanding, type Standing, standingItem } from './standing-store.ts';

export type { ConsentCategory, ConsentSource } from './consent-store.ts';
export type { Standing } from './standing-store.ts';

/** Where a number stands with the clinic; of revision 0 when nothing is known of it. Read consistently. */
export const loadStanding = (clinicId: Id<'clinic'>, phone: string): Promise<Standing> => getStanding(clinicId, phone);

/** Whether a number may be texted about its visits, and to make it an offer, as it stands now. */
export const mayBeTexted = (standing: Standing): boolean => barOf(standing) === undefined;

/** Why a number may not be texted about its visits, if so. */
export const barOf = (standing: Standing): 'opted-out' | 'no-consent' | undefined => {
  if (standing.optedOut !== undefined) return 'opted-out';
  return standing.granted.treatment === undefined ? 'no-consent' : undefined;
};

/** An agreement to be texted, in the words it was given in. */
export interface Agreement {
  readonly phone: string;
  readonly patientId: Id<'patient'>;
  readonly category: ConsentCategory;
  readonly granted: true;
  readonly how: Extract<ConsentSource, 'web-form' | 'staff' | 'text'>;
  readonly wording: string;
  readonly wordingVersion: string;
}

/**
 * The items that record an agreement: the entry in the ledger, and the number's standing on the condition that it is
 * the one just read (the caller retries on ConditionFailed).
 *
 * An agreement given on a form or to staff does not undo a STOP: anybody can type a number into a form, and only its holder
 * can text START from it.
 */
export const consentItems = async (caller: Caller, agreement: Agreement): Promise<readonly TransactItem[]> => {
  const standing = await getStanding(caller.clinicId, agreement.phone);
  const at = toStored(caller.now);
  const { category } = agreement;
  return [
    consentItem(caller, { ...agreement, id: newId('consent', caller.now), clinicId: caller.clinicId, at }),
    standingItem(
      caller,
      { ...standing, granted: { ...standing.granted, [category]: standing.granted[category] ?? at } },
      'consent given',
    ),
  ];
};

/** The items and the standing after a number said stop, or START after it; `standing` is the one just read. */
export const turnTexts = (
  caller: Caller,
  standing: Standing,
  turn: {
    readonly on: boolean;
    readonly how: Extract<ConsentSource, 'text' | 'carrier'>;
    readonly patientId?: Id<'patient'> | undefined;
    /** What was written. */
    readonly wording: string;
    readonly wordingVersion: string;
  },
): { readonly standing: Standing; readonly items: readonly TransactItem[] } => {
  const at = toStored(caller.now);
  const { on, how, patientId, wording, wordingVersion } = turn;
  const entry = {
    id: newId('consent', caller.now),
    clinicId: caller.clinicId,
    phone: standing.phone,
    at,
    patientId,
    category: 'all' as const,
    granted: on,
    how,
    wording,
    wordingVersion,
  };
  return {
    // START is an agreement of its own: who never gave one has now.
    standing: on
      ? {
          ...standing,
          optedOut: undefined,
          granted: { ...standing.granted, treatment: standing.granted.treatment ?? at },
        }
      : { ...standing, optedOut: { at, how }, openQuestions: undefined, choice: undefined },
    items: [consentItem(caller, entry)],
  };
};
