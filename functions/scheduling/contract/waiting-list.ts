import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, id, instant, pageOf, paging, state, timeOfDay, zone } from '../../platform/http/schemas.ts';
import { minutes, modality, reason } from './shared.ts';

/** Two weeks: who needs longer notice waits for nothing that is freed at short notice. */
const longestNoticeMinutes = 14 * 24 * 60;
/** Unless somebody says otherwise: time to get there. */
const usualNoticeMinutes = 120;

const wishes = {
  typeId: id('appointmentType'),
  providerIds: z
    .array(id('provider'))
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'Any of these; any provider of the type if not given' }),
  weekdays: z
    .array(z.literal([1, 2, 3, 4, 5, 6, 7]))
    .min(1)
    .max(7)
    .optional()
    .meta({ description: 'ISO weekdays, Monday is 1; any if not given' }),
  timeFrom: timeOfDay.optional().meta({ description: 'Starts at this time of day or later' }),
  timeTo: timeOfDay.optional().meta({ description: 'Ends by this time of day' }),
  firstDate: date.optional(),
  lastDate: date.optional(),
  modality: modality.optional(),
  patientState: state.optional().meta({ description: 'Where the patient will be; the state of their address' }),
};

const entryView = z.strictObject({
  id: id('waitingEntry'),
  patientId: id('patient'),
  ...wishes,
  zone: z.string(),
  noticeMinutes: z.number().int(),
  status: z.enum(['waiting', 'offered', 'booked', 'left']),
  since: instant.meta({ description: 'When they came to wait: the order of offers' }),
  appointmentId: id('appointment').optional().meta({ description: 'The visit they took from the list' }),
  leftBecause: z.string().optional(),
  rev: z.number().int(),
});

const offerView = z.strictObject({
  id: id('offer'),
  providerId: id('provider'),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string(),
  status: z.enum(['offered', 'accepted', 'declined', 'expired', 'not-sent', 'withdrawn']),
  offeredAt: instant,
  expiresAt: instant,
  endedAt: instant.optional(),
  appointmentId: id('appointment').optional(),
});

const entryParams = z.strictObject({ entryId: id('waitingEntry') });

/**
 * The waiting list, for the front desk. Freed time is offered by text, to one person at a time, in the order they came.
 * Who says no, or nothing, keeps their place. Who books a visit some other way stays on the list: most people on it
 * have a visit and want an earlier one. They leave when they take an offer, or when staff take them off.
 */
export const waitingListRoutes = [
  defineRoute({
    name: 'joinWaitingList',
    method: 'POST',
    path: '/v1/waiting-list',
    access: 'schedule:write',
    summary: 'Put a patient on the waiting list: freed time that suits them is offered to them by text, in turn',
    body: z.strictObject({
      patientId: id('patient'),
      ...wishes,
      zone: zone.optional().meta({ description: "What days and times are meant in; the patient's own zone" }),
      noticeMinutes: minutes(0, longestNoticeMinutes)
        .default(usualNoticeMinutes)
        .meta({ description: 'How short the notice may be: a visit starts at least this long after they said yes' }),
    }),
    reply: { status: 201, body: entryView },
    errors: ['not-found', 'already-exists', 'slot-not-offered'],
  }),
  defineRoute({
    name: 'listWaitingList',
    method: 'GET',
    path: '/v1/waiting-list',
    access: 'schedule:read',
    summary: 'Who waits for a type of visit, in the order they came',
    query: z.strictObject({ typeId: id('appointmentType'), ...paging }),
    reply: { status: 200, body: pageOf(entryView) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'getWaitingEntry',
    method: 'GET',
    path: '/v1/waiting-list/{entryId}',
    access: 'schedule:read',
    summary: 'A place on the waiting list, with everything it was ever offered, oldest first',
    params: entryParams,
    reply: { status: 200, body: entryView.extend({ offers: z.array(offerView) }) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'leaveWaitingList',
    method: 'POST',
    path: '/v1/waiting-list/{entryId}/leave',
    access: 'schedule:write',
    summary: 'Take a patient off the waiting list; an offer they have goes to the next in line',
    params: entryParams,
    body: z.strictObject({ reason: reason.optional() }),
    ifMatch: true,
    reply: { status: 200, body: entryView },
    errors: ['not-found', 'invalid-state'],
  }),
] as const;
