import type { Modality, ProviderRole } from '../../scheduling/core/types.ts';

/** Why a person has to look at a line before it becomes a claim. Codes are part of the export: never rename one. */
export const reviewReasons = [
  /** Place, modifiers and units follow Medicare; another payer may want others. */
  'payer-not-known',
  /** The level rests on the length of the visit; the clinician's total time that day, or the decision making, may say otherwise. */
  'total-time-not-recorded',
  /** The code for an established patient is suggested; `alternatives` has the one for a new patient. */
  'new-or-established-not-known',
  /** Long enough for a prolonged-service code beside the level. */
  'prolonged-services-possible',
  /** Units rest on the length of the visit; the minutes of each timed service are needed. */
  'minutes-per-service-not-recorded',
  /** An evaluation is another code and is not timed. */
  'evaluation-or-treatment-not-known',
  /** The record says assistant; a therapist's assistant is supposed, whose supervisor bills. */
  'assistant-supervision-not-recorded',
  /** A patient seen remotely is supposed to be at home. */
  'patient-place-assumed-home',
  /** The state the patient was in decides licence and law; only the state on file is known. */
  'patient-location-not-recorded',
  /** Audio alone counts only if the patient could not or would not use video. */
  'audio-only-reason-not-recorded',
  /** Longer than a visit of its kind usually is. */
  'unusually-long',
  /** The rule that chose is past the date on which it should have been checked again. */
  'rule-past-review',
  /** No code: the visit ran past midnight, and time of two days does not add up. */
  'crosses-midnight',
  /** No code: shorter than the least any rule asks for. */
  'too-short',
  /** No code: the rules for such a visit are not valid on its date. */
  'no-rule-for-date',
  /** No code: there is no rule for this kind of provider and visit. */
  'no-rule-for-visit',
] as const;

export type ReviewReason = (typeof reviewReasons)[number];

/** How well a rule is founded: read in a primary or several sources, in one vendor's page, or professional knowledge. */
export const confidences = ['sourced', 'secondary', 'general-knowledge'] as const;

export type Confidence = (typeof confidences)[number];

export const placesOfService = ['02', '10', '11'] as const;

export type PlaceOfService = (typeof placesOfService)[number];

/** The rule that chose, as it was when it chose. Dates are `2026-11-24`, both inclusive. */
export interface RuleCitation {
  readonly id: string;
  readonly why: string;
  readonly source: string;
  readonly effectiveFrom: string;
  readonly effectiveTo?: string | undefined;
  readonly confidence: Confidence;
  /** When somebody has to check it again. */
  readonly reviewBy: string;
}

export interface CodeChoice {
  readonly code: string;
  readonly units: number;
  readonly rule: RuleCitation;
}

/** A record a line was made from, at the revision it had. */
export interface Evidence {
  readonly entity: string;
  readonly id: string;
  readonly rev: number;
}

/**
 * One charge line: what one revision of one visit gives a biller to bill, and what proves it. No money, no names. A
 * line never changes; a correction of the visit makes another that names the one it replaces.
 */
export interface ChargeLine {
  /** The visit and the revision of it that is billed: `apt_...#3`. */
  readonly chargeId: string;
  readonly clinicId: string;
  readonly appointmentId: string;
  readonly appointmentRev: number;
  /** The charge this one corrects, which no longer stands. */
  readonly replaces?: string | undefined;
  readonly patientId: string;
  readonly patientStateOnFile?: string | undefined;
  readonly provider: { readonly id: string; readonly role: ProviderRole };
  readonly appointmentTypeId: string;
  /** The local date on which the visit began, in the visit's zone. */
  readonly serviceDate: string;
  readonly zone: string;
  readonly start: string;
  readonly end: string;
  /** Whole minutes, rounded down. */
  readonly minutes: number;
  readonly modality: Modality;
  readonly placeOfService?: PlaceOfService | undefined;
  /** Suggested, in the order in which they go on a claim. */
  readonly modifiers: readonly string[];
  readonly suggestedCode?: string | undefined;
  readonly suggestedUnits?: number | undefined;
  /** The rule that chose the code. */
  readonly rule?: RuleCitation | undefined;
  /** What the code would be if what is not known were otherwise. */
  readonly alternatives: readonly CodeChoice[];
  readonly needsReview: boolean;
  readonly reviewReasons: readonly ReviewReason[];
  readonly evidence: readonly Evidence[];
}
