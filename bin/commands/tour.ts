import type { Command } from 'commander';
import { seconds } from '../../local/progress.ts';
import { type StepReport, TourOver } from '../../local/tour/run.ts';
import { CliError, isJson, print } from '../cli.ts';
import { useLocalClinic } from '../local-clinic.ts';

const asText = ({ step, name, proves, ok, millis, details, failure }: StepReport): string =>
  [
    `${String(step).padStart(2)}  ${ok ? name : `FAILED: ${name}`}`.padEnd(72) + seconds(millis).padStart(8),
    ...details.map((detail) => `      ${detail}`),
    ...(failure === undefined
      ? [`      -> ${proves}`]
      : [`      expected: ${failure.expected}`, `      seen:     ${failure.seen}`, `      look at:  ${failure.look}`]),
    '',
  ].join('\n');

/** `plumbline tour`: one visit's life, through the API and the phone. */
export const register = (program: Command): void => {
  program
    .command('tour')
    .description("Play one visit's life through the API and the phone, and say what each step proves.")
    .addHelpText(
      'after',
      `
A new patient books, confirms, moves the visit on its page, is reminded, seen and asked how it goes, writes of a red
flag, says STOP; then the charge line and the audit log are checked. The local clock moves forward by about a month.
Exit code 0 only if every step held.`,
    )
    .action(async (_options, command: Command) => {
      const clinic = await useLocalClinic();
      // Loaded late: what it reads from the environment must be there.
      const { runTour } = await import('../../local/tour/tour.ts');
      const startedAt = performance.now();
      let steps = 0;
      const tell = (report: StepReport) => {
        steps += 1;
        process.stdout.write(isJson(command) ? `${JSON.stringify(report)}\n` : `${asText(report)}\n`);
      };
      if (!isJson(command))
        process.stdout.write(`One visit's life at ${clinic.clinicName} (phones: ${clinic.phonePageUrl})\n\n`);
      try {
        await runTour(clinic, tell);
      } catch (error) {
        if (error instanceof TourOver) throw new CliError(error.message);
        throw error;
      }
      const millis = Math.round(performance.now() - startedAt);
      print(command, { ok: true, steps, millis }, `All ${steps} steps held, in ${seconds(millis)}.`);
    });
};
