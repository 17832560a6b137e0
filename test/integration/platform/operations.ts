import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';

/** Random operations on a table, and their outcomes in a form that two tables can be compared by. */

/** An answer, or what kind of refusal came instead. */
export const outcome = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!(error instanceof TransactionCanceledException)) return error.name;
    return { error: error.name, reasons: error.CancellationReasons?.map(({ Code }) => Code) };
  }
};

/** An expression on the way to its text: it asks for a placeholder for each value. */
type Draft = (name: (value: unknown) => string) => string;

/** Gives the text its type, which an arbitrary's `map` does not. */
const draft = (text: Draft): Draft => text;

const path = fc.constantFrom('#n', '#s', '#l', '#m', '#m.#x', '#l[0]', '#none');
const small = fc.integer({ min: -1, max: 3 });
const short = fc.constantFrom('', 'a', 'ab', 'b', 'é');
const ordered = fc.oneof(small, short);
const anyValue = fc.oneof(small, short, fc.boolean(), fc.constant(null), fc.array(small, { maxLength: 2 }));
const sign = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');

const leaf: fc.Arbitrary<Draft> = fc.oneof(
  fc
    .tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), path)
    .map(([by, of]) => draft(() => `${by}(${of})`)),
  fc.tuple(path, sign, ordered).map(([of, by, value]) => draft((name) => `${of} ${by} ${name(value)}`)),
  fc
    .tuple(path, fc.constantFrom('=', '<>'), anyValue)
    .map(([of, by, value]) => draft((name) => `${of} ${by} ${name(value)}`)),
  fc
    .tuple(path, small, small)
    .map(([of, one, other]) =>
      draft((name) => `${of} BETWEEN ${name(Math.min(one, other))} AND ${name(Math.max(one, other))}`),
    ),
  fc
    .tuple(path, fc.array(anyValue, { minLength: 1, maxLength: 3 }))
    .map(([of, list]) => draft((name) => `${of} IN (${list.map(name).join(', ')})`)),
  fc.tuple(path, short).map(([of, prefix]) => draft((name) => `begins_with(${of}, ${name(prefix)})`)),
  fc.tuple(path, ordered).map(([of, part]) => draft((name) => `contains(${of}, ${name(part)})`)),
  fc.tuple(path, sign, small).map(([of, by, value]) => draft((name) => `size(${of}) ${by} ${name(value)}`)),
  fc
    .tuple(path, fc.constantFrom('S', 'N', 'L', 'M', 'BOOL', 'NULL'))
    .map(([of, type]) => draft((name) => `attribute_type(${of}, ${name(type)})`)),
);

const { condition } = fc.letrec<{ readonly condition: Draft }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([left, by, right]) => draft((name) => `${left(name)} ${by} (${right(name)})`)),
    tie('condition').map((inner) => draft((name) => `NOT (${inner(name)})`)),
  ),
}));

const placeholders = { '#n': 'n', '#s': 's', '#l': 'l', '#m': 'm', '#x': 'x', '#none': 'none' };

