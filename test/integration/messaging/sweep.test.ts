import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { openTriageCase } from '../../../functions/care/triage.ts';
import { isSettled } from '../../../functions/messaging/core/message-status.ts';
import { planAlert } from '../../../functions/messaging/plans/plan.ts';
import { handedOver } from '../../../functions/messaging/sending/progress.ts';
import { recordReceipt } from '../../../functions/messaging/sending/receipts.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { sweepDue } from '../../../functions/messaging/sending/sweep.ts';
import { getMessage, type Message, type MessageRef, replaceMessageItem } from '../../../functions/messaging/store.ts';
import { ConditionFailed, putOrTransact, transact } from '../../../functions/platform/store/records.ts';
import '../own-table.ts';
import { startNetwork } from './network.ts';
import { type Crash, runProcess } from './process.ts';
import { handedOver as onQueue } from './queue.ts';
import { addPatient, at, bookVisit, later, newWorld } from './world.ts';

const start = Temporal.Instant.from('2026-06-23T16:00:00Z');

const network = await startNetwork();

interface Sent {
  readonly ref: MessageRef;
  readonly to: string;
  load(): Promise<Message>;
}

const load = async ({ clinicId, messageId }: MessageRef): Promise<Message> => {
  const message = await getMessage(clinicId, messageId);
  if (message === undefined) throw new Error('The text is gone');
  return message;
};

const planConfirmation = async (): Promise<Sent> => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, later(start, 120), start);
  const ref = { clinicId: world.clinic.clinicId, messageId: `${visit.id}#confirmation#0` };
  return { ref, to: patient.phone, load: () => load(ref) };
};

const planCaseAlert = async (): Promise<Sent> => {
  const { clinic, caller } = await newWorld();
  const opened = openTriageCase(caller(start), {
    source: 'text',
    sourceId: 'in-1',
    flags: ['saddle-numbness'],
    disposition: 'EMERGENCY',
  });
  const alert = await planAlert(caller(start), opened.case);
  await transact([...opened.items, ...alert.items]);
  const ref = { clinicId: clinic.clinicId, messageId: `${opened.case.id}#on-call-alert#0` };
  return { ref, to: clinic.onCallNumber, load: () => load(ref) };
};

/** What the clinic's machinery does on its own for the next half hour: sweeps, and the senders they hint at. */
const letTimePass = async (texts: readonly Sent[], receipts = async (_: Sent): Promise<void> => undefined) => {
  for (const minutes of [1, 3, 6, 20]) {
    const now = later(start, minutes / 60);
    await Promise.all(texts.map(receipts));
    await sweepDue('reminders', now, 'sweep');
    await Promise.all(texts.map(({ ref }) => sendText(ref, at(now))));
  }
};

const deliver = async ({ ref, to }: Sent): Promise<void> => {
  for (const text of await network.acceptedFor(to)) {
    const context = { clinic: ref.clinicId, message: ref.messageId };
    const receipt = { messageId: text.id, destinationPhoneNumber: to, context };
    await recordReceipt({ ...receipt, eventType: 'TEXT_DELIVERED' }, at(later(start, 0.5)));
  }
};

/** How many requests an undisturbed sender makes: the points at which it can die. */
const requestsOfASender = async (plan: () => Promise<Sent>): Promise<number> => {
  const { ref } = await plan();
  const { ended, calls } = await runProcess(() => sendText(ref, at(start)));
  expect(ended).toBe('finished');
  return calls;
};

const everyCrash = (requests: number): Crash[] =>
  Array.from({ length: requests }, (_, atCall) => [
    { atCall, requestArrives: false },
    { atCall, requestArrives: true },
  ]).flat();

/** One text for each way a sender can die, its sender dead. */
const dieEverywhere = async (plan: () => Promise<Sent>) => {
  const crashes = everyCrash(await requestsOfASender(plan));
  return Promise.all(
    crashes.map(async (crash) => {
      const sent = await plan();
      const { ended } = await runProcess(() => sendText(sent.ref, at(start)), { crash });
      expect(ended).toBe('crashed');
      return { ...sent, crash };
    }),
  );
};

const endOf = async ({ crash, load: loadSent, to }: Sent & { readonly crash: Crash }) => ({
  crash,
  status: (await loadSent()).status,
  accepted: (await network.acceptedFor(to)).length,
});

