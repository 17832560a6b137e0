/**
 * What a number has agreed to and refused, and what of it holds now. Pure: a state is what its facts come to, one after the other.
 *
 * The law behind it: texts of treatment and billing need prior express consent, marketing needs it in writing (47 CFR
 * 64.1200(a)(1)-(2), (f)(9)); a revocation in any reasonable way counts (64.1200(a)(10)) and is kept for good.
 */

/** What texts are sent about, each with an agreement of its own. */
export const CONSENT_CATEGORIES = ['treatment', 'billing', 'marketing', 'async-data-sharing'] as const;
export type ConsentCategory = (typeof CONSENT_CATEGORIES)[number];

export const CONSENT_SOURCES = ['web-form', 'staff', 'text', 'carrier', 'import'] as const;
export type ConsentSource = (typeof CONSENT_SOURCES)[number];

/**
 * What an entry of the ledger is about: one category; `all` of them (STOP, and START after it; of the carrier's, that the number is on
 * its own list, or off it again, which ends no STOP); or the channel itself, whose
 * entries say whether somebody who was warned that texts are not encrypted still prefers them (Omnibus preamble, 78 FR 5634).
 */
export const CONSENT_SUBJECTS = [...CONSENT_CATEGORIES, 'all', 'unencrypted-texts'] as const;
export type ConsentSubject = (typeof CONSENT_SUBJECTS)[number];

/** How it is known that whoever agreed has the number: anybody can type one into a form. */
export const CONSENT_PROOFS = ['from-the-number', 'one-time-code', 'texted-link', 'staff-evidence'] as const;
export type ConsentProof = (typeof CONSENT_PROOFS)[number];

/** One agreement or refusal, as far as the rules look at it. */
export interface ConsentFact {
  readonly category: ConsentSubject;
  readonly granted: boolean;
  readonly how: ConsentSource;
  /** When it was given. */
  readonly at: string;
  readonly wordingVersion: string;
  readonly proof?: ConsentProof | undefined;
  /** Where it can be looked up: the id of a form, of an inbound text. */
  readonly evidence?: string | undefined;
  /** Who gave it. An agreement holds for them alone; without one, for whoever has the number. */
  readonly patientId?: string | undefined;
}

/** Per category, since when. */
type Agreements = Readonly<Partial<Record<ConsentCategory, string | undefined>>>;

export interface OptOut {
  readonly at: string;
  readonly how: ConsentSource;
}

/** What holds now. */
export interface ConsentState {
  /** What whoever has the number agrees to. An agreement outlives an `all` opt-out, except that to marketing. */
  readonly granted: Agreements;
  /** What each person agrees to for themselves, by the id of the patient. */
  readonly grantedBy?: Readonly<Record<string, Agreements>> | undefined;
  /** Categories that were ended by themselves. */
  readonly stopped?: Readonly<Partial<Record<ConsentCategory, OptOut | undefined>>> | undefined;
  /** Said stop to everything: nothing goes out but what answers a keyword. */
  readonly optedOut?: OptOut | undefined;
  /** That they were warned, in which words, and what they prefer since. */
  readonly channel?:
    | { readonly warnedAt: string; readonly wordingVersion: string; readonly prefersTexts: boolean }
    | undefined;
  /** When the carrier last said that the number is on its own list, from which only a call to the carrier takes it. */
  readonly carrierListedAt?: string | undefined;
  /** When it refused a text to who had come back since: nothing more is tried until they ask again, or are taken off. */
  readonly carrierRefusedAgainAt?: string | undefined;
  /** When it last took the number off its list. */
  readonly carrierRemovedAt?: string | undefined;
}

/** Marketing is agreed to in writing: on a form with its exact words, or on a signed one that staff or an import name. */
export const isWritten = ({ how, evidence }: Pick<ConsentFact, 'how' | 'evidence'>): boolean =>
  how === 'web-form' || ((how === 'staff' || how === 'import') && evidence !== undefined);

/** Whether it can only come from who has the number, or was said to staff. */
const isBelieved = ({ proof, how }: ConsentFact): boolean => proof !== undefined || how === 'staff';

