import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterFact,
  agreedSince,
  barOf,
  barOfAny,
  CONSENT_CATEGORIES,
  CONSENT_PROOFS,
  CONSENT_SOURCES,
  CONSENT_SUBJECTS,
  type ConsentFact,
  type ConsentState,
  endedByStop,
  isWritten,
  stateOf,
} from '../../../../functions/messaging/core/consent.ts';

const fact = (given: Partial<ConsentFact>): ConsentFact => ({
  category: 'treatment',
  granted: true,
  how: 'web-form',
  at: '2026-11-24T17:00:00Z',
  wordingVersion: '1',
  ...given,
});
const stop = fact({ category: 'all', granted: false, how: 'text', proof: 'from-the-number' });
const start = fact({
  category: 'all',
  granted: true,
  how: 'text',
  proof: 'from-the-number',
  at: '2026-11-25T17:00:00Z',
});
const proven = (given: Partial<ConsentFact> = {}) => fact({ proof: 'one-time-code', ...given });
const marketing = fact({ category: 'marketing' });
const barsOf = (state: ConsentState) => CONSENT_CATEGORIES.map((category) => barOf(state, category));

describe('what holds after', () => {
  const cases: [string, readonly ConsentFact[], ReturnType<typeof barsOf>][] = [
    ['nothing', [], ['no-consent', 'no-consent', 'no-consent', 'no-consent']],
    ['an agreement: its own category only', [fact({})], [undefined, 'no-consent', 'no-consent', 'no-consent']],
    ['STOP: nothing at all', [fact({}), marketing, stop], ['opted-out', 'opted-out', 'opted-out', 'opted-out']],
    [
      'a form with no proof after STOP: nothing',
      [stop, fact({})],
      ['opted-out', 'opted-out', 'opted-out', 'opted-out'],
    ],
    [
      'a form with a proven number after STOP: its own category',
      [stop, proven()],
      [undefined, 'opted-out', 'opted-out', 'opted-out'],
    ],
    [
      'START: what was agreed to, marketing never',
      [fact({}), fact({ category: 'billing' }), marketing, stop, start],
      [undefined, undefined, 'opted-out', 'no-consent'],
    ],
    ['START of who never agreed: treatment', [start], [undefined, 'no-consent', 'no-consent', 'no-consent']],
    [
      'START does not undo what staff were told',
      [fact({ category: 'billing' }), fact({ category: 'billing', granted: false, how: 'staff' }), start],
      [undefined, 'opted-out', 'no-consent', 'no-consent'],
    ],
    [
      'STOP to one category: the others go on',
      [fact({}), marketing, { ...stop, category: 'treatment' }],
      ['opted-out', 'no-consent', undefined, 'no-consent'],
    ],
    [
      'STOP to marketing: all of it, whatever START says',
      [fact({}), marketing, { ...stop, category: 'marketing' }, start],
      [undefined, 'no-consent', 'opted-out', 'no-consent'],
    ],
    [
      'marketing agreed to again, in writing, by who has the number',
      [marketing, stop, proven({ category: 'marketing' })],
      ['opted-out', 'opted-out', undefined, 'opted-out'],
    ],
    [
      'marketing said to staff',
      [fact({ category: 'marketing', how: 'staff', proof: 'staff-evidence' })],
      ['no-consent', 'no-consent', 'no-consent', 'no-consent'],
    ],
    [
      'marketing signed on paper',
      [fact({ category: 'marketing', how: 'staff', evidence: 'form 12' })],
      ['no-consent', 'no-consent', undefined, 'no-consent'],
    ],
    [
      'warned that texts are not encrypted, preferring none',
      [fact({}), fact({ category: 'unencrypted-texts', granted: false })],
      ['prefers-no-texts', 'prefers-no-texts', 'prefers-no-texts', 'prefers-no-texts'],
    ],
    [
      'the same, and a form that anybody could fill in',
      [fact({}), fact({ category: 'unencrypted-texts', granted: false }), fact({ category: 'unencrypted-texts' })],
      ['prefers-no-texts', 'prefers-no-texts', 'prefers-no-texts', 'prefers-no-texts'],
    ],
    [
      'the same, and START',
      [fact({ category: 'unencrypted-texts', granted: false }), start],
      [undefined, 'no-consent', 'no-consent', 'no-consent'],
    ],
  ];
  it.each(cases)('%s', (_case, facts, bars) => {
    expect(barsOf(stateOf(facts))).toEqual(bars);
  });

  describe('two people on one number', () => {
    const shared = stateOf([fact({ patientId: 'ana' }), fact({ category: 'billing' })]);
    it('an agreement is of who gave it; one that names nobody is of whoever has the number', () => {
      expect(barOf(shared, 'treatment', 'ana')).toBeUndefined();
      expect(barOf(shared, 'treatment', 'bea')).toBe('no-consent');
      expect(barOf(shared, 'treatment')).toBe('no-consent');
      expect(barOf(shared, 'billing', 'bea')).toBeUndefined();
    });

    it('a STOP is of both, and START from the number of both', () => {
      const stopped = afterFact(shared, { ...stop, patientId: 'bea' });
      expect(barOf(stopped, 'treatment', 'ana')).toBe('opted-out');
      const back = afterFact(stopped, start);
      expect([barOf(back, 'treatment', 'ana'), barOf(back, 'treatment', 'bea')]).toEqual([undefined, undefined]);
    });

    it('a text to either goes where both agreed, and to nobody in particular where the number did', () => {
      expect(barOfAny(shared, 'treatment', ['ana'])).toBeUndefined();
      expect(barOfAny(shared, 'treatment', ['ana', 'bea'])).toBe('no-consent');
      expect(barOfAny(afterFact(shared, fact({ patientId: 'bea' })), 'treatment', ['ana', 'bea'])).toBeUndefined();
      expect(barOfAny(shared, 'billing', [])).toBeUndefined();
    });
  });

  it('a carrier that reports an opt-out: stopped, and on its list until somebody takes it off', () => {
    const state = stateOf([
      fact({}),
      fact({ category: 'all', granted: false, how: 'carrier', at: '2026-12-01T00:00:00Z' }),
      start,
    ]);
    expect(state).toMatchObject({ optedOut: undefined, carrierListedAt: '2026-12-01T00:00:00Z' });
  });

  it('a carrier that refuses who has come back: nothing, until they come back again, or are taken off its list', () => {
    const refused = { ...stateOf([fact({})]), carrierListedAt: stop.at, carrierRefusedAgainAt: start.at };
    expect(barsOf(refused)).toEqual(['carrier-refuses', 'no-consent', 'no-consent', 'no-consent']);
    expect(barOf(afterFact(refused, fact({})), 'treatment')).toBe('carrier-refuses');
    expect(barOf(afterFact(refused, stop), 'treatment')).toBe('opted-out');
    const takenOff = fact({ category: 'all', how: 'carrier' });
    for (const back of [start, proven(), takenOff]) {
      expect(barOf(afterFact(refused, back), 'treatment')).toBeUndefined();
    }
  });
});

