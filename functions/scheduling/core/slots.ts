import type { Temporal } from 'temporal-polyfill';
import { dateOfEpochDay, dayMillis, minuteMillis, weekdayOfEpochDay, zoneClock } from '../../platform/time.ts';
import { servesState } from './licence.ts';
import { onGrid, providerWindows, roomWindows, type StartQuestion, type StartWindow } from './start-windows.ts';
import type { DaySheet, Room } from './types.ts';
import { epochMinuteFrom, type ProviderHours, type Slot, type VisitRules } from './visit-time.ts';

export interface SlotSearch {
  readonly provider: ProviderHours;
  readonly type: VisitRules;
  /** Sheets of the days in `sheetDates`; a day without one is free. Those of others are ignored. */
  readonly sheets: readonly DaySheet[];
  /** Visits start at `from` or later ... */
  readonly from: Temporal.Instant;
  /** ... and before `to`. */
  readonly to: Temporal.Instant;
  readonly now: Temporal.Instant;
  /** Where the patient will be: only days on which the provider is licensed there. Any day if not given. */
  readonly patientState?: string | undefined;
  /** The rooms in use; those that the type names are looked at. */
  readonly rooms?: readonly Pick<Room, 'id' | 'zone'>[] | undefined;
  /** Providers in practice; those that the type names as second are looked at. */
  readonly seconds?: readonly ProviderHours[] | undefined;
  /** The weekdays and times of day that suit. Any if not given. */
  readonly wanted?: WantedTimes | undefined;
  /** Distance of starts, counted from the beginning of each stretch of open hours. 15 if not given. */
  readonly stepMinutes?: number | undefined;
  /** At most this many, the earliest. All if not given. */
  readonly limit?: number | undefined;
}

/** When in the week a visit may start, as somebody's wall clock shows it. */
export interface WantedTimes {
  /** Whose wall clock. @default the provider's */
  readonly zone?: string | undefined;
  /** Minutes since midnight: from `fromMinute` on and before `toMinute`. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** ISO weekdays. @default all */
  readonly weekdays?: ReadonlySet<number> | undefined;
}

/** A slot and what it would lie in. */
export interface OfferedSlot extends Slot {
  readonly window: StartWindow;
}

export type SlotSearchRefusal = 'range-reversed' | 'range-too-long' | 'step-invalid' | 'limit-invalid';

/**
 * Why a search found nothing: what to tell the person who asked. Where several providers have nothing, each for a reason
 * of their own, the first of these answers for all: what other times may change comes before what only others can change.
 */
export const emptyReasons = [
  /** There are free times, at none of the weekdays and times of day that were asked for. */
  'outside-times',
  /** Open hours, and all of them taken: the provider's, or those of the rooms or second providers that are needed too. */
  'fully-booked',
  /** No open hours in the range. */
  'closed',
  /** The range lies before the type's lead time or past its horizon. */
  'outside-horizon',
  'not-licensed',
  'state-not-served',
  /** No provider who takes new visits offers the type. */
  'no-provider',
] as const;

export type EmptyReason = (typeof emptyReasons)[number];

export type SlotSearchResult =
  | { readonly ok: true; readonly slots: readonly OfferedSlot[]; readonly emptyBecause?: EmptyReason | undefined }
  | { readonly ok: false; readonly code: SlotSearchRefusal };

/** The longest range of a search, in local days. */
export const maxSearchDays = 60;
/** 60 local days may hold an autumn change, which adds up to two hours (Antarctica/Troll). */
const maxSearchMinutes = maxSearchDays * 1440 + 120;
export const defaultStepMinutes = 15;

/** Checks a range before anything is read: undefined when it is fine. An empty one is. */
export const checkSearchRange = (
  from: Temporal.Instant,
  to: Temporal.Instant,
): 'range-reversed' | 'range-too-long' | undefined => {
  const millis = to.epochMilliseconds - from.epochMilliseconds;
  if (millis < 0) return 'range-reversed';
  return millis > maxSearchMinutes * minuteMillis ? 'range-too-long' : undefined;
};

