import {
  type CancellationReason,
  ConditionalCheckFailedException,
  IdempotentParameterMismatchException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { invalid } from './errors.ts';
import {
  type Bindings,
  checkPlaceholders,
  holds,
  nameOf,
  parseCondition,
  parseProjection,
  parseUpdate,
  updated,
} from './expressions.ts';
import { readKeyCondition } from './key-condition.ts';
import { type StoredItem, TableData, type TableShape } from './table-data.ts';
import { type Item, NotSupported, sizeOf, toItem } from './values.ts';

/**
 * An in-memory DynamoDB for tests that run a use case thousands of times: single items, queries, batches and
 * transactions with their conditions, limits and refusals. test/integration/platform/table-conformance.test.ts holds it
 * to what the official DynamoDB Local answers. What it does not know it refuses loudly (NotSupported, which no use case
 * catches): sets and binary, scans, batch writes, parallel or partial projections of nested attributes, PartiQL.
 * Indexes are up to date at once and carry whole items.
 */

/** Where a request can be overtaken by others: on its way, in the middle of a transaction, and on the way back. */
export type Moment = 'request' | 'commit' | 'answer';

export interface MemoryDynamoOptions {
  /** Awaited at every such moment, so that a test decides who goes on. @default one microtask */
  readonly between?: ((moment: Moment, operation: string) => Promise<void>) | undefined;
  /** Told of each transaction and each single write in the moment it is written, with the items as they are afterwards; deletions apart. */
  readonly written?: ((items: readonly Item[]) => void) | undefined;
}

const maxItemBytes = 400 * 1024;
const maxTransactionBytes = 4 * 1024 * 1024;
const maxTransactionItems = 100;
const maxBatchKeys = 100;
const maxPageBytes = 1024 * 1024;

type Input = Readonly<Record<string, unknown>>;
/** One of the four kinds of write, its parameters as they came. */
type WriteRequest = Readonly<Partial<Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck', object | undefined>>>;

/** One item of a transaction, or a single write: what it is about and what it does. */
interface Write {
  readonly table: TableData;
  readonly key: Item;
  readonly id: string;
  readonly condition: (current: Item | undefined) => boolean;
  /** The item afterwards; undefined when it is deleted. A check leaves it as it is. */
  readonly next: (current: Item | undefined) => Item | undefined;
  readonly isCheck: boolean;
  readonly returnsOld: boolean;
  readonly bytes: number;
}

export class MemoryDynamo {
  readonly #tables: ReadonlyMap<string, TableData>;
  /** Items that a transaction has prepared and not yet written. */
  readonly #locked = new Set<string>();
  readonly #tokens = new Map<string, { readonly request: string; isDone: boolean }>();
  readonly #between: (moment: Moment, operation: string) => Promise<void>;
  readonly #written: ((items: readonly Item[]) => void) | undefined;

  constructor(shapes: readonly TableShape[], { between = () => Promise.resolve(), written }: MemoryDynamoOptions = {}) {
    this.#tables = new Map(shapes.map((shape) => [shape.name, new TableData(shape)]));
    this.#between = between;
    this.#written = written;
  }

  /** Answers a command of the document client. */
  async send(command: object): Promise<object> {
    const operation = command.constructor.name;
    await this.#between('request', operation);
    try {
      return await this.#execute(command);
    } finally {
      await this.#between('answer', operation);
    }
  }

  /** Everything a table holds; frozen, as all that is handed out. */
  items(table: string): readonly Item[] {
    return this.#table(table)
      .all()
      .map(({ item }) => item);
  }

  /** What is stored now, to come back to with `restore`. */
  snapshot(): ReadonlyMap<string, readonly StoredItem[]> {
    return new Map([...this.#tables].map(([name, table]) => [name, table.all()]));
  }

  /** Goes back to a snapshot. Transactions still under way are forgotten: start with nobody at work. */
  restore(snapshot: ReadonlyMap<string, readonly StoredItem[]>): void {
    this.#locked.clear();
    this.#tokens.clear();
    for (const [name, table] of this.#tables) table.reset(snapshot.get(name) ?? []);
  }

  #table(name: unknown): TableData {
    const table = typeof name === 'string' ? this.#tables.get(name) : undefined;
    if (table === undefined) {
      throw new ResourceNotFoundException({ message: 'Cannot do operations on a non-existent table', $metadata: {} });
    }
    return table;
  }

  async #execute(command: object): Promise<object> {
    if (command instanceof GetCommand) return this.#get({ ...command.input });
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof TransactWriteCommand) return this.#transactWrite(command.input);
    if (command instanceof TransactGetCommand) return this.#transactGet(command.input.TransactItems ?? []);
    if (command instanceof BatchGetCommand) return this.#batchGet(command.input.RequestItems ?? {});
    if (command instanceof PutCommand) return this.#write({ Put: command.input }, command.input.ReturnValues);
    if (command instanceof UpdateCommand) return this.#write({ Update: command.input }, command.input.ReturnValues);
    if (command instanceof DeleteCommand) return this.#write({ Delete: command.input }, command.input.ReturnValues);
    throw new NotSupported(`${command.constructor.name} on the memory table`);
  }

  #get(input: Input): { readonly Item?: Item } {
    only(input, ['TableName', 'Key', 'ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames']);
    const table = this.#table(input.TableName);
    const stored = table.get(table.keyOf(toItem(record(input.Key))));
    return stored === undefined ? {} : { Item: projection(input)(stored.item) };
  }

  #transactGet(items: readonly { readonly Get?: Input | undefined }[]): object {
    if (items.length === 0 || items.length > maxTransactionItems) throw invalid('Between 1 and 100 items are allowed');
    const found = items.map(({ Get }) => {
      const { TableName, Key } = record(Get);
      const table = this.#table(TableName);
      return { Get, id: table.idOf(table.keyOf(toItem(record(Key)))) };
    });
    requireDistinct(found.map(({ id }) => id));
    if (found.some(({ id }) => this.#locked.has(id))) {
      throw cancelled(found.map(({ id }) => (this.#locked.has(id) ? conflict : none)));
    }
    return { Responses: found.map(({ Get }) => this.#get(record(Get))) };
  }

  #batchGet(requests: Readonly<Record<string, Input>>): object {
    const wanted = Object.entries(requests).flatMap(([TableName, request]) => {
      only(request, ['Keys', 'ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames']);
      const { Keys, ...rest } = request;
      const table = this.#table(TableName);
      return list(Keys).map((Key) => ({ TableName, Key, rest, id: table.idOf(table.keyOf(toItem(record(Key)))) }));
    });
    if (wanted.length === 0 || wanted.length > maxBatchKeys) throw invalid('Between 1 and 100 keys are allowed');
    requireDistinct(wanted.map(({ id }) => id));
    const Responses: Record<string, Item[]> = Object.fromEntries(Object.keys(requests).map((name) => [name, []]));
    for (const { TableName, Key, rest } of wanted) {
      const { Item: item } = this.#get({ TableName, Key, ...rest });
      if (item !== undefined) Responses[TableName]?.push(item);
    }
    const bytes = Object.values(Responses)
      .flat()
      .reduce((total, item) => total + sizeOf(item), 0);
    if (bytes > 16 * maxPageBytes) throw new NotSupported('A batch of more than 16 MB, which comes in parts');
    return { Responses, UnprocessedKeys: {} };
  }

  #query(input: QueryCommandInput): object {
    only({ ...input }, [
      ...['TableName', 'IndexName', 'KeyConditionExpression', 'FilterExpression', 'ProjectionExpression', 'Select'],
      ...['ExpressionAttributeNames', 'ExpressionAttributeValues', 'Limit', 'ExclusiveStartKey', 'ScanIndexForward'],
      'ConsistentRead',
    ]);
    const { Select, Limit, ExclusiveStartKey, ScanIndexForward = true } = input;
    if (Select !== undefined && Select !== 'ALL_ATTRIBUTES' && Select !== 'COUNT') throw new NotSupported(Select);
    if (Limit !== undefined && Limit < 1) throw invalid('Limit must be greater than or equal to 1');
    const table = this.#table(input.TableName);
    if (input.IndexName !== undefined && input.ConsistentRead === true) {
      throw invalid('Consistent reads are not supported on global secondary indexes');
    }
    const keys = table.keysOf(input.IndexName);
    const bindings = bindingsOf(input);
    const key = required(input.KeyConditionExpression, parseCondition);
    const filter = optional(input.FilterExpression, parseCondition);
    checkPlaceholders([key, filter, optional(input.ProjectionExpression, parseProjection)], bindings);
    const { partition, matches } = readKeyCondition(key.tree, keys, bindings);
    const start = ExclusiveStartKey === undefined ? undefined : toItem(ExclusiveStartKey);
    if (start !== undefined) table.checkStart(start, input.IndexName, partition, matches);

    const project = projection({ ...input });
    const found: Item[] = [];
    let scanned = 0;
    let bytes = 0;
    let last: Item | undefined;
    for (const { item, size } of table.partition(input.IndexName, partition, ScanIndexForward, start)) {
      if (!matches(item)) continue;
      scanned += 1;
      bytes += size;
      if (filter === undefined || holds(filter.tree, item, bindings)) found.push(project(item));
      if (scanned === Limit || bytes > maxPageBytes) {
        last = item;
        break;
      }
    }
    return {
      ...(Select === 'COUNT' ? {} : { Items: found }),
      Count: found.length,
      ScannedCount: scanned,
      ...(last === undefined ? {} : { LastEvaluatedKey: table.cursorOf(last, input.IndexName) }),
    };
  }

  /** A single write: one condition, one item, no waiting in between. */
  #write(request: WriteRequest, returned: string | undefined): object {
    const write = this.#prepare(request);
    const current = write.table.get(write.key)?.item;
    if (this.#locked.has(write.id)) {
      throw new TransactionConflictException({ message: 'Transaction is ongoing for the item', $metadata: {} });
    }
    if (!write.condition(current)) {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: {},
        ...(write.returnsOld && current !== undefined ? { Item: marshall(current) } : {}),
      });
    }
    const next = write.next(current);
    store(write, next);
    if (next !== undefined) this.#written?.([next]);
    if (returned === undefined || returned === 'NONE') return {};
    if (returned !== 'ALL_OLD' && returned !== 'ALL_NEW') throw new NotSupported(`ReturnValues ${returned}`);
    const attributes = returned === 'ALL_OLD' ? current : next;
    return attributes === undefined ? {} : { Attributes: attributes };
  }

  /**
   * All or nothing, in two steps as DynamoDB does it: whoever comes to an item between the two meets a conflict.
   */
  async #transactWrite(input: TransactWriteCommandInput): Promise<object> {
    only({ ...input }, ['TransactItems', 'ClientRequestToken']);
    const { TransactItems = [], ClientRequestToken: token } = input;
    if (TransactItems.length === 0 || TransactItems.length > maxTransactionItems) {
      throw invalid('Member must have length between 1 and 100');
    }
    if (token !== undefined && this.#isRepeat(token, JSON.stringify(TransactItems))) return {};
    try {
      const writes = TransactItems.map((item) => this.#prepare(item));
      requireDistinct(writes.map(({ id }) => id));
      if (writes.reduce((total, { bytes }) => total + bytes, 0) > maxTransactionBytes) {
        throw invalid('Transaction payload size exceeds the limit of 4 MB');
      }
      const decided = writes.map((write) => this.#decide(write));
      if (decided.some(({ reason }) => reason !== none)) throw cancelled(decided.map(({ reason }) => reason));
      for (const { id } of writes) this.#locked.add(id);
      await this.#between('commit', 'TransactWriteCommand');
      for (const { write, next } of decided) {
        this.#locked.delete(write.id);
        if (!write.isCheck) store(write, next);
      }
      this.#written?.(decided.flatMap(({ write, next }) => (write.isCheck || next === undefined ? [] : [next])));
    } catch (error) {
      if (token !== undefined) this.#tokens.delete(token);
      throw error;
    }
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (known !== undefined) known.isDone = true;
    return {};
  }

  #isRepeat(token: string, request: string): boolean {
    const known = this.#tokens.get(token);
    if (known === undefined) {
      this.#tokens.set(token, { request, isDone: false });
      return false;
    }
    if (known.request !== request) {
      throw new IdempotentParameterMismatchException({
        message: 'The token was used for another request',
        $metadata: {},
      });
    }
    if (!known.isDone) throw new TransactionInProgressException({ message: 'It is in progress', $metadata: {} });
    return true;
  }

  #decide(write: Write): {
    readonly write: Write;
    readonly reason: CancellationReason;
    readonly next?: Item | undefined;
  } {
    if (this.#locked.has(write.id)) return { write, reason: conflict };
    const current = write.table.get(write.key)?.item;
    if (!write.condition(current)) {
      const old = write.returnsOld && current !== undefined ? { Item: marshall(current) } : {};
      return { write, reason: { ...conditionFailed, ...old } };
    }
    return { write, reason: none, next: write.isCheck ? current : write.next(current) };
  }

  #prepare({ Put, Update, Delete, ConditionCheck }: WriteRequest): Write {
    if (Put !== undefined) return this.#preparePut({ ...Put });
    if (Update !== undefined) return this.#prepareUpdate({ ...Update });
    if (Delete !== undefined) return this.#prepareKeyed({ ...Delete }, () => undefined, false);
    if (ConditionCheck === undefined)
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    const check: Input = { ...ConditionCheck };
    if (check.ConditionExpression === undefined) throw invalid('A check needs a condition');
    return this.#prepareKeyed(check, (current) => current, true);
  }

  #preparePut(input: Input): Write {
    only(input, ['TableName', 'Item', ...conditionParameters]);
    const table = this.#table(input.TableName);
    const item = toItem(record(input.Item));
    table.checkItem(item);
    const bytes = sizeOf(item);
    if (bytes > maxItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
    const key = table.keyOfItem(item);
    const { condition, returnsOld } = conditionOf(input);
    return { table, key, id: table.idOf(key), condition, next: () => item, isCheck: false, returnsOld, bytes };
  }

  #prepareUpdate(input: Input): Write {
    const update = optional(input.UpdateExpression, parseUpdate);
    const bindings = bindingsOf(input);
    const table = this.#table(input.TableName);
    const { set = [], remove = [], add = [] } = update?.tree ?? {};
    const touched = [...set.map(({ path }) => path), ...remove, ...add.map(({ path }) => path)];
    const names = touched.map(([step]) => nameOf(step, bindings));
    if (new Set(names).size < names.length) throw invalid('Two document paths overlap with each other');
    if (names.some((name) => name === 'pk' || name === 'sk')) throw invalid('This attribute is part of the key');
    const apply = (current: Item | undefined, key: Item): Item => {
      const next = update === undefined ? { ...current } : updated(update.tree, current ?? {}, bindings);
      const item = toItem({ ...next, ...key });
      table.checkItem(item);
      if (sizeOf(item) > maxItemBytes) throw invalid('Item size to update has exceeded the maximum allowed size');
      return item;
    };
    return this.#prepareKeyed(input, apply, false, update);
  }

  #prepareKeyed(
    input: Input,
    next: (current: Item | undefined, key: Item) => Item | undefined,
    isCheck: boolean,
    update?: ReturnType<typeof parseUpdate> | undefined,
  ): Write {
    only(input, ['TableName', 'Key', 'UpdateExpression', ...conditionParameters]);
    const table = this.#table(input.TableName);
    const key = table.keyOf(toItem(record(input.Key)));
    const { condition, returnsOld } = conditionOf(input, update);
    return {
      table,
      key,
      id: table.idOf(key),
      condition,
      next: (current) => next(current, key),
      isCheck,
      returnsOld,
      bytes: sizeOf(key),
    };
  }
}

