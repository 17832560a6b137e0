import { randomBytes } from 'node:crypto';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import * as z from 'zod';
import { type StaffGroup, staffGroups } from '../../functions/platform/access.ts';
import { stampOf } from '../../functions/platform/actor.ts';
import { systemClock } from '../../functions/platform/clock.ts';
import { type Id, newId, sha256 } from '../../functions/platform/ids.ts';
import { type Clinic, clinicItem, readClinic } from '../../functions/platform/store/clinic.ts';
import { directoryItem, findClinicId } from '../../functions/platform/store/directory.ts';
import { ConditionFailed, transact } from '../../functions/platform/store/records.ts';
import { type Answer, callApi, signIn } from '../api.ts';
import type { StackOutputs } from '../deploy.ts';
import { StartError } from '../start-error.ts';
import { type ClinicFile, nameOf, weeklyRules } from './clinic-file.ts';

/** Where a clinic is loaded to. The AWS variables of the process say which account. */
export interface LoadTarget {
  readonly outputs: Pick<StackOutputs, 'recordsTable' | 'userPoolId' | 'userPoolClientId'>;
  /** Called with each thing worth telling. */
  readonly note: (text: string) => void;
}

const clinicFields = ['slug', 'name', 'brand', 'zone', 'phone', 'originationNumber', 'onCallNumber'] as const;

/**
 * Writes the clinic itself and its directory entries in one transaction; an existing one (known by its slug) keeps its id and
 * gets what the file changed.
 * @throws StartError when another clinic has the number its texts come from
 */
export async function putClinic(file: ClinicFile, { outputs, note }: LoadTarget): Promise<Id<'clinic'>> {
  process.env.RECORDS_TABLE = outputs.recordsTable;
  const { clinic } = file;
  const [bySlug, byNumber] = [
    await findClinicId('slug', clinic.slug),
    await findClinicId('number', clinic.originationNumber),
  ];
  const now = systemClock.now();
  const clinicId = bySlug ?? newId('clinic', now);
  if (byNumber !== undefined && byNumber !== clinicId)
    throw new StartError(
      `Another clinic texts from ${clinic.originationNumber}: give ${clinic.slug} a number of its own.`,
    );
  const known = bySlug === undefined ? undefined : await readClinic(bySlug);
  if (known !== undefined && clinicFields.every((field) => known[field] === clinic[field])) return clinicId;
  const settings: Clinic = { clinicId, ...clinic };
  const caller = {
    clinicId,
    actor: { kind: 'system' as const, id: 'clinic-file' },
    requestId: `clinic-file-${sha256(JSON.stringify(settings)).slice(0, 16)}`,
    now,
  };
  const items = [
    clinicItem({
      ...settings,
      ...stampOf(caller, known === undefined ? 'clinic created' : 'clinic settings changed'),
      rev: (known?.rev ?? 0) + 1,
    }),
    directoryItem('slug', clinic.slug, clinicId),
    directoryItem('number', clinic.originationNumber, clinicId),
  ];
  await transact(items).catch((error: unknown) => {
    if (error instanceof ConditionFailed)
      throw new StartError(`Another clinic has just taken the name ${clinic.slug} or its number: try again.`);
    throw error;
  });
  note(known === undefined ? `clinic ${clinic.slug} created` : `settings of ${clinic.slug} changed`);
  return clinicId;
}

/** Who signs in and, on this machine, with what. */
export interface StaffSignIn {
  readonly role: StaffGroup;
  readonly email: string;
  readonly password: string;
}

/**
 * Makes the file's staff users of the pool, in their one group. With a password for each (this machine only) they can sign in
 * at once; without, Cognito writes an invitation to each new address.
 * @throws StartError when an address belongs to another clinic's staff
 */