/** The first and last local date of which a search needs the sheets: what the store's range query takes. */
export const sheetDates = (
  from: Temporal.Instant,
  to: Temporal.Instant,
  providerZone: string,
): { readonly first: string; readonly last: string } => {
  const clock = zoneClock(providerZone);
  return {
    first: dateOfEpochDay(clock.epochDayAt(from.epochMilliseconds)),
    last: dateOfEpochDay(clock.epochDayAt(to.epochMilliseconds)),
  };
};

/**
 * Every start of a visit in a range: within the provider's hours, far enough ahead, near enough, and, with its
 * buffers, free and within one local day, also for a room and a second provider where the type needs them. Sorted by
 * start. Reads nothing but what it is given: cost grows with the days searched and what is booked on them, never with
 * history.
 */
export const findSlots = (search: SlotSearch): SlotSearchResult => {
  const code = checkSearch(search);
  return code === undefined ? slotsOfProvider(search, companionsOf(search)) : { ok: false, code };
};

/** The slots of several providers as one list, by start, then provider id. */
export const findSlotsOfProviders = (
  providers: readonly ProviderHours[],
  search: Omit<SlotSearch, 'provider'>,
): SlotSearchResult => {
  const code = checkSearch(search);
  if (code !== undefined) return { ok: false, code };
  const sheets = Map.groupBy(search.sheets, (sheet) => sheet.providerId);
  const companions = companionsOf(search);
  const lists: (readonly OfferedSlot[])[] = [];
  const reasons = new Set<EmptyReason>(['no-provider']);
  for (const provider of providers) {
    const found = slotsOfProvider({ ...search, provider, sheets: sheets.get(provider.id) ?? [] }, companions);
    lists.push(found.slots);
    if (found.emptyBecause !== undefined) reasons.add(found.emptyBecause);
  }
  const slots = mergeSlots(lists, search.limit);
  if (slots.length > 0) return { ok: true, slots };
  return { ok: true, slots, emptyBecause: emptyReasons.find((reason) => reasons.has(reason)) };
};

type Found = Extract<SlotSearchResult, { readonly ok: true }>;

const slotsOfProvider = (search: SlotSearch, companions: readonly Companions[]): Found => {
  const { provider, type, patientState, stepMinutes = defaultStepMinutes, limit = Number.POSITIVE_INFINITY } = search;
  if (patientState !== undefined && !servesState(type, patientState)) return nothing('state-not-served');
  const { windows, closedBecause } = providerWindows(provider, startQuestionOf(search));
  if (closedBecause !== undefined) return nothing(closedBecause);

  const areFree = companions.map((each) => each.besides(provider.id));
  const isFree = areFree.length === 0 ? undefined : (start: number) => areFree.every((isOneFree) => isOneFree(start));
  const isWanted = search.wanted && wantedStarts(search.wanted, provider.zone);
  const slots: OfferedSlot[] = [];
  let emptyBecause: EmptyReason = 'fully-booked';
  for (const window of windows) {
    const { firstStart, lastStart, gridStart, isSession } = window;
    let start = isSession ? firstStart : onGrid(firstStart, gridStart, stepMinutes);
    for (; start <= lastStart && slots.length < limit; start += stepMinutes) {
      if (isFree !== undefined && !isFree(start)) continue;
      if (isWanted !== undefined && !isWanted(start)) {
        emptyBecause = 'outside-times';
        continue;
      }
      slots.push({ providerId: provider.id, startEpochMinute: start, endEpochMinute: start + type.minutes, window });
    }
  }
  return slots.length === 0 ? nothing(emptyBecause) : { ok: true, slots };
};

const nothing = (emptyBecause: EmptyReason): Found => ({ ok: true, slots: [], emptyBecause });

const startQuestionOf = (search: Omit<SlotSearch, 'provider'>): StartQuestion => ({
  type: search.type,
  sheets: search.sheets,
  from: epochMinuteFrom(search.from),
  to: epochMinuteFrom(search.to),
  now: search.now,
  patientState: search.patientState,
});

/** What a visit needs besides its provider: any one of several rooms, or any one of several second providers. */
interface Companions {
  /** Whether one of them, other than this provider, is free for a visit at a start. Starts must be asked in their order. */
  readonly besides: (providerId: ProviderHours['id']) => (start: number) => boolean;
}

