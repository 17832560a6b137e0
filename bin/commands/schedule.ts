import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { MovedVisit, MoveOutcome, RecheckReport } from '../../functions/scheduling/recheck.ts';
import { type Aim, aim, withAim } from '../aim.ts';
import { print } from '../cli.ts';
import { explainFailures } from '../target.ts';

interface RecheckOptions extends Aim {
  readonly apply?: true;
}

/** Something is left that a person should look at. */
const NEEDS_ATTENTION = 3;

/** `plumbline schedule`: whether what is booked still stands. */
export const register = (program: Command): void => {
  const schedule = program.command('schedule').description('Look at what is booked ahead.');
  withAim(schedule.command('recheck'))
    .description('find booked visits whose instant is no longer what their wall time means, or that lie outside hours')
    .option('--apply', 'move what has moved: the instant, the day sheet and the texts of each visit in one transaction')
    .addHelpText(
      'after',
      `
A visit is agreed as a wall time in a time zone: 9:30 in Denver. Run this after the time-zone data of this machine was
renewed (a state stopped changing its clocks): it compares every booked visit that is still to come with that data, and
with its provider's hours, breaks, exceptions and closures. Nothing is written without --apply. With it, a visit that
has moved gets the instant its wall time means, as a move by the clinic: its sequence rises, a confirmation does not
count any more, and the patient is texted the time. It can be repeated. Left to staff: a new time that is taken
already, one that is over, and every visit outside the hours.

Exit code: 0 when everything is in order (with --apply: by now), 3 when something is listed that a person should look at.

Examples:
  plumbline schedule recheck
  plumbline schedule recheck --json | jq '.moved[]'
  plumbline schedule recheck --records-table records-table --clinic lakeview-spine --apply`,
    )
    .action((_options: object, command: Command) => explainFailures('RECORDS_TABLE', () => recheck(command)));
};

const recheck = async (command: Command): Promise<void> => {
  const { apply = false, ...target } = command.opts<RecheckOptions>();
  const clinicId = await aim(target);
  const { systemClock } = await import('../../functions/platform/clock.ts');
  const scheduling = await import('../../functions/scheduling/recheck.ts');
  const actor = { kind: 'system', id: 'schedule-recheck' } as const;
  const caller = { clinicId, actor, requestId: randomUUID(), now: systemClock.now() };
  const report = await scheduling.recheck(caller, { apply });
  const zoneData = process.versions.tz ?? 'unknown';
  print(command, { clinicId, timeZoneData: zoneData, ...report }, reportText(report, zoneData));
  const isLeft = report.moved.some(({ outcome }) => outcome !== 'moved') || report.outsideHours.length > 0;
  if (isLeft) process.exitCode = NEEDS_ATTENTION;
};

const outcomes: Readonly<Record<MoveOutcome, string>> = {
  found: 'not moved yet: --apply does',
  moved: 'moved, and the patient is told',
  'slot-taken': 'LEFT TO STAFF: the new time is taken',
  'outside-day': 'LEFT TO STAFF: the new time reaches out of the day',
  'not-on-sheet': 'LEFT TO STAFF: the day sheet does not have it',
  'visit-over': 'LEFT TO STAFF: by its wall time it has begun already',
  changed: 'changed by somebody meanwhile: run this again',
};

const moveText = (visit: MovedVisit): string => {
  const { appointmentId, providerId, wallTime, zone, storedStart, start, minutesLater, outcome } = visit;
  const shift = `${Math.abs(minutesLater)} min ${minutesLater < 0 ? 'earlier' : 'later'}`;
  return `  ${appointmentId}  ${providerId}  ${wallTime} ${zone}  ${storedStart} -> ${start} (${shift})  ${outcomes[outcome]}`;
};

const reportText = ({ visits, moved, outsideHours }: RecheckReport, zoneData: string): string => {
  const lines = [
    `${visits} booked ${visits === 1 ? 'visit is' : 'visits are'} still to come (time-zone data ${zoneData}).`,
  ];
  lines.push(moved.length === 0 ? 'Every instant is what its wall time means.' : 'No longer what the wall time means:');
  lines.push(...moved.map(moveText));
  lines.push(
    outsideHours.length === 0 ? 'None lies outside the hours of its provider.' : "Outside the provider's hours:",
  );
  lines.push(
    ...outsideHours.map(
      ({ appointmentId, providerId, wallTime, zone }) => `  ${appointmentId}  ${providerId}  ${wallTime} ${zone}`,
    ),
  );
  return lines.join('\n');
};
