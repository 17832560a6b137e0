import { Temporal } from 'temporal-polyfill';
import { pageHeaders, renderTimes, type TimesNotice } from '../../web/booking/pages.ts';
import type { Reply } from '../platform/http/api.ts';
import { localDateOf, parseLocalDate } from '../platform/time.ts';
import type { Fields } from './booking-form.ts';
import type { Choice } from './booking-offer.ts';
import type { BookingRequest } from './booking-page.ts';
import { findPublicSlots } from './search.ts';

/** The page of times: some days at once, from today or from a date further on. */

/** Days looked at for a page, and days shown of those that have times. */
const lookedAtDays = 28;
const shownDays = 7;
/** More than these days have, but for the busiest clinics: then the page ends earlier. */
const mostSlots = 800;

const stored = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' });
const startOf = (date: string, zone: string): Temporal.Instant =>
  Temporal.PlainDate.from(date).toZonedDateTime(zone).toInstant();
const plusDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();

/** @param from the local date to begin with; anything else than a date ahead is today */
export const timesPage = async (
  { caller, slug }: BookingRequest,
  choice: Choice,
  fields: Fields,
  from: string | undefined,
  notice?: TimesNotice,
  status = 200,
): Promise<Reply> => {
  const { now } = caller;
  const { zone, type, modality, state } = choice;
  const today = localDateOf(now, zone);
  const lastDate = plusDays(today, type.horizonDays);
  const isAhead = from !== undefined && parseLocalDate(from) !== undefined && from > today && from <= lastDate;
  const firstDate = isAhead ? from : today;
  const mustSayWhere = modality !== 'in-person' && state === undefined;
  const found = mustSayWhere ? nothing : await search(caller, choice, firstDate);
  const { slots, nextDate } = firstDays(found.slots, zone);
  const laterFrom = nextDate ?? plusDays(firstDate, lookedAtDays);
  const body = renderTimes({
    clinic: choice.clinic,
    slug,
    type,
    providerName: choice.provider?.name,
    modalities: type.modalities,
    modality,
    states: choice.states,
    state,
    zones: choice.zones,
    zone,
    slots,
    earlierFrom: isAhead ? laterOf(today, plusDays(firstDate, -shownDays)) : undefined,
    laterFrom: laterFrom <= lastDate ? laterFrom : undefined,
    notice,
    emptyBecause: found.emptyBecause,
    now: stored(now),
    fields,
  });
  return { status, body, headers: pageHeaders };
};

const laterOf = (one: string, other: string): string => (one > other ? one : other);

interface Found {
  readonly start: string;
  readonly providerId: string;
}

interface SearchResult {
  readonly slots: readonly Found[];
  /** Why there are none, in words. */
  readonly emptyBecause: string | undefined;
}

const nothing: SearchResult = { slots: [], emptyBecause: undefined };

/** Starts by time, each once: where several providers are free, the first is taken. */
const search = async (
  caller: BookingRequest['caller'],
  { type, providers, modality, state, zone }: Choice,
  firstDate: string,
): Promise<SearchResult> => {
  const begin = startOf(firstDate, zone);
  const from = Temporal.Instant.compare(begin, caller.now) > 0 ? begin : caller.now;
  const { items, emptyBecause } = await findPublicSlots(caller, {
    typeId: type.id,
    providerId: providers.map(({ id }) => id),
    from: stored(from),
    to: stored(startOf(plusDays(firstDate, lookedAtDays), zone)),
    modality,
    patientState: state,
    order: 'start',
    limit: mostSlots,
  });
  const byStart = new Map<string, Found>();
  for (const { start, providerId } of items) if (!byStart.has(start)) byStart.set(start, { start, providerId });
  const slots = [...byStart.values()];
  // A list that was cut ends in the middle of a day, which then belongs to the next page.
  const lastDay = items.length < mostSlots ? undefined : dateOf(slots.at(-1), zone);
  const whole = slots.filter((slot) => dateOf(slot, zone) !== lastDay);
  return { slots: whole.length > 0 ? whole : slots, emptyBecause: emptyBecause?.message };
};

const dateOf = (slot: Found | undefined, zone: string): string | undefined =>
  slot === undefined ? undefined : localDateOf(Temporal.Instant.from(slot.start), zone);

/** The slots of the first days that have any, and the date of the day after them that has some. */
const firstDays = (
  found: readonly Found[],
  zone: string,
): { readonly slots: readonly Found[]; readonly nextDate?: string } => {
  const byDate = Map.groupBy(found, (slot) => dateOf(slot, zone) ?? '');
  const days = [...byDate];
  const nextDate = days[shownDays]?.[0];
  return {
    slots: days.slice(0, shownDays).flatMap(([, slots]) => slots),
    ...(nextDate === undefined ? {} : { nextDate }),
  };
};
