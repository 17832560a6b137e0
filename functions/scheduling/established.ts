import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { listPatientAppointments } from './store.ts';

/** CPT: a patient is established who was seen by the practice within the last three years. */
const establishedYears = 3;
/** Visits looked at, latest first: more than anybody has ahead of them. */
const lookedAt = 100;

/** Whether the clinic has seen a patient within the last three years: a visit that took place. */
export const isEstablished = async (caller: Caller, patientId: Id<'patient'>): Promise<boolean> => {
  const since = caller.now
    .toZonedDateTimeISO('UTC')
    .subtract({ years: establishedYears })
    .toInstant()
    .toString({ smallestUnit: 'second' });
  const { items } = await listPatientAppointments(caller.clinicId, patientId, { limit: lookedAt });
  return items.some(({ status, start }) => status === 'fulfilled' && start >= since);
};
