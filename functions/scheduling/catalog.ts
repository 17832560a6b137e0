import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { newId } from '../platform/ids.ts';
import { found, Problem } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { checkWeeklyRules, type RuleFault } from './core/availability.ts';
import type { AppointmentType, Provider } from './core/types.ts';
import {
  createAppointmentTypeItem,
  createProviderItem,
  listAppointmentTypes,
  listProviders,
  type Stored,
} from './store.ts';

/** What a clinic offers: its providers and its types of visit. */

type New<T> = Omit<T, 'id' | 'clinicId'>;

/** A record as an answer: everything but the clinic, which the caller knows. */
export const withoutClinic = <T extends { readonly clinicId: string }>(record: T): Omit<T, 'clinicId'> => {
  const { clinicId: _, ...rest } = record;
  return rest;
};

const ruleFaults: Readonly<Record<RuleFault['code'], string>> = {
  'weekday-unknown': 'Expected a weekday from 1 (Monday) to 7 (Sunday)',
  'time-malformed': 'Expected times like 07:30',
  'range-empty': 'Must end later than it begins',
  'rules-overlap': 'Overlaps an earlier rule of the same day',
};

/** Adds a provider. Overlapping or reversed hours are refused, each naming its rule. */
export const createProvider = async (caller: Caller, input: New<Provider>, commit: Commit) => {
  const faults = checkWeeklyRules(input.availability);
  if (faults.length > 0) {
    throw new Problem(
      'bad-input',
      'Correct the fields listed in errors.',
      faults.map((fault) => ({ field: `body.availability.${fault.index}`, message: ruleFaults[fault.code] })),
    );
  }
  const provider: Stored<Provider> = { ...input, id: newId('provider', caller.now), clinicId: caller.clinicId, rev: 1 };
  const view = withoutClinic(provider);
  await commit([createProviderItem(provider, stampOf(caller, 'provider added'))], view);
  return view;
};

/** Adds a type of visit, of providers this clinic has. */
export const createAppointmentType = async (caller: Caller, input: New<AppointmentType>, commit: Commit) => {
  const known = new Set((await listProviders(caller.clinicId)).map((provider) => provider.id));
  for (const providerId of input.providerIds) found(known.has(providerId) || undefined, 'provider');
  const type: Stored<AppointmentType> = {
    ...input,
    id: newId('appointmentType', caller.now),
    clinicId: caller.clinicId,
    rev: 1,
  };
  const view = withoutClinic(type);
  await commit([createAppointmentTypeItem(type, stampOf(caller, 'appointment type added'))], view);
  return view;
};

/** What a patient can book by themselves, and with whom. */
export const publicCatalog = async (caller: Caller) => {
  const [clinic, types, providers] = await Promise.all([
    loadClinic(caller.clinicId),
    listAppointmentTypes(caller.clinicId),
    listProviders(caller.clinicId),
  ]);
  return {
    clinic: { name: clinic.name, phone: clinic.phone, zone: clinic.zone },
    items: types.map((type) => ({
      id: type.id,
      name: type.name,
      minutes: type.minutes,
      modalities: type.modalities,
      providers: providers
        .filter((provider) => type.providerIds.includes(provider.id))
        .map((provider) => ({ id: provider.id, name: provider.name })),
    })),
  };
};
