import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env } from '../../platform/config.ts';
import type { Id } from '../../platform/ids.ts';
import { inLanes, piecesOf } from '../../platform/lanes.ts';
import { log } from '../../platform/log.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count, seconds } from '../../platform/metrics.ts';
import { queueBatch } from '../../platform/queue-send.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { inAllShards } from '../../platform/store/due.ts';
import { ConditionFailed, Contended, putOrTransact, together } from '../../platform/store/records.ts';
import { Warm } from '../../platform/warm.ts';
import { paceOf, type Turn, turnsOf } from '../core/pacing.ts';
import { segment } from '../core/segments.ts';
import {
  builtInWords,
  LANGUAGES,
  type Language,
  longestText,
  TEMPLATE_NAMES,
  type TemplateName,
} from '../core/templates.ts';
import { loadSettings } from '../settings.ts';
import { type DueKind, dueMessages, type Message, type MessageRef, replaceMessageItem } from '../store.ts';
import { currentTemplates } from '../templates/template-store.ts';
import { aftermathItems } from './aftermath.ts';
import { enqueue } from './dispatch.ts';
import { enqueueBulk } from './dispatch-bulk.ts';
import { loadPause, type SendingState, sendingState } from './pause.ts';
import { givenBack, handedOver, isForSender, isHandedOver, settled } from './progress.ts';

/**
 * How far one sweep looks in one shard, longest due first: until it has found so many texts, of which a clinic's count up to a tenth, so
 * that its backlog, held by a pause or more than its number carries, hides nobody else's; and never further than four times that. What has
 * waited too long to go is ended, so that a backlog is a day's or two at most. Looking is cheap: half a unit for seven.
 */
const maxPerShard = 10_000;

/**
 * The minute's sweep of one kind: reads what is due from the sharded index (never a scan; the cost does not depend on
 * what waits for later), hands planned texts to the senders, and settles those whose sender was never heard of again, or that are past
 * all use: those take no turn.
 *
 * What cannot wait goes at once, the first time. Of the rest each number gets what it can carry in a minute, each text its turn, claimed
 * for it by one sweep alone: a second turn would be lost to the texts behind it. What is left is due in the next minute
 * still, as is what had its turn and was not sent in the minutes after. A text handed over twice costs the sender a read.
 * @returns how many texts it found due
 */
export const sweepDue = async (
  kind: DueKind,
  now: Temporal.Instant,
  requestId: string,
  perShard = maxPerShard,
): Promise<number> => {
  const found = await inAllShards((shard) => readShard(kind, shard, now, perShard));
  const sweep: Sweep = { kind, now, requestId };
  const [toSettle, others] = parted(found, (message) => settled(message, now) !== undefined);
  await handOver(
    sweep,
    others.filter((message) => isForSender(message, now)),
  );
  await inLanes(toSettle, lanes, (message) => settle(sweep, message));
  const waiting = found.filter(({ status }) => status === 'planned').map(({ plannedFor }) => plannedFor);
  const oldest = waiting.toSorted()[0];
  const oldestSeconds = oldest === undefined ? 0 : Temporal.Instant.from(oldest).until(now).total('seconds');
  seconds(metricNames.oldestDueSeconds, Math.max(0, Math.round(oldestSeconds)));
  return waiting.length;
};

const readShard = async (
  kind: DueKind,
  shard: number,
  now: Temporal.Instant,
  most: number,
): Promise<readonly Message[]> => {
  const perClinic = most / 10;
  const found: Message[] = [];
  const ofClinic = new Map<Id<'clinic'>, number>();
  let counted = 0;
  let cursor: string | undefined;
  do {
    const page = await dueMessages(kind, shard, toStored(now), { limit: perClinic, cursor });
    for (const message of page.items) {
      const count = (ofClinic.get(message.clinicId) ?? 0) + 1;
      ofClinic.set(message.clinicId, count);
      counted += Number(count <= perClinic);
      found.push(message);
    }
    cursor = page.cursor;
  } while (cursor !== undefined && counted < most && found.length < most * 4);
  return found;
};

interface Sweep {
  readonly kind: DueKind;
  readonly now: Temporal.Instant;
  readonly requestId: string;
}

const callerOf = ({ now, requestId }: Sweep, { clinicId }: Message): Caller => ({
  clinicId,
  actor: { kind: 'automation', id: 'messaging-reminders' },
  requestId,
  now,
});

/** Pieces of work under way at a time: with ten turns each, as many as the table's client has connections. */
const lanes = 5;

/** What finds out whether a pause is over: the newest, because what waited longest may be worth nothing by now. */
const probes = 3;

