import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  breachesOf,
  type CareCounts,
  careRatesOf,
  countFigures,
  type Facts,
  groupedBy,
  noCare,
  noTexts,
  priceOn,
  ratesOf,
  type SentText,
  type Span,
  sumOfTexts,
  type TextCounts,
  totalsOf,
} from '../../../../functions/messaging/core/figures.ts';
import { dollarsText, figuresCsv } from '../../../../functions/messaging/core/figures-csv.ts';

const hour = 3_600_000;
const at = (hours: number): number => Date.UTC(2026, 10, 24) + hours * hour;
const day: Span = { from: at(0), to: at(24) };

const text = (changed: Partial<SentText> = {}): SentText => ({
  template: 'reminder-72h',
  step: 'reminder-72h',
  carrier: 'Carrier A',
  to: 'ana',
  at: at(10),
  outcome: 'delivered',
  taken: 'yes',
  isAnswer: false,
  asks: 'confirm',
  visit: 'apt_1#0',
  parts: 1,
  costMicros: 8_810,
  ...changed,
});

const nothing: Facts = { texts: [], written: [], optOuts: [], confirmed: new Set(), visits: [], redFlags: [] };
const figures = (facts: Partial<Facts>, now = at(200)) => countFigures({ ...nothing, ...facts })(day, now);
const total = (facts: Partial<Facts>, now?: number): TextCounts => sumOfTexts(figures(facts, now).rows);

describe('texts', () => {
  it('count as delivered, failed or pending; what has no outcome for 72 hours was not delivered', () => {
    const texts = [
      text(),
      text({ outcome: 'failed' }),
      text({ outcome: 'none' }),
      text({ outcome: 'failed', taken: 'refused' }),
      text({ outcome: 'none', taken: 'unknown' }),
    ];
    const early = total({ texts }, at(81));
    expect(early).toMatchObject({ sent: 3, delivered: 1, failed: 1, pending: 1, refused: 1, lost: 1, parts: 3 });
    expect(ratesOf(early).deliveryRate).toBe(0.5);
    const late = total({ texts }, at(82));
    expect([late.pending, ratesOf(late).deliveryRate]).toEqual([0, 0.3333]);
  });

  it('are answered by anything written within 48 hours, not before and not later', () => {
    const written = (hours: number) => [{ from: 'ana', at: at(hours), isForHuman: false }];
    const answered = (hours: number): number => total({ texts: [text()], written: written(hours) }).answered;
    expect([9, 10, 10.1, 58, 58.1].map(answered)).toEqual([0, 0, 1, 1, 0]);
    expect(total({ texts: [text({ asks: undefined })], written: written(11) })).toMatchObject({
      prompts: 0,
      answered: 0,
    });
    expect(total({ texts: [text({ outcome: 'failed' })], written: written(11) }).prompts).toBe(0);
  });

  it('have a confirmation put down to the last one that asked for it', () => {
    const texts = [
      text(),
      text({ at: at(20), template: 'reminder-24h', step: 'reminder-24h' }),
      text({ at: at(21), template: 'reminder-24h', step: 'reminder-24h', outcome: 'failed' }),
      text({ visit: 'apt_1#1' }),
    ];
    const { rows } = figures({ texts, confirmed: new Set(['apt_1#0']) });
    const confirmed = groupedBy([{ rows, care: noCare }], 'step').map(({ name, counts }) => [name, counts.confirmed]);
    expect(confirmed).toEqual([
      ['reminder-24h', 1],
      ['reminder-72h', 0],
    ]);
    expect(ratesOf(sumOfTexts(rows)).confirmRate).toBe(0.3333);
  });

  it('are judged by opt-outs among those that answer nothing, however many answers and alerts there are', () => {
    const texts = [
      text(),
      text({ to: 'ben' }),
      ...Array.from({ length: 8 }, () => text({ step: 'reply-help', isAnswer: true })),
    ];
    const counts = total({ texts, optOuts: [{ from: 'ana', at: at(11) }] });
    expect([counts.delivered, counts.initiated, ratesOf(counts).optOutRate]).toEqual([10, 2, 0.5]);
  });

  it('have an opt-out put down to the last one within 72 hours that was no answer', () => {
    const blamed = (hours: number): number =>
      total({
        texts: [text(), text({ at: at(11), step: 'reply-help', isAnswer: true }), text({ to: 'ben' })],
        optOuts: [
          { from: 'ana', at: at(hours) },
          { from: 'ana', at: at(hours) },
        ],
      }).optOuts;
    expect([9, 12, 82, 82.1].map(blamed)).toEqual([0, 1, 1, 0]);
  });
});

