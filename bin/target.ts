import type { Id } from '../functions/platform/ids.ts';
import { CliError } from './cli.ts';

/** The id of a clinic named by its id or its slug; a slug is looked up in the records table of the environment. */
export const clinicIdOf = async (clinic: string): Promise<Id<'clinic'>> => {
  if (isClinicId(clinic)) return clinic;
  if (!process.env.RECORDS_TABLE) {
    throw new CliError('Name the clinic by its id (cli_...), or name the --records-table that knows its slug', 2);
  }
  const { findClinicId } = await import('../functions/platform/store/directory.ts');
  const found = await findClinicId('slug', clinic);
  if (found === undefined) throw new CliError(`There is no clinic called "${clinic}"`);
  return found;
};

const isClinicId = (text: string): text is Id<'clinic'> => text.startsWith('cli_');

/** Says in a sentence what the operator can mend about the table or the account; anything else surfaces as it is. */
export const explainFailures = async (table: 'AUDIT_TABLE' | 'RECORDS_TABLE', run: () => Promise<void>) => {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const endpoint = process.env.AWS_ENDPOINT_URL;
    if (error.name === 'ResourceNotFoundException') {
      throw new CliError(`There is no table "${process.env[table]}" ${endpoint ? `at ${endpoint}` : 'there'}`);
    }
    if ('code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND')) {
      throw new CliError(`Nothing answers at ${endpoint ?? 'the AWS endpoint'}. Is the clinic running? (npm start)`);
    }
    if (error.name === 'CredentialsProviderError' || /^Region is missing/.test(error.message)) {
      throw new CliError('The environment has no AWS credentials or region for that table');
    }
    throw error;
  }
};
