import * as z from 'zod';
import { defineRoute } from '../platform/http/contract.ts';
import {
  date,
  id,
  instant,
  line,
  linkToken,
  pageOf,
  paging,
  phone,
  slug,
  timeOfDay,
  zone,
} from '../platform/http/schemas.ts';

const modality = z.enum(['in-person', 'video', 'audio']);
const minutes = (least: number, most: number) => z.number().int().min(least).max(most);
/** Why something is cancelled or moved: a few words for staff and for the audit log. */
const reason = line(200);

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

const slot = z.strictObject({
  providerId: id('provider'),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string().meta({ description: 'What the clock in `zone` shows at the start: 2026-11-24T09:30' }),
});

const fulfilment = z.strictObject({ modality, start: instant, end: instant });

/** An appointment as staff see it. `rev` is its ETag; `sequence` rises only when it moves or is cancelled. */
export const appointmentView = z.strictObject({
  id: id('appointment'),
  patientId: id('patient'),
  providerId: id('provider'),
  typeId: id('appointmentType'),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string(),
  modality,
  status: z.enum(['booked', 'arrived', 'fulfilled', 'cancelled', 'noshow']),
  confirmed: z.boolean(),
  sequence: z.number().int(),
  rev: z.number().int(),
  arrivedAt: instant.optional(),
  fulfilment: fulfilment.optional(),
  cancellationReason: z.string().optional(),
});

/** A visit as its patient sees it through a link: nothing that a stranger with the link should not know. */
export const visitView = z.strictObject({
  clinic: z.strictObject({ name: z.string(), phone: z.string() }),
  providerName: z.string(),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string(),
  modality,
  status: z.enum(['booked', 'arrived', 'fulfilled', 'cancelled', 'noshow']),
  confirmed: z.boolean(),
  rev: z.number().int(),
});

const slotRange = { from: instant, to: instant };
const appointmentParams = z.strictObject({ appointmentId: id('appointment') });
const linkParams = z.strictObject({ token: linkToken });
const slugParams = z.strictObject({ slug });
const changeErrors = ['not-found', 'invalid-state'] as const;

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

const nothing = z.strictObject({});

/** The form a visit page sends; which fields count depends on the action. */
export const visitPageForm = z.strictObject({
  action: z.enum(['confirm', 'reschedule', 'cancel']),
  rev: z.coerce.number().int().min(1).max(1e9),
  start: instant.optional(),
});