const handOver = async (sweep: Sweep, due: readonly Message[]): Promise<void> => {
  const { kind, now } = sweep;
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
    const [atOnce, byTurns] = parted(others, (message) => isUrgent(message) && message.attempts === 0);
    urgent.push(...atOnce);
    const inTurn = byTurns.filter((message) => !isHandedOver(message, now));
    if (inTurn.length > 0) lines.push({ clinicId, texts: inTurn.toSorted(byTurn) });
  });
  await enqueue(urgent.map(refOf));
  const [settings, parts] = await Promise.all([
    Promise.all(lines.map(({ clinicId }) => loadSettings(clinicId))),
    Promise.all(lines.map(({ clinicId }) => partsOf(clinicId))),
  ]);
  const turns = turnsOf(
    lines.map(({ texts }, index) => ({
      texts: texts.map((message) => ({ text: message, parts: parts[index]?.get(message.template) ?? 1 })),
      pace: paceOf(kind, settings[index]?.partsPerSecond ?? 1),
    })),
  );
  const atOnce = unpaced.map((message) => ({ text: refOf(message), delaySeconds: 0 }));
  await inLanes(piecesOf(atOnce, queueBatch), lanes, enqueueBulk);
  // One call of the queue at a time: a sweep that dies has handed over what it claimed, but for a few.
  await inLanes(piecesOf(turns, queueBatch), lanes, (some) => giveTurns(sweep, some));
};

/** Claims texts for their turns and queues them; what does not get onto the queue is given back, as far as that can be done. */
const giveTurns = async (sweep: Sweep, turns: readonly Turn<Message>[]): Promise<void> => {
  const mine = await claimTurns(sweep, turns);
  try {
    await enqueueBulk(mine.map(({ text, delaySeconds }) => ({ text: refOf(text), delaySeconds })));
  } catch (error) {
    await Promise.allSettled(
      mine.map(({ text }) => putOrTransact([replaceMessageItem(callerOf(sweep, text), givenBack(text))])),
    );
    throw error;
  }
};

/** Those of some turns that are this sweep's to give: what another gave, or what was taken back meanwhile, is left out. */
const claimTurns = async (sweep: Sweep, turns: readonly Turn<Message>[]): Promise<readonly Turn<Message>[]> => {
  const mine = await Promise.all(
    turns.map(async ({ text, delaySeconds }) => {
      try {
        const claimed = handedOver(text, sweep.now);
        await putOrTransact([replaceMessageItem(callerOf(sweep, text), claimed)]);
        return [{ text: claimed, delaySeconds }];
      } catch (error) {
        if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error;
        return [];
      }
    }),
  );
  return mine.flat();
};

const warmParts = new Warm<ReadonlyMap<string, number>>();

/** How many parts a clinic's texts have at most, in the longer of their languages. */
const partsOf = (clinicId: Id<'clinic'>): Promise<ReadonlyMap<string, number>> =>
  warmParts.get(clinicId, async () => {
    const [{ slug }, own] = await Promise.all([loadClinic(clinicId), currentTemplates(clinicId)]);
    const links = { publicUrl: env('PUBLIC_URL'), slug };
    const partsIn = (name: TemplateName, language: Language): number => {
      const stored = own.find(({ template, language: each }) => template === name && each === language);
      return segment(longestText(name, stored?.words ?? builtInWords(name, language), links)).segments;
    };
    return new Map(TEMPLATE_NAMES.map((name) => [name, Math.max(...LANGUAGES.map((each) => partsIn(name, each)))]));
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

/**
 * What is urgent and was too fast for its number (news of a day that was called off) has turns before all that can wait. Of the rest what
 * was meant to go last comes first: where there is more than turns, what has waited longest is the nearest to being worth nothing, and to
 * serve it first would make all that comes after it late as well.
 */
const byTurn = (one: Message, other: Message): number =>
  Number(isUrgent(other)) - Number(isUrgent(one)) ||
  other.plannedFor.localeCompare(one.plannedFor) ||
  one.id.localeCompare(other.id);

const byDueTime = (one: Message, other: Message): number =>
  one.dueAt.localeCompare(other.dueAt) || one.id.localeCompare(other.id);

const refOf = ({ clinicId, id }: Message): MessageRef => ({ clinicId, messageId: id });

const parted = <T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] => [
  all.filter(isFirst),
  all.filter((one) => !isFirst(one)),
];

/** Moves on a text that was claimed and never heard of, waited in vain for a receipt, or has waited too long to go. */
const settle = async (sweep: Sweep, message: Message): Promise<void> => {
  const next = settled(message, sweep.now);
  if (next === undefined) return;
  const caller = callerOf(sweep, message);
  try {
    await putOrTransact([replaceMessageItem(caller, next), ...(await aftermathItems(caller, next))]);
    if (next.status === 'suppressed') count(metricNames.textsSuppressed);
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