export async function putStaff(
  file: ClinicFile,
  clinicId: Id<'clinic'>,
  { outputs, note }: LoadTarget,
  passwordOf?: (email: string) => string,
): Promise<void> {
  const cognito = new CognitoIdentityProviderClient({});
  const pool = { UserPoolId: outputs.userPoolId };
  for (const { email, name, role } of file.staff) {
    const user = { ...pool, Username: email };
    const known = await cognito.send(new AdminGetUserCommand(user)).catch((error: unknown) => {
      if (error instanceof UserNotFoundException) return undefined;
      throw error;
    });
    const clinicOfUser = known?.UserAttributes?.find(({ Name }) => Name === 'custom:clinic')?.Value;
    if (known !== undefined && clinicOfUser !== clinicId)
      throw new StartError(`${email} is staff of another clinic: give this clinic's ${role} an address of their own.`);
    if (known === undefined) {
      await cognito.send(
        new AdminCreateUserCommand({
          ...user,
          UserAttributes: [
            { Name: 'email', Value: email },
            { Name: 'email_verified', Value: 'true' },
            { Name: 'name', Value: name },
            { Name: 'custom:clinic', Value: clinicId },
          ],
          ...(passwordOf === undefined ? { DesiredDeliveryMediums: ['EMAIL'] } : { MessageAction: 'SUPPRESS' }),
        }),
      );
      note(`${role} ${email} ${passwordOf === undefined ? 'invited' : 'added'}`);
    }
    if (passwordOf !== undefined)
      await cognito.send(new AdminSetUserPasswordCommand({ ...user, Password: passwordOf(email), Permanent: true }));
    const { Groups: groups = [] } = await cognito.send(new AdminListGroupsForUserCommand(user));
    for (const { GroupName } of groups) {
      if (GroupName !== role && staffGroups.some((group) => group === GroupName))
        await cognito.send(new AdminRemoveUserFromGroupCommand({ ...user, GroupName }));
    }
    if (!groups.some(({ GroupName }) => GroupName === role))
      await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName: role }));
  }
}

const named = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });
const created = z.object({ id: z.string() });
const registered = z.object({
  items: z.array(z.object({ id: z.string(), familyName: z.string(), birthDate: z.string() })),
});
const listed = z.object({ items: z.array(z.unknown()) });
const slots = z.object({ items: z.array(z.object({ providerId: z.string(), start: z.string() })) });

/** The API as one administrator calls it. */
export interface StaffApi {
  readonly apiUrl: string;
  readonly token: string;
}

/**
 * Adds the file's providers, appointment types, patients and visits through the API; what is there already stays as it is.
 * @returns how many were added
 */
export async function putCatalog(
  file: ClinicFile,
  { apiUrl, token }: StaffApi,
  note: (text: string) => void,
  signal?: AbortSignal,
): Promise<number> {
  let added = 0;
  const list = async (path: string): Promise<Map<string, string>> => {
    const { items } = named.parse(expectStatus(await callApi(apiUrl, 'GET', path, { token }), 200));
    return new Map(items.map(({ id, name }) => [name, id]));
  };
  const post = async (path: string, body: unknown): Promise<Answer> => {
    signal?.throwIfAborted();
    // The same entry of the file under the same key: two loads at once still add it once.
    const headers = { 'idempotency-key': sha256(JSON.stringify([path, body])) };
    return callApi(apiUrl, 'POST', path, { token, body, headers });
  };

  const providers = await list('/v1/providers');
  for (const provider of file.providers) {
    if (providers.has(provider.name)) continue;
    const { name, role, zone, licences } = provider;
    const body = { name, role, zone, licences, availability: weeklyRules(provider) };
    providers.set(name, created.parse(expectStatus(await post('/v1/providers', body), 201)).id);
    added += 1;
  }
  const types = await list('/v1/appointment-types');
  for (const { providers: names, ...type } of file.appointmentTypes) {
    if (types.has(type.name)) continue;
    const providerIds = names.map((name) => providers.get(name));
    const answer = await post('/v1/appointment-types', { ...type, providerIds });
    types.set(type.name, created.parse(expectStatus(answer, 201)).id);
    added += 1;
  }
  if (added > 0) note(`${file.providers.length} providers, ${file.appointmentTypes.length} appointment types`);

  const api: StaffApi = { apiUrl, token };
  const patientIds = new Map<string, string>();
  const addPatient = async (patient: ClinicFile['patients'][number]): Promise<void> => {
    const known = await findPatient(api, patient);
    if (known !== undefined) {
      patientIds.set(nameOf(patient), known);
      return;
    }
    const answer = await post('/v1/patients', registrationOf(patient, file.consent));
    // Spelled otherwise, but the same person.
    if (answer.status === 409) return;
    patientIds.set(nameOf(patient), created.parse(expectStatus(answer, 201)).id);
    added += 1;
  };
  await eachOf(file.patients, addPatient);
  await eachOf(file.visits ?? [], async (visit) => {
    const patientId = patientIds.get(visit.patient);
    const typeId = types.get(visit.type);
    if (patientId === undefined || typeId === undefined || (await hasVisit(api, patientId))) return;
    const now = systemClock.now().round('second');
    const query = {
      typeId,
      from: now.add({ hours: visit.inDays * 24 }).toString(),
      to: now.add({ hours: (visit.inDays + 14) * 24 }).toString(),
      limit: 20,
    };
    const free = slots.parse(expectStatus(await callApi(apiUrl, 'GET', '/v1/slots', { token, query }), 200));
    for (const { providerId, start } of free.items) {
      const answer = await post('/v1/appointments', { patientId, providerId, typeId, start });
      // Another visit of this file took it a moment ago: the next one, then.
      if (answer.status === 409) continue;
      expectStatus(answer, 201);
      added += 1;
      return;
    }
  });
  return added;
}

