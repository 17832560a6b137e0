import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { dateOfEpochDay, epochDayOf } from '../../../../functions/platform/time.ts';
import type { WorkingTimes } from '../../../../functions/scheduling/core/availability.ts';
import type {
  AvailabilityException,
  BusyInterval,
  Closure,
  DaySheet,
  Licence,
  MinuteRange,
  WeeklyRule,
} from '../../../../functions/scheduling/core/types.ts';
import type { ProviderHours, VisitRules } from '../../../../functions/scheduling/core/visit-time.ts';

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

/** A pair of times of a day, the first before the second. */
const timesOfDay = fc
  .tuple(fc.oneof(quarterHour, odd), fc.oneof(quarterHour, odd))
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ from: textOf(Math.min(a, b)), to: textOf(Math.max(a, b)) }));

/** Dates from some days before a day to some days after. */
const datesAround = (epochDay: number) =>
  fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: 0, max: 2 })).map(([first, length]) => ({
    firstDate: dateOfEpochDay(epochDay + first),
    lastDate: dateOfEpochDay(epochDay + first + length),
  }));

/** Rules of which some hold only on some dates around a day. */
const datedRules = (rules: fc.Arbitrary<readonly WeeklyRule[]>, epochDay: number) =>
  fc.tuple(rules, fc.array(fc.option(datesAround(epochDay)), { minLength: 7, maxLength: 7 })).map(([list, dates]) =>
    list.map((rule, index): WeeklyRule => {
      const effective = dates[index % dates.length];
      if (!effective) return rule;
      // Half of them hold on from one date or up to another only.
      if (index % 2 === 0) return { ...rule, effectiveFrom: effective.firstDate };
      return { ...rule, effectiveFrom: effective.firstDate, effectiveTo: effective.lastDate };
    }),
  );

/** A few of something, mostly none. */
const few = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) });

/** All that can be said about when a provider works, around a day. */
export const workingTimes = (epochDay: number): fc.Arbitrary<Required<WorkingTimes>> =>
  fc.record({
    availability: fc.oneof(weeklyRules, datedRules(weeklyRules, epochDay)),
    breaks: fc.oneof(fc.constant([]), datedRules(weeklyRules, epochDay)),
    closures: few(
      fc
        .record({ dates: datesAround(epochDay), times: fc.option(timesOfDay) })
        .map(({ dates, times }): Closure => ({ id: 'cls_1', name: 'Holiday', ...dates, ...times })),
    ),
    exceptions: few(
      fc
        .record({
          dates: datesAround(epochDay),
          times: fc.option(timesOfDay),
          extra: timesOfDay,
          kind: fc.constantFrom('away', 'extra'),
        })
        .map(
          ({ dates, times, extra, kind }): AvailabilityException => ({
            id: 'exc_1',
            providerId: 'prv_1',
            kind,
            reason: 'Course',
            ...dates,
            ...(kind === 'extra' ? extra : times),
          }),
        ),
    ),
  });

