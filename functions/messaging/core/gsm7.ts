/** The alphabet of an SMS in GSM-7, and how other text is written in it. */

// 3GPP TS 23.038, default alphabet without the escape itself, then its extension table.
const GSM7_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM7_EXTENSION = '\f^{}\\[~]|';

/** Septets by UTF-16 unit, 0 where GSM-7 has no such character. */
const SEPTETS = new Uint8Array(0x1_0000);
for (const character of GSM7_BASIC) SEPTETS[character.charCodeAt(0)] = 1;
for (const character of `${GSM7_EXTENSION}€`) SEPTETS[character.charCodeAt(0)] = 2;

/** Septets that a UTF-16 unit takes in GSM-7: 1, 2 for a character of the extension table, 0 where GSM-7 lacks it. */
export const septetsOf = (unit: number): number => SEPTETS[unit] ?? 0;

/** Septets that a text takes in GSM-7, or undefined when GSM-7 lacks one of its characters. */
export function septetCount(text: string): number | undefined {
  let septets = 0;
  for (let index = 0; index < text.length; index++) {
    const cost = SEPTETS[text.charCodeAt(index)] ?? 0;
    if (cost === 0) return undefined;
    septets += cost;
  }
  return septets;
}

/** Whether GSM-7 has every character of a text. */
export const isGsm7 = (text: string): boolean => septetCount(text) !== undefined;

// Marks that word processors and phones put in, by what a keyboard would have typed.
const TYPOGRAPHIC: ReadonlyMap<string, string> = new Map(
  [
    ["'", '‘’‚‛′ʹʻʼʽ`´'],
    ['"', '“”„‟″«»'],
    ['-', '‐‑‒–—―−⁃'],
    ['...', '…'],
    ['*', '•‣·∙'],
    [' ', '\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v'],
    ['', '\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f'],
    ['\n', '\u2028\u2029\u0085'],
    ['/', '⁄∕'],
    ['(c)', '©'],
    ['(R)', '®'],
    ['TM', '™'],
    ['x', '×'],
    ['<', '‹'],
    ['>', '›'],
  ].flatMap(([plain = '', marks = '']) => [...marks].map((mark): [string, string] => [mark, plain])),
);

function toGsm7Character(character: string): string {
  const unit = character.charCodeAt(0);
  if (character.length === 1 && septetsOf(unit) > 0) return character;
  const plain = TYPOGRAPHIC.get(character);
  if (plain !== undefined) return plain;
  const base = character.normalize('NFKD').replace(/\p{M}/gu, '');
  return base !== '' && [...base].every((part) => part.length === 1 && septetsOf(part.charCodeAt(0)) > 0)
    ? base
    : character;
}

/**
 * Writes a text with the characters GSM-7 has: typographic marks become typed ones, an accented letter stays where GSM-7 has it
 * (é ñ ü à) and loses its accent where not (á í ó ú). What has no plain form (emoji, other scripts) is left for the caller to
 * see.
 */
export function toGsm7(text: string): string {
  let plain = text;
  // A letter that has lost one accent may make another with the mark behind it: until nothing changes any more.
  for (let before = ''; before !== plain && !isGsm7(plain); ) {
    before = plain;
    plain = [...plain.normalize('NFC')].map(toGsm7Character).join('');
  }
  return plain;
}
