import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, id, instant, line, state, timeOfDay, zone } from '../../platform/http/schemas.ts';
import { minutes, modality } from './shared.ts';

const weeklyRule = z.strictObject({
  weekday: z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: 'ISO weekday: Monday is 1' }),
  from: timeOfDay,
  to: timeOfDay,
  effectiveFrom: date.optional().meta({ description: 'First local date it holds on' }),
  effectiveTo: date.optional().meta({ description: 'Last local date it holds on' }),
});

const licence = z.strictObject({
  state,
  kind: z.enum(['full', 'compact', 'telehealth']),
  validFrom: date,
  validTo: date.optional(),
});

const providerBody = z.strictObject({
  name: line(80),
  role: z.enum(['physician', 'physical-therapist', 'assistant']),
  zone,
  availability: z.array(weeklyRule).max(50),
  breaks: z.array(weeklyRule).max(50).default([]),
  licences: z
    .array(licence)
    .max(100)
    .default([])
    .meta({ description: 'Where patients may be whom the provider treats, also by video' }),
  active: z.boolean().default(true),
});

const provider = providerBody.extend({ id: id('provider'), rev: z.number().int() });

const appointmentTypeBody = z.strictObject({
  name: line(80),
  minutes: minutes(5, 480),
  bufferBeforeMinutes: minutes(0, 120).default(0),
  bufferAfterMinutes: minutes(0, 120).default(0),
  modalities: z.array(modality).min(1).max(3),
  leadMinutes: minutes(0, 60 * 24 * 30).default(60),
  horizonDays: minutes(1, 365).default(60),
  providerIds: z.array(id('provider')).min(1).max(50),
  patientKind: z
    .enum(['new', 'established', 'any'])
    .default('any')
    .meta({ description: 'Established: seen by the clinic within the last three years' }),
  dailyCap: minutes(1, 100).optional().meta({ description: 'Most visits of this type a provider has on a local day' }),
  capacity: minutes(1, 50).default(1).meta({ description: 'How many patients share one start: a group visit' }),
  states: z.array(state).min(1).max(60).optional().meta({ description: 'States a patient may be in; any if absent' }),
  roomIds: z.array(id('room')).max(10).default([]).meta({ description: 'Any one of these rooms is needed too' }),
  secondProviderIds: z
    .array(id('provider'))
    .max(10)
    .default([])
    .meta({ description: 'Any one of these providers is needed too' }),
  requiredForm: z.enum(['pre-visit', 'none']).default('pre-visit'),
  active: z.boolean().default(true),
});

const appointmentType = appointmentTypeBody.extend({ id: id('appointmentType'), rev: z.number().int() });

const roomBody = z.strictObject({ name: line(80), zone, active: z.boolean().default(true) });
const room = roomBody.extend({ id: id('room'), rev: z.number().int() });

const dated = {
  firstDate: date,
  lastDate: date,
  from: timeOfDay.optional(),
  to: timeOfDay.optional(),
};

const exceptionBody = z.strictObject({ kind: z.enum(['away', 'extra']), ...dated, reason: line(120) });
const exception = exceptionBody.extend({
  id: id('availabilityException'),
  providerId: id('provider'),
  rev: z.number().int(),
});
const closureBody = z.strictObject({ ...dated, name: line(80) });
const closure = closureBody.extend({ id: id('closure'), rev: z.number().int() });

/** Visits that are booked in hours that are now closed: somebody has to move them. */
const clashes = z.array(
  z.strictObject({ appointmentId: id('appointment'), providerId: id('provider'), start: instant }),
);

const providerParams = z.strictObject({ providerId: id('provider') });
const typeParams = z.strictObject({ typeId: id('appointmentType') });
const roomParams = z.strictObject({ roomId: id('room') });
const since = z.strictObject({
  from: date.optional().meta({ description: 'Those that end on this date or later; today' }),
});

