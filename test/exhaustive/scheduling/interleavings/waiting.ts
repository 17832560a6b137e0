import { forbid, only } from './broken.ts';
import type { Place, Visit } from './model.ts';
import type { TypeName } from './world.ts';

/**
 * The waiting list by the words of its rules: who waits, what was freed, what was offered to whom. Whether a time can be
 * had is the calendar's to say (model.ts).
 */

/** Somebody's place in the line. */
export interface Entry {
  readonly id: string;
  readonly patient: number;
  readonly type: TypeName;
  readonly status: 'waiting' | 'offered' | 'booked' | 'left';
  /** The offer they have, or took. */
  readonly offer?: string | undefined;
  readonly visit?: string | undefined;
  readonly rev: number;
}

/** Time that a visit gave up. */
export interface Opening {
  readonly id: string;
  readonly provider: number;
  readonly start: number;
  readonly freedBy: string;
  /** The patient whose visit it was. */
  readonly givenUpBy: number;
  readonly status: 'open' | 'offered' | 'filled' | 'lapsed';
  /** From which epoch minute on a sweep has to look at it. */
  readonly due: number;
  /** The offers of it, in order. */
  readonly offers: readonly string[];
  readonly rev: number;
}

/** A freed time, kept for one person until it ends. */
export interface Offer extends Place {
  readonly id: string;
  readonly opening: string;
  readonly entry: string;
  readonly status: 'offered' | 'accepted' | 'declined' | 'expired' | 'withdrawn';
  /** Epoch minute. */
  readonly expiresAt: number;
  readonly visit?: string | undefined;
  readonly rev: number;
}

