import { randomUUID } from 'node:crypto';
import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { boolean, item, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import {
  get,
  put,
  queryAll,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../platform/store/records.ts';
import type { Stored } from './catalog-store.ts';
import type { AvailabilityException, Closure } from './core/types.ts';

/** What changes a provider's hours on certain dates: leave, extra hours, closures (decision 24). */

type ClinicId = Id<'clinic'>;

// The last date comes first in both sort keys: a search reads what ends on its first day or later, so the past costs nothing.
const AvailabilityExceptionEntity = new Entity({
  name: 'AvailabilityException',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    providerId: string().key(),
    lastDate: string().key(),
    id: string().key(),
    kind: string().enum('away', 'extra'),
    firstDate: string(),
    from: string().optional(),
    to: string().optional(),
    why: string(),
    active: boolean(),
  }),
  computeKey: ({ clinicId, providerId, lastDate, id }) => ({
    pk: exceptionsKey(clinicId, providerId),
    sk: `${lastDate}#${id}`,
  }),
});

const ClosureEntity = new Entity({
  name: 'Closure',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    lastDate: string().key(),
    id: string().key(),
    firstDate: string(),
    from: string().optional(),
    to: string().optional(),
    name: string(),
    active: boolean(),
  }),
  computeKey: ({ clinicId, lastDate, id }) => ({ pk: closuresKey(clinicId), sk: `${lastDate}#${id}` }),
});

/** Which change of hours was the last. A technical item: who keeps hours in memory asks it whether they still hold. */
const HoursMarkEntity = new Entity({
  name: 'HoursMark',
  table: recordsTable,
  timestamps: false,
  schema: item({ clinicId: string().key(), mark: string() }),
  computeKey: ({ clinicId }) => ({ pk: `clinic#${clinicId}`, sk: 'hours-mark' }),
});

const exceptionsKey = (clinicId: string, providerId: string): string =>
  `clinic#${clinicId}#availability-exception#${providerId}`;
const closuresKey = (clinicId: string): string => `clinic#${clinicId}#closure`;

const toException = (stored: FormattedItem<typeof AvailabilityExceptionEntity>): Stored<AvailabilityException> => ({
  id: stored.id as Id<'availabilityException'>,
  providerId: stored.providerId as Id<'provider'>,
  kind: stored.kind,
  firstDate: stored.firstDate,
  lastDate: stored.lastDate,
  from: stored.from,
  to: stored.to,
  reason: stored.why,
  rev: stored.rev,
});

const toClosure = (stored: FormattedItem<typeof ClosureEntity>): Stored<Closure> => ({
  id: stored.id as Id<'closure'>,
  firstDate: stored.firstDate,
  lastDate: stored.lastDate,
  from: stored.from,
  to: stored.to,
  name: stored.name,
  rev: stored.rev,
});

/** The changes of a provider's hours that end on a date or later: one Query, whatever came before. */
export const listExceptions = async (
  clinicId: ClinicId,
  providerId: Id<'provider'>,
  from: string,
): Promise<readonly Stored<AvailabilityException>[]> =>
  (
    await queryAll(
      AvailabilityExceptionEntity,
      { partition: exceptionsKey(clinicId, providerId), range: { gte: from } },
      { consistent: true },
    )
  )
    .filter(({ active }) => active)
    .map(toException);

/** Writes a change of hours, with {@link hoursChangedItem}; taken back, it stays on record and counts no more. */
export const exceptionItem = (
  clinicId: ClinicId,
  { reason: why, ...exception }: Stored<AvailabilityException>,
  active: boolean,
  stamp: Stamp,
): TransactItem => save(AvailabilityExceptionEntity, { clinicId, ...exception, why, active, ...stamp }, exception.rev);

/** The clinic's closures that end on a date or later: one Query, whatever came before. */
export const listClosures = async (clinicId: ClinicId, from: string): Promise<readonly Stored<Closure>[]> =>
  (await queryAll(ClosureEntity, { partition: closuresKey(clinicId), range: { gte: from } }, { consistent: true }))
    .filter(({ active }) => active)
    .map(toClosure);

/** Writes a closure, with {@link hoursChangedItem}; taken back, it stays on record and counts no more. */
export const closureItem = (
  clinicId: ClinicId,
  closure: Stored<Closure>,
  active: boolean,
  stamp: Stamp,
): TransactItem => save(ClosureEntity, { clinicId, ...closure, active, ...stamp }, closure.rev);

/** What is another after every change of the clinic's leaves, extra hours and closures; none before the first. */
export const getHoursMark = async (clinicId: ClinicId): Promise<string | undefined> =>
  (await get(HoursMarkEntity, { clinicId }))?.mark;

/** Belongs into every transaction that writes leave, extra hours or a closure, once: see known-hours.ts. */
export const hoursChangedItem = (clinicId: ClinicId): TransactItem =>
  put(HoursMarkEntity, { clinicId, mark: randomUUID() });
