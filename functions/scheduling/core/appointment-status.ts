import type { Temporal } from 'temporal-polyfill';
import { localDateOf, minuteMillis } from '../../platform/time.ts';
import type { Appointment, AppointmentStatus, Fulfilment, VisitTime } from './types.ts';

/** What can be asked of an appointment, and what each needs to know. */
export type AppointmentCommand =
  /** The patient says yes to the time they were told: that of `sequence`. */
  | { readonly kind: 'confirm'; readonly sequence: number }
  | {
      readonly kind: 'reschedule';
      readonly by: Requester;
      readonly to: VisitTime;
      /** The provider, if it changes. */
      readonly providerId?: Appointment['providerId'] | undefined;
      readonly reason?: string | undefined;
    }
  /** Staff ask the patient to choose another time; until they do, the visit stands. */
  | { readonly kind: 'request-reschedule'; readonly reason?: string | undefined }
  | { readonly kind: 'cancel'; readonly by: Requester; readonly reason?: string | undefined }
  /** The patient of a visit that the clinic cancelled takes another time: as a new visit, once. */
  | { readonly kind: 'rebook'; readonly as: Appointment['id'] }
  | { readonly kind: 'arrive' }
  /** The visit took place; sent again with other facts it corrects them. */
  | { readonly kind: 'fulfil'; readonly fulfilment: Fulfilment }
  | { readonly kind: 'mark-noshow'; readonly reason?: string | undefined };

export type AppointmentCommandKind = AppointmentCommand['kind'];

/** Who asks. A patient may change a visit until it starts; the clinic also afterwards. */
export type Requester = 'patient' | 'clinic';

/**
 * The whole state machine: what each status allows, and where it leads. What is not listed is refused. A status that
 * leads to itself under the command that made it is a repeat: nothing changes (but for a correction).
 */
export const transitions = {
  booked: {
    confirm: 'booked',
    reschedule: 'booked',
    'request-reschedule': 'booked',
    cancel: 'cancelled',
    arrive: 'arrived',
    'mark-noshow': 'noshow',
  },
  arrived: { arrive: 'arrived', fulfil: 'fulfilled', cancel: 'cancelled', 'mark-noshow': 'noshow' },
  fulfilled: { fulfil: 'fulfilled' },
  cancelled: { cancel: 'cancelled', rebook: 'cancelled' },
  noshow: { 'mark-noshow': 'noshow' },
} as const satisfies Record<AppointmentStatus, Partial<Record<AppointmentCommandKind, AppointmentStatus>>>;

export type AppointmentRefusal =
  /** The table has no such transition. */
  | 'transition-not-allowed'
  /** The patient confirms a time that is no longer the visit's. */
  | 'sequence-superseded'
  /** Too late for this: the visit has started. */
  | 'visit-started'
  /** Too early for this: the visit has not started. */
  | 'visit-not-started'
  /** The new time is over before it is agreed, or not a time at all. */
  | 'new-time-invalid'
  | 'not-the-day-of-visit'
  /** The patient called it off: only what the clinic cancelled is booked anew by a link. */
  | 'cancelled-by-patient'
  /** Another visit stands in for it already. */
  | 'rebooked-already'
  /** Ends before it starts, or lasts less than a minute or more than twelve hours. */
  | 'fulfilment-duration-invalid'
  | 'fulfilment-in-future'
  /** Started more than a day from the time of the visit: another visit is meant. */
  | 'fulfilment-far-from-visit';

export type AppointmentDecision =
  /** `changed` false: it was so already, nothing is to be written. */
  | { readonly ok: true; readonly changed: boolean; readonly appointment: Appointment }
  | { readonly ok: false; readonly code: AppointmentRefusal };

/** The least and the most a visit can have lasted. */
export const fulfilmentMinutes = { least: 1, most: 12 * 60 } as const;
/** How far from its time a visit may really have started. */
export const fulfilmentToleranceMinutes = 24 * 60;

