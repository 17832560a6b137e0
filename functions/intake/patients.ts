import { type AgreedOnForm, agreementsOf, consentItems } from '../messaging/consent/consent.ts';
import { numberLeftItem } from '../messaging/sending/number-left.ts';
import type { Caller } from '../platform/actor.ts';
import { type Id, newId } from '../platform/ids.ts';
import { badFields, found, Problem } from '../platform/problem.ts';
import { ConditionFailed, type Page, type QueryPage, type TransactItem } from '../platform/store/records.ts';
import { localDateOf } from '../platform/time.ts';
import { untilWritten } from '../platform/until-written.ts';
import { nameReadings, type Patient, type PatientDetails } from './core/patient.ts';
import {
  getPatient,
  getPatientByIdentity,
  identityItem,
  pageByName,
  pageByPhone,
  patientItem,
  patientItems,
  queryByPhone,
} from './store.ts';

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

export interface Registration extends PatientDetails {
  readonly consentToText?: AgreedOnForm['texts'];
}

/**
 * Registers a patient, with the consent to text they gave the clinic's staff, in one transaction.
 * @throws Problem `already-exists` when the same phone, birth date and family name are registered
 */
export const registerPatient = async (
  caller: Caller,
  { consentToText, ...details }: Registration,
  commit: (items: readonly TransactItem[], patient: Patient) => Promise<void>,
): Promise<Patient> => {
  requireBornInThePast(caller, details);
  const { patient, items } = newPatient(caller, details);
  return untilWritten(async () => {
    const agreed = agreementsOf({ texts: consentToText }, { how: 'staff', patientId: patient.id });
    const consent = await consentItems(caller, patient.phone, agreed);
    try {
      await commit([...items, ...consent], patient);
      return patient;
    } catch (error) {
      if (error instanceof ConditionFailed && error.failed[1]) {
        throw alreadyRegistered();
      }
      throw error; // The standing of the number may have changed in between (a STOP, perhaps).
    }
  });
};

/** Notes the language a patient is texted in; without one, the clinic's. */
export const setLanguage = async (
  caller: Caller,
  {
    patientId,
    language,
    ifMatch,
  }: {
    readonly patientId: Id<'patient'>;
    readonly language?: Patient['language'];
    readonly ifMatch?: number | undefined;
  },
  commit: (items: readonly TransactItem[], patient: Patient) => Promise<void>,
): Promise<Patient> => {
  const before = found(await getPatient(caller.clinicId, patientId), 'patient');
  if (ifMatch !== undefined && ifMatch !== before.rev) throw new Problem('stale', 'Read it again and repeat.');
  const { language: _, ...rest } = before;
  const patient: Patient = { ...rest, ...(language === undefined ? {} : { language }), rev: before.rev + 1 };
  await commit([patientItem(caller, patient, 'language set')], patient);
  return patient;
};

export interface ContactChange extends Pick<PatientDetails, 'phone' | 'zone' | 'state' | 'email'> {
  readonly patientId: Id<'patient'>;
  readonly consentToText?: AgreedOnForm['texts'];
  readonly ifMatch?: number | undefined;
}

/**
 * Notes where a patient is reached from now on. An agreement belongs to the number it was given for: a new number has its own, or none.
 * What was planned before goes to the new number, and a text that is being claimed in this moment is decided on anew.
 * @throws Problem `already-exists` when somebody of the same name and birth date is registered with the number; `stale`
 */
export const setContact = (
  caller: Caller,
  { patientId, consentToText, ifMatch, phone, zone, state, email }: ContactChange,
  commit: (items: readonly TransactItem[], patient: Patient) => Promise<void>,
): Promise<Patient> =>
  untilWritten(async () => {
    const before = found(await getPatient(caller.clinicId, patientId), 'patient');
    if (ifMatch !== undefined && ifMatch !== before.rev) throw new Problem('stale', 'Read it again and repeat.');
    const { givenName, familyName, birthDate, language, id, clinicId } = before;
    const who = { givenName, familyName, birthDate, language, id, clinicId };
    const patient: Patient = { ...who, phone, zone, state, email, rev: before.rev + 1 };
    const isOtherNumber = phone !== before.phone;
    const holder = isOtherNumber ? await getPatientByIdentity(caller.clinicId, patient) : before;
    if (holder !== undefined && holder.id !== patientId) throw alreadyRegistered();
    const agreed = agreementsOf({ texts: consentToText }, { how: 'staff', patientId });
    await commit(
      [
        patientItem(caller, patient, 'contact set'),
        // Whoever registers them again under a number they once had finds them: an identity is never given up.
        ...(holder === undefined ? [identityItem(caller, patient)] : []),
        ...(isOtherNumber ? [await numberLeftItem(caller, before.phone)] : []),
        ...(await consentItems(caller, phone, agreed)),
      ],
      patient,
    );
    return patient;
  });

const alreadyRegistered = (): Problem =>
  new Problem('already-exists', 'A patient with this phone, birth date and family name is registered.');

const oldestBirthYear = 1900;

/** @throws Problem `bad-input`, naming `field`, when a birth date is in the future or before 1900 */
export const requireBornInThePast = (
  caller: Caller,
  { birthDate, zone }: Pick<PatientDetails, 'birthDate' | 'zone'>,
  field = 'body.birthDate',
): void => {
  if (birthDate <= localDateOf(caller.now, zone) && Number(birthDate.slice(0, 4)) >= oldestBirthYear) return;
  throw badFields([{ field, message: `Expected a date in the past, ${oldestBirthYear} or later` }]);
};

const familyLastMark = 'family-last.';

/** Whether a search is for a number; else it is for a name. */
export const isNumber = (who: string): boolean => /^\+\d+$/.test(who);

/** One page of a search, by a number or how a name begins. */
export const searchPatients = async (
  clinicId: Id<'clinic'>,
  { who, limit, cursor }: PatientSearch,
): Promise<Page<Patient>> => {
  if (isNumber(who)) return pageByPhone(clinicId, who, { limit, cursor });
  const { asTyped, familyLast } = nameReadings(who);
  // A cursor belongs to the reading that gave it.
  if (familyLast !== undefined && cursor?.startsWith(familyLastMark)) {
    return pageFamilyLast(clinicId, familyLast, { limit, cursor: cursor.slice(familyLastMark.length) });
  }
  if (asTyped === '') return { items: [] };
  const page = await pageByName(clinicId, asTyped, { limit, cursor });
  if (page.items.length > 0 || cursor !== undefined || familyLast === undefined) return page;
  return pageFamilyLast(clinicId, familyLast, { limit });
};

export interface PatientSearch {
  readonly who: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const pageFamilyLast = async (clinicId: Id<'clinic'>, familyLast: string, page: QueryPage): Promise<Page<Patient>> => {
  const { items, cursor } = await pageByName(clinicId, familyLast, page);
  return { items, cursor: cursor === undefined ? undefined : `${familyLastMark}${cursor}` };
};

/** A patient as the API shows them: the caller's own clinic goes without saying. */
export const withoutClinic = ({ clinicId: _, ...patient }: Patient): Omit<Patient, 'clinicId'> => patient;
