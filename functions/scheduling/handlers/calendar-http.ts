import { httpHandler } from '../../platform/http/api.ts';
import { calendarImplementations } from '../calendar/staff.ts';
import { calendarRoutes } from '../contract/calendars.ts';

export const handler = httpHandler(calendarRoutes, calendarImplementations);
