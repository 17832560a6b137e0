import { Temporal } from 'temporal-polyfill';
import { exercisePlanCheck, loadExercisePlan } from '../care/exercise.ts';
import { loadTriageCase } from '../care/triage.ts';
import { loadPatient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { env } from '../platform/config.ts';
import { type Id, newLinkToken } from '../platform/ids.ts';
import { codeMinutes, phoneCode } from '../platform/one-time-code.ts';
import { type Clinic, loadClinic } from '../platform/store/clinic.ts';
import { linkTokenItem } from '../platform/store/directory.ts';
import type { TransactItem } from '../platform/store/records.ts';
import type { Appointment } from '../scheduling/core/types.ts';
import { type Offer, offerRefusal } from '../scheduling/core/waiting-list.ts';
import { appointmentCheck, loadAppointment, loadOffer, offerCheck } from '../scheduling/visits.ts';
import { composeStaffText } from './compose-staff.ts';
import { barOf } from './consent.ts';
import { stepNamed } from './core/message-plan.ts';
import { decideSend, isTextingHour, textingUntil } from './core/plan.ts';
import {
  builtInWords,
  formatClockTime,
  formatVisitTime,
  renderText,
  type TemplateName,
  tokensIn,
} from './core/templates.ts';
import { codeOf } from './core/which.ts';
import { getStanding, type OpenQuestion, type Standing, standingCheckItem, standingItem } from './standing-store.ts';
import { type Message, staffText, type TextName } from './store.ts';

/** A text ready to be claimed: its words, and what must still hold at the moment of the claim. */
export interface Outgoing {
  readonly kind: 'send';
  readonly template: TextName;
  /** What was put into it, without the link or the code: those are nowhere but in the text. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly to: string;
  /** The clinic's number that the thread is on. @default the one the clinic has now */
  readonly from?: string | undefined;
  readonly body: string;
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
  const step = stepNamed(message.step);
  const appointment = await appointmentOf(message);
  if (step === undefined || appointment === undefined) return suppress('visit-gone');
  const patient = await loadPatient(message.clinicId, appointment.patientId);
  if (patient === undefined) return suppress('patient-gone');
  const decision = decideSend(
    {
      step,
      sequence: message.sequence,
      dueAt: Temporal.Instant.from(message.plannedFor),
      visit: { ...appointment, start: Temporal.Instant.from(appointment.start) },
      isOfMany: message.parameters.count !== undefined,
      patientZone: patient.zone,
    },
    caller.now,
  );
  if (decision.kind !== 'send') return decision;
  const standing = await getStanding(message.clinicId, patient.phone);
  const bar = barOf(standing);
  if (bar !== undefined) return suppress(bar);

  const { template, expiresAt, asksToConfirm } = decision;
  const isAhead = step.whileStatus === 'booked';
  const asked = asksToConfirm ? 'confirm' : step.template === 'check-in-48h' ? 'pain' : undefined;
  const subject = { ...visitSubject(appointment, patient.zone), count: message.parameters.count };
  return outgoing(caller, template, subject, {
    to: patient.phone,
    expiresAt,
    conditions: [
      appointmentCheck(message.clinicId, appointment.id, {
        sequence: message.sequence,
        statuses: [step.whileStatus],
      }),
      ...standingAfter(caller, standing, {
        lastVisit: isAhead ? visitTold(appointment) : undefined,
        question: asked === undefined ? undefined : questionAbout(caller, message, appointment, asked),
      }),
    ],
  });
};

const composeNudge = async (caller: Caller, message: Message): Promise<Composed> => {
  const step = stepNamed(message.step);
  const { patientId } = message;
  if (step === undefined || patientId === undefined) return suppress('plan-gone');
  const [plan, patient] = await Promise.all([
    loadExercisePlan(message.clinicId, patientId),
    loadPatient(message.clinicId, patientId),
  ]);
  if (plan === undefined || plan.id !== message.causeId || patient === undefined) return suppress('plan-gone');
  if (plan.sequence !== message.sequence) return suppress('plan-renewed');
  const dueAt = Temporal.Instant.from(message.plannedFor);
  // A nudge hangs on the plan, not on a visit: the sequence is the plan's.
  const visit = { status: 'fulfilled', sequence: plan.sequence, start: dueAt } as const;
  const decision = decideSend(
    { step, sequence: message.sequence, dueAt, visit, patientZone: patient.zone },
    caller.now,
  );
  if (decision.kind !== 'send') return decision;
  const standing = await getStanding(message.clinicId, patient.phone);
  const bar = barOf(standing);
  if (bar !== undefined) return suppress(bar);
  return outgoing(
    caller,
    decision.template,
    {},
    {
      to: patient.phone,
      expiresAt: decision.expiresAt,
      conditions: [
        exercisePlanCheck(message.clinicId, patientId, message.sequence),
        ...standingAfter(caller, standing, { question: questionTo(caller, message, patientId, 'exercise') }),
      ],
    },
  );
};

/** Answers that go out to who said stop: the one confirmation of it, and help, which must always be had. */
const answersToOptedOut: ReadonlySet<TemplateName> = new Set([
  'reply-help',
  'reply-opt-out',
  'reply-opt-out-visit-stands',
]);
/** The confirmation of a STOP is presumed welcome within five minutes of it (47 CFR 64.1200(a)(12)). */
const optOutAnswerMinutes = 5;
/** An answer to what was said an hour ago answers nothing. */
const answerMinutes = 60;

const composeAnswer = async (caller: Caller, message: OfTemplate): Promise<Composed> => {
  const { template } = message;
  const isOptOut = template === 'reply-opt-out' || template === 'reply-opt-out-visit-stands';
  const expiresAt = Temporal.Instant.from(message.plannedFor).add({
    minutes: isOptOut ? optOutAnswerMinutes : answerMinutes,
  });
  if (Temporal.Instant.compare(caller.now, expiresAt) >= 0) return suppress('stale');
  const standing = await getStanding(message.clinicId, message.to);
  if (standing.optedOut !== undefined && !answersToOptedOut.has(template)) return suppress('opted-out');
  if (standing.optedOut === undefined && isOptOut) return suppress('opted-in-again');
  if (template === 'reply-which-visit' || template === 'reply-which-text') {
    const options = await optionsText(caller, standing, template);
    if (options === undefined) return suppress('answered');
    return outgoing(
      caller,
      template,
      { options },
      { to: message.to, expiresAt, conditions: [standingCheckItem(standing)] },
    );
  }
  if (message.appointmentId === undefined) {
    return outgoing(caller, template, {}, { to: message.to, expiresAt, conditions: [standingCheckItem(standing)] });
  }

  const appointment = await appointmentOf(message);
  if (appointment?.status !== 'booked') return suppress('visit-status');
  if (template === 'reply-confirmed' && appointment.confirmedSequence !== appointment.sequence) {
    return suppress('visit-moved');
  }
  const patient = await loadPatient(message.clinicId, appointment.patientId);
  // The number may have become another's since.
  if (patient?.phone !== message.to) return suppress('number-changed');
  return outgoing(caller, template, visitSubject(appointment, patient.zone), {
    to: message.to,
    expiresAt,
    conditions: [
      appointmentCheck(message.clinicId, appointment.id, { sequence: appointment.sequence, statuses: ['booked'] }),
      ...standingAfter(caller, standing, {
        lastVisit: visitTold(appointment),
        question: template === 'moved' ? questionAbout(caller, message, appointment, 'confirm') : undefined,
      }),
    ],
  });
};

/**
 * What there is to choose from, each with its code: visits by their time, or our own texts by the time they were sent, which
 * tells nobody anything. Undefined when there is nothing to choose any more.
 */
const optionsText = async (
  { clinicId }: Caller,
  { choice }: Standing,
  template: 'reply-which-visit' | 'reply-which-text',
): Promise<string | undefined> => {
  if (choice === undefined) return undefined;
  const texts = await Promise.all(
    choice.options.map(async ({ patientId, appointmentId, askedAt }, index) => {
      const [patient, appointment] = await Promise.all([
        loadPatient(clinicId, patientId),
        appointmentId === undefined ? undefined : loadAppointment(clinicId, appointmentId),
      ]);
      if (patient === undefined) return undefined;
      if (template === 'reply-which-text')
        return `${codeOf(index)} ${timeText(askedAt, patient.zone, formatVisitTime)}`;
      if (appointment === undefined) return undefined;
      const { zone = patient.zone } = zoneOf(appointment, patient.zone);
      return `${codeOf(index)} ${timeText(appointment.start, zone, formatVisitTime)}`;
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
  if (standing.optedOut !== undefined) return suppress('opted-out');
  const code = await phoneCode(message.clinicId, message.causeId as Id<'phoneCode'>);
  const conditions = [standingCheckItem(standing)];
  return outgoing(caller, message.template, {}, { to: message.to, expiresAt, conditions }, { code });
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
  if (!isTextingHour(caller.now, patient.zone)) return suppress('quiet-hours');
  const standing = await getStanding(message.clinicId, patient.phone);
  const bar = barOf(standing);
  if (bar !== undefined) return suppress(bar);
  const ends = [Temporal.Instant.from(offer.expiresAt), textingUntil(caller.now, patient.zone)];
  const [expiresAt = caller.now] = ends.sort(Temporal.Instant.compare);
  return outgoing(
    caller,
    message.template,
    { offer, ...zoneOf(offer, patient.zone) },
    {
      to: patient.phone,
      expiresAt,
      conditions: [offerCheck(offer), standingCheckItem(standing)],
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

/** What a text is about, as far as its words need it. */
interface Subject {
  readonly appointment?: Appointment | undefined;
  readonly offer?: Offer | undefined;
  readonly zone?: string | undefined;
  readonly caseId?: Id<'triageCase'> | undefined;
  /** Of how many visits it tells, if several. */
  readonly count?: string | undefined;
  /** What a reply may mean, each with its code. */
  readonly options?: string | undefined;
}

/** A visit in person is told in the clinic's time, where the patient will be; any other in the patient's. */
const visitSubject = (appointment: Appointment, patientZone: string): Subject => ({
  appointment,
  ...zoneOf(appointment, patientZone),
});

const zoneOf = (visit: Pick<Appointment, 'modality' | 'zone'>, patientZone: string): Pick<Subject, 'zone'> => ({
  zone: visit.modality === 'in-person' ? visit.zone : patientZone,
});

/** How long after a visit its links still open: to say that it is over; to choose another where the clinic called it off. */
const linkGraceHours = { usually: 24, cancelledByClinic: 14 * 24 };

/**
 * Puts the words together; a link gets a fresh secret, which becomes valid only with the claim. Secrets are in the body and
 * nowhere else.
 */
const outgoing = async (
  caller: Caller,
  template: TemplateName,
  subject: Subject,
  rest: Pick<Outgoing, 'to' | 'expiresAt' | 'conditions'>,
  secrets: { readonly code?: string } = {},
): Promise<Outgoing> => {
  const clinic = await loadClinic(caller.clinicId);
  const tokens = tokensIn(builtInWords(template, 'en'));
  const link = tokens.has('link') ? linkOf(subject) : undefined;
  const parameters = parametersOf(clinic, subject);
  return {
    ...rest,
    kind: 'send',
    template,
    body: renderText(template, { ...parameters, link: link?.url ?? '', code: secrets.code ?? '' }),
    parameters: Object.fromEntries(Object.entries(parameters).filter(([token]) => tokens.has(token))),
    conditions: [...rest.conditions, ...(link?.items ?? [])],
  };
};

const parametersOf = (clinic: Clinic, { appointment, offer, zone = clinic.zone, caseId, count, options }: Subject) => ({
  clinicName: clinic.brand,
  phone: clinic.phone,
  time: timeText(appointment?.start ?? offer?.start, zone, formatVisitTime),
  until: timeText(offer?.expiresAt, zone, formatClockTime),
  caseId: caseId ?? '',
  count: count ?? '',
  options: options ?? '',
});

const timeText = (instant: string | undefined, zone: string, format: typeof formatVisitTime): string =>
  instant === undefined ? '' : format(Temporal.Instant.from(instant), zone);

interface MintedLink {
  readonly url: string;
  readonly items: readonly TransactItem[];
}

const linkOf = ({ appointment, offer, caseId }: Subject): MintedLink | undefined => {
  // Staff sign in to see the case: the address is no secret.
  if (caseId !== undefined) return { url: `${env('PUBLIC_URL')}/v1/triage-cases/${caseId}`, items: [] };
  if (offer !== undefined) return offerLink(offer);
  return appointment && visitLink(appointment);
};

/** Opens the offer, also to say that it is over. */
const offerLink = ({ id, clinicId, patientId, end }: Offer): MintedLink => {
  const token = newLinkToken();
  const expiresAt = toStored(Temporal.Instant.from(end).add({ hours: linkGraceHours.usually }));
  const item = linkTokenItem(token, { clinicId, patientId, offerId: id, expiresAt });
  return { url: `${env('PUBLIC_URL')}/o/${token}`, items: [item] };
};

const visitLink = (appointment: Appointment): MintedLink => {
  const token = newLinkToken();
  const hours = appointment.cancelledBy === 'clinic' ? linkGraceHours.cancelledByClinic : linkGraceHours.usually;
  const item = linkTokenItem(token, {
    clinicId: appointment.clinicId,
    patientId: appointment.patientId,
    appointmentId: appointment.id,
    expiresAt: toStored(Temporal.Instant.from(appointment.end).add({ hours })),
  });
  return { url: `${env('PUBLIC_URL')}/v/${token}`, items: [item] };
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

/** Holds the claim to the standing it was decided on, and notes what the text tells or asks. */
const standingAfter = (
  caller: Caller,
  standing: Standing,
  {
    lastVisit,
    question: asked,
  }: { readonly lastVisit?: Standing['lastVisit']; readonly question?: OpenQuestion | undefined },
): readonly TransactItem[] => {
  if (lastVisit === undefined && asked === undefined) return [standingCheckItem(standing)];
  const next: Standing = {
    ...standing,
    lastVisit: lastVisit ?? standing.lastVisit,
    ...(asked === undefined ? {} : { openQuestions: withQuestion(standing, asked), choice: undefined }),
  };
  return [standingItem(caller, next, 'told')];
};
