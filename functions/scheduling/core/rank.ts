import { minuteMillis, zoneClock } from '../../platform/time.ts';
import { type AttendanceCount, noShowRisks } from './attendance.ts';
import type { OfferedSlot } from './slots.ts';
import type { MinuteRange } from './types.ts';
import { type ProviderHours, type Slot, type VisitRules, withBuffers } from './visit-time.ts';

/**
 * What is offered first: a score of 0 to 100 points, the sum of four factors that can each be explained. It depends on
 * the slot and on facts about the clinic, never on the other slots: another provider who comes in leaves the order of
 * the rest as it was, and what a page showed stays where it was.
 */

/**
 * The most points of each factor.
 * - Continuity weighs as much as a well kept day: patients who see the same clinician come back, and know whom they see.
 * - Gap fit: time between visits that nobody fits into is lost for good; it is what a clinic loses money by.
 * - Soonness: who waits, cancels; but a day sooner is not worth a broken afternoon.
 * - Attendance: a better time halves a risk at most, and history is noisy, so it decides between equals.
 */
export const weights = { continuity: 32, 'gap-fit': 32, soonness: 20, attendance: 16 } as const;

export type Factor = keyof typeof weights;

/** What a visit leaves on one side: nothing, time that another visit fits into, or time that none does. */
export type Gap = 'none' | 'usable' | 'lost';

/** How one factor came to its points. */
export type Reason = { readonly points: number } & (
  | { readonly factor: 'continuity'; readonly seen: 'last' | 'before' | 'never' }
  | { readonly factor: 'gap-fit'; readonly before: Gap; readonly after: Gap; readonly lostMinutes: number }
  | { readonly factor: 'soonness'; readonly daysAfterFirst: number }
  | { readonly factor: 'attendance'; readonly noShowRate: number; readonly visits: number }
);

/** The facts a ranking goes by. */
export interface RankingFacts {
  readonly type: VisitRules;
  readonly providers: readonly RankedProvider[];
  /** Whom the patient has seen, or is about to see: the latest first. Not asked if not given. */
  readonly seenProviderIds?: readonly ProviderHours['id'][] | undefined;
  readonly attendance: readonly AttendanceCount[];
  /** The first minute of the search: days are counted from it. */
  readonly fromEpochMinute: number;
  /** When the list was asked for, as if the visit were agreed then. */
  readonly asOfEpochMinute: number;
}

export interface RankedProvider {
  readonly id: ProviderHours['id'];
  readonly zone: string;
  /** The shortest time, buffers included, that any visit takes of this provider's day. */
  readonly shortestMinutes: number;
}

/** Where a slot stands in a ranked list: points first, then the earlier start, then the provider's id. */
export interface Rank {
  readonly score: number;
  readonly startEpochMinute: number;
  readonly providerId: ProviderHours['id'];
}

export interface Ranking {
  readonly scoreOf: (slot: OfferedSlot) => number;
  /** The factors of a score; their points add up to it. */
  readonly explain: (slot: OfferedSlot) => readonly Reason[];
}

/** From this many days after the first on, sooner is not better. */
const soonDays = 28;
/** From this rate on a time earns nothing: every other visit is missed. */
const worstNoShowRate = 0.5;
/** Points of one side of a visit. */
const gapPoints: Readonly<Record<Gap, number>> = {
  none: weights['gap-fit'] / 2,
  usable: weights['gap-fit'] / 4,
  lost: 0,
};
const seenPoints = { last: weights.continuity, before: weights.continuity / 2, never: 0 } as const;

/** Makes the score of a search's slots. Deterministic: whole points, no clock, no chance. */
export const rankingOf = (facts: RankingFacts): Ranking => {
  const riskOf = noShowRisks(facts.attendance);
  const places = new Map(facts.providers.map((provider) => [provider.id, placeOf(provider, facts)]));
  const of = (slot: OfferedSlot): Place => {
    const place = places.get(slot.providerId);
    if (place === undefined) throw new RangeError('A slot of a provider who is not ranked');
    return place;
  };
  const daysAfterFirst = (slot: OfferedSlot, { clock, firstDay }: Place): number =>
    clock.epochDayAt(slot.startEpochMinute * minuteMillis) - firstDay;
  const risk = (slot: OfferedSlot, { clock }: Place) => riskOf(slot.startEpochMinute, facts.asOfEpochMinute, clock);

  return {
    scoreOf: (slot) => {
      const place = of(slot);
      const { before, after } = gapsOf(slot, facts.type, place.shortestMinutes);
      return (
        (place.seen === undefined ? 0 : seenPoints[place.seen]) +
        gapPoints[before] +
        gapPoints[after] +
        soonPoints(daysAfterFirst(slot, place)) +
        attendancePoints(risk(slot, place).rate)
      );
    },
    explain: (slot) => {
      const place = of(slot);
      const { before, after, lostMinutes } = gapsOf(slot, facts.type, place.shortestMinutes);
      const days = daysAfterFirst(slot, place);
      const { rate, visits } = risk(slot, place);
      const { seen } = place;
      return [
        ...(seen === undefined ? [] : [{ factor: 'continuity', points: seenPoints[seen], seen } as const]),
        { factor: 'gap-fit', points: gapPoints[before] + gapPoints[after], before, after, lostMinutes },
        { factor: 'soonness', points: soonPoints(days), daysAfterFirst: days },
        { factor: 'attendance', points: attendancePoints(rate), noShowRate: rate, visits },
      ];
    },
  };
};

