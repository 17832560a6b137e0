import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Id } from '../platform/ids.ts';
import { log } from '../platform/log.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count, seconds } from '../platform/metrics.ts';
import { inAllShards } from '../platform/store/due.ts';
import { ConditionFailed, together, transact } from '../platform/store/records.ts';
import { Warm } from '../platform/warm.ts';
import { aftermathItems } from './aftermath.ts';
import { paceOf, turnsOf } from './core/pacing.ts';
import { enqueue } from './dispatch.ts';
import { enqueueBulk } from './dispatch-bulk.ts';
import { loadPause, type SendingState, sendingState } from './pause.ts';
import { isForSender, settled } from './progress.ts';
import { loadSettings } from './settings.ts';
import { type DueKind, dueMessages, type Message, type MessageRef, replaceMessageItem } from './store.ts';
import { currentTemplates } from './template-store.ts';

/**
 * The most one sweep looks at in one shard, longest due first: eighty thousand over all, so that no clinic's backlog hides
 * another's texts. Looking is cheap: half a unit for seven.
 */
const maxPerShard = 10_000;
const pageSize = 1_000;

/**
 * The minute's sweep of one kind: reads what is due from the sharded index (never a scan; the cost does not depend on
 * what waits for later), hands planned texts to the senders, and settles those whose sender was never heard of again.
 *
 * What cannot wait goes at once. Of the rest each number gets what it can carry in a minute, each text its turn; what is
 * left is due in the next minute still. A text handed over twice costs the sender a read.
 * @returns how many texts it found due
 */
export const sweepDue = async (kind: DueKind, now: Temporal.Instant, requestId: string): Promise<number> => {
  const found = await inAllShards((shard) => readShard(kind, shard, now));
  await handOver(
    kind,
    found.filter((message) => isForSender(message, now)),
    now,
  );
  const toSettle = found.filter((message) => settled(message, now) !== undefined);
  const lane = async (): Promise<void> => {
    for (let next = toSettle.shift(); next !== undefined; next = toSettle.shift()) await settle(next, now, requestId);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const waiting = found.filter(({ status }) => status === 'planned').map(({ plannedFor }) => plannedFor);
  const oldest = waiting.toSorted()[0];
  const oldestSeconds = oldest === undefined ? 0 : Temporal.Instant.from(oldest).until(now).total('seconds');
  seconds(metricNames.oldestDueSeconds, Math.max(0, Math.round(oldestSeconds)));
  return waiting.length;
};

const readShard = async (kind: DueKind, shard: number, now: Temporal.Instant): Promise<readonly Message[]> => {
  const found: Message[] = [];
  let cursor: string | undefined;
  do {
    const page = await dueMessages(kind, shard, toStored(now), { limit: pageSize, cursor });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < maxPerShard);
  return found;
};

/** Texts that are settled at a time. */
const lanes = 8;

/** What finds out whether a pause is over: the newest, because what waited longest may be worth nothing by now. */
const probes = 3;

const handOver = async (kind: DueKind, due: readonly Message[], now: Temporal.Instant): Promise<void> => {
  const byClinic = Map.groupBy(due, ({ clinicId }) => clinicId);
  const states = await sendingStates([...byClinic.keys()], now);
  // Seen by one of the two sweeps is enough.
  const paused = states.filter((state) => state !== 'on').length;
  if (kind === 'reminders' && paused > 0) count(metricNames.sendingPaused, paused);

  const urgent: Message[] = [];
  const unpaced: Message[] = [];
  const lines: { readonly clinicId: Id<'clinic'>; readonly texts: readonly Message[] }[] = [];
  [...byClinic].forEach(([clinicId, texts], index) => {
    const [alerts, rest] = parted(texts, ({ cause }) => cause === 'triage');
    urgent.push(...alerts);
    const [emails, others] = parted(rest, ({ channel }) => channel === 'email');
    // They take nothing of a number's throughput.
    unpaced.push(...emails);
    if (states[index] === 'trying') urgent.push(...others.toSorted(byDueTime).slice(-probes));
    if (states[index] !== 'on') return;
    const [atOnce, inTurn] = parted(others, isUrgent);
    urgent.push(...atOnce);
    if (inTurn.length > 0) lines.push({ clinicId, texts: inTurn.toSorted(byDueTime) });
  });
  await enqueue(urgent.map(refOf));
  const [settings, parts] = await Promise.all([
    Promise.all(lines.map(({ clinicId }) => loadSettings(clinicId))),
    Promise.all(lines.map(({ clinicId }) => partsOf(clinicId))),
  ]);
  const turns = turnsOf(
    lines.map(({ texts }, index) => ({
      texts: texts.map((message) => ({ text: refOf(message), parts: parts[index]?.get(message.template) ?? 1 })),
      pace: paceOf(kind, settings[index]?.partsPerSecond ?? 1),
    })),
  );
  await enqueueBulk([...unpaced.map((message) => ({ text: refOf(message), delaySeconds: 0 })), ...turns]);
};

const warmParts = new Warm<ReadonlyMap<string, number>>();

/** How many parts a clinic's texts of its own words have at most, in the longer of their languages; our words have one. */
const partsOf = (clinicId: Id<'clinic'>): Promise<ReadonlyMap<string, number>> =>
  warmParts.get(clinicId, async () => {
    const parts = new Map<string, number>();
    for (const { template, parts: most } of await currentTemplates(clinicId))
      parts.set(template, Math.max(most, parts.get(template) ?? 1));
    return parts;
  });

const sendingStates = async (
  clinicIds: readonly Id<'clinic'>[],
  now: Temporal.Instant,
): Promise<readonly SendingState[]> => {
  const pauses = await together(() => Promise.all(clinicIds.map((clinicId) => loadPause(clinicId))));
  return pauses.map((pause) => sendingState(pause, now));
};

/** Somebody waits for it this minute: an answer, a code, an offer, a person's own words, or news of a visit. */
const isUrgent = ({ cause, plannedFor, createdAt }: Message): boolean =>
  (cause !== 'visit' && cause !== 'exercise') || plannedFor <= createdAt;

const byDueTime = (one: Message, other: Message): number =>
  one.dueAt.localeCompare(other.dueAt) || one.id.localeCompare(other.id);

const refOf = ({ clinicId, id }: Message): MessageRef => ({ clinicId, messageId: id });

const parted = <T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] => [
  all.filter(isFirst),
  all.filter((one) => !isFirst(one)),
];

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
    await transact([replaceMessageItem(caller, next), ...(await aftermathItems(caller, next))]);
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
