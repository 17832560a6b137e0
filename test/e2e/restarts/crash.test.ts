import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { appointmentView } from '../../../functions/scheduling/contract/shared.ts';
import { localDirectory } from '../../../local/engine.ts';
import { outcomeOf } from '../support/api.ts';
import { untilAuditAgrees } from '../support/audit.ts';
import { doubled } from '../support/carrier.ts';
import {
  advanceTo,
  localTime,
  nowOf,
  openClinic,
  type Patient,
  sweep,
  type TestClinic,
  textsOf,
} from '../support/clinic.ts';
import { until, untilStill } from '../support/until.ts';
import { killWorkers } from './kill-workers.ts';

/**
 * Not on the clinic that the end-to-end tests share: it is started and stopped as a user does it, `npm start`, Ctrl-C,
 * `npm start`, and what is killed here leaves work on the queues for minutes, which they must not wait for.
 */

const starter = fileURLToPath(new URL('../../../bin/start.ts', import.meta.url));
const event = z.object({ kind: z.string(), message: z.string().optional() });

interface Started {
  /** Ctrl-C; settles with the exit code when everything has ended. */
  interrupt(): Promise<number | null>;
}

let running: ChildProcess | undefined;

const start = async (): Promise<Started> => {
  const child = spawn(process.execPath, [starter, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  // A test run that is broken off leaves no clinic behind.
  process.once('exit', () => child.kill('SIGINT'));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = event.parse(JSON.parse(line));
      if (told.kind === 'ready') resolve();
      if (told.kind === 'failed') reject(new Error(told.message));
    });
    void ended.then((code) => reject(new Error(`npm start ended with ${code}`)));
  });
  await ready;
  return {
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
};

let started: Started;
let clinic: TestClinic;
let patients: readonly Patient[];

beforeAll(async () => {
  started = await start();
  clinic = await openClinic('crash');
  patients = await Promise.all(Array.from({ length: 24 }, () => clinic.addPatient()));
});

afterAll(async () => {
  if (running !== undefined && running.exitCode === null && running.signalCode === null) {
    const ended = new Promise((resolve) => running?.once('exit', resolve));
    running.kill('SIGINT');
    await ended;
  }
});

const longestPauseMillis = 4_000;

/**
 * Asks as a careful client does: the same request under the same key, until there is an answer that is one; each time after
 * a longer pause, because each who asks at once again makes the machine start one process more.
 */
const untilAnswered = async (
  name: 'bookAppointment' | 'cancelAppointment' | 'rescheduleAppointment',
  call: Parameters<TestClinic['admin']['ask']>[1],
  expected: number,
) => {
  let pauseMillis = 200;
  return until(`${name} is answered`, async () => {
    const answer = await clinic.admin.ask(name, call);
    if (answer.status >= 500) {
      await sleep(pauseMillis * (0.5 + Math.random()));
      pauseMillis = Math.min(longestPauseMillis, pauseMillis * 2);
      return undefined;
    }
    if (answer.status !== expected) throw new Error(`${name} was answered ${outcomeOf(answer)}`);
    return appointmentView.parse(answer.body);
  });
};

/** Runs the sweeps a few minutes apart, so that leases run out and waiting ends. */
const runMinutes = async (...minutes: readonly number[]): Promise<void> => {
  for (const each of minutes) {
    await advanceTo(clinic, nowOf(clinic).add({ minutes: each }));
    await sweep(clinic);
    await untilStill(() => clinic.carrier.sends(clinic.clinicId), 1_000);
  }
};

