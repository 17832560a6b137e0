import { invalid } from './errors.ts';
import { compareStrings, type Item, type Value } from './values.ts';

/** The two attributes that a table or an index is keyed by; both are strings here. */
export interface KeyNames {
  readonly partition: string;
  readonly sort: string;
}

/** A table as it was created. */
export interface TableShape {
  readonly name: string;
  readonly keys: KeyNames;
  readonly indexes: Readonly<Record<string, KeyNames>>;
}

export interface StoredItem {
  readonly item: Item;
  /** Bytes. */
  readonly size: number;
}

const maxPartitionKeyBytes = 2048;
const maxSortKeyBytes = 1024;

type Partitions = Map<string, Map<string, StoredItem>>;

/** The items of one table and its indexes, by partition. */
export class TableData {
  readonly shape: TableShape;
  readonly #items: Partitions = new Map();
  readonly #indexes: ReadonlyMap<string, { readonly keys: KeyNames; readonly items: Partitions }>;

  constructor(shape: TableShape) {
    this.shape = shape;
    this.#indexes = new Map(Object.entries(shape.indexes).map(([name, keys]) => [name, { keys, items: new Map() }]));
  }

  keysOf(index: string | undefined): KeyNames {
    return index === undefined ? this.shape.keys : this.#index(index).keys;
  }

  #index(name: string) {
    const index = this.#indexes.get(name);
    if (index === undefined) throw invalid(`The table does not have the specified index: ${name}`);
    return index;
  }

  all(): readonly StoredItem[] {
    return [...this.#items.values()].flatMap((partition) => [...partition.values()]);
  }

  reset(items: readonly StoredItem[]): void {
    this.#items.clear();
    for (const { items: indexed } of this.#indexes.values()) indexed.clear();
    for (const stored of items) this.#insert(stored);
  }

  /** Whether a key has the table's two attributes and no other. */
  keyOf(key: Item): Item {
    if (Object.keys(key).length !== 2) throw invalid('The provided key element does not match the schema');
    return this.keyOfItem(key);
  }

  keyOfItem(item: Item): Item {
    const { partition, sort } = this.shape.keys;
    return {
      [partition]: keyString(item[partition], maxPartitionKeyBytes),
      [sort]: keyString(item[sort], maxSortKeyBytes),
    };
  }

  /** Refuses an item whose keys, of the table or of an index, cannot be keys. */
  checkItem(item: Item): void {
    this.keyOfItem(item);
    for (const { keys } of this.#indexes.values()) {
      if (item[keys.partition] !== undefined) keyString(item[keys.partition], maxPartitionKeyBytes);
      if (item[keys.sort] !== undefined) keyString(item[keys.sort], maxSortKeyBytes);
    }
  }

  /** A name for an item among those of all tables. */
  idOf(key: Item): string {
    const { partition, sort } = this.shape.keys;
    return JSON.stringify([this.shape.name, key[partition], key[sort]]);
  }

  get(key: Item): StoredItem | undefined {
    const { partition, sort } = this.shape.keys;
    return this.#items.get(String(key[partition]))?.get(String(key[sort]));
  }

  put(item: Item, size: number): void {
    this.delete(item);
    this.#insert({ item, size });
  }

  delete(key: Item): void {
    const stored = this.get(key);
    if (stored === undefined) return;
    remove(this.#items, this.shape.keys, stored, String(stored.item[this.shape.keys.sort]));
    for (const { keys, items } of this.#indexes.values()) remove(items, keys, stored, this.idOf(stored.item));
  }

  #insert(stored: StoredItem): void {
    insert(this.#items, this.shape.keys, stored, String(stored.item[this.shape.keys.sort]));
    for (const { keys, items } of this.#indexes.values()) {
      // Sparse: an item is in an index only with both of its keys.
      if (stored.item[keys.partition] === undefined || stored.item[keys.sort] === undefined) continue;
      insert(items, keys, stored, this.idOf(stored.item));
    }
  }

  /** The items of a partition in order, from behind a starting key. */
  partition(
    index: string | undefined,
    partition: string,
    isForward: boolean,
    start: Item | undefined,
  ): readonly StoredItem[] {
    const partitions = index === undefined ? this.#items : this.#index(index).items;
    const items = [...(partitions.get(partition)?.values() ?? [])];
    if (items.length > 1) items.sort((one, other) => this.#compare(index, one.item, other.item));
    if (!isForward) items.reverse();
    if (start === undefined) return items;
    return items.filter(({ item }) => this.#compare(index, item, start) * (isForward ? 1 : -1) > 0);
  }

  /** By sort key; in an index, where several items may share it, then by the table's own key. */
  #compare(index: string | undefined, one: Item, other: Item): number {
    const { partition, sort } = this.shape.keys;
    const by = (name: string) => compareStrings(String(one[name]), String(other[name]));
    return by(this.keysOf(index).sort) || by(partition) || by(sort);
  }

  /** The LastEvaluatedKey that stands for an item. */
  cursorOf(item: Item, index: string | undefined): Item {
    return Object.freeze(Object.fromEntries(this.#cursorNames(index).map((name) => [name, item[name] ?? null])));
  }

  #cursorNames(index: string | undefined): readonly string[] {
    const { partition, sort } = this.keysOf(index);
    const own = this.shape.keys;
    return [...new Set([partition, sort, own.partition, own.sort])];
  }

  /** Refuses a starting key that no page of this query can have ended with. */
  checkStart(start: Item, index: string | undefined, partition: string, matches: (item: Item) => boolean): void {
    const names = this.#cursorNames(index);
    const isWhole =
      names.length === Object.keys(start).length && names.every((name) => typeof start[name] === 'string');
    if (!isWhole) throw invalid('The provided starting key is invalid');
    if (start[this.keysOf(index).partition] !== partition) {
      throw invalid('The provided starting key is outside query boundaries based on provided conditions');
    }
    if (!matches(start)) throw invalid('The provided starting key does not match the range key predicate');
  }
}

const keyString = (value: Value | undefined, maxBytes: number): string => {
  if (typeof value !== 'string') throw invalid('Type mismatch for a key, or a key is missing');
  if (value === '') throw invalid('The AttributeValue for a key attribute cannot contain an empty string value');
  if (Buffer.byteLength(value) > maxBytes) throw invalid(`Size of a key has exceeded the limit of ${maxBytes} bytes`);
  return value;
};

const insert = (partitions: Partitions, keys: KeyNames, stored: StoredItem, id: string): void => {
  const name = String(stored.item[keys.partition]);
  const partition = partitions.get(name);
  if (partition === undefined) partitions.set(name, new Map([[id, stored]]));
  else partition.set(id, stored);
};

const remove = (partitions: Partitions, keys: KeyNames, stored: StoredItem, id: string): void => {
  const name = String(stored.item[keys.partition]);
  const partition = partitions.get(name);
  partition?.delete(id);
  if (partition?.size === 0) partitions.delete(name);
};
