import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { AttendanceCount } from '../../../../functions/scheduling/core/attendance.ts';
import {
  byStart,
  type RankingFacts,
  type Reason,
  rankingOf,
  rankSlots,
  weights,
} from '../../../../functions/scheduling/core/rank.ts';
import { findSlots, type OfferedSlot } from '../../../../functions/scheduling/core/slots.ts';
import type { DaySheet } from '../../../../functions/scheduling/core/types.ts';

const zone = 'America/New_York';
const minute = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 60_000;
const type = { minutes: 30, bufferBeforeMinutes: 0, bufferAfterMinutes: 0, leadMinutes: 0, horizonDays: 60 };
const asOf = '2026-11-20T12:00:00Z';

/** Tuesdays 09:00-12:00 in New York: 14:00Z-17:00Z. */
const slotsWith = (
  busy: readonly [string, string][],
  visit: object = {},
  stepMinutes = 15,
  from = '2026-11-23T05:00:00Z',
): readonly OfferedSlot[] => {
  const sheet: DaySheet = {
    providerId: 'prv_1',
    date: '2026-11-24',
    zone,
    rev: 1,
    busy: busy.map(([from, to], i) => ({
      startEpochMinute: minute(`2026-11-24T${from}:00Z`),
      endEpochMinute: minute(`2026-11-24T${to}:00Z`),
      heldBy: `apt_${i}`,
    })),
  };
  const found = findSlots({
    provider: { id: 'prv_1', zone, availability: [{ weekday: 2, from: '09:00', to: '12:00' }] },
    type: { ...type, ...visit },
    sheets: [sheet],
    from: Temporal.Instant.from(from),
    to: Temporal.Instant.from('2026-12-10T05:00:00Z'),
    now: Temporal.Instant.from(asOf),
    stepMinutes,
  });
  if (!found.ok) throw new Error(found.code);
  return found.slots;
};

const facts: RankingFacts = {
  type,
  providers: [{ id: 'prv_1', zone, shortestMinutes: 20 }],
  attendance: [],
  fromEpochMinute: minute('2026-11-23T05:00:00Z'),
  asOfEpochMinute: minute(asOf),
};

const slotAt = (slots: readonly OfferedSlot[], start: string): OfferedSlot => {
  const found = slots.find(({ startEpochMinute }) => startEpochMinute === minute(start));
  if (found === undefined) throw new Error(`No slot at ${start}`);
  return found;
};

const reasonOf = (slot: OfferedSlot, factor: Reason['factor'], given: Partial<RankingFacts> = {}): Reason | undefined =>
  rankingOf({ ...facts, ...given })
    .explain(slot)
    .find((reason) => reason.factor === factor);

describe('gap fit', () => {
  const busy: readonly [string, string][] = [['14:45', '15:15']];

  it.each([
    ['fills the time between opening and the next visit', '14:00', [['14:30', '15:15']], 'none', 'none', 0, 32],
    ['touches opening and leaves too little for any visit', '14:00', busy, 'none', 'lost', 15, 16],
    ['leaves too little before it', '14:15', busy, 'lost', 'none', 15, 16],
    ['follows a visit and leaves room after it', '15:15', busy, 'none', 'usable', 0, 24],
    ['leaves too little after a visit, and room after it', '15:30', busy, 'lost', 'usable', 15, 8],
    ['lies in the middle of free time', '15:45', busy, 'usable', 'usable', 0, 16],
    ['ends when the hours end', '16:30', busy, 'usable', 'none', 0, 24],
  ] as const)('%s', (_case, start, taken, before, after, lostMinutes, points) => {
    const slot = slotAt(slotsWith(taken.map(([from, to]) => [from, to])), `2026-11-24T${start}:00Z`);
    expect(reasonOf(slot, 'gap-fit')).toEqual({ factor: 'gap-fit', before, after, lostMinutes, points });
  });

  it('counts both sides that are lost', () => {
    const slots = slotsWith([['15:00', '17:00']], {}, 10);
    expect(reasonOf(slotAt(slots, '2026-11-24T14:10:00Z'), 'gap-fit')).toMatchObject({
      before: 'lost',
      after: 'usable',
      lostMinutes: 10,
    });
    const tight = { providers: [{ id: 'prv_1', zone, shortestMinutes: 30 } as const] };
    expect(reasonOf(slotAt(slots, '2026-11-24T14:10:00Z'), 'gap-fit', tight)).toMatchObject({
      points: 0,
      lostMinutes: 30,
    });
  });

  it('counts buffers as taken, and those outside the hours as no gap', () => {
    const visit = { bufferBeforeMinutes: 15, bufferAfterMinutes: 15 };
    const slots = slotsWith([], visit);
    const given = { type: { ...type, ...visit } };
    expect(reasonOf(slotAt(slots, '2026-11-24T14:00:00Z'), 'gap-fit', given)).toMatchObject({ before: 'none' });
    expect(reasonOf(slotAt(slots, '2026-11-24T14:15:00Z'), 'gap-fit', given)).toMatchObject({ before: 'none' });
    expect(reasonOf(slotAt(slots, '2026-11-24T14:30:00Z'), 'gap-fit', given)).toMatchObject({
      before: 'lost',
      lostMinutes: 15,
    });
  });

  it('begins after what is booked already, also where the search begins later', () => {
    const [first] = slotsWith([['14:00', '14:30']], {}, 15, '2026-11-24T15:00:00Z');
    expect(first?.window.free.startEpochMinute).toBe(minute('2026-11-24T14:30:00Z'));
  });

  it('is whole for who joins a group session', () => {
    const sheet: DaySheet = {
      providerId: 'prv_1',
      date: '2026-11-24',
      zone,
      rev: 1,
      busy: [
        {
          startEpochMinute: minute('2026-11-24T14:20:00Z'),
          endEpochMinute: minute('2026-11-24T14:50:00Z'),
          heldBy: 'apt_1',
          typeId: 'aty_1',
        },
      ],
    };
    const group = { ...type, id: 'aty_1', capacity: 2 } as const;
    const found = findSlots({
      provider: { id: 'prv_1', zone, availability: [{ weekday: 2, from: '09:00', to: '12:00' }] },
      type: group,
      sheets: [sheet],
      from: Temporal.Instant.from('2026-11-24T05:00:00Z'),
      to: Temporal.Instant.from('2026-11-25T05:00:00Z'),
      now: Temporal.Instant.from(asOf),
    });
    const session = slotAt(found.ok ? found.slots : [], '2026-11-24T14:20:00Z');
    expect(reasonOf(session, 'gap-fit', { type: group })).toMatchObject({ points: weights['gap-fit'] });
  });
});