describe('what is of the clinic', () => {
  it('visits count unless called off a day ahead or by the clinic, and not before they begin', () => {
    const start = at(12);
    const { care } = figures(
      {
        visits: [
          { start, status: 'fulfilled' },
          { start, status: 'noshow' },
          { start, status: 'cancelled', cancelledBy: 'patient', cancelledAt: at(-12) },
          { start, status: 'cancelled', cancelledBy: 'patient', cancelledAt: at(-11) },
          { start, status: 'cancelled', cancelledBy: 'clinic', cancelledAt: at(11) },
          { start: at(20), status: 'booked' },
          { start: at(24), status: 'noshow' },
        ],
      },
      at(13),
    );
    expect(care).toMatchObject({ visitsDue: 3, noShows: 1 });
    expect(careRatesOf(care).noShowRate).toBe(0.3333);
  });

  it('check-ins show who needed a human, red flags how long each waited', () => {
    const checkIn = text({ template: 'check-in-48h', asks: 'pain', visit: undefined });
    const { care } = figures({
      texts: [checkIn, { ...checkIn, to: 'ben' }],
      written: [
        { from: 'ana', at: at(11), isForHuman: false },
        { from: 'ben', at: at(82), isForHuman: true },
      ],
      redFlags: [
        ...[60, 120, 600, 5].map((seconds) => ({ at: at(1), actedAt: at(1) + seconds * 1000 })),
        { at: at(2), actedAt: undefined },
      ],
    });
    expect(care).toMatchObject({
      ...{ checkIns: 2, checkInNeeds: 1, redFlags: 5 },
      ...{ redFlagSeconds: [5, 60, 120, 600], redFlagOpenSeconds: [198 * 3600] },
    });
    expect(careRatesOf(care)).toMatchObject({
      ...{ redFlagP50Seconds: 120, redFlagP95Seconds: 198 * 3600, checkInNeedRate: 0.5 },
    });
  });

  it('has no share of nothing', () => {
    expect([ratesOf(noTexts), careRatesOf(noCare)]).toEqual([{}, {}]);
  });
});

/** The definitions once more, word by word: every text looks at every other fact. */
const slowly = ({ texts, written, optOuts, confirmed, visits, redFlags }: Facts, { from, to }: Span, now: number) => {
  const within = <T extends { readonly at: number }>(all: readonly T[]) => all.filter((x) => x.at >= from && x.at < to);
  const taken = within(texts).filter((t) => t.taken === 'yes');
  const delivered = within(texts).filter((t) => t.outcome === 'delivered');
  const prompts = delivered.filter((t) => t.asks);
  const confirmPrompts = prompts.filter((t) => t.asks === 'confirm' && t.visit);
  const follows = (t: SentText, hours: number, all: readonly { readonly from: string; readonly at: number }[]) =>
    all.some((w) => w.from === t.to && w.at > t.at && w.at <= t.at + hours * hour);
  const isLast = (t: SentText, all: readonly SentText[]) =>
    !all.some((u) => u.at > t.at || (u.at === t.at && texts.indexOf(u) > texts.indexOf(t)));
  const checkIns = prompts.filter((t) => t.asks === 'pain');
  const due = visits
    .filter((v) => v.start >= from && v.start < to && v.start <= now)
    .filter(
      (v) => !(v.status === 'cancelled' && (v.cancelledBy === 'clinic' || (v.cancelledAt ?? 0) <= v.start - 24 * hour)),
    );
  return {
    sent: taken.length,
    delivered: delivered.length,
    failed: taken.filter((t) => t.outcome === 'failed').length,
    pending: taken.filter((t) => t.outcome === 'none' && now - t.at < 72 * hour).length,
    refused: within(texts).filter((t) => t.taken === 'refused').length,
    lost: within(texts).filter((t) => t.taken === 'unknown').length,
    prompts: prompts.length,
    answered: prompts.filter((t) => follows(t, 48, written)).length,
    confirmPrompts: confirmPrompts.length,
    confirmed: confirmPrompts.filter(
      (t) =>
        confirmed.has(t.visit ?? '') &&
        isLast(
          t,
          texts.filter((u) => u.outcome === 'delivered' && u.asks === 'confirm' && u.visit === t.visit),
        ),
    ).length,
    initiated: delivered.filter((t) => !t.isAnswer).length,
    optOuts: taken.filter((t) =>
      optOuts.some((o) => {
        const before = texts.filter((u) => u.to === o.from && u.taken === 'yes' && !u.isAnswer && u.at <= o.at);
        return before.includes(t) && isLast(t, before) && o.at <= t.at + 72 * hour;
      }),
    ).length,
    parts: taken.reduce((sum, t) => sum + t.parts, 0),
    costMicros: taken.reduce((sum, t) => sum + t.costMicros, 0),
    visitsDue: due.length,
    noShows: due.filter((v) => v.status === 'noshow').length,
    visitsUndecided: due.filter((v) => ['booked', 'arrived'].includes(v.status)).length,
    checkIns: checkIns.length,
    checkInNeeds: checkIns.filter((t) =>
      follows(
        t,
        72,
        written.filter((w) => w.isForHuman),
      ),
    ).length,
    redFlags: within(redFlags).length,
  };
};

