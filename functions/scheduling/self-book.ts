import type * as z from 'zod';
import { openTriageCase } from '../care/triage.ts';
import { readAnswers } from '../intake/core/answers.ts';
import { type Screening, screen } from '../intake/core/screening.ts';
import { intakeAnswersItem } from '../intake/forms.ts';
import {
  findRegistered,
  isSameGivenName,
  newPatient,
  type Patient,
  type PatientDetails,
  requireBornInThePast,
} from '../intake/patients.ts';
import { agreementsOf, consentItems } from '../messaging/consent/consent.ts';
import { type MessageRef, planAlert } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import type { Caller } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { sha256 } from '../platform/ids.ts';
import { badFields, Problem } from '../platform/problem.ts';
import { limit } from '../platform/rate-limit.ts';
import { ConditionFailed, type TransactItem, transact } from '../platform/store/records.ts';
import { untilWritten } from '../platform/until-written.ts';
import { firstModality, loadBookable, stateAtVisit, writeBooking } from './book.ts';
import type { selfBookBody } from './contract/public.ts';
import { useHold } from './hold-use.ts';
import { codeProblem, provePhone } from './phone-code.ts';
import { useCodeItem } from './phone-code-store.ts';

export type SelfBookInput = z.output<typeof selfBookBody>;

const emergencyAdvice =
  'Your answers may describe an emergency. Call 911 or go to the nearest emergency department now. This visit was not booked.';
const alertedAdvice = `${emergencyAdvice} A clinician has been alerted.`;

/**
 * Books a visit for someone without a sign-in who proves their phone by the code texted to it: answers, consent to text,
 * the patient where they are new, the visit and its texts in one transaction, which uses the code up. Answers that point
 * to an emergency block the booking and alert a human instead, before anything else is asked.
 *
 * Nothing that depends on whom the clinic knows is done or said before the phone is proved: what comes first (limits,
 * fields, what is offered) is the same for everybody.
 */
export const selfBook = async (caller: Caller, input: SelfBookInput, commit: Commit) => {
  const { answers, faults } = readAnswers(input.intake);
  const screening = screen(answers);
  if (screening.disposition === 'EMERGENCY') await refuseEmergency(caller, input, screening);
  await limit(caller, 'self-booking');
  const { provider, type } = await loadBookable(caller, input);
  const isAnswering = type.requiredForm === 'pre-visit' || Object.keys(input.intake).length > 0;
  if (isAnswering && faults.length > 0) {
    throw badFields(faults.map(({ questionId, message }) => ({ field: `body.intake.${questionId}`, message })));
  }
  const details = { ...input.patient, zone: input.patient.zone ?? provider.zone };
  requireBornInThePast(caller, details, 'body.patient.birthDate');
  const modality = input.modality ?? firstModality(type);
  const patientState = await stateAtVisit(caller, modality, input.patient, input.patientState);
  const codeId = await provePhone(caller, input.patient.phone, input.phoneCode);

  return untilWritten(async () => {
    const held = await useHold(caller, 'public', input);
    const { patient, items: registration } = await matchOrRegister(caller, details);
    const asPatient: Caller = { ...caller, actor: { kind: 'patient', id: patient.id } };
    const agreed = agreementsOf(
      {
        texts: input.consentToText.granted ? input.consentToText : undefined,
        marketing: input.consentToMarketing,
      },
      {
        how: 'web-form',
        patientId: patient.id,
        collector: 'form:self-booking',
        proof: 'one-time-code',
        evidence: codeId,
      },
    );
    const consent = await consentItems(asPatient, patient.phone, agreed);
    let alertRefs: readonly MessageRef[] = [];
    const booked = await writeBooking(
      asPatient,
      {
        patient,
        provider,
        type,
        start: input.start,
        modality,
        patientState,
        onlyOffered: true,
        insteadOf: held.insteadOf,
      },
      async (appointment, items) => {
        const triage = await triageItems(asPatient, patient, appointment.id, screening);
        alertRefs = triage.refs;
        const answer = {
          appointmentId: appointment.id,
          start: appointment.start,
          end: appointment.end,
          zone: appointment.zone,
          wallTime: appointment.wallTime,
          modality: appointment.modality,
          providerName: provider.name,
          status: 'booked' as const,
        };
        const answered = isAnswering ? [intakeAnswersItem(asPatient, appointment.id, answers, screening)] : [];
        await commitWithCode(
          useCodeItem(caller, patient.phone, codeId),
          [...items, ...held.items, ...registration, ...consent, ...answered, ...triage.items],
          (all) => commit(all, answer),
        );
        return answer;
      },
    );
    await dispatch(alertRefs);
    return booked;
  });
};

