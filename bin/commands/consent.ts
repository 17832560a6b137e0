import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { ImportReport } from '../../functions/messaging/consent/consent-import.ts';
import type { ConsentReport } from '../../functions/messaging/consent/record-consent.ts';
import type { Id } from '../../functions/platform/ids.ts';
import { type Aim, aim, withAim } from '../aim.ts';
import { CliError, print } from '../cli.ts';
import { explainFailures } from '../target.ts';

interface ImportOptions extends Aim {
  readonly apply?: true;
}

/** `plumbline consent`: why a text may go or not, and agreements from elsewhere. */
export const register = (program: Command): void => {
  const consent = program.command('consent').description('See what numbers agreed to, and bring agreements in.');
  withAim(consent.command('show'))
    .description(
      'why a text of each kind may or may not go to a number now, and everything it ever agreed to or refused',
    )
    .argument('<phone or patient id>', 'a number like +13035550100, or pat_...')
    .addHelpText(
      'after',
      `
Says for each kind of text (treatment, billing, marketing, async-data-sharing) whether it may go: since when and in which
words it was agreed to, since when it was stopped, or that there is no agreement. Marketing needs one in writing. Quiet
hours and limits are not consent: they are asked when a text goes. The carrier keeps an opt-out list of its own; what it
has reported is shown, and what follows from it.

Examples:
  plumbline consent show +13035550100
  plumbline consent show pat_01K8Z3V9Q4M7T2W6X5Y1N0R8PA --json | jq '.categories[]'
  plumbline consent show +13035550100 --records-table records-table --clinic lakeview-spine`,
    )
    .action((whom: string, _options: object, command: Command) =>
      explainFailures('RECORDS_TABLE', () => show(command, whom)),
    );
  withAim(consent.command('unlist'))
    .description("take a number off the carrier's own opt-out list, for who has come back")
    .argument('<phone>', 'a number like +13035550100')
    .requiredOption('--list <name>', 'the opt-out list of the pool or number, as the stack messaging made it')
    .addHelpText(
      'after',
      `
The carrier keeps a list of its own and refuses every text to who is on it. Record first that they have come back (they
texted START, or staff have evidence); then this takes them off (DeleteOptedOutNumber), which the carrier does once per
number in 30 days, and records that. Needs AWS credentials that may do so.

Example:
  plumbline consent unlist +13035550100 --list Default --records-table records-table --clinic lakeview-spine`,
    )
    .action((phone: string, _options: object, command: Command) =>
      explainFailures('RECORDS_TABLE', () => unlist(command, phone)),
    );
  withAim(consent.command('import'))
    .description(
      'bring agreements and opt-outs from elsewhere into the ledger; without --apply, only say what it would do',
    )
    .argument('<csv>', 'a file with a header')
    .option('--apply', 'write what is new; nothing, when a line is at fault')
    .addHelpText(
      'after',
      `
The columns, in any order: phone (+13035550100), category (treatment, billing, marketing, async-data-sharing,
unencrypted-texts; or all, for who said stop to everything), granted (yes or no), at (2026-05-01T15:00:00Z), wording,
wordingVersion; and, where known, language (en or es), evidence, patientId, collector.

What is in the ledger already is left alone: a second run writes nothing. An agreement that comes this way ends no STOP,
an opt-out always counts, and marketing needs evidence of an agreement in writing.

Exit code: 0, or 1 when a line is at fault; each is listed by its number.

Examples:
  plumbline consent import agreements.csv
  plumbline consent import agreements.csv --apply`,
    )
    .action((file: string, _options: object, command: Command) =>
      explainFailures('RECORDS_TABLE', () => importFile(command, file)),
    );
};

const isPatientId = (text: string): text is Id<'patient'> => text.startsWith('pat_');
const northAmerican = /^\+1[2-9]\d{2}[2-9]\d{6}$/;

const show = async (command: Command, whom: string): Promise<void> => {
  if (!isPatientId(whom) && !northAmerican.test(whom)) {
    throw new CliError('Expected a number like +13035550100, or the id of a patient (pat_...)', 2);
  }
  const clinicId = await aim(command.opts<Aim>());
  const { loadPatient } = await import('../../functions/intake/patients.ts');
  const phone = isPatientId(whom) ? (await loadPatient(clinicId, whom))?.phone : whom;
  if (phone === undefined) throw new CliError('The clinic has no such patient');
  const asked = { phone, patientId: isPatientId(whom) ? whom : undefined };
  const { consentReport } = await import('../../functions/messaging/consent/record-consent.ts');
  const { cursor, ...report } = await consentReport(clinicId, asked, { limit: ledgerPage });
  const entries = [...report.entries];
  for (let next = cursor; next !== undefined; ) {
    const page = await consentReport(clinicId, asked, { limit: ledgerPage, cursor: next });
    entries.push(...page.entries);
    next = page.cursor;
  }
  const whole = { ...report, entries };
  print(command, { clinicId, ...whole }, reportText(whole));
};

