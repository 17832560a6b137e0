import { loadPatient } from '../intake/patients.ts';
import { dispatch } from '../messaging/dispatch.ts';
import { planVisitTexts, type VisitChange } from '../messaging/plan.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found, Problem } from '../platform/problem.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { type AppointmentCommand, decide } from './core/appointment-status.ts';
import type { Appointment, AppointmentStatus } from './core/types.ts';
import { giveBack, heldTime } from './occupancy.ts';
import { appointmentProblem } from './refusals.ts';
import { untilWritten } from './retry.ts';
import { appointmentItem, getAppointment, sheetItem } from './store.ts';

/** A change of an appointment as it was asked for. */
export interface ChangeRequest {
  readonly appointmentId: Id<'appointment'>;
  /** The revision the caller saw (If-Match); another is `stale`. */
  readonly ifMatch?: number | undefined;
}

/** Writes a decided change; the items may be none, when it was so already. */
export type WriteChange<T> = (appointment: Appointment, items: readonly TransactItem[]) => Promise<T>;

/** Which statuses a visit enters tell messaging something. */
const changeOfStatus: Partial<Readonly<Record<AppointmentStatus, VisitChange>>> = {
  cancelled: 'cancelled',
  fulfilled: 'fulfilled',
  noshow: 'noshow',
};

/**
 * Confirms, cancels, marks arrived, fulfilled or no-show: reads, decides, and writes the appointment, what it frees of
 * the day and what it means for the texts at once. A repeat of what already is changes nothing and answers the same.
 * @param command made from the appointment as it is, so that a confirmation can be about the time it now has.
 */
export const change = <T>(
  caller: Caller,
  request: ChangeRequest,
  command: (appointment: Appointment) => Exclude<AppointmentCommand, { readonly kind: 'reschedule' }>,
  write: WriteChange<T>,
): Promise<T> =>
  untilWritten(async () => {
    const before = await loadForChange(caller, request);
    const asked = command(before);
    const decision = decide(before, asked, caller.now);
    if (!decision.ok) throw appointmentProblem(decision.code);
    if (!decision.changed) return write(before, []);

    const { appointment } = decision;
    const stamp = stampOf(caller, reasonOf(asked));
    const texts = await textsOf(caller, before, appointment);
    const freed = appointment.status === 'cancelled' ? await giveBack(caller, heldTime(before)) : [];
    const written = await write(appointment, [
      appointmentItem(appointment, stamp),
      ...freed.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
      ...texts.items,
    ]);
    if (appointment.status === 'cancelled') count(metricNames.appointmentsCancelled);
    await dispatch(texts.refs);
    return written;
  });

/** The appointment a change is about, at the revision the caller saw. */
export const loadForChange = async (caller: Caller, request: ChangeRequest): Promise<Appointment> => {
  const appointment = found(await getAppointment(caller.clinicId, request.appointmentId), 'appointment');
  if (request.ifMatch !== undefined && request.ifMatch !== appointment.rev) {
    throw new Problem('stale', 'The appointment has changed since you read it. Read it again.');
  }
  return appointment;
};

const textsOf = async (caller: Caller, before: Appointment, appointment: Appointment) => {
  // A correction of a fulfilled visit tells the patient nothing new.
  const entered = before.status === appointment.status ? undefined : changeOfStatus[appointment.status];
  if (entered === undefined) return { items: [], refs: [] };
  const patient = found(await loadPatient(caller.clinicId, appointment.patientId), 'patient');
  return planVisitTexts(caller, { appointment, patient, change: entered });
};

const reasonOf = (command: AppointmentCommand): string =>
  command.kind === 'cancel' ? (command.reason ?? 'cancelled') : command.kind;
