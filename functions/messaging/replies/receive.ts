import { setTimeout as sleep } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import { openTriageCase } from '../../care/triage.ts';
import { findPatientsByPhone } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { log } from '../../platform/log.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { findClinicId } from '../../platform/store/directory.ts';
import { ConditionFailed, Contended, type TransactItem, transact } from '../../platform/store/records.ts';
import { localDateOf } from '../../platform/time.ts';
import { stopOf } from '../consent/consent.ts';
import { getStanding, standingItem } from '../consent/standing-store.ts';
import { reachedAgain } from '../core/reach.ts';
import { isSpanish } from '../core/reply-language.ts';
import { newThread, received } from '../core/thread.ts';
import { getThread, threadEntryItem, threadIdOf, threadItem, toEntryTime } from '../inbox/thread-store.ts';
import { planAlert, planAnswer } from '../plans/plan.ts';
import { dispatch } from '../sending/dispatch.ts';
import { loadSettings } from '../settings.ts';
import type { Inbound } from './inbound.ts';
import { getInboundText, inboundTextItem } from './inbound-store.ts';
import { mayAnswerStaff, onChangeWish, onConfirm, onNumber, onWhich } from './reply-answers.ts';
import { onOptIn, onOptOut } from './reply-consent.ts';
import { answered, type Effects, unread } from './reply-effects.ts';
import { type FromPhone, type Reading, read } from './reply-reading.ts';
import { loadWords } from './words.ts';

const attempts = 30;
const attemptsAtOnce = 4;
const retryMostMillis = 500;
/** Automatic answers, and alerts, that one number can cause in a day: two machines answering each other must come to rest. */
const maxAnswersPerDay = 20;
const maxAlertsPerDay = 20;

/**
 * Takes in a text: stores it, understands it, and writes everything that follows from it in one transaction, so that a
 * redelivery finds it done. Red flags come before all else, and reach a human whatever the number has said about texts.
 *
 * Somebody who said stop gets no automatic text but the one confirmation of it and an answer to HELP: not even the
 * advice to call 911, which the human who is alerted gives by phone.
 *
 * `saidAt` is when the carrier passed it on: texts that come in out of their order, or days late, keep theirs. @default now
 *
 * @throws Error when no clinic has the number that was texted: it may be an emergency, so it goes to the dead letters
 */
export const receiveText = async (
  inbound: Inbound | undefined,
  {
    now,
    requestId,
    saidAt = now,
  }: Pick<Caller, 'now' | 'requestId'> & { readonly saidAt?: Temporal.Instant | undefined },
): Promise<void> => {
  if (inbound === undefined) return;
  const { from, inboundMessageId } = inbound;
  if (from === undefined) return log.warn('text not from a phone', { requestId, eventId: inboundMessageId });
  const clinicId = await findClinicId('number', inbound.to);
  if (clinicId === undefined) throw new Error('No clinic has the number that was texted');
  const said = Temporal.Instant.compare(saidAt, now) < 0 ? saidAt : now;
  const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'messaging-receive' }, requestId, now };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if ((await getInboundText(clinicId, from, inboundMessageId)) !== undefined) return;
    try {
      return await takeIn(caller, { ...inbound, from }, said);
    } catch (error) {
      // The same text at the same time, another of the thread, or a claim: read again.
      if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error;
    }
    // Somebody hammers: whoever has lost several times steps back.
    if (attempt >= attemptsAtOnce) await sleep(Math.random() * retryMostMillis);
  }
  throw new Error('The thread kept changing');
};

const takeIn = async (caller: Caller, inbound: FromPhone, said: Temporal.Instant): Promise<void> => {
  const { clinicId } = caller;
  const threadId = threadIdOf(clinicId, inbound.from);
  const [standing, known, patients, clinic, settings] = await Promise.all([
    getStanding(clinicId, inbound.from),
    getThread(clinicId, threadId),
    findPatientsByPhone(clinicId, inbound.from),
    loadClinic(clinicId),
    loadSettings(clinicId),
  ]);
  const receivedAt = toStored(caller.now);
  const thread = known ?? newThread({ id: threadId, clinicId, phone: inbound.from }, receivedAt);
  const understood = await read(caller, { inbound, said, standing, patients });
  const { classification } = understood;
  const today = localDateOf(caller.now, clinic.zone);
  const reading: Reading = {
    patient: patients.length === 1 ? patients[0] : undefined,
    ...understood,
    inbound,
    said,
    standing:
      standing.answersOn === today
        ? understood.standing
        : { ...understood.standing, answersOn: today, answersCount: 0, alertsCount: 0 },
    patients,
    thread,
    settings,
    zone: clinic.zone,
    today,
  };
  const effects = withAnswer(caller, reading, await effectsOf(caller, reading));
  await transact([
    inboundTextItem(caller, {
      inboundMessageId: inbound.inboundMessageId,
      clinicId,
      phone: inbound.from,
      body: inbound.body,
      receivedAt,
      intent: classification.intent,
      why: classification.why,
      patientId: reading.patient?.id,
    }),
    standingItem(
      caller,
      { ...effects.standing, ...reachedAgain, origin: inbound.to },
      `reply: ${classification.intent}`,
    ),
    ...threadItems(caller, reading, effects, receivedAt),
    ...effects.items,
  ]);
  if (effects.confirmsStop) count(metricNames.optOuts);
  log.info('text received', {
    requestId: caller.requestId,
    clinicId: caller.clinicId,
    eventId: inbound.inboundMessageId,
    outcome: classification.intent,
  });
  await dispatch(effects.refs ?? []);
};

