import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { instantOfEpochMinute } from '../../../../functions/scheduling/core/visit-time.ts';
import {
  byTurn,
  type Candidate,
  isWanted,
  leastOfferMinutes,
  type Offer,
  type Opening,
  offerMinutes,
  offerRefusal,
  suitsSomebodyAsked,
  turnsFor,
  type WaitingCriteria,
  type WaitingEntry,
  waitingTransitions,
} from '../../../../functions/scheduling/core/waiting-list.ts';

/** Tuesday, 10:00 in Denver. */
const now = Temporal.Instant.from('2026-05-12T16:00:00Z');
const at = (instant: string): Temporal.Instant => Temporal.Instant.from(instant);
const minuteOf = (instant: string): number => at(instant).epochMilliseconds / 60_000;

const anything: WaitingCriteria = { typeId: 'aty_1', zone: 'America/Denver', noticeMinutes: 60 };

const entryOf = (fields: Partial<WaitingEntry> = {}, criteria: Partial<WaitingCriteria> = {}): WaitingEntry => ({
  id: 'wai_1',
  clinicId: 'cli_1',
  patientId: 'pat_1',
  criteria: { ...anything, ...criteria },
  status: 'waiting',
  since: '2026-05-01T00:00:00Z',
  rev: 1,
  ...fields,
});

const candidateOf = (entry: WaitingEntry, fields: Partial<Candidate> = {}): Candidate => ({
  entry,
  minutes: 30,
  textableFrom: now,
  ...fields,
});

/** Thursday, 10:00 to 11:00 in Denver. */
const opening: Opening = {
  id: 'opn_1',
  clinicId: 'cli_1',
  providerId: 'prv_1',
  freedBy: 'apt_1',
  givenUpBy: 'pat_0',
  start: '2026-05-14T16:00:00Z',
  end: '2026-05-14T17:00:00Z',
  status: 'open',
  dueAt: '2026-05-12T16:00:00Z',
  offers: [],
  rev: 1,
};

const startsOf = (candidate: Candidate, of: Opening = opening): string[] =>
  turnsFor(of, [candidate], now).flatMap(({ times }) =>
    times.map(({ startEpochMinute }) => instantOfEpochMinute(startEpochMinute).toString({ smallestUnit: 'minute' })),
  );

describe('what somebody wants', () => {
  const visit = {
    startEpochMinute: minuteOf('2026-05-14T16:00:00Z'),
    endEpochMinute: minuteOf('2026-05-14T16:30:00Z'),
  };
  const wanted = (criteria: Partial<WaitingCriteria>): boolean =>
    isWanted({ ...anything, ...criteria }, 'prv_1', visit);

  it.each<[string, Partial<WaitingCriteria>, boolean]>([
    ['anything', {}, true],
    ['this provider among others', { providerIds: ['prv_2', 'prv_1'] }, true],
    ['another provider', { providerIds: ['prv_2'] }, false],
    ['this weekday', { weekdays: [4] }, true],
    ['other weekdays', { weekdays: [1, 2, 3, 5, 6, 7] }, false],
    ['from its very start', { timeFrom: '10:00' }, true],
    ['from a minute later', { timeFrom: '10:01' }, false],
    ['until its very end', { timeTo: '10:30' }, true],
    ['until a minute earlier', { timeTo: '10:29' }, false],
    ['the whole day', { timeFrom: '00:00', timeTo: '24:00' }, true],
    ['from this date', { firstDate: '2026-05-14' }, true],
    ['from the next date', { firstDate: '2026-05-15' }, false],
    ['until this date', { lastDate: '2026-05-14' }, true],
    ['until the date before', { lastDate: '2026-05-13' }, false],
    ['the same hour on another clock', { zone: 'America/New_York', timeFrom: '12:00', timeTo: '12:30' }, true],
    ['this hour on another clock', { zone: 'America/New_York', timeTo: '10:30' }, false],
  ])('%s', (_, criteria, expected) => {
    expect(wanted(criteria)).toBe(expected);
  });

  it('is judged on the day it is in their zone', () => {
    const late = {
      startEpochMinute: minuteOf('2026-05-14T05:00:00Z'),
      endEpochMinute: minuteOf('2026-05-14T05:30:00Z'),
    };
    // 23:00 on Wednesday in Denver, 1:00 on Thursday in New York.
    expect(isWanted({ ...anything, weekdays: [3], lastDate: '2026-05-13' }, 'prv_1', late)).toBe(true);
    expect(isWanted({ ...anything, zone: 'America/New_York', weekdays: [4] }, 'prv_1', late)).toBe(true);
  });

  it('ends after midnight only for who said no end', () => {
    const over = {
      startEpochMinute: minuteOf('2026-05-14T05:45:00Z'),
      endEpochMinute: minuteOf('2026-05-14T06:15:00Z'),
    };
    expect(isWanted({ ...anything, timeTo: '24:00' }, 'prv_1', over)).toBe(false);
    expect(isWanted(anything, 'prv_1', over)).toBe(true);
  });
});

