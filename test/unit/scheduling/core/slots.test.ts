import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  checkSearchRange,
  findSlots,
  findSlotsOfProviders,
  mergeSlots,
  type SlotSearch,
  sheetDates,
} from '../../../../functions/scheduling/core/slots.ts';
import type { DaySheet, WeeklyRule } from '../../../../functions/scheduling/core/types.ts';
import { instantOfEpochMinute, type Slot } from '../../../../functions/scheduling/core/visit-time.ts';
import { calendars, slotsByOracle } from './calendars.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const minute = (text: string): number => at(text).epochMilliseconds / 60_000;
const zone = 'America/New_York';

/** Tuesday 2026-11-24, 09:00-12:00 in New York, visits of 30 minutes, nothing booked. */
const tuesday: SlotSearch = {
  provider: { id: 'prv_1', zone, availability: [{ weekday: 2, from: '09:00', to: '12:00' }] },
  type: { minutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, leadMinutes: 0, horizonDays: 60 },
  sheets: [],
  from: at('2026-11-24T05:00:00Z'),
  to: at('2026-11-25T05:00:00Z'),
  now: at('2026-11-20T12:00:00Z'),
  stepMinutes: 30,
};

const sheetOf = (busy: readonly [string, string][], date = '2026-11-24', providerId = 'prv_1' as const): DaySheet => ({
  providerId,
  date,
  zone,
  rev: 1,
  busy: busy.map(([start, end], i) => ({
    startEpochMinute: minute(start),
    endEpochMinute: minute(end),
    heldBy: `apt_${i}`,
  })),
});

/** The starts of a search's answer, as wall time in the provider's zone. */
const starts = (search: SlotSearch): string[] => {
  const found = findSlots(search);
  if (!found.ok) return [found.code];
  return found.slots.map((slot) =>
    instantOfEpochMinute(slot.startEpochMinute)
      .toZonedDateTimeISO(search.provider.zone)
      .toPlainTime()
      .toString({ smallestUnit: 'minute' }),
  );
};

const withType = (type: Partial<SlotSearch['type']>): SlotSearch => ({
  ...tuesday,
  type: { ...tuesday.type, ...type },
});

