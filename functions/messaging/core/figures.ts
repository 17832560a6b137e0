import { type Asks, categoryOf } from './template-names.ts';

/**
 * What the clinic's texts came to: the one definition of every figure. The live figures, the API, the command line and the
 * month's file all add up what is counted here. Pure: facts in, whole numbers out; rates are made of them last of all.
 *
 * | figure | is |
 * |---|---|
 * | delivery rate | delivered / (taken by the carrier - still without an outcome, for 72 h at most) |
 * | response rate | delivered texts that ask, whose number wrote within 48 h / delivered texts that ask |
 * | confirm rate | visits confirmed / delivered texts that ask to confirm; a confirmation belongs to the last of them |
 * | opt-out rate | opt-outs within 72 h of a text / delivered texts that answer nothing; each belongs to the last of those before it |
 * | no-show rate | missed / (scheduled - called off by 24 h before, or by the clinic) |
 * | check-in need | check-ins whose number wrote something for a human within 72 h / delivered check-ins |
 * | time to human | from a red flag to the first thing staff did: acknowledged it, or wrote; until then, how long it has waited |
 * | cost | what receipts name, else the clinic's price a part |
 */

const hourMillis = 3_600_000;
/** A carrier has the last word by then; what has none later was not delivered. */
export const outcomeHours = 72;
export const answerHours = 48;
export const optOutHours = 72;
/** As long as the question of a check-in is open. */
export const needHours = 72;
/** A day off this long ago is counted for the last time: the windows above, and a day for what comes in late. */
export const standsAfterHours = 96;
/**
 * So long at most a day waits for the end of its red flags and visits, and is counted once a day. No month is shorter: each is
 * closed by the end of the next.
 */
export const staysOpenHours = 28 * 24;

/** A text that left. Instants are epoch milliseconds. */
export interface SentText {
  readonly template: string;
  readonly step: string;
  /** The recipient's, where a receipt named it. */
  readonly carrier: string | undefined;
  /** Whose thread: a number, or what stands for one. */
  readonly to: string;
  readonly at: number;
  readonly outcome: 'delivered' | 'failed' | 'none';
  /** Whether the carrier took it; nobody knows of a text that was dropped, and one that was refused never left. */
  readonly taken: 'yes' | 'refused' | 'unknown';
  /** Whether it answers what the number wrote, or alerts staff. */
  readonly isAnswer: boolean;
  readonly asks: Asks | undefined;
  /** The visit, and which of its times, it asks about. */
  readonly visit: string | undefined;
  readonly parts: number;
  readonly costMicros: number;
}

export interface Facts {
  readonly texts: readonly SentText[];
  /** What came in. */
  readonly written: readonly { readonly from: string; readonly at: number; readonly isForHuman: boolean }[];
  readonly optOuts: readonly { readonly from: string; readonly at: number }[];
  /** Visits, as `SentText.visit` names them, that their patients confirmed. */
  readonly confirmed: ReadonlySet<string>;
  readonly visits: readonly VisitFact[];
  readonly redFlags: readonly { readonly at: number; readonly actedAt: number | undefined }[];
}

export interface VisitFact {
  readonly start: number;
  readonly status: 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow';
  readonly cancelledBy?: 'patient' | 'clinic' | undefined;
  readonly cancelledAt?: number | undefined;
}

/** Half open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whole numbers that add up over rows and days. */
export interface TextCounts {
  /** Taken by the carrier. */
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  /** Taken, and may still be delivered. */
  readonly pending: number;
  /** Refused by the carrier at once. */
  readonly refused: number;
  /** Nobody knows whether the carrier took them. */
  readonly lost: number;
  /** Delivered ones that ask. */
  readonly prompts: number;
  readonly answered: number;
  /** Delivered ones that ask to confirm a visit. */
  readonly confirmPrompts: number;
  readonly confirmed: number;
  /** Delivered ones that answer nothing: sent on the clinic's own initiative. */
  readonly initiated: number;
  readonly optOuts: number;
  readonly parts: number;
  /** Millionths of a dollar. */
  readonly costMicros: number;
}

export interface CareCounts {
  readonly visitsDue: number;
  readonly noShows: number;
  /** Begun, and nobody has said what became of them. */
  readonly visitsUndecided: number;
  /** Delivered. */
  readonly checkIns: number;
  readonly checkInNeeds: number;
  readonly redFlags: number;
  /** How long each waited that a human has seen to. */
  readonly redFlagSeconds: readonly number[];
  /** How long each has waited so far that none has. */
  readonly redFlagOpenSeconds: readonly number[];
}