describe('function processes killed in the middle of requests and sends', () => {
  it('what was answered as booked is booked, once, with its texts; nothing is texted twice', async () => {
    const killing = killWorkers(
      localDirectory(),
      ['schedulinghttp', 'messagingsend', 'auditappend', 'messagingreceipts'],
      4,
    );
    const booked = await Promise.all(
      patients.map(({ id }, index) => {
        const start = Temporal.Instant.from(localTime(clinic, 5, '08:00')).add({ minutes: 30 * Math.floor(index / 3) });
        const body = {
          patientId: id,
          providerId: clinic.providerIds[index % 3],
          typeId: clinic.typeId,
          start: start.toString(),
        };
        return untilAnswered('bookAppointment', { body, headers: { 'idempotency-key': randomUUID() } }, 201);
      }),
    );
    const killed = await killing;
    await untilStill(() => clinic.carrier.sends(clinic.clinicId));
    expect(killed.schedulinghttp).toBeGreaterThan(0);
    expect(killed.messagingsend).toBeGreaterThan(0);

    const held = await Promise.all(
      clinic.providerIds.map(async (providerId) => {
        const date = booked[0]?.wallTime.slice(0, 10);
        const day = await clinic.admin.ok('getProviderDay', { params: { providerId }, query: { date } });
        return day.busy.map(({ start, heldBy }) => `${providerId} ${start} ${heldBy}`);
      }),
    );
    expect(held.flat().toSorted()).toEqual(
      booked.map((each) => `${each.providerId} ${each.start} ${each.id}`).toSorted(),
    );
    for (const [index, visit] of booked.entries()) {
      expect(await clinic.admin.ok('getAppointment', { params: { appointmentId: visit.id } })).toEqual(visit);
      const patientId = patients[index]?.id ?? '';
      const { items } = await clinic.admin.ok('listPatientAppointments', { params: { patientId } });
      expect(items.map(({ id }) => id)).toEqual([visit.id]);
      expect([...(await textsOf(clinic, visit.id)).keys()].toSorted()).toEqual([
        'confirmation#0',
        'reminder-24h#0',
        'reminder-72h#0',
        'video-link#0',
      ]);
    }

    await runMinutes(1, 3, 16);
    const sends = await untilStill(() => clinic.carrier.sends(clinic.clinicId));
    expect(doubled(sends)).toEqual([]);
    for (const { id } of booked) {
      const confirmation = (await textsOf(clinic, id)).get('confirmation#0');
      const isOnPhone = sends.some(({ context }) => context?.message === confirmation?.id);
      // A process that died between claim and call leaves a text nobody got: given up, with the reason, and never doubled.
      if (isOnPhone) expect(['accepted', 'delivered']).toContain(confirmation?.status);
      else expect([confirmation?.status, confirmation?.reason]).toEqual(['dropped', 'sender-silent']);
    }
  });

  it('changes of visits too: every answer stands, and the audit log misses none', async () => {
    const { items: visits } = await clinic.admin.ok('listPatientAppointments', {
      params: { patientId: patients[0]?.id ?? '' },
    });
    const all = [...visits];
    for (const { id } of patients.slice(1, 12))
      all.push(...(await clinic.admin.ok('listPatientAppointments', { params: { patientId: id } })).items);
    const killing = killWorkers(localDirectory(), ['schedulinghttp', 'auditappend', 'billingexport'], 3);
    const changed = await Promise.all(
      all.map((visit, index) => {
        const call = {
          params: { appointmentId: visit.id },
          headers: { 'idempotency-key': `${visit.id}-storm` },
        };
        if (index % 2 === 0) return untilAnswered('cancelAppointment', { ...call, body: { reason: 'a storm' } }, 200);
        const start = localTime(clinic, 8, `${String(8 + index).padStart(2, '0')}:00`);
        return untilAnswered('rescheduleAppointment', { ...call, body: { start } }, 200);
      }),
    );
    await killing;
    for (const visit of changed) {
      expect(visit).toMatchObject({ rev: 2, sequence: 1 });
      expect(await clinic.admin.ok('getAppointment', { params: { appointmentId: visit.id } })).toEqual(visit);
    }
    await runMinutes(1, 3, 16);
    expect(doubled(await clinic.carrier.sends(clinic.clinicId))).toEqual([]);
    expect(await untilAuditAgrees(clinic)).toBeGreaterThan(150);
  });
});

it('Ctrl-C in the middle of bookings and sends: after the next start nothing answered is lost and nothing is texted twice', async () => {
  const newcomers = await Promise.all(Array.from({ length: 24 }, () => clinic.addPatient()));
  const answered: z.output<typeof appointmentView>[] = [];
  const wanted = newcomers.map(({ id: patientId }, index) => ({
    headers: { 'idempotency-key': randomUUID() },
    body: {
      patientId,
      providerId: clinic.providerIds[index % 3],
      typeId: clinic.typeId,
      start: Temporal.Instant.from(localTime(clinic, 12, '08:00'))
        .add({ minutes: 30 * Math.floor(index / 3) })
        .toString(),
    },
  }));
  const asked = Promise.all(
    wanted.map(async (call, index) => {
      await sleep(index * 40);
      // Who is cut off has no answer: nothing was promised.
      const answer = await clinic.admin.ask('bookAppointment', call).catch(() => undefined);
      if (answer?.status === 201) answered.push(appointmentView.parse(answer.body));
    }),
  );
  await until('some are answered and some texts are out', async () => {
    const sends = await clinic.carrier.sends(clinic.clinicId);
    return answered.length >= 8 && sends.length >= 2;
  });
  const sentBefore = await clinic.carrier.sends(clinic.clinicId);
  expect(await started.interrupt()).toBe(0);
  await asked;
  expect(answered.length).toBeLessThan(wanted.length);

  started = await start();
  for (const visit of answered)
    expect(await clinic.admin.ok('getAppointment', { params: { appointmentId: visit.id } })).toEqual(visit);
  const sendsAfter = await clinic.carrier.sends(clinic.clinicId);
  for (const { id } of sentBefore) expect(sendsAfter.map((each) => each.id)).toContain(id);

  // The patients who were cut off try again, with the same key: each has one visit in the end.
  const booked = await Promise.all(wanted.map((call) => clinic.admin.ok('bookAppointment', call)));
  for (const visit of answered) expect(booked).toContainEqual(visit);
  const held = await Promise.all(
    clinic.providerIds.map(async (providerId) => {
      const date = booked[0]?.wallTime.slice(0, 10);
      const { busy } = await clinic.admin.ok('getProviderDay', { params: { providerId }, query: { date } });
      return busy.map(({ heldBy }) => heldBy);
    }),
  );
  expect(held.flat().toSorted()).toEqual(booked.map(({ id }) => id).toSorted());

  await runMinutes(1, 3, 16);
  const sends = await clinic.carrier.sends(clinic.clinicId);
  expect(doubled(sends)).toEqual([]);
  for (const { id } of booked) {
    const text = (await textsOf(clinic, id)).get('confirmation#0');
    const isSent = sends.some(({ context }) => context?.message === text?.id);
    if (isSent) expect(['accepted', 'delivered']).toContain(text?.status);
    else expect([text?.status, typeof text?.reason]).toEqual(['dropped', 'string']);
  }
  await untilAuditAgrees(clinic);
  expect(await started.interrupt()).toBe(0);
});
