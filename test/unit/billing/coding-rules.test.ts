import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeRules,
  modifierRules,
  placeRules,
  pooledUnits,
  suggestCoding,
  type VisitFacts,
} from '../../../functions/billing/core/coding-rules.ts';

const facts = (given: Partial<VisitFacts> = {}): VisitFacts => ({
  role: 'physician',
  modality: 'in-person',
  minutes: 25,
  serviceDate: '2026-11-24',
  ...given,
});

const roles = ['physician', 'physical-therapist', 'assistant'] as const;
const modalities = ['in-person', 'video', 'audio'] as const;

describe('suggestCoding: office visits by time', () => {
  const levels = [
    [1, undefined, undefined],
    [9, undefined, undefined],
    [10, '99212', undefined],
    [14, '99212', undefined],
    [15, '99212', '99202'],
    [19, '99212', '99202'],
    [20, '99213', '99202'],
    [29, '99213', '99202'],
    [30, '99214', '99203'],
    [39, '99214', '99203'],
    [40, '99215', '99203'],
    [44, '99215', '99203'],
    [45, '99215', '99204'],
    [59, '99215', '99204'],
    [60, '99215', '99205'],
    [720, '99215', '99205'],
  ] as const;

  it.each(levels)('%i minutes: established %s, new %s', (minutes, established, fresh) => {
    const unknown = suggestCoding(facts({ minutes }));
    expect(unknown.choice?.code).toBe(established);
    expect(unknown.alternatives.map(({ code }) => code)).toEqual(fresh === undefined ? [] : [fresh]);
    expect(unknown.reviewReasons).toContain('new-or-established-not-known');
    for (const [patientIs, code] of [
      ['established', established],
      ['new', fresh],
    ] as const) {
      const known = suggestCoding(facts({ minutes, patientIs }));
      expect(known.choice?.code).toBe(code);
      expect(known.alternatives).toEqual([]);
      expect(known.reviewReasons).not.toContain('new-or-established-not-known');
    }
  });

  it.each([
    ['established', 54, false],
    ['established', 55, true],
    ['new', 74, false],
    ['new', 75, true],
    [undefined, 54, false],
    [undefined, 55, true],
  ] as const)('prolonged services, patient %s, %i minutes: %s', (patientIs, minutes, expected) => {
    const { reviewReasons } = suggestCoding(facts({ minutes, patientIs }));
    expect(reviewReasons.includes('prolonged-services-possible')).toBe(expected);
  });

  it('is one unit whatever the minutes, with the rule that chose', () => {
    const { choice } = suggestCoding(facts({ minutes: 90, modality: 'video' }));
    expect(choice).toEqual({
      code: '99215',
      units: 1,
      rule: {
        id: 'office-established-99215-telehealth',
        why: expect.stringContaining('at least 40 minutes'),
        source: expect.stringContaining('98000-98015'),
        effectiveFrom: '2024-01-01',
        effectiveTo: '2027-12-31',
        confidence: 'sourced',
        reviewBy: '2026-12-31',
      },
    });
  });
});

