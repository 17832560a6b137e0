import { PAUSE } from '../../platform/fold.ts';
import { type Concept, DEFICITS, type Deficit, type Entry, LEXICON } from './red-flag-concepts.ts';

/** Words of a text, by index: the first, and the one after the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A text as the rules read it: where each concept is said and not denied, and what is denied. */
export interface Reading {
  readonly said: ReadonlyMap<Concept | Deficit, readonly Span[]>;
  /** Whether a finding that begins at this word is denied. */
  readonly isDenied: (word: number) => boolean;
}

const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const NEGATORS = wordSet(
  'no not nor without zero dont didnt doesnt havent hasnt hadnt isnt arent wasnt denies deny denied sin ni ningun ninguna tampoco nada',
);
/** "No the numbness is worse": after these words a "no" was an answer. */
const BEGINS_A_SENTENCE = wordSet(
  'the my i im ive its it this that these those he she they we his her their there mi mis yo ella esta este esto estoy ya ahora still worse call called help send llame llamen necesito',
);
/** Between a negator and what it denies. */
const FILLERS = wordSet(
  'any a an the have has having had get got getting experience experiencing experienced been being be new signs sign of real such severe other much more some all ' +
    'to go going own my your in seen noticed notice had yet even nada de me tengo tiene tienes tenido tenia hay hubo he ha ningun ninguna nuevo nueva el la los las un una mas mucho mucha se le tener',
);
/** After what was denied: where it is, and how much of it is not there. */
const PREPOSITIONS = wordSet('in of on with at for from when while to during around en de del con para al por cuando');
const ARTICLES = wordSet('the my a any either both his her their your el la los las mi mis su sus i im you');
const CLOSERS = wordSet(
  'at all whatsoever anywhere today either so far lately recently right here thanks thank you please gracias hoy',
);
const COORDINATORS = wordSet('or o u and/or');
/** What follows a denial and takes it back: "no numbness started today". */
const TAKES_BACK = wordSet(
  'is are was were has have keeps kept went came become became got gets started starts starting began begun spread spreading feels felt worse es esta estan empezo comenzo sigue',
);
/** "I don't feel great": the words that make a feeling an opinion. */
const OPINIONS = wordSet(
  'good great well better like ready comfortable safe sick bad it up tired okay ok sure confident right bien mejor mal listo lista segura seguro as so that this',
);
const QUANTITIES = wordSet('any a the of much more lot as bit little nada mucho mucha tanto tanta');
/** "The numbness is gone", "it went away". */
const RESOLVED = [
  ['gone'],
  ['went', 'away'],
  ['gone', 'away'],
  ['going', 'away'],
  ['resolved'],
  ['stopped'],
  ['disappeared'],
  ['se', 'fue'],
  ['se', 'me', 'quito'],
  ['desaparecio'],
];
const BEFORE_RESOLVED = wordSet('is are has have was all now completely totally finally mostly almost nearly ya me se');
const MAX_WORDS_TO_LOSS = 5;

type Spans = Map<Concept | Deficit, Span[]>;

const add = (spans: Spans, concept: Concept | Deficit, span: Span): void => {
  const list = spans.get(concept);
  if (list === undefined) spans.set(concept, [span]);
  else list.push(span);
};

/** Reads a canonical text. `isTurned`: whether something in it ("but", "until") turns what was denied, so that no denial counts. */
export const readWords = (words: readonly string[], isTurned: () => boolean): Reading => {
  const spans: Spans = new Map();
  const entriesAt: Array<readonly Entry[]> = words.map((_, index) => entriesOf(words, index));
  entriesAt.forEach((entries, from) => {
    for (const { concept, rest } of entries) add(spans, concept, { from, to: from + 1 + rest.length });
  });

  const denied = new Set<number>();
  words.forEach((word, index) => {
    if (!NEGATORS.has(word)) return;
    const { functions, findings } = scopeOf(words, entriesAt, index);
    for (const { concept, span } of functions) {
      for (const { deficit, of, isLostByNo } of DEFICITS) if (of === concept && isLostByNo) add(spans, deficit, span);
    }
    for (const finding of findings) denied.add(finding);
  });
  denyResolved(words, entriesAt, denied);

  if (denied.size > 0 && isTurned()) denied.clear();
  if (denied.size > 0) {
    for (const [concept, list] of spans) {
      if (!DEFICIT_NAMES.has(concept))
        spans.set(
          concept,
          list.filter(({ from }) => !denied.has(from)),
        );
    }
  }
  addDeficits(spans, words);
  return { said: spans, isDenied: (word) => denied.has(word) };
};

