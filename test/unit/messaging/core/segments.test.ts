import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it, vi } from 'vitest';
import { toGsm7 } from '../../../../functions/messaging/core/gsm7.ts';
import { segment } from '../../../../functions/messaging/core/segments.ts';
import { anyText } from '../../../helpers/any-text.ts';
import { disagreements, GSM7 } from './segments.reference.ts';

// Many cases on a shared machine: slow is not wrong.
vi.setConfig({ testTimeout: 60_000 });

describe('segment', () => {
  it.each([
    ['', 'GSM-7', 0],
    ['a', 'GSM-7', 1],
    ['a'.repeat(160), 'GSM-7', 1],
    ['a'.repeat(161), 'GSM-7', 2],
    ['a'.repeat(306), 'GSM-7', 2],
    ['a'.repeat(307), 'GSM-7', 3],
    ['a'.repeat(459), 'GSM-7', 3],
    ['a'.repeat(460), 'GSM-7', 4],
    ['€'.repeat(80), 'GSM-7', 1],
    ['€'.repeat(81), 'GSM-7', 2],
    ['€'.repeat(76 * 2), 'GSM-7', 2],
    ['€'.repeat(76 * 2 + 1), 'GSM-7', 3],
    [`${'a'.repeat(152)}€${'a'.repeat(151)}`, 'GSM-7', 2],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'GSM-7', 3],
    [`${'a'.repeat(151)}€${'a'.repeat(153)}`, 'GSM-7', 2],
    ['á'.repeat(70), 'UCS-2', 1],
    ['á'.repeat(71), 'UCS-2', 2],
    ['á'.repeat(134), 'UCS-2', 2],
    ['á'.repeat(135), 'UCS-2', 3],
    ['😀'.repeat(35), 'UCS-2', 1],
    ['😀'.repeat(36), 'UCS-2', 2],
    ['😀'.repeat(66), 'UCS-2', 2],
    ['😀'.repeat(67), 'UCS-2', 3],
    [`á${'😀'.repeat(66)}`, 'UCS-2', 2],
    [`${'€'.repeat(69)}á`, 'UCS-2', 1],
    ['\ud800', 'UCS-2', 1],
  ] as const)('%j is %s in %i', (text, encoding, segments) => {
    expect(segment(text)).toMatchObject({ encoding, segments });
  });

  it('names each distinct character that forced UCS-2, once, in order', () => {
    expect(segment('It’s 9:30 AM … ok’ 👍🏽👍🏽 ñ').characters).toEqual(['’', '…', '👍🏽']);
    expect(segment('all plain €').characters).toEqual([]);
  });

  it('keeps a family emoji of eleven units in one part', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(family).toHaveLength(11);
    expect(segment(`${'á'.repeat(57)}${family}${'á'.repeat(67)}`).segments).toBe(3);
    expect(segment(`${'á'.repeat(56)}${family}${'á'.repeat(67)}`).segments).toBe(2);
  });

  it('counts each character of the GSM-7 alphabet as the reference does', () => {
    for (const character of GSM7) {
      expect(segment(character)).toEqual({ encoding: 'GSM-7', segments: 1, characters: [] });
      const long = character.repeat(153);
      expect(segment(long).segments, character).toBe(new SegmentedMessage(long).segmentsCount);
    }
  });

  it('never hangs on an endless cluster', () => {
    expect(segment(`a${'\u0301'.repeat(200_000)}`)).toMatchObject({ segments: Math.ceil(200_001 / 67) });
  });
});

describe('segment against sms-segments-calculator', () => {
  // Many more, and every single character, with the exhaustive tests: the reference takes a millisecond or more for each.
  it('agrees on 180 random strings', () => {
    expect(disagreements(180, 20_261_122)).toEqual([]);
  });
});

describe('toGsm7', () => {
  it.each([
    ['Dr. O’Neil “said” — wait…', 'Dr. O\'Neil "said" - wait...'],
    ['9:30\u202fAM\u00a0EST', '9:30 AM EST'],
    ['Clínica Ñandú é', 'Clinica Ñandu é'],
    ['cafe\u0301', 'café'],
    ['\u0178\u0301', 'Y'],
    ['plain €{}', 'plain €{}'],
    ['½ ﬁt', '½ fit'],
    ['ça', 'ca'],
    ['ok 😀', 'ok 😀'],
    ['a\u200bb', 'ab'],
  ])('%j becomes %j', (text, expected) => {
    expect(toGsm7(text)).toBe(expected);
  });

  it('never changes what GSM-7 has, and is settled after once', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 40 }), fc.string({ unit: fc.constantFrom(...GSM7) }), (any, plain) => {
        expect(toGsm7(plain)).toBe(plain);
        expect(toGsm7(toGsm7(any))).toBe(toGsm7(any));
      }),
    );
  });
});
