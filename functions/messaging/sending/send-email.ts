import { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { optionalEnv } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import { type MailOutcome, sendMailOnce } from '../../platform/mail-send.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { ConditionFailed, putOrTransact, type TransactItem, transact } from '../../platform/store/records.ts';
import { appointmentCheck, loadAppointment } from '../../scheduling/visits.ts';
import { barOf } from '../consent/consent.ts';
import { mailRefusedAt, noMailRefusalItem } from '../consent/mail-refusal-store.ts';
import { getStanding, standingCheckItem } from '../consent/standing-store.ts';
import { decideSend, messageId } from '../core/plan.ts';
import { reminderMail } from '../core/reminder-mail.ts';
import { anyHour } from '../core/texting-window.ts';
import { stepInForce } from '../plans/plan-in-force.ts';
import { getMessage, type Message, planStepOf, replaceMessageItem } from '../store.ts';
import { languageOf, parametersOf, visitLink, visitSubject } from '../templates/wording.ts';
import { claimed, lostTrack, progressed, released } from './progress.ts';

/** When to try again what the mail service certainly did not take. */
const retryMinutes = 5;

interface Mail {
  readonly kind: 'send';
  readonly address: string;
  readonly sender: string;
  readonly body: string;
  readonly put: Pick<Message, 'template' | 'parameters' | 'language'>;
  readonly conditions: readonly TransactItem[];
}

type Decision = Mail | { readonly kind: 'suppress'; readonly reason: string };

/**
 * Sends the e-mail that takes the place of a text, at most once: as with texts it is decided on what is so now, claimed together with it, and
 * then sent. E-mail has no night.
 * @throws ConditionFailed when what it was decided on has changed
 */
export const sendEmail = async (caller: Caller, message: Message): Promise<void> => {
  const decision = await decide(caller, message);
  if (decision.kind === 'suppress') {
    const next = progressed(message, 'suppress', caller.now, { reason: decision.reason });
    if (next !== undefined) await putOrTransact([replaceMessageItem(caller, next)]);
    return logged(caller, message, 'suppressed', decision.reason);
  }
  const mine = claimed(message, caller.now, decision.put);
  if (mine === undefined) return;
  await transact([replaceMessageItem(caller, mine), ...decision.conditions]);
  const { sender: from, address: to, body } = decision;
  await record(caller, mine, await sendMailOnce({ from, to, message: body }));
};

const decide = async (caller: Caller, message: Message): Promise<Decision> => {
  const { clinicId, appointmentId, patientId } = message;
  if (appointmentId === undefined || patientId === undefined) return suppress('visit-gone');
  const [appointment, patient, clinic, standing, refusedAt, text] = await Promise.all([
    loadAppointment(clinicId, appointmentId),
    loadPatient(clinicId, patientId),
    loadClinic(clinicId),
    getStanding(clinicId, message.to),
    mailRefusedAt(clinicId, patientId),
    getMessage(clinicId, messageId(message.causeId, planStepOf(message), message.sequence)),
  ]);
  // What failed at one carrier may be reported as delivered by the next.
  if (text?.status === 'delivered') return suppress('text-delivered');
  const step = await stepInForce({ ...message, step: planStepOf(message) }, appointment?.typeId);
  if (step === undefined || appointment === undefined) return suppress('visit-gone');
  const decision = decideSend(
    {
      step,
      sequence: message.sequence,
      dueAt: Temporal.Instant.from(message.plannedFor),
      visit: { ...appointment, start: Temporal.Instant.from(appointment.start) },
      isNewPatient: true,
      patientZone: patient?.zone ?? appointment.zone,
      window: anyHour,
    },
    caller.now,
  );
  if (decision.kind !== 'send') return suppress(decision.kind === 'suppress' ? decision.reason : 'not-due');
  const sender = optionalEnv('MAIL_SENDER');
  if (sender === undefined) return suppress('no-mail-sender');
  if (patient?.email === undefined) return suppress('no-address');
  if (refusedAt !== undefined) return suppress('mail-refused');
  // Who wants no reminders by text has not asked for them by e-mail.
  const bar = barOf(standing, step.category, patientId);
  if (bar !== undefined && bar !== 'carrier-refuses') return suppress(bar);

  const language = await languageOf(clinicId, patient);
  const subject = visitSubject(appointment, patient);
  const { clinicName, phone, time } = parametersOf(clinic, subject, language);
  const link = visitLink(appointment);
  return {
    kind: 'send',
    address: patient.email,
    sender,
    body: reminderMail({
      clinic,
      sender,
      to: patient.email,
      messageId: message.id,
      start: appointment.start,
      zone: subject.zone ?? patient.zone,
      language,
      isConfirmed: appointment.confirmedSequence === appointment.sequence,
      link: link.url,
      stopLink: `${link.url}/stop-emails`,
    }),
    put: { template: decision.template, parameters: { clinicName, phone, time }, language },
    conditions: [
      appointmentCheck(clinicId, appointment.id, { sequence: message.sequence, statuses: [step.whileStatus] }),
      standingCheckItem(standing),
      noMailRefusalItem(clinicId, patientId),
      ...link.items,
    ],
  };
};

const suppress = (reason: string): Decision => ({ kind: 'suppress', reason });

/** Records what the call came to; a sweep may have given the claim up meanwhile. */
const record = async (caller: Caller, mine: Message, outcome: MailOutcome): Promise<void> => {
  logged(caller, mine, outcome.kind, outcome.kind === 'accepted' ? undefined : outcome.reason);
  for (let current: Message | undefined = mine; ; current = await getMessage(mine.clinicId, mine.id)) {
    if (current === undefined || current.attempts !== mine.attempts) return;
    const next = afterOutcome(current, outcome, caller.now);
    if (next === undefined) return;
    try {
      return await putOrTransact([replaceMessageItem(caller, next)]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
};

const afterOutcome = (current: Message, outcome: MailOutcome, now: Temporal.Instant): Message | undefined => {
  switch (outcome.kind) {
    case 'accepted':
      return progressed(current, 'accept', now, { carrierMessageId: outcome.mailId });
    case 'rejected':
      return progressed(current, 'fail', now, { reason: outcome.reason });
    case 'not-taken':
      return released(current, now, outcome.reason, retryMinutes);
    case 'ambiguous':
      return lostTrack(current, now, outcome.reason);
  }
};

const logged = ({ requestId }: Caller, { clinicId, id: messageId }: Message, outcome: string, code?: string): void =>
  log.info('e-mail', { requestId, clinicId, messageId, outcome, code });