/** The parameters of a condition, and of an update beside it, with exactly the names and values they use. */
const expressions = (drafts: Readonly<Record<string, Draft | undefined>>): Record<string, unknown> => {
  const values: Record<string, unknown> = {};
  const name = (value: unknown): string => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = value;
    return placeholder;
  };
  const texts = Object.entries(drafts).flatMap(([parameter, write]) =>
    write === undefined ? [] : [[parameter, write(name)] as const],
  );
  const names = Object.entries(placeholders).filter(([used]) =>
    texts.some(([, each]) => new RegExp(`${used}\\b`).test(each)),
  );
  return {
    ...Object.fromEntries(texts),
    ...(names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
};

const key = fc.record({ pk: fc.constantFrom('p', 'q'), sk: fc.constantFrom('1', '2', '3', '4') });
const attributes = fc.record(
  {
    n: small,
    s: short,
    l: fc.array(fc.oneof(small, short), { maxLength: 2 }),
    m: fc.record({ x: fc.oneof(small, short) }, { requiredKeys: [] }),
    lookup: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: [] },
);
const maybeCondition = fc.option(condition, { nil: undefined });
const soundUpdate: fc.Arbitrary<Draft> = fc.oneof(
  small.map((value) => draft((name) => `SET #n = ${name(value)} REMOVE #l`)),
  short.map((value) => draft((name) => `SET #s = if_not_exists(#s, ${name(value)}), #n = ${name(1)}`)),
);
const anyUpdate: fc.Arbitrary<Draft> = fc.oneof(
  soundUpdate,
  anyValue.map((value) => draft((name) => `SET #n = ${name(value)}`)),
  small.map((value) => draft((name) => `SET #n = #n + ${name(value)}, #s = if_not_exists(#s, ${name('new')})`)),
  small.map((value) => draft((name) => `ADD #n ${name(value)} REMOVE #l`)),
);

const writeStep = (by: fc.Arbitrary<Draft>) =>
  fc.oneof(
    fc.record({ kind: fc.constant('Put' as const), key, attributes, when: maybeCondition }),
    fc.record({ kind: fc.constant('Delete' as const), key, when: maybeCondition }),
    fc.record({ kind: fc.constant('Update' as const), key, by, when: maybeCondition }),
  );
const checkStep = fc.record({ kind: fc.constant('ConditionCheck' as const), key, when: condition });
const range = fc.oneof(
  fc.constant(''),
  fc.constantFrom('=', '<', '<=', '>', '>=').map((by) => `AND #sk ${by} :low`),
  fc.constant('AND #sk BETWEEN :low AND :high'),
  fc.constant('AND begins_with(#sk, :low)'),
);
/** One request of a sequence: few keys, few values, any condition. */
export const step = fc.oneof(
  { weight: 2, arbitrary: writeStep(anyUpdate) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('transaction' as const),
      // Only updates that cannot fail: after a transaction that one made invalid, DynamoDB Local keeps its items locked.
      items: fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: writeStep(soundUpdate) }, checkStep), {
        minLength: 1,
        maxLength: 4,
        selector: ({ key: { pk: of, sk } }) => of + sk,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('query' as const),
      of: fc.constantFrom('p', 'q'),
      index: fc.constantFrom(undefined, 'lookup'),
      range,
      low: fc.constantFrom('1', '2', '3', 'a', 'b'),
      high: fc.constantFrom('3', '4', 'b'),
      isForward: fc.boolean(),
      limit: fc.integer({ min: 1, max: 4 }),
      filter: maybeCondition,
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type WriteStep = ReturnType<typeof writeStep> extends fc.Arbitrary<infer T> ? T : never;

/** Runs one step of a sequence whose items are apart from those of any other. */
export const perform = async (
  client: DynamoDBDocumentClient,
  TableName: string,
  run: string,
  next: Step,
): Promise<unknown> => {
  const own = (of: string): string => `${run}#${of}`;
  const keyOf = ({ key: { pk: of, sk } }: Pick<WriteStep, 'key'>) => ({ pk: own(of), sk });
  const parametersOf = (write: WriteStep | (typeof checkStep extends fc.Arbitrary<infer T> ? T : never)) => {
    if (write.kind === 'Put') {
      const { lookup, ...rest } = write.attributes;
      const indexed =
        lookup === undefined ? {} : { lookupPk: own(write.key.pk), lookupSk: `${lookup}#${write.key.sk}` };
      return { Item: { ...keyOf(write), ...rest, ...indexed }, ...expressions({ ConditionExpression: write.when }) };
    }
    const by = write.kind === 'Update' ? { UpdateExpression: write.by } : {};
    return { Key: keyOf(write), ...expressions({ ...by, ConditionExpression: write.when }) };
  };
  switch (next.kind) {
    case 'Put':
      return attributesOf(
        client.send(new PutCommand({ TableName, ReturnValues: 'ALL_OLD', Item: undefined, ...parametersOf(next) })),
      );
    case 'Delete':
      return attributesOf(
        client.send(new DeleteCommand({ TableName, ReturnValues: 'ALL_OLD', Key: undefined, ...parametersOf(next) })),
      );
    case 'Update':
      return attributesOf(
        client.send(new UpdateCommand({ TableName, ReturnValues: 'ALL_NEW', Key: undefined, ...parametersOf(next) })),
      );
    case 'transaction': {
      const TransactItems = next.items.map((item) => ({ [item.kind]: { TableName, ...parametersOf(item) } }));
      return outcome(client.send(new TransactWriteCommand({ TransactItems })).then(() => 'written'));
    }
    case 'query':
      return outcome(pagesOf(client, TableName, own(next.of), next));
    default:
      return next satisfies never;
  }
};

const attributesOf = (answer: Promise<{ readonly Attributes?: unknown }>): Promise<unknown> =>
  outcome(answer.then(({ Attributes }) => Attributes));

const pagesOf = async (
  client: DynamoDBDocumentClient,
  TableName: string,
  of: string,
  { index, range: sorts, low, high, isForward, limit, filter }: Extract<Step, { readonly kind: 'query' }>,
): Promise<unknown> => {
  const sort = index === undefined ? 'sk' : 'lookupSk';
  const { ExpressionAttributeNames, ExpressionAttributeValues, ...rest } = expressions({ FilterExpression: filter });
  const isRange = sorts !== '';
  const pages: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const { Items, Count, ScannedCount, LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: index,
        KeyConditionExpression: `#pk = :pk ${sorts}`,
        ScanIndexForward: isForward,
        Limit: limit,
        ExclusiveStartKey,
        ...rest,
        ExpressionAttributeNames: {
          '#pk': index === undefined ? 'pk' : 'lookupPk',
          ...(isRange ? { '#sk': sort } : {}),
          ...(typeof ExpressionAttributeNames === 'object' ? ExpressionAttributeNames : {}),
        },
        ExpressionAttributeValues: {
          ':pk': of,
          ...(isRange ? { ':low': low } : {}),
          ...(sorts.includes(':high') ? { ':high': high } : {}),
          ...(typeof ExpressionAttributeValues === 'object' ? ExpressionAttributeValues : {}),
        },
      }),
    );
    pages.push({ Items, Count, ScannedCount, LastEvaluatedKey });
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  // Whether a full page is known to be the last, or an empty one follows, is open: DynamoDB promises neither.
  const last = pages.at(-1);
  return pages.length > 1 && last?.ScannedCount === 0
    ? [...pages.slice(0, -2), { ...pages.at(-2), LastEvaluatedKey: undefined }]
    : pages;
};
