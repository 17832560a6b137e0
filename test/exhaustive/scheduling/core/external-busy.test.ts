import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { describe, expect, it } from 'vitest';
import {
  dateOfEpochDay,
  epochDayOf,
  minuteMillis,
  wallTimeOf,
  zoneClock,
} from '../../../../functions/platform/time.ts';
import { CalendarFault, calendarLimits } from '../../../../functions/scheduling/core/calendar/fault.ts';
import { windowsZones } from '../../../../functions/scheduling/core/calendar/windows-zones.ts';
import { knownZone } from '../../../../functions/scheduling/core/calendar/zones.ts';
import { externalBusy } from '../../../../functions/scheduling/core/external-busy.ts';
import type { MinuteRange } from '../../../../functions/scheduling/core/types.ts';
import { instantOfEpochMinute } from '../../../../functions/scheduling/core/visit-time.ts';
import { calendarFixture, calendarOf } from '../../../helpers/ical.ts';

const zone = 'America/Denver';
const window = { zone, firstDate: '2026-11-22', lastDate: '2027-01-21', isOwnUid: () => false };

const wall = (range: MinuteRange, at = zone): string =>
  [range.startEpochMinute, range.endEpochMinute]
    .map((minute) => wallTimeOf(instantOfEpochMinute(minute), at))
    .join('/');

/** Every busy stretch as wall times of the provider. */
const busyIn = (text: string, question: Partial<typeof window> = {}): string[] =>
  [...externalBusy({ ...window, ...question, text }).values()].flat().map((range) => wall(range, question.zone));

const timed = (...lines: readonly string[]): string[] => [
  'UID:one@example.com',
  'DTSTART;TZID=America/Denver:20261124T090000',
  'DTEND;TZID=America/Denver:20261124T093000',
  ...lines,
];

const faultOf = (text: string): string => {
  try {
    externalBusy({ ...window, text });
    return 'none';
  } catch (error) {
    if (error instanceof CalendarFault) return error.code;
    throw error;
  }
};

describe('calendars as the big exporters write them', () => {
  it('Google: a series in UTC UNTIL with an excluded, a moved and a cancelled occurrence; free and cancelled events do not count', () => {
    expect(busyIn(calendarFixture('google'))).toEqual([
      '2026-11-24T08:30/2026-11-24T09:00',
      '2026-11-24T14:00/2026-11-24T15:00',
      '2026-12-01T11:00/2026-12-01T11:30',
      '2026-12-08T08:30/2026-12-08T09:00',
      '2026-12-10T08:30/2026-12-10T09:00',
      '2026-12-15T08:30/2026-12-15T09:00',
      '2026-12-17T08:30/2026-12-17T09:00',
      '2026-12-22T08:30/2026-12-22T09:00',
      '2026-12-24T08:30/2026-12-24T09:00',
      '2026-12-25T00:00/2026-12-26T00:00',
    ]);
  });

  it('Outlook: Windows zone names, a zone of its own, the last working day of each month, a whole day named by its midnight', () => {
    expect(busyIn(calendarFixture('outlook'))).toEqual([
      '2026-11-22T00:00/2026-11-23T00:00',
      '2026-11-23T07:00/2026-11-23T07:30',
      '2026-11-29T00:00/2026-11-30T00:00',
      '2026-11-30T08:00/2026-11-30T09:30',
      '2026-12-06T12:00/2026-12-06T13:00',
      '2026-12-13T00:00/2026-12-14T00:00',
      '2026-12-20T00:00/2026-12-21T00:00',
      '2026-12-27T00:00/2026-12-28T00:00',
      '2027-01-03T00:00/2027-01-04T00:00',
      '2027-01-10T00:00/2027-01-11T00:00',
      '2027-01-17T00:00/2027-01-18T00:00',
    ]);
  });

  it('Apple: DURATION, a floating time, several days away, further dates, a series without an end', () => {
    const busy = busyIn(calendarFixture('apple'));
    const runs = busy.filter((range) => range.includes('T12:00/'));
    expect(runs).toHaveLength(61 - 2 - 4);
    expect(busy.filter((range) => !runs.includes(range))).toEqual([
      '2026-11-23T07:00/2026-11-23T07:30',
      '2026-11-27T07:00/2026-11-27T07:30',
      '2026-12-04T07:00/2026-12-04T07:30',
      '2026-12-09T17:00/2026-12-09T19:00',
      '2026-12-29T00:00/2026-12-30T00:00',
      '2026-12-30T00:00/2026-12-31T00:00',
      '2026-12-31T00:00/2027-01-01T00:00',
      '2027-01-01T00:00/2027-01-02T00:00',
    ]);
  });

  it('means a floating time and a whole day where the provider is', () => {
    const tokyo = { zone: 'Asia/Tokyo' };
    const text = calendarOf(['DTSTART:20261209T170000', 'DURATION:PT2H'], ['DTSTART;VALUE=DATE:20261210']);
    expect(busyIn(text, tokyo)).toEqual(['2026-12-09T17:00/2026-12-09T19:00', '2026-12-10T00:00/2026-12-11T00:00']);
  });
});

