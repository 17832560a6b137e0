import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { chains } from '../../functions/audit/core/chain.ts';
import { chargeLine } from '../../functions/billing/contract.ts';
import { untilAuditAgrees } from './support/audit.ts';
import {
  advanceTo,
  localTime,
  nowOf,
  openClinic,
  type Patient,
  sweep,
  type TestClinic,
  textsOf,
  untilText,
} from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

/** What a visit leaves behind for the biller and for the auditor. */

let clinic: TestClinic;
let patient: Patient;
let appointmentId: string;
let visitDate: string;

beforeAll(async () => {
  clinic = await openClinic('evidence');
  patient = await clinic.addPatient();
  const start = localTime(clinic, 1, '10:00');
  const body = { patientId: patient.id, providerId: clinic.providerIds[0], typeId: clinic.typeId, start };
  const visit = await clinic.admin.ok('bookAppointment', { body });
  appointmentId = visit.id;
  visitDate = visit.wallTime.slice(0, 10);
  await untilText(clinic, appointmentId, 'confirmation#0', 'delivered');
  await advanceTo(clinic, Temporal.Instant.from(start).add({ minutes: 50 }));
});

const s3 = new S3Client({ forcePathStyle: true });

const objectsOf = async (): Promise<readonly string[]> => {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: clinic.info.documentsBucket, Prefix: `charges/${clinic.clinicId}/` }),
  );
  return Contents.map(({ Key = '' }) => Key).toSorted();
};

const linesIn = async (key: string): Promise<readonly unknown[]> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: clinic.info.documentsBucket, Key: key }));
  const text = (await Body?.transformToString()) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
};

const charges = async () => {
  const biller = await clinic.as('biller');
  return (await biller.ok('listAppointmentCharges', { params: { appointmentId } })).items;
};

const untilCharges = (count: number) =>
  until(`there are ${count} charge lines`, async () => {
    const items = await charges();
    return items.length === count ? items : undefined;
  });

const fulfil = async (minutes: number) => {
  const { start } = await clinic.admin.ok('getAppointment', { params: { appointmentId } });
  const began = Temporal.Instant.from(start).add({ minutes: 1 });
  const clinician = await clinic.as('clinician');
  return clinician.ok('fulfilAppointment', {
    params: { appointmentId },
    body: { modality: 'video', start: began.toString(), end: began.add({ minutes }).toString() },
  });
};

