import { httpHandler } from '../../platform/http/api.ts';
import { officeRoutes } from '../contract/office-routes.ts';
import { readFigures } from '../figures/figures-report.ts';
import { previewPlan } from '../plans/plan-preview.ts';
import { listPlans, listPlanVersions, readPlan, savePlan, withdrawPlan } from '../plans/plans.ts';
import { changeSettings, readSettings } from '../settings.ts';
import { listTemplates, listTemplateVersions, readTemplate, saveTemplate, tryWords } from '../templates/own-words.ts';
import { addPicture, listPictures, retirePicture } from '../templates/pictures.ts';

export const handler = httpHandler(officeRoutes, {
  getMessagingFigures: async ({ caller, query }) => ({ body: await readFigures(caller.clinicId, query) }),
  getMessagingSettings: async ({ caller }) => ({ body: await readSettings(caller.clinicId) }),
  setMessagingSettings: async ({ caller, body, ifMatch, commit }) => ({
    body: await changeSettings(caller, { settings: body, ifMatch }, commit),
  }),

  listMessagePlans: async ({ caller }) => ({ body: { items: await listPlans(caller.clinicId) } }),
  getMessagePlan: async ({ caller, params }) => ({ body: await readPlan(caller.clinicId, params.planId) }),
  setMessagePlan: async ({ caller, params, body: plan, ifMatch, commit }) => ({
    body: await savePlan(caller, { ...params, plan, ifMatch }, commit),
  }),
  withdrawMessagePlan: async ({ caller, params, ifMatch, commit }) => ({
    body: await withdrawPlan(caller, { ...params, ifMatch }, commit),
  }),
  listMessagePlanVersions: async ({ caller, params, query }) => ({
    body: await listPlanVersions(caller.clinicId, params.planId, query),
  }),
  previewMessagePlan: async ({ caller, params, query }) => ({
    body: await previewPlan(caller, { ...params, ...query }),
  }),

  listExercisePictures: async ({ caller }) => ({ body: { items: await listPictures(caller.clinicId) } }),
  addExercisePicture: async ({ caller, body, commit }) => ({ body: await addPicture(caller, body, commit) }),
  retireExercisePicture: async ({ caller, params, ifMatch, commit }) => ({
    body: await retirePicture(caller, { ...params, ifMatch }, commit),
  }),

  listMessageTemplates: async ({ caller, query }) => ({ body: { items: await listTemplates(caller, query) } }),
  getMessageTemplate: async ({ caller, params }) => ({ body: await readTemplate(caller, params) }),
  setMessageTemplate: async ({ caller, params, body, ifMatch, commit }) => ({
    body: await saveTemplate(caller, params, { ...body, ifMatch }, commit),
  }),
  lintMessageTemplate: async ({ caller, params, body }) => ({ body: await tryWords(caller, params, body.words) }),
  listMessageTemplateVersions: async ({ caller, params, query }) => ({
    body: await listTemplateVersions(caller.clinicId, params, query),
  }),
});
