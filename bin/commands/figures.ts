import { type Command, InvalidArgumentError } from 'commander';
import type { FiguresReport } from '../../functions/messaging/figures/figures-report.ts';
import { type Aim, aim, withAim } from '../aim.ts';
import { CliError, isJson, print } from '../cli.ts';
import { explainFailures } from '../target.ts';

interface FiguresOptions extends Aim {
  readonly month?: string;
  readonly csv?: true;
}

const month = (text: string): string => {
  if (!/^2\d{3}-(?:0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('Expected a month like 2026-11.');
  return text;
};

/** `plumbline figures`: what a month's texts came to. */
export const register = (program: Command): void => {
  withAim(program.command('figures'))
    .description('what the texts of a month came to: delivered, answered, confirmed, opted out of, paid')
    .option('--month <yyyy-mm>', "the month, by the clinic's own calendar (default: this month)", month)
    .option('--csv', 'print the table that is also filed every month, under figures/ in the documents bucket')
    .addHelpText(
      'after',
      `
Days that stand are read as they were counted; the others (the last four days, those with an open red flag or visit, any that
was missed) are counted now, and nothing is written. What each figure is: docs/decisions/0033-figures.md.

Examples:
  plumbline figures
  plumbline figures --month 2026-11 --json | jq '.byTemplate[] | {name, deliveryRate}'
  plumbline figures --month 2026-11 --csv --records-table records-table --clinic lakeview-spine > november.csv`,
    )
    .action((_options: object, command: Command) => explainFailures('RECORDS_TABLE', () => figures(command)));
};

const figures = async (command: Command): Promise<void> => {
  const { month: wanted, csv = false, ...target } = command.opts<FiguresOptions>();
  if (csv && isJson(command)) throw new CliError('Choose one of --csv and --json', 2);
  const clinicId = await aim(target);
  const { loadClinic } = await import('../../functions/platform/store/clinic.ts');
  const { systemClock } = await import('../../functions/platform/clock.ts');
  const { localDateOf } = await import('../../functions/platform/time.ts');
  const { monthBounds } = await import('../../functions/messaging/core/figures-days.ts');
  const { figuresCsv } = await import('../../functions/messaging/core/figures-csv.ts');
  const { freshDays } = await import('../../functions/messaging/figures/figures.ts');
  const { noShowRateBefore, reportOf } = await import('../../functions/messaging/figures/figures-report.ts');

  const clinic = await loadClinic(clinicId);
  const now = systemClock.now();
  const today = localDateOf(now, clinic.zone);
  const period = wanted ?? today.slice(0, 7);
  const { from, to } = monthBounds(period);
  if (from > today) throw new CliError(`${period} has not begun at the clinic`);
  const until = to < today ? to : today;
  const [days, before] = [await freshDays(clinic, { from, to: until }, now), await noShowRateBefore(clinicId, from)];
  if (csv) {
    process.stdout.write(
      figuresCsv(
        period,
        days.map((day) => day.figures),
        { noShowRateBefore: before },
      ),
    );
    return;
  }
  const of = (by: 'template' | 'step' | 'carrier') => reportOf(days, { from, to: until, by, before });
  const { rows: byTemplate, ...all } = of('template');
  const [byStep, byCarrier] = [of('step').rows, of('carrier').rows];
  const groups = { template: byTemplate, carrier: byCarrier };
  print(command, { clinicId, ...all, byTemplate, byStep, byCarrier }, tableOf(clinic.name, all, groups));
};

type Row = FiguresReport['rows'][number];
type Groups = Readonly<Record<'template' | 'carrier', readonly Row[]>>;

const share = (rate: number | undefined): string => (rate === undefined ? '-' : `${(100 * rate).toFixed(1)} %`);
const minutes = (seconds: number | undefined): string =>
  seconds === undefined ? '-' : `${(seconds / 60).toFixed(1)} min`;

const columns = ['sent', 'delivered', 'answered', 'confirmed', 'opted out', 'parts', 'USD'];
const line = (name: string, cells: readonly string[]): string =>
  `${name.padEnd(28)}${cells.map((cell) => cell.padStart(12)).join('')}`;

const rowText = (row: Omit<Row, 'name'>, name: string): string =>
  line(name, [
    String(row.sent),
    share(row.deliveryRate),
    share(row.responseRate),
    share(row.confirmRate),
    share(row.optOutRate),
    String(row.parts),
    (row.costMicros / 1_000_000).toFixed(2),
  ]);

const tableOf = (
  name: string,
  { from, to, days, daysThatStand, texts, care }: Omit<FiguresReport, 'rows'>,
  groups: Groups,
): string =>
  [
    `${name}, ${from} to ${to}: ${days} days, of which ${daysThatStand} stand`,
    '',
    line('texts', columns),
    rowText(texts, 'all'),
    ...Object.entries(groups).flatMap(([group, rows]) => [
      '',
      line(`by ${group}`, columns),
      ...rows.map((row) => rowText(row, row.name.slice(0, 27))),
    ]),
    '',
    `not delivered ${texts.failed}, refused ${texts.refused}, still pending ${texts.pending}, outcome unknown ${texts.lost}`,
    `visits ${care.visitsDue}, missed ${care.noShows} (${share(care.noShowRate)}; in the 90 days before ${share(care.noShowRateBefore)}), outcome unknown ${care.visitsUndecided}`,
    `check-ins ${care.checkIns}, needed somebody ${care.checkInNeeds} (${share(care.checkInNeedRate)})`,
    `red flags ${care.redFlags}, open ${care.redFlagsOpen}, to a human: median ${minutes(care.redFlagP50Seconds)}, p95 ${minutes(care.redFlagP95Seconds)}`,
  ].join('\n');
