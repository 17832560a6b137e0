import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import type { Message, MessageRef } from '../../functions/messaging/store.ts';
import { toStored } from '../../functions/platform/clock.ts';
import type { TransactItem } from '../../functions/platform/store/records.ts';
import { cpuOf, meter, withDatabase } from './database.support.ts';

export const name = 'messaging-sweep';

/** Texts that wait for later; BENCH_PENDING=1000000 goes on to a million (minutes of loading). */
const pendingSizes = [1_000, 100_000, ...(process.env.BENCH_PENDING === '1000000' ? [1_000_000] : [])];
/** As many as one number of a part a second has turns for in a minute's sweep of reminders. */
const textsPerClinic = 36;
const dueBesides = textsPerClinic;
const clinics = Math.ceil(10_000 / textsPerClinic);
/** Processes that send, one to a core; each works on five batches of ten at a time, as five workers of the queue do. */
const processes = 2;

export interface MessagingSweepResult {
  /** Read units of one sweep, by how many texts wait for later. */
  readonly sweepReadUnits: Readonly<Record<number, number>>;
  readonly due: number;
  /** Until each had its turn: claimed for it by the sweep, and on the queue. */
  readonly queuedSeconds: number;
  /** Until each was sent: claimed by its sender, taken by the carrier, recorded. */
  readonly sentSeconds: number;
  readonly sentCpuSeconds: number;
  /** Of as many bare transactions of a claim's size. */
  readonly bareSeconds: number;
}

/**
 * Prints what the minute's sweep reads with a thousand and with a hundred thousand texts waiting for later (the same is wanted), and how
 * long it takes to claim ten thousand texts due in one minute for their turns and to queue them (a minute is allowed). Then how long two
 * processes take to send them, against the official DynamoDB Local on the same machine and a carrier that takes each at once.
 */
export const run = (): Promise<MessagingSweepResult | undefined> => withDatabase(measure);

const measure = async (): Promise<MessagingSweepResult> => {
  const carrier = createServer((_, response) => {
    response
      .setHeader('content-type', 'application/x-amz-json-1.0')
      .end(JSON.stringify({ MessageId: crypto.randomUUID() }));
  });
  await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve));
  const address = carrier.address();
  process.env.AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2 = `http://127.0.0.1:${Object(address).port}`;
  try {
    return await measureWithCarrier();
  } finally {
    carrier.closeAllConnections();
    carrier.close();
  }
};

/** Sends texts in a thread with a client of its own, until none is left. */
const sendAll = async (refs: readonly MessageRef[], now: string): Promise<void> => {
  const sender = new Worker(new URL('./messaging-sender.support.ts', import.meta.url), { workerData: { refs, now } });
  const [code] = await once(sender, 'exit');
  if (code !== 0) throw new Error(`A process that sends ended with ${code}`);
};

