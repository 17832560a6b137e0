import { Temporal } from 'temporal-polyfill';
import { loadPatient, type Patient } from '../intake/patients.ts';
import { planVisitTexts } from '../messaging/plans/plan.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { found, Problem } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { type TransactItem, together } from '../platform/store/records.ts';
import { untilWritten } from '../platform/until-written.ts';
import { getAppointmentType, getProvider } from './catalog-store.ts';
import { newAppointment } from './core/appointment-status.ts';
import type { Appointment, AppointmentType, Modality, Provider } from './core/types.ts';
import { isEstablished } from './established.ts';
import { useHold } from './hold-use.ts';
import { planInvitation } from './invite.ts';
import { type Held, readAhead, type SeenDay, takeTime } from './occupancy.ts';
import { slotProblem } from './refusals.ts';
import { loadReplaced, standInItem } from './stand-in.ts';
import { appointmentItem, sheetItem } from './store.ts';
import { viewOf } from './view.ts';

export interface BookCommand {
  readonly patientId: Id<'patient'>;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  /** UTC instant. */
  readonly start: string;
  /** @default the type's first */
  readonly modality?: Modality | undefined;
  /** Where the patient will be at a visit by video or audio. @default the state of their address */
  readonly patientState?: string | undefined;
  /** The hold whose time it takes over. */
  readonly holdId?: Id<'hold'> | undefined;
  /** The visit that the clinic cancelled and that this one stands in for. */
  readonly replaces?: Id<'appointment'> | undefined;
}

/** Books a visit for the front desk: any free whole minute of the provider's hours. */
export const book = async (caller: Caller, command: BookCommand, commit: Commit) => {
  const [patient, { provider, type }, ahead] = await together(() =>
    Promise.all([
      loadPatient(caller.clinicId, command.patientId),
      loadBookable(caller, command),
      // A hold's sheet is read with the hold.
      command.holdId === undefined ? readAhead(caller, command) : undefined,
    ]),
  );
  const known = found(patient, 'patient');
  let seen = ahead;
  return untilWritten(async () => {
    const day = seen;
    // Who has lost a round reads again.
    seen = undefined;
    const [held, replaced] = await Promise.all([useHold(caller, 'staff', command), loadReplaced(caller, command)]);
    return writeBooking(
      caller,
      {
        patient: known,
        provider,
        // The front desk may book a walk-in: the lead time protects it from surprises by others, not from itself.
        type: { ...type, leadMinutes: 0 },
        start: command.start,
        modality: command.modality,
        patientState: command.patientState,
        insteadOf: held.insteadOf,
        seen: day,
        ...(replaced === undefined ? {} : { facts: { replaces: replaced.id } }),
        also: ({ id }) => [...held.items, ...(replaced === undefined ? [] : [standInItem(caller, replaced, id)])],
      },
      (appointment, items) => {
        const view = viewOf(appointment);
        return commit(items, view).then(() => view);
      },
    );
  });
};

/**
 * The provider and the type of a booking, which must belong together and take new visits. A visit that is booked
 * already keeps its provider and its type.
 */
export const loadBookable = async (
  caller: Caller,
  command: Pick<BookCommand, 'providerId' | 'typeId' | 'modality'>,
  booked?: Pick<Appointment, 'providerId' | 'typeId'>,
): Promise<{ readonly provider: Provider; readonly type: AppointmentType }> => {
  const [knownProvider, knownType] = await together(() =>
    Promise.all([
      getProvider(caller.clinicId, command.providerId),
      getAppointmentType(caller.clinicId, command.typeId),
    ]),
  );
  const provider = found(knownProvider, 'provider');
  const type = found(knownType, 'appointment type');
  const isSameProvider = booked?.providerId === provider.id;
  if (!isSameProvider && !type.providerIds.includes(provider.id)) {
    throw new Problem('slot-not-offered', 'This provider does not offer this type of visit.');
  }
  if (!isSameProvider && !provider.active) throw new Problem('slot-not-offered', 'This provider takes no new visits.');
  if (booked === undefined && !type.active) {
    throw new Problem('slot-not-offered', 'This type of visit is not offered any more.');
  }
  if (command.modality !== undefined && !type.modalities.includes(command.modality)) {
    throw new Problem('slot-not-offered', 'This type of visit is not offered this way.', [
      { field: 'body.modality', message: `Expected one of: ${type.modalities.join(', ')}` },
    ]);
  }
  return { provider, type };
};

/**
 * The state a patient will be in at a visit: the clinic's own for a visit in person, otherwise the one they say, or that
 * of their address. Undefined only where the clinic has not said which state its rooms are in.
 * @throws Problem `bad-input` when nobody said where the patient of a remote visit will be.
 */
