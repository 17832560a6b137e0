import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Id } from '../platform/ids.ts';
import { ConditionFailed, type TransactItem, transact } from '../platform/store/records.ts';
import { getAppointmentType, getProvider, type Stored } from './catalog-store.ts';
import { decide } from './core/appointment-status.ts';
import type { Appointment, AppointmentStatus, AppointmentType, Provider } from './core/types.ts';
import type { Offer } from './core/waiting-list.ts';
import { isEstablishedBy, recentVisits } from './established.ts';
import {
  appointmentCheckItem,
  appointmentItem,
  appointmentOfImage,
  appointmentsBetween,
  getAppointment,
  getAppointments,
  patientAppointmentsBetween,
} from './store.ts';
import { getOffer, offerCheckItem } from './waiting-list-store.ts';

/** What other areas may ask of scheduling. */

/** An appointment of this clinic, read consistently. */
export const loadAppointment = (clinicId: Id<'clinic'>, id: Id<'appointment'>): Promise<Appointment | undefined> =>
  getAppointment(clinicId, id);

/** Whether the clinic had seen a visit's patient in the three years before it. */
export const wasSeenBefore = async (
  caller: Caller,
  { id, patientId, start }: Pick<Appointment, 'id' | 'patientId' | 'start'>,
): Promise<boolean> => {
  const others = (await recentVisits(caller, patientId)).filter((visit) => visit.id !== id && visit.start < start);
  return isEstablishedBy(others, Temporal.Instant.from(start));
};

/** Later than any visit. */
const endOfTime = '9999';

/**
 * Whether the patient of a visit has one that begins after it, unless it was cancelled or missed. Of two at one time one is the later.
 * Read from an index: may lag.
 */
export const hasLaterVisit = async ({
  clinicId,
  id,
  patientId,
  start,
}: Pick<Appointment, 'clinicId' | 'id' | 'patientId' | 'start'>): Promise<boolean> =>
  (await patientAppointmentsBetween(clinicId, patientId, start, endOfTime)).some(
    (other) => (other.start > start || other.id > id) && other.status !== 'cancelled' && other.status !== 'noshow',
  );

/** Several of them, in no order. */
export const loadAppointments = (
  clinicId: Id<'clinic'>,
  ids: readonly Id<'appointment'>[],
): Promise<readonly Appointment[]> => getAppointments(clinicId, [...new Set(ids)]);

/** What begins from one instant to before another (as stored, less than a month apart), and when each was last changed. */
export const listVisitsBetween = (
  clinicId: Id<'clinic'>,
  from: string,
  to: string,
): Promise<readonly (Appointment & { readonly changedAt: string })[]> => appointmentsBetween(clinicId, from, to);

/** A patient's appointments, whatever became of them, that start from one instant to another, in order. May lag a moment. */
export const loadVisitsBetween = (
  clinicId: Id<'clinic'>,
  patientId: Id<'patient'>,
  from: Temporal.Instant,
  until: Temporal.Instant,
): Promise<readonly Appointment[]> => patientAppointmentsBetween(clinicId, patientId, toStored(from), toStored(until));

/** A provider of this clinic. */
export const loadProvider = (clinicId: Id<'clinic'>, id: Id<'provider'>): Promise<Stored<Provider> | undefined> =>
  getProvider(clinicId, id);

/** A type of visit of this clinic. */
export const loadAppointmentType = (
  clinicId: Id<'clinic'>,
  id: Id<'appointmentType'>,
): Promise<Stored<AppointmentType> | undefined> => getAppointmentType(clinicId, id);

/** Reads an appointment out of a stream image. */
export { appointmentOfImage };

/**
 * Holds a transaction to the appointment being as expected when it goes through: a text about a visit is claimed only
 * together with this.
 */
export const appointmentCheck = (
  clinicId: Id<'clinic'>,
  id: Id<'appointment'>,
  expected: { readonly sequence: number; readonly statuses: readonly AppointmentStatus[] },
): TransactItem => appointmentCheckItem(clinicId, id, expected);

/** A freed time that was offered to somebody on the waiting list. */
export const loadOffer = (clinicId: Id<'clinic'>, id: Id<'offer'>): Promise<Offer | undefined> =>
  getOffer(clinicId, id);

/** Holds a transaction to the offer still standing when it goes through: its text is claimed only together with this. */
export const offerCheck = (offer: Offer): TransactItem => offerCheckItem(offer);

const confirmAttempts = 5;

/**
 * Records a confirmation that came by text. It is about the time the patient was told, named by `sequence`: when the
 * visit has moved or ended since, nothing happens and the answer is false. Idempotent.
 */
export const confirmByText = async (caller: Caller, id: Id<'appointment'>, sequence: number): Promise<boolean> => {
  for (let attempt = 0; attempt < confirmAttempts; attempt += 1) {
    const appointment = await getAppointment(caller.clinicId, id);
    if (appointment === undefined) return false;
    const decision = decide(appointment, { kind: 'confirm', sequence }, caller.now);
    if (!decision.ok) return false;
    if (!decision.changed) return true;
    try {
      await transact([appointmentItem(decision.appointment, stampOf(caller, 'confirmed by text'))]);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
  throw new Error('The appointment kept changing while it was being confirmed');
};
