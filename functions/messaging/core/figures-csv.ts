import {
  type CareCounts,
  careRatesOf,
  type DayFigures,
  figureGroups,
  groupedBy,
  ratesOf,
  sumOfCare,
  sumOfTexts,
  type TextCounts,
} from './figures.ts';

const header = [
  'period',
  'group',
  'name',
  'sent',
  'delivered',
  'failed',
  'pending',
  'refused',
  'lost',
  'delivery_rate',
  'prompts',
  'answered',
  'response_rate',
  'confirm_prompts',
  'confirmed',
  'confirm_rate',
  'initiated',
  'opt_outs',
  'opt_out_rate',
  'parts',
  'cost_usd',
  'visits_due',
  'no_shows',
  'no_show_rate',
  'no_show_rate_before',
  'check_ins',
  'check_in_needs',
  'check_in_need_rate',
  'red_flags',
  'red_flags_open',
  'red_flag_p50_seconds',
  'red_flag_p95_seconds',
];

type Cell = string | number | undefined;

/**
 * The figures of some days as one table (RFC 4180): a line for all texts, then one for each template, step and carrier. What
 * is of the clinic and of no single text stands in the first line only. The same figures give the same bytes.
 */
export const figuresCsv = (
  period: string,
  days: readonly DayFigures[],
  { noShowRateBefore }: { readonly noShowRateBefore?: number | undefined } = {},
): string => {
  const care = sumOfCare(days.map((day) => day.care));
  const all = sumOfTexts(days.flatMap(({ rows }) => rows));
  const lines: Cell[][] = [
    header,
    [period, 'all', '', ...textCells(all), ...careCells(care, noShowRateBefore)],
    ...figureGroups.flatMap((group) =>
      groupedBy(days, group).map(({ name, counts }) => [period, group, name, ...textCells(counts), ...noCareCells]),
    ),
  ];
  return lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');
};

const textCells = (counts: TextCounts): Cell[] => {
  const { deliveryRate, responseRate, confirmRate, optOutRate } = ratesOf(counts);
  return [
    ...[counts.sent, counts.delivered, counts.failed, counts.pending, counts.refused, counts.lost, deliveryRate],
    ...[counts.prompts, counts.answered, responseRate, counts.confirmPrompts, counts.confirmed, confirmRate],
    ...[counts.initiated, counts.optOuts, optOutRate, counts.parts, dollarsText(counts.costMicros)],
  ];
};

const careCells = (counts: CareCounts, noShowRateBefore: number | undefined): Cell[] => {
  const { noShowRate, checkInNeedRate, redFlagP50Seconds, redFlagP95Seconds } = careRatesOf(counts);
  return [
    ...[counts.visitsDue, counts.noShows, noShowRate, noShowRateBefore],
    ...[counts.checkIns, counts.checkInNeeds, checkInNeedRate],
    ...[counts.redFlags, counts.redFlags - counts.redFlagSeconds.length, redFlagP50Seconds, redFlagP95Seconds],
  ];
};

const noCareCells: readonly undefined[] = Array(11).fill(undefined);

/** Millionths of a dollar as dollars: `44.512300`, written from whole numbers. */
export const dollarsText = (micros: number): string =>
  `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;

/** A carrier's name comes from outside: nothing in it may end the cell, or be taken for a formula. */
const cellText = (cell: Cell): string => {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};
