import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import type { Caller } from '../../../functions/platform/actor.ts';
import { newLinkToken } from '../../../functions/platform/ids.ts';
import { linkTokenItem } from '../../../functions/platform/store/directory.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { listAttendance } from '../../../functions/scheduling/attendance-store.ts';
import { change } from '../../../functions/scheduling/change.ts';
import { handler as links } from '../../../functions/scheduling/handlers/links.ts';
import { handler as strangers } from '../../../functions/scheduling/handlers/public.ts';
import { type Answer, ask, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';

const now = Temporal.Now.instant();
const zone = 'America/Denver';
const today = now.toZonedDateTimeISO(zone).toPlainDate();

/** A Monday two weeks or so ahead, and the instants of its week. */
const monday = today.add({ days: 15 - today.dayOfWeek });
const at = (days: number, time: string): string =>
  monday.add({ days }).toPlainDateTime(time).toZonedDateTime(zone).toInstant().toString({ smallestUnit: 'second' });
const week = { from: at(0, '00:00'), to: at(7, '00:00') };
const day = (days: number) => ({ from: at(days, '00:00'), to: at(days + 1, '00:00') });

interface Office {
  readonly clinic: TestClinic;
  /** Works Monday to Friday, 08:00-12:00; licensed in Colorado. */
  readonly ada: string;
  /** The same hours; licensed in Colorado and Utah. */
  readonly ben: string;
  readonly typeId: string;
  readonly patientId: string;
}

const staffOf =
  (clinic: TestClinic) =>
  (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
    askAsStaff(scheduling, clinic.clinicId, routeKey, options);

const made = async (answer: Promise<Answer>): Promise<string> => {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
};

const weekdays = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '12:00' }));

const addProvider = (clinic: TestClinic, details: object = {}): Promise<string> =>
  made(
    staffOf(clinic)('POST /v1/providers', {
      body: {
        name: 'Dr. Test',
        role: 'physician',
        zone,
        availability: weekdays,
        licences: [{ state: 'CO', kind: 'full', validFrom: '2020-01-01' }],
        ...details,
      },
    }),
  );

const addType = (clinic: TestClinic, providerIds: readonly string[], details: object = {}): Promise<string> =>
  made(
    staffOf(clinic)('POST /v1/appointment-types', {
      body: { name: 'Follow-up', minutes: 30, modalities: ['video', 'in-person'], providerIds, ...details },
    }),
  );

const addPatient = (clinic: TestClinic, details: object = {}): Promise<string> =>
  made(
    askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', {
      body: {
        givenName: 'Ada',
        familyName: 'Test',
        birthDate: '1980-05-17',
        phone: testPhone(),
        zone: 'America/New_York',
        state: 'CO',
        ...details,
      },
    }),
  );

const openOffice = async (): Promise<Office> => {
  const clinic = await createTestClinic(now);
  const utah = [
    { state: 'CO', kind: 'full', validFrom: '2020-01-01' },
    { state: 'UT', kind: 'compact', validFrom: '2020-01-01' },
  ];
  const [ada, ben] = await Promise.all([addProvider(clinic), addProvider(clinic, { licences: utah })]);
  const [typeId, patientId] = await Promise.all([addType(clinic, [ada, ben]), addPatient(clinic)]);
  return { clinic, ada, ben, typeId, patientId };
};

let office: Office;

const search = (query: Record<string, string>, of: Office = office): Promise<Answer> =>
  staffOf(of.clinic)('GET /v1/slots', { query: { typeId: of.typeId, ...week, ...query } });

const found = async (query: Record<string, string>, of: Office = office): Promise<Answer['body']> => {
  const { status, body } = await search(query, of);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
};

const book = (start: string, providerId: string, of: Office = office): Promise<string> =>
  made(
    staffOf(of.clinic)('POST /v1/appointments', {
      body: { patientId: of.patientId, providerId, typeId: of.typeId, start },
    }),
  );

const keyOf = (slot: { start: string; providerId: string }): string => `${slot.start} ${slot.providerId}`;

