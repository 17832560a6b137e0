import type { Temporal } from 'temporal-polyfill';
import { dateOfEpochDay, minuteMillis, type ZoneClock, zoneClock } from '../../platform/time.ts';
import { localDay, openIntervals, type WeeklyHours, weeklyHours } from './availability.ts';
import type { BusyInterval, DaySheet, MinuteRange, Provider } from './types.ts';
import { bookableWindow, epochMinuteFrom, type ProviderHours, type Slot, type VisitRules } from './visit-time.ts';

export interface SlotSearch {
  readonly provider: ProviderHours;
  readonly type: VisitRules;
  /** Sheets of the days in `sheetDates`; a day without one is free. Those of other providers are ignored. */
  readonly sheets: readonly DaySheet[];
  /** Visits start at `from` or later ... */
  readonly from: Temporal.Instant;
  /** ... and before `to`. */
  readonly to: Temporal.Instant;
  readonly now: Temporal.Instant;
  /** Distance of starts, counted from the beginning of each stretch of open hours. 15 if not given. */
  readonly stepMinutes?: number | undefined;
  /** At most this many, the earliest. All if not given. */
  readonly limit?: number | undefined;
}

export type SlotSearchRefusal = 'range-reversed' | 'range-too-long' | 'step-invalid' | 'limit-invalid';

export type SlotSearchResult =
  | { readonly ok: true; readonly slots: readonly Slot[] }
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
 * buffers, free and within one local day. Sorted by start. Reads nothing but what it is given: cost grows with the
 * days searched and what is booked on them, never with history.
 */
export const findSlots = (search: SlotSearch): SlotSearchResult => {
  const { provider, stepMinutes = defaultStepMinutes, limit = Number.POSITIVE_INFINITY } = search;
  const code = checkSearch(search.from, search.to, stepMinutes, limit);
  if (code !== undefined) return { ok: false, code };

  const clock = zoneClock(provider.zone);
  const bookable = bookableWindow(search.type, search.now, clock);
  const earliest = Math.max(epochMinuteFrom(search.from), bookable.startEpochMinute);
  const before = Math.min(epochMinuteFrom(search.to), bookable.endEpochMinute);
  const hours = weeklyHours(provider.availability);
  const busy = busyOf(search.sheets, provider.id);
  const slots: Slot[] = [];
  const sweep: Sweep = {
    providerId: provider.id,
    type: search.type,
    busy,
    next: 0,
    earliest,
    before,
    stepMinutes,
    limit,
    slots,
  };
  const lastDay = clock.epochDayAt((before - 1) * minuteMillis);
  for (let day = clock.epochDayAt(earliest * minuteMillis); day <= lastDay && slots.length < limit; day += 1) {
    sweepDay(sweep, hours, day, clock);
  }
  return { ok: true, slots };
};

/** The slots of several providers as one list, by start, then provider id. The first refusal answers for all. */
export const findSlotsOfProviders = (
  providers: readonly ProviderHours[],
  search: Omit<SlotSearch, 'provider'>,
): SlotSearchResult => {
  const sheets = Map.groupBy(search.sheets, (sheet) => sheet.providerId);
  const lists: (readonly Slot[])[] = [];
  for (const provider of providers) {
    const found = findSlots({ ...search, provider, sheets: sheets.get(provider.id) ?? [] });
    if (!found.ok) return found;
    lists.push(found.slots);
  }
  return { ok: true, slots: mergeSlots(lists, search.limit) };
};

/**
 * Merges slots by start, then provider id, and keeps the first `limit`. Each list is one provider's answer, sorted.
 * Providers share most of their starts, so each start is taken from all lists at once.
 */
export const mergeSlots = (
  lists: readonly (readonly Slot[])[],
  limit: number = Number.POSITIVE_INFINITY,
): readonly Slot[] => {
  const heads = lists.map((slots) => ({ slots, next: 0 })).sort((a, b) => (providerOf(a) < providerOf(b) ? -1 : 1));
  const merged: Slot[] = [];
  while (merged.length < limit) {
    let start = Number.POSITIVE_INFINITY;
    for (const { slots, next } of heads) start = Math.min(start, slots[next]?.startEpochMinute ?? start);
    if (start === Number.POSITIVE_INFINITY) break;
    for (const head of heads) {
      const slot = head.slots[head.next];
      if (slot?.startEpochMinute !== start) continue;
      merged.push(slot);
      head.next += 1;
    }
  }
  return merged.length > limit ? merged.slice(0, limit) : merged;
};

