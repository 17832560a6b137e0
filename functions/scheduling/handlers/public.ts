import { httpHandler } from '../../platform/http/api.ts';
import { publicCatalog } from '../catalog.ts';
import { publicRoutes } from '../contract.ts';
import { findSlots } from '../search.ts';
import { selfBook } from '../self-book.ts';

export const handler = httpHandler(publicRoutes, {
  listPublicAppointmentTypes: async ({ caller }) => ({ body: await publicCatalog(caller) }),
  findPublicSlots: async ({ caller, query }) => ({ body: { items: await findSlots(caller, query) } }),
  selfBook: async ({ caller, body, commit }) => ({ body: await selfBook(caller, body, commit) }),
});