export const stateAtVisit = async (
  caller: Caller,
  modality: Modality,
  patient: Pick<Patient, 'state'>,
  said?: string | undefined,
): Promise<string | undefined> => {
  if (modality === 'in-person') return (await loadClinic(caller.clinicId)).state;
  const state = said ?? patient.state;
  if (state !== undefined) return state;
  throw new Problem('bad-input', 'Say in which state the patient will be: the provider must be licensed there.', [
    { field: 'body.patientState', message: 'Expected a state like CO' },
  ]);
};

export interface Booking {
  readonly patient: Patient;
  readonly provider: Provider;
  readonly type: AppointmentType;
  readonly start: string;
  readonly modality?: Modality | undefined;
  readonly patientState?: string | undefined;
  /** Only starts that a search offers. The front desk may take any whole minute. */
  readonly onlyOffered?: boolean | undefined;
  /** The hold that becomes this visit. */
  readonly insteadOf?: Held | undefined;
  /** Further facts of the appointment: its series, the visit it stands in for. */
  readonly facts?: Partial<Pick<Appointment, 'seriesId' | 'replaces'>> | undefined;
  /** Written with the booking: the patient themself, their answers. */
  readonly also?: ((appointment: Appointment) => readonly TransactItem[]) | undefined;
  /** How many visits of a series its confirmation tells of, see `planVisitTexts`. @default it is told by itself */
  readonly toldVisits?: number | undefined;
  /** The provider's day, if it was read with the provider. */
  readonly seen?: SeenDay | undefined;
}

/** A booking that is decided and not yet written. */
export interface PreparedBooking {
  readonly appointment: Appointment;
  /** Day sheets, appointment and message plan. */
  readonly items: readonly TransactItem[];
  /** Texts that are due at once, to be hinted at after the write. */
  readonly refs: Parameters<typeof dispatch>[0];
}

/**
 * Reads the day sheets, decides, and says what to write: day sheets, appointment and message plan. Writes nothing.
 * @throws Problem `slot-taken`, `slot-not-offered`, `bad-input`.
 */
export const prepareBooking = async (caller: Caller, booking: Booking): Promise<PreparedBooking> => {
  const { patient, provider, type } = booking;
  const start = Temporal.Instant.from(booking.start);
  const modality = booking.modality ?? firstModality(type);
  const patientState = await stateAtVisit(caller, modality, patient, booking.patientState);
  await requirePatientKind(caller, type, patient);
  const id = newId('appointment', caller.now);
  const { onlyOffered, insteadOf, seen } = booking;
  const wish = { provider, type, start, heldBy: id, patientState, onlyOffered, insteadOf, seen };
  const taken = await together(() => takeTime(caller, wish));
  if (!taken.ok) throw slotProblem(taken.code);

  const appointment = newAppointment({
    id,
    clinicId: caller.clinicId,
    patientId: patient.id,
    providerId: provider.id,
    typeId: type.id,
    modality,
    ...(patientState === undefined ? {} : { patientState }),
    ...(taken.companions.length === 0 ? {} : { companions: taken.companions }),
    ...booking.facts,
    ...taken.time,
  });
  const stamp = stampOf(caller, 'booked');
  const texts = await planVisitTexts(caller, {
    appointment,
    patient,
    change: 'booked',
    toldVisits: booking.toldVisits,
  });
  const items = [
    ...taken.sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
    appointmentItem(appointment, stamp),
    ...texts.items,
    ...planInvitation(caller, { appointment, patient, change: 'booked' }),
    ...(booking.also?.(appointment) ?? []),
  ];
  return { appointment, items, refs: texts.refs };
};

/**
 * One round of a booking: reads the day sheet, decides, and writes day sheet, appointment and message plan at once.
 * @throws ConditionFailed when the day changed in between; Problem as `prepareBooking` does.
 */
export const writeBooking = async <T>(
  caller: Caller,
  booking: Booking,
  write: (appointment: Appointment, items: readonly TransactItem[]) => Promise<T>,
): Promise<T> => {
  const { appointment, items, refs } = await prepareBooking(caller, booking);
  const written = await write(appointment, items);
  count(metricNames.appointmentsBooked);
  await dispatch(refs);
  return written;
};

/** @throws Problem `slot-not-offered` when a type of visit is not for this patient, new or established. */
export const requirePatientKind = async (
  caller: Caller,
  type: Pick<AppointmentType, 'patientKind'>,
  patient: Pick<Patient, 'id'>,
): Promise<void> => {
  if (type.patientKind === 'any') return;
  const kind = (await isEstablished(caller, patient.id)) ? 'established' : 'new';
  if (kind === type.patientKind) return;
  throw new Problem('slot-not-offered', `This type of visit is for ${type.patientKind} patients.`);
};

/** How a visit of a type takes place unless somebody says otherwise. */
export const firstModality = (type: Pick<AppointmentType, 'modalities'>): Modality => {
  const [modality] = type.modalities;
  if (modality === undefined) throw new Error('A type of visit has at least one modality');
  return modality;
};
