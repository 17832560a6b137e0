import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, pageOf, paging, phone } from '../../platform/http/schemas.ts';

/** A text to a patient. Its words are not kept: which text it was and what was put into it are. */
const textView = z.strictObject({
  id: z.string(),
  template: z.string().meta({ description: 'Which text' }),
  parameters: z.record(z.string(), z.string()).meta({ description: 'What was put into it; empty until it is sent' }),
  channel: z
    .enum(['email'])
    .optional()
    .meta({ description: 'In the place of a text that did not arrive; absent for a text' }),
  to: phone,
  patientId: id('patient').optional(),
  appointmentId: id('appointment').optional(),
  planId: z
    .string()
    .optional()
    .meta({ description: "The plan it was planned by: clinic or a type's id; absent for the default one" }),
  planVersion: z.number().int().optional(),
  language: z.enum(['en', 'es']).optional().meta({ description: 'What it was written in, once it is sent' }),
  templateVersion: z
    .number()
    .int()
    .optional()
    .meta({ description: "The version of the clinic's own words; 0 for the built-in ones" }),
  pictureId: id('picture').optional().meta({ description: 'The picture it took along, once it is sent' }),
  pictureRefused: z
    .string()
    .optional()
    .meta({ description: 'Why it went without its picture, in the word of the carrier' }),
  status: z.enum(['planned', 'claimed', 'ambiguous', 'accepted', 'delivered', 'failed', 'dropped', 'suppressed']),
  reason: z.string().optional().meta({ description: 'Why it failed or was not sent' }),
  plannedFor: instant,
  history: z.array(z.strictObject({ status: z.string(), at: instant, reason: z.string().optional() })),
  rev: z.number().int(),
});

export const textRoutes = [
  defineRoute({
    name: 'listPatientTexts',
    method: 'GET',
    path: '/v1/patients/{patientId}/texts',
    access: 'texts:read',
    summary: "A patient's texts, latest planned first: what, when, what became of it and why",
    params: z.strictObject({ patientId: id('patient') }),
    query: z.strictObject(paging),
    reply: { status: 200, body: pageOf(textView) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listAppointmentTexts',
    method: 'GET',
    path: '/v1/appointments/{appointmentId}/texts',
    access: 'texts:read',
    summary: 'The texts around one visit, those that were not sent included',
    params: z.strictObject({ appointmentId: id('appointment') }),
    reply: { status: 200, body: z.strictObject({ items: z.array(textView) }) },
    errors: ['not-found'],
  }),
] as const;
