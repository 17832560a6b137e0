import { DateTime, Interval } from 'luxon';
import { type BookedProvider, bookedStarts, calendar } from '../calendar.support.ts';

/**
 * Slot search as it is written with luxon's Interval: a candidate every quarter hour of each day's open hours, dropped
 * where it overlaps what is booked. The booked intervals are made beforehand, as if they had been read so.
 */
export const luxonSearch = (booked: BookedProvider): (() => readonly number[]) => {
  const { zone, firstDate, days, weekdays, hours, stepMinutes, visitMinutes, gapMinutes } = calendar;
  const working: ReadonlySet<number> = new Set(weekdays);
  const busy = bookedStarts(booked).map((start) =>
    Interval.after(DateTime.fromMillis(start * 60_000, { zone }), { minutes: visitMinutes + gapMinutes }),
  );
  return () => {
    const starts: number[] = [];
    for (let shift = 0; shift < days; shift += 1) {
      const date = DateTime.fromISO(firstDate, { zone }).plus({ days: shift }).toISODate();
      const open = Interval.fromISO(`${date}T${hours.from}/${date}T${hours.to}`, { zone });
      const { start: opens, end: closes } = open;
      if (opens === null || closes === null || !working.has(opens.weekday)) continue;
      const taken = busy.filter((interval) => interval.overlaps(open));
      const last = closes.minus({ minutes: visitMinutes });
      for (let start = opens; start <= last; start = start.plus({ minutes: stepMinutes })) {
        const needed = Interval.after(start, { minutes: visitMinutes + gapMinutes });
        if (!taken.some((interval) => interval.overlaps(needed))) starts.push(start.toMillis() / 60_000);
      }
    }
    return starts;
  };
};
