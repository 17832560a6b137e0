import { loadPatient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Commit } from '../platform/http/api.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found, Problem } from '../platform/problem.ts';
import { type Clinic, loadClinic } from '../platform/store/clinic.ts';
import type { OfferLink } from '../platform/store/directory.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { untilWritten } from '../platform/until-written.ts';
import { loadBookable, writeBooking } from './book.ts';
import { getProvider } from './catalog-store.ts';
import type { Provider } from './core/types.ts';
import {
  type Offer,
  type OfferRefusal,
  type Opening,
  offerRefusal,
  type WaitingEntry,
  waitingTransitions,
} from './core/waiting-list.ts';
import { endOfferItems, offeredTime, returned } from './offer-end.ts';
import {
  getOffer,
  getOpening,
  getWaitingEntry,
  offerItem,
  openingItem,
  waitingEntryItem,
} from './waiting-list-store.ts';

/** What a patient can do with an offered time. The link is the proof; it opens this one offer only. */
export interface OfferRequest {
  readonly caller: Caller;
  readonly link: OfferLink;
  readonly commit: Commit;
}

/** The offer, its clinic and its provider. */
export const loadOffered = async ({ link }: Pick<OfferRequest, 'link'>) => {
  const offer = found(await getOffer(link.clinicId, link.offerId), 'offer');
  const [clinic, provider] = await Promise.all([
    loadClinic(link.clinicId),
    getProvider(link.clinicId, offer.providerId),
  ]);
  return { offer, clinic, provider: found(provider, 'provider') };
};

/** How an offer stands for its patient. */
export type OfferStanding = 'open' | 'accepted' | 'declined' | 'over' | 'withdrawn';

const standings: Readonly<Record<OfferRefusal, OfferStanding>> = {
  'accepted-already': 'accepted',
  'declined-already': 'declined',
  over: 'over',
  withdrawn: 'withdrawn',
};

/** Judged now: an offer whose time is up is over before any sweep has seen it. */
export const standingOf = (offer: Offer, now: Caller['now']): OfferStanding => {
  const refusal = offerRefusal(offer, now);
  return refusal === undefined ? 'open' : standings[refusal];
};

export const getOfferByLink = async (request: OfferRequest) => {
  const { offer, clinic, provider } = await loadOffered(request);
  return viewOf(offer, clinic, provider, request.caller);
};

const viewOf = (offer: Offer, clinic: Clinic, provider: Provider, { now }: Caller) => ({
  clinic: { name: clinic.name, phone: clinic.phone },
  providerName: provider.name,
  start: offer.start,
  end: offer.end,
  zone: offer.zone,
  wallTime: offer.wallTime,
  modality: offer.modality,
  status: standingOf(offer, now),
  expiresAt: offer.expiresAt,
});

const refusals: Readonly<Record<OfferRefusal, () => Problem>> = {
  'accepted-already': () => new Problem('invalid-state', 'You have taken this time already: it is booked.'),
  'declined-already': () => new Problem('invalid-state', 'You have left this time to others.'),
  over: () => new Problem('offer-over', 'This offer was not answered in time. You are still on the waiting list.'),
  withdrawn: () => new Problem('offer-over', 'This offer is over: you are not on the waiting list any more.'),
};

const requireOpen = (offer: Offer, { now }: Caller): void => {
  const refusal = offerRefusal(offer, now);
  if (refusal !== undefined) throw refusals[refusal]();
};

/**
 * Takes the time: the hold becomes the visit, the place in the line and the opening are done with, in one transaction
 * that holds only while the offer stands. Whoever comes second, by whatever way, meets another revision of it.
 */
export const acceptOffer = async (request: OfferRequest) => {
  const { caller, link, commit } = request;
  const view = await untilWritten(async () => {
    const { offer, clinic, provider } = await loadOffered(request);
    requireOpen(offer, caller);
    const { typeId, providerId, modality } = offer;
    const [bookable, patient, entry, opening] = await Promise.all([
      loadBookable(caller, { providerId, typeId, modality }),
      loadPatient(link.clinicId, link.patientId),
      getWaitingEntry(link.clinicId, offer.entryId),
      getOpening(link.clinicId, offer.openingId),
    ]);
    const line = { offer, entry: found(entry, 'place on the waiting list'), opening: found(opening, 'opening') };
    return writeBooking(
      caller,
      {
        patient: found(patient, 'patient'),
        provider: bookable.provider,
        // How short the notice may be was theirs to say.
        type: { ...bookable.type, leadMinutes: 0 },
        start: offer.start,
        modality,
        patientState: offer.patientState,
        insteadOf: offeredTime(offer),
        also: ({ id: appointmentId }) => takenItems(caller, line, appointmentId),
      },
      async (_, items) => {
        const taken = { ...viewOf(offer, clinic, provider, caller), status: 'accepted' as const };
        await commit(items, taken);
        return taken;
      },
    );
  });
  count(metricNames.freedSlotsRefilled);
  return view;
};

const takenItems = (
  caller: Caller,
  { offer, entry, opening }: { readonly offer: Offer; readonly entry: WaitingEntry; readonly opening: Opening },
  appointmentId: NonNullable<Offer['appointmentId']>,
): readonly TransactItem[] => [
  offerItem(caller, {
    ...offer,
    status: 'accepted',
    endedAt: toStored(caller.now),
    appointmentId,
    rev: offer.rev + 1,
  }),
  waitingEntryItem(
    caller,
    { ...entry, status: waitingTransitions.offered.book, appointmentId, rev: entry.rev + 1 },
    'took a freed time',
  ),
  openingItem(caller, { ...opening, status: 'filled', rev: opening.rev + 1 }),
];

/** Leaves the time to the next in line. Said again, it changes nothing. */
export const declineOffer = (request: OfferRequest) =>
  untilWritten(async () => {
    const { caller, link, commit } = request;
    const { offer, clinic, provider } = await loadOffered(request);
    const view = { ...viewOf(offer, clinic, provider, caller), status: 'declined' as const };
    if (offer.status !== 'declined') requireOpen(offer, caller);
    const entry = found(await getWaitingEntry(link.clinicId, offer.entryId), 'place on the waiting list');
    const items = offer.status === 'declined' ? [] : await endOfferItems(caller, offer, 'declined', returned(entry));
    await commit(items, view);
    return view;
  });
