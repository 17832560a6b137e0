import { Entity } from 'dynamodb-toolbox/entity';
import { any, boolean, item, string } from 'dynamodb-toolbox/schema';
import type { Id } from '../../platform/ids.ts';
import { ConditionFailed, put, queryAll, queryPage, recordsTable, transact } from '../../platform/store/records.ts';
import { type DayFigures, noCare } from '../core/figures.ts';

const figuresPartition = (clinicId: string): string => `clinic#${clinicId}#figures`;

/** A technical item: it can be counted again from the records as long as they are there. */
const FiguresDayEntity = new Entity({
  name: 'FiguresDay',
  table: recordsTable,
  timestamps: false,
  schema: item({
    clinicId: string().key(),
    date: string().key(),
    // Counted by core/figures.ts and nobody else.
    figures: any().castAs<DayFigures>(),
    countedAt: string(),
    stands: boolean(),
  }),
  computeKey: ({ clinicId, date }) => ({ pk: figuresPartition(clinicId), sk: `day#${date}` }),
});

/** What a clinic's local day came to. */
export interface FiguresDay {
  readonly date: string;
  readonly figures: DayFigures;
  readonly countedAt: string;
  /** Whether it was counted for the last time. */
  readonly stands: boolean;
}

/** Keeps a day as it was counted, unless it was counted later already. */
export const keepFiguresDay = async (clinicId: Id<'clinic'>, day: FiguresDay): Promise<void> => {
  const condition = {
    or: [
      { attr: 'countedAt' as const, exists: false },
      { attr: 'countedAt' as const, lt: day.countedAt },
    ],
  };
  try {
    await transact([put(FiguresDayEntity, { clinicId, ...day }, condition)]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
};

/** The days from one date to another, both included, oldest first; one that was never counted is not there. */
export const figuresDays = async (clinicId: Id<'clinic'>, from: string, to: string): Promise<readonly FiguresDay[]> =>
  (
    await queryAll(FiguresDayEntity, {
      partition: figuresPartition(clinicId),
      range: { between: [`day#${from}`, `day#${to}`] },
    })
  ).map(({ date, figures, countedAt, stands }) => ({ date, figures: asCountedNow(figures), countedAt, stands }));

/** A count that is younger than the day is as nearly what it would have been as the day can say. */
const asCountedNow = ({ rows, care }: DayFigures): DayFigures => ({
  rows: rows.map((row) => ({ ...row, initiated: row.initiated ?? row.delivered })),
  care: { ...noCare, ...care },
});

/** The first day that was ever counted for a clinic. */
export const firstFiguresDay = async (clinicId: Id<'clinic'>): Promise<string | undefined> => {
  const query = { partition: figuresPartition(clinicId), range: { beginsWith: 'day#' } };
  return (await queryPage(FiguresDayEntity, query, { limit: 1 })).items[0]?.date;
};

/** That a month's file is written; technical, too. */
const FiguresExportEntity = new Entity({
  name: 'FiguresExport',
  table: recordsTable,
  timestamps: false,
  schema: item({ clinicId: string().key(), month: string().key(), objectKey: string(), writtenAt: string() }),
  computeKey: ({ clinicId, month }) => ({ pk: figuresPartition(clinicId), sk: `export#${month}` }),
});

/** Of the months from one to another, both included, those whose file is written. */
export const monthsExported = async (
  clinicId: Id<'clinic'>,
  from: string,
  to: string,
): Promise<ReadonlySet<string>> => {
  const range = { between: [`export#${from}`, `export#${to}`] as [string, string] };
  const written = await queryAll(FiguresExportEntity, { partition: figuresPartition(clinicId), range });
  return new Set(written.map(({ month }) => month));
};

export const markFiguresExported = (
  clinicId: Id<'clinic'>,
  written: { readonly month: string; readonly objectKey: string; readonly writtenAt: string },
): Promise<void> => transact([put(FiguresExportEntity, { clinicId, ...written })]);
