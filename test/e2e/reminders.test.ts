import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { untilAuditAgrees } from './support/audit.ts';
import { type CarrierText, doubled } from './support/carrier.ts';
import {
  advanceTo,
  localTime,
  openClinic,
  sweep,
  type TestClinic,
  textsOf,
  untilText,
  zone,
} from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

let clinic: TestClinic;

interface Visit {
  readonly id: string;
  readonly phone: string;
  readonly start: string;
}

beforeAll(async () => {
  clinic = await openClinic('reminders');
});

const noon = [...Array(8).keys()].map((slot) => `${11 + Math.floor(slot / 2)}:${slot % 2 === 0 ? '00' : '30'}`);

/** Visits in two days, each of a patient of their own: the reminder of the day before is the next thing to come. */
const bookVisits = async (count: number, inDays = 2): Promise<readonly Visit[]> => {
  const starts = noon.flatMap((time) => clinic.providerIds.map((providerId) => ({ providerId, time }))).slice(0, count);
  const visits = await Promise.all(
    starts.map(async ({ providerId, time }) => {
      const { id: patientId, phone } = await clinic.addPatient();
      const start = localTime(clinic, inDays, time);
      const body = { patientId, providerId, typeId: clinic.typeId, modality: 'in-person', start };
      return { ...(await clinic.admin.ok('bookAppointment', { body })), phone };
    }),
  );
  await until('every confirmation is on its phone', async () => {
    const threads = await Promise.all(visits.map(({ phone }) => clinic.carrier.received(phone)));
    const others = visits.filter((_, index) => threads[index]?.length !== 1);
    if (others.length === 0) return true;
    const texts = await Promise.all(others.map(({ id }) => textsOf(clinic, id)));
    throw new Error(`Not so of: ${JSON.stringify(texts.flatMap((each) => [...each.values()]))}`);
  });
  return visits;
};

const cancel = ({ id }: Visit) => clinic.admin.ok('cancelAppointment', { params: { appointmentId: id } });

/** The sends of one text, by `<visit>#<step>#<sequence>`. */
const sendsOf = (sends: readonly CarrierText[], messageId: string) =>
  sends.filter(({ context }) => context?.message === messageId);

/** Waits until nothing about these visits is on its way any more. */
const untilSettled = (visits: readonly Visit[]) =>
  until('every text has come to an end', async () => {
    const texts = await Promise.all(visits.map(({ id }) => textsOf(clinic, id)));
    const open = texts
      .flatMap((each) => [...each.values()])
      .filter(({ status }) => !['delivered', 'failed', 'dropped', 'suppressed'].includes(status));
    if (open.length > 0) throw new Error(`Not at its end: ${JSON.stringify(open)}`);
    return true;
  });

describe('a visit cancelled around the moment its reminder is due', () => {
  it('is reminded of only if the reminder was claimed before the cancellation; whoever keeps theirs hears once', async () => {
    const dayBefore = localTime(clinic, 1, '15:00');
    const visits = await bookVisits(21);
    const [before, during, kept] = [visits.slice(0, 7), visits.slice(7, 14), visits.slice(14)];
    await Promise.all(before.map(cancel));
    // News a day old are no news: the clock waits until they are told.
    for (const { id } of before) await untilText(clinic, id, 'cancelled#1', 'delivered');
    await advanceTo(clinic, dayBefore);
    await Promise.all([
      sweep(clinic),
      sweep(clinic),
      ...during.map(async (visit, index) => {
        await sleep(index * 120);
        await cancel(visit);
      }),
    ]);
    await untilSettled(visits);
    const sends = await untilStill(() => clinic.carrier.sends(clinic.clinicId));

    for (const { id, phone } of before) {
      expect(sendsOf(sends, `${id}#reminder-24h#0`)).toEqual([]);
      const bodies = (await clinic.carrier.received(phone)).map(({ context }) => context?.message);
      expect(bodies).toEqual([`${id}#confirmation#0`, `${id}#cancelled#1`]);
    }
    for (const { id } of during) {
      const reminder = (await textsOf(clinic, id)).get('reminder-24h#0');
      const wasClaimed = reminder?.history.some(({ status }) => status === 'claimed');
      expect([reminder?.status, reminder?.reason]).toEqual(
        wasClaimed ? ['delivered', undefined] : ['suppressed', 'visit-cancelled'],
      );
      expect(sendsOf(sends, `${id}#reminder-24h#0`)).toHaveLength(wasClaimed ? 1 : 0);
      expect(sendsOf(sends, `${id}#cancelled#1`)).toHaveLength(1);
    }
    for (const { id, phone } of kept) {
      expect(sendsOf(sends, `${id}#reminder-24h#0`)).toHaveLength(1);
      expect(await clinic.carrier.received(phone)).toHaveLength(2);
    }
    expect(doubled(sends)).toEqual([]);
  });
});