beforeAll(async () => {
  office = await openOffice();
});

describe('a search', () => {
  it('finds the times of one provider, of several, of any', async () => {
    const [one, two, any] = await Promise.all([
      found({ providerId: office.ada, limit: '1000' }),
      found({ providerId: `${office.ada},${office.ben}`, limit: '1000' }),
      found({ limit: '1000' }),
    ]);
    expect(new Set(one.items.map((slot: { providerId: string }) => slot.providerId))).toEqual(new Set([office.ada]));
    expect(two).toEqual(any);
    expect(any.items).toHaveLength(2 * one.items.length);
  });

  it('gives each time in the zone of the provider and in that of the patient, with their labels', async () => {
    const summer = monday.toZonedDateTime(zone).offset === '-06:00';
    const { items } = await found({ zone: 'US/Pacific', limit: '1' });
    expect(items[0]).toMatchObject({
      zone,
      wallTime: `${monday}T08:00`,
      zoneLabel: summer ? 'MDT' : 'MST',
      patientTime: { zone: 'America/Los_Angeles', wallTime: `${monday}T07:00`, zoneLabel: summer ? 'PDT' : 'PST' },
    });
  });

  it("takes a patient's own zone and state where nothing else is said", async () => {
    const utahn = await addPatient(office.clinic, { state: 'UT' });
    const { items } = await found({ patientId: utahn, limit: '1000' });
    expect(items[0].patientTime).toMatchObject({ zone: 'America/New_York', wallTime: `${monday}T10:00` });
    expect(new Set(items.map((slot: { providerId: string }) => slot.providerId))).toEqual(new Set([office.ben]));
    const elsewhere = await found({ patientId: utahn, patientState: 'CO', limit: '1000' });
    expect(elsewhere.items).toHaveLength(2 * items.length);
  });

  it('keeps to weekdays and times of day, on the clock that was asked for', async () => {
    const starts = async (query: Record<string, string>) =>
      (await found({ providerId: office.ada, ...query })).items.map((slot: { wallTime: string }) => slot.wallTime);
    expect(await starts({ weekdays: '2', timeFrom: '09:00', timeTo: '09:30' })).toEqual([
      `${monday.add({ days: 1 })}T09:00`,
      `${monday.add({ days: 1 })}T09:15`,
    ]);
    expect(await starts({ weekdays: '2,4', timeTo: '10:15', zone: 'America/New_York' })).toEqual([
      `${monday.add({ days: 1 })}T08:00`,
      `${monday.add({ days: 3 })}T08:00`,
    ]);
  });
});

describe('paging', () => {
  const readAll = async (
    of: Office,
    query: Record<string, string>,
    between?: (items: Answer['body'][]) => Promise<void>,
  ) => {
    const pages: Answer['body'][][] = [];
    let cursor: string | undefined;
    do {
      const page = await found({ ...query, ...(cursor === undefined ? {} : { cursor }) }, of);
      pages.push(page.items);
      cursor = page.cursor;
      if (pages.length === 1) await between?.(page.items);
    } while (cursor !== undefined);
    return pages.flat();
  };

  it.each(['start', 'best'])('by %s gives each time once, in the order of one long page', async (order) => {
    const whole = await found({ ...day(0), order, limit: '1000' });
    const paged = await readAll(office, { ...day(0), order, limit: '7' });
    expect(paged.map(keyOf)).toEqual(whole.items.map(keyOf));
    expect(whole.cursor).toBeUndefined();
  });

  it('goes on where it was while others book: nothing twice, and all that is left', async () => {
    const of = await openOffice();
    const before = await found({ ...day(0), limit: '1000' }, of);
    const paged = await readAll(of, { ...day(0), limit: '6' }, async ([first, , , fourth]) => {
      await book(first.start, first.providerId, of);
      await book(at(0, '11:00'), fourth.providerId, of);
    });
    expect(new Set(paged.map(keyOf)).size).toBe(paged.length);
    const left = new Set((await found({ ...day(0), limit: '1000' }, of)).items.map(keyOf));
    const unread = before.items
      .slice(6)
      .map(keyOf)
      .filter((key: string) => left.has(key));
    expect(paged.slice(6).map(keyOf)).toEqual(unread);
  });
});

