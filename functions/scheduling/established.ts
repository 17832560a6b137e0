import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import type { Appointment } from './core/types.ts';
import { listPatientAppointments } from './store.ts';

/** CPT: a patient is established who was seen by the practice within the last three years. */
const establishedYears = 3;
/** Visits looked at, latest first: more than anybody has ahead of them. */
const lookedAt = 100;

/** A patient's visits, latest first, as far back as matters: one Query. */
export const recentVisits = async (caller: Caller, patientId: Id<'patient'>): Promise<readonly Appointment[]> =>
  (await listPatientAppointments(caller.clinicId, patientId, { limit: lookedAt })).items;

/** Whether one of a patient's visits took place within the last three years. */
export const isEstablishedBy = (visits: readonly Appointment[], now: Temporal.Instant): boolean => {
  const since = now
    .toZonedDateTimeISO('UTC')
    .subtract({ years: establishedYears })
    .toInstant()
    .toString({ smallestUnit: 'second' });
  return visits.some(({ status, start }) => status === 'fulfilled' && start >= since);
};

/** Whether the clinic has seen a patient within the last three years: a visit that took place. */
export const isEstablished = async (caller: Caller, patientId: Id<'patient'>): Promise<boolean> =>
  isEstablishedBy(await recentVisits(caller, patientId), caller.now);