const clockTime = (start: string): string => {
  const { hour, minute } = Temporal.Instant.from(start).toZonedDateTimeISO(zone);
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'AM' : 'PM'}`;
};

describe('a visit moved around the moment its reminder is due', () => {
  it('texts only the new time after the move, and reminds of it once', async () => {
    const dayBefore = localTime(clinic, 1, '15:30');
    const dayBeforeNew = localTime(clinic, 2, '19:30');
    const newStarts = Array.from({ length: 12 }, (_, index) =>
      localTime(clinic, 3, `${String(index + 8).padStart(2, '0')}:00`),
    );
    const visits = await bookVisits(12);
    const move = (index: number) =>
      clinic.admin.ok('rescheduleAppointment', {
        params: { appointmentId: visits[index]?.id ?? '' },
        body: { start: newStarts[index] },
      });

    const untilTold = (moved: readonly { readonly id: string }[]) =>
      until('every move is told', async () => {
        const texts = await Promise.all(moved.map(({ id }) => textsOf(clinic, id)));
        return texts.every((each) => each.get('moved#1')?.status === 'delivered');
      });

    const before = await Promise.all([0, 1, 2, 3].map(move));
    // News a day old are no news: the clock waits until they are told.
    await untilTold(before);
    await advanceTo(clinic, dayBefore);
    const [during] = await Promise.all([
      Promise.all(
        [4, 5, 6, 7].map(async (index, order) => {
          await sleep(order * 150);
          return move(index);
        }),
      ),
      sweep(clinic),
      sweep(clinic),
    ]);
    await until('who was not moved is reminded', async () => {
      const kept = await Promise.all(visits.slice(8).map(({ phone }) => clinic.carrier.received(phone)));
      return kept.every((thread) => thread.length === 2);
    });
    const moved = [...before, ...during, ...(await Promise.all([8, 9, 10, 11].map(move)))];
    await untilTold(moved);
    await advanceTo(clinic, dayBeforeNew);
    await sweep(clinic);
    await until('every new time is reminded of', async () => {
      const texts = await Promise.all(moved.map(({ id }) => textsOf(clinic, id)));
      return texts.every((each) => each.get('reminder-24h#1')?.status === 'delivered');
    });
    await untilSettled(visits);
    const sends = await untilStill(() => clinic.carrier.sends(clinic.clinicId));

    expect(doubled(sends)).toEqual([]);
    for (const [index, { id, start }] of moved.entries()) {
      const visit = visits[index];
      if (visit === undefined) throw new Error('The visits are listed in order');
      const texts = await textsOf(clinic, id);
      const thread = await clinic.carrier.received(visit.phone);
      const noticeAt = thread.findIndex(({ context }) => context?.message === `${id}#moved#1`);
      expect(noticeAt).toBeGreaterThan(0);
      const later = thread.slice(noticeAt).filter(({ context }) => context?.message.endsWith('#1'));
      for (const { body } of later) expect(body).toContain(clockTime(start));
      const old = texts.get('reminder-24h#0');
      const wasClaimed = old?.history.some(({ status }) => status === 'claimed') ?? false;
      if (index < 4) expect(wasClaimed).toBe(false);
      if (index >= 8) expect(wasClaimed).toBe(true);
      expect(old?.status).toBe(wasClaimed ? 'delivered' : 'suppressed');
      expect(sendsOf(sends, `${id}#reminder-24h#0`)).toHaveLength(wasClaimed ? 1 : 0);
    }
  });
});

it('the audit log agrees with every record', async () => {
  await untilAuditAgrees(clinic);
});
