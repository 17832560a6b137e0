import type { AppointmentStatus, MinuteRange } from '../../../../functions/scheduling/core/types.ts';
import { Broken, forbid, only } from './broken.ts';
import {
  ended,
  freed,
  isDue,
  isOpen,
  lapsed,
  left,
  offered,
  placeOf,
  putOff,
  taken,
  there,
  type WaitingList,
  type WrittenOfWaiting,
} from './waiting.ts';
import type { TypeName } from './world.ts';

/**
 * What the clinic's calendar is by the words of its rules, without day sheets, revisions to be met or anything written:
 * visits, holds and the waiting list (waiting.ts), changed by one command at a time. What the use cases do at the same
 * time must be explained by it.
 */

/** Time of a provider, in epoch minutes. */
export interface Place {
  readonly provider: number;
  readonly type: TypeName;
  readonly start: number;
}

export interface Visit extends Place {
  readonly id: string;
  readonly patient: number;
  readonly status: AppointmentStatus;
  readonly rev: number;
  readonly sequence: number;
  readonly isConfirmed: boolean;
  /** How many visits its last news to the patient told of: 0 if another visit's news did. */
  readonly told: number;
  readonly isAskedToMove: boolean;
  readonly cancelledBy?: 'patient' | 'clinic' | undefined;
  readonly rebookedAs?: string | undefined;
}

export interface Hold extends Place {
  readonly id: string;
  readonly status: 'held' | 'released' | 'booked';
  /** Epoch minute. */
  readonly expiresAt: number;
}

/** The calendar at one moment. */
export interface Calendar extends WaitingList {
  readonly visits: ReadonlyMap<string, Visit>;
  readonly holds: ReadonlyMap<string, Hold>;
  readonly series: ReadonlyMap<string, readonly string[]>;
  /** Days that were called off: `<provider> <date>`. */
  readonly closed: ReadonlySet<string>;
  /** What the clock shows, epoch minutes. Whoever was asked before it moved goes on with the time of the question. */
  readonly clock: number;
}

interface Asked {
  /** When it was asked for, epoch minutes. */
  readonly now: number;
}

export interface OfVisit extends Asked {
  readonly visit: string;
  /** The revision the caller has seen, where they say so. */
  readonly ifMatch?: number | undefined;
}

/** What a client asks for. */
export type Command =
  | ({ readonly kind: 'book'; readonly patient: number; readonly hold?: string | undefined } & Place & Asked)
  | ({ readonly kind: 'hold' } & Place & Asked)
  | ({ readonly kind: 'release'; readonly hold: string } & Asked)
  | ({ readonly kind: 'reschedule'; readonly provider: number; readonly start: number } & OfVisit)
  | ({ readonly kind: 'rebook'; readonly start: number } & OfVisit)
  | ({ readonly kind: 'cancel'; readonly by: 'patient' | 'clinic' } & OfVisit)
  | ({ readonly kind: 'confirm' } & OfVisit)
  | ({ readonly kind: 'ask to move' } & OfVisit)
  | ({ readonly kind: 'book series'; readonly patient: number } & Place & Asked)
  | ({ readonly kind: 'cancel series'; readonly series: string } & Asked)
  | ({ readonly kind: 'cancel day'; readonly provider: number; readonly date: string } & Asked)
  | ({ readonly kind: 'sweep offers' } & Asked)
  | ({ readonly kind: 'accept offer' | 'decline offer'; readonly offer: string; readonly patient: number } & Asked)
  | ({ readonly kind: 'leave the line'; readonly entry: string; readonly ifMatch?: number | undefined } & Asked);

/** What is done in several transactions, each sound by itself. */
export const isDoneInSteps = ({ kind }: Command): boolean =>
  kind === 'cancel series' || kind === 'cancel day' || kind === 'sweep offers';

/** The ids of what one transaction wrote. */
export interface Written extends WrittenOfWaiting {
  readonly visits: readonly string[];
  readonly holds: readonly string[];
  readonly series: readonly string[];
  /** Whether it closed a day. */
  readonly hasClosed: boolean;
  /** Whether it gave up an opening. */
  readonly hasLapsed: boolean;
}

const weekMinutes = 7 * 24 * 60;
/** Visits of a series, a week apart; none of the weeks has a clock change. */
export const seriesCount = 2;
const startsOf = (start: number): readonly number[] =>
  Array.from({ length: seriesCount }, (_, index) => start + index * weekMinutes);

interface TypeRules {
  readonly capacity: number;
  readonly needsRoom: boolean;
  readonly isCapped: boolean;
}

