import type { Implementations } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { openClashes } from '../calendar-store.ts';
import type { calendarRoutes } from '../contract/calendars.ts';
import { invitationsOf } from '../invitation-store.ts';
import { getAppointment } from '../store.ts';
import { createFeed, revokeFeed, showFeed } from './feed-setup.ts';
import { setImport, showImport, stopImport } from './import-setup.ts';

/** What staff may do with a provider's calendars: a part of `scheduling-office-http`. */
export const calendarImplementations: Implementations<typeof calendarRoutes> = {
  createCalendarFeed: async ({ caller, params }) => ({ body: await createFeed(caller, params.providerId) }),
  getCalendarFeed: async ({ caller, params }) => ({ body: await showFeed(caller, params.providerId) }),
  revokeCalendarFeed: async ({ caller, params }) => {
    await revokeFeed(caller, params.providerId);
    return {};
  },
  setCalendarImport: async ({ caller, params, body }) => ({
    body: await setImport(caller, params.providerId, body.url),
  }),
  getCalendarImport: async ({ caller, params }) => ({ body: await showImport(caller, params.providerId) }),
  stopCalendarImport: async ({ caller, params }) => {
    await stopImport(caller, params.providerId);
    return {};
  },
  listCalendarClashes: async ({ caller, query }) => {
    const { items, cursor } = await openClashes(caller.clinicId, query);
    return {
      body: {
        items: items.map(({ providerId, appointmentId, start, end, busy, openedAt }) => ({
          providerId,
          appointmentId,
          start,
          end,
          busy: [...busy],
          openedAt,
        })),
        cursor,
      },
    };
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