const providerOf = (head: { readonly slots: readonly Slot[] }): string => head.slots[0]?.providerId ?? '';

/** One search's state: what it looks for, and how far along the busy list it is. */
interface Sweep {
  readonly providerId: Provider['id'];
  readonly type: VisitRules;
  readonly busy: readonly BusyInterval[];
  /** The first busy interval that may still matter. */
  next: number;
  readonly earliest: number;
  readonly before: number;
  readonly stepMinutes: number;
  readonly limit: number;
  readonly slots: Slot[];
}

const sweepDay = (sweep: Sweep, hours: WeeklyHours, epochDay: number, clock: ZoneClock): void => {
  const opens = openIntervals(hours, epochDay, clock);
  if (opens.length === 0) return;
  const day = localDay(epochDay, clock);
  for (const open of opens) sweepInterval(sweep, open, day);
};

/** Walks the grid of one open interval beside the sorted busy list, jumping over what is busy. */
const sweepInterval = (sweep: Sweep, open: MinuteRange, day: MinuteRange): void => {
  const { providerId, type, stepMinutes, limit, slots } = sweep;
  const { minutes, bufferBeforeMinutes, bufferAfterMinutes } = type;
  const gridStart = open.startEpochMinute;
  const first = Math.max(gridStart, day.startEpochMinute + bufferBeforeMinutes, sweep.earliest);
  const lastEnd = Math.min(open.endEpochMinute, day.endEpochMinute - bufferAfterMinutes);
  const last = Math.min(lastEnd - minutes, sweep.before - 1);
  let start = onGrid(first, gridStart, stepMinutes);
  while (start <= last && slots.length < limit) {
    const end = start + minutes;
    const taken = nextBusy(sweep, start - bufferBeforeMinutes);
    if (taken !== undefined && taken.startEpochMinute < end + bufferAfterMinutes) {
      start = onGrid(taken.endEpochMinute + bufferBeforeMinutes, gridStart, stepMinutes);
    } else {
      slots.push({ providerId, startEpochMinute: start, endEpochMinute: end });
      start += stepMinutes;
    }
  }
};

/** The first busy interval that ends after a minute. Starts only grow, so what is passed is never looked at again. */
const nextBusy = (sweep: Sweep, epochMinute: number): BusyInterval | undefined => {
  let interval = sweep.busy[sweep.next];
  while (interval !== undefined && interval.endEpochMinute <= epochMinute) {
    sweep.next += 1;
    interval = sweep.busy[sweep.next];
  }
  return interval;
};

/** The first point of a grid at or after a minute. */
const onGrid = (epochMinute: number, gridStart: number, stepMinutes: number): number =>
  gridStart + Math.ceil((epochMinute - gridStart) / stepMinutes) * stepMinutes;

/** All that is taken of a provider, sorted. Sheets read in order of date are sorted already. */
const busyOf = (sheets: readonly DaySheet[], providerId: Provider['id']): readonly BusyInterval[] => {
  const busy: BusyInterval[] = [];
  let isSorted = true;
  let last = Number.NEGATIVE_INFINITY;
  for (const sheet of sheets) {
    if (sheet.providerId !== providerId) continue;
    for (const interval of sheet.busy) {
      if (interval.startEpochMinute < last) isSorted = false;
      last = interval.startEpochMinute;
      busy.push(interval);
    }
  }
  return isSorted ? busy : busy.sort((a, b) => a.startEpochMinute - b.startEpochMinute);
};

const checkSearch = (
  from: Temporal.Instant,
  to: Temporal.Instant,
  stepMinutes: number,
  limit: number,
): SlotSearchRefusal | undefined => {
  if (!Number.isInteger(stepMinutes) || stepMinutes < 1) return 'step-invalid';
  if (!(limit >= 1)) return 'limit-invalid';
  return checkSearchRange(from, to);
};
