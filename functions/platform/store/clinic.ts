import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import type { Id } from '../ids.ts';
import { Warm } from '../warm.ts';
import { dueEntry, dueQuery, inAllShards } from './due.ts';
import { dueKeys, get, put, queryAll, recordAttributes, recordsTable, type TransactItem } from './records.ts';

const ClinicEntity = new Entity({
  name: 'Clinic',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...dueKeys,
    clinicId: string().key(),
    slug: string(),
    name: string(),
    brand: string(),
    zone: string(),
    state: string().optional(),
    phone: string(),
    originationNumber: string(),
    onCallNumber: string(),
  }),
  computeKey: ({ clinicId }) => ({ pk: `clinic#${clinicId}`, sk: 'clinic' }),
});

/** A clinic's own settings. */
export interface Clinic {
  readonly clinicId: Id<'clinic'>;
  /** Public name in URLs, `lakeview-spine`. */
  readonly slug: string;
  readonly name: string;
  /** How texts name the clinic: at most 20 GSM-7 characters, no specialty (it would disclose the reason of a visit). */
  readonly brand: string;
  /** IANA zone of its front desk. */
  readonly zone: string;
  /** The state its rooms are in, `CO`: where a patient is at a visit in person. */
  readonly state?: string | undefined;
  /** The number patients call, E.164. */
  readonly phone: string;
  /** The number its texts come from, E.164. */
  readonly originationNumber: string;
  /** Who is texted when a red flag arrives, E.164. */
  readonly onCallNumber: string;
}

type StoredClinic = FormattedItem<typeof ClinicEntity>;

const toClinic = (stored: StoredClinic): Clinic => ({ ...stored, clinicId: stored.clinicId as Id<'clinic'> });

const warm = new Warm<Clinic>();

/**
 * A clinic's settings, at most a minute old: they are read on every text and page and change a few times a year.
 * @throws Error when there is no such clinic, which a verified clinic id cannot mean by itself.
 */
export const loadClinic = (clinicId: Id<'clinic'>): Promise<Clinic> =>
  warm.get(clinicId, async () => {
    const stored = await get(ClinicEntity, { clinicId }, { consistent: false });
    if (stored === undefined) throw new Error('There is no such clinic');
    return toClinic(stored);
  });

/** A clinic's settings as they are now, with their revision, for who is about to change them. */
export const readClinic = async (clinicId: Id<'clinic'>): Promise<(Clinic & { readonly rev: number }) | undefined> => {
  const stored = await get(ClinicEntity, { clinicId });
  return stored === undefined ? undefined : { ...toClinic(stored), rev: stored.rev };
};

/** The item that creates or replaces a clinic's settings. */
export const clinicItem = (stored: Parameters<typeof put<typeof ClinicEntity>>[1]): TransactItem =>
  put(ClinicEntity, { ...stored, ...dueEntry('clinics', stored.clinicId, 'all') });

/** Every clinic, in order of its id: for what runs for all of them every hour. A Query a shard. */
export const listClinics = async (): Promise<readonly Clinic[]> =>
  (await inAllShards((shard) => queryAll(ClinicEntity, dueQuery('clinics', shard))))
    .map(toClinic)
    .toSorted((one, other) => (one.clinicId < other.clinicId ? -1 : 1));
