import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { boolean, item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { get, queryAll, recordAttributes, recordsTable, save, type TransactItem } from '../platform/store/records.ts';
import { type AppointmentType, MODALITIES, type Provider, type Room } from './core/types.ts';

/** What a clinic books: its providers, types of visit and rooms. */

type ClinicId = Id<'clinic'>;
/** A record and the revision it was read at. */
export type Stored<T> = T & { readonly rev: number };

const weeklyRule = map({
  weekday: number().enum(1, 2, 3, 4, 5, 6, 7),
  from: string(),
  to: string(),
  effectiveFrom: string().optional(),
  effectiveTo: string().optional(),
});

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
    availability: list(weeklyRule),
    breaks: list(weeklyRule).optional(),
    licences: list(
      map({
        state: string(),
        kind: string().enum('full', 'compact', 'telehealth'),
        validFrom: string(),
        validTo: string().optional(),
      }),
    ).optional(),
    active: boolean().optional(),
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
    modalities: list(string().enum(...MODALITIES)),
    leadMinutes: number(),
    horizonDays: number(),
    providerIds: list(string()),
    patientKind: string().enum('new', 'established', 'any').optional(),
    dailyCap: number().optional(),
    capacity: number().optional(),
    states: list(string()).optional(),
    roomIds: list(string()).optional(),
    secondProviderIds: list(string()).optional(),
    requiredForm: string().enum('pre-visit', 'none').optional(),
    active: boolean().optional(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#appointment-type`, sk: id }),
});

const RoomEntity = new Entity({
  name: 'Room',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    id: string().key(),
    name: string(),
    zone: string(),
    active: boolean(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#room`, sk: id }),
});

const toProvider = (stored: FormattedItem<typeof ProviderEntity>): Stored<Provider> => ({
  id: stored.id as Id<'provider'>,
  clinicId: stored.clinicId as ClinicId,
  name: stored.name,
  role: stored.role,
  zone: stored.zone,
  availability: stored.availability,
  // What came later is missing in records written before it.
  breaks: stored.breaks ?? [],
  licences: stored.licences ?? [],
  active: stored.active ?? true,
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
  patientKind: stored.patientKind ?? 'any',
  dailyCap: stored.dailyCap,
  capacity: stored.capacity ?? 1,
  states: stored.states,
  roomIds: (stored.roomIds ?? []) as Id<'room'>[],
  secondProviderIds: (stored.secondProviderIds ?? []) as Id<'provider'>[],
  requiredForm: stored.requiredForm ?? 'pre-visit',
  active: stored.active ?? true,
  rev: stored.rev,
});

const toRoom = (stored: FormattedItem<typeof RoomEntity>): Stored<Room> => ({
  id: stored.id as Id<'room'>,
  clinicId: stored.clinicId as ClinicId,
  name: stored.name,
  zone: stored.zone,
  active: stored.active,
  rev: stored.rev,
});

export const getProvider = async (clinicId: ClinicId, id: Id<'provider'>): Promise<Stored<Provider> | undefined> => {
  const stored = await get(ProviderEntity, { clinicId, id });
  return stored && toProvider(stored);
};

export const listProviders = async (clinicId: ClinicId): Promise<readonly Stored<Provider>[]> =>
  (await queryAll(ProviderEntity, { partition: `clinic#${clinicId}#provider` })).map(toProvider);

/** Writes a provider: revision 1 must be new, any other replaces the one before it. */
export const providerItem = (provider: Stored<Provider>, stamp: Stamp): TransactItem =>
  save(
    ProviderEntity,
    {
      ...provider,
      availability: [...provider.availability],
      breaks: [...provider.breaks],
      licences: [...provider.licences],
      ...stamp,
    },
    provider.rev,
  );

export const getAppointmentType = async (
  clinicId: ClinicId,
  id: Id<'appointmentType'>,
): Promise<Stored<AppointmentType> | undefined> => {
  const stored = await get(AppointmentTypeEntity, { clinicId, id });
  return stored && toAppointmentType(stored);
};

export const listAppointmentTypes = async (clinicId: ClinicId): Promise<readonly Stored<AppointmentType>[]> =>
  (await queryAll(AppointmentTypeEntity, { partition: `clinic#${clinicId}#appointment-type` })).map(toAppointmentType);

/** Writes a type of visit: revision 1 must be new, any other replaces the one before it. */
export const appointmentTypeItem = (type: Stored<AppointmentType>, stamp: Stamp): TransactItem =>
  save(
    AppointmentTypeEntity,
    {
      ...type,
      modalities: [...type.modalities],
      providerIds: [...type.providerIds],
      states: type.states === undefined ? undefined : [...type.states],
      roomIds: [...type.roomIds],
      secondProviderIds: [...type.secondProviderIds],
      ...stamp,
    },
    type.rev,
  );

export const getRoom = async (clinicId: ClinicId, id: Id<'room'>): Promise<Stored<Room> | undefined> => {
  const stored = await get(RoomEntity, { clinicId, id });
  return stored && toRoom(stored);
};

export const listRooms = async (clinicId: ClinicId): Promise<readonly Stored<Room>[]> =>
  (await queryAll(RoomEntity, { partition: `clinic#${clinicId}#room` })).map(toRoom);

/** Writes a room: revision 1 must be new, any other replaces the one before it. */
export const roomItem = (room: Stored<Room>, stamp: Stamp): TransactItem =>
  save(RoomEntity, { ...room, ...stamp }, room.rev);
