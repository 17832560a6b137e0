import * as z from 'zod';

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

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** The rule that chose, as it was when it chose. */
export const ruleCitation = z.strictObject({
  id: z.string(),
  why: z.string(),
  source: z.string(),
  effectiveFrom: date,
  effectiveTo: date.optional(),
  confidence: z.enum(confidences),
  reviewBy: date,
});

const codeChoice = z.strictObject({ code: z.string(), units: z.number().int().min(1), rule: ruleCitation });

/**
 * One charge line: what one revision of one visit gives a biller to bill, and what proves it. No money, no names. A
 * line never changes; a correction of the visit makes another that names the one it replaces.
 */
export const chargeLine = z.strictObject({
  chargeId: z.string().meta({ description: 'The visit and the revision of it that is billed: apt_...#3' }),
  clinicId: z.string(),
  appointmentId: z.string(),
  appointmentRev: z.number().int(),
  replaces: z.string().optional().meta({ description: 'The charge this one corrects, which no longer stands' }),
  patientId: z.string(),
  patientStateOnFile: z.string().optional(),
  provider: z.strictObject({ id: z.string(), role: z.enum(['physician', 'physical-therapist', 'assistant']) }),
  appointmentTypeId: z.string(),
  serviceDate: date.meta({ description: "The local date on which the visit began, in the visit's zone" }),
  zone: z.string(),
  start: z.string(),
  end: z.string(),
  minutes: z.number().int().min(0).meta({ description: 'Whole minutes, rounded down' }),
  modality: z.enum(['in-person', 'video', 'audio']),
  placeOfService: z.enum(['02', '10', '11']).optional(),
  modifiers: z.array(z.string()).meta({ description: 'Suggested, in the order in which they go on a claim' }),
  suggestedCode: z.string().optional(),
  suggestedUnits: z.number().int().min(1).optional(),
  rule: ruleCitation.optional().meta({ description: 'The rule that chose the code' }),
  alternatives: z.array(codeChoice).meta({ description: 'What the code would be if what is not known were otherwise' }),
  needsReview: z.boolean(),
  reviewReasons: z.array(z.enum(reviewReasons)),
  evidence: z
    .array(z.strictObject({ entity: z.string(), id: z.string(), rev: z.number().int().optional() }))
    .meta({ description: 'The records, and their revisions, that the line was made from' }),
});

export type ChargeLine = z.infer<typeof chargeLine>;
export type RuleCitation = z.infer<typeof ruleCitation>;
export type CodeChoice = z.infer<typeof codeChoice>;
