import { invalid } from './errors.ts';
import { type Bindings, type Comparator, type Condition, compare, nameOf, type Operand } from './expressions.ts';
import type { KeyNames } from './table-data.ts';
import type { Item } from './values.ts';

/** A key condition read: which partition, and which sort keys of it. */
export interface KeyRange {
  readonly partition: string;
  readonly matches: (item: Item) => boolean;
}

/**
 * Reads a KeyConditionExpression: `partition = :value`, perhaps with AND one condition on the sort key.
 * @throws ValidationException for anything else
 */
export const readKeyCondition = (condition: Condition, keys: KeyNames, bindings: Bindings): KeyRange => {
  const sides = condition.kind === 'and' ? condition.sides : [condition];
  const partitions = sides.flatMap((side) => equalTo(side, keys.partition, bindings) ?? []);
  const [partition] = partitions;
  const rest = sides.filter((side) => equalTo(side, keys.partition, bindings) === undefined);
  const [sort] = rest;
  if (partition === undefined || partitions.length > 1 || rest.length > 1) throw notSupported();
  return { partition, matches: sort === undefined ? () => true : matcher(sort, keys.sort, bindings) };
};

const notSupported = () => invalid('Query key condition not supported');

const equalTo = (condition: Condition, name: string, bindings: Bindings): string | undefined => {
  if (condition.kind !== 'compare' || condition.by !== '=' || !isAttribute(condition.left, name, bindings)) {
    return undefined;
  }
  return literal(condition.right, bindings);
};

const isAttribute = (operand: Operand, name: string, bindings: Bindings): boolean =>
  operand.kind === 'path' && operand.path.length === 1 && nameOf(operand.path[0], bindings) === name;

/** The string a key is compared with. */
const literal = (operand: Operand, { values }: Bindings): string => {
  const value = operand.kind === 'value' ? values[operand.name] : undefined;
  if (typeof value !== 'string') throw invalid('One or more parameter values were invalid: type mismatch for a key');
  if (value === '') throw invalid('One or more parameter values are not valid: a key cannot be an empty string');
  return value;
};

const matcher = (condition: Condition, name: string, bindings: Bindings): ((item: Item) => boolean) => {
  switch (condition.kind) {
    case 'compare': {
      if (condition.by === '<>' || !isAttribute(condition.left, name, bindings)) throw notSupported();
      return comparison(condition.by, name, literal(condition.right, bindings));
    }
    case 'between': {
      if (!isAttribute(condition.operand, name, bindings)) throw notSupported();
      const [low, high] = [literal(condition.low, bindings), literal(condition.high, bindings)];
      if (compare('>', low, high)) throw invalid('The BETWEEN operator requires upper bound to be at least the lower');
      const [from, to] = [comparison('>=', name, low), comparison('<=', name, high)];
      return (item) => from(item) && to(item);
    }
    case 'begins_with': {
      const prefix = literal(condition.operand, bindings);
      if (!isAttribute({ kind: 'path', path: condition.path }, name, bindings)) throw notSupported();
      return (item) => String(item[name]).startsWith(prefix);
    }
    default:
      throw notSupported();
  }
};

const comparison =
  (by: Comparator, name: string, value: string) =>
  (item: Item): boolean =>
    compare(by, item[name], value);
