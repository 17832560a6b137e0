import { setTimeout as sleep } from 'node:timers/promises';
import { screenText } from '../care/core/red-flags.ts';
import { observationItems } from '../care/observations.ts';
import { openTriageCase } from '../care/triage.ts';
import { findPatientsByPhone, type Patient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Id } from '../platform/ids.ts';
import { log } from '../platform/log.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { findClinicId } from '../platform/store/directory.ts';
import { ConditionFailed, Contended, type TransactItem, transact } from '../platform/store/records.ts';
import { localDateOf } from '../platform/time.ts';
import { confirmByText, loadAppointment } from '../scheduling/visits.ts';
import { barOf, type Given, stopOf, withConsent } from './consent.ts';
import { eveningOf, isStaffed } from './core/business-hours.ts';
import { CONSENT_CATEGORIES, endedByStop } from './core/consent.ts';
import { reachedAgain } from './core/reach.ts';
import { asksToStop, asksToStopAll, type Classification, mayMeanVisit } from './core/replies.ts';
import { isSpanish } from './core/reply-language.ts';
import type { MessagingSettings } from './core/settings.ts';
import type { TemplateName } from './core/template-names.ts';
import { isHeldByHuman, newThread, received, type Thread } from './core/thread.ts';
import { type Candidate, codeIn, understand } from './core/which.ts';
import { dispatch } from './dispatch.ts';
import type { Inbound } from './inbound.ts';
import { getInboundText, inboundTextItem } from './inbound-store.ts';
import { planAlert, planAnswer } from './plan.ts';
import { loadSettings } from './settings.ts';
import {
  getStanding,
  type OpenQuestion,
  type Option,
  type Standing,
  standingItem,
  type VisitTold,
} from './standing-store.ts';
import type { MessageRef } from './store.ts';
import { openTaskItems } from './tasks.ts';
import { getThread, threadEntryItem, threadIdOf, threadItem, toEntryTime } from './thread-store.ts';

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
 * @throws Error when no clinic has the number that was texted: it may be an emergency, so it goes to the dead letters
 */
export const receiveText = async (
  inbound: Inbound | undefined,
  { now, requestId }: Pick<Caller, 'now' | 'requestId'>,
): Promise<void> => {
  if (inbound === undefined) return;
  const { from, inboundMessageId } = inbound;
  if (from === undefined) return log.warn('text not from a phone', { requestId, eventId: inboundMessageId });
  const clinicId = await findClinicId('number', inbound.to);
  if (clinicId === undefined) throw new Error('No clinic has the number that was texted');
  const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'messaging-receive' }, requestId, now };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if ((await getInboundText(clinicId, from, inboundMessageId)) !== undefined) return;
    try {
      return await takeIn(caller, { ...inbound, from });
    } catch (error) {
      // The same text at the same time, another of the thread, or a claim: read again.
      if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error;
    }
    // Somebody hammers: whoever has lost several times steps back.
    if (attempt >= attemptsAtOnce) await sleep(Math.random() * retryMostMillis);
  }
  throw new Error('The thread kept changing');
};

type FromPhone = Inbound & { readonly from: string };

/** What was read, and from whom. */
interface Reading {
  readonly inbound: FromPhone;
  readonly classification: Classification;
  readonly standing: Standing;
  /** The patients of the number. */
  readonly patients: readonly Patient[];
  /** Who it is from: the one patient of the number, or whose question was answered by its code; else undefined. */
  readonly patient: Patient | undefined;
  /** The question it answers. */
  readonly question?: OpenQuestion | undefined;
  /** The questions it may answer, where nobody can tell which: they are asked. */
  readonly candidates?: readonly Candidate<OpenQuestion>[] | undefined;
  readonly thread: Thread;
  readonly settings: MessagingSettings;
  /** The clinic's. */
  readonly zone: string;
  /** The clinic's local day. */
  readonly today: string;
}

/** What follows from it. */
interface Effects {
  readonly standing: Standing;
  readonly items: readonly TransactItem[];
  readonly answer?:
    | { readonly template: TemplateName; readonly appointmentId?: Id<'appointment'> | undefined }
    | undefined;
  readonly refs?: readonly MessageRef[];
  /** Whether the answer is the one confirmation of a STOP. */
  readonly confirmsStop?: boolean;
  /** Whether a human must read it; else automation has dealt with it. */
  readonly isForHuman?: boolean;
  /** The evening on which the number has been told that nobody is there. */
  readonly afterHoursOn?: string;
}

