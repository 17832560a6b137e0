import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Temporal } from 'temporal-polyfill';
import type { Stamp } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import {
  check,
  dueKeys,
  get,
  getMany,
  lookupKeys,
  type Page,
  queryAll,
  queryPage,
  readImage,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../platform/store/records.ts';
import { emptySheet, withoutExpired } from './core/day-sheet.ts';
import {
  type Appointment,
  type AppointmentStatus,
  type BusyInterval,
  type Companion,
  type DaySheet,
  MODALITIES,
  type ResourceId,
} from './core/types.ts';

/** Appointments, and the day sheets they are booked on. */

type ClinicId = Id<'clinic'>;
const modality = string().enum(...MODALITIES);
const minuteRange = { startEpochMinute: number(), endEpochMinute: number() };

const DaySheetEntity = new Entity({
  name: 'DaySheet',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    providerId: string().key(),
    date: string().key(),
    zone: string(),
    busy: list(
      map({
        ...minuteRange,
        heldBy: string(),
        typeId: string().optional(),
        expiresAtEpochSecond: number().optional(),
      }),
    ),
    external: list(map(minuteRange)).optional(),
  }),
  computeKey: ({ clinicId, providerId, date }) => ({ pk: sheetsKey(clinicId, providerId), sk: date }),
});

