import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochDayOf, zoneClock } from '../../../../functions/platform/time.ts';
import { localDay } from '../../../../functions/scheduling/core/availability.ts';
import {
  closeSheet,
  emptySheet,
  isFree,
  move,
  occupy,
  overlaps,
  release,
} from '../../../../functions/scheduling/core/day-sheet.ts';
import type { DaySheet, MinuteRange } from '../../../../functions/scheduling/core/types.ts';

const zone = 'America/New_York';
const date = '2026-11-24';
const day = localDay(epochDayOf(date), zoneClock(zone));
const blank = emptySheet('prv_1', date, zone);

/** Minutes of the day, to keep the tests readable. */
const range = (start: number, end: number): MinuteRange => ({
  startEpochMinute: day.startEpochMinute + start,
  endEpochMinute: day.startEpochMinute + end,
});

const codeOf = (decision: ReturnType<typeof occupy>): string => (decision.ok ? 'ok' : decision.code);

const taken = (decision: ReturnType<typeof occupy>): DaySheet => {
  if (!decision.ok) throw new Error(`not free: ${decision.code}`);
  return decision.sheet;
};

/** 09:00-10:00 held by apt_1. */
const nineToTen = taken(occupy(blank, range(540, 600), 'apt_1'));

describe('a day sheet', () => {
  it('begins empty, at revision 0', () => {
    expect(blank).toEqual({ providerId: 'prv_1', date, zone, rev: 0, busy: [] });
  });

  it('is not changed by what is done with it', () => {
    const frozen = Object.freeze({ ...nineToTen, busy: Object.freeze([...nineToTen.busy]) });
    occupy(frozen, range(600, 660), 'apt_2');
    release(frozen, 'apt_1');
    move(frozen, range(600, 660), 'apt_1');
    expect(frozen).toEqual(nineToTen);
  });
});

describe('closing a day', () => {
  const closed = closeSheet(nineToTen, 'exc_1');

  it('lies over the whole day, one revision on, and leaves what is booked', () => {
    expect(closed.rev).toBe(nineToTen.rev + 1);
    expect(closed.busy).toEqual([{ ...day, heldBy: 'exc_1' }, ...nineToTen.busy]);
    expect(release(closed, 'apt_1').busy).toEqual([{ ...day, heldBy: 'exc_1' }]);
  });

  it('lets nobody take time, not even the visit that is there, nor one more of its session', () => {
    const session = { typeId: 'aty_1', capacity: 5 } as const;
    const group = closeSheet(taken(occupy(blank, range(540, 600), 'apt_1', session)), 'exc_1');
    expect(codeOf(occupy(group, range(540, 600), 'apt_2', session))).toBe('slot-taken');
    expect(codeOf(move(closed, range(600, 660), 'apt_1'))).toBe('slot-taken');
    expect(codeOf(occupy(closed, range(0, 1), 'apt_2'))).toBe('slot-taken');
    expect(codeOf(occupy(closed, range(24 * 60 - 1, 24 * 60), 'apt_2'))).toBe('slot-taken');
  });

  it('twice for one leave changes nothing; taken back, the day is as it was', () => {
    expect(closeSheet(closed, 'exc_1')).toBe(closed);
    expect(release(closed, 'exc_1').busy).toEqual(nineToTen.busy);
  });
});

describe('occupy', () => {
  it('takes free time, one revision on', () => {
    expect(nineToTen).toEqual({ ...blank, rev: 1, busy: [{ ...range(540, 600), heldBy: 'apt_1' }] });
  });

  it.each([
    ['the same', 540, 600],
    ['its first minute', 500, 541],
    ['its last minute', 599, 700],
    ['within it', 550, 560],
    ['around it', 500, 700],
  ])('refuses %s', (_case, start, end) => {
    expect(codeOf(occupy(nineToTen, range(start, end), 'apt_2'))).toBe('slot-taken');
  });

  it('takes what touches, and keeps the day sorted', () => {
    const before = taken(occupy(nineToTen, range(480, 540), 'apt_2'));
    const after = taken(occupy(before, range(600, 660), 'apt_3'));
    expect(after.busy.map((interval) => interval.heldBy)).toEqual(['apt_2', 'apt_1', 'apt_3']);
    expect(after.rev).toBe(3);
  });

  it('refuses a holder that has time on the day', () => {
    expect(codeOf(occupy(nineToTen, range(700, 730), 'apt_1'))).toBe('already-held');
  });

  it.each([
    [600, 600],
    [600, 599],
    [600.5, 630],
    [600, 630.5],
    [Number.NaN, 630],
    [600, Number.POSITIVE_INFINITY],
  ])('refuses %d to %d, which is no stretch of whole minutes', (start, end) => {
    expect(codeOf(occupy(blank, range(start, end), 'apt_1'))).toBe('interval-invalid');
  });

  it('takes one minute', () => {
    expect(codeOf(occupy(blank, range(600, 601), 'apt_1'))).toBe('ok');
  });

  it('refuses what reaches over local midnight, by a minute, at either end', () => {
    expect(codeOf(occupy(blank, range(0, 1440), 'apt_1'))).toBe('ok');
    expect(codeOf(occupy(blank, range(-1, 30), 'apt_1'))).toBe('outside-day');
    expect(codeOf(occupy(blank, range(1410, 1441), 'apt_1'))).toBe('outside-day');
  });

  it('knows how long the day is', () => {
    const autumn = emptySheet('prv_1', '2026-11-01', zone);
    const start = localDay(epochDayOf('2026-11-01'), zoneClock(zone)).startEpochMinute;
    const until = (end: number): MinuteRange => ({ startEpochMinute: start, endEpochMinute: start + end });
    expect(codeOf(occupy(autumn, until(1500), 'apt_1'))).toBe('ok');
    expect(codeOf(occupy(autumn, until(1501), 'apt_1'))).toBe('outside-day');
  });
});

