import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, id, instant, line } from '../../platform/http/schemas.ts';
import { type ProblemCode, problems } from '../../platform/problem.ts';
import { appointmentView } from './shared.ts';

/** The most days listed at once. */
export const mostListedDays = 31;

const providerParams = z.strictObject({ providerId: id('provider') });
const visit = z.strictObject({ appointmentId: id('appointment'), start: instant });
const codes = Object.keys(problems).filter((code): code is ProblemCode => code in problems);

/** Whole days of a provider: what a front desk opens in the morning, and calls off when somebody is ill. */
export const dayRoutes = [
  defineRoute({
    name: 'listProviderAppointments',
    method: 'GET',
    path: '/v1/providers/{providerId}/appointments',
    access: 'schedule:read',
    summary: `Visits of a provider on at most ${mostListedDays} local days, by start; cancelled ones are not among them`,
    params: providerParams,
    query: z.strictObject({ from: date, to: date.optional().meta({ description: 'The last day, included; `from`' }) }),
    reply: {
      status: 200,
      body: z.strictObject({
        providerId: id('provider'),
        from: date,
        to: date,
        zone: z.string(),
        items: z.array(appointmentView),
      }),
    },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'cancelProviderDay',
    method: 'POST',
    path: '/v1/providers/{providerId}/cancel-day',
    access: 'schedule:write',
    summary:
      'Close a local day of a provider and cancel its booked visits that are still to come; each patient is told and can choose another time',
    params: providerParams,
    body: z.strictObject({ date, reason: line(120) }),
    reply: {
      status: 200,
      body: z.strictObject({
        providerId: id('provider'),
        date,
        exceptionId: id('availabilityException').meta({ description: 'The leave that keeps the day closed' }),
        done: z.array(visit).meta({ description: 'Cancelled by this request' }),
        failed: z.array(visit.extend({ code: z.enum(codes) })).meta({ description: 'Still booked: see to these' }),
        remaining: z.number().int().meta({
          description: 'Visits there was no time for: send the request again until this is 0',
        }),
      }),
    },
    errors: ['not-found'],
  }),
] as const;
