import { pageHeaders, renderBookingProblem } from '../../../web/booking/pages.ts';
import { httpHandler } from '../../platform/http/api.ts';
import { limit } from '../../platform/rate-limit.ts';
import { showBookingPage, submitBookingPage } from '../booking-page.ts';
import { publicCatalog } from '../catalog.ts';
import { publicRoutes } from '../contract/public-routes.ts';
import { holdTime, releaseHold } from '../hold.ts';
import { requestPhoneCode } from '../phone-code.ts';
import { findPublicSlots } from '../search.ts';
import { selfBook } from '../self-book.ts';

export const handler = httpHandler(
  publicRoutes,
  {
    listPublicAppointmentTypes: async ({ caller }) => ({ body: await publicCatalog(caller) }),
    findPublicSlots: async ({ caller, query }) => ({ body: await findPublicSlots(caller, query) }),
    holdPublicSlot: async ({ caller, body, commit }) => {
      await limit(caller, 'hold');
      return { body: await holdTime(caller, 'public', body, commit) };
    },
    releasePublicHold: async ({ caller, params, commit }) => {
      await releaseHold(caller, 'public', params.holdId, commit);
      return {};
    },
    requestPhoneCode: async ({ caller, body, commit }) => ({
      body: await requestPhoneCode(caller, body.phone, commit),
    }),
    selfBook: async ({ caller, body, commit }) => ({ body: await selfBook(caller, body, commit) }),
    showBookingPage: ({ caller, params, query }) => showBookingPage({ caller, slug: params.slug }, query),
    submitBookingPage: ({ caller, params, body }) => submitBookingPage({ caller, slug: params.slug }, body),
  },
  { render: renderBookingProblem, headers: pageHeaders },
);
