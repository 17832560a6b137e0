import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  canonicalZone,
  dateOfEpochDay,
  dayMillis,
  epochDayOf,
  instantOfWallTime,
  localDateOf,
  parseInstant,
  parseLocalDate,
  parseWallTime,
  wallTimeOf,
  weekdayOfEpochDay,
  zoneClock,
  zonedDayBounds,
} from '../../../functions/platform/time.ts';

const usZones = [
  'America/New_York',
  'America/Detroit',
  'America/Kentucky/Louisville',
  'America/Kentucky/Monticello',
  'America/Indiana/Indianapolis',
  'America/Indiana/Vincennes',
  'America/Indiana/Winamac',
  'America/Indiana/Marengo',
  'America/Indiana/Petersburg',
  'America/Indiana/Vevay',
  'America/Indiana/Tell_City',
  'America/Indiana/Knox',
  'America/Chicago',
  'America/Menominee',
  'America/North_Dakota/Center',
  'America/North_Dakota/New_Salem',
  'America/North_Dakota/Beulah',
  'America/Denver',
  'America/Boise',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'America/Juneau',
  'America/Sitka',
  'America/Metlakatla',
  'America/Yakutat',
  'America/Nome',
  'America/Adak',
  'Pacific/Honolulu',
  'America/Puerto_Rico',
  'Pacific/Guam',
  'Pacific/Pago_Pago',
];

/** Zones that do what others do not: half-hour changes, midnight gaps, Ramadan, a skipped day, laws changed lately. */
const oddZones = [
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Asuncion',
  'America/Edmonton',
  'America/Havana',
  'America/Nuuk',
  'America/Santiago',
  'America/Scoresbysund',
  'America/St_Johns',
  'America/Vancouver',
  'Antarctica/Troll',
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Atlantic/Azores',
  'Australia/Eucla',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Europe/London',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'UTC',
];

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The wall clock as Intl prints it: no code in common with what is tested, nor with Temporal's arithmetic. */
const wallByIntl = (epochMillis: number, zone: string): string => {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    formatters.set(zone, formatter);
  }
  return formatter.format(epochMillis).replace(' ', 'T');
};

const wallByTemporal = (wallMillis: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(wallMillis)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;

const changesOf = (zone: string, firstYear: number, lastYear: number): Temporal.ZonedDateTime[] => {
  const changes: Temporal.ZonedDateTime[] = [];
  let at: Temporal.ZonedDateTime | null = Temporal.ZonedDateTime.from(`${firstYear}-01-01T00:00:00[${zone}]`);
  for (;;) {
    at = at.getTimeZoneTransition('next');
    if (at === null || at.year > lastYear) return changes;
    changes.push(at);
  }
};

describe('the runtime', () => {
  it('is the Node that Lambda runs, whatever the host has', () => {
    expect(process.versions.node.split('.')[0]).toBe('24');
  });

  it('carries time-zone data of 2026b or later', () => {
    const version = process.versions.tz ?? 'none';
    expect(/^\d{4}[a-z]$/.test(version) && version >= '2026b', version).toBe(true);
  });
});

describe('instants', () => {
  it.each([
    ['2026-11-24T14:30:00Z', '2026-11-24T14:30:00Z'],
    ['2026-11-24T14:30:00-05:00', '2026-11-24T19:30:00Z'],
    ['2026-11-24T14:30:00+05:45', '2026-11-24T08:45:00Z'],
    ['2026-11-24T14:30:00.250Z', '2026-11-24T14:30:00.25Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z'],
  ])('reads %s', (text, utc) => {
    expect(parseInstant(text)?.toString()).toBe(utc);
  });

  it.each([
    '',
    'tomorrow',
    '2026-11-24',
    '2026-11-24T14:30Z',
    '2026-11-24T14:30:00',
    '2026-11-24 14:30:00Z',
    '2026-11-24t14:30:00z',
    '2026-11-24T24:00:00Z',
    '2026-11-24T14:60:00Z',
    '2026-11-24T14:30:60Z',
    '2026-02-29T14:30:00Z',
    '2026-13-01T14:30:00Z',
    '2026-11-24T14:30:00+24:00',
    '2026-11-24T14:30:00+0500',
    '2026-11-24T14:30:00-05:00[America/New_York]',
    '+002026-11-24T14:30:00Z',
    '2026-11-24T14:30:00Z\n',
    ' 2026-11-24T14:30:00Z',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('local dates and wall times', () => {
  it('reads a date and a wall time', () => {
    expect(parseLocalDate('2024-02-29')?.toString()).toBe('2024-02-29');
    expect(parseWallTime('2026-11-24T09:30')?.toString()).toBe('2026-11-24T09:30:00');
  });

  it.each(['2026-02-29', '2026-04-31', '2026-00-10', '2026-1-1', '20260101', '2026-01-01T00:00', ''])(
    'refuses the date %j',
    (text) => {
      expect(parseLocalDate(text)).toBeUndefined();
    },
  );

  it.each(['2026-02-29T10:00', '2026-11-24T24:00', '2026-11-24T09:60', '2026-11-24T09:30:00', '2026-11-24T09:30Z', ''])(
    'refuses the wall time %j',
    (text) => {
      expect(parseWallTime(text)).toBeUndefined();
    },
  );

  it('counts days and weekdays as Temporal does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40_000, max: 60_000 }), (days) => {
        const date = Temporal.PlainDate.from('1970-01-01').add({ days });
        expect(dateOfEpochDay(days)).toBe(date.toString());
        expect(epochDayOf(date.toString())).toBe(days);
        expect(weekdayOfEpochDay(days)).toBe(date.dayOfWeek);
      }),
    );
  });
});

describe('zone names', () => {
  it.each([
    ['America/New_York', 'America/New_York'],
    ['america/new_york', 'America/New_York'],
    ['US/Eastern', 'America/New_York'],
    ['America/Indianapolis', 'America/Indiana/Indianapolis'],
    ['America/Indiana/Indianapolis', 'America/Indiana/Indianapolis'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['Etc/UTC', 'UTC'],
    ['UTC', 'UTC'],
  ])('resolves %s to %s', (text, zone) => {
    expect(canonicalZone(text)).toBe(zone);
  });

  it.each([
    '',
    'EST',
    'EST5EDT',
    'GMT',
    'utc',
    '+05:00',
    '-05:00',
    'Etc/GMT+5',
    'SystemV/EST5',
    'Mars/Olympus',
    'America/',
  ])('refuses %j', (text) => {
    expect(canonicalZone(text)).toBeUndefined();
  });

  it('gives every zone of the runtime one name, which is its own canonical name', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const name = canonicalZone(zone);
      expect(name, zone).toBeDefined();
      expect(canonicalZone(name ?? ''), zone).toBe(name);
      const at = Date.UTC(2026, 6, 1);
      expect(wallByIntl(at, name ?? ''), zone).toBe(wallByIntl(at, zone));
    }
  });

  it('throws for a zone that nobody validated', () => {
    expect(() => zoneClock('Mars/Olympus')).toThrow(RangeError);
    expect(() => zoneClock('Mars/Olympus')).toThrow(RangeError);
  });
});

