import {
  type FormAsk,
  type FormFault,
  pageHeaders,
  renderClosedForm,
  renderForm,
  renderFormResult,
} from '../../web/visit/pages.ts';
import { type AgreedOnForm, barOf, loadStanding, stopOf } from '../messaging/consent/consent.ts';
import { marketingConsent, textsConsent } from '../messaging/core/consent-wording.ts';
import type { Caller } from '../platform/actor.ts';
import type { Reply } from '../platform/http/api.ts';
import { found, Problem } from '../platform/problem.ts';
import { type Clinic, loadClinic } from '../platform/store/clinic.ts';
import { isTextedTo, type PatientLink } from '../platform/store/directory.ts';
import { loadAppointment } from '../scheduling/visits.ts';
import { answersOfFields, fieldsOfAnswers } from './core/answers.ts';
import { emergencyAnswers } from './core/emergency-answers.ts';
import { formSections } from './core/form.ts';
import { FormFaulty, loadIntakeAnswers, saveForm, takesAnswers } from './forms.ts';
import { loadPatient } from './patients.ts';

/** The pre-visit form as a page. The link is the proof. */

type PageLink = Pick<PatientLink, 'clinicId' | 'appointmentId' | 'patientId' | 'textedTo'>;

interface PageRequest {
  readonly caller: Caller;
  readonly link: PageLink;
  readonly token: string;
}

const load = async ({ link }: Pick<PageRequest, 'link'>) => {
  const [clinic, appointment, saved] = await Promise.all([
    loadClinic(link.clinicId),
    loadAppointment(link.clinicId, link.appointmentId),
    loadIntakeAnswers(link.clinicId, link.appointmentId),
  ]);
  return { clinic, appointment: found(appointment, 'visit'), saved };
};

/** What the patient is asked to agree to: what they have not yet, and where a STOP stands in the way, only where they can end it here. */
const asksOf = async (
  { link, token }: Pick<PageRequest, 'link' | 'token'>,
  clinic: Clinic,
): Promise<readonly FormAsk[]> => {
  const { phone } = found(await loadPatient(link.clinicId, link.patientId), 'patient');
  const standing = await loadStanding(link.clinicId, phone);
  const isProven = isTextedTo(link, token, phone);
  const isAsked = (category: 'treatment' | 'marketing') =>
    barOf(standing, category, link.patientId) !== undefined && (isProven || stopOf(standing, category) === undefined);
  return [
    ...(isAsked('treatment') ? [{ name: 'consent', wording: textsConsent(clinic.name).wording } as const] : []),
    ...(isAsked('marketing') ? [{ name: 'marketing', wording: marketingConsent(clinic.name).wording } as const] : []),
  ];
};

const agreedIn = (fields: Readonly<Record<string, string>>, { name }: Clinic): AgreedOnForm => ({
  texts: fields.consent === 'yes' ? textsConsent(name) : undefined,
  marketing: fields.marketing === 'yes' ? marketingConsent(name) : undefined,
});

const answerPage = (body: string, status = 200): Reply => ({ status, body, headers: pageHeaders });

/** Shows the form with the answers saved so far, or, once they are saved, what to do now. */
export const showFormPage = async (request: PageRequest, done: 'saved' | undefined): Promise<Reply> => {
  const { token } = request;
  const { clinic, appointment, saved } = await load(request);
  if (done === 'saved' && saved !== undefined) {
    return answerPage(
      renderFormResult({
        clinic,
        token,
        disposition: saved.screening.disposition,
        namesCrisisLine: saved.screening.flags.some((flag) => flag.group === 'self-harm'),
      }),
    );
  }
  if (!takesAnswers(appointment)) return answerPage(renderClosedForm({ clinic, token }));
  return answerPage(
    renderForm({
      clinic,
      token,
      rev: saved?.rev ?? 0,
      sections: formSections,
      asks: await asksOf(request, clinic),
      fields: saved === undefined ? {} : fieldsOfAnswers(saved.answers),
      faults: [],
      emergencyAnswers,
      saved: saved?.screening.disposition,
    }),
  );
};

const revOfField = (field: string | undefined): number | undefined =>
  field !== undefined && /^\d{1,9}$/.test(field) ? Number(field) : undefined;

/** Saves what the page sent and redirects to what to do now; or shows it again with what is wrong beside each field. */
export const submitFormPage = async (
  request: PageRequest,
  { rev, ...fields }: Readonly<Record<string, string>>,
): Promise<Reply> => {
  const { caller, link, token } = request;
  try {
    const agreed = agreedIn(fields, await loadClinic(link.clinicId));
    await saveForm(caller, link, answersOfFields(fields), { rev: revOfField(rev), agreement: { agreed, token } });
    return { status: 303, headers: { location: `/v/${token}/form?done=saved` } };
  } catch (error) {
    if (error instanceof FormFaulty) return again(request, fields, error.faults);
    if (error instanceof Problem && error.code === 'stale') return again(request, fields, []);
    if (error instanceof Problem && error.code === 'invalid-state') {
      return answerPage(renderClosedForm({ clinic: await loadClinic(link.clinicId), token }), error.status);
    }
    throw error;
  }
};

/** The page once more, holding what was typed; without a fault it was stale. */
const again = async (
  request: PageRequest,
  fields: Readonly<Record<string, string>>,
  faults: readonly FormFault[],
): Promise<Reply> => {
  const { clinic, saved } = await load(request);
  const page = renderForm({
    clinic,
    token: request.token,
    rev: saved?.rev ?? 0,
    sections: formSections,
    asks: await asksOf(request, clinic),
    fields,
    faults,
    emergencyAnswers,
    isStale: faults.length === 0,
  });
  return answerPage(page, faults.length === 0 ? 409 : 400);
};
