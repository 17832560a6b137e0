import { Temporal } from 'temporal-polyfill';
import { newPatient, type Patient } from '../../../functions/intake/patients.ts';
import { consentItems } from '../../../functions/messaging/consent/consent.ts';
import { planVisitTexts, type VisitChange } from '../../../functions/messaging/plans/plan.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import type { Caller } from '../../../functions/platform/actor.ts';
import { stampOf } from '../../../functions/platform/actor.ts';
import { type Id, newId } from '../../../functions/platform/ids.ts';
import { type Clinic, clinicItem } from '../../../functions/platform/store/clinic.ts';
import { directoryItem } from '../../../functions/platform/store/directory.ts';
import { ConditionFailed, transact } from '../../../functions/platform/store/records.ts';
import {
  type AppointmentCommand,
  decide,
  newAppointment,
} from '../../../functions/scheduling/core/appointment-status.ts';
import type { Appointment, VisitTime } from '../../../functions/scheduling/core/types.ts';
import { visitTime } from '../../../functions/scheduling/core/visit-time.ts';
import { appointmentItem, getAppointment } from '../../../functions/scheduling/store.ts';
import { testPhone } from '../../helpers/phones.ts';

export const zone = 'America/Denver';
/** Tuesday, 10:00 in Denver: nobody sleeps. */
export const start = Temporal.Instant.from('2026-11-24T17:00:00Z');
export const hours = (count: number): Temporal.Duration => Temporal.Duration.from({ minutes: Math.round(count * 60) });
export const later = (instant: Temporal.Instant, count: number): Temporal.Instant => instant.add(hours(count));

export interface World {
  readonly clinic: Clinic;
  caller(now: Temporal.Instant): Caller;
}

/** A clinic of its own for each test, so that tests do not meet. */
export const newWorld = async (): Promise<World> => {
  const clinicId = newId('clinic', start);
  const clinic: Clinic = {
    clinicId,
    slug: `clinic-${clinicId.slice(-12).toLowerCase()}`,
    name: 'Lakeview Spine',
    brand: 'Lakeview',
    zone,
    phone: testPhone(),
    originationNumber: testPhone(),
    onCallNumber: testPhone(),
  };
  const caller = (now: Temporal.Instant): Caller => ({
    clinicId,
    actor: { kind: 'system', id: 'test' },
    requestId: 'test',
    now,
  });
  await transact([
    clinicItem({ ...clinic, ...stampOf(caller(start)), rev: 1 }),
    directoryItem('number', clinic.originationNumber, clinicId),
  ]);
  return { clinic, caller };
};

/** A patient who, unless told otherwise, agreed to be texted. */
export const addPatient = async (
  { caller }: World,
  details: {
    readonly phone?: string;
    readonly consents?: boolean;
    readonly givenName?: string;
    readonly birthDate?: string;
    readonly email?: string;
    readonly state?: string;
    readonly language?: 'en' | 'es';
  } = {},
): Promise<Patient> => {
  const { patient, items } = newPatient(caller(start), {
    givenName: details.givenName ?? 'Ana',
    familyName: 'Reyes',
    birthDate: details.birthDate ?? '1984-02-29',
    phone: details.phone ?? testPhone(),
    zone,
    email: details.email,
    state: details.state,
    language: details.language,
  });
  const consent =
    details.consents === false
      ? []
      : await consentItems(caller(start), patient.phone, [
          {
            patientId: patient.id,
            category: 'treatment',
            granted: true,
            how: 'staff',
            wording: 'I agree to texts about my visits.',
            wordingVersion: 'test-1',
          },
        ]);
  await transact([...items, ...consent]);
  return patient;
};

/** Books a visit: the appointment and its texts in one transaction, as the booking use case does. */
export const bookVisit = async (
  { caller, clinic }: World,
  patient: Patient,
  begin: Temporal.Instant,
  now = start,
  modality: Appointment['modality'] = 'in-person',
): Promise<Appointment> => {
  const appointment = newAppointment({
    ...timeOf(begin),
    id: newId('appointment', now),
    clinicId: clinic.clinicId,
    patientId: patient.id,
    providerId: newId('provider', now),
    typeId: newId('appointmentType', now),
    modality,
  });
  const { items } = await planVisitTexts(caller(now), { appointment, patient, change: 'booked' });
  await transact([appointmentItem(appointment, stampOf(caller(now))), ...items]);
  return appointment;
};

const timeOf = (begin: Temporal.Instant): VisitTime => {
  const startEpochMinute = begin.epochMilliseconds / 60_000;
  return visitTime({ startEpochMinute, endEpochMinute: startEpochMinute + 30 }, zone);
};

/** The clinic moves a visit. */
export const moveTo = (begin: Temporal.Instant): AppointmentCommand => ({
  kind: 'reschedule',
  by: 'clinic',
  to: timeOf(begin),
});

/** What a handler is told besides its message. */
export const at = (now: Temporal.Instant) => ({ now, requestId: 'test' });

export const iso = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' });

let replies = 0;
const newInboundId = ({ clinicId }: Clinic): string => {
  replies += 1;
  return `in-${clinicId}-${replies}`;
};

/** A patient texts the clinic. Answers the id of the text. */
export const reply = async (
  { clinic }: World,
  from: string,
  body: string,
  now: Temporal.Instant,
  inboundMessageId = newInboundId(clinic),
): Promise<string> => {
  await receiveText({ from, to: clinic.originationNumber, body, inboundMessageId }, at(now));
  return inboundMessageId;
};

/** The same, where its turn comes later than it was said. Answers the id of the text. */
export const replySaid = async (
  { clinic }: World,
  from: string,
  body: string,
  { said, now }: { readonly said: Temporal.Instant; readonly now: Temporal.Instant },
): Promise<string> => {
  const inboundMessageId = newInboundId(clinic);
  await receiveText({ from, to: clinic.originationNumber, body, inboundMessageId }, { ...at(now), saidAt: said });
  return inboundMessageId;
};

/** The number says stop. */
export const optOut = (world: World, phone: string, now = start): Promise<string> => reply(world, phone, 'STOP', now);

const changeOf: Partial<Record<AppointmentCommand['kind'], VisitChange>> = {
  reschedule: 'rescheduled',
  cancel: 'cancelled',
  fulfil: 'fulfilled',
  'mark-noshow': 'noshow',
};

/** Changes a visit with its texts in one transaction, until no other write comes in between. */
export const changeVisit = async (
  { caller }: World,
  patient: Patient,
  appointmentId: Id<'appointment'>,
  command: AppointmentCommand,
  now: Temporal.Instant,
): Promise<Appointment> => {
  for (;;) {
    const before = await getAppointment(patient.clinicId, appointmentId);
    if (before === undefined) throw new Error('No such appointment');
    const decision = decide(before, command, now);
    if (!decision.ok) throw new Error(decision.code);
    if (!decision.changed) return before;
    const change = changeOf[command.kind];
    const texts =
      change === undefined
        ? { items: [] }
        : await planVisitTexts(caller(now), { appointment: decision.appointment, patient, change });
    try {
      await transact([appointmentItem(decision.appointment, stampOf(caller(now))), ...texts.items]);
      return decision.appointment;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
};
