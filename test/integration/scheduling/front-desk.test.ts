import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import { handler as messaging } from '../../../functions/messaging/handlers/http.ts';
import type { Caller } from '../../../functions/platform/actor.ts';
import { type Id, newLinkToken } from '../../../functions/platform/ids.ts';
import { linkTokenItem } from '../../../functions/platform/store/directory.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { cancelDay } from '../../../functions/scheduling/cancel-day.ts';
import { handler as links } from '../../../functions/scheduling/handlers/links.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, ask, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';

const now = Temporal.Now.instant();
const zone = 'America/Denver';
const week = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));

let clinic: TestClinic;
let providerId: Id<'provider'>;
let typeId: string;

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(routeKey.includes('/texts') ? messaging : scheduling, clinic.clinicId, routeKey, options);

const addProvider = async (): Promise<Id<'provider'>> => {
  const { body } = await staff('POST /v1/providers', {
    body: { name: 'Dr. Test', role: 'physician', zone, availability: week, licences: licensedInColorado },
  });
  return body.id;
};

const addType = async (fields: Record<string, unknown> = {}): Promise<string> => {
  const { status, body } = await staff('POST /v1/appointment-types', {
    body: { name: 'Visit', minutes: 30, modalities: ['in-person', 'video'], providerIds: [providerId], ...fields },
  });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
};

const addPatient = async (): Promise<Id<'patient'>> => {
  const { status, body } = await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients', {
    body: {
      givenName: 'Ada',
      familyName: 'Test',
      birthDate: '1980-05-17',
      phone: testPhone(),
      zone,
      state: 'CO',
      consentToText: { granted: true, wording: 'You may text me about my visits.', wordingVersion: '1' },
    },
  });
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
};

const today = now.toZonedDateTimeISO(zone).toPlainDate();
const dateIn = (days: number): string => today.add({ days }).toString();
let used = 2;
/** A day that no other test of this subject uses, apart from the later visits of a series, at another time of day. */
const freshDay = (): number => {
  used += 1;
  return used;
};
const at = (day: number, time: string): string =>
  today
    .add({ days: day })
    .toZonedDateTime({ timeZone: zone, plainTime: time })
    .toInstant()
    .toString({ smallestUnit: 'second' });

const book = async (patientId: string, start: string, fields: Record<string, unknown> = {}): Promise<Answer> =>
  staff('POST /v1/appointments', { body: { patientId, providerId, typeId, start, ...fields } });

const booked = async (start: string, fields: Record<string, unknown> = {}) => {
  const answer = await book(await addPatient(), start, fields);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};

