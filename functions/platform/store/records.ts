import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Entity, FormattedItem, KeyInputItem } from 'dynamodb-toolbox/entity';
import { EntityFormatter } from 'dynamodb-toolbox/entity/actions/format';
import { EntityParser } from 'dynamodb-toolbox/entity/actions/parse';
import type { Condition } from 'dynamodb-toolbox/entity/actions/parseCondition';
import type { PutItemInput } from 'dynamodb-toolbox/entity/actions/put';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { map, number, string } from 'dynamodb-toolbox/schema';
import { Parser } from 'dynamodb-toolbox/schema/actions/parse';
import { Table } from 'dynamodb-toolbox/table';
import { PrimaryKeyParser } from 'dynamodb-toolbox/table/actions/parsePrimaryKey';
import { type Query, QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { env } from '../config.ts';
import { piecesOf } from '../lanes.ts';

/**
 * The one client for both tables. `maxAttempts` may retry freely: the SDK gives each TransactWriteItems a client
 * request token and repeats it on a retry, so an answer lost on the way cannot apply twice. A single put has no token:
 * see `putOrTransact`.
 */
export const documentClient = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 4 }), {
  marshallOptions: { removeUndefinedValues: true },
});

/**
 * The `records` table. Its name is read when first used, so that contracts and builders load without an environment.
 * At most three indexes, overloaded: `due` (what a sweep must look at, sparse), `lookup` (by owner or alternate key)
 * and `search` (by name). docs/data-model.md lists every access pattern.
 */
export const recordsTable = new Table({
  documentClient,
  name: () => env('RECORDS_TABLE'),
  partitionKey: { name: 'pk', type: 'string' },
  sortKey: { name: 'sk', type: 'string' },
  entityAttributeSavedAs: 'entity',
  indexes: {
    due: {
      type: 'global',
      partitionKey: { name: 'duePk', type: 'string' },
      sortKey: { name: 'dueSk', type: 'string' },
    },
    lookup: {
      type: 'global',
      partitionKey: { name: 'lookupPk', type: 'string' },
      sortKey: { name: 'lookupSk', type: 'string' },
    },
    search: {
      type: 'global',
      partitionKey: { name: 'searchPk', type: 'string' },
      sortKey: { name: 'searchSk', type: 'string' },
    },
  },
});

/**
 * What every record carries beside its own attributes. `rev` starts at 1 and rises by one with each write; the stamp
 * is who, when and why (see actor.ts).
 */
export const recordAttributes = {
  rev: number(),
  changedAt: string(),
  changedBy: map({ kind: string().enum('staff', 'patient', 'automation', 'system'), id: string() }),
  requestId: string(),
  reason: string().optional(),
};

/** Index keys for entities that use them. */
export const dueKeys = { duePk: string().optional(), dueSk: string().optional() };
export const lookupKeys = { lookupPk: string().optional(), lookupSk: string().optional() };
export const searchKeys = { searchPk: string().optional(), searchSk: string().optional() };

/** One item of a transaction, in the document client's own shape. */
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Builds the put of a whole item; pure. `condition` must hold for the transaction to go through. */
export const put = <E extends Entity>(entity: E, item: PutItemInput<E>, condition?: Condition<E>): TransactItem => {
  if (condition === undefined) return { Put: { TableName: entity.table.getName(), Item: itemOf(entity, item) } };
  const { ToolboxItem: _, ...params } = new PutTransaction(entity, item, { condition }).params();
  return params;
};

/**
 * An item as it is stored. No attribute of ours has a default or is stored under another name or in another form, so the
 * schema is gone through once, to check and nothing else: a third of the time of the library's own parse of an entity.
 */
const itemOf = <E extends Entity>(entity: E, item: PutItemInput<E>): Record<string, unknown> => {
  const checked: Record<string, unknown> = new Parser(entity.schema).parse(
    { ...item, [recordsTable.entityAttributeSavedAs]: entity.entityName },
    { fill: false, transform: false },
  );
  return { ...checked, ...keyOf(entity, checked) };
};

