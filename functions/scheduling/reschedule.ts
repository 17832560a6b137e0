import { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../intake/patients.ts';
import { planVisitTexts } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found } from '../platform/problem.ts';
import { untilWritten } from '../platform/until-written.ts';
import { loadBookable } from './book.ts';
import { type ChangeRequest, loadForChange, type WriteChange } from './change.ts';
import { decide, type Requester } from './core/appointment-status.ts';
import type { Appointment } from './core/types.ts';
import { planInvitation } from './invite.ts';
import { heldTime, takeTime } from './occupancy.ts';
import { openingItems } from './openings.ts';
import { appointmentProblem, slotProblem } from './refusals.ts';
import { appointmentItem, sheetItem } from './store.ts';

export interface RescheduleRequest extends ChangeRequest {
  /** UTC instant. */
  readonly start: string;
  /** @default the same provider */
  readonly providerId?: Id<'provider'> | undefined;
  readonly by: Requester;
  readonly reason?: string | undefined;
}

/**
 * Moves a visit: the new time taken, the old one freed and the texts replaced in one transaction, so that there is
 * never both nor neither. The move un-confirms.
 */
export const reschedule = <T>(caller: Caller, request: RescheduleRequest, write: WriteChange<T>): Promise<T> =>
  untilWritten(async () => {
    const before = await loadForChange(caller, request);
    const providerId = request.providerId ?? before.providerId;
    const { provider, type } = await loadBookable(caller, { providerId, typeId: before.typeId }, before);
    const isClinic = request.by === 'clinic';
    const taken = await takeTime(caller, {
      provider,
      type: isClinic ? { ...type, leadMinutes: 0 } : type,
      start: Temporal.Instant.from(request.start),
      heldBy: before.id,
      patientState: before.patientState,
      onlyOffered: !isClinic,
      insteadOf: heldTime(before),
    });
    // The state decides before the calendar: a cancelled visit is told that, not that its new time is taken.
    const decision = taken.ok
      ? decide(
          before,
          { kind: 'reschedule', by: request.by, to: taken.time, providerId, reason: request.reason },
          caller.now,
        )
      : refusedByState(before, request, caller.now);
    if (!decision.ok) throw appointmentProblem(decision.code);
    if (!taken.ok) throw slotProblem(taken.code);
    if (!decision.changed) return write(before, []);

    const appointment: Appointment = {
      ...decision.appointment,
      companions: taken.companions.length === 0 ? undefined : taken.companions,
    };
    const stamp = stampOf(caller, request.reason ?? 'rescheduled');
    const patient = found(await loadPatient(caller.clinicId, appointment.patientId), 'patient');
    const texts = await planVisitTexts(caller, { appointment, patient, change: 'rescheduled' });
    const written = await write(appointment, [
      ...taken.sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
      appointmentItem(appointment, stamp),
      ...openingItems(caller, before),
      ...texts.items,
      ...planInvitation(caller, { appointment, patient, change: 'rescheduled' }),
    ]);
    count(metricNames.appointmentsRescheduled);
    await dispatch(texts.refs);
    return written;
  });

/** Whether the appointment's own state refuses a move, whatever the new time. */
const refusedByState = (before: Appointment, request: RescheduleRequest, now: Temporal.Instant) =>
  decide(before, { kind: 'reschedule', by: request.by, to: { ...before, end: before.end, start: before.start } }, now);
