import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { Temporal } from 'temporal-polyfill';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chargeLine } from '../../../functions/billing/contract.ts';
import { exportCharges } from '../../../functions/billing/export.ts';
import { handler as exportHandler } from '../../../functions/billing/handlers/export.ts';
import { handler as billing } from '../../../functions/billing/handlers/http.ts';
import { newPatient } from '../../../functions/intake/patients.ts';
import { type Caller, stampOf } from '../../../functions/platform/actor.ts';
import { newId } from '../../../functions/platform/ids.ts';
import { documentClient, transact } from '../../../functions/platform/store/records.ts';
import type { Change } from '../../../functions/platform/stream.ts';
import { appointmentTypeItem, providerItem } from '../../../functions/scheduling/catalog-store.ts';
import type { Appointment, Fulfilment, ProviderRole } from '../../../functions/scheduling/core/types.ts';
import { appointmentItem } from '../../../functions/scheduling/store.ts';
import { plainProvider, plainType } from '../../helpers/catalog.ts';
import { askAsStaff } from '../../helpers/clinic.ts';
import { lambdaContext } from '../../helpers/events.ts';
import { testPhone } from '../../helpers/phones.ts';

const now = Temporal.Instant.from('2026-11-24T18:00:00Z');

/** Makes a request fail, before it arrived or after its answer was lost, and all that follow. */
const fault = { at: 0, when: 'before', seen: 0 };
const passing = async <T>(go: () => Promise<T>): Promise<T> => {
  fault.seen += 1;
  if (fault.at === 0 || fault.seen < fault.at) return go();
  // From then on nothing gets through: what is cut once is asked again.
  if (fault.when === 'after' && fault.seen === fault.at) await go();
  throw new Error('The connection was lost');
};

let bucketFront: Server;
let s3: S3Client;

/** Stands between the exporter and the bucket, so that a connection can be cut. */
const startBucketFront = async (engine: string): Promise<string> => {
  bucketFront = createServer(async (request, response) => {
    const body = await new Response(request as unknown as ReadableStream).arrayBuffer();
    const headers = { ...request.headers } as Record<string, string>;
    delete headers['transfer-encoding'];
    delete headers.connection;
    delete headers['content-length'];
    const forward = () => fetch(`${engine}${request.url}`, { method: request.method ?? 'PUT', headers, body });
    try {
      const answer = await passing(forward);
      response.writeHead(answer.status).end();
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => bucketFront.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(bucketFront.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  s3 = new S3Client({ forcePathStyle: true, endpoint: process.env.AWS_ENDPOINT_URL ?? '' });
  process.env.AWS_ENDPOINT_URL_S3 = await startBucketFront(process.env.AWS_ENDPOINT_URL ?? '');
  documentClient.middlewareStack.add((next) => (args) => passing(() => next(args)), {
    step: 'initialize',
    name: 'fault',
  });
});

afterEach(() => {
  fault.at = 0;
});

afterAll(async () => {
  documentClient.middlewareStack.remove('fault');
  delete process.env.AWS_ENDPOINT_URL_S3;
  bucketFront.closeAllConnections();
  await new Promise((resolve) => bucketFront.close(resolve));
});

interface Visit {
  readonly caller: Caller;
  readonly appointment: Appointment;
}

const fulfilment: Fulfilment = { modality: 'video', start: '2026-11-24T16:02:00Z', end: '2026-11-24T16:33:30Z' };

const imageOf = async ({ clinicId, id }: Pick<Appointment, 'clinicId' | 'id'>): Promise<Change['after']> => {
  const Key = { pk: `clinic#${clinicId}#appointment#${id}`, sk: 'appointment' };
  return (await documentClient.send(new GetCommand({ TableName: 'records', Key, ConsistentRead: true }))).Item;
};

/** A patient who has arrived for a visit, in a clinic of its own. */
const arrive = async (role: ProviderRole = 'physical-therapist'): Promise<Visit> => {
  const caller: Caller = {
    clinicId: newId('clinic', now),
    actor: { kind: 'staff', id: 'sub-1' },
    requestId: 'r1',
    now,
  };
  const { clinicId } = caller;
  const stamp = stampOf(caller);
  const providerId = newId('provider', now);
  const typeId = newId('appointmentType', now);
  const { patient, items } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Ash',
    birthDate: '1980-02-29',
    phone: testPhone(),
    zone: 'America/Denver',
    state: 'CO',
  });
  const appointment: Appointment = {
    id: newId('appointment', now),
    clinicId,
    patientId: patient.id,
    providerId,
    typeId,
    start: '2026-11-24T16:00:00Z',
    end: '2026-11-24T16:30:00Z',
    zone: 'America/Denver',
    wallTime: '2026-11-24T09:00',
    modality: 'video',
    status: 'arrived',
    rev: 1,
    sequence: 0,
  };
  await transact([
    ...items,
    providerItem(
      { ...plainProvider, id: providerId, clinicId, name: 'Pat Lee', role, zone: 'America/Denver', availability: [] },
      stamp,
    ),
    appointmentTypeItem(
      {
        ...plainType,
        id: typeId,
        clinicId,
        name: 'Follow-up',
        minutes: 30,
        bufferBeforeMinutes: 0,
        bufferAfterMinutes: 0,
        modalities: ['video'],
        leadMinutes: 0,
        horizonDays: 30,
        providerIds: [providerId],
      },
      stamp,
    ),
    appointmentItem(appointment, stamp),
  ]);
  return { caller, appointment };
};

/** Writes the next revision of a visit and tells it as the stream would. */
const revise = async (
  { caller, appointment }: Visit,
  given: Partial<Appointment>,
): Promise<{ readonly visit: Visit; readonly change: Change }> => {
  const before = await imageOf(appointment);
  const next: Appointment = { ...appointment, ...given, rev: appointment.rev + 1 };
  await transact([appointmentItem(next, stampOf(caller))]);
  const after = await imageOf(appointment);
  const change: Change = {
    eventId: randomUUID(),
    pk: String(after?.pk),
    sk: 'appointment',
    entity: 'Appointment',
    before,
    after,
  };
  return { visit: { caller, appointment: next }, change };
};

const fulfil = (visit: Visit) => revise(visit, { status: 'fulfilled', fulfilment });

const run = (...changes: Change[]) => exportCharges(changes, 'r2', now);

const exported = async ({ appointment }: Visit): Promise<Record<string, unknown>> => {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'documents', Prefix: `charges/${appointment.clinicId}/` }),
  );
  const objects: Record<string, unknown> = {};
  for (const { Key = '' } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'documents', Key }));
    objects[Key] = await Body?.transformToString();
  }
  return objects;
};