/** When hours begin and end, as the words of the design say it, through Temporal alone. */
const boundsOf = (
  hours: { readonly from: string; readonly to: string },
  date: Temporal.PlainDate,
  zone: string,
): { readonly start: number; readonly end: number } => {
  const at = (text: string): number => {
    const midnight = text === '24:00';
    const day = midnight ? date.add({ days: 1 }) : date;
    const zoned = midnight
      ? day.toZonedDateTime(zone)
      : day.toPlainDateTime(Temporal.PlainTime.from(text)).toZonedDateTime(zone, { disambiguation: 'compatible' });
    return zoned.epochMilliseconds / 60_000;
  };
  return { start: at(hours.from), end: at(hours.to) };
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

type Covers = (minute: number) => boolean;

/**
 * When the stretch of open hours began that a minute is in; undefined in a minute that is not open. Each minute is asked
 * for itself: it is open if a weekly rule has it and no break and no closure, or if extra hours have it, and the provider
 * is not away. It belongs to the stretch of the minute before if one and the same rule, or the same extra hours, has both.
 */
export const stretchStarts = (times: WorkingTimes, zone: string): ((epochMinute: number) => number | undefined) => {
  const spanAt = dateSpans(zone);
  const known = new Map<DateSpan, ReadonlyMap<number, number>>();
  return (epochMinute) => {
    const span = spanAt(epochMinute);
    const starts = known.get(span) ?? startsOn(times, zone, span);
    known.set(span, starts);
    return starts.get(epochMinute);
  };
};

const startsOn = (times: WorkingTimes, zone: string, span: DateSpan): ReadonlyMap<number, number> => {
  const { date } = span;
  const covers = (hours: { readonly from: string; readonly to: string }): Covers => {
    const { start, end } = boundsOf(hours, date, zone);
    return (minute) => start <= minute && minute < end;
  };
  const isBetween = (first: string | undefined, last: string | undefined): boolean =>
    (first === undefined || Temporal.PlainDate.compare(first, date) <= 0) &&
    (last === undefined || Temporal.PlainDate.compare(date, last) <= 0);
  const weekly = (rules: readonly WeeklyRule[]): Covers[] =>
    rules
      .filter((rule) => rule.weekday === date.dayOfWeek && isBetween(rule.effectiveFrom, rule.effectiveTo))
      .map(covers);
  const dated = (list: readonly (AvailabilityException | Closure)[]): Covers[] =>
    list
      .filter(({ firstDate, lastDate }) => isBetween(firstDate, lastDate))
      .map(({ from, to }) => (from === undefined || to === undefined ? () => true : covers({ from, to })));
  const { availability, breaks = [], exceptions = [], closures = [] } = times;
  const shut = [...weekly(breaks), ...dated(closures)];
  const away = dated(exceptions.filter(({ kind }) => kind === 'away'));
  const hours = weekly(availability).map(
    (has): Covers =>
      (minute) =>
        has(minute) && !shut.some((closes) => closes(minute)),
  );
  const sources = [...hours, ...dated(exceptions.filter(({ kind }) => kind === 'extra'))];
  const starts = new Map<number, number>();
  for (let minute = span.start; minute < span.end; minute += 1) {
    const open = sources.filter((has) => has(minute));
    if (open.length === 0 || away.some((leaves) => leaves(minute))) continue;
    const before = starts.get(minute - 1);
    starts.set(minute, before !== undefined && open.some((has) => has(minute - 1)) ? before : minute);
  }
  return starts;
};

export interface Calendar {
  readonly provider: ProviderHours;
  readonly type: VisitRules;
  readonly sheets: readonly DaySheet[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly now: Temporal.Instant;
  readonly stepMinutes: number;
  readonly patientState?: string | undefined;
}

const minuteOf = (instant: Temporal.Instant): number => Math.ceil(instant.epochMilliseconds / 60_000);
const instantOf = (epochMinute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000);

/** What is booked on somebody's days. */
export const someBookings = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 1600 }),
    minutes: fc.integer({ min: 1, max: 120 }),
    /** Of a session of the type that is searched for; 0 for anything else. */
    members: fc.constantFrom(0, 0, 1, 2, 3),
    isExternal: fc.boolean(),
  }),
  { maxLength: 12 },
);

export type Bookings = readonly {
  readonly at: number;
  readonly minutes: number;
  readonly members: number;
  readonly isExternal: boolean;
}[];

/** Licences in two states, some of which begin or end around a day. */
export const licencesAround = (epochDay: number): fc.Arbitrary<readonly Licence[]> =>
  fc
    .array(fc.record({ state: fc.constantFrom('CO', 'CA'), dates: datesAround(epochDay), isOpenEnded: fc.boolean() }), {
      maxLength: 3,
    })
    .map((list) =>
      list.map(({ state, dates, isOpenEnded }): Licence => {
        const licence = { state, kind: 'full', validFrom: dates.firstDate } as const;
        return isOpenEnded ? licence : { ...licence, validTo: dates.lastDate };
      }),
    );

/** Up to three days of one provider's calendar around a change: whatever a clinic can say about hours, types and places. */
export const calendars: fc.Arbitrary<Calendar> = zonesAndDays.chain(({ zone, epochDay }) =>
  fc
    .record({
      times: workingTimes(epochDay),
      minutes: fc.integer({ min: 1, max: 90 }),
      bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 10, 30),
      bufferAfterMinutes: fc.constantFrom(0, 0, 5, 10, 30),
      leadMinutes: fc.constantFrom(0, 0, 60, 600),
      horizonDays: fc.constantFrom(0, 1, 2, 30),
      capacity: fc.constantFrom(1, 1, 2, 3),
      dailyCap: fc.constantFrom(undefined, undefined, 1, 2, 3),
      states: fc.constantFrom(undefined, undefined, ['CO'], ['CA', 'CO']),
      patientState: fc.constantFrom(undefined, undefined, undefined, 'CO'),
      licences: licencesAround(epochDay),
      stepMinutes: fc.constantFrom(1, 5, 7, 15, 30, 60),
      fromOffset: fc.integer({ min: -300, max: 1500 }),
      length: fc.integer({ min: 0, max: 2 * 1440 }),
      nowBefore: fc.oneof(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: 0, max: 1440 })),
      nowSeconds: fc.constantFrom(0, 0, 30),
      bookings: someBookings,
    })
    .map(({ times, licences, patientState, stepMinutes, bookings, ...drawn }) => {
      const from = epochDay * 1440 + drawn.fromOffset;
      const type: VisitRules = { ...drawn, id: 'aty_1' };
      return {
        provider: { id: 'prv_1', zone, licences, ...times },
        type,
        sheets: sheetsOf('prv_1', zone, from, bookings, type),
        from: instantOf(from),
        to: instantOf(from + drawn.length),
        now: instantOf(from - drawn.nowBefore).add({ seconds: drawn.nowSeconds }),
        stepMinutes,
        patientState,
      };
    }),
);

