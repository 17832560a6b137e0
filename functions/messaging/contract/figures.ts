import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date } from '../../platform/http/schemas.ts';
import { figureGroups } from '../core/figures.ts';
import { datesFrom } from '../core/figures-days.ts';

const maxDays = 92;
const whole = z.number().int().min(0);
const rate = z
  .number()
  .min(0)
  .optional()
  .meta({ description: 'A share of one; absent where there is nothing to share' });

const texts = {
  sent: whole.meta({ description: 'Taken by the carrier' }),
  delivered: whole,
  failed: whole,
  pending: whole.meta({ description: 'May still be delivered: sent less than 72 hours ago' }),
  refused: whole.meta({ description: 'By the carrier, at once' }),
  lost: whole.meta({ description: 'Nobody knows whether the carrier took them' }),
  prompts: whole.meta({ description: 'Delivered texts that ask something' }),
  answered: whole.meta({ description: 'Of those, whose number wrote within 48 hours' }),
  confirmPrompts: whole.meta({ description: 'Delivered texts that ask to confirm a visit' }),
  confirmed: whole.meta({ description: 'Visits confirmed, each with the last text that asked' }),
  initiated: whole.meta({ description: 'Delivered texts that answer nothing and alert nobody' }),
  optOuts: whole.meta({ description: 'Within 72 hours of such a text, each with the last one before it' }),
  parts: whole,
  costMicros: whole.meta({
    description: 'Millionths of a dollar: as receipts say, else parts at the price in the settings',
  }),
  deliveryRate: rate,
  responseRate: rate,
  confirmRate: rate,
  optOutRate: rate.meta({ description: 'Opt-outs, as a share of the texts that answer nothing' }),
};

const care = z.strictObject({
  visitsDue: whole.meta({ description: 'Begun, without those called off 24 hours before, or by the clinic' }),
  noShows: whole,
  visitsUndecided: whole.meta({ description: 'Of the visits due, those that nobody has said the outcome of yet' }),
  noShowRate: rate,
  noShowRateBefore: rate.meta({ description: 'Of the 90 days before: the baseline. Absent below 50 visits' }),
  checkIns: whole.meta({ description: 'Delivered' }),
  checkInNeeds: whole.meta({ description: 'Of those, whose number wrote something for a human within 72 hours' }),
  checkInNeedRate: rate,
  redFlags: whole,
  redFlagsOpen: whole.meta({ description: 'Of those, the ones staff have done nothing about yet' }),
  redFlagP50Seconds: whole
    .optional()
    .meta({ description: 'From red flag to the first thing staff did; an open one counts with its age so far' }),
  redFlagP95Seconds: whole.optional(),
});

export const figuresRoutes = [
  defineRoute({
    name: 'getMessagingFigures',
    method: 'GET',
    path: '/v1/messaging/figures',
    access: 'messaging:read',
    summary:
      'What texts came to, by the days they were sent on; counted every hour, for good after four days (four weeks while a red flag or visit is open)',
    query: z
      .strictObject({
        from: date.meta({ description: "The first day, of the clinic's own calendar" }),
        to: date.meta({ description: `The last day; at most ${maxDays} days` }),
        by: z.enum(figureGroups).optional().meta({ description: 'One row for each, besides the sum' }),
      })
      .refine(({ from, to }) => from <= to, { error: 'Expected a date not before from', path: ['to'] })
      .refine(({ from, to }) => datesFrom(from, to).length <= maxDays, {
        error: `Expected at most ${maxDays} days`,
        path: ['to'],
      }),
    reply: {
      status: 200,
      body: z.strictObject({
        from: date,
        to: date,
        days: whole.meta({ description: 'Days of which something is counted' }),
        daysThatStand: whole.meta({ description: 'Of those, the ones that will not change any more' }),
        texts: z.strictObject(texts),
        care,
        rows: z.array(z.strictObject({ name: z.string(), ...texts })),
      }),
    },
  }),
] as const;
