import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';

const now = Temporal.Now.instant();
const zone = 'America/Denver';
const today = now.toZonedDateTimeISO(zone).toPlainDate();

/** A day of its own for each test, so that they never meet; the zone's clocks do not matter here. */
let days = 10;
const nextDay = (): Temporal.PlainDate => {
  days += 1;
  return today.add({ days });
};
const at = (day: Temporal.PlainDate, time: string): string =>
  day.toZonedDateTime({ timeZone: zone, plainTime: time }).toInstant().toString({ smallestUnit: 'second' });

let clinic: TestClinic;

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(scheduling, clinic.clinicId, routeKey, options);

const created = async (path: string, body: unknown, params: Record<string, string> = {}) => {
  const answer = await staff(`POST ${path}`, { body, params });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};

const providerBody = (rest: object = {}) => ({
  name: 'Dr. Test',
  role: 'physician',
  zone,
  availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '09:00', to: '17:00' })),
  licences: licensedInColorado,
  ...rest,
});

const addProvider = async (rest: object = {}): Promise<string> =>
  (await created('/v1/providers', providerBody(rest))).id;

const typeBody = (providerIds: readonly string[], rest: object = {}) => ({
  name: 'Visit',
  minutes: 60,
  modalities: ['in-person', 'video'],
  providerIds,
  ...rest,
});

const addType = async (providerIds: readonly string[], rest: object = {}): Promise<string> =>
  (await created('/v1/appointment-types', typeBody(providerIds, rest))).id;

const addPatient = async (rest: object = {}): Promise<string> => {
  const answer = await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', {
    body: {
      givenName: 'Ada',
      familyName: 'Test',
      birthDate: '1980-05-17',
      phone: testPhone(),
      zone,
      state: 'CO',
      ...rest,
    },
  });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
};

const book = (body: {
  readonly patientId: string;
  readonly providerId: string;
  readonly typeId: string;
  readonly start: string;
  readonly modality?: string;
  readonly patientState?: string;
}) => staff('POST /v1/appointments', { body });

/** The starts a search offers on one day, as wall times. */
const offered = async (typeId: string, day: Temporal.PlainDate, query: Record<string, string> = {}) => {
  const answer = await staff('GET /v1/slots', {
    query: { typeId, from: at(day, '00:00'), to: at(day.add({ days: 1 }), '00:00'), limit: '1000', ...query },
  });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.items.map(({ wallTime }: { wallTime: string }) => wallTime.slice(11));
};

const cancel = (appointmentId: string) =>
  staff('POST /v1/appointments/{appointmentId}/cancel', { params: { appointmentId }, body: {} });

const busyOn = async (resource: string, day: Temporal.PlainDate) =>
  (
    await staff('GET /v1/providers/{providerId}/day', {
      params: { providerId: resource },
      query: { date: day.toString() },
    })
  ).body.busy;

beforeAll(async () => {
  clinic = await createTestClinic(now);
});

