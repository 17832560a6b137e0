/**
 * JSON of which equal values have one text: keys sorted by code unit, no blanks, numbers as ECMAScript prints them,
 * `undefined` properties left out. What is hashed, or compared byte for byte, is written with it.
 * DynamoDB's sets and bytes, which JSON lacks, become one-key objects that no attribute of ours can be mistaken for.
 * @throws TypeError for what cannot be stored either: numbers that are not finite, functions, symbols, other objects.
 */
export const canonicalJson = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('A number that is not finite has no canonical form');
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      throw new TypeError(`A ${typeof value} has no canonical form`);
  }
};

const objectText = (value: object): string => {
  if (Array.isArray(value)) return `[${value.map((element) => canonicalJson(element ?? null)).join()}]`;
  if (value instanceof Set) return `{"$set":[${[...value].map(canonicalJson).sort().join()}]}`;
  if (value instanceof Uint8Array) return `{"$bytes":${JSON.stringify(Buffer.from(value).toString('base64'))}}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`A ${value.constructor?.name ?? 'value'} has no canonical form`);
  }
  const properties = Object.entries(value)
    .filter(([, property]) => property !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, property]) => `${JSON.stringify(key)}:${canonicalJson(property)}`);
  return `{${properties.join()}}`;
};