const plain: TypeRules = { capacity: 1, needsRoom: false, isCapped: false };

/** What each type asks of the calendar beside its minutes. */
const rules: Readonly<Record<TypeName, TypeRules>> = {
  alone: plain,
  buffered: plain,
  group: { ...plain, capacity: 2 },
  room: { ...plain, needsRoom: true },
  capped: { ...plain, isCapped: true },
};

/** Every visit here takes half an hour, buffers included. */
const takenMinutes = 30;
const holdMinutes = 5;

export const takenBy = ({ start }: Pick<Place, 'start'>): MinuteRange => ({
  startEpochMinute: start,
  endEpochMinute: start + takenMinutes,
});

export const needsRoom = (type: TypeName): boolean => rules[type].needsRoom;

export const isLive = ({ status }: Visit): boolean => status === 'booked';

/** Denver is behind UTC, and every visit is in its morning: the date is the same. */
export const dateOf = (epochMinute: number): string =>
  new Date(epochMinute * 60_000).toISOString().slice(0, 'YYYY-MM-DD'.length);

const dayOf = ({ provider, start }: Pick<Place, 'provider' | 'start'>): string => `${provider} ${dateOf(start)}`;

const isHeld = ({ status, expiresAt }: Hold, at: number): boolean => status === 'held' && expiresAt > at;

/** Why a place cannot be had at a time of asking: the day is called off or has its one visit of that type, somebody is there. */
export const refusalOf = (
  { visits, holds, offers, closed }: Calendar,
  place: Place,
  at: number,
  except?: string | undefined,
): 'slot-taken' | 'slot-not-offered' | undefined => {
  if (closed.has(dayOf(place))) return 'slot-not-offered';
  const live = [
    ...[...visits.values()].filter(isLive),
    ...[...holds.values()].filter((hold) => isHeld(hold, at)),
    ...[...offers.values()].filter((offer) => isOpen(offer, at)),
  ];
  const others = live.filter(({ id }) => id !== except);
  const near = others.filter(({ start }) => Math.abs(start - place.start) < takenMinutes);
  const beside = near.filter(({ provider }) => provider === place.provider);
  const isSession = beside.every(({ type, start }) => type === place.type && start === place.start);
  if (beside.length > 0 && (!isSession || beside.length >= rules[place.type].capacity)) return 'slot-taken';
  if (needsRoom(place.type) && near.some(({ type }) => needsRoom(type))) return 'slot-taken';
  const isDayFull = others.some(
    ({ provider, type, start }) =>
      provider === place.provider && type === place.type && Math.abs(start - place.start) < 12 * 60,
  );
  return rules[place.type].isCapped && isDayFull ? 'slot-not-offered' : undefined;
};

/** The calendar after a transaction of a command. @throws Broken when the rules do not allow it at this moment */
export const after = (calendar: Calendar, command: Command, written: Written): Calendar => {
  switch (command.kind) {
    case 'sweep offers':
      return { ...calendar, ...afterStep(calendar, command, written) };
    case 'accept offer':
    case 'decline offer':
      return afterAnswer(calendar, command, written);
    case 'leave the line': {
      forbid(only(written.entries) !== command.entry || written.visits.length > 0, 'the leaving of somebody else');
      const { ifMatch, now } = command;
      const isOther = ifMatch !== undefined && ifMatch !== there(calendar.entries, command.entry).rev;
      forbid(isOther, 'a leaving at another revision than was seen');
      return { ...calendar, ...left(calendar, written, now) };
    }
    default:
      return afterChange(calendar, command, written);
  }
};

type OfWaiting = Extract<
  Command,
  { readonly kind: 'sweep offers' | 'accept offer' | 'decline offer' | 'leave the line' }
>;

/** What a visit gives up of the calendar is an opening in the same moment. */
const afterChange = (calendar: Calendar, command: Exclude<Command, OfWaiting>, written: Written): Calendar => {
  const changed = afterOwnChange(calendar, command, written);
  forbid(written.offers.length + written.entries.length > 0, 'a change of the waiting list beside');
  const givers = written.visits.flatMap((id) => {
    const [before, now] = [calendar.visits.get(id), changed.visits.get(id)];
    const isKept = now !== undefined && isLive(now) && before?.start === now.start && before.provider === now.provider;
    return before === undefined || !isLive(before) || isKept ? [] : [before];
  });
  return { ...changed, ...freed(changed, givers, written.openings, command.now) };
};

