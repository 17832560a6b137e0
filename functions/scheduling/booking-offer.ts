import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { type Clinic, loadClinic } from '../platform/store/clinic.ts';
import { localDateOf } from '../platform/time.ts';
import { listAppointmentTypes, listProviders } from './catalog-store.ts';
import { servesState } from './core/licence.ts';
import type { AppointmentType, Modality, Provider } from './core/types.ts';

/** What a clinic offers to somebody who books by themselves, and how far their choice has come. */

/** A type of visit with those who offer it. */
export interface Offered {
  readonly type: AppointmentType;
  readonly providers: readonly Provider[];
}

export interface BookingOffer {
  readonly clinic: Clinic;
  readonly offered: readonly Offered[];
}

/** Everything that can be booked; a type that nobody offers now is left out. */
export const loadOffer = async (caller: Caller): Promise<BookingOffer> => {
  const [clinic, types, providers] = await Promise.all([
    loadClinic(caller.clinicId),
    listAppointmentTypes(caller.clinicId),
    listProviders(caller.clinicId),
  ]);
  const active = new Map(providers.filter((provider) => provider.active).map((provider) => [provider.id, provider]));
  const offered = types
    .filter((type) => type.active)
    .map((type) => ({ type, providers: type.providerIds.flatMap((id) => active.get(id) ?? []) }))
    .filter((each) => each.providers.length > 0);
  return { clinic, offered };
};

/** The zones of the United States, from east to west. */
const zonesOfUnitedStates = [
  'America/Puerto_Rico',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
];

/** What was chosen so far, each part one of those offered. */
export interface Choice extends Offered {
  readonly clinic: Clinic;
  /** Only this provider; undefined: anyone. */
  readonly provider: Provider | undefined;
  readonly modality: Modality;
  /** Where patients may be, for visits by video or phone. */
  readonly states: readonly string[];
  readonly state: string | undefined;
  readonly zones: readonly string[];
  /** The zone times are told in: the clinic's for a visit there, else the patient's. */
  readonly zone: string;
}

/** What the fields of a page choose; undefined where the type of visit, or the provider, cannot be booked. */
export const choiceOf = (
  { clinic, offered }: BookingOffer,
  fields: Readonly<Record<string, string | undefined>>,
  now: Temporal.Instant,
): Choice | undefined => {
  const chosen = offered.find(({ type }) => type.id === fields.type);
  const provider = chosen?.providers.find(({ id }) => id === fields.provider);
  const isAnyone = fields.provider === 'any' || chosen?.providers.length === 1;
  if (chosen === undefined || (provider === undefined && !isAnyone)) return undefined;
  const { type } = chosen;
  const providers = provider === undefined ? chosen.providers : [provider];
  const modality = type.modalities.find((each) => each === fields.how) ?? type.modalities[0] ?? 'in-person';
  const states = statesOf(type, providers, localDateOf(now, clinic.zone));
  const zones = [...new Set([clinic.zone, ...zonesOfUnitedStates])];
  const own = zones.find((each) => each === fields.zone) ?? clinic.zone;
  const there = providers.length === 1 ? (providers[0]?.zone ?? clinic.zone) : clinic.zone;
  return {
    clinic,
    type,
    provider: provider ?? (providers.length === 1 ? providers[0] : undefined),
    providers,
    modality,
    states,
    state: modality === 'in-person' ? undefined : states.find((each) => each === fields.state),
    zones,
    zone: modality === 'in-person' ? there : own,
  };
};

/** Where somebody may be for one of the providers to treat them from afar. */
const statesOf = (type: AppointmentType, providers: readonly Provider[], today: string): readonly string[] => [
  ...new Set(
    providers
      .flatMap(({ licences }) => licences)
      .filter(({ state, validTo }) => servesState(type, state) && (validTo === undefined || validTo >= today))
      .map(({ state }) => state),
  ),
];
