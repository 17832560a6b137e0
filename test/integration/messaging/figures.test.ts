import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { acknowledgeTriageCase, listTriageCases } from '../../../functions/care/triage.ts';
import { consentItems } from '../../../functions/messaging/consent/consent.ts';
import { sumOfTexts } from '../../../functions/messaging/core/figures.ts';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { countDays } from '../../../functions/messaging/figures/figures.ts';
import { figuresDays, monthsExported } from '../../../functions/messaging/figures/figures-store.ts';
import { sweepFigures } from '../../../functions/messaging/figures/figures-sweep.ts';
import { cancelStaffText, writeStaffText } from '../../../functions/messaging/inbox/staff-text.ts';
import { listTasks } from '../../../functions/messaging/inbox/tasks.ts';
import { threadEntryItem, threadIdOf } from '../../../functions/messaging/inbox/thread-store.ts';
import { isPaused } from '../../../functions/messaging/sending/allowance.ts';
import { recordReceipt } from '../../../functions/messaging/sending/receipts.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { changeSettings, readSettings } from '../../../functions/messaging/settings.ts';
import { createMessageItem } from '../../../functions/messaging/store.ts';
import { listClinics } from '../../../functions/platform/store/clinic.ts';
import { type TransactItem, transact } from '../../../functions/platform/store/records.ts';
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

const fileOf = async (clinicId: string, month: string): Promise<string> => {
  const s3 = new S3Client({ forcePathStyle: true });
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: 'documents', Key: `figures/${clinicId}/${month}.csv` }),
  );
  return (await Body?.transformToString()) ?? '';
};

const counted = async ({ clinic }: World, date: string, now: Temporal.Instant) => {
  const [day] = await countDays(clinic, [date], now);
  if (day === undefined) throw new Error('Nothing was counted');
  return { stands: day.stands, care: day.figures.care, texts: sumOfTexts(day.figures.rows) };
};

/** Texts of a template that were delivered to some numbers. */
const delivered = async (world: World, template: string, numbers: readonly string[], sentAt: Temporal.Instant) => {
  const { clinicId } = world.clinic;
  const at = iso(sentAt);
  const message = (to: string, index: number) => {
    const causeId = `apt_${at}x${index}`;
    return {
      ...{ id: `${causeId}#${template}#0`, clinicId, cause: 'visit', causeId, step: template, sequence: 0 },
      ...{ kind: 'reminders', template, parameters: {}, to, attempts: 1, rev: 1 },
      ...{ createdAt: at, plannedFor: at, dueAt: at, carrierMessageId: `${template}${index}` },
      ...{ status: 'delivered', history: [{ status: 'claimed', at }] },
    };
  };
  await transact(
    numbers.map((to, index) =>
      createMessageItem(world.caller(sentAt), message(to, index) as Parameters<typeof createMessageItem>[1]),
    ),
  );
};

describe("a clinic's figures", () => {
  let world: World;
  let unreached: Awaited<ReturnType<typeof reminded>>;
  beforeAll(async () => {
    world = await newWorld();
    const { clinicId } = world.clinic;
    const ana = await reminded(world, 'TEXT_DELIVERED');
    await reply(world, ana.patient.phone, 'C', later(remindedAt, 1));
    const ben = await reminded(world, 'TEXT_SUCCESSFUL');
    await optOut(world, ben.patient.phone, later(remindedAt, 2));
    unreached = await reminded(world, 'TEXT_UNREACHABLE');
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
      ...{ prompts: 2, answered: 2, confirmPrompts: 2, confirmed: 1, confirmRate: 0.5 },
      ...{ initiated: 2, optOuts: 1, optOutRate: 0.5 },
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
          visitsUndecided: 1,
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
    // Nobody has said yet what became of one visit: its day, and the month, wait for it.
    await sweep(world, afterMonth);
    expect(await stands()).toHaveLength(29);
    const exported = () => monthsExported(clinicId, '2026-11', '2026-11');
    expect(await exported()).toEqual(new Set());
    await changeVisit(world, unreached.patient, unreached.visit.id, { kind: 'mark-noshow' }, afterMonth);
    await sweep(world, later(afterMonth, 24));
    expect(await stands()).toHaveLength(30);
    expect(await exported()).toEqual(new Set(['2026-11']));
    const read = () => fileOf(clinicId, '2026-11');
    const file = await read();
    const [, all] = file.split('\r\n');
    expect(all).toBe('2026-11,all,,3,2,1,0,0,0,0.6667,2,2,1,2,1,0.5,2,1,0.5,3,0.026430,3,2,0.6667,,0,0,,1,0,360,360');
    // The command counts with a clock of its own, and comes to the same bytes.
    expect(await printed(clinicId, '--csv')).toBe(file);
    expect(await printed(clinicId)).toMatch(/^all +3 +66\.7 % +100\.0 % +50\.0 % +50\.0 % +3 +0\.03$/m);
    // Late news changes nothing that stands: neither the days nor the file.
    const before = await figuresDays(clinicId, '2026-11-01', '2026-11-30');
    await optOut(world, testPhone(), later(afterMonth, 25));
    await sweep(world, later(afterMonth, 25));
    expect(await figuresDays(clinicId, '2026-11-01', '2026-11-30')).toEqual(before);
    expect(await read()).toBe(file);
  });
});

