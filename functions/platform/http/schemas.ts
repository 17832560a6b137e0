import * as z from 'zod';
import { isVisible } from '../fold.ts';
import { type Id, type IdKind, idKinds, idPattern } from '../ids.ts';
import { canonicalZone, parseInstant, parseLocalDate } from '../time.ts';

/** An id of one kind. The cast is the one place where a checked string becomes an id type. */
export const id = <K extends IdKind>(kind: K): z.ZodType<Id<K>, string> =>
  z.string().regex(idPattern(kind), {
    error: `Expected an id like ${idKinds[kind]}_01K8Z3V9Q4M7T2W6X5Y1N0R8PA`,
  }) as unknown as z.ZodType<Id<K>, string>;

/** Ids of one kind in a query: `prv_...,prv_...`, at most `most` of them. A parameter given several times arrives like that too. */
export const idList = <K extends IdKind>(kind: K, most: number): z.ZodType<readonly Id<K>[], string> => {
  const one = idPattern(kind).source.slice(1, -1);
  return z
    .string()
    .regex(new RegExp(`^${one}(?:,${one}){0,${most - 1}}$`), {
      error: `Expected at most ${most} ids like ${idKinds[kind]}_01K8Z3V9Q4M7T2W6X5Y1N0R8PA, separated by commas`,
    })
    .transform((list) => [...new Set(list.split(','))]) as unknown as z.ZodType<readonly Id<K>[], string>;
};

/** North American number in E.164: `+1` and ten digits, area code and exchange not starting with 0 or 1. */
export const phone = z.string().regex(/^\+1[2-9]\d{2}[2-9]\d{6}$/, {
  error: 'Expected a North American number like +12065550123',
});

/** An instant with its offset, `2026-11-24T15:00:00Z`; handed on in UTC, whole seconds. */
export const instant = z
  .string()
  .max(40)
  .refine((value) => parseInstant(value) !== undefined, { error: 'Expected an instant like 2026-11-24T15:00:00Z' })
  .overwrite((value) => parseInstant(value)?.toString({ smallestUnit: 'second' }) ?? value)
  .meta({ format: 'date-time' });

/** A calendar date, `2026-11-24`. */
export const date = z
  .string()
  .max(10)
  .refine((value) => parseLocalDate(value) !== undefined, { error: 'Expected a date like 2026-11-24' })
  .meta({ format: 'date' });

/** An IANA zone name, `America/Denver`; handed on under its canonical name. */
export const zone = z
  .string()
  .max(64)
  .refine((value) => canonicalZone(value) !== undefined, { error: 'Expected an IANA time zone like America/Denver' })
  .overwrite((value) => canonicalZone(value) ?? value);

/** A US state, district or territory (USPS code), or a Canadian province: `CO`. */
export const state = z.string().regex(/^[A-Z]{2}$/, { error: 'Expected a state or province like CO' });

/** A local time of day, `07:30`; `24:00` is the end of the day. */
export const timeOfDay = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'Expected a time like 07:30' });

// Written out rather than as \p{Cc}: the contracts become OpenAPI, and few regex dialects know Unicode classes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses
const noControls = /^[^\u0000-\u001f\u007f-\u009f]*$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses
const noControlsButBreaks = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/u;

const empty = 'Must not be empty';
// What is empty besides has said so.
const seen = (value: string): boolean => value === '' || isVisible(value);

/** A name or other short line a person typed: trimmed, with something to see in it, no control characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { error: empty })
    .max(max)
    .regex(noControls, { error: 'Must not contain control characters' })
    .refine(seen, { error: empty });

/** Free text a person typed: line breaks allowed. */
export const text = (max: number) =>
  z.string().trim().max(max).regex(noControlsButBreaks, { error: 'Must not contain control characters' });

/** The same where there has to be something to see: what a person is to read. */
export const words = (max: number) => text(max).min(1, { error: empty }).refine(seen, { error: empty });

/** A clinic's public name in URLs. */
export const slug = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'Expected a clinic name like lakeview-spine',
});

/** A patient link's secret. */
export const linkToken = z.string().regex(/^[A-Za-z0-9_-]{22}$/, { error: 'This is not a link of ours' });

/** Where a list goes on: what an earlier page gave. */
export const cursor = z
  .string()
  .max(2000)
  .regex(/^[A-Za-z0-9_.-]+$/, { error: 'Expected the cursor of an earlier page' });

/** Query parameters of a list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: cursor.optional(),
};

/** The same in the body of a search: who is looked for stands in no address. */
export const pagingOfSearch = {
  limit: z.number().int().min(1).max(100).default(25),
  cursor: cursor.optional(),
};

/** A search for people: by their number, or by how their name begins. */
export const whoIsLookedFor = z.strictObject({
  who: line(120)
    .refine((value) => /\p{L}/u.test(value) || phone.safeParse(value).success, {
      error: 'Expected a telephone number like +12065550123, or the beginning of a name',
    })
    .meta({ description: 'E.164, or how the name begins (family name first; `Ana Lopez` and `Lopez, Ana` both work)' }),
  ...pagingOfSearch,
});

/** A page of a list. `cursor` is absent at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), cursor: z.string().optional() });
