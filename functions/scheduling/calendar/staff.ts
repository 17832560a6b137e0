import type { Implementations } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import type { calendarRoutes } from '../contract/calendars.ts';
import { invitationsOf } from '../invitation-store.ts';
import { getAppointment } from '../store.ts';
import { createFeed, revokeFeed, showFeed } from './feed-setup.ts';

/** What staff may do with a provider's calendars: the part of `scheduling-http` that is about them. */
export const calendarImplementations: Implementations<typeof calendarRoutes> = {
  createCalendarFeed: async ({ caller, params }) => ({ body: await createFeed(caller, params.providerId) }),
  getCalendarFeed: async ({ caller, params }) => ({ body: await showFeed(caller, params.providerId) }),
  revokeCalendarFeed: async ({ caller, params }) => {
    await revokeFeed(caller, params.providerId);
    return {};
  },
  listInvitations: async ({ caller, params }) => {
    found(await getAppointment(caller.clinicId, params.appointmentId), 'appointment');
    const items = await invitationsOf(caller.clinicId, params.appointmentId);
    return {
      body: {
        items: items.map(({ sequence, method, status, statusReason, attempts, sentAt }) => ({
          sequence,
          method,
          status,
          ...(statusReason === undefined ? {} : { reason: statusReason }),
          attempts,
          ...(sentAt === undefined ? {} : { sentAt }),
        })),
      },
    };
  },
};
