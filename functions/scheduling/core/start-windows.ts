import type { Temporal } from 'temporal-polyfill';
import { epochDayOf, minuteMillis, type ZoneClock, zoneClock } from '../../platform/time.ts';
import { localDay, openIntervals, workingHours } from './availability.ts';
import { countOfType } from './day-sheet.ts';
import { isLicensedOn } from './licence.ts';
import type { BusyInterval, DaySheet, MinuteRange, ResourceId, Room } from './types.ts';
import { bookableWindow, type ProviderHours, type VisitRules } from './visit-time.ts';

/**
 * When visits of a type may start with one provider, or in one room: the heart of slot search. Answers are stretches of
 * minutes, not single starts, so that cost grows with what is booked and not with how many starts that leaves, and so
 * that what several must have free at once is found by walking their lists side by side.
 */

/** Minutes in which a visit may start, and what it would lie in. */
export interface StartWindow {
  readonly firstStart: number;
  /** Included. */
  readonly lastStart: number;
  /** Where the stretch of open hours begins, and with it the grid of starts. */
  readonly gridStart: number;
  /** The free time around: from what is booked before, or from opening, to what is booked next, or to closing. */
  readonly free: MinuteRange;
  /** A group session that has room: its one start is offered wherever the grid is. */
  readonly isSession: boolean;
}

/** Why there are no windows; undefined where there are hours, whether or not anything of them is left. */
export type NoHours = 'outside-horizon' | 'not-licensed' | 'closed';

export interface StartWindows {
  /** Sorted; none share a minute. */
  readonly windows: readonly StartWindow[];
  readonly closedBecause?: NoHours | undefined;
}

/** What is asked of one provider or room. */
export interface StartQuestion {
  readonly type: VisitRules;
  /** Sheets of the days searched; a day without one is free. Those of others are ignored. */
  readonly sheets: readonly DaySheet[];
  /** Starts from this minute on ... */
  readonly from: number;
  /** ... and before this one. */
  readonly to: number;
  readonly now: Temporal.Instant;
  /** Where the patient will be: only days on which a provider is licensed there. */
  readonly patientState?: string | undefined;
}

/**
 * When visits may start with a provider: within open hours, far enough ahead, near enough, where they are licensed,
 * and, with the buffers, free and within one local day.
 */
export const providerWindows = (provider: ProviderHours, question: StartQuestion): StartWindows => {
  const { type, patientState } = question;
  const clock = zoneClock(provider.zone);
  const bookable = bookableWindow(type, question.now, clock);
  const earliest = Math.max(question.from, bookable.startEpochMinute);
  const before = Math.min(question.to, bookable.endEpochMinute);
  if (earliest >= before) return { windows: [], closedBecause: 'outside-horizon' };
  const hours = workingHours(provider);
  const licences = provider.licences ?? [];
  const sweep = newSweep(provider.id, question, { earliest, before });
  const fullDays = fullDaysOf(question.sheets, provider.id, type);
  let closedBecause: NoHours | undefined = 'not-licensed';
  const lastDay = dayOf(before - 1, clock);
  for (let day = dayOf(earliest, clock); day <= lastDay; day += 1) {
    if (patientState !== undefined && !isLicensedOn(licences, patientState, day)) continue;
    if (closedBecause === 'not-licensed') closedBecause = 'closed';
    const opens = openIntervals(hours, day, clock);
    if (opens.length > 0 && sweepDay(sweep, opens, localDay(day, clock), fullDays.has(day))) closedBecause = undefined;
  }
  return { windows: sweep.windows, closedBecause };
};

/** When a room is free for visits: it has no hours, but its days are counted in its own zone. */
export const roomWindows = (room: Pick<Room, 'id' | 'zone'>, question: StartQuestion): readonly StartWindow[] => {
  if (question.from >= question.to) return [];
  const clock = zoneClock(room.zone);
  const sweep = newSweep(room.id, question, { earliest: question.from, before: question.to });
  const lastDay = dayOf(question.to - 1, clock);
  for (let day = dayOf(question.from, clock); day <= lastDay; day += 1) {
    const whole = localDay(day, clock);
    sweepDay(sweep, [whole], whole, false);
  }
  return sweep.windows;
};

const dayOf = (epochMinute: number, clock: ZoneClock): number => clock.epochDayAt(epochMinute * minuteMillis);

/** The first point of a grid at or after a minute. */
export const onGrid = (epochMinute: number, gridStart: number, stepMinutes: number): number =>
  gridStart + Math.ceil((epochMinute - gridStart) / stepMinutes) * stepMinutes;

/** A busy stretch as a search sees it; `hasRoom` if it is a group session that one more of the type may join. */
interface Taken extends MinuteRange {
  readonly hasRoom?: boolean;
}

