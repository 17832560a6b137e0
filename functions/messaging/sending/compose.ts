import { Temporal } from 'temporal-polyfill';
import { exercisePlanCheck, loadExercisePlan } from '../../care/exercise.ts';
import { loadTriageCase } from '../../care/triage.ts';
import { loadPatient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { codeMinutes, phoneCode } from '../../platform/one-time-code.ts';
import { type TransactItem, together } from '../../platform/store/records.ts';
import type { Appointment } from '../../scheduling/core/types.ts';
import { offerRefusal } from '../../scheduling/core/waiting-list.ts';
import {
  appointmentCheck,
  hasLaterVisit,
  loadAppointment,
  loadOffer,
  offerCheck,
  wasSeenBefore,
} from '../../scheduling/visits.ts';
import { barOf, type ConsentCategory, stopOf } from '../consent/consent.ts';
import {
  getStanding,
  type OpenQuestion,
  type Standing,
  standingCheckItem,
  standingItem,
} from '../consent/standing-store.ts';
import { CONSENT_CATEGORIES } from '../core/consent.ts';
import { decideSend, type PlanStep, type SendState } from '../core/plan.ts';
import { formatVisitTime, type Language, type TemplateName } from '../core/templates.ts';
import { closesAt, isOpen, textingWindow, treatmentWindow } from '../core/texting-window.ts';
import { codeOf } from '../core/which.ts';
import { stepInForce } from '../plans/plan-in-force.ts';
import { loadSettings } from '../settings.ts';
import { type Message, staffText, type TextName } from '../store.ts';
import { getPicture, type Picture } from '../templates/picture-store.ts';
import { languageOf, type Secrets, type Subject, visitSubject, wordingOf, zoneOf } from '../templates/wording.ts';
import { type Allowed, allowanceOf } from './allowance.ts';
import { composeStaffText } from './compose-staff.ts';

/** A text ready to be claimed: its words, and what must still hold at the moment of the claim. */
export interface Outgoing {
  readonly kind: 'send';
  readonly template: TextName;
  /** What was put into it, without the link or the code: those are nowhere but in the text. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The language it is written in, and which version of the clinic's own words it has: 0 for the built-in ones. */
  readonly language?: Language | undefined;
  readonly templateVersion?: number | undefined;
  readonly to: string;
  /** The clinic's number that the thread is on. @default the one the clinic has now */
  readonly from?: string | undefined;
  readonly body: string;
  readonly picture?: Picture | undefined;
  readonly expiresAt: Temporal.Instant;
  /** For the claim's transaction: the truth it was decided on, and what it leaves behind (a link, an open question). */
  readonly conditions: readonly TransactItem[];
}

export type Composed =
  | Outgoing
  | { readonly kind: 'suppress'; readonly reason: string }
  | { readonly kind: 'defer'; readonly until: Temporal.Instant };

/** Reads what a text depends on, as it is now, and decides: send this, not at all, or later. */
export const compose = async (caller: Caller, message: Message): Promise<Composed> => {
  const { template } = message;
  return template === staffText ? composeStaffText(caller, message) : composeTemplate(caller, { ...message, template });
};

type OfTemplate = Message & { readonly template: TemplateName };

const composeTemplate = (caller: Caller, message: OfTemplate): Promise<Composed> | Composed => {
  switch (message.cause) {
    case 'visit':
      return composeVisitText(caller, message);
    case 'exercise':
      return composeNudge(caller, message);
    case 'reply':
      return composeAnswer(caller, message);
    case 'triage':
      return composeAlert(caller, message);
    case 'offer':
      return composeOffer(caller, message);
    case 'phone-code':
      return composePhoneCode(caller, message);
    case 'staff':
      return suppress('no-words');
  }
};

const suppress = (reason: string): Composed => ({ kind: 'suppress', reason });

const composeVisitText = async (caller: Caller, message: Message): Promise<Composed> => {
  // One call for all that the message itself names.
  const [appointment, patient, known, settings] = await together(() =>
    Promise.all([
      appointmentOf(message),
      message.patientId === undefined ? undefined : loadPatient(message.clinicId, message.patientId),
      getStanding(message.clinicId, message.to),
      loadSettings(message.clinicId),
    ]),
  );
  if (appointment === undefined) return suppress('visit-gone');
  const step = await stepInForce(message, appointment.typeId);
  if (step === undefined) return suppress('visit-gone');
  if (patient === undefined) return suppress('patient-gone');
  const state: SendState = {
    step,
    sequence: message.sequence,
    dueAt: Temporal.Instant.from(message.plannedFor),
    visit: { ...appointment, start: Temporal.Instant.from(appointment.start) },
    isOfMany: message.parameters.count !== undefined,
    isOwnDoing: message.isOwnDoing,
    isNewPatient: await isNewTo(caller, step, appointment),
    hasLaterVisit: step.category === 'marketing' && (await hasLaterVisit(appointment)),
    patientZone: patient.zone,
    window: textingWindow(step.category, settings, patient.state),
  };
  const decision = decideSend(state, caller.now);
  if (decision.kind !== 'send') return decision;
  // The patient may have another number by now.
  const standing = patient.phone === message.to ? known : await getStanding(message.clinicId, patient.phone);
  const allowed = await allowanceOf(caller, message, {
    step,
    patient,
    standing,
    decideAt: (later) => decideSend(state, later),
  });
  if (allowed.kind !== 'send') return allowed;

  const { template, asksToConfirm } = decision;
  const isAhead = step.whileStatus === 'booked';
  const asked = asksToConfirm ? 'confirm' : step.template === 'check-in-48h' ? 'pain' : undefined;
  const subject =
    step.category === 'marketing'
      ? { language: patient.language }
      : { ...visitSubject(appointment, patient), count: message.parameters.count };
  return outgoing(caller, template, subject, {
    to: patient.phone,
    from: allowed.origin,
    expiresAt: decision.expiresAt,
    conditions: [
      appointmentCheck(message.clinicId, appointment.id, {
        sequence: message.sequence,
        statuses: [step.whileStatus],
      }),
      ...standingAfter(caller, standing, {
        message,
        category: step.category,
        allowed,
        lastVisit: isAhead ? visitTold(appointment) : undefined,
        question: asked === undefined ? undefined : questionAbout(caller, message, appointment, asked),
      }),
    ],
  });
};

/** Whether a visit is the patient's first in years; asked only where the step depends on it. */
const isNewTo = async (
  caller: Caller,
  { conditions }: PlanStep,
  appointment: Appointment,
): Promise<boolean | undefined> =>
  conditions.newPatientsOnly ? !(await wasSeenBefore(caller, appointment)) : undefined;

const composeNudge = async (caller: Caller, message: Message): Promise<Composed> => {
  const { patientId } = message;
  if (patientId === undefined) return suppress('plan-gone');
  const [plan, patient, appointment, settings] = await Promise.all([
    loadExercisePlan(message.clinicId, patientId),
    loadPatient(message.clinicId, patientId),
    appointmentOf(message),
    loadSettings(message.clinicId),
  ]);
  const step = await stepInForce(message, appointment?.typeId);
  if (step === undefined || plan === undefined || plan.id !== message.causeId || patient === undefined)
    return suppress('plan-gone');
  if (plan.sequence !== message.sequence) return suppress('plan-renewed');
  const dueAt = Temporal.Instant.from(message.plannedFor);
  // A nudge hangs on the plan, not on a visit: the sequence is the plan's.
  const visit = {
    status: 'fulfilled',
    sequence: plan.sequence,
    start: dueAt,
    modality: appointment?.modality,
  } as const;
  const isNewPatient = appointment && (await isNewTo(caller, step, appointment));
  const window = textingWindow(step.category, settings, patient.state);
  const state = { step, sequence: message.sequence, dueAt, visit, isNewPatient, patientZone: patient.zone, window };
  const decision = decideSend(state, caller.now);
  if (decision.kind !== 'send') return decision;
  const [standing, picture] = await together(() =>
    Promise.all([getStanding(message.clinicId, patient.phone), pictureOf(message.clinicId, step)]),
  );
  const allowed = await allowanceOf(caller, message, {
    step,
    patient,
    standing,
    decideAt: (later) => decideSend(state, later),
  });
  if (allowed.kind !== 'send') return allowed;
  return outgoing(
    caller,
    decision.template,
    { language: patient.language },
    {
      to: patient.phone,
      from: allowed.origin,
      picture,
      expiresAt: decision.expiresAt,
      conditions: [
        exercisePlanCheck(message.clinicId, patientId, message.sequence),
        ...standingAfter(caller, standing, {
          message,
          category: step.category,
          allowed,
          question: questionTo(caller, message, patientId, 'exercise'),
        }),
      ],
    },
  );
};

/** What goes with a nudge, as it is now: a picture retired since it was planned stays behind. */
const pictureOf = async (clinicId: Id<'clinic'>, { pictureId }: PlanStep): Promise<Picture | undefined> => {
  const picture = pictureId === undefined ? undefined : await getPicture(clinicId, pictureId);
  return picture?.status === 'active' ? picture : undefined;
};

/** Answers that go out to who said stop: the one confirmation of it, and help, which must always be had. */
const answersToOptedOut: ReadonlySet<TemplateName> = new Set([
  'reply-help',
  'reply-opt-out',
  'reply-opt-out-kind',
  'reply-opt-out-visit-stands',
  'reply-opt-out-kind-visit-stands',
]);
const confirmsOptOut = (template: TemplateName): boolean => template.startsWith('reply-opt-out');

/** The confirmation of a STOP is presumed welcome within five minutes of it (47 CFR 64.1200(a)(12)). */
const optOutAnswerMinutes = 5;
/** An answer to what was said an hour ago answers nothing. */
const answerMinutes = 60;

const composeAnswer = async (caller: Caller, message: OfTemplate): Promise<Composed> => {
  const { template } = message;
  const isOptOut = confirmsOptOut(template);
  const expiresAt = Temporal.Instant.from(message.plannedFor).add({
    minutes: isOptOut ? optOutAnswerMinutes : answerMinutes,
  });
  if (Temporal.Instant.compare(caller.now, expiresAt) >= 0) return suppress('stale');
  const standing = await getStanding(message.clinicId, message.to);
  if (standing.carrierRefusedAgainAt !== undefined) return suppress('carrier-refuses');
  if (stopOf(standing, 'treatment') !== undefined && !answersToOptedOut.has(template)) return suppress('opted-out');
  const ended = CONSENT_CATEGORIES.find((category) => category === message.parameters.ended) ?? 'treatment';
  if (isOptOut && stopOf(standing, ended) === undefined) return suppress('opted-in-again');
  if (template === 'reply-which-visit' || template === 'reply-which-text') {
    const language = await languageOf(caller.clinicId, await speaking(message));
    const options = await optionsText(caller, standing, template, language);
    if (options === undefined) return suppress('answered');
    return outgoing(
      caller,
      template,
      { options, language },
      { to: message.to, from: standing.origin, expiresAt, conditions: [standingCheckItem(standing)] },
    );
  }
  if (message.appointmentId === undefined) {
    const conditions = [standingCheckItem(standing)];
    const answer = await outgoing(caller, template, await speaking(message), {
      to: message.to,
      from: standing.origin,
      expiresAt,
      conditions,
    });
    // What it was planned with must outlast a claim that comes to nothing.
    return { ...answer, parameters: { ...message.parameters, ...answer.parameters } };
  }

  const appointment = await appointmentOf(message);
  if (appointment?.status !== 'booked') return suppress('visit-status');
  if (template === 'reply-confirmed' && appointment.confirmedSequence !== appointment.sequence) {
    return suppress('visit-moved');
  }
  const patient = await loadPatient(message.clinicId, appointment.patientId);
  // The number may have become another's since.
  if (patient?.phone !== message.to) return suppress('number-changed');
  const subject = visitSubject(appointment, patient);
  return outgoing(
    caller,
    template,
    { ...subject, language: message.language ?? subject.language },
    {
      to: message.to,
      from: standing.origin,
      expiresAt,
      conditions: [
        appointmentCheck(message.clinicId, appointment.id, { sequence: appointment.sequence, statuses: ['booked'] }),
        ...standingAfter(caller, standing, {
          message,
          lastVisit: visitTold(appointment),
          question: template === 'moved' ? questionAbout(caller, message, appointment, 'confirm') : undefined,
        }),
      ],
    },
  );
};

/** Who is answered is answered in the language they wrote in, as far as that is known, else in their own. */
const speaking = async ({ clinicId, patientId, language }: Message): Promise<Pick<Subject, 'language'>> => {
  if (language !== undefined || patientId === undefined) return { language };
  return { language: (await loadPatient(clinicId, patientId))?.language };
};

/**
 * What there is to choose from, each with its code: visits by their time, or our own texts by the time they were sent, which
 * tells nobody anything. Undefined when there is nothing to choose any more.
 */
const optionsText = async (
  { clinicId }: Caller,
  { choice }: Standing,
  template: 'reply-which-visit' | 'reply-which-text',
  language: Language,
): Promise<string | undefined> => {
  if (choice === undefined) return undefined;
  const visitTime = (at: string, zone: string) => formatVisitTime(Temporal.Instant.from(at), zone, language);
  const texts = await Promise.all(
    choice.options.map(async ({ patientId, appointmentId, askedAt }, index) => {
      const [patient, appointment] = await Promise.all([
        loadPatient(clinicId, patientId),
        appointmentId === undefined ? undefined : loadAppointment(clinicId, appointmentId),
      ]);
      if (patient === undefined) return undefined;
      if (template === 'reply-which-text') return `${codeOf(index)} ${visitTime(askedAt, patient.zone)}`;
      if (appointment === undefined) return undefined;
      const { zone = patient.zone } = zoneOf(appointment, patient.zone);
      return `${codeOf(index)} ${visitTime(appointment.start, zone)}`;
    }),
  );
  return texts.includes(undefined) ? undefined : texts.join(', ');
};

/**
 * A code goes to who asked for it a moment ago: without consent, which the visit's own texts need, and at any hour. Not to
 * a number that said stop, whoever typed it.
 */
const composePhoneCode = async (caller: Caller, message: OfTemplate): Promise<Composed> => {
  const expiresAt = Temporal.Instant.from(message.plannedFor).add({ minutes: codeMinutes });
  if (Temporal.Instant.compare(caller.now, expiresAt) >= 0) return suppress('stale');
  const standing = await getStanding(message.clinicId, message.to);
  if (stopOf(standing, 'treatment') !== undefined) return suppress('opted-out');
  if (standing.carrierRefusedAgainAt !== undefined) return suppress('carrier-refuses');
  const code = await phoneCode(message.clinicId, message.causeId as Id<'phoneCode'>);
  const conditions = [standingCheckItem(standing)];
  const rest = { to: message.to, from: standing.origin, expiresAt, conditions };
  return outgoing(caller, message.template, {}, rest, { code });
};

/**
 * An offer goes at once or not at all: the time is kept for a short while only, and who sleeps cannot answer. What is
 * suppressed here goes to the next in line.
 */
const composeOffer = async (caller: Caller, message: OfTemplate): Promise<Composed> => {
  const offer = await loadOffer(message.clinicId, message.causeId as Id<'offer'>);
  const patient = offer && (await loadPatient(message.clinicId, offer.patientId));
  if (offer === undefined || patient === undefined) return suppress('offer-gone');
  if (offerRefusal(offer, caller.now) !== undefined) return suppress('offer-over');
  const window = treatmentWindow(await loadSettings(message.clinicId));
  if (!isOpen(caller.now, [patient.zone], window)) return suppress('quiet-hours');
  const standing = await getStanding(message.clinicId, patient.phone);
  const bar = barOf(standing, 'treatment', patient.id);
  if (bar !== undefined) return suppress(bar);
  if (standing.unreachable !== undefined) return suppress('number-unreachable');
  const ends = [Temporal.Instant.from(offer.expiresAt), closesAt(caller.now, [patient.zone], window)];
  const [expiresAt = caller.now] = ends.sort(Temporal.Instant.compare);
  return outgoing(
    caller,
    message.template,
    { offer, language: patient.language, ...zoneOf(offer, patient.zone) },
    {
      to: patient.phone,
      from: standing.origin,
      expiresAt,
      conditions: [offerCheck(offer), ...standingAfter(caller, standing, { message, category: 'treatment' })],
    },
  );
};

/** An alert is worth sending for a day, whatever the hour, as long as nobody has taken the case on. */
const alertMinutes = 24 * 60;

const composeAlert = async (caller: Caller, message: OfTemplate): Promise<Composed> => {
  const caseId = message.causeId as Id<'triageCase'>;
  const triageCase = await loadTriageCase(message.clinicId, caseId);
  if (triageCase?.status !== 'open') return suppress('case-acknowledged');
  const expiresAt = Temporal.Instant.from(message.plannedFor).add({ minutes: alertMinutes });
  if (Temporal.Instant.compare(caller.now, expiresAt) >= 0) return suppress('stale');
  return outgoing(caller, message.template, { caseId }, { to: message.to, expiresAt, conditions: [] });
};

const appointmentOf = ({ clinicId, appointmentId }: Message): Promise<Appointment | undefined> =>
  appointmentId === undefined ? Promise.resolve(undefined) : loadAppointment(clinicId, appointmentId);

/** Puts the words together: what the claim keeps of them, and what its transaction leaves behind. */
const outgoing = async (
  caller: Caller,
  template: TemplateName,
  subject: Subject,
  rest: Pick<Outgoing, 'to' | 'from' | 'picture' | 'expiresAt' | 'conditions'>,
  secrets: Secrets = {},
): Promise<Outgoing> => {
  const { items, ...wording } = await wordingOf(caller, template, { ...subject, textedTo: rest.to }, secrets);
  return { ...rest, ...wording, kind: 'send', template, conditions: [...rest.conditions, ...items] };
};

const visitTold = ({ id, patientId, sequence }: Appointment) => ({ appointmentId: id, patientId, sequence });

/** How long a number answers a question; a later one has to be read by a human. */
const openHours = { pain: 72, exercise: 6 * 24 };

const questionTo = (
  caller: Caller,
  { id: messageId, sequence }: Message,
  patientId: Id<'patient'>,
  kind: 'pain' | 'exercise',
): OpenQuestion => ({
  kind,
  messageId,
  patientId,
  sequence,
  askedAt: toStored(caller.now),
  openUntil: toStored(caller.now.add({ hours: openHours[kind] })),
});

const questionAbout = (
  caller: Caller,
  { id: messageId }: Message,
  { id: appointmentId, patientId, sequence, start }: Appointment,
  kind: 'confirm' | 'pain',
): OpenQuestion => ({
  kind,
  messageId,
  patientId,
  appointmentId,
  sequence,
  askedAt: toStored(caller.now),
  openUntil: kind === 'confirm' ? start : toStored(caller.now.add({ hours: openHours.pain })),
});

/** More are never open at once in practice; an item has its limits. */
const maxOpenQuestions = 8;

/** The questions open in a thread once another is asked, which takes the place of the same one asked before. */
const withQuestion = ({ openQuestions = [] }: Standing, asked: OpenQuestion): readonly OpenQuestion[] => [
  ...openQuestions
    .filter((open) => asked.askedAt < open.openUntil && !isSameQuestion(open, asked))
    .slice(1 - maxOpenQuestions),
  asked,
];

const isSameQuestion = (one: OpenQuestion, other: OpenQuestion): boolean =>
  one.kind === other.kind &&
  one.patientId === other.patientId &&
  (one.kind !== 'confirm' || one.appointmentId === other.appointmentId);

/** What a text tells or asks, and what that takes the place of. */
const told = (
  { lastVisit: lastTold, openQuestions = [] }: Standing,
  messageId: string,
  lastVisit: Standing['lastVisit'],
  asked: OpenQuestion | undefined,
): Pick<Standing, 'lastVisit' | 'replaced'> => ({
  lastVisit: lastVisit ?? lastTold,
  replaced: {
    messageId,
    lastVisit: lastTold,
    question: asked && openQuestions.find((open) => isSameQuestion(open, asked)),
  },
});

/** Holds the claim to the standing it was decided on, and notes what the text tells or asks. */
const standingAfter = (
  caller: Caller,
  standing: Standing,
  {
    message: { id: messageId },
    category = standing.lastCategory,
    allowed,
    lastVisit,
    question: asked,
  }: {
    readonly message: Message;
    /** What let it go, where something had to. */
    readonly allowed?: Allowed | undefined;
    /** What the text is about: what a STOP then answers. @default it is an answer, and changes nothing */
    readonly category?: ConsentCategory | undefined;
    readonly lastVisit?: Standing['lastVisit'];
    readonly question?: OpenQuestion | undefined;
  },
): readonly TransactItem[] => {
  const tellsNothing = lastVisit === undefined && asked === undefined;
  if (tellsNothing && allowed?.sentDays === undefined && category === standing.lastCategory) {
    return [standingCheckItem(standing)];
  }
  const next: Standing = {
    ...standing,
    origin: allowed?.origin ?? standing.origin,
    sentDays: allowed?.sentDays ?? standing.sentDays,
    lastCategory: category,
    ...(tellsNothing ? {} : told(standing, messageId, lastVisit, asked)),
    ...(asked === undefined ? {} : { openQuestions: withQuestion(standing, asked), choice: undefined }),
  };
  return [standingItem(caller, next, 'told')];
};
