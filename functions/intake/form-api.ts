import type { Caller } from '../platform/actor.ts';
import { badFields, found } from '../platform/problem.ts';
import type { PatientLink } from '../platform/store/directory.ts';
import { loadAppointment } from '../scheduling/visits.ts';
import { formSections, formVersion } from './core/form.ts';
import { adviceFor } from './core/intake-answers.ts';
import { type FormAgreement, FormFaulty, loadIntakeAnswers, saveForm, takesAnswers } from './forms.ts';

/** The pre-visit form for programs. The link is the proof. */

/** The form, the answers given so far and whether more are taken. */
export const readForm = async (link: PatientLink) => {
  const [appointment, saved] = await Promise.all([
    loadAppointment(link.clinicId, link.appointmentId),
    loadIntakeAnswers(link.clinicId, link.appointmentId),
  ]);
  return {
    version: formVersion,
    sections: formSections,
    answers: saved?.answers ?? {},
    rev: saved?.rev ?? 0,
    isOpen: takesAnswers(found(appointment, 'visit')),
  };
};

/** Saves answers; faults become the field errors of the API. */
export const saveAnswers = async (
  caller: Caller,
  link: PatientLink,
  given: Readonly<Record<string, unknown>>,
  context: { readonly rev: number | undefined; readonly agreement: FormAgreement },
) => {
  try {
    const { saved, faults } = await saveForm(caller, link, given, context);
    return {
      rev: saved.rev,
      savedAt: saved.savedAt,
      disposition: saved.screening.disposition,
      advice: adviceFor[saved.screening.disposition],
      missing: faults.map((fault) => fault.questionId),
    };
  } catch (error) {
    if (!(error instanceof FormFaulty)) throw error;
    throw badFields(
      error.faults.map((fault) => ({ field: `body.answers.${fault.questionId}`, message: fault.message })),
      error,
    );
  }
};
