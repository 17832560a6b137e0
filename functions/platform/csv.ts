/** One record of a CSV file and the line it begins on; the first line is 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A quote that is never closed, or that stands where none may. */
export class CsvFault extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** A field and what ends it, from where the last one ended: quoted (doubled quotes inside) or plain. */
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

/**
 * Reads CSV as RFC 4180 has it: fields with commas, quotes or line breaks in double quotes. A byte-order mark and empty lines are
 * left out. @throws CsvFault naming the line
 */
export const parseCsv = (text: string): readonly CsvRecord[] => {
  const source = text.replace(/^\uFEFF/, '');
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let line = 1;
  let begunOn = 1;
  field.lastIndex = 0;
  while (field.lastIndex < source.length || fields.length > 0) {
    const found = field.exec(source);
    if (found === null) throw new CsvFault(begunOn, 'A quote that is not closed, or stands within a field');
    const [all, quoted, plain = '', end = ''] = found;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    line += all.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: begunOn, fields });
    fields = [];
    begunOn = line;
  }
  return records;
};
