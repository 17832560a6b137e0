import { SegmentedMessage } from 'sms-segments-calculator';
import { expect, it } from 'vitest';
import { segment } from '../../../../functions/messaging/core/segments.ts';
import { disagreements } from '../../../unit/messaging/core/segments.reference.ts';

/** The reference takes one to three milliseconds a string; REFERENCE_STRINGS=100000 asks it about more. */
const strings = Number(process.env.REFERENCE_STRINGS ?? 8_000);
const seeds = [1, 2, 3, 4];
const timeoutMillis = 60_000 + strings * 5;

it.each(seeds)(
  'counts random strings of seed %i as sms-segments-calculator does',
  (seed) => {
    expect(disagreements(strings / seeds.length, seed)).toEqual([]);
  },
  timeoutMillis,
);

it('judges every single UTF-16 unit as sms-segments-calculator does, and names what GSM-7 does not have', () => {
  for (let unit = 0; unit < 0x10000; unit += 1) {
    const text = String.fromCharCode(unit);
    const reference = new SegmentedMessage(text);
    const ours = segment(text);
    if (ours.encoding !== reference.encodingName) expect.fail(`U+${unit.toString(16)} is ${reference.encodingName}`);
    if (ours.encoding === 'UCS-2' && ours.characters[0] !== text) expect.fail(`U+${unit.toString(16)} is not named`);
  }
});
