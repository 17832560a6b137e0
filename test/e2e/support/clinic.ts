import { randomInt } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Temporal } from 'temporal-polyfill';
import type { StaffGroup } from '../../../functions/platform/access.ts';
import { signIn } from '../../../local/api.ts';
import { type ClinicInfo, readClinicInfo } from '../../../local/clinic-info.ts';
import { localNow, setLocalClock } from '../../../local/clock.ts';
import type { ClinicFile } from '../../../local/demo/clinic-file.ts';
import { type LoadedClinic, loadClinic } from '../../../local/demo/load.ts';
import { clientEnvironment, localDirectory } from '../../../local/engine.ts';
import { type Api, apiOf } from './api.ts';
import { type CarrierControl, type CarrierText, carrierAt } from './carrier.ts';
import { until } from './until.ts';

export const zone = 'America/Denver';

/**
 * How every invented patient of these tests is called: a word that occurs nowhere else, so that a look into the logs
 * shows at once whether a name ever got there.
 */
export const familyName = 'Quillfeather';

export interface Patient {
  readonly id: string;
  readonly phone: string;
}

/** A clinic of its own for one test file, on the stacks all of them share: nothing another file does can touch it. */
export interface TestClinic {
  readonly info: ClinicInfo;
  readonly clinicId: LoadedClinic['clinicId'];
  readonly slug: string;
  readonly originationNumber: string;
  readonly onCallNumber: string;
  readonly file: ClinicFile;
  readonly staff: LoadedClinic['staff'];
  readonly admin: Api;
  readonly anyone: Api;
  readonly carrier: CarrierControl;
  /** Three providers who work every hour of the week. */
  readonly providerIds: readonly [string, string, string];
  /** Half an hour with any of them, by video or in person. */
  readonly typeId: string;
  token(role: StaffGroup): Promise<string>;
  as(role: StaffGroup): Promise<Api>;
  /** A new patient with a phone of their own, who agreed to texts unless told otherwise. */
  addPatient(options?: {
    readonly texts?: boolean;
    readonly phone?: string;
    readonly given?: string;
  }): Promise<Patient>;
  /** A number nobody in this clinic has. */
  newPhone(): string;
}

/** The started clinic all end-to-end tests share; this process then talks to its engine. */
export const sharedClinic = async (): Promise<ClinicInfo> => {
  const info = await readClinicInfo(localDirectory());
  if (info === undefined) throw new Error(`No clinic was started in ${localDirectory()}`);
  Object.assign(process.env, clientEnvironment(info.engineEndpoint), {
    RECORDS_TABLE: info.recordsTable,
    AUDIT_TABLE: info.auditTable,
    DOCUMENTS_BUCKET: info.documentsBucket,
  });
  return info;
};

/** Loads a clinic with the loader of the demo clinic, on the stacks that are there. Its day has begun: whatever the hour of the run. */
export const openClinic = async (name: string): Promise<TestClinic> => {
  const info = await sharedClinic();
  await advanceToDay({ info });
  const carrier = carrierAt(info.phonePageUrl);
  const area = await freeAreaCode(carrier);
  const phones = numbersOf(area);
  const [phone, originationNumber, onCallNumber] = [phones(), phones(), phones()];
  const file = clinicFile({ name, area, phone, originationNumber, onCallNumber });
  const loaded = await loadClinic({
    file,
    outputs: info,
    apiUrl: info.apiUrl,
    passwords: new Map(),
    note: () => {},
  });
  const tokens = new Map<StaffGroup, Promise<string>>();
  const token = (role: StaffGroup): Promise<string> => {
    const member = loaded.staff.find((each) => each.role === role);
    if (member === undefined) throw new Error(`The clinic has no ${role}`);
    const known = tokens.get(role) ?? signIn({ clientId: info.userPoolClientId, ...member });
    tokens.set(role, known);
    return known;
  };
  const admin = apiOf(info.apiUrl, await token('admin'));
  // A clinic that texts as much and as fast as a test asks; what holds texts back has tests of its own.
  await admin.ok('setMessagingSettings', { body: { caps: { perDay: 10, perWeek: 30 }, partsPerSecond: 100 } });
  const { items: providers } = await admin.ok('listProviders');
  const { items: types } = await admin.ok('listAppointmentTypes');
  const [one, two, three] = providers.map(({ id }) => id);
  const [type] = types;
  if (one === undefined || two === undefined || three === undefined || type === undefined)
    throw new Error('The loader left something out');
  return {
    info,
    clinicId: loaded.clinicId,
    slug: loaded.slug,
    originationNumber,
    onCallNumber,
    file,
    staff: loaded.staff,
    admin,
    anyone: apiOf(info.apiUrl),
    carrier,
    providerIds: [one, two, three],
    typeId: type.id,
    token,
    as: async (role) => apiOf(info.apiUrl, await token(role)),
    newPhone: phones,
    async addPatient({ texts = true, phone: given = phones(), given: givenName = 'Ottoline' } = {}) {
      const { id } = await admin.ok('registerPatient', {
        body: {
          givenName,
          familyName,
          birthDate: '1980-05-17',
          phone: given,
          zone,
          state: 'CO',
          ...(texts ? { consentToText: { granted: true, wording: file.consent.wording, wordingVersion: '1' } } : {}),
        },
      });
      return { id, phone: given };
    },
  };
};

const takenAreas = new Set<string>(['303', '720', '206']);

/** An area code none of whose invented numbers has a text yet: threads of two tests never mix. */
const freeAreaCode = async (carrier: CarrierControl): Promise<string> => {
  for (const phone of await carrier.phones()) takenAreas.add(phone.slice(2, 5));
  for (;;) {
    const area = String(randomInt(210, 990));
    if (takenAreas.has(area) || area.endsWith('11') || area.startsWith('9', 1)) continue;
    takenAreas.add(area);
    return area;
  }
};

