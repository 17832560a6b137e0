/**
 * Which of many patterns over words are worth trying on a text: those that can begin with one of its words.
 *
 * Tables of phrases grow, and most of them are about something else than the text at hand. What a pattern can begin with is read
 * off the pattern itself, so no list of words stands beside it to fall behind. Where that cannot be read off (it begins with any
 * word, or in a way this reader does not know), the pattern is tried on every text: slower, never wrong.
 */

/** What is worth trying where a word stands. */
type PhraseIndex<T> = (word: string) => readonly T[];

/** People use the same few thousand words: what can begin with each is looked up once. */
const mostWords = 4_000;
const longestWord = 20;

/** Indexes patterns by the words they can begin with. Each must match from the beginning of a word on: `(?<![^ ])(?:…)`. */
export const phraseIndex = <T>(entries: ReadonlyArray<readonly [pattern: RegExp, value: T]>): PhraseIndex<T> => {
  const begun = entries.map(([pattern, value]) => ({ beginnings: beginningsOf(pattern), value }));
  const known = new Map<string, readonly T[]>();
  return (word) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    const values = begun.flatMap(({ beginnings, value }) =>
      beginnings === undefined || canBegin(beginnings, word) ? [value] : [],
    );
    if (known.size >= mostWords) known.clear();
    if (word.length <= longestWord) known.set(word, values);
    return values;
  };
};

/** Replaces what matches each pattern of a table by its words, one pattern after the other. */
export const phraseReplacer = (
  table: ReadonlyArray<readonly [pattern: RegExp, words: string]>,
): ((words: readonly string[]) => readonly string[]) => {
  const beginningWith = phraseIndex(table.map((row) => [row[0], row]));
  const worthTrying = (words: readonly string[]) => {
    // A list, not a set: few patterns begin with the words of one text.
    const rows: Array<(typeof table)[number]> = [];
    for (const word of words) for (const row of beginningWith(word)) if (!rows.includes(row)) rows.push(row);
    return rows;
  };
  return (words) => {
    let replaced = words;
    let worthwhile = worthTrying(words);
    if (worthwhile.length === 0) return words;
    let text = words.join(' ');
    for (const row of table) {
      if (!worthwhile.includes(row)) continue;
      const next = text.replace(row[0], row[1]);
      if (next === text) continue;
      text = next;
      replaced = text.split(' ');
      // What stands there now may begin another.
      worthwhile = worthTrying(replaced);
    }
    return replaced;
  };
};

const WORD_START = '(?<![^ ])';
const WORD_END = '(?![^ ])';
/** As much of a word as is told apart. */
const mostLetters = 5;
/** After the letters of a beginning: the word ends there. */
const ENDS = ' ';
/** After the letters of a beginning: anything may follow, or nothing. Without either mark, more of the pattern follows. */
const GOES_ON = '…';

const canBegin = (beginnings: Beginnings, word: string): boolean => {
  if (beginnings.has(word + ENDS)) return true;
  for (let letters = 1; letters <= Math.min(word.length, mostLetters); letters += 1)
    if (beginnings.has(word.slice(0, letters) + GOES_ON)) return true;
  return false;
};

/** How the words can begin that a pattern begins with; undefined where it may be any word. */
const beginningsOf = ({ source, flags }: RegExp): Beginnings | undefined => {
  // Letters that stand for others (i), or line ends within the text (m), are not what this reads.
  if (!source.startsWith(WORD_START) || /[imsv]/.test(flags)) return undefined;
  const read = readBeginnings(source);
  if (read === undefined) return undefined;
  const after = source.endsWith(WORD_END) ? ENDS : GOES_ON;
  const beginnings = new Set([...read].map((beginning) => (isSettled(beginning) ? beginning : beginning + after)));
  return beginnings.has(ENDS) || beginnings.has(GOES_ON) ? undefined : beginnings;
};

const isSettled = (beginning: string): boolean => beginning.endsWith(ENDS) || beginning.endsWith(GOES_ON);

type Beginnings = ReadonlySet<string>;
const NOTHING: Beginnings = new Set(['']);
const ANYTHING: Beginnings = new Set([GOES_ON]);
const DIGITS: Beginnings = new Set('0123456789');

const following = (firsts: Beginnings, seconds: Beginnings): Beginnings => {
  const joined = new Set<string>();
  for (const first of firsts) {
    if (isSettled(first)) joined.add(first);
    else for (const second of seconds) joined.add(cut(first + second));
  }
  return joined;
};

const cut = (beginning: string): string =>
  beginning.length > mostLetters ? beginning.slice(0, mostLetters) + GOES_ON : beginning;

/** What is said once, or not at all, or again and again. */
const repeated = (once: Beginnings, quantifier: string): Beginnings => {
  const all = new Set(once);
  if (/^(?:[*?]|\{0)/.test(quantifier)) all.add('');
  if (!quantifier.startsWith('?')) for (const one of once) if (one !== '' && !isSettled(one)) all.add(one + GOES_ON);
  return all;
};

/** Reads what a pattern's source can begin with; undefined where it holds something this does not know. */
const readBeginnings = (source: string): Beginnings | undefined => {
  let at = 0;
  let isBeyond = false;

  /** Takes what stands here, if it does. */
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const taken = pattern.exec(source)?.[0];
    at += taken?.length ?? 0;
    return taken;
  };

  const alternatives = (): Beginnings => {
    const all = new Set<string>();
    let one = NOTHING;
    const end = (): void => {
      for (const beginning of one) all.add(beginning);
      one = NOTHING;
    };
    while (at < source.length && source[at] !== ')' && !isBeyond) {
      if (take(/\|/y) === undefined) one = following(one, quantified());
      else end();
    }
    end();
    return all;
  };

  const quantified = (): Beginnings => {
    const once = atom();
    const quantifier = take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    return quantifier === undefined ? once : repeated(once, quantifier);
  };

  const group = (): Beginnings => {
    const inside = alternatives();
    if (take(/\)/y) === undefined) isBeyond = true;
    return inside;
  };

  const atom = (): Beginnings => {
    if (take(/\(\?<?[=!]/y) !== undefined) {
      // What has to stand around it only narrows what it can begin with.
      group();
      return NOTHING;
    }
    if (take(/\((?:\?:|(?!\?))/y) !== undefined) return group();
    if (take(/[\^$]|\\[bB]/y) !== undefined) return NOTHING;
    const listed = take(/\[[^\]\\^-][^\]\\-]*\]/y);
    if (listed !== undefined) return new Set(listed.slice(1, -1));
    if (take(/\\d/y) !== undefined) return DIGITS;
    if (take(/\[(?:[^\]\\]|\\.)+\]|\\[pP]\{\w+\}|\\[DsSwW]|\./y) !== undefined) return ANYTHING;
    const literal = take(/\\[|.?*+()[\]{}^$/\\]|[^\\()[\]{}*+?|]/uy);
    if (literal !== undefined) return new Set([literal.replace('\\', '')]);
    isBeyond = true;
    return ANYTHING;
  };

  const beginnings = alternatives();
  return isBeyond || at < source.length ? undefined : beginnings;
};
