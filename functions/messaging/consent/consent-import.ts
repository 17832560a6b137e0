import * as z from 'zod';
import { loadPatient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { CsvFault, type CsvRecord, parseCsv } from '../../platform/csv.ts';
import { id, instant, line, phone, words } from '../../platform/http/schemas.ts';
import { CONSENT_SUBJECTS } from '../core/consent.ts';
import type { Given } from './consent.ts';
import { consentsOf } from './consent-store.ts';
import { recordConsent } from './record-consent.ts';

/** What is wrong with a line of the file. The value itself is never repeated. */
export interface ImportFault {
  readonly line: number;
  /** The column. */
  readonly field: string;
  readonly message: string;
}

export interface ImportReport {
  readonly rows: number;
  /** Not in the ledger yet: written, if it was asked for and no line is at fault. */
  readonly agreements: number;
  readonly revocations: number;
  /** In the ledger already. */
  readonly known: number;
  readonly applied: boolean;
  readonly errors: readonly ImportFault[];
}

const blank = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blank, schema.optional());

const rowSchema = z.strictObject({
  phone,
  category: z.enum(CONSENT_SUBJECTS),
  granted: z
    .enum(['yes', 'no'], { error: 'Expected yes (agreed) or no (revoked)' })
    .transform((answer) => answer === 'yes'),
  at: instant,
  wording: words(2000),
  wordingVersion: line(40),
  language: optional(z.enum(['en', 'es'])),
  evidence: optional(line(200)),
  patientId: optional(id('patient')),
  collector: optional(line(120)),
});
type Row = z.output<typeof rowSchema>;
type Column = keyof Row;

/** The columns of the file, in any order; those after `wordingVersion` may be left out or empty. */
export const importColumns = Object.keys(rowSchema.shape) as readonly Column[];
const required: readonly Column[] = ['phone', 'category', 'granted', 'at', 'wording', 'wordingVersion'];
const isColumn = (name: string): name is Column => (importColumns as readonly string[]).includes(name);

interface Line {
  readonly line: number;
  readonly row: Row;
}

/**
 * Brings agreements and opt-outs from elsewhere into the ledger. What is there already is left alone, so a second run writes nothing;
 * when a line is at fault nothing is written at all. An agreement that comes this way ends no STOP; an opt-out always counts.
 */
export const importConsents = async (
  caller: Caller,
  source: string,
  { apply, collector }: { readonly apply: boolean; readonly collector: string },
): Promise<ImportReport> => {
  const { lines, faults } = readLines(caller, source);
  const errors = [...faults, ...(await unknownPatients(caller, lines))].toSorted((a, b) => a.line - b.line);
  const applied = apply && errors.length === 0;
  const total = { agreements: 0, revocations: 0, known: 0 };
  for (const [number, ofNumber] of Map.groupBy(lines, ({ row }) => row.phone)) {
    const fresh = await notInLedger(caller, number, ofNumber);
    total.known += ofNumber.length - fresh.length;
    for (const { granted } of fresh) total[granted ? 'agreements' : 'revocations'] += 1;
    if (applied) await write(caller, number, fresh, collector);
  }
  return { rows: lines.length + new Set(faults.map((fault) => fault.line)).size, ...total, applied, errors };
};

const readLines = (
  caller: Caller,
  source: string,
): { readonly lines: readonly Line[]; readonly faults: readonly ImportFault[] } => {
  let records: readonly CsvRecord[];
  try {
    records = parseCsv(source);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    return { lines: [], faults: [{ line: error.line, field: 'file', message: error.message }] };
  }
  const [header = { line: 1, fields: [] }, ...rest] = records;
  const columns = header.fields.map((name) => name.trim());
  const headerFaults = faultsOfHeader(columns).map((message) => ({ line: header.line, field: 'header', message }));
  if (headerFaults.length > 0) return { lines: [], faults: headerFaults };
  const lines: Line[] = [];
  const faults: ImportFault[] = [];
  for (const record of rest) {
    const read = readRow(caller, columns, record);
    if (Array.isArray(read)) faults.push(...read);
    else lines.push(read as Line);
  }
  return { lines, faults };
};

const faultsOfHeader = (columns: readonly string[]): readonly string[] => [
  ...required.filter((name) => !columns.includes(name)).map((name) => `There is no column ${name}`),
  ...(columns.every(isColumn) ? [] : [`Expected the columns ${importColumns.join(', ')}`]),
  ...(new Set(columns).size === columns.length ? [] : ['A column is there twice']),
];

const readRow = (
  { now }: Caller,
  columns: readonly string[],
  { line: number, fields }: CsvRecord,
): Line | readonly ImportFault[] => {
  if (fields.length !== columns.length) {
    const message = `Expected ${columns.length} fields, as the header has, not ${fields.length}`;
    return [{ line: number, field: 'line', message }];
  }
  const parsed = rowSchema.safeParse(Object.fromEntries(columns.map((name, index) => [name, fields[index]?.trim()])));
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => ({ line: number, field: String(path[0]), message }));
  }
  const row = parsed.data;
  const faults: ImportFault[] = [];
  const fault = (field: Column, message: string) => faults.push({ line: number, field, message });
  if (row.at > toStored(now)) fault('at', 'Expected a time that has come');
  if (row.granted && row.category === 'all') fault('granted', 'Whoever said stop comes back by texting START');
  if (row.granted && row.category === 'marketing' && row.evidence === undefined) {
    fault('evidence', 'Marketing needs an agreement in writing: say where it is');
  }
  return faults.length > 0 ? faults : { line: number, row };
};

const unknownPatients = async (caller: Caller, lines: readonly Line[]): Promise<readonly ImportFault[]> => {
  const faults: ImportFault[] = [];
  for (const { line: number, row } of lines) {
    if (row.patientId === undefined) continue;
    const patient = await loadPatient(caller.clinicId, row.patientId);
    const message = patient === undefined ? 'There is no such patient' : 'The patient has another number';
    if (patient?.phone !== row.phone) faults.push({ line: number, field: 'patientId', message });
  }
  return faults;
};

const keyOf = ({ category, granted, at, wording, wordingVersion, patientId }: Omit<Row, 'phone'>): string =>
  JSON.stringify([category, granted, at, wording, wordingVersion, patientId]);

/** What the ledger does not have, each once, in the order in which it was given. */
const notInLedger = async (caller: Caller, number: string, lines: readonly Line[]): Promise<readonly Row[]> => {
  const ledger = await consentsOf(caller.clinicId, number);
  const known = new Set(ledger.filter(({ how }) => how === 'import').map(keyOf));
  return lines
    .map(({ row }) => row)
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .filter((row) => {
      const key = keyOf(row);
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
};

/** Entries of one number that go into one transaction. */
const mostAtOnce = 20;

const write = async (caller: Caller, number: string, rows: readonly Row[], collector: string): Promise<void> => {
  if (rows.length === 0) return;
  for (let from = 0; from < rows.length; from += mostAtOnce) {
    const given = rows.slice(from, from + mostAtOnce).map(
      ({ phone: _, ...row }): Given => ({
        ...row,
        how: 'import',
        collector: row.collector ?? collector,
      }),
    );
    await recordConsent(caller, { phone: number, given });
  }
};