describe('the starts of an opening', () => {
  it('are the freed one, then later ones that end within what was freed', () => {
    expect(startsOf(candidateOf(entryOf()))).toEqual(['2026-05-14T16:00Z', '2026-05-14T16:15Z', '2026-05-14T16:30Z']);
  });

  it('are the freed one alone for a visit as long as it, or longer', () => {
    expect(startsOf(candidateOf(entryOf(), { minutes: 60 }))).toEqual(['2026-05-14T16:00Z']);
    expect(startsOf(candidateOf(entryOf(), { minutes: 90 }))).toEqual(['2026-05-14T16:00Z']);
  });

  it('leave out those they do not want', () => {
    expect(startsOf(candidateOf(entryOf({}, { timeFrom: '10:15', timeTo: '10:45' })))).toEqual(['2026-05-14T16:15Z']);
  });
});

describe('an offer', () => {
  const untilOf = (noticeMinutes: number, start: string): string | undefined =>
    turnsFor(
      { ...opening, start, end: start },
      [candidateOf(entryOf({}, { noticeMinutes }))],
      now,
    )[0]?.times[0]?.offerUntil.toString();

  it('lasts half an hour, or until the notice gets too short, and is not made for less than ten minutes', () => {
    expect(untilOf(60, '2026-05-12T20:00:00Z')).toBe('2026-05-12T16:30:00Z');
    expect(untilOf(60, '2026-05-12T17:30:00Z')).toBe('2026-05-12T16:30:00Z');
    expect(untilOf(60, '2026-05-12T17:20:00Z')).toBe('2026-05-12T16:20:00Z');
    expect(untilOf(60, '2026-05-12T17:10:00Z')).toBe('2026-05-12T16:10:00Z');
    expect(untilOf(60, '2026-05-12T17:09:00Z')).toBeUndefined();
    expect(untilOf(0, '2026-05-12T16:10:00Z')).toBe('2026-05-12T16:10:00Z');
  });

  it('waits for the morning of who sleeps, if it is still worth it then', () => {
    const morning = at('2026-05-13T14:00:00Z');
    const asleep = candidateOf(entryOf(), { textableFrom: morning });
    expect(turnsFor(opening, [asleep], now)).toMatchObject([{ offerAt: morning }]);
    const soon = { ...opening, start: '2026-05-13T15:00:00Z', end: '2026-05-13T15:30:00Z' };
    expect(turnsFor(soon, [asleep], now)).toEqual([]);
  });

  const offer = { status: 'offered', expiresAt: '2026-05-12T16:30:00Z' } as const;
  it.each<[Pick<Offer, 'status' | 'expiresAt'>, string, string | undefined]>([
    [offer, '2026-05-12T16:29:59.999Z', undefined],
    [offer, '2026-05-12T16:30:00Z', 'over'],
    [{ ...offer, status: 'accepted' }, '2026-05-12T16:10:00Z', 'accepted-already'],
    [{ ...offer, status: 'declined' }, '2026-05-12T16:10:00Z', 'declined-already'],
    [{ ...offer, status: 'expired' }, '2026-05-12T16:10:00Z', 'over'],
    [{ ...offer, status: 'not-sent' }, '2026-05-12T16:10:00Z', 'over'],
    [{ ...offer, status: 'withdrawn' }, '2026-05-12T16:10:00Z', 'withdrawn'],
  ])('%o at %s: %s', (stands, instant, expected) => {
    expect(offerRefusal(stands, at(instant))).toBe(expected);
  });

  it('can end only in ways that leave its person somewhere', () => {
    expect(Object.values(waitingTransitions.offered).toSorted()).toEqual(['booked', 'left', 'waiting']);
    expect([waitingTransitions.booked, waitingTransitions.left]).toEqual([{}, {}]);
  });
});