describe('a visit that took place', () => {
  it('is one charge line in the table and in the bucket, however often it is told', async () => {
    await clinic.admin.ok('markArrived', { params: { appointmentId } });
    await fulfil(25);
    const [line] = await untilCharges(1);
    await fulfil(25);
    await untilStill(objectsOf);

    expect(await charges()).toEqual([line]);
    expect(await objectsOf()).toEqual([line?.objectKey]);
    const { objectKey, replacedBy, ...exported } = line ?? {};
    expect(objectKey).toContain(`/${visitDate}/`);
    expect(replacedBy).toBeUndefined();
    expect(await linesIn(objectKey ?? '')).toEqual([exported]);
    expect(chargeLine.parse(exported)).toMatchObject({ minutes: 25, modality: 'video', patientId: patient.id });
    expect(JSON.stringify(exported)).not.toContain('Quillfeather');
  });

  it('corrected: a second line replaces the first, which stays as it was exported', async () => {
    const [before] = await charges();
    const exportedBefore = await linesIn(before?.objectKey ?? '');
    await fulfil(40);
    const [first, second] = await untilCharges(2);
    await untilStill(objectsOf);

    expect(second).toMatchObject({ minutes: 40, replaces: first?.chargeId });
    expect(first?.replacedBy).toBe(second?.chargeId);
    expect(await objectsOf()).toEqual([first?.objectKey, second?.objectKey].toSorted());
    expect(await linesIn(first?.objectKey ?? '')).toEqual(exportedBefore);
    const { objectKey, replacedBy, ...exported } = second ?? {};
    expect(replacedBy).toBeUndefined();
    expect(await linesIn(objectKey ?? '')).toEqual([exported]);
    const biller = await clinic.as('biller');
    const day = await biller.ok('listCharges', { query: { date: visitDate } });
    expect(day.items.map(({ chargeId }) => chargeId).toSorted()).toEqual(
      [first?.chargeId, second?.chargeId].toSorted(),
    );
  });

  it('missed or cancelled: no line', async () => {
    const objects = await objectsOf();
    const book = async (time: string) => {
      const { id: patientId } = await clinic.addPatient({ texts: false });
      const body = {
        patientId,
        providerId: clinic.providerIds[1],
        typeId: clinic.typeId,
        start: localTime(clinic, 0, time),
      };
      return clinic.admin.ok('bookAppointment', { body });
    };
    const missed = await book('23:00');
    const cancelled = await book('22:00');
    await clinic.admin.ok('cancelAppointment', { params: { appointmentId: cancelled.id } });
    await advanceTo(clinic, Temporal.Instant.from(missed.start).add({ minutes: 20 }));
    await clinic.admin.ok('markNoShow', { params: { appointmentId: missed.id } });
    await untilStill(objectsOf);

    expect(await objectsOf()).toEqual(objects);
    for (const { id } of [missed, cancelled])
      expect((await clinic.admin.ok('listAppointmentCharges', { params: { appointmentId: id } })).items).toEqual([]);
  });

  it('is followed up two days later, and the answer is taken in', async () => {
    const checkIn = (await textsOf(clinic, appointmentId)).get('check-in-48h#0');
    await advanceTo(clinic, checkIn?.plannedFor ?? nowOf(clinic));
    await sweep(clinic);
    await untilText(clinic, appointmentId, 'check-in-48h#0', 'delivered');
    await clinic.carrier.reply(patient.phone, 'about a 4', clinic.originationNumber);
    const answer = await until('the answer is answered', async () => {
      const last = (await clinic.carrier.received(patient.phone)).at(-1);
      return last?.context?.message.includes('#reply-') ? last : undefined;
    });
    expect(answer.context?.message).toContain('#reply-pain-answer#');
  });
});

const program = fileURLToPath(new URL('../../bin/plumbline.ts', import.meta.url));
const { RECORDS_TABLE, AUDIT_TABLE, ...otherEnvironment } = process.env;

const audit = (...words: readonly string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [program, 'audit', 'verify', '--json', '--clinic', clinic.clinicId, ...words],
      { env: otherEnvironment, timeout: 60_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout || stderr }),
    );
  });

const verdict = z.object({
  holds: z.boolean(),
  entries: z.number(),
  broken: z.object({ chain: z.string(), expectedSeq: z.number(), kind: z.string() }).optional(),
});

describe('plumbline audit verify', () => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

  /** An entry from the middle of the clinic's longest chain. */
  const someEntry = async () => {
    const all = await Promise.all(
      chains.map(async (chain) => {
        const { Items = [] } = await table.send(
          new QueryCommand({
            TableName: clinic.info.auditTable,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': `clinic#${clinic.clinicId}#${chain}` },
          }),
        );
        return Items;
      }),
    );
    const longest = all.toSorted((a, b) => b.length - a.length)[0] ?? [];
    const entry = longest[Math.floor(longest.length / 2)];
    if (entry === undefined) throw new Error('The clinic has no audit entries');
    return entry;
  };

  it('holds after all that, records included', async () => {
    const entries = await untilAuditAgrees(clinic);
    const { code, output } = await audit('--records');
    expect(code, output).toBe(0);
    expect(verdict.parse(JSON.parse(output))).toEqual({ holds: true, entries });
  });

  it('names the entry that was edited behind its back, and holds again when it is put back', async () => {
    const entry = await someEntry();
    const put = (Item: Record<string, unknown>) =>
      table.send(new PutCommand({ TableName: clinic.info.auditTable, Item }));
    await put({ ...entry, who: { kind: 'staff', id: 'somebody-else' } });
    const tampered = await audit();
    await put(entry);
    const restored = await audit();

    expect(tampered.code).toBe(1);
    expect(verdict.parse(JSON.parse(tampered.output))).toMatchObject({
      holds: false,
      broken: { chain: entry.chain, expectedSeq: entry.seq, kind: 'hash-differs' },
    });
    expect(restored.code, restored.output).toBe(0);
  });
});
