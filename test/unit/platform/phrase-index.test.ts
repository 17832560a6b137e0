import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RED_FLAG_RULES } from '../../../functions/care/core/red-flag-rules.ts';
import { phraseIndex, phraseReplacer } from '../../../functions/platform/phrase-index.ts';

const whole = (source: string): RegExp => new RegExp(`(?<![^ ])(?:${source})(?![^ ])`, 'g');

/** Whether a pattern is worth trying on a text. */
const isTried = (pattern: RegExp, text: string): boolean =>
  text.split(' ').some((word) => phraseIndex([[pattern, 'it']])(word).includes('it'));

describe('what is worth trying', () => {
  it.each([
    ['one of the words it begins with', 'foot ?drop|pie caido', 'my footdrop', true],
    ['a word that comes later in it', 'foot ?drop|pie caido', 'a drop', false],
    ['a longer word', 'no|not', 'now', false],
    ['a word cut where the pattern leaves its end open', 'metasta\\S*', 'metastatic', true],
    ['a word that is as long as what is told apart', 'chest pain', 'chest', true],
    ['a word that goes on after what is told apart', 'weakness', 'weaknez', true],
    ['the word after what need not be there', '(?:my |the ){0,2}legs?', 'leg', true],
    ['the word that need not be there', '(?:my |the ){0,2}legs?', 'the', true],
    ['a list of letters', 'hinchad[oa]s', 'hinchadas', true],
    ['a figure', '10[0-6] degrees', '104 degrees', true],
    ['another figure', '\\d degrees', '4 degrees', true],
    ['a pause', '\\| dead', 'hi | dead', true],
    ['what must come before it', '(?<=^|\\| )911', 'call 911', true],
    ['what must not come after it', 'er(?! tech)', 'er', true],
    ['letters that come again', 'a+h', 'aaah', true],
    ['letters counted', 'a{2}h', 'aah', true],
    ['a capture', '(pain|ache)s', 'aches', true],
    ['none of its words', '(?:pain|ache)s?|hurts', 'see you', false],
    ['any word, where it begins with any', '\\S+ pain', 'see you', true],
    ['any word, where it may begin with a space', ' ?pain', 'see you', true],
    ['any word, where it begins with what only the engine knows', '(?<word>pain) \\k<word>', 'see you', true],
    ['any word, where nothing is left of it', '(?:pain )?', 'see you', true],
  ])('%s', (_, source, text, expected) => {
    expect(isTried(whole(source), text)).toBe(expected);
  });

  it('is everything where case does not count, or a pattern may begin within a word', () => {
    expect(isTried(new RegExp(whole('pain').source, 'gi'), 'PAIN')).toBe(true);
    expect(isTried(/ain(?![^ ])/g, 'pain')).toBe(true);
  });

  it('is a pattern whose word goes on after it', () => {
    expect(isTried(/(?<![^ ])(?:no|not)/g, 'nothing')).toBe(true);
    expect(isTried(/(?<![^ ])(?:no|not)/g, 'yes')).toBe(false);
  });

  it('is not forgotten when more words were seen than are kept', () => {
    const index = phraseIndex([[whole('pain'), 'pain']]);
    for (let word = 0; word < 9_000; word += 1) expect(index(`w${word}`)).toEqual([]);
    expect(index('pain')).toEqual(['pain']);
  });
});

describe('never hides a match', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'abc'), minLength: 1, maxLength: 7 });
  // Few parts and no star within a group: a pattern that backtracks for ever would prove nothing.
  const part = fc.oneof(
    letters,
    fc.constantFrom(
      ' ',
      '\\S',
      '[ab]',
      '[^a]',
      '[a-c]',
      '\\|',
      '.',
      '^',
      '$',
      '(?=a)',
      '(?!b)',
      '(?<=c )',
      'b?',
      '[bc]{2}',
    ),
  );
  const alternatives = (of: fc.Arbitrary<string>, mostParts: number) => {
    const sequence = fc.array(of, { minLength: 1, maxLength: mostParts }).map((parts) => parts.join(''));
    return fc.array(sequence, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
  };
  const group = fc
    .tuple(alternatives(part, 2), fc.constantFrom('', '?', '{0,2}', '{2}'))
    .map(([inner, quantifier]) => `(?:${inner})${quantifier}`);
  const source = alternatives(fc.oneof(part, group, fc.constantFrom('a*', 'b+', '\\S*', 'a*?', '[ab]{1,}', '\\w*')), 3);
  const text = fc
    .array(fc.oneof(letters, fc.constant('|')), { minLength: 1, maxLength: 5 })
    .map((all) => all.join(' '));

  it('of a pattern however it is put together', () => {
    let matched = 0;
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 20, maxLength: 20 }), fc.boolean(), (what, texts, isWhole) => {
        const pattern = isWhole ? whole(what) : new RegExp(`(?<![^ ])(?:${what})`);
        const index = phraseIndex([[pattern, 'it']]);
        for (const each of texts) {
          if (each.search(pattern) < 0) continue;
          matched += 1;
          const isFound = each.split(' ').some((word) => index(word).length > 0);
          expect([each, pattern.source, isFound]).toEqual([each, pattern.source, true]);
        }
      }),
      { numRuns: 600 },
    );
    expect(matched).toBeGreaterThan(300);
  });

  it.each(RED_FLAG_RULES.flatMap(({ rule, says }) => (says === null ? [] : [[rule, says] as const])))(
    'of a red flag: %s',
    (_, says) => {
      const index = phraseIndex([[says, 'it']]);
      let matched = 0;
      const likely = fc.stringMatching(new RegExp(`^(?:${withoutLooks(says.source)})$`));
      fc.assert(
        fc.property(likely, (phrase) => {
          if (phrase.search(says) < 0) return;
          matched += 1;
          expect(index(phrase.split(' ')[0] ?? '')).toEqual(['it']);
        }),
        { numRuns: 300 },
      );
      expect(matched).toBeGreaterThan(0);
      expect(index('tomorrow')).toEqual([]);
    },
  );
});

/** A pattern without what must or must not stand around it, which texts can be made from. */
const withoutLooks = (source: string): string => {
  let left = '';
  for (let at = 0; at < source.length; at += 1) {
    if (!/^\(\?<?[=!]/.test(source.slice(at))) left += source[at];
    else
      for (let depth = 0; ; at += 1) {
        if (source[at] === '\\') at += 1;
        else if (source[at] === '(') depth += 1;
        else if (source[at] === ')' && --depth === 0) break;
      }
  }
  return left;
};

describe('replacing by a table', () => {
  const replace = phraseReplacer([
    [whole('do not|don t'), 'dont'],
    [whole('dont want'), 'refuse'],
    [whole('x'), 'x'],
  ]);
  const replaced = (text: string): string => replace(text.split(' ')).join(' ');

  it('takes one pattern after the other, and sees what the one before has put there', () => {
    expect(replaced('i do not want this and don t want that')).toBe('i refuse this and refuse that');
  });

  it('leaves a text alone that has none', () => expect(replaced('see you')).toBe('see you'));
});
