import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { eveningOf, isStaffed } from '../../../../functions/messaging/core/business-hours.ts';
import { DEFAULT_SETTINGS, type WeekHours } from '../../../../functions/messaging/core/settings.ts';

const zone = 'America/Denver';
const local = (wallTime: string): Temporal.Instant => Temporal.ZonedDateTime.from(`${wallTime}[${zone}]`).toInstant();
/** Monday to Friday, 8:00 to 17:00. 2026-11-23 is a Monday. */
const { businessHours: week } = DEFAULT_SETTINGS;

describe('whether anybody is there', () => {
  it.each([
    ['2026-11-23T07:59', false],
    ['2026-11-23T08:00', true],
    ['2026-11-23T16:59:59', true],
    ['2026-11-23T17:00', false],
    ['2026-11-22T12:00', false],
  ])('%s: %s', (wallTime, staffed) => {
    expect(isStaffed(local(wallTime), zone, week)).toBe(staffed);
  });

  it('a day without a break to its end, and a lunch break, are as they were set', () => {
    const hours: readonly WeekHours[] = [
      { weekday: 1, from: '00:00', to: '24:00' },
      { weekday: 2, from: '08:00', to: '12:00' },
      { weekday: 2, from: '13:00', to: '17:00' },
    ];
    const staffed = ['2026-11-23T23:59', '2026-11-24T12:30', '2026-11-24T13:00'].map((wallTime) =>
      isStaffed(local(wallTime), zone, hours),
    );
    expect(staffed).toEqual([true, false, true]);
  });
});

describe('an evening', () => {
  it.each([
    ['2026-11-23T17:00', '2026-11-23'],
    ['2026-11-23T23:59', '2026-11-23'],
    ['2026-11-24T00:01', '2026-11-23'],
    ['2026-11-24T07:59', '2026-11-23'],
    ['2026-11-28T05:59', '2026-11-27'],
    ['2026-11-28T12:00', '2026-11-28'],
  ])('lasts until the morning: %s belongs to that of %s', (wallTime, evening) => {
    expect(eveningOf(local(wallTime), zone, week)).toBe(evening);
  });
});
