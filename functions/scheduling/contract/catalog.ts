import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, line, timeOfDay, zone } from '../../platform/http/schemas.ts';
import { minutes, modality } from './shared.ts';

const weeklyRule = z.strictObject({
  weekday: z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: 'ISO weekday: Monday is 1' }),
  from: timeOfDay,
  to: timeOfDay,
});

const providerBody = z.strictObject({
  name: line(80),
  role: z.enum(['physician', 'physical-therapist', 'assistant']),
  zone,
  availability: z.array(weeklyRule).max(50),
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
});

const appointmentType = appointmentTypeBody.extend({ id: id('appointmentType'), rev: z.number().int() });

/** What a clinic offers: its providers and its types of visit. */
export const catalogRoutes = [
  defineRoute({
    name: 'createProvider',
    method: 'POST',
    path: '/v1/providers',
    access: 'providers:write',
    summary: 'Add a provider with weekly hours in their own time zone',
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
    params: z.strictObject({ providerId: id('provider') }),
    reply: { status: 200, body: provider },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'createAppointmentType',
    method: 'POST',
    path: '/v1/appointment-types',
    access: 'providers:write',
    summary: 'Add a type of visit: how long, how, with whom, how far ahead',
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
] as const;
