import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, state } from '../../platform/http/schemas.ts';
import { seriesLimits } from '../core/series.ts';
import { appointmentView, modality, reason } from './shared.ts';

const { leastVisits, mostVisits, mostWeeksApart } = seriesLimits;

const series = z.strictObject({
  id: id('series'),
  patientId: id('patient'),
  providerId: id('provider'),
  typeId: id('appointmentType'),
  everyWeeks: z.number().int(),
  items: z
    .array(appointmentView)
    .meta({ description: 'Its visits as they now are, in the order they were booked for' }),
});

const seriesParams = z.strictObject({ seriesId: id('series') });

/** Visits booked together, week after week. */
export const seriesRoutes = [
  defineRoute({
    name: 'bookSeries',
    method: 'POST',
    path: '/v1/appointment-series',
    access: 'schedule:write',
    summary:
      'Book the same wall time every so many weeks, all visits or none; the first must lie within the horizon of its type',
    body: z.strictObject({
      patientId: id('patient'),
      providerId: id('provider'),
      typeId: id('appointmentType'),
      start: instant.meta({ description: 'Start of the first visit' }),
      count: z.number().int().min(leastVisits).max(mostVisits),
      everyWeeks: z.number().int().min(1).max(mostWeeksApart).default(1),
      modality: modality.optional(),
      patientState: state.optional().meta({ description: 'Where the patient will be; the state of their address' }),
    }),
    reply: { status: 201, body: series },
    errors: ['not-found', 'slot-not-offered', 'series-conflict'],
  }),
  defineRoute({
    name: 'getSeries',
    method: 'GET',
    path: '/v1/appointment-series/{seriesId}',
    access: 'schedule:read',
    summary: 'A series and what became of its visits',
    params: seriesParams,
    reply: { status: 200, body: series },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'cancelSeries',
    method: 'POST',
    path: '/v1/appointment-series/{seriesId}/cancel',
    access: 'schedule:write',
    summary: 'Cancel the visits of a series that are booked and still to come; their patient is told once',
    params: seriesParams,
    body: z.strictObject({ reason: reason.optional() }),
    reply: { status: 200, body: series },
    errors: ['not-found'],
  }),
] as const;
