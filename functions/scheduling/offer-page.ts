import type * as z from 'zod';
import { pageHeaders, renderOffer } from '../../web/visit/pages.ts';
import { loadPatient } from '../intake/patients.ts';
import { env } from '../platform/config.ts';
import type { Reply } from '../platform/http/api.ts';
import { found, Problem } from '../platform/problem.ts';
import type { offerPageForm } from './contract/offers.ts';
import { acceptOffer, declineOffer, loadOffered, type OfferRequest, standingOf } from './offer-link.ts';

type PageRequest = OfferRequest & { readonly params: { readonly token: string } };

/** The offer as a page, as it stands now. */
export const showOfferPage = async (request: PageRequest): Promise<Reply> => {
  const { caller, link, params } = request;
  const [{ offer, clinic, provider }, patient] = await Promise.all([
    loadOffered(request),
    loadPatient(link.clinicId, link.patientId),
  ]);
  const { givenName, zone } = found(patient, 'offer');
  const body = renderOffer({
    clinic: { brand: clinic.brand, phone: clinic.phone },
    token: params.token,
    standing: standingOf(offer, caller.now),
    patientGivenName: givenName,
    providerName: provider.name,
    modality: offer.modality,
    start: offer.start,
    end: offer.end,
    visitZone: offer.zone,
    patientZone: zone,
    expiresAt: offer.expiresAt,
  });
  return { body, headers: pageHeaders };
};

/** Problems that the page itself explains: it says how the offer stands now. */
const explained: ReadonlySet<string> = new Set(['invalid-state', 'offer-over']);

/** What a button of the page sends: does it, and sends the browser back to the page, which says how the offer stands. */
export const submitOfferPage = async (request: PageRequest, form: z.output<typeof offerPageForm>): Promise<Reply> => {
  try {
    await (form.action === 'accept' ? acceptOffer(request) : declineOffer(request));
  } catch (error) {
    if (!(error instanceof Problem) || !explained.has(error.code)) throw error;
  }
  return { headers: { location: `${env('PUBLIC_URL')}/o/${request.params.token}` } };
};
