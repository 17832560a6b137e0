import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { appointmentView } from '../../functions/scheduling/contract.ts';
import { freePort } from '../../local/prerequisites.ts';
import { untilAuditAgrees } from './support/audit.ts';
import { doubled } from './support/carrier.ts';
import {
  advanceTo,
  localTime,
  nowOf,
  openClinicIn,
  type Patient,
  sharedClinic,
  sweep,
  type TestClinic,
  textsOf,
} from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

/** A clinic of its own, started and stopped as a user does it: `npm start`, Ctrl-C, `npm start`. */

const starter = fileURLToPath(new URL('../../bin/start.ts', import.meta.url));
const event = z.object({ kind: z.string(), message: z.string().optional() });

interface Started {
  /** Ctrl-C; settles with the exit code when everything has ended. */
  interrupt(): Promise<number | null>;
}

let localDir: string;
let ports: Readonly<Record<string, string>>;
let running: ChildProcess | undefined;

const start = async (): Promise<Started> => {
  const child = spawn(process.execPath, [starter, '--json'], {
    env: { ...process.env, ...ports, PLUMBLINE_LOCAL_DIR: localDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
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

beforeAll(async () => {
  localDir = await mkdtemp(join(tmpdir(), 'plumbline-restart-'));
  const [door, carrier, engine] = [await freePort(), await freePort(), await freePort()];
  ports = {
    PLUMBLINE_PORT: String(door),
    PLUMBLINE_CARRIER_PORT: String(carrier),
    PLUMBLINE_ENGINE_PORT: String(engine),
  };
});

afterAll(async () => {
  if (running !== undefined && running.exitCode === null && running.signalCode === null) {
    const ended = new Promise((resolve) => running?.once('exit', resolve));
    running.kill('SIGINT');
    await ended;
  }
  await rm(localDir, { recursive: true, force: true });
});

const confirmation = async (clinic: TestClinic, appointmentId: string) =>
  (await textsOf(clinic, appointmentId)).get('confirmation#0');

it('Ctrl-C in the middle of bookings and sends: after the next start nothing answered is lost and nothing is texted twice', async () => {
  const first = await start();
  const clinic = await openClinicIn(await sharedClinic(localDir), 'restart');
  const patients: readonly Patient[] = await Promise.all(Array.from({ length: 24 }, () => clinic.addPatient()));
  const answered: z.output<typeof appointmentView>[] = [];
  const wanted = patients.map(({ id: patientId }, index) => ({
    headers: { 'idempotency-key': randomUUID() },
    body: {
      patientId,
      providerId: clinic.providerIds[index % 3],
      typeId: clinic.typeId,
      start: Temporal.Instant.from(localTime(clinic, 5, '08:00'))
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
  expect(await first.interrupt()).toBe(0);
  await asked;
  expect(answered.length).toBeLessThan(wanted.length);

  const second = await start();
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

  for (const minutes of [1, 3, 16]) {
    await advanceTo(clinic, nowOf(clinic).add({ minutes }));
    await sweep(clinic);
    await untilStill(() => clinic.carrier.sends(clinic.clinicId), 1_000);
  }
  const sends = await clinic.carrier.sends(clinic.clinicId);
  expect(doubled(sends)).toEqual([]);
  for (const { id } of booked) {
    const text = await confirmation(clinic, id);
    const isSent = sends.some(({ context }) => context?.message === text?.id);
    if (isSent) expect(['accepted', 'delivered']).toContain(text?.status);
    else expect([text?.status, typeof text?.reason]).toEqual(['dropped', 'string']);
  }
  await untilAuditAgrees(clinic);
  expect(await second.interrupt()).toBe(0);
});
