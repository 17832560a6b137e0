import { Temporal } from 'temporal-polyfill';
import {
  agreedSince,
  barOf,
  CONSENT_CATEGORIES,
  type ConsentBar,
  type ConsentCategory,
  type ConsentFact,
  type ConsentSource,
  type ConsentState,
  isAgreedByAnybody,
  stopOf,
} from './consent.ts';

/** An entry of the ledger, as far as it explains something. */
export interface ExplainingFact extends ConsentFact {
  readonly wording: string;
}

/** Whether texts of one category may go to a number now, and what that hangs on. */
export interface CategoryStanding {
  readonly category: ConsentCategory;
  readonly mayText: boolean;
  readonly reason: 'agreed' | ConsentBar;
  /** The same in a sentence, for who has to explain it to somebody. */
  readonly why: string;
  /** When, how and in which words: what was agreed to, or what said stop. Absent where there is nothing. */
  readonly since?: string | undefined;
  readonly how?: ConsentSource | undefined;
  readonly wording?: string | undefined;
  readonly wordingVersion?: string | undefined;
}

const ways: Readonly<Record<ConsentSource, string>> = {
  'web-form': 'on a web form',
  staff: 'to staff',
  text: 'by text',
  carrier: 'as the carrier reports',
  import: 'by an import',
};

/** When what holds now, and what holds of these people, was said: only the entries of these instants explain it. */
export const instantsBehind = (
  { granted, grantedBy, stopped, optedOut, channel }: ConsentState,
  people: readonly string[],
): ReadonlySet<string> =>
  new Set(
    [
      ...[granted, ...people.map((patientId) => grantedBy?.[patientId] ?? {})].flatMap(
        Object.values<string | undefined>,
      ),
      ...Object.values(stopped ?? {}).map((stop) => stop?.at),
      optedOut?.at,
      channel?.warnedAt,
    ].filter((at) => at !== undefined),
  );

/**
 * Each category of a number: may it be texted about somebody (`patientId`; without, whoever has it), and why. `entries` are those of the ledger from `instantsBehind` the state, in the order in
 * which they were recorded.
 */
export const explainStanding = (
  state: ConsentState,
  entries: readonly ExplainingFact[],
  patientId?: string,
): readonly CategoryStanding[] =>
  CONSENT_CATEGORIES.map((category) => explainCategory(state, entries, category, patientId));

const explainCategory = (
  state: ConsentState,
  entries: readonly ExplainingFact[],
  category: ConsentCategory,
  patientId: string | undefined,
): CategoryStanding => {
  const bar = barOf(state, category, patientId);
  switch (bar) {
    case undefined: {
      const since = agreedSince(state, category, patientId);
      const isOwn = patientId !== undefined && state.grantedBy?.[patientId]?.[category] !== undefined;
      const agreements = entries.filter(isAgreement(category, since));
      const entry = agreements.findLast((each) => !isOwn || each.patientId === patientId);
      const isOfNumber = patientId !== undefined && entry !== undefined && entry.patientId === undefined;
      const say = (at: string, way: string) =>
        `Agreed on ${at} ${way}${isOfNumber ? ', for whoever has the number' : ''}.`;
      return { category, mayText: true, reason: 'agreed', ...told(entry, say, since) };
    }
    case 'opted-out': {
      const stop = stopOf(state, category);
      const entry = entries.findLast(
        (each) => !each.granted && isAbout(each, category) && each.at === stop?.at && each.how === stop.how,
      );
      const of = entry === undefined || entry.category === 'all' ? 'everything' : 'this category';
      const say = (at: string, way: string) => `Opted out of ${of} on ${at} ${way}, and has not come back since.`;
      return { category, mayText: false, reason: bar, ...told(entry, say, stop?.at, stop?.how) };
    }
    case 'prefers-no-texts': {
      const entry = entries.findLast((each) => each.category === 'unencrypted-texts');
      const say = (at: string, way: string) =>
        `Was warned on ${at} that texts are not encrypted, and prefers none (${way}).`;
      return { category, mayText: false, reason: bar, ...told(entry, say, state.channel?.warnedAt) };
    }
    case 'no-consent':
      return {
        category,
        mayText: false,
        reason: bar,
        why: [
          category === 'marketing'
            ? 'There is no agreement in writing that stands. Marketing needs one.'
            : 'There is no agreement to it.',
          ...(isAgreedByAnybody(state, category) ? ['Others at the number agreed for themselves alone.'] : []),
        ].join(' '),
      };
    case 'carrier-refuses': {
      const since = state.carrierRefusedAgainAt;
      const why = `Agreed, but on ${since} the carrier refused a text all the same: none is tried until they come back once more, or are taken off its list.`;
      return { category, mayText: false, reason: bar, why, since, how: 'carrier' };
    }
  }
};

const isAbout = ({ category: about }: ConsentFact, category: ConsentCategory): boolean =>
  about === category || about === 'all';

/** START is an agreement of its own to texts of treatment. */
const isAgreement =
  (category: ConsentCategory, since: string | undefined) =>
  (entry: ConsentFact): boolean =>
    entry.granted &&
    entry.how !== 'carrier' &&
    entry.at === since &&
    (entry.category === category || (entry.category === 'all' && category === 'treatment'));

const told = (
  entry: ExplainingFact | undefined,
  say: (at: string, way: string) => string,
  at = entry?.at,
  how = entry?.how,
): Pick<CategoryStanding, 'why' | 'since' | 'how' | 'wording' | 'wordingVersion'> => ({
  why: say(at ?? 'an unknown day', how === undefined ? 'in a way that is not known' : ways[how]),
  since: at,
  how,
  wording: entry?.wording,
  wordingVersion: entry?.wordingVersion,
});

/**
 * What the carrier's own list means for who comes back. `DeleteOptedOutNumber` takes a number off it once in 30 days
 * (API reference of AWS End User Messaging, read 2026-11-22).
 */
export const CARRIER_REMOVAL_DAYS = 30;

/** From when on the carrier would take a number off its list again; undefined where it never has. */
export const removableFrom = ({ carrierRemovedAt }: Pick<ConsentState, 'carrierRemovedAt'>): string | undefined =>
  carrierRemovedAt === undefined
    ? undefined
    : Temporal.Instant.from(carrierRemovedAt)
        .add({ hours: CARRIER_REMOVAL_DAYS * 24 })
        .toString({ smallestUnit: 'second' });

export const carrierNote = (listedAt: string): string =>
  `On ${listedAt} the carrier said that the number is on its own opt-out list. Until it is taken off (DeleteOptedOutNumber, once per number in ${CARRIER_REMOVAL_DAYS} days) it refuses every text, whatever is recorded here.`;
