import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { acknowledgeTriageCase, listTriageCases } from '../../../functions/care/triage.ts';
import { isPaused } from '../../../functions/messaging/allowance.ts';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { countDays } from '../../../functions/messaging/figures.ts';
import { figuresDays } from '../../../functions/messaging/figures-store.ts';
import { sweepFigures } from '../../../functions/messaging/figures-sweep.ts';
import { recordReceipt } from '../../../functions/messaging/receipts.ts';
import { sendText } from '../../../functions/messaging/send.ts';
import { changeSettings, readSettings } from '../../../functions/messaging/settings.ts';
import { createMessageItem } from '../../../functions/messaging/store.ts';
import { listTasks } from '../../../functions/messaging/tasks.ts';
import { listClinics } from '../../../functions/platform/store/clinic.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { askAsStaff } from '../../helpers/clinic.ts';
import { messaging } from '../../helpers/messaging.ts';
import { testPhone } from '../../helpers/phones.ts';
import { startNetwork } from './network.ts';
import {
  addPatient,
  at,
  bookVisit,
  changeVisit,
  iso,
  later,
  newWorld,
  optOut,
  reply,
  start,
  type World,
} from './world.ts';

const network = await startNetwork();

const route = 'GET /v1/messaging/figures';
const remindedAt = later(start, 48);
/** Thursday, 26 November, in Denver. */
const remindedOn = '2026-11-26';
/** All of November stands. */
const afterMonth = Temporal.Instant.from('2026-12-06T12:00:00Z');

const sweep = (world: World, now: Temporal.Instant) =>
  sweepFigures(now, 'test', async () =>
    (await listClinics()).filter(({ clinicId }) => clinicId === world.clinic.clinicId),
  );

/** What `plumbline figures` prints of November, once it is over. */
const printed = async (clinicId: string, ...args: readonly string[]): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-figures-'));
  const clockFile = join(folder, 'clock.json');
  await writeFile(clockFile, JSON.stringify({ offsetMillis: afterMonth.epochMilliseconds - Date.now() }));
  const command = ['bin/plumbline.ts', 'figures', '--month', '2026-11', '--clinic', clinicId, ...args];
  const env = { ...process.env, PLUMBLINE_CLOCK_FILE: clockFile };
  const { stdout } = await promisify(execFile)(process.execPath, command, { env });
  await rm(folder, { recursive: true });
  return stdout;
};

/** A patient who was reminded, and what the carrier says about it. */
const reminded = async (world: World, eventType: string) => {
  const { clinicId } = world.clinic;
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, later(start, 120));
  const messageId = `${visit.id}#reminder-72h#0`;
  await sendText({ clinicId, messageId }, at(remindedAt));
  const [text] = await network.acceptedFor(patient.phone);
  await recordReceipt(
    {
      eventType,
      messageId: text?.id ?? '',
      destinationPhoneNumber: patient.phone,
      context: { clinic: clinicId, message: messageId },
      totalMessageParts: 1,
      totalMessagePrice: 0.00581,
      totalCarrierFee: 0.003,
      carrierName: 'Carrier A',
    },
    at(later(remindedAt, 0.1)),
  );
  return { patient, visit };
};