describe('a month', () => {
  it('whose file could not be written for months is made up for, days and all; until then its clinic fails', async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const patient = await addPatient(world);
    await delivered(world, 'reminder-72h', [patient.phone], remindedAt);
    await sweep(world, start);
    const muchLater = Temporal.Instant.from('2027-02-03T12:00:00Z');
    vi.stubEnv('DOCUMENTS_BUCKET', 'no-such-bucket');
    await expect(sweep(world, muchLater)).rejects.toThrow();
    vi.unstubAllEnvs();
    const written = () => monthsExported(clinicId, '2026-08', '2027-01');
    expect(await written()).toEqual(new Set());
    await sweep(world, later(muchLater, 1));
    // January's last days do not stand yet, and before October nothing was counted.
    expect(await written()).toEqual(new Set(['2026-10', '2026-11', '2026-12']));
    expect((await fileOf(clinicId, '2026-11')).split('\r\n')[1]).toMatch(/^2026-11,all,,1,1,/);
    expect(await figuresDays(clinicId, '2026-12-01', '2026-12-31')).toHaveLength(31);
  });
});

describe('a red flag', () => {
  const flagged = async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const { phone } = await addPatient(world);
    const staff = (hours: number) => ({
      ...world.caller(later(start, hours)),
      actor: { kind: 'staff', id: 'ann' } as const,
    });
    const write = async (hours: number, sendAt?: number) => {
      const to = { threadId: threadIdOf(clinicId, phone) };
      const planned = sendAt === undefined ? {} : { sendAt: iso(later(start, sendAt)) };
      const command = { to, words: 'We will call you', confirmWarnings: false, ...planned };
      return (await writeStaffText(staff(hours), command, (items: readonly TransactItem[]) => transact(items))).message;
    };
    const send = (messageId: string, hours: number) => sendText({ clinicId, messageId }, at(later(start, hours)));
    const raise = async () => {
      await reply(world, phone, 'I cannot feel my legs', start);
      const [flag] = (await listTriageCases(clinicId, 'open', {})).items;
      if (flag === undefined) throw new Error('No case was opened');
      return flag.id;
    };
    const care = async (hours: number) => (await counted(world, '2026-11-24', later(start, hours))).care;
    return { world, clinicId, phone, staff, write, send, raise, care };
  };

  it('is seen to by a text that was written after it, once it has gone: none planned before, taken back or still to come', async () => {
    const { world, clinicId, phone, staff, write, send, raise, care } = await flagged();
    await reply(world, phone, 'When are you open?', later(start, -3));
    const before = await write(-2, 0.5);
    await raise();
    const takenBack = await write(0.2, 1);
    const which = { threadId: threadIdOf(clinicId, phone), textId: takenBack.causeId as `stx_${string}` };
    await cancelStaffText(staff(0.3), which, (items) => transact(items));
    const planned = await write(0.4, 3);
    await send(before.id, 0.5);
    expect(await care(2)).toMatchObject({ redFlagSeconds: [], redFlagOpenSeconds: [7200] });
    await write(2.5);
    // Written, and not gone yet.
    expect(await care(2.6)).toMatchObject({ redFlagSeconds: [] });
    await send(planned.id, 3.1);
    expect(await care(4)).toMatchObject({ redFlagSeconds: [3.1 * 3600], redFlagOpenSeconds: [] });
  });

  it('is not seen to by a text that did not arrive, nor by one that went after somebody took it on', async () => {
    const { clinicId, phone, staff, write, send, raise, care } = await flagged();
    const caseId = await raise();
    const failed = await write(0.1);
    await send(failed.id, 0.1);
    const [text] = await network.acceptedFor(phone);
    const receipt = { eventType: 'TEXT_UNREACHABLE', messageId: text?.id ?? '', destinationPhoneNumber: phone };
    await recordReceipt(
      { ...receipt, context: { clinic: clinicId, message: failed.id }, totalMessageParts: 1 },
      at(later(start, 0.2)),
    );
    expect(await care(0.3)).toMatchObject({ redFlagSeconds: [] });
    const waiting = await write(0.4);
    await acknowledgeTriageCase(staff(0.5), caseId, {});
    await send(waiting.id, 0.6);
    expect(await care(1)).toMatchObject({ redFlagSeconds: [1800] });
  });

  it('that nobody has seen to counts with its age, and its day is counted again until somebody has', async () => {
    const { world, staff, raise } = await flagged();
    const caseId = await raise();
    const [date, fiveDays, sixDays] = ['2026-11-24', later(start, 120), later(start, 144)];
    await sweep(world, fiveDays);
    const { body } = await askAsStaff(messaging, world.clinic.clinicId, route, { query: { from: date, to: date } });
    expect(body).toMatchObject({
      ...{ daysThatStand: 0, care: { redFlags: 1, redFlagsOpen: 1, redFlagP95Seconds: 120 * 3600 } },
    });
    await acknowledgeTriageCase(staff(143), caseId, {});
    await sweep(world, sixDays);
    const [day] = await figuresDays(world.clinic.clinicId, date, date);
    expect(day).toMatchObject({ stands: true, figures: { care: { redFlagSeconds: [143 * 3600] } } });
  });

  it('holds its day open for four weeks at most', async () => {
    const { world, raise } = await flagged();
    await raise();
    const stands = async (hours: number) => (await counted(world, '2026-11-24', later(start, hours))).stands;
    expect([await stands(27 * 24), await stands(29 * 24)]).toEqual([false, true]);
  });
});

