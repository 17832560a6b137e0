import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newPatient, type Patient } from '../../../functions/intake/patients.ts';
import { consentItems } from '../../../functions/messaging/consent/consent.ts';
import { messagesOfCause } from '../../../functions/messaging/store.ts';
import { type Caller, stampOf } from '../../../functions/platform/actor.ts';
import { type Id, newId } from '../../../functions/platform/ids.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { writeBooking } from '../../../functions/scheduling/book.ts';
import {
  appointmentTypeItem,
  providerItem,
  roomItem,
  type Stored,
} from '../../../functions/scheduling/catalog-store.ts';
import { change } from '../../../functions/scheduling/change.ts';
import type { Appointment, AppointmentType, Provider } from '../../../functions/scheduling/core/types.ts';
import { closureItem, hoursChangedItem } from '../../../functions/scheduling/hours-store.ts';
import { recheck } from '../../../functions/scheduling/recheck.ts';
import { appointmentItem, getAppointment, listSheets, sheetItem } from '../../../functions/scheduling/store.ts';
import { plainProvider, plainType } from '../../helpers/catalog.ts';
import { createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';

vi.setConfig({ testTimeout: 60_000 });

const zone = 'America/Denver';
/** Far ahead, because the command looks at what is ahead of the real clock. */
const now = Temporal.Instant.from('2031-02-01T16:00:00Z');
const monday = '2031-03-17';

/** A clinic with a provider, a room, two types of visit and a patient. */
interface World {
  readonly clinic: TestClinic;
  readonly caller: Caller;
  readonly provider: Stored<Provider>;
  readonly roomId: Id<'room'>;
  readonly visit: Stored<AppointmentType>;
  readonly session: Stored<AppointmentType>;
  readonly patient: Patient;
}

const newWorld = async (): Promise<World> => {
  const clinic = await createTestClinic(now);
  const { clinicId } = clinic;
  const caller: Caller = { clinicId, actor: { kind: 'system', id: 'test' }, requestId: 'test', now };
  const stamp = stampOf(caller);
  const week = ([1, 2, 3, 4, 5] as const).map((weekday) => ({ weekday, from: '07:30', to: '17:00' }));
  const provider: Stored<Provider> = {
    ...plainProvider,
    id: newId('provider', now),
    clinicId,
    name: 'Dr. Test',
    role: 'physician',
    zone,
    availability: week,
  };
  const roomId = newId('room', now);
  const visit: Stored<AppointmentType> = {
    ...plainType,
    id: newId('appointmentType', now),
    clinicId,
    name: 'Follow-up',
    minutes: 60,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    modalities: ['in-person'],
    leadMinutes: 0,
    horizonDays: 365,
    providerIds: [provider.id],
    roomIds: [roomId],
  };
  const session = { ...visit, id: newId('appointmentType', now), name: 'Group', minutes: 90, capacity: 3, roomIds: [] };
  const { patient, items } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Test',
    birthDate: '1980-05-17',
    phone: testPhone(),
    zone,
  });
  const consent = await consentItems(caller, patient.phone, [
    {
      patientId: patient.id,
      category: 'treatment',
      granted: true,
      how: 'staff',
      wording: 'You may text me about my visits.',
      wordingVersion: '1',
    },
  ]);
  await transact([
    providerItem(provider, stamp),
    roomItem({ id: roomId, clinicId, name: 'Room 1', zone, active: true, rev: 1 }, stamp),
    appointmentTypeItem(visit, stamp),
    appointmentTypeItem(session, stamp),
    ...items,
    ...consent,
  ]);
  return { clinic, caller, provider, roomId, visit, session, patient };
};

const bookAt = (world: World, wallTime: string, type = world.visit): Promise<Appointment> =>
  writeBooking(
    world.caller,
    {
      patient: world.patient,
      provider: world.provider,
      type,
      start: Temporal.PlainDateTime.from(wallTime).toZonedDateTime(zone).toInstant().toString(),
    },
    async (appointment, items) => {
      await transact(items);
      return appointment;
    },
  );

const shiftMinutes = 60;
const later = (instant: string): string =>
  Temporal.Instant.from(instant).add({ minutes: shiftMinutes }).toString({ smallestUnit: 'second' });

const sheetsOf = (world: World, id: Id<'provider'> | Id<'room'>) =>
  listSheets(world.clinic.clinicId, id, { first: '2031-03-01', last: '2031-04-30' }, now);

/** What the days hold, as `date holder start`. */
const busyOf = async (world: World, id: Id<'provider'> | Id<'room'>): Promise<string[]> =>
  (await sheetsOf(world, id)).flatMap(({ date, busy }) =>
    busy.map(({ heldBy, startEpochMinute }) => {
      const start = Temporal.Instant.fromEpochMilliseconds(startEpochMinute * 60_000);
      return `${date} ${heldBy} ${start.toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'minute' })}`;
    }),
  );