const facts = fc.array(
  fc.record({
    category: fc.constantFrom(...CONSENT_SUBJECTS),
    granted: fc.boolean(),
    how: fc.constantFrom(...CONSENT_SOURCES),
    at: fc.integer({ min: 10, max: 99 }).map((day) => `20${day}-01-01T00:00:00Z`),
    wordingVersion: fc.constant('1'),
    proof: fc.option(fc.constantFrom(...CONSENT_PROOFS), { nil: undefined }),
    evidence: fc.option(fc.constant('form 1'), { nil: undefined }),
    patientId: fc.constantFrom(undefined, 'ana', 'bea'),
  }),
  { maxLength: 12 },
);
/** Nobody by name, or somebody. */
const whoever = fc.constantFrom(undefined, 'ana', 'bea', 'carl');
/** Whether it is an agreement of somebody's, or of whoever has the number. */
const isOf = (fact: ConsentFact, patientId: string | undefined) =>
  fact.granted && fact.how !== 'carrier' && (fact.patientId === undefined || fact.patientId === patientId);
const everyCategory = fc.constantFrom(...CONSENT_CATEGORIES);
const runs = { numRuns: 500 };
const lastIndex = (all: readonly ConsentFact[], is: (fact: ConsentFact) => boolean): number => all.findLastIndex(is);