const change = (appointmentId: string, verb: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  staff(`POST /v1/appointments/{appointmentId}/${verb}`, { params: { appointmentId }, body, headers });

const read = async (appointmentId: string) =>
  (await staff('GET /v1/appointments/{appointmentId}', { params: { appointmentId } })).body;

const heldOn = async (date: string, provider = providerId): Promise<string[]> => {
  const { body } = await staff('GET /v1/providers/{providerId}/day', {
    params: { providerId: provider },
    query: { date },
  });
  return body.busy.map(({ heldBy }: { heldBy: string }) => heldBy);
};

/** A visit's texts by step and sequence, with what was put into them by then: `{ 'confirmation#0': 'planned' }`. */
const textsOf = async (appointmentId: string): Promise<Record<string, string>> => {
  const { body } = await staff('GET /v1/appointments/{appointmentId}/texts', { params: { appointmentId } });
  return Object.fromEntries(
    body.items.map(({ id, status }: { id: string; status: string }) => [id.slice(appointmentId.length + 1), status]),
  );
};

const bookSeries = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  staff('POST /v1/appointment-series', { body: { providerId, typeId, ...body }, headers });

const cancelSeries = (seriesId: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  staff('POST /v1/appointment-series/{seriesId}/cancel', { params: { seriesId }, body, headers });

const callOff = (date: string, headers: Record<string, string> = {}, provider = providerId) =>
  staff('POST /v1/providers/{providerId}/cancel-day', {
    params: { providerId: provider },
    body: { date, reason: 'provider ill' },
    headers,
  });

const linkTo = async (visit: { readonly id: Id<'appointment'>; readonly patientId: Id<'patient'> }) => {
  const token = newLinkToken();
  const { clinicId } = clinic;
  const expiresAt = now.add({ hours: 24 * 90 }).toString({ smallestUnit: 'second' });
  await transact([linkTokenItem(token, { clinicId, patientId: visit.patientId, appointmentId: visit.id, expiresAt })]);
  return token;
};

const byLink = (token: string, verb: string, body?: unknown): Promise<Answer> =>
  ask(links, `${body === undefined ? 'GET' : 'POST'} /v1/links/{token}${verb}`, {
    params: { token },
    ...(body === undefined ? {} : { body }),
  });

const pageOf = (token: string): Promise<Answer> => ask(links, 'GET /v/{token}', { params: { token } });

beforeAll(async () => {
  clinic = await createTestClinic(now);
});

/** A calendar of its own for each subject. */
const withProvider = () =>
  beforeAll(async () => {
    providerId = await addProvider();
    typeId = await addType();
    used = 2;
  });

describe('a series', () => {
  withProvider();

  it('books every visit at the same wall time, with one confirmation and reminders for each', async () => {
    const patientId = await addPatient();
    const start = at(freshDay(), '09:30');
    const made = await bookSeries({ patientId, start, count: 12, everyWeeks: 1 });
    expect(made).toMatchObject({ status: 201, body: { patientId, providerId, typeId, everyWeeks: 1 } });
    const { id: seriesId, items } = made.body;
    const walls = items.map(({ wallTime }: { wallTime: string }) => wallTime.slice(11));
    expect(walls).toEqual(Array.from({ length: 12 }, () => '09:30'));
    expect(items.map((visit: { seriesId: string }) => visit.seriesId)).toEqual(items.map(() => seriesId));
    for (const visit of items) expect(await heldOn(visit.wallTime.slice(0, 10))).toContain(visit.id);
    expect(Object.keys(await textsOf(items[0].id))).toEqual(
      expect.arrayContaining(['confirmation#0', 'reminder-24h#0']),
    );
    for (const visit of items.slice(1)) {
      expect(Object.keys(await textsOf(visit.id)).toSorted()).toEqual(['reminder-24h#0', 'reminder-72h#0']);
    }
    const shown = await staff('GET /v1/appointment-series/{seriesId}', { params: { seriesId } });
    expect(shown).toMatchObject({ status: 200, body: made.body });
  });

  it('that meets other visits books none, and says which of its own cannot be had and why', async () => {
    const day = freshDay();
    const second = await booked(at(day + 7, '10:00'));
    const fourth = await booked(at(day + 21, '10:15'));
    const patientId = await addPatient();
    const refused = await bookSeries({ patientId, start: at(day, '10:00'), count: 4, everyWeeks: 1 });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'series-conflict',
        errors: [
          {
            field: 'body.start',
            message: `Visit 2, ${dateIn(day + 7)} 10:00: That time was just taken: choose another.`,
          },
          {
            field: 'body.start',
            message: `Visit 4, ${dateIn(day + 21)} 10:00: That time was just taken: choose another.`,
          },
        ],
      },
    });
    const text = JSON.stringify(refused.body);
    for (const other of [second, fourth]) {
      expect(text).not.toContain(other.id);
      expect(text).not.toContain(other.patientId);
    }
    const { body } = await staff('GET /v1/patients/{patientId}/appointments', { params: { patientId } });
    expect(body.items).toEqual([]);
    expect(await heldOn(dateIn(day))).toEqual([]);
  });

  it('names a visit on a day of leave as well as one in the past', async () => {
    const day = freshDay();
    await staff('POST /v1/providers/{providerId}/availability-exceptions', {
      params: { providerId },
      body: { kind: 'away', firstDate: dateIn(day + 14), lastDate: dateIn(day + 14), reason: 'Course' },
    });
    const patientId = await addPatient();
    const refused = await bookSeries({ patientId, start: at(day, '11:00'), count: 2, everyWeeks: 2 });
    expect(refused.body).toMatchObject({ code: 'series-conflict' });
    expect(refused.body.errors.map(({ message }: { message: string }) => message)).toEqual([
      `Visit 2, ${dateIn(day + 14)} 11:00: That is outside the provider's hours.`,
    ]);
    const past = await bookSeries({ patientId, start: at(-7, '11:00'), count: 2, everyWeeks: 3 });
    expect(past.body.errors).toHaveLength(1);
    expect(past.body.errors[0].message).toContain('Visit 1');
  });

  it('goes on beyond the horizon of its type, but begins within it', async () => {
    const near = await addType({ horizonDays: 10 });
    const patientId = await addPatient();
    const begun = await bookSeries({ patientId, typeId: near, start: at(5, '05:00'), count: 3, everyWeeks: 4 });
    expect(begun).toMatchObject({ status: 201 });
    const late = await bookSeries({ patientId, typeId: near, start: at(11, '05:00'), count: 2, everyWeeks: 1 });
    expect(late).toMatchObject({ status: 409, body: { code: 'series-conflict' } });
    expect(late.body.errors).toHaveLength(2);
  });

  it('with rooms and second providers is still one transaction', async () => {
    const rooms = await Promise.all(
      ['A', 'B'].map((name) => staff('POST /v1/rooms', { body: { name, zone } }).then(({ body }) => body.id)),
    );
    const helper = await addProvider();
    const paired = await addType({ roomIds: rooms, secondProviderIds: [helper] });
    const patientId = await addPatient();
    const made = await bookSeries({ patientId, typeId: paired, start: at(freshDay(), '12:00'), count: 12 });
    expect(made).toMatchObject({ status: 201 });
    for (const visit of made.body.items) expect(visit.also).toEqual([rooms[0], helper]);
    const cancelled = await cancelSeries(made.body.id);
    expect(cancelled.body.items.map((visit: { status: string }) => visit.status)).toEqual(
      Array.from({ length: 12 }, () => 'cancelled'),
    );
    for (const visit of made.body.items) {
      for (const id of [providerId, helper])
        expect(await heldOn(visit.wallTime.slice(0, 10), id)).not.toContain(visit.id);
    }
  });

  it('sent twice under one key is one series', async () => {
    const patientId = await addPatient();
    const body = { patientId, start: at(freshDay(), '13:00'), count: 3 };
    const key = { 'idempotency-key': `series-${body.start}` };
    const answers = await Promise.all([bookSeries(body, key), bookSeries(body, key)]);
    const again = await bookSeries(body, key);
    expect(new Set([...answers, again].map((answer) => answer.body.id)).size).toBe(1);
    const listed = await staff('GET /v1/patients/{patientId}/appointments', { params: { patientId } });
    expect(listed.body.items).toHaveLength(3);
  });

  it('and another that wants one of its times: one of the two is booked whole', async () => {
    const day = freshDay();
    const [one, other] = await Promise.all([addPatient(), addPatient()]);
    const answers = await Promise.all([
      bookSeries({ patientId: one, start: at(day, '14:00'), count: 4 }),
      bookSeries({ patientId: other, start: at(day + 21, '14:00'), count: 4 }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    expect((await heldOn(dateIn(day + 21))).length).toBe(1);
  });

  it('is cancelled from now on with one text; what took place and what was cancelled before stays', async () => {
    const patientId = await addPatient();
    const { body: series } = await bookSeries({ patientId, start: at(freshDay(), '15:00'), count: 4 });
    const [first, second, third, fourth] = series.items;
    await change(second.id, 'cancel', { reason: 'holiday' });
    const cancelled = await cancelSeries(series.id, { reason: 'moved away' });
    expect(cancelled).toMatchObject({ status: 200 });
    expect(
      cancelled.body.items.map(({ status, cancellationReason }: Record<string, string>) => [
        status,
        cancellationReason,
      ]),
    ).toEqual([
      ['cancelled', 'moved away'],
      ['cancelled', 'holiday'],
      ['cancelled', 'moved away'],
      ['cancelled', 'moved away'],
    ]);
    expect(await textsOf(first.id)).toMatchObject({ 'cancelled#1': 'planned', 'reminder-24h#0': 'suppressed' });
    for (const { id } of [third, fourth]) {
      expect(await textsOf(id)).toEqual({ 'reminder-24h#0': 'suppressed', 'reminder-72h#0': 'suppressed' });
    }
    for (const visit of series.items) expect(await heldOn(visit.wallTime.slice(0, 10))).not.toContain(visit.id);
    expect(await cancelSeries(series.id, { reason: 'again' })).toMatchObject({ status: 200, body: cancelled.body });
  });

  it('two visits of which were moved to one day is cancelled all the same', async () => {
    const day = freshDay();
    const { body: series } = await bookSeries({ patientId: await addPatient(), start: at(day, '16:00'), count: 3 });
    await change(series.items[1].id, 'reschedule', { start: at(day, '17:00') });
    const key = { 'idempotency-key': `cancel-${series.id}` };
    const cancelled = await cancelSeries(series.id, {}, key);
    expect(cancelled.body.items.map((visit: { status: string }) => visit.status)).toEqual(
      series.items.map(() => 'cancelled'),
    );
    for (const { id } of series.items) expect(await heldOn(dateIn(day))).not.toContain(id);
    expect(await cancelSeries(series.id, {}, key)).toMatchObject({ headers: { 'idempotency-replayed': 'true' } });
  });

  it.each([
    ['one visit', { count: 1 }, 'body.count'],
    ['thirteen visits', { count: 13 }, 'body.count'],
    ['every five weeks', { count: 2, everyWeeks: 5 }, 'body.everyWeeks'],
    ['half a visit', { count: 2.5 }, 'body.count'],
  ])('of %s is refused by field', async (_case, fields, field) => {
    const answer = await bookSeries({ patientId: await addPatient(), start: at(3, '08:00'), ...fields });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', errors: [{ field }] } });
  });
});

describe('calling off a day', () => {
  withProvider();

  it('closes it, cancels each visit and tells each patient; the same request again changes nothing', async () => {
    const day = freshDay();
    const date = dateIn(day);
    const visits = [await booked(at(day, '09:00')), await booked(at(day, '10:00')), await booked(at(day, '11:00'))];
    const key = { 'idempotency-key': `day-${date}` };
    const done = await callOff(date, key);
    expect(done).toMatchObject({
      status: 200,
      body: {
        date,
        providerId,
        failed: [],
        remaining: 0,
        done: visits.map(({ id, start }) => ({ appointmentId: id, start })),
      },
    });
    for (const { id } of visits) {
      expect(await read(id)).toMatchObject({
        status: 'cancelled',
        cancelledBy: 'clinic',
        cancellationReason: 'provider ill',
        sequence: 1,
      });
      expect(await textsOf(id)).toMatchObject({ 'cancelled#1': 'planned', 'reminder-24h#0': 'suppressed' });
    }
    expect(await heldOn(date)).toEqual([done.body.exceptionId]);
    expect(await callOff(date, key)).toMatchObject({ headers: { 'idempotency-replayed': 'true' }, body: done.body });
    expect((await callOff(date)).body).toEqual({ ...done.body, done: [] });
    const leaves = await staff('GET /v1/providers/{providerId}/availability-exceptions', { params: { providerId } });
    const ofDay = leaves.body.items.filter(({ firstDate }: { firstDate: string }) => firstDate === date);
    expect(ofDay).toMatchObject([{ id: done.body.exceptionId, kind: 'away', reason: 'provider ill' }]);
  });

  it('lets nobody book meanwhile or afterwards, until the leave is taken back', async () => {
    const day = freshDay();
    const date = dateIn(day);
    const visits = await Promise.all(['08:00', '08:30', '09:00'].map((time) => booked(at(day, time))));
    const patients = await Promise.all(Array.from({ length: 8 }, addPatient));
    const [off, ...rivals] = await Promise.all([
      callOff(date),
      ...patients.map((patientId, index) => book(patientId, at(day, `1${index}:00`))),
    ]);
    expect(off?.body).toMatchObject({ failed: [], remaining: 0 });
    // Whoever was faster is cancelled with the others.
    const faster = rivals.filter(({ status }) => status === 201);
    expect(off?.body.done).toHaveLength(visits.length + faster.length);
    expect(await heldOn(date)).toEqual([off?.body.exceptionId]);
    const late = await book(await addPatient(), at(day, '20:00'));
    expect(late).toMatchObject({ status: 409, body: { code: 'slot-not-offered' } });

    const taken = await staff('DELETE /v1/providers/{providerId}/availability-exceptions/{exceptionId}', {
      params: { providerId, exceptionId: off?.body.exceptionId },
    });
    expect(taken.status).toBe(204);
    expect(await heldOn(date)).toEqual([]);
    expect(await book(await addPatient(), at(day, '20:00'))).toMatchObject({ status: 201 });
  });

  it('uses a leave that is there already', async () => {
    const day = freshDay();
    const visit = await booked(at(day, '09:00'));
    const leave = await staff('POST /v1/providers/{providerId}/availability-exceptions', {
      params: { providerId },
      body: { kind: 'away', firstDate: dateIn(day), lastDate: dateIn(day), reason: 'Course' },
    });
    expect(leave.body.clashes).toMatchObject([{ appointmentId: visit.id }]);
    const off = await callOff(dateIn(day));
    expect(off.body).toMatchObject({ exceptionId: leave.body.id, done: [{ appointmentId: visit.id }] });
  });

  it('that stops between two visits goes on with the same request: by its key, and each visit is told once', async () => {
    const day = freshDay();
    const date = dateIn(day);
    const visits = await Promise.all(['09:00', '10:00', '11:00', '12:00'].map((time) => booked(at(day, time))));
    const caller: Caller = {
      clinicId: clinic.clinicId,
      actor: { kind: 'staff', id: 'staff-1' },
      requestId: 'crashed',
      now,
    };
    let asked = 0;
    const crashAfterTwo = () => {
      asked += 1;
      if (asked === 3) throw new Error('the machine is gone');
      return true;
    };
    const command = { providerId, date, reason: 'provider ill' };
    await expect(cancelDay(caller, command, transact, crashAfterTwo)).rejects.toThrow('the machine is gone');
    const statuses = await Promise.all(visits.map(async ({ id }) => (await read(id)).status));
    expect(statuses).toEqual(['cancelled', 'cancelled', 'booked', 'booked']);
    expect(await book(await addPatient(), at(day, '15:00'))).toMatchObject({ status: 409 });

    let left = 1;
    const timeForOne = () => {
      left -= 1;
      return left >= 0;
    };
    const some = await cancelDay(caller, command, transact, timeForOne);
    expect(some).toMatchObject({ done: [{ appointmentId: visits[2].id }], failed: [], remaining: 1 });

    const rest = await callOff(date, { 'idempotency-key': `rest-${date}` });
    expect(rest.body).toMatchObject({ done: [{ appointmentId: visits[3].id }], failed: [], remaining: 0 });
    for (const { id } of visits) {
      const texts = Object.keys(await textsOf(id)).filter((step) => step.startsWith('cancelled'));
      expect(texts).toEqual(['cancelled#1']);
      expect((await read(id)).rev).toBe(2);
    }
  });

  it('by two people at once is done once', async () => {
    const day = freshDay();
    const visits = await Promise.all(['09:00', '10:00', '11:00'].map((time) => booked(at(day, time))));
    const answers = await Promise.all([callOff(dateIn(day)), callOff(dateIn(day))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ body }) => body.exceptionId)).size).toBe(1);
    for (const { id } of visits) expect(await read(id)).toMatchObject({ status: 'cancelled', rev: 2 });
    expect(await heldOn(dateIn(day))).toEqual([answers[0]?.body.exceptionId]);
  });

  it('cancels a visit that needs the provider as its second', async () => {
    const main = await addProvider();
    const pair = await addType({ providerIds: [main], secondProviderIds: [providerId] });
    const day = freshDay();
    const visit = await booked(at(day, '09:00'), { providerId: main, typeId: pair });
    expect((await callOff(dateIn(day))).body.done).toMatchObject([{ appointmentId: visit.id }]);
    expect(await heldOn(dateIn(day), main)).toEqual([]);
  });

  it.each([
    ['a day that is over', () => dateIn(-1), 'body.date'],
    ['a day that is none', () => '2026-02-30', 'body.date'],
  ])('refuses %s', async (_case, date, field) => {
    expect(await callOff(date())).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});

describe('a visit the clinic cancelled', () => {
  withProvider();

  const calledOff = async (time: string) => {
    const visit = await booked(at(freshDay(), time));
    await change(visit.id, 'cancel', { reason: 'provider ill' });
    return { visit, token: await linkTo(visit) };
  };

  it('offers other times by its link; taking one books it in place of the old, once', async () => {
    const { visit, token } = await calledOff('09:00');
    expect((await byLink(token, '')).body).toMatchObject({ status: 'cancelled', mayRebook: true });
    const page = await pageOf(token);
    expect(page.body).toContain('We had to cancel this visit');
    const offered = await byLink(token, '/slots');
    expect(offered).toMatchObject({ status: 200 });
    const { items } = offered.body;
    expect(items.length).toBeGreaterThan(2);
    const made = await byLink(token, '/rebook', { start: items[0].start });
    expect(made).toMatchObject({ status: 201, body: { status: 'booked', start: items[0].start } });

    const old = await read(visit.id);
    expect(old).toMatchObject({ status: 'cancelled', rev: 3, sequence: 1 });
    const stand = await read(old.rebookedAs);
    expect(stand).toMatchObject({
      status: 'booked',
      replaces: visit.id,
      start: items[0].start,
      patientId: visit.patientId,
    });
    expect(Object.keys(await textsOf(stand.id))).toContain('confirmation#0');
    expect(await heldOn(stand.wallTime.slice(0, 10))).toContain(stand.id);

    const again = await byLink(token, '/rebook', { start: items[1].start });
    expect(again).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    expect(await byLink(token, '/slots')).toMatchObject({ status: 409 });
    expect((await pageOf(token)).body).toContain('You have another visit');
  });

  it('is rebooked once however many taps come at once', async () => {
    const { visit, token } = await calledOff('10:00');
    const { items } = (await byLink(token, '/slots')).body;
    const answers = await Promise.all(
      items.slice(0, 5).map(({ start }: { start: string }) => byLink(token, '/rebook', { start })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 409 && body.code === 'invalid-state')).toHaveLength(4);
    const listed = await staff('GET /v1/patients/{patientId}/appointments', { params: { patientId: visit.patientId } });
    expect(listed.body.items.map(({ status }: { status: string }) => status).toSorted()).toEqual([
      'booked',
      'cancelled',
    ]);
  });

  it('is not moved to a time that somebody has, nor to one nobody offers', async () => {
    const { token } = await calledOff('11:00');
    const { items } = (await byLink(token, '/slots')).body;
    await booked(items[0].start);
    expect(await byLink(token, '/rebook', { start: items[0].start })).toMatchObject({ body: { code: 'slot-taken' } });
    const odd = Temporal.Instant.from(items[1].start).add({ minutes: 1 }).toString();
    expect(await byLink(token, '/rebook', { start: odd })).toMatchObject({ body: { code: 'slot-not-offered' } });
    expect((await byLink(token, '')).body.mayRebook).toBe(true);
  });

  it('is rebooked by the front desk as well; its link then books no other one', async () => {
    const { visit, token } = await calledOff('13:00');
    const stranger = await addPatient();
    const wrong = await book(stranger, at(freshDay(), '13:00'), { replaces: visit.id });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'body.replaces' }] } });
    const made = await book(visit.patientId, at(freshDay(), '13:00'), { replaces: visit.id });
    expect(made).toMatchObject({ status: 201, body: { replaces: visit.id } });
    expect((await read(visit.id)).rebookedAs).toBe(made.body.id);
    const late = await byLink(token, '/rebook', { start: at(freshDay(), '13:00') });
    expect(late).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    const twice = await book(visit.patientId, at(freshDay(), '13:00'), { replaces: visit.id });
    expect(twice).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
  });

  it.each(['patient', 'nobody'])('only: not one that %s cancelled', async (by) => {
    const visit = await booked(at(freshDay(), '12:00'));
    const token = await linkTo(visit);
    if (by === 'patient') await byLink(token, '/cancel', {});
    const refused = await byLink(token, '/rebook', { start: at(2, '12:00') });
    expect(refused).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    expect((await read(visit.id)).rebookedAs).toBeUndefined();
  });
});

