import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { plausibleZones } from '../../../../functions/messaging/core/plausible-zones.ts';
import { DEFAULT_SETTINGS } from '../../../../functions/messaging/core/settings.ts';
import {
  anyHour,
  closedAt,
  closesAt,
  isOpen,
  marketingWindow,
  opensAt,
  textingWindow,
  treatmentWindow,
} from '../../../../functions/messaging/core/texting-window.ts';

const at = (text: string) => Temporal.Instant.from(text);
const treatment = treatmentWindow(DEFAULT_SETTINGS);
const anywhere = plausibleZones('+18885550101');

describe('texts of treatment', () => {
  it.each([
    ['2026-12-01T12:59:59Z', false],
    ['2026-12-01T13:00:00Z', true],
    ['2026-12-02T00:59:59Z', true],
    ['2026-12-02T01:00:00Z', false],
  ])('may arrive in New York at %s: %s', (instant, expected) => {
    const window = textingWindow('treatment', DEFAULT_SETTINGS, 'RI');
    expect(isOpen(at(instant), ['America/New_York'], window)).toBe(expected);
    expect(isOpen(at(instant), ['America/New_York'], anyHour)).toBe(true);
  });
});

describe('a number whose zone nobody knows', () => {
  it.each([
    ['+13035550101', undefined, ['America/Denver']],
    ['+13035550101', 'FL', ['America/New_York', 'America/Chicago', 'America/Denver']],
    ['+12085550101', undefined, ['America/Denver', 'America/Los_Angeles']],
  ])('%s of %s may be in %j', (phone, state, zones) => {
    expect(plausibleZones(phone, state)).toEqual(zones);
  });

  it.each(['+18885550101', '+9995550101', '+447700900123'])('%s may be anywhere', (phone) => {
    expect(plausibleZones(phone)).toHaveLength(7);
  });

  it('is texted while it is day in all plausible zones: from Honolulu’s 8:00 to New York’s 20:00', () => {
    const opening = opensAt(at('2026-11-24T06:00:00Z'), anywhere, treatment);
    expect(opening).toEqual(at('2026-11-24T18:00:00Z'));
    expect(opening && closesAt(opening, anywhere, treatment)).toEqual(at('2026-11-25T01:00:00Z'));
  });
});

describe('marketing', () => {
  const sunday = at('2026-11-29T15:30:00Z'); // 10:30 in New York
  it('keeps to the afternoon on a Sunday', () => {
    expect(opensAt(sunday, ['America/New_York'], marketingWindow(DEFAULT_SETTINGS, 'NY'))).toEqual(
      at('2026-11-29T17:00:00Z'),
    );
  });

  it('keeps to the strictest state where none is known', () => {
    const evening = at('2026-11-24T23:30:00Z'); // Tuesday 18:30 in New York
    expect(isOpen(evening, ['America/New_York'], marketingWindow(DEFAULT_SETTINGS, 'NY'))).toBe(true);
    expect(isOpen(evening, ['America/New_York'], marketingWindow(DEFAULT_SETTINGS, 'RI'))).toBe(false);
    expect(isOpen(evening, ['America/New_York'], marketingWindow(DEFAULT_SETTINGS, undefined))).toBe(false);
  });

  it('never goes where the windows never meet', () => {
    const night = { marketingHours: { hours: [], exceptions: [] } };
    expect(opensAt(sunday, ['America/New_York'], marketingWindow(night, 'NY'))).toBeUndefined();
    expect(closedAt(sunday, 'America/New_York', marketingWindow(night, 'NY'))).toBeUndefined();
  });
});

const zone = fc.constantFrom(
  'America/New_York',
  'America/Denver',
  'America/Phoenix',
  'Pacific/Honolulu',
  'Asia/Kathmandu',
);
const instant = fc
  .integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') })
  .map((millis) => Temporal.Instant.fromEpochMilliseconds(millis - (millis % 60_000)));
const hours = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 24 }))
  .map(([from, length]) => ({ from, until: Math.min(24, from + length) }));

it('opens at the first minute that is open in every zone, and closes at the first that is not', () => {
  fc.assert(
    fc.property(instant, fc.uniqueArray(zone, { minLength: 1, maxLength: 2 }), hours, (now, zones, textingHours) => {
      const window = treatmentWindow({ textingHours });
      const opening = opensAt(now, zones, window);
      const minutes = Array.from({ length: 49 * 4 }, (_, quarter) => now.add({ minutes: quarter * 15 }));
      const isBefore = (one: Temporal.Instant, other: Temporal.Instant) => Temporal.Instant.compare(one, other) < 0;
      const earlier = minutes.filter((minute) => opening === undefined || isBefore(minute, opening));
      expect(earlier.filter((minute) => isOpen(minute, zones, window))).toEqual([]);
      for (const zone of zones) {
        const last = closedAt(now, zone, window) ?? now;
        expect(isOpen(last.subtract({ minutes: 1 }), [zone], window), 'it was open until then').toBe(true);
        const since = minutes.map((_, quarter) => now.subtract({ minutes: quarter * 15 }));
        if (isOpen(now, [zone], window)) continue;
        expect(since.filter((minute) => isBefore(last, minute) && isOpen(minute, [zone], window))).toEqual([]);
      }
      if (opening === undefined) return;
      expect(isOpen(opening, zones, window)).toBe(true);
      const closing = closesAt(opening, zones, window);
      if (textingHours.until - textingHours.from < 24) expect(isOpen(closing, zones, window)).toBe(false);
      expect(isOpen(closing.subtract({ minutes: 1 }), zones, window)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
