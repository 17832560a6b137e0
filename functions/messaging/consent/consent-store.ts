import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { boolean, item, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  create,
  lookupKeys,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  type TransactItem,
} from '../../platform/store/records.ts';
import {
  CONSENT_CATEGORIES,
  CONSENT_PROOFS,
  CONSENT_SOURCES,
  CONSENT_SUBJECTS,
  type ConsentCategory,
  type ConsentFact,
} from '../core/consent.ts';
import { phonePartition } from './phone-partition.ts';

export const consentLanguages = ['en', 'es'] as const;
export type ConsentLanguage = (typeof consentLanguages)[number];

/** One agreement or refusal, as it was given. Never changed, never deleted. */
export interface ConsentEntry extends ConsentFact {
  readonly id: Id<'consent'>;
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  readonly patientId?: Id<'patient'> | undefined;
  /** The exact words agreed to, or the words that said stop. */
  readonly wording: string;
  /** Of the words. Absent where nobody said: entries of old, and what a carrier reports. */
  readonly language?: ConsentLanguage | undefined;
  /** Who or what took it down: `staff:<sub>`, `form:booking-page`, `import:<file>`. */
  readonly collector?: string | undefined;
  /** The category of the text that a STOP answered, whatever it ended. */
  readonly answered?: ConsentCategory | undefined;
  /** The revision of the standing that it was recorded with: the order in which entries count, whatever clocks say. */
  readonly standingRev: number;
}

const ConsentEntity = new Entity({
  name: 'Consent',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    clinicId: string().key(),
    phone: string().key(),
    at: string().key(),
    consentId: string().key(),
    patientId: string().optional(),
    category: string().enum(...CONSENT_SUBJECTS),
    granted: boolean(),
    how: string().enum(...CONSENT_SOURCES),
    wording: string(),
    wordingVersion: string(),
    language: string()
      .enum(...consentLanguages)
      .optional(),
    collector: string().optional(),
    evidence: string().optional(),
    proof: string()
      .enum(...CONSENT_PROOFS)
      .optional(),
    answered: string()
      .enum(...CONSENT_CATEGORIES)
      .optional(),
    standingRev: number().optional(),
  }),
  computeKey: ({ clinicId, phone, at, consentId }) => ({
    pk: phonePartition(clinicId, phone),
    sk: `consent#${at}#${consentId}`,
  }),
});

/** What was taken back, by anybody, in order of time: what opt-outs are counted by. Of every agreement there are many more. */
const revocationsPartition = (clinicId: string): string => `clinic#${clinicId}#revocations`;

export const consentItem = (caller: Caller, { id: consentId, ...entry }: ConsentEntry): TransactItem =>
  create(ConsentEntity, {
    ...entry,
    ...stampOf(caller),
    consentId,
    ...(entry.granted ? {} : { lookupPk: revocationsPartition(entry.clinicId), lookupSk: `${entry.at}#${consentId}` }),
    rev: 1,
  });

/** Who took an agreement back from one instant to before another: to what, how and when. */
export const revocationsBetween = async (
  clinicId: Id<'clinic'>,
  from: string,
  to: string,
): Promise<readonly Pick<ConsentEntry, 'phone' | 'category' | 'how' | 'at'>[]> =>
  (
    await queryAll(ConsentEntity, {
      index: 'lookup',
      partition: revocationsPartition(clinicId),
      range: { between: [from, to] },
    })
  ).map(({ phone, category, how, at }) => ({ phone, category, how, at }));

const toEntry = (stored: FormattedItem<typeof ConsentEntity>): ConsentEntry => ({
  id: stored.consentId as Id<'consent'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  phone: stored.phone,
  at: stored.at,
  patientId: stored.patientId as Id<'patient'> | undefined,
  category: stored.category,
  granted: stored.granted,
  how: stored.how,
  wording: stored.wording,
  wordingVersion: stored.wordingVersion,
  language: stored.language,
  collector: stored.collector,
  evidence: stored.evidence,
  proof: stored.proof ?? (stored.how === 'text' ? 'from-the-number' : undefined),
  answered: stored.answered,
  standingRev: stored.standingRev ?? 0,
});

/** From an instant, or from any. */
const saidAt = (clinicId: Id<'clinic'>, phone: string, at?: string) => ({
  partition: phonePartition(clinicId, phone),
  range: { beginsWith: at === undefined ? 'consent#' : `consent#${at}#` },
});

const asRecorded = (entries: readonly ConsentEntry[]): readonly ConsentEntry[] =>
  entries.toSorted((one, other) => one.standingRev - other.standingRev);

/**
 * Everything a number has agreed to and refused, in the order in which it was recorded. However much that is: for an import, which has
 * the time.
 */
export const consentsOf = async (clinicId: Id<'clinic'>, phone: string): Promise<readonly ConsentEntry[]> =>
  asRecorded((await queryAll(ConsentEntity, saidAt(clinicId, phone), { consistent: true })).map(toEntry));

/** A page of what a number has agreed to and refused, what was said last first. */
export const pageOfConsents = async (
  clinicId: Id<'clinic'>,
  phone: string,
  page: QueryPage,
): Promise<Page<ConsentEntry>> => {
  const { items, cursor } = await queryPage(ConsentEntity, saidAt(clinicId, phone), {
    ...page,
    reverse: true,
    consistent: true,
  });
  return { items: items.map(toEntry), cursor };
};

/** Of one instant, which is a second, more are never looked at. */
const mostAtAnInstant = 25;

/** What a number said at certain instants, in the order in which it was recorded: what its standing hangs on, however long the ledger is. */
export const consentsAt = async (
  clinicId: Id<'clinic'>,
  phone: string,
  instants: Iterable<string>,
): Promise<readonly ConsentEntry[]> => {
  const pages = await Promise.all(
    [...instants].map((at) =>
      queryPage(ConsentEntity, saidAt(clinicId, phone, at), {
        limit: mostAtAnInstant,
        reverse: true,
        consistent: true,
      }),
    ),
  );
  return asRecorded(pages.flatMap(({ items }) => items.map(toEntry)));
};
