import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarOf } from '../helpers/ical.ts';
import { familyName, localTime, openClinic, type TestClinic } from './support/clinic.ts';

/** Calendars on the deployed clinic. */

let clinic: TestClinic;
let server: Server;
let calendarUrl: string;
const [day, busyDay] = [8, 9];

const compact = (instant: string): string => instant.replaceAll(/[-:]/g, '');

beforeAll(async () => {
  clinic = await openClinic('calendars');
  const body = calendarOf([
    'UID:dentist@example.com',
    `DTSTART:${compact(localTime(clinic, busyDay, '10:00'))}`,
    `DTEND:${compact(localTime(clinic, busyDay, '12:00'))}`,
    'SUMMARY:Dentist',
  ]);
  server = createServer((_, answer) => answer.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  calendarUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/basic.ics`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Runs a sweep at once, as its schedule would sooner or later. */
const sweep = async (name: string): Promise<void> => {
  const client = new LambdaClient({});
  try {
    for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
      const FunctionName = Functions.find((each) =>
        each.FunctionName?.includes(name.replaceAll('-', '')),
      )?.FunctionName;
      if (FunctionName === undefined) continue;
      const { FunctionError } = await client.send(new InvokeCommand({ FunctionName, Payload: new Uint8Array() }));
      expect(FunctionError).toBeUndefined();
      return;
    }
    throw new Error(`There is no function ${name}`);
  } finally {
    client.destroy();
  }
};

const register = async (email: string): Promise<string> => {
  const { id } = await clinic.admin.ok('registerPatient', {
    body: {
      givenName: 'Ottoline',
      familyName,
      birthDate: '1980-05-17',
      phone: clinic.newPhone(),
      zone: 'America/Denver',
      state: 'CO',
      email,
    },
  });
  return id;
};

const book = async (patientId: string, providerId: string, start: string) =>
  clinic.admin.ok('bookAppointment', { body: { patientId, providerId, typeId: clinic.typeId, start } });

describe('calendars', () => {
  it("a calendar program reads a provider's visits at the secret address, until it is revoked", async () => {
    const [providerId] = clinic.providerIds;
    const visit = await book(await register('feed@example.com'), providerId, localTime(clinic, day, '10:00'));
    const { url } = await clinic.admin.ok('createCalendarFeed', { params: { providerId } });
    const first = await fetch(url);
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    const text = await first.text();
    expect(text).toContain(`DTSTART:${compact(visit.start)}`);
    expect(text).not.toContain(familyName);
    const again = await fetch(url, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
    await clinic.admin.ask('revokeCalendarFeed', { params: { providerId } });
    expect((await fetch(url)).status).toBe(404);
  });

  it('a patient with an e-mail address is invited', async () => {
    const [, providerId] = clinic.providerIds;
    const visit = await book(await register('ottoline@example.com'), providerId, localTime(clinic, day, '11:00'));
    await sweep('scheduling-invitations');
    const { items } = await clinic.admin.ok('listInvitations', { params: { appointmentId: visit.id } });
    expect(items).toMatchObject([{ method: 'REQUEST', sequence: 0, status: 'sent', attempts: 1 }]);
    const inbox = await (await fetch(`${clinic.info.engineEndpoint}/_ministack/ses/messages`)).text();
    expect(inbox).toContain('ottoline@example.com');
    expect(inbox).not.toContain(familyName);
  });

  it("a provider's own calendar keeps visits away, and staff see what clashes with it", async () => {
    const [, , providerId] = clinic.providerIds;
    const visit = await book(await register('clash@example.com'), providerId, localTime(clinic, busyDay, '10:00'));
    await clinic.admin.ok('setCalendarImport', { params: { providerId }, body: { url: calendarUrl } });
    await sweep('scheduling-calendars');
    expect(await clinic.admin.ok('getCalendarImport', { params: { providerId } })).toMatchObject({
      lastImportedAt: expect.any(String),
    });
    const refused = await clinic.admin.ask('bookAppointment', {
      body: {
        patientId: await register('late@example.com'),
        providerId,
        typeId: clinic.typeId,
        start: localTime(clinic, busyDay, '11:00'),
      },
    });
    expect(refused.status).toBe(409);
    const { items } = await clinic.admin.ok('listCalendarClashes');
    expect(items).toMatchObject([{ appointmentId: visit.id, providerId }]);
  });
});