const measureWithCarrier = async (): Promise<MessagingSweepResult> => {
  const { documentClient, transact } = await import('../../functions/platform/store/records.ts');
  const { sweepDue } = await import('../../functions/messaging/sending/sweep.ts');
  const { createMessageItem, getMessage } = await import('../../functions/messaging/store.ts');
  const world = await import('../integration/messaging/world.ts');
  const { newId } = await import('../../functions/platform/ids.ts');
  const { newPatient } = await import('../../functions/intake/patients.ts');
  const { stampOf } = await import('../../functions/platform/actor.ts');
  const { appointmentItem } = await import('../../functions/scheduling/store.ts');
  const { newAppointment } = await import('../../functions/scheduling/core/appointment-status.ts');
  const { visitTime } = await import('../../functions/scheduling/core/visit-time.ts');
  const { dueEntry } = await import('../../functions/platform/store/due.ts');
  const { consentItems } = await import('../../functions/messaging/consent/consent.ts');
  const counted = meter(documentClient);

  const due = Temporal.Instant.from('2026-11-24T17:00:00Z');
  const { clinic, caller } = await world.newWorld();
  const reminder = (index: number, part: Partial<Message>): TransactItem => {
    const causeId = `apt_bench${String(index).padStart(8, '0')}`;
    return createMessageItem(caller(due), {
      id: `${causeId}#reminder-24h#0`,
      clinicId: clinic.clinicId,
      cause: 'visit',
      causeId,
      step: 'reminder-24h',
      sequence: 0,
      kind: 'reminders',
      template: 'reminder-24h',
      parameters: {},
      to: '+13035550101',
      createdAt: '2026-11-20T17:00:00Z',
      plannedFor: '2026-11-24T17:00:00Z',
      dueAt: '2026-11-24T17:00:00Z',
      status: 'planned',
      history: [{ status: 'planned', at: '2026-11-20T17:00:00Z' }],
      attempts: 0,
      rev: 1,
      ...part,
    });
  };
  const load = async (count: number, make: (index: number) => readonly TransactItem[]): Promise<void> => {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        const items: TransactItem[] = [];
        for (; next < count && items.length < 20; next += 1) items.push(...make(next));
        for (let first = 0; first < items.length; first += 25) {
          const puts = items.slice(first, first + 25).map(({ Put }) => ({ PutRequest: { Item: Put?.Item ?? {} } }));
          await documentClient.send(new BatchWriteCommand({ RequestItems: { records: puts } }));
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  };

  // Made once and given new keys: a million are not made one by one.
  const { Put: pattern } = reminder(0, { plannedFor: '2026-12-24T17:00:00Z', dueAt: '2026-12-24T17:00:00Z' });
  if (pattern === undefined) throw new Error('A plan writes a text');
  const laterText = (index: number): TransactItem => {
    const causeId = `apt_later${String(index).padStart(8, '0')}`;
    const messageId = `${causeId}#reminder-24h#0`;
    const keys = {
      pk: `clinic#${clinic.clinicId}#message#${causeId}`,
      ...dueEntry('reminders', messageId, '2026-12-24T17:00:00Z'),
    };
    return { Put: { ...pattern, Item: { ...pattern.Item, ...keys, causeId, messageId } } };
  };

  await load(dueBesides, (index) => [reminder(index, {})]);
  const sweepReadUnits: Record<number, number> = {};
  let loaded = 0;
  for (const pending of pendingSizes) {
    const from = loaded;
    await load(pending - loaded, (index) => [laterText(from + index)]);
    loaded = pending;
    // What has its turn is larger by that, and what is read once a minute of each clinic is read.
    await sweepDue('reminders', due, 'bench');
    const { readUnits, reads } = await counted(() => sweepDue('reminders', due, 'bench'));
    sweepReadUnits[pending] = readUnits;
    console.log(
      `sweep with ${dueBesides} due and ${pending} waiting for later: ${readUnits} read units in ${reads} calls`,
    );
  }

  // What the texts of one minute hang on: a visit, a patient and an agreement each.
  const startEpochMinute = due.epochMilliseconds / 60_000 + 24 * 60;
  const sent = await Promise.all(Array.from({ length: clinics }, () => world.newWorld()));
  const first = sent[0] ?? { clinic, caller };
  const agreed = await consentItems(first.caller(due), '+13035550102', [
    {
      patientId: newId('patient', due),
      category: 'treatment',
      granted: true,
      how: 'staff',
      wording: 'I agree to texts about my visits.',
      wordingVersion: 'bench-1',
    },
  ]);
  const standing = agreed.at(-1);
  const refs: MessageRef[] = [];
  const total = clinics * textsPerClinic;
  await load(total, (index) => {
    const { clinic: its, caller: as } = sent[Math.floor(index / textsPerClinic)] ?? first;
    const phone = `+1${201 + (index % 790)}5550${100 + (Math.floor(index / 790) % 100)}`;
    const { patient, items } = newPatient(as(due), {
      givenName: 'Ada',
      familyName: 'Bench',
      birthDate: '1980-05-17',
      phone,
      zone: 'America/Denver',
    });
    const appointment = newAppointment({
      ...visitTime({ startEpochMinute, endEpochMinute: startEpochMinute + 30 }, 'America/Denver'),
      id: newId('appointment', due),
      clinicId: its.clinicId,
      patientId: patient.id,
      providerId: newId('provider', due),
      typeId: newId('appointmentType', due),
      modality: 'in-person',
    });
    const messageId = `${appointment.id}#reminder-24h#0`;
    refs.push({ clinicId: its.clinicId, messageId });
    const of = {
      clinicId: its.clinicId,
      patientId: patient.id,
      appointmentId: appointment.id,
      causeId: appointment.id,
    };
    const put = standing?.Put;
    if (put === undefined) throw new Error('An agreement writes a standing');
    const grantedBy = [...(put.Item?.grantedBy ?? [])].map((agreed) => ({ ...agreed, patientId: patient.id }));
    const itsStanding = {
      ...put.Item,
      grantedBy,
      clinicId: its.clinicId,
      phone,
      pk: `clinic#${its.clinicId}#phone#${phone}`,
    };
    const dueAt = due.add({ minutes: 1 }).toString({ smallestUnit: 'second' });
    return [
      items[0],
      appointmentItem(appointment, stampOf(as(due))),
      { Put: { ...put, Item: itsStanding } },
      reminder(index, { ...of, id: messageId, to: phone, plannedFor: dueAt, dueAt }),
    ];
  });

  const minute = due.add({ minutes: 1 });
  const began = performance.now();
  const found = await sweepDue('reminders', minute, 'bench');
  const queuedSeconds = (performance.now() - began) / 1000;
  console.log(
    `${found} due in one minute, ${total} of them of ${clinics} clinics: claimed for their turns and queued in ${queuedSeconds.toFixed(1)} s: ${
      queuedSeconds <= 60 ? 'within the minute' : 'MORE THAN A MINUTE'
    }`,
  );

  const sending = performance.now();
  const cpuMillis = await cpuOf(() =>
    Promise.all(
      Array.from({ length: processes }, (_, part) =>
        sendAll(
          refs.filter((__, index) => index % processes === part),
          toStored(minute),
        ),
      ),
    ),
  );
  const sentSeconds = (performance.now() - sending) / 1000;
  const last = refs.at(-1);
  const text = last && (await getMessage(last.clinicId, last.messageId));
  if (text?.status !== 'accepted') throw new Error(`The last text is ${text?.status}, ${text?.statusReason}`);
  console.log(
    `claimed by their senders, sent and recorded in another ${sentSeconds.toFixed(1)} s (${(cpuMillis / 1000).toFixed(1)} s CPU of those that send)`,
  );

  // What the database takes for as many bare transactions as large as a claim, with nothing read, sent or recorded.
  const { lookupPk, lookupSk, duePk: _, dueSk: __, ...unindexed } = pattern.Item ?? {};
  const claimLike = (index: number): TransactItem[] =>
    Array.from({ length: itemsOfClaim }, (___, item) => {
      // The text and its line are found by an index, the others are not.
      const lookup = item < 2 ? { lookupPk, lookupSk } : {};
      return { Put: { ...pattern, Item: { ...unindexed, ...lookup, pk: `bare#${index}`, sk: String(item) } } };
    });
  const bareSeconds = (total / bareClaims) * (await secondsOf(bareClaims, (index) => transact(claimLike(index))));
  console.log(
    `bare, ${itemsOfClaim} items each, the database takes ${bareSeconds.toFixed(1)} s for ${total} transactions: no sending is faster here`,
  );
  return {
    sweepReadUnits,
    due: found,
    queuedSeconds,
    sentSeconds,
    sentCpuSeconds: cpuMillis / 1000,
    bareSeconds,
  };
};

/** A sender's claim: the text, its line in the thread, the check of the visit, the standing, the link. */
const itemsOfClaim = 5;
const bareClaims = 1_000;
const bareLanes = 50;

/** Seconds that so many pieces of work take, as many at a time as senders have under way. */
const secondsOf = async (count: number, work: (index: number) => Promise<void>): Promise<number> => {
  let next = 0;
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: bareLanes }, lane));
  return (performance.now() - began) / 1000;
};
