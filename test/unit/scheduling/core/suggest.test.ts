import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { suggestTimes } from '../../../../functions/scheduling/core/suggest.ts';
import type { Slot } from '../../../../functions/scheduling/core/visit-time.ts';

const zone = 'America/New_York';

const minuteOf = (wall: string): number =>
  Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds / 60_000;

const slotAt = (wall: string): Slot => ({
  providerId: 'prv_1',
  startEpochMinute: minuteOf(wall),
  endEpochMinute: minuteOf(wall) + 30,
});

const wallOf = (slot: Slot): string =>
  Temporal.Instant.fromEpochMilliseconds(slot.startEpochMinute * 60_000)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });

/** The visit that is moved: Tuesday 2026-11-24, 09:30. */
const original = '2026-11-24T09:30';

const suggested = (count: number, ...walls: readonly string[]): string[] =>
  suggestTimes({ slots: walls.map(slotAt), originalStartEpochMinute: minuteOf(original), zone, count }).map(
    ({ slot, reason, minutesFromUsualTime }) => `${wallOf(slot)} ${reason} ${minutesFromUsualTime}`,
  );

describe('the next suitable times', () => {
  it('are one a day, the nearest to the usual time of day', () => {
    expect(
      suggested(2, '2026-11-25T08:00', '2026-11-25T09:15', '2026-11-25T14:00', '2026-11-26T09:30', '2026-11-26T10:00'),
    ).toEqual(['2026-11-25T09:15 soonest 15', '2026-11-26T09:30 soonest 0']);
  });

  it('are the earlier of two equally near', () => {
    expect(suggested(1, '2026-11-25T09:00', '2026-11-25T10:00')).toEqual(['2026-11-25T09:00 soonest 30']);
  });

  it('are the next days for half of the list, rounded up, then the usual weekday, sorted by start', () => {
    const mornings = ['11-25', '11-26', '11-27', '11-30', '12-01', '12-02', '12-08'].map((day) => `2026-${day}T09:30`);
    expect(suggested(3, ...mornings)).toEqual([
      '2026-11-25T09:30 soonest 0',
      '2026-11-26T09:30 soonest 0',
      '2026-12-01T09:30 same-weekday 0',
    ]);
    expect(suggested(4, ...mornings)).toEqual([
      '2026-11-25T09:30 soonest 0',
      '2026-11-26T09:30 soonest 0',
      '2026-12-01T09:30 same-weekday 0',
      '2026-12-08T09:30 same-weekday 0',
    ]);
  });

  it('are the next days again where the usual weekday has nothing free', () => {
    expect(suggested(3, '2026-11-25T09:30', '2026-11-26T09:30', '2026-11-27T09:30', '2026-11-30T09:30')).toEqual([
      '2026-11-25T09:30 soonest 0',
      '2026-11-26T09:30 soonest 0',
      '2026-11-27T09:30 soonest 0',
    ]);
  });

  it('are further times of the same days where there are too few days', () => {
    expect(suggested(3, '2026-11-25T09:30', '2026-11-25T10:00', '2026-11-25T16:00', '2026-11-26T13:00')).toEqual([
      '2026-11-25T09:30 soonest 0',
      '2026-11-25T10:00 same-day 30',
      '2026-11-26T13:00 soonest 210',
    ]);
  });

  it('never contain the time that is moved, even with another provider', () => {
    expect(suggested(3, original, '2026-11-24T10:00')).toEqual(['2026-11-24T10:00 soonest 30']);
  });

  it('think in wall time across a clock change', () => {
    const spring = suggestTimes({
      slots: [slotAt('2026-03-09T09:00'), slotAt('2026-03-09T10:00')],
      originalStartEpochMinute: minuteOf('2026-03-06T10:00'),
      zone,
      count: 1,
    });
    expect(spring.map(({ slot }) => wallOf(slot))).toEqual(['2026-03-09T10:00']);
  });

  it('are none where nothing is free or nothing is asked', () => {
    expect(suggested(3)).toEqual([]);
    expect(suggested(0, '2026-11-25T09:30')).toEqual([]);
  });

  it('are always free, sorted, as many as asked if there are, on as many days as there are', () => {
    const quarter = fc.integer({ min: 0, max: 14 * 96 }).map((n) => minuteOf('2026-11-24T00:00') + n * 15);
    fc.assert(
      fc.property(fc.uniqueArray(quarter, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (drawn, count) => {
        const slots = drawn
          .filter((start) => start !== minuteOf(original))
          .sort((a, b) => a - b)
          .map((start) => ({ providerId: 'prv_1' as const, startEpochMinute: start, endEpochMinute: start + 30 }));
        const found = suggestTimes({ slots, originalStartEpochMinute: minuteOf(original), zone, count });
        const startsOf = (list: readonly Slot[]): number[] => list.map((slot) => slot.startEpochMinute);
        const picked = startsOf(found.map(({ slot }) => slot));
        expect(picked).toEqual(startsOf(slots.filter((slot) => picked.includes(slot.startEpochMinute))));
        expect(found).toHaveLength(Math.min(count, slots.length));
        const daysOf = (list: readonly Slot[]): number => new Set(list.map((slot) => wallOf(slot).slice(0, 10))).size;
        expect(daysOf(found.map(({ slot }) => slot))).toBe(Math.min(count, daysOf(slots)));
      }),
    );
  });
});
