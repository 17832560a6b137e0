import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, pageOf, paging, zone } from '../../platform/http/schemas.ts';
import { MODALITIES } from '../../scheduling/core/types.ts';
import { ANCHORS, CHANNELS, OCCASIONS } from '../core/message-plan.ts';
import { TEMPLATE_NAMES } from '../core/template-names.ts';

/** Whose plan. */
const planId = z.union([z.literal('clinic'), id('appointmentType')], {
  error: 'Expected clinic, or the id of a type of visit like aty_01K8Z3V9Q4M7T2W6X5Y1N0R8PA',
});

const occasion = z.enum(OCCASIONS);
const template = z.enum(TEMPLATE_NAMES);

const step = z.strictObject({
  name: z.string().max(40).meta({ description: 'Its name for good: texts that are planned are known by it' }),
  enabled: z.boolean().default(true),
  occasions: z.array(occasion).min(1).max(OCCASIONS.length),
  anchor: z.enum(ANCHORS).meta({ description: 'now is at once; start and end are of the visit' }),
  offsetDays: z
    .number()
    .int()
    .min(-366)
    .max(366)
    .optional()
    .meta({ description: 'Calendar days at the wall time of the anchor; negative is before' }),
  offsetHours: z
    .number()
    .int()
    .min(-8784)
    .max(8784)
    .optional()
    .meta({ description: 'Hours that pass; in place of offsetDays' }),
  channel: z.enum(CHANNELS).default('sms'),
  template,
  pictureId: id('picture')
    .optional()
    .meta({ description: 'What goes with the words of an exercise nudge, see /v1/exercise-pictures' }),
  conditions: z
    .strictObject({
      unconfirmedOnly: z.boolean().optional(),
      newPatientsOnly: z.boolean().optional(),
      modality: z.enum(MODALITIES).optional(),
    })
    .optional(),
});

const plan = z.strictObject({
  enabled: z.boolean().default(true).meta({ description: 'Off: nothing goes, what is planned already included' }),
  steps: z.array(step).max(60),
});

const planView = plan.extend({
  planId,
  source: z
    .enum(['own', 'clinic', 'default'])
    .meta({ description: "What holds: a plan of its own, the clinic's, or the one of a clinic that has none" }),
  rev: z.number().int().meta({ description: 'The version of its own plan; 0 where none was ever saved' }),
  changedAt: instant.optional(),
});

const savedPlan = planView.extend({
  warnings: z.array(z.strictObject({ code: z.string(), field: z.string(), message: z.string() })),
});

const params = z.strictObject({ planId });

export const planRoutes = [
  defineRoute({
    name: 'listMessagePlans',
    method: 'GET',
    path: '/v1/message-plans',
    access: 'messaging:read',
    summary: "What is sent around a visit: the clinic's plan, and those of types of visit that have their own",
    reply: { status: 200, body: z.strictObject({ items: z.array(planView) }) },
  }),
  defineRoute({
    name: 'getMessagePlan',
    method: 'GET',
    path: '/v1/message-plans/{planId}',
    access: 'messaging:read',
    summary: 'The plan that holds for the clinic or for a type of visit',
    params,
    reply: { status: 200, body: planView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'setMessagePlan',
    method: 'PUT',
    path: '/v1/message-plans/{planId}',
    access: 'messaging:write',
    summary: 'Save a new version; texts planned before keep theirs, but what is off or gone now does not go',
    params,
    body: plan,
    ifMatch: true,
    reply: { status: 200, body: savedPlan },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'withdrawMessagePlan',
    method: 'POST',
    path: '/v1/message-plans/{planId}/withdraw',
    access: 'messaging:write',
    summary: "Take a plan back: a type has the clinic's again, the clinic the default one",
    params,
    ifMatch: true,
    reply: { status: 200, body: savedPlan },
    errors: ['not-found', 'invalid-state'],
  }),
  defineRoute({
    name: 'listMessagePlanVersions',
    method: 'GET',
    path: '/v1/message-plans/{planId}/versions',
    access: 'messaging:read',
    summary: 'The versions of a plan, newest first, each as it was saved',
    params,
    query: z.strictObject(paging),
    reply: {
      status: 200,
      body: pageOf(plan.extend({ planId, version: z.number().int(), isWithdrawn: z.boolean(), changedAt: instant })),
    },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'previewMessagePlan',
    method: 'GET',
    path: '/v1/message-plans/{planId}/preview',
    access: 'messaging:read',
    summary: 'What a plan does for a real visit: which texts, when, in which words, for how much; which not, and why',
    params,
    query: z.strictObject({ appointmentId: id('appointment') }),
    reply: {
      status: 200,
      body: z.strictObject({
        appointmentId: id('appointment'),
        planId,
        source: z.enum(['own', 'clinic', 'default']),
        rev: z.number().int(),
        language: z.enum(['en', 'es']),
        patientZone: zone.meta({ description: 'Whose night is kept, and the zone of localTime' }),
        barredBecause: z.string().optional().meta({ description: 'Why nothing would go to this number at present' }),
        caps: z.strictObject({ perDay: z.number().int(), perWeek: z.number().int() }).meta({
          description:
            'The most that goes before and after visits; what is beyond waits, or does not go, and is still among these texts',
        }),
        texts: z.array(
          z.strictObject({
            step: z.string(),
            template,
            templateVersion: z.number().int(),
            pictureId: id('picture').optional().meta({ description: 'Goes along; a picture costs more than words' }),
            occasion,
            dueAt: instant.optional().meta({ description: 'Absent for what goes at once when it happens' }),
            localTime: z.string().optional(),
            words: z.string().meta({ description: 'The secret of a link is left out' }),
            encoding: z.enum(['GSM-7', 'UCS-2']),
            segments: z.number().int(),
            priceMicros: z.number().int().meta({ description: 'Millionths of a dollar' }),
          }),
        ),
        skipped: z.array(z.strictObject({ step: z.string(), reason: z.string() })),
      }),
    },
    errors: ['not-found'],
  }),
] as const;
