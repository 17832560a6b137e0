import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { BreakKind, ChainBreak, Entry, RecordDifference } from '../../functions/audit/core/chain.ts';
import type { VerifiedChain, verifyRecords } from '../../functions/audit/verify.ts';
import { canonicalJson } from '../../functions/platform/canonical-json.ts';
import { CliError, print } from '../cli.ts';
import { useLocalClinic } from '../local-clinic.ts';
import { clinicIdOf, explainFailures } from '../target.ts';

interface Target {
  readonly clinic?: string;
  readonly table?: string;
  readonly recordsTable?: string;
}

/** Where to read: a table named on the command line, in the account of the environment; else the clinic of this machine. */
const targetOptions = (command: Command): Command =>
  command
    .option('--clinic <id or slug>', 'the clinic (default: the one started on this machine)')
    .addOption(
      new Option('--table <name>', 'audit table in the AWS account and region of the environment').env('AUDIT_TABLE'),
    )
    .addOption(
      new Option('--records-table <name>', 'records table there; finds a clinic by its slug').env('RECORDS_TABLE'),
    );

/** Reads the audit log of a clinic: whether it still holds, and what it says of one record. */
export const register = (program: Command): void => {
  const audit = program
    .command('audit')
    .description('Read the audit log: does it hold, and what happened to a record.');
  targetOptions(audit.command('verify'))
    .description('walk all chains of a clinic and name the first entry that does not hold')
    .option('--records', 'also compare every record with the newest entry about it (reads the whole records table)')
    .addHelpText(
      'after',
      `
Finds any entry that was edited, removed, exchanged or slipped in. Entries cut off the end of a chain leave the rest
whole: --records finds those, and records that were changed without an entry. Exit code 0 only if everything holds.

Examples:
  plumbline audit verify
  plumbline audit verify --records
  plumbline audit verify --table audit-table --clinic cli_01K8Z3V9Q4M7T2W6X5Y1N0R8PA`,
    )
    .action((_options: object, command: Command) => explainFailures('AUDIT_TABLE', () => verify(command)));
  targetOptions(audit.command('show'))
    .description('tell the history of one record, with everything that belongs to it')
    .requiredOption('--record <id>', 'id of a visit, patient, provider, triage case, ...')
    .addHelpText('after', '\nExample:\n  plumbline audit show --record apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA')
    .action((_options: object, command: Command) => explainFailures('AUDIT_TABLE', () => show(command)));
};

/** Points the clients at the target and answers the clinic's id. */
const aim = async ({ clinic, table, recordsTable }: Target): Promise<string> => {
  if (table === undefined) {
    const info = await useLocalClinic();
    if (clinic === undefined || clinic === info.slug || clinic === info.clinicId) return info.clinicId;
  } else {
    process.env.AUDIT_TABLE = table;
    if (recordsTable !== undefined) process.env.RECORDS_TABLE = recordsTable;
    if (clinic === undefined) throw new CliError('Name the clinic with --clinic <id or slug>', 2);
  }
  return clinicIdOf(clinic);
};

const sentences: Readonly<Record<BreakKind, string>> = {
  malformed: 'what is stored there is not an entry as it was written',
  'wrong-chain': 'it belongs to another chain or clinic',
  duplicate: 'its number was taken by an entry before it',
  gap: 'one or more entries before it are missing',
  'hash-differs': 'it was changed after it was written',
  'previous-differs': 'the entry before it was rewritten',
};

const differences: Readonly<Record<RecordDifference, string>> = {
  'no-entry': 'there is no entry about it',
  differs: 'it is not as its newest entry left it',
  missing: 'it is gone, and no entry says so',
};

const nameOf = ({ chain, seq, expectedSeq }: ChainBreak): string => `entry ${seq ?? expectedSeq} of chain ${chain}`;

const plural = (count: number, word: string): string =>
  `${count} ${count === 1 ? word : word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`}`;

/** Progress on a terminal; nothing where stderr is read by a program. */
const progress = (chain: string, entries: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[Kchain ${chain}: ${plural(entries, 'entry')}`);
};
const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
};

/** How long the log may take to tell of a change, before a difference is believed. */
const settleMillis = 500;