const takeIn = async (caller: Caller, inbound: FromPhone): Promise<void> => {
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
  const understood = await read(caller, inbound, standing, patients);
  const { classification } = understood;
  const today = localDateOf(caller.now, clinic.zone);
  const reading: Reading = {
    patient: patients.length === 1 ? patients[0] : undefined,
    ...understood,
    inbound,
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

/** What a reply says, to which question, and, where a code told whose question it was, from whom. */
const read = async (
  caller: Caller,
  { body }: FromPhone,
  standing: Standing,
  patients: readonly Patient[],
): Promise<Pick<Reading, 'classification' | 'question' | 'candidates' | 'standing'> & { patient?: Patient }> => {
  const now = toStored(caller.now);
  const questions = (standing.openQuestions ?? []).filter(({ openUntil }) => now < openUntil);
  const option = chosenOption(body, standing, questions, now);
  if (option !== undefined) {
    const patient = patients.find(({ id }) => id === option.patientId);
    return {
      classification: {
        intent: option.intent,
        value: option.value ?? null,
        why: 'Says by its code which question the reply before it answers.',
      },
      question: option,
      standing: { ...standing, choice: undefined },
      ...(patient === undefined ? {} : { patient }),
    };
  }
  const live = await ofVisitsToCome(caller, questions);
  const understood = understand({ body, questions: live, people: patients.length });
  if (understood.kind === 'read') return { ...understood, standing };
  const { candidates } = understood;
  const [first] = candidates.filter(({ classification }) => classification.intent !== 'other');
  return {
    classification: {
      intent: first?.classification.intent ?? 'other',
      value: null,
      why: 'May answer more than one question, or that of more than one person: nobody guesses which.',
    },
    candidates,
    standing,
  };
};

/** The option that a reply names by its code. Where a number may be an answer, a bare one is no code. */
const chosenOption = (
  body: string,
  { choice }: Standing,
  questions: readonly OpenQuestion[],
  now: string,
): Option | undefined => {
  if (choice === undefined || choice.openUntil <= now) return undefined;
  const bareDigits = questions.every(({ kind }) => kind === 'confirm');
  const index = codeIn(body, { count: choice.options.length, bareDigits });
  return index === undefined ? undefined : choice.options[index];
};

/** Where several questions are open, those about a visit that is called off or has begun are none any more. */
const ofVisitsToCome = async (
  { clinicId, now }: Caller,
  questions: readonly OpenQuestion[],
): Promise<readonly OpenQuestion[]> => {
  if (questions.length < 2) return questions;
  const isLive = await Promise.all(
    questions.map(async ({ kind, appointmentId }) => {
      if (kind !== 'confirm' || appointmentId === undefined) return true;
      const appointment = await loadAppointment(clinicId, appointmentId);
      return appointment?.status === 'booked' && toStored(now) < appointment.start;
    }),
  );
  return questions.filter((_, index) => isLive[index]);
};

const effectsOf = (caller: Caller, reading: Reading): Effects | Promise<Effects> => {
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

const answered = ({ standing }: Reading, template: TemplateName, appointmentId?: Id<'appointment'>): Effects => ({
  standing,
  items: [],
  answer: { template, appointmentId },
});

/** A human reads it; the patient is told so once a day, or, when nobody is there, that once an evening. */
const unread = (caller: Caller, { standing, thread, settings, zone, today }: Reading): Effects => {
  const effects = { standing, items: [], isForHuman: true } as const;
  const since = toStored(caller.now.subtract({ hours: settings.takeoverHours }));
  // Somebody is talking to them already.
  if (isHeldByHuman(thread, since)) return effects;
  const { businessHours } = settings;
  if (settings.afterHoursAnswer && !isStaffed(caller.now, zone, businessHours)) {
    const evening = eveningOf(caller.now, zone, businessHours);
    return thread.afterHoursOn === evening
      ? effects
      : { ...effects, afterHoursOn: evening, answer: { template: 'reply-after-hours' } };
  }
  return standing.fallbackOn === today
    ? effects
    : { ...effects, standing: { ...standing, fallbackOn: today }, answer: { template: 'reply-unknown' } };
};

/** As many options as a text of one segment can name. */
const maxOptions = 3;
/** Who answers a question with the question again, twice, talks to a human. */
const maxTimesAsked = 2;
const choiceHours = 24;

/** Asks which question was meant, by numbered codes. Nothing is confirmed, recorded or disclosed until they say. */
const onWhich = async (
  caller: Caller,
  reading: Reading,
  candidates: readonly Candidate<OpenQuestion>[],
): Promise<Effects> => {
  const { inbound, standing, patients, today } = reading;
  const isPending = standing.choice !== undefined && toStored(caller.now) < standing.choice.openUntil;
  const timesAsked = isPending ? (standing.choice?.asked ?? 0) : 0;
  const isOfPatients = candidates.every(({ question }) => patients.some(({ id }) => id === question.patientId));
  if (!isOfPatients || candidates.length > maxOptions || timesAsked >= maxTimesAsked) {
    const { standing: after, ...rest } = unread(caller, reading);
    const about = { phone: inbound.from, sourceId: inbound.inboundMessageId, today };
    return {
      ...rest,
      standing: { ...after, choice: undefined },
      items: await openTaskItems(caller, { kind: 'reply-unclear', ...about }),
    };
  }
  const options = candidates.map(
    ({ question, classification }): Option => ({
      ...question,
      intent: optionIntent(classification),
      value: classification.value ?? undefined,
    }),
  );
  const isOnePersonsVisits = patients.length === 1 && candidates.every(({ question }) => question.kind === 'confirm');
  return {
    standing: {
      ...standing,
      choice: {
        inboundMessageId: inbound.inboundMessageId,
        options,
        openUntil: toStored(caller.now.add({ hours: choiceHours })),
        asked: timesAsked + 1,
      },
    },
    items: [],
    answer: { template: isOnePersonsVisits ? 'reply-which-visit' : 'reply-which-text' },
  };
};

const optionIntent = ({ intent }: Classification): Option['intent'] => {
  switch (intent) {
    case 'confirm':
    case 'reschedule':
    case 'cancel_visit':
    case 'answer':
      return intent;
    default:
      return 'other';
  }
};

/** The standing once a question is answered. */
const withoutQuestion = (standing: Standing, isAnswered: (question: OpenQuestion) => boolean): Standing => ({
  ...standing,
  openQuestions: standing.openQuestions?.filter((question) => !isAnswered(question)),
  choice: undefined,
});

const onRedFlag = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const { inbound, standing, patient } = reading;
  const { flags, disposition } = screenText(inbound.body);
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

const keywordVersion = 'reply-keywords-1';

/** What a number said, as the ledger keeps it. */
const inWords = ({ inbound, patient, standing }: Reading, said: Pick<Given, 'category' | 'granted'>): Given => ({
  ...said,
  how: 'text',
  proof: 'from-the-number',
  patientId: patient?.id,
  wording: inbound.body,
  wordingVersion: keywordVersion,
  evidence: inbound.inboundMessageId,
  answered: said.granted ? undefined : standing.lastCategory,
});

/**
 * A STOP is recorded and confirmed once: it ends what the clinic's settings say (`endedByStop`). Once everything is ended, a further one
 * changes nothing and is answered with silence. A bare CANCEL may have meant the visit: it stands, the confirmation says so, and staff
 * are to ask, however often it was said before.
 */
const onOptOut = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const { inbound, standing, patient, patients, today, settings } = reading;
  const isUnclear = mayMeanVisit(inbound.body);
  const tasks =
    isUnclear && patients.length > 0
      ? await openTaskItems(caller, {
          kind: 'opt-out-may-mean-visit',
          phone: inbound.from,
          patientId: patient?.id,
          sourceId: inbound.inboundMessageId,
          today,
        })
      : [];
  if (standing.optedOut !== undefined) return { standing, items: tasks };
  const { revocation } = settings;
  const { lastCategory } = standing;
  const category = endedByStop(standing, { revocation, lastCategory, saysAll: asksToStopAll(inbound.body) });
  const ended = withConsent(caller, standing, [inWords(reading, { category, granted: false })]);
  const plainly = category === 'all' ? 'reply-opt-out' : 'reply-opt-out-kind';
  const template = isUnclear ? 'reply-opt-out-visit-stands' : plainly;
  return { standing: ended.standing, items: [...ended.items, ...tasks], answer: { template }, confirmsStop: true };
};

/** START returns what was agreed to before, marketing excepted, and is an agreement to texts of treatment by itself. */
const onOptIn = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const { standing } = reading;
  const isStopped = CONSENT_CATEGORIES.some((each) => each !== 'marketing' && stopOf(standing, each) !== undefined);
  if (!isStopped && barOf(standing, 'treatment') === undefined) return answered(reading, 'reply-opt-in');
  const turn = withConsent(caller, standing, [inWords(reading, { category: 'all', granted: true })]);
  return { standing: turn.standing, items: turn.items, answer: { template: 'reply-opt-in' } };
};

/** The visit a reply means: that of the open question, else the one the thread was last told about. */
const visitMeant = ({ question, standing, patient }: Reading): VisitTold | undefined => {
  const told =
    question?.kind === 'confirm' && question.appointmentId !== undefined
      ? { patientId: question.patientId, appointmentId: question.appointmentId, sequence: question.sequence }
      : standing.lastVisit;
  // Two people on one phone, or a number that changed hands: never guess whose visit it is.
  return told !== undefined && told.patientId === patient?.id ? told : undefined;
};

const onConfirm = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const visit = visitMeant(reading);
  if (visit === undefined) return unread(caller, reading);
  const { appointmentId, sequence } = visit;
  // A transaction of scheduling's own, before ours: repeated after a crash it finds the visit confirmed already.
  if (await confirmByText(caller, appointmentId, sequence)) {
    return {
      standing: withoutQuestion(
        reading.standing,
        (question) => question.kind === 'confirm' && question.appointmentId === appointmentId,
      ),
      items: [],
      answer: { template: 'reply-confirmed', appointmentId },
    };
  }
  // The visit is no longer at the time they say yes to: tell them the time it has, if it still has one.
  const appointment = await loadAppointment(caller.clinicId, appointmentId);
  return appointment?.status === 'booked' && appointment.sequence !== sequence
    ? answered(reading, 'moved', appointmentId)
    : unread(caller, reading);
};