describe('the line', () => {
  it('passes over who has an offer, who was asked before, and who gave the time up', () => {
    const asked = { ...opening, offers: [{ offerId: 'ofr_1', entryId: 'wai_2' }] } as const;
    const line = [
      entryOf({ status: 'offered' }),
      entryOf({ id: 'wai_2' }),
      entryOf({ id: 'wai_3', patientId: 'pat_0' }),
      entryOf({ id: 'wai_4', since: '2026-05-02T00:00:00Z' }),
      entryOf({ id: 'wai_5' }),
    ];
    const turns = turnsFor(
      asked,
      line.map((entry) => candidateOf(entry)),
      now,
    );
    expect(turns.map(({ entry }) => entry.id)).toEqual(['wai_5', 'wai_4']);
  });

  it('is worth another look only while somebody it suits has another offer', () => {
    const line = (...entries: WaitingEntry[]): Candidate[] => entries.map((entry) => candidateOf(entry));
    const look = (...entries: WaitingEntry[]): boolean => suitsSomebodyAsked(opening, line(...entries), now);
    expect(look(entryOf({ status: 'offered' }))).toBe(true);
    expect(look(entryOf(), entryOf({ id: 'wai_2', status: 'booked' }))).toBe(false);
    expect(look(entryOf({ status: 'offered' }, { weekdays: [1] }))).toBe(false);
    expect(look(entryOf({ status: 'offered', patientId: 'pat_0' }))).toBe(false);
  });

  const instant = fc.integer({ min: 0, max: 5 }).map((day) => `2026-05-0${day + 1}T00:00:00Z`);
  const criteria: fc.Arbitrary<WaitingCriteria> = fc.record({
    typeId: fc.constant('aty_1' as const),
    zone: fc.constantFrom('America/Denver', 'America/New_York', 'Pacific/Honolulu'),
    noticeMinutes: fc.integer({ min: 0, max: 4000 }),
    weekdays: fc.option(fc.constantFrom<WaitingCriteria['weekdays']>([1, 2, 3], [4], [5, 6, 7]), { nil: undefined }),
    timeFrom: fc.constantFrom(undefined, '00:00', '10:15', '12:00'),
    timeTo: fc.constantFrom(undefined, '11:00', '13:00', '24:00'),
    firstDate: fc.constantFrom(undefined, '2026-05-10', '2026-05-14', '2026-05-15'),
    lastDate: fc.constantFrom(undefined, '2026-05-13', '2026-05-14', '2026-06-01'),
    providerIds: fc.constantFrom<WaitingCriteria['providerIds']>(undefined, ['prv_1'], ['prv_2'], ['prv_2', 'prv_1']),
  });
  const candidate: fc.Arbitrary<Candidate> = fc.record({
    entry: fc
      .record({ since: instant, criteria, status: fc.constantFrom('waiting', 'offered' as const), number: fc.nat(99) })
      .map(
        ({ number, ...fields }): WaitingEntry =>
          entryOf({ ...fields, id: `wai_${number}`, patientId: `pat_${number + 1}` }),
      ),
    minutes: fc.constantFrom(15, 30, 60, 90),
    textableFrom: fc.integer({ min: -600, max: 2000 }).map((minutes) => now.add({ minutes })),
  });
  const lines = fc.uniqueArray(candidate, { selector: ({ entry }) => entry.id, maxLength: 12 });

  /** What a person said, read on a wall clock by another way than the rules do it. */
  const suits = ({ entry, minutes }: Candidate, start: Temporal.Instant): boolean => {
    const { zone, weekdays, timeFrom = '00:00', timeTo, firstDate, lastDate, providerIds } = entry.criteria;
    const begins = start.toZonedDateTimeISO(zone);
    const ends = start.add({ minutes }).toZonedDateTimeISO(zone);
    const clock = (time: Temporal.ZonedDateTime): string => time.toPlainTime().toString({ smallestUnit: 'minute' });
    const date = begins.toPlainDate().toString();
    const isNextDay = !ends.toPlainDate().equals(begins.toPlainDate());
    return (
      (providerIds === undefined || providerIds.includes('prv_1')) &&
      (weekdays === undefined || weekdays.some((weekday) => weekday === begins.dayOfWeek)) &&
      clock(begins) >= timeFrom &&
      (timeTo === undefined || (isNextDay ? timeTo === '24:00' && clock(ends) === '00:00' : clock(ends) <= timeTo)) &&
      (firstDate === undefined || date >= firstDate) &&
      (lastDate === undefined || date <= lastDate)
    );
  };

  it('is the same whatever order it is read in', () => {
    fc.assert(
      fc.property(lines, fc.infiniteStream(fc.nat()), (line, order) => {
        const shuffled = line
          .map((one) => ({ one, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(turnsFor(opening, shuffled, now)).toEqual(turnsFor(opening, line, now));
      }),
    );
  });

  it('names exactly those whom some start suits, in their order, each with time to answer and the notice they want', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const turns = turnsFor(opening, line, now);
        const expected = line
          .filter(({ entry }) => entry.status === 'waiting')
          .filter((one) => {
            const offerAt = Temporal.Instant.compare(one.textableFrom, now) > 0 ? one.textableFrom : now;
            return [0, 15, 30, 45].some((offset) => {
              const start = at(opening.start).add({ minutes: offset });
              const fits = offset === 0 || offset + one.minutes <= 60;
              const last = start.subtract({ minutes: one.entry.criteria.noticeMinutes });
              const hasTime = offerAt.until(last).total('minutes') >= leastOfferMinutes;
              return fits && hasTime && suits(one, start);
            });
          });
        expect(turns.map(({ entry }) => entry.id)).toEqual(
          expected
            .map(({ entry }) => entry)
            .toSorted(byTurn)
            .map(({ id }) => id),
        );
        for (const { entry, offerAt, times } of turns) {
          for (const { startEpochMinute, offerUntil } of times) {
            const minutes = offerAt.until(offerUntil).total('minutes');
            expect(minutes).toBeGreaterThanOrEqual(leastOfferMinutes);
            expect(minutes).toBeLessThanOrEqual(offerMinutes);
            const notice = offerUntil.until(instantOfEpochMinute(startEpochMinute)).total('minutes');
            expect(notice).toBeGreaterThanOrEqual(entry.criteria.noticeMinutes);
          }
        }
      }),
    );
  });
});