const none: CancellationReason = { Code: 'None' };
const conflict: CancellationReason = {
  Code: 'TransactionConflict',
  Message: 'Transaction is ongoing for the item',
};
const conditionFailed: CancellationReason = {
  Code: 'ConditionalCheckFailed',
  Message: 'The conditional request failed',
};

const cancelled = (CancellationReasons: readonly CancellationReason[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${CancellationReasons.map(({ Code }) => Code).join(', ')}]`,
    $metadata: {},
    CancellationReasons: [...CancellationReasons],
  });

const store = ({ table, key }: Write, next: Item | undefined): void => {
  if (next === undefined) table.delete(key);
  else table.put(next, sizeOf(next));
};

const conditionParameters = [
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
  'ReturnValues',
];

const conditionOf = (input: Input, update?: ReturnType<typeof parseUpdate> | undefined) => {
  const bindings = bindingsOf(input);
  const parsed = optional(input.ConditionExpression, parseCondition);
  checkPlaceholders([parsed, update], bindings);
  return {
    condition: (current: Item | undefined) => parsed === undefined || holds(parsed.tree, current ?? {}, bindings),
    returnsOld: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
};

const bindingsOf = (input: Input | QueryCommandInput): Bindings => {
  const names: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.ExpressionAttributeNames ?? {})) names[name] = String(value);
  return { names, values: toItem({ ...(input.ExpressionAttributeValues ?? {}) }) };
};

/** Keeps the attributes a ProjectionExpression names; all without one. */
const projection = (input: Input): ((item: Item) => Item) => {
  const parsed = optional(input.ProjectionExpression, parseProjection);
  if (parsed === undefined) return (item) => item;
  const bindings = bindingsOf(input);
  const names = parsed.tree.map((path) => {
    if (path.length > 1) throw new NotSupported('A projection inside an attribute');
    return nameOf(path[0], bindings);
  });
  return (item) =>
    Object.freeze(Object.fromEntries(names.flatMap((name) => (name in item ? [[name, item[name] ?? null]] : []))));
};

const optional = <T>(text: unknown, parse: (text: string) => T): T | undefined =>
  typeof text === 'string' ? parse(text) : undefined;

const required = <T>(text: unknown, parse: (text: string) => T): T => {
  if (typeof text !== 'string') throw invalid('Either the KeyConditions or KeyConditionExpression must be specified');
  return parse(text);
};

const requireDistinct = (ids: readonly string[]): void => {
  if (new Set(ids).size < ids.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
};

/** Refuses parameters that this table would silently ignore. */
const only = (input: Input, known: readonly string[]): void => {
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !known.includes(name)) throw new NotSupported(`The parameter ${name}`);
  }
};

const record = (value: unknown): Input => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('An object is missing');
  return { ...value };
};

const list = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw invalid('A list is missing');
  return value;
};
