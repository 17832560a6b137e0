import type { Temporal } from 'temporal-polyfill';
import { loadIntakeAnswers } from '../intake/answers.ts';
import { loadPatient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Id } from '../platform/ids.ts';
import { log } from '../platform/log.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { createDocument } from '../platform/store/documents.ts';
import type { Change } from '../platform/stream.ts';
import type { Appointment } from '../scheduling/core/types.ts';
import { appointmentOfImage, loadAppointmentType, loadProvider } from '../scheduling/visits.ts';
import {
  type BillingDecision,
  type ChargeFacts,
  chargeLineOf,
  decideBilling,
  type FulfilledAppointment,
  objectKeyOf,
} from './core/charge.ts';
import type { ChargeLine } from './core/charge-line.ts';
import { type Charge, getCharge, getChargeBefore, keepCharge, park } from './store.ts';

/** Why a change of an appointment cannot be billed. */
type Unbillable =
  | Extract<BillingDecision, { kind: 'park' }>['code']
  | 'unreadable'
  | 'patient-missing'
  | 'provider-missing';

/**
 * Exports the charge lines that changes of appointments give, in order. Safe to repeat with the same changes or some
 * of them, and beside others doing the same: each revision of a visit gives one line, of one content.
 *
 * The charge is kept as a record first, with its whole line, and the object is written from that record. Whatever stops
 * the work in between, the next delivery finds the record, writes the same line, or finds it written.
 * @throws when a line could not be exported; repeating the call completes it.
 */
export const exportCharges = async (
  changes: readonly Change[],
  requestId: string,
  now: Temporal.Instant,
): Promise<void> => {
  for (const change of changes) {
    const clinicId = clinicOf(change.pk);
    if (clinicId === undefined) {
      // Nowhere to keep it: the key of an appointment always begins with its clinic.
      log.warn('change parked', { eventId: change.eventId, code: 'no-clinic' });
      count(metricNames.recordsParked);
      continue;
    }
    const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'billing-export' }, requestId, now };
    const outcome = await exportCharge(caller, change);
    if (outcome === undefined || !(await park(caller, change, outcome))) continue;
    log.warn('change parked', { eventId: change.eventId, clinicId, code: outcome });
    count(metricNames.recordsParked);
  }
};

const clinicOf = (pk: string): Id<'clinic'> | undefined => {
  const id = /^clinic#(cli_[^#]+)#/.exec(pk)?.[1];
  return id as Id<'clinic'> | undefined;
};

/** Exports the line of one change, if it gives one; answers why it never can. */
const exportCharge = async (caller: Caller, change: Change): Promise<Unbillable | undefined> => {
  let decision: BillingDecision;
  try {
    decision = decideBilling(appointmentOf(change.before), appointmentOf(change.after));
  } catch {
    return 'unreadable';
  }
  if (decision.kind === 'nothing') return undefined;
  if (decision.kind === 'park') return decision.code;
  const charge = await chargeOf(caller, decision.appointment, decision.isCorrection);
  if (typeof charge === 'string') return charge;
  await write(charge.line);
  return undefined;
};

const appointmentOf = (image: Change['after']): Appointment | undefined => image && appointmentOfImage({ ...image });

/** The charge of a revision: as it was kept before, else made and kept now. */
const chargeOf = async (
  caller: Caller,
  appointment: FulfilledAppointment,
  isCorrection: boolean,
): Promise<Charge | Unbillable> => {
  const { clinicId } = caller;
  const { id, rev } = appointment;
  const kept = await getCharge(clinicId, id, rev);
  if (kept !== undefined) return kept;
  const [replaced, patient, provider, type, answers] = await Promise.all([
    getChargeBefore(clinicId, id, rev),
    loadPatient(clinicId, appointment.patientId),
    loadProvider(clinicId, appointment.providerId),
    loadAppointmentType(clinicId, appointment.typeId),
    loadIntakeAnswers(clinicId, id),
  ]);
  if (patient === undefined) return 'patient-missing';
  if (provider === undefined) return 'provider-missing';
  const line = lineOf({
    appointment,
    providerRole: provider.role,
    patientStateOnFile: patient.state,
    replaces: replaced?.line.chargeId,
    evidence: [
      { entity: 'Patient', id: patient.id, rev: patient.rev },
      { entity: 'Provider', id: provider.id, rev: provider.rev },
      ...(type === undefined ? [] : [{ entity: 'AppointmentType', id: type.id, rev: type.rev }]),
      ...(answers === undefined ? [] : [{ entity: 'IntakeAnswers', id, rev: answers.rev }]),
      ...(replaced === undefined ? [] : [{ entity: 'Charge', id: replaced.line.chargeId, rev: replaced.rev }]),
    ],
  });
  if (line === undefined) return 'unreadable';
  if (await keepCharge(caller, line, replaced, isCorrection ? 'visit corrected' : 'visit fulfilled')) {
    return { line, rev: 1 };
  }
  const other = await getCharge(clinicId, id, rev);
  if (other === undefined) throw new Error('A charge was refused as existing and is not there');
  return other;
};

/** The line, or undefined when the visit's own facts cannot be read: they will not read better next time. */
const lineOf = (facts: ChargeFacts): ChargeLine | undefined => {
  try {
    return chargeLineOf(facts);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const write = async (line: ChargeLine): Promise<void> => {
  const outcome = await createDocument(objectKeyOf(line), `${canonicalJson(line)}\n`, 'application/jsonl');
  if (outcome === 'created') count(metricNames.chargeLinesExported);
};
