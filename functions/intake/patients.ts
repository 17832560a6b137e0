import type { Caller } from '../platform/actor.ts';
import { type Id, newId } from '../platform/ids.ts';
import type { TransactItem } from '../platform/store/records.ts';
import type { Patient, PatientDetails } from './core/patient.ts';
import { getPatient, getPatientByIdentity, patientItems, queryByPhone } from './store.ts';

/** What other areas ask of patients. */
export { isSameGivenName, type Patient, type PatientDetails } from './core/patient.ts';

/** One patient, or undefined when this clinic has none of that id. */
export const loadPatient = (clinicId: Id<'clinic'>, patientId: Id<'patient'>): Promise<Patient | undefined> =>
  getPatient(clinicId, patientId);

/** The patients who use a number (a family may share one), oldest registration first. Read from an index: may lag. */
export const findPatientsByPhone = (clinicId: Id<'clinic'>, phone: string): Promise<readonly Patient[]> =>
  queryByPhone(clinicId, phone);

/**
 * The patient already registered with this phone, birth date and family name, read consistently. Twins share all three:
 * who acts on a match without a human compares the given name too (`isSameGivenName`).
 */
export const findRegistered = (
  clinicId: Id<'clinic'>,
  person: Pick<PatientDetails, 'phone' | 'birthDate' | 'familyName'>,
): Promise<Patient | undefined> => getPatientByIdentity(clinicId, person);

/**
 * Builds a new patient and the items that register them; pure but for the id's random half. `zone` is a canonical name
 * (`canonicalZone`). The second item's condition fails when the person is registered already (`findRegistered` tells
 * who), the first one's never.
 */
export const newPatient = (
  caller: Caller,
  details: PatientDetails,
): { readonly patient: Patient; readonly items: readonly [TransactItem, TransactItem] } => {
  const patient: Patient = { ...details, id: newId('patient', caller.now), clinicId: caller.clinicId, rev: 1 };
  return { patient, items: patientItems(caller, patient) };
};
