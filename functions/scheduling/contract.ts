import { appointmentRoutes } from './contract/appointments.ts';
import { calendarRoutes, feedRoutes } from './contract/calendars.ts';
import { catalogRoutes } from './contract/catalog.ts';
import { dayRoutes } from './contract/days.ts';
import { holdRoutes } from './contract/holds.ts';
import { linkRoutes } from './contract/links.ts';
import { publicRoutes } from './contract/public-routes.ts';
import { seriesRoutes } from './contract/series.ts';
import { waitingListRoutes } from './contract/waiting-list.ts';

/** What callers may ask of scheduling, by who they are: each list is answered by a function of its own, which imports it alone. */

/** Staff, signed in: `scheduling-http`. */
export const staffRoutes = [
  ...catalogRoutes,
  ...appointmentRoutes,
  ...seriesRoutes,
  ...dayRoutes,
  ...holdRoutes,
  ...waitingListRoutes,
] as const;

/** Staff, signed in, about calendars outside the clinic: `scheduling-calendar-http`. */
export { calendarRoutes, feedRoutes, linkRoutes, publicRoutes };

/** Everything. */
export const routes = [...staffRoutes, ...calendarRoutes, ...publicRoutes, ...linkRoutes, ...feedRoutes] as const;