describe('hours', () => {
  it('a leave takes its hours off the search, lists the visits booked in it and refuses new ones', async () => {
    const day = nextDay();
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient()]);
    const typeId = await addType([providerId]);
    const booked = await book({ patientId, providerId, typeId, start: at(day, '13:00') });
    expect(booked).toMatchObject({ status: 201 });

    const leave = {
      kind: 'away',
      firstDate: `${day}`,
      lastDate: `${day}`,
      from: '12:00',
      to: '17:00',
      reason: 'Course',
    };
    const made = await created('/v1/providers/{providerId}/availability-exceptions', leave, { providerId });
    expect(made.clashes).toEqual([{ appointmentId: booked.body.id, providerId, start: at(day, '13:00') }]);
    expect((await offered(typeId, day)).at(-1)).toBe('11:00');
    const refused = await book({ patientId, providerId, typeId, start: at(day, '15:00') });
    expect(refused).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });

    const listed = await staff('GET /v1/providers/{providerId}/availability-exceptions', { params: { providerId } });
    expect(listed.body.items).toEqual([{ ...leave, id: made.id, providerId, rev: 1 }]);
    const removed = await staff('DELETE /v1/providers/{providerId}/availability-exceptions/{exceptionId}', {
      params: { providerId, exceptionId: made.id },
    });
    expect(removed.status).toBe(204);
    expect((await offered(typeId, day)).at(-1)).toBe('16:00');
  });

  it('extra hours open a day that is closed otherwise, and beat a closure of the clinic', async () => {
    const day = nextDay();
    const providerId = await addProvider({ availability: [] });
    const typeId = await addType([providerId]);
    expect(await offered(typeId, day)).toEqual([]);
    await created(
      '/v1/providers/{providerId}/availability-exceptions',
      { kind: 'extra', firstDate: `${day}`, lastDate: `${day}`, from: '18:00', to: '20:00', reason: 'Late session' },
      { providerId },
    );
    await created('/v1/closures', { firstDate: `${day}`, lastDate: `${day}`, name: 'Holiday' });
    expect(await offered(typeId, day)).toEqual(['18:00', '18:15', '18:30', '18:45', '19:00']);
  });

  it('a closure closes for every provider, lists their visits, and can be taken back', async () => {
    const day = nextDay();
    const [one, two, patientId] = await Promise.all([addProvider(), addProvider(), addPatient()]);
    const typeId = await addType([one, two]);
    const booked = await book({ patientId, providerId: two, typeId, start: at(day, '10:00') });
    const closure = await created('/v1/closures', { firstDate: `${day}`, lastDate: `${day}`, name: 'Holiday' });
    expect(closure.clashes).toEqual([{ appointmentId: booked.body.id, providerId: two, start: at(day, '10:00') }]);
    expect(await offered(typeId, day)).toEqual([]);
    expect((await staff('DELETE /v1/closures/{closureId}', { params: { closureId: closure.id } })).status).toBe(204);
    expect((await offered(typeId, day)).length).toBeGreaterThan(0);
    const again = await staff('DELETE /v1/closures/{closureId}', { params: { closureId: closure.id } });
    expect(again).toMatchObject({ status: 404 });
  });

  it('weekly hours hold on their dates only, without their breaks', async () => {
    const day = nextDay();
    const weekday = day.dayOfWeek;
    const providerId = await addProvider({
      availability: [
        { weekday, from: '09:00', to: '12:00', effectiveTo: day.subtract({ days: 1 }).toString() },
        { weekday, from: '13:00', to: '16:00', effectiveFrom: day.toString() },
      ],
      breaks: [{ weekday, from: '14:00', to: '14:30' }],
    });
    const typeId = await addType([providerId], { minutes: 30 });
    expect(await offered(typeId, day)).toEqual([
      '13:00',
      '13:15',
      '13:30',
      '14:30',
      '14:45',
      '15:00',
      '15:15',
      '15:30',
    ]);
  });

  it.each([
    ['reversed dates', { firstDate: '2099-02-02', lastDate: '2099-02-01' }, 'body.lastDate'],
    ['a date that does not exist', { firstDate: '2099-02-30', lastDate: '2099-03-01' }, 'body.firstDate'],
    ['more than a year', { firstDate: '2099-01-01', lastDate: '2100-06-01' }, 'body.lastDate'],
    ['reversed times', { firstDate: '2099-02-01', lastDate: '2099-02-01', from: '12:00', to: '09:00' }, 'body.to'],
    ['half of the times', { firstDate: '2099-02-01', lastDate: '2099-02-01', from: '12:00' }, 'body.to'],
  ])('a closure with %s is refused', async (_case, dates, field) => {
    const answer = await staff('POST /v1/closures', { body: { ...dates, name: 'Holiday' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', errors: [{ field }] } });
  });

  it('extra hours need times', async () => {
    const providerId = await addProvider();
    const answer = await staff('POST /v1/providers/{providerId}/availability-exceptions', {
      params: { providerId },
      body: { kind: 'extra', firstDate: '2099-02-01', lastDate: '2099-02-01', reason: 'More' },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'body.from' }] } });
  });
});