/** The ledger is read so many entries at a time. */
const ledgerPage = 100;

const categoriesText = (categories: ConsentReport['categories']): readonly string[] =>
  categories.flatMap(({ category, mayText, why, wording, wordingVersion }) => [
    `  ${category.padEnd(20)}${mayText ? 'may be texted' : 'NO TEXT      '}  ${why}`,
    ...(wording === undefined ? [] : [`${' '.repeat(37)}"${wording}" (${wordingVersion})`]),
  ]);

const reportText = (
  { phone, patientId, categories, people = [], channel, carrier, entries }: ConsentReport,
  heading = 'The ledger, what was said last first:',
): string =>
  [
    [phone, patientId].join(' ').trim(),
    ...categoriesText(categories),
    ...people.flatMap((person) => [`${phone} ${person.patientId}`, ...categoriesText(person.categories)]),
    '  Quiet hours and limits are not consent: they are asked when a text goes.',
    channel === undefined
      ? '  No warning that texts are not encrypted is on record.'
      : `  Warned on ${channel.warnedAt} that texts are not encrypted (${channel.wordingVersion}): prefers ${channel.prefersTexts ? 'them all the same' : 'none'}.`,
    ...(carrier === undefined
      ? []
      : [
          `  ${carrier.note}`,
          ...(carrier.refusedAgainAt === undefined
            ? []
            : [
                `  On ${carrier.refusedAgainAt} it refused who had come back: nothing is tried until they do again, or unlist.`,
              ]),
          ...(carrier.removableFrom === undefined
            ? []
            : [`  It takes the number off again from ${carrier.removableFrom}.`]),
        ]),
    entries.length === 0 ? 'Nothing is recorded of this number.' : heading,
    ...entries.map((entry) => {
      const { at, category, granted, how, wording, wordingVersion, language, collector, evidence, patientId } = entry;
      const about = [wordingVersion, language, collector, evidence, patientId].filter((each) => each !== undefined);
      return `  ${at}  ${category.padEnd(18)}  ${granted ? 'agreed ' : 'REVOKED'}  ${how.padEnd(8)}  "${wording}" (${about.join(', ')})`;
    }),
  ].join('\n');

const unlist = async (command: Command, phone: string): Promise<void> => {
  if (!northAmerican.test(phone)) throw new CliError('Expected a number like +13035550100', 2);
  const { list, ...target } = command.opts<Aim & { readonly list: string }>();
  const caller = await callerOf(target, 'consent-unlist');
  const { takeOffCarrierList } = await import('../../functions/messaging/consent/carrier-list.ts');
  const { Problem } = await import('../../functions/platform/problem.ts');
  const report = await takeOffCarrierList(caller, phone, { list }).catch((error: unknown) => {
    throw error instanceof Problem ? new CliError(error.message) : error;
  });
  print(command, { clinicId: caller.clinicId, ...report }, reportText(report, 'Recorded:'));
};

const callerOf = async (target: Aim, id: string) => {
  const clinicId = await aim(target);
  const { systemClock } = await import('../../functions/platform/clock.ts');
  return { clinicId, actor: { kind: 'system', id }, requestId: randomUUID(), now: systemClock.now() } as const;
};

const importFile = async (command: Command, file: string): Promise<void> => {
  const { apply = false, ...target } = command.opts<ImportOptions>();
  const source = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(error.code === 'ENOENT' ? 'There is no such file' : `The file cannot be read (${error.code})`);
  });
  const caller = await callerOf(target, 'consent-import');
  const { importConsents } = await import('../../functions/messaging/consent/consent-import.ts');
  const report = await importConsents(caller, source, { apply, collector: `import:${basename(file)}` });
  print(command, { clinicId: caller.clinicId, ...report }, importText(report, apply));
  if (report.errors.length > 0) process.exitCode = 1;
};

const importText = (
  { rows, agreements, revocations, known, applied, errors }: ImportReport,
  apply: boolean,
): string => {
  const told = `${rows} lines: ${agreements} agreements and ${revocations} opt-outs are new, ${known} are in the ledger already.`;
  const done = applied
    ? 'Written.'
    : apply
      ? 'Nothing is written: mend these lines first.'
      : 'Nothing is written: --apply does.';
  return [told, ...errors.map(({ line, field, message }) => `  line ${line}, ${field}: ${message}`), done].join('\n');
};
