import * as z from 'zod';
import { defineRoute } from '../../platform/http/contract.ts';
import { instant } from '../../platform/http/schemas.ts';
import { linkParams, modality, nothing } from './shared.ts';

/** A freed time as the patient it is offered to sees it: nothing that a stranger with the link should not know. */
const offerView = z.strictObject({
  clinic: z.strictObject({ name: z.string(), phone: z.string() }),
  providerName: z.string(),
  start: instant,
  end: instant,
  zone: z.string(),
  wallTime: z.string(),
  modality,
  status: z.enum(['open', 'accepted', 'declined', 'over', 'withdrawn']).meta({
    description:
      '`open`: kept for them until `expiresAt`; `over`: not answered in time; `withdrawn`: they left the list',
  }),
  expiresAt: instant,
});

/** The form an offer's page sends. */
export const offerPageForm = z.strictObject({ action: z.enum(['accept', 'decline']) });

const answer = <const Name extends string, const Verb extends string>(name: Name, verb: Verb, summary: string) =>
  defineRoute({
    name,
    method: 'POST',
    path: `/v1/links/{token}/offer/${verb}`,
    access: 'link',
    opens: 'offer',
    summary,
    params: linkParams,
    body: nothing,
    reply: { status: 200, body: offerView },
    errors: ['invalid-state', 'offer-over', 'slot-taken', 'slot-not-offered'],
  });

/** What a patient may ask with the link of an offer: that link opens this one offer and no visit. */
export const offerRoutes = [
  defineRoute({
    name: 'getOfferByLink',
    method: 'GET',
    path: '/v1/links/{token}/offer',
    access: 'link',
    opens: 'offer',
    summary: 'The freed time a text offered',
    params: linkParams,
    reply: { status: 200, body: offerView },
  }),
  answer('acceptOfferByLink', 'accept', 'Take the time: the visit is booked, once'),
  answer('declineOfferByLink', 'decline', 'Leave the time to the next in line, and stay on the waiting list'),
  defineRoute({
    name: 'showOfferPage',
    method: 'GET',
    path: '/o/{token}',
    access: 'link',
    opens: 'offer',
    summary: 'The offer as a page: take the time or leave it; works without script',
    params: linkParams,
    reply: { status: 200, format: 'html' },
  }),
  defineRoute({
    name: 'submitOfferPage',
    method: 'POST',
    path: '/o/{token}',
    access: 'link',
    opens: 'offer',
    summary: 'What a button of the offer page sends; answers with a redirect to the page',
    params: linkParams,
    bodyFormat: 'form',
    body: offerPageForm,
    reply: { status: 303, format: 'html' },
  }),
] as const;
