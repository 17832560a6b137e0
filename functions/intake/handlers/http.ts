import { httpHandler } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { routes } from '../contract.ts';
import { loadPatient, registerPatient, searchPatients, setContact, setLanguage, withoutClinic } from '../patients.ts';

/** Most requests are of the front desk's: what a patient's form asks is loaded when the first one is. */
const loadPages = () => import('../form-page.ts');
const loadForm = () => import('../form-api.ts');

export const handler = httpHandler(
  routes,
  {
    registerPatient: async ({ caller, body, commit }) => ({
      body: withoutClinic(
        await registerPatient(caller, body, (items, patient) => commit(items, withoutClinic(patient))),
      ),
    }),
    findPatients: async ({ caller, body }) => {
      const { items, cursor } = await searchPatients(caller.clinicId, body);
      return { body: { items: items.map(withoutClinic), cursor } };
    },
    getPatient: async ({ caller, params }) => ({
      body: withoutClinic(found(await loadPatient(caller.clinicId, params.patientId), 'patient')),
    }),
    setPatientLanguage: async ({ caller, params, body, ifMatch, commit }) => ({
      body: withoutClinic(
        await setLanguage(caller, { ...params, ...body, ifMatch }, (items, patient) =>
          commit(items, withoutClinic(patient)),
        ),
      ),
    }),
    setPatientContact: async ({ caller, params, body, ifMatch, commit }) => ({
      body: withoutClinic(
        await setContact(caller, { ...params, ...body, ifMatch }, (items, patient) =>
          commit(items, withoutClinic(patient)),
        ),
      ),
    }),
    getFormByLink: async ({ link }) => ({ body: await (await loadForm()).readForm(link) }),
    saveFormByLink: async ({ caller, link, params: { token }, body, ifMatch }) => {
      const agreed = { texts: body.consentToText, marketing: body.consentToMarketing };
      const { saveAnswers } = await loadForm();
      return { body: await saveAnswers(caller, link, body.answers, { rev: ifMatch, agreement: { agreed, token } }) };
    },
    showFormPage: async ({ caller, link, params, query }) =>
      (await loadPages()).showFormPage({ caller, link, token: params.token }, query.done),
    submitFormPage: async ({ caller, link, params, body }) =>
      (await loadPages()).submitFormPage({ caller, link, token: params.token }, body),
  },
  async (problem, clinic) => {
    const { pageHeaders, renderProblemPage } = await import('../../../web/visit/pages.ts');
    return { body: renderProblemPage(problem, clinic), headers: pageHeaders };
  },
);
