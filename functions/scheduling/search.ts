import { Temporal } from 'temporal-polyfill';
import { loadPatient, type Patient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { found } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { listAttendance } from './attendance-store.ts';
import { firstModality } from './book.ts';
import { badFields } from './catalog.ts';
import { release } from './core/day-sheet.ts';
import { byStart, comesAfter, type RankingFacts, rankingOf, rankSlots } from './core/rank.ts';
import {
  checkSearchRange,
  defaultStepMinutes,
  type EmptyReason,
  findSlotsOfProviders,
  maxSearchDays,
  type WantedTimes,
} from './core/slots.ts';
import { suggestTimes } from './core/suggest.ts';
import type { Appointment, AppointmentType, Modality, Provider } from './core/types.ts';
import { epochMinuteFrom, instantOfEpochMinute, minuteRangeOf } from './core/visit-time.ts';
import { isEstablishedBy, recentVisits } from './established.ts';
import { type Calendar, loadCalendar } from './load-calendar.ts';
import { decodeSlotCursor, encodeSlotCursor, type SlotCursor } from './slot-cursor.ts';
import { emptyPage, type FoundSlot, foundSlotViewOf, type SlotPage, type SlotViewOptions } from './slot-view.ts';
import { getAppointmentType, getProvider, listAppointmentTypes, listProviders } from './store.ts';
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
  const to = query.to ?? Temporal.Instant.from(from).add({ hours: 24 * moveDays }).toString();
  const range = rangeOf({ from, to });
  const wanted = wantedTimes(query);
  const options: SlotViewOptions = { zone, inWords: false };
  if (order !== 'suggested') {
    return viewOf(await searchMoves(caller, appointment, { ...range, ...pageOf({ ...query, order }), wanted }), options);
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

/** A visit that is booked keeps its provider and its type, whether or not they take new ones. */
const searchMoves = async (
  caller: Caller,
  appointment: Appointment,
  search: Omit<TimesSearch, 'type' | 'providers'>,
): Promise<Page> => {
  const [type, provider] = await Promise.all([
    getAppointmentType(caller.clinicId, appointment.typeId),
    getProvider(caller.clinicId, appointment.providerId),
  ]);
  if (type === undefined || provider === undefined) return { items: [], emptyBecause: 'no-provider' };
  const { patientState } = appointment;
  return searchTimes(caller, { ...search, type, providers: [provider], patientState, insteadOf: appointment });
};

interface TimesSearch {
  readonly type: AppointmentType;
  readonly providers: readonly Provider[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly order: 'start' | 'best';
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly wanted?: WantedTimes | undefined;
  readonly patientState?: string | undefined;
  readonly seenProviderIds?: RankingFacts['seenProviderIds'];
  /** The visit that would move: its own time counts as free, and is no other. */
  readonly insteadOf?: Appointment | undefined;
}

interface Page {
  readonly items: readonly FoundSlot[];
  readonly cursor?: SlotCursor | undefined;
  readonly emptyBecause?: EmptyReason | undefined;
}

const searchTimes = async (caller: Caller, search: TimesSearch): Promise<Page> => {
  const calendar = await loadCalendar(caller, search.providers, search.type, search);
  return search.order === 'start'
    ? pageByStart(caller, search, calendar)
    : pageByScore(caller, search, calendar, await loadFacts(caller, search));
};

const slotsOf = (
  caller: Caller,
  { insteadOf, ...search }: TimesSearch,
  calendar: Calendar,
  limit?: number | undefined,
) => {
  const sheets = insteadOf === undefined ? calendar.sheets : calendar.sheets.map((each) => release(each, insteadOf.id));
  const result = findSlotsOfProviders(calendar.providers, {
    ...search,
    ...calendar,
    sheets,
    now: caller.now,
    stepMinutes: defaultStepMinutes,
    limit,
  });
  // The range was checked before anything was read, so only a fault of ours can be refused here.
  if (!result.ok) throw new Error(`Slot search refused: ${result.code}`);
  if (insteadOf === undefined) return result;
  const { startEpochMinute } = minuteRangeOf(insteadOf);
  return { ...result, slots: result.slots.filter((slot) => slot.startEpochMinute !== startEpochMinute) };
};

const pageByStart = (caller: Caller, search: TimesSearch, calendar: Calendar): Page => {
  const after = search.cursor === undefined ? undefined : decodeSlotCursor(search.cursor, 'start');
  const from = after === undefined ? search.from : laterOf(search.from, instantOfEpochMinute(after.startEpochMinute));
  // One more says whether there are others; those of the cursor's own start, one a provider at most, were given before.
  const most = search.limit + 1 + (after === undefined ? 0 : calendar.providers.length) + (search.insteadOf ? 1 : 0);
  const { slots, emptyBecause } = slotsOf(caller, { ...search, from }, calendar, most);
  const left = after === undefined ? slots : slots.filter((slot) => comesAfter(slot, after));
  const page = left.slice(0, search.limit);
  const zoneOf = zonesOf(search.providers);
  return {
    items: page.map((slot) => ({ slot, zone: zoneOf(slot.providerId) })),
    cursor: cursorAfter(left.length > page.length ? page.at(-1) : undefined, (slot) => ({ order: 'start', ...slot })),
    emptyBecause: after === undefined ? emptyBecause : undefined,
  };
};

/** What a ranking goes by besides the slots. */
interface LoadedFacts {
  readonly types: readonly AppointmentType[];
  readonly attendance: RankingFacts['attendance'];
}

const loadFacts = async ({ clinicId }: Caller, { type }: TimesSearch): Promise<LoadedFacts> => {
  const [types, attendance] = await Promise.all([listAppointmentTypes(clinicId), listAttendance(clinicId)]);
  return { types: [type, ...types.filter(({ active }) => active)], attendance };
};

const pageByScore = (caller: Caller, search: TimesSearch, calendar: Calendar, facts: LoadedFacts): Page => {
  const after = search.cursor === undefined ? undefined : decodeSlotCursor(search.cursor, 'best');
  const asOfEpochMinute = after?.asOfEpochMinute ?? epochMinuteFrom(caller.now);
  const { slots, emptyBecause } = slotsOf(caller, search, calendar);
  const ranking = rankingOf({
    type: search.type,
    providers: search.providers.map(({ id, zone }) => ({ id, zone, shortestMinutes: shortestOf(facts.types, id) })),
    seenProviderIds: search.seenProviderIds,
    attendance: facts.attendance,
    fromEpochMinute: epochMinuteFrom(search.from),
    asOfEpochMinute,
  });
  const ranked = rankSlots(slots, ranking, { limit: search.limit + 1, after });
  const page = ranked.slice(0, search.limit);
  const zoneOf = zonesOf(search.providers);
  return {
    items: page.map(({ slot, score }) => ({
      slot,
      score,
      zone: zoneOf(slot.providerId),
      because: ranking.explain(slot),
    })),
    cursor: cursorAfter(ranked.length > page.length ? page.at(-1) : undefined, ({ slot, score }) => ({
      order: 'best',
      ...slot,
      score,
      asOfEpochMinute,
    })),
    emptyBecause: after === undefined ? emptyBecause : undefined,
  };
};

const cursorAfter = <T>(last: T | undefined, cursorOf: (last: T) => SlotCursor): SlotCursor | undefined =>
  last === undefined ? undefined : cursorOf(last);

/** The shortest time that any visit takes of a provider's day, buffers included. */
const shortestOf = (types: readonly AppointmentType[], providerId: Provider['id']): number =>
  Math.min(
    ...types
      .filter(({ providerIds }, index) => index === 0 || providerIds.includes(providerId))
      .map(({ minutes, bufferBeforeMinutes, bufferAfterMinutes }) => minutes + bufferBeforeMinutes + bufferAfterMinutes),
  );

const zonesOf = (providers: readonly Provider[]): ((id: Provider['id']) => string) => {
  const zones = new Map(providers.map(({ id, zone }) => [id, zone]));
  return (id) => zones.get(id) ?? 'UTC';
};

const viewOf = (page: Page, options: SlotViewOptions): SlotPage => {
  if (page.items.length === 0) return page.emptyBecause === undefined ? { items: [] } : emptyPage(page.emptyBecause);
  return {
    items: page.items.map((each) => foundSlotViewOf(each, options)),
    ...(page.cursor === undefined ? {} : { cursor: encodeSlotCursor(page.cursor) }),
  };
};

const pageOf = ({ order, limit, cursor }: Pick<TimesQuery, 'order' | 'limit' | 'cursor'>) => ({ order, limit, cursor });

const laterOf = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(a, b) < 0 ? b : a;

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