const AppointmentEntity = new Entity({
  name: 'Appointment',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...dueKeys,
    ...lookupKeys,
    clinicId: string().key(),
    id: string().key(),
    patientId: string(),
    providerId: string(),
    typeId: string(),
    start: string(),
    end: string(),
    zone: string(),
    wallTime: string(),
    modality,
    status: string().enum('booked', 'arrived', 'fulfilled', 'cancelled', 'noshow'),
    sequence: number(),
    confirmedSequence: number().optional(),
    arrivedAt: string().optional(),
    fulfilment: map({ modality, start: string(), end: string() }).optional(),
    cancelledBy: string().enum('patient', 'clinic').optional(),
    cancellationReason: string().optional(),
    rescheduleReason: string().optional(),
    noshowReason: string().optional(),
    companions: list(map({ id: string(), zone: string() })).optional(),
    patientState: string().optional(),
    seriesId: string().optional(),
    rescheduleRequestedAt: string().optional(),
    rescheduleRequestReason: string().optional(),
    rebookedAs: string().optional(),
    replaces: string().optional(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#appointment#${id}`, sk: 'appointment' }),
});

const sheetsKey = (clinicId: string, providerId: string): string => `clinic#${clinicId}#day-sheet#${providerId}`;
const patientAppointmentsKey = (clinicId: string, patientId: string): string =>
  `clinic#${clinicId}#patient-appointments#${patientId}`;

/** A sheet as it counts at `now`: holds that have expired are not there, and so are gone with the next write. */
const toSheet = (stored: FormattedItem<typeof DaySheetEntity>, now: Temporal.Instant): DaySheet =>
  withoutExpired(
    {
      providerId: stored.providerId as ResourceId,
      date: stored.date,
      zone: stored.zone,
      rev: stored.rev,
      busy: stored.busy as readonly BusyInterval[],
      external: stored.external,
    },
    now,
  );

const toAppointment = (stored: FormattedItem<typeof AppointmentEntity>): Appointment => ({
  id: stored.id as Id<'appointment'>,
  clinicId: stored.clinicId as ClinicId,
  patientId: stored.patientId as Id<'patient'>,
  providerId: stored.providerId as Id<'provider'>,
  typeId: stored.typeId as Id<'appointmentType'>,
  start: stored.start,
  end: stored.end,
  zone: stored.zone,
  wallTime: stored.wallTime,
  modality: stored.modality,
  status: stored.status,
  rev: stored.rev,
  sequence: stored.sequence,
  confirmedSequence: stored.confirmedSequence,
  arrivedAt: stored.arrivedAt,
  fulfilment: stored.fulfilment,
  cancelledBy: stored.cancelledBy,
  cancellationReason: stored.cancellationReason,
  rescheduleReason: stored.rescheduleReason,
  noshowReason: stored.noshowReason,
  companions: stored.companions as readonly Companion[] | undefined,
  patientState: stored.patientState,
  seriesId: stored.seriesId as Id<'series'> | undefined,
  rescheduleRequestedAt: stored.rescheduleRequestedAt,
  rescheduleRequestReason: stored.rescheduleRequestReason,
  rebookedAs: stored.rebookedAs as Id<'appointment'> | undefined,
  replaces: stored.replaces as Id<'appointment'> | undefined,
});

/** Reads an appointment out of a stream image. */
export const appointmentOfImage = (image: Record<string, unknown>): Appointment =>
  toAppointment(readImage(AppointmentEntity, image));

/** One day of a provider or room as it counts at `now`; an empty sheet when nothing was ever booked on it. */
export const getSheet = async (
  clinicId: ClinicId,
  resourceId: ResourceId,
  date: string,
  zone: string,
  now: Temporal.Instant,
): Promise<DaySheet> => {
  const stored = await get(DaySheetEntity, { clinicId, providerId: resourceId, date });
  return stored ? toSheet(stored, now) : emptySheet(resourceId, date, zone);
};

/** The sheets of a range of local dates, both included: one Query, whatever the clinic's history. */
export const listSheets = async (
  clinicId: ClinicId,
  resourceId: ResourceId,
  dates: { readonly first: string; readonly last: string },
  now: Temporal.Instant,
): Promise<readonly DaySheet[]> =>
  (
    await queryAll(DaySheetEntity, {
      partition: sheetsKey(clinicId, resourceId),
      range: { between: [dates.first, dates.last] },
    })
  ).map((stored) => toSheet(stored, now));

/** Writes a sheet whose `rev` is one above the one read; loses against any write in between. */
export const sheetItem = (clinicId: ClinicId, sheet: DaySheet, stamp: Stamp): TransactItem =>
  save(
    DaySheetEntity,
    {
      clinicId,
      ...sheet,
      busy: [...sheet.busy],
      external: sheet.external === undefined ? undefined : [...sheet.external],
      ...stamp,
    },
    sheet.rev,
  );

export const getAppointment = async (clinicId: ClinicId, id: Id<'appointment'>): Promise<Appointment | undefined> => {
  const stored = await get(AppointmentEntity, { clinicId, id });
  return stored && toAppointment(stored);
};

/** Appointments by their ids (none twice), in no order. */
export const getAppointments = async (
  clinicId: ClinicId,
  ids: readonly Id<'appointment'>[],
): Promise<readonly Appointment[]> =>
  (
    await getMany(
      AppointmentEntity,
      ids.map((id) => ({ clinicId, id })),
    )
  ).map(toAppointment);

/** A patient's appointments, latest first. */
export const listPatientAppointments = async (
  clinicId: ClinicId,
  patientId: Id<'patient'>,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Appointment>> => {
  const { items, cursor } = await queryPage(
    AppointmentEntity,
    { index: 'lookup', partition: patientAppointmentsKey(clinicId, patientId) },
    { ...page, reverse: true },
  );
  return { items: items.map(toAppointment), cursor };
};

/** A patient's appointments that start from one instant to before another, in order. Read from an index: may lag. */
export const patientAppointmentsBetween = async (
  clinicId: ClinicId,
  patientId: Id<'patient'>,
  from: string,
  until: string,
): Promise<readonly Appointment[]> =>
  (
    await queryAll(AppointmentEntity, {
      index: 'lookup',
      partition: patientAppointmentsKey(clinicId, patientId),
      range: { between: [from, until] },
    })
  ).map(toAppointment);

/** Writes an appointment: revision 1 must be new, any other replaces the one before it. */
export const appointmentItem = (appointment: Appointment, stamp: Stamp): TransactItem => {
  const stored = {
    ...appointment,
    companions: appointment.companions === undefined ? undefined : [...appointment.companions],
    ...stamp,
    lookupPk: patientAppointmentsKey(appointment.clinicId, appointment.patientId),
    lookupSk: appointment.start,
    duePk: visitsPartition(appointment.clinicId, appointment.start),
    dueSk: `${appointment.start}#${appointment.id}`,
  };
  return save(AppointmentEntity, stored, appointment.rev);
};

/** A clinic's visits of a month (UTC) by their start, called-off ones included: what its figures are counted from. */
const visitsPartition = (clinicId: string, start: string): string => `clinic#${clinicId}#visits#${start.slice(0, 7)}`;

/** The visits that begin from one instant to before another (less than a month apart), and when each was last changed. */
export const appointmentsBetween = async (
  clinicId: ClinicId,
  from: string,
  to: string,
): Promise<readonly (Appointment & { readonly changedAt: string })[]> => {
  const partitions = new Set([visitsPartition(clinicId, from), visitsPartition(clinicId, to)]);
  const found = await Promise.all(
    [...partitions].map((partition) =>
      queryAll(AppointmentEntity, { index: 'due', partition, range: { between: [from, to] } }),
    ),
  );
  return found.flat().map((stored) => ({ ...toAppointment(stored), changedAt: stored.changedAt }));
};

/** Holds only while the appointment has this sequence and one of these statuses: what the sender's claim hangs on. */
export const appointmentCheckItem = (
  clinicId: ClinicId,
  id: Id<'appointment'>,
  expected: { readonly sequence: number; readonly statuses: readonly AppointmentStatus[] },
): TransactItem =>
  check(
    AppointmentEntity,
    { clinicId, id },
    {
      and: [
        { attr: 'sequence', eq: expected.sequence },
        { attr: 'status', in: [...expected.statuses] },
      ],
    },
  );