describe('a sender that dies at any of its requests', () => {
  it('never makes a text go out twice, leaves nothing stuck, and its receipts say what became of it', async () => {
    const texts = await dieEverywhere(planConfirmation);
    expect(texts.length).toBeGreaterThanOrEqual(14);
    await letTimePass(texts, deliver);
    await Promise.all(texts.map(deliver));
    for (const end of await Promise.all(texts.map(endOf))) {
      const status = end.accepted === 0 ? 'dropped' : 'delivered';
      expect(end).toEqual({ crash: end.crash, status, accepted: Math.min(end.accepted, 1) });
    }
  });

  it('neither when no receipt ever comes', async () => {
    const texts = await dieEverywhere(planConfirmation);
    await letTimePass(texts);
    const ends = await Promise.all(texts.map(endOf));
    for (const { crash, status, accepted } of ends) {
      expect({ crash, isSettled: isSettled(status), isOnce: accepted <= 1 }).toEqual({
        crash,
        isSettled: true,
        isOnce: true,
      });
    }
    // Only a sender that dies with the claim in its hands loses its text.
    expect(ends.filter(({ accepted }) => accepted === 0).length).toBeLessThanOrEqual(2);
  });

  it('always brings the on-call number its alert, be it twice', async () => {
    const texts = await dieEverywhere(planCaseAlert);
    await letTimePass(texts);
    for (const { crash, status, accepted } of await Promise.all(texts.map(endOf))) {
      expect({ crash, status, isAlerted: accepted === 1 || accepted === 2 }).toEqual({
        crash,
        status: 'accepted',
        isAlerted: true,
      });
    }
  });
});

describe('a text that the carrier took without saying so', () => {
  it.each(['error-after-accepting', 'drop-after-accepting'] as const)('%s: dropped, not doubled', async (kind) => {
    const sent = await planConfirmation();
    await network.break({ kind, phone: sent.to });
    await sendText(sent.ref, at(start));
    expect(await sent.load()).toMatchObject({ status: 'ambiguous', dueAt: '2026-06-23T16:15:00Z' });
    await letTimePass([sent]);
    expect(await sent.load()).toMatchObject({ status: 'dropped' });
    expect(await network.acceptedFor(sent.to)).toHaveLength(1);
  });

  it('is settled by its receipt, even one that comes after it was given up', async () => {
    const sent = await planConfirmation();
    await network.break({ kind: 'drop-after-accepting', phone: sent.to });
    await sendText(sent.ref, at(start));
    await letTimePass([sent]);
    await deliver(sent);
    const [text] = await network.acceptedFor(sent.to);
    expect(await sent.load()).toMatchObject({ status: 'delivered', carrierMessageId: text?.id });
  });
});

describe('sweepDue', () => {
  it('hands over what is due, and not what is due later', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const visit = await bookVisit(world, patient, later(start, 120), start);
    await sweepDue('reminders', start, 'sweep');
    expect(await onQueue(world.clinic.clinicId)).toEqual([`${visit.id}#confirmation#0`]);
    await sweepDue('reminders', later(start, 48), 'sweep');
    // News two days old are ended instead.
    expect(await onQueue(world.clinic.clinicId)).toEqual([`${visit.id}#reminder-72h#0`]);
  });

  it('reads no more for the texts that wait for later', async () => {
    const world = await newWorld();
    const patient = await addPatient(world);
    const requests = async () => (await runProcess(() => sweepDue('check-ins', start, 'sweep'))).calls;
    await requests(); // settings of clinics whose texts are due are read once, and then known
    const before = await requests();
    for (let day = 0; day < 5; day += 1) await bookVisit(world, patient, later(start, 200 + 24 * day), start);
    expect(await requests()).toBe(before);
  });
});

it('a put whose answer is lost is known again as its own, and another one is not', async () => {
  const { ref, load: loadSent } = await planConfirmation();
  const message = await loadSent();
  const caller = (requestId: string) => ({
    ...{ clinicId: ref.clinicId, actor: { kind: 'automation' as const, id: 'sweep' }, requestId, now: start },
  });
  const claim = (requestId: string) =>
    putOrTransact([replaceMessageItem(caller(requestId), handedOver(message, start))]);
  await claim('mine');
  await claim('mine');
  await expect(claim('theirs')).rejects.toBeInstanceOf(ConditionFailed);
  expect(await loadSent()).toMatchObject({ rev: message.rev + 1 });
});