/** The texts of one kind. */
export interface FigureRow extends TextCounts {
  readonly template: string;
  readonly step: string;
  readonly carrier: string;
}

/** What one day came to. */
export interface DayFigures {
  readonly rows: readonly FigureRow[];
  readonly care: CareCounts;
}

export const noTexts: TextCounts = {
  sent: 0,
  delivered: 0,
  failed: 0,
  pending: 0,
  refused: 0,
  lost: 0,
  prompts: 0,
  answered: 0,
  confirmPrompts: 0,
  confirmed: 0,
  initiated: 0,
  optOuts: 0,
  parts: 0,
  costMicros: 0,
};

export const noCare: CareCounts = {
  visitsDue: 0,
  noShows: 0,
  visitsUndecided: 0,
  checkIns: 0,
  checkInNeeds: 0,
  redFlags: 0,
  redFlagSeconds: [],
  redFlagOpenSeconds: [],
};

/**
 * Counts the texts, visits and red flags of any span (a day) out of facts that reach from its beginning to 72 hours after its
 * end: what a text led to lies behind it. The facts are put in order once, for many spans.
 */
export const countFigures = (facts: Facts): ((span: Span, now: number) => DayFigures) => {
  const texts = facts.texts.toSorted((one, other) => one.at - other.at);
  const answers = instantsByNumber(facts.written);
  const needs = instantsByNumber(facts.written.filter(({ isForHuman }) => isForHuman));
  const blamed = textsOptedOutOf(texts, facts.optOuts);
  const lastPrompts = new Map(texts.filter(asksToConfirm).map((text) => [text.visit, text]));
  const hasWithin = (times: ReadonlyMap<string, readonly number[]>, { to, at }: SentText, hours: number): boolean =>
    (firstAfter(times.get(to) ?? [], at) ?? Number.POSITIVE_INFINITY) <= at + hours * hourMillis;

  const countsOf = (text: SentText, now: number): TextCounts => {
    const isDelivered = text.outcome === 'delivered';
    const isPrompt = isDelivered && text.asks !== undefined;
    const isConfirmPrompt = asksToConfirm(text);
    const isConfirmed = isConfirmPrompt && lastPrompts.get(text.visit) === text && isIn(facts.confirmed, text.visit);
    const isTaken = text.taken === 'yes';
    return {
      sent: one(isTaken),
      delivered: one(isDelivered),
      failed: one(isTaken && text.outcome === 'failed'),
      pending: one(isTaken && text.outcome === 'none' && now < text.at + outcomeHours * hourMillis),
      refused: one(text.taken === 'refused'),
      lost: one(text.taken === 'unknown'),
      prompts: one(isPrompt),
      answered: one(isPrompt && hasWithin(answers, text, answerHours)),
      confirmPrompts: one(isConfirmPrompt),
      confirmed: one(isConfirmed),
      initiated: one(isDelivered && !text.isAnswer),
      optOuts: one(blamed.has(text)),
      parts: isTaken ? text.parts : 0,
      costMicros: isTaken ? text.costMicros : 0,
    };
  };

  return (span, now) => {
    const rows = new Map<string, FigureRow>();
    let [checkIns, checkInNeeds] = [0, 0];
    for (const text of texts) {
      if (!isWithin(span, text.at)) continue;
      const { template, step, carrier = 'unknown' } = text;
      const key = JSON.stringify([template, step, carrier]);
      const counts = sumOfTexts([rows.get(key) ?? noTexts, countsOf(text, now)]);
      rows.set(key, { template, step, carrier, ...counts });
      if (text.outcome !== 'delivered' || text.asks !== 'pain') continue;
      checkIns += 1;
      checkInNeeds += one(hasWithin(needs, text, needHours));
    }
    const visits = facts.visits.filter(({ start }) => isWithin(span, start) && start <= now).filter(isDue);
    const redFlags = facts.redFlags.filter(({ at }) => isWithin(span, at));
    return {
      rows: [...rows.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
      care: {
        visitsDue: visits.length,
        noShows: visits.filter(({ status }) => status === 'noshow').length,
        visitsUndecided: visits.filter(({ status }) => status === 'booked' || status === 'arrived').length,
        checkIns,
        checkInNeeds,
        redFlags: redFlags.length,
        redFlagSeconds: redFlags
          .flatMap(({ at, actedAt }) => (actedAt === undefined ? [] : [Math.round((actedAt - at) / 1000)]))
          .toSorted((a, b) => a - b),
        redFlagOpenSeconds: redFlags
          .flatMap(({ at, actedAt }) => (actedAt === undefined ? [Math.max(0, Math.round((now - at) / 1000))] : []))
          .toSorted((a, b) => a - b),
      },
    };
  };
};

const one = (is: boolean): number => (is ? 1 : 0);
const isIn = (set: ReadonlySet<string>, name: string | undefined): boolean => name !== undefined && set.has(name);
const isWithin = ({ from, to }: Span, at: number): boolean => from <= at && at < to;

const asksToConfirm = ({ asks, outcome, visit }: SentText): boolean =>
  asks === 'confirm' && outcome === 'delivered' && visit !== undefined;

/** Whether the patient was expected: a visit called off a day ahead, or by the clinic, could still be given to another. */
const isDue = ({ start, status, cancelledBy, cancelledAt = 0 }: VisitFact): boolean =>
  status !== 'cancelled' || (cancelledBy !== 'clinic' && cancelledAt > start - 24 * hourMillis);

/** The texts that an opt-out is put down to: the last one to the number before it that was no answer, 72 hours back at most. */
const textsOptedOutOf = (texts: readonly SentText[], optOuts: Facts['optOuts']): ReadonlySet<SentText> => {
  const byNumber = Map.groupBy(
    texts.filter(({ taken, isAnswer }) => taken === 'yes' && !isAnswer),
    ({ to }) => to,
  );
  const blamed = new Set<SentText>();
  for (const { from, at } of optOuts) {
    const last = byNumber.get(from)?.findLast((text) => text.at <= at);
    if (last !== undefined && at <= last.at + optOutHours * hourMillis) blamed.add(last);
  }
  return blamed;
};

const instantsByNumber = (
  written: readonly { readonly from: string; readonly at: number }[],
): ReadonlyMap<string, readonly number[]> => {
  const instants = new Map<string, number[]>();
  for (const { from, at } of written.toSorted((a, b) => a.at - b.at)) {
    const known = instants.get(from);
    if (known === undefined) instants.set(from, [at]);
    else known.push(at);
  }
  return instants;
};

/** The first of sorted instants after another. */
const firstAfter = (instants: readonly number[], at: number): number | undefined => {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return instants[low];
};

export const sumOfTexts = (counts: readonly TextCounts[]): TextCounts => {
  const sum = { ...noTexts };
  for (const each of counts) for (const name of textCountNames) sum[name] += each[name];
  return sum;
};

const textCountNames = [
  'sent',
  'delivered',
  'failed',
  'pending',
  'refused',
  'lost',
  'prompts',
  'answered',
  'confirmPrompts',
  'confirmed',
  'initiated',
  'optOuts',
  'parts',
  'costMicros',
] as const satisfies readonly (keyof TextCounts)[];

export const sumOfCare = (counts: readonly CareCounts[]): CareCounts => ({
  visitsDue: sum(counts, ({ visitsDue }) => visitsDue),
  noShows: sum(counts, ({ noShows }) => noShows),
  visitsUndecided: sum(counts, ({ visitsUndecided }) => visitsUndecided),
  checkIns: sum(counts, ({ checkIns }) => checkIns),
  checkInNeeds: sum(counts, ({ checkInNeeds }) => checkInNeeds),
  redFlags: sum(counts, ({ redFlags }) => redFlags),
  redFlagSeconds: counts.flatMap(({ redFlagSeconds }) => redFlagSeconds).toSorted((a, b) => a - b),
  redFlagOpenSeconds: counts.flatMap(({ redFlagOpenSeconds }) => redFlagOpenSeconds).toSorted((a, b) => a - b),
});

const sum = <T>(all: readonly T[], count: (each: T) => number): number =>
  all.reduce((total, each) => total + count(each), 0);

/** What figures can be told apart by. */
export const figureGroups = ['template', 'step', 'carrier'] as const;
export type FigureGroup = (typeof figureGroups)[number];

/** The texts of some days by what they have in common, in order of its name. */
export const groupedBy = (
  days: readonly DayFigures[],
  group: FigureGroup,
): readonly { readonly name: string; readonly counts: TextCounts }[] =>
  [
    ...Map.groupBy(
      days.flatMap(({ rows }) => rows),
      (row) => row[group],
    ),
  ]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => ({ name, counts: sumOfTexts(rows) }));