describe('continuity', () => {
  const [slot] = slotsWith([]);
  if (slot === undefined) throw new Error('No slot');

  it.each([
    ['whom the patient sees now', ['prv_1', 'prv_2'], 'last', 32],
    ['whom the patient has seen', ['prv_2', 'prv_1'], 'before', 16],
    ['whom the patient has not seen', ['prv_2'], 'never', 0],
    ['whom a new patient has not seen', [], 'never', 0],
  ] as const)('a provider %s', (_case, seenProviderIds, seen, points) => {
    expect(reasonOf(slot, 'continuity', { seenProviderIds })).toEqual({ factor: 'continuity', seen, points });
  });

  it('is not asked where nobody says who the patient is', () => {
    expect(reasonOf(slot, 'continuity')).toBeUndefined();
  });
});

describe('soonness', () => {
  it('counts local days from the first that was asked for, and from today where that is over', () => {
    const slots = slotsWith([]);
    const [first, later] = [slotAt(slots, '2026-11-24T14:00:00Z'), slotAt(slots, '2026-12-08T14:00:00Z')];
    expect(reasonOf(first, 'soonness')).toEqual({ factor: 'soonness', daysAfterFirst: 1, points: 19 });
    expect(reasonOf(later, 'soonness')).toEqual({ factor: 'soonness', daysAfterFirst: 15, points: 9 });
    const sameDay = { fromEpochMinute: minute('2026-11-24T05:00:00Z') };
    expect(reasonOf(first, 'soonness', sameDay)).toMatchObject({ daysAfterFirst: 0, points: 20 });
    const over = { fromEpochMinute: minute('2026-10-01T05:00:00Z') };
    expect(reasonOf(first, 'soonness', over)).toMatchObject({ daysAfterFirst: 4 });
    const longAgo = {
      fromEpochMinute: minute('2026-10-01T05:00:00Z'),
      asOfEpochMinute: minute('2026-10-01T05:00:00Z'),
    };
    expect(reasonOf(first, 'soonness', longAgo)).toMatchObject({ points: 0 });
  });
});

describe('attendance', () => {
  it('puts the times first that patients keep, and says by how many visits that is known', () => {
    const count = (partOfDay: 'morning' | 'afternoon', noShows: number): AttendanceCount => ({
      weekday: 2,
      partOfDay,
      lead: 'a-week',
      visits: 200,
      noShows,
    });
    const slot = slotAt(slotsWith([]), '2026-11-24T14:00:00Z');
    const kept = reasonOf(slot, 'attendance', { attendance: [count('morning', 4), count('afternoon', 90)] });
    const missed = reasonOf(slot, 'attendance', { attendance: [count('morning', 190), count('afternoon', 4)] });
    expect(kept).toMatchObject({ visits: 200, points: 15 });
    expect(missed).toMatchObject({ visits: 200, points: 0 });
  });
});

