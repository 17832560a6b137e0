import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { id, instant, slug, state } from '../../platform/http/schemas.ts';
import { modality, slugParams } from './shared.ts';

const wish = {
  typeId: id('appointmentType'),
  providerId: id('provider'),
  start: instant,
  modality: modality.optional(),
  patientState: state.optional().meta({ description: 'Where the patient will be, if it is known yet' }),
};

/** A time somebody wants kept. */
export const holdWish = z.strictObject(wish);

const holdView = z.strictObject({
  id: id('hold').meta({ description: 'Book with it as `holdId`. A secret: whoever has it can book the time' }),
  typeId: id('appointmentType'),
  providerId: id('provider'),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string(),
  expiresAt: instant.meta({ description: 'Five minutes from now; from then on the time is free again by itself' }),
});

/** How a booking names the hold it takes over. */
export const holdId = id('hold')
  .optional()
  .meta({ description: 'The hold of this very time; one that has expired or was released counts as none' });

const errors = ['not-found', 'slot-taken', 'slot-not-offered'] as const;

/** Keeping a time while a booking is filled in. */
export const holdRoutes = [
  defineRoute({
    name: 'holdSlot',
    method: 'POST',
    path: '/v1/holds',
    access: 'schedule:write',
    summary: 'Keep a free time for five minutes; the booking that names the hold gets it',
    body: z.strictObject({ ...wish, patientId: id('patient').optional() }),
    reply: { status: 201, body: holdView },
    errors: [...errors],
  }),
  defineRoute({
    name: 'releaseHold',
    method: 'DELETE',
    path: '/v1/holds/{holdId}',
    access: 'schedule:write',
    summary: 'Give a held time back; again, or after it expired, changes nothing',
    params: z.strictObject({ holdId: id('hold') }),
    reply: { status: 204 },
    errors: ['not-found', 'invalid-state'],
  }),
] as const;

export const publicHoldRoutes = [
  defineRoute({
    name: 'holdPublicSlot',
    method: 'POST',
    path: '/v1/public/{slug}/holds',
    access: 'public',
    summary: 'Keep an offered time for five minutes while the booking is filled in',
    params: slugParams,
    body: holdWish,
    reply: { status: 201, body: holdView },
    errors: [...errors, 'too-many-requests'],
  }),
  defineRoute({
    name: 'releasePublicHold',
    method: 'DELETE',
    path: '/v1/public/{slug}/holds/{holdId}',
    access: 'public',
    summary: 'Give a held time back',
    params: z.strictObject({ slug, holdId: id('hold') }),
    reply: { status: 204 },
    errors: ['not-found', 'invalid-state'],
  }),
] as const;