describe('a search', () => {
  it('offers the grid of the open hours, the last visit ending when they end', () => {
    expect(starts(tuesday)).toEqual(['09:00', '09:30', '10:00', '10:30', '11:00', '11:30']);
    expect(findSlots(tuesday)).toMatchObject({
      slots: [
        {
          providerId: 'prv_1',
          startEpochMinute: minute('2026-11-24T14:00:00Z'),
          endEpochMinute: minute('2026-11-24T14:30:00Z'),
        },
        ...Array.from({ length: 5 }, () => ({ providerId: 'prv_1' })),
      ],
    });
  });

  it('steps by a quarter of an hour if not told otherwise', () => {
    expect(starts({ ...tuesday, stepMinutes: undefined, limit: 3 })).toEqual(['09:00', '09:15', '09:30']);
  });

  it('aligns the grid to the start of the hours, not to the clock', () => {
    const availability: readonly WeeklyRule[] = [{ weekday: 2, from: '09:10', to: '10:20' }];
    expect(starts({ ...tuesday, provider: { ...tuesday.provider, availability } })).toEqual(['09:10', '09:40']);
  });

  it('offers what touches a booking and nothing that overlaps it by a minute', () => {
    const touching = sheetOf([['2026-11-24T14:30:00Z', '2026-11-24T15:00:00Z']]);
    expect(starts({ ...tuesday, sheets: [touching] })).toEqual(['09:00', '10:00', '10:30', '11:00', '11:30']);
    const wider = sheetOf([['2026-11-24T14:29:00Z', '2026-11-24T15:01:00Z']]);
    expect(starts({ ...tuesday, sheets: [wider] })).toEqual(['10:30', '11:00', '11:30']);
  });

  it('keeps the buffers of a visit free of bookings', () => {
    const sheets = [sheetOf([['2026-11-24T15:00:00Z', '2026-11-24T15:30:00Z']])];
    expect(starts({ ...withType({ bufferBeforeMinutes: 10 }), sheets })).toEqual(['09:00', '09:30', '11:00', '11:30']);
    expect(starts({ ...withType({ bufferAfterMinutes: 10 }), sheets })).toEqual(['09:00', '10:30', '11:00', '11:30']);
  });

  it('lets buffers lie outside the hours but not on another day', () => {
    expect(starts(withType({ bufferBeforeMinutes: 60, bufferAfterMinutes: 60 }))).toHaveLength(6);
    const availability: readonly WeeklyRule[] = [{ weekday: 2, from: '00:00', to: '24:00' }];
    const allDay = {
      ...withType({ bufferBeforeMinutes: 30, bufferAfterMinutes: 15 }),
      provider: { ...tuesday.provider, availability },
    };
    expect(starts(allDay).at(0)).toBe('00:30');
    expect(starts(allDay).at(-1)).toBe('23:00');
  });

  it('honours the lead time to the minute', () => {
    const now = at('2026-11-24T13:00:00Z');
    expect(starts({ ...withType({ leadMinutes: 60 }), now }).at(0)).toBe('09:00');
    expect(starts({ ...withType({ leadMinutes: 61 }), now }).at(0)).toBe('09:30');
    expect(starts({ ...withType({ leadMinutes: 60 }), now: at('2026-11-24T13:00:00.001Z') }).at(0)).toBe('09:30');
    expect(starts({ ...withType({ leadMinutes: 60 }), now: at('2026-11-24T13:00:00.000001Z') }).at(0)).toBe('09:30');
    expect(starts({ ...withType({ leadMinutes: 60 }), now: at('2026-11-24T12:59:59.9995Z') }).at(0)).toBe('09:00');
  });

  it('counts the horizon in local days: the whole of the last one is bookable, nothing after it', () => {
    const now = at('2026-11-24T04:59:00Z'); // 23:59 on Monday in New York
    expect(starts({ ...withType({ horizonDays: 1 }), now })).toHaveLength(6);
    expect(starts({ ...withType({ horizonDays: 0 }), now })).toEqual([]);
    expect(starts({ ...withType({ horizonDays: 0 }), now: at('2026-11-24T05:00:00Z') })).toHaveLength(6);
  });

  it('offers starts from `from` on and before `to`', () => {
    const range = { ...tuesday, from: at('2026-11-24T14:30:00Z'), to: at('2026-11-24T15:30:00Z') };
    expect(starts(range)).toEqual(['09:30', '10:00']);
    expect(starts({ ...range, from: at('2026-11-24T14:30:01Z'), to: at('2026-11-24T15:30:01Z') })).toEqual([
      '10:00',
      '10:30',
    ]);
    expect(starts({ ...range, to: range.from })).toEqual([]);
  });

  it('stops at the limit', () => {
    expect(starts({ ...tuesday, limit: 2 })).toEqual(['09:00', '09:30']);
    expect(starts({ ...tuesday, to: at('2026-12-10T05:00:00Z'), limit: 7 })).toHaveLength(7);
  });

  it('ignores sheets of another provider and takes sheets in any order', () => {
    const other = sheetOf([['2026-11-24T14:00:00Z', '2026-11-24T17:00:00Z']]);
    expect(starts({ ...tuesday, sheets: [{ ...other, providerId: 'prv_2' }] })).toHaveLength(6);
    const week = sheetOf([['2026-12-01T14:00:00Z', '2026-12-01T16:30:00Z']], '2026-12-01');
    const day = sheetOf([['2026-11-24T14:00:00Z', '2026-11-24T16:30:00Z']]);
    const fortnight = { ...tuesday, to: at('2026-12-02T05:00:00Z') };
    expect(starts({ ...fortnight, sheets: [week, day] })).toEqual(['11:30', '11:30']);
  });

  it('offers the repeated hour of autumn twice, and the skipped one of spring not at all', () => {
    const night: readonly WeeklyRule[] = [{ weekday: 7, from: '00:00', to: '04:00' }];
    const search = { ...tuesday, provider: { ...tuesday.provider, availability: night }, stepMinutes: 60 };
    const autumn = {
      ...search,
      from: at('2026-11-01T04:00:00Z'),
      to: at('2026-11-02T05:00:00Z'),
      now: at('2026-10-30T12:00:00Z'),
    };
    expect(starts(autumn)).toEqual(['00:00', '01:00', '01:00', '02:00', '03:00']);
    const spring = {
      ...search,
      from: at('2026-03-08T05:00:00Z'),
      to: at('2026-03-09T04:00:00Z'),
      now: at('2026-03-01T12:00:00Z'),
    };
    expect(starts(spring)).toEqual(['00:00', '01:00', '03:00']);
  });

  it('finds what a slow oracle finds that goes through every minute', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(calendars, (calendar) => {
        const found = findSlots(calendar);
        expect(found.ok && found.slots.map((slot) => slot.startEpochMinute)).toEqual(slotsByOracle(calendar));
      }),
      { numRuns: 50 },
    );
  });

  it('with a limit is the beginning of the search without', () => {
    fc.assert(
      fc.property(calendars, fc.integer({ min: 1, max: 20 }), (calendar, limit) => {
        const all = findSlots(calendar);
        const some = findSlots({ ...calendar, limit });
        expect(some.ok && some.slots).toEqual(all.ok && all.slots.slice(0, limit));
      }),
    );
  });
});