export interface WaitingList {
  /** In the order they came. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly openings: ReadonlyMap<string, Opening>;
  readonly offers: ReadonlyMap<string, Offer>;
}

/** The ids of what one transaction wrote of the waiting list. */
export interface WrittenOfWaiting {
  readonly entries: readonly string[];
  readonly openings: readonly string[];
  readonly offers: readonly string[];
}

const offerMinutes = 30;
/** An offer is looked at again while its text has not gone: nobody sends any here. */
const textCheckMinutes = 2;
const lookAgainMinutes = 5;

/** Whether an offer can still be taken, and its time by nobody else. */
export const isOpen = ({ status, expiresAt }: Offer, at: number): boolean => status === 'offered' && expiresAt > at;

export const isOver = ({ status }: Opening): boolean => status === 'filled' || status === 'lapsed';

export const isDue = (opening: Opening, at: number): boolean => !isOver(opening) && opening.due <= at;

/** What somebody in the line would be given of an opening: its own start, for their own type of visit. */
export const placeOf = ({ provider, start }: Opening, { type }: Entry): Place => ({ provider, start, type });

/** Whether an opening is for somebody at all: they did not give it up, and were not asked before. */
export const isFor = ({ offers }: WaitingList, opening: Opening, entry: Entry): boolean =>
  entry.patient !== opening.givenUpBy && opening.offers.every((id) => offers.get(id)?.entry !== entry.id);

/** Time that visits have given up, each its own opening. */
export const freed = (
  list: WaitingList,
  visits: readonly Visit[],
  openings: readonly string[],
  now: number,
): WaitingList => {
  forbid(visits.length !== openings.length, `${openings.length} openings of ${visits.length} times that are free`);
  return visits.reduce((so, { id: freedBy, patient: givenUpBy, provider, start }, index) => {
    const id = openings[index] ?? '';
    forbid(so.openings.has(id), 'the id of an opening that exists');
    const opening: Opening = { id, provider, start, freedBy, givenUpBy, status: 'open', due: now, offers: [], rev: 1 };
    return withOpening(so, opening);
  }, list);
};

/** Nobody is left who could have it. */
export const lapsed = (list: WaitingList, opening: Opening): WaitingList => {
  forbid(opening.status !== 'open', `the lapse of an opening that is ${opening.status}`);
  return withOpening(list, { ...opening, status: 'lapsed', rev: opening.rev + 1 });
};

/** A sweep will look at it again. */
export const putOff = (list: WaitingList, opening: Opening, now: number): WaitingList => {
  const offer = list.offers.get(opening.offers.at(-1) ?? '');
  const isOffered = opening.status === 'offered' && offer?.status === 'offered';
  forbid(isOver(opening) || (opening.status === 'offered' && !isOffered), 'another look at what is over');
  const due = isOffered ? Math.min(offer.expiresAt, now + textCheckMinutes) : now + lookAgainMinutes;
  return withOpening(list, { ...opening, due, rev: opening.rev + 1 });
};

/** One person's for half an hour. */
export const offered = (list: WaitingList, opening: Opening, entry: Entry, id: string, now: number): WaitingList => {
  const live = [...list.offers.values()].filter(({ status }) => status === 'offered');
  forbid(list.offers.has(id), 'the id of an offer that exists');
  forbid(
    live.some((offer) => offer.opening === opening.id),
    'a second offer of one opening',
  );
  forbid(
    live.some((offer) => offer.entry === entry.id),
    'a second offer to one person',
  );
  forbid(opening.status !== 'open', `an offer of an opening that is ${opening.status}`);
  forbid(entry.status !== 'waiting', `an offer to somebody who is ${entry.status}`);
  forbid(!isFor(list, opening, entry), 'an offer to somebody who gave the time up, or had it offered before');
  const expiresAt = now + offerMinutes;
  const due = Math.min(expiresAt, now + textCheckMinutes);
  const offers = [...opening.offers, id];
  return withAll(list, {
    entry: { ...entry, status: 'offered', offer: id, rev: entry.rev + 1 },
    opening: { ...opening, status: 'offered', due, offers, rev: opening.rev + 1 },
    offer: {
      ...placeOf(opening, entry),
      ...{ id, opening: opening.id, entry: entry.id, status: 'offered', expiresAt, rev: 1 },
    },
  });
};

/** Nobody took it: its opening is the next one's at once, its person waits on, or leaves. */
export const ended = (
  list: WaitingList,
  written: WrittenOfWaiting,
  { status, now }: { readonly status: 'declined' | 'expired' | 'withdrawn'; readonly now: number },
): WaitingList => {
  const { offer, entry, opening } = standing(list, written);
  return withAll(list, {
    entry: {
      ...entry,
      status: status === 'withdrawn' ? 'left' : 'waiting',
      offer: undefined,
      rev: entry.rev + 1,
    },
    opening: { ...opening, status: 'open', due: now, rev: opening.rev + 1 },
    offer: { ...offer, status, rev: offer.rev + 1 },
  });
};

/** Their visit: the offer, the place in the line and the opening are done with. */
export const taken = (list: WaitingList, written: WrittenOfWaiting, visit: string): WaitingList => {
  const { offer, entry, opening } = standing(list, written);
  return withAll(list, {
    entry: { ...entry, status: 'booked', visit, rev: entry.rev + 1 },
    opening: { ...opening, status: 'filled', rev: opening.rev + 1 },
    offer: { ...offer, status: 'accepted', visit, rev: offer.rev + 1 },
  });
};

/** Off the list; who has an offer leaves it to the next. */
export const left = (list: WaitingList, written: WrittenOfWaiting, now: number): WaitingList => {
  if (written.offers.length > 0) return ended(list, written, { status: 'withdrawn', now });
  const entry = there(list.entries, only(written.entries));
  forbid(written.openings.length > 0, 'an opening of somebody who had no offer');
  forbid(entry.status !== 'waiting', `the leaving of somebody who is ${entry.status}`);
  return { ...list, entries: new Map([...list.entries, [entry.id, { ...entry, status: 'left', rev: entry.rev + 1 }]]) };
};

/** An offer that stands, with its person and its opening: all three are written at once, and none without the others. */
const standing = (list: WaitingList, written: WrittenOfWaiting) => {
  const offer = there(list.offers, only(written.offers));
  const entry = there(list.entries, only(written.entries));
  const opening = there(list.openings, only(written.openings));
  forbid(offer.status !== 'offered', `the end of an offer that is ${offer.status}`);
  forbid(offer.entry !== entry.id || entry.offer !== offer.id, "the end of somebody else's offer");
  forbid(offer.opening !== opening.id || opening.offers.at(-1) !== offer.id, 'the end of the offer of another opening');
  return { offer, entry, opening };
};

export const there = <T>(known: ReadonlyMap<string, T>, id: string): T => {
  const found = known.get(id);
  if (found === undefined) throw new Error(`There is no ${id}`);
  return found;
};

const withOpening = (list: WaitingList, opening: Opening): WaitingList => ({
  ...list,
  openings: new Map([...list.openings, [opening.id, opening]]),
});

const withAll = (
  list: WaitingList,
  { entry, opening, offer }: { readonly entry: Entry; readonly opening: Opening; readonly offer: Offer },
): WaitingList => ({
  entries: new Map([...list.entries, [entry.id, entry]]),
  openings: new Map([...list.openings, [opening.id, opening]]),
  offers: new Map([...list.offers, [offer.id, offer]]),
});