/** A new appointment. It begins at sequence 0: nothing about it has changed since the patient was first told. */
export const newAppointment = (
  booking: VisitTime &
    Pick<Appointment, 'id' | 'clinicId' | 'patientId' | 'providerId' | 'typeId' | 'modality'> &
    Partial<Pick<Appointment, 'companions' | 'patientState' | 'seriesId' | 'replaces'>>,
): Appointment => ({ ...booking, status: 'booked', rev: 1, sequence: 0 });

/** Whether the patient has confirmed the time the visit now has. */
export const isConfirmed = (appointment: Appointment): boolean =>
  appointment.confirmedSequence === appointment.sequence;

/** Whether the patient is asked to choose another time for a visit that stands until then. */
export const isAskedToMove = (appointment: Pick<Appointment, 'status' | 'rescheduleRequestedAt'>): boolean =>
  appointment.status === 'booked' && appointment.rescheduleRequestedAt !== undefined;

/** Whether the visit's time has begun. */
export const hasStarted = (appointment: Pick<Appointment, 'start'>, now: Temporal.Instant): boolean =>
  now.epochMilliseconds >= Date.parse(appointment.start);

/** Decides one command. The answer is the appointment to write (one `rev` on), or the first reason against it. */
export const decide = (
  appointment: Appointment,
  command: AppointmentCommand,
  now: Temporal.Instant,
): AppointmentDecision => {
  const allowed: Partial<Record<AppointmentCommandKind, AppointmentStatus>> = transitions[appointment.status];
  const status = allowed[command.kind];
  if (status === undefined) return { ok: false, code: 'transition-not-allowed' };
  const outcome = outcomeOf(appointment, command, now);
  if (outcome === 'unchanged') return { ok: true, changed: false, appointment };
  if (typeof outcome === 'string') return { ok: false, code: outcome };
  return { ok: true, changed: true, appointment: { ...appointment, ...outcome, status, rev: appointment.rev + 1 } };
};

/** What a command changes besides the status (perhaps nothing else), or that it is a repeat, or why not. */
type Outcome = Partial<Appointment> | 'unchanged' | AppointmentRefusal;

const outcomeOf = (appointment: Appointment, command: AppointmentCommand, now: Temporal.Instant): Outcome => {
  switch (command.kind) {
    case 'confirm':
      return confirm(appointment, command.sequence, now);
    case 'reschedule':
      return reschedule(appointment, command, now);
    case 'request-reschedule':
      return requestReschedule(appointment, command, now);
    case 'cancel':
      return cancel(appointment, command, now);
    case 'rebook':
      return rebook(appointment, command);
    case 'arrive':
      return arrive(appointment, now);
    case 'fulfil':
      return fulfil(appointment, command.fulfilment, now);
    case 'mark-noshow':
      return markNoshow(appointment, command, now);
    default:
      return command satisfies never;
  }
};

type CommandOf<K extends AppointmentCommandKind> = Extract<AppointmentCommand, { readonly kind: K }>;

const confirm = (appointment: Appointment, sequence: number, now: Temporal.Instant): Outcome => {
  if (sequence !== appointment.sequence) return 'sequence-superseded';
  if (isConfirmed(appointment)) return 'unchanged';
  return hasStarted(appointment, now) ? 'visit-started' : { confirmedSequence: sequence };
};

/** A move un-confirms, because it raises the sequence; what was confirmed before stays on record. */
const reschedule = (appointment: Appointment, command: CommandOf<'reschedule'>, now: Temporal.Instant): Outcome => {
  const { by, to, providerId = appointment.providerId } = command;
  if (by === 'patient' && hasStarted(appointment, now)) return 'visit-started';
  if (isSameTime(appointment, to) && providerId === appointment.providerId) return 'unchanged';
  const startMillis = Date.parse(to.start);
  if (!(startMillis < Date.parse(to.end) && startMillis >= now.epochMilliseconds)) return 'new-time-invalid';
  const { start, end, zone, wallTime } = to;
  const sequence = appointment.sequence + 1;
  return { start, end, zone, wallTime, providerId, sequence, rescheduleReason: command.reason, ...requestAnswered };
};

/** Whoever was asked to choose another time has done so, or need not any more. */
const requestAnswered = { rescheduleRequestedAt: undefined, rescheduleRequestReason: undefined } as const;

