import GraphemeSplitter from 'grapheme-splitter';
import { septetsOf } from './gsm7.ts';

/** How a carrier will encode a text and into how many parts it will cut it: what a text costs. */
export interface Segmentation {
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly segments: number;
  /** The distinct characters (as a reader sees them) that GSM-7 lacks, in order of appearance. */
  readonly characters: readonly string[];
}

// 140 octets a part; a part of several gives 6 octets to its header (3GPP TS 23.040).
const GSM7_SINGLE_SEPTETS = 160;
const GSM7_PART_SEPTETS = 153;
const UCS2_SINGLE_UNITS = 70;
const UCS2_PART_UNITS = 67;

/**
 * Counts the parts of a text exactly: 160/153 septets in GSM-7, where an extension character takes two that are never split
 * over parts, else 70/67 UTF-16 units. What a reader sees as one character (a surrogate pair, an emoji with its skin tone, a
 * letter with its accent) is kept in one part as far as it fits into one at all. Empty text has no part.
 */
export function segment(text: string): Segmentation {
  let septets = 0;
  for (let index = 0; index < text.length; index++) {
    const cost = septetsOf(text.charCodeAt(index));
    if (cost === 0) return segmentUcs2(text);
    septets += cost;
  }
  return { encoding: 'GSM-7', segments: gsm7Parts(text, septets), characters: [] };
}

function gsm7Parts(text: string, septets: number): number {
  if (septets <= GSM7_SINGLE_SEPTETS) return septets === 0 ? 0 : 1;
  // Without extension characters nothing can be pushed to the next part, so the parts are full.
  if (septets === text.length) return Math.ceil(septets / GSM7_PART_SEPTETS);
  let parts = 1;
  let used = 0;
  for (let index = 0; index < text.length; index++) {
    const cost = septetsOf(text.charCodeAt(index));
    if (used + cost > GSM7_PART_SEPTETS) {
      parts++;
      used = 0;
    }
    used += cost;
  }
  return parts;
}

function segmentUcs2(text: string): Segmentation {
  const characters = charactersOf(text);
  const missing = new Set<string>();
  let parts = 1;
  let used = 0;
  for (const character of characters) {
    const units = character.length;
    if (units > 1 || septetsOf(character.charCodeAt(0)) === 0) missing.add(character);
    if (used + units > UCS2_PART_UNITS) {
      parts++;
      used = 0;
    }
    used += units;
  }
  return { encoding: 'UCS-2', segments: text.length <= UCS2_SINGLE_UNITS ? 1 : parts, characters: [...missing] };
}

// Everything that can join with a neighbour into one visible character: marks, joiners, Hangul, flags, skin tones, and the few
// letters that lead or trail a cluster. Text with none of these, nearly all, is its own code points.
const JOINING =
  /[\p{M}\p{Cf}\p{RI}\p{Emoji_Modifier}\u0e33\u0eb3\u0d4e\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\uff9e\uff9f\u{10000}-\u{1d1ff}]/u;
// Past any part's size a cluster must be cut anyway; cutting such text by code point also keeps the work linear.
const ENDLESS_CLUSTER = /[\p{M}\p{Cf}\p{RI}\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\p{Emoji_Modifier}]{34}/u;
const splitter = new GraphemeSplitter();

function charactersOf(text: string): readonly string[] {
  if (!JOINING.test(text) || ENDLESS_CLUSTER.test(text)) return [...text];
  // A line end typed as two characters is two characters to a carrier.
  return splitter.splitGraphemes(text).flatMap((cluster) => (cluster === '\r\n' ? ['\r', '\n'] : [cluster]));
}
