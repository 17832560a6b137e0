import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../functions/platform/canonical-json.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, property]) => [key, shuffled(property)]),
  );
};

describe('canonicalJson', () => {
  it('sorts keys by code unit at every depth and leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: { Z: null, a: [true, undefined], é: 'x' }, gone: undefined })).toBe(
      '{"a":{"Z":null,"a":[true,null],"é":"x"},"b":1}',
    );
  });

  it('gives the same text whatever the order of the keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('gives two values the same text only if they are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        const [first, second] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
        expect(canonicalJson(first) === canonicalJson(second)).toBe(isDeepStrictEqual(first, second));
      }),
    );
  });

  it.each([
    ['negative zero is zero', -0, '0'],
    ['a whole number has no fraction', 1.0, '1'],
    ['a large number', 1e21, '1e+21'],
    ['a small number', 1e-7, '1e-7'],
    ['a bigint', 12345678901234567890n, '12345678901234567890'],
    ['a set, in any order', new Set(['b', 'a']), '{"$set":["a","b"]}'],
    ['bytes', new Uint8Array([1, 255]), '{"$bytes":"Af8="}'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['a string with a quote and a line break', 'a"\n', '"a\\"\\n"'],
  ])('writes %s', (_title, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['undefined alone', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
    ['a map', new Map()],
  ])('refuses %s', (_title, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
