import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { badFields, found } from '../platform/problem.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { decide } from './core/appointment-status.ts';
import type { Appointment } from './core/types.ts';
import { appointmentProblem } from './refusals.ts';
import { appointmentItem, getAppointment } from './store.ts';

/**
 * Notes on a visit that the clinic cancelled which visit stands in for it: part of the transaction that books that one,
 * so that there is never a second.
 * @throws Problem `invalid-state` when the clinic did not cancel it, or another stands in for it already.
 */
export const standInItem = (caller: Caller, before: Appointment, as: Id<'appointment'>): TransactItem => {
  const decision = decide(before, { kind: 'rebook', as }, caller.now);
  if (!decision.ok) throw appointmentProblem(decision.code);
  return appointmentItem(decision.appointment, stampOf(caller, 'rebooked'));
};

/** The cancelled visit that a booking by the front desk names; its patient's own, or it is none. */
export const loadReplaced = async (
  caller: Caller,
  { replaces, patientId }: { readonly replaces?: Id<'appointment'> | undefined; readonly patientId: Id<'patient'> },
): Promise<Appointment | undefined> => {
  if (replaces === undefined) return undefined;
  const before = found(await getAppointment(caller.clinicId, replaces), 'appointment');
  if (before.patientId !== patientId) {
    throw badFields([{ field: 'body.replaces', message: 'Must be a visit of the same patient' }]);
  }
  // Its state decides before the calendar: who has another visit already is told that.
  standInItem(caller, before, before.id);
  return before;
};
