import { calendarRoutes } from './calendars.ts';
import { catalogRoutes } from './catalog.ts';
import { waitingListRoutes } from './waiting-list.ts';

/**
 * Staff, about what visits are booked from: providers and their hours, rooms, types of visit, calendars, the waiting
 * list: `scheduling-office-http`. In a file of its own, so that this function carries no other contract.
 */
export const officeRoutes = [...catalogRoutes, ...waitingListRoutes, ...calendarRoutes] as const;