/** Uses the code up with the booking: the second of two that send it at once has no code any more, and is not tried again. */
const commitWithCode = async (
  useOfCode: TransactItem,
  items: readonly TransactItem[],
  commit: (items: readonly TransactItem[]) => Promise<void>,
): Promise<void> => {
  try {
    await commit([useOfCode, ...items]);
  } catch (error) {
    if (error instanceof ConditionFailed && error.failed[0]) throw codeProblem();
    throw error;
  }
};

/** The person as the clinic knows them, or as they will be registered with this booking. */
const matchOrRegister = async (
  caller: Caller,
  details: PatientDetails,
): Promise<{ readonly patient: Patient; readonly items: readonly TransactItem[] }> => {
  const known = await findRegistered(caller.clinicId, details);
  if (known === undefined) return newPatient(caller, details);
  if (isSameGivenName(known.givenName, details.givenName)) return { patient: known, items: [] };
  // Twins share phone, birth date and family name: only a human can tell them apart safely.
  throw new Problem('self-booking-blocked', 'Please call the clinic to book this visit.');
};

/** A finding that needs a human the same day opens a case and alerts the on-call number with the booking itself. */
const triageItems = async (
  caller: Caller,
  patient: Patient,
  sourceId: string,
  screening: Screening,
): Promise<{ readonly items: readonly TransactItem[]; readonly refs: readonly MessageRef[] }> => {
  if (screening.disposition === 'ROUTINE') return { items: [], refs: [] };
  const opened = openTriageCase(caller, {
    patientId: patient.id,
    phone: patient.phone,
    source: 'intake',
    sourceId,
    flags: screening.flags.map((flag) => flag.rule),
    disposition: screening.disposition,
  });
  const alert = await planAlert(caller, opened.case);
  return { items: [...opened.items, ...alert.items], refs: alert.refs };
};

const refuseEmergency = async (caller: Caller, input: SelfBookInput, screening: Screening): Promise<never> => {
  const isAlerted = await alertEmergency(caller, input, screening);
  throw new Problem('self-booking-blocked', isAlerted ? alertedAdvice : emergencyAdvice);
};

/**
 * Alerts the on-call number about someone who must not wait for a visit, once per set of answers. Who sends such answers too
 * often is told what to do like everybody; the alerts before stand.
 * @returns whether a human was alerted by these answers
 */
export const alertEmergency = async (
  caller: Caller,
  input: Pick<SelfBookInput, 'patient' | 'intake'>,
  screening: Screening,
): Promise<boolean> => {
  try {
    await limit(caller, 'emergency-alert', input.patient.phone);
  } catch (error) {
    if (error instanceof Problem && error.code === 'too-many-requests') return false;
    throw error;
  }
  const known = await findRegistered(caller.clinicId, input.patient);
  const opened = openTriageCase(caller, {
    patientId: known?.id,
    phone: input.patient.phone,
    source: 'intake',
    sourceId: sha256(JSON.stringify([input.patient, input.intake])),
    flags: screening.flags.map((flag) => flag.rule),
    disposition: screening.disposition,
  });
  const alert = await planAlert(caller, opened.case);
  try {
    await transact([...opened.items, ...alert.items]);
    await dispatch(alert.refs);
  } catch (error) {
    // The same answers were sent before: their case is open and the alert is on its way.
    if (!(error instanceof ConditionFailed)) throw error;
  }
  return true;
};