/** The state after one more fact. */
export const afterFact = (state: ConsentState, fact: ConsentFact): ConsentState => {
  const { category, granted, at, wordingVersion } = fact;
  if (category === 'unencrypted-texts') {
    const prefersTexts = granted && (state.channel?.prefersTexts !== false || isBelieved(fact));
    return { ...state, channel: { warnedAt: at, wordingVersion, prefersTexts } };
  }
  if (granted && fact.how === 'carrier') {
    return { ...state, carrierListedAt: undefined, carrierRefusedAgainAt: undefined, carrierRemovedAt: at };
  }
  if (!granted) return category === 'all' ? afterStopOfAll(state, fact) : afterStopOf(state, category, fact);
  return category === 'all' ? afterStart(state, fact) : afterAgreement(state, category, fact);
};

/** What facts come to, in the order in which they were recorded. */
export const stateOf = (facts: readonly ConsentFact[]): ConsentState => facts.reduce(afterFact, { granted: {} });

const without = <K extends string, V>(
  record: Readonly<Partial<Record<K, V>>> | undefined,
  key: K,
): Partial<Record<K, V>> => {
  const { [key]: _, ...rest } = { ...record } as Partial<Record<K, V>>;
  return rest as Partial<Record<K, V>>;
};

const withoutMarketing = ({ granted, grantedBy }: ConsentState): Pick<ConsentState, 'granted' | 'grantedBy'> => ({
  granted: without(granted, 'marketing'),
  grantedBy:
    grantedBy &&
    Object.fromEntries(Object.entries(grantedBy).map(([patientId, of]) => [patientId, without(of, 'marketing')])),
});

const withAgreement = (
  { granted, grantedBy }: ConsentState,
  category: ConsentCategory,
  { patientId, since }: { readonly patientId: string | undefined; readonly since: string },
): Pick<ConsentState, 'granted' | 'grantedBy'> =>
  patientId === undefined
    ? { granted: { ...granted, [category]: since }, grantedBy }
    : { granted, grantedBy: { ...grantedBy, [patientId]: { ...grantedBy?.[patientId], [category]: since } } };

/** Nobody who said stop gets marketing again without agreeing to it anew, in writing. */
const afterStopOfAll = (state: ConsentState, { at, how }: ConsentFact): ConsentState => ({
  ...state,
  ...withoutMarketing(state),
  optedOut: state.optedOut ?? { at, how },
  ...(how === 'carrier' ? { carrierListedAt: at } : {}),
});

const afterStopOf = (state: ConsentState, category: ConsentCategory, { at, how }: ConsentFact): ConsentState => ({
  ...state,
  ...(category === 'marketing' ? withoutMarketing(state) : {}),
  stopped: { ...state.stopped, [category]: state.stopped?.[category] ?? { at, how } },
});

/** What START from the number takes back besides texts of treatment: what was stopped by text or by the carrier, never marketing. */
const isUndoneByStart = (category: ConsentCategory, { how }: OptOut): boolean =>
  category === 'treatment' || (category !== 'marketing' && (how === 'text' || how === 'carrier'));

/** START is an agreement of its own to texts of treatment: who never gave one has now. */
const afterStart = (state: ConsentState, { at, proof, patientId }: ConsentFact): ConsentState => {
  if (proof === undefined) return state;
  const stopped = { ...state.stopped };
  for (const category of CONSENT_CATEGORIES) {
    const stop = stopped[category];
    if (stop !== undefined && isUndoneByStart(category, stop)) delete stopped[category];
  }
  if (state.optedOut !== undefined) stopped.marketing ??= state.optedOut;
  return {
    ...state,
    // Who asks for texts does not prefer none.
    ...(state.channel === undefined ? {} : { channel: { ...state.channel, prefersTexts: true } }),
    ...(agreedSince(state, 'treatment', patientId) === undefined
      ? withAgreement(state, 'treatment', { patientId, since: at })
      : {}),
    stopped,
    optedOut: undefined,
    carrierRefusedAgainAt: undefined,
  };
};

