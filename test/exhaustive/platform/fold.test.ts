import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { foldCharacters, foldClauses, foldWords } from '../../../functions/platform/fold.ts';
import { anyText } from '../../helpers/any-text.ts';

// Many cases on a shared machine: slow is not wrong.
vi.setConfig({ testTimeout: 60_000 });

describe('fold', () => {
  it.each([
    ['STOP!!!', 'stop'],
    ['  “Stop”  ', 'stop'],
    ['Can’t FEEL\tmy leg', 'cant feel my leg'],
    ["can't", 'cant'],
    ['¡No MÁS!', 'no mas'],
    ['Sí', 'si'],
    ['n\u0303', 'n'],
    ['7️⃣', '7'],
    ['🔟', '10'],
    ['７', '7'],
    ['ｓｔｏｐ', 'stop'],
    ['st\u200bo\u00adp', 'stop'],
    ['opt-out', 'opt out'],
    ['ok 👍🏽 bye', 'ok bye'],
    ['', ''],
    ['🙂', ''],
    ['İ', 'i'],
  ])('%j as words is %j', (text, words) => {
    expect(foldWords(text)).toBe(words);
  });

  it.each([
    ['No, numbness is worse', 'no | numbness is worse'],
    ['Stop.Now', 'stop | now'],
    ['a\n\nb', 'a | b'],
    ['a - b', 'a | b'],
    ['a — b', 'a | b'],
    ['opt-out', 'opt out'],
    ['what?!', 'what |'],
    ['plain words', 'plain words'],
  ])('%j as clauses is %j', (text, clauses) => {
    expect(foldClauses(text)).toBe(clauses);
  });

  it('is settled after once for every character there is', () => {
    const unsettled: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const once = foldCharacters(String.fromCodePoint(code));
      if (foldCharacters(once) !== once) unsettled.push(code.toString(16));
    }
    expect(unsettled).toEqual([]);
  });

  it('is the same for upper and lower case, and settled after once', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 60 }), (text) => {
        const words = foldWords(text);
        expect(foldWords(words)).toBe(words);
        expect(foldCharacters(foldCharacters(text))).toBe(foldCharacters(text));
      }),
      { numRuns: 2000 },
    );
    expect(foldWords('ÁÉÍÓÚÑ Ü')).toBe(foldWords('áéíóúñ ü'));
  });
});