describe('what an event means', () => {
  it('splits an event at midnight, and joins what overlaps or touches', () => {
    const text = calendarOf(
      ['DTSTART:20261125T053000Z', 'DTEND:20261125T083000Z'],
      ['DTSTART:20261125T080000Z', 'DTEND:20261125T090000Z'],
      ['DTSTART:20261125T090000Z', 'DTEND:20261125T093000Z'],
    );
    expect(busyIn(text)).toEqual(['2026-11-24T22:30/2026-11-25T00:00', '2026-11-25T00:00/2026-11-25T02:30']);
  });

  it('keeps wall time through the change of clocks, by our own zone data', () => {
    const series = ['DTSTART;TZID=America/New_York:20261026T160000', 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY;COUNT=3'];
    const busy = externalBusy({ ...window, firstDate: '2026-10-26', lastDate: '2026-11-15', text: calendarOf(series) });
    const starts = [...busy.values()].flat().map(({ startEpochMinute }) => instantOfEpochMinute(startEpochMinute));
    expect(starts.map(String)).toEqual(['2026-10-26T20:00:00Z', '2026-11-02T21:00:00Z', '2026-11-09T21:00:00Z']);
  });

  it('takes every minute that is touched', () => {
    expect(busyIn(calendarOf(['DTSTART:20261124T160030Z', 'DTEND:20261124T161501Z']))).toEqual([
      '2026-11-24T09:00/2026-11-24T09:16',
    ]);
  });

  it.each([
    ['without a length', ['DTSTART:20261124T160000Z']],
    ['of no length', ['DTSTART:20261124T160000Z', 'DTEND:20261124T160000Z']],
    ['cancelled', timed('STATUS:CANCELLED')],
    ['transparent', timed('TRANSP:TRANSPARENT')],
    ['shown as free by Exchange', timed('TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:FREE')],
    ['excluded by its day', timed('RRULE:FREQ=DAILY;COUNT=1', 'EXDATE;VALUE=DATE:20261124')],
    ['excluded by its instant', timed('RRULE:FREQ=DAILY;COUNT=1', 'EXDATE:20261124T160000Z')],
    [
      'over before the window',
      ['DTSTART;TZID=Nowhere/Land:19990101T090000', 'DTEND;TZID=Nowhere/Land:19990101T100000'],
    ],
    [
      'a series that ended long ago, in a zone nobody knows',
      [
        'DTSTART;TZID=Nowhere/Land:20100101T090000',
        'DTEND;TZID=Nowhere/Land:20100101T100000',
        'RRULE:FREQ=DAILY;UNTIL=20110101T000000Z',
      ],
    ],
  ])('an event %s takes no time', (_, lines) => {
    expect(busyIn(calendarOf(lines))).toEqual([]);
  });

  it.each([
    ['tentative', timed('STATUS:TENTATIVE')],
    ['with a tentative Exchange status', timed('X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE')],
    [
      'with lines nobody understands',
      timed('X-BROKEN', 'DESCRIPTION;;;:::', 'this is not a line', 'ATTACH;ENCODING=BASE64:%%%'),
    ],
    [
      'folded in the middle of a value',
      ['UID:x', 'DTSTART;TZID=America/D', ' enver:20261124T09', ' 0000', 'DURATION:PT30M'],
    ],
    [
      "behind an exporter's prefix",
      ['DTSTART;TZID=/example.org/2026/America/Denver:20261124T090000', 'DURATION:PT30M'],
    ],
    ['in quotes', ['DTSTART;TZID="America/Denver":20261124T090000', 'DURATION:PT30M']],
    ['in a zone of Windows', ['DTSTART;TZID=mountain standard time:20261124T090000', 'DURATION:PT30M']],
    ['without a UID', ['DTSTART;TZID=America/Denver:20261124T090000', 'DURATION:PT30M']],
    ['by an old name of its zone', ['DTSTART;TZID=US/Mountain:20261124T090000', 'DURATION:PT30M']],
  ])('an event %s takes its time', (_, lines) => {
    expect(busyIn(calendarOf(lines))).toEqual(['2026-11-24T09:00/2026-11-24T09:30']);
  });

  it('leaves out what the clinic itself published', () => {
    const text = calendarOf(timed());
    expect(busyIn(text, { isOwnUid: (uid: string) => uid === 'one@example.com' } as never)).toEqual([]);
  });

  it('reads several calendars in one file, bare line feeds and a byte order mark', () => {
    const text = `\uFEFF${calendarOf(timed())}${calendarOf(['DTSTART:20261125T160000Z', 'DURATION:PT1H'])}`;
    expect(busyIn(text.replaceAll('\r\n', '\n'))).toEqual([
      '2026-11-24T09:00/2026-11-24T09:30',
      '2026-11-25T09:00/2026-11-25T10:00',
    ]);
  });

  it('a period of a series has its own length', () => {
    const lines = timed('RDATE;VALUE=PERIOD:20261126T160000Z/PT2H,20261127T160000Z/20261127T163000Z');
    expect(busyIn(calendarOf(lines))).toEqual([
      '2026-11-24T09:00/2026-11-24T09:30',
      '2026-11-26T09:00/2026-11-26T11:00',
      '2026-11-27T09:00/2026-11-27T09:30',
    ]);
  });

  it('an event that began before the window is busy in it', () => {
    const long = ['DTSTART;VALUE=DATE:20261101', 'DTEND;VALUE=DATE:20261124', 'RRULE:FREQ=YEARLY'];
    expect(busyIn(calendarOf(long))).toEqual([
      '2026-11-22T00:00/2026-11-23T00:00',
      '2026-11-23T00:00/2026-11-24T00:00',
    ]);
  });

  it('knows where every Windows zone is', () => {
    for (const windows of Object.keys(windowsZones)) {
      expect(() => zoneClock(knownZone(windows) ?? 'none'), windows).not.toThrow();
    }
    expect(knownZone('Mountain Standard Time')).toBe('America/Denver');
    expect(knownZone('constructor')).toBeUndefined();
  });
});

describe('bad calendars', () => {
  const endless = (rule: string): string => calendarOf(timed(`RRULE:${rule}`));
  it.each([
    ['nothing', '', 'not-a-calendar'],
    ['a page', '<!doctype html><title>Sign in</title>', 'not-a-calendar'],
    ['an event alone', 'BEGIN:VEVENT\r\nEND:VEVENT\r\n', 'not-a-calendar'],
    ['a file cut in an event', calendarOf(timed()).slice(0, -40), 'cut-short'],
    ['a file cut before its end', calendarOf(timed()).replace('END:VCALENDAR', ''), 'cut-short'],
    ['crossed ends', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n', 'cut-short'],
    ['components without end', 'BEGIN:VCALENDAR\n'.repeat(100_000), 'cut-short'],
    ['too many bytes', calendarOf(timed(`DESCRIPTION:${'x'.repeat(calendarLimits.bytes)}`)), 'too-large'],
    [
      'too many events',
      calendarOf(...Array.from({ length: calendarLimits.components }, () => ['UID:x'])),
      'too-many-events',
    ],
    ['no start', calendarOf(['UID:x', 'DTEND:20261124T090000Z']), 'time-invalid'],
    ['month 13', calendarOf(['DTSTART:20261301T090000Z']), 'time-invalid'],
    ['30 February', calendarOf(['DTSTART;VALUE=DATE:20260230']), 'time-invalid'],
    ['half a date', calendarOf(['DTSTART:2026112']), 'time-invalid'],
    ['an end before the start', calendarOf(['DTSTART:20261124T090000Z', 'DTEND:20261124T080000Z']), 'time-invalid'],
    ['a duration that is none', calendarOf(['DTSTART:20261124T090000Z', 'DURATION:junk']), 'time-invalid'],
    ['a negative duration', calendarOf(['DTSTART:20261124T090000Z', 'DURATION:-PT1H']), 'time-invalid'],
    ['a line without a value', calendarOf(['DTSTART;TZID=America/Denver']), 'line-malformed'],
    ['an unknown zone', calendarOf(['DTSTART;TZID=Nowhere/Land:20261124T090000', 'DURATION:PT1H']), 'zone-unknown'],
    ['a rule that is none', endless('junk'), 'recurrence-invalid'],
    ['an unknown frequency', endless('FREQ=FORTNIGHTLY'), 'recurrence-invalid'],
    ['an interval of ages', endless('FREQ=DAILY;INTERVAL=999999999999'), 'recurrence-invalid'],
    ['an UNTIL that is no date', endless('FREQ=DAILY;UNTIL=soon'), 'recurrence-invalid'],
    ['hour 25', endless('FREQ=DAILY;BYHOUR=25'), 'recurrence-invalid'],
    [
      'a list without end',
      endless(`FREQ=YEARLY;BYYEARDAY=${Array.from({ length: 720 }, (_, day) => day - 360).filter(Boolean)}`),
      'recurrence-invalid',
    ],
    ['every second', endless('FREQ=SECONDLY'), 'recurrence-too-fine'],
    ['every minute', endless('FREQ=MINUTELY'), 'recurrence-too-fine'],
    [
      'every minute, said with lists',
      endless(`FREQ=DAILY;BYHOUR=${[...Array(24).keys()]};BYMINUTE=${[...Array(60).keys()]}`),
      'recurrence-too-fine',
    ],
    [
      'a count to be followed for ever',
      endless('FREQ=HOURLY;COUNT=999999999').replace('20261124T0900', '19700101T0900'),
      'too-many-occurrences',
    ],
  ])('%s', (_, text, code) => {
    expect(faultOf(text)).toBe(code);
  });

  it('many series together end at the limit of all', () => {
    const series = Array.from({ length: 12 }, (_, index) => [
      `UID:${index}@example.com`,
      'DTSTART:20250101T000000Z',
      'DURATION:PT1M',
      'RRULE:FREQ=HOURLY;COUNT=9999',
    ]);
    expect(faultOf(calendarOf(...series))).toBe('too-many-occurrences');
  }, 60_000);

  it('a rule of every hour since ages is followed within the window only', () => {
    const lines = ['DTSTART:19700101T000000Z', 'DURATION:PT1M', 'RRULE:FREQ=HOURLY'];
    expect(busyIn(calendarOf(lines))).toHaveLength(61 * 24);
  });

  it('reads thousands of excluded occurrences', () => {
    const excluded = Array.from({ length: 4300 }, (_, day) => dateOfEpochDay(epochDayOf('2015-01-01') + day));
    const lines = [
      'DTSTART:20150101T160000Z',
      'DURATION:PT30M',
      'RRULE:FREQ=DAILY',
      ...excluded.map((date) => `EXDATE:${date.replaceAll('-', '')}T160000Z`),
    ];
    expect(busyIn(calendarOf(lines))).toHaveLength(61);
  });
});

describe('zones that only the file knows', () => {
  const inZone = (...zone: readonly string[]): string =>
    calendarOf(['DTSTART;TZID=Ours:20261124T090000', 'DURATION:PT30M']).replace(
      'BEGIN:VEVENT',
      ['BEGIN:VTIMEZONE', 'TZID:Ours', ...zone, 'END:VTIMEZONE', 'BEGIN:VEVENT'].join('\r\n'),
    );
  const observance = (...lines: readonly string[]) => ['BEGIN:STANDARD', ...lines, 'END:STANDARD'];
  const offsets = ['TZOFFSETFROM:-0500', 'TZOFFSETTO:-0500'];

  it('are taken as it describes them', () => {
    expect(busyIn(inZone(...observance('DTSTART:19700101T000000', ...offsets)))).toEqual([
      '2026-11-24T07:00/2026-11-24T07:30',
    ]);
  });

  it('are taken by the place it names, where it names one', () => {
    const named = inZone('X-LIC-LOCATION:Europe/Berlin', ...observance('DTSTART:19700101T000000', ...offsets));
    expect(busyIn(named)).toEqual(['2026-11-24T01:00/2026-11-24T01:30']);
  });

  it.each([
    ['describe nothing', []],
    ['change every minute', observance('DTSTART:19700101T000000', ...offsets, 'RRULE:FREQ=MINUTELY')],
    ['have no beginning', observance(...offsets)],
  ])('that %s are unknown', (_, lines) => {
    expect(faultOf(inZone(...lines))).toBe('zone-unknown');
  });
});

describe('properties', () => {
  const weekday = fc.constantFrom('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU');
  const weekdays = fc.uniqueArray(weekday, { minLength: 1, maxLength: 5 }).map(String);
  const nth = fc.constantFrom(1, 2, 3, 4, 5, -1, -2);
  const monthDays = fc.uniqueArray(fc.constantFrom(1, 5, 15, 28, 29, 30, 31, -1, -3), { minLength: 1, maxLength: 3 });
  /** The rules that the dialogs of Google, Outlook and Apple can make. */
  const rule = fc.oneof(
    fc.constant('FREQ=DAILY'),
    weekdays.map((days) => `FREQ=WEEKLY;BYDAY=${days}`),
    fc.tuple(weekdays, fc.constantFrom('MO', 'SU')).map(([days, start]) => `FREQ=WEEKLY;WKST=${start};BYDAY=${days}`),
    fc.tuple(nth, weekday).map(([n, day]) => `FREQ=MONTHLY;BYDAY=${n}${day}`),
    fc.tuple(weekdays, fc.constantFrom(1, 2, -1)).map(([days, n]) => `FREQ=MONTHLY;BYDAY=${days};BYSETPOS=${n}`),
    monthDays.map((days) => `FREQ=MONTHLY;BYMONTHDAY=${days}`),
    fc
      .tuple(fc.integer({ min: 1, max: 12 }), nth, weekday)
      .map(([m, n, d]) => `FREQ=YEARLY;BYMONTH=${m};BYDAY=${n}${d}`),
  );
  const ending = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 900 }).map((times) => `;COUNT=${times}`),
    fc.integer({ min: -100, max: 500 }).map((days) => {
      const date = dateOfEpochDay(epochDayOf('2026-06-01') + days).replaceAll('-', '');
      return `;UNTIL=${date}T070000Z`;
    }),
  );

  /** The oracle gives up looking for a fifth Monday of every fourth February. */
  const firstOf = (rruleString: string) => {
    try {
      return new RRuleTemporal({ rruleString }).next();
    } catch {
      return null;
    }
  };

  it('a series is busy when an independent implementation says it occurs', () => {
    fc.assert(
      fc.property(
        rule,
        fc.integer({ min: 1, max: 4 }),
        ending,
        fc.integer({ min: epochDayOf('2018-01-01'), max: epochDayOf('2027-03-01') }),
        fc.constantFrom('America/Denver', 'America/New_York', 'Europe/Berlin', 'UTC'),
        (rrule, interval, end, startDay, tzid) => {
          const text = `${rrule};INTERVAL=${interval}`;
          const from = (date: string): string => `DTSTART;TZID=${tzid}:${date.replaceAll('-', '')}T093000`;
          // As every dialog does, the series begins on a day that its own rule names.
          const first = firstOf(`${from(dateOfEpochDay(startDay))}\nRRULE:${text}`);
          fc.pre(first !== null);
          const dtstart = from(String(first?.toPlainDate()));
          const oracle = new RRuleTemporal({ rruleString: `${dtstart}\nRRULE:${text}${end}` });
          const expected = new Set(
            oracle
              .between(new Date('2026-06-01T06:00:00Z'), new Date('2026-07-31T06:00:00Z'), true)
              .map((start) => start.epochMilliseconds / minuteMillis),
          );
          const busy = externalBusy({
            ...window,
            firstDate: '2026-06-01',
            lastDate: '2026-07-30',
            text: calendarOf([dtstart, 'DURATION:PT1M', `RRULE:${text}${end}`]),
          });
          const starts = [...busy.values()].flat().map(({ startEpochMinute }) => startEpochMinute);
          expect(starts).toEqual([...expected].toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  it('whatever the bytes, the answer is busy time or a fault with a code', () => {
    const fixture = calendarFixture('outlook');
    const broken = fc
      .tuple(fc.nat(fixture.length), fc.nat(80), fc.string({ maxLength: 30 }))
      .map(([at, cut, put]) => fixture.slice(0, at) + put + fixture.slice(at + cut));
    const soup = fc
      .array(
        fc.constantFrom(
          'BEGIN:VEVENT',
          'END:VEVENT',
          'DTSTART:20261124T090000Z',
          'DTEND:1',
          'RRULE:FREQ=WEEKLY',
          'RDATE:;',
          'EXDATE;TZID=:,',
          'DURATION:P',
          'UID:a',
          'TZID:x',
          'BEGIN:VTIMEZONE',
          'END:VTIMEZONE',
        ),
      )
      .map((lines) => ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR'].join('\n'));
    fc.assert(
      fc.property(fc.oneof(broken, soup, fc.string()), (text) => {
        try {
          for (const [date, ranges] of externalBusy({ ...window, text })) {
            expect(date >= window.firstDate && date <= window.lastDate).toBe(true);
            let last = Number.NEGATIVE_INFINITY;
            for (const { startEpochMinute, endEpochMinute } of ranges) {
              expect(startEpochMinute).toBeGreaterThan(last);
              expect(endEpochMinute).toBeGreaterThan(startEpochMinute);
              last = endEpochMinute;
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(CalendarFault);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
