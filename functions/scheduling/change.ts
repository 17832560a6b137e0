import { loadPatient } from '../intake/patients.ts';
import { type Plan, planVisitTexts, type VisitChange } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found, Problem } from '../platform/problem.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { untilWritten } from '../platform/until-written.ts';
import { attendanceItems } from './attendance-store.ts';
import { type AppointmentCommand, decide } from './core/appointment-status.ts';
import type { Appointment } from './core/types.ts';
import { planInvitation } from './invite.ts';
import { giveBack, heldTime } from './occupancy.ts';
import { openingItems } from './openings.ts';
import { appointmentProblem } from './refusals.ts';
import { appointmentItem, getAppointment, sheetItem } from './store.ts';

/** A change of an appointment as it was asked for. */
export interface ChangeRequest {
  readonly appointmentId: Id<'appointment'>;
  /** The revision the caller saw (If-Match); another is `stale`. */
  readonly ifMatch?: number | undefined;
}

/** Writes a decided change; the items may be none, when it was so already. */
export type WriteChange<T> = (appointment: Appointment, items: readonly TransactItem[]) => Promise<T>;

/** Which commands tell messaging something; a reschedule does so itself. */
const changeOfCommand: Partial<Readonly<Record<ChangeCommand['kind'], VisitChange>>> = {
  'request-reschedule': 'reschedule-requested',
  cancel: 'cancelled',
  fulfil: 'fulfilled',
  'mark-noshow': 'noshow',
};

/** The commands that change a visit where it is; a move and a rebooking take time too. */
export type ChangeCommand = Exclude<AppointmentCommand, { readonly kind: 'reschedule' | 'rebook' }>;

/**
 * Confirms, cancels, marks arrived, fulfilled or no-show, asks for another time: reads, decides, and writes the
 * appointment, what it frees of the day and what it means for the texts at once. A repeat of what already is changes
 * nothing and answers the same.
 * @param command made from the appointment as it is, so that a confirmation can be about the time it now has.
 */
export const change = <T>(
  caller: Caller,
  request: ChangeRequest,
  command: (appointment: Appointment) => ChangeCommand,
  write: WriteChange<T>,
): Promise<T> =>
  untilWritten(async () => {
    const before = await loadForChange(caller, request);
    const prepared = await prepareChange(caller, before, command(before));
    const written = await write(prepared.appointment, prepared.items);
    await afterChanges([prepared]);
    return written;
  });

/** A change that is decided and not yet written. */
export interface PreparedChange {
  readonly appointment: Appointment;
  /** None when it was so already. */
  readonly items: readonly TransactItem[];
  /** Texts that are due at once, to be hinted at after the write. */
  readonly refs: Plan['refs'];
}

/**
 * Decides a change and says what to write: appointment, freed day sheets and texts. Writes nothing.
 * @param toldVisits how many visits of a series its notice tells of, see `planVisitTexts`.
 * @throws Problem `invalid-state`, `bad-input`.
 */
export const prepareChange = async (
  caller: Caller,
  before: Appointment,
  command: ChangeCommand,
  toldVisits?: number | undefined,
): Promise<PreparedChange> => {
  const decision = decide(before, command, caller.now);
  if (!decision.ok) throw appointmentProblem(decision.code);
  const { appointment } = decision;
  if (!decision.changed) return { appointment, items: [], refs: [] };

  const stamp = stampOf(caller, reasonOf(command));
  const texts = await textsOf(caller, before, appointment, command, toldVisits);
  const freed = appointment.status === 'cancelled' ? await giveBack(caller, heldTime(before)) : [];
  const items = [
    appointmentItem(appointment, stamp),
    ...freed.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
    ...(appointment.status === 'cancelled' ? openingItems(caller, before) : []),
    ...attendanceItems(before, appointment),
    ...texts.items,
  ];
  return { appointment, items, refs: texts.refs };
};

/** What follows changes that were written: they are counted, and their texts are hinted at. */
export const afterChanges = async (changes: readonly PreparedChange[]): Promise<void> => {
  const written = changes.filter(({ items }) => items.length > 0);
  for (const { appointment } of written) {
    if (appointment.status === 'cancelled') count(metricNames.appointmentsCancelled);
  }
  await dispatch(written.flatMap(({ refs }) => refs));
};

/** The appointment a change is about, at the revision the caller saw. */
export const loadForChange = async (caller: Caller, request: ChangeRequest): Promise<Appointment> => {
  const appointment = found(await getAppointment(caller.clinicId, request.appointmentId), 'appointment');
  if (request.ifMatch !== undefined && request.ifMatch !== appointment.rev) {
    throw new Problem('stale', 'The appointment has changed since you read it. Read it again.');
  }
  return appointment;
};

const textsOf = async (
  caller: Caller,
  before: Appointment,
  appointment: Appointment,
  command: ChangeCommand,
  toldVisits: number | undefined,
): Promise<Plan> => {
  const told = changeOfCommand[command.kind];
  // A correction of a fulfilled visit tells the patient nothing new.
  const isCorrection = command.kind === 'fulfil' && before.status === appointment.status;
  if (told === undefined || isCorrection) return { items: [], refs: [] };
  const patient = found(await loadPatient(caller.clinicId, appointment.patientId), 'patient');
  const texts = await planVisitTexts(caller, { appointment, patient, change: told, toldVisits });
  return { ...texts, items: [...texts.items, ...planInvitation(caller, { appointment, patient, change: told })] };
};

/** Why, for the audit log: what staff wrote, or else what was done. */
const reasonOf = (command: ChangeCommand): string => {
  const given = 'reason' in command ? command.reason : undefined;
  return given ?? (command.kind === 'cancel' ? 'cancelled' : command.kind);
};