const charges = async ({ appointment }: Visit, groups = ['biller']) =>
  askAsStaff(billing, appointment.clinicId, 'GET /v1/appointments/{appointmentId}/charges', {
    params: { appointmentId: appointment.id },
    groups,
  });

const keyOf = ({ appointment }: Visit, rev: number, date = '2026-11-24') =>
  `charges/${appointment.clinicId}/${date}/${appointment.id}-r${rev}.jsonl`;

describe('exportCharges', () => {
  it('exports one line for a fulfilled visit, and says what proves it', async () => {
    const { visit, change } = await fulfil(await arrive());
    await run(change);
    const objects = await exported(visit);
    expect(Object.keys(objects)).toEqual([keyOf(visit, 2)]);
    const text = String(objects[keyOf(visit, 2)]);
    expect(text.endsWith('\n')).toBe(true);
    const line = chargeLine.parse(JSON.parse(text));
    const { appointment } = visit;
    expect(line).toMatchObject({
      chargeId: `${appointment.id}#2`,
      minutes: 31,
      suggestedCode: '97110',
      suggestedUnits: 2,
      placeOfService: '10',
      modifiers: ['GP', '95'],
      patientStateOnFile: 'CO',
      serviceDate: '2026-11-24',
    });
    expect(line.evidence).toEqual([
      { entity: 'Appointment', id: appointment.id, rev: 2 },
      { entity: 'Patient', id: appointment.patientId, rev: 1 },
      { entity: 'Provider', id: appointment.providerId, rev: 1 },
      { entity: 'AppointmentType', id: appointment.typeId, rev: 1 },
    ]);
    expect(text).not.toContain('Ash');
    expect((await charges(visit)).body.items).toEqual([{ ...line, objectKey: keyOf(visit, 2) }]);
  });

  it('works as the stream calls it', async () => {
    const { visit, change } = await fulfil(await arrive());
    const event = {
      Records: [
        {
          eventID: change.eventId,
          eventName: 'MODIFY',
          dynamodb: {
            Keys: marshall({ pk: change.pk, sk: change.sk }),
            OldImage: marshall(change.before ?? {}),
            NewImage: marshall(change.after ?? {}),
          },
        },
      ],
    } as unknown as DynamoDBStreamEvent;
    await exportHandler(event, lambdaContext());
    expect(Object.keys(await exported(visit))).toEqual([keyOf(visit, 2)]);
  });

  it('writes the same line once, however often and beside whom it is delivered', async () => {
    const { visit, change } = await fulfil(await arrive());
    await Promise.all(Array.from({ length: 8 }, () => run(change)));
    const first = await exported(visit);
    await run(change, { ...change, eventId: randomUUID() });
    expect(await exported(visit)).toEqual(first);
    expect(Object.keys(first)).toHaveLength(1);
    expect((await charges(visit)).body.items).toHaveLength(1);
  });

  it('gives exactly one line wherever it is interrupted, before a request arrives or after its answer is lost', async () => {
    for (const when of ['before', 'after']) {
      for (let at = 1, interrupted = true; interrupted; at += 1) {
        const { visit, change } = await fulfil(await arrive());
        Object.assign(fault, { at, when, seen: 0 });
        interrupted = await run(change).then(
          () => false,
          () => true,
        );
        expect(interrupted).toBe(fault.seen >= at);
        fault.at = 0;
        await run(change);
        const objects = await exported(visit);
        expect(Object.keys(objects), `${when} ${at}`).toEqual([keyOf(visit, 2)]);
        const { body } = await charges(visit);
        const { objectKey: _, ...line } = body.items[0];
        expect(body.items).toHaveLength(1);
        expect(JSON.parse(String(objects[keyOf(visit, 2)]))).toEqual(line);
        if (!interrupted) expect(at).toBeGreaterThan(7);
      }
    }
  });

  it('gives a corrected visit another line, and says which one stands', async () => {
    const first = await fulfil(await arrive('physician'));
    const second = await revise(first.visit, {
      fulfilment: { modality: 'in-person', start: '2026-11-23T16:00:00Z', end: '2026-11-23T16:21:00Z' },
    });
    await run(first.change, second.change);
    await run(first.change, second.change);
    const { visit } = second;
    expect(Object.keys(await exported(visit)).sort()).toEqual([keyOf(visit, 3, '2026-11-23'), keyOf(visit, 2)]);
    const { body } = await charges(visit);
    const { id } = visit.appointment;
    expect(body.items).toMatchObject([
      { chargeId: `${id}#2`, suggestedCode: '99214', replacedBy: `${id}#3` },
      { chargeId: `${id}#3`, suggestedCode: '99213', replaces: `${id}#2`, placeOfService: '11' },
    ]);
    expect(body.items[1]).not.toHaveProperty('replacedBy');
    expect(body.items[1].evidence).toContainEqual({ entity: 'Charge', id: `${id}#2`, rev: 1 });
  });

  it('makes no line of a change that alters nothing billed, nor of any other status', async () => {
    const start = await arrive();
    const booked = await revise(start, { arrivedAt: '2026-11-24T15:55:00Z' });
    const done = await fulfil(booked.visit);
    const noted = await revise(done.visit, { confirmedSequence: 0 });
    await run(booked.change, done.change, noted.change);
    expect(Object.keys(await exported(noted.visit))).toEqual([keyOf(noted.visit, 3)]);
    // The next correction replaces the line that stands, not the revision just before it.
    const corrected = await revise(noted.visit, { fulfilment: { ...fulfilment, modality: 'audio' } });
    await run(corrected.change);
    const { body } = await charges(corrected.visit);
    expect(body.items.map(({ chargeId, replaces }: Record<string, string>) => [chargeId, replaces])).toEqual([
      [`${start.appointment.id}#3`, undefined],
      [`${start.appointment.id}#5`, `${start.appointment.id}#3`],
    ]);
  });

  it.each([
    [
      'a fulfilled visit that was undone',
      'left-fulfilled',
      (change: Change): Change => ({ ...change, before: change.after, after: change.before }),
    ],
    [
      'a fulfilled visit that was removed',
      'left-fulfilled',
      (change: Change): Change => ({ ...change, before: change.after, after: undefined }),
    ],
    [
      'an image nobody can read',
      'unreadable',
      (change: Change): Change => ({ ...change, after: { ...change.after, status: 'asleep' } }),
    ],
    [
      'times nobody can read',
      'unreadable',
      (change: Change): Change => ({
        ...change,
        after: { ...change.after, fulfilment: { ...fulfilment, start: 'soon' } },
      }),
    ],
    [
      'a patient nobody knows',
      'patient-missing',
      (change: Change): Change => ({ ...change, after: { ...change.after, patientId: newId('patient', now) } }),
    ],
    [
      'a provider nobody knows',
      'provider-missing',
      (change: Change): Change => ({ ...change, after: { ...change.after, providerId: newId('provider', now) } }),
    ],
    [
      'no facts of the visit',
      'no-fulfilment',
      (change: Change): Change => ({ ...change, after: { ...change.after, fulfilment: undefined } }),
    ],
  ])('parks %s and exports the rest of the batch', async (_title, code, spoil) => {
    const bad = await fulfil(await arrive());
    const good = await fulfil(await arrive());
    const spoilt = spoil(bad.change);
    await run(spoilt, good.change);
    await run(spoilt, good.change);
    expect(Object.keys(await exported(good.visit))).toEqual([keyOf(good.visit, 2)]);
    expect(await exported(bad.visit)).toEqual({});
    const { clinicId } = bad.visit.appointment;
    const Key = { pk: `clinic#${clinicId}#parked#billing-export`, sk: spoilt.eventId };
    expect((await documentClient.send(new GetCommand({ TableName: 'records', Key }))).Item).toMatchObject({
      entity: 'ParkedChange',
      code,
      recordPk: bad.change.pk,
      changedBy: { kind: 'automation', id: 'billing-export' },
      rev: 1,
    });
  });

  it('throws while the bucket refuses, so that the batch comes again', async () => {
    const { visit, change } = await fulfil(await arrive());
    const bucket = process.env.DOCUMENTS_BUCKET;
    process.env.DOCUMENTS_BUCKET = 'no-such-bucket';
    await expect(run(change)).rejects.toMatchObject({ status: 404 });
    process.env.DOCUMENTS_BUCKET = bucket;
    await run(change);
    expect(Object.keys(await exported(visit))).toHaveLength(1);
  });
});

