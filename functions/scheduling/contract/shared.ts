import * as z from 'zod';
import { id, instant, line, linkToken, slug } from '../../platform/http/schemas.ts';
import { MODALITIES } from '../core/types.ts';

/** What the routes of scheduling have in common. */

export const modality = z.enum(MODALITIES);
export const minutes = (least: number, most: number) => z.number().int().min(least).max(most);
/** Why something is cancelled or moved: a few words for staff and for the audit log. */
export const reason = line(200);

export const slot = z.strictObject({
  providerId: id('provider'),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string().meta({ description: 'What the clock in `zone` shows at the start: 2026-11-24T09:30' }),
});

const requester = z.enum(['patient', 'clinic']);

export const fulfilment = z.strictObject({ modality, start: instant, end: instant });

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
  cancelledBy: requester.optional(),
  cancellationReason: z.string().optional(),
  rescheduleReason: z.string().optional().meta({ description: 'Why it was last moved' }),
  noshowReason: z.string().optional(),
  also: z.array(z.string()).optional().meta({ description: 'The room or second provider it occupies as well' }),
  patientState: z.string().optional().meta({ description: 'Where the patient is at the visit' }),
  seriesId: id('series').optional(),
  rescheduleRequestedAt: instant
    .optional()
    .meta({ description: 'Since when the patient is asked to choose another time' }),
  rescheduleRequestReason: z.string().optional(),
  rebookedAs: id('appointment').optional(),
  replaces: id('appointment').optional(),
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
  askedToMove: z
    .boolean()
    .meta({ description: 'The clinic asks for another time; until one is chosen, this one stands' }),
  mayRebook: z.boolean().meta({ description: 'The clinic cancelled it, and another time can be taken for it' }),
  rev: z.number().int(),
});

export const slotRange = { from: instant, to: instant };
export const appointmentParams = z.strictObject({ appointmentId: id('appointment') });
export const linkParams = z.strictObject({ token: linkToken });
export const slugParams = z.strictObject({ slug });
export const changeErrors = ['not-found', 'invalid-state'] as const;
export const nothing = z.strictObject({});
