import { Temporal } from 'temporal-polyfill';
import type { Id } from '../../platform/ids.ts';
import { dateOfEpochDay, dayMillis, minuteMillis, weekdayOfEpochDay, zoneClock } from '../../platform/time.ts';
import type { Companion, MinuteRange, Modality, Weekday } from './types.ts';
import { instantOfEpochMinute } from './visit-time.ts';

/**
 * The waiting list as rules. Time that is freed becomes an *opening*; it is *offered* to one person at a time, in the
 * order they came to wait, and kept for them until the offer ends. Who says no, or nothing, keeps their place in the
 * line for the next opening; the same opening is never offered to them twice.
 */

/** What somebody waits for. What is not said does not matter to them. */
export interface WaitingCriteria {
  readonly typeId: Id<'appointmentType'>;
  /** Any of these. @default any provider of the type */
  readonly providerIds?: readonly Id<'provider'>[] | undefined;
  /** ISO weekdays in `zone`. @default any */
  readonly weekdays?: readonly Weekday[] | undefined;
  /** `HH:MM` in `zone`: the visit starts at this time of day or later ... */
  readonly timeFrom?: string | undefined;
  /** ... and ends by this one; `24:00` is the end of the day. */
  readonly timeTo?: string | undefined;
  /** IANA zone that days and times are meant in. */
  readonly zone: string;
  /** Local dates in `zone`, both included. */
  readonly firstDate?: string | undefined;
  readonly lastDate?: string | undefined;
  /** How short the notice may be: a visit they have said yes to starts at least this long after. */
  readonly noticeMinutes: number;
  /** @default the type's first */
  readonly modality?: Modality | undefined;
  /** Where they will be at a visit by video or audio. @default the state of their address */
  readonly patientState?: string | undefined;
}

export type WaitingStatus = 'waiting' | 'offered' | 'booked' | 'left';

/** One person's place in the line. */
export interface WaitingEntry {
  readonly id: Id<'waitingEntry'>;
  readonly clinicId: Id<'clinic'>;
  readonly patientId: Id<'patient'>;
  readonly criteria: WaitingCriteria;
  readonly status: WaitingStatus;
  /** When they came to wait: their turn. */
  readonly since: string;
  /** The offer they have now, or accepted. */
  readonly offerId?: Id<'offer'> | undefined;
  /** What came of it. */
  readonly appointmentId?: Id<'appointment'> | undefined;
  /** Why they left, in a few words of staff's. */
  readonly leftBecause?: string | undefined;
  readonly rev: number;
}

export type WaitingEvent = 'offer' | 'return' | 'book' | 'leave';

/** What may happen to a place in the line. */
export const waitingTransitions = {
  waiting: { offer: 'offered', leave: 'left' },
  offered: { return: 'waiting', book: 'booked', leave: 'left' },
  booked: {},
  left: {},
} as const satisfies Readonly<Record<WaitingStatus, Readonly<Partial<Record<WaitingEvent, WaitingStatus>>>>>;

/**
 * How an offer stands. `expired`: no answer in time. `not-sent`: its text could not go. `withdrawn`: its person left the
 * line meanwhile.
 */
export type OfferStatus = 'offered' | 'accepted' | 'declined' | 'expired' | 'not-sent' | 'withdrawn';

/** A freed time, kept for one person until it ends. */
export interface Offer {
  readonly id: Id<'offer'>;
  readonly clinicId: Id<'clinic'>;
  readonly openingId: Id<'opening'>;
  readonly entryId: Id<'waitingEntry'>;
  readonly patientId: Id<'patient'>;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  readonly modality: Modality;
  readonly patientState?: string | undefined;
  /** RFC 3339 in UTC. */
  readonly start: string;
  readonly end: string;
  /** The provider's zone, and what the clock there shows at the start. */
  readonly zone: string;
  readonly wallTime: string;
  /** What keeps the time on the day sheets. */
  readonly holdId: Id<'hold'>;
  readonly companions: readonly Companion[];
  readonly status: OfferStatus;
  readonly offeredAt: string;
  /** From then on the time is free again by itself. */
  readonly expiresAt: string;
  /** When it ended, whatever way. */
  readonly endedAt?: string | undefined;
  readonly appointmentId?: Id<'appointment'> | undefined;
  readonly rev: number;
}

