import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySheet, occupy } from '../../../../functions/scheduling/core/day-sheet.ts';
import {
  inOrderOfMove,
  isInHours,
  minutesLater,
  rederive,
  shiftHeld,
} from '../../../../functions/scheduling/core/recheck.ts';
import type { DaySheet, MinuteRange, VisitTime } from '../../../../functions/scheduling/core/types.ts';
import { minuteRangeOf, visitTime } from '../../../../functions/scheduling/core/visit-time.ts';

const zone = 'America/Denver';
const at = (start: string, end: string, wallTime: string): VisitTime => ({ start, end, zone, wallTime });
const nine = at('2027-03-15T15:00:00Z', '2027-03-15T15:30:00Z', '2027-03-15T09:00');
const epochMinute = (instant: string): number => Date.parse(instant) / 60_000;

/** A time as it was stored by zone data whose clocks were `minutes` off from ours. */
const storedBy = (minutes: number, time: VisitTime): VisitTime => {
  const { startEpochMinute, endEpochMinute } = minuteRangeOf(time);
  const range = { startEpochMinute: startEpochMinute + minutes, endEpochMinute: endEpochMinute + minutes };
  return { ...visitTime(range, zone), wallTime: time.wallTime };
};

describe('rederive', () => {
  it('leaves a visit whose instant still shows its wall time', () => {
    expect(rederive(nine)).toBeUndefined();
  });

  it.each([60, -60, 30])('brings back a visit stored %i minutes off, its length kept', (minutes) => {
    const stored = storedBy(minutes, nine);
    const after = rederive(stored);
    expect(after).toEqual(nine);
    expect(after && minutesLater(stored, after)).toBe(-minutes);
  });

  it('leaves both hours that an autumn change shows twice, though a wall time alone means the first', () => {
    const first = at('2026-11-01T07:30:00Z', '2026-11-01T08:00:00Z', '2026-11-01T01:30');
    const second = at('2026-11-01T08:30:00Z', '2026-11-01T09:00:00Z', '2026-11-01T01:30');
    expect([rederive(first), rederive(second)]).toEqual([undefined, undefined]);
  });

  it('moves a wall time that is skipped by now forward, and finds it in order from then on', () => {
    const stored = at('2027-03-14T08:30:00Z', '2027-03-14T09:00:00Z', '2027-03-14T02:30');
    const after = rederive(stored);
    expect(after).toEqual(at('2027-03-14T09:30:00Z', '2027-03-14T10:00:00Z', '2027-03-14T03:30'));
    expect(after && rederive(after)).toBeUndefined();
  });

  it('needs no second time, wherever a visit is and however far it was off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: epochMinute('2026-01-01T00:00:00Z'), max: epochMinute('2031-01-01T00:00:00Z') }),
        fc.constantFrom(zone, 'America/New_York', 'Pacific/Honolulu', 'Australia/Lord_Howe', 'Africa/Cairo'),
        fc.integer({ min: -180, max: 180 }),
        (start, someZone, minutes) => {
          const meant = visitTime({ startEpochMinute: start, endEpochMinute: start + 45 }, someZone);
          const range = { startEpochMinute: start + minutes, endEpochMinute: start + minutes + 45 };
          const stored = { ...visitTime(range, someZone), wallTime: meant.wallTime };
          const after = rederive(stored) ?? stored;
          expect(after.wallTime).toBe(meant.wallTime);
          expect(rederive(after)).toBeUndefined();
          expect(minutesLater({ start: after.start }, { start: after.end })).toBe(45);
        },
      ),
    );
  });
});

describe('isInHours', () => {
  const provider = {
    id: 'prv_1',
    zone,
    availability: [{ weekday: 1, from: '09:00', to: '12:00' }],
  } as const;

  it.each([
    ['within the hours', provider, true],
    ['beside the hours', { ...provider, availability: [{ weekday: 1, from: '09:15', to: '12:00' }] as const }, false],
    ['in a break', { ...provider, breaks: [{ weekday: 1, from: '09:29', to: '10:00' }] as const }, false],
    [
      'on a day the clinic is closed',
      { ...provider, closures: [{ id: 'cls_1', firstDate: '2027-03-15', lastDate: '2027-03-15', name: 'x' }] as const },
      false,
    ],
  ])('a visit %s', (_case, hours, expected) => {
    expect(isInHours(hours, nine)).toBe(expected);
  });
});

