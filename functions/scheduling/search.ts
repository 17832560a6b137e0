import { Temporal } from 'temporal-polyfill';
import { loadPatient, type Patient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { badFields, found } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { firstModality } from './book.ts';
import { getAppointmentType, getProvider, listProviders } from './catalog-store.ts';
import { checkSearchRange, maxSearchDays } from './core/slots.ts';
import { suggestTimes } from './core/suggest.ts';
import type { Appointment, AppointmentType, Modality, Provider } from './core/types.ts';
import { minuteRangeOf } from './core/visit-time.ts';
import { isEstablishedBy, recentVisits } from './established.ts';
import { type Page, searchTimes, type TimesSearch } from './search-times.ts';
import { encodeSlotCursor } from './slot-cursor.ts';
import { emptyPage, foundSlotViewOf, type SlotPage, type SlotViewOptions } from './slot-view.ts';
import { wantedTimes } from './wanted-times.ts';

/** Searching for free times: who may be asked, what is read, in what order it is answered. The rules are in core. */

interface TimesQuery {
  /** UTC instants; visits start at `from` or later and before `to`. */
  readonly from: string;
  readonly to: string;
  /** The patient's zone. */
  readonly zone?: string | undefined;
  readonly timeFrom?: string | undefined;
  readonly timeTo?: string | undefined;
  readonly weekdays?: readonly number[] | undefined;
  readonly order: 'start' | 'best';
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface SlotQuery extends TimesQuery {
  readonly typeId: Id<'appointmentType'>;
  /** @default every provider of the type */
  readonly providerId?: readonly Id<'provider'>[] | undefined;
  readonly modality?: Modality | undefined;
  readonly patientState?: string | undefined;
}

export interface StaffSlotQuery extends SlotQuery {
  readonly patientId?: Id<'patient'> | undefined;
}

/**
 * Free times for the front desk, which may book at short notice; for a patient who is named, in their zone and state,
 * with whom they have seen counting.
 */
export const findSlots = async (caller: Caller, query: StaffSlotQuery): Promise<SlotPage> => {
  const range = rangeOf(query);
  const [known, patient] = await Promise.all([
    getAppointmentType(caller.clinicId, query.typeId),
    query.patientId === undefined ? undefined : loadPatient(caller.clinicId, query.patientId),
  ]);
  const type = found(known, 'appointment type');
  if (query.patientId !== undefined) found(patient, 'patient');
  const providers = await providersOf(caller, type, query.providerId);
  if (!type.active) return emptyPage('not-offered');

  const needsVisits = patient !== undefined && (query.order === 'best' || type.patientKind !== 'any');
  const visits = needsVisits ? await recentVisits(caller, patient.id) : undefined;
  if (visits !== undefined && type.patientKind !== 'any') {
    const kind = isEstablishedBy(visits, caller.now) ? 'established' : 'new';
    if (kind !== type.patientKind) return emptyPage('not-for-patient');
  }
  const zone = query.zone ?? patient?.zone;
  const page = await searchTimes(caller, {
    ...range,
    ...pageOf(query),
    type: { ...type, leadMinutes: 0 },
    providers,
    patientState: await stateOf(caller, type, query, patient),
    wanted: wantedTimes({ ...query, zone }),
    seenProviderIds: visits && seenProviders(visits),
  });
  return viewOf(page, { zone, inWords: true });
};

/** Free times for anyone. */
export const findPublicSlots = async (caller: Caller, query: SlotQuery): Promise<SlotPage> => {
  const range = rangeOf(query);
  const type = found(await getAppointmentType(caller.clinicId, query.typeId), 'appointment type');
  const providers = await providersOf(caller, type, query.providerId);
  if (!type.active) return emptyPage('not-offered');
  const page = await searchTimes(caller, {
    ...range,
    ...pageOf(query),
    type,
    providers,
    patientState: await stateOf(caller, type, query, undefined),
    wanted: wantedTimes(query),
  });
  return viewOf(page, { zone: query.zone, inWords: false });
};

/** Days that a patient who moves a visit looks ahead. */
const moveDays = 28;
/** More than a provider has free in that time, most of it. */
const suggestedFrom = 2000;

/** The times a visit could move to, with the same provider, for who holds its link. */
export const findMoves = async (
  caller: Caller,
  appointment: Appointment,
  query: Omit<TimesQuery, 'from' | 'to' | 'order'> & {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly order: 'suggested' | 'start' | 'best';
  },
): Promise<SlotPage> => {
  const { order, zone } = query;
  const from = query.from ?? caller.now.toString({ smallestUnit: 'second' });
  const to =
    query.to ??
    Temporal.Instant.from(from)
      .add({ hours: 24 * moveDays })
      .toString();
  const range = rangeOf({ from, to });
  const wanted = wantedTimes(query);
  const options: SlotViewOptions = { zone, inWords: false };
  if (order !== 'suggested') {
    return viewOf(
      await searchMoves(caller, appointment, { ...range, ...pageOf({ ...query, order }), wanted }),
      options,
    );
  }
  const page = await searchMoves(caller, appointment, { ...range, order: 'start', limit: suggestedFrom, wanted });
  return viewOf({ ...suggestionsOf(appointment, page, query.limit), emptyBecause: page.emptyBecause }, options);
};

/** The next suitable times a visit could move to, with the same provider: near its usual weekday and time of day. */
export const suggestMoves = async (
  caller: Caller,
  appointment: Appointment,
  count: number,
): Promise<SlotPage['items']> => (await findMoves(caller, appointment, { order: 'suggested', limit: count })).items;

const suggestionsOf = (appointment: Appointment, { items }: Page, count: number): Page => {
  const { startEpochMinute } = minuteRangeOf(appointment);
  const zones = new Map(items.map(({ slot, zone }) => [slot.providerId, zone]));
  const suggestions = suggestTimes({
    slots: items.map(({ slot }) => slot),
    originalStartEpochMinute: startEpochMinute,
    zone: appointment.zone,
    count,
  });
  return {
    items: suggestions.map(({ slot, reason }) => ({
      slot,
      reason,
      zone: zones.get(slot.providerId) ?? appointment.zone,
    })),
  };
};

const noProvider: Page = { items: [], emptyBecause: 'no-provider' };

/**
 * A visit that is booked keeps its provider and its type, whether or not they take new ones; one that the clinic
 * cancelled is booked anew.
 */
const searchMoves = async (
  caller: Caller,
  appointment: Appointment,
  search: Omit<TimesSearch, 'type' | 'providers'>,
): Promise<Page> => {
  const [type, provider] = await Promise.all([
    getAppointmentType(caller.clinicId, appointment.typeId),
    getProvider(caller.clinicId, appointment.providerId),
  ]);
  if (type === undefined || provider === undefined) return noProvider;
  if (appointment.status === 'cancelled' && !(type.active && provider.active)) return noProvider;
  const { patientState } = appointment;
  return searchTimes(caller, { ...search, type, providers: [provider], patientState, insteadOf: appointment });
};

const viewOf = (page: Page, options: SlotViewOptions): SlotPage => {
  if (page.items.length === 0) return page.emptyBecause === undefined ? { items: [] } : emptyPage(page.emptyBecause);
  return {
    items: page.items.map((each) => foundSlotViewOf(each, options)),
    ...(page.cursor === undefined ? {} : { cursor: encodeSlotCursor(page.cursor) }),
  };
};

const pageOf = ({ order, limit, cursor }: Pick<TimesQuery, 'order' | 'limit' | 'cursor'>) => ({ order, limit, cursor });

/** The providers of a type who take new visits; of those asked for, if any are. */
const providersOf = async (
  { clinicId }: Caller,
  type: AppointmentType,
  asked: readonly Id<'provider'>[] | undefined,
): Promise<readonly Provider[]> => {
  const [one] = asked ?? [];
  const known =
    one !== undefined && asked?.length === 1
      ? [found(await getProvider(clinicId, one), 'provider')]
      : await listProviders(clinicId);
  const providers = asked?.map((id) =>
    found(
      known.find((provider) => provider.id === id),
      'provider',
    ),
  );
  return (providers ?? known).filter(({ id, active }) => active && type.providerIds.includes(id));
};

/**
 * Where the patient will be, as a booking would have it: at the clinic for a visit in person, else where they say or
 * live. Undefined where nobody says, and then no licence is asked for.
 */
const stateOf = async (
  caller: Caller,
  type: AppointmentType,
  query: Pick<SlotQuery, 'modality' | 'patientState'>,
  patient: Pick<Patient, 'state'> | undefined,
): Promise<string | undefined> => {
  const modality = query.modality ?? firstModality(type);
  if (!type.modalities.includes(modality)) {
    throw badFields([{ field: 'query.modality', message: `Expected one of: ${type.modalities.join(', ')}` }]);
  }
  if (modality === 'in-person') return (await loadClinic(caller.clinicId)).state;
  return query.patientState ?? patient?.state;
};

/** The providers whom a patient has seen or is about to see, the latest first. */
const seenProviders = (visits: readonly Appointment[]): readonly Id<'provider'>[] => [
  ...new Set(
    visits
      .filter(({ status }) => status === 'booked' || status === 'arrived' || status === 'fulfilled')
      .map(({ providerId }) => providerId),
  ),
];

const rangeOf = (query: Pick<TimesQuery, 'from' | 'to'>) => {
  const from = Temporal.Instant.from(query.from);
  const to = Temporal.Instant.from(query.to);
  const fault = checkSearchRange(from, to);
  if (fault === undefined) return { from, to };
  const message = fault === 'range-reversed' ? 'Must not be before from' : `At most ${maxSearchDays} days after from`;
  throw badFields([{ field: 'query.to', message }]);
};
