import GraphemeSplitter from 'grapheme-splitter';
import { septetCount, septetsOf } from './gsm7.ts';

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
  const septets = septetCount(text);
  if (septets === undefined) return segmentUcs2(text);
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
const ENDLESS = 34;
const ENDLESS_CLUSTER = /[\p{M}\p{Cf}\p{RI}\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\p{Emoji_Modifier}]{34}/u;
const splitter = new GraphemeSplitter();

function charactersOf(text: string): readonly string[] {
  const points = [...text];
  const joining = points.filter(joins).length;
  if (joining === 0 || (joining >= ENDLESS && ENDLESS_CLUSTER.test(text))) return points;
  const characters: string[] = [];
  for (let start = 0; start < points.length; ) {
    const end = knotEnd(points, start);
    if (end === start + 1) characters.push(points[start] ?? '');
    else characters.push(...clustersOf(points.slice(start, end).join('')));
    start = end;
  }
  return characters;
}

/**
 * Where a run ends in which each two neighbours may be one character: between two code points that join nothing there is a border, and
 * between a mark, which joins only what is before it, and one that joins nothing.
 */
function knotEnd(points: readonly string[], start: number): number {
  let end = start + 1;
  while (end < points.length && (joinsNext(points[end - 1] ?? '') || joins(points[end] ?? ''))) end++;
  return end;
}

// Asked of each character of each text: remembered by UTF-16 unit, 0 where not asked yet.
const JOINS = new Uint8Array(0x1_0000);
const LETTERS_END = 0x0300;
const SOFT_HYPHEN = '\u00ad';

/** The block of pictures, but for its five skin tones. */
const isPlainEmoji = (codePoint: number): boolean =>
  codePoint >= 0x1f300 && codePoint < 0x2_0000 && (codePoint < 0x1f3fb || codePoint > 0x1f3ff);

function joins(point: string): boolean {
  const unit = point.charCodeAt(0);
  if (unit < LETTERS_END) return point === SOFT_HYPHEN;
  if (point.length > 1) return !isPlainEmoji(point.codePointAt(0) ?? 0) && JOINING.test(point);
  if (JOINS[unit] === 0) JOINS[unit] = JOINING.test(point) ? 2 : 1;
  return JOINS[unit] === 2;
}

const MARK = /^\p{M}/u;
const joinsNext = (point: string): boolean => joins(point) && !MARK.test(point);

/** The same few emoji come again and again, and the splitter is slow. */
const known = new Map<string, readonly string[]>();
const MAX_KNOWN = 500;
const MAX_KNOWN_LENGTH = 16;

function clustersOf(knot: string): readonly string[] {
  const before = known.get(knot);
  if (before !== undefined) return before;
  // A line end typed as two characters is two characters to a carrier.
  const clusters = splitter.splitGraphemes(knot).flatMap((cluster) => (cluster === '\r\n' ? ['\r', '\n'] : [cluster]));
  if (knot.length > MAX_KNOWN_LENGTH) return clusters;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(knot, clusters);
  return clusters;
}
