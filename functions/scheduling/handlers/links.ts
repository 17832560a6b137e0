import { httpHandler } from '../../platform/http/api.ts';
import { linkRoutes } from '../contract/links.ts';
import { rebookByLink } from '../rebook.ts';
import { cancelByLink, confirmByLink, findSlotsByLink, getVisit, rescheduleByLink } from '../visit-link.ts';

// Pages, and what few ask for, are loaded by the first request for one.
const visitPages = () => import('../visit-page.ts');
const stopPages = () => import('../stop-emails.ts');
const texts = () => import('../../messaging/consent/texts-by-link.ts');
const offers = () => import('../offer-link.ts');
const offerPages = () => import('../offer-page.ts');

export const handler = httpHandler(
  linkRoutes,
  {
    getVisitByLink: async (request) => ({ body: await getVisit(request) }),
    findSlotsByLink: async (request) => ({ body: await findSlotsByLink(request, request.query) }),
    confirmByLink: async (request) => ({ body: await confirmByLink(request) }),
    rescheduleByLink: async (request) => ({ body: await rescheduleByLink(request, request.body.start) }),
    cancelByLink: async (request) => ({ body: await cancelByLink(request) }),
    rebookByLink: async (request) => ({ body: await rebookByLink(request, request.body.start) }),
    getTextsByLink: async (request) => ({ body: await (await texts()).textsByLink(request) }),
    setTextsByLink: async (request) => ({ body: await (await texts()).setTextsByLink(request, request.body) }),
    showVisitPage: async (request) => (await visitPages()).showVisitPage(request, request.query.done),
    submitVisitPage: async (request) => (await visitPages()).submitVisitPage(request, request.body),
    showStopEmailsPage: async (request) => (await stopPages()).showStopEmails(request),
    stopEmails: async (request) => (await stopPages()).stopEmails(request),
    getOfferByLink: async (request) => ({ body: await (await offers()).getOfferByLink(request) }),
    acceptOfferByLink: async (request) => ({ body: await (await offers()).acceptOffer(request) }),
    declineOfferByLink: async (request) => ({ body: await (await offers()).declineOffer(request) }),
    showOfferPage: async (request) => (await offerPages()).showOfferPage(request),
    submitOfferPage: async (request) => (await offerPages()).submitOfferPage(request, request.body),
  },
  async (problem, clinic) => {
    const { pageHeaders, renderProblemPage } = await import('../../../web/visit/pages.ts');
    return { body: renderProblemPage(problem, clinic), headers: pageHeaders };
  },
);
