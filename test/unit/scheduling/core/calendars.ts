import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { epochDayOf } from '../../../../functions/platform/time.ts';
import type { BusyInterval, DaySheet, Provider, WeeklyRule } from '../../../../functions/scheduling/core/types.ts';
import type { VisitRules } from '../../../../functions/scheduling/core/visit-time.ts';

/**
 * Calendars for property tests, and a slow oracle that knows nothing of epoch minutes, offset caches or sweeps: it takes
 * dates and hours from Temporal and asks every question of every minute.
 */

/** Days of a clock change, the days around them, and plain days, in zones that change in different ways. */
export const zonesAndDays: fc.Arbitrary<{ readonly zone: string; readonly epochDay: number }> = fc
  .constantFrom(
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['America/Los_Angeles', '2028-11-05'],
    ['America/Chicago', '2027-03-14'],
    ['America/Phoenix', '2026-03-08'],
    ['America/Havana', '2026-03-08'],
    ['America/Havana', '2026-11-01'],
    ['America/Nuuk', '2026-10-24'],
    ['America/Santiago', '2026-04-04'],
    ['America/Santiago', '2026-09-06'],
    ['Africa/Cairo', '2026-04-24'],
    ['Africa/Cairo', '2026-10-29'],
    ['Asia/Kathmandu', '2026-11-24'],
    ['Atlantic/Azores', '2026-10-25'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-10-04'],
    ['Antarctica/Troll', '2026-10-25'],
    ['Pacific/Apia', '2011-12-31'],
    ['Pacific/Chatham', '2026-09-27'],
  )
  .chain(([zone = 'UTC', date = '2026-11-24']) =>
    fc.integer({ min: -2, max: 2 }).map((days) => ({ zone, epochDay: epochDayOf(date) + days })),
  );

const quarterHour = fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15);
const odd = fc.integer({ min: 0, max: 1440 });

const textOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Sound weekly rules: up to four stretches on every weekday, often early, where clocks change. */
export const weeklyRules: fc.Arbitrary<readonly WeeklyRule[]> = fc
  .array(fc.array(fc.oneof(quarterHour, odd, fc.integer({ min: 0, max: 300 })), { maxLength: 8 }), {
    minLength: 7,
    maxLength: 7,
  })
  .map((days) =>
    days.flatMap((bounds, index) => {
      const sorted = [...new Set(bounds)].sort((a, b) => a - b);
      const rules: WeeklyRule[] = [];
      for (let i = 0; i + 1 < sorted.length; i += 2) {
        rules.push({ weekday: weekdays[index] ?? 1, from: textOf(sorted[i] ?? 0), to: textOf(sorted[i + 1] ?? 0) });
      }
      return rules;
    }),
  );

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

/** When hours begin and end, as the words of the design say it, through Temporal alone. */
const boundsOf = (
  rules: readonly WeeklyRule[],
  date: Temporal.PlainDate,
  zone: string,
): readonly { readonly start: number; readonly end: number }[] => {
  const at = (text: string): number => {
    const midnight = text === '24:00';
    const day = midnight ? date.add({ days: 1 }) : date;
    const zoned = midnight
      ? day.toZonedDateTime(zone)
      : day.toPlainDateTime(Temporal.PlainTime.from(text)).toZonedDateTime(zone, { disambiguation: 'compatible' });
    return zoned.epochMilliseconds / 60_000;
  };
  return rules
    .filter((rule) => rule.weekday === date.dayOfWeek)
    .map((rule) => ({ start: at(rule.from), end: at(rule.to) }));
};

/** A local date with its first minute and the first of the next, as Temporal has them. */
interface DateSpan {
  readonly date: Temporal.PlainDate;
  readonly start: number;
  readonly end: number;
}

/** On which local date a minute is. Temporal is asked once for each date, since it takes its time. */
const dateSpans = (zone: string): ((epochMinute: number) => DateSpan) => {
  const spans: DateSpan[] = [];
  const startOf = (date: Temporal.PlainDate): number => date.toZonedDateTime(zone).epochMilliseconds / 60_000;
  return (epochMinute) => {
    let span = spans.find(({ start, end }) => start <= epochMinute && epochMinute < end);
    if (span === undefined) {
      const date = instantOf(epochMinute).toZonedDateTimeISO(zone).toPlainDate();
      span = { date, start: startOf(date), end: startOf(date.add({ days: 1 })) };
      spans.push(span);
    }
    return span;
  };
};

/** Whether a provider works in a minute: it is on the local day whose rule covers it. */
export const isOpenAt = (rules: readonly WeeklyRule[], zone: string): ((epochMinute: number) => boolean) => {
  const spanAt = dateSpans(zone);
  const boundsOn = new Map<DateSpan, ReturnType<typeof boundsOf>>();
  return (epochMinute) => {
    const span = spanAt(epochMinute);
    const bounds = boundsOn.get(span) ?? boundsOf(rules, span.date, zone);
    boundsOn.set(span, bounds);
    return bounds.some(({ start, end }) => start <= epochMinute && epochMinute < end);
  };
};