/** A few at a time: more would only make the engine start more function processes. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const run = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: 3 }, run));
}

async function findPatient(
  { apiUrl, token }: StaffApi,
  { phone, family, born }: ClinicFile['patients'][number],
): Promise<string | undefined> {
  const answer = await callApi(apiUrl, 'POST', '/v1/patients/search', { token, body: { who: phone } });
  const { items } = registered.parse(expectStatus(answer, 200));
  return items.find((each) => each.familyName === family && each.birthDate === born)?.id;
}

async function hasVisit({ apiUrl, token }: StaffApi, patientId: string): Promise<boolean> {
  const answer = await callApi(apiUrl, 'GET', `/v1/patients/${patientId}/appointments`, { token, query: { limit: 1 } });
  return listed.parse(expectStatus(answer, 200)).items.length > 0;
}

const registrationOf = (patient: ClinicFile['patients'][number], { wording, version }: ClinicFile['consent']) => ({
  givenName: patient.given,
  familyName: patient.family,
  birthDate: patient.born,
  phone: patient.phone,
  zone: patient.zone,
  ...(patient.state === undefined ? {} : { state: patient.state }),
  ...(patient.texts ? { consentToText: { granted: true, wording, wordingVersion: version } } : {}),
});

function expectStatus(answer: Answer, status: number): unknown {
  if (answer.status === status) return answer.body;
  throw new StartError(
    `${answer.call} answered ${answer.status} instead of ${status}: ${JSON.stringify(answer.body).slice(0, 600)}`,
  );
}

export interface LoadOptions extends LoadTarget {
  readonly file: ClinicFile;
  readonly apiUrl: string;
  /** Passwords given earlier, by address; whoever has none gets one. */
  readonly passwords: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal | undefined;
}

export interface LoadedClinic {
  readonly clinicId: Id<'clinic'>;
  readonly slug: string;
  readonly name: string;
  readonly zone: string;
  readonly originationNumber: string;
  readonly onCallNumber: string;
  readonly staff: readonly StaffSignIn[];
  readonly providers: number;
  readonly patients: number;
  /** Providers, types and patients that were not there yet. */
  readonly added: number;
}

/** Loads a clinic on this machine: the clinic, staff with passwords, and as its administrator everything else. */
export async function loadClinic(options: LoadOptions): Promise<LoadedClinic> {
  const { file, outputs, apiUrl, note, signal } = options;
  const clinicId = await putClinic(file, options);
  const staff = file.staff.map(({ email, role }) => ({
    role,
    email,
    password: options.passwords.get(email) ?? newPassword(),
  }));
  const passwordOf = new Map(staff.map(({ email, password }) => [email, password]));
  await putStaff(file, clinicId, options, (email) => passwordOf.get(email) ?? newPassword());
  signal?.throwIfAborted();
  const admin = staff.find(({ role }) => role === 'admin');
  if (admin === undefined) throw new StartError('The clinic file has no staff with the role admin.');
  const token = await signIn({ clientId: outputs.userPoolClientId, ...admin });
  const added = await putCatalog(file, { apiUrl, token }, note, signal);
  return {
    clinicId,
    slug: file.clinic.slug,
    name: file.clinic.name,
    zone: file.clinic.zone,
    originationNumber: file.clinic.originationNumber,
    onCallNumber: file.clinic.onCallNumber,
    staff,
    providers: file.providers.length,
    patients: file.patients.length,
    added,
  };
}

/** Meets the pool's policy (a capital, a small letter, a digit, a sign) and can be typed in a shell as it is. */
const newPassword = (): string => `Aa1-${randomBytes(9).toString('base64url')}`;
