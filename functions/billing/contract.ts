import * as z from 'zod';
import { defineRoute } from '../platform/http/contract.ts';
import { date, id, instant, pageOf, paging } from '../platform/http/schemas.ts';
import { MODALITIES } from '../scheduling/core/types.ts';
import { confidences, placesOfService, reviewReasons } from './core/charge-line.ts';

const rule = z.strictObject({
  id: z.string(),
  why: z.string(),
  source: z.string(),
  effectiveFrom: date,
  effectiveTo: date.optional(),
  confidence: z.enum(confidences),
  reviewBy: date,
});

/** A charge line, as it is exported. */
export const chargeLine = z.strictObject({
  chargeId: z.string().meta({ description: 'The visit and the revision of it that is billed: apt_...#3' }),
  clinicId: id('clinic'),
  appointmentId: id('appointment'),
  appointmentRev: z.number().int(),
  replaces: z.string().optional().meta({ description: 'The charge this one corrects, which no longer stands' }),
  patientId: id('patient'),
  patientStateOnFile: z.string().optional(),
  provider: z.strictObject({ id: id('provider'), role: z.enum(['physician', 'physical-therapist', 'assistant']) }),
  appointmentTypeId: id('appointmentType'),
  serviceDate: date.meta({ description: "The local date on which the visit began, in the visit's zone" }),
  zone: z.string(),
  start: instant,
  end: instant,
  minutes: z.number().int().min(0).meta({ description: 'Whole minutes, rounded down' }),
  modality: z.enum(MODALITIES),
  placeOfService: z.enum(placesOfService).optional(),
  modifiers: z.array(z.string()).meta({ description: 'Suggested, in the order in which they go on a claim' }),
  suggestedCode: z.string().optional(),
  suggestedUnits: z.number().int().min(1).optional(),
  rule: rule.optional().meta({ description: 'The rule that chose the code' }),
  alternatives: z
    .array(z.strictObject({ code: z.string(), units: z.number().int().min(1), rule }))
    .meta({ description: 'What the code would be if what is not known were otherwise' }),
  needsReview: z.boolean(),
  reviewReasons: z.array(z.enum(reviewReasons)),
  evidence: z
    .array(z.strictObject({ entity: z.string(), id: z.string(), rev: z.number().int() }))
    .meta({ description: 'The records, and their revisions, that the line was made from' }),
});

/** A charge as staff see it: the line as exported, and whether another stands in its place by now. */
const charge = chargeLine.extend({
  replacedBy: z.string().optional().meta({ description: 'The charge that stands in place of this one' }),
  objectKey: z.string().meta({ description: 'Where the line lies in the documents bucket' }),
});

export const listAppointmentCharges = defineRoute({
  name: 'listAppointmentCharges',
  method: 'GET',
  path: '/v1/appointments/{appointmentId}/charges',
  access: 'charges:read',
  summary: 'The charge lines of a visit, oldest first; one per correction, and the last one stands',
  params: z.strictObject({ appointmentId: id('appointment') }),
  reply: { status: 200, body: z.strictObject({ items: z.array(charge) }) },
  errors: ['not-found'],
});

export const listCharges = defineRoute({
  name: 'listCharges',
  method: 'GET',
  path: '/v1/charges',
  access: 'charges:read',
  summary: 'The charge lines of one date of service; what has `replacedBy` no longer stands',
  query: z.strictObject({ date, ...paging }),
  reply: { status: 200, body: pageOf(charge) },
});

export const routes = [listAppointmentCharges, listCharges] as const;