describe('asking for another time', () => {
  withProvider();

  it('leaves the visit as it is and tells the patient once', async () => {
    const visit = await booked(at(freshDay(), '09:00'));
    const asked = await change(visit.id, 'request-reschedule', { reason: 'course' });
    expect(asked).toMatchObject({
      status: 200,
      body: { status: 'booked', rev: 2, sequence: 0, rescheduleRequestReason: 'course', start: visit.start },
    });
    expect(asked.body.rescheduleRequestedAt).toBeDefined();
    expect(await textsOf(visit.id)).toMatchObject({ 'choose-another#0': 'planned', 'reminder-24h#0': 'planned' });
    expect(await change(visit.id, 'request-reschedule')).toMatchObject({ status: 200, body: asked.body });
    const token = await linkTo(visit);
    expect((await byLink(token, '')).body.askedToMove).toBe(true);
    expect((await pageOf(token)).body).toContain('Please pick another time');
  });

  it('is answered by the move; it can be asked again', async () => {
    const visit = await booked(at(freshDay(), '10:00'));
    await change(visit.id, 'request-reschedule');
    const moved = await byLink(await linkTo(visit), '/reschedule', { start: at(freshDay(), '10:00') });
    expect(moved.body).toMatchObject({ askedToMove: false });
    expect((await read(visit.id)).rescheduleRequestedAt).toBeUndefined();
    expect(await textsOf(visit.id)).toMatchObject({ 'choose-another#0': 'suppressed', 'moved#1': 'planned' });
    await change(visit.id, 'request-reschedule');
    expect(await textsOf(visit.id)).toMatchObject({ 'choose-another#1': 'planned' });
  });

  it('refuses who saw another revision, and a visit that is cancelled', async () => {
    const visit = await booked(at(freshDay(), '11:00'));
    await change(visit.id, 'confirm');
    const stale = await change(visit.id, 'request-reschedule', {}, { 'if-match': '"1"' });
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale' } });
    expect((await read(visit.id)).rescheduleRequestedAt).toBeUndefined();
    await change(visit.id, 'cancel');
    expect(await change(visit.id, 'request-reschedule')).toMatchObject({
      status: 409,
      body: { code: 'invalid-state' },
    });
  });
});

