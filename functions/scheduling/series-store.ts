import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, list, number, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { create, get, recordAttributes, recordsTable, type TransactItem } from '../platform/store/records.ts';

/** Visits that were booked together, week after week. What became of each is on the visit itself. */
export interface Series {
  readonly id: Id<'series'>;
  readonly clinicId: Id<'clinic'>;
  readonly patientId: Id<'patient'>;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  readonly everyWeeks: number;
  /** In the order they were booked for. */
  readonly appointmentIds: readonly Id<'appointment'>[];
}

const SeriesEntity = new Entity({
  name: 'Series',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    id: string().key(),
    patientId: string(),
    providerId: string(),
    typeId: string(),
    everyWeeks: number(),
    appointmentIds: list(string()),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#series#${id}`, sk: 'series' }),
});

const toSeries = (stored: FormattedItem<typeof SeriesEntity>): Series => ({
  id: stored.id as Id<'series'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  patientId: stored.patientId as Id<'patient'>,
  providerId: stored.providerId as Id<'provider'>,
  typeId: stored.typeId as Id<'appointmentType'>,
  everyWeeks: stored.everyWeeks,
  appointmentIds: stored.appointmentIds as Id<'appointment'>[],
});

export const getSeries = async (clinicId: Id<'clinic'>, id: Id<'series'>): Promise<Series | undefined> => {
  const stored = await get(SeriesEntity, { clinicId, id });
  return stored && toSeries(stored);
};

/** Writes a new series; it never changes. */
export const seriesItem = (series: Series, stamp: Stamp): TransactItem =>
  create(SeriesEntity, { ...series, appointmentIds: [...series.appointmentIds], ...stamp, rev: 1 });
