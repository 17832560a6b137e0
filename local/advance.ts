import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { isSettled } from '../functions/messaging/core/message-status.ts';
import { type DueKind, dueMessages, getMessage, type Message } from '../functions/messaging/store.ts';
import { toStored } from '../functions/platform/clock.ts';
import { id } from '../functions/platform/http/schemas.ts';
import { inAllShards } from '../functions/platform/store/due.ts';
import { dueOpenings } from '../functions/scheduling/waiting-list-store.ts';
import type { ClinicInfo } from './clinic-info.ts';
import { localNow, setLocalClock } from './clock.ts';

/** A text the carrier took while the clock was moved. */
export interface SentText {
  /** What the local clock showed. */
  readonly at: string;
  readonly to: string;
  readonly body: string;
  readonly messageId: string | undefined;
}

/** What happened at one moment on the way. */
export interface Moment {
  readonly at: string;
  /** Texts that were due. */
  readonly due: number;
  readonly sent: readonly SentText[];
}

export interface Advance {
  readonly from: string;
  readonly to: string;
  readonly sent: number;
}

const dueKinds: readonly DueKind[] = ['reminders', 'check-ins'];
const sends = z.object({
  sends: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      phone: z.string(),
      body: z.string(),
      context: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/**
 * Moves the local clock forward and runs what becomes due on the way, moment by moment, through the deployed functions: each
 * sweep sees the time it would have seen, and the next moment waits until the texts of the last one are settled.
 * The process must have the clinic's environment (see bin/local-clinic.ts).
 * @throws Error when a sweep fails or its texts do not settle
 */
export async function advanceClock(
  clinic: ClinicInfo,
  seconds: number,
  tell: (moment: Moment) => void = () => {},
): Promise<Advance> {
  const lambda = new LambdaClient({});
  try {
    const from = localNow(clinic.clockFile);
    const target = from.add({ seconds });
    const seen = new Set((await sentTexts(clinic)).map((text) => text.id));
    // What comes back at the same time although a sweep has seen it waits for something else than the clock.
    const tried = new Set<string>();
    let total = 0;
    const runAt = async (moment: Temporal.Instant, due: readonly Message[]): Promise<void> => {
      await setLocalClock(clinic.clockFile, moment);
      await sweep(lambda, clinic, moment);
      await handled(due, () => sweep(lambda, clinic, moment));
      const fresh = (await sentTexts(clinic)).filter((text) => !seen.has(text.id));
      for (const text of fresh) seen.add(text.id);
      await reported(fresh);
      total += fresh.length;
      if (due.length > 0 || fresh.length > 0)
        tell({ at: toStored(moment), due: due.length, sent: fresh.map(sentTextOf) });
    };
    for (;;) {
      const isNew = ({ id: thing, dueAt }: Due): boolean => !tried.has(`${thing} ${dueAt}`);
      const texts = (await dueUntil(target)).filter(isNew);
      const openings = (await openingsUntil(target)).filter(isNew);
      const [first] = [...texts, ...openings].map(({ dueAt }) => dueAt).toSorted();
      if (first === undefined) break;
      const now = localNow(clinic.clockFile);
      const moment = later(Temporal.Instant.from(first), now);
      const isDue = ({ dueAt }: Due): boolean => Temporal.Instant.compare(dueAt, moment) <= 0;
      for (const { id: thing, dueAt } of [...texts, ...openings].filter(isDue)) tried.add(`${thing} ${dueAt}`);
      await runAt(moment, texts.filter(isDue));
    }
    // Whatever is overdue for another reason still gets its sweep at the end, as every minute would bring it one.
    await runAt(later(target, localNow(clinic.clockFile)), []);
    return { from: toStored(from), to: toStored(localNow(clinic.clockFile)), sent: total };
  } finally {
    lambda.destroy();
  }
}

type Due = Pick<Message, 'id' | 'dueAt'>;

const later = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(one, other) >= 0 ? one : other;

/** The earliest of what is due in each shard, in order of time: enough to know the next moment. */
async function dueUntil(target: Temporal.Instant) {
  const due = await Promise.all(
    dueKinds.map((kind) =>
      inAllShards(async (shard) => (await dueMessages(kind, shard, toStored(target), { limit: 100 })).items),
    ),
  );
  return due.flat().toSorted((a, b) => a.dueAt.localeCompare(b.dueAt));
}

/** Freed times that are to be offered, or whose offer ends. */
const openingsUntil = (target: Temporal.Instant): Promise<readonly Due[]> =>
  inAllShards(async (shard) => (await dueOpenings(shard, toStored(target), { limit: 100 })).items);

async function sweep(lambda: LambdaClient, { functions }: ClinicInfo, moment: Temporal.Instant): Promise<void> {
  await Promise.all(
    Object.entries(functions).map(async ([name, FunctionName]) => {
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify({ time: toStored(moment) }) }),
      );
      if (answer.FunctionError !== undefined)
        throw new Error(
          `The sweep ${name} failed: ${Buffer.from(answer.Payload ?? [])
            .toString()
            .slice(0, 500)}`,
        );
    }),
  );
}

const handleLimitMillis = 90_000;
/** A hint that was lost with the process that held it comes again with the next sweep; nothing goes out twice for that. */
const sweepAgainMillis = 5_000;
/** A claim older than this has lost its sender; the sweep at the end of its lease, further on, settles it. */
const claimLimitMillis = 15_000;

/** Waits until each text that was due has been sent, put off, or taken back. */
async function handled(due: readonly Message[], sweepAgain: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const waited = () => performance.now() - startedAt;
  let sweptAt = startedAt;
  for (const message of due) {
    while (!isHandled(message, await getMessage(message.clinicId, message.id), waited())) {
      if (waited() > handleLimitMillis)
        throw new Error(
          `The text ${message.id} was due and is not sent: look for errors of messaging-send in the log.`,
        );
      if (performance.now() - sweptAt > sweepAgainMillis) {
        await sweepAgain();
        sweptAt = performance.now();
      }
      await sleep(25);
    }
  }
}

function isHandled(then: Message, now: Message | undefined, waitedMillis: number): boolean {
  if (now === undefined || isSettled(now.status)) return true;
  if (now.status === 'claimed') return waitedMillis > claimLimitMillis;
  return now.dueAt !== then.dueAt || now.status !== then.status;
}

/** Receipts take a moment; lost ones (a fault somebody asked for) are not waited for longer than this. */
const receiptLimitMillis = 3_000;

/** Waits until each text's record knows what became of it. */
async function reported(texts: readonly CarrierText[]): Promise<void> {
  const deadline = performance.now() + receiptLimitMillis;
  for (const { context } of texts) {
    const clinicId = id('clinic').safeParse(context?.clinic);
    const messageId = context?.message;
    if (!clinicId.success || messageId === undefined) continue;
    while (performance.now() < deadline) {
      const message = await getMessage(clinicId.data, messageId);
      if (message === undefined || (isSettled(message.status) && message.status !== 'accepted')) break;
      await sleep(30);
    }
  }
}

type CarrierText = z.output<typeof sends>['sends'][number];

const sentTextOf = (text: CarrierText): SentText => ({
  at: text.at,
  to: text.phone,
  body: text.body,
  messageId: text.context?.message,
});

async function sentTexts({ phonePageUrl }: ClinicInfo): Promise<readonly CarrierText[]> {
  const answer = await fetch(`${phonePageUrl}/sends`, { signal: AbortSignal.timeout(10_000) });
  return sends.parse(await answer.json()).sends;
}
