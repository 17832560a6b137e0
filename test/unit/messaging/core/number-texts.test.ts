import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterFact,
  barOf as barOfPerson,
  CONSENT_CATEGORIES,
  CONSENT_SOURCES,
  CONSENT_SUBJECTS,
  type ConsentCategory,
  type ConsentFact,
  type ConsentState,
  stateOf,
} from '../../../../functions/messaging/core/consent.ts';
import { numberTexts, revokedOnPage } from '../../../../functions/messaging/core/number-texts.ts';

const at = '2026-11-24T17:00:00Z';
const about = { how: 'web-form', at, wordingVersion: '1' } as const;
const words = { wording: 'I agree.', wordingVersion: 'texts-1' };

const anyFact = fc.record<ConsentFact>({
  category: fc.constantFrom(...CONSENT_SUBJECTS),
  granted: fc.boolean(),
  how: fc.constantFrom(...CONSENT_SOURCES),
  at: fc.constant(at),
  wordingVersion: fc.constant('1'),
  proof: fc.constantFrom(undefined, 'texted-link', 'from-the-number'),
  evidence: fc.constantFrom(undefined, 'form-7'),
  patientId: fc.constantFrom(undefined, 'ana', 'bea'),
});
/** What bars texts about whom the link is of. */
const barOf = (state: ConsentState, category: ConsentCategory) => barOfPerson(state, category, 'ana');
const anyState = fc
  .tuple(fc.array(anyFact, { maxLength: 8 }), fc.boolean())
  .map(([facts, isRefused]) => ({ ...stateOf(facts), ...(isRefused ? { carrierRefusedAgainAt: at } : {}) }));
const anyRegime = fc.constantFrom('category', 'all');

const shown = (state: Parameters<typeof numberTexts>[0], isProven: boolean, revocation: 'category' | 'all' = 'all') =>
  numberTexts(state, {
    patientId: 'ana',
    phone: '+12065550177',
    revocation,
    isProven,
    words,
    textStartTo: '+12065550188',
  });

describe('what the page of a visit offers, whatever the number has said', () => {
  it('a stop ends what it says it ends, and a second one has nothing to say', () => {
    fc.assert(
      fc.property(anyState, anyRegime, (state, revocation) => {
        const revoke = (before: typeof state) =>
          revokedOnPage(before, revocation).reduce(
            (each, category) => afterFact(each, { ...about, category, granted: false }),
            before,
          );
        const after = revoke(state);
        const ended = revocation === 'all' ? CONSENT_CATEGORIES : (['treatment', 'marketing'] as const);
        for (const category of ended) expect(barOf(after, category)).toBeDefined();
        expect(barOf(after, 'treatment')).toBe('opted-out');
        if (revocation === 'category') expect(barOf(after, 'billing')).toBe(barOf(state, 'billing'));
        expect(revokedOnPage(after, revocation)).toEqual([]);
        expect(shown(after, true, revocation).stop).toBeUndefined();
      }),
    );
  });

  it('words to agree to stand there exactly where an agreement by this link lets texts go, and never restore marketing', () => {
    fc.assert(
      fc.property(anyState, fc.boolean(), (state, isProven) => {
        const { agreement } = shown(state, isProven);
        const proof = isProven ? 'texted-link' : undefined;
        const after = (['treatment', 'unencrypted-texts'] as const).reduce(
          (each, category) => afterFact(each, { ...about, category, granted: true, proof, patientId: 'ana' }),
          state,
        );
        const [before, then] = [barOf(state, 'treatment'), barOf(after, 'treatment')];
        // A first agreement counts, whatever the carrier says of the number.
        const isFirst = before === 'no-consent' && then === 'carrier-refuses';
        const brings = (before !== undefined && then === undefined) || isFirst;
        expect(agreement !== undefined).toBe(brings);
        if (barOf(state, 'marketing') === 'opted-out') expect(barOf(after, 'marketing')).toBe('opted-out');
      }),
    );
  });

  it('nothing of what others at the number agreed to for themselves', () => {
    fc.assert(
      fc.property(anyState, fc.boolean(), anyRegime, (state, isProven, revocation) => {
        const { ana = {} } = state.grantedBy ?? {};
        expect(shown({ ...state, grantedBy: { ana } }, isProven, revocation)).toEqual(
          shown(state, isProven, revocation),
        );
      }),
    );
  });

  it('never more of the number than its last two digits', () => {
    fc.assert(
      fc.property(anyState, fc.boolean(), anyRegime, (state, isProven, revocation) => {
        const { textStartTo: _, ...rest } = shown(state, isProven, revocation);
        expect(JSON.stringify(rest)).not.toMatch(/5550177|0177/);
        expect(rest.numberEnding).toBe('77');
      }),
    );
  });
});

it('a number that the carrier refuses after its return: on its list, and agreed to once more by a link that was texted there', () => {
  const granted = stateOf([{ ...about, category: 'treatment', granted: true }]);
  const refused = { ...granted, carrierListedAt: at, carrierRefusedAgainAt: at };
  expect(shown(refused, true)).toMatchObject({
    mayText: false,
    reason: 'carrier-list',
    since: at,
    carrier: { listedAt: at, refusedAgainAt: at },
    agreement: words,
  });
  expect(shown(refused, false).agreement).toBeUndefined();
});

it('a number that is agreed to and cannot be reached says so', () => {
  const granted = stateOf([{ ...about, category: 'treatment', granted: true }]);
  expect(shown({ ...granted, unreachable: { at } }, true)).toMatchObject({
    mayText: false,
    reason: 'unreachable',
    since: at,
    stop: { ends: 'all' },
  });
});