/** Nothing about the visit changes, so its sequence stays; one request at a time, or patients are pestered. */
const requestReschedule = (
  appointment: Appointment,
  command: CommandOf<'request-reschedule'>,
  now: Temporal.Instant,
): Outcome => {
  if (appointment.rescheduleRequestedAt !== undefined) return 'unchanged';
  if (hasStarted(appointment, now)) return 'visit-started';
  const rescheduleRequestedAt = now.toString({ smallestUnit: 'second' });
  return { rescheduleRequestedAt, rescheduleRequestReason: command.reason };
};

const isSameTime = (a: VisitTime, b: VisitTime): boolean =>
  Date.parse(a.start) === Date.parse(b.start) && Date.parse(a.end) === Date.parse(b.end) && a.zone === b.zone;

const cancel = (appointment: Appointment, command: CommandOf<'cancel'>, now: Temporal.Instant): Outcome => {
  if (appointment.status === 'cancelled') return 'unchanged';
  if (command.by === 'patient' && hasStarted(appointment, now)) return 'visit-started';
  const cancelled = { sequence: appointment.sequence + 1, cancelledBy: command.by, ...requestAnswered };
  return command.reason === undefined ? cancelled : { ...cancelled, cancellationReason: command.reason };
};

/** Whether its patient may take another time for it: the clinic called it off, and nothing stands in for it yet. */
export const mayRebook = (appointment: Pick<Appointment, 'status' | 'cancelledBy' | 'rebookedAs'>): boolean =>
  appointment.status === 'cancelled' && appointment.cancelledBy === 'clinic' && appointment.rebookedAs === undefined;

const rebook = (appointment: Appointment, command: CommandOf<'rebook'>): Outcome => {
  if (appointment.rebookedAs !== undefined) return 'rebooked-already';
  return mayRebook(appointment) ? { rebookedAs: command.as } : 'cancelled-by-patient';
};

/** On the visit's own calendar day, early or late: the front desk checks people in as they come. */
const arrive = (appointment: Appointment, now: Temporal.Instant): Outcome => {
  if (appointment.status === 'arrived') return 'unchanged';
  if (localDateOf(now, appointment.zone) !== appointment.wallTime.slice(0, 'YYYY-MM-DD'.length)) {
    return 'not-the-day-of-visit';
  }
  return { arrivedAt: now.toString({ smallestUnit: 'second' }) };
};

/** Records what took place, or corrects it: each correction is a new `rev`, and so a new revision of the charge. */
const fulfil = (appointment: Appointment, fulfilment: Fulfilment, now: Temporal.Instant): Outcome => {
  const startMillis = Date.parse(fulfilment.start);
  const endMillis = Date.parse(fulfilment.end);
  const minutes = (endMillis - startMillis) / minuteMillis;
  if (!(minutes >= fulfilmentMinutes.least && minutes <= fulfilmentMinutes.most)) return 'fulfilment-duration-invalid';
  if (endMillis > now.epochMilliseconds) return 'fulfilment-in-future';
  const minutesFromVisit = Math.abs(startMillis - Date.parse(appointment.start)) / minuteMillis;
  if (minutesFromVisit > fulfilmentToleranceMinutes) return 'fulfilment-far-from-visit';
  const { modality, start, end } = fulfilment;
  return isSameFulfilment(appointment.fulfilment, fulfilment) ? 'unchanged' : { fulfilment: { modality, start, end } };
};

const isSameFulfilment = (recorded: Fulfilment | undefined, told: Fulfilment): boolean =>
  recorded !== undefined &&
  recorded.modality === told.modality &&
  Date.parse(recorded.start) === Date.parse(told.start) &&
  Date.parse(recorded.end) === Date.parse(told.end);

const markNoshow = (appointment: Appointment, command: CommandOf<'mark-noshow'>, now: Temporal.Instant): Outcome => {
  if (appointment.status === 'noshow') return 'unchanged';
  if (now.epochMilliseconds <= Date.parse(appointment.start)) return 'visit-not-started';
  return command.reason === undefined ? {} : { noshowReason: command.reason };
};
