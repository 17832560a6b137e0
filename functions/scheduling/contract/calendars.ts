import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, pageOf, paging } from '../../platform/http/schemas.ts';

const params = z.strictObject({ providerId: id('provider') });

const feed = z.strictObject({
  providerId: id('provider'),
  status: z.enum(['active', 'revoked', 'none']),
  createdAt: instant.optional(),
  rev: z.number().int(),
});

const calendarImport = z.strictObject({
  providerId: id('provider'),
  status: z.enum(['active', 'stopping', 'stopped', 'none']),
  host: z.string().optional().meta({ description: 'Where the calendar is; the rest of its address is a secret' }),
  lastImportedAt: instant.optional().meta({ description: 'When something new was last taken over' }),
  fault: z
    .strictObject({ code: z.string(), message: z.string(), since: instant })
    .optional()
    .meta({ description: 'Why it cannot be read at present; what was imported before stays' }),
  rev: z.number().int(),
});

const clash = z.strictObject({
  providerId: id('provider'),
  appointmentId: id('appointment'),
  start: instant,
  end: instant,
  busy: z.array(z.strictObject({ start: instant, end: instant })),
  openedAt: instant,
});

/** What became of one invitation. */
const invitation = z.strictObject({
  sequence: z.number().int().meta({ description: "iCalendar's SEQUENCE: the visit's own when it was planned" }),
  method: z.enum(['REQUEST', 'CANCEL']),
  status: z.enum(['planned', 'claimed', 'sent', 'failed', 'superseded', 'unknown']),
  reason: z.string().optional(),
  attempts: z.number().int(),
  sentAt: instant.optional(),
});

/** A provider's calendars, for the staff who set them up. */
export const calendarRoutes = [
  defineRoute({
    name: 'createCalendarFeed',
    method: 'POST',
    path: '/v1/providers/{providerId}/calendar-feed',
    access: 'providers:write',
    summary:
      "Make a secret address that shows a provider's visits to a calendar program, without anything about patients; the one before stops working",
    params,
    body: z.strictObject({}),
    reply: {
      status: 201,
      body: feed.extend({ url: z.string().meta({ description: 'Shown this once: only its hash is kept' }) }),
    },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'getCalendarFeed',
    method: 'GET',
    path: '/v1/providers/{providerId}/calendar-feed',
    access: 'providers:write',
    summary: 'Whether a provider has a calendar address, and since when',
    params,
    reply: { status: 200, body: feed },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'revokeCalendarFeed',
    method: 'DELETE',
    path: '/v1/providers/{providerId}/calendar-feed',
    access: 'providers:write',
    summary: "A provider's calendar address stops working",
    params,
    reply: { status: 204 },
    errors: ['not-found', 'busy'],
  }),
  defineRoute({
    name: 'setCalendarImport',
    method: 'PUT',
    path: '/v1/providers/{providerId}/calendar-import',
    access: 'providers:write',
    summary: "Read a provider's own calendar every five minutes: when it says busy, no visit is offered",
    params,
    body: z.strictObject({
      url: z.string().max(2000).meta({ description: 'The https or webcal address of an iCalendar file' }),
    }),
    reply: { status: 200, body: calendarImport },
    errors: ['not-found', 'busy'],
  }),
  defineRoute({
    name: 'getCalendarImport',
    method: 'GET',
    path: '/v1/providers/{providerId}/calendar-import',
    access: 'schedule:read',
    summary: "Whether a provider's own calendar is read, since when it says what it says, and what is wrong with it",
    params,
    reply: { status: 200, body: calendarImport },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'stopCalendarImport',
    method: 'DELETE',
    path: '/v1/providers/{providerId}/calendar-import',
    access: 'providers:write',
    summary: "Stop reading a provider's own calendar; within five minutes its busy times no longer count",
    params,
    reply: { status: 204 },
    errors: ['not-found', 'busy'],
  }),
  defineRoute({
    name: 'listCalendarClashes',
    method: 'GET',
    path: '/v1/calendar-clashes',
    access: 'schedule:read',
    summary: "Booked visits at times when the provider's own calendar says busy, next first; nothing was moved",
    query: z.strictObject(paging),
    reply: { status: 200, body: pageOf(clash) },
  }),
  defineRoute({
    name: 'listInvitations',
    method: 'GET',
    path: '/v1/appointments/{appointmentId}/invitations',
    access: 'schedule:read',
    summary: 'The calendar invitations e-mailed about a visit, first to last',
    params: z.strictObject({ appointmentId: id('appointment') }),
    reply: { status: 200, body: z.strictObject({ items: z.array(invitation) }) },
    errors: ['not-found'],
  }),
] as const;

/** What a calendar program asks for, by the secret in the address. */
export const feedRoutes = [
  defineRoute({
    name: 'getCalendar',
    method: 'GET',
    path: '/v1/calendars/{file}',
    access: 'public',
    summary: "A provider's visits of the last 7 and the next 60 days as iCalendar, without anything about patients",
    params: z.strictObject({
      file: z.string().regex(/^[A-Za-z0-9_-]{22}\.ics$/, { error: 'This is not a calendar of ours' }),
    }),
    ifNoneMatch: true,
    reply: { status: 200, format: 'calendar' },
    errors: ['not-found'],
  }),
] as const;
