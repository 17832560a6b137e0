import type { Modality, ProviderRole } from '../../scheduling/core/types.ts';
import type { CodeChoice, PlaceOfService, ReviewReason, RuleCitation } from './charge-line.ts';

/**
 * Coding rules as data, judged by date of service. Every row says from when to when it holds, how well it is founded,
 * and when somebody has to check it again. A date outside every row gets no code. The words are ours; the codes are the
 * American Medical Association's (CPT) and CMS's.
 */

export type PatientIs = 'new' | 'established';
/** Where the patient is during a visit at a distance. */
export type PatientPlace = 'home' | 'elsewhere';

/** What rules look at. Undefined: not known. */
export interface VisitFacts {
  readonly role: ProviderRole;
  readonly modality: Modality;
  /** Whole minutes. */
  readonly minutes: number;
  /** Local date of service, `2026-11-24`. */
  readonly serviceDate: string;
  readonly patientIs?: PatientIs | undefined;
  readonly patientPlace?: PatientPlace | undefined;
}

interface Scope {
  readonly roles: readonly ProviderRole[];
  readonly modalities: readonly Modality[];
}

export interface CodeRule extends RuleCitation, Scope {
  readonly code: string;
  readonly patientIs?: PatientIs;
  readonly leastMinutes: number;
  /** Not reached by the visit. */
  readonly belowMinutes: number;
  readonly units: (minutes: number) => number;
}

export interface ModifierRule extends RuleCitation, Scope {
  readonly modifier: string;
}

export interface PlaceRule extends RuleCitation {
  readonly modalities: readonly Modality[];
  readonly patientPlace?: PatientPlace;
  readonly placeOfService: PlaceOfService;
}

const reviewBy = '2026-12-31';
/** The last day on which Medicare takes a visit with a patient at home, or a therapist's at any distance (Consolidated Appropriations Act, 2026). */
const telehealthUntil = '2027-12-31';
/** No row reaches further back: nothing earlier was checked. */
const since = '2024-01-01';

const inPerson = ['in-person'] as const;
const atDistance = ['video', 'audio'] as const;
const therapists = ['physical-therapist', 'assistant'] as const;
const everyone = ['physician', ...therapists] as const;
const once = (): number => 1;

/**
 * Timed units where minutes of all timed services of a day are pooled: 8 to 22 minutes are one, 23 to 37 two, and so
 * on. Source: Medicare Claims Processing Manual, chapter 5, section 20.2 (the "8-minute rule").
 */
export const pooledUnits = (minutes: number): number => (minutes < 8 ? 0 : Math.floor((minutes + 7) / 15));

/** Level of an office visit by time: code, least minutes, minutes of the next level. */
const officeLevels = {
  established: [
    ['99212', 10, 20],
    ['99213', 20, 30],
    ['99214', 30, 40],
    ['99215', 40, Number.POSITIVE_INFINITY],
  ],
  new: [
    ['99202', 15, 30],
    ['99203', 30, 45],
    ['99204', 45, 60],
    ['99205', 60, Number.POSITIVE_INFINITY],
  ],
} as const satisfies Record<PatientIs, readonly (readonly [string, number, number])[]>;

const officeVisitRules = (patientIs: PatientIs): readonly CodeRule[] =>
  officeLevels[patientIs].flatMap(([code, leastMinutes, belowMinutes]): readonly CodeRule[] => {
    const shared = {
      code,
      patientIs,
      roles: ['physician'],
      leastMinutes,
      belowMinutes,
      units: once,
      source: 'CPT 2024 office visit times (americanmedicalcoding.com/e-m-changes-for-2024-for-medical-coders)',
      effectiveFrom: since,
      confidence: 'sourced',
      reviewBy,
    } as const;
    return [
      {
        ...shared,
        id: `office-${patientIs}-${code}`,
        why: `Physician, ${patientIs} patient, at least ${leastMinutes} minutes`,
        modalities: inPerson,
      },
      {
        ...shared,
        id: `office-${patientIs}-${code}-telehealth`,
        why: `Physician at a distance, ${patientIs} patient, at least ${leastMinutes} minutes: the office code with the telehealth place and modifier`,
        source: `${shared.source}; Medicare does not take 98000-98015 (verimedix.com/new-telehealth-em-codes-98000-98016)`,
        modalities: atDistance,
        effectiveTo: telehealthUntil,
      },
    ];
  });

