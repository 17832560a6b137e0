import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOfFields, fieldsOfAnswers, readAnswers } from '../../../functions/intake/core/answers.ts';
import { type Answers, formQuestions, type Question } from '../../../functions/intake/core/form.ts';
import { dispositions, newFlags, screen } from '../../../functions/intake/core/screening.ts';
import { healthyAnswers as healthy } from '../../helpers/form.ts';

const answerTo = (question: Question): fc.Arbitrary<boolean | string | number> => {
  switch (question.kind) {
    case 'yes-no':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...question.options.map((option) => option.id));
    case 'scale':
      return fc.integer({ min: 0, max: 10 });
    case 'text':
      return fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,12}){0,5}$/);
  }
};

/** Complete answers, the optional questions answered or not. */
const anyAnswers: fc.Arbitrary<Record<string, boolean | string | number>> = fc.record(
  Object.fromEntries(formQuestions.map((question) => [question.id, answerTo(question)])),
  { requiredKeys: formQuestions.filter((question) => question.required).map((question) => question.id) },
);

describe('the form', () => {
  it('has an id of its own for every question, fit for a field name and an HTML id', () => {
    const ids = formQuestions.map((question) => question.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });

  it('requires every question of the safety part', () => {
    const required = formQuestions.filter((question) => question.required).map((question) => question.id);
    for (const id of Object.keys(healthy)) expect(required).toContain(id);
  });
});

describe('readAnswers', () => {
  it('takes every complete set of answers as it is', () => {
    fc.assert(
      fc.property(anyAnswers, (given) => {
        expect(readAnswers(given)).toEqual({ answers: given, faults: [] });
      }),
    );
  });

  it('names every required question that is missing, and none of the optional ones', () => {
    const { answers, faults } = readAnswers({});
    expect(answers).toEqual({});
    expect(faults.map((fault) => fault.questionId)).toEqual(
      formQuestions.filter((question) => question.required).map((question) => question.id),
    );
  });

  it.each([
    ['bladder-bowel', 'yes'],
    ['bladder-bowel', 1],
    ['weakness', 'very'],
    ['weakness', 0],
    ['pain-now', 11],
    ['pain-now', -1],
    ['pain-now', 3.5],
    ['pain-now', '7'],
    ['pain-now', Number.NaN],
    ['limits', 'x'.repeat(1001)],
    ['limits', 'a\u0000b'],
    ['limits', '\ud800'],
    ['limits', { length: 3 }],
  ])('finds fault with %s = %j, keeps the rest', (questionId, value) => {
    const { answers, faults } = readAnswers({ ...healthy, [questionId]: value });
    expect(faults.map((fault) => fault.questionId)).toEqual([questionId]);
    expect(Object.keys(answers).length).toBe(Object.keys(healthy).filter((id) => id !== questionId).length);
  });

  it('names a field that is no question, cut short', () => {
    const { faults } = readAnswers({ ...healthy, ['x'.repeat(500)]: true });
    expect(faults).toEqual([{ questionId: 'x'.repeat(60), message: 'There is no such question' }]);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom(...formQuestions.map(({ id }) => id), '__proto__')),
          fc.anything(),
        ),
        (given) => {
          const { answers, faults } = readAnswers(given);
          expect(Object.keys(answers).length + faults.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('a page’s fields and the answers are the same thing said twice', () => {
    fc.assert(
      fc.property(anyAnswers, (given) => {
        const { answers } = readAnswers(given);
        expect(readAnswers(answersOfFields(fieldsOfAnswers(answers)))).toEqual({ answers, faults: [] });
      }),
    );
  });

  it('line ends of a page become one character', () => {
    expect(answersOfFields({ limits: 'one\r\ntwo' })).toEqual({ limits: 'one\ntwo' });
  });
});

describe('screen', () => {
  const dispositionOf = (answers: Answers): string => screen({ ...healthy, ...answers }).disposition;

  it('finds nothing in a healthy form and in an empty one', () => {
    expect(screen(healthy)).toMatchObject({ disposition: 'ROUTINE', flags: [] });
    expect(screen({})).toMatchObject({ disposition: 'ROUTINE', flags: [] });
  });

  it.each<[string, Answers]>([
    ['bladder or bowel', { 'bladder-bowel': true }],
    ['saddle numbness', { 'saddle-numbness': true }],
    ['both legs', { 'both-legs': true }],
    ['weakness getting worse', { weakness: 'worse' }],
    ['serious injury', { injury: 'major' }],
    ['fever and unwell', { fever: 'unwell' }],
    ['fever with weakness', { fever: 'well', weakness: 'steady' }],
    ['cancer with weakness', { cancer: true, weakness: 'steady' }],
    ['chest pain', { chest: true }],
    ['sudden severe pain', { 'sudden-severe': true }],
    ['own words: cannot urinate', { limits: 'I cannot pee since yesterday' }],
  ])('EMERGENCY: %s', (_, answers) => {
    expect(dispositionOf(answers)).toBe('EMERGENCY');
  });

  it.each<[string, Answers]>([
    ['steady weakness', { weakness: 'steady' }],
    ['minor injury with fragile bones', { injury: 'minor', 'fragile-bones': true }],
    ['fever, well otherwise', { fever: 'well' }],
    ['history of cancer', { cancer: true }],
  ])('SAME_DAY: %s', (_, answers) => {
    expect(dispositionOf(answers)).toBe('SAME_DAY');
  });

  it.each<[string, Answers]>([
    ['fragile bones without an injury', { 'fragile-bones': true }],
    ['minor injury of healthy bones', { injury: 'minor' }],
    ['strong pain alone', { 'pain-now': 10 }],
    ['own words without a flag', { limits: 'gardening and long walks', 'anything-else': 'no fever' }],
  ])('ROUTINE: %s', (_, answers) => {
    expect(dispositionOf(answers)).toBe('ROUTINE');
  });

  it('no further answer ever lowers what others found', () => {
    const rank = (answers: Answers): number => dispositions.indexOf(screen(answers).disposition);
    fc.assert(
      fc.property(anyAnswers, fc.constantFrom(...formQuestions.map(({ id }) => id)), (given, dropped) => {
        const all = readAnswers(given).answers;
        const { [dropped]: _, ...rest } = given;
        expect(rank(all)).toBeLessThanOrEqual(rank(readAnswers(rest).answers));
      }),
    );
  });

  it('one text never clears another: "no" before it belongs to its own answer', () => {
    expect(dispositionOf({ limits: 'walking, no', medicines: 'numbness in my groin' })).toBe('EMERGENCY');
  });

  it('keeps rule names and versions, never the words', () => {
    const screening = screen({ ...healthy, 'anything-else': 'I cannot pee, ask my sister Xanthippe' });
    expect(JSON.stringify(screening)).not.toContain('Xanthippe');
    expect(screening.ruleVersion).toMatch(/^form \S+, text \S+$/);
    expect(screening.flags.map((flag) => flag.group)).toEqual(['cauda-equina']);
  });
});

describe('newFlags', () => {
  it('is what a second save adds: the same findings again are none', () => {
    const before = screen({ ...healthy, cancer: true }).flags;
    expect(newFlags(before, before)).toEqual([]);
    const now = screen({ ...healthy, cancer: true, chest: true }).flags;
    expect(newFlags(before, now).map((flag) => flag.group)).toEqual(['cardiopulmonary']);
    expect(newFlags(now, [])).toEqual([]);
  });
});
