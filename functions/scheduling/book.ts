import { Temporal } from 'temporal-polyfill';
import { loadPatient, type Patient } from '../intake/patients.ts';
import { dispatch } from '../messaging/dispatch.ts';
import { planVisitTexts } from '../messaging/plan.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found, Problem } from '../platform/problem.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { localDateOf } from '../platform/time.ts';
import { newAppointment } from './core/appointment-status.ts';
import { checkSlot } from './core/check-slot.ts';
import { occupy } from './core/day-sheet.ts';
import { defaultStepMinutes } from './core/slots.ts';
import type { Appointment, AppointmentType, Modality, Provider } from './core/types.ts';
import { slotProblem } from './refusals.ts';
import { untilWritten } from './retry.ts';
import { appointmentItem, getAppointmentType, getProvider, getSheet, sheetItem } from './store.ts';
import { viewOf } from './view.ts';

export interface BookCommand {
  readonly patientId: Id<'patient'>;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  /** UTC instant. */
  readonly start: string;
  /** @default the type's first */
  readonly modality?: Modality | undefined;
}

/** Books a visit for the front desk: any free whole minute of the provider's hours. */
export const book = async (caller: Caller, command: BookCommand, commit: Commit) => {
  const [patient, { provider, type }] = await Promise.all([
    loadPatient(caller.clinicId, command.patientId),
    loadBookable(caller, command),
  ]);
  const known = found(patient, 'patient');
  return untilWritten(() =>
    writeBooking(
      caller,
      // The front desk may book a walk-in: the lead time protects it from surprises by others, not from itself.
      { patient: known, provider, type: { ...type, leadMinutes: 0 }, start: command.start, modality: command.modality },
      (appointment, items) => {
        const view = viewOf(appointment);
        return commit(items, view).then(() => view);
      },
    ),
  );
};

/** The provider and the type of a booking, which must belong together. */
export const loadBookable = async (
  caller: Caller,
  command: Pick<BookCommand, 'providerId' | 'typeId' | 'modality'>,
): Promise<{ readonly provider: Provider; readonly type: AppointmentType }> => {
  const [provider, type] = await Promise.all([
    getProvider(caller.clinicId, command.providerId),
    getAppointmentType(caller.clinicId, command.typeId),
  ]);
  const bookable = { provider: found(provider, 'provider'), type: found(type, 'appointment type') };
  if (!bookable.type.providerIds.includes(bookable.provider.id)) {
    throw new Problem('slot-not-offered', 'This provider does not offer this type of visit.');
  }
  if (command.modality !== undefined && !bookable.type.modalities.includes(command.modality)) {
    throw new Problem('slot-not-offered', 'This type of visit is not offered this way.', [
      { field: 'body.modality', message: `Expected one of: ${bookable.type.modalities.join(', ')}` },
    ]);
  }
  return bookable;
};

export interface Booking {
  readonly patient: Patient;
  readonly provider: Provider;
  readonly type: AppointmentType;
  readonly start: string;
  readonly modality?: Modality | undefined;
  /** Only starts that a search offers. The front desk may take any whole minute. */
  readonly onlyOffered?: boolean | undefined;
  /** Written with the booking: the patient themself, their answers. */
  readonly also?: ((appointment: Appointment) => readonly TransactItem[]) | undefined;
  /** Consent to text that this same transaction records. */
  readonly consentGranted?: boolean | undefined;
}

/**
 * One round of a booking: reads the day sheet, decides, and writes day sheet, appointment and message plan at once.
 * @throws ConditionFailed when the day changed in between; Problem `slot-taken`, `slot-not-offered`.
 */
export const writeBooking = async <T>(
  caller: Caller,
  booking: Booking,
  write: (appointment: Appointment, items: readonly TransactItem[]) => Promise<T>,
): Promise<T> => {
  const { patient, provider, type } = booking;
  const start = Temporal.Instant.from(booking.start);
  const sheet = await getSheet(caller.clinicId, provider.id, localDateOf(start, provider.zone), provider.zone);
  const stepMinutes = booking.onlyOffered ? defaultStepMinutes : undefined;
  const answer = checkSlot({ provider, type, sheet, start, now: caller.now, stepMinutes });
  if (!answer.ok) throw slotProblem(answer.code);

  const appointment = newAppointment({
    id: newId('appointment', caller.now),
    clinicId: caller.clinicId,
    patientId: patient.id,
    providerId: provider.id,
    typeId: type.id,
    modality: booking.modality ?? firstModality(type),
    ...answer.time,
  });
  const occupied = occupy(sheet, answer.occupies, appointment.id);
  if (!occupied.ok) throw slotProblem(occupied.code === 'slot-taken' ? 'slot-taken' : 'outside-hours');

  const stamp = stampOf(caller, 'booked');
  const texts = await planVisitTexts(caller, {
    appointment,
    patient,
    change: 'booked',
    consentGranted: booking.consentGranted,
  });
  const written = await write(appointment, [
    sheetItem(caller.clinicId, occupied.sheet, stamp),
    appointmentItem(appointment, stamp),
    ...texts.items,
    ...(booking.also?.(appointment) ?? []),
  ]);
  count(metricNames.appointmentsBooked);
  await dispatch(texts.refs);
  return written;
};

const firstModality = (type: AppointmentType): Modality => {
  const [modality] = type.modalities;
  if (modality === undefined) throw new Error('A type of visit has at least one modality');
  return modality;
};
