import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { date, instant, line, state, timeOfDay } from '../../platform/http/schemas.ts';
import { DEFAULT_SETTINGS, type StateHours } from '../core/settings.ts';

const weekHours = z
  .strictObject({
    weekday: z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: 'ISO weekday: Monday is 1' }),
    from: timeOfDay,
    to: timeOfDay,
  })
  .refine(({ from, to }) => from < to, { error: 'Expected a time after from', path: ['to'] });

const hours = z.array(weekHours).max(28);
const rate = z.number().min(0).max(1);

const { marketingHours: marketing } = DEFAULT_SETTINGS;
const copied = ({ states, hours: its, ...rest }: StateHours) => ({ ...rest, states: [...states], hours: [...its] });

/** What the carrier gives a number in no case. */
const maxPartsPerSecond = 100;

const prices = z
  .array(z.strictObject({ since: date, micros: z.number().int().min(0).max(10_000_000) }))
  .min(1)
  .max(60);

const settings = z.strictObject({
  revocation: z
    .enum(['category', 'all'])
    .default(DEFAULT_SETTINGS.revocation)
    .meta({ description: 'What a STOP ends: the category of the text it answers, or everything' }),
  language: z
    .enum(['en', 'es'])
    .default(DEFAULT_SETTINGS.language)
    .meta({ description: 'Of texts to patients who have said none' }),
  textingHours: z
    .strictObject({ from: z.number().int().min(7).max(20), until: z.number().int().min(8).max(21) })
    .refine(({ from, until }) => from < until, { error: 'Expected an hour after from', path: ['until'] })
    .default(DEFAULT_SETTINGS.textingHours)
    .meta({ description: "Whole hours of the recipient's day, 7 to 21 at most" }),
  marketingHours: z
    .strictObject({
      hours,
      exceptions: z
        .array(z.strictObject({ states: z.array(state).min(1).max(60), since: date, source: line(200), hours }))
        .max(60),
    })
    .default({ hours: [...marketing.hours], exceptions: marketing.exceptions.map(copied) })
    .meta({ description: "In the recipient's zone; where a state is an exception, its own hours" }),
  caps: z
    .strictObject({ perDay: z.number().int().min(1).max(10), perWeek: z.number().int().min(1).max(30) })
    .default(DEFAULT_SETTINGS.caps)
    .meta({ description: 'Texts of treatment that somebody gets at most' }),
  partsPerSecond: z
    .number()
    .positive()
    .max(maxPartsPerSecond)
    .default(DEFAULT_SETTINGS.partsPerSecond)
    .meta({ description: "What the carrier grants the clinic's number" }),
  businessHours: hours
    .default([...DEFAULT_SETTINGS.businessHours])
    .meta({ description: "When people answer, in the clinic's zone" }),
  afterHoursAnswer: z
    .boolean()
    .default(DEFAULT_SETTINGS.afterHoursAnswer)
    .meta({ description: 'Whether who writes outside of them is told so' }),
  takeoverHours: z
    .number()
    .int()
    .min(0)
    .max(168)
    .default(DEFAULT_SETTINGS.takeoverHours)
    .meta({ description: 'For so long after staff wrote in a thread, automation leaves what is said there to them' }),
  thresholds: z
    .strictObject({
      deliveryRateMin: rate,
      optOutRateWarn: rate,
      optOutRateSuspend: rate,
      redFlagMinutes: z.number().int().min(1).max(1440),
    })
    .default(DEFAULT_SETTINGS.thresholds),
  marketingPausedSince: instant
    .optional()
    .meta({ description: 'No marketing goes while it is there; send the settings without it, and If-Match, to go on' }),
  pricePerPartMicros: prices
    .default([...DEFAULT_SETTINGS.pricePerPartMicros])
    .meta({ description: 'Millionths of a dollar, each from a date on' }),
  pricePerPictureMicros: prices
    .default([...DEFAULT_SETTINGS.pricePerPictureMicros])
    .meta({ description: 'The same for a text with a picture (MMS), however long its words are' }),
});

const settingsView = settings.extend({
  rev: z.number().int().meta({ description: '0: the clinic has set nothing, this is how it texts all the same' }),
});

export const settingsRoutes = [
  defineRoute({
    name: 'getMessagingSettings',
    method: 'GET',
    path: '/v1/messaging/settings',
    access: 'messaging:read',
    summary: 'How the clinic texts: hours, limits, languages, what a STOP ends',
    reply: { status: 200, body: settingsView },
  }),
  defineRoute({
    name: 'setMessagingSettings',
    method: 'PUT',
    path: '/v1/messaging/settings',
    access: 'messaging:write',
    summary: 'Set how the clinic texts; what is left out goes back to what everybody has',
    body: settings,
    ifMatch: true,
    reply: { status: 200, body: settingsView },
  }),
] as const;