const exercise = {
  code: '97110',
  roles: therapists,
  leastMinutes: 8,
  belowMinutes: Number.POSITIVE_INFINITY,
  units: pooledUnits,
  effectiveFrom: since,
  confidence: 'general-knowledge',
  reviewBy,
} as const;

/** Therapy by audio alone has no row: whether and how it is paid was not found. */
export const codeRules: readonly CodeRule[] = [
  ...officeVisitRules('established'),
  ...officeVisitRules('new'),
  {
    ...exercise,
    id: 'therapy-exercise',
    why: 'Therapy in person: therapeutic exercise in 15-minute units of the whole visit, a starting point',
    source: 'Medicare Claims Processing Manual, chapter 5, section 20.2',
    modalities: inPerson,
  },
  {
    ...exercise,
    id: 'therapy-exercise-telehealth',
    why: 'Therapy by video: therapeutic exercise is on the telehealth list, in 15-minute units of the whole visit, a starting point',
    source: 'Medicare Claims Processing Manual, chapter 5, section 20.2; telehealth list (apta.org, 2020-04-30)',
    modalities: ['video'],
    effectiveTo: telehealthUntil,
  },
];

/** In the order in which they go on a claim: discipline and price first, information last. */
export const modifierRules: readonly ModifierRule[] = [
  {
    id: 'therapy-plan-of-care',
    modifier: 'GP',
    why: 'Under a physical therapy plan of care',
    source: 'CMS "always therapy" codes',
    roles: therapists,
    modalities: [...inPerson, ...atDistance],
    effectiveFrom: since,
    confidence: 'sourced',
    reviewBy,
  },
  {
    id: 'therapist-assistant',
    modifier: 'CQ',
    why: "Furnished by a physical therapist's assistant",
    source: 'CMS outpatient therapy assistant policy (85 percent payment)',
    roles: ['assistant'],
    modalities: [...inPerson, ...atDistance],
    effectiveFrom: since,
    confidence: 'general-knowledge',
    reviewBy,
  },
  {
    id: 'live-video',
    modifier: '95',
    why: 'Live audio and video',
    source: 'medicare-prod.fcso.com/coding/telehealth-service-modifiers; Transmittal 12671',
    roles: everyone,
    modalities: ['video'],
    effectiveFrom: since,
    effectiveTo: telehealthUntil,
    confidence: 'sourced',
    reviewBy,
  },
  {
    id: 'live-audio',
    modifier: '93',
    why: 'Live audio alone',
    source: 'medicare-prod.fcso.com/coding/telehealth-service-modifiers; Transmittal 12671',
    roles: everyone,
    modalities: ['audio'],
    effectiveFrom: since,
    effectiveTo: telehealthUntil,
    confidence: 'sourced',
    reviewBy,
  },
];

export const placeRules: readonly PlaceRule[] = [
  {
    id: 'place-office',
    placeOfService: '11',
    why: 'In person at the clinic',
    source: 'CMS place of service codes',
    modalities: inPerson,
    effectiveFrom: since,
    confidence: 'sourced',
    reviewBy,
  },
  {
    id: 'place-telehealth-home',
    placeOfService: '10',
    why: 'At a distance, patient at home',
    source: 'CMS place of service codes; compliancecosmos.org/news-briefs-june-10-2024',
    modalities: atDistance,
    patientPlace: 'home',
    effectiveFrom: since,
    effectiveTo: telehealthUntil,
    confidence: 'sourced',
    reviewBy,
  },
  {
    id: 'place-telehealth-elsewhere',
    placeOfService: '02',
    why: 'At a distance, patient not at home',
    source: 'CMS place of service codes; compliancecosmos.org/news-briefs-june-10-2024',
    modalities: atDistance,
    patientPlace: 'elsewhere',
    effectiveFrom: since,
    effectiveTo: telehealthUntil,
    confidence: 'sourced',
    reviewBy,
  },
];

/** What the rules say of a visit. */
export interface Coding {
  readonly placeOfService?: PlaceOfService | undefined;
  readonly modifiers: readonly string[];
  readonly choice?: CodeChoice | undefined;
  readonly alternatives: readonly CodeChoice[];
  readonly reviewReasons: readonly ReviewReason[];
}

const isValidOn = (rule: RuleCitation, date: string): boolean =>
  rule.effectiveFrom <= date && (rule.effectiveTo === undefined || date <= rule.effectiveTo);

const covers = (rule: Scope, { role, modality }: VisitFacts): boolean =>
  rule.roles.includes(role) && rule.modalities.includes(modality);

