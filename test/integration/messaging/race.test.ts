import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setContact } from '../../../functions/intake/patients.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { setTextsByLink } from '../../../functions/messaging/consent/texts-by-link.ts';
import { recordReceipt } from '../../../functions/messaging/sending/receipts.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage, messagesOfCause } from '../../../functions/messaging/store.ts';
import { newLinkToken } from '../../../functions/platform/ids.ts';
import { type TransactItem, transact } from '../../../functions/platform/store/records.ts';
import type { AppointmentCommand } from '../../../functions/scheduling/core/appointment-status.ts';
import { testPhone } from '../../helpers/phones.ts';
import { type Accepted, startNetwork } from './network.ts';
import { runProcess } from './process.ts';
import { addPatient, at, bookVisit, changeVisit, later, moveTo, newWorld, optOut, start } from './world.ts';

const network = await startNetwork();

const visitAt = later(start, 120);
const runs = { numRuns: Number(process.env.RACE_RUNS ?? 25) };

/**
 * Runs processes side by side: before each request of any of them the scheduler picks who goes on, and requests arrive one
 * at a time. Answers who wrote something, in order.
 */
const sideBySide = async (
  scheduler: fc.Scheduler,
  bodies: Readonly<Record<string, () => Promise<unknown>>>,
  answered: (command: string) => void = () => undefined,
): Promise<readonly string[]> => {
  const writers: string[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (name: string) => async (command: string, request: () => Promise<unknown>) => {
    await scheduler.schedule(Promise.resolve(), `${name}: ${command}`);
    const mine = last.then(request);
    last = mine.catch(() => undefined);
    const answer = await mine;
    if (command === 'TransactWriteCommand') writers.push(name);
    answered(command);
    return answer;
  };
  await scheduler.waitFor(
    Promise.all(Object.entries(bodies).map(([name, body]) => runProcess(body, { around: inTurn(name) }))),
  );
  return writers;
};

/** Whether one wrote before the other, who may not have written at all. */
const isBefore = (writers: readonly string[], one: string, other: string): boolean =>
  writers.includes(one) && (!writers.includes(other) || writers.indexOf(one) < writers.indexOf(other));

const booked = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, visitAt);
  const { clinicId } = world.clinic;
  const ref = { clinicId, messageId: `${visit.id}#reminder-72h#0` };
  const now = later(start, 48);
  return {
    world,
    patient,
    visit,
    now,
    send: () => sendText(ref, at(now)),
    change: (command: AppointmentCommand) => changeVisit(world, patient, visit.id, command, now),
    message: () => getMessage(clinicId, ref.messageId),
    accepted: async (): Promise<readonly Accepted[]> =>
      (await network.acceptedFor(patient.phone)).filter(({ context }) => context.message === ref.messageId),
  };
};

