import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { checkSlot, purposeOf, type SlotQuestion } from '../../../../functions/scheduling/core/check-slot.ts';
import { emptySheet, occupy } from '../../../../functions/scheduling/core/day-sheet.ts';
import { findSlots } from '../../../../functions/scheduling/core/slots.ts';
import { instantOfEpochMinute, minuteRangeOf, sheetDateOf } from '../../../../functions/scheduling/core/visit-time.ts';
import { calendars } from './calendars.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Tuesday 2026-11-24, 09:00-12:00 in New York, visits of 30 minutes with 10 minutes after. */
const question: SlotQuestion = {
  provider: {
    id: 'prv_1',
    zone: 'America/New_York',
    availability: [{ weekday: 2, from: '09:00', to: '12:00' }],
  },
  type: { minutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 10, leadMinutes: 120, horizonDays: 4 },
  sheet: undefined,
  start: at('2026-11-24T14:30:00Z'),
  now: at('2026-11-20T15:00:00Z'),
};

const codeOf = (changed: Partial<SlotQuestion>): string => {
  const answer = checkSlot({ ...question, ...changed });
  return answer.ok ? 'ok' : answer.code;
};

describe('one start', () => {
  it('that is free comes with all that a booking writes', () => {
    const answer = checkSlot(question);
    expect(answer).toEqual({
      ok: true,
      slot: { providerId: 'prv_1', startEpochMinute: 29_925_510, endEpochMinute: 29_925_540 },
      occupies: { startEpochMinute: 29_925_510, endEpochMinute: 29_925_550 },
      time: {
        start: '2026-11-24T14:30:00Z',
        end: '2026-11-24T15:00:00Z',
        zone: 'America/New_York',
        wallTime: '2026-11-24T09:30',
      },
    });
    expect(answer.ok && minuteRangeOf(answer.time)).toEqual({
      startEpochMinute: 29_925_510,
      endEpochMinute: 29_925_540,
    });
    expect(sheetDateOf({ start: '2026-11-24T04:59:00Z' }, 'America/New_York')).toBe('2026-11-23');
  });

  it.each(['2026-11-24T14:30:01Z', '2026-11-24T14:30:00.001Z', '2026-11-24T14:30:00.000000001Z'])(
    'that is not a whole minute is invalid: %s',
    (start) => {
      expect(codeOf({ start: at(start) })).toBe('start-invalid');
    },
  );

  it('respects the lead time to the minute', () => {
    expect(codeOf({ now: at('2026-11-24T12:30:00Z') })).toBe('ok');
    expect(codeOf({ now: at('2026-11-24T12:30:01Z') })).toBe('too-soon');
    expect(codeOf({ now: at('2027-11-24T12:30:01Z') })).toBe('too-soon');
  });

  it('respects the horizon to the local day', () => {
    expect(codeOf({ now: at('2026-11-20T05:00:00Z') })).toBe('ok');
    expect(codeOf({ now: at('2026-11-20T04:59:59Z') })).toBe('beyond-horizon');
    const provider = { ...question.provider, availability: [{ weekday: 2, from: '00:00', to: '24:00' }] as const };
    const monday = at('2026-11-23T06:00:00Z');
    const type = { ...question.type, horizonDays: 0 };
    expect(codeOf({ provider, type, start: at('2026-11-24T05:00:00Z'), now: monday })).toBe('beyond-horizon');
    expect(codeOf({ provider, type, start: at('2026-11-24T04:59:00Z'), now: monday })).toBe('outside-hours');
  });

  it('is within one stretch of hours, ends included', () => {
    expect(codeOf({ start: at('2026-11-24T14:00:00Z') })).toBe('ok');
    expect(codeOf({ start: at('2026-11-24T13:59:00Z') })).toBe('outside-hours');
    expect(codeOf({ start: at('2026-11-24T16:30:00Z') })).toBe('ok');
    expect(codeOf({ start: at('2026-11-24T16:31:00Z') })).toBe('outside-hours');
    expect(codeOf({ start: at('2026-11-23T14:30:00Z') })).toBe('outside-hours');
  });

  it('is within one local day, buffers included', () => {
    const provider = { ...question.provider, availability: [{ weekday: 2, from: '00:00', to: '24:00' }] as const };
    expect(codeOf({ provider, start: at('2026-11-25T04:20:00Z') })).toBe('ok');
    expect(codeOf({ provider, start: at('2026-11-25T04:21:00Z') })).toBe('outside-hours');
    const type = { ...question.type, bufferBeforeMinutes: 5 };
    expect(codeOf({ provider, type, start: at('2026-11-24T05:05:00Z') })).toBe('ok');
    expect(codeOf({ provider, type, start: at('2026-11-24T05:04:00Z') })).toBe('outside-hours');
  });

  it('may be off the grid for the front desk, not for a patient', () => {
    expect(codeOf({ start: at('2026-11-24T14:40:00Z') })).toBe('ok');
    expect(codeOf({ start: at('2026-11-24T14:40:00Z'), stepMinutes: 15 })).toBe('outside-hours');
    expect(codeOf({ start: at('2026-11-24T14:45:00Z'), stepMinutes: 15 })).toBe('ok');
  });

  it('is taken when it or its buffers overlap a booking, unless that is the visit being moved', () => {
    const taken = occupy(
      emptySheet('prv_1', '2026-11-24', 'America/New_York'),
      { startEpochMinute: 29_925_540, endEpochMinute: 29_925_570 },
      'apt_1',
    );
    const sheet = taken.ok ? taken.sheet : undefined;
    expect(codeOf({ sheet })).toBe('slot-taken');
    expect(codeOf({ sheet, heldBy: 'apt_2' })).toBe('slot-taken');
    expect(codeOf({ sheet, heldBy: 'apt_1' })).toBe('ok');
    expect(codeOf({ sheet, start: at('2026-11-24T14:20:00Z') })).toBe('ok');
    expect(codeOf({ sheet, start: at('2026-11-24T15:30:00Z') })).toBe('ok');
  });
});

