import {
  barOf,
  CONSENT_CATEGORIES,
  type ConsentBar,
  type ConsentCategory,
  type ConsentState,
  isAgreedByAnybody,
  type OptOut,
  stopOf,
} from './consent.ts';
import { type AgreedWords, stopTextsWords } from './consent-wording.ts';

/**
 * What a patient's link tells of the texts about this patient's visits and care to their number, and what can be done about them there: their
 * own agreement, and what was said to stop and is known of the number, whoever else gave it to the clinic. Nothing of anybody else.
 */
export interface NumberTexts {
  /** The last two digits of the number, and no more of it. */
  readonly numberEnding: string;
  readonly mayText: boolean;
  readonly reason: 'agreed' | Exclude<ConsentBar, 'carrier-refuses'> | 'carrier-list' | 'unreachable';
  /** Since when no text may go, where that has a day, and how it was stopped. */
  readonly since?: string | undefined;
  readonly how?: OptOut['how'] | undefined;
  /**
   * That the carrier has it on its own list, when it refused a text to who had come back since, and from when on it would take it off
   * again where it lately has.
   */
  readonly carrier?:
    | {
        readonly listedAt: string;
        readonly refusedAgainAt?: string | undefined;
        readonly removableFrom?: string | undefined;
      }
    | undefined;
  /** What a stop would be, in the words of its button, and what it would end; absent where nothing goes that it would end. */
  readonly stop?: { readonly wording: string; readonly ends: Revocation } | undefined;
  /** What has to be agreed to for texts to go (again); absent where they may, and where this link cannot bring them back. */
  readonly agreement?: AgreedWords | undefined;
  /** The clinic's number that START is texted to. */
  readonly textStartTo: string;
}

/** What a STOP ends, by the clinic's settings: its category, or everything. */
type Revocation = 'category' | 'all';

/** A standing, as far as this looks at it. */
interface NumberState extends ConsentState {
  readonly unreachable?: { readonly at: string } | undefined;
}

export const numberTexts = (
  state: NumberState,
  {
    patientId,
    phone,
    revocation,
    isProven,
    words: { wording, wordingVersion },
    removableFrom,
    textStartTo,
  }: {
    readonly patientId: string;
    readonly phone: string;
    readonly revocation: Revocation;
    /** Whether the link was texted to the number: then whoever has it has the number. */
    readonly isProven: boolean;
    readonly words: AgreedWords;
    readonly removableFrom?: string | undefined;
    readonly textStartTo: string;
  },
): NumberTexts => {
  const bar = barOf(state, 'treatment', patientId);
  // Told apart nowhere on the page: what helps is the same.
  const reason = bar === 'carrier-refuses' ? 'carrier-list' : (bar ?? reachBar(state) ?? 'agreed');
  const stop = stopOf(state, 'treatment');
  const listedAt = state.carrierListedAt;
  const isStoppable = endedCategories(revocation).some((category) => isWanted(barOf(state, category, patientId)));
  // A link that went by e-mail may bring a first agreement, as any form may, but undo nothing that was said.
  const mayAgree = bar === 'no-consent' || (bar !== undefined && isProven);
  return {
    numberEnding: phone.slice(-2),
    mayText: reason === 'agreed',
    reason,
    since: sinceOf(reason, state),
    how: stop?.how,
    carrier:
      listedAt === undefined ? undefined : { listedAt, refusedAgainAt: state.carrierRefusedAgainAt, removableFrom },
    stop: isStoppable ? { wording: stopTextsWords.wording, ends: revocation } : undefined,
    agreement: mayAgree ? { wording, wordingVersion } : undefined,
    textStartTo,
  };
};

/** Agreed to, whatever the carrier does. */
const isWanted = (bar: ConsentBar | undefined): boolean => bar === undefined || bar === 'carrier-refuses';

const reachBar = ({ carrierListedAt, unreachable }: NumberState): 'carrier-list' | 'unreachable' | undefined => {
  if (carrierListedAt !== undefined) return 'carrier-list';
  return unreachable === undefined ? undefined : 'unreachable';
};

const sinceOf = (reason: NumberTexts['reason'], state: NumberState): string | undefined => {
  switch (reason) {
    case 'opted-out':
      return stopOf(state, 'treatment')?.at;
    case 'prefers-no-texts':
      return state.channel?.warnedAt;
    case 'carrier-list':
      return state.carrierListedAt;
    case 'unreachable':
      return state.unreachable?.at;
    case 'agreed':
    case 'no-consent':
      return undefined;
  }
};

const endedCategories = (revocation: Revocation): readonly ConsentCategory[] =>
  revocation === 'all' ? CONSENT_CATEGORIES : ['treatment', 'marketing'];

/**
 * What a stop on the page of a visit revokes: everything, or under the regime `category` what the page speaks of, and marketing with it.
 * Nothing where all of that is stopped already: unlike a second STOP by text, a second press means what the first did.
 */
export const revokedOnPage = (state: ConsentState, revocation: Revocation): readonly (ConsentCategory | 'all')[] => {
  if (revocation === 'all') return state.optedOut === undefined ? ['all'] : [];
  return endedCategories(revocation).filter(
    (category) =>
      stopOf(state, category) === undefined && (category !== 'marketing' || isAgreedByAnybody(state, category)),
  );
};