const afterOwnChange = (calendar: Calendar, command: Exclude<Command, OfWaiting>, written: Written): Calendar => {
  switch (command.kind) {
    case 'book':
      return afterBooking(calendar, command, written);
    case 'hold': {
      const { provider, type, start, now } = command;
      const id = only(written.holds);
      forbid(calendar.holds.has(id) || written.visits.length > 0, 'a hold that is not one');
      forbid(refusalOf(calendar, command, calendar.clock) !== undefined, 'a hold of taken time');
      return withHold(calendar, { id, provider, type, start, status: 'held', expiresAt: now + holdMinutes });
    }
    case 'release': {
      const hold = there(calendar.holds, command.hold);
      forbid(only(written.holds) !== hold.id || written.visits.length > 0, 'a release of something else');
      forbid(hold.status !== 'held', `a release of a hold that is ${hold.status}`);
      return withHold(calendar, { ...hold, status: 'released' });
    }
    case 'rebook':
      return afterRebooking(calendar, command, written);
    case 'reschedule':
    case 'cancel':
    case 'confirm':
    case 'ask to move': {
      const visit = visitOf(calendar, command);
      forbid(only(written.visits) !== visit.id || written.holds.length > 0, 'a change of something else');
      return withVisit(calendar, changed(calendar, visit, command));
    }
    case 'book series': {
      const { patient, provider, type, start } = command;
      forbid(written.visits.length !== seriesCount, `${written.visits.length} visits of a series of ${seriesCount}`);
      const booked = startsOf(start).reduce((so, startOfVisit, index) => {
        const place = { provider, type, start: startOfVisit };
        return withNewVisit(so, written.visits[index] ?? '', patient, place, index === 0 ? seriesCount : 0);
      }, calendar);
      return { ...booked, series: new Map([...calendar.series, [only(written.series), written.visits]]) };
    }
    case 'cancel series': {
      const own = calendar.series.get(command.series) ?? [];
      forbid(
        written.visits.some((id) => !own.includes(id)),
        'a cancellation of a visit of no such series',
      );
      return written.visits.reduce(
        (so, id, index) => withCancelled(so, id, index === 0 ? written.visits.length : 0),
        calendar,
      );
    }
    case 'cancel day': {
      const day = `${command.provider} ${command.date}`;
      if (written.hasClosed) return { ...calendar, closed: new Set([...calendar.closed, day]) };
      const visit = calendar.visits.get(only(written.visits));
      forbid(visit === undefined || dayOf(visit) !== day, 'a cancellation of a visit of another day');
      return withCancelled(calendar, only(written.visits), 1);
    }
    default:
      return command satisfies never;
  }
};

/** One step of a sweep: an offer ended, the next one made, or an opening put off or given up. */
const afterStep = (calendar: Calendar, { now }: { readonly now: number }, written: Written): WaitingList => {
  const opening = there(calendar.openings, only(written.openings));
  forbid(!isDue(opening, now), 'a step of an opening that is not due');
  forbid(written.visits.length + written.holds.length > 0, 'a change of visits by a sweep of offers');
  const [id] = written.offers;
  if (id === undefined) {
    forbid(written.entries.length > 0, 'a change of the line without an offer');
    return written.hasLapsed ? lapsed(calendar, opening) : putOff(calendar, opening, now);
  }
  const offer = calendar.offers.get(id);
  if (offer !== undefined) {
    forbid(offer.expiresAt > now, 'the end of an offer whose time is not up');
    return ended(calendar, written, { status: 'expired', now });
  }
  const entry = there(calendar.entries, only(written.entries));
  forbid(refusalOf(calendar, placeOf(opening, entry), calendar.clock) !== undefined, 'an offer of taken time');
  return offered(calendar, opening, entry, id, now);
};

const afterAnswer = (
  calendar: Calendar,
  command: Extract<Command, { readonly kind: 'accept offer' | 'decline offer' }>,
  written: Written,
): Calendar => {
  const offer = there(calendar.offers, only(written.offers));
  forbid(offer.id !== command.offer || written.holds.length > 0, 'an answer to something else');
  forbid(!isOpen(offer, command.now), 'an answer to an offer that is over');
  if (command.kind === 'decline offer') {
    forbid(written.visits.length > 0, 'a booking of what was declined');
    return { ...calendar, ...ended(calendar, written, { status: 'declined', now: command.now }) };
  }
  const { patient } = there(calendar.entries, offer.entry);
  const visit = only(written.visits);
  const booked = withNewVisit(calendar, visit, patient, offer, 1, offer.id);
  return { ...booked, ...taken(calendar, written, visit) };
};

