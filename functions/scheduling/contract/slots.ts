import * as z from 'zod';
import { cursor, id, idList, instant, state, timeOfDay, zone } from '../../platform/http/schemas.ts';
import { emptyReasons } from '../core/slots.ts';
import { modality, slot, slotRange } from './shared.ts';

/** What the three searches of free times ask and answer: that of staff, that of strangers, that of a patient's link. */

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

const wanted = {
  zone: zone.optional().meta({ description: "The patient's time zone: each time is given in it as well" }),
  timeFrom: timeOfDay.optional().meta({ description: 'Earliest time of day, in that zone or else in the provider’s' }),
  timeTo: timeOfDay.optional().meta({ description: 'Visits start before this time of day' }),
  weekdays: z
    .string()
    .regex(/^[1-7](?:,[1-7]){0,6}$/, { error: 'Expected weekdays like 1,3,5: Monday is 1' })
    .transform((list) => list.split(',').map(Number))
    .optional()
    .meta({ description: 'ISO weekdays, separated by commas: Monday is 1' }),
  cursor: cursor.optional(),
};

const place = {
  modality: modality.optional().meta({ description: 'How the visit takes place; the first way of the type' }),
  patientState: state.optional().meta({
    description: 'Where the patient will be at a visit by video or audio: providers must be licensed there',
  }),
};

const search = {
  typeId: id('appointmentType'),
  ...slotRange,
  providerId: idList('provider', 50)
    .optional()
    .meta({ description: 'One, or several separated by commas; any provider of the type' }),
  ...place,
  ...wanted,
};

const order = z.enum(['start', 'best']).default('start').meta({
  description: 'By start, then provider; or by score, each with its explanation',
});

export const staffSlotQuery = z.strictObject({
  ...search,
  order,
  patientId: id('patient').optional().meta({ description: 'Their state, their zone, and whom they have seen count' }),
  limit: limit(1000, 200),
});

export const publicSlotQuery = z.strictObject({ ...search, order, limit: limit(200, 100) });

export const linkSlotQuery = z.strictObject({
  from: instant.optional().meta({ description: 'Now' }),
  to: instant.optional().meta({ description: 'Four weeks after from' }),
  ...wanted,
  order: z.enum(['suggested', 'start', 'best']).default('suggested').meta({
    description: 'Suggested: a few that differ, near the usual weekday and time of day; one page',
  }),
  limit: limit(100, 6),
});

/** Why a search of one type, perhaps for one patient, found nothing. */
export const emptyCodes = [...emptyReasons, 'not-offered', 'not-for-patient'] as const;

const foundSlot = slot.extend({
  zoneLabel: z.string().meta({ description: 'What that zone is called at the start: MST' }),
  patientTime: z
    .strictObject({ zone: z.string(), wallTime: z.string(), zoneLabel: z.string() })
    .optional()
    .meta({ description: 'The start in the zone that was asked for' }),
  score: z.number().int().optional().meta({ description: '0 to 100, the sum of the points' }),
  because: z
    .array(
      z.strictObject({
        factor: z.enum(['continuity', 'gap-fit', 'soonness', 'attendance']),
        points: z.number().int(),
        most: z.number().int(),
        detail: z.string().optional().meta({ description: 'In words; for staff' }),
      }),
    )
    .optional(),
  reason: z.enum(['soonest', 'same-weekday', 'same-day']).optional().meta({ description: 'Why it is suggested' }),
});

/** A page of free times. `cursor` is absent at the end; others may book in between without moving the rest. */
export const slotPage = z.strictObject({
  items: z.array(foundSlot),
  cursor: z.string().optional(),
  emptyBecause: z
    .strictObject({ code: z.enum(emptyCodes), message: z.string() })
    .optional()
    .meta({ description: 'Why there is nothing' }),
});
