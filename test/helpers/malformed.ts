import fc from 'fast-check';

/** How the contracts say that a line takes any words: all but control characters. */
const noControls = String.raw`\u007f-\u009f`;

/** As much of JSON Schema as the OpenAPI document uses. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A body with one thing wrong. `field` is what the answer must name. */
export interface Malformed {
  readonly wrong: string;
  readonly field: string;
  readonly body: unknown;
}

const seed = 20_261_122;

/** Strings that no schema but a free one takes, and that must not come back in an answer. */
export const canary = 'kanarienvogel';

/** A value a schema accepts. */
export const sample = (schema: Schema, name = ''): unknown => {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return sample(schema.anyOf[0] ?? {}, name);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, property]) => [key, sample(property, key)]),
      );
    case 'array':
      return [sample(schema.items ?? {}, name)];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'null':
      return null;
    default:
      return sampleText(schema, name);
  }
};

const sampleText = ({ format, pattern, maxLength }: Schema, name: string): string => {
  if (format === 'date-time') return '2027-03-01T17:00:00Z';
  if (format === 'date') return '1980-05-17';
  if (name === 'zone') return 'America/Denver';
  if (name === 'to' && maxLength === undefined) return '17:00';
  if (name === 'from' && maxLength === undefined) return '08:00';
  if (pattern === undefined || pattern.includes(noControls)) return 'some words';
  return matching(pattern);
};

const matches = new Map<string, string>();

/** A text of a pattern, made once: making one takes a while. */
const matching = (pattern: string): string => {
  const known = matches.get(pattern);
  if (known !== undefined) return known;
  const [made = ''] = fc.sample(fc.stringMatching(new RegExp(pattern)), { seed, numRuns: 1 });
  matches.set(pattern, made);
  return made;
};

/** Every way we know to get one field of an otherwise good body wrong, over all fields however deep. */
export const malformedBodies = (schema: Schema): readonly Malformed[] => {
  const body = sample(schema);
  return wrongWays(schema, 'body', '').map(({ wrong, field, path, value }) => ({
    wrong: `${field}: ${wrong}`,
    field,
    body: replaceAt(body, path, value),
  }));
};

