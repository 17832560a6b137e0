import { httpHandler } from '../../platform/http/api.ts';
import { limit } from '../../platform/rate-limit.ts';
import { publicCatalog } from '../catalog.ts';
import { publicRoutes } from '../contract/public-routes.ts';
import { holdTime, releaseHold } from '../hold.ts';
import { requestPhoneCode } from '../phone-code.ts';
import { findPublicSlots } from '../search.ts';

// Most requests look for times: what a booking asks of forms and red flags, and the pages, are loaded by the first who need them.
const selfBooking = () => import('../self-book.ts');
const bookingPages = () => import('../booking-page.ts');

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
    selfBook: async ({ caller, body, commit }) => {
      const { selfBook } = await selfBooking();
      return { body: await selfBook(caller, body, commit) };
    },
    showBookingPage: async ({ caller, params, query }) => {
      const { showBookingPage } = await bookingPages();
      return showBookingPage({ caller, slug: params.slug }, query);
    },
    submitBookingPage: async ({ caller, params, body }) => {
      const { submitBookingPage } = await bookingPages();
      return submitBookingPage({ caller, slug: params.slug }, body);
    },
  },
  async (problem, clinic) => {
    const { pageHeaders, renderBookingProblem } = await import('../../../web/booking/pages.ts');
    return { body: renderBookingProblem(problem, clinic), headers: pageHeaders };
  },
);