const verify = async (command: Command): Promise<void> => {
  const options = command.opts<Target & { readonly records?: true }>();
  const clinicId = await aim(options);
  if (options.records && !process.env.RECORDS_TABLE) throw new CliError('Name the --records-table to compare with', 2);
  const audit = await import('../../functions/audit/verify.ts');
  const verified = await audit.walkClinic(clinicId, { progress });
  endProgress();
  const entries = verified.reduce((sum, { head }) => sum + head.seq, 0);
  const broken = verified.flatMap((chain) => chain.broken ?? []);
  if (entries === 0 && broken.length === 0) throw new CliError(`There is no audit entry of clinic ${clinicId}`);
  const compared = options.records ? await audit.verifyRecords(clinicId, () => sleep(settleMillis)) : undefined;
  const holds = broken.length === 0 && (compared === undefined || compared.different.length === 0);
  const result = {
    clinicId,
    holds,
    entries,
    broken: broken[0] && { ...broken[0], why: sentences[broken[0].kind] },
    chains: verified.map(({ chain, head, broken: at }) => ({ chain, entries: head.seq, holds: at === undefined })),
    ...(compared && { records: { compared: compared.records, different: compared.different } }),
  };
  print(command, result, verifyText(clinicId, verified, entries, compared));
  if (!holds) process.exitCode = 1;
};

const verifyText = (
  clinicId: string,
  verified: readonly VerifiedChain[],
  entries: number,
  compared: Awaited<ReturnType<typeof verifyRecords>> | undefined,
): string => {
  const lines = [`Audit log of clinic ${clinicId}`];
  for (const { chain, head, broken } of verified) {
    const outcome = broken === undefined ? 'holds' : `BROKEN at ${nameOf(broken)}: ${sentences[broken.kind]}`;
    lines.push(`  chain ${chain}  ${String(head.seq).padStart(7)}  ${outcome}`);
  }
  const first = verified.find(({ broken }) => broken !== undefined)?.broken;
  lines.push(
    first === undefined
      ? `All ${verified.length} chains hold: ${plural(entries, 'entry')}.`
      : `The first entry that does not hold is ${nameOf(first)}: ${sentences[first.kind]}.`,
  );
  if (compared === undefined) return lines.join('\n');
  for (const { pk, sk, difference } of compared.different) lines.push(`  ${pk} ${sk}: ${differences[difference]}`);
  lines.push(
    compared.different.length === 0
      ? `All ${plural(compared.records, 'record')} are as the log left them.`
      : `${plural(compared.different.length, 'record')} of ${compared.records} differ from the log.`,
  );
  return lines.join('\n');
};

const show = async (command: Command): Promise<void> => {
  const { record, ...target } = command.opts<Target & { readonly record: string }>();
  const clinicId = await aim(target);
  const audit = await import('../../functions/audit/verify.ts');
  const history: Entry[] = [];
  const isOfRecord = ({ record: { pk, sk } }: Entry): boolean => [...pk.split('#'), ...sk.split('#')].includes(record);
  const visit = (entry: Entry): void => {
    if (isOfRecord(entry)) history.push(entry);
  };
  const verified = await audit.walkClinic(clinicId, { visit, progress });
  endProgress();
  const broken = verified.flatMap((chain) => chain.broken ?? [])[0];
  if (history.length === 0 && broken === undefined) throw new CliError(`The audit log knows of no record "${record}"`);
  history.sort((a, b) => compare(a.at, b.at) || compare(a.chain, b.chain) || a.seq - b.seq);
  print(command, { clinicId, record, entries: history, broken }, history.map(entryText).join('\n'));
  if (broken === undefined) return;
  throw new CliError(`This may not be all: ${nameOf(broken)} does not hold (${sentences[broken.kind]})`);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Attributes that the first line of an entry tells already, or that only serve the table. */
const untold = new Set([
  ...['pk', 'sk', 'entity', 'rev', 'changedAt', 'changedBy', 'requestId', 'reason'],
  ...['duePk', 'dueSk', 'lookupPk', 'lookupSk', 'searchPk', 'searchSk'],
]);
const maxValueLength = 100;

const valueText = (value: unknown): string => {
  if (value === undefined) return '-';
  const text = canonicalJson(value);
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength)}...`;
};

const entryText = (entry: Entry): string => {
  const { at, who, why, action, record, before = {}, after = {}, omitted, chain, seq } = entry;
  const reason = why === undefined ? '' : `, "${why}"`;
  const lines = [`${at}  ${action} ${record.entity} ${record.sk} by ${who.kind} ${who.id}${reason}  [${chain}/${seq}]`];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (untold.has(name)) continue;
    const change =
      action === 'changed'
        ? `${valueText(before[name])} -> ${valueText(after[name])}`
        : valueText((action === 'created' ? after : before)[name]);
    lines.push(`    ${name}: ${change}`);
  }
  if (omitted !== undefined) lines.push('    (too large to be kept; the entry has the hashes of both versions)');
  return lines.join('\n');
};
