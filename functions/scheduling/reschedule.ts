import { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../intake/patients.ts';
import { dispatch } from '../messaging/dispatch.ts';
import { planVisitTexts } from '../messaging/plan.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found } from '../platform/problem.ts';
import { localDateOf } from '../platform/time.ts';
import { loadBookable } from './book.ts';
import { type ChangeRequest, loadForChange, sheetOf, type WriteChange } from './change.ts';
import { decide, type Requester } from './core/appointment-status.ts';
import { checkSlot } from './core/check-slot.ts';
import { move, occupy, release } from './core/day-sheet.ts';
import { defaultStepMinutes } from './core/slots.ts';
import type { Appointment, DaySheet, MinuteRange } from './core/types.ts';
import { appointmentProblem, slotProblem } from './refusals.ts';
import { untilWritten } from './retry.ts';
import { appointmentItem, getSheet, sheetItem } from './store.ts';

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
    const { provider, type } = await loadBookable(caller, { providerId, typeId: before.typeId });
    const start = Temporal.Instant.from(request.start);
    const date = localDateOf(start, provider.zone);
    const oldSheet = await sheetOf(before);
    const isSameSheet = providerId === before.providerId && date === oldSheet.date;
    const newSheet = isSameSheet ? oldSheet : await getSheet(caller.clinicId, providerId, date, provider.zone);

    const isClinic = request.by === 'clinic';
    const answer = checkSlot({
      provider,
      type: isClinic ? { ...type, leadMinutes: 0 } : type,
      sheet: newSheet,
      start,
      now: caller.now,
      stepMinutes: isClinic ? undefined : defaultStepMinutes,
      heldBy: before.id,
    });
    // The state decides before the calendar: a cancelled visit is told that, not that its new time is taken.
    const decision = answer.ok
      ? decide(before, { kind: 'reschedule', by: request.by, to: answer.time, providerId }, caller.now)
      : refusedByState(before, request, caller.now);
    if (!decision.ok) throw appointmentProblem(decision.code);
    if (!answer.ok) throw slotProblem(answer.code);
    if (!decision.changed) return write(before, []);

    const { appointment } = decision;
    const stamp = stampOf(caller, request.reason ?? 'rescheduled');
    const patient = found(await loadPatient(caller.clinicId, appointment.patientId), 'patient');
    const texts = await planVisitTexts(caller, { appointment, patient, change: 'rescheduled' });
    const written = await write(appointment, [
      ...sheetsAfter(oldSheet, newSheet, answer.occupies, before).map((sheet) =>
        sheetItem(caller.clinicId, sheet, stamp),
      ),
      appointmentItem(appointment, stamp),
      ...texts.items,
    ]);
    count(metricNames.appointmentsRescheduled);
    await dispatch(texts.refs);
    return written;
  });

/** Whether the appointment's own state refuses a move, whatever the new time. */
const refusedByState = (before: Appointment, request: RescheduleRequest, now: Temporal.Instant) =>
  decide(before, { kind: 'reschedule', by: request.by, to: { ...before, end: before.end, start: before.start } }, now);

const sheetsAfter = (
  oldSheet: DaySheet,
  newSheet: DaySheet,
  occupies: MinuteRange,
  appointment: Appointment,
): readonly DaySheet[] => {
  const taken =
    oldSheet === newSheet ? move(newSheet, occupies, appointment.id) : occupy(newSheet, occupies, appointment.id);
  if (!taken.ok) throw slotProblem(taken.code === 'slot-taken' ? 'slot-taken' : 'outside-hours');
  if (oldSheet === newSheet) return [taken.sheet];
  const freed = release(oldSheet, appointment.id);
  return freed === oldSheet ? [taken.sheet] : [freed, taken.sheet];
};