const keyOf = (entity: Entity, item: Record<string, unknown>): Record<string, unknown> =>
  new PrimaryKeyParser(recordsTable).parse(entity.computeKey === undefined ? item : entity.computeKey(item));

/** Builds a put of an item that must not exist yet. */
export const create = <E extends Entity>(entity: E, item: PutItemInput<E>): TransactItem => {
  const params = put(entity, item);
  return { Put: { ...requirePut(params), ConditionExpression: 'attribute_not_exists(pk)' } };
};

/** Builds a put that replaces revision `rev`; loses against any write in between. */
export const replace = <E extends Entity>(entity: E, item: PutItemInput<E>, rev: number): TransactItem => {
  const params = put(entity, item);
  return {
    Put: {
      ...requirePut(params),
      ConditionExpression: '#rev = :rev',
      ExpressionAttributeNames: { '#rev': 'rev' },
      ExpressionAttributeValues: { ':rev': rev },
    },
  };
};

/**
 * Builds an addition to an item's counters; the item begins with it if there is none. It has no condition, so nobody
 * loses to anybody else, and counts once because it is part of a transaction that has one.
 */
export const add = <E extends Entity>(
  entity: E,
  key: KeyInputItem<E>,
  amounts: Readonly<Record<string, number>>,
): TransactItem => {
  // What the key is made of is kept as attributes too, as a put does.
  const kept = Object.entries({ ...key, [recordsTable.entityAttributeSavedAs]: entity.entityName });
  const added = Object.entries(amounts);
  const names = [...kept, ...added].map(([name], index) => [`#${index}`, name]);
  const values = [...kept, ...added].map(([, value], index) => [`:${index}`, value]);
  const sets = kept.map((_, index) => `#${index} = :${index}`);
  const adds = added.map((_, index) => `#${kept.length + index} :${kept.length + index}`);
  return {
    Update: {
      TableName: env('RECORDS_TABLE'),
      Key: entity.build(EntityParser).parse(key, { mode: 'key' }).key,
      UpdateExpression: `SET ${sets.join(', ')} ADD ${adds.join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names),
      ExpressionAttributeValues: Object.fromEntries(values),
    },
  };
};

/** Builds a put of revision `rev`: the first must be new, any other replaces the one before it. */
export const save = <E extends Entity>(entity: E, item: PutItemInput<E>, rev: number): TransactItem =>
  rev === 1 ? create(entity, item) : replace(entity, item, rev - 1);

/** Builds a condition on an item the transaction does not write. */
export const check = <E extends Entity>(entity: E, key: KeyInputItem<E>, condition: Condition<E>): TransactItem =>
  new ConditionCheck(entity, key, condition).params();

const requirePut = (item: TransactItem): NonNullable<TransactItem['Put']> => {
  if (item.Put === undefined) throw new Error('The toolbox built something other than a put');
  return item.Put;
};

/** Reads one item, strongly consistent unless told otherwise. */
export const get = async <E extends Entity>(
  entity: E,
  key: KeyInputItem<E>,
  options: { readonly consistent: boolean } = { consistent: true },
): Promise<FormattedItem<E> | undefined> => {
  const Key = entity.build(EntityParser).parse(key, { mode: 'key' }).key;
  const into = options.consistent ? (gathered ?? sharedTurn.getStore()?.wanted()) : undefined;
  const item =
    into !== undefined
      ? await gather(into, Key)
      : (
          await documentClient.send(
            new GetCommand({ TableName: env('RECORDS_TABLE'), Key, ConsistentRead: options.consistent }),
          )
        ).Item;
  return item && format(entity, item);
};

interface Wanted {
  readonly key: Record<string, unknown>;
  readonly resolve: (item: Record<string, unknown> | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for the call that `together` will make. Only ever set while `begin` runs, which awaits nothing. */
let gathered: Wanted[] | undefined;

/** What several pieces of work ask for in the present turn of the event loop. */
class SharedTurn {
  #wanted: Wanted[] | undefined;

  /** Where to add what this turn is to read. */
  wanted(): Wanted[] {
    const known = this.#wanted;
    if (known !== undefined) return known;
    const wanted: Wanted[] = [];
    this.#wanted = wanted;
    // After all that can go on has gone on: an answer for ten is ten pieces of work that ask for their next thing.
    setImmediate(() => {
      this.#wanted = undefined;
      void readGathered(wanted);
    });
    return wanted;
  }
}

const sharedTurn = new AsyncLocalStorage<SharedTurn>();

/**
 * Runs work of several parts that read alike, such as a batch of a queue: what all of them ask for in the same turn is one
 * BatchGetItem. What they write stays their own: a text is sent as soon as its own claim is through.
 */
export const sharingReads = <T>(work: () => T): T => sharedTurn.run(new SharedTurn(), work);

/**
 * Reads in one call what `begin` asks for before its first await: every `get` in there, of whatever entity, becomes a
 * part of one BatchGetItem. A call costs more than what it reads, in time and in CPU.
 */
export const together = <T>(begin: () => T): T => {
  // A part of the one around it, or of the turn that everything in there goes with.
  if (gathered !== undefined || sharedTurn.getStore() !== undefined) return begin();
  const wanted: Wanted[] = [];
  gathered = wanted;
  try {
    return begin();
  } finally {
    gathered = undefined;
    void readGathered(wanted);
  }
};

const gather = (wanted: Wanted[], key: Record<string, unknown>): Promise<Record<string, unknown> | undefined> =>
  new Promise((resolve, reject) => wanted.push({ key, resolve, reject }));

const readGathered = async (wanted: readonly Wanted[]): Promise<void> => {
  const keys = new Map(wanted.map(({ key }) => [keyText(key), key]));
  try {
    const items = new Map<string, Record<string, unknown>>();
    for (const batch of piecesOf([...keys.values()], batchSize)) {
      for await (const item of batchGet(batch)) items.set(keyText(item), item);
    }
    for (const { key, resolve } of wanted) resolve(items.get(keyText(key)));
  } catch (error) {
    for (const { reject } of wanted) reject(error);
  }
};

const keyText = ({ pk, sk }: Record<string, unknown>): string => JSON.stringify([pk, sk]);

/** What BatchGetItem takes in one call. */
const batchSize = 100;
const batchAttempts = 8;
const batchBaseMillis = 20;

/**
 * Reads items of one entity by their keys (no key twice), strongly consistent, a hundred a call. In no order; what does
 * not exist is left out.
 */
export const getMany = async <E extends Entity>(
  entity: E,
  keys: readonly KeyInputItem<E>[],
): Promise<FormattedItem<E>[]> => {
  const parser = entity.build(EntityParser);
  const items: FormattedItem<E>[] = [];
  for (const batch of piecesOf(
    keys.map((key) => parser.parse(key, { mode: 'key' }).key),
    batchSize,
  )) {
    for await (const item of batchGet(batch)) items.push(format(entity, item));
  }
  return items;
};

async function* batchGet(keys: Record<string, unknown>[]): AsyncGenerator<Record<string, unknown>> {
  const table = env('RECORDS_TABLE');
  let wanted = keys;
  for (let attempt = 0; wanted.length > 0; attempt += 1) {
    if (attempt === batchAttempts) throw new Error('DynamoDB kept leaving out a part of a batch');
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, batchBaseMillis * 2 ** attempt));
    const { Responses = {}, UnprocessedKeys = {} } = await documentClient.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
    );
    yield* Responses[table] ?? [];
    wanted = UnprocessedKeys[table]?.Keys ?? [];
  }
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; hand it back to read on. Absent at the end. */
  readonly cursor?: string | undefined;
}

export interface QueryPage {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly reverse?: boolean | undefined;
  readonly consistent?: boolean | undefined;
}

/** Reads one page of one entity. The cursor is the last key, base64url. */
export const queryPage = async <E extends Entity>(
  entity: E,
  query: Query<typeof recordsTable>,
  page: QueryPage = {},
): Promise<Page<FormattedItem<E>>> => {
  // The entity is part of the key wherever one partition holds several, so no filter is paid for.
  const command = recordsTable
    .build(QueryCommand)
    .query(query)
    .options({
      ...(page.limit === undefined ? {} : { limit: page.limit }),
      ...(page.reverse ? { reverse: true } : {}),
      ...(page.consistent ? { consistent: true } : {}),
      ...(page.cursor === undefined ? {} : { exclusiveStartKey: decodeCursor(page.cursor) }),
    });
  const { Items = [], LastEvaluatedKey } = await command.send().catch((error: unknown) => {
    // A starting key outside the query, as a cursor of another list would be.
    if (page.cursor !== undefined && error instanceof Error && error.name === 'ValidationException') {
      throw new BadCursor('The cursor does not belong to this list', { cause: error });
    }
    throw error;
  });
  return {
    items: Items.map((item) => format(entity, item)),
    cursor: LastEvaluatedKey === undefined ? undefined : encodeCursor(LastEvaluatedKey),
  };
};

/** Reads all pages of one entity. For ranges that are bounded by their nature (a provider's month, a clinic's providers). */
export const queryAll = async <E extends Entity>(
  entity: E,
  query: Query<typeof recordsTable>,
  page: Omit<QueryPage, 'cursor'> = {},
): Promise<FormattedItem<E>[]> => {
  const items: FormattedItem<E>[] = [];
  let cursor: string | undefined;
  do {
    const next = await queryPage(entity, query, { ...page, cursor });
    items.push(...next.items);
    cursor = next.cursor;
  } while (cursor !== undefined);
  return items;
};

/**
 * A stream image, already unmarshalled, as its entity.
 * @throws DynamoDBToolboxError when anything in it is not as the schema has it
 */
export const readImage = <E extends Entity>(entity: E, image: Record<string, unknown>): FormattedItem<E> =>
  entity.build(EntityFormatter).format(image) as FormattedItem<E>;

/**
 * An item of the table as its entity: the attributes its schema names. They were checked when they were written and are
 * stored under their own names and in their own form (see `itemOf`), so they are picked and not gone through: that took a
 * third of a booking's own time.
 * @throws Error when it lacks an attribute that every item of the entity has
 */
const format = <E extends Entity>(entity: E, item: Record<string, unknown>): FormattedItem<E> => {
  const { names, required } = attributesOf(entity);
  const missing = required.find((name) => item[name] === undefined);
  if (missing !== undefined) throw new Error(`A stored ${entity.entityName} has no ${missing}`);
  const known: Record<string, unknown> = {};
  for (const name of names) if (item[name] !== undefined) known[name] = item[name];
  return known as FormattedItem<E>;
};

interface AttributeNames {
  readonly names: readonly string[];
  readonly required: readonly string[];
}

const namesByEntity = new WeakMap<Entity, AttributeNames>();

const attributesOf = (entity: Entity): AttributeNames => {
  const known = namesByEntity.get(entity);
  if (known !== undefined) return known;
  const { attributes, requiredAttributeNames } = entity.schema;
  const { always = [], atLeastOnce = [] } = requiredAttributeNames;
  const isOurs = (name: string): boolean => name !== recordsTable.entityAttributeSavedAs;
  const found: AttributeNames = {
    names: Object.keys(attributes).filter(isOurs),
    required: [...always, ...atLeastOnce].filter(isOurs),
  };
  namesByEntity.set(entity, found);
  return found;
};

const encodeCursor = (key: Record<string, unknown>): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Thrown by a cursor that is not one of ours. */
export class BadCursor extends Error {}

const decodeCursor = (cursor: string): Record<string, unknown> => {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (typeof key === 'object' && key !== null && Object.values(key).every((value) => typeof value === 'string')) {
      return key as Record<string, unknown>;
    }
  } catch {
    // falls through to the one answer for every unreadable cursor
  }
  throw new BadCursor('The cursor cannot be read');
};

/** A transaction lost on a condition. `failed[i]` tells whether the i-th item's condition did not hold. */
export class ConditionFailed extends Error {
  readonly failed: readonly boolean[];

  constructor(failed: readonly boolean[], cause: unknown) {
    super('A condition of the transaction did not hold', { cause });
    this.failed = failed;
  }
}

/** The transaction met others on the same items and did not get through; nothing was written. */
export class Contended extends Error {}

const conflictAttempts = 6;
const conflictBaseMillis = 15;

/**
 * Writes all items or none, in one TransactWriteItems. Retries when DynamoDB reports a conflict with another
 * transaction in flight (nothing was written then).
 * @throws ConditionFailed when a condition did not hold; Contended when conflicts did not end.
 */
export const transact = (items: readonly TransactItem[]): Promise<void> =>
  throughConflicts(() => documentClient.send(new TransactWriteCommand({ TransactItems: [...items] })), items.length);

/**
 * As `transact`, but a single put goes without a transaction, in half its time and for half its capacity. Where its answer is lost, the
 * client's second try is refused by what the first one wrote: who finds the very item there, stamp and all, has written it.
 * For writers that read and decide again when they lose, as they do where yet another has written in between.
 */
export const putOrTransact = (items: readonly TransactItem[]): Promise<void> => {
  const [{ Put } = {}] = items;
  if (items.length !== 1 || Put === undefined) return transact(items);
  const command = new PutCommand({ ...Put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
  const write = async (): Promise<void> => {
    try {
      await documentClient.send(command);
    } catch (error) {
      const refusedBy = error instanceof ConditionalCheckFailedException ? error.Item : undefined;
      if (refusedBy === undefined || !isSameItem(unmarshall(refusedBy), Put.Item)) throw error;
    }
  };
  return throughConflicts(write, 1);
};

/** Whether what is stored is what was put, which is written without what it leaves undefined. */
const isSameItem = (stored: Record<string, unknown>, put: Record<string, unknown> | undefined): boolean =>
  isDeepStrictEqual(stored, JSON.parse(JSON.stringify(put ?? {})));

const throughConflicts = async (write: () => Promise<unknown>, count: number): Promise<void> => {
  for (let attempt = 0; attempt < conflictAttempts; attempt += 1) {
    try {
      await write();
      return;
    } catch (error) {
      const reasons = cancellationReasons(error);
      if (reasons === undefined) throw error;
      if (reasons.includes('ConditionalCheckFailed')) {
        throw new ConditionFailed(
          Array.from({ length: count }, (_, index) => reasons[index] === 'ConditionalCheckFailed'),
          error,
        );
      }
      const mayRetry = reasons.some(
        (code) =>
          code === 'TransactionConflict' || code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded',
      );
      if (!mayRetry) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * conflictBaseMillis * 2 ** attempt));
    }
  }
  throw new Contended('Transactions on the same items kept conflicting');
};

/** Why nothing was written, item by item; undefined for an error that says nothing of the kind. */
const cancellationReasons = (error: unknown): readonly (string | undefined)[] | undefined => {
  if (error instanceof TransactionCanceledException) {
    return (error.CancellationReasons ?? []).map((reason) => reason.Code);
  }
  if (error instanceof ConditionalCheckFailedException) return ['ConditionalCheckFailed'];
  return error instanceof TransactionConflictException ? ['TransactionConflict'] : undefined;
};