describe('reasons', () => {
  withProvider();

  it('of a move stay on the visit until the next', async () => {
    const day = freshDay();
    const visit = await booked(at(day, '12:00'));
    const moved = await change(visit.id, 'reschedule', { start: at(day, '13:00'), reason: 'provider late' });
    expect(moved.body.rescheduleReason).toBe('provider late');
    const again = await change(visit.id, 'reschedule', { start: at(day, '14:00') });
    expect(again.body.rescheduleReason).toBeUndefined();
  });
});

describe("a provider's days", () => {
  withProvider();

  const list = (query: Record<string, string>, provider = providerId) =>
    staff('GET /v1/providers/{providerId}/appointments', { params: { providerId: provider }, query });

  it('list the visits by start, of one day or several, without those that were cancelled or moved away', async () => {
    const provider = await addProvider();
    const own = await addType({ providerIds: [provider] });
    const visitAt = (day: number, time: string) => booked(at(day, time), { providerId: provider, typeId: own });
    const [first, second, third, fourth] = [
      await visitAt(3, '10:00'),
      await visitAt(3, '09:00'),
      await visitAt(4, '08:00'),
      await visitAt(4, '09:00'),
    ];
    await change(third.id, 'cancel');
    await change(fourth.id, 'reschedule', { start: at(6, '09:00') });
    const one = await list({ from: dateIn(3) }, provider);
    expect(one).toMatchObject({ status: 200, body: { providerId: provider, from: dateIn(3), to: dateIn(3), zone } });
    expect(one.body.items).toEqual([second, first]);
    const three = await list({ from: dateIn(3), to: dateIn(5) }, provider);
    expect(three.body.items.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    const all = await list({ from: dateIn(3), to: dateIn(33) }, provider);
    expect(all.body.items.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id, fourth.id]);
  });

  it.each([
    ['reversed days', { from: '2026-12-02', to: '2026-12-01' }, 'query.to'],
    ['32 days', { from: '2026-12-01', to: '2027-01-01' }, 'query.to'],
    ['no day', {}, 'query.from'],
    ['an impossible day', { from: '2026-02-29' }, 'query.from'],
  ])('refuse %s', async (_case, query, field) => {
    expect(await list(query)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});