describe('the charges of the API', () => {
  it('lists those of a date, page by page, and no other date or clinic', async () => {
    const { visit, change } = await fulfil(await arrive());
    const other = await fulfil(await arrive());
    const correction = await revise(visit, { fulfilment: { ...fulfilment, modality: 'audio' } });
    const moved = await revise(correction.visit, {
      fulfilment: { ...fulfilment, start: '2026-11-25T16:00:00Z', end: '2026-11-25T16:30:00Z' },
    });
    await run(change, other.change, correction.change, moved.change);
    const { clinicId, id } = visit.appointment;
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { date: '2026-11-24', limit: '1', ...(cursor && { cursor }) };
      const { status, body } = await askAsStaff(billing, clinicId, 'GET /v1/charges', { query });
      expect(status).toBe(200);
      seen.push(...body.items.map(({ chargeId }: { chargeId: string }) => chargeId));
      cursor = body.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([`${id}#2`, `${id}#3`]);
  });

  it.each([
    ['without a date', {}, 'query.date'],
    ['of no date', { date: '2026-02-30' }, 'query.date'],
    ['with a cursor of nowhere', { date: '2026-11-24', cursor: 'x' }, 'query.cursor'],
  ])('refuses a list %s', async (_title, query, field) => {
    const { status, body } = await askAsStaff(billing, newId('clinic', now), 'GET /v1/charges', { query });
    expect(status).toBe(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it("answers 404 for another clinic's visit, 403 to who may not see charges, and nothing for a visit still open", async () => {
    const visit = await arrive();
    expect(await charges(visit)).toMatchObject({ status: 200, body: { items: [] } });
    expect((await charges(visit, ['frontdesk', 'clinician', 'messaging_owner'])).status).toBe(403);
    const stranger = { ...visit, appointment: { ...visit.appointment, clinicId: newId('clinic', now) } };
    expect((await charges(stranger)).status).toBe(404);
  });
});
