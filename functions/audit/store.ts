import { Entity } from 'dynamodb-toolbox/entity';
import { any, item, map, number, string } from 'dynamodb-toolbox/schema';
import { Table } from 'dynamodb-toolbox/table';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { env } from '../platform/config.ts';
import { ConditionFailed, create, documentClient, type TransactItem, transact } from '../platform/store/records.ts';
import { type ChainRef, type Entry, genesis, type Head, type RecordChange } from './core/chain.ts';

/** All access to the audit table. It is append only: nothing here changes or removes an item, and IAM would not let it. */
const auditTable = new Table({
  documentClient,
  name: () => env('AUDIT_TABLE'),
  partitionKey: { name: 'pk', type: 'string' },
  sortKey: { name: 'sk', type: 'string' },
  entityAttributeSavedAs: 'entity',
});

const chainKey = ({ clinicId, chain }: ChainRef): string => `clinic#${clinicId}#${chain}`;

const seqDigits = 12;
const seqKey = (seq: number): string => String(seq).padStart(seqDigits, '0');

const recordKey = map({ pk: string(), sk: string(), entity: string() });

const EntryEntity = new Entity({
  name: 'AuditEntry',
  table: auditTable,
  timestamps: false,
  schema: item({
    clinicId: string().key(),
    chain: string().key(),
    seq: number().key(),
    eventId: string(),
    at: string(),
    recordedAt: string(),
    who: map({ kind: string().enum('staff', 'patient', 'automation', 'system'), id: string() }),
    why: string().optional(),
    requestId: string(),
    record: recordKey,
    action: string().enum('created', 'changed', 'removed'),
    before: any().optional(),
    after: any().optional(),
    omitted: string().enum('images').optional(),
    beforeHash: string().optional(),
    afterHash: string().optional(),
    prevHash: string(),
    hash: string(),
  }),
  computeKey: ({ seq, ...ref }) => ({ pk: chainKey(ref), sk: seqKey(seq) }),
});

/** Says that a change has its entry: what makes a second delivery harmless. */
const MarkerEntity = new Entity({
  name: 'AuditMarker',
  table: auditTable,
  timestamps: false,
  schema: item({ clinicId: string().key(), eventId: string().key(), chain: string(), seq: number() }),
  computeKey: ({ clinicId, eventId }) => ({ pk: `clinic#${clinicId}#event#${eventId}`, sk: 'event' }),
});

/** A change that could not become an entry (or not with its images), kept for a human. */
const ParkedEntity = new Entity({
  name: 'ParkedChange',
  table: auditTable,
  timestamps: false,
  schema: item({
    consumer: string().key(),
    changeId: string().key(),
    code: string(),
    parkedAt: string(),
    record: recordKey,
  }),
  computeKey: ({ consumer, changeId }) => ({ pk: `parked#${consumer}`, sk: changeId }),
});

/** The two items that enter one change: the entry at its place, and the marker of its event; both must be new. */
export const entryItems = ({ who, record, ...entry }: Entry): readonly [TransactItem, TransactItem] => [
  create(EntryEntity, { ...entry, who: { ...who }, record: { ...record } }),
  create(MarkerEntity, { clinicId: entry.clinicId, eventId: entry.eventId, chain: entry.chain, seq: entry.seq }),
];

/** The end of a chain, read consistently. */
export const readHead = async (ref: ChainRef): Promise<Head> => {
  const { Items: [last] = [] } = await auditTable
    .build(QueryCommand)
    .query({ partition: chainKey(ref) })
    .options({ consistent: true, reverse: true, limit: 1 })
    .send();
  // The number is taken from the key: whatever became of the entry itself, the next one can be linked to it.
  return last === undefined ? genesis(ref) : { seq: Number(last.sk), hash: String(last.hash) };
};

/** The entries of a chain as they are stored, page by page, from the one after `afterSeq` on. */
export async function* readChain(
  ref: ChainRef,
  afterSeq = 0,
): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
  let startKey: Record<string, unknown> | undefined;
  do {
    const page = await auditTable
      .build(QueryCommand)
      .query({ partition: chainKey(ref), range: { gt: seqKey(afterSeq) } })
      .options({ consistent: true, ...(startKey && { exclusiveStartKey: startKey }) })
      .send();
    yield page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}

/** The key an entry must be stored under. */
export const entryKeyOf = (ref: ChainRef, seq: number): { readonly pk: string; readonly sk: string } => ({
  pk: chainKey(ref),
  sk: seqKey(seq),
});

/** Sets a change aside. False when it was set aside before. */
export const park = async (
  changeId: string,
  { pk, sk, entity }: Pick<RecordChange, 'pk' | 'sk' | 'entity'>,
  code: string,
  parkedAt: string,
): Promise<boolean> => {
  const parked = { consumer: 'audit-append', changeId, code, parkedAt, record: { pk, sk, entity } };
  try {
    await transact([create(ParkedEntity, parked)]);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};