/** Shares of one, to four digits; absent where there is nothing to take a share of. */
export interface TextRates {
  readonly deliveryRate?: number;
  readonly responseRate?: number;
  readonly confirmRate?: number;
  readonly optOutRate?: number;
}

export const ratesOf = (counts: TextCounts): TextRates => ({
  ...share('deliveryRate', counts.delivered, counts.sent - counts.pending),
  ...share('responseRate', counts.answered, counts.prompts),
  ...share('confirmRate', counts.confirmed, counts.confirmPrompts),
  ...share('optOutRate', counts.optOuts, counts.initiated),
});

export interface CareRates {
  readonly noShowRate?: number;
  readonly checkInNeedRate?: number;
  readonly redFlagP50Seconds?: number;
  readonly redFlagP95Seconds?: number;
}

export const careRatesOf = (counts: CareCounts): CareRates => {
  const waited = [...counts.redFlagSeconds, ...counts.redFlagOpenSeconds].toSorted((a, b) => a - b);
  return {
    ...share('noShowRate', counts.noShows, counts.visitsDue),
    ...share('checkInNeedRate', counts.checkInNeeds, counts.checkIns),
    ...percentile('redFlagP50Seconds', waited, 50),
    ...percentile('redFlagP95Seconds', waited, 95),
  };
};

