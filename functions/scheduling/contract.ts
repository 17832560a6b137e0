import { appointmentRoutes } from './contract/appointments.ts';
import { calendarRoutes, feedRoutes } from './contract/calendars.ts';
import { catalogRoutes } from './contract/catalog.ts';
import { holdRoutes, publicHoldRoutes } from './contract/holds.ts';
import { linkRoutes } from './contract/links.ts';
import { publicRoutes as publicBookingRoutes } from './contract/public.ts';

/** What callers may ask of scheduling, by who they are: each list is answered by a function of its own. */

/** Staff, signed in: `scheduling-http`. */
export const staffRoutes = [...catalogRoutes, ...appointmentRoutes, ...holdRoutes, ...calendarRoutes] as const;

/** Anyone: `scheduling-public`. */
export const publicRoutes = [...publicBookingRoutes, ...publicHoldRoutes] as const;

export { feedRoutes, linkRoutes };

/** Everything. */
export const routes = [...staffRoutes, ...publicRoutes, ...linkRoutes, ...feedRoutes] as const;
