import { Temporal } from 'temporal-polyfill';
import { newPatient, type Patient } from '../../../../functions/intake/patients.ts';
import { consentItems } from '../../../../functions/messaging/consent/consent.ts';
import { type Caller, stampOf } from '../../../../functions/platform/actor.ts';
import { type Id, newId } from '../../../../functions/platform/ids.ts';
import { inAllShards } from '../../../../functions/platform/store/due.ts';
import { transact } from '../../../../functions/platform/store/records.ts';
import { book } from '../../../../functions/scheduling/book.ts';
import { appointmentTypeItem, providerItem, roomItem } from '../../../../functions/scheduling/catalog-store.ts';
import { change, type WriteChange } from '../../../../functions/scheduling/change.ts';
import type { AppointmentType, Provider, Room } from '../../../../functions/scheduling/core/types.ts';
import { holdTime } from '../../../../functions/scheduling/hold.ts';
import { sweepOffers } from '../../../../functions/scheduling/offers.ts';
import { reschedule } from '../../../../functions/scheduling/reschedule.ts';
import { bookSeries } from '../../../../functions/scheduling/series.ts';
import { joinWaitingList } from '../../../../functions/scheduling/waiting-list.ts';
import { dueOpenings } from '../../../../functions/scheduling/waiting-list-store.ts';
import { plainProvider, plainType } from '../../../helpers/catalog.ts';
import { createTestClinic } from '../../../helpers/clinic.ts';
import { testPhone } from '../../../helpers/phones.ts';
import { type Calendar, seriesCount, type Visit } from './model.ts';
import type { Entry, Opening } from './waiting.ts';

/** A clinic so small that its clients are always in each other's way: two providers, two mornings of three visits each. */

/** When everything happens: on a Monday, while patients may be texted. */
export const now = Temporal.Instant.from('2026-11-23T16:00:00Z');
/** When the offer of the beginning was made: six minutes pass, and its half hour is over. */
const earlier = now.subtract({ minutes: 26 });
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
  readonly patients: readonly Patient[];
}

/** Writes the clinic into the table that stands behind the app's client, with a few visits to begin with. */
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
  const patients = await Promise.all([0, 1, 2].map(() => createPatient(caller)));
  const world = { caller, providers, types, room, patients };
  return { world, calendar: await begin(world) };
};

/**
 * Visits, a hold, a series, a visit that the clinic cancelled, and two who wait for the time it freed and that of a visit
 * that has moved: whoever comes first already finds something to change.
 */
const begin = async (world: World): Promise<Calendar> => {
  const { caller, providers, types, patients } = world;
  const [[one, other], [ada, ben, cy]] = [providers, patients];
  if (one === undefined || other === undefined || ada === undefined || ben === undefined || cy === undefined) {
    throw new Error('Too small');
  }
  const place = (provider: Provider, type: TypeName, start: string) => ({
    command: { providerId: provider.id, typeId: types[type].id, start },
    visit: { provider: providers.indexOf(provider), type, start: minuteOf(start) },
  });
  const fresh = { status: 'booked', rev: 1, sequence: 0, isConfirmed: false, isAskedToMove: false, told: 1 } as const;
  const visits: Visit[] = [];
  const write: WriteChange<void> = (_, items) => transact(items);
  const join = (by: Caller, patient: Patient, type: TypeName) =>
    joinWaitingList(by, { patientId: patient.id, typeId: types[type].id, noticeMinutes: 0 }, transact);

  const early = { ...caller, now: earlier };
  const first = await join(early, cy, 'alone');
  const left = place(other, 'alone', starts[0]);
  const moved = place(one, 'alone', starts[0]);
  const { id } = await book(early, { ...left.command, patientId: ada.id }, transact);
  await reschedule(early, { appointmentId: id, ...moved.command, by: 'clinic' }, write);
  visits.push({ id, patient: 0, ...moved.visit, ...fresh, rev: 2, sequence: 1 });
  await sweepOffers(earlier, 'world');

  const shared = place(other, 'group', starts[2]);
  const session = await book(caller, { ...shared.command, patientId: ben.id }, transact);
  visits.push({ id: session.id, patient: 1, ...shared.visit, ...fresh });

  const weekly = place(one, 'alone', starts[3]);
  const inSeries = { patientId: ada.id, count: seriesCount, everyWeeks: 1 };
  const series = await bookSeries(caller, { ...weekly.command, ...inSeries }, transact);
  for (const [index, { id: seriesVisit, start }] of series.items.entries()) {
    const told = index === 0 ? seriesCount : 0;
    visits.push({ id: seriesVisit, patient: 0, ...weekly.visit, start: minuteOf(start), ...fresh, told });
  }

  const lost = place(other, 'alone', starts[3]);
  const off = await book(caller, { ...lost.command, patientId: cy.id }, transact);
  await change(caller, { appointmentId: off.id }, () => ({ kind: 'cancel', by: 'clinic' }), write);
  const cancelled = { ...fresh, status: 'cancelled', rev: 2, sequence: 1, cancelledBy: 'clinic' } as const;
  visits.push({ id: off.id, patient: 2, ...lost.visit, ...cancelled });
  const second = await join(caller, ben, 'room');

  const kept = place(one, 'room', starts[4]);
  const hold = await holdTime(caller, 'staff', kept.command, transact);

  const due = await inAllShards(async (shard) => (await dueOpenings(shard, starts[0], { limit: 9 })).items);
  const [asked, open] = [due.find(({ status }) => status === 'offered'), due.find(({ status }) => status === 'open')];
  const offer = asked?.offers[0]?.offerId;
  if (asked === undefined || open === undefined || offer === undefined) throw new Error('Nothing was offered');
  const openings: readonly Opening[] = [
    {
      id: asked.id,
      ...left.visit,
      freedBy: id,
      givenUpBy: 0,
      status: 'offered',
      due: clock - 24,
      offers: [offer],
      rev: 2,
    },
    { id: open.id, ...lost.visit, freedBy: off.id, givenUpBy: 2, status: 'open', due: clock, offers: [], rev: 1 },
  ];
  const entries: readonly Entry[] = [
    { id: first.id, patient: 2, type: 'alone', status: 'offered', offer, rev: 2 },
    { id: second.id, patient: 1, type: 'room', status: 'waiting', rev: 1 },
  ];
  const offered = { opening: asked.id, entry: first.id, status: 'offered', expiresAt: clock + 4, rev: 1 } as const;
  return {
    visits: new Map(visits.map((visit) => [visit.id, visit])),
    holds: new Map([[hold.id, { id: hold.id, ...kept.visit, status: 'held', expiresAt: clock + 5 }]]),
    series: new Map([[series.id, series.items.map((visit) => visit.id)]]),
    closed: new Set(),
    entries: new Map(entries.map((entry) => [entry.id, entry])),
    openings: new Map(openings.map((opening) => [opening.id, opening])),
    offers: new Map([[offer, { id: offer, ...left.visit, ...offered }]]),
    clock,
  };
};

export const minuteOf = (start: string): number => Date.parse(start) / 60_000;
const clock = now.epochMilliseconds / 60_000;

const createPatient = async (caller: Caller): Promise<Patient> => {
  const phone = testPhone();
  const { patient, items } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Test',
    birthDate: '1980-05-17',
    phone,
    zone,
    state: 'CO',
  });
  const words = { how: 'web-form', wording: 'You may text me.', wordingVersion: '1' } as const;
  const consent = await consentItems(caller, phone, [{ category: 'treatment', granted: true, ...words }]);
  await transact([...items, ...consent]);
  return patient;
};
