import type { Id } from '../../platform/ids.ts';
import {
  type CareCounts,
  careRatesOf,
  type DayFigures,
  type FigureGroup,
  groupedBy,
  leastToJudge,
  ratesOf,
  sumOfCare,
  sumOfTexts,
  type TextCounts,
} from '../core/figures.ts';
import { daysBefore } from '../core/figures-days.ts';
import { type FiguresDay, figuresDays } from './figures-store.ts';

/** How far back a clinic's own share of missed visits is taken from. */
const baselineDays = 90;

/** The share of visits missed in the three months before a date, if there were enough to say. */
export const noShowRateBefore = async (clinicId: Id<'clinic'>, date: string): Promise<number | undefined> => {
  const days = await figuresDays(clinicId, daysBefore(date, baselineDays), daysBefore(date, 1));
  const care = sumOfCare(days.map(({ figures }) => figures.care));
  return care.visitsDue < leastToJudge ? undefined : careRatesOf(care).noShowRate;
};

/** Some days' figures as they are told. */
export const figuresReport = (days: readonly DayFigures[], by: FigureGroup | undefined, before: number | undefined) => {
  const texts = sumOfTexts(days.flatMap(({ rows }) => rows));
  const care = sumOfCare(days.map((day) => day.care));
  return {
    texts: withRates(texts),
    care: careView(care, before),
    rows: by === undefined ? [] : groupedBy(days, by).map(({ name, counts }) => ({ name, ...withRates(counts) })),
  };
};

const withRates = (counts: TextCounts) => ({ ...counts, ...ratesOf(counts) });

const careView = (care: CareCounts, before: number | undefined) => {
  const { redFlagSeconds, redFlagOpenSeconds: _, ...counts } = care;
  return {
    ...counts,
    redFlagsOpen: care.redFlags - redFlagSeconds.length,
    ...careRatesOf(care),
    ...(before === undefined ? {} : { noShowRateBefore: before }),
  };
};

export type FiguresReport = ReturnType<typeof figuresReport> & {
  readonly from: string;
  readonly to: string;
  /** Days of which something is counted. */
  readonly days: number;
  /** Of those, the ones that are counted for the last time. */
  readonly daysThatStand: number;
};

/** A clinic's figures from one date to another, both included, as they were last counted: an hour ago at most. */
export const readFigures = async (
  clinicId: Id<'clinic'>,
  { from, to, by }: { readonly from: string; readonly to: string; readonly by?: FigureGroup | undefined },
): Promise<FiguresReport> => {
  const [days, before] = await Promise.all([figuresDays(clinicId, from, to), noShowRateBefore(clinicId, from)]);
  return reportOf(days, { from, to, by, before });
};

/** The report of some days, stored or just counted. */
export const reportOf = (
  days: readonly FiguresDay[],
  {
    from,
    to,
    by,
    before,
  }: {
    readonly from: string;
    readonly to: string;
    readonly by?: FigureGroup | undefined;
    readonly before?: number | undefined;
  },
): FiguresReport => ({
  from,
  to,
  days: days.length,
  daysThatStand: days.filter(({ stands }) => stands).length,
  ...figuresReport(
    days.map(({ figures }) => figures),
    by,
    before,
  ),
});
