import type { Patient } from '../intake/patients.ts';
import type { VisitChange } from '../messaging/plans/plan.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { TransactItem } from '../platform/store/records.ts';
import type { InvitationMethod } from './core/invitation-status.ts';
import type { Appointment } from './core/types.ts';
import { invitationItem } from './invitation-store.ts';

/** What a change of a visit means for the patient's calendar. The rest means nothing to it. */
const methodOf: Partial<Readonly<Record<VisitChange, InvitationMethod>>> = {
  booked: 'REQUEST',
  rescheduled: 'REQUEST',
  cancelled: 'CANCEL',
};

export interface InvitationRequest {
  /** The appointment after the change. */
  readonly appointment: Appointment;
  readonly patient: Pick<Patient, 'id' | 'email'>;
  readonly change: VisitChange;
}

/**
 * The invitation that a change of a visit calls for, for the change's own transaction: none for a patient without an e-mail address.
 * It carries the sequence the visit then has, so an earlier one that was not sent yet never will be.
 */
export const planInvitation = (
  caller: Caller,
  { appointment, patient, change }: InvitationRequest,
): readonly TransactItem[] => {
  const method = methodOf[change];
  if (method === undefined || patient.email === undefined) return [];
  const planned = {
    clinicId: caller.clinicId,
    appointmentId: appointment.id,
    sequence: appointment.sequence,
    patientId: patient.id,
    method,
    status: 'planned',
    dueAt: toStored(caller.now),
    attempts: 0,
    rev: 1,
  } as const;
  return [invitationItem(planned, stampOf(caller, `invitation: ${change}`))];
};