describe('nothing found', () => {
  const reasonOf = (search: Partial<SlotSearch>): string | undefined => {
    const found = findSlots({ ...tuesday, ...search });
    return found.ok ? found.emptyBecause : found.code;
  };
  const licences = [{ state: 'CO', kind: 'full', validFrom: '2026-11-24', validTo: '2026-11-24' }] as const;
  const all: readonly [string, string][] = [['2026-11-24T14:00:00Z', '2026-11-24T17:00:00Z']];
  const fortnight = { to: at('2026-12-08T05:00:00Z') };

  it('is explained', () => {
    expect(reasonOf({})).toBeUndefined();
    expect(reasonOf({ sheets: [sheetOf(all)] })).toBe('fully-booked');
    expect(reasonOf({ from: at('2026-11-25T05:00:00Z'), to: at('2026-11-26T05:00:00Z') })).toBe('closed');
    expect(reasonOf({ now: at('2026-11-25T12:00:00Z') })).toBe('outside-horizon');
    expect(reasonOf({ patientState: 'CO' })).toBe('not-licensed');
    expect(reasonOf({ type: { ...tuesday.type, states: ['UT'] }, patientState: 'CO' })).toBe('state-not-served');
    expect(reasonOf({ wanted: { fromMinute: 0, toMinute: 540 } })).toBe('outside-times');
    expect(reasonOf({ wanted: { fromMinute: 0, toMinute: 1440, weekdays: new Set([1, 3]) } })).toBe('outside-times');
  });

  it('is called closed where the hours are too short for the visit', () => {
    expect(reasonOf({ type: { ...tuesday.type, minutes: 181 } })).toBe('closed');
  });

  it('is explained by the days on which the provider is licensed', () => {
    const provider = { ...tuesday.provider, licences };
    expect(reasonOf({ ...fortnight, provider, patientState: 'CO', sheets: [sheetOf(all)] })).toBe('fully-booked');
    const wednesday = { from: at('2026-11-25T05:00:00Z'), ...fortnight };
    expect(reasonOf({ ...wednesday, provider, patientState: 'CO' })).toBe('not-licensed');
  });

  it('by what other times may change before what only others can change, where providers have several reasons', () => {
    const reasonOfAll = (...providers: SlotSearch['provider'][]): string | undefined => {
      const found = findSlotsOfProviders(providers, { ...tuesday, patientState: 'CO', sheets: [sheetOf(all)] });
      return found.ok ? found.emptyBecause : found.code;
    };
    const unlicensed = { ...tuesday.provider, id: 'prv_3' as const };
    const booked = { ...tuesday.provider, licences };
    const closed = { ...booked, id: 'prv_2' as const, availability: [] };
    expect(reasonOfAll(unlicensed, booked, closed)).toBe('fully-booked');
    expect(reasonOfAll(unlicensed, closed)).toBe('closed');
    expect(reasonOfAll(unlicensed)).toBe('not-licensed');
    expect(reasonOfAll()).toBe('no-provider');
  });
});