/** One walk's state: what it looks for, and how far along the busy list it is. */
interface Sweep {
  readonly type: VisitRules;
  readonly busy: readonly Taken[];
  /** The first busy interval that may still matter. */
  next: number;
  /** Where the one before it ends. */
  busyUntil: number;
  readonly earliest: number;
  readonly before: number;
  readonly windows: StartWindow[];
}

const newSweep = (
  id: ResourceId,
  { sheets, type }: StartQuestion,
  bounds: { readonly earliest: number; readonly before: number },
): Sweep => ({ type, busy: busyOf(sheets, id, type), next: 0, busyUntil: 0, windows: [], ...bounds });

/** Walks one day; whether its hours have room for a visit at all. On a full day only sessions that exist can be joined. */
const sweepDay = (sweep: Sweep, opens: readonly MinuteRange[], day: MinuteRange, isFull: boolean): boolean => {
  let isOpen = false;
  for (const open of opens) isOpen = sweepInterval(sweep, open, day, isFull) || isOpen;
  return isOpen;
};

/** Walks one stretch of hours from one busy interval to the next; what lies between is free. */
const sweepInterval = (sweep: Sweep, open: MinuteRange, day: MinuteRange, isFull: boolean): boolean => {
  const { minutes, bufferBeforeMinutes, bufferAfterMinutes } = sweep.type;
  const gridStart = open.startEpochMinute;
  const first = Math.max(gridStart, day.startEpochMinute + bufferBeforeMinutes, sweep.earliest);
  const lastEnd = Math.min(open.endEpochMinute, day.endEpochMinute - bufferAfterMinutes);
  const last = Math.min(lastEnd - minutes, sweep.before - 1);
  let firstStart = first;
  while (firstStart <= last) {
    const taken = nextBusy(sweep, firstStart - bufferBeforeMinutes);
    const freeUntil = taken === undefined ? open.endEpochMinute : Math.min(open.endEpochMinute, taken.startEpochMinute);
    const lastStart =
      taken === undefined ? last : Math.min(last, taken.startEpochMinute - bufferAfterMinutes - minutes);
    if (lastStart >= firstStart && !isFull) {
      const free = { startEpochMinute: Math.max(gridStart, sweep.busyUntil), endEpochMinute: freeUntil };
      sweep.windows.push({ firstStart, lastStart, gridStart, free, isSession: false });
    }
    if (taken === undefined) break;
    const session = taken.startEpochMinute + bufferBeforeMinutes;
    const isSame = session + minutes + bufferAfterMinutes === taken.endEpochMinute;
    if (taken.hasRoom && isSame && session >= first && session <= last) {
      sweep.windows.push({ firstStart: session, lastStart: session, gridStart, free: taken, isSession: true });
    }
    firstStart = Math.max(firstStart, taken.endEpochMinute + bufferBeforeMinutes);
  }
  return first <= last;
};

/** The first busy interval that ends after a minute. Starts only grow, so what is passed is never looked at again. */
const nextBusy = (sweep: Sweep, epochMinute: number): Taken | undefined => {
  let interval = sweep.busy[sweep.next];
  while (interval !== undefined && interval.endEpochMinute <= epochMinute) {
    sweep.next += 1;
    sweep.busyUntil = interval.endEpochMinute;
    interval = sweep.busy[sweep.next];
  }
  return interval;
};

/**
 * All that is taken of a provider or room, sorted, apart from each other: sheets read in order of date are sorted
 * already, unless their own calendar takes time too.
 */
const busyOf = (sheets: readonly DaySheet[], resourceId: ResourceId, type: VisitRules): readonly Taken[] => {
  const busy: (BusyInterval | MinuteRange)[] = [];
  let isSorted = true;
  let last = Number.NEGATIVE_INFINITY;
  for (const sheet of sheets) {
    if (sheet.providerId !== resourceId) continue;
    for (const interval of sheet.busy) {
      // Stretches that share time are those of a session, of whatever type.
      if (interval.startEpochMinute < last) isSorted = false;
      last = interval.endEpochMinute;
      busy.push(interval);
    }
    if (sheet.external !== undefined && sheet.external.length > 0) {
      isSorted = false;
      busy.push(...sheet.external);
    }
  }
  const { id: typeId, capacity = 1 } = type;
  const isShared = capacity > 1 && typeId !== undefined;
  if (isSorted && !isShared) return busy;
  busy.sort((a, b) => a.startEpochMinute - b.startEpochMinute);
  return flatten(busy, isShared ? typeId : undefined, capacity);
};

/** Stretches sorted by start as separate ones; the sessions of a type become one each, with or without room. */
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