const companionsOf = (search: Omit<SlotSearch, 'provider'>): readonly Companions[] => {
  const { roomIds = [], secondProviderIds = [] } = search.type;
  if (roomIds.length + secondProviderIds.length === 0) return [];
  const question = startQuestionOf(search);
  const companions: Companions[] = [];
  if (roomIds.length > 0) {
    const rooms = (search.rooms ?? []).filter(({ id }) => roomIds.includes(id));
    const lists = rooms.map((room) => roomWindows(room, question));
    companions.push({ besides: () => anyOf(lists.map(follower)) });
  }
  if (secondProviderIds.length > 0) {
    const seconds = (search.seconds ?? []).filter(({ id }) => secondProviderIds.includes(id));
    const lists = seconds.map((second) => ({ id: second.id, ...providerWindows(second, question) }));
    companions.push({
      besides: (providerId) =>
        anyOf(lists.filter(({ id }) => id !== providerId).map(({ windows }) => follower(windows))),
    });
  }
  return companions;
};

type IsFree = (start: number) => boolean;

const anyOf =
  (each: readonly IsFree[]): IsFree =>
  (start) =>
    each.some((isFree) => isFree(start));

/** Says of starts, asked in their order, whether they lie in one of the sorted windows. */
const follower = (windows: readonly StartWindow[]): IsFree => {
  let next = 0;
  return (start) => {
    while ((windows[next]?.lastStart ?? Number.POSITIVE_INFINITY) < start) next += 1;
    return (windows[next]?.firstStart ?? Number.POSITIVE_INFINITY) <= start;
  };
};

const wantedStarts = ({ zone, fromMinute, toMinute, weekdays }: WantedTimes, providerZone: string): IsFree => {
  const clock = zoneClock(zone ?? providerZone);
  return (start) => {
    const wallMillis = clock.wallMillisAt(start * minuteMillis);
    const epochDay = Math.floor(wallMillis / dayMillis);
    const minuteOfDay = (wallMillis - epochDay * dayMillis) / minuteMillis;
    if (minuteOfDay < fromMinute || minuteOfDay >= toMinute) return false;
    return weekdays === undefined || weekdays.has(weekdayOfEpochDay(epochDay));
  };
};

/**
 * Merges slots by start, then provider id, and keeps the first `limit`. Each list is one provider's answer, sorted. The
 * starts of a search lie in a few thousand minutes, so slots are counted by their minute and put where they belong.
 */
export const mergeSlots = <S extends Slot>(
  lists: readonly (readonly S[])[],
  limit: number = Number.POSITIVE_INFINITY,
): readonly S[] => {
  const filled = lists.filter((slots) => slots.length > 0).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  if (filled.length === 0) return [];
  const first = Math.min(...filled.map((slots) => slots[0]?.startEpochMinute ?? 0));
  const last = Math.max(...filled.map((slots) => slots.at(-1)?.startEpochMinute ?? 0));
  /** How many slots there are before each minute. */
  const places = new Uint32Array(last - first + 2);
  for (const slots of filled) {
    for (const slot of slots) {
      const after = slot.startEpochMinute - first + 1;
      places[after] = (places[after] ?? 0) + 1;
    }
  }
  for (let minute = 1; minute < places.length; minute += 1) {
    places[minute] = (places[minute] ?? 0) + (places[minute - 1] ?? 0);
  }
  const merged = filled.flat();
  for (const slots of filled) {
    for (const slot of slots) {
      const minute = slot.startEpochMinute - first;
      const place = places[minute] ?? 0;
      merged[place] = slot;
      places[minute] = place + 1;
    }
  }
  return merged.length > limit ? merged.slice(0, limit) : merged;
};

const idOf = (slots: readonly Slot[]): string => slots[0]?.providerId ?? '';

const checkSearch = (search: Omit<SlotSearch, 'provider'>): SlotSearchRefusal | undefined => {
  const { from, to, stepMinutes = defaultStepMinutes, limit = Number.POSITIVE_INFINITY } = search;
  if (!Number.isInteger(stepMinutes) || stepMinutes < 1) return 'step-invalid';
  if (!(limit >= 1)) return 'limit-invalid';
  return checkSearchRange(from, to);
};
