import { dayMillis, minuteMillis, weekdayOfEpochDay, zoneClock } from '../../platform/time.ts';
import type { Slot } from './visit-time.ts';

/** Why a time is suggested, for the person who reads the list. */
export type SuggestionReason =
  /** Among the next days with a free time. */
  | 'soonest'
  /** The same day of the week as the visit that is moved. */
  | 'same-weekday'
  /** A further time on a day already suggested, because there are too few days. */
  | 'same-day';

export interface Suggestion {
  readonly slot: Slot;
  readonly reason: SuggestionReason;
  /** How far the time of day is from the visit that is moved. */
  readonly minutesFromUsualTime: number;
}

export interface SuggestionQuestion {
  /** Free times, sorted by start. */
  readonly slots: readonly Slot[];
  /** The start of the visit that is moved; it is not suggested itself. */
  readonly originalStartEpochMinute: number;
  /** In whose days and times of day to think: the zone of the visit. */
  readonly zone: string;
  readonly count: number;
}

/** A slot with its place in the week of whoever reads it. */
interface Placed {
  readonly slot: Slot;
  readonly epochDay: number;
  readonly minutesFromUsualTime: number;
}

/**
 * The next suitable times for a visit that must move. Three rules, always giving the same answer for the same calendar:
 * 1. one time a day, the one nearest to the usual time of day (the earlier of two equally near);
 * 2. the next days first, for half of the list (rounded up); then days of the usual weekday; then the next days again;
 * 3. if there are fewer days than suggestions, further times of those days, the nearest to the usual time first.
 * The answer is sorted by start.
 */
export const suggestTimes = (question: SuggestionQuestion): readonly Suggestion[] => {
  const { originalStartEpochMinute: original, count } = question;
  const usual = placeOf(original, question.zone);
  const days = new Map<number, Placed[]>();
  for (const slot of question.slots) {
    if (slot.startEpochMinute === original) continue;
    const place = placeOf(slot.startEpochMinute, question.zone);
    const minutesFromUsualTime = Math.abs(place.minuteOfDay - usual.minuteOfDay);
    const day = days.get(place.epochDay) ?? [];
    day.push({ slot, epochDay: place.epochDay, minutesFromUsualTime });
    days.set(place.epochDay, day);
  }
  const [best, others] = bestOfEachDay([...days.values()]);
  const next = best.slice(0, Math.ceil(count / 2));
  const later = best.slice(next.length);
  const isUsualWeekday = (placed: Placed): boolean =>
    weekdayOfEpochDay(placed.epochDay) === weekdayOfEpochDay(usual.epochDay);
  const chosen = [
    ...next.map(because('soonest')),
    ...later.filter(isUsualWeekday).map(because('same-weekday')),
    ...later.filter((placed) => !isUsualWeekday(placed)).map(because('soonest')),
    ...others.map(because('same-day')),
  ];
  return chosen.slice(0, count).sort((a, b) => a.slot.startEpochMinute - b.slot.startEpochMinute);
};

const placeOf = (epochMinute: number, zone: string): { readonly epochDay: number; readonly minuteOfDay: number } => {
  const wallMillis = zoneClock(zone).wallMillisAt(epochMinute * minuteMillis);
  const epochDay = Math.floor(wallMillis / dayMillis);
  return { epochDay, minuteOfDay: (wallMillis - epochDay * dayMillis) / minuteMillis };
};

/** Splits each day into its best time, in order of days, and the rest, nearest to the usual time first. */
const bestOfEachDay = (days: readonly Placed[][]): readonly [readonly Placed[], readonly Placed[]] => {
  const ranked = days.map((day) => day.toSorted(byNearness));
  return [ranked.flatMap((day) => day.slice(0, 1)), ranked.flatMap((day) => day.slice(1)).sort(byNearness)];
};

/** Sorting is stable and slots come sorted by start, so of two equally near times the earlier stays first. */
const byNearness = (a: Placed, b: Placed): number => a.minutesFromUsualTime - b.minutesFromUsualTime;

const because =
  (reason: SuggestionReason) =>
  ({ slot, minutesFromUsualTime }: Placed): Suggestion => ({ slot, reason, minutesFromUsualTime });