/**
 * An agreement ends a STOP, which is the number's, only where the number is proven, and only for its own category: what else an `all` had
 * ended stays ended.
 */
const afterAgreement = (state: ConsentState, category: ConsentCategory, fact: ConsentFact): ConsentState => {
  if (category === 'marketing' && !isWritten(fact)) return state;
  const { patientId } = fact;
  const isRenewed = fact.proof !== undefined && stopOf(state, category) !== undefined;
  const before = (patientId === undefined ? state.granted : state.grantedBy?.[patientId])?.[category];
  const agreed = withAgreement(state, category, { patientId, since: isRenewed ? fact.at : (before ?? fact.at) });
  if (fact.proof === undefined) return { ...state, ...agreed };
  const { optedOut } = state;
  const others = CONSENT_CATEGORIES.filter((other) => other !== category);
  const ended =
    optedOut === undefined
      ? {}
      : Object.fromEntries(others.map((other) => [other, state.stopped?.[other] ?? optedOut]));
  return {
    ...state,
    ...agreed,
    stopped: { ...without(state.stopped, category), ...ended },
    optedOut: undefined,
    carrierRefusedAgainAt: undefined,
  };
};

/** Since when, and how, a category is stopped, by itself or with all others. */
export const stopOf = (
  { optedOut, stopped }: Pick<ConsentState, 'optedOut' | 'stopped'>,
  category: ConsentCategory,
): OptOut | undefined => optedOut ?? stopped?.[category];

/** Why a text of a category may not go. */
export type ConsentBar = 'opted-out' | 'prefers-no-texts' | 'no-consent' | 'carrier-refuses';

/** Since when somebody agrees to a category: for themselves, or as whoever has the number. */
export const agreedSince = (
  { granted, grantedBy }: Pick<ConsentState, 'granted' | 'grantedBy'>,
  category: ConsentCategory,
  patientId: string | undefined,
): string | undefined =>
  (patientId === undefined ? undefined : grantedBy?.[patientId]?.[category]) ?? granted[category];

/** Whether anybody agrees to a category, for themselves or for whoever has the number. */
export const isAgreedByAnybody = (
  { granted, grantedBy = {} }: Pick<ConsentState, 'granted' | 'grantedBy'>,
  category: ConsentCategory,
): boolean => [granted, ...Object.values(grantedBy)].some((agreed) => agreed[category] !== undefined);

/**
 * Why a text of a category about somebody may not go to a number in this state, if so. About nobody in particular it takes an agreement
 * of whoever has the number. Its hours are another matter.
 */
export const barOf = (state: ConsentState, category: ConsentCategory, patientId?: string): ConsentBar | undefined => {
  if (stopOf(state, category) !== undefined) return 'opted-out';
  if (state.channel?.prefersTexts === false) return 'prefers-no-texts';
  if (agreedSince(state, category, patientId) === undefined) return 'no-consent';
  return state.carrierRefusedAgainAt === undefined ? undefined : 'carrier-refuses';
};

/** Why a text that may be about any of some people may not go: what bars one of them bars it. */
export const barOfAny = (
  state: ConsentState,
  category: ConsentCategory,
  people: readonly string[],
): ConsentBar | undefined =>
  people.length === 0
    ? barOf(state, category)
    : people.map((patientId) => barOf(state, category, patientId)).find((bar) => bar !== undefined);

/**
 * What a STOP ends. Under the regime `category` it is the category of the last text that went to the number, because that is what was
 * answered; a STOP that asks for the end of everything, or that answers no text we know of, or that follows a STOP to the same
 * category, ends all. Under `all` it always does. Each STOP keeps the meaning that its sender was told: a change of the regime does not
 * touch what was said before.
 */
export const endedByStop = (
  state: ConsentState,
  {
    revocation,
    lastCategory,
    saysAll,
  }: {
    readonly revocation: 'category' | 'all';
    readonly lastCategory: ConsentCategory | undefined;
    readonly saysAll: boolean;
  },
): ConsentCategory | 'all' =>
  revocation === 'all' || saysAll || lastCategory === undefined || stopOf(state, lastCategory) !== undefined
    ? 'all'
    : lastCategory;