/** The thread after the text, and the text's line in it. */
const threadItems = (
  caller: Caller,
  { inbound, classification, thread, patients }: Reading,
  { isForHuman = false, afterHoursOn }: Effects,
  at: string,
): readonly TransactItem[] => {
  const after = received(thread, { at, isKnown: patients.length > 0, isForHuman });
  return [
    threadItem(caller, afterHoursOn === undefined ? after : { ...after, afterHoursOn }, 'received'),
    threadEntryItem(caller.clinicId, {
      threadId: thread.id,
      at: toEntryTime(caller.now),
      direction: 'in',
      textId: inbound.inboundMessageId,
      words: inbound.body,
      intent: classification.intent,
      isForHuman,
    }),
  ];
};

const effectsOf = async (caller: Caller, reading: Reading): Promise<Effects> => {
  if (await mayAnswerStaff(caller, reading)) return unread(caller, reading);
  if (reading.candidates !== undefined) return onWhich(caller, reading, reading.candidates);
  switch (reading.classification.intent) {
    case 'red_flag':
      return onRedFlag(caller, reading);
    case 'opt_out':
      return onOptOut(caller, reading);
    case 'help':
      return answered(reading, 'reply-help');
    case 'opt_in':
      return onOptIn(caller, reading);
    case 'confirm':
      return onConfirm(caller, reading);
    case 'reschedule':
      return onChangeWish(caller, reading, 'reply-reschedule');
    case 'cancel_visit':
      return onChangeWish(caller, reading, 'reply-cancel-visit');
    case 'answer':
      return onNumber(caller, reading);
    case 'other':
      return unread(caller, reading);
  }
};

const onRedFlag = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const { inbound, standing, patient } = reading;
  const { asksToStop, ownWordsOf, screenText } = await loadWords();
  const { flags, disposition } = screenText(ownWordsOf(inbound.body));
  const opened = openTriageCase(caller, {
    patientId: patient?.id,
    phone: inbound.from,
    source: 'text',
    sourceId: inbound.inboundMessageId,
    flags: flags.map(({ rule }) => rule),
    disposition: disposition ?? 'SAME_DAY',
  });
  const alerts = standing.alertsCount ?? 0;
  // A flood from one phone must not bury the alerts of the others; every case waits in the list all the same.
  const alert = alerts < maxAlertsPerDay ? await planAlert(caller, opened.case) : { items: [], refs: [] };
  const stop = asksToStop(inbound.body) ? await onOptOut(caller, reading) : undefined;
  const after = stop ?? { standing, items: [], answer: { template: 'reply-red-flag' as const } };
  return {
    ...after,
    isForHuman: true,
    standing: { ...after.standing, alertsCount: alerts + 1 },
    items: [...opened.items, ...alert.items, ...after.items],
    refs: alert.refs,
  };
};

/** Adds the text that answers, unless nothing may or should be answered. */
const withAnswer = (
  caller: Caller,
  { inbound, said, patient, standing: before }: Reading,
  effects: Effects,
): Effects => {
  const { answer, standing, confirmsStop = false } = effects;
  const answers = before.answersCount ?? 0;
  if (answer === undefined) return effects;
  const isStopped = stopOf(standing, 'treatment') !== undefined;
  if (isStopped && !confirmsStop && answer.template !== 'reply-help') return effects;
  // The one confirmation of a STOP, and the advice to call 911, are never too many.
  if (answers >= maxAnswersPerDay && !confirmsStop && answer.template !== 'reply-red-flag') return effects;
  const plan = planAnswer(caller, {
    ...answer,
    to: inbound.from,
    // Its five minutes count from the STOP, whenever its turn came.
    dueAt: confirmsStop ? said : caller.now,
    inboundMessageId: inbound.inboundMessageId,
    patientId: patient?.id,
    language: isSpanish(inbound.body) ? 'es' : undefined,
  });
  return {
    ...effects,
    standing: { ...standing, answersCount: answers + 1 },
    items: [...effects.items, ...plan.items],
    // The alert first: the order of the hints is the order of the queue, more or less.
    refs: [...(effects.refs ?? []), ...plan.refs],
  };
};
