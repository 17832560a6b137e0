import { pageHeaders, renderProblemPage } from '../../../web/visit/pages.ts';
import { httpHandler } from '../../platform/http/api.ts';
import { linkRoutes } from '../contract/links.ts';
import { acceptOffer, declineOffer, getOfferByLink } from '../offer-link.ts';
import { showOfferPage, submitOfferPage } from '../offer-page.ts';
import { rebookByLink } from '../rebook.ts';
import { cancelByLink, confirmByLink, findSlotsByLink, getVisit, rescheduleByLink } from '../visit-link.ts';
import { showVisitPage, submitVisitPage } from '../visit-page.ts';

export const handler = httpHandler(
  linkRoutes,
  {
    getVisitByLink: async (request) => ({ body: await getVisit(request) }),
    findSlotsByLink: async (request) => ({ body: await findSlotsByLink(request, request.query) }),
    confirmByLink: async (request) => ({ body: await confirmByLink(request) }),
    rescheduleByLink: async (request) => ({ body: await rescheduleByLink(request, request.body.start) }),
    cancelByLink: async (request) => ({ body: await cancelByLink(request) }),
    rebookByLink: async (request) => ({ body: await rebookByLink(request, request.body.start) }),
    showVisitPage: async (request) => showVisitPage(request, request.query.done),
    submitVisitPage: async (request) => submitVisitPage(request, request.body),
    getOfferByLink: async (request) => ({ body: await getOfferByLink(request) }),
    acceptOfferByLink: async (request) => ({ body: await acceptOffer(request) }),
    declineOfferByLink: async (request) => ({ body: await declineOffer(request) }),
    showOfferPage,
    submitOfferPage: async (request) => submitOfferPage(request, request.body),
  },
  { render: renderProblemPage, headers: pageHeaders },
);
