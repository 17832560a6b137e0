import { Entity } from 'dynamodb-toolbox/entity';
import { item, number, string } from 'dynamodb-toolbox/schema';
import { type Id, sha256 } from '../ids.ts';
import { create, get, put, recordsTable, type TransactItem } from './records.ts';

/**
 * How a caller without a sign-in is tied to a clinic: by its public name, or by the number a text was sent to. The
 * only keys that do not start with the clinic, because they are what finds it.
 */
const DirectoryEntity = new Entity({
  name: 'Directory',
  table: recordsTable,
  timestamps: false,
  schema: item({ by: string().enum('slug', 'number').key(), value: string().key(), clinicId: string() }),
  computeKey: ({ by, value }) => ({ pk: `directory#${by}#${value}`, sk: 'directory' }),
});

/** A patient link: what the secret in a text opens, a visit or an offer. The secret itself is not stored, its SHA-256 is. */
const LinkTokenEntity = new Entity({
  name: 'LinkToken',
  table: recordsTable,
  timestamps: false,
  schema: item({
    tokenHash: string().key(),
    clinicId: string(),
    patientId: string(),
    appointmentId: string().optional(),
    offerId: string().optional(),
    /** Of the token and the number it was texted to: whoever has neither learns nothing from it. */
    textedTo: string().optional(),
    /** Judged on reading. */
    expiresAt: string(),
    /** When DynamoDB may delete it: later, so that an expired link can still say that it expired. */
    expiresAtEpochSeconds: number(),
  }),
  computeKey: ({ tokenHash }) => ({ pk: `directory#link#${tokenHash}`, sk: 'link' }),
});

interface Link {
  readonly clinicId: Id<'clinic'>;
  readonly patientId: Id<'patient'>;
  /** UTC instant. */
  readonly expiresAt: string;
  /** A digest (`isTextedTo`); absent where the link went by e-mail. */
  readonly textedTo?: string | undefined;
}

const numberDigest = (token: string, phone: string): string => sha256(`${token}#${phone}`);

/** Whether a link is one that was texted to a number and nowhere else: then whoever has it has that number. */
export const isTextedTo = ({ textedTo }: Pick<Link, 'textedTo'>, token: string, phone: string): boolean =>
  textedTo === numberDigest(token, phone);

/** What a patient link gives access to: one visit of one patient, until `expiresAt`. */
export interface PatientLink extends Link {
  readonly appointmentId: Id<'appointment'>;
}

/** The other kind of link: one offer of a freed time, and nothing else of its patient. */
export interface OfferLink extends Link {
  readonly offerId: Id<'offer'>;
}

/** The item that makes a link valid; part of the transaction that claims the text carrying it. */
export const linkTokenItem = (token: string, link: PatientLink | OfferLink, textedTo?: string): TransactItem =>
  create(LinkTokenEntity, {
    ...link,
    tokenHash: sha256(token),
    textedTo: textedTo === undefined ? undefined : numberDigest(token, textedTo),
    expiresAtEpochSeconds: Math.floor(Date.parse(link.expiresAt) / 1000) + 90 * 24 * 3600,
  });

/** Finds what a link opens; the caller judges its expiry. */
export const findLink = async (token: string): Promise<PatientLink | OfferLink | undefined> => {
  const stored = await get(LinkTokenEntity, { tokenHash: sha256(token) });
  if (stored === undefined) return undefined;
  const link: Link = {
    clinicId: stored.clinicId as Id<'clinic'>,
    patientId: stored.patientId as Id<'patient'>,
    expiresAt: stored.expiresAt,
    textedTo: stored.textedTo,
  };
  return stored.offerId === undefined
    ? { ...link, appointmentId: stored.appointmentId as Id<'appointment'> }
    : { ...link, offerId: stored.offerId as Id<'offer'> };
};

/** The clinic known by a public name (`slug`) or by the number its texts come from (`number`, E.164). */
export const findClinicId = async (by: 'slug' | 'number', value: string): Promise<Id<'clinic'> | undefined> => {
  const stored = await get(DirectoryEntity, { by, value }, { consistent: false });
  return stored?.clinicId as Id<'clinic'> | undefined;
};

/**
 * Registers a public name or number for a clinic; part of the transaction that creates the clinic. Fails when another
 * clinic has it.
 */
export const directoryItem = (by: 'slug' | 'number', value: string, clinicId: Id<'clinic'>): TransactItem =>
  put(
    DirectoryEntity,
    { by, value, clinicId },
    {
      or: [
        { attr: 'clinicId', exists: false },
        { attr: 'clinicId', eq: clinicId },
      ],
    },
  );
