import { Temporal } from 'temporal-polyfill';

/**
 * Time zones, in one place. Two faces of the same rules: Temporal types for use cases, and a `ZoneClock` of plain
 * numbers for loops (a slot search asks for thousands of offsets and must not build an object for each).
 *
 * A wall time that a change skips moves forward by the length of the change; one that happens twice means the first
 * (Temporal's "compatible"). Nothing here reads the clock.
 */

export const minuteMillis = 60_000;
export const dayMillis = 86_400_000;

/** A stretch of time, half open: `start` belongs to it, `end` does not. */
export interface InstantRange {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
}

const instantShape =
  /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const localDateShape = /^\d{4}-\d{2}-\d{2}$/;
const wallTimeShape = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d$/;

/** Reads an RFC 3339 instant (`2026-11-24T14:30:00Z`, or with an offset); anything else is undefined. */
export const parseInstant = (text: string): Temporal.Instant | undefined =>
  instantShape.test(text) ? valid(() => Temporal.Instant.from(text)) : undefined;

/** Reads a calendar date, `2026-11-24`; anything else, an impossible date included, is undefined. */
export const parseLocalDate = (text: string): Temporal.PlainDate | undefined =>
  localDateShape.test(text) ? valid(() => Temporal.PlainDate.from(text)) : undefined;

/** Reads a wall time to the minute, `2026-11-24T09:30`; anything else is undefined. */
export const parseWallTime = (text: string): Temporal.PlainDateTime | undefined =>
  wallTimeShape.test(text) ? valid(() => Temporal.PlainDateTime.from(text)) : undefined;

const valid = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined; // the shape is right, the calendar has no such day
  }
};

/** Names that the runtime's zone data still lists under a spelling IANA has replaced. */
const renamedZones: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const zoneShape = /^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+$/;
let knownZones: ReadonlySet<string> | undefined;

/**
 * The one name a zone is stored under: IANA's `Area/Location`, or `UTC`. Links and other spellings are resolved
 * (`US/Eastern` is `America/New_York`). Unknown names, abbreviations (`EST` never changes to summer time, which is
 * not what a clinic in New York means) and bare offsets are undefined.
 */
export const canonicalZone = (text: string): string | undefined => {
  if (text !== 'UTC' && !zoneShape.test(text)) return undefined;
  const resolved = valid(() => new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone);
  if (resolved === undefined || resolved === 'UTC') return resolved;
  knownZones ??= new Set(Intl.supportedValuesOf('timeZone'));
  return knownZones.has(resolved) ? (renamedZones[resolved] ?? resolved) : undefined;
};

/** The instant a wall clock in `zone` shows `wallTime` (`2026-11-24T09:30`, validated before). */
export const instantOfWallTime = (wallTime: string, zone: string): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(zoneClock(zone).epochMillisOf(Date.parse(`${wallTime}Z`)));

/** What a wall clock in `zone` shows at the instant, to the minute: `2026-11-24T09:30`. */
export const wallTimeOf = (instant: Temporal.Instant, zone: string): string =>
  isoText(zoneClock(zone).wallMillisAt(instant.epochMilliseconds), 'YYYY-MM-DDTHH:MM'.length);

const labelFormats = new Map<string, Intl.DateTimeFormat>();

/** What a zone is called at the instant: `MST`, `MDT`, or `GMT+5:45` where English has no name. */
export const zoneLabelAt = (instant: Temporal.Instant, zone: string): string => {
  let format = labelFormats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' });
    dropOldest(labelFormats, maxZones);
    labelFormats.set(zone, format);
  }
  return format.formatToParts(instant.epochMilliseconds).find(({ type }) => type === 'timeZoneName')?.value ?? zone;
};

/** The calendar date in `zone` at the instant: `2026-11-24`. */
export const localDateOf = (instant: Temporal.Instant, zone: string): string =>
  isoText(zoneClock(zone).wallMillisAt(instant.epochMilliseconds), 'YYYY-MM-DD'.length);

/** A local day from its first instant to the first of the next: 23, 24 or 25 hours, or none where a zone skipped it. */
export const zonedDayBounds = (date: string, zone: string): InstantRange => {
  const clock = zoneClock(zone);
  const day = epochDayOf(date);
  return {
    start: Temporal.Instant.fromEpochMilliseconds(clock.dayStartMillis(day)),
    end: Temporal.Instant.fromEpochMilliseconds(clock.dayStartMillis(day + 1)),
  };
};

/** Days from 1970-01-01 to a calendar date (validated before), so that dates can be counted with. */
export const epochDayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMillis;

/** The calendar date of a day number. */
export const dateOfEpochDay = (epochDay: number): string => isoText(epochDay * dayMillis, 'YYYY-MM-DD'.length);

/** The weekday of a day number: Monday is 1, Sunday is 7. */
export const weekdayOfEpochDay = (epochDay: number): number => ((((epochDay + 3) % 7) + 7) % 7) + 1;

