import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { type Id, newId } from '../../platform/ids.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import { afterFact, barOf, stopOf } from '../core/consent.ts';
import type { AgreedWords } from '../core/consent-wording.ts';
import { type ConsentEntry, consentItem } from './consent-store.ts';
import { getStanding, type Standing, standingItem } from './standing-store.ts';

export { barOf, barOfAny, type ConsentBar, type ConsentCategory, type ConsentSource, stopOf } from '../core/consent.ts';
export type { Standing } from './standing-store.ts';

/** Where a number stands with the clinic; of revision 0 when nothing is known of it. Read consistently. */
export const loadStanding = (clinicId: Id<'clinic'>, phone: string): Promise<Standing> => getStanding(clinicId, phone);

/** Whether a number may be texted about somebody's visits, and to make them an offer, as it stands now. */
export const mayBeTexted = (standing: Standing, patientId: Id<'patient'>): boolean =>
  barOf(standing, 'treatment', patientId) === undefined;

/** Something a number agreed to or refused. What is left out is said by the caller: who took it down, and when. */
export type Given = Pick<
  ConsentEntry,
  | 'category'
  | 'granted'
  | 'how'
  | 'wording'
  | 'wordingVersion'
  | 'language'
  | 'patientId'
  | 'proof'
  | 'evidence'
  | 'answered'
> & {
  /** @default who calls */
  readonly collector?: string | undefined;
  /** @default now */
  readonly at?: string | undefined;
};

type FormWords = AgreedWords & { readonly language?: Given['language'] };

/** What somebody agreed to on a form, in its words (English where no language is said). */
export interface AgreedOnForm {
  /** Texts about visits and care. */
  readonly texts?: (FormWords & { readonly warning?: AgreedWords | undefined }) | undefined;
  readonly marketing?: FormWords | undefined;
}

/** The entries of what was agreed to on a form: who was warned that texts are not encrypted prefers them all the same. */
export const agreementsOf = (
  { texts, marketing }: AgreedOnForm,
  about: Pick<Given, 'how' | 'patientId' | 'collector' | 'proof' | 'evidence'>,
): readonly Given[] => {
  const entry = (category: Given['category'], { wording, wordingVersion, language = 'en' }: FormWords): Given => ({
    ...about,
    category,
    granted: true,
    wording,
    wordingVersion,
    language,
  });
  return [
    ...(texts === undefined ? [] : [entry('treatment', texts)]),
    ...(texts?.warning === undefined
      ? []
      : [entry('unencrypted-texts', { ...texts.warning, language: texts.language })]),
    ...(marketing === undefined ? [] : [entry('marketing', marketing)]),
  ];
};

/** Of a text's words the ledger keeps so many characters; all of them stand in the thread, under the id that the entry names. */
const mostTextedWords = 320;

const wordingOf = ({ how, wording }: Given): string => {
  const characters = [...wording];
  return how === 'text' && characters.length > mostTextedWords
    ? `${characters.slice(0, mostTextedWords).join('')}…`
    : wording;
};

/** What was recorded, and what holds then. */
export interface Consented {
  readonly standing: Standing;
  readonly entries: readonly ConsentEntry[];
  readonly items: readonly TransactItem[];
}

/**
 * Records what a number agreed to or refused, whoever took it down: an entry in the ledger for each, and the standing they come to. The
 * only way in. `standing` is the one just read; the caller writes the new one (`standingItem`) in the same transaction.
 */
export const withConsent = (caller: Caller, standing: Standing, given: readonly Given[]): Consented => {
  const { clinicId, actor, now } = caller;
  const entries = given.map(
    (each, index): ConsentEntry => ({
      ...each,
      wording: wordingOf(each),
      collector: each.collector ?? `${actor.kind}:${actor.id}`,
      at: each.at ?? toStored(now),
      // Ids sort as the entries were given.
      id: newId('consent', now.add({ milliseconds: index })),
      clinicId,
      phone: standing.phone,
      standingRev: standing.rev + 1,
    }),
  );
  const after: Standing = { ...standing, ...entries.reduce(afterFact, standing) };
  const isSilenced = stopOf(standing, 'treatment') === undefined && stopOf(after, 'treatment') !== undefined;
  return {
    standing: isSilenced ? { ...after, openQuestions: undefined, choice: undefined } : after,
    entries,
    items: entries.map((entry) => consentItem(caller, entry)),
  };
};

/**
 * The items that record what a number agreed to or refused: its entries in the ledger, and its standing on the condition that it is the
 * one just read (the caller retries on ConditionFailed).
 *
 * An agreement ends a STOP only where it is known that it comes from who has the number (`proof`): anybody can type one into a form.
 */
export const consentItems = async (
  caller: Caller,
  phone: string,
  given: readonly Given[],
): Promise<readonly TransactItem[]> => {
  if (given.length === 0) return [];
  const { standing, items } = withConsent(caller, await getStanding(caller.clinicId, phone), given);
  return [...items, standingItem(caller, standing, 'consent recorded')];
};
