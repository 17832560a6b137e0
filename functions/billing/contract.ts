import * as z from 'zod';
import { defineRoute } from '../platform/http/contract.ts';
import { date, id, pageOf, paging } from '../platform/http/schemas.ts';
import { chargeLine } from './core/charge-line.ts';

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