describe('a ranking', () => {
  const ids = ['prv_1', 'prv_2', 'prv_3', 'prv_10'] as const;
  const minutes = fc.integer({ min: 0, max: 30 * 96 }).map((n) => minute('2026-11-23T05:00:00Z') + n * 15);
  const gap = fc.constantFrom(0, 5, 10, 30, 60);
  const offered: fc.Arbitrary<OfferedSlot> = fc
    .record({ providerId: fc.constantFrom(...ids), start: minutes, before: gap, after: gap })
    .map(({ providerId, start, before, after }) => ({
      providerId,
      startEpochMinute: start,
      endEpochMinute: start + 30,
      window: {
        firstStart: start,
        lastStart: start,
        gridStart: start - before,
        free: { startEpochMinute: start - before, endEpochMinute: start + 30 + after },
        isSession: false,
      },
    }));
  const slots = fc.uniqueArray(offered, {
    maxLength: 60,
    selector: ({ providerId, startEpochMinute }) => `${providerId} ${startEpochMinute}`,
  });
  const attendance: fc.Arbitrary<readonly AttendanceCount[]> = fc.array(
    fc
      .record({
        weekday: fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
        partOfDay: fc.constantFrom('morning', 'afternoon', 'evening'),
        lead: fc.constantFrom('days', 'a-week', 'weeks'),
        noShows: fc.nat(50),
        came: fc.nat(50),
      })
      .map(({ came, noShows, ...kind }) => ({ ...kind, noShows, visits: came + noShows })),
    { maxLength: 20 },
  );
  const someFacts: fc.Arbitrary<RankingFacts> = fc
    .record({
      attendance,
      seenProviderIds: fc.option(fc.shuffledSubarray([...ids]), { nil: undefined }),
      shortestMinutes: fc.constantFrom(10, 20, 30),
    })
    .map(({ shortestMinutes, ...drawn }) => ({
      ...facts,
      ...drawn,
      providers: ids.map((id) => ({ id, zone, shortestMinutes })),
    }));
  const all = { limit: Number.POSITIVE_INFINITY };

  it('is the same whatever the order the slots are given in', () => {
    fc.assert(
      fc.property(slots, someFacts, fc.infiniteStream(fc.nat()), (list, given, random) => {
        const ranking = rankingOf(given);
        const keyed = list.map((slot) => ({ slot, key: Number(random.next().value) }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ slot }) => slot);
        expect(rankSlots(shuffled, ranking, all)).toEqual(rankSlots(list, ranking, all));
      }),
    );
  });

  it('has the better score first, then the earlier start, then the lower id', () => {
    fc.assert(
      fc.property(slots, someFacts, (list, given) => {
        const ranked = rankSlots(list, rankingOf(given), all);
        expect(ranked).toHaveLength(list.length);
        expect(ranked.toSorted((a, b) => b.score - a.score || byStart(a.slot, b.slot))).toEqual(ranked);
      }),
    );
  });

  it('does not reorder the others when a provider comes in', () => {
    fc.assert(
      fc.property(slots, someFacts, fc.constantFrom(...ids), (list, given, newcomer) => {
        const ranking = rankingOf(given);
        const without = list.filter(({ providerId }) => providerId !== newcomer);
        const others = rankSlots(list, ranking, all).filter(({ slot }) => slot.providerId !== newcomer);
        expect(others).toEqual(rankSlots(without, ranking, all));
      }),
    );
  });

  it('has scores that are the sums of their explanations: whole points, none below 0, none above its most', () => {
    fc.assert(
      fc.property(slots, someFacts, (list, given) => {
        const ranking = rankingOf(given);
        for (const slot of list) {
          const reasons = ranking.explain(slot);
          expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBe(ranking.scoreOf(slot));
          for (const { factor, points } of reasons) {
            expect(Number.isInteger(points) && points >= 0 && points <= weights[factor]).toBe(true);
          }
        }
      }),
    );
  });

  it('read in pages is the whole, each slot once', () => {
    fc.assert(
      fc.property(slots, someFacts, fc.integer({ min: 1, max: 9 }), (list, given, limit) => {
        const ranking = rankingOf(given);
        const read: ReturnType<typeof rankSlots>[number][] = [];
        for (let pages = 0; pages <= list.length; pages += 1) {
          const last = read.at(-1);
          const after = last && { score: last.score, ...last.slot };
          read.push(...rankSlots(list, ranking, { limit, after }));
        }
        expect(read).toEqual(rankSlots(list, ranking, all));
      }),
    );
  });

  it('knows the providers it ranks', () => {
    const [slot] = slotsWith([]);
    expect(() => slot && rankingOf({ ...facts, providers: [] }).scoreOf(slot)).toThrow(RangeError);
  });

  it('has weights that make up a hundred', () => {
    expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBe(100);
  });
});