describe('a check-in', () => {
  it('shows who needed a human by what was done about the reply, where its line says so', async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const replies = [
      { intent: 'reschedule', isForHuman: true },
      { intent: 'other', isForHuman: false },
      { intent: 'other' },
      { intent: 'confirm' },
    ];
    const numbers = replies.map(testPhone);
    await delivered(world, 'check-in-48h', numbers, start);
    await transact(
      replies.map((read, index) =>
        threadEntryItem(clinicId, {
          ...{
            threadId: threadIdOf(clinicId, numbers[index] ?? ''),
            at: later(start, 1).toString({ smallestUnit: 'millisecond' }),
          },
          ...{ direction: 'in', textId: `in${index}`, words: 'Something', ...read },
        }),
      ),
    );
    const { care } = await counted(world, '2026-11-24', later(start, 2));
    expect(care).toMatchObject({ checkIns: 4, checkInNeeds: 2 });
  });
});

describe('too many opt-outs', () => {
  it('stop marketing and give staff a task; who lets it go on again is not overruled, but by the days after', async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    const now = later(start, 24);
    const numbers = Array.from({ length: 50 }, testPhone);
    await delivered(world, 'reminder-72h', numbers, start);
    await optOut(world, numbers[0] ?? '', later(start, 1));
    await sweep(world, now);
    const pausedSince = async () => (await readSettings(clinicId)).marketingPausedSince;
    expect(await pausedSince()).toBeUndefined();
    await optOut(world, numbers[1] ?? '', later(start, 1));
    await sweep(world, now);
    expect(await pausedSince()).toBe(iso(now));
    const settings = await readSettings(clinicId);
    expect(['marketing', 'treatment'].map((category) => isPaused(category, settings))).toEqual([true, false]);
    const task = { kind: 'marketing-paused', phone: world.clinic.originationNumber };
    const tasks = async () => (await listTasks(clinicId, 'open', {})).items;
    expect(await tasks()).toMatchObject([task]);

    await changeSettings(world.caller(now), { settings: DEFAULT_SETTINGS, ifMatch: settings.rev });
    await sweep(world, later(now, 1));
    expect(await pausedSince()).toBeUndefined();

    const dayAfter = later(now, 24);
    const others = Array.from({ length: 50 }, testPhone);
    await delivered(world, 'recall', others, dayAfter);
    for (const number of others.slice(0, 2)) await optOut(world, number, later(dayAfter, 1));
    await sweep(world, later(dayAfter, 2));
    expect(await pausedSince()).toBe(iso(later(dayAfter, 2)));
    expect(await tasks()).toMatchObject([task, task]);
  });

  it('are none of who ends something else than texts, or is on a list that is read in', async () => {
    const world = await newWorld();
    const numbers = Array.from({ length: 5 }, testPhone);
    await delivered(world, 'reminder-72h', numbers, start);
    const given = [
      ['async-data-sharing', 'web-form'],
      ['unencrypted-texts', 'web-form'],
      ['marketing', 'import'],
      ['marketing', 'staff'],
      ['all', 'carrier'],
    ] as const;
    for (const [index, [category, how]] of given.entries()) {
      const said = { category, how, granted: false, wording: 'No', wordingVersion: 'test-1' };
      await transact([...(await consentItems(world.caller(later(start, 1)), numbers[index] ?? '', [said]))]);
    }
    expect((await counted(world, '2026-11-24', later(start, 2))).texts).toMatchObject({ initiated: 5, optOuts: 2 });
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