export const routes = [
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
      }),
    },
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
  defineRoute({
    name: 'findSlots',
    method: 'GET',
    path: '/v1/slots',
    access: 'schedule:read',
    summary: 'Free times of a type of visit, by start, then provider',
    query: z.strictObject({
      typeId: id('appointmentType'),
      ...slotRange,
      providerId: id('provider').optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    reply: { status: 200, body: z.strictObject({ items: z.array(slot) }) },
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
    }),
    reply: { status: 201, body: appointmentView },
    errors: ['not-found', 'slot-taken', 'slot-not-offered'],
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
  staffChange('markNoShow', 'no-show', 'The patient did not come', nothing),

  defineRoute({
    name: 'listPublicAppointmentTypes',
    method: 'GET',
    path: '/v1/public/{slug}/appointment-types',
    access: 'public',
    summary: 'What a patient can book by themselves',
    params: slugParams,
    reply: {
      status: 200,
      body: z.strictObject({
        clinic: z.strictObject({ name: z.string(), phone: z.string(), zone: z.string() }),
        items: z.array(
          z.strictObject({
            id: id('appointmentType'),
            name: z.string(),
            minutes: z.number().int(),
            modalities: z.array(modality),
            providers: z.array(z.strictObject({ id: id('provider'), name: z.string() })),
          }),
        ),
      }),
    },
  }),
  defineRoute({
    name: 'findPublicSlots',
    method: 'GET',
    path: '/v1/public/{slug}/slots',
    access: 'public',
    summary: 'Free times of a type of visit',
    params: slugParams,
    query: z.strictObject({
      typeId: id('appointmentType'),
      ...slotRange,
      providerId: id('provider').optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    reply: { status: 200, body: z.strictObject({ items: z.array(slot) }) },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'selfBook',
    method: 'POST',
    path: '/v1/public/{slug}/appointments',
    access: 'public',
    summary: 'Book by oneself, with the answers of the pre-visit form and consent to text',
    params: slugParams,
    body: z.strictObject({
      typeId: id('appointmentType'),
      providerId: id('provider'),
      start: instant,
      modality: modality.optional(),
      patient: z.strictObject({
        givenName: line(60),
        familyName: line(60),
        birthDate: date,
        phone,
        zone: zone.optional(),
        state: z
          .string()
          .regex(/^[A-Z]{2}$/, { error: 'Expected a state like CO' })
          .optional(),
      }),
      intake: z.record(z.string().max(60), z.unknown()).meta({
        description: 'Answers by question id; see the pre-visit form',
      }),
      consentToText: z.strictObject({
        granted: z.boolean(),
        wording: line(600).meta({ description: 'The exact words the patient agreed to' }),
        wordingVersion: line(40),
      }),
    }),
    reply: {
      status: 201,
      body: z.strictObject({
        appointmentId: id('appointment'),
        start: instant,
        end: instant,
        zone: z.string(),
        wallTime: z.string(),
        modality,
        providerName: z.string(),
        status: z.literal('booked'),
      }),
    },
    errors: ['not-found', 'slot-taken', 'slot-not-offered', 'self-booking-blocked'],
  }),

  defineRoute({
    name: 'getVisitByLink',
    method: 'GET',
    path: '/v1/links/{token}',
    access: 'link',
    summary: 'The visit a text was about',
    params: linkParams,
    reply: { status: 200, body: visitView },
  }),
  defineRoute({
    name: 'findSlotsByLink',
    method: 'GET',
    path: '/v1/links/{token}/slots',
    access: 'link',
    summary: 'The next suitable times this visit could move to',
    params: linkParams,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(20).default(6) }),
    reply: {
      status: 200,
      body: z.strictObject({
        items: z.array(slot.extend({ reason: z.enum(['soonest', 'same-weekday', 'same-day']) })),
      }),
    },
    errors: ['invalid-state'],
  }),
  defineRoute({
    name: 'confirmByLink',
    method: 'POST',
    path: '/v1/links/{token}/confirm',
    access: 'link',
    summary: 'Confirm the visit at the time it now has',
    params: linkParams,
    body: nothing,
    ifMatch: true,
    reply: { status: 200, body: visitView },
    errors: ['invalid-state'],
  }),
  defineRoute({
    name: 'rescheduleByLink',
    method: 'POST',
    path: '/v1/links/{token}/reschedule',
    access: 'link',
    summary: 'Move the visit to a free time of the same provider',
    params: linkParams,
    body: z.strictObject({ start: instant }),
    ifMatch: true,
    reply: { status: 200, body: visitView },
    errors: ['invalid-state', 'slot-taken', 'slot-not-offered'],
  }),
  defineRoute({
    name: 'cancelByLink',
    method: 'POST',
    path: '/v1/links/{token}/cancel',
    access: 'link',
    summary: 'Cancel the visit',
    params: linkParams,
    body: nothing,
    ifMatch: true,
    reply: { status: 200, body: visitView },
    errors: ['invalid-state'],
  }),
  defineRoute({
    name: 'showVisitPage',
    method: 'GET',
    path: '/v/{token}',
    access: 'link',
    summary: 'The visit as a page: confirm, pick another time, cancel; works without script',
    params: linkParams,
    query: z.strictObject({ done: z.enum(['confirmed', 'moved', 'cancelled', 'changed', 'taken']).optional() }),
    reply: { status: 200, format: 'html' },
  }),
  defineRoute({
    name: 'submitVisitPage',
    method: 'POST',
    path: '/v/{token}',
    access: 'link',
    summary: 'What a button of the visit page sends; answers with a redirect to the page',
    params: linkParams,
    bodyFormat: 'form',
    body: visitPageForm,
    reply: { status: 303, format: 'html' },
  }),
] as const;
