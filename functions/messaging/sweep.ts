import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { log } from '../platform/log.ts';
import { metricNames } from '../platform/metric-names.ts';
import { seconds } from '../platform/metrics.ts';
import { inAllShards } from '../platform/store/due.ts';
import { ConditionFailed, transact } from '../platform/store/records.ts';
import { enqueue } from './dispatch.ts';
import { isForSender, settled } from './progress.ts';
import { type DueKind, dueMessages, type Message, replaceMessageItem } from './store.ts';

/**
 * The most one sweep takes from one shard, longest due first: ten thousand over all. A text handed over twice costs the
 * sender a read; what is left is due in the next minute still.
 */
const maxPerShard = 1_250;
const pageSize = 250;

/**
 * The minute's sweep of one kind: reads what is due from the sharded index (never a scan; the cost does not depend on
 * what waits for later), hands planned texts to the sender, and settles those whose sender was never heard of again.
 * @returns how many texts it found due
 */
export const sweepDue = async (kind: DueKind, now: Temporal.Instant, requestId: string): Promise<number> => {
  const found = await inAllShards((shard) => sweepShard(kind, shard, now, requestId));
  const waiting = found.filter(({ status }) => status === 'planned').map(({ plannedFor }) => plannedFor);
  const oldest = waiting.toSorted()[0];
  const oldestSeconds = oldest === undefined ? 0 : Temporal.Instant.from(oldest).until(now).total('seconds');
  seconds(metricNames.oldestDueSeconds, Math.max(0, Math.round(oldestSeconds)));
  return waiting.length;
};

const sweepShard = async (
  kind: DueKind,
  shard: number,
  now: Temporal.Instant,
  requestId: string,
): Promise<readonly Message[]> => {
  const found: Message[] = [];
  let cursor: string | undefined;
  do {
    const page = await dueMessages(kind, shard, toStored(now), { limit: pageSize, cursor });
    found.push(...page.items);
    const sendable = page.items.filter((message) => isForSender(message, now));
    await enqueue(sendable.map(({ clinicId, id: messageId }) => ({ clinicId, messageId })));
    for (const message of page.items) await settle(message, now, requestId);
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < maxPerShard);
  return found;
};

/** Moves on a text that was claimed and never heard of, or waited in vain for a receipt. */
const settle = async (message: Message, now: Temporal.Instant, requestId: string): Promise<void> => {
  const next = settled(message, now);
  if (next === undefined) return;
  const caller: Caller = {
    clinicId: message.clinicId,
    actor: { kind: 'automation', id: 'messaging-reminders' },
    requestId,
    now,
  };
  try {
    await transact([replaceMessageItem(caller, next)]);
    log.warn('text settled by the sweep', {
      clinicId: message.clinicId,
      messageId: message.id,
      outcome: next.status,
    });
  } catch (error) {
    // The sender or a receipt was faster; the index that was read here lags behind the table.
    if (!(error instanceof ConditionFailed)) throw error;
  }
};
