import { Temporal } from 'temporal-polyfill';
import { renewExercisePlan } from '../../care/exercise.ts';
import type { TriageCase } from '../../care/triage.ts';
import type { Patient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import type { Appointment } from '../../scheduling/core/types.ts';
import type { Offer } from '../../scheduling/core/waiting-list.ts';
import type { ConsentCategory } from '../core/consent.ts';
import { messageId, type PlannedMessage, planFor } from '../core/plan.ts';
import type { TemplateName } from '../core/template-names.ts';
import type { Language } from '../core/templates.ts';
import { progressed } from '../sending/progress.ts';
import { loadSettings } from '../settings.ts';
import { createMessageItem, type Message, type MessageRef, messagesOfCause, replaceMessageItem } from '../store.ts';
import { planInForce } from './plan-in-force.ts';

export type { MessageRef } from '../store.ts';

/** What happened to a visit, as far as texts are concerned. */
export type VisitChange = 'booked' | 'rescheduled' | 'reschedule-requested' | 'cancelled' | 'fulfilled' | 'noshow';

/** Items for the caller's own transaction, and the texts to hint the sender at once it is through (see dispatch.ts). */
export interface Plan {
  readonly items: readonly TransactItem[];
  readonly refs: readonly MessageRef[];
}

export interface VisitTextsRequest {
  /** The appointment after the change. */
  readonly appointment: Appointment;
  readonly patient: Pick<Patient, 'id' | 'phone' | 'zone'> & { readonly state?: string | undefined };
  readonly change: VisitChange;
  /**
   * How many visits of a series this one's notice tells of; 0 for a visit that another's notice tells of. Each keeps its
   * own reminders. @default it is told by itself
   */
  readonly toldVisits?: number | undefined;
}

/** Why texts that are still planned are taken back. */
const voidedBecause: Partial<Readonly<Record<VisitChange, string>>> = {
  rescheduled: 'visit-moved',
  cancelled: 'visit-cancelled',
  fulfilled: 'visit-over',
  noshow: 'visit-missed',
};

/**
 * The texts that a change of a visit calls for and those it takes back. An item that takes one back holds only while that
 * text is still planned: the caller reads again and repeats on ConditionFailed. Whether its patient may be texted is asked
 * when each text is claimed and not before: who agrees in between gets what is still to come, and why nothing went to who did
 * not is on the text (decision 35).
 */
export const planVisitTexts = async (
  caller: Caller,
  { appointment, patient, change, toldVisits = 1 }: VisitTextsRequest,
): Promise<Plan> => {
  const [existing, plan, settings] = await Promise.all([
    change === 'booked' ? [] : messagesOfCause(caller.clinicId, appointment.id),
    planInForce(caller.clinicId, appointment.typeId),
    loadSettings(caller.clinicId),
  ]);
  const voided = voidItems(caller, existing, voidedBecause[change]);
  if (change === 'noshow') return { items: voided, refs: [] };

  const planned = planFor({
    occasion: change,
    visit: {
      id: appointment.id,
      sequence: appointment.sequence,
      start: Temporal.Instant.from(appointment.start),
      end: Temporal.Instant.from(appointment.fulfilment?.end ?? appointment.end),
      visitZone: appointment.zone,
      patientZone: patient.zone,
      patientState: patient.state,
      modality: appointment.modality,
    },
    now: caller.now,
    settings,
    steps: plan.steps,
  });
  // A visit recorded as fulfilled again was only corrected: its follow-ups stand.
  const known = new Set(existing.map(({ id }) => id));
  const ofVisit = planned.filter(
    (text) => !isExercise(text) && !known.has(text.id) && (toldVisits > 0 || !text.isNotice),
  );
  const isFirstTime = !planned.some(({ id }) => known.has(id));
  const exercise = change === 'fulfilled' && isFirstTime ? await planExercise(caller, appointment, planned) : none;

  const about = {
    to: patient.phone,
    patientId: patient.id,
    appointmentId: appointment.id,
    planId: plan.planId,
    planVersion: plan.version,
  };
  const messages = [
    ...ofVisit.map((text) => {
      const parameters = toldVisits > 1 && text.isNotice ? { count: String(toldVisits) } : {};
      const isOwnDoing = text.isNotice && caller.actor.kind === 'patient';
      return newMessage(caller, text, { ...about, cause: 'visit', parameters, ...(isOwnDoing ? { isOwnDoing } : {}) });
    }),
    ...exercise.texts.map((text) => newMessage(caller, text, { ...about, cause: 'exercise', parameters: {} })),
  ];
  return {
    items: [...voided, ...exercise.items, ...messages.map((message) => createMessageItem(caller, message))],
    refs: refsDue(messages, caller.now),
  };
};

const none: { readonly items: readonly TransactItem[]; readonly texts: readonly PlannedMessage[] } = {
  items: [],
  texts: [],
};

const isExercise = ({ template }: PlannedMessage): boolean => template === 'exercise-week';

const voidItems = (
  caller: Caller,
  messages: readonly Message[],
  reason: string | undefined,
): readonly TransactItem[] =>
  reason === undefined
    ? []
    : messages
        .filter(({ status }) => status === 'planned')
        .flatMap((message) => progressed(message, 'suppress', caller.now, { reason }) ?? [])
        .map((message) => replaceMessageItem(caller, message));

/**
 * The weekly nudges hang on the patient's exercise plan, not on the visit: a visit renews the plan, which takes back the
 * nudges of the one before, so that two visits in a week never double them.
 */
const planExercise = async (
  caller: Caller,
  appointment: Appointment,
  planned: readonly PlannedMessage[],
): Promise<typeof none> => {
  const renewal = await renewExercisePlan(caller, {
    patientId: appointment.patientId,
    appointmentId: appointment.id,
  });
  if (renewal === undefined) return none;
  const { plan, replaced } = renewal;
  const earlier = replaced === undefined ? [] : await messagesOfCause(caller.clinicId, replaced.id);
  return {
    items: [...renewal.items, ...voidItems(caller, earlier, 'plan-renewed')],
    texts: planned.filter(isExercise).map((text) => ({
      ...text,
      id: messageId(plan.id, text.step, plan.sequence),
      causeId: plan.id,
      sequence: plan.sequence,
    })),
  };
};

/** The text that tells the on-call number of a case: its id, nothing about the patient. */
export const planAlert = async (caller: Caller, triageCase: Pick<TriageCase, 'id'>): Promise<Plan> => {
  const { onCallNumber } = await loadClinic(caller.clinicId);
  return planOne(caller, {
    causeId: triageCase.id,
    step: 'on-call-alert',
    sequence: 0,
    template: 'on-call-alert',
    to: onCallNumber,
    cause: 'triage',
  });
};

/** The text that offers a freed time to somebody who waits. Whether it may go is asked when it is claimed, as of any text. */
export const planOffer = (caller: Caller, { id, patientId }: Pick<Offer, 'id' | 'patientId'>, to: string): Plan =>
  planOne(caller, {
    causeId: id,
    step: 'waiting-offer',
    sequence: 0,
    template: 'waiting-offer',
    to,
    patientId,
    cause: 'offer',
  });

/** An answer to what a number wrote. One per inbound text, so that a redelivery cannot answer twice. */
export interface Answer {
  readonly template: TemplateName;
  readonly to: string;
  readonly inboundMessageId: string;
  readonly patientId?: Id<'patient'> | undefined;
  /** The visit whose time or link the answer carries. */
  readonly appointmentId?: Id<'appointment'> | undefined;
  /** The language it was asked in. @default the patient's */
  readonly language?: Language | undefined;
  /** The one kind of text that a STOP has ended, which the answer confirms. */
  readonly ended?: ConsentCategory | undefined;
  /** From when on it is counted whether it comes too late. @default now */
  readonly dueAt?: Temporal.Instant | undefined;
}

/** The text that answers an inbound one. */
export const planAnswer = (caller: Caller, { inboundMessageId, ended, ...answer }: Answer): Plan =>
  planOne(caller, {
    ...answer,
    parameters: ended === undefined ? {} : { ended },
    causeId: `inb_${inboundMessageId}`,
    step: answer.template,
    sequence: 0,
    cause: 'reply',
  });

/** The text with the code that proves a phone; `codeId` is all that is recorded of the code. */
export const planPhoneCode = (caller: Caller, codeId: Id<'phoneCode'>, to: string): Plan =>
  planOne(caller, {
    causeId: codeId,
    step: 'phone-code',
    sequence: 0,
    template: 'phone-code',
    to,
    cause: 'phone-code',
  });

type OneText = Pick<Message, 'causeId' | 'step' | 'sequence' | 'template' | 'to' | 'cause'> &
  Partial<Pick<Message, 'patientId' | 'appointmentId' | 'language' | 'parameters'>> & {
    readonly dueAt?: Temporal.Instant | undefined;
  };

const planOne = (caller: Caller, text: OneText): Plan => {
  const id = messageId(text.causeId, text.step, text.sequence);
  const message = plannedText(caller, { ...text, id, kind: 'reminders', dueAt: text.dueAt ?? caller.now });
  return { items: [createMessageItem(caller, message)], refs: refsDue([message], caller.now) };
};

const newMessage = (
  caller: Caller,
  { id, causeId, step, sequence, kind, template, dueAt }: PlannedMessage,
  about: Pick<
    Message,
    'to' | 'cause' | 'patientId' | 'appointmentId' | 'parameters' | 'isOwnDoing' | 'planId' | 'planVersion'
  >,
): Message => plannedText(caller, { id, causeId, step, sequence, kind, template, dueAt, ...about });

const plannedText = (
  caller: Caller,
  text: OneText &
    Pick<Message, 'id' | 'kind'> &
    Partial<Pick<Message, 'isOwnDoing' | 'planId' | 'planVersion'>> & { readonly dueAt: Temporal.Instant },
): Message => {
  const createdAt = toStored(caller.now);
  const dueAt = toStored(text.dueAt);
  return {
    ...text,
    clinicId: caller.clinicId,
    parameters: text.parameters ?? {},
    createdAt,
    plannedFor: dueAt,
    dueAt,
    status: 'planned',
    history: [{ status: 'planned', at: createdAt }],
    attempts: 0,
    rev: 1,
  };
};

const refsDue = (messages: readonly Message[], now: Temporal.Instant): readonly MessageRef[] =>
  messages.filter(({ dueAt }) => dueAt <= toStored(now)).map(({ clinicId, id }) => ({ clinicId, messageId: id }));
