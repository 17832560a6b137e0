import * as z from 'zod';
import { agreementFields, warningField } from '../../messaging/contract/agreement.ts';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, id, instant, line, phone, state, zone } from '../../platform/http/schemas.ts';
import { holdId } from './holds.ts';
import { modality, slugParams } from './shared.ts';
import { publicSlotQuery, slotPage } from './slots.ts';

/** What a booking without a sign-in takes. */
export const selfBookBody = z.strictObject({
  typeId: id('appointmentType'),
  providerId: id('provider'),
  start: instant,
  modality: modality.optional(),
  holdId,
  phoneCode: z
    .string()
    .regex(/^\d{6}$/, { error: 'Expected the six digits of the text' })
    .meta({ description: 'The code texted to the phone: ask for it with requestPhoneCode' }),
  patientState: state
    .optional()
    .meta({ description: 'Where the patient will be at a visit by video or audio; the state of their address' }),
  patient: z.strictObject({
    givenName: line(60),
    familyName: line(60),
    birthDate: date,
    phone,
    zone: zone.optional(),
    state: state.optional(),
    language: z.enum(['en', 'es']).optional().meta({ description: 'Of texts to somebody who is new here' }),
  }),
  intake: z.record(z.string().max(60), z.unknown()).default({}).meta({
    description: 'Answers by question id; see the pre-visit form, which most types of visit require',
  }),
  consentToText: z.strictObject({ granted: z.boolean(), ...agreementFields, warning: warningField }),
  consentToMarketing: z
    .strictObject({ granted: z.literal(true), ...agreementFields })
    .optional()
    .meta({
      description: 'Marketing by text, agreed to in writing and apart from everything else',
    }),
});

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
            patientKind: z.enum(['new', 'established', 'any']),
            requiredForm: z.enum(['pre-visit', 'none']),
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
    summary: 'Free times of a type of visit, by start or by score; nothing found says why',
    params: slugParams,
    query: publicSlotQuery,
    reply: { status: 200, body: slotPage },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'requestPhoneCode',
    method: 'POST',
    path: '/v1/public/{slug}/phone-codes',
    access: 'public',
    summary: 'Text a code to a phone, for a booking by oneself; the answer is the same whoever has the number',
    params: slugParams,
    body: z.strictObject({ phone }),
    reply: {
      status: 202,
      body: z.strictObject({
        validForSeconds: z.number().int().meta({ description: 'The newest code of a number counts, once' }),
      }),
    },
    errors: ['too-many-requests'],
  }),
  defineRoute({
    name: 'selfBook',
    method: 'POST',
    path: '/v1/public/{slug}/appointments',
    access: 'public',
    summary: 'Book by oneself: the code of the phone, the answers of the pre-visit form and consent to text',
    params: slugParams,
    body: selfBookBody,
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
    errors: [
      'not-found',
      'slot-taken',
      'slot-not-offered',
      'self-booking-blocked',
      'phone-code-wrong',
      'too-many-requests',
    ],
  }),
] as const;
