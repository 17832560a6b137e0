import { type Command, Option } from 'commander';
import type { Id } from '../functions/platform/ids.ts';
import { CliError } from './cli.ts';
import { useLocalClinic } from './local-clinic.ts';
import { clinicIdOf } from './target.ts';

/** Whose records a command works on. */
export interface Aim {
  readonly clinic?: string;
  readonly recordsTable?: string;
}

/** Adds the options that `aim` reads. */
export const withAim = (command: Command): Command =>
  command
    .option('--clinic <id or slug>', 'the clinic (default: the one started on this machine)')
    .addOption(
      new Option('--records-table <name>', 'records table in the AWS account and region of the environment').env(
        'RECORDS_TABLE',
      ),
    );

/** Points the client at the clinic's table and answers the clinic's id. */
export const aim = async ({ clinic, recordsTable }: Aim): Promise<Id<'clinic'>> => {
  if (recordsTable === undefined) {
    const info = await useLocalClinic();
    return clinicIdOf(clinic === undefined || clinic === info.slug ? info.clinicId : clinic);
  }
  process.env.RECORDS_TABLE = recordsTable;
  if (clinic === undefined) throw new CliError('Name the clinic with --clinic <id or slug>', 2);
  const clinicId = await clinicIdOf(clinic);
  const { readClinic } = await import('../functions/platform/store/clinic.ts');
  if ((await readClinic(clinicId)) === undefined) throw new CliError(`There is no clinic called "${clinic}"`);
  return clinicId;
};
