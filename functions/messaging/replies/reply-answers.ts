import { observationItems } from '../../care/observations.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { confirmByText, loadAppointment } from '../../scheduling/visits.ts';
import type { OpenQuestion, Option, Standing, VisitTold } from '../consent/standing-store.ts';
import type { Classification, Intent } from '../core/replies.ts';
import { isHeldByHuman, staffWroteSince } from '../core/thread.ts';
import type { Candidate } from '../core/which.ts';
import { openTaskItems } from '../inbox/tasks.ts';
import { answered, type Effects, takenOverSince, unread } from './reply-effects.ts';
import type { Reading } from './reply-reading.ts';
import { loadWords } from './words.ts';

/** What follows from a reply that answers, or may answer, a question of ours. */

const ANSWERS: ReadonlySet<Intent> = new Set(['confirm', 'reschedule', 'cancel_visit', 'answer']);

/**
 * Whether a yes, a number or words about the visit may answer what staff have written since the question was asked (or, where none is
 * open, lately): "Shall I move you to Thursday?", "Yes please". A human who knows what was asked reads those.
 */
export const mayAnswerStaff = async (
  caller: Caller,
  { inbound, classification, question, candidates, thread, settings }: Reading,
): Promise<boolean> => {
  const since = takenOverSince(caller, settings);
  if (candidates !== undefined) {
    return isHeldByHuman(thread, since) || candidates.some((each) => staffWroteSince(thread, each.question.askedAt));
  }
  const { isOfferedKeyword } = await loadWords();
  const isAnswer = ANSWERS.has(classification.intent) && !isOfferedKeyword(inbound.body);
  return isAnswer && staffWroteSince(thread, question?.askedAt ?? since);
};

/** As many options as a text of one segment can name. */
const maxOptions = 3;
/** Who answers a question with the question again, twice, talks to a human. */
const maxTimesAsked = 2;
const choiceHours = 24;

/** Asks which question was meant, by numbered codes. Nothing is confirmed, recorded or disclosed until they say. */
export const onWhich = async (
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

/** The visit a reply means: that of the open question, else the one the thread was last told about. */
const visitMeant = ({ question, standing, patient }: Reading): VisitTold | undefined => {
  const told =
    question?.kind === 'confirm' && question.appointmentId !== undefined
      ? { patientId: question.patientId, appointmentId: question.appointmentId, sequence: question.sequence }
      : standing.lastVisit;
  // Two people on one phone, or a number that changed hands: never guess whose visit it is.
  return told !== undefined && told.patientId === patient?.id ? told : undefined;
};

export const onConfirm = async (caller: Caller, reading: Reading): Promise<Effects> => {
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

export const onChangeWish = async (
  caller: Caller,
  reading: Reading,
  template: 'reply-reschedule' | 'reply-cancel-visit',
): Promise<Effects> => {
  const visit = visitMeant(reading);
  const appointment = visit && (await loadAppointment(caller.clinicId, visit.appointmentId));
  const canChange = appointment?.status === 'booked' && toStored(caller.now) < appointment.start;
  return canChange ? answered(reading, template, appointment.id) : unread(caller, reading);
};

export const onNumber = (caller: Caller, reading: Reading): Effects => {
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
