import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { PlanPreview } from '../../functions/messaging/plans/plan-preview.ts';
import type { PlanView } from '../../functions/messaging/plans/plans.ts';
import type { Id } from '../../functions/platform/ids.ts';
import { type Aim, aim, withAim } from '../aim.ts';
import { CliError, print } from '../cli.ts';
import { explainFailures } from '../target.ts';

interface PlanOptions extends Aim {
  readonly type?: string;
  readonly publicUrl?: string;
}

/** `plumbline plan`: what is sent around a visit, and what it comes to for a real one. */
export const register = (program: Command): void => {
  const plan = program.command('plan').description('See what is sent around a visit, and when.');
  const ofType = new Option('--type <id>', "a type of visit (default: the clinic's own plan)");
  withAim(plan.command('show'))
    .description('the steps of the plan that holds, and which version it is')
    .addOption(ofType)
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline plan show\n  plumbline plan show --type aty_01K8Z3V9Q4M7T2W6X5Y1N0R8PA --json',
    )
    .action((_options: object, command: Command) => explainFailures('RECORDS_TABLE', () => show(command)));
  withAim(plan.command('preview'))
    .description(
      'what a plan does for a real visit: which texts, when, in which words, for how much; which not, and why',
    )
    .argument('<appointment id>')
    .addOption(ofType)
    .addOption(
      new Option('--public-url <url>', 'what links begin with, where the clinic runs in AWS').env('PUBLIC_URL'),
    )
    .addHelpText(
      'after',
      `
Writes nothing and sends nothing. Times are on the patient's clock; what goes at once when something happens has no time.
A link stands for one as long: the secret of a real one is nowhere but in the text.

Examples:
  plumbline plan preview apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA
  plumbline plan preview apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA --json | jq '.texts[] | select(.segments > 1)'`,
    )
    .action((appointment: string, _options: object, command: Command) =>
      explainFailures('RECORDS_TABLE', () => preview(command, appointment)),
    );
};

const isTypeId = (text: string): text is Id<'appointmentType'> => /^aty_\w{26}$/.test(text);
const isAppointmentId = (text: string): text is Id<'appointment'> => /^apt_\w{26}$/.test(text);

const planIdOf = ({ type = 'clinic' }: PlanOptions): 'clinic' | Id<'appointmentType'> => {
  if (type === 'clinic' || isTypeId(type)) return type;
  throw new CliError('Expected the id of a type of visit (aty_...)', 2);
};

/** What the clinic does not have is told in a sentence. */
const orExplain = async <T>(reading: Promise<T>): Promise<T> => {
  const { Problem } = await import('../../functions/platform/problem.ts');
  return reading.catch((error: unknown) => {
    if (error instanceof Problem) throw new CliError(error.message);
    throw error;
  });
};

const show = async (command: Command): Promise<void> => {
  const options = command.opts<PlanOptions>();
  const planId = planIdOf(options);
  const clinicId = await aim(options);
  const { readPlan } = await import('../../functions/messaging/plans/plans.ts');
  const plan = await orExplain(readPlan(clinicId, planId));
  print(command, { clinicId, ...plan }, planText(plan));
};

const sources: Readonly<Record<PlanView['source'], string>> = {
  own: 'its own',
  clinic: "the clinic's: it has none of its own",
  default: 'the default one: no other was saved',
};

const planText = ({ planId, source, rev, enabled, steps }: PlanView): string => {
  const head = `Plan of ${planId === 'clinic' ? 'the clinic' : planId}: ${sources[source]} (version ${rev})${enabled ? '' : ', SWITCHED OFF'}`;
  const rows = steps.map((step) => [
    step.name,
    step.enabled ? whenOf(step) : 'off',
    step.template,
    conditionsOf(step.conditions ?? {}).join(', '),
  ]);
  return [head, ...tableOf(rows)].join('\n');
};

const whenOf = ({ anchor, occasions, offsetDays, offsetHours }: PlanView['steps'][number]): string => {
  if (anchor === 'now') return `at once when ${occasions.join(', ')}`;
  const amount = offsetDays === undefined ? `${Math.abs(offsetHours ?? 0)} h` : `${Math.abs(offsetDays)} d`;
  return `${amount} ${anchor === 'start' ? 'before the start' : 'after the end'}`;
};

const conditionsOf = ({
  unconfirmedOnly,
  newPatientsOnly,
  modality,
}: NonNullable<PlanView['steps'][number]['conditions']>): readonly string[] => [
  ...(unconfirmedOnly ? ['unconfirmed only'] : []),
  ...(newPatientsOnly ? ['new patients only'] : []),
  ...(modality === undefined ? [] : [`${modality} only`]),
];

const tableOf = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
};

const preview = async (command: Command, appointmentId: string): Promise<void> => {
  if (!isAppointmentId(appointmentId)) throw new CliError('Expected the id of a visit (apt_...)', 2);
  const options = command.opts<PlanOptions>();
  const asked = options.type === undefined ? undefined : planIdOf(options);
  const clinicId = await aim(options);
  if (options.publicUrl !== undefined) process.env.PUBLIC_URL = options.publicUrl;
  if (!process.env.PUBLIC_URL) throw new CliError('Say with --public-url what links begin with', 2);
  const { systemClock } = await import('../../functions/platform/clock.ts');
  const { loadAppointment } = await import('../../functions/scheduling/visits.ts');
  const { previewPlan } = await import('../../functions/messaging/plans/plan-preview.ts');
  const actor = { kind: 'system', id: 'plan-preview' } as const;
  const caller = { clinicId, actor, requestId: randomUUID(), now: systemClock.now() };
  // Unless another is asked for, the plan that its own texts would have.
  const planId = asked ?? (await loadAppointment(clinicId, appointmentId))?.typeId ?? 'clinic';
  const report = await orExplain(previewPlan(caller, { planId, appointmentId }));
  print(command, { clinicId, ...report }, previewText(report));
};

const previewText = ({
  source,
  rev,
  language,
  patientZone,
  barredBecause,
  caps,
  texts,
  skipped,
}: PlanPreview): string =>
  [
    `By ${source === 'own' ? `a plan of its own, version ${rev}` : sources[source]}; in ${language}; times in ${patientZone}.`,
    ...(barredBecause === undefined ? [] : [`NOTHING would go to this number at present: ${barredBecause}.`]),
    `Beyond ${caps.perDay} a day and ${caps.perWeek} a week, other visits' included, those before and after a visit may be held back.`,
    ...texts.flatMap(({ step, occasion, localTime, words, segments, priceMicros }) => [
      '',
      `${step}: ${localTime?.replace('T', ' ') ?? `at once when ${occasion}`}, ${segments} ${segments === 1 ? 'part' : 'parts'}, USD ${(priceMicros / 1_000_000).toFixed(4)}`,
      `  ${words}`,
    ]),
    ...(skipped.length === 0 ? [] : ['', 'Not sent:']),
    ...tableOf(skipped.map(({ step, reason }) => [step, reason])),
  ].join('\n');