/** Puts visits where zone data whose clocks were an hour behind would have put them: instants and sheets, not wall times. */
const bookedByOtherData = async (world: World, visits: readonly Appointment[]): Promise<void> => {
  const ids: ReadonlySet<string> = new Set(visits.map(({ id }) => id));
  const stamp = stampOf(world.caller);
  const sheets = [...(await sheetsOf(world, world.provider.id)), ...(await sheetsOf(world, world.roomId))];
  await transact([
    ...visits.map((visit) =>
      appointmentItem({ ...visit, start: later(visit.start), end: later(visit.end), rev: visit.rev + 1 }, stamp),
    ),
    ...sheets.map((sheet) => {
      const busy = sheet.busy.map((interval) =>
        ids.has(interval.heldBy)
          ? {
              ...interval,
              startEpochMinute: interval.startEpochMinute + shiftMinutes,
              endEpochMinute: interval.endEpochMinute + shiftMinutes,
            }
          : interval,
      );
      return sheetItem(world.clinic.clinicId, { ...sheet, busy, rev: sheet.rev + 1 }, stamp);
    }),
  ]);
};

const outcomesOf = ({ moved }: Awaited<ReturnType<typeof recheck>>): Record<string, string> =>
  Object.fromEntries(moved.map(({ appointmentId, outcome }) => [appointmentId, outcome]));

const read = async (world: World, { id }: Appointment): Promise<Appointment | undefined> =>
  getAppointment(world.clinic.clinicId, id);

describe('recheck', () => {
  it('finds nothing where every instant is what its wall time means', async () => {
    const world = await newWorld();
    await bookAt(world, `${monday}T09:00`);
    await bookAt(world, '2031-11-03T07:30');
    expect(await recheck(world.caller, { apply: true })).toEqual({ visits: 2, moved: [], outsideHours: [] });
  });

  it('lists what moved, with both instants, and writes nothing', async () => {
    const world = await newWorld();
    const visit = await bookAt(world, `${monday}T09:00`);
    await bookAt(world, `${monday}T13:00`);
    await bookedByOtherData(world, [visit]);
    const [before, busy] = [await read(world, visit), await busyOf(world, world.provider.id)];
    const report = await recheck(world.caller, { apply: false });
    expect(report).toEqual({
      visits: 2,
      moved: [
        {
          appointmentId: visit.id,
          providerId: world.provider.id,
          zone,
          wallTime: `${monday}T09:00`,
          storedStart: '2031-03-17T16:00:00Z',
          start: '2031-03-17T15:00:00Z',
          minutesLater: -60,
          outcome: 'found',
        },
      ],
      outsideHours: [],
    });
    expect(await read(world, visit)).toEqual(before);
    expect(await busyOf(world, world.provider.id)).toEqual(busy);
  });

  it('moves visits that stand one behind the other, with their rooms and texts, once', async () => {
    const world = await newWorld();
    const walls = ['08:00', '09:00', '10:00', '13:00'];
    const visits: Appointment[] = [];
    for (const wall of walls) visits.push(await bookAt(world, `${monday}T${wall}`));
    await bookedByOtherData(world, visits);

    const report = await recheck(world.caller, { apply: true });
    expect(Object.values(outcomesOf(report))).toEqual(['moved', 'moved', 'moved', 'moved']);
    const expected = visits.map(({ id }, index) => `${monday} ${id} ${walls[index]}`);
    expect(await busyOf(world, world.provider.id)).toEqual(expected);
    expect(await busyOf(world, world.roomId)).toEqual(expected);
    for (const visit of visits) {
      expect(await read(world, visit)).toEqual({ ...visit, rev: 3, sequence: 1 });
      const texts = await messagesOfCause(world.clinic.clinicId, visit.id);
      expect(texts.filter(({ status }) => status === 'planned').map(({ sequence }) => sequence)).not.toContain(0);
      expect(texts.map(({ step, sequence }) => `${step} ${sequence}`)).toContain('moved 1');
    }
    expect(await recheck(world.caller, { apply: true })).toEqual({ visits: 4, moved: [], outsideHours: [] });
  });

  it('moves all of a group session, longer than the shift', async () => {
    const world = await newWorld();
    const visits = [];
    for (let i = 0; i < 3; i += 1) visits.push(await bookAt(world, `${monday}T09:00`, world.session));
    await bookedByOtherData(world, visits);
    const report = await recheck(world.caller, { apply: true });
    expect(Object.values(outcomesOf(report))).toEqual(['moved', 'moved', 'moved']);
    expect(new Set(await busyOf(world, world.provider.id))).toEqual(
      new Set(visits.map(({ id }) => `${monday} ${id} 09:00`)),
    );
  });

  it('leaves to staff a time that another visit has by now', async () => {
    const world = await newWorld();
    const old = await bookAt(world, `${monday}T09:00`);
    await bookedByOtherData(world, [old]);
    const fresh = await bookAt(world, `${monday}T09:00`);
    const before = await read(world, old);
    const report = await recheck(world.caller, { apply: true });
    expect(outcomesOf(report)).toEqual({ [old.id]: 'slot-taken' });
    expect(await read(world, old)).toEqual(before);
    expect(await read(world, fresh)).toEqual(fresh);
  });

  it('leaves to staff a visit that by its wall time has begun, and one that its sheet does not have', async () => {
    const world = await newWorld();
    const [soon, lost] = [await bookAt(world, `${monday}T09:00`), await bookAt(world, `${monday}T11:00`)];
    await bookedByOtherData(world, [soon, lost]);
    const [sheet] = await sheetsOf(world, world.roomId);
    if (sheet === undefined) throw new Error('The room has a sheet');
    const busy = sheet.busy.filter(({ heldBy }) => heldBy !== lost.id);
    const stamp = stampOf(world.caller);
    await transact([sheetItem(world.clinic.clinicId, { ...sheet, busy, rev: sheet.rev + 1 }, stamp)]);
    const atHalfPastNine = { ...world.caller, now: Temporal.Instant.from('2031-03-17T15:30:00Z') };
    const report = await recheck(atHalfPastNine, { apply: true });
    expect(outcomesOf(report)).toEqual({ [soon.id]: 'visit-over', [lost.id]: 'not-on-sheet' });
  });

  it('looks neither at visits that are over or cancelled nor at those of another clinic', async () => {
    const [world, other] = [await newWorld(), await newWorld()];
    const [visit, cancelled] = [await bookAt(other, `${monday}T09:00`), await bookAt(other, `${monday}T11:00`)];
    await bookedByOtherData(other, [visit, cancelled]);
    await change(
      other.caller,
      { appointmentId: cancelled.id },
      () => ({ kind: 'cancel', by: 'clinic' }),
      (_, items) => transact(items),
    );
    expect(outcomesOf(await recheck(other.caller, { apply: false }))).toEqual({ [visit.id]: 'found' });
    expect(await recheck(world.caller, { apply: true })).toMatchObject({ visits: 0, moved: [] });
    const afterwards = { ...other.caller, now: Temporal.Instant.from('2031-03-18T15:00:00Z') };
    expect(await recheck(afterwards, { apply: true })).toMatchObject({ visits: 0, moved: [] });
  });

  it('lists visits outside the hours of their provider: a closure that came later', async () => {
    const world = await newWorld();
    const [closed, open] = [await bookAt(world, `${monday}T09:00`), await bookAt(world, '2031-03-18T09:00')];
    const closure = { id: newId('closure', now), firstDate: monday, lastDate: monday, name: 'Snow', rev: 1 };
    const { clinicId } = world.clinic;
    await transact([closureItem(clinicId, closure, true, stampOf(world.caller)), hoursChangedItem(clinicId)]);
    const { outsideHours } = await recheck(world.caller, { apply: true });
    expect(outsideHours).toEqual([
      {
        appointmentId: closed.id,
        providerId: world.provider.id,
        zone,
        wallTime: `${monday}T09:00`,
        start: '2031-03-17T15:00:00Z',
      },
    ]);
    expect(await read(world, open)).toEqual(open);
  });
});