const onChangeWish = async (
  caller: Caller,
  reading: Reading,
  template: 'reply-reschedule' | 'reply-cancel-visit',
): Promise<Effects> => {
  const visit = visitMeant(reading);
  const appointment = visit && (await loadAppointment(caller.clinicId, visit.appointmentId));
  const canChange = appointment?.status === 'booked' && toStored(caller.now) < appointment.start;
  return canChange ? answered(reading, template, appointment.id) : unread(caller, reading);
};

const onNumber = (caller: Caller, reading: Reading): Effects => {
  const { question, patient, standing, classification, inbound } = reading;
  const isWhose = question !== undefined && question.patientId === patient?.id;
  if (!isWhose || question.kind === 'confirm' || classification.value === null) return unread(caller, reading);
  return {
    standing: withoutQuestion(standing, ({ messageId }) => messageId === question.messageId),
    items: observationItems(caller, {
      patientId: question.patientId,
      kind: question.kind === 'pain' ? 'pain' : 'exercise-days',
      value: classification.value,
      messageId: question.messageId,
      inboundTextId: inbound.inboundMessageId,
    }),
    answer: { template: question.kind === 'pain' ? 'reply-pain-answer' : 'reply-exercise-answer' },
  };
};

/** Adds the text that answers, unless nothing may or should be answered. */
const withAnswer = (caller: Caller, { inbound, patient, standing: before }: Reading, effects: Effects): Effects => {
  const { answer, standing, confirmsStop = false } = effects;
  const answers = before.answersCount ?? 0;
  if (answer === undefined) return effects;
  const isStopped = stopOf(standing, 'treatment') !== undefined;
  if (isStopped && !confirmsStop && answer.template !== 'reply-help') return effects;
  // The one confirmation of a STOP, and the advice to call 911, are never too many.
  if (answers >= maxAnswersPerDay && !confirmsStop && answer.template !== 'reply-red-flag') return effects;
  const plan = planAnswer(caller, {
    template: answer.template,
    to: inbound.from,
    inboundMessageId: inbound.inboundMessageId,
    patientId: patient?.id,
    appointmentId: answer.appointmentId,
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