describe('what suits', () => {
  it('is a time of day on the clock of who asks, from its beginning on and before its end', () => {
    const wanted = { fromMinute: 9 * 60 + 30, toMinute: 10 * 60 + 30 };
    expect(starts({ ...tuesday, wanted })).toEqual(['09:30', '10:00']);
    expect(starts({ ...tuesday, wanted: { ...wanted, zone: 'America/Chicago' } })).toEqual(['10:30', '11:00']);
  });

  it('is a weekday on the clock of who asks', () => {
    const wanted = { fromMinute: 0, toMinute: 1440, weekdays: new Set([3]) };
    expect(starts({ ...tuesday, wanted })).toEqual([]);
    // 09:00 in New York on Tuesday is Wednesday in Tokyo from 10:00 on.
    expect(starts({ ...tuesday, wanted: { ...wanted, zone: 'Asia/Tokyo' } })).toEqual([
      '10:00',
      '10:30',
      '11:00',
      '11:30',
    ]);
  });

  it('is looked for before the limit counts', () => {
    expect(starts({ ...tuesday, limit: 1, wanted: { fromMinute: 660, toMinute: 1440 } })).toEqual(['11:00']);
  });
});

describe('a group session that lies between two starts of the grid', () => {
  it('is offered while it has room', () => {
    const group = { ...tuesday.type, minutes: 10, id: 'aty_1', capacity: 2 } as const;
    const sheet = sheetOf([['2026-11-24T14:40:00Z', '2026-11-24T14:50:00Z']]);
    const busy = sheet.busy.map((interval) => ({ ...interval, typeId: 'aty_1' as const }));
    const searchWith = (members: number) =>
      starts({ ...tuesday, type: group, stepMinutes: 60, sheets: [{ ...sheet, busy: Array(members).fill(busy[0]) }] });
    expect(searchWith(1)).toEqual(['09:00', '09:40', '10:00', '11:00']);
    expect(searchWith(2)).toEqual(['09:00', '10:00', '11:00']);
  });
});

describe('a visit that needs more than its provider', () => {
  const room = (id: 'rom_1' | 'rom_2') => ({ id, zone });
  const second = (id: 'prv_2' | 'prv_3', from: string, to: string) => ({
    id,
    zone,
    availability: [{ weekday: 2, from, to }] as const,
  });
  const roomBusy = (id: 'rom_1' | 'rom_2', from: string, to: string): DaySheet => ({
    ...sheetOf([[`2026-11-24T${from}:00Z`, `2026-11-24T${to}:00Z`]]),
    providerId: id,
  });

  it('finds the times at which any of the rooms is free', () => {
    const withRooms = { ...withType({ roomIds: ['rom_1', 'rom_2'] }), rooms: [room('rom_1'), room('rom_2')] };
    const sheets = [roomBusy('rom_1', '14:00', '16:00'), roomBusy('rom_2', '15:00', '17:00')];
    expect(starts({ ...withRooms, sheets })).toEqual(['09:00', '09:30', '11:00', '11:30']);
    expect(starts({ ...withRooms, rooms: [room('rom_2')], sheets })).toEqual(['09:00', '09:30']);
    expect(findSlots({ ...withRooms, rooms: [], sheets })).toMatchObject({ slots: [], emptyBecause: 'fully-booked' });
  });

  it('finds the times at which any of the second providers works and is free, never the first again', () => {
    const type = { ...tuesday.type, secondProviderIds: ['prv_1', 'prv_2', 'prv_3'] as const };
    const seconds = [second('prv_2', '09:00', '10:15'), second('prv_3', '11:30', '13:00'), tuesday.provider];
    expect(starts({ ...tuesday, type, seconds })).toEqual(['09:00', '09:30', '11:30']);
    const busy = { ...sheetOf([['2026-11-24T14:00:00Z', '2026-11-24T14:10:00Z']]), providerId: 'prv_2' as const };
    expect(starts({ ...tuesday, type, seconds, sheets: [busy] })).toEqual(['09:30', '11:30']);
    expect(starts({ ...tuesday, type, seconds: [tuesday.provider] })).toEqual([]);
  });

  it('finds none in a room whose own day ends in between', () => {
    const late = { ...tuesday.provider, availability: [{ weekday: 2, from: '18:30', to: '20:00' }] as const };
    const search = {
      ...withType({ roomIds: ['rom_1'] }),
      provider: late,
      rooms: [{ id: 'rom_1' as const, zone: 'UTC' }],
    };
    expect(starts({ ...search, stepMinutes: 15 })).toEqual(['18:30', '19:00', '19:15', '19:30']);
  });
});

