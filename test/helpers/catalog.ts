import type { AppointmentType, Licence, Provider } from '../../functions/scheduling/core/types.ts';

/** What most tests do not care about, in one place. */

export const licensedInColorado: readonly Licence[] = [{ state: 'CO', kind: 'full', validFrom: '2020-01-01' }];

/** The rest of a provider. */
export const plainProvider = {
  breaks: [],
  licences: licensedInColorado,
  active: true,
  rev: 1,
} as const satisfies Partial<Provider & { rev: number }>;

/** The rest of a type of visit. */
export const plainType = {
  patientKind: 'any',
  capacity: 1,
  roomIds: [],
  secondProviderIds: [],
  requiredForm: 'pre-visit',
  active: true,
  rev: 1,
} as const satisfies Partial<AppointmentType & { rev: number }>;