const DEFICIT_NAMES: ReadonlySet<string> = new Set(DEFICITS.map(({ deficit }) => deficit));
const NOTHING: readonly Entry[] = [];

const entriesOf = (words: readonly string[], index: number): readonly Entry[] => {
  const entries = LEXICON.get(words[index] ?? '');
  if (entries === undefined) return NOTHING;
  return entries.every(({ rest }) => rest.length === 0)
    ? entries
    : entries.filter(({ rest }) => rest.every((word, offset) => words[index + 1 + offset] === word));
};

interface Scope {
  /** Functions that the negator takes away: "no [feeling]". */
  readonly functions: ReadonlyArray<{ readonly concept: Concept; readonly span: Span }>;
  /** Where the findings begin that it denies. */
  readonly findings: readonly number[];
}

/**
 * How far a negator reaches: over the words that carry no finding of their own, to the first finding, over "or" to the next, and
 * never across a pause, another negator, a verb or a word it does not know. "no fever or numbness fell off roof" denies two.
 */
const scopeOf = (words: readonly string[], entriesAt: ReadonlyArray<readonly Entry[]>, negator: number): Scope => {
  const functions: Array<{ concept: Concept; span: Span }> = [];
  const findings: number[] = [];
  let at = negator + 1;
  const word = words[negator];
  // "Nada de debilidad" denies; "no siento nada" does not.
  if (word === 'nada' && words[at] !== 'de') return { functions, findings };
  if ((word === 'no' || word === 'not') && BEGINS_A_SENTENCE.has(words[at] ?? '')) return { functions, findings };
  // open: a finding may come; closed: one has come; placed: a preposition leads on to where.
  let state: 'open' | 'closed' | 'placed' = 'open';
  let hasPlace = false;
  let hasPluralPlace = false;
  let lastWasQuality = false;
  for (; at < words.length; ) {
    const next = words[at] ?? '';
    if (next === PAUSE || (NEGATORS.has(next) && !isPartOfEntry(entriesAt, at))) break;
    const entries = entriesAt[at] ?? NOTHING;
    const longest = entries.reduce((most, { rest }) => Math.max(most, rest.length), 0);
    const kinds = new Set(entries.filter(({ rest }) => rest.length === longest).map(({ kind }) => kind));
    const span = { from: at, to: at + 1 + longest };
    if (state === 'open' && kinds.has('finding') && !hasPluralPlace) {
      findings.push(at);
      state = entries.some(({ concept }) => concept === 'trouble') ? 'placed' : 'closed';
      lastWasQuality = false;
    } else if (state === 'open' && !hasPlace && (kinds.has('quality') || kinds.has('event'))) {
      findings.push(at);
      state = 'closed';
      lastWasQuality = true;
    } else if (kinds.has('function') && state !== 'closed') {
      const isOpinion =
        entries.some(({ concept }) => concept === 'feeling' || concept === 'feel') &&
        leadsElsewhere(words, entriesAt, span.to);
      if (state === 'open' && !isOpinion) {
        for (const { concept, kind } of entries)
          if (kind === 'function') functions.push({ concept, span: { from: negator, to: span.to } });
        state = 'closed';
      }
      lastWasQuality = false;
    } else if (kinds.has('place') && (state !== 'closed' || lastWasQuality)) {
      hasPlace = true;
      // "No legs tingling" is an answer and a finding, "no leg tingling" a denial.
      hasPluralPlace = state === 'open' && /(?:s|feet)$/.test(words[span.to - 1] ?? '');
      lastWasQuality = false;
    } else if (COORDINATORS.has(next)) {
      state = 'open';
      hasPluralPlace = false;
      lastWasQuality = false;
    } else if (PREPOSITIONS.has(next) && state !== 'open') {
      state = 'placed';
      lastWasQuality = false;
    } else if (state === 'open' ? FILLERS.has(next) : CLOSERS.has(next) || (state === 'placed' && ARTICLES.has(next))) {
      lastWasQuality = false;
    } else {
      // "I have not passed out": what begins right here is denied too, though it is no word of the vocabulary.
      if (state === 'open' && !hasPlace && !isTakenBack(next)) findings.push(at);
      break;
    }
    at = span.to;
  }
  return { functions, findings: isTakenBack(words[at] ?? '') ? [] : findings };
};

