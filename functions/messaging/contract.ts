import { deskRoutes } from './contract/desk-routes.ts';
import { inboxRoutes } from './contract/inbox.ts';
import { officeRoutes } from './contract/office-routes.ts';

/** What callers may ask of messaging: each list is answered by a function of its own, which imports it alone. */
export { deskRoutes, inboxRoutes, officeRoutes };

/** Everything. */
export const routes = [...deskRoutes, ...inboxRoutes, ...officeRoutes] as const;
