import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { slugParams } from './shared.ts';

/**
 * The fields a booking page sends: what it asks, and what the pages before it asked. What they mean is read one by one,
 * so that the page can say beside each what is wrong with it.
 */
export const bookingPageFields = z.record(z.string().max(60), z.string().max(8000));

/** Booking by oneself, as pages: they work without script, and nothing about a person is in an address. */
export const bookingPageRoutes = [
  defineRoute({
    name: 'showBookingPage',
    method: 'GET',
    path: '/book/{slug}',
    access: 'public',
    summary: 'What can be booked, with whom and when, as pages; a link may choose the visit and the provider already',
    params: slugParams,
    // Links are shared and decorated on their way (?utm_source=...): what is not ours is ignored.
    query: z.object({
      type: z.string().max(60).optional().meta({ description: 'A type of visit' }),
      provider: z.string().max(60).optional().meta({ description: 'A provider, or `any`' }),
    }),
    reply: { status: 200, format: 'html' },
  }),
  defineRoute({
    name: 'submitBookingPage',
    method: 'POST',
    path: '/book/{slug}',
    access: 'public',
    summary: 'What a button of a booking page sends; answers with the next page, or the same with what is wrong',
    params: slugParams,
    bodyFormat: 'form',
    body: bookingPageFields,
    reply: { status: 200, format: 'html' },
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
