import type { AppointmentStatus, MinuteRange } from '../../../../functions/scheduling/core/types.ts';
import type { TypeName } from './world.ts';

/**
 * What the clinic's calendar is by the words of its rules, without day sheets, revisions to be met or anything written:
 * visits and holds, changed by one command at a time. What the use cases do at the same time must be explained by it.
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
}

export interface Hold extends Place {
  readonly id: string;
  readonly status: 'held' | 'released' | 'booked';
  /** Epoch minute. */
  readonly expiresAt: number;
}

/** The calendar at one moment. */
export interface Calendar {
  readonly visits: ReadonlyMap<string, Visit>;
  readonly holds: ReadonlyMap<string, Hold>;
  /** What the clock shows, epoch minutes. Whoever was asked before it moved goes on with the time of the question. */
  readonly clock: number;
}

interface Asked {
  /** When it was asked for, epoch minutes. */
  readonly now: number;
}

interface OfVisit extends Asked {
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
  | ({ readonly kind: 'cancel' } & OfVisit)
  | ({ readonly kind: 'confirm' } & OfVisit);

/** The ids of what one transaction wrote. */
export interface Written {
  readonly visits: readonly string[];
  readonly holds: readonly string[];
}

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

const isHeld = ({ status, expiresAt }: Hold, at: number): boolean => status === 'held' && expiresAt > at;

/** Why a place cannot be had at a time of asking: somebody is there, or the day has its one visit of that type. */
const refusalOf = (
  { visits, holds }: Calendar,
  place: Place,
  at: number,
  except?: string | undefined,
): 'slot-taken' | 'slot-not-offered' | undefined => {
  const live = [...[...visits.values()].filter(isLive), ...[...holds.values()].filter((hold) => isHeld(hold, at))];
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
      const hold = holdOf(calendar, command.hold);
      forbid(only(written.holds) !== hold.id || written.visits.length > 0, 'a release of something else');
      forbid(hold.status !== 'held', `a release of a hold that is ${hold.status}`);
      return withHold(calendar, { ...hold, status: 'released' });
    }
    case 'reschedule':
    case 'cancel':
    case 'confirm': {
      const visit = visitOf(calendar, command);
      forbid(only(written.visits) !== visit.id || written.holds.length > 0, 'a change of something else');
      return withVisit(calendar, changed(calendar, visit, command));
    }
    default:
      return command satisfies never;
  }
};

const afterBooking = (calendar: Calendar, command: Extract<Command, { kind: 'book' }>, written: Written): Calendar => {
  const { patient, provider, type, start } = command;
  const id = only(written.visits);
  const [used] = written.holds;
  forbid(calendar.visits.has(id), 'the id of a visit that exists');
  forbid(refusalOf(calendar, command, calendar.clock, used) !== undefined, 'a booking of taken time');
  const fresh = { status: 'booked', rev: 1, sequence: 0, isConfirmed: false } as const;
  const booked = withVisit(calendar, { id, patient, provider, type, start, ...fresh });
  if (used === undefined) return booked;
  const hold = holdOf(calendar, used);
  forbid(written.holds.length > 1 || used !== command.hold, "somebody else's hold");
  forbid(hold.status !== 'held', `a booking of a hold that is ${hold.status}`);
  return withHold(booked, { ...hold, status: 'booked' });
};

const changed = (calendar: Calendar, visit: Visit, command: Extract<Command, OfVisit>): Visit => {
  forbid(command.ifMatch !== undefined && command.ifMatch !== visit.rev, 'a change of another revision than was seen');
  forbid(!isLive(visit), `${command.kind} of a visit that is ${visit.status}`);
  const rev = visit.rev + 1;
  switch (command.kind) {
    case 'reschedule': {
      const place = placeAfter(visit, command);
      forbid(refusalOf(calendar, place, calendar.clock, visit.id) !== undefined, 'a move to taken time');
      return { ...visit, ...place, rev, sequence: visit.sequence + 1, isConfirmed: false };
    }
    case 'cancel':
      return { ...visit, status: 'cancelled', rev, sequence: visit.sequence + 1, isConfirmed: false };
    case 'confirm':
      return { ...visit, rev, isConfirmed: true };
    default:
      return command satisfies never;
  }
};

/** Whether a command was answered rightly by changing nothing: what it asks for is so already. */
export const isDone = (calendar: Calendar, command: Command): boolean => {
  switch (command.kind) {
    case 'book':
    case 'hold':
      return false;
    case 'release': {
      const hold = holdOf(calendar, command.hold);
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
      return refusalOf(calendar, command, command.now, except) === refusal;
    }
    case 'hold':
      return refusalOf(calendar, command, command.now) === refusal;
    case 'release':
      return refusal === 'invalid-state' && holdOf(calendar, command.hold).status === 'booked';
    default:
      return isTrueOfVisit(refusal, calendar, command);
  }
};

const isTrueOfVisit = (refusal: string, calendar: Calendar, command: Extract<Command, OfVisit>): boolean => {
  const visit = visitOf(calendar, command);
  if (refusal === 'stale') return command.ifMatch !== undefined && command.ifMatch !== visit.rev;
  if (refusal === 'invalid-state') return !isLive(visit) && command.kind !== 'cancel';
  if (command.kind !== 'reschedule') return false;
  return refusalOf(calendar, placeAfter(visit, command), command.now, visit.id) === refusal;
};

const withVisit = (calendar: Calendar, visit: Visit): Calendar => ({
  ...calendar,
  visits: new Map([...calendar.visits, [visit.id, visit]]),
});

const withHold = (calendar: Calendar, hold: Hold): Calendar => ({
  ...calendar,
  holds: new Map([...calendar.holds, [hold.id, hold]]),
});

const visitOf = ({ visits }: Calendar, { visit: id }: OfVisit): Visit => {
  const visit = visits.get(id);
  if (visit === undefined) throw new Error(`There is no visit ${id}`);
  return visit;
};

const holdOf = ({ holds }: Calendar, id: string): Hold => {
  const hold = holds.get(id);
  if (hold === undefined) throw new Error(`There is no hold ${id}`);
  return hold;
};

const placeAfter = ({ type }: Visit, { provider, start }: Pick<Place, 'provider' | 'start'>): Place => ({
  provider,
  type,
  start,
});

/** The rules were broken: what no interleaving may bring about. */
export class Broken extends Error {}

const forbid = (isSo: boolean, what: string): void => {
  if (isSo) throw new Broken(`The table took ${what}`);
};

const only = (ids: readonly string[]): string => {
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new Broken(`${ids.length} were written where one was asked for`);
  return id;
};