describe('suggestCoding: therapy', () => {
  it.each([
    [7, undefined],
    [8, 1],
    [22, 1],
    [23, 2],
    [37, 2],
    [38, 3],
    [52, 3],
    [53, 4],
    [67, 4],
    [68, 5],
    [82, 5],
    [83, 6],
    [97, 6],
    [98, 7],
    [112, 7],
    [113, 8],
    [127, 8],
  ])('%i minutes are %s units of exercise', (minutes, units) => {
    for (const role of ['physical-therapist', 'assistant'] as const) {
      for (const modality of ['in-person', 'video'] as const) {
        const { choice, alternatives } = suggestCoding(facts({ role, modality, minutes }));
        expect(choice?.units).toBe(units);
        expect(choice?.code).toBe(units === undefined ? undefined : '97110');
        expect(choice?.rule.id).toBe(
          units && (modality === 'video' ? 'therapy-exercise-telehealth' : 'therapy-exercise'),
        );
        expect(alternatives).toEqual([]);
      }
    }
  });

  it('has no code for therapy by audio alone', () => {
    const { choice, reviewReasons } = suggestCoding(facts({ role: 'physical-therapist', modality: 'audio' }));
    expect(choice).toBeUndefined();
    expect(reviewReasons).toContain('no-rule-for-visit');
  });

  it.each([
    [127, false],
    [128, true],
  ])('%i minutes are unusually long: %s', (minutes, expected) => {
    const { reviewReasons } = suggestCoding(facts({ role: 'physical-therapist', minutes }));
    expect(reviewReasons.includes('unusually-long')).toBe(expected);
  });

  it('counts no unit below eight minutes', () => {
    expect([0, 7, 8].map(pooledUnits)).toEqual([0, 0, 1]);
  });
});

describe('suggestCoding: place, modifiers and reasons', () => {
  it.each([
    ['physician', 'in-person', '11', []],
    ['physician', 'video', '10', ['95']],
    ['physician', 'audio', '10', ['93']],
    ['physical-therapist', 'in-person', '11', ['GP']],
    ['physical-therapist', 'video', '10', ['GP', '95']],
    ['physical-therapist', 'audio', '10', ['GP', '93']],
    ['assistant', 'in-person', '11', ['GP', 'CQ']],
    ['assistant', 'video', '10', ['GP', 'CQ', '95']],
    ['assistant', 'audio', '10', ['GP', 'CQ', '93']],
  ] as const)('%s %s: place %s, modifiers %j', (role, modality, place, modifiers) => {
    const coding = suggestCoding(facts({ role, modality }));
    expect(coding.placeOfService).toBe(place);
    expect(coding.modifiers).toEqual(modifiers);
  });

  it.each([
    ['home', '10'],
    ['elsewhere', '02'],
  ] as const)('a remote patient at %s is place %s, and nothing is assumed', (patientPlace, code) => {
    for (const modality of ['video', 'audio'] as const) {
      const coding = suggestCoding(facts({ modality, patientPlace }));
      expect(coding.placeOfService).toBe(code);
      expect(coding.reviewReasons).not.toContain('patient-place-assumed-home');
    }
  });

  it.each([
    ['physician', 'in-person', ['payer-not-known', 'total-time-not-recorded', 'new-or-established-not-known']],
    [
      'physician',
      'video',
      [
        'payer-not-known',
        'patient-place-assumed-home',
        'patient-location-not-recorded',
        'total-time-not-recorded',
        'new-or-established-not-known',
      ],
    ],
    [
      'physician',
      'audio',
      [
        'payer-not-known',
        'patient-place-assumed-home',
        'patient-location-not-recorded',
        'audio-only-reason-not-recorded',
        'total-time-not-recorded',
        'new-or-established-not-known',
      ],
    ],
    [
      'physical-therapist',
      'in-person',
      ['payer-not-known', 'minutes-per-service-not-recorded', 'evaluation-or-treatment-not-known'],
    ],
    [
      'assistant',
      'in-person',
      [
        'payer-not-known',
        'minutes-per-service-not-recorded',
        'evaluation-or-treatment-not-known',
        'assistant-supervision-not-recorded',
      ],
    ],
  ] as const)('says what a person must look at: %s %s', (role, modality, reasons) => {
    expect(suggestCoding(facts({ role, modality })).reviewReasons).toEqual(reasons);
  });
});