describe("a clinic's figures", () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    const { clinicId } = world.clinic;
    const ana = await reminded(world, 'TEXT_DELIVERED');
    await reply(world, ana.patient.phone, 'C', later(remindedAt, 1));
    const ben = await reminded(world, 'TEXT_SUCCESSFUL');
    await optOut(world, ben.patient.phone, later(remindedAt, 2));
    await reminded(world, 'TEXT_UNREACHABLE');
    await reply(world, ana.patient.phone, 'I cannot feel my legs', later(remindedAt, 3));
    const [flag] = (await listTriageCases(clinicId, 'open', {})).items;
    if (flag === undefined) throw new Error('No case was opened');
    await acknowledgeTriageCase(world.caller(later(remindedAt, 3.1)), flag.id, {});
    const missedAt = later(start, 121);
    await changeVisit(world, ana.patient, ana.visit.id, { kind: 'mark-noshow' }, missedAt);
    await changeVisit(world, ben.patient, ben.visit.id, { kind: 'cancel', by: 'patient' }, later(start, 100));
    await sweep(world, missedAt);
  });

  const ask = (query: Record<string, string>, clinicId = world.clinic.clinicId, groups = ['messaging_owner']) =>
    askAsStaff(messaging, clinicId, route, { query, groups });

  it('say what became of its texts, of whom they asked, and what they cost', async () => {
    const answer = await ask({ from: '2026-11-23', to: '2026-11-30', by: 'carrier' });
    const texts = {
      ...{ sent: 3, delivered: 2, failed: 1, pending: 0, refused: 0, lost: 0, deliveryRate: 0.6667 },
      ...{ prompts: 2, answered: 2, confirmPrompts: 2, confirmed: 1, confirmRate: 0.5, optOuts: 1, optOutRate: 0.5 },
      ...{ parts: 3, costMicros: 3 * 8_810 },
    };
    expect(answer).toMatchObject({
      status: 200,
      body: {
        from: '2026-11-23',
        to: '2026-11-30',
        texts,
        rows: [{ name: 'Carrier A', ...texts }],
        care: {
          visitsDue: 3,
          noShows: 1,
          redFlags: 1,
          redFlagsOpen: 0,
          redFlagP50Seconds: 360,
          redFlagP95Seconds: 360,
        },
      },
    });
    const bySteps = await ask({ from: remindedOn, to: remindedOn, by: 'step' });
    expect(bySteps.body.rows.map(({ name }: { readonly name: string }) => name)).toEqual(['reminder-72h']);
  });

  it("are of its own days, and nobody else's", async () => {
    const dayBefore = await ask({ from: '2026-11-25', to: '2026-11-25' });
    expect(dayBefore.body).toMatchObject({ days: 1, texts: { sent: 0 }, rows: [] });
    const other = await newWorld();
    expect((await ask({ from: remindedOn, to: remindedOn }, other.clinic.clinicId)).body).toMatchObject({
      days: 0,
      texts: { sent: 0 },
    });
    expect(await ask({ from: remindedOn, to: remindedOn }, world.clinic.clinicId, ['biller'])).toMatchObject({
      status: 403,
    });
  });

  it.each([
    [{ from: '2026-11-24' }, 'query.to'],
    [{ from: '2026-11-24', to: '2026-11-23' }, 'query.to'],
    [{ from: '2026-11-24', to: '2027-11-24' }, 'query.to'],
    [{ from: '2026-11-31', to: '2026-12-01' }, 'query.from'],
    [{ from: '2026-11-24', to: '2026-11-24', by: 'patient' }, 'query.by'],
  ])('are refused for %o', async (query, field) => {
    expect(await ask(query)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('are counted again as records change, until they stand; then the month has its file, once', async () => {
    const { clinicId } = world.clinic;
    const stands = async () =>
      (await figuresDays(clinicId, '2026-11-01', '2026-11-30')).filter((day) => day.stands).map(({ date }) => date);
    expect((await stands()).at(-1)).toBe('2026-11-24');
    await sweep(world, afterMonth);
    expect(await stands()).toHaveLength(30);
    const read = async (): Promise<string> => {
      const s3 = new S3Client({ forcePathStyle: true });
      const { Body } = await s3.send(
        new GetObjectCommand({ Bucket: 'documents', Key: `figures/${clinicId}/2026-11.csv` }),
      );
      return (await Body?.transformToString()) ?? '';
    };
    const file = await read();
    const [, all] = file.split('\r\n');
    expect(all).toBe('2026-11,all,,3,2,1,0,0,0,0.6667,2,2,1,2,1,0.5,1,0.5,3,0.026430,3,1,0.3333,,0,0,,1,0,360,360');
    // The command counts with a clock of its own, and comes to the same bytes.
    expect(await printed(clinicId, '--csv')).toBe(file);
    expect(await printed(clinicId)).toMatch(/^all +3 +66\.7 % +100\.0 % +50\.0 % +50\.0 % +3 +0\.03$/m);
    // Late news changes nothing that stands: neither the days nor the file.
    const before = await figuresDays(clinicId, '2026-11-01', '2026-11-30');
    await optOut(world, testPhone(), later(afterMonth, 1));
    await sweep(world, later(afterMonth, 1));
    expect(await figuresDays(clinicId, '2026-11-01', '2026-11-30')).toEqual(before);
    expect(await read()).toBe(file);
  });
});

describe('too many opt-outs', () => {
  it('stop marketing and give staff a task; who lets it go on again is not overruled the next hour', async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const now = later(start, 24);
    const numbers = Array.from({ length: 50 }, testPhone);
    const message = (to: string, index: number) => ({
      ...{
        id: `apt_x${index}#reminder-72h#0`,
        clinicId,
        cause: 'visit',
        causeId: `apt_x${index}`,
        step: 'reminder-72h',
      },
      ...{ sequence: 0, kind: 'reminders', template: 'reminder-72h', parameters: {}, to, attempts: 1, rev: 1 },
      ...{ createdAt: iso(start), plannedFor: iso(start), dueAt: iso(start), carrierMessageId: `m${index}` },
      status: 'delivered',
      history: [{ status: 'claimed', at: iso(start) }],
    });
    const items = numbers.map((to, index) =>
      createMessageItem(world.caller(start), message(to, index) as Parameters<typeof createMessageItem>[1]),
    );
    await transact(items);
    await optOut(world, numbers[0] ?? '', later(start, 1));
    await sweep(world, now);
    expect((await readSettings(clinicId)).marketingPausedSince).toBeUndefined();
    await optOut(world, numbers[1] ?? '', later(start, 1));
    await sweep(world, now);
    expect((await readSettings(clinicId)).marketingPausedSince).toBe(iso(now));
    const settings = await readSettings(clinicId);
    expect(['marketing', 'treatment'].map((category) => isPaused(category, settings))).toEqual([true, false]);
    const tasks = (await listTasks(clinicId, 'open', {})).items;
    expect(tasks).toMatchObject([{ kind: 'marketing-paused', phone: world.clinic.originationNumber }]);

    await changeSettings(world.caller(now), { settings: DEFAULT_SETTINGS });
    await sweep(world, later(now, 1));
    expect((await readSettings(clinicId)).marketingPausedSince).toBeUndefined();
  });

  it('a clinic that cannot be counted keeps no other from it', async () => {
    const [broken, sound] = [await newWorld(), await newWorld()];
    const clinics = [{ ...broken.clinic, zone: 'Nowhere/Here' }, sound.clinic];
    await expect(sweepFigures(start, 'test', async () => clinics)).rejects.toThrow();
    expect(await figuresDays(sound.clinic.clinicId, '2026-11-24', '2026-11-24')).toHaveLength(1);
    const days = await countDays(sound.clinic, ['2026-11-24'], start);
    expect(days).toMatchObject([{ stands: false, figures: { rows: [] } }]);
  });
});