const isTakenBack = (word: string): boolean => TAKES_BACK.has(word);

const isPartOfEntry = (entriesAt: ReadonlyArray<readonly Entry[]>, at: number): boolean =>
  (entriesAt[at] ?? NOTHING).some(({ rest }) => rest.length > 0);

/** "I don't feel any pain", "not feeling well": a feeling that is not sensation. */
const leadsElsewhere = (
  words: readonly string[],
  entriesAt: ReadonlyArray<readonly Entry[]>,
  after: number,
): boolean => {
  let at = after;
  while (QUANTITIES.has(words[at] ?? '')) at++;
  if (OPINIONS.has(words[at] ?? '')) return true;
  return (entriesAt[at] ?? NOTHING).some(({ kind }) => kind === 'finding' || kind === 'quality');
};

const denyResolved = (
  words: readonly string[],
  entriesAt: ReadonlyArray<readonly Entry[]>,
  denied: Set<number>,
): void => {
  entriesAt.forEach((entries, from) => {
    const finding = entries.find(({ kind }) => kind === 'finding');
    if (finding === undefined) return;
    let at = from + 1 + finding.rest.length;
    // "The tingling in my foot is gone".
    if (PREPOSITIONS.has(words[at] ?? '')) {
      at++;
      while (ARTICLES.has(words[at] ?? '') || entriesAt[at]?.some(({ kind }) => kind === 'place')) at++;
    }
    while (BEFORE_RESOLVED.has(words[at] ?? '') && !startsResolved(words, at)) at++;
    if (startsResolved(words, at)) denied.add(from);
  });
};

const startsResolved = (words: readonly string[], at: number): boolean =>
  RESOLVED.some((phrase) => phrase.every((word, offset) => words[at + offset] === word));

/** A loss before a function ("cannot feel", "lost all the feeling") or "gone" after it, few words and no pause between. */
const addDeficits = (said: Spans, words: readonly string[]): void => {
  for (const { deficit, of, losses, ends } of DEFICITS) {
    const functions = said.get(of);
    if (functions === undefined) continue;
    for (const loss of losses) addFollowing(said, deficit, words, said.get(loss), functions);
    for (const end of ends) addFollowing(said, deficit, words, functions, said.get(end));
    said.get(deficit)?.sort((one, other) => one.from - other.from);
  }
};

const addFollowing = (
  said: Spans,
  deficit: Deficit,
  words: readonly string[],
  firsts: readonly Span[] = [],
  seconds: readonly Span[] = [],
): void => {
  let next = 0;
  for (const { from, to } of seconds) {
    while ((firsts[next]?.to ?? Number.POSITIVE_INFINITY) <= from) next++;
    const first = firsts[next - 1];
    if (first === undefined || from - first.to > MAX_WORDS_TO_LOSS) continue;
    const between = words.slice(first.to, from);
    if (!between.some(beginsAnother)) add(said, deficit, { from: first.from, to });
  }
};

const CONJUNCTIONS = wordSet('and because so but im ive porque y pero que');

/** "I can't come, I feel sick": what follows is said of something else. "Trouble when I pee" is not. */
const beginsAnother = (word: string, index: number, between: readonly string[]): boolean =>
  word === PAUSE || CONJUNCTIONS.has(word) || (word === 'i' && between[index - 1] !== 'when');
