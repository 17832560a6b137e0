import type { Temporal } from 'temporal-polyfill';
import { dateOfEpochDay, epochDayOf, minuteMillis, type ZoneClock, zoneClock } from '../../platform/time.ts';
import { localDay, openIntervals, type WorkingHours, workingHours } from './availability.ts';
import { countOfType } from './day-sheet.ts';
import { isLicensedOn, servesState } from './licence.ts';
import type { BusyInterval, DaySheet, MinuteRange, ResourceId } from './types.ts';
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
  /** Where the patient will be: only days on which the provider is licensed there. Any day if not given. */
  readonly patientState?: string | undefined;
  /** Distance of starts, counted from the beginning of each stretch of open hours. 15 if not given. */
  readonly stepMinutes?: number | undefined;
  /** At most this many, the earliest. All if not given. */
  readonly limit?: number | undefined;
}

export type SlotSearchRefusal = 'range-reversed' | 'range-too-long' | 'step-invalid' | 'limit-invalid';

/** Why a search found nothing: what to tell the person who asked. */
export type EmptyReason =
  /** The range lies before the type's lead time or past its horizon. */
  | 'outside-horizon'
  /** No open hours in the range. */
  | 'closed'
  /** Open hours, and all of them taken. */
  | 'fully-booked'
  | 'not-licensed'
  | 'state-not-served'
  /** No provider offers the type. */
  | 'no-provider';

export type SlotSearchResult =
  | { readonly ok: true; readonly slots: readonly Slot[]; readonly emptyBecause?: EmptyReason | undefined }
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

  const { type, patientState } = search;
  if (patientState !== undefined && !servesState(type, patientState)) return nothing('state-not-served');
  const clock = zoneClock(provider.zone);
  const bookable = bookableWindow(type, search.now, clock);
  const earliest = Math.max(epochMinuteFrom(search.from), bookable.startEpochMinute);
  const before = Math.min(epochMinuteFrom(search.to), bookable.endEpochMinute);
  if (earliest >= before) return nothing('outside-horizon');
  const hours = workingHours(provider);
  const licences = provider.licences ?? [];
  const slots: Slot[] = [];
  const sweep: Sweep = {
    providerId: provider.id,
    type,
    busy: busyOf(search.sheets, provider.id, type),
    next: 0,
    earliest,
    before,
    stepMinutes,
    limit,
    slots,
    fullDays: fullDaysOf(search.sheets, provider.id, type),
  };
  let emptyBecause: EmptyReason = 'not-licensed';
  const lastDay = clock.epochDayAt((before - 1) * minuteMillis);
  for (let day = clock.epochDayAt(earliest * minuteMillis); day <= lastDay && slots.length < limit; day += 1) {
    if (patientState !== undefined && !isLicensedOn(licences, patientState, day)) continue;
    const isOpen = sweepDay(sweep, hours, day, clock);
    if (isOpen) emptyBecause = 'fully-booked';
    else if (emptyBecause === 'not-licensed') emptyBecause = 'closed';
  }
  return slots.length === 0 ? nothing(emptyBecause) : { ok: true, slots };
};

const nothing = (emptyBecause: EmptyReason): SlotSearchResult => ({ ok: true, slots: [], emptyBecause });

/** What weighs most when several providers have nothing, each for a reason of their own: what a later day may change. */
const emptyReasons: readonly EmptyReason[] = [
  'fully-booked',
  'closed',
  'outside-horizon',
  'not-licensed',
  'state-not-served',
  'no-provider',
];