describe('wall time and instant', () => {
  it.each([
    [
      'a time that the spring change skips moves forward',
      '2026-03-08T02:30',
      'America/New_York',
      '2026-03-08T07:30:00Z',
    ],
    ['the last minute before the gap', '2026-03-08T01:59', 'America/New_York', '2026-03-08T06:59:00Z'],
    ['the first minute after the gap', '2026-03-08T03:00', 'America/New_York', '2026-03-08T07:00:00Z'],
    [
      'a time that the autumn change repeats is the first',
      '2026-11-01T01:30',
      'America/New_York',
      '2026-11-01T05:30:00Z',
    ],
    ['the first minute after the overlap', '2026-11-01T02:00', 'America/New_York', '2026-11-01T07:00:00Z'],
    ['a gap of half an hour', '2026-10-04T02:10', 'Australia/Lord_Howe', '2026-10-03T15:40:00Z'],
    ['a skipped midnight', '2026-04-24T00:15', 'Africa/Cairo', '2026-04-23T22:15:00Z'],
    ['a skipped day', '2011-12-30T09:00', 'Pacific/Apia', '2011-12-30T19:00:00Z'],
    ['a zone of 45 minutes', '2026-11-24T09:30', 'Asia/Kathmandu', '2026-11-24T03:45:00Z'],
  ])('%s: %s %s', (_case, wall, zone, utc) => {
    expect(instantOfWallTime(wall, zone).toString()).toBe(utc);
  });

  it('every change of every US zone, 2024-2030, and the minutes around it: as Temporal and as Intl', {
    timeout: 60_000,
  }, () => {
    const minutes = [-90, -61, -60, -59, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 90].map((minute) => minute * 60_000);
    for (const zone of usZones) {
      const clock = zoneClock(zone);
      for (const change of changesOf(zone, 2024, 2030)) {
        for (const minute of minutes) {
          const at = change.epochMilliseconds + minute;
          expect(wallTimeOf(Temporal.Instant.fromEpochMilliseconds(at), zone)).toBe(wallByIntl(at, zone));
          const wall = change.epochMilliseconds + change.offsetNanoseconds / 1e6 + minute;
          expect(clock.epochMillisOf(wall)).toBe(wallByTemporal(wall, zone));
        }
      }
    }
  });

  it('any moment and any wall time, 1970-2037, in every zone: as Temporal and as Intl', { timeout: 60_000 }, () => {
    const zones = fc.constantFrom(...usZones, ...oddZones, ...Intl.supportedValuesOf('timeZone'));
    const moments = fc.integer({ min: 0, max: Date.UTC(2037, 11, 31) / 60_000 }).map((minute) => minute * 60_000);
    fc.assert(
      fc.property(zones, moments, (zone, at) => {
        const instant = Temporal.Instant.fromEpochMilliseconds(at);
        const clock = zoneClock(zone);
        expect(clock.offsetMillisAt(at)).toBe(instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1e6);
        expect(wallTimeOf(instant, zone)).toBe(wallByIntl(at, zone));
        expect(localDateOf(instant, zone)).toBe(wallByIntl(at, zone).slice(0, 10));
        expect(clock.epochMillisOf(at)).toBe(wallByTemporal(at, zone));
      }),
      { numRuns: 250 },
    );
  });

  it('around every change of the odd zones, 2008-2032: as Temporal and as Intl', { timeout: 60_000 }, () => {
    const near = fc.record({
      change: fc.constantFrom(...oddZones.flatMap((zone) => changesOf(zone, 2008, 2032))),
      minute: fc.integer({ min: -1600, max: 1600 }),
    });
    fc.assert(
      fc.property(near, ({ change, minute }) => {
        const zone = change.timeZoneId;
        const at = change.epochMilliseconds + minute * 60_000;
        expect(wallTimeOf(Temporal.Instant.fromEpochMilliseconds(at), zone)).toBe(wallByIntl(at, zone));
        const wall = at + change.offsetNanoseconds / 1e6;
        expect(zoneClock(zone).epochMillisOf(wall)).toBe(wallByTemporal(wall, zone));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('local days', () => {
  it.each([
    ['2026-11-24', 'America/New_York', 24],
    ['2026-03-08', 'America/New_York', 23],
    ['2026-11-01', 'America/New_York', 25],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
    ['2026-04-24', 'Africa/Cairo', 23],
    ['2011-12-30', 'Pacific/Apia', 0],
  ])('%s in %s has %d hours', (date, zone, hours) => {
    const { start, end } = zonedDayBounds(date, zone);
    expect((end.epochMilliseconds - start.epochMilliseconds) / 3_600_000).toBe(hours);
  });

  it('a day whose midnight is skipped begins when the clock jumps, even off the hour', () => {
    expect(zonedDayBounds('1919-03-31', 'America/Toronto').start.toString()).toBe('1919-03-31T04:30:00Z');
  });

  it('bounds are those of Temporal, on every day of a change and on any other', () => {
    const zones = fc.constantFrom(...usZones, ...oddZones);
    const day = fc.record({ zone: zones, epochDay: fc.integer({ min: 14_000, max: 23_000 }) });
    const changeDay = fc.constantFrom(...oddZones.flatMap((zone) => changesOf(zone, 2008, 2032))).chain((change) =>
      fc.integer({ min: -1, max: 1 }).map((days) => ({
        zone: change.timeZoneId,
        epochDay: epochDayOf(change.toPlainDate().toString()) + days,
      })),
    );
    fc.assert(
      fc.property(fc.oneof(day, changeDay), ({ zone, epochDay }) => {
        const date = Temporal.PlainDate.from(dateOfEpochDay(epochDay));
        const bounds = zonedDayBounds(date.toString(), zone);
        expect(bounds.start.toString()).toBe(date.toZonedDateTime(zone).toInstant().toString());
        expect(bounds.end.toString()).toBe(date.add({ days: 1 }).toZonedDateTime(zone).toInstant().toString());
        expect(zoneClock(zone).dayStartMillis(epochDay)).toBe(bounds.start.epochMilliseconds);
      }),
      { numRuns: 800 },
    );
  });

  it('an instant is within the bounds of its local date', () => {
    const moments = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2031, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...usZones, ...oddZones), moments, (zone, at) => {
        const clock = zoneClock(zone);
        const epochDay = clock.epochDayAt(at);
        expect(dateOfEpochDay(epochDay)).toBe(localDateOf(Temporal.Instant.fromEpochMilliseconds(at), zone));
        expect(clock.dayStartMillis(epochDay)).toBeLessThanOrEqual(at);
        expect(clock.dayStartMillis(epochDay + 1)).toBeGreaterThan(at);
      }),
    );
  });
});

describe('the memory of zone clocks', () => {
  it('gives the same answers after more zones and years than it holds', () => {
    const answers = (): number[] => {
      const found: number[] = [];
      for (const zone of Intl.supportedValuesOf('timeZone').slice(0, 140)) {
        found.push(zoneClock(zone).offsetMillisAt(Date.UTC(2026, 6, 1)));
      }
      const clock = zoneClock('America/New_York');
      for (let year = 0; year < 40; year += 1) found.push(clock.offsetMillisAt(Date.UTC(1990 + year, 6, 1)));
      return found;
    };
    expect(answers()).toEqual(answers());
    expect(zoneClock('America/New_York').offsetMillisAt(0)).toBe((-5 * dayMillis) / 24);
  });
});
