import { openTriageCase } from '../care/triage.ts';
import { type AgreedOnForm, agreementsOf, consentItems } from '../messaging/consent/consent.ts';
import { type MessageRef, planAlert } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Id } from '../platform/ids.ts';
import { found, Problem } from '../platform/problem.ts';
import { isTextedTo, type PatientLink } from '../platform/store/directory.ts';
import { type TransactItem, transact } from '../platform/store/records.ts';
import { untilWritten } from '../platform/until-written.ts';
import type { Appointment } from '../scheduling/core/types.ts';
import { loadAppointment } from '../scheduling/visits.ts';
import { type AnswerFault, readAnswers } from './core/answers.ts';
import { type Answers, formVersion } from './core/form.ts';
import type { IntakeAnswers } from './core/intake-answers.ts';
import type { Patient } from './core/patient.ts';
import { newFlags, type Screening, screen } from './core/screening.ts';
import { loadPatient } from './patients.ts';
import { answersItem, getAnswers } from './store.ts';

export { loadIntakeAnswers } from './answers.ts';

/** The item that saves the first answers of a visit (validated, with their screening); pure. */
export const intakeAnswersItem = (
  caller: Caller,
  appointmentId: Id<'appointment'>,
  answers: Answers,
  screening: Screening = screen(answers),
): TransactItem => answersItem(caller, intakeAnswers(caller, appointmentId, answers, screening, 1));

const intakeAnswers = (
  caller: Caller,
  appointmentId: Id<'appointment'>,
  answers: Answers,
  screening: Screening,
  rev: number,
): IntakeAnswers => ({
  clinicId: caller.clinicId,
  appointmentId,
  answers,
  formVersion,
  screening,
  savedAt: toStored(caller.now),
  rev,
});

/** Whether a visit still takes answers. */
export const takesAnswers = (appointment: Appointment): boolean =>
  appointment.status === 'booked' || appointment.status === 'arrived';

export interface SavedForm {
  readonly saved: IntakeAnswers;
  /** Questions left open; only an emergency is saved with any. */
  readonly faults: readonly AnswerFault[];
}

/** What was agreed to on the form, and the secret of the link it was opened by. */
export interface FormAgreement {
  readonly agreed: AgreedOnForm;
  readonly token: string;
}

/** Answers as they arrived that cannot be saved; nothing was written. */
export class FormFaulty extends Error {
  readonly faults: readonly AnswerFault[];

  constructor(faults: readonly AnswerFault[]) {
    super('Answers are missing or malformed');
    this.faults = faults;
  }
}

/**
 * Saves a patient's answers, replacing earlier ones. Red flags that the earlier answers did not have open a triage case
 * and alert the on-call number in the same transaction. An emergency is never turned away: it is saved although
 * answers are missing, the visit is over or the page was stale. What was agreed to besides is recorded with them.
 * @param rev the revision the patient saw (0 for none), when the caller knows it
 * @throws FormFaulty; Problem `invalid-state` when the visit takes no answers, `stale` when `rev` was replaced
 */
export const saveForm = async (
  caller: Caller,
  link: Pick<PatientLink, 'appointmentId' | 'patientId' | 'textedTo'>,
  given: Readonly<Record<string, unknown>>,
  { rev, agreement }: { readonly rev?: number | undefined; readonly agreement?: FormAgreement | undefined } = {},
): Promise<SavedForm> => {
  const [appointment, patient] = await Promise.all([
    loadAppointment(caller.clinicId, link.appointmentId),
    loadPatient(caller.clinicId, link.patientId),
  ]);
  const visit = found(appointment, 'visit');
  const { answers, faults } = readAnswers(given);
  const screening = screen(answers);
  if (screening.disposition !== 'EMERGENCY') {
    if (!takesAnswers(visit)) {
      throw new Problem('invalid-state', 'This visit takes no answers any more. Please call the clinic.');
    }
    if (faults.length > 0) throw new FormFaulty(faults);
  }
  return untilWritten(async () => {
    const earlier = await getAnswers(caller.clinicId, visit.id);
    const earlierRev = earlier?.rev ?? 0;
    if (rev !== undefined && rev !== earlierRev && screening.disposition !== 'EMERGENCY') {
      throw new Problem('stale', 'The answers were saved from elsewhere since you read them.');
    }
    const saved = intakeAnswers(caller, visit.id, answers, screening, earlierRev + 1);
    const alert = await alertItems(caller, found(patient, 'patient'), saved, earlier);
    const agreed = await consentOf(caller, link, found(patient, 'patient'), agreement);
    await transact([answersItem(caller, saved), ...alert.items, ...agreed]);
    await dispatch(alert.refs);
    return { saved, faults };
  });
};

/** Whoever has a link that was texted to the patient's number has that number. */
const consentOf = async (
  caller: Caller,
  { appointmentId, textedTo }: Pick<PatientLink, 'appointmentId' | 'textedTo'>,
  patient: Patient,
  agreement: FormAgreement | undefined,
): Promise<readonly TransactItem[]> => {
  if (agreement === undefined) return [];
  const proof = isTextedTo({ textedTo }, agreement.token, patient.phone) ? 'texted-link' : undefined;
  const about = {
    how: 'web-form',
    patientId: patient.id,
    collector: 'form:pre-visit',
    proof,
    evidence: appointmentId,
  } as const;
  return consentItems(caller, patient.phone, agreementsOf(agreement.agreed, about));
};

/** The triage case and the text to the on-call number, when the answers hold a flag that the earlier ones did not. */
const alertItems = async (
  caller: Caller,
  patient: Patient,
  saved: IntakeAnswers,
  earlier: IntakeAnswers | undefined,
): Promise<{ readonly items: readonly TransactItem[]; readonly refs: readonly MessageRef[] }> => {
  const { flags, disposition } = saved.screening;
  if (newFlags(earlier?.screening.flags ?? [], flags).length === 0) return { items: [], refs: [] };
  const opened = openTriageCase(caller, {
    patientId: patient.id,
    phone: patient.phone,
    source: 'intake',
    sourceId: `${saved.appointmentId}#${saved.rev}`,
    flags: flags.map((flag) => flag.rule),
    disposition,
  });
  const alert = await planAlert(caller, opened.case);
  return { items: [...opened.items, ...alert.items], refs: alert.refs };
};