describe('search and check agree', () => {
  it('what a search offers can be booked on its sheet, and nothing else in the range can', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(calendars, (calendar) => {
        const found = findSlots(calendar);
        const offered = new Set(found.ok ? found.slots.map((slot) => slot.startEpochMinute) : []);
        const first = Math.ceil(calendar.from.epochMilliseconds / 60_000);
        const end = calendar.to.epochMilliseconds / 60_000;
        const differing: string[] = [];
        for (let minute = first; minute < end; minute += 1) {
          const start = instantOfEpochMinute(minute);
          const date = sheetDateOf({ start: start.toString() }, calendar.provider.zone);
          const sheet = calendar.sheets.find((s) => s.date === date);
          const answer = checkSlot({ ...calendar, sheet, start });
          const blank = emptySheet('prv_1', date, calendar.provider.zone);
          const canBook = answer.ok && occupy(sheet ?? blank, answer.occupies, 'apt_new', purposeOf(calendar.type)).ok;
          if (answer.ok !== offered.has(minute) || answer.ok !== canBook) differing.push(start.toString());
        }
        expect(differing).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});

describe('where the patient will be', () => {
  const licence = { state: 'CO', kind: 'full', validFrom: '2026-11-24', validTo: '2026-11-24' } as const;
  const licensed = { ...question, provider: { ...question.provider, licences: [licence] } };

  it('is a state that the type serves and the provider is licensed in on that local day, ends included', () => {
    expect(codeOf({ ...licensed, patientState: 'CO' })).toBe('ok');
    expect(codeOf({ ...licensed, patientState: 'UT' })).toBe('not-licensed');
    expect(codeOf({ patientState: 'CO' })).toBe('not-licensed');
    const type = { ...question.type, states: ['UT'] };
    expect(codeOf({ ...licensed, type, patientState: 'CO' })).toBe('state-not-served');
    expect(codeOf({ ...licensed, type, patientState: 'UT' })).toBe('not-licensed');
  });

  it.each([
    ['begins the day after', { ...licence, validFrom: '2026-11-25', validTo: '2026-12-31' }],
    ['ended the day before', { ...licence, validFrom: '2020-01-01', validTo: '2026-11-23' }],
  ])('counts no licence that %s', (_case, other) => {
    const provider = { ...question.provider, licences: [other] };
    expect(codeOf({ provider, patientState: 'CO' })).toBe('not-licensed');
    expect(codeOf({ provider: { ...provider, licences: [other, licence] }, patientState: 'CO' })).toBe('ok');
  });

  it('is not asked where nobody says', () => {
    expect(codeOf({})).toBe('ok');
  });
});

describe('a day with as many visits of a type as it may have', () => {
  const type = { ...question.type, id: 'aty_1', capacity: 2, dailyCap: 1 } as const;
  const purpose = purposeOf(type);
  const session = { startEpochMinute: 29_925_485, endEpochMinute: 29_925_525 };
  const taken = occupy(emptySheet('prv_1', '2026-11-24', 'America/New_York'), session, 'apt_1', purpose);
  const sheet = taken.ok ? taken.sheet : undefined;

  it('takes no other, but the session that exists can be joined, on the grid or off it', () => {
    expect(codeOf({ type, sheet, start: at('2026-11-24T15:30:00Z') })).toBe('day-full');
    expect(codeOf({ type, sheet, start: at('2026-11-24T14:05:00Z') })).toBe('ok');
    expect(codeOf({ type, sheet, start: at('2026-11-24T14:05:00Z'), stepMinutes: 15 })).toBe('ok');
    expect(codeOf({ type: { ...type, dailyCap: 2 }, sheet, start: at('2026-11-24T15:30:00Z') })).toBe('ok');
  });

  it('does not count the visit that moves', () => {
    expect(codeOf({ type, sheet, start: at('2026-11-24T15:30:00Z'), heldBy: 'apt_1' })).toBe('ok');
  });

  it('is free for other types', () => {
    expect(codeOf({ type: { ...type, id: 'aty_2' }, sheet, start: at('2026-11-24T15:30:00Z') })).toBe('ok');
  });
});
