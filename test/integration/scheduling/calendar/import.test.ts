import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardedFetch } from '../../../../functions/platform/guarded-fetch.ts';
import { importCalendar } from '../../../../functions/scheduling/calendar/import.ts';
import { sweepImports } from '../../../../functions/scheduling/calendar/sweep-imports.ts';
import { getImport } from '../../../../functions/scheduling/calendar-store.ts';
import { calendarOf } from '../../../helpers/ical.ts';
import { openPractice, type Practice, practiceTime } from '../../../helpers/practice.ts';

/** The provider's own calendar, on a server of its own; what it answers is set by each test. */
let answer: RequestListener;
let server: Server;
let url: string;
let asked: number;
let practice: Practice;

const deps = { fetchCalendar: guardedFetch({ allowsLoopback: true }) };

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    asked += 1;
    answer(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/private-secret/basic.ics`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(async () => {
  asked = 0;
  practice = await openPractice();
});

const stamp = (days: number, time: string): string =>
  practiceTime(days, time).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
const event = (days: number, from: string, to: string, ...more: readonly string[]): readonly string[] => [
  `UID:${days}-${from}@example.com`,
  `DTSTART:${stamp(days, from)}`,
  `DTEND:${stamp(days, to)}`,
  ...more,
];
const serveCalendar = (...events: readonly (readonly string[])[]): void => {
  const body = calendarOf(...events);
  answer = (incoming, outgoing) => {
    const etag = `"${body.length}-${events.flat().join()}"`;
    if (incoming.headers['if-none-match'] === etag) outgoing.writeHead(304).end();
    else outgoing.writeHead(200, { etag, 'content-type': 'text/calendar' }).end(body);
  };
};

const params = () => ({ providerId: practice.providerId });
const setImport = (address = url, of: Practice = practice) =>
  of.staff('PUT /v1/providers/{providerId}/calendar-import', { params: params(), body: { url: address } });
const state = async () =>
  (await practice.staff('GET /v1/providers/{providerId}/calendar-import', { params: params() })).body;

/** One run of this provider's import, as the sweep does it. */
const run = async (now = Temporal.Now.instant()): Promise<void> => {
  const { clinicId } = practice.clinic;
  const imported = await getImport(clinicId, practice.providerId as `prv_${string}`);
  if (imported === undefined) throw new Error('Nothing is imported');
  const actor = { kind: 'automation', id: 'scheduling-calendars' } as const;
  await importCalendar(deps, { clinicId, actor, requestId: 'test', now }, imported);
};

const isOffered = async (days: number, time: string): Promise<boolean> => {
  const start = practiceTime(days, time);
  const { status, body } = await practice.staff('GET /v1/slots', {
    query: {
      typeId: practice.typeId,
      from: start.toString({ smallestUnit: 'second' }),
      to: start.add({ minutes: 1 }).toString({ smallestUnit: 'second' }),
    },
  });
  expect(status).toBe(200);
  return body.items.length > 0;
};

const dayRev = async (days: number): Promise<number> => {
  const date = practiceTime(days, '12:00').toZonedDateTimeISO('America/Denver').toPlainDate().toString();
  const day = await practice.staff('GET /v1/providers/{providerId}/day', { params: params(), query: { date } });
  expect(day).toMatchObject({ status: 200 });
  return day.body.rev;
};

const clashes = async () => (await practice.staff('GET /v1/calendar-clashes')).body.items;

describe("a provider's own calendar", () => {
  it('keeps visits away from when it says busy, and gives the time back when it no longer does', async () => {
    serveCalendar(event(3, '09:00', '10:00'));
    expect(await setImport()).toMatchObject({ status: 200, body: { status: 'active' } });
    expect(await isOffered(3, '09:30')).toBe(true);
    await run();
    expect([await isOffered(3, '08:30'), await isOffered(3, '09:30'), await isOffered(3, '10:00')]).toEqual([
      true,
      false,
      true,
    ]);
    const patientId = await practice.addPatient();
    const refused = await practice.staff('POST /v1/appointments', {
      body: {
        patientId,
        providerId: practice.providerId,
        typeId: practice.typeId,
        start: practiceTime(3, '09:30').toString({ smallestUnit: 'second' }),
      },
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'slot-taken' } });

    serveCalendar(event(3, '11:00', '12:00'));
    await run();
    expect([await isOffered(3, '09:30'), await isOffered(3, '11:30')]).toEqual([true, false]);
    expect(await state()).toMatchObject({ status: 'active', lastImportedAt: expect.any(String) });
    expect((await state()).fault).toBeUndefined();
  });

  it('writes only the days on which something changed', async () => {
    serveCalendar(event(4, '09:00', '10:00'), event(5, '09:00', '10:00'));
    await setImport();
    await run();
    const before = [await dayRev(4), await dayRev(5), await dayRev(6)];
    serveCalendar(event(4, '09:00', '10:00'), event(5, '09:00', '11:00'));
    await run();
    expect([await dayRev(4), await dayRev(5), await dayRev(6)]).toEqual([before[0], (before[1] ?? 0) + 1, 0]);
    const { rev } = await state();
    await run();
    await run();
    expect((await state()).rev).toBe(rev);
  });

  it('asks only for what has changed, and for everything when the day is another', async () => {
    serveCalendar(event(4, '09:00', '10:00'));
    let statuses: number[] = [];
    const inner = answer;
    answer = (incoming, outgoing) => {
      inner(incoming, outgoing);
      statuses.push(outgoing.statusCode);
    };
    await setImport();
    await run();
    await run();
    expect(statuses).toEqual([200, 304]);
    statuses = [];
    await run(Temporal.Now.instant().add({ hours: 24 }));
    expect(statuses).toEqual([200]);
  });

  it.each<[string, RequestListener, string]>([
    ['is gone', (_, outgoing) => outgoing.writeHead(404).end(), 'gone'],
    ['was made private', (_, outgoing) => outgoing.writeHead(403).end(), 'not-allowed'],
    ['is a page', (_, outgoing) => outgoing.end('<!doctype html>'), 'not-a-calendar'],
    ['is cut short', (_, outgoing) => outgoing.end(calendarOf(event(3, '13:00', '14:00')).slice(0, -30)), 'cut-short'],
    ['is too large', (_, outgoing) => outgoing.end('x'.repeat(3_000_000)), 'too-large'],
    [
      'repeats every second',
      (_, outgoing) => outgoing.end(calendarOf(event(3, '13:00', '14:00', 'RRULE:FREQ=SECONDLY'))),
      'recurrence-too-fine',
    ],
    [
      'never finds its next day',
      (_, outgoing) => outgoing.end(calendarOf(event(3, '13:00', '14:00', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'))),
      'too-slow',
    ],
    [
      'sends on to a private address',
      (_, outgoing) => outgoing.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
      'address-refused',
    ],
  ])('that %s leaves what was imported last, and says so once', async (_, broken, code) => {
    serveCalendar(event(3, '09:00', '10:00'));
    await setImport();
    await run();
    answer = broken;
    await run();
    const failed = await state();
    expect(failed).toMatchObject({ status: 'active', fault: { code, message: expect.any(String) } });
    expect(await isOffered(3, '09:30')).toBe(false);
    await run();
    expect((await state()).rev).toBe(failed.rev);
    serveCalendar(event(3, '11:00', '12:00'));
    await run();
    expect((await state()).fault).toBeUndefined();
    expect([await isOffered(3, '09:30'), await isOffered(3, '11:30')]).toEqual([true, false]);
  });

  it('is not read twice as our own: visits that come back in it take no time', async () => {
    const visit = await practice.book(await practice.addPatient(), 3, '09:00');
    serveCalendar([`UID:${visit.id}@127.0.0.1`, `DTSTART:${stamp(3, '09:00')}`, `DTEND:${stamp(3, '12:00')}`]);
    await setImport();
    await run();
    expect(await isOffered(3, '10:00')).toBe(true);
    expect(await clashes()).toEqual([]);
  });

  it('stops: its busy times no longer count, and it is not read any more', async () => {
    serveCalendar(event(3, '09:00', '10:00'));
    await practice.book(await practice.addPatient(), 3, '09:00');
    await setImport();
    await run();
    expect(await clashes()).toHaveLength(1);
    const stop = () => practice.staff('DELETE /v1/providers/{providerId}/calendar-import', { params: params() });
    expect((await stop()).status).toBe(204);
    expect(await state()).toMatchObject({ status: 'stopping' });
    const before = asked;
    await run();
    expect(await state()).toMatchObject({ status: 'stopped' });
    expect((await stop()).status).toBe(204);
    expect(asked).toBe(before);
    expect(await isOffered(3, '09:30')).toBe(true);
    expect(await clashes()).toEqual([]);
  });

  it('is read by the sweep, which no bad calendar of another stops', async () => {
    serveCalendar(event(3, '09:00', '10:00'));
    await setImport();
    const other = await openPractice();
    await other.staff('PUT /v1/providers/{providerId}/calendar-import', {
      params: { providerId: other.providerId },
      body: { url: 'http://127.0.0.1:1/nobody.ics' },
    });
    expect(await sweepImports(deps, Temporal.Now.instant(), 'test')).toBeGreaterThanOrEqual(2);
    expect(await isOffered(3, '09:30')).toBe(false);
  });

  it.each(['http://example.com/a.ics', 'https://10.0.0.1/a.ics', 'https://u:p@example.com/a.ics', 'nonsense'])(
    'is not looked for at %s',
    async (address) => {
      expect(await setImport(address)).toMatchObject({
        status: 400,
        body: { code: 'bad-input', errors: [{ field: 'body.url' }] },
      });
    },
  );

  it('has an address that nobody is shown again', async () => {
    const set = await setImport();
    expect(set.body.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(JSON.stringify([set.body, await state()])).not.toContain('private-secret');
  });

  it("of another clinic's provider cannot be set, seen or stopped", async () => {
    const theirs = await openPractice();
    expect((await setImport(url, theirs)).status).toBe(404);
    for (const method of ['GET', 'DELETE']) {
      const refused = await theirs.staff(`${method} /v1/providers/{providerId}/calendar-import`, { params: params() });
      expect(refused).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
  });
});

describe('a booked visit in busy time', () => {
  it('is a clash that staff see; nothing is moved; it closes itself when the visit has moved away', async () => {
    const visit = await practice.book(await practice.addPatient(), 3, '09:00');
    serveCalendar(event(3, '09:15', '11:00'));
    await setImport();
    await run();
    await run();
    const { id: appointmentId, start, end } = visit;
    const busy = [
      {
        start: practiceTime(3, '09:15').toString({ smallestUnit: 'second' }),
        end: practiceTime(3, '11:00').toString({ smallestUnit: 'second' }),
      },
    ];
    expect(await clashes()).toEqual([
      { providerId: practice.providerId, appointmentId, start, end, busy, openedAt: expect.any(String) },
    ]);
    const read = () => practice.staff('GET /v1/appointments/{appointmentId}', { params: { appointmentId } });
    expect((await read()).body).toMatchObject({ start, status: 'booked', rev: 1 });
    await practice.staff('POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId },
      body: { start: practiceTime(3, '12:00').toString({ smallestUnit: 'second' }) },
    });
    await run();
    expect(await clashes()).toEqual([]);
  });

  it('closes when the other calendar is free again, and opens anew when it is not', async () => {
    await practice.book(await practice.addPatient(), 3, '09:00');
    serveCalendar(event(3, '09:00', '10:00'));
    await setImport();
    await run();
    serveCalendar();
    await run();
    expect(await clashes()).toEqual([]);
    serveCalendar(event(3, '09:00', '10:00'));
    await run();
    expect(await clashes()).toHaveLength(1);
  });

  it('is none when they only touch, or when the visit is cancelled', async () => {
    const patientId = await practice.addPatient();
    await practice.book(patientId, 3, '09:00');
    const called = await practice.book(patientId, 3, '11:00');
    serveCalendar(event(3, '09:30', '10:00'), event(3, '11:00', '12:00'));
    await setImport();
    await run();
    expect(await clashes()).toHaveLength(1);
    await practice.staff('POST /v1/appointments/{appointmentId}/cancel', {
      params: { appointmentId: called.id },
      body: {},
    });
    await run();
    expect(await clashes()).toEqual([]);
  });

  it("is in its own clinic's list only", async () => {
    await practice.book(await practice.addPatient(), 3, '09:00');
    serveCalendar(event(3, '09:00', '10:00'));
    await setImport();
    await run();
    const theirs = await openPractice();
    expect((await theirs.staff('GET /v1/calendar-clashes')).body.items).toEqual([]);
  });
});
