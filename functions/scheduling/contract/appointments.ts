import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, id, instant, pageOf, paging, state } from '../../platform/http/schemas.ts';
import { holdId } from './holds.ts';
import { appointmentParams, appointmentView, changeErrors, modality, nothing, reason } from './shared.ts';
import { slotPage, staffSlotQuery } from './slots.ts';

const staffChange = <const Name extends string, const Path extends string, Body extends z.ZodType>(
  name: Name,
  path: Path,
  summary: string,
  body: Body,
  access: 'schedule:write' | 'visits:document' = 'schedule:write',
) =>
  defineRoute({
    name,
    method: 'POST',
    path: `/v1/appointments/{appointmentId}/${path}`,
    access,
    summary,
    params: appointmentParams,
    body,
    ifMatch: true,
    reply: { status: 200, body: appointmentView },
    errors: [...changeErrors, 'slot-taken', 'slot-not-offered'],
  });

/** The front desk's day: free times, visits and what becomes of them. */
export const appointmentRoutes = [
  defineRoute({
    name: 'getProviderDay',
    method: 'GET',
    path: '/v1/providers/{providerId}/day',
    access: 'schedule:read',
    summary: "What is taken of a provider's local day, and by which appointments",
    params: z.strictObject({ providerId: id('provider') }),
    query: z.strictObject({ date }),
    reply: {
      status: 200,
      body: z.strictObject({
        providerId: id('provider'),
        date,
        zone: z.string(),
        rev: z.number().int(),
        busy: z.array(z.strictObject({ start: instant, end: instant, heldBy: z.string() })),
        external: z
          .array(z.strictObject({ start: instant, end: instant }))
          .meta({ description: "Busy times of the provider's own calendar" }),
      }),
    },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'findSlots',
    method: 'GET',
    path: '/v1/slots',
    access: 'schedule:read',
    summary: 'Free times of a type of visit, by start or by score; nothing found says why',
    query: staffSlotQuery,
    reply: { status: 200, body: slotPage },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'bookAppointment',
    method: 'POST',
    path: '/v1/appointments',
    access: 'schedule:write',
    summary: 'Book a visit; its texts are planned in the same transaction',
    body: z.strictObject({
      patientId: id('patient'),
      providerId: id('provider'),
      typeId: id('appointmentType'),
      start: instant,
      modality: modality.optional(),
      patientState: state.optional().meta({ description: 'Where the patient will be; the state of their address' }),
      holdId,
      replaces: id('appointment')
        .optional()
        .meta({ description: 'A visit that the clinic cancelled: then its link books no other one' }),
    }),
    reply: { status: 201, body: appointmentView },
    errors: ['not-found', 'slot-taken', 'slot-not-offered', 'invalid-state'],
  }),
  defineRoute({
    name: 'getAppointment',
    method: 'GET',
    path: '/v1/appointments/{appointmentId}',
    access: 'schedule:read',
    summary: 'One appointment',
    params: appointmentParams,
    reply: { status: 200, body: appointmentView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listPatientAppointments',
    method: 'GET',
    path: '/v1/patients/{patientId}/appointments',
    access: 'schedule:read',
    summary: "A patient's appointments, latest first",
    params: z.strictObject({ patientId: id('patient') }),
    query: z.strictObject(paging),
    reply: { status: 200, body: pageOf(appointmentView) },
    errors: ['not-found'],
  }),
  staffChange(
    'rescheduleAppointment',
    'reschedule',
    'Move a visit: the new time is taken and the old one freed in one transaction',
    z.strictObject({ start: instant, providerId: id('provider').optional(), reason: reason.optional() }),
  ),
  staffChange(
    'requestReschedule',
    'request-reschedule',
    'Ask the patient by text to choose another time; the visit stands until they do',
    z.strictObject({ reason: reason.optional() }),
  ),
  staffChange('cancelAppointment', 'cancel', 'Cancel a visit', z.strictObject({ reason: reason.optional() })),
  staffChange('confirmAppointment', 'confirm', 'Record that the patient confirmed this time', nothing),
  staffChange('markArrived', 'arrive', 'The patient is here', nothing),
  staffChange(
    'fulfilAppointment',
    'fulfil',
    'The visit took place; sent again with other facts it corrects them',
    z.strictObject({ modality, start: instant, end: instant }),
    'visits:document',
  ),
  staffChange('markNoShow', 'no-show', 'The patient did not come', z.strictObject({ reason: reason.optional() })),
] as const;
