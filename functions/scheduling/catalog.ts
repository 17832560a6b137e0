import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { badFields, type FieldError, found, Problem } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import {
  appointmentTypeItem,
  getAppointmentType,
  getProvider,
  getRoom,
  listAppointmentTypes,
  listProviders,
  listRooms,
  providerItem,
  roomItem,
  type Stored,
} from './catalog-store.ts';
import { checkWeeklyRules, type RuleFault } from './core/availability.ts';
import type { AppointmentType, Provider, Room, WeeklyRule } from './core/types.ts';

/** What a clinic offers: its providers, its rooms and its types of visit. */

type New<T> = Omit<T, 'id' | 'clinicId'>;

/** A record as an answer: everything but the clinic, which the caller knows, and what it does not have. */
export const withoutClinic = <T extends { readonly clinicId: string }>(record: T): Omit<T, 'clinicId'> => {
  const { clinicId: _, ...rest } = record;
  return rest;
};

const ruleFaults: Readonly<Record<RuleFault['code'], string>> = {
  'weekday-unknown': 'Expected a weekday from 1 (Monday) to 7 (Sunday)',
  'time-malformed': 'Expected times like 07:30',
  'range-empty': 'Must end later than it begins',
  'dates-reversed': 'effectiveTo must not be before effectiveFrom',
  'rules-overlap': 'Overlaps an earlier rule of the same day',
};

const faultsOf = (field: string, rules: readonly WeeklyRule[]): readonly FieldError[] =>
  checkWeeklyRules(rules).map((fault) => ({ field: `body.${field}.${fault.index}`, message: ruleFaults[fault.code] }));

/** Refuses overlapping or reversed hours and reversed licences, each naming its place. */
const requireSoundProvider = (input: New<Provider>): void => {
  const errors = [
    ...faultsOf('availability', input.availability),
    ...faultsOf('breaks', input.breaks),
    ...input.licences.flatMap(({ validFrom, validTo }, index) =>
      validTo !== undefined && validTo < validFrom
        ? [{ field: `body.licences.${index}.validTo`, message: 'Must not be before validFrom' }]
        : [],
    ),
  ];
  if (errors.length > 0) throw badFields(errors);
};

/** Adds a provider. */
export const createProvider = async (caller: Caller, input: New<Provider>, commit: Commit) => {
  requireSoundProvider(input);
  const provider: Stored<Provider> = { ...input, id: newId('provider', caller.now), clinicId: caller.clinicId, rev: 1 };
  const view = withoutClinic(provider);
  await commit([providerItem(provider, stampOf(caller, 'provider added'))], view);
  return view;
};

export interface Update<K, T> {
  readonly id: K;
  /** The revision the caller saw (If-Match); another is `stale`. */
  readonly ifMatch: number | undefined;
  readonly input: New<T>;
}

/** Changes a provider. Their days are counted in their zone, so that cannot change once there may be visits. */
export const updateProvider = async (caller: Caller, update: Update<Id<'provider'>, Provider>, commit: Commit) => {
  requireSoundProvider(update.input);
  const before = requireCurrent(found(await getProvider(caller.clinicId, update.id), 'provider'), update.ifMatch);
  requireSameZone(before, update.input);
  const provider: Stored<Provider> = { ...before, ...update.input, rev: before.rev + 1 };
  const view = withoutClinic(provider);
  await commit([providerItem(provider, stampOf(caller, 'provider changed'))], view);
  return view;
};

/** Adds a room. */
export const createRoom = async (caller: Caller, input: New<Room>, commit: Commit) => {
  const room: Stored<Room> = { ...input, id: newId('room', caller.now), clinicId: caller.clinicId, rev: 1 };
  const view = withoutClinic(room);
  await commit([roomItem(room, stampOf(caller, 'room added'))], view);
  return view;
};

/** Changes a room. */
export const updateRoom = async (caller: Caller, update: Update<Id<'room'>, Room>, commit: Commit) => {
  const before = requireCurrent(found(await getRoom(caller.clinicId, update.id), 'room'), update.ifMatch);
  requireSameZone(before, update.input);
  const room: Stored<Room> = { ...before, ...update.input, rev: before.rev + 1 };
  const view = withoutClinic(room);
  await commit([roomItem(room, stampOf(caller, 'room changed'))], view);
  return view;
};