describe('in whatever order things are said', () => {
  it('a text goes only after an agreement to it that no unanswered STOP follows', () => {
    fc.assert(
      fc.property(facts, everyCategory, whoever, (all, category, patientId) => {
        if (barOf(stateOf(all), category, patientId) !== undefined) return;
        const ended = lastIndex(
          all,
          (each) => !each.granted && (each.category === category || each.category === 'all'),
        );
        const agreed = all
          .slice(ended + 1)
          .some(
            (each) =>
              each.granted &&
              (ended < 0 || each.proof !== undefined) &&
              (each.category === category || (each.category === 'all' && category !== 'marketing')),
          );
        expect(agreed).toBe(true);
        const isAbout = (each: ConsentFact) =>
          each.category === category || (each.category === 'all' && category === 'treatment');
        expect(all.some((each) => isOf(each, patientId) && isAbout(each))).toBe(true);
      }),
      runs,
    );
  });

  it('nobody is texted about who has not agreed, whatever others at the number have', () => {
    fc.assert(
      fc.property(facts, everyCategory, whoever, (all, category, patientId) => {
        const ofOthers = all.filter((each) => !isOf(each, patientId));
        expect(barOf(stateOf(ofOthers), category, patientId)).toBeDefined();
      }),
      runs,
    );
  });

  it('where one person has the number it is all the same whether agreements name them', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const named = stateOf(all.map((each) => ({ ...each, patientId: 'ana' })));
        const unnamed = stateOf(all.map((each) => ({ ...each, patientId: undefined })));
        for (const category of CONSENT_CATEGORIES) {
          expect(barOf(named, category, 'ana')).toBe(barOf(unnamed, category, 'ana'));
          expect(agreedSince(named, category, 'ana')).toBe(agreedSince(unnamed, category, 'ana'));
        }
        const { grantedBy: _, granted: __, ...rest } = named;
        expect(unnamed).toMatchObject(rest);
      }),
      runs,
    );
  });

  it('marketing goes only after a written agreement since the last STOP, whatever else was said', () => {
    fc.assert(
      fc.property(facts, whoever, (all, patientId) => {
        if (barOf(stateOf(all), 'marketing', patientId) !== undefined) return;
        const ended = lastIndex(
          all,
          (each) => !each.granted && (each.category === 'marketing' || each.category === 'all'),
        );
        expect(
          all
            .slice(ended + 1)
            .some((each) => isOf(each, patientId) && each.category === 'marketing' && isWritten(each)),
        ).toBe(true);
      }),
      runs,
    );
  });

  it('the standing, kept entry by entry, is what the ledger comes to; what is refused stays refused when said again', () => {
    fc.assert(
      fc.property(facts, fc.nat({ max: 12 }), (all, cut) => {
        const standing = all.slice(cut).reduce(afterFact, stateOf(all.slice(0, cut)));
        expect(standing).toEqual(stateOf(all));
        const stopped = afterFact(standing, stop);
        expect(afterFact(stopped, stop)).toEqual(stopped);
        expect(new Set(barsOf(stopped))).toEqual(new Set(['opted-out']));
      }),
      runs,
    );
  });
});

describe('a STOP ends', () => {
  const agreed = stateOf([fact({}), fact({ category: 'billing' })]);
  const billingStopped = afterFact(agreed, { ...stop, category: 'billing' });
  it.each([
    ['all, where everything is one', agreed, { revocation: 'all', lastCategory: 'billing', saysAll: false }, 'all'],
    [
      'the category it answers, where each is its own',
      agreed,
      { revocation: 'category', lastCategory: 'billing', saysAll: false },
      'billing',
    ],
    [
      'all, where nothing was texted',
      agreed,
      { revocation: 'category', lastCategory: undefined, saysAll: false },
      'all',
    ],
    ['all, where it says so', agreed, { revocation: 'category', lastCategory: 'billing', saysAll: true }, 'all'],
    [
      'all, said a second time',
      billingStopped,
      { revocation: 'category', lastCategory: 'billing', saysAll: false },
      'all',
    ],
  ] as const)('%s', (_case, state, answering, ended) => {
    expect(endedByStop(state, answering)).toBe(ended);
  });
});