describe('licences', () => {
  it('a visit by video needs a licence for where the patient will be; one in person does not ask', async () => {
    const day = nextDay();
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient({ state: 'UT' })]);
    const typeId = await addType([providerId]);
    const visit = { patientId, providerId, typeId, start: at(day, '10:00') };
    expect(await book({ ...visit, modality: 'video' })).toMatchObject({
      status: 409,
      body: { code: 'slot-not-offered', detail: expect.stringContaining('licence') },
    });
    const elsewhere = await book({ ...visit, modality: 'video', patientState: 'CO' });
    expect(elsewhere).toMatchObject({ status: 201, body: { patientState: 'CO' } });
    expect(await book({ ...visit, start: at(day, '12:00') })).toMatchObject({ status: 201 });
  });

  it('a licence that ends before the visit does not count', async () => {
    const day = nextDay();
    const validTo = day.subtract({ days: 1 }).toString();
    const licences = [{ state: 'CO', kind: 'full', validFrom: '2020-01-01', validTo }];
    const [providerId, patientId] = await Promise.all([addProvider({ licences }), addPatient()]);
    const typeId = await addType([providerId]);
    const start = at(day, '10:00');
    const late = await book({ patientId, providerId, typeId, start, modality: 'video' });
    expect(late).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    const before = at(day.subtract({ days: 1 }), '10:00');
    const inTime = await book({ patientId, providerId, typeId, start: before, modality: 'video' });
    expect(inTime).toMatchObject({ status: 201 });
  });

  it('somebody whose state is not known must say where they will be', async () => {
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient({ state: undefined })]);
    const typeId = await addType([providerId]);
    const answer = await book({ patientId, providerId, typeId, start: at(nextDay(), '10:00'), modality: 'video' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'body.patientState' }] } });
  });

  it('a type that is not offered in a state is refused there, whatever the licence', async () => {
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient()]);
    const typeId = await addType([providerId], { states: ['UT'] });
    const answer = await book({ patientId, providerId, typeId, start: at(nextDay(), '10:00'), modality: 'video' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
  });
});

describe('group visits', () => {
  it('as many share a start as the type allows, asked for at once; the next is refused, a cancellation makes room', async () => {
    const day = nextDay();
    const providerId = await addProvider();
    const typeId = await addType([providerId], { capacity: 3 });
    const patients = await Promise.all(Array.from({ length: 6 }, () => addPatient()));
    const start = at(day, '10:00');
    const answers = await Promise.all(patients.map((patientId) => book({ patientId, providerId, typeId, start })));
    const booked = answers.filter(({ status }) => status === 201);
    expect(booked).toHaveLength(3);
    expect(answers.filter(({ body }) => body.code === 'slot-taken')).toHaveLength(3);
    expect(await offered(typeId, day)).not.toContain('10:00');
    expect(await offered(typeId, day)).not.toContain('10:30');

    await cancel(booked[0]?.body.id);
    expect(await offered(typeId, day)).toContain('10:00');
    expect(await busyOn(providerId, day)).toHaveLength(2);
    expect(await book({ patientId: patients[5] ?? '', providerId, typeId, start })).toMatchObject({ status: 201 });
  });

  it('a session is joined at its own start only', async () => {
    const day = nextDay();
    const [providerId, patientId, other] = await Promise.all([addProvider(), addPatient(), addPatient()]);
    const typeId = await addType([providerId], { capacity: 5 });
    await book({ patientId, providerId, typeId, start: at(day, '10:20') });
    expect(await offered(typeId, day)).toContain('10:20');
    const overlapping = await book({ patientId: other, providerId, typeId, start: at(day, '10:30') });
    expect(overlapping).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
  });
});

describe('a group in a room', () => {
  it('stays together, also when an earlier room became free', async () => {
    const day = nextDay();
    const [leader, other, patientId] = await Promise.all([addProvider(), addProvider(), addPatient()]);
    const rooms = await Promise.all(
      ['Hall 1', 'Hall 2'].map(async (name) => (await created('/v1/rooms', { name, zone })).id as string),
    );
    const [group, alone] = await Promise.all([
      addType([leader], { capacity: 4, roomIds: rooms }),
      addType([other], { roomIds: rooms }),
    ]);
    const start = at(day, '10:00');
    const inFirst = await book({ patientId, providerId: other, typeId: alone, start });
    expect(inFirst.body.also).toEqual([rooms[0]]);
    const member = await book({ patientId, providerId: leader, typeId: group, start });
    expect(member.body.also).toEqual([rooms[1]]);
    await cancel(inFirst.body.id);
    const next = await book({ patientId: await addPatient(), providerId: leader, typeId: group, start });
    expect(next).toMatchObject({ status: 201, body: { also: [rooms[1]] } });
  });

  it('has one provider, so that two groups never meet in one room', async () => {
    const providers = await Promise.all([addProvider(), addProvider()]);
    const room = (await created('/v1/rooms', { name: 'Hall', zone })).id;
    const answer = await staff('POST /v1/appointment-types', {
      body: typeBody(providers, { capacity: 4, roomIds: [room] }),
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'body.providerIds' }] } });
  });
});

