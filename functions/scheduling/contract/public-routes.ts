import { bookingPageRoutes } from './booking-pages.ts';
import { publicHoldRoutes } from './holds.ts';
import { publicRoutes as publicBookingRoutes } from './public.ts';

/** Anyone: `scheduling-public`. In a file of its own, so that this function does not carry what staff may ask. */
export const publicRoutes = [...publicBookingRoutes, ...publicHoldRoutes, ...bookingPageRoutes] as const;