const numbersOf = (area: string) => {
  let next = 0;
  return (): string => {
    if (next > 99) throw new Error('The hundred invented numbers of the area code are used up');
    const phone = `+1${area}55501${String(next).padStart(2, '0')}`;
    next += 1;
    return phone;
  };
};

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const clinicFile = ({
  name,
  area,
  phone,
  originationNumber,
  onCallNumber,
}: {
  readonly name: string;
  readonly area: string;
  readonly phone: string;
  readonly originationNumber: string;
  readonly onCallNumber: string;
}): ClinicFile => {
  const slug = `${name}-${area}`;
  const names = ['Dr. Ada One', 'Ben Two, PT', 'Cai Three, PTA'] as const;
  const roles = ['physician', 'physical-therapist', 'assistant'] as const;
  const staffRoles = ['frontdesk', 'clinician', 'biller', 'messaging_owner', 'admin'] as const;
  return {
    clinic: {
      slug,
      name: `Spine ${area}`,
      brand: `Clinic ${area}`,
      zone,
      state: 'CO',
      phone,
      originationNumber,
      onCallNumber,
    },
    consent: { wording: 'I agree to be texted about my visits. Reply STOP to stop.', version: '1' },
    staff: staffRoles.map((role) => ({
      email: `${role.replace('_', '-')}@${slug}.example`,
      name: `The ${role}`,
      role,
    })),
    providers: names.map((each, index) => ({
      name: each,
      role: roles[index] ?? 'assistant',
      zone,
      hours: [{ days: [...week], from: '00:00', to: '24:00' }],
      licences: [{ state: 'CO', kind: 'full' as const, validFrom: '2020-01-01' }],
    })),
    appointmentTypes: [
      {
        name: 'Visit',
        minutes: 30,
        bufferBeforeMinutes: 0,
        bufferAfterMinutes: 0,
        modalities: ['video', 'in-person'],
        leadMinutes: 0,
        horizonDays: 365,
        providers: [...names],
      },
    ],
    patients: [],
  };
};

/** What the clinic's clock shows. */
export const nowOf = ({ info }: Pick<TestClinic, 'info'>): Temporal.Instant => localNow(info.clockFile);

/** The clinic's local time on a day from today on, as the API takes instants: `localTime(clinic, 3, '10:30')`. */
export const localTime = (clinic: Pick<TestClinic, 'info'>, inDays: number, time: string): string =>
  nowOf(clinic)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .add({ days: inDays })
    .toZonedDateTime({ timeZone: zone, plainTime: time })
    .toInstant()
    .toString({ smallestUnit: 'second' });

/** Asks for a code and reads it off the phone, as somebody who books by themselves does. */
export const proveByCode = async ({ anyone, carrier, slug }: TestClinic, phone: string): Promise<string> => {
  const before = (await carrier.received(phone)).length;
  await anyone.ok('requestPhoneCode', { params: { slug }, body: { phone } });
  return until(`a code is on ${phone}`, async () => {
    const text = (await carrier.received(phone)).slice(before).find(isCodeText);
    return /\b\d{6}\b/.exec(text?.body ?? '')?.[0];
  });
};

/** Whether a text is the one with a code. */
export const isCodeText = ({ context }: CarrierText): boolean => context?.message.endsWith('#phone-code#0') ?? false;

/** Moves the clock on to an instant; one that has passed leaves it where it is, because other tests share it. */
export const advanceTo = async (
  { info }: Pick<TestClinic, 'info'>,
  instant: string | Temporal.Instant,
): Promise<void> => {
  const to = Temporal.Instant.from(instant);
  if (Temporal.Instant.compare(to, localNow(info.clockFile)) > 0) await setLocalClock(info.clockFile, to);
};

/** Where it is late, moves the clock on to ten in the morning: nobody sleeps, and what the clinic does is told at once. */
export const advanceToDay = async (clinic: Pick<TestClinic, 'info'>): Promise<void> => {
  const { hour } = nowOf(clinic).toZonedDateTimeISO(zone);
  if (hour < 9 || hour >= 17) await advanceTo(clinic, localTime(clinic, hour < 9 ? 0 : 1, '10:00'));
};

/** Runs the minute's sweeps now, as the schedule would. */
export const sweep = async ({ info }: Pick<TestClinic, 'info'>): Promise<void> => {
  const lambda = new LambdaClient({});
  try {
    for (const FunctionName of Object.values(info.functions)) {
      const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload: new Uint8Array() }));
      if (FunctionError !== undefined) throw new Error(`The sweep ${FunctionName} failed`);
    }
  } finally {
    lambda.destroy();
  }
};

/** The texts around a visit, by step and sequence: `reminder-24h#0`. */
export const textsOf = async ({ admin }: Pick<TestClinic, 'admin'>, appointmentId: string) => {
  const { items } = await admin.ok('listAppointmentTexts', { params: { appointmentId } });
  return new Map(items.map((text) => [text.id.slice(appointmentId.length + 1), text]));
};

/** Waits until a visit's text has come to one of the states. */
export const untilText = (
  clinic: Pick<TestClinic, 'admin'>,
  appointmentId: string,
  step: string,
  ...statuses: readonly string[]
) =>
  until(`${step} is ${statuses.join(' or ')}`, async () => {
    const text = (await textsOf(clinic, appointmentId)).get(step);
    return text !== undefined && statuses.includes(text.status) ? text : undefined;
  });