describe('suggestCoding: by date of service', () => {
  it.each([
    ['physician', 'in-person', '2023-12-31', false],
    ['physician', 'in-person', '2024-01-01', true],
    ['physician', 'in-person', '2028-01-01', true],
    ['physician', 'video', '2023-12-31', false],
    ['physician', 'video', '2024-01-01', true],
    ['physician', 'video', '2027-12-31', true],
    ['physician', 'video', '2028-01-01', false],
    ['physician', 'audio', '2028-01-01', false],
    ['physical-therapist', 'video', '2027-12-31', true],
    ['physical-therapist', 'video', '2028-01-01', false],
    ['assistant', 'in-person', '2023-12-31', false],
  ] as const)('%s %s on %s has a rule: %s', (role, modality, serviceDate, expected) => {
    const coding = suggestCoding(facts({ role, modality, serviceDate }));
    expect(coding.choice !== undefined).toBe(expected);
    expect(coding.placeOfService !== undefined).toBe(expected);
    expect(coding.reviewReasons.includes('no-rule-for-date')).toBe(!expected);
    expect(coding.modifiers.some((modifier) => modifier === '95' || modifier === '93')).toBe(
      expected && modality !== 'in-person',
    );
  });

  it('tells a visit that is too short from a date without rules', () => {
    expect(suggestCoding(facts({ minutes: 5 })).reviewReasons).toContain('too-short');
    expect(suggestCoding(facts({ minutes: 5 })).reviewReasons).not.toContain('no-rule-for-date');
    expect(suggestCoding(facts({ minutes: 5, serviceDate: '2020-01-01' })).reviewReasons).toContain('no-rule-for-date');
  });

  it.each([
    ['2026-12-31', false],
    ['2027-01-01', true],
  ])('on %s a rule is past its review: %s', (serviceDate, expected) => {
    for (const role of roles) {
      const { reviewReasons } = suggestCoding(facts({ role, serviceDate }));
      expect(reviewReasons.includes('rule-past-review')).toBe(expected);
    }
  });
});

describe('suggestCoding: every visit there can be', () => {
  it('suggests at most one code, never a unit less than one, and always says why or why not', () => {
    const ids = new Set(codeRules.map(({ id }) => id));
    for (const role of roles) {
      for (const modality of modalities) {
        for (let minutes = 0; minutes <= 180; minutes += 1) {
          const { choice, reviewReasons } = suggestCoding(facts({ role, modality, minutes }));
          const none = reviewReasons.filter((reason) =>
            ['too-short', 'no-rule-for-date', 'no-rule-for-visit'].includes(reason),
          );
          expect(none).toHaveLength(choice === undefined ? 1 : 0);
          expect(new Set(reviewReasons).size).toBe(reviewReasons.length);
          if (choice === undefined) continue;
          expect(choice.units).toBeGreaterThanOrEqual(1);
          expect(ids.has(choice.rule.id)).toBe(true);
          const isOffice = choice.code.startsWith('992');
          expect(isOffice).toBe(role === 'physician');
        }
      }
    }
  });

  it('never suggests less for a longer visit', () => {
    const visit = fc.record({
      role: fc.constantFrom(...roles),
      modality: fc.constantFrom(...modalities),
      patientIs: fc.constantFrom('new', 'established', undefined),
    });
    fc.assert(
      fc.property(visit, fc.nat(300), fc.nat(60), (given, minutes, more) => {
        const shorter = suggestCoding(facts({ ...given, minutes })).choice;
        const longer = suggestCoding(facts({ ...given, minutes: minutes + more })).choice;
        if (shorter === undefined) return;
        expect(longer).toBeDefined();
        expect(Number(longer?.code)).toBeGreaterThanOrEqual(Number(shorter.code));
        expect(longer?.units).toBeGreaterThanOrEqual(shorter.units);
      }),
    );
  });
});

describe('the tables', () => {
  it('say of every row from when it holds, where it comes from and when to check it again', () => {
    const rows = [...codeRules, ...modifierRules, ...placeRules];
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row.why, row.id).not.toBe('');
      expect(row.source, row.id).not.toBe('');
      expect(row.effectiveTo ?? '9999-12-31', row.id).toSatisfy((to: string) => to > row.effectiveFrom);
      expect(row.reviewBy, row.id).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });
});