/** Day sheets that hold what fits of the drawn bookings. */
export const sheetsOf = (
  providerId: DaySheet['providerId'],
  zone: string,
  from: number,
  bookings: Bookings,
  type: VisitRules,
): readonly DaySheet[] => {
  const dateAt = (minute: number): string => instantOf(minute).toZonedDateTimeISO(zone).toPlainDate().toString();
  const byDate = new Map<string, { busy: BusyInterval[]; external: MinuteRange[] }>();
  for (const [index, { at, minutes, members, isExternal }] of bookings.entries()) {
    const start = from + at;
    const occupied = type.bufferBeforeMinutes + type.minutes + type.bufferAfterMinutes;
    const end = start + (members === 0 ? minutes : occupied);
    const date = dateAt(start);
    const sheet = byDate.get(date) ?? { busy: [], external: [] };
    byDate.set(date, sheet);
    if (dateAt(end - 1) !== date) continue;
    // A provider's own calendar is imported whatever is booked.
    if (isExternal && members === 0) {
      sheet.external.push({ startEpochMinute: start, endEpochMinute: end });
      continue;
    }
    if (sheet.busy.some((b) => b.startEpochMinute < end && start < b.endEpochMinute)) continue;
    for (let member = 0; member < Math.max(1, Math.min(members, type.capacity ?? 1)); member += 1) {
      const typeId = members === 0 ? {} : { typeId: type.id };
      sheet.busy.push({ startEpochMinute: start, endEpochMinute: end, heldBy: `apt_${index}_${member}`, ...typeId });
    }
  }
  return [...byDate].map(([date, { busy, external }]) => ({
    providerId,
    date,
    zone,
    rev: 1,
    busy: busy.sort((a, b) => a.startEpochMinute - b.startEpochMinute),
    external,
  }));
};

/** Every start that may be offered, found by asking of each minute of the range all that the design asks. */
export const slotsByOracle = (calendar: Calendar): readonly number[] => {
  const { provider, type, sheets, stepMinutes, patientState } = calendar;
  const { zone } = provider;
  const stretchAt = stretchStarts(provider, zone);
  const busy = sheets.flatMap((sheet) => sheet.busy);
  const external = sheets.flatMap((sheet) => sheet.external ?? []);
  const spanAt = dateSpans(zone);
  const lastDate = calendar.now.toZonedDateTimeISO(zone).toPlainDate().add({ days: type.horizonDays });
  const everyMinute = (start: number, end: number, holds: (minute: number) => boolean): boolean => {
    for (let minute = start; minute < end; minute += 1) if (!holds(minute)) return false;
    return true;
  };
  const isLicensed = (date: Temporal.PlainDate): boolean =>
    (provider.licences ?? []).some(
      ({ state, validFrom, validTo }) =>
        state === patientState &&
        Temporal.PlainDate.compare(validFrom, date) <= 0 &&
        (validTo === undefined || Temporal.PlainDate.compare(date, validTo) <= 0),
    );
  const starts: number[] = [];
  for (let start = minuteOf(calendar.from); start < minuteOf(calendar.to); start += 1) {
    const end = start + type.minutes;
    const span = spanAt(start);
    if (instantOf(start - type.leadMinutes).epochMilliseconds < calendar.now.epochMilliseconds) continue;
    if (Temporal.PlainDate.compare(span.date, lastDate) > 0) continue;
    if (patientState !== undefined && type.states !== undefined && !type.states.includes(patientState)) continue;
    if (patientState !== undefined && !isLicensed(span.date)) continue;
    const stretch = stretchAt(start);
    if (stretch === undefined || !everyMinute(start, end, (minute) => stretchAt(minute) === stretch)) continue;
    const [occupiedFrom, occupiedTo] = [start - type.bufferBeforeMinutes, end + type.bufferAfterMinutes];
    if (!everyMinute(occupiedFrom, occupiedTo, (minute) => spanAt(minute) === span)) continue;
    const isMet = (b: MinuteRange): boolean => b.startEpochMinute < occupiedTo && occupiedFrom < b.endEpochMinute;
    if (external.some(isMet)) continue;
    const met = busy.filter(isMet);
    const isSession = (b: BusyInterval): boolean =>
      b.typeId === type.id && b.startEpochMinute === occupiedFrom && b.endEpochMinute === occupiedTo;
    const isJoining = met.length > 0 && met.every(isSession) && met.length < (type.capacity ?? 1);
    if (met.length > 0 && !isJoining) continue;
    if (isJoining) {
      starts.push(start);
      continue;
    }
    if ((start - stretch) % stepMinutes !== 0) continue;
    const ofType = busy.filter((b) => b.typeId === type.id && spanAt(b.startEpochMinute) === span);
    if (new Set(ofType.map((b) => b.startEpochMinute)).size >= (type.dailyCap ?? Number.POSITIVE_INFINITY)) continue;
    starts.push(start);
  }
  return starts;
};