describe('plumbline schedule recheck', () => {
  const plumbline = fileURLToPath(new URL('../../../bin/plumbline.ts', import.meta.url));
  const run = async (...words: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
    const options = { env: { ...process.env, PLUMBLINE_STAGE: '' } };
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [plumbline, ...words], options);
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = Object(error);
      return { code, out: stdout, err: stderr };
    }
  };
  let world: World;
  let visit: Appointment;
  beforeAll(async () => {
    world = await newWorld();
    visit = await bookAt(world, `${monday}T09:00`);
    await bookedByOtherData(world, [visit]);
  });
  const table = ['--records-table', 'records'] as const;

  it('exits 3 and tells both instants, moves with --apply, and exits 0 from then on', async () => {
    const named = [...table, '--clinic', world.clinic.slug] as const;
    const found = await run('schedule', 'recheck', ...named);
    expect(found).toMatchObject({ code: 3, err: '' });
    expect(found.out).toContain(`${visit.id}  ${world.provider.id}  ${monday}T09:00 ${zone}`);
    expect(found.out).toContain('2031-03-17T16:00:00Z -> 2031-03-17T15:00:00Z (60 min earlier)');

    const applied = await run('schedule', 'recheck', ...named, '--apply', '--json');
    expect(applied).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(applied.out)).toMatchObject({
      clinicId: world.clinic.clinicId,
      timeZoneData: process.versions.tz,
      visits: 1,
      moved: [{ appointmentId: visit.id, outcome: 'moved' }],
      outsideHours: [],
    });
    const again = await run('schedule', 'recheck', ...named);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain('Every instant is what its wall time means.');
  });

  it.each([
    ['a clinic that is not there', [...table, '--clinic', 'nowhere'], 1, 'There is no clinic called "nowhere"'],
    ['no clinic', [...table], 2, 'Name the clinic with --clinic <id or slug>'],
    ['a table that is not there', ['--records-table', 'none', '--clinic', 'nowhere'], 1, 'There is no table "none" at'],
  ])('says so in a sentence: %s', async (_case, words, code, sentence) => {
    const { err, out, ...rest } = await run('schedule', 'recheck', ...words);
    expect(rest.code).toBe(code);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(out).toBe('');
  });
});
