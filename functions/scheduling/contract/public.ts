import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, id, instant, line, phone, state, zone } from '../../platform/http/schemas.ts';
import { holdId } from './holds.ts';
import { modality, slot, slotRange, slugParams } from './shared.ts';

/** What anyone may ask without a sign-in: what can be booked, when, and to book it. */
export const publicRoutes = [
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
      holdId,
      patient: z.strictObject({
        givenName: line(60),
        familyName: line(60),
        birthDate: date,
        phone,
        zone: zone.optional(),
        state: state.optional(),
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
] as const;
