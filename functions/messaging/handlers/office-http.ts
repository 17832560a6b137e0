import { httpHandler } from '../../platform/http/api.ts';
import { officeRoutes } from '../contract/office-routes.ts';
import { readFigures } from '../figures.ts';
import { changeSettings, readSettings } from '../settings.ts';

export const handler = httpHandler(officeRoutes, {
  getMessagingFigures: async ({ caller, query }) => ({ body: await readFigures(caller.clinicId, query) }),
  getMessagingSettings: async ({ caller }) => ({ body: await readSettings(caller.clinicId) }),
  setMessagingSettings: async ({ caller, body, ifMatch, commit }) => ({
    body: await changeSettings(caller, { settings: body, ifMatch }, commit),
  }),
});