export interface Calendar {
  readonly provider: Pick<Provider, 'id' | 'zone' | 'availability'>;
  readonly type: VisitRules;
  readonly sheets: readonly DaySheet[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly now: Temporal.Instant;
  readonly stepMinutes: number;
}

const minuteOf = (instant: Temporal.Instant): number => Math.ceil(instant.epochMilliseconds / 60_000);
const instantOf = (epochMinute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000);

/** Up to three days of one provider's calendar around a change, with bookings, buffers, lead time and horizon. */
export const calendars: fc.Arbitrary<Calendar> = fc
  .record({
    place: zonesAndDays,
    availability: weeklyRules,
    minutes: fc.integer({ min: 1, max: 90 }),
    bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 10, 30),
    bufferAfterMinutes: fc.constantFrom(0, 0, 5, 10, 30),
    leadMinutes: fc.constantFrom(0, 0, 60, 600),
    horizonDays: fc.constantFrom(0, 1, 2, 30),
    stepMinutes: fc.constantFrom(1, 5, 7, 15, 30, 60),
    fromOffset: fc.integer({ min: -300, max: 1500 }),
    length: fc.integer({ min: 0, max: 2 * 1440 }),
    nowBefore: fc.oneof(fc.integer({ min: -2000, max: 2000 }), fc.constant(0)),
    nowSeconds: fc.constantFrom(0, 0, 30),
    bookings: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 1600 }), minutes: fc.integer({ min: 1, max: 120 }) }),
      {
        maxLength: 12,
      },
    ),
  })
  .map((drawn) => {
    const { zone, epochDay } = drawn.place;
    const midnight = epochDay * 1440;
    const from = midnight + drawn.fromOffset;
    return {
      provider: { id: 'prv_1', zone, availability: drawn.availability },
      type: drawn,
      sheets: sheetsOf(zone, from, drawn.bookings),
      from: instantOf(from),
      to: instantOf(from + drawn.length),
      now: instantOf(from - drawn.nowBefore).add({ seconds: drawn.nowSeconds }),
      stepMinutes: drawn.stepMinutes,
    };
  });

/** Day sheets that hold what fits of the drawn bookings. */
const sheetsOf = (
  zone: string,
  from: number,
  bookings: readonly { readonly at: number; readonly minutes: number }[],
): readonly DaySheet[] => {
  const byDate = new Map<string, BusyInterval[]>();
  for (const [index, booking] of bookings.entries()) {
    const start = from + booking.at;
    const end = start + booking.minutes;
    const date = instantOf(start).toZonedDateTimeISO(zone).toPlainDate().toString();
    const isSameDay =
      instantOf(end - 1)
        .toZonedDateTimeISO(zone)
        .toPlainDate()
        .toString() === date;
    const busy = byDate.get(date) ?? [];
    if (!isSameDay || busy.some((b) => b.startEpochMinute < end && start < b.endEpochMinute)) continue;
    busy.push({ startEpochMinute: start, endEpochMinute: end, heldBy: `apt_${index}` });
    byDate.set(date, busy);
  }
  return [...byDate].map(([date, busy]) => ({
    providerId: 'prv_1',
    date,
    zone,
    rev: 1,
    busy: busy.sort((a, b) => a.startEpochMinute - b.startEpochMinute),
  }));
};

/** Every start that may be offered, found by asking of each minute of the range all that the design asks. */
export const slotsByOracle = (calendar: Calendar): readonly number[] => {
  const { provider, type, sheets, stepMinutes } = calendar;
  const { zone } = provider;
  const isOpen = isOpenAt(provider.availability, zone);
  const busy = sheets.flatMap((sheet) => sheet.busy);
  const spanAt = dateSpans(zone);
  const lastDate = calendar.now.toZonedDateTimeISO(zone).toPlainDate().add({ days: type.horizonDays });
  const everyMinute = (start: number, end: number, holds: (minute: number) => boolean): boolean => {
    for (let minute = start; minute < end; minute += 1) if (!holds(minute)) return false;
    return true;
  };
  const starts: number[] = [];
  for (let start = minuteOf(calendar.from); start < minuteOf(calendar.to); start += 1) {
    const end = start + type.minutes;
    const span = spanAt(start);
    if (instantOf(start - type.leadMinutes).epochMilliseconds < calendar.now.epochMilliseconds) continue;
    if (Temporal.PlainDate.compare(span.date, lastDate) > 0) continue;
    if (!everyMinute(start, end, isOpen)) continue;
    const [occupiedFrom, occupiedTo] = [start - type.bufferBeforeMinutes, end + type.bufferAfterMinutes];
    if (!everyMinute(occupiedFrom, occupiedTo, (minute) => spanAt(minute) === span)) continue;
    if (busy.some((b) => b.startEpochMinute < occupiedTo && occupiedFrom < b.endEpochMinute)) continue;
    const open = stretchOf(provider.availability, span, zone, start);
    if (open === undefined || end > open.end || (start - open.start) % stepMinutes !== 0) continue;
    starts.push(start);
  }
  return starts;
};

/** The stretch of hours a minute is in: overlapping ones are one, touching ones are not. */
const stretchOf = (
  rules: readonly WeeklyRule[],
  span: DateSpan,
  zone: string,
  epochMinute: number,
): { readonly start: number; readonly end: number } | undefined => {
  const parts = boundsOf(rules, span.date, zone)
    .map(({ start, end }) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) }))
    .filter(({ start, end }) => start < end);
  let found = parts.find(({ start, end }) => start <= epochMinute && epochMinute < end);
  for (let i = 0; i < parts.length && found !== undefined; i += 1) {
    for (const part of parts) {
      if (part.start < found.end && found.start < part.end) {
        found = { start: Math.min(found.start, part.start), end: Math.max(found.end, part.end) };
      }
    }
  }
  return found;
};