describe('inOrderOfMove', () => {
  it('lets each follow into what the one before has left', () => {
    const move = (hour: number, minutes: number) => {
      const after = visitTime(
        { startEpochMinute: epochMinute('2027-03-15T15:00:00Z') + hour * 60, endEpochMinute: 0 },
        zone,
      );
      const start = epochMinute(after.start) - minutes;
      return { name: `${hour}`, before: visitTime({ startEpochMinute: start, endEpochMinute: 0 }, zone), after };
    };
    const names = (moves: readonly { readonly name: string }[]): string => moves.map(({ name }) => name).join(' ');
    expect(names(inOrderOfMove([move(3, -60), move(1, -60), move(2, -60)]))).toBe('1 2 3');
    expect(names(inOrderOfMove([move(3, 60), move(1, 60), move(2, 60)]))).toBe('3 2 1');
    expect(names(inOrderOfMove([move(1, 60), move(4, -60), move(2, 60), move(3, -60)]))).toBe('3 4 2 1');
  });
});

describe('shiftHeld', () => {
  const nobody: ReadonlySet<string> = new Set();
  const nineToTen: MinuteRange = {
    startEpochMinute: epochMinute('2027-03-15T15:00:00Z'),
    endEpochMinute: epochMinute('2027-03-15T16:00:00Z'),
  };
  const sheetWith = (...held: readonly (readonly [string, number])[]): DaySheet => {
    let sheet = emptySheet('prv_1', '2027-03-15', zone);
    for (const [heldBy, hoursLater] of held) {
      const range = {
        startEpochMinute: nineToTen.startEpochMinute + hoursLater * 60,
        endEpochMinute: nineToTen.endEpochMinute + hoursLater * 60,
      };
      const decision = occupy(sheet, range, heldBy);
      if (!decision.ok) throw new Error(decision.code);
      sheet = decision.sheet;
    }
    return { ...sheet, rev: 7 };
  };
  const busyOf = (sheet: DaySheet | undefined): string[] =>
    (sheet?.busy ?? []).map(
      ({ heldBy, startEpochMinute }) => `${heldBy}+${(startEpochMinute - nineToTen.startEpochMinute) / 60}`,
    );

  it('moves what the holder has, one revision on, sorted', () => {
    const from = sheetWith(['apt_1', 0], ['apt_2', 2]);
    const decision = shiftHeld({ from, to: from, heldBy: 'apt_2', minutes: -180, mates: nobody });
    expect(decision.ok && decision.sheets).toHaveLength(1);
    const [sheet] = decision.ok ? decision.sheets : [];
    expect(busyOf(sheet)).toEqual(['apt_2+-1', 'apt_1+0']);
    expect(sheet?.rev).toBe(8);
  });

  it('overlaps its own old time, not that of others, unless they come along', () => {
    const from = sheetWith(['apt_1', 0], ['apt_2', 1]);
    const move = { from, to: from, heldBy: 'apt_2', minutes: -30 };
    expect(shiftHeld({ ...move, mates: nobody })).toEqual({ ok: false, code: 'slot-taken' });
    expect(shiftHeld({ ...move, heldBy: 'apt_1', mates: nobody }).ok).toBe(true);
    expect(shiftHeld({ ...move, mates: new Set(['apt_1']) }).ok).toBe(true);
  });

  it('is not held up by the provider’s own calendar', () => {
    const from = { ...sheetWith(['apt_1', 1]), external: [nineToTen] };
    const decision = shiftHeld({ from, to: from, heldBy: 'apt_1', minutes: -60, mates: nobody });
    expect(decision.ok && decision.sheets[0]?.external).toEqual([nineToTen]);
  });

  it('goes from one day to another', () => {
    const from = sheetWith(['apt_1', 0], ['apt_2', 1]);
    const to = { ...emptySheet('prv_1', '2027-03-16', zone), rev: 3 };
    const decision = shiftHeld({ from, to, heldBy: 'apt_1', minutes: 24 * 60, mates: nobody });
    const sheets = decision.ok ? decision.sheets : [];
    expect(sheets.map(({ date, rev }) => `${date} ${rev}`)).toEqual(['2027-03-15 8', '2027-03-16 4']);
    expect(sheets.map(busyOf)).toEqual([['apt_2+1'], ['apt_1+24']]);
  });

  it('refuses who is not on the sheet, and time outside the day', () => {
    const from = sheetWith(['apt_1', 0]);
    const move = { from, to: from, minutes: 60, mates: nobody };
    expect(shiftHeld({ ...move, heldBy: 'apt_9' })).toEqual({ ok: false, code: 'not-on-sheet' });
    expect(shiftHeld({ ...move, heldBy: 'apt_1', minutes: 15 * 60 })).toEqual({ ok: false, code: 'outside-day' });
    expect(shiftHeld({ ...move, heldBy: 'apt_1', minutes: 14 * 60 }).ok).toBe(true);
  });
});