const citationOf = (rule: RuleCitation): RuleCitation => ({
  id: rule.id,
  why: rule.why,
  source: rule.source,
  effectiveFrom: rule.effectiveFrom,
  ...(rule.effectiveTo !== undefined && { effectiveTo: rule.effectiveTo }),
  confidence: rule.confidence,
  reviewBy: rule.reviewBy,
});

/** Minutes from which, at the highest level, a prolonged-service code may stand beside it (CPT; Medicare asks for more). */
const prolongedFromMinutes: Readonly<Record<string, number>> = { '99215': 55, '99205': 75 };
/** The longest day of timed therapy that the published table of units covers. */
const longTherapyMinutes = 127;

/**
 * Suggests how a visit may be coded: place, modifiers, and a code with the rule that chose it. A suggestion for a
 * biller, never a claim; what is not known is said as a reason for review, and where no rule holds there is no code.
 */
export const suggestCoding = (facts: VisitFacts): Coding => {
  const { modality, minutes, serviceDate } = facts;
  const reasons = new Set<ReviewReason>(['payer-not-known']);
  const used: RuleCitation[] = [];

  const patientPlace = modality === 'in-person' ? undefined : (facts.patientPlace ?? 'home');
  const place = placeRules.find(
    (rule) => rule.modalities.includes(modality) && rule.patientPlace === patientPlace && isValidOn(rule, serviceDate),
  );
  if (place !== undefined) used.push(place);
  if (patientPlace !== undefined) {
    if (facts.patientPlace === undefined) reasons.add('patient-place-assumed-home');
    reasons.add('patient-location-not-recorded');
    if (modality === 'audio') reasons.add('audio-only-reason-not-recorded');
  }

  const modifiers = modifierRules.filter((rule) => covers(rule, facts) && isValidOn(rule, serviceDate));
  used.push(...modifiers);

  const chosen = ruleFor(facts, facts.patientIs ?? 'established');
  const alternative = facts.patientIs === undefined ? ruleFor(facts, 'new') : undefined;
  const alternatives = alternative !== undefined && alternative.patientIs === 'new' ? [alternative] : [];
  if (chosen === undefined) reasons.add(whyNone(facts));
  else used.push(chosen);

  if (facts.role === 'physician') {
    reasons.add('total-time-not-recorded');
    if (facts.patientIs === undefined) reasons.add('new-or-established-not-known');
    const levels = chosen === undefined ? alternatives : [chosen, ...alternatives];
    if (levels.some(({ code }) => minutes >= (prolongedFromMinutes[code] ?? Number.POSITIVE_INFINITY))) {
      reasons.add('prolonged-services-possible');
    }
  } else {
    reasons.add('minutes-per-service-not-recorded').add('evaluation-or-treatment-not-known');
    if (minutes > longTherapyMinutes) reasons.add('unusually-long');
    if (facts.role === 'assistant') reasons.add('assistant-supervision-not-recorded');
  }
  if (used.some((rule) => serviceDate > rule.reviewBy)) reasons.add('rule-past-review');

  const toChoice = (rule: CodeRule): CodeChoice => ({
    code: rule.code,
    units: rule.units(minutes),
    rule: citationOf(rule),
  });
  return {
    placeOfService: place?.placeOfService,
    modifiers: modifiers.map(({ modifier }) => modifier),
    choice: chosen && toChoice(chosen),
    alternatives: alternatives.map(toChoice),
    reviewReasons: [...reasons],
  };
};

const isFor = (rule: CodeRule, facts: VisitFacts, patientIs: PatientIs): boolean =>
  covers(rule, facts) && (rule.patientIs === undefined || rule.patientIs === patientIs);

const ruleFor = (facts: VisitFacts, patientIs: PatientIs): CodeRule | undefined =>
  codeRules.find(
    (rule) =>
      isFor(rule, facts, patientIs) &&
      isValidOn(rule, facts.serviceDate) &&
      facts.minutes >= rule.leastMinutes &&
      facts.minutes < rule.belowMinutes,
  );

const whyNone = (facts: VisitFacts): ReviewReason => {
  const candidates = codeRules.filter((rule) => isFor(rule, facts, facts.patientIs ?? 'established'));
  if (candidates.length === 0) return 'no-rule-for-visit';
  return candidates.some((rule) => isValidOn(rule, facts.serviceDate)) ? 'too-short' : 'no-rule-for-date';
};
