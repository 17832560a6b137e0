import { Temporal } from 'temporal-polyfill';
import { newPatient, type Patient } from '../../../../functions/intake/patients.ts';
import { consentItems } from '../../../../functions/messaging/consent.ts';
import { type Caller, stampOf } from '../../../../functions/platform/actor.ts';
import { type Id, newId } from '../../../../functions/platform/ids.ts';
import { transact } from '../../../../functions/platform/store/records.ts';
import { book } from '../../../../functions/scheduling/book.ts';
import type { AppointmentType, Provider, Room } from '../../../../functions/scheduling/core/types.ts';
import { holdTime } from '../../../../functions/scheduling/hold.ts';
import { appointmentTypeItem, providerItem, roomItem } from '../../../../functions/scheduling/store.ts';
import { plainProvider, plainType } from '../../../helpers/catalog.ts';
import { createTestClinic } from '../../../helpers/clinic.ts';
import { testPhone } from '../../../helpers/phones.ts';
import type { Calendar, Visit } from './model.ts';

/** A clinic so small that its clients are always in each other's way: two providers, two mornings of three visits each. */

/** When everything happens: on a Monday. */
export const now = Temporal.Instant.from('2026-11-23T15:00:00Z');
const zone = 'America/Denver';

/** The starts anybody asks for, in UTC: overlapping ones of one morning, and one of the next. */
export const starts = [
  '2026-12-01T16:00:00Z',
  '2026-12-01T16:15:00Z',
  '2026-12-01T16:30:00Z',
  '2026-12-01T17:00:00Z',
  '2026-12-02T16:00:00Z',
] as const;

/** The kinds of visit: alone, with minutes kept free behind it, in a group of two, in the only room, and one a day. */
export const typeNames = ['alone', 'buffered', 'group', 'room', 'capped'] as const;
export type TypeName = (typeof typeNames)[number];

export interface World {
  readonly caller: Caller;
  readonly providers: readonly Provider[];
  readonly types: Readonly<Record<TypeName, AppointmentType>>;
  readonly room: Room;
  /** The first one has agreed to be texted. */
  readonly patients: readonly { readonly patient: Patient; readonly isTexted: boolean }[];
}

/** Writes the clinic into the table that stands behind the app's client, with two visits booked and a time held. */
export const createWorld = async (): Promise<{ readonly world: World; readonly calendar: Calendar }> => {
  const { clinicId } = await createTestClinic(now);
  const caller: Caller = { clinicId, actor: { kind: 'staff', id: 'front-desk' }, requestId: 'world', now };
  const stamp = stampOf(caller);
  const providers = ['Dr. One', 'Dr. Two'].map((name) => ({
    ...plainProvider,
    id: newId('provider', now),
    clinicId,
    name,
    role: 'physician' as const,
    zone,
    availability: ([2, 3] as const).map((weekday) => ({ weekday, from: '09:00', to: '10:30' })),
  }));
  const room = { id: newId('room', now), clinicId, name: 'Room', zone, active: true, rev: 1 };
  const typeOf = (name: TypeName, rules: Partial<AppointmentType>) => ({
    ...plainType,
    id: newId('appointmentType', now),
    clinicId,
    name,
    minutes: 30,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    modalities: ['in-person' as const],
    leadMinutes: 0,
    horizonDays: 60,
    providerIds: providers.map(({ id }): Id<'provider'> => id),
    ...rules,
  });
  const types = {
    alone: typeOf('alone', {}),
    buffered: typeOf('buffered', { minutes: 15, bufferAfterMinutes: 15 }),
    group: typeOf('group', { capacity: 2 }),
    room: typeOf('room', { roomIds: [room.id] }),
    capped: typeOf('capped', { dailyCap: 1 }),
  };
  await transact([
    ...providers.map((provider) => providerItem(provider, stamp)),
    ...typeNames.map((name) => appointmentTypeItem(types[name], stamp)),
    roomItem(room, stamp),
  ]);
  const patients = await Promise.all([0, 1, 2].map((index) => createPatient(caller, index < 1)));
  const world = { caller, providers, types, room, patients };
  return { world, calendar: await begin(world) };
};

/** Two visits and a hold, so that whoever comes first already finds something to move, cancel and take. */
const begin = async ({ caller, providers, types, patients }: World): Promise<Calendar> => {
  const clock = now.epochMilliseconds / 60_000;
  const visits = new Map<string, Visit>();
  for (const [index, type] of (['alone', 'group'] as const).entries()) {
    const start = starts[index * 2] ?? starts[0];
    const [patient, provider] = [patients[index]?.patient, providers[index]];
    if (patient === undefined || provider === undefined) throw new Error('The world is too small');
    const command = { patientId: patient.id, providerId: provider.id, typeId: types[type].id, start };
    const { id } = await book(caller, command, transact);
    const place = { provider: index, type, start: Date.parse(start) / 60_000 };
    visits.set(id, { id, patient: index, ...place, status: 'booked', rev: 1, sequence: 0, isConfirmed: false });
  }
  const [provider] = providers;
  const start = starts[4];
  if (provider === undefined) throw new Error('The world is too small');
  const place = { providerId: provider.id, typeId: types.room.id, start };
  const { id } = await holdTime(caller, 'staff', place, transact);
  const held = { provider: 0, type: 'room', start: Date.parse(start) / 60_000, status: 'held' } as const;
  return { visits, holds: new Map([[id, { id, ...held, expiresAt: clock + 5 }]]), clock };
};

const createPatient = async (caller: Caller, isTexted: boolean) => {
  const phone = testPhone();
  const { patient, items } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Test',
    birthDate: '1980-05-17',
    phone,
    zone,
    state: 'CO',
  });
  const consent = isTexted
    ? await consentItems(caller, {
        phone,
        patientId: patient.id,
        category: 'treatment',
        granted: true,
        how: 'staff',
        wording: 'You may text me about my visits.',
        wordingVersion: '1',
      })
    : [];
  await transact([...items, ...consent]);
  return { patient, isTexted };
};
