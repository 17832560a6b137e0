import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, pageOf, paging, phone, text } from '../../platform/http/schemas.ts';

const actor = z.strictObject({ kind: z.enum(['staff', 'patient', 'automation', 'system']), id: z.string() });

/** What staff must see to about a number's texts. `rev` is its ETag. */
const staffTask = z.strictObject({
  id: id('staffTask'),
  kind: z
    .enum([
      'opt-out-may-mean-visit',
      'wrong-number',
      'reply-unclear',
      'marketing-paused',
      'number-unreachable',
      'carrier-still-refuses',
    ])
    .meta({
      description:
        "opt-out-may-mean-visit: texted CANCEL or END, or to cancel a visit and stop texting, gets no more texts, the visit stands; wrong-number: says that the number is not the patient's, gets no more texts: correct it; reply-unclear: asked which visit was meant, in vain; marketing-paused: too many opt-outs after the texts of this number, the clinic's own; number-unreachable: two texts in a row found nobody, and no more go to the number until this is closed or somebody writes from it; carrier-still-refuses: agreed to texts again, and is still on the carrier's list of those who said stop: take it off that list",
    }),
  status: z.enum(['open', 'closed']),
  openedAt: instant,
  phone,
  patientId: id('patient').optional().meta({ description: 'Absent when more than one patient uses the number' }),
  sourceId: z.string().meta({ description: 'The inbound text that opened it, or our text that found nobody' }),
  closedAt: instant.optional(),
  closedBy: actor.optional(),
  note: z.string().optional(),
  rev: z.number().int(),
});

export const taskRoutes = [
  defineRoute({
    name: 'listStaffTasks',
    method: 'GET',
    path: '/v1/staff-tasks',
    access: 'texts:read',
    summary: 'What staff must see to about texts, longest waiting first',
    query: z.strictObject({ status: z.enum(['open', 'closed']).default('open'), ...paging }),
    reply: { status: 200, body: pageOf(staffTask) },
  }),
  defineRoute({
    name: 'closeStaffTask',
    method: 'POST',
    path: '/v1/staff-tasks/{taskId}/close',
    access: 'tasks:close',
    summary: 'Say that a task is seen to; the first one counts',
    params: z.strictObject({ taskId: id('staffTask') }),
    body: z.strictObject({ note: text(2000).optional() }),
    ifMatch: true,
    reply: { status: 200, body: staffTask },
    errors: ['not-found', 'invalid-state'],
  }),
] as const;