/** `lapsed`: nobody (more) to offer it to, or it was booked otherwise. */
export type OpeningStatus = 'open' | 'offered' | 'filled' | 'lapsed';

/** Time of a provider that a visit gave up. */
export interface Opening {
  readonly id: Id<'opening'>;
  readonly clinicId: Id<'clinic'>;
  readonly providerId: Id<'provider'>;
  /** The visit whose time it was, and whose visit: nobody is offered what they just gave up. */
  readonly freedBy: Id<'appointment'>;
  readonly givenUpBy: Id<'patient'>;
  /** RFC 3339 in UTC: the visit's own time, without buffers. */
  readonly start: string;
  readonly end: string;
  readonly status: OpeningStatus;
  /** When a sweep has to look at it next. */
  readonly dueAt: string;
  /** Whom it was offered to, in order, and by which offers. */
  readonly offers: readonly { readonly offerId: Id<'offer'>; readonly entryId: Id<'waitingEntry'> }[];
  /** Why it lapsed. */
  readonly lapsedBecause?: LapseReason | undefined;
  readonly rev: number;
}

/** `started`: its time has come. `nobody-waits`: nobody (more) whom it suits, or the time is taken. */
export type LapseReason = 'started' | 'nobody-waits';

/** How long somebody has to say yes. */
export const offerMinutes = 30;
/** Nobody is offered what they would have less time than this to answer. */
export const leastOfferMinutes = 10;
/** Starts that are tried within a freed stretch, counted from its beginning. */
const stepMinutes = 15;

/** The order of the line: who came first; of two at once, the smaller id. */
export const byTurn = (a: Pick<WaitingEntry, 'since' | 'id'>, b: Pick<WaitingEntry, 'since' | 'id'>): number =>
  a.since === b.since ? (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) : a.since < b.since ? -1 : 1;

/** Somebody in the line, with what is known of them besides. */
export interface Candidate {
  readonly entry: WaitingEntry;
  /** Length of the visit they wait for. */
  readonly minutes: number;
  /** From when on they can be texted: now, or when their night is over. */
  readonly textableFrom: Temporal.Instant;
}

/** A visit that would suit somebody. */
export interface SuitableTime {
  readonly startEpochMinute: number;
  /** Until when they may say yes. */
  readonly offerUntil: Temporal.Instant;
}

/** Somebody whom an opening suits. */
export interface Turn {
  readonly entry: WaitingEntry;
  /** When it can be offered to them: now, or later. */
  readonly offerAt: Temporal.Instant;
  /** At which starts, the best first; never empty. */
  readonly times: readonly SuitableTime[];
}

/**
 * Whom an opening may be offered to, in order. A person who is asleep keeps their turn, if the time is still far enough
 * away in their morning: the next in line does not get it because they live further west.
 */
export const turnsFor = (
  opening: Pick<Opening, 'providerId' | 'start' | 'end' | 'givenUpBy' | 'offers'>,
  line: readonly Candidate[],
  now: Temporal.Instant,
): readonly Turn[] => {
  const tried = new Set(opening.offers.map(({ entryId }) => entryId));
  return line
    .filter(({ entry }) => entry.status === 'waiting' && !tried.has(entry.id) && entry.patientId !== opening.givenUpBy)
    .toSorted((a, b) => byTurn(a.entry, b.entry))
    .flatMap((candidate) => {
      const { entry, textableFrom } = candidate;
      const offerAt = Temporal.Instant.compare(textableFrom, now) > 0 ? textableFrom : now;
      const times = suitableTimes(opening, candidate, offerAt);
      return times.length === 0 ? [] : [{ entry, offerAt, times }];
    });
};

/**
 * Whether somebody whom an opening would suit has another offer just now: if they leave that one, this one may be theirs,
 * so it is worth looking again.
 */
export const suitsSomebodyAsked = (
  opening: Parameters<typeof turnsFor>[0],
  line: readonly Candidate[],
  now: Temporal.Instant,
): boolean => {
  const asked = line.filter(({ entry }) => entry.status === 'offered');
  const asIfReturned = asked.map((one) => ({ ...one, entry: { ...one.entry, status: 'waiting' as const } }));
  return turnsFor(opening, asIfReturned, now).length > 0;
};