describe('a daily cap', () => {
  it('ends the day for its type when it is reached, for that type alone', async () => {
    const day = nextDay();
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient()]);
    const [capped, open] = await Promise.all([addType([providerId], { dailyCap: 2 }), addType([providerId])]);
    await book({ patientId, providerId, typeId: capped, start: at(day, '09:00') });
    const second = await book({ patientId, providerId, typeId: capped, start: at(day, '11:00') });
    expect(await offered(capped, day)).toEqual([]);
    const third = await book({ patientId, providerId, typeId: capped, start: at(day, '13:00') });
    expect(third).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    expect(await offered(open, day)).toContain('13:00');
    const moved = await staff('POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId: second.body.id },
      body: { start: at(day, '14:00') },
    });
    expect(moved).toMatchObject({ status: 200 });
    await cancel(second.body.id);
    expect(await offered(capped, day)).not.toEqual([]);
  });
});

describe('two resources', () => {
  it('a visit takes a room as well, another one when the first is taken, and gives it back', async () => {
    const day = nextDay();
    const providers = await Promise.all([addProvider(), addProvider(), addProvider()]);
    const rooms = await Promise.all(
      ['Room 1', 'Room 2'].map(async (name) => (await created('/v1/rooms', { name, zone })).id as string),
    );
    const typeId = await addType(providers, { roomIds: rooms });
    const patientId = await addPatient();
    const start = at(day, '10:00');
    const answers = await Promise.all(providers.map((providerId) => book({ patientId, providerId, typeId, start })));
    const booked = answers.filter(({ status }) => status === 201);
    expect(booked).toHaveLength(2);
    expect(booked.flatMap(({ body }) => body.also).toSorted()).toEqual(rooms.toSorted());
    expect(answers.filter(({ body }) => body.code === 'slot-taken')).toHaveLength(1);

    const left = providers[answers.findIndex(({ status }) => status !== 201)] ?? '';
    await cancel(booked[0]?.body.id);
    const third = await book({ patientId, providerId: left, typeId, start });
    expect(third).toMatchObject({ status: 201, body: { also: booked[0]?.body.also } });
  });

  it('a second provider is booked by the same write, never beside a visit of their own', async () => {
    const day = nextDay();
    const [first, second, patientId] = await Promise.all([addProvider(), addProvider(), addPatient()]);
    const [both, alone] = await Promise.all([addType([first], { secondProviderIds: [second] }), addType([second])]);
    const start = at(day, '10:00');
    const answers = await Promise.all([
      book({ patientId, providerId: first, typeId: both, start }),
      book({ patientId, providerId: second, typeId: alone, start: at(day, '10:30') }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const [pair] = answers;
    expect((await busyOn(second, day)).length).toBe(1);
    expect((await busyOn(first, day)).length).toBe(pair?.status === 201 ? 1 : 0);
  });

  it('moving frees the room of the old time and takes one at the new time', async () => {
    const day = nextDay();
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient()]);
    const room = (await created('/v1/rooms', { name: 'Only room', zone })).id;
    const typeId = await addType([providerId], { roomIds: [room] });
    const booked = await book({ patientId, providerId, typeId, start: at(day, '10:00') });
    const moved = await staff('POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId: booked.body.id },
      body: { start: at(day, '10:30') },
    });
    expect(moved).toMatchObject({ status: 200, body: { also: [room] } });
    const again = await book({ patientId, providerId, typeId, start: at(day, '09:30') });
    expect(again).toMatchObject({ status: 201 });
  });
});

