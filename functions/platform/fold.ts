/**
 * Folding: what a patient typed, reduced to what they meant, before any rule reads it.
 *
 * Phones write curly quotes, keycap digits, accents or none, capitals or none and emoji anywhere. Every rule over free text
 * (keywords, answers, red flags) reads a folded form, so that no rule has to know about any of it.
 */

// What a keyboard puts where a person means an apostrophe. Dropped, so that can't, can’t and cant are one word.
const APOSTROPHES = /['`´‘’‚‛ʹʻʼʽ′＇]/g;
const COMBINING_MARKS = /\p{M}+/gu;
// Zero-width joiners, soft hyphens, direction marks: invisible, and enough to hide a word from a rule.
const INVISIBLES = /[\p{Cf}\u115f\u1160\u3164]+/gu;
const ASCII_ONLY = /^[\t\n\r -~]*$/;

const VISIBLE = /[^\s\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Whether a reader sees anything of a text: not of blanks, joiners and other characters without a form. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/** The rules of one text fold it again and again: what the last one came to is kept. */
const keepingLast = <T>(fold: (text: string) => T): ((text: string) => T) => {
  let last = { text: '', folded: fold('') };
  return (text) => {
    if (text !== last.text) last = { text, folded: fold(text) };
    return last.folded;
  };
};

/**
 * Lower case, compatibility forms resolved (full-width, keycaps, ligatures), no diacritics, no apostrophes, no invisible
 * characters. Punctuation and emoji stay. Never throws, whatever the string holds.
 */
export const foldCharacters = keepingLast((text) => {
  if (ASCII_ONLY.test(text)) return text.toLowerCase().replace(APOSTROPHES, '');
  return (
    text
      .replaceAll('🔟', '10')
      .replace(APOSTROPHES, '')
      .normalize('NFKD')
      .replace(COMBINING_MARKS, '')
      .replace(INVISIBLES, '')
      // A full-width mark has only now become an apostrophe.
      .replace(APOSTROPHES, '')
      .toLowerCase()
      .replace(COMBINING_MARKS, '')
  );
});

/** The mark that stands for a pause (comma, full stop, line end, spaced dash) in {@link foldClauses}. */
export const PAUSE = '|';

const PAUSES = /[^\S\n]*(?:[.,;:!?¡¿()[\]{}"“”«»…\n\r\u2028\u2029|]|\s[-–—]+\s|[–—])+/g;
const NOT_WORD_NOR_PAUSE = /[^\p{L}\p{N}|]+/gu;
const NOT_WORD = /[^\p{L}\p{N}]+/gu;
// The same for what most texts are made of once folded, at a third of the cost.
const PAUSES_IN_ASCII = /[^\S\n]*(?:[.,;:!?()[\]{}"\n\r|]|\s-+\s)+/g;
const NOT_ASCII_WORD_NOR_PAUSE = /[^a-z0-9|]+/g;
const NOT_ASCII_WORD = /[^a-z0-9]+/g;

/** Words joined by single spaces, each run of punctuation between them reduced to the word {@link PAUSE}. */
export const foldClauses = keepingLast((text) => {
  const folded = foldCharacters(text);
  const words = ASCII_ONLY.test(folded)
    ? folded.replace(PAUSES_IN_ASCII, ' | ').replace(NOT_ASCII_WORD_NOR_PAUSE, ' ')
    : folded.replace(PAUSES, ' | ').replace(NOT_WORD_NOR_PAUSE, ' ');
  return words.trim();
});

/** The words of a folded text. */
export const wordsOf: (folded: string) => readonly string[] = keepingLast((folded) => folded.split(' '));

/** Words joined by single spaces, nothing else: the form in which a whole message is compared with a keyword. */
export const foldWords = keepingLast((text) => {
  const folded = foldCharacters(text);
  return folded.replace(ASCII_ONLY.test(folded) ? NOT_ASCII_WORD : NOT_WORD, ' ').trim();
});
