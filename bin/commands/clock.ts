import type { Command } from 'commander';
import { Temporal } from 'temporal-polyfill';
import { localNow, parseDuration, readOffsetMillis } from '../../local/clock.ts';
import { CliError, isJson, print } from '../cli.ts';
import { requireLocalClinic, useLocalClinic } from '../local-clinic.ts';

const shown = (instant: string, zone: string): string =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toLocaleString('en-US', {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });

const ahead = (millis: number): string => {
  const minutes = Math.round(millis / 60_000);
  if (minutes < 1) return 'it shows the time of this machine';
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [days > 0 ? `${days} d` : '', hours > 0 ? `${hours} h` : '', rest > 0 ? `${rest} min` : ''];
  return `it runs ${parts.filter((part) => part !== '').join(' ')} ahead of this machine`;
};

/** `plumbline clock`: what the local clinic takes for now. */
export const register = (program: Command): void => {
  const clock = program.command('clock').description("Look at the local clinic's clock, or move it forward.");
  clock
    .command('show', { isDefault: true })
    .description('what the clock shows')
    .action(async (_options, command: Command) => {
      const { clockFile, zone } = await requireLocalClinic();
      const now = localNow(clockFile).round('second').toString();
      const aheadMillis = readOffsetMillis(clockFile);
      print(command, { now, zone, aheadMillis }, `${shown(now, zone)}: ${ahead(aheadMillis)}`);
    });
  clock
    .command('advance')
    .argument('<duration>', 'how far: 90m, 2h, 3d, 3d12h (at most a year)')
    .description('move the clock forward and run what becomes due on the way, through the same functions')
    .action(async (duration: string, _options, command: Command) => {
      const seconds = parseDuration(duration);
      if (seconds === undefined)
        throw new CliError(`"${duration}" is no stretch of time: say it like 90m, 2h, 3d or 3d12h, at most a year.`, 2);
      const clinic = await useLocalClinic();
      // Loaded late: what it reads from the environment must be there.
      const { advanceClock } = await import('../../local/advance.ts');
      const whole = await advanceClock(clinic, seconds, (moment) => {
        if (isJson(command)) process.stdout.write(`${JSON.stringify(moment)}\n`);
        else {
          for (const text of moment.sent)
            process.stdout.write(`${shown(moment.at, clinic.zone).padEnd(30)} to ${text.to}  ${text.body}\n`);
        }
      });
      const texts = whole.sent === 0 ? 'no text was due' : `${whole.sent} ${whole.sent === 1 ? 'text' : 'texts'} sent`;
      print(command, whole, `The clock shows ${shown(whole.to, clinic.zone)}; ${texts}.`);
    });
};