const moment = fc.integer({ min: -30, max: 110 }).map(at);
const number = fc.constantFrom('ana', 'ben', 'cat');
const fate = fc.constantFrom<Pick<SentText, 'taken' | 'outcome'>>(
  { taken: 'yes', outcome: 'delivered' },
  { taken: 'yes', outcome: 'failed' },
  { taken: 'yes', outcome: 'none' },
  { taken: 'refused', outcome: 'failed' },
  { taken: 'unknown', outcome: 'none' },
);
const sentText: fc.Arbitrary<SentText> = fc
  .record({
    template: fc.constantFrom('a', 'b'),
    step: fc.constantFrom('a', 'c'),
    carrier: fc.constantFrom(undefined, 'x', 'unknown'),
    to: number,
    at: moment,
    isAnswer: fc.boolean(),
    asks: fc.constantFrom(undefined, 'confirm', 'pain', 'exercise'),
    visit: fc.constantFrom(undefined, 'v1', 'v2'),
    parts: fc.integer({ min: 1, max: 3 }),
    costMicros: fc.integer({ min: 0, max: 90_000 }),
    fate,
  })
  .map(({ fate: known, ...rest }) => ({ ...rest, ...known }));
const facts: fc.Arbitrary<Facts> = fc.record({
  texts: fc.array(sentText, { maxLength: 14 }),
  written: fc.array(fc.record({ from: number, at: moment, isForHuman: fc.boolean() }), { maxLength: 8 }),
  optOuts: fc.array(fc.record({ from: number, at: moment }), { maxLength: 4 }),
  confirmed: fc.subarray(['v1', 'v2']).map((visits) => new Set(visits)),
  visits: fc.array(
    fc.record({
      start: moment,
      status: fc.constantFrom('booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'),
      cancelledBy: fc.constantFrom(undefined, 'patient', 'clinic'),
      cancelledAt: fc.option(moment, { nil: undefined }),
    }),
    { maxLength: 6 },
  ),
  redFlags: fc.array(fc.record({ at: moment, actedAt: fc.option(moment, { nil: undefined }) }), { maxLength: 4 }),
});

it('agrees with the definitions read word by word, and days add up to the whole', () => {
  fc.assert(
    fc.property(facts, moment, (some, now) => {
      const count = countFigures(some);
      const { rows, care } = count(day, now);
      const { redFlagSeconds, redFlagOpenSeconds, ...rest } = care;
      expect({ ...sumOfTexts(rows), ...rest }).toEqual(slowly(some, day, now));
      const noon = at(12);
      const halves = [count({ from: day.from, to: noon }, now), count({ from: noon, to: day.to }, now)];
      expect(groupedBy(halves, 'template')).toEqual(groupedBy([{ rows, care }], 'template'));
      expect(redFlagSeconds.length + redFlagOpenSeconds.length).toBe(care.redFlags);
      expect(redFlagSeconds).toEqual(halves.flatMap((half) => half.care.redFlagSeconds).toSorted((a, b) => a - b));
    }),
    { numRuns: 1000 },
  );
});

