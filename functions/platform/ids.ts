import { createHash, randomBytes } from 'node:crypto';
import type { Temporal } from 'temporal-polyfill';
import { decodeTime, ulid } from 'ulid';

/** Every kind of id the product mints: a three-letter kind and a ULID, so that ids sort by time of creation. */
export const idKinds = {
  clinic: 'cli',
  provider: 'prv',
  appointmentType: 'aty',
  patient: 'pat',
  appointment: 'apt',
  consent: 'con',
  observation: 'obs',
  triageCase: 'tri',
  exercisePlan: 'hep',
  inboundText: 'inb',
  room: 'rom',
  availabilityException: 'exc',
  closure: 'cls',
  hold: 'hld',
  series: 'ser',
  opening: 'opn',
  waitingEntry: 'wai',
  offer: 'ofr',
  phoneCode: 'cod',
  staffTask: 'tsk',
  thread: 'thr',
  staffText: 'stx',
  threadNote: 'not',
  cannedReply: 'can',
  picture: 'pic',
} as const;

export type IdKind = keyof typeof idKinds;
/** An id of one kind, such as `apt_01KB...` for an appointment. */
export type Id<K extends IdKind> = `${(typeof idKinds)[K]}_${string}`;

/** Mints an id. `now` gives the sortable half, so that a moved local clock also orders ids. */
export const newId = <K extends IdKind>(kind: K, now: Temporal.Instant): Id<K> =>
  `${idKinds[kind]}_${ulid(now.epochMilliseconds, fractions())}`;

/** Random fractions for one ULID: 16 are drawn, and asking for bytes one by one takes as many times as long. */
const fractions = (): (() => number) => {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  let next = 0;
  return () => (bytes[next++] ?? 0) / 256;
};

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The id that a cause always gives, so that a repeat cannot make two: 130 bits of a hash in the alphabet of every other id. */
export const derivedId = <K extends IdKind>(kind: K, cause: readonly string[]): Id<K> => {
  const digest = createHash('sha256').update(JSON.stringify(cause)).digest();
  const characters = Array.from({ length: 26 }, (_, index) => crockford.charAt((digest[index] ?? 0) % 32));
  return `${idKinds[kind]}_${characters.join('')}`;
};

/** When an id was minted: the `now` it was made with. */
export const mintedAtMillis = (id: Id<IdKind>): number => decodeTime(id.slice(id.indexOf('_') + 1));

/** What an id of a kind looks like, for contracts. */
export const idPattern = (kind: IdKind): RegExp => new RegExp(`^${idKinds[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`);

/** A patient link's secret: 128 random bits, 22 URL-safe characters. Only its hash is ever stored. */
export const newLinkToken = (): string => randomBytes(16).toString('base64url');

/** SHA-256 as lowercase hex: how secrets are stored and request bodies are compared. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
