import { type FieldError, Problem } from '../platform/problem.ts';
import type { AppointmentRefusal } from './core/appointment-status.ts';
import type { SlotRefusal } from './core/check-slot.ts';

/** What a refused start means to the caller, in words. */
const slotRefusals: Readonly<Record<SlotRefusal, string>> = {
  'start-invalid': 'A visit starts on a whole minute.',
  'too-soon': 'That is too soon: choose a later time.',
  'beyond-horizon': 'That is further ahead than this visit can be booked.',
  'state-not-served': 'This visit is not offered where the patient will be.',
  'not-licensed': 'The provider has no licence for where the patient will be on that day.',
  'outside-hours': "That is outside the provider's hours.",
  'slot-taken': 'That time was just taken: choose another.',
  'day-full': 'The provider has as many such visits on that day as can be: choose another day.',
};

/** The problem of a start that cannot be booked. */
export const slotProblem = (code: SlotRefusal): Problem =>
  new Problem(code === 'slot-taken' ? 'slot-taken' : 'slot-not-offered', slotRefusals[code]);

/** What a refused command means to the caller, in words. */
const appointmentRefusals: Readonly<Record<AppointmentRefusal, string>> = {
  'transition-not-allowed': 'The appointment is not in a status that allows this.',
  'sequence-superseded': 'The visit has moved since: look at its new time.',
  'visit-started': 'The visit has started already. Please call the clinic.',
  'visit-not-started': 'The visit has not started yet.',
  'new-time-invalid': 'The new time is over already.',
  'not-the-day-of-visit': 'The visit is on another day.',
  'cancelled-by-patient': 'Please call the clinic to book another visit.',
  'rebooked-already': 'Another visit stands in for this one already.',
  'fulfilment-duration-invalid': 'A visit lasts between 1 minute and 12 hours and ends after it starts.',
  'fulfilment-in-future': 'A visit cannot have ended in the future.',
  'fulfilment-far-from-visit': 'That is more than a day from the time of the visit.',
};

/** Refusals that are about what was sent, not about the state it met; each names its field. */
const inputRefusals: Partial<Readonly<Record<AppointmentRefusal, string>>> = {
  'fulfilment-duration-invalid': 'body.end',
  'fulfilment-in-future': 'body.end',
  'fulfilment-far-from-visit': 'body.start',
  'new-time-invalid': 'body.start',
};

/** The problem of a command that an appointment refuses. */
export const appointmentProblem = (code: AppointmentRefusal): Problem => {
  const message = appointmentRefusals[code];
  const field = inputRefusals[code];
  const errors: FieldError[] = field === undefined ? [] : [{ field, message }];
  return new Problem(field === undefined ? 'invalid-state' : 'bad-input', message, errors);
};
