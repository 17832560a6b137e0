import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../../../functions/messaging/core/replies.ts';
import { type Asked, codeIn, codeOf, understand } from '../../../../functions/messaging/core/which.ts';
import { CORPUS } from './replies.corpus.ts';

interface Named extends Asked {
  readonly name: string;
}
const asked = (kind: Asked['kind'], name: string = kind): Named => ({ kind, name });
const read = (body: string, questions: readonly Named[], people = 1) => {
  const understood = understand({ body, questions, people });
  return understood.kind === 'read'
    ? [understood.classification.intent, understood.classification.value, understood.question?.name]
    : ['which', ...understood.candidates.map(({ question }) => question.name)];
};

const monday = asked('confirm', 'monday');
const tuesday = asked('confirm', 'tuesday');
const pain = asked('pain');
const exercise = asked('exercise');

describe('a reply where two questions are open', () => {
  it.each<readonly [string, readonly Named[], readonly unknown[]]>([
    ['C', [monday, tuesday], ['which', 'monday', 'tuesday']],
    ['yes', [monday, tuesday], ['which', 'monday', 'tuesday']],
    ['R', [monday, tuesday], ['which', 'monday', 'tuesday']],
    ['cancel my appointment', [monday, tuesday], ['which', 'monday', 'tuesday']],
    ['5', [pain, exercise], ['which', 'pain', 'exercise']],
    // Off the exercise scale, which is no proof that pain was meant.
    ['8', [pain, exercise], ['which', 'pain', 'exercise']],
    ['3 days', [pain, exercise], ['answer', 3, 'exercise']],
    ['no pain', [pain, exercise], ['answer', 0, 'pain']],
    ['1', [monday, pain], ['which', 'monday', 'pain']],
    ['C', [monday, pain], ['confirm', null, 'monday']],
    ['C', [pain, monday], ['confirm', null, 'monday']],
    ['6', [monday, pain], ['answer', 6, 'pain']],
    ['6', [pain, monday], ['answer', 6, 'pain']],
    ['40', [pain, exercise], ['other', null, undefined]],
    ['Is there parking?', [monday, pain], ['other', null, undefined]],
    ['cancel my appointment', [pain, exercise], ['cancel_visit', null, undefined]],
    ['C', [pain], ['confirm', null, undefined]],
    ['STOP', [monday, tuesday], ['opt_out', null, undefined]],
    ['CANCEL', [monday, tuesday], ['opt_out', null, undefined]],
    ['HELP', [monday, tuesday], ['help', null, undefined]],
    ['START', [monday, tuesday], ['opt_in', null, undefined]],
    ['C and I cannot feel my legs', [monday, tuesday], ['red_flag', null, undefined]],
  ])('%j', (body, questions, expected) => expect(read(body, questions)).toEqual(expected));
});

describe('a reply from a phone of two people', () => {
  it.each<readonly [string, readonly Named[], readonly unknown[]]>([
    ['C', [monday], ['which', 'monday']],
    ['7', [pain], ['which', 'pain']],
    ['C', [], ['confirm', null, undefined]],
    ['STOP', [monday], ['opt_out', null, undefined]],
    ['Is there parking?', [monday], ['other', null, undefined]],
  ])('%j', (body, questions, expected) => expect(read(body, questions, 2)).toEqual(expected));
});

describe('understand, properties', () => {
  const body = fc.oneof(fc.constantFrom(...CORPUS.map((reply) => reply.body)), fc.string({ maxLength: 60 }));
  const questions = fc.array(fc.constantFrom(monday, tuesday, pain, exercise), { maxLength: 5 });

  it('with one question and one person is what classify says', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(monday, pain, exercise), (text, question) => {
        const understood = understand({ body: text, questions: [question], people: 1 });
        expect(understood).toMatchObject({
          kind: 'read',
          classification: classify({ body: text, open: question.kind }),
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('reads red flags, opt-outs, help and opt-ins the same whatever is open and whoever shares the phone', () => {
    fc.assert(
      fc.property(body, questions, fc.integer({ min: 0, max: 3 }), (text, open, people) => {
        const alone = classify({ body: text, open: 'none' });
        if (!['red_flag', 'opt_out', 'help', 'opt_in'].includes(alone.intent)) return;
        expect(understand({ body: text, questions: open, people })).toEqual({ kind: 'read', classification: alone });
      }),
      { numRuns: 2000 },
    );
  });

  it('never picks a question where two of a kind are open, nor where two people share the phone', () => {
    fc.assert(
      fc.property(body, questions, fc.integer({ min: 1, max: 3 }), (text, open, people) => {
        const understood = understand({ body: text, questions: open, people });
        if (understood.kind !== 'read' || understood.question === undefined) return;
        const { kind } = understood.question;
        expect([people, open.filter((other) => other.kind === kind).length]).toEqual([1, 1]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a code', () => {
  it('of ours is read back, whatever stands round it', () => {
    for (const index of [0, 1, 2]) {
      for (const wrap of ['%', '%.', '“%”', ' % please', '% 🙏']) {
        const body = wrap.replace('%', codeOf(index).toLowerCase());
        expect([body, codeIn(body, { count: 3, bareDigits: false })]).toEqual([body, index]);
      }
    }
  });

  it.each([
    ['v 2', 1],
    ['number 2', 1],
    ['the first one', 0],
    ['La segunda', 1],
    ['V3', undefined],
    ['V0', undefined],
    ['third', undefined],
    ['2', undefined],
    ['V', undefined],
    ['V12', undefined],
    ['V1 or V2', undefined],
    ['', undefined],
  ])('%j of two is %s', (body, index) => expect(codeIn(body, { count: 2, bareDigits: false })).toBe(index));

  it.each([
    ['2', 1],
    ['#1', 0],
    ['3', undefined],
    ['0', undefined],
    ['10', undefined],
  ])('%j is %s where no number is asked for', (body, index) =>
    expect(codeIn(body, { count: 2, bareDigits: true })).toBe(index),
  );
});
