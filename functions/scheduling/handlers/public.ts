import { httpHandler } from '../../platform/http/api.ts';
import { publicCatalog } from '../catalog.ts';
import { publicRoutes } from '../contract.ts';
import { holdTime, releaseHold } from '../hold.ts';
import { findSlots } from '../search.ts';
import { selfBook } from '../self-book.ts';

export const handler = httpHandler(publicRoutes, {
  listPublicAppointmentTypes: async ({ caller }) => ({ body: await publicCatalog(caller) }),
  findPublicSlots: async ({ caller, query }) => ({ body: { items: await findSlots(caller, query) } }),
  holdPublicSlot: async ({ caller, body, commit }) => ({ body: await holdTime(caller, 'public', body, commit) }),
  releasePublicHold: async ({ caller, params, commit }) => {
    await releaseHold(caller, 'public', params.holdId, commit);
    return {};
  },
  selfBook: async ({ caller, body, commit }) => ({ body: await selfBook(caller, body, commit) }),
});