const afterRebooking = (
  calendar: Calendar,
  command: Extract<Command, { kind: 'rebook' }>,
  written: Written,
): Calendar => {
  const before = visitOf(calendar, command);
  const [id = '', old = '', ...more] = written.visits;
  forbid(old !== before.id || more.length > 0, 'a rebooking of something else');
  forbid(!isRebookable(before), 'a second visit in place of one');
  forbid(command.ifMatch !== undefined && command.ifMatch !== before.rev, 'a change of another revision than was seen');
  const { patient, provider, type } = before;
  const booked = withNewVisit(calendar, id, patient, { provider, type, start: command.start }, 1);
  return withVisit(booked, { ...before, rev: before.rev + 1, rebookedAs: id });
};

const isRebookable = ({ status, cancelledBy, rebookedAs }: Visit): boolean =>
  status === 'cancelled' && cancelledBy === 'clinic' && rebookedAs === undefined;

const withNewVisit = (calendar: Calendar, id: string, patient: number, place: Place, told: number, except?: string) => {
  forbid(calendar.visits.has(id) || id === '', 'the id of a visit that exists');
  forbid(refusalOf(calendar, place, calendar.clock, except) !== undefined, 'a booking of taken time');
  const { provider, type, start } = place;
  const fresh = { status: 'booked', rev: 1, sequence: 0, isConfirmed: false, isAskedToMove: false } as const;
  return withVisit(calendar, { id, patient, provider, type, start, told, ...fresh });
};

const withCancelled = (calendar: Calendar, id: string, told: number): Calendar => {
  const visit = calendar.visits.get(id);
  if (visit === undefined || !isLive(visit)) throw new Broken('The table took a cancellation of what is not booked');
  return withVisit(calendar, cancelled(visit, 'clinic', told));
};

const cancelled = (visit: Visit, cancelledBy: 'patient' | 'clinic', told: number): Visit => ({
  ...visit,
  ...{ status: 'cancelled', rev: visit.rev + 1, sequence: visit.sequence + 1 },
  ...{ isConfirmed: false, isAskedToMove: false, cancelledBy, told },
});

const afterBooking = (calendar: Calendar, command: Extract<Command, { kind: 'book' }>, written: Written): Calendar => {
  const [used] = written.holds;
  const booked = withNewVisit(calendar, only(written.visits), command.patient, command, 1, used);
  if (used === undefined) return booked;
  const hold = there(calendar.holds, used);
  forbid(written.holds.length > 1 || used !== command.hold, "somebody else's hold");
  forbid(hold.status !== 'held', `a booking of a hold that is ${hold.status}`);
  return withHold(booked, { ...hold, status: 'booked' });
};

type Change = Extract<Command, { readonly kind: 'reschedule' | 'cancel' | 'confirm' | 'ask to move' }>;

const changed = (calendar: Calendar, visit: Visit, command: Change): Visit => {
  forbid(command.ifMatch !== undefined && command.ifMatch !== visit.rev, 'a change of another revision than was seen');
  forbid(!isLive(visit), `${command.kind} of a visit that is ${visit.status}`);
  const rev = visit.rev + 1;
  switch (command.kind) {
    case 'reschedule': {
      const place = placeAfter(visit, command);
      forbid(refusalOf(calendar, place, calendar.clock, visit.id) !== undefined, 'a move to taken time');
      const moved = { sequence: visit.sequence + 1, isConfirmed: false, isAskedToMove: false, told: 1 };
      return { ...visit, ...place, rev, ...moved };
    }
    case 'cancel':
      return cancelled(visit, command.by, 1);
    case 'confirm':
      return { ...visit, rev, isConfirmed: true };
    case 'ask to move':
      return { ...visit, rev, isAskedToMove: true };
    default:
      return command satisfies never;
  }
};

