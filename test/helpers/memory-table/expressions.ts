import { invalid } from './errors.ts';
import { type Item, isEqual, isMap, NotSupported, order, typeOf, type Value } from './values.ts';

/**
 * DynamoDB's expressions, the part that is used here: conditions whole; updates by SET (values, `+`, `-`,
 * `if_not_exists`), REMOVE and ADD of numbers, of whole attributes. Attribute names are `#placeholders`, except those of
 * keys: DynamoDB reserves 573 words, and this does not know them.
 */

/** What placeholders stand for. */
export interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

/** A place in an item, names still as written. */
type Path = readonly (string | number)[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'size'; readonly path: Path };

const comparators = ['=', '<>', '<', '<=', '>', '>='] as const;
export type Comparator = (typeof comparators)[number];

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly sides: readonly Condition[] }
  | { readonly kind: 'not'; readonly side: Condition }
  | { readonly kind: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path; readonly expected: boolean }
  | { readonly kind: 'begins_with' | 'contains' | 'attribute_type'; readonly path: Path; readonly operand: Operand };

type UpdateValue =
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Operand }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: UpdateValue; readonly right: UpdateValue };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly value: UpdateValue }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly operand: Operand }[];
}

const tokenShape = /\s*(?:([#:]?[A-Za-z0-9_]+)|(<>|<=|>=|[=<>(),.[\]+-]))/y;

/** Reads tokens one after the other; keywords in any case. */
class Tokens {
  readonly #tokens: readonly string[];
  #next = 0;
  /** Every placeholder met, so that unused ones can be refused as DynamoDB does. */
  readonly placeholders = new Set<string>();

  constructor(text: string) {
    const tokens: string[] = [];
    tokenShape.lastIndex = 0;
    while (tokenShape.lastIndex < text.trimEnd().length) {
      const [, word, sign] = tokenShape.exec(text) ?? [];
      const token = word ?? sign;
      if (token === undefined) throw invalid('Invalid expression: syntax error');
      tokens.push(token);
    }
    if (tokens.length === 0) throw invalid('Invalid expression: the expression can not be empty');
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  peek(offset = 0): string {
    return this.#tokens[this.#next + offset] ?? '';
  }

  take(): string {
    const token = this.peek();
    if (token === '') throw invalid('Invalid expression: unexpected end');
    this.#next += 1;
    if (token.startsWith('#') || token.startsWith(':')) this.placeholders.add(token);
    return token;
  }

  /** Takes the word or sign if it comes next. */
  skip(expected: string): boolean {
    if (this.peek().toUpperCase() !== expected) return false;
    this.#next += 1;
    return true;
  }

  expect(expected: string): void {
    if (!this.skip(expected)) throw invalid(`Invalid expression: expected ${expected}, met ${this.peek()}`);
  }

  list<T>(read: () => T): readonly T[] {
    const entries = [read()];
    while (this.skip(',')) entries.push(read());
    return entries;
  }
}

const keyNames = /^(?:pk|sk|\w+(?:Pk|Sk))$/;

const readPath = (tokens: Tokens): Path => {
  const path: (string | number)[] = [readName(tokens)];
  for (;;) {
    if (tokens.skip('.')) path.push(readName(tokens));
    else if (tokens.skip('[')) {
      path.push(Number(tokens.take()));
      tokens.expect(']');
    } else return path;
  }
};

const readName = (tokens: Tokens): string => {
  const name = tokens.take();
  if (!name.startsWith('#') && !keyNames.test(name)) {
    throw new NotSupported(`The name ${name} without a placeholder: it might be one of DynamoDB's reserved words`);
  }
  return name;
};

const readOperand = (tokens: Tokens): Operand => {
  if (tokens.peek().startsWith(':')) return { kind: 'value', name: tokens.take() };
  if (tokens.peek() === 'size' && tokens.peek(1) === '(') return { kind: 'size', path: readCall(tokens, readPath) };
  return { kind: 'path', path: readPath(tokens) };
};

const readCall = <T>(tokens: Tokens, read: (tokens: Tokens) => T): T => {
  tokens.take();
  tokens.expect('(');
  const value = read(tokens);
  tokens.expect(')');
  return value;
};

const readOr = (tokens: Tokens): Condition => {
  const sides = [readAnd(tokens)];
  while (tokens.skip('OR')) sides.push(readAnd(tokens));
  return join('or', sides);
};

const readAnd = (tokens: Tokens): Condition => {
  const sides = [readNot(tokens)];
  while (tokens.skip('AND')) sides.push(readNot(tokens));
  return join('and', sides);
};

const join = (kind: 'and' | 'or', sides: readonly Condition[]): Condition => {
  const [only] = sides;
  return sides.length === 1 && only !== undefined ? only : { kind, sides };
};

const readNot = (tokens: Tokens): Condition =>
  tokens.skip('NOT') ? { kind: 'not', side: readNot(tokens) } : readPrimary(tokens);

const readPrimary = (tokens: Tokens): Condition => {
  if (tokens.skip('(')) {
    const condition = readOr(tokens);
    tokens.expect(')');
    return condition;
  }
  if (tokens.peek(1) === '(' && tokens.peek() !== 'size') return readFunction(tokens);
  const operand = readOperand(tokens);
  if (tokens.skip('BETWEEN')) {
    const low = readOperand(tokens);
    tokens.expect('AND');
    return { kind: 'between', operand, low, high: readOperand(tokens) };
  }
  if (tokens.skip('IN')) {
    tokens.expect('(');
    const list = tokens.list(() => readOperand(tokens));
    tokens.expect(')');
    return { kind: 'in', operand, list };
  }
  const sign = tokens.take();
  const by = comparators.find((comparator) => comparator === sign);
  if (by === undefined) throw invalid(`Invalid expression: syntax error at ${sign}`);
  return { kind: 'compare', by, left: operand, right: readOperand(tokens) };
};

const readFunction = (tokens: Tokens): Condition => {
  const name = tokens.peek();
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      return { kind: 'exists', path: readCall(tokens, readPath), expected: name === 'attribute_exists' };
    case 'begins_with':
    case 'contains':
    case 'attribute_type':
      return readCall(tokens, () => {
        const path = readPath(tokens);
        tokens.expect(',');
        return { kind: name, path, operand: readOperand(tokens) };
      });
    default:
      throw invalid(`Invalid expression: there is no function ${name}`);
  }
};

const readUpdate = (tokens: Tokens): Update => {
  const set: Update['set'][number][] = [];
  const remove: Path[] = [];
  const add: Update['add'][number][] = [];
  while (!tokens.isAtEnd) {
    if (tokens.skip('SET')) set.push(...tokens.list(() => readAssignment(tokens)));
    else if (tokens.skip('REMOVE')) remove.push(...tokens.list(() => readPath(tokens)));
    else if (tokens.skip('ADD'))
      add.push(...tokens.list(() => ({ path: readPath(tokens), operand: readOperand(tokens) })));
    else throw new NotSupported(`An update by ${tokens.peek()}`);
  }
  const paths = [...set.map(({ path }) => path), ...remove, ...add.map(({ path }) => path)];
  if (paths.some((path) => path.length > 1)) throw new NotSupported('An update inside an attribute');
  return { set, remove, add };
};

const readAssignment = (tokens: Tokens): Update['set'][number] => {
  const path = readPath(tokens);
  tokens.expect('=');
  const left = readUpdateValue(tokens);
  const sign = tokens.skip('+') ? 1 : tokens.skip('-') ? -1 : undefined;
  return { path, value: sign === undefined ? left : { kind: 'sum', sign, left, right: readUpdateValue(tokens) } };
};

const readUpdateValue = (tokens: Tokens): UpdateValue => {
  if (tokens.peek() !== 'if_not_exists') {
    if (tokens.peek(1) === '(') throw new NotSupported(`${tokens.peek()} in an update`);
    return { kind: 'operand', operand: readOperand(tokens) };
  }
  return readCall(tokens, () => {
    const path = readPath(tokens);
    tokens.expect(',');
    return { kind: 'if_not_exists', path, otherwise: readOperand(tokens) };
  });
};

/** An expression, read once however often it is used. */
export interface Parsed<T> {
  readonly tree: T;
  readonly placeholders: ReadonlySet<string>;
}

const reader = <T>(read: (tokens: Tokens) => T) => {
  const known = new Map<string, Parsed<T>>();
  return (text: string): Parsed<T> => {
    let parsed = known.get(text);
    if (parsed === undefined) {
      const tokens = new Tokens(text);
      const tree = read(tokens);
      if (!tokens.isAtEnd) throw invalid(`Invalid expression: syntax error at ${tokens.peek()}`);
      parsed = { tree, placeholders: tokens.placeholders };
      known.set(text, parsed);
    }
    return parsed;
  };
};

export const parseCondition = reader(readOr);
export const parseUpdate = reader(readUpdate);
export const parseProjection = reader((tokens) => tokens.list(() => readPath(tokens)));

/** Refuses placeholders that nothing defines, and definitions that nothing uses. */
export const checkPlaceholders = (
  parsed: readonly (Parsed<unknown> | undefined)[],
  { names, values }: Bindings,
): void => {
  const used = new Set(parsed.flatMap((expression) => [...(expression?.placeholders ?? [])]));
  const defined = [...Object.keys(names), ...Object.keys(values)];
  for (const name of used) {
    if (!Object.hasOwn(name.startsWith('#') ? names : values, name)) {
      throw invalid(`An expression attribute used in expression is not defined: ${name}`);
    }
  }
  for (const name of defined) {
    if (!used.has(name)) throw invalid(`Value provided in ExpressionAttribute unused in expressions: ${name}`);
  }
};

/** The attribute a step of a path names. */
export const nameOf = (step: string | number | undefined, { names }: Bindings): string =>
  typeof step === 'string' && step.startsWith('#') ? (names[step] ?? '') : String(step);

const follow = (item: Item, path: Path, bindings: Bindings): Value | undefined => {
  let value: Value | undefined = item;
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined;
    else value = isMap(value) ? value[nameOf(step, bindings)] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
};

export const operandValue = (operand: Operand, item: Item, bindings: Bindings): Value | undefined => {
  switch (operand.kind) {
    case 'value':
      return bindings.values[operand.name];
    case 'path':
      return follow(item, operand.path, bindings);
    case 'size':
      return sizeOfAttribute(follow(item, operand.path, bindings));
    default:
      return operand satisfies never;
  }
};

const sizeOfAttribute = (value: Value | undefined): number | undefined => {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : undefined;
};

const compares: Readonly<Record<Exclude<Comparator, '=' | '<>'>, (difference: number) => boolean>> = {
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

export const compare = (by: Comparator, left: Value | undefined, right: Value | undefined): boolean => {
  // An attribute that is not there differs from everything and is like nothing.
  if (left === undefined || right === undefined) return by === '<>';
  if (by === '=') return isEqual(left, right);
  if (by === '<>') return !isEqual(left, right);
  const difference = order(left, right);
  return difference !== undefined && compares[by](difference);
};

/** Whether a condition holds for an item; an item that is not there has no attributes. */
export const holds = (condition: Condition, item: Item, bindings: Bindings): boolean => {
  const value = (operand: Operand) => operandValue(operand, item, bindings);
  switch (condition.kind) {
    case 'and':
      return condition.sides.every((side) => holds(side, item, bindings));
    case 'or':
      return condition.sides.some((side) => holds(side, item, bindings));
    case 'not':
      return !holds(condition.side, item, bindings);
    case 'compare':
      return compare(condition.by, value(condition.left), value(condition.right));
    case 'between': {
      const subject = value(condition.operand);
      return compare('>=', subject, value(condition.low)) && compare('<=', subject, value(condition.high));
    }
    case 'in': {
      const subject = value(condition.operand);
      return condition.list.some((entry) => compare('=', subject, value(entry)));
    }
    case 'exists':
      return (follow(item, condition.path, bindings) !== undefined) === condition.expected;
    case 'begins_with': {
      const [text, prefix] = [follow(item, condition.path, bindings), value(condition.operand)];
      return typeof text === 'string' && typeof prefix === 'string' && text.startsWith(prefix);
    }
    case 'contains': {
      const [whole, part] = [follow(item, condition.path, bindings), value(condition.operand)];
      if (part === undefined) return false;
      if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
      return Array.isArray(whole) && whole.some((entry) => isEqual(entry, part));
    }
    case 'attribute_type': {
      const found = follow(item, condition.path, bindings);
      return found !== undefined && typeOf(found) === value(condition.operand);
    }
    default:
      return condition satisfies never;
  }
};

/** The item after an update; every value is computed from the item before it. */
export const updated = (update: Update, item: Item, bindings: Bindings): Item => {
  const next: Record<string, Value> = { ...item };
  for (const { path, value } of update.set) next[nameOf(path[0], bindings)] = assigned(value, item, bindings);
  for (const path of update.remove) delete next[nameOf(path[0], bindings)];
  for (const { path, operand } of update.add) {
    const name = nameOf(path[0], bindings);
    next[name] = sum(item[name] ?? 0, 1, operandValue(operand, item, bindings));
  }
  return next;
};

const assigned = (value: UpdateValue, item: Item, bindings: Bindings): Value => {
  switch (value.kind) {
    case 'operand':
      return present(operandValue(value.operand, item, bindings));
    case 'if_not_exists':
      return follow(item, value.path, bindings) ?? present(operandValue(value.otherwise, item, bindings));
    case 'sum':
      return sum(assigned(value.left, item, bindings), value.sign, assigned(value.right, item, bindings));
    default:
      return value satisfies never;
  }
};

const present = (value: Value | undefined): Value => {
  if (value === undefined) throw invalid('The provided expression refers to an attribute that does not exist');
  return value;
};

const sum = (left: Value, sign: 1 | -1, right: Value | undefined): number => {
  if (typeof left === 'number' && typeof right === 'number') return left + sign * right;
  throw invalid('An operand in the update expression has an incorrect data type');
};