/**
 * A group that needs a room is led by one provider: on a room's day sheet a session is known by its type and its time,
 * and two groups of two providers must never meet in one room.
 */
const requireOneLeader = ({ capacity, providerIds, roomIds, secondProviderIds }: New<AppointmentType>): void => {
  if (capacity === 1 || providerIds.length === 1 || roomIds.length + secondProviderIds.length === 0) return;
  const message = 'A group visit that needs a room or a second provider has one provider: add a type for each';
  throw badFields([{ field: 'body.providerIds', message }]);
};

/** Adds a type of visit, of providers and rooms this clinic has. */
export const createAppointmentType = async (caller: Caller, input: New<AppointmentType>, commit: Commit) => {
  requireOneLeader(input);
  await requireKnown(caller, input);
  const type: Stored<AppointmentType> = {
    ...input,
    id: newId('appointmentType', caller.now),
    clinicId: caller.clinicId,
    rev: 1,
  };
  const view = withoutClinic(type);
  await commit([appointmentTypeItem(type, stampOf(caller, 'appointment type added'))], view);
  return view;
};

/** Changes a type of visit. What is booked keeps its length and its room. */
export const updateAppointmentType = async (
  caller: Caller,
  update: Update<Id<'appointmentType'>, AppointmentType>,
  commit: Commit,
) => {
  const stored = found(await getAppointmentType(caller.clinicId, update.id), 'appointment type');
  requireOneLeader(update.input);
  const before = requireCurrent(stored, update.ifMatch);
  await requireKnown(caller, update.input);
  const { id, clinicId } = before;
  const type: Stored<AppointmentType> = { ...update.input, id, clinicId, rev: before.rev + 1 };
  const view = withoutClinic(type);
  await commit([appointmentTypeItem(type, stampOf(caller, 'appointment type changed'))], view);
  return view;
};

/** Providers and rooms of another clinic are as unknown as those that never were. */
const requireKnown = async (caller: Caller, input: New<AppointmentType>): Promise<void> => {
  const [providers, rooms] = await Promise.all([
    listProviders(caller.clinicId),
    input.roomIds.length === 0 ? [] : listRooms(caller.clinicId),
  ]);
  const knownProviders = new Set(providers.map(({ id }) => id));
  for (const id of [...input.providerIds, ...input.secondProviderIds]) {
    found(knownProviders.has(id) || undefined, 'provider');
  }
  const knownRooms = new Set(rooms.map(({ id }) => id));
  for (const id of input.roomIds) found(knownRooms.has(id) || undefined, 'room');
};

const requireCurrent = <T extends { readonly rev: number }>(record: T, ifMatch: number | undefined): T => {
  if (ifMatch !== undefined && ifMatch !== record.rev) {
    throw new Problem('stale', 'The record has changed since you read it. Read it again.');
  }
  return record;
};

const requireSameZone = (before: { readonly zone: string }, after: { readonly zone: string }): void => {
  if (before.zone === after.zone) return;
  throw badFields([{ field: 'body.zone', message: 'Cannot change: add another record instead' }]);
};

/** What a patient can book by themselves, and with whom. */
export const publicCatalog = async (caller: Caller) => {
  const [clinic, types, providers] = await Promise.all([
    loadClinic(caller.clinicId),
    listAppointmentTypes(caller.clinicId),
    listProviders(caller.clinicId),
  ]);
  return {
    clinic: { name: clinic.name, phone: clinic.phone, zone: clinic.zone },
    items: types
      .filter(({ active }) => active)
      .map((type) => ({
        id: type.id,
        name: type.name,
        minutes: type.minutes,
        modalities: type.modalities,
        patientKind: type.patientKind,
        requiredForm: type.requiredForm,
        providers: providers
          .filter((provider) => provider.active && type.providerIds.includes(provider.id))
          .map((provider) => ({ id: provider.id, name: provider.name })),
      })),
  };
};
