import * as z from 'zod';
import { defineRoute } from '../platform/http/contract.ts';
import { id, instant, pageOf, paging, phone, text } from '../platform/http/schemas.ts';

const actor = z.strictObject({ kind: z.enum(['staff', 'patient', 'automation', 'system']), id: z.string() });

/** A red flag on its way to a human. `rev` is its ETag. */
const triageCase = z.strictObject({
  id: id('triageCase'),
  status: z.enum(['open', 'acknowledged']),
  openedAt: instant,
  source: z.enum(['text', 'intake']),
  sourceId: z.string(),
  flags: z.array(z.string()).meta({ description: 'Names of the screening rules that matched' }),
  disposition: z.string().meta({ description: 'How soon a human must act' }),
  patientId: id('patient')
    .optional()
    .meta({ description: 'Absent when nobody, or more than one patient, uses the number' }),
  phone: phone.optional(),
  acknowledgedAt: instant.optional(),
  acknowledgedBy: actor.optional(),
  note: z.string().optional(),
  rev: z.number().int(),
});

const caseParams = z.strictObject({ caseId: id('triageCase') });

export const routes = [
  defineRoute({
    name: 'listTriageCases',
    method: 'GET',
    path: '/v1/triage-cases',
    access: 'triage:read',
    summary: 'Red flags by status, longest waiting first',
    query: z.strictObject({ status: z.enum(['open', 'acknowledged']).default('open'), ...paging }),
    reply: { status: 200, body: pageOf(triageCase) },
  }),
  defineRoute({
    name: 'getTriageCase',
    method: 'GET',
    path: '/v1/triage-cases/{caseId}',
    access: 'triage:read',
    summary: 'One case, with the words of the text that opened it',
    params: caseParams,
    reply: {
      status: 200,
      body: triageCase.extend({
        words: z.string().optional().meta({ description: 'What the patient wrote, where the case came from a text' }),
      }),
    },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'acknowledgeTriageCase',
    method: 'POST',
    path: '/v1/triage-cases/{caseId}/acknowledge',
    access: 'triage:acknowledge',
    summary: 'Take a case on; the first acknowledgement counts',
    params: caseParams,
    body: z.strictObject({ note: text(2000).optional() }),
    ifMatch: true,
    reply: { status: 200, body: triageCase },
    errors: ['not-found', 'invalid-state'],
  }),
] as const;
