import type { Temporal } from 'temporal-polyfill';

/** How often a series repeats. */
export interface SeriesRhythm {
  /** How many visits, the first included. */
  readonly count: number;
  readonly everyWeeks: number;
}

/** What one booking can hold: the visits, the fewest that are a series and the most that fit one transaction. */
export const seriesLimits = { leastVisits: 2, mostVisits: 12, mostWeeksApart: 4 } as const;

/**
 * The starts of a series: the wall time of the first in the provider's zone, on the same weekday, through every clock
 * change. A wall time that a change skips moves forward, that visit alone; one that happens twice means the first.
 */
export const seriesStarts = (
  first: Temporal.Instant,
  zone: string,
  { count, everyWeeks }: SeriesRhythm,
): readonly Temporal.Instant[] => {
  const local = first.toZonedDateTimeISO(zone);
  // Each from the first, never from the one before: a start that had to move must not move the rest.
  return Array.from({ length: count }, (_, index) => local.add({ weeks: index * everyWeeks }).toInstant());
};
