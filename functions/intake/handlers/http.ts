import { pageHeaders, renderProblemPage } from '../../../web/visit/pages.ts';
import { httpHandler } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { routes } from '../contract.ts';
import { readForm, saveAnswers } from '../form-api.ts';
import { showFormPage, submitFormPage } from '../form-page.ts';
import { loadPatient, registerPatient, searchPatients, setLanguage, withoutClinic } from '../patients.ts';

export const handler = httpHandler(
  routes,
  {
    registerPatient: async ({ caller, body, commit }) => ({
      body: withoutClinic(
        await registerPatient(caller, body, (items, patient) => commit(items, withoutClinic(patient))),
      ),
    }),
    findPatients: async ({ caller, query }) => {
      const { items, cursor } = await searchPatients(caller.clinicId, query);
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
    getFormByLink: async ({ link }) => ({ body: await readForm(link) }),
    saveFormByLink: async ({ caller, link, body, ifMatch }) => ({
      body: await saveAnswers(caller, link, body.answers, ifMatch),
    }),
    showFormPage: ({ caller, link, params, query }) => showFormPage({ caller, link, token: params.token }, query.done),
    submitFormPage: ({ caller, link, params, body }) => submitFormPage({ caller, link, token: params.token }, body),
  },
  async (problem, clinic) => ({ body: renderProblemPage(problem, clinic), headers: pageHeaders }),
);
