import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { any, item, list, map, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import { type Id, sha256 } from '../platform/ids.ts';
import {
  create,
  get,
  lookupKeys,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  save,
  searchKeys,
  type TransactItem,
} from '../platform/store/records.ts';
import type { IntakeAnswers } from './core/intake-answers.ts';
import { identityText, nameKey, type Patient } from './core/patient.ts';

const phonePartition = (clinicId: string, phone: string): string => `clinic#${clinicId}#phone#${phone}`;
const namePartition = (clinicId: string): string => `clinic#${clinicId}#patient-name`;

const PatientEntity = new Entity({
  name: 'Patient',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    ...searchKeys,
    clinicId: string().key(),
    patientId: string().key(),
    givenName: string(),
    familyName: string(),
    birthDate: string(),
    phone: string(),
    zone: string(),
    state: string().optional(),
    email: string().optional(),
    language: string().enum('en', 'es').optional(),
  }),
  computeKey: ({ clinicId, patientId }) => ({ pk: `clinic#${clinicId}#patient#${patientId}`, sk: 'patient' }),
});

/** Makes a second registration of the same person lose, however close together the two are. */
const PatientIdentityEntity = new Entity({
  name: 'PatientIdentity',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    identityHash: string().key(),
    patientId: string(),
  }),
  computeKey: ({ clinicId, identityHash }) => ({
    pk: `clinic#${clinicId}#patient-identity#${identityHash}`,
    sk: 'patient-identity',
  }),
});

const toPatient = (stored: FormattedItem<typeof PatientEntity>): Patient => ({
  id: stored.patientId as Id<'patient'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  givenName: stored.givenName,
  familyName: stored.familyName,
  birthDate: stored.birthDate,
  phone: stored.phone,
  zone: stored.zone,
  ...(stored.state === undefined ? {} : { state: stored.state }),
  ...(stored.email === undefined ? {} : { email: stored.email }),
  ...(stored.language === undefined ? {} : { language: stored.language }),
  rev: stored.rev,
});

const identityHash = (person: Pick<Patient, 'phone' | 'birthDate' | 'familyName'>): string =>
  sha256(identityText(person));

/** Writes a patient: new, or in place of the revision before. Where their identity has changed, they claim the new one (`identityItem`). */
export const patientItem = (caller: Caller, patient: Patient, reason?: string): TransactItem => {
  const { id: patientId, ...details } = patient;
  const stored = {
    ...details,
    ...stampOf(caller, reason),
    patientId,
    lookupPk: phonePartition(patient.clinicId, patient.phone),
    lookupSk: patientId,
    searchPk: namePartition(patient.clinicId),
    searchSk: `${nameKey(patient)}#${patientId}`,
  };
  return save(PatientEntity, stored, patient.rev);
};

/** Claims a patient's identity, which nobody else may have. */
export const identityItem = (caller: Caller, patient: Patient): TransactItem =>
  create(PatientIdentityEntity, {
    ...stampOf(caller),
    clinicId: patient.clinicId,
    identityHash: identityHash(patient),
    patientId: patient.id,
    rev: 1,
  });

/** The items that create a patient: the record, and the claim on the identity that makes it the only one. */
export const patientItems = (caller: Caller, patient: Patient): readonly [TransactItem, TransactItem] => [
  patientItem(caller, patient),
  identityItem(caller, patient),
];

export const getPatient = async (clinicId: Id<'clinic'>, patientId: Id<'patient'>): Promise<Patient | undefined> => {
  const stored = await get(PatientEntity, { clinicId, patientId });
  return stored === undefined ? undefined : toPatient(stored);
};

/** The patient who holds an identity, read consistently. */
export const getPatientByIdentity = async (
  clinicId: Id<'clinic'>,
  person: Pick<Patient, 'phone' | 'birthDate' | 'familyName'>,
): Promise<Patient | undefined> => {
  const held = await get(PatientIdentityEntity, { clinicId, identityHash: identityHash(person) });
  return held === undefined ? undefined : getPatient(clinicId, held.patientId as Id<'patient'>);
};

const byPhone = (clinicId: Id<'clinic'>, phone: string) =>
  ({ index: 'lookup', partition: phonePartition(clinicId, phone), range: { beginsWith: 'pat_' } }) as const;

export const queryByPhone = async (clinicId: Id<'clinic'>, phone: string): Promise<readonly Patient[]> =>
  (await queryAll(PatientEntity, byPhone(clinicId, phone))).map(toPatient);

export const pageByPhone = async (clinicId: Id<'clinic'>, phone: string, page: QueryPage): Promise<Page<Patient>> => {
  const { items, cursor } = await queryPage(PatientEntity, byPhone(clinicId, phone), page);
  return { items: items.map(toPatient), cursor };
};

/** Patients whose sort key begins with `prefix` (a folded name), in its order. */
export const pageByName = async (clinicId: Id<'clinic'>, prefix: string, page: QueryPage): Promise<Page<Patient>> => {
  const { items, cursor } = await queryPage(
    PatientEntity,
    { index: 'search', partition: namePartition(clinicId), range: { beginsWith: prefix } },
    page,
  );
  return { items: items.map(toPatient), cursor };
};

const IntakeAnswersEntity = new Entity({
  name: 'IntakeAnswers',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    appointmentId: string().key(),
    // `record` and `anyOf` would say the same, and weigh 13 KB in every function; core/answers.ts has validated it.
    answers: any().castAs<Record<string, boolean | number | string>>(),
    formVersion: string(),
    screening: map({
      disposition: string().enum('EMERGENCY', 'SAME_DAY', 'ROUTINE'),
      flags: list(map({ group: string(), rule: string(), disposition: string().enum('EMERGENCY', 'SAME_DAY') })),
      ruleVersion: string(),
    }),
    savedAt: string(),
  }),
  computeKey: ({ clinicId, appointmentId }) => ({
    pk: `clinic#${clinicId}#appointment#${appointmentId}`,
    sk: 'intake',
  }),
});

/** The item that saves answers: the first under a visit, or the replacement of the revision before. */
export const answersItem = (caller: Caller, saved: IntakeAnswers): TransactItem => {
  const stored = {
    ...saved,
    ...stampOf(caller),
    answers: { ...saved.answers },
    screening: { ...saved.screening, flags: [...saved.screening.flags] },
  };
  return save(IntakeAnswersEntity, stored, saved.rev);
};

export const getAnswers = async (
  clinicId: Id<'clinic'>,
  appointmentId: Id<'appointment'>,
): Promise<IntakeAnswers | undefined> => {
  const stored = await get(IntakeAnswersEntity, { clinicId, appointmentId });
  if (stored === undefined) return undefined;
  const { answers, formVersion, screening, savedAt, rev } = stored;
  // What was written was validated: the table gives back what the form and the screening put in.
  return {
    clinicId,
    appointmentId,
    answers: answers as IntakeAnswers['answers'],
    formVersion,
    screening: screening as IntakeAnswers['screening'],
    savedAt,
    rev,
  };
};
