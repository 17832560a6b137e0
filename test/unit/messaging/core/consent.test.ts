import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterFact,
  barOf,
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
  }),
  { maxLength: 12 },
);
const everyCategory = fc.constantFrom(...CONSENT_CATEGORIES);
const runs = { numRuns: 500 };
const lastIndex = (all: readonly ConsentFact[], is: (fact: ConsentFact) => boolean): number => all.findLastIndex(is);

describe('in whatever order things are said', () => {
  it('a text goes only after an agreement to it that no unanswered STOP follows', () => {
    fc.assert(
      fc.property(facts, everyCategory, (all, category) => {
        if (barOf(stateOf(all), category) !== undefined) return;
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
      }),
      runs,
    );
  });

  it('marketing goes only after a written agreement since the last STOP, whatever else was said', () => {
    fc.assert(
      fc.property(facts, (all) => {
        if (barOf(stateOf(all), 'marketing') !== undefined) return;
        const ended = lastIndex(
          all,
          (each) => !each.granted && (each.category === 'marketing' || each.category === 'all'),
        );
        expect(
          all.slice(ended + 1).some((each) => each.category === 'marketing' && each.granted && isWritten(each)),
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
