import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import {
  check,
  create,
  format,
  get,
  lookupKeys,
  type Page,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  type TransactItem,
} from '../platform/store/records.ts';
import { emptySheet } from './core/day-sheet.ts';
import type { Appointment, AppointmentStatus, AppointmentType, DaySheet, Provider } from './core/types.ts';

/** All DynamoDB access of scheduling; the only file that knows its keys. */

type ClinicId = Id<'clinic'>;
/** A record and the revision it was read at. */
export type Stored<T> = T & { readonly rev: number };

const modality = string().enum('in-person', 'video', 'audio');
const weekday = number().enum(1, 2, 3, 4, 5, 6, 7);

const ProviderEntity = new Entity({
  name: 'Provider',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    id: string().key(),
    name: string(),
    role: string().enum('physician', 'physical-therapist', 'assistant'),
    zone: string(),
    availability: list(map({ weekday, from: string(), to: string() })),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#provider`, sk: id }),
});

const AppointmentTypeEntity = new Entity({
  name: 'AppointmentType',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    id: string().key(),
    name: string(),
    minutes: number(),
    bufferBeforeMinutes: number(),
    bufferAfterMinutes: number(),
    modalities: list(modality),
    leadMinutes: number(),
    horizonDays: number(),
    providerIds: list(string()),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#appointment-type`, sk: id }),
});

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
    busy: list(map({ startEpochMinute: number(), endEpochMinute: number(), heldBy: string() })),
  }),
  computeKey: ({ clinicId, providerId, date }) => ({ pk: sheetsKey(clinicId, providerId), sk: date }),
});

const AppointmentEntity = new Entity({
  name: 'Appointment',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
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
    cancellationReason: string().optional(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#appointment#${id}`, sk: 'appointment' }),
});

const sheetsKey = (clinicId: string, providerId: string): string => `clinic#${clinicId}#day-sheet#${providerId}`;
const patientAppointmentsKey = (clinicId: string, patientId: string): string =>
  `clinic#${clinicId}#patient-appointments#${patientId}`;

const toProvider = (stored: FormattedItem<typeof ProviderEntity>): Stored<Provider> => ({
  id: stored.id as Id<'provider'>,
  clinicId: stored.clinicId as ClinicId,
  name: stored.name,
  role: stored.role,
  zone: stored.zone,
  availability: stored.availability,
  rev: stored.rev,
});

const toAppointmentType = (stored: FormattedItem<typeof AppointmentTypeEntity>): Stored<AppointmentType> => ({
  id: stored.id as Id<'appointmentType'>,
  clinicId: stored.clinicId as ClinicId,
  name: stored.name,
  minutes: stored.minutes,
  bufferBeforeMinutes: stored.bufferBeforeMinutes,
  bufferAfterMinutes: stored.bufferAfterMinutes,
  modalities: stored.modalities,
  leadMinutes: stored.leadMinutes,
  horizonDays: stored.horizonDays,
  providerIds: stored.providerIds as Id<'provider'>[],
  rev: stored.rev,
});

const toSheet = (stored: FormattedItem<typeof DaySheetEntity>): DaySheet => ({
  providerId: stored.providerId as Id<'provider'>,
  date: stored.date,
  zone: stored.zone,
  rev: stored.rev,
  busy: stored.busy,
});

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
  cancellationReason: stored.cancellationReason,
});

/** Reads an appointment out of a stream image. */
export const appointmentOfImage = (image: Record<string, unknown>): Appointment =>
  toAppointment(format(AppointmentEntity, image));

export const getProvider = async (clinicId: ClinicId, id: Id<'provider'>): Promise<Stored<Provider> | undefined> => {
  const stored = await get(ProviderEntity, { clinicId, id });
  return stored && toProvider(stored);
};

export const listProviders = async (clinicId: ClinicId): Promise<readonly Stored<Provider>[]> =>
  (await queryAll(ProviderEntity, { partition: `clinic#${clinicId}#provider` })).map(toProvider);

export const createProviderItem = (provider: Provider, stamp: Stamp): TransactItem =>
  create(ProviderEntity, { ...provider, availability: [...provider.availability], ...stamp, rev: 1 });

export const getAppointmentType = async (
  clinicId: ClinicId,
  id: Id<'appointmentType'>,
): Promise<Stored<AppointmentType> | undefined> => {
  const stored = await get(AppointmentTypeEntity, { clinicId, id });
  return stored && toAppointmentType(stored);
};

export const listAppointmentTypes = async (clinicId: ClinicId): Promise<readonly Stored<AppointmentType>[]> =>
  (await queryAll(AppointmentTypeEntity, { partition: `clinic#${clinicId}#appointment-type` })).map(toAppointmentType);

export const createAppointmentTypeItem = (type: AppointmentType, stamp: Stamp): TransactItem =>
  create(AppointmentTypeEntity, {
    ...type,
    modalities: [...type.modalities],
    providerIds: [...type.providerIds],
    ...stamp,
    rev: 1,
  });

/** One day of a provider; an empty sheet when nothing was ever booked on it. */
export const getSheet = async (
  clinicId: ClinicId,
  providerId: Id<'provider'>,
  date: string,
  zone: string,
): Promise<DaySheet> => {
  const stored = await get(DaySheetEntity, { clinicId, providerId, date });
  return stored ? toSheet(stored) : emptySheet(providerId, date, zone);
};

/** The sheets of a range of local dates, both included: one Query, whatever the clinic's history. */
export const listSheets = async (
  clinicId: ClinicId,
  providerId: Id<'provider'>,
  dates: { readonly first: string; readonly last: string },
): Promise<readonly DaySheet[]> =>
  (
    await queryAll(DaySheetEntity, {
      partition: sheetsKey(clinicId, providerId),
      range: { between: [dates.first, dates.last] },
    })
  ).map(toSheet);

/** Writes a sheet whose `rev` is one above the one read; loses against any write in between. */
export const sheetItem = (clinicId: ClinicId, sheet: DaySheet, stamp: Stamp): TransactItem => {
  const stored = { clinicId, ...sheet, busy: [...sheet.busy], ...stamp };
  return sheet.rev === 1 ? create(DaySheetEntity, stored) : replace(DaySheetEntity, stored, sheet.rev - 1);
};

export const getAppointment = async (clinicId: ClinicId, id: Id<'appointment'>): Promise<Appointment | undefined> => {
  const stored = await get(AppointmentEntity, { clinicId, id });
  return stored && toAppointment(stored);
};

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

/** Writes an appointment: revision 1 must be new, any other replaces the one before it. */
export const appointmentItem = (appointment: Appointment, stamp: Stamp): TransactItem => {
  const stored = {
    ...appointment,
    ...stamp,
    lookupPk: patientAppointmentsKey(appointment.clinicId, appointment.patientId),
    lookupSk: appointment.start,
  };
  return appointment.rev === 1
    ? create(AppointmentEntity, stored)
    : replace(AppointmentEntity, stored, appointment.rev - 1);
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
