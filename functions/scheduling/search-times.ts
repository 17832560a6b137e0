import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { listAttendance } from './attendance-store.ts';
import { listAppointmentTypes } from './catalog-store.ts';
import { release } from './core/day-sheet.ts';
import { comesAfter, type RankingFacts, rankingOf, rankSlots } from './core/rank.ts';
import { defaultStepMinutes, type EmptyReason, findSlotsOfProviders, type WantedTimes } from './core/slots.ts';
import type { Appointment, AppointmentType, Provider } from './core/types.ts';
import { epochMinuteFrom, instantOfEpochMinute, minuteRangeOf } from './core/visit-time.ts';
import { type Calendar, loadCalendar } from './load-calendar.ts';
import { decodeSlotCursor, type SlotCursor } from './slot-cursor.ts';
import type { FoundSlot } from './slot-view.ts';

/** What to look for, decided: the type, the providers, where the patient will be. */
export interface TimesSearch {
  readonly type: AppointmentType;
  readonly providers: readonly Provider[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly order: 'start' | 'best';
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly wanted?: WantedTimes | undefined;
  readonly patientState?: string | undefined;
  readonly seenProviderIds?: RankingFacts['seenProviderIds'];
  /** The visit that would move: its own time counts as free, and is no other. */
  readonly insteadOf?: Appointment | undefined;
}

/** A page of free times, not yet in the words of an answer. */
export interface Page {
  readonly items: readonly FoundSlot[];
  readonly cursor?: SlotCursor | undefined;
  readonly emptyBecause?: EmptyReason | undefined;
}

/** Reads the calendar of a search and answers one page of it, by start or by score. */
export const searchTimes = async (caller: Caller, search: TimesSearch): Promise<Page> => {
  const calendar = await loadCalendar(caller, search.providers, search.type, search);
  return search.order === 'start'
    ? pageByStart(caller, search, calendar)
    : pageByScore(caller, search, calendar, await loadFacts(caller, search));
};

const slotsOf = (
  caller: Caller,
  { insteadOf, ...search }: TimesSearch,
  calendar: Calendar,
  limit?: number | undefined,
) => {
  const sheets = insteadOf === undefined ? calendar.sheets : calendar.sheets.map((each) => release(each, insteadOf.id));
  const result = findSlotsOfProviders(calendar.providers, {
    ...search,
    ...calendar,
    sheets,
    now: caller.now,
    stepMinutes: defaultStepMinutes,
    limit,
  });
  // The range was checked before anything was read, so only a fault of ours can be refused here.
  if (!result.ok) throw new Error(`Slot search refused: ${result.code}`);
  if (insteadOf === undefined) return result;
  const { startEpochMinute } = minuteRangeOf(insteadOf);
  return { ...result, slots: result.slots.filter((slot) => slot.startEpochMinute !== startEpochMinute) };
};

const pageByStart = (caller: Caller, search: TimesSearch, calendar: Calendar): Page => {
  const after = search.cursor === undefined ? undefined : decodeSlotCursor(search.cursor, 'start');
  const from = after === undefined ? search.from : laterOf(search.from, instantOfEpochMinute(after.startEpochMinute));
  // One more says whether there are others; those of the cursor's own start, one a provider at most, were given before.
  const most = search.limit + 1 + (after === undefined ? 0 : calendar.providers.length) + (search.insteadOf ? 1 : 0);
  const { slots, emptyBecause } = slotsOf(caller, { ...search, from }, calendar, most);
  const left = after === undefined ? slots : slots.filter((slot) => comesAfter(slot, after));
  const page = left.slice(0, search.limit);
  const zoneOf = zonesOf(search.providers);
  return {
    items: page.map((slot) => ({ slot, zone: zoneOf(slot.providerId) })),
    cursor: cursorAfter(left.length > page.length ? page.at(-1) : undefined, (slot) => ({ order: 'start', ...slot })),
    emptyBecause: after === undefined ? emptyBecause : undefined,
  };
};

/** What a ranking goes by besides the slots. */
interface LoadedFacts {
  readonly types: readonly AppointmentType[];
  readonly attendance: RankingFacts['attendance'];
}

const loadFacts = async ({ clinicId }: Caller, { type }: TimesSearch): Promise<LoadedFacts> => {
  const [types, attendance] = await Promise.all([listAppointmentTypes(clinicId), listAttendance(clinicId)]);
  return { types: [type, ...types.filter(({ active }) => active)], attendance };
};

const pageByScore = (caller: Caller, search: TimesSearch, calendar: Calendar, facts: LoadedFacts): Page => {
  const after = search.cursor === undefined ? undefined : decodeSlotCursor(search.cursor, 'best');
  const asOfEpochMinute = after?.asOfEpochMinute ?? epochMinuteFrom(caller.now);
  const { slots, emptyBecause } = slotsOf(caller, search, calendar);
  const ranking = rankingOf({
    type: search.type,
    providers: search.providers.map(({ id, zone }) => ({ id, zone, shortestMinutes: shortestOf(facts.types, id) })),
    seenProviderIds: search.seenProviderIds,
    attendance: facts.attendance,
    fromEpochMinute: epochMinuteFrom(search.from),
    asOfEpochMinute,
  });
  const ranked = rankSlots(slots, ranking, { limit: search.limit + 1, after });
  const page = ranked.slice(0, search.limit);
  const zoneOf = zonesOf(search.providers);
  return {
    items: page.map(({ slot, score }) => ({
      slot,
      score,
      zone: zoneOf(slot.providerId),
      because: ranking.explain(slot),
    })),
    cursor: cursorAfter(ranked.length > page.length ? page.at(-1) : undefined, ({ slot, score }) => ({
      order: 'best',
      ...slot,
      score,
      asOfEpochMinute,
    })),
    emptyBecause: after === undefined ? emptyBecause : undefined,
  };
};

const cursorAfter = <T>(last: T | undefined, cursorOf: (last: T) => SlotCursor): SlotCursor | undefined =>
  last === undefined ? undefined : cursorOf(last);

/** The shortest time that any visit takes of a provider's day, buffers included. */
const shortestOf = (types: readonly AppointmentType[], providerId: Provider['id']): number =>
  Math.min(
    ...types
      .filter(({ providerIds }, index) => index === 0 || providerIds.includes(providerId))
      .map(
        ({ minutes, bufferBeforeMinutes, bufferAfterMinutes }) => minutes + bufferBeforeMinutes + bufferAfterMinutes,
      ),
  );

const zonesOf = (providers: readonly Provider[]): ((id: Provider['id']) => string) => {
  const zones = new Map(providers.map(({ id, zone }) => [id, zone]));
  return (id) => zones.get(id) ?? 'UTC';
};

const laterOf = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  a.epochMilliseconds < b.epochMilliseconds ? b : a;