describe('changes of the catalog', () => {
  it('a provider that takes no new visits keeps those it has', async () => {
    const day = nextDay();
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient()]);
    const typeId = await addType([providerId]);
    const booked = await book({ patientId, providerId, typeId, start: at(day, '10:00') });
    const changed = await staff('PUT /v1/providers/{providerId}', {
      params: { providerId },
      body: providerBody({ active: false }),
      headers: { 'if-match': '"1"' },
    });
    expect(changed).toMatchObject({ status: 200, body: { active: false, rev: 2 }, headers: { etag: '"2"' } });
    const refused = await book({ patientId, providerId, typeId, start: at(day, '13:00') });
    expect(refused).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    const moved = await staff('POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId: booked.body.id },
      body: { start: at(day, '14:00') },
    });
    expect(moved).toMatchObject({ status: 200 });
  });

  it('a change of something that changed since is stale, and of its zone refused', async () => {
    const providerId = await addProvider();
    const update = (body: unknown, rev: number) =>
      staff('PUT /v1/providers/{providerId}', { params: { providerId }, body, headers: { 'if-match': `"${rev}"` } });
    expect(await update(providerBody({ name: 'Dr. New' }), 1)).toMatchObject({ status: 200 });
    expect(await update(providerBody({ name: 'Dr. Newer' }), 1)).toMatchObject({ status: 412 });
    expect(await update(providerBody({ zone: 'America/Phoenix' }), 2)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.zone' }] },
    });
  });

  it('a type changes for what is booked from now on', async () => {
    const day = nextDay();
    const [providerId, patientId] = await Promise.all([addProvider(), addPatient()]);
    const typeId = await addType([providerId]);
    const booked = await book({ patientId, providerId, typeId, start: at(day, '10:00') });
    const changed = await staff('PUT /v1/appointment-types/{typeId}', {
      params: { typeId },
      body: typeBody([providerId], { minutes: 30 }),
    });
    expect(changed).toMatchObject({ status: 200, body: { minutes: 30, rev: 2 } });
    const read = await staff('GET /v1/appointments/{appointmentId}', { params: { appointmentId: booked.body.id } });
    expect(read.body.end).toBe(at(day, '11:00'));
    expect(await book({ patientId, providerId, typeId, start: at(day, '11:00') })).toMatchObject({
      status: 201,
      body: { end: at(day, '11:30') },
    });
  });

  it('types for new patients are refused to those the clinic has seen, and the other way round', async () => {
    const day = nextDay();
    const providerId = await addProvider({
      availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' })),
    });
    const patientId = await addPatient();
    const [forNew, forEstablished, forAny] = await Promise.all([
      addType([providerId], { patientKind: 'new' }),
      addType([providerId], { patientKind: 'established' }),
      addType([providerId], { minutes: 5 }),
    ]);
    const start = at(day, '10:00');
    const early = await book({ patientId, providerId, typeId: forEstablished, start });
    expect(early).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    expect(await book({ patientId, providerId, typeId: forNew, start })).toMatchObject({ status: 201 });

    const seen = await book({
      patientId,
      providerId,
      typeId: forAny,
      start: now.add({ minutes: 2 }).round({ smallestUnit: 'minute', roundingMode: 'ceil' }).toString(),
    });
    const params = { appointmentId: seen.body.id };
    expect(await staff('POST /v1/appointments/{appointmentId}/arrive', { params, body: {} })).toMatchObject({
      status: 200,
    });
    const fulfilled = await staff('POST /v1/appointments/{appointmentId}/fulfil', {
      params,
      body: {
        modality: 'in-person',
        start: now.subtract({ minutes: 20 }).toString({ smallestUnit: 'second' }),
        end: now.subtract({ minutes: 10 }).toString({ smallestUnit: 'second' }),
      },
    });
    expect(fulfilled).toMatchObject({ status: 200 });
    const noLongerNew = await book({ patientId, providerId, typeId: forNew, start: at(day, '12:00') });
    expect(noLongerNew).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });
    const established = await book({ patientId, providerId, typeId: forEstablished, start: at(day, '12:00') });
    expect(established).toMatchObject({ status: 201 });
  });

  it.each([
    [
      'overlapping breaks',
      {
        breaks: [
          { weekday: 1, from: '10:00', to: '11:00' },
          { weekday: 1, from: '10:30', to: '12:00' },
        ],
      },
      'body.breaks.1',
    ],
    [
      'hours in effect backwards',
      {
        availability: [
          { weekday: 1, from: '10:00', to: '11:00', effectiveFrom: '2027-02-01', effectiveTo: '2027-01-01' },
        ],
      },
      'body.availability.0',
    ],
    [
      'a licence that ends before it begins',
      { licences: [{ state: 'CO', kind: 'full', validFrom: '2027-02-01', validTo: '2027-01-01' }] },
      'body.licences.0.validTo',
    ],
    ['an unknown zone', { zone: 'Mars/Olympus' }, 'body.zone'],
  ])('a provider with %s is refused', async (_case, rest, field) => {
    const answer = await staff('POST /v1/providers', { body: providerBody(rest) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', errors: [{ field }] } });
  });

  it.each([
    ['no minutes', { minutes: 0 }, 'body.minutes'],
    ['negative minutes', { minutes: -30 }, 'body.minutes'],
    ['room for nobody', { capacity: 0 }, 'body.capacity'],
    ['a cap of none', { dailyCap: 0 }, 'body.dailyCap'],
  ])('a type with %s is refused', async (_case, rest, field) => {
    const providerId = await addProvider();
    const answer = await staff('POST /v1/appointment-types', { body: typeBody([providerId], rest) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', errors: [{ field }] } });
  });
});