const share = <Name extends string>(name: Name, part: number, whole: number): { readonly [_ in Name]?: number } => {
  const shares: { [_ in Name]?: number } = {};
  if (whole > 0) shares[name] = Math.round((part / whole) * 10_000) / 10_000;
  return shares;
};

/** By nearest rank: a value that was really measured. */
const percentile = <Name extends string>(
  name: Name,
  sorted: readonly number[],
  percent: number,
): { readonly [_ in Name]?: number } => {
  const values: { [_ in Name]?: number } = {};
  const value = sorted[Math.ceil((percent / 100) * sorted.length) - 1];
  if (value !== undefined) values[name] = value;
  return values;
};

/** What a part cost on a date, by a list of prices in any order; nothing where none was in force. */
export const priceOn = (date: string, prices: readonly { readonly since: string; readonly micros: number }[]): number =>
  prices
    .filter(({ since }) => since <= date)
    .toSorted((a, b) => (a.since < b.since ? -1 : 1))
    .at(-1)?.micros ?? 0;

/** What a clinic's texts cost from which dates on: a part of one, and one with a picture, however long. */
export interface Prices {
  readonly pricePerPartMicros: Parameters<typeof priceOn>[1];
  readonly pricePerPictureMicros: Parameters<typeof priceOn>[1];
}

/** What a text of a date costs as long as no receipt has said so. */
export const estimateOf = (
  date: string,
  { parts, hasPicture }: { readonly parts: number; readonly hasPicture: boolean },
  { pricePerPartMicros, pricePerPictureMicros }: Prices,
): number => (hasPicture ? priceOn(date, pricePerPictureMicros) : parts * priceOn(date, pricePerPartMicros));

/** Fewer delivered texts, or visits, than this say nothing about a share: one in fifty is 2 %. */
export const leastToJudge = 50;

export interface Limits {
  readonly deliveryRateMin: number;
  readonly optOutRateWarn: number;
  readonly optOutRateSuspend: number;
  readonly redFlagMinutes: number;
}

export type Breach = 'delivery-rate' | 'opt-out-rate' | 'opt-out-rate-suspends' | 'red-flags-slow';

/** What some days came to. */
export interface Totals {
  readonly texts: TextCounts;
  /** Of those, the ones of marketing. */
  readonly marketing: TextCounts;
  readonly care: CareCounts;
}

export const totalsOf = (days: readonly DayFigures[]): Totals => {
  const rows = days.flatMap((day) => day.rows);
  return {
    texts: sumOfTexts(rows),
    marketing: sumOfTexts(rows.filter(({ template }) => categoryOf(template) === 'marketing')),
    care: sumOfCare(days.map(({ care }) => care)),
  };
};

/** What of some days' figures is beyond a clinic's limits. */
export const breachesOf = ({ texts, marketing, care }: Totals, limits: Limits): readonly Breach[] => {
  const { deliveryRate = 1 } = ratesOf(texts);
  const { redFlagP95Seconds = 0 } = careRatesOf(care);
  const hasOutcomes = texts.sent - texts.pending >= leastToJudge;
  // Carriers judge all texts of the number; but those of marketing are not to hide behind the many that remind.
  const optOutRate = Math.max(
    ...[texts, marketing].map((counts) => (counts.initiated < leastToJudge ? 0 : (ratesOf(counts).optOutRate ?? 0))),
  );
  return [
    ...(hasOutcomes && deliveryRate < limits.deliveryRateMin ? (['delivery-rate'] as const) : []),
    ...(optOutRate > 0 && optOutRate >= limits.optOutRateWarn ? (['opt-out-rate'] as const) : []),
    ...(optOutRate > 0 && optOutRate >= limits.optOutRateSuspend ? (['opt-out-rate-suspends'] as const) : []),
    ...(redFlagP95Seconds > limits.redFlagMinutes * 60 ? (['red-flags-slow'] as const) : []),
  ];
};
