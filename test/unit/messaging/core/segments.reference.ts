import { SegmentedMessage } from 'sms-segments-calculator';
import { segment } from '../../../../functions/messaging/core/segments.ts';

/** The GSM-7 alphabet, extension characters last. */
export const GSM7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€';

/** Mulberry32: a seeded source, so that a disagreement replays. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const oneOf = (characters: readonly string[]) => (random: () => number) =>
  characters[Math.floor(random() * characters.length)] ?? 'a';

/** Alphabets, each with the sizes of one and of two full parts: counting goes wrong at the edges. */
const ALPHABETS: ReadonlyArray<{ readonly draw: (random: () => number) => string; readonly edges: readonly number[] }> =
  [
    { draw: oneOf([...GSM7]), edges: [40, 150, 290] },
    { draw: (random) => (random() < 0.2 ? '€' : 'a'), edges: [20, 132, 255] },
    { draw: (random) => (random() < 0.02 ? '’' : oneOf(['a', '{'])(random)), edges: [66, 106, 130] },
    { draw: oneOf(['á', 'a', '😀', '€', '中']), edges: [10, 56, 110] },
    {
      draw: oneOf(['👍', '🏽', '\u200d', '👩', '❤', '\ufe0f', '🇺', '🇲', '😀', '\u0301', 'e', '한', '\r', '\n', '💻']),
      edges: [10, 45, 88],
    },
    { draw: (random) => String.fromCharCode(Math.floor(random() * 0x10000)), edges: [5, 64, 130] },
    { draw: (random) => String.fromCodePoint(Math.floor(random() * 0x1fbff)), edges: [5, 45, 90] },
    { draw: (random) => String.fromCodePoint(Math.floor(random() * 0x3000)), edges: [5, 64, 130] },
    { draw: (random) => String.fromCodePoint(0x1f1e6 + Math.floor(random() * 0x800)), edges: [5, 32, 64] },
  ];

/** The random strings of a seed on which we and the reference (smart encoding off) differ, described. */
export const disagreements = (runs: number, seed: number): string[] => {
  const random = seeded(seed);
  const found: string[] = [];
  for (let run = 0; run < runs; run++) {
    const { draw, edges } = ALPHABETS[run % ALPHABETS.length] ?? { draw: () => 'a', edges: [1] };
    const edge = edges[Math.floor(random() * edges.length)] ?? 1;
    const length = 1 + edge + Math.floor(random() * 20) - Math.min(edge, 4);
    const text = Array.from({ length }, () => draw(random)).join('');
    const reference = new SegmentedMessage(text);
    const ours = segment(text);
    if (ours.encoding === reference.encodingName && ours.segments === reference.segmentsCount) continue;
    found.push(
      `${JSON.stringify(text)}: ${ours.encoding} ${ours.segments}, reference ${reference.encodingName} ${reference.segmentsCount}`,
    );
  }
  return found;
};