describe('a search is refused', () => {
  it('when its range is reversed', () => {
    expect(starts({ ...tuesday, to: at('2026-11-24T04:59:59Z') })).toEqual(['range-reversed']);
  });

  it('when it is longer than 60 local days, of which one may be longer', () => {
    const to = (text: string) => checkSearchRange(at('2026-10-01T00:00:00Z'), at(text));
    expect(to('2026-11-30T02:00:00Z')).toBeUndefined();
    expect(to('2026-11-30T02:00:00.001Z')).toBe('range-too-long');
    expect(starts({ ...tuesday, to: at('2027-01-24T05:00:00Z') })).toEqual(['range-too-long']);
  });

  it.each([0, -15, 7.5, Number.NaN, Number.POSITIVE_INFINITY])('when its step is %d', (stepMinutes) => {
    expect(starts({ ...tuesday, stepMinutes })).toEqual(['step-invalid']);
  });

  it.each([0, -1, Number.NaN])('when its limit is %d', (limit) => {
    expect(starts({ ...tuesday, limit })).toEqual(['limit-invalid']);
  });
});

describe('the sheets a search needs', () => {
  it('are those from the local date of its beginning to that of its end', () => {
    expect(sheetDates(at('2026-11-24T04:59:00Z'), at('2026-11-25T05:00:00Z'), zone)).toEqual({
      first: '2026-11-23',
      last: '2026-11-25',
    });
  });
});

describe('several providers', () => {
  const provider2 = { ...tuesday.provider, id: 'prv_2' as const };

  it('are one list by start, then provider, cut at the limit', () => {
    const found = findSlotsOfProviders([provider2, tuesday.provider], { ...tuesday, limit: 3 });
    expect(found.ok && found.slots.map((slot) => [slot.startEpochMinute, slot.providerId])).toEqual([
      [minute('2026-11-24T14:00:00Z'), 'prv_1'],
      [minute('2026-11-24T14:00:00Z'), 'prv_2'],
      [minute('2026-11-24T14:30:00Z'), 'prv_1'],
    ]);
  });

  it('share their sheets, each reading its own', () => {
    const sheets = [sheetOf([['2026-11-24T14:00:00Z', '2026-11-24T17:00:00Z']])];
    const found = findSlotsOfProviders([tuesday.provider, provider2], { ...tuesday, sheets });
    expect(found.ok && new Set(found.slots.map((slot) => slot.providerId))).toEqual(new Set(['prv_2']));
  });

  it('are refused as one', () => {
    expect(findSlotsOfProviders([provider2], { ...tuesday, stepMinutes: 0 })).toEqual({
      ok: false,
      code: 'step-invalid',
    });
    expect(findSlotsOfProviders([], tuesday)).toEqual({ ok: true, slots: [], emptyBecause: 'no-provider' });
  });

  it('merge to what sorting all of them gives, whatever the order of the lists, cut at the limit', () => {
    const starts = fc.uniqueArray(fc.nat(50), { maxLength: 30 }).map((list) => list.sort((a, b) => a - b));
    const lists = fc
      .shuffledSubarray(['prv_1', 'prv_2', 'prv_3', 'prv_10'] as const)
      .chain((ids) =>
        fc.tuple(
          ...ids.map((providerId) =>
            starts.map((list) =>
              list.map((start): Slot => ({ providerId, startEpochMinute: start, endEpochMinute: start + 5 })),
            ),
          ),
        ),
      );
    const sortKey = (slot: Slot): string => `${String(slot.startEpochMinute).padStart(3, '0')} ${slot.providerId}`;
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 40 }), (drawn, limit) => {
        const sorted = drawn.flat().sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
        expect(mergeSlots(drawn)).toEqual(sorted);
        expect(mergeSlots(drawn, limit)).toEqual(sorted.slice(0, limit));
      }),
    );
  });
});