const isoText = (millis: number, length: number): string => new Date(millis).toISOString().slice(0, length);

/**
 * One zone's offsets as arithmetic on plain numbers. "Wall millis" are a wall-clock reading counted as if it were UTC.
 */
export interface ZoneClock {
  readonly zone: string;
  /** How far local time is ahead of UTC at an instant. */
  offsetMillisAt(epochMillis: number): number;
  /** What the wall clock shows at an instant. */
  wallMillisAt(epochMillis: number): number;
  /** The day number (`epochDayOf`) of the local date at an instant. */
  epochDayAt(epochMillis: number): number;
  /** The instant the wall clock shows a reading. */
  epochMillisOf(wallMillis: number): number;
  /** The first instant of a local day. */
  dayStartMillis(epochDay: number): number;
}

/** The offsets in force during one block of time: `offsets[i]` holds from `starts[i]` on. */
interface OffsetBlock {
  readonly from: number;
  readonly until: number;
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

/** About 13 months: a search of 60 days touches one block, seldom two. */
const blockMillis = 2 ** 35;
const maxBlocksPerZone = 32;
const maxZones = 128;
const zoneClocks = new Map<string, ZoneClock>();

/**
 * The clock of a zone (a canonical name). Kept between calls, at most 128 zones of 32 blocks each: the zone data is
 * asked once per zone and block, everything after that is a comparison or two.
 * @throws RangeError for an unknown zone
 */
export const zoneClock = (zone: string): ZoneClock => {
  const known = zoneClocks.get(zone);
  if (known !== undefined) return known;
  const made = makeZoneClock(zone);
  made.offsetMillisAt(0); // an unknown zone fails here and is never kept
  dropOldest(zoneClocks, maxZones);
  zoneClocks.set(zone, made);
  return made;
};

const makeZoneClock = (zone: string): ZoneClock => {
  const blocks = new Map<number, OffsetBlock>();
  let current: OffsetBlock | undefined;

  const blockAt = (epochMillis: number): OffsetBlock => {
    if (current !== undefined && epochMillis >= current.from && epochMillis < current.until) return current;
    const number = Math.floor(epochMillis / blockMillis);
    let block = blocks.get(number);
    if (block === undefined) {
      block = readBlock(zone, number * blockMillis);
      dropOldest(blocks, maxBlocksPerZone);
      blocks.set(number, block);
    }
    current = block;
    return block;
  };

  const offsetMillisAt = (epochMillis: number): number => {
    const { starts, offsets } = blockAt(epochMillis);
    let index = starts.length - 1;
    while (index > 0 && epochMillis < (starts[index] ?? 0)) index -= 1;
    return offsets[index] ?? 0;
  };

  /** Resolves a reading; `inGap` says what a skipped reading becomes, given the instants by both offsets. */
  const resolve = (wallMillis: number, inGap: (byAfter: number, byBefore: number) => number): number => {
    const before = offsetMillisAt(wallMillis - dayMillis);
    const after = offsetMillisAt(wallMillis + dayMillis);
    const byBefore = wallMillis - before;
    if (before === after || offsetMillisAt(byBefore) === before) return byBefore;
    const byAfter = wallMillis - after;
    return offsetMillisAt(byAfter) === after ? byAfter : inGap(byAfter, byBefore);
  };

  const forward = (_byAfter: number, byBefore: number): number => byBefore;

  /** A skipped midnight: the day begins when the clock jumps, not an hour after where midnight would have been. */
  const jump = (byAfter: number, byBefore: number): number => {
    for (const block of [blockAt(byAfter), blockAt(byBefore)]) {
      const start = block.starts.find((at) => at > byAfter && at <= byBefore && at !== block.from);
      if (start !== undefined) return start;
    }
    return byBefore;
  };

  return {
    zone,
    offsetMillisAt,
    wallMillisAt: (epochMillis) => epochMillis + offsetMillisAt(epochMillis),
    epochDayAt: (epochMillis) => Math.floor((epochMillis + offsetMillisAt(epochMillis)) / dayMillis),
    epochMillisOf: (wallMillis) => resolve(wallMillis, forward),
    dayStartMillis: (epochDay) => resolve(epochDay * dayMillis, jump),
  };
};

const readBlock = (zone: string, from: number): OffsetBlock => {
  const until = from + blockMillis;
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  const starts: number[] = [];
  const offsets: number[] = [];
  while (at !== null && at.epochMilliseconds < until) {
    starts.push(at.epochMilliseconds);
    offsets.push(at.offsetNanoseconds / 1_000_000);
    at = at.getTimeZoneTransition('next');
  }
  return { from, until, starts, offsets };
};

/** Makes room for one more. A Map keeps the order of insertion, so its first key is the oldest. */
const dropOldest = (cache: Map<unknown, unknown>, limit: number): void => {
  if (cache.size < limit) return;
  for (const key of cache.keys()) {
    cache.delete(key);
    return;
  }
};
