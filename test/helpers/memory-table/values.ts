/**
 * Attribute values as the document client gives and takes them. Of DynamoDB's types: S, N, BOOL, NULL, L and M; numbers
 * as far as JavaScript is exact. Binary and sets are refused loudly, because nothing here stores them.
 */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

export type Item = { readonly [name: string]: Value };

/** What the document client would refuse to send, or what this table does not know. */
export class NotSupported extends Error {}

/** Copies what a caller handed in, as marshalling does: undefined is left out. Frozen, so that it can be handed out again. */
export const toValue = (input: unknown): Value => {
  switch (typeof input) {
    case 'string':
    case 'boolean':
      return input;
    case 'number':
      if (!Number.isFinite(input) || Math.abs(input) > Number.MAX_SAFE_INTEGER) {
        throw new NotSupported('A number that JavaScript does not hold exactly');
      }
      return Object.is(input, -0) ? 0 : input;
    case 'object':
      if (input === null) return null;
      if (Array.isArray(input)) return Object.freeze(input.filter((entry) => entry !== undefined).map(toValue));
      return toItem(input);
    default:
      throw new NotSupported(`A value of type ${typeof input}`);
  }
};

/** Copies a whole item or key. */
export const toItem = (input: object): Item => {
  const prototype: unknown = Object.getPrototypeOf(input);
  if (prototype !== Object.prototype && prototype !== null) throw new NotSupported('A class instance, set or buffer');
  const copy: Record<string, Value> = {};
  for (const [name, value] of Object.entries(input)) if (value !== undefined) copy[name] = toValue(value);
  return Object.freeze(copy);
};

/** DynamoDB's name of a value's type. */
export const typeOf = (value: Value): 'S' | 'N' | 'BOOL' | 'NULL' | 'L' | 'M' => {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number') return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  return Array.isArray(value) ? 'L' : 'M';
};

export const isMap = (value: Value | undefined): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isEqual = (one: Value, other: Value): boolean => {
  if (one === other) return true;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((entry, index) => isEqual(entry, other[index] ?? null));
  }
  if (isMap(one) && isMap(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => {
        const [mine, theirs] = [one[name], other[name]];
        return mine !== undefined && theirs !== undefined && isEqual(mine, theirs);
      })
    );
  }
  return false;
};

const needsBytes = /[\ud800-\uffff]/;

/** Strings by their UTF-8 bytes, which UTF-16 order differs from once there are surrogates. */
export const compareStrings = (one: string, other: string): number => {
  if (needsBytes.test(one) || needsBytes.test(other)) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : one > other ? 1 : 0;
};

/** The order of two numbers or two strings; of anything else there is none. */
export const order = (one: Value, other: Value): number | undefined => {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareStrings(one, other);
  return undefined;
};

/** What a value weighs: UTF-8 bytes, and about half a byte a digit. */
const sizeOfValue = (value: Value): number => {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') {
    const digits = String(Math.abs(value))
      .replace('.', '')
      .replace(/^0+|0+$/g, '').length;
    return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
  }
  if (isList(value)) return value.reduce((sum: number, entry) => sum + 1 + sizeOfValue(entry), 3);
  return Object.entries(value).reduce(
    (sum, [name, entry]) => sum + 1 + Buffer.byteLength(name) + sizeOfValue(entry),
    3,
  );
};

/** What an item weighs in bytes, names included. */
export const sizeOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value), 0);