/** The slots of several providers as one list, by start, then provider id. The first refusal answers for all. */
export const findSlotsOfProviders = (
  providers: readonly ProviderHours[],
  search: Omit<SlotSearch, 'provider'>,
): SlotSearchResult => {
  const sheets = Map.groupBy(search.sheets, (sheet) => sheet.providerId);
  const lists: (readonly Slot[])[] = [];
  const reasons = new Set<EmptyReason>(['no-provider']);
  for (const provider of providers) {
    const found = findSlots({ ...search, provider, sheets: sheets.get(provider.id) ?? [] });
    if (!found.ok) return found;
    lists.push(found.slots);
    if (found.emptyBecause !== undefined) reasons.add(found.emptyBecause);
  }
  const slots = mergeSlots(lists, search.limit);
  if (slots.length > 0) return { ok: true, slots };
  return { ok: true, slots, emptyBecause: emptyReasons.find((reason) => reasons.has(reason)) };
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

/** A busy stretch as a search sees it; `hasRoom` if it is a group session that one more of the type may join. */
interface Taken extends MinuteRange {
  readonly hasRoom?: boolean;
}

/** One search's state: what it looks for, and how far along the busy list it is. */
interface Sweep {
  readonly providerId: Slot['providerId'];
  readonly type: VisitRules;
  readonly busy: readonly Taken[];
  /** The first busy interval that may still matter. */
  next: number;
  readonly earliest: number;
  readonly before: number;
  readonly stepMinutes: number;
  readonly limit: number;
  readonly slots: Slot[];
  /** Days that have as many visits of the type as they may: only sessions that exist can be joined. */
  readonly fullDays: ReadonlySet<number>;
}

/** Sweeps one day; whether it has open hours that a visit would fit into. */
const sweepDay = (sweep: Sweep, hours: WorkingHours, epochDay: number, clock: ZoneClock): boolean => {
  const opens = openIntervals(hours, epochDay, clock);
  if (opens.length === 0) return false;
  const day = localDay(epochDay, clock);
  const isFull = sweep.fullDays.has(epochDay);
  let isOpen = false;
  for (const open of opens) isOpen = sweepInterval(sweep, open, day, isFull) || isOpen;
  return isOpen;
};

/** Walks the grid of one open interval beside the sorted busy list, jumping over what is busy; whether a visit fits at all. */
const sweepInterval = (sweep: Sweep, open: MinuteRange, day: MinuteRange, isFull: boolean): boolean => {
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
      const sessionStart = taken.startEpochMinute + bufferBeforeMinutes;
      const sessionEnd = sessionStart + minutes;
      if (
        taken.hasRoom &&
        sessionStart >= first &&
        sessionStart <= last &&
        sessionEnd + bufferAfterMinutes === taken.endEpochMinute
      ) {
        slots.push({ providerId, startEpochMinute: sessionStart, endEpochMinute: sessionEnd });
      }
      start = onGrid(taken.endEpochMinute + bufferBeforeMinutes, gridStart, stepMinutes);
    } else {
      if (!isFull) slots.push({ providerId, startEpochMinute: start, endEpochMinute: end });
      start += stepMinutes;
    }
  }
  return first <= last;
};

/** The first busy interval that ends after a minute. Starts only grow, so what is passed is never looked at again. */
const nextBusy = (sweep: Sweep, epochMinute: number): Taken | undefined => {
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

/**
 * All that is taken of a provider or room, sorted, apart from each other but for sessions: sheets read in order of date
 * are sorted already, unless their own calendar takes time too.
 */
export const busyOf = (sheets: readonly DaySheet[], resourceId: ResourceId, type: VisitRules): readonly Taken[] => {
  const busy: (BusyInterval | MinuteRange)[] = [];
  let isSorted = true;
  let last = Number.NEGATIVE_INFINITY;
  for (const sheet of sheets) {
    if (sheet.providerId !== resourceId) continue;
    for (const interval of sheet.busy) {
      if (interval.startEpochMinute < last) isSorted = false;
      last = interval.startEpochMinute;
      busy.push(interval);
    }
    if (sheet.external !== undefined && sheet.external.length > 0) {
      isSorted = false;
      busy.push(...sheet.external);
    }
  }
  if (!isSorted) busy.sort((a, b) => a.startEpochMinute - b.startEpochMinute);
  const { id: typeId, capacity = 1 } = type;
  const isShared = capacity > 1 && typeId !== undefined;
  return isSorted && !isShared ? busy : flatten(busy, isShared ? typeId : undefined, capacity);
};

/** Sorted stretches as separate ones, in order of their ends too; the sessions of a type become one each, with or without room. */
const flatten = (
  busy: readonly (BusyInterval | MinuteRange)[],
  typeId: VisitRules['id'],
  capacity: number,
): readonly Taken[] => {
  const flat: { startEpochMinute: number; endEpochMinute: number; members: number }[] = [];
  for (const interval of busy) {
    const { startEpochMinute, endEpochMinute } = interval;
    const isMember = typeId !== undefined && 'heldBy' in interval && interval.typeId === typeId;
    const before = flat.at(-1);
    if (before === undefined || startEpochMinute >= before.endEpochMinute) {
      flat.push({ startEpochMinute, endEpochMinute, members: isMember ? 1 : Number.POSITIVE_INFINITY });
    } else {
      const isSame = startEpochMinute === before.startEpochMinute && endEpochMinute === before.endEpochMinute;
      before.members += isMember && isSame ? 1 : Number.POSITIVE_INFINITY;
      before.endEpochMinute = Math.max(before.endEpochMinute, endEpochMinute);
    }
  }
  return flat.map(({ startEpochMinute, endEpochMinute, members }) => ({
    startEpochMinute,
    endEpochMinute,
    hasRoom: members < capacity,
  }));
};

const noDays: ReadonlySet<number> = new Set();

/** The days on which a provider has as many visits of a type as its daily cap allows. */
const fullDaysOf = (
  sheets: readonly DaySheet[],
  resourceId: ResourceId,
  { id: typeId, dailyCap }: VisitRules,
): ReadonlySet<number> => {
  if (dailyCap === undefined || typeId === undefined) return noDays;
  return new Set(
    sheets
      .filter((sheet) => sheet.providerId === resourceId && countOfType(sheet, typeId) >= dailyCap)
      .map(({ date }) => epochDayOf(date)),
  );
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
