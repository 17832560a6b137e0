import * as z from 'zod';
import { agreementFields, warningField } from '../messaging/contract/agreement.ts';
import { defineRoute } from '../platform/http/contract.ts';
import {
  date,
  id,
  instant,
  line,
  linkToken,
  pageOf,
  phone,
  state,
  whoIsLookedFor,
  zone,
} from '../platform/http/schemas.ts';

const email = z.email({ error: 'Expected an e-mail address like ada@example.com' }).max(254);

const language = z
  .enum(['en', 'es'])
  .optional()
  .meta({ description: "The language they are texted in; without it, the clinic's" });

const contactFields = {
  phone,
  zone,
  state: state.optional().meta({ description: 'Where the patient lives' }),
  email: email.optional().meta({ description: 'Where calendar invitations go; without it there are none' }),
};

const patientBody = z.strictObject({
  givenName: line(60),
  familyName: line(60),
  birthDate: date,
  ...contactFields,
  language,
});

/** What a patient agreed to as they gave their number to staff. */
const consentToText = z
  .strictObject({ granted: z.literal(true), ...agreementFields, warning: warningField })
  .optional();

/** A patient as staff see them. */
export const patientView = patientBody.extend({ id: id('patient'), rev: z.number().int() });

const linkParams = z.strictObject({ token: linkToken });

const questionCommon = {
  id: z.string(),
  text: z.string(),
  hint: z.string().optional(),
  required: z.boolean(),
};

const question = z.discriminatedUnion('kind', [
  z.strictObject({ ...questionCommon, kind: z.literal('yes-no') }),
  z.strictObject({
    ...questionCommon,
    kind: z.literal('choice'),
    options: z.array(z.strictObject({ id: z.string(), text: z.string() })),
  }),
  z.strictObject({
    ...questionCommon,
    kind: z.literal('scale').meta({ description: 'A whole number from 0 to 10' }),
    lowText: z.string(),
    highText: z.string(),
  }),
  z.strictObject({ ...questionCommon, kind: z.literal('text'), maxLength: z.number().int() }),
]);

const section = z.strictObject({
  id: z.string(),
  title: z.string(),
  lead: z.string().optional(),
  questions: z.array(question),
});

const answerValue = z.union([z.boolean(), z.number(), z.string().max(4000), z.null()]);
const answers = z
  .record(z.string().max(60), answerValue)
  .meta({ description: 'By question id: yes-no true or false, choice the option id, scale a number, text a string' });

const disposition = z
  .enum(['EMERGENCY', 'SAME_DAY', 'ROUTINE'])
  .meta({ description: 'How soon a human must act on the answers' });

/** What a page's form sends: `rev` and one field per question; the questions are checked by the form itself. */
export const formPageFields = z.record(z.string().max(60), z.string().max(8000));

export const routes = [
  defineRoute({
    name: 'registerPatient',
    method: 'POST',
    path: '/v1/patients',
    access: 'patients:write',
    summary: 'Register a patient; the same phone, birth date and family name cannot be registered twice',
    body: patientBody.extend({ consentToText }),
    reply: { status: 201, body: patientView },
    errors: ['already-exists'],
  }),
  defineRoute({
    name: 'findPatients',
    method: 'POST',
    path: '/v1/patients/search',
    access: 'patients:read',
    summary: 'Patients by phone, or by how their name begins',
    body: whoIsLookedFor,
    reply: { status: 200, body: pageOf(patientView) },
  }),
  defineRoute({
    name: 'getPatient',
    method: 'GET',
    path: '/v1/patients/{patientId}',
    access: 'patients:read',
    summary: 'One patient',
    params: z.strictObject({ patientId: id('patient') }),
    reply: { status: 200, body: patientView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'setPatientLanguage',
    method: 'PUT',
    path: '/v1/patients/{patientId}/language',
    access: 'patients:write',
    summary: 'Set the language a patient is texted in',
    params: z.strictObject({ patientId: id('patient') }),
    body: z.strictObject({ language }),
    ifMatch: true,
    reply: { status: 200, body: patientView },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'setPatientContact',
    method: 'PUT',
    path: '/v1/patients/{patientId}/contact',
    access: 'patients:write',
    summary:
      'Set where a patient is reached; texts that are planned go to the new number, as far as it has agreed to them',
    params: z.strictObject({ patientId: id('patient') }),
    body: z.strictObject({ ...contactFields, consentToText }),
    ifMatch: true,
    reply: { status: 200, body: patientView },
    errors: ['not-found', 'already-exists', 'busy'],
  }),
  defineRoute({
    name: 'getFormByLink',
    method: 'GET',
    path: '/v1/links/{token}/form',
    access: 'link',
    summary: 'The pre-visit form, with the answers given so far; rev is 0 before the first',
    params: linkParams,
    reply: {
      status: 200,
      body: z.strictObject({
        version: z.string(),
        sections: z.array(section),
        answers,
        rev: z.number().int(),
        isOpen: z.boolean().meta({ description: 'Whether answers are still taken' }),
      }),
    },
    errors: ['not-found'],
  }),
  defineRoute({
    name: 'saveFormByLink',
    method: 'PUT',
    path: '/v1/links/{token}/form',
    access: 'link',
    summary: 'Save the answers, replacing earlier ones; red flags among them reach a clinician in the same transaction',
    params: linkParams,
    body: z.strictObject({
      answers,
      consentToText: z.strictObject({ granted: z.literal(true), ...agreementFields, warning: warningField }).optional(),
      consentToMarketing: z.strictObject({ granted: z.literal(true), ...agreementFields }).optional(),
    }),
    ifMatch: true,
    reply: {
      status: 200,
      body: z.strictObject({
        rev: z.number().int(),
        savedAt: instant,
        disposition,
        advice: z.string().meta({ description: 'What to tell the patient now' }),
        missing: z.array(z.string()).meta({
          description: 'Questions still open: answers that cannot wait are saved before all are given',
        }),
      }),
    },
    errors: ['not-found', 'invalid-state', 'stale'],
  }),
  defineRoute({
    name: 'showFormPage',
    method: 'GET',
    path: '/v/{token}/form',
    access: 'link',
    summary: 'The pre-visit form as a page that works without script',
    params: linkParams,
    query: z.strictObject({ done: z.literal('saved').optional() }),
    reply: { status: 200, format: 'html' },
  }),
  defineRoute({
    name: 'submitFormPage',
    method: 'POST',
    path: '/v/{token}/form',
    access: 'link',
    summary: 'Saves the page; answers with a redirect to what to do next, or the page again with what is wrong',
    params: linkParams,
    bodyFormat: 'form',
    body: formPageFields,
    reply: { status: 303, format: 'html' },
  }),
] as const;