/** What a clinic offers: its providers and their hours, its rooms, its types of visit. */
export const catalogRoutes = [
  defineRoute({
    name: 'createProvider',
    method: 'POST',
    path: '/v1/providers',
    access: 'providers:write',
    summary: 'Add a provider with weekly hours in their own time zone, and licences',
    body: providerBody,
    reply: { status: 201, body: provider },
  }),
  defineRoute({
    name: 'listProviders',
    method: 'GET',
    path: '/v1/providers',
    access: 'schedule:read',
    summary: 'All providers of the clinic',
    reply: { status: 200, body: z.strictObject({ items: z.array(provider) }) },
  }),
  defineRoute({
    name: 'getProvider',
    method: 'GET',
    path: '/v1/providers/{providerId}',
    access: 'schedule:read',
    summary: 'One provider',
    params: providerParams,
    reply: { status: 200, body: provider },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'updateProvider',
    method: 'PUT',
    path: '/v1/providers/{providerId}',
    access: 'providers:write',
    summary: 'Change a provider; visits that are booked stay as they are. The zone cannot change',
    params: providerParams,
    body: providerBody,
    ifMatch: true,
    reply: { status: 200, body: provider },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'createAvailabilityException',
    method: 'POST',
    path: '/v1/providers/{providerId}/availability-exceptions',
    access: 'schedule:write',
    summary: 'Leave or extra hours of a provider on certain dates; visits booked in a leave are listed, not moved',
    params: providerParams,
    body: exceptionBody,
    reply: { status: 201, body: exception.extend({ clashes }) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listAvailabilityExceptions',
    method: 'GET',
    path: '/v1/providers/{providerId}/availability-exceptions',
    access: 'schedule:read',
    summary: 'Leaves and extra hours of a provider, by last date',
    params: providerParams,
    query: since,
    reply: { status: 200, body: z.strictObject({ items: z.array(exception) }) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'removeAvailabilityException',
    method: 'DELETE',
    path: '/v1/providers/{providerId}/availability-exceptions/{exceptionId}',
    access: 'schedule:write',
    summary: 'Take back a leave or extra hours that are not over',
    params: z.strictObject({ providerId: id('provider'), exceptionId: id('availabilityException') }),
    reply: { status: 204 },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'createClosure',
    method: 'POST',
    path: '/v1/closures',
    access: 'providers:write',
    summary: 'Close the clinic on certain dates; visits booked then are listed, not moved',
    body: closureBody,
    reply: { status: 201, body: closure.extend({ clashes }) },
  }),
  defineRoute({
    name: 'listClosures',
    method: 'GET',
    path: '/v1/closures',
    access: 'schedule:read',
    summary: 'Closures of the clinic, by last date',
    query: since,
    reply: { status: 200, body: z.strictObject({ items: z.array(closure) }) },
  }),
  defineRoute({
    name: 'removeClosure',
    method: 'DELETE',
    path: '/v1/closures/{closureId}',
    access: 'providers:write',
    summary: 'Take back a closure that is not over',
    params: z.strictObject({ closureId: id('closure') }),
    reply: { status: 204 },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'createRoom',
    method: 'POST',
    path: '/v1/rooms',
    access: 'providers:write',
    summary: 'Add a room, or a device, that types of visit can need',
    body: roomBody,
    reply: { status: 201, body: room },
  }),
  defineRoute({
    name: 'listRooms',
    method: 'GET',
    path: '/v1/rooms',
    access: 'schedule:read',
    summary: 'All rooms of the clinic',
    reply: { status: 200, body: z.strictObject({ items: z.array(room) }) },
  }),
  defineRoute({
    name: 'updateRoom',
    method: 'PUT',
    path: '/v1/rooms/{roomId}',
    access: 'providers:write',
    summary: 'Change a room; visits that are booked stay as they are. The zone cannot change',
    params: roomParams,
    body: roomBody,
    ifMatch: true,
    reply: { status: 200, body: room },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'createAppointmentType',
    method: 'POST',
    path: '/v1/appointment-types',
    access: 'providers:write',
    summary: 'Add a type of visit: how long, how, with whom, for whom, how far ahead',
    body: appointmentTypeBody,
    reply: { status: 201, body: appointmentType },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'listAppointmentTypes',
    method: 'GET',
    path: '/v1/appointment-types',
    access: 'schedule:read',
    summary: 'All types of visit',
    reply: { status: 200, body: z.strictObject({ items: z.array(appointmentType) }) },
  }),
  defineRoute({
    name: 'updateAppointmentType',
    method: 'PUT',
    path: '/v1/appointment-types/{typeId}',
    access: 'providers:write',
    summary: 'Change a type of visit; visits that are booked stay as they are',
    params: typeParams,
    body: appointmentTypeBody,
    ifMatch: true,
    reply: { status: 200, body: appointmentType },
    errors: ['not-found'],
  }),
] as const;
