import { feedRoutes } from './contract/calendars.ts';
import { deskRoutes } from './contract/desk-routes.ts';
import { linkRoutes } from './contract/links.ts';
import { officeRoutes } from './contract/office-routes.ts';
import { publicRoutes } from './contract/public-routes.ts';

/** What callers may ask of scheduling, by who they are: each list is answered by a function of its own, which imports it alone. */
export { deskRoutes, feedRoutes, linkRoutes, officeRoutes, publicRoutes };

/** Staff, signed in. */
export const staffRoutes = [...deskRoutes, ...officeRoutes] as const;

/** Everything. */
export const routes = [...staffRoutes, ...publicRoutes, ...linkRoutes, ...feedRoutes] as const;
