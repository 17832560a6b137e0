import { describe, expect, it } from 'vitest';
import { clashingBusy, touchedBy } from '../../../../functions/scheduling/core/calendar-clash.ts';
import { importFaults } from '../../../../functions/scheduling/core/calendar-import.ts';

const nine = Date.parse('2026-11-24T16:00:00Z') / 60_000;
const range = (from: number, to: number) => ({ startEpochMinute: nine + from, endEpochMinute: nine + to });
const visit = { start: '2026-11-24T16:00:00Z', end: '2026-11-24T16:30:00Z' };

describe('touchedBy', () => {
  const busy = [
    { ...range(-10, 40), heldBy: 'apt_1' },
    { ...range(40, 80), heldBy: 'apt_2' },
  ];

  it('names whose time, buffers included, shares a minute with a busy stretch', () => {
    expect(touchedBy({ busy, external: [range(35, 40)] })).toEqual(['apt_1']);
    expect(touchedBy({ busy, external: [range(35, 41)] })).toEqual(['apt_1', 'apt_2']);
  });

  it('names nobody on a day without an outside calendar', () => {
    expect(touchedBy({ busy })).toEqual([]);
  });
});

describe('clashingBusy', () => {
  it('tells the stretches that the visit itself shares time with', () => {
    expect(clashingBusy(visit, [range(-30, 0), range(10, 20), range(25, 60), range(30, 40)])).toEqual([
      { start: '2026-11-24T16:10:00Z', end: '2026-11-24T16:20:00Z' },
      { start: '2026-11-24T16:25:00Z', end: '2026-11-24T17:00:00Z' },
    ]);
  });
});

describe('importFaults', () => {
  it('has a sentence for staff for each', () => {
    for (const sentence of Object.values(importFaults)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