type Seen = keyof typeof seenPoints;

const seenOf = (id: ProviderHours['id'], seenProviderIds: RankingFacts['seenProviderIds']): Seen | undefined => {
  if (seenProviderIds === undefined) return undefined;
  if (seenProviderIds[0] === id) return 'last';
  return seenProviderIds.includes(id) ? 'before' : 'never';
};

/** What is the same for all slots of a provider. */
const placeOf = ({ id, zone, shortestMinutes }: RankedProvider, facts: RankingFacts) => {
  const clock = zoneClock(zone);
  const firstMinute = Math.max(facts.fromEpochMinute, facts.asOfEpochMinute);
  const seen = seenOf(id, facts.seenProviderIds);
  return { clock, shortestMinutes, firstDay: clock.epochDayAt(firstMinute * minuteMillis), seen };
};

type Place = ReturnType<typeof placeOf>;

const soonPoints = (days: number): number =>
  Math.round(weights.soonness * Math.max(0, 1 - Math.max(0, days) / soonDays));

const attendancePoints = (rate: number): number =>
  Math.round(weights.attendance * Math.max(0, 1 - rate / worstNoShowRate));

/** What a visit leaves of the free time it lies in. One who joins a group session takes nothing and leaves nothing. */
const gapsOf = (
  slot: OfferedSlot,
  type: VisitRules,
  shortestMinutes: number,
): { readonly before: Gap; readonly after: Gap; readonly lostMinutes: number } => {
  const { free } = slot.window;
  const occupied: MinuteRange = withBuffers(slot, type);
  const beforeMinutes = Math.max(0, occupied.startEpochMinute - free.startEpochMinute);
  const afterMinutes = Math.max(0, free.endEpochMinute - occupied.endEpochMinute);
  const before = gapOf(beforeMinutes, shortestMinutes);
  const after = gapOf(afterMinutes, shortestMinutes);
  return {
    before,
    after,
    lostMinutes: (before === 'lost' ? beforeMinutes : 0) + (after === 'lost' ? afterMinutes : 0),
  };
};

const gapOf = (minutes: number, shortestMinutes: number): Gap =>
  minutes === 0 ? 'none' : minutes >= shortestMinutes ? 'usable' : 'lost';

/** The order of a list by start. */
export const byStart = (a: Slot, b: Slot): number =>
  a.startEpochMinute - b.startEpochMinute || (a.providerId < b.providerId ? -1 : a.providerId > b.providerId ? 1 : 0);

export interface RankedSlot {
  readonly slot: OfferedSlot;
  readonly score: number;
}

/** The next `limit` slots of a ranked list, after a rank; in whatever order the slots are given. */
export const rankSlots = (
  slots: readonly OfferedSlot[],
  ranking: Ranking,
  page: { readonly limit: number; readonly after?: Rank | undefined },
): readonly RankedSlot[] => {
  // Whole points: slots sorted by start are put on the pile of their score, and the piles are the ranking.
  const piles = new Map<number, OfferedSlot[]>();
  for (const slot of slots.toSorted(byStart)) {
    const score = ranking.scoreOf(slot);
    const pile = piles.get(score);
    if (pile === undefined) piles.set(score, [slot]);
    else pile.push(slot);
  }
  const { after, limit } = page;
  const ranked: RankedSlot[] = [];
  for (const score of [...piles.keys()].sort((a, b) => b - a)) {
    if (after !== undefined && score > after.score) continue;
    for (const slot of piles.get(score) ?? []) {
      if (ranked.length === limit) return ranked;
      if (after === undefined || score < after.score || comesAfter(slot, after)) ranked.push({ slot, score });
    }
  }
  return ranked;
};

/** Whether a slot of the same score comes after a rank, or of the same list after a slot. */
export const comesAfter = (slot: Slot, rank: Pick<Rank, 'startEpochMinute' | 'providerId'>): boolean =>
  slot.startEpochMinute > rank.startEpochMinute ||
  (slot.startEpochMinute === rank.startEpochMinute && slot.providerId > rank.providerId);