/** Whether a command was answered rightly by changing nothing: what it asks for is so already. */
export const isDone = (calendar: Calendar, command: Command): boolean => {
  switch (command.kind) {
    case 'book':
    case 'book series':
    case 'hold':
    case 'rebook':
      return false;
    case 'cancel series':
      return (calendar.series.get(command.series) ?? []).every((id) => calendar.visits.get(id)?.status !== 'booked');
    case 'cancel day':
      return calendar.closed.has(`${command.provider} ${command.date}`);
    case 'release': {
      const hold = there(calendar.holds, command.hold);
      return hold.status !== 'booked' && !isHeld(hold, command.now);
    }
    case 'reschedule': {
      const visit = visitOf(calendar, command);
      return isLive(visit) && visit.start === command.start && visit.provider === command.provider;
    }
    case 'cancel':
      return visitOf(calendar, command).status === 'cancelled';
    case 'confirm':
      return visitOf(calendar, command).isConfirmed;
    case 'ask to move':
      return visitOf(calendar, command).isAskedToMove;
    case 'sweep offers':
      return true; // what it left is judged by sweeps.ts
    case 'accept offer':
      return false;
    case 'decline offer':
      return there(calendar.offers, command.offer).status === 'declined';
    case 'leave the line':
      return there(calendar.entries, command.entry).status === 'left';
    default:
      return command satisfies never;
  }
};

/**
 * Whether the calendar is such that a refusal is true. Each part of it by itself: a client that lost its visit and its
 * new time to two others may be told of either.
 */
export const isTrue = (refusal: string, calendar: Calendar, command: Command): boolean => {
  switch (command.kind) {
    case 'book': {
      const hold = command.hold === undefined ? undefined : calendar.holds.get(command.hold);
      const except = hold !== undefined && isHeld(hold, command.now) ? hold.id : undefined;
      return isRefused(refusal, calendar, command, command.now, except);
    }
    case 'book series': {
      const { provider, type, start, now } = command;
      const places = startsOf(start).map((startOfVisit) => ({ provider, type, start: startOfVisit }));
      return refusal === 'series-conflict' && places.some((place) => refusalOf(calendar, place, now) !== undefined);
    }
    case 'hold':
      return isRefused(refusal, calendar, command, command.now);
    case 'release':
      return refusal === 'invalid-state' && there(calendar.holds, command.hold).status === 'booked';
    case 'cancel series':
    case 'cancel day':
    case 'sweep offers':
      return false;
    case 'accept offer':
    case 'decline offer': {
      const { offer: id, kind, now } = command;
      const offer = there(calendar.offers, id);
      if (refusal === 'offer-over') return !isOpen(offer, now) && offer.status !== 'accepted';
      if (refusal === 'invalid-state' && offer.status === 'accepted') return true;
      if (kind === 'decline offer') return false;
      return refusal === 'invalid-state' ? offer.status === 'declined' : isRefused(refusal, calendar, offer, now, id);
    }
    case 'leave the line': {
      const { status, rev } = there(calendar.entries, command.entry);
      if (refusal === 'stale') return command.ifMatch !== undefined && command.ifMatch !== rev;
      return refusal === 'invalid-state' && status === 'booked';
    }
    default:
      return isTrueOfVisit(refusal, calendar, command);
  }
};

/** The day of a place that is called off is refused as closed, or as taken by its closing. */
const isRefused = (refusal: string, calendar: Calendar, place: Place, at: number, except?: string): boolean =>
  refusalOf(calendar, place, at, except) === refusal || (refusal === 'slot-taken' && calendar.closed.has(dayOf(place)));

const isTrueOfVisit = (refusal: string, calendar: Calendar, command: Extract<Command, OfVisit>): boolean => {
  const visit = visitOf(calendar, command);
  if (refusal === 'stale') return command.ifMatch !== undefined && command.ifMatch !== visit.rev;
  if (command.kind === 'rebook') {
    if (refusal === 'invalid-state') return !isRebookable(visit);
    return isRefused(refusal, calendar, { ...visit, start: command.start }, command.now);
  }
  if (refusal === 'invalid-state') return !isLive(visit) && command.kind !== 'cancel';
  return (
    command.kind === 'reschedule' && isRefused(refusal, calendar, placeAfter(visit, command), command.now, visit.id)
  );
};

const withVisit = (calendar: Calendar, visit: Visit): Calendar => ({
  ...calendar,
  visits: new Map([...calendar.visits, [visit.id, visit]]),
});

const withHold = (calendar: Calendar, hold: Hold): Calendar => ({
  ...calendar,
  holds: new Map([...calendar.holds, [hold.id, hold]]),
});

const visitOf = ({ visits }: Calendar, { visit }: OfVisit): Visit => there(visits, visit);

/** Whether nobody is left on a day that was called off. */
export const isEmpty = (calendar: Calendar, provider: number, date: string): boolean =>
  ![...calendar.visits.values()].some((visit) => isLive(visit) && dayOf(visit) === `${provider} ${date}`);

const placeAfter = ({ type }: Visit, { provider, start }: Pick<Place, 'provider' | 'start'>): Place => ({
  provider,
  type,
  start,
});
