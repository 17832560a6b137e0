import { foldClauses, PAUSE, wordsOf } from '../../platform/fold.ts';
import { phraseIndex } from '../../platform/phrase-index.ts';
import { type Reading, readWords, type Span } from './red-flag-reading.ts';
import {
  DISPOSITIONS,
  RED_FLAG_RULE_SET,
  RED_FLAG_RULES,
  type RedFlagDisposition,
  type RedFlagGroup,
  type RedFlagRule,
} from './red-flag-rules.ts';
import { canonicalWords } from './red-flag-words.ts';

export { RED_FLAG_RULE_SET, type RedFlagDisposition, type RedFlagGroup } from './red-flag-rules.ts';

/** One rule that the text matched. Holds the rule's name and nothing of the patient's words. */
export interface RedFlag {
  readonly group: RedFlagGroup;
  readonly rule: string;
  readonly disposition: RedFlagDisposition;
}

/** What screening found. `disposition` is the most urgent of the flags, null when there is none. */
export interface RedFlagScreening {
  readonly ruleSet: string;
  readonly disposition: RedFlagDisposition | null;
  readonly flags: readonly RedFlag[];
}

/**
 * Screens a patient's free text, English or Spanish, for red flags of spine care. Recall comes before precision: a false alarm
 * costs a phone call. So what is found is cleared only where it is plainly denied ("no numbness, no fever"), and nowhere when
 * something in the text turns it ("but", "until", "except", a question mark). "No feeling" is a finding and denies nothing.
 * It supports a clinician's review, it is not a diagnosis. Pure and deterministic; never throws.
 */
export const screenText = (text: string): RedFlagScreening => {
  const words = canonicalWords(wordsOf(foldClauses(text)));
  const canonical = words.join(' ');
  // A question is answered by a human, whatever it denies.
  const reading = readWords(words, () => /[?？]/.test(text) || TURNS.test(canonical));
  const held = combinedIn(reading);
  let at = 0;
  for (const [index, word] of words.entries()) {
    for (const rule of rulesBeginningWith(word))
      if (!held.has(rule) && saysAt(rule, canonical, { at, word: index }, reading)) held.add(rule);
    at += word.length + 1;
  }
  const flags =
    held.size === 0
      ? []
      : RED_FLAG_RULES.filter((rule) => held.has(rule)).map(({ group, rule, disposition }) => ({
          group,
          rule,
          disposition,
        }));
  return { ruleSet: RED_FLAG_RULE_SET, disposition: mostUrgent(flags), flags };
};

const mostUrgent = (flags: readonly RedFlag[]): RedFlagDisposition | null =>
  DISPOSITIONS.find((disposition) => flags.some((flag) => flag.disposition === disposition)) ?? null;

// Words after which a denial may not be the whole story.
const TURNS =
  /(?<![^ ])(?:but|except|until|yet|anymore|although|though|however|unless|only|before|like(?! (?:it|they|everything) (?:should|always)| normal| usual| always| (?:you|u|yall|they|he|she|(?:the|my|dr) \S+) (?:asked|said|told|wanted|suggested|mentioned|would|recommended))|such|than|since|worse|worsening|now(?! (?:\||just|thanks|thank)|$)|just(?! (?:a |some |the |my |same |old |usual |normal |regular |still |really |more |bit |little )*(?:sore|soreness|stiff|stiffness|pain|ache|aches|achy|aching|tired|tight|tightness|discomfort|joking|kidding|checking|asking|wondering|curious|calling|writing|texting|confirming|following)(?! in))|pero|excepto|aunque|hasta|salvo|todavia|ahora|ya no|antes|asi|como|desde|peor|not no)(?![^ ])/;

/** The combinations by each concept of their first list: most texts say few concepts, and most rules are about others. */
const BY_CONCEPT = Map.groupBy(
  RED_FLAG_RULES.flatMap((rule) =>
    rule.combines.flatMap(({ one, other, within }) => one.map((concept) => ({ rule, concept, other, within }))),
  ),
  ({ concept }) => concept,
);

/** The rules whose phrases can begin with a word. */
const rulesBeginningWith = phraseIndex(
  RED_FLAG_RULES.flatMap((rule) => (rule.says === null ? [] : [[rule.says, rule]])),
);

/** The rules of which a text says a combination. */
const combinedIn = ({ said }: Reading): Set<RedFlagRule> => {
  const found = new Set<RedFlagRule>();
  for (const [concept, spans] of said) {
    for (const { rule, other, within } of BY_CONCEPT.get(concept) ?? []) {
      if (found.has(rule)) continue;
      const isNear = other.some((second) => areNear(spans, said.get(second) ?? [], within));
      if (other.length === 0 || isNear) found.add(rule);
    }
  }
  return found;
};

/** Whether one of each lie within so many words. Both lists are in the order of the text. */
const areNear = (ones: readonly Span[], others: readonly Span[], within: number): boolean => {
  let nearest = 0;
  for (const { from, to } of ones) {
    while (nearest < others.length && (others[nearest]?.to ?? 0) + within < from) nearest++;
    for (let at = nearest; at < others.length; at++) {
      const other = others[at];
      if (other === undefined || other.from > to + within) break;
      if (other.from !== from || other.to !== to) return true;
    }
  }
  return false;
};

/** Whether a phrase of the rule begins at this word (`at` is its first letter) and is not denied. */
const saysAt = (
  { says: pattern, canBeNegated }: RedFlagRule,
  canonical: string,
  { at, word }: { readonly at: number; readonly word: number },
  { isDenied }: Reading,
): boolean => {
  if (pattern === null) return false;
  pattern.lastIndex = at;
  const phrase = pattern.exec(canonical)?.[0];
  return phrase !== undefined && (!canBeNegated || phrase.includes(PAUSE) || !isDenied(word));
};