describe('limits', () => {
  const limits = { deliveryRateMin: 0.95, optOutRateWarn: 0.02, optOutRateSuspend: 0.03, redFlagMinutes: 15 };
  const row = (template: string, counts: Partial<TextCounts>) => ({
    ...{ template, step: template, carrier: 'x', ...noTexts, initiated: counts.delivered ?? 0 },
    ...counts,
  });
  const breaches = (texts: Partial<TextCounts>, care: Partial<CareCounts> = {}) =>
    breachesOf(totalsOf([{ rows: [row('reminder-72h', texts)], care: { ...noCare, ...care } }]), limits);

  it.each<[string, Partial<TextCounts>, readonly string[]]>([
    ['of few texts say nothing', { sent: 49, delivered: 20, optOuts: 20 }, []],
    ['of few texts that answer nothing say nothing', { sent: 99, delivered: 99, initiated: 49, optOuts: 9 }, []],
    ['hold where they are just met', { sent: 100, delivered: 95, optOuts: 1 }, []],
    ['are broken by texts that do not arrive', { sent: 100, delivered: 94 }, ['delivery-rate']],
    ['do not count what may still arrive', { sent: 100, delivered: 94, pending: 5 }, []],
    ['are broken by two opt-outs in a hundred', { sent: 100, delivered: 100, optOuts: 2 }, ['opt-out-rate']],
    ['suspend at three', { sent: 100, delivered: 100, optOuts: 3 }, ['opt-out-rate', 'opt-out-rate-suspends']],
  ])('%s', (_, texts, expected) => expect(breaches(texts)).toEqual(expected));

  it('are broken by a red flag that waited longer, or still waits', () => {
    const waits = (seconds: number): readonly Partial<CareCounts>[] => [
      { redFlagSeconds: [seconds] },
      { redFlagOpenSeconds: [seconds] },
    ];
    expect([...waits(900), ...waits(901)].map((care) => breaches({}, care))).toEqual([
      ...[[], [], ['red-flags-slow'], ['red-flags-slow']],
    ]);
  });

  it('hold for marketing by itself, from fifty texts of it on', () => {
    const reminders = row('reminder-72h', { sent: 5000, delivered: 5000 });
    const withRecalls = (delivered: number, optOuts: number) =>
      breachesOf(
        totalsOf([{ rows: [reminders, row('recall', { sent: delivered, delivered, optOuts })], care: noCare }]),
        limits,
      );
    expect([withRecalls(49, 40), withRecalls(50, 0), withRecalls(50, 1), withRecalls(50, 10)]).toEqual([
      ...[[], [], ['opt-out-rate'], ['opt-out-rate', 'opt-out-rate-suspends']],
    ]);
  });
});

describe('the table', () => {
  it('has one line for all and one for each kind, money to the millionth, and no formula of a carrier', () => {
    const { rows, care } = figures({ texts: [text({ carrier: '=cmd|"x",1' }), text({ outcome: 'failed' })] });
    const lines = figuresCsv('2026-11', [{ rows, care }], { noShowRateBefore: 0.05 }).split('\r\n');
    expect(lines).toHaveLength(1 + 1 + 1 + 1 + 2 + 1);
    expect(lines[1]).toBe('2026-11,all,,2,1,1,0,0,0,0.5,1,0,0,1,0,0,1,0,0,2,0.017620,0,0,,0.05,0,0,,0,0,,');
    expect(lines.slice(4, 6).toSorted()).toEqual([
      `2026-11,carrier,"'=cmd|""x"",1",1,1,0,0,0,0,1,1,0,0,1,0,0,1,0,0,1,0.008810,,,,,,,,,,,`,
      '2026-11,carrier,Carrier A,1,0,1,0,0,0,0,0,0,,0,0,,0,0,,1,0.008810,,,,,,,,,,,',
    ]);
    const columns = (line = ''): number => line.replaceAll(/"[^"]*(?:""[^"]*)*"/g, '').split(',').length;
    expect(new Set(lines.slice(0, -1).map(columns))).toEqual(new Set([32]));
  });

  it('writes dollars and finds the price of a date', () => {
    expect([0, 5, 10_310, 44_512_300_000].map(dollarsText)).toEqual([
      '0.000000',
      '0.000005',
      '0.010310',
      '44512.300000',
    ]);
    const prices = [
      { since: '2026-06-01', micros: 2 },
      { since: '2026-01-01', micros: 1 },
    ];
    expect(['2025-12-31', '2026-05-31', '2026-06-01'].map((date) => priceOn(date, prices))).toEqual([0, 1, 2]);
  });
});
