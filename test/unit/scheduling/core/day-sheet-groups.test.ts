import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochDayOf, zoneClock } from '../../../../functions/platform/time.ts';
import { localDay } from '../../../../functions/scheduling/core/availability.ts';
import {
  countOfType,
  emptySheet,
  isFree,
  isWithinDay,
  joinsSession,
  move,
  occupy,
  type Purpose,
  release,
  withoutExpired,
} from '../../../../functions/scheduling/core/day-sheet.ts';
import type { DaySheet, MinuteRange } from '../../../../functions/scheduling/core/types.ts';

const zone = 'America/New_York';
const date = '2026-11-24';
const day = localDay(epochDayOf(date), zoneClock(zone));
const range = (start: number, end: number): MinuteRange => ({
  startEpochMinute: day.startEpochMinute + start,
  endEpochMinute: day.startEpochMinute + end,
});

const session: Purpose = { typeId: 'aty_group', capacity: 3 };

const holding = (holders: readonly string[], purpose: Purpose = session): DaySheet => {
  let sheet = emptySheet('prv_1', date, zone);
  for (const holder of holders) {
    const decision = occupy(sheet, range(540, 600), holder, purpose);
    if (!decision.ok) throw new Error(decision.code);
    sheet = decision.sheet;
  }
  return sheet;
};

const codeOf = (decision: ReturnType<typeof occupy>): string => (decision.ok ? 'ok' : decision.code);

describe('a group session', () => {
  it('shares its time until it is full, each with an interval of their own', () => {
    const two = holding(['apt_1', 'apt_2']);
    expect(two.busy.map(({ heldBy }) => heldBy)).toEqual(['apt_1', 'apt_2']);
    expect(codeOf(occupy(two, range(540, 600), 'apt_3', session))).toBe('ok');
    expect(codeOf(occupy(holding(['apt_1', 'apt_2', 'apt_3']), range(540, 600), 'apt_4', session))).toBe('slot-taken');
  });

  it.each([
    ['another start', range(550, 610), session],
    ['another end', range(540, 590), session],
    ['another type', range(540, 600), { typeId: 'aty_other', capacity: 3 }],
    ['no type', range(540, 600), {}],
    ['a type that does not share', range(540, 600), { typeId: 'aty_group' }],
  ] as const)('is not shared with %s', (_case, at, purpose) => {
    expect(codeOf(occupy(holding(['apt_1']), at, 'apt_2', purpose))).toBe('slot-taken');
  });

  it('is not joined twice by one holder, and has room again when one leaves', () => {
    const full = holding(['apt_1', 'apt_2', 'apt_3']);
    expect(codeOf(occupy(full, range(540, 600), 'apt_1', session))).toBe('already-held');
    expect(isFree(full, range(540, 600), 'apt_1', session)).toBe(true);
    expect(codeOf(occupy(release(full, 'apt_2'), range(540, 600), 'apt_4', session))).toBe('ok');
  });

  it('can be moved into, and its own member out of the way of nobody', () => {
    const elsewhere = occupy(holding(['apt_1', 'apt_2']), range(700, 760), 'apt_3', session);
    if (!elsewhere.ok) throw new Error(elsewhere.code);
    expect(codeOf(move(elsewhere.sheet, range(540, 600), 'apt_3', session))).toBe('ok');
    expect(codeOf(move(elsewhere.sheet, range(570, 630), 'apt_3', session))).toBe('slot-taken');
  });

  it('is one visit of the day, however many take part; nobody counts who is left out', () => {
    const two = holding(['apt_1', 'apt_2']);
    expect(countOfType(two, 'aty_group')).toBe(1);
    expect(countOfType(two, 'aty_group', 'apt_1')).toBe(1);
    expect(countOfType(holding(['apt_1']), 'aty_group', 'apt_1')).toBe(0);
    expect(countOfType(two, 'aty_other')).toBe(0);
    expect(joinsSession(two, range(540, 600), session)).toBe(true);
    expect(joinsSession(holding(['apt_1']), range(540, 600), session, 'apt_1')).toBe(false);
    expect(joinsSession(two, range(540, 601), session)).toBe(false);
  });
});

describe("a provider's own calendar", () => {
  const sheet: DaySheet = { ...holding(['apt_1']), external: [range(590, 660)] };

  it('keeps new visits away, those of a session too, and what touches it not', () => {
    expect(codeOf(occupy(sheet, range(650, 680), 'apt_2'))).toBe('slot-taken');
    expect(codeOf(occupy(sheet, range(540, 600), 'apt_2', session))).toBe('slot-taken');
    expect(codeOf(occupy(sheet, range(660, 690), 'apt_2'))).toBe('ok');
  });

  it('leaves what is booked as it is', () => {
    expect(sheet.busy).toHaveLength(1);
    expect(release(sheet, 'apt_1').external).toEqual([range(590, 660)]);
  });
});

describe('a hold', () => {
  const now = Temporal.Instant.from('2026-11-20T12:00:00Z');
  const atSecond = now.epochMilliseconds / 1000;
  const held = (seconds: number): DaySheet =>
    holding(['hld_1'], { typeId: 'aty_1', expiresAtEpochSecond: atSecond + seconds });

  it('counts until the second it ends, and from then on is not there', () => {
    expect(withoutExpired(held(1), now).busy).toHaveLength(1);
    expect(withoutExpired(held(0), now).busy).toEqual([]);
    expect(withoutExpired(held(-1), now).busy).toEqual([]);
  });

  it('that has expired leaves the revision as it was read, because nothing was written', () => {
    expect(withoutExpired(held(0), now).rev).toBe(1);
  });

  it('says on the sheet when it ends; what is booked has no end', () => {
    expect(held(300).busy[0]).toMatchObject({ heldBy: 'hld_1', expiresAtEpochSecond: atSecond + 300 });
    const booked = holding(['apt_1']);
    expect(withoutExpired(booked, now)).toBe(booked);
    expect(booked.busy[0]).not.toHaveProperty('expiresAtEpochSecond');
  });
});

describe('the local day of a sheet', () => {
  it('has a stretch from its first minute to its last', () => {
    const sheet = emptySheet('rom_1', date, zone);
    expect(isWithinDay(sheet, range(0, 1440))).toBe(true);
    expect(isWithinDay(sheet, range(-1, 30))).toBe(false);
    expect(isWithinDay(sheet, range(1430, 1441))).toBe(false);
  });
});