describe('a ranked search', () => {
  it('puts the provider whom the patient sees first, and explains each score', async () => {
    const of = await openOffice();
    await book(at(0, '10:00'), of.ben, of);
    const { items } = await found({ ...day(1), order: 'best', patientId: of.patientId }, of);
    expect(items[0].providerId).toBe(of.ben);
    for (const slot of items) {
      const points = slot.because.map((reason: { points: number }) => reason.points);
      expect(points.reduce((sum: number, each: number) => sum + each, 0)).toBe(slot.score);
    }
    expect(items[0].because).toEqual([
      { factor: 'continuity', points: 32, most: 32, detail: 'The provider the patient sees now' },
      { factor: 'gap-fit', points: 24, most: 32, detail: 'Leaves no gap on one side' },
      { factor: 'soonness', points: 20, most: 20, detail: 'On the first day asked for' },
      expect.objectContaining({ factor: 'attendance', most: 16 }),
    ]);
    const scores = items.map((slot: { score: number }) => slot.score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
  });

  it('tells strangers the points, not how full the clinic is', async () => {
    const { body } = await ask(strangers, 'GET /v1/public/{slug}/slots', {
      params: { slug: office.clinic.slug },
      query: { typeId: office.typeId, ...day(1), order: 'best', limit: '1' },
    });
    expect(body.items[0].because.map((reason: object) => Object.keys(reason))).toEqual([
      ['factor', 'points', 'most'],
      ['factor', 'points', 'most'],
      ['factor', 'points', 'most'],
    ]);
  });
});

describe('a search that finds nothing says why', () => {
  const reasonOf = async (query: Record<string, string>, of: Office = office): Promise<string> => {
    const body = await found(query, of);
    expect(body.items).toEqual([]);
    expect(body.emptyBecause.message).toMatch(/\.$/);
    return body.emptyBecause.code;
  };

  it('outside-times, closed, outside-horizon, not-licensed', async () => {
    expect(await reasonOf({ timeFrom: '18:00' })).toBe('outside-times');
    expect(await reasonOf(day(5))).toBe('closed');
    expect(await reasonOf({ from: at(100, '00:00'), to: at(107, '00:00') })).toBe('outside-horizon');
    expect(await reasonOf({ patientState: 'NY' })).toBe('not-licensed');
    const inPerson = await found({ modality: 'in-person', patientState: 'NY', limit: '1' });
    expect(inPerson.items).toHaveLength(1);
  });

  it('state-not-served, no-provider, not-offered, not-for-patient', async () => {
    const of = await openOffice();
    const typeId = await addType(of.clinic, [of.ada], { states: ['CO'], patientKind: 'established' });
    expect(await reasonOf({ typeId, patientState: 'UT' }, of)).toBe('state-not-served');
    expect(await reasonOf({ typeId, providerId: of.ben }, of)).toBe('no-provider');
    expect(await reasonOf({ typeId, patientId: of.patientId }, of)).toBe('not-for-patient');
    const update = { name: 'X', minutes: 30, modalities: ['video'], providerIds: [of.ada] };
    const changed = await staffOf(of.clinic)('PUT /v1/appointment-types/{typeId}', {
      params: { typeId },
      body: { ...update, active: false },
    });
    expect(changed.status).toBe(200);
    expect(await reasonOf({ typeId }, of)).toBe('not-offered');
  });

  it('fully-booked, where the hours are taken, or the only room is', async () => {
    const of = await openOffice();
    const roomId = await made(staffOf(of.clinic)('POST /v1/rooms', { body: { name: 'Room 1', zone } }));
    const long = { minutes: 240, roomIds: [roomId], modalities: ['video'] };
    const typeId = await addType(of.clinic, [of.ada, of.ben], long);
    expect((await found({ typeId, ...day(2) }, of)).items).toHaveLength(2);
    await book(at(2, '08:00'), of.ada, { ...of, typeId });
    expect(await reasonOf({ typeId, ...day(2), providerId: of.ada }, of)).toBe('fully-booked');
    expect(await reasonOf({ typeId, ...day(2), providerId: of.ben }, of)).toBe('fully-booked');
    expect((await found({ ...day(2), providerId: of.ben, limit: '1' }, of)).items).toHaveLength(1);
  });

  it('closed on a holiday of the clinic and in a leave', async () => {
    const of = await openOffice();
    const date = monday.add({ days: 3 }).toString();
    await made(staffOf(of.clinic)('POST /v1/closures', { body: { firstDate: date, lastDate: date, name: 'Holiday' } }));
    const leave = monday.add({ days: 4 }).toString();
    await made(
      staffOf(of.clinic)('POST /v1/providers/{providerId}/availability-exceptions', {
        params: { providerId: of.ada },
        body: { kind: 'away', firstDate: leave, lastDate: leave, reason: 'Course' },
      }),
    );
    expect(await reasonOf(day(3), of)).toBe('closed');
    expect(await reasonOf({ ...day(4), providerId: of.ada }, of)).toBe('closed');
    expect((await found({ ...day(4), providerId: of.ben, limit: '1' }, of)).items).toHaveLength(1);
  });
});

describe('a search that cannot be', () => {
  const foreignCursor = Buffer.from('{"at":1}').toString('base64url');

  it.each([
    ['61 days', { to: at(61, '00:00'), from: at(0, '00:00') }, 'query.to'],
    ['reversed', { from: week.to, to: week.from }, 'query.to'],
    ['an impossible date', { from: '2026-02-30T00:00:00Z' }, 'query.from'],
    ['an unknown zone', { zone: 'Mars/Olympus' }, 'query.zone'],
    ['a reversed time of day', { timeFrom: '12:00', timeTo: '09:00' }, 'query.timeTo'],
    ['an empty time of day', { timeFrom: '12:00', timeTo: '12:00' }, 'query.timeTo'],
    ['a time of day after the day', { timeFrom: '24:00' }, 'query.timeFrom'],
    ['a time that is none', { timeTo: '25:00' }, 'query.timeTo'],
    ['an unknown weekday', { weekdays: '1,8' }, 'query.weekdays'],
    ['a weekday by name', { weekdays: 'Mon' }, 'query.weekdays'],
    ['half an id', { providerId: 'prv_1' }, 'query.providerId'],
    ['an id of something else', { providerId: 'pat_01K8Z3V9Q4M7T2W6X5Y1N0R8PA' }, 'query.providerId'],
    ['an unknown order', { order: 'cheapest' }, 'query.order'],
    ['no limit', { limit: '0' }, 'query.limit'],
    ['a limit too high', { limit: '1001' }, 'query.limit'],
    ['a foreign cursor', { cursor: foreignCursor }, 'query.cursor'],
    ['a cursor of no list', { cursor: '%%%' }, 'query.cursor'],
    ['an unknown state', { patientState: 'Colorado' }, 'query.patientState'],
    ['a way the type does not have', { modality: 'audio' }, 'query.modality'],
    ['an unknown parameter', { hurry: 'yes' }, 'query.hurry'],
  ])('%s: 400 that names the field', async (_case, query: Record<string, string>, field) => {
    const { status, body } = await search(query);
    expect({ status, fields: body.errors?.map((error: { field: string }) => error.field) }).toEqual({
      status: 400,
      fields: [field],
    });
  });

  it('a cursor of the other order', async () => {
    const { cursor } = await found({ limit: '1' });
    expect(await search({ order: 'best', cursor })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'query.cursor' }] },
    });
  });

  it("another clinic's type, provider or patient: 404", async () => {
    const theirs = await openOffice();
    const queries = [
      { typeId: theirs.typeId },
      { providerId: theirs.ada },
      { providerId: `${office.ada},${theirs.ada}` },
      { patientId: theirs.patientId },
    ];
    const answers = await Promise.all(queries.map((query: Record<string, string>) => search(query)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});

describe('a link', () => {
  const linkTo = async (of: Office, appointmentId: `apt_${string}`): Promise<string> => {
    const token = newLinkToken();
    const { clinicId } = of.clinic;
    const patientId = of.patientId as `pat_${string}`;
    await transact([linkTokenItem(token, { clinicId, patientId, appointmentId, expiresAt: at(30, '00:00') })]);
    return token;
  };

  it("offers times of the visit's own provider, its own time free and not offered", async () => {
    const of = await openOffice();
    const id = await book(at(0, '09:00'), of.ada, of);
    const token = await linkTo(of, id as `apt_${string}`);
    const asked = async (query: Record<string, string>) =>
      (await ask(links, 'GET /v1/links/{token}/slots', { params: { token }, query })).body;
    const onTheDay = await asked({ ...day(0), order: 'start', limit: '100' });
    const walls = onTheDay.items.map((slot: { wallTime: string }) => slot.wallTime.slice(11));
    expect(walls.slice(0, 6)).toEqual(['08:00', '08:15', '08:30', '08:45', '09:15', '09:30']);
    expect(onTheDay.items.every((slot: { providerId: string }) => slot.providerId === of.ada)).toBe(true);
    const suggested = await asked({ limit: '3', zone: 'America/New_York' });
    expect(suggested.items).toHaveLength(3);
    expect(suggested.items[0]).toMatchObject({ reason: 'soonest', patientTime: { zone: 'America/New_York' } });
    expect(suggested.cursor).toBeUndefined();
    const first = await asked({ ...day(0), order: 'start', limit: '2' });
    const second = await asked({ ...day(0), order: 'start', limit: '2', cursor: first.cursor });
    expect([...first.items, ...second.items]).toEqual(onTheDay.items.slice(0, 4));
  });

  it('does not suggest times in a leave', async () => {
    const of = await openOffice();
    const token = await linkTo(of, (await book(at(0, '09:00'), of.ada, of)) as `apt_${string}`);
    await made(
      staffOf(of.clinic)('POST /v1/providers/{providerId}/availability-exceptions', {
        params: { providerId: of.ada },
        body: {
          kind: 'away',
          firstDate: today.toString(),
          lastDate: monday.add({ days: 60 }).toString(),
          reason: 'Leave',
        },
      }),
    );
    const { body } = await ask(links, 'GET /v1/links/{token}/slots', { params: { token } });
    expect(body).toMatchObject({ items: [], emptyBecause: { code: 'closed' } });
  });
});

describe("the clinic's own history", () => {
  it('counts each visit that took place or was missed once, and no correction', async () => {
    const of = await openOffice();
    const { clinicId } = of.clinic;
    const [came, missed] = [await book(at(0, '09:00'), of.ada, of), await book(at(0, '10:00'), of.ada, of)];
    const caller: Caller = {
      clinicId,
      actor: { kind: 'staff', id: 'test' },
      requestId: 'test',
      now: Temporal.Instant.from(at(0, '11:00')),
    };
    const tell = (id: string, command: ReturnType<Parameters<typeof change>[2]>) =>
      change(
        caller,
        { appointmentId: id as `apt_${string}` },
        () => command,
        (_, items) => transact(items),
      );
    const fulfilment = { modality: 'video', start: at(0, '09:00'), end: at(0, '09:30') } as const;
    await tell(came, { kind: 'arrive' });
    await tell(came, { kind: 'fulfil', fulfilment });
    await tell(came, { kind: 'fulfil', fulfilment: { ...fulfilment, end: at(0, '09:40') } });
    await tell(missed, { kind: 'mark-noshow' });
    expect(await listAttendance(clinicId)).toEqual([
      expect.objectContaining({ weekday: 1, partOfDay: 'morning', visits: 2, noShows: 1 }),
    ]);
    const { items } = await found({ ...day(1), order: 'best', limit: '1' }, of);
    expect(items[0].because.at(-1).detail).toContain('by 0 visits on record');
  });
});