describe('whoever comes first, a reminder', () => {
  it('goes out once when two senders have it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { send, accepted, message } = await booked();
        await sideBySide(scheduler, { one: send, other: send, third: send });
        expect(await accepted()).toHaveLength(1);
        expect(await message()).toMatchObject({ status: 'accepted', attempts: 1 });
      }),
      runs,
    );
  });

  it('goes out only if it was claimed before the visit was cancelled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { send, change, accepted, message, visit, world } = await booked();
        const writers = await sideBySide(scheduler, {
          sender: send,
          clinic: () => change({ kind: 'cancel', by: 'clinic' }),
        });
        const { status, statusReason } = (await message()) ?? {};
        const wasClaimed = isBefore(writers, 'sender', 'clinic');
        expect(await accepted()).toHaveLength(wasClaimed ? 1 : 0);
        expect([status, statusReason]).toEqual(
          wasClaimed ? ['accepted', undefined] : ['suppressed', 'visit-cancelled'],
        );
        const others = (await messagesOfCause(world.clinic.clinicId, visit.id)).filter(
          ({ sequence }) => sequence === 0,
        );
        expect(others.map((text) => text.status).filter((each) => each === 'planned')).toEqual([]);
      }),
      runs,
    );
  });

  it('never tells the old time once the visit has moved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { send, change, accepted, message } = await booked();
        const writers = await sideBySide(scheduler, {
          sender: send,
          clinic: () => change(moveTo(later(visitAt, 24))),
        });
        // Claimed before the move: once, at the time it then had. After it: never.
        expect(await accepted()).toHaveLength(isBefore(writers, 'sender', 'clinic') ? 1 : 0);
        expect((await message())?.status).toBe(isBefore(writers, 'sender', 'clinic') ? 'accepted' : 'suppressed');
      }),
      runs,
    );
  });

  it('goes to the number the patient has, never to one they have left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { send, message, accepted, world, patient, now } = await booked();
        const phone = testPhone();
        const consentToText = { wording: 'You may text me.', wordingVersion: '1' };
        const change = { patientId: patient.id, phone, zone: patient.zone, consentToText };
        const writers = await sideBySide(scheduler, {
          sender: send,
          desk: () => setContact(world.caller(now), change, (items) => transact(items)),
        });
        const wasClaimed = isBefore(writers, 'sender', 'desk');
        expect([(await accepted()).length, (await network.acceptedFor(phone)).length]).toEqual(
          wasClaimed ? [1, 0] : [0, 1],
        );
        expect(await message()).toMatchObject({ status: 'accepted', to: wasClaimed ? patient.phone : phone });
      }),
      runs,
    );
  });

  it('does not go out after a STOP, which is confirmed once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { send, accepted, message, world, patient, now } = await booked();
        const stop = () => optOut(world, patient.phone, now).then((id) => stops.push(id));
        const stops: string[] = [];
        const writers = await sideBySide(scheduler, { sender: send, patient: stop });
        const { status, statusReason } = (await message()) ?? {};
        const wasClaimed = isBefore(writers, 'sender', 'patient');
        expect(await accepted()).toHaveLength(wasClaimed ? 1 : 0);
        if (!wasClaimed) expect([status, statusReason]).toEqual(['suppressed', 'opted-out']);
        expect(await loadStanding(world.clinic.clinicId, patient.phone)).toMatchObject({ optedOut: { how: 'text' } });

        for (const stopId of stops) {
          const messageId = `inb_${stopId}#reply-opt-out#0`;
          await sendText({ clinicId: world.clinic.clinicId, messageId }, at(now));
        }
        const texts = await network.acceptedFor(patient.phone);
        expect(texts.filter(({ body }) => body.includes('unsubscribed'))).toHaveLength(1);
      }),
      runs,
    );
  });

  it('does not go out after a stop on the page of the visit, which no text confirms', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { send, accepted, message, world, patient, visit, now } = await booked();
        const link = {
          clinicId: patient.clinicId,
          patientId: patient.id,
          appointmentId: visit.id,
          expiresAt: visit.end,
        };
        const request = {
          caller: world.caller(now),
          link,
          params: { token: newLinkToken() },
          commit: (items: readonly TransactItem[]) => transact(items),
        };
        const writers = await sideBySide(scheduler, {
          sender: send,
          patient: () => setTextsByLink(request, { wanted: false }),
        });
        const { status, statusReason } = (await message()) ?? {};
        const wasClaimed = isBefore(writers, 'sender', 'patient');
        expect(await accepted()).toHaveLength(wasClaimed ? 1 : 0);
        if (!wasClaimed) expect([status, statusReason]).toEqual(['suppressed', 'opted-out']);
        expect(await loadStanding(patient.clinicId, patient.phone)).toMatchObject({ optedOut: { how: 'web-form' } });
        expect(await network.acceptedFor(patient.phone)).toHaveLength(wasClaimed ? 1 : 0);
      }),
      runs,
    );
  });

  it('ends as its receipts say, in whatever order they and the record of the send come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.shuffledSubarray(['TEXT_QUEUED', 'TEXT_PENDING', 'TEXT_SUCCESSFUL', 'TEXT_DELIVERED', 'TEXT_UNREACHABLE']),
        async (scheduler, events) => {
          const { send, accepted, message, now, world, visit, patient } = await booked();
          const context = { clinic: world.clinic.clinicId, message: `${visit.id}#reminder-72h#0` };
          const sent = Promise.withResolvers<void>();
          const receive = (eventType: string) => async () => {
            await sent.promise;
            const [text] = await accepted();
            const destinationPhoneNumber = patient.phone;
            await recordReceipt({ eventType, messageId: text?.id ?? '', destinationPhoneNumber, context }, at(now));
          };
          // A receipt may overtake the record of the send, not the send itself.
          await sideBySide(
            scheduler,
            { sender: send, ...Object.fromEntries(events.map((event) => [event, receive(event)])) },
            (command) => command === 'SendTextMessageCommand' && sent.resolve(),
          );
          expect(await accepted()).toHaveLength(1);
          const isDelivered = events.some((event) => event === 'TEXT_DELIVERED' || event === 'TEXT_SUCCESSFUL');
          const isFailed = events.includes('TEXT_UNREACHABLE');
          const status = isDelivered ? 'delivered' : isFailed ? 'failed' : 'accepted';
          expect(await message()).toMatchObject({ status });
        },
      ),
      runs,
    );
  });
});