interface WrongWay {
  readonly wrong: string;
  readonly field: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

const absent = Symbol('absent');

const wrongWays = (schema: Schema, field: string, name: string, path: readonly string[] = []): readonly WrongWay[] => {
  const here = wrongValues(schema, name).map(([wrong, value]) => ({ wrong, field, path, value }));
  if (schema.type === 'array' && schema.items !== undefined)
    return [...here, ...wrongWays(schema.items, `${field}.0`, name, [...path, '0'])];
  if (schema.type !== 'object') return here;
  const properties = Object.entries(schema.properties ?? {});
  const inside = properties.flatMap(([key, property]) => {
    const at = { field: `${field}.${key}`, path: [...path, key] };
    return [
      ...(schema.required?.includes(key) ? [{ ...at, wrong: 'missing', value: absent }] : []),
      ...wrongWays(property, at.field, key, at.path),
    ];
  });
  const unknown = schema.additionalProperties === false ? ['unknownField', 'id', 'clinicId', 'constructor'] : [];
  return [
    ...here,
    ...inside,
    ...unknown.map((key) => ({
      wrong: 'a field that is not known',
      field: `${field}.${key}`,
      path: [...path, key],
      value: canary,
    })),
  ];
};

const values: readonly (readonly [type: string, value: unknown])[] = [
  ['null', null],
  ['boolean', true],
  ['number', 1.5],
  ['string', canary],
  ['array', [canary]],
  ['object', { [canary]: canary }],
];

const typesOf = (schema: Schema): readonly string[] =>
  schema.anyOf === undefined
    ? [schema.type === 'integer' ? 'number' : (schema.type ?? 'string')]
    : schema.anyOf.flatMap(typesOf);

const wrongValues = (schema: Schema, name: string): readonly (readonly [string, unknown])[] => {
  const taken = typesOf(schema);
  return [
    ...values.filter(([type]) => !taken.includes(type)).map(([type, value]) => [`${type} instead`, value] as const),
    ...(schema.enum === undefined && schema.const === undefined
      ? []
      : [['none of its values', otherOf(schema)] as const]),
    ...wrongNumbers(schema),
    ...wrongLists(schema, name),
    ...(schema.type === 'string'
      ? [...wrongTexts(schema, name), `${canary}\ud800`].map(
          (text) => [JSON.stringify(text.slice(0, 40)), text] as const,
        )
      : []),
  ];
};

const otherOf = ({ type }: Schema): unknown => (type === 'boolean' ? false : type === 'string' ? canary : 8);

const wrongNumbers = ({ type, minimum, maximum }: Schema): readonly (readonly [string, unknown])[] => [
  ...(minimum === undefined ? [] : [['too small', minimum - 1] as const]),
  ...(maximum === undefined ? [] : [['too large', maximum + 1] as const]),
  ...(type === 'integer'
    ? ([
        ['a fraction', 7.5],
        ['beyond all bounds', 1e300],
        ['as a string', '15'],
      ] as const)
    : []),
];

const wrongLists = (schema: Schema, name: string): readonly (readonly [string, unknown])[] => [
  ...(schema.minItems ? [['empty', []] as const] : []),
  ...(schema.maxItems === undefined
    ? []
    : [['too long', Array.from({ length: schema.maxItems + 1 }, () => sample(schema.items ?? {}, name))] as const]),
];

const wrongDates = ['2026-02-30', '2026-13-01', '2026-00-10', '11/24/2026', '2026-11-24T00:00:00Z', '20261124', ''];
const wrongInstants = [
  ...['2026-11-24', '2026-11-24T25:00:00Z', '2026-02-30T10:00:00Z', '2026-11-24T10:00:00', '2026-11-24 10:00:00Z'],
  ...['yesterday', '1764000000', '', '2026-11-24T10:00:00[America/Denver]', '+012026-11-24T10:00:00Z'],
];
const wrongZones = ['EST', 'Denver', 'America/Nowhere', '+07:00', '', '../../etc/passwd', 'UTC+7'];
const wrongPhones = [
  ...['', '3035550123', '303-555-0123', '+1 303 555 0123', '+130355501234', '+1303555012', '+10355550123'],
  ...['+13031550123', '+493012345678', '+1303555012x', '++13035550123', '+13035550123\n', '+１３０３５５５０１２３'],
];

const wrongTexts = (
  { format, pattern, maxLength, minLength, enum: values, const: only }: Schema,
  name: string,
): readonly string[] => {
  if (values !== undefined || only !== undefined) return ['', ' ', `${canary}\u0000`];
  const long = maxLength === undefined ? [] : [canary.repeat(Math.ceil((maxLength + 1) / canary.length))];
  if (format === 'date') return [...wrongDates, ...long];
  if (format === 'date-time') return [...wrongInstants, ...long];
  if (name === 'zone') return [...wrongZones, ...long];
  if (pattern?.startsWith('^\\+1')) return wrongPhones;
  if (pattern?.includes(noControls))
    return [`${canary}\u0000`, `${canary}\u0085`, ...(minLength ? ['', '   ', '\u00a0', '\u200b'] : []), ...long];
  if (pattern !== undefined)
    return [
      '',
      ' ',
      canary,
      `${String(sample({ type: 'string', pattern }, name))}\n`,
      `' OR 1=1 --`,
      '../../x',
      '\u0000',
    ];
  return long;
};

const replaceAt = (body: unknown, [first, ...rest]: readonly string[], value: unknown): unknown => {
  if (first === undefined) return value;
  if (Array.isArray(body))
    return body.map((item, index) => (String(index) === first ? replaceAt(item, rest, value) : item));
  const record: Record<string, unknown> = { ...(typeof body === 'object' ? body : {}) };
  if (rest.length === 0 && value === absent) delete record[first];
  else record[first] = replaceAt(record[first], rest, value);
  return record;
};

/** Bodies that are no JSON object at all, as they go over the wire. */
export const brokenBodies: readonly (readonly [wrong: string, body: string])[] = [
  ['nothing', ''],
  ['half an object', '{"a":'],
  ['words', canary],
  ['a trailing comma', '{"a":1,}'],
  ['a byte-order mark and nothing else', '\ufeff'],
  ['a list of lists, deeper than a stack', '['.repeat(30_000)],
];

/** Bodies that are JSON, and something else than an object. */
export const otherJson: readonly unknown[] = [null, true, 12, canary, [], [[]]];
