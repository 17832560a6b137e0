import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { appointmentView } from '../../functions/scheduling/contract.ts';
import { outcomeOf } from './support/api.ts';
import { untilAuditAgrees } from './support/audit.ts';
import { doubled } from './support/carrier.ts';
import {
  advanceTo,
  localTime,
  nowOf,
  openClinic,
  type Patient,
  sweep,
  type TestClinic,
  textsOf,
} from './support/clinic.ts';
import { killWorkers } from './support/crash.ts';
import { until, untilStill } from './support/until.ts';

let clinic: TestClinic;
let patients: readonly Patient[];

beforeAll(async () => {
  clinic = await openClinic('crash');
  patients = await Promise.all(Array.from({ length: 24 }, () => clinic.addPatient()));
});

/** Books as a careful client does: the same request under the same key, until there is an answer that is one. */
const bookUntilAnswered = async (patientId: string, providerId: string, start: string) => {
  const headers = { 'idempotency-key': randomUUID() };
  const body = { patientId, providerId, typeId: clinic.typeId, start };
  return until(`the booking at ${start} is answered`, async () => {
    const answer = await clinic.admin.ask('bookAppointment', { body, headers });
    if (answer.status >= 500) {
      await sleep(100);
      return undefined;
    }
    if (answer.status !== 201) throw new Error(`A booking of a free time was answered ${outcomeOf(answer)}`);
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
    const killing = killWorkers(['schedulinghttp', 'messagingsend', 'auditappend', 'messagingreceipts'], 6);
    const booked = await Promise.all(
      patients.map(({ id }, index) => {
        const start = Temporal.Instant.from(localTime(clinic, 5, '08:00')).add({ minutes: 30 * Math.floor(index / 3) });
        return bookUntilAnswered(id, clinic.providerIds[index % 3] ?? '', start.toString());
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
      ]);
    }

    await runMinutes(1, 3, 16);
    const sends = await untilStill(() => clinic.carrier.sends(clinic.clinicId));
    expect(doubled(sends)).toEqual([]);
    for (const { id } of booked) {
      const confirmation = (await textsOf(clinic, id)).get('confirmation#0');
      const isOnPhone = sends.some(({ context }) => context?.message === confirmation?.id);
      // A process that died between claim and call leaves a text nobody got: given up, with the reason, and never doubled.
      expect([confirmation?.status, confirmation?.reason]).toEqual(
        isOnPhone ? ['delivered', undefined] : ['dropped', 'sender-silent'],
      );
    }
  });

  it('changes of visits too: every answer stands, and the audit log misses none', async () => {
    const { items: visits } = await clinic.admin.ok('listPatientAppointments', {
      params: { patientId: patients[0]?.id ?? '' },
    });
    const all = [...visits];
    for (const { id } of patients.slice(1, 12))
      all.push(...(await clinic.admin.ok('listPatientAppointments', { params: { patientId: id } })).items);
    const killing = killWorkers(['schedulinghttp', 'auditappend', 'billingexport'], 3);
    const changed = await Promise.all(
      all.map((visit, index) =>
        until('the change is answered', async () => {
          const name = index % 2 === 0 ? 'cancelAppointment' : 'rescheduleAppointment';
          const start = localTime(clinic, 8, `${String(8 + index).padStart(2, '0')}:00`);
          const body = index % 2 === 0 ? { reason: 'a storm' } : { start };
          const headers = { 'idempotency-key': `${visit.id}-storm` };
          const answer = await clinic.admin.ask(name, { params: { appointmentId: visit.id }, body, headers });
          if (answer.status >= 500) return undefined;
          if (answer.status !== 200) throw new Error(outcomeOf(answer));
          return appointmentView.parse(answer.body);
        }),
      ),
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