describe('release', () => {
  it('gives the time back, one revision on', () => {
    expect(release(nineToTen, 'apt_1')).toEqual({ ...blank, rev: 2 });
  });

  it('gives the sheet itself for a holder that has nothing', () => {
    expect(release(nineToTen, 'apt_2')).toBe(nineToTen);
  });
});

describe('move', () => {
  it('may overlap the time it leaves, and is one revision', () => {
    expect(move(nineToTen, range(570, 630), 'apt_1')).toEqual({
      ok: true,
      sheet: { ...blank, rev: 2, busy: [{ ...range(570, 630), heldBy: 'apt_1' }] },
    });
  });

  it('refuses the time of another', () => {
    const two = taken(occupy(nineToTen, range(600, 660), 'apt_2'));
    expect(codeOf(move(two, range(570, 630), 'apt_1'))).toBe('slot-taken');
  });

  it('refuses another day', () => {
    expect(codeOf(move(nineToTen, range(1430, 1450), 'apt_1'))).toBe('outside-day');
  });
});

describe('isFree', () => {
  it('counts what touches as free, and a holder its own time', () => {
    expect(isFree(nineToTen, range(600, 660))).toBe(true);
    expect(isFree(nineToTen, range(480, 540))).toBe(true);
    expect(isFree(nineToTen, range(599, 660))).toBe(false);
    expect(isFree(nineToTen, range(599, 660), 'apt_2')).toBe(false);
    expect(isFree(nineToTen, range(599, 660), 'apt_1')).toBe(true);
  });
});

describe('against a model: a set of minutes for each holder', () => {
  type Step = {
    readonly kind: 'occupy' | 'move' | 'release';
    readonly holder: string;
    readonly start: number;
    readonly length: number;
  };
  const steps: fc.Arbitrary<readonly Step[]> = fc.array(
    fc.record({
      kind: fc.constantFrom('occupy', 'occupy', 'move', 'release'),
      holder: fc.constantFrom('apt_1', 'apt_2', 'apt_3', 'apt_4', 'apt_5'),
      start: fc.integer({ min: -5, max: 60 }),
      length: fc.integer({ min: -1, max: 20 }),
    }),
    { maxLength: 40 },
  );

  /** What may be taken, said minute by minute. */
  const modelAllows = (model: ReadonlyMap<string, readonly [number, number]>, step: Step): boolean => {
    if (step.length <= 0 || step.start < 0) return false;
    if (step.kind === 'occupy' && model.has(step.holder)) return false;
    for (let minute = step.start; minute < step.start + step.length; minute += 1) {
      for (const [holder, [start, end]] of model) {
        if (holder !== step.holder && start <= minute && minute < end) return false;
      }
    }
    return true;
  };

  it('any sequence: the same answers, never an overlap, sorted, within the day, each change one revision', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let sheet = blank;
        const model = new Map<string, readonly [number, number]>();
        for (const step of sequence) {
          const before = sheet;
          if (step.kind === 'release') {
            sheet = release(sheet, step.holder);
            expect(sheet.rev).toBe(before.rev + (model.delete(step.holder) ? 1 : 0));
          } else {
            const decide = step.kind === 'move' ? move : occupy;
            const decision = decide(sheet, range(step.start, step.start + step.length), step.holder);
            expect(decision.ok).toBe(modelAllows(model, step));
            if (decision.ok) {
              sheet = decision.sheet;
              model.set(step.holder, [step.start, step.start + step.length]);
              expect(sheet.rev).toBe(before.rev + 1);
            }
          }
          const expected = [...model]
            .sort(([, a], [, b]) => a[0] - b[0])
            .map(([heldBy, [start, end]]) => ({ ...range(start, end), heldBy }));
          expect(sheet.busy).toEqual(expected);
          for (const a of sheet.busy) {
            expect(sheet.busy.filter((b) => overlaps(a, b))).toEqual([a]);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('occupy then release leaves the day as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1400 }), fc.integer({ min: 1, max: 40 }), (start, length) => {
        const decision = occupy(nineToTen, range(start, start + length), 'apt_2');
        const after = decision.ok ? release(decision.sheet, 'apt_2') : nineToTen;
        expect(after.busy).toEqual(nineToTen.busy);
        expect(decision.ok).toBe(isFree(nineToTen, range(start, start + length)));
      }),
    );
  });
});
