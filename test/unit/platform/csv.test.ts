import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvFault, parseCsv } from '../../../functions/platform/csv.ts';

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

describe('parseCsv', () => {
  it('keeps what is quoted, counts lines, leaves out a mark and empty lines', () => {
    expect(parseCsv('\uFEFFa,b\r\n"1, ""x""\n2",\n\nc,')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1, "x"\n2', ''] },
      { line: 5, fields: ['c', ''] },
    ]);
    expect(parseCsv('')).toEqual([]);
  });

  it.each([
    ['a\n"b', 2],
    ['a\nb"c', 2],
    ['"a"b', 1],
    ['a,"b\n"c"\n', 1],
  ])('%j: the line is named', (text, line) => {
    expect(() => parseCsv(text)).toThrow(expect.objectContaining({ line }) as CsvFault);
  });

  it('reads back whatever was quoted', () => {
    const rows = fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'ñ') }), { minLength: 2, maxLength: 4 }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), (records, end) => {
        const text = records.map((record) => record.map(quoted).join(',') + end).join('');
        expect(parseCsv(text).map(({ fields }) => fields)).toEqual(records);
      }),
      { numRuns: 100 },
    );
  });
});