/**
 * The freed start itself first, whatever the length of the visit; then later ones that end within the freed stretch, so
 * that what is left of it stays in one piece.
 */
const suitableTimes = (
  opening: Pick<Opening, 'providerId' | 'start' | 'end'>,
  { entry, minutes }: Candidate,
  offerAt: Temporal.Instant,
): readonly SuitableTime[] => {
  const { criteria } = entry;
  const times: SuitableTime[] = [];
  const first = Date.parse(opening.start) / minuteMillis;
  const last = Math.max(first, Date.parse(opening.end) / minuteMillis - minutes);
  for (let startEpochMinute = first; startEpochMinute <= last; startEpochMinute += stepMinutes) {
    const visit = { startEpochMinute, endEpochMinute: startEpochMinute + minutes };
    if (!isWanted(criteria, opening.providerId, visit)) continue;
    const offerUntil = offerEnd(criteria, startEpochMinute, offerAt);
    if (offerUntil !== undefined) times.push({ startEpochMinute, offerUntil });
  }
  return times;
};

/** Whether a visit is what somebody waits for, apart from the notice. */
export const isWanted = (criteria: WaitingCriteria, providerId: Id<'provider'>, visit: MinuteRange): boolean => {
  const { providerIds, weekdays, zone, firstDate, lastDate } = criteria;
  if (providerIds !== undefined && !providerIds.includes(providerId)) return false;
  const clock = zoneClock(zone);
  const startMillis = clock.wallMillisAt(visit.startEpochMinute * minuteMillis);
  const endMillis = clock.wallMillisAt(visit.endEpochMinute * minuteMillis);
  const epochDay = Math.floor(startMillis / dayMillis);
  if (weekdays !== undefined && !weekdays.some((weekday) => weekday === weekdayOfEpochDay(epochDay))) return false;
  const date = dateOfEpochDay(epochDay);
  if (firstDate !== undefined && date < firstDate) return false;
  if (lastDate !== undefined && date > lastDate) return false;
  const startsAt = (startMillis - epochDay * dayMillis) / minuteMillis;
  const endsAt = (endMillis - epochDay * dayMillis) / minuteMillis;
  if (startsAt < minuteOfDay(criteria.timeFrom ?? '00:00')) return false;
  // A visit past midnight ends after 24:00 of its own day.
  return criteria.timeTo === undefined || endsAt <= minuteOfDay(criteria.timeTo);
};

const minuteOfDay = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * Until when somebody may say yes: half an hour, but not past the moment from which the notice would be shorter than
 * they want. Undefined when that leaves them too little time.
 */
const offerEnd = (
  { noticeMinutes }: WaitingCriteria,
  startEpochMinute: number,
  offerAt: Temporal.Instant,
): Temporal.Instant | undefined => {
  const latest = instantOfEpochMinute(startEpochMinute - noticeMinutes);
  const usual = offerAt.add({ minutes: offerMinutes });
  const until = Temporal.Instant.compare(latest, usual) < 0 ? latest : usual;
  const least = offerAt.add({ minutes: leastOfferMinutes });
  return Temporal.Instant.compare(until, least) < 0 ? undefined : wholeSecond(until);
};

/** Down to the second: what day sheets and records carry. */
const wholeSecond = (instant: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(instant.epochMilliseconds / 1000) * 1000);

/** Why an answer to an offer is not taken. */
export type OfferRefusal = 'accepted-already' | 'declined-already' | 'over' | 'withdrawn';

/** Whether an offer can still be answered. It ends at its time, whether or not a sweep has seen that. */
export const offerRefusal = (
  offer: Pick<Offer, 'status' | 'expiresAt'>,
  now: Temporal.Instant,
): OfferRefusal | undefined => {
  switch (offer.status) {
    case 'offered':
      return now.epochMilliseconds < Date.parse(offer.expiresAt) ? undefined : 'over';
    case 'accepted':
      return 'accepted-already';
    case 'declined':
      return 'declined-already';
    case 'withdrawn':
      return 'withdrawn';
    case 'expired':
    case 'not-sent':
      return 'over';
    default:
      return offer.status satisfies never;
  }
};
