import type { Command } from 'commander';
import { readClinicInfo } from '../../local/clinic-info.ts';
import { ClinicFileError, readClinicFile } from '../../local/demo/clinic-file.ts';
import { localDirectory } from '../../local/engine.ts';
import { StartError } from '../../local/start-error.ts';
import { CliError, isJson, print } from '../cli.ts';
import { useLocalClinic } from '../local-clinic.ts';

interface CreateOptions {
  readonly file: string;
  readonly outputs?: string;
}

/** Says in a sentence what the operator can mend; anything else surfaces as it is. */
const explainFailures = async (run: () => Promise<void>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    if (error instanceof ClinicFileError || error instanceof StartError) throw new CliError(error.message);
    throw error;
  }
};

const check = async (command: Command): Promise<void> => {
  const { file: path } = command.opts<{ file: string }>();
  const { clinic, staff, providers, appointmentTypes, patients } = await readClinicFile(path);
  const counts = {
    staff: staff.length,
    providers: providers.length,
    appointmentTypes: appointmentTypes.length,
    patients: patients.length,
  };
  const told = `${staff.length} staff, ${providers.length} providers, ${appointmentTypes.length} appointment types, ${patients.length} patients`;
  print(command, { clinic: clinic.slug, ...counts }, `${clinic.name} (${clinic.slug}): ${told}. The file is sound.`);
};

/** On this machine: staff get passwords, and everything is entered at once. */
const createHere = async (command: Command, path: string): Promise<void> => {
  const file = await readClinicFile(path);
  const info = await useLocalClinic();
  const known = await readClinicInfo(localDirectory());
  const { loadClinic } = await import('../../local/demo/load.ts');
  const loaded = await loadClinic({
    file,
    outputs: info,
    apiUrl: info.apiUrl,
    passwords: new Map((known?.staff ?? []).map(({ email, password }) => [email, password])),
    note: noteOf(command),
  });
  const signIns = loaded.staff.map(({ role, email, password }) => `  ${role.padEnd(16)} ${email}  ${password}`);
  print(command, loaded, [`${loaded.name} is ${loaded.clinicId}. Its staff:`, ...signIns].join('\n'));
};

/** In an AWS account: staff are invited by email; with an administrator's ID token the rest is entered too. */
const createThere = async (command: Command, path: string, outputsFile: string): Promise<void> => {
  const file = await readClinicFile(path);
  const { readOutputs } = await import('../../local/deploy.ts');
  const { putCatalog, putClinic, putStaff } = await import('../../local/demo/load.ts');
  const outputs = await readOutputs(outputsFile);
  const note = noteOf(command);
  const clinicId = await putClinic(file, { outputs, note });
  await putStaff(file, clinicId, { outputs, note });
  const token = process.env.PLUMBLINE_ID_TOKEN;
  if (token === undefined || token === '') {
    const admin = file.staff.find(({ role }) => role === 'admin');
    print(
      command,
      { clinicId, catalog: false },
      `${file.clinic.name} is ${clinicId}, and its staff are invited. Providers, appointment types and patients are entered
by an administrator: sign in as ${admin?.email}, and run this command again with the ID token in PLUMBLINE_ID_TOKEN.`,
    );
    return;
  }
  const added = await putCatalog(file, { apiUrl: outputs.publicUrl, token }, note);
  print(
    command,
    { clinicId, catalog: true, added },
    `${file.clinic.name} is ${clinicId}; ${added} entries were added.`,
  );
};

const noteOf =
  (command: Command) =>
  (text: string): void => {
    if (!isJson(command)) process.stdout.write(`  ${text}\n`);
  };

/** `plumbline clinic`: a clinic from a file like local/demo/clinic.yaml. */
export const register = (program: Command): void => {
  const clinic = program.command('clinic').description('Create a clinic from a file, or check the file.');
  clinic
    .command('check')
    .description('say what is wrong with a clinic file, line by line; needs no started clinic')
    .requiredOption('--file <file>', 'a file like local/demo/clinic.yaml')
    .action((_options: object, command: Command) => explainFailures(() => check(command)));
  clinic
    .command('create')
    .description('create a clinic, or add to it what its file has more by now')
    .requiredOption('--file <file>', 'a file like local/demo/clinic.yaml')
    .option('--outputs <file>', 'what cdk deploy --outputs-file wrote; without it, the clinic goes to this machine')
    .addHelpText(
      'after',
      `
On this machine (npm start) everything is entered at once and staff get passwords. In an AWS account, with the
credentials of the environment, the clinic is created and its staff get invitations by email; run again with an
administrator's ID token in PLUMBLINE_ID_TOKEN, it also enters providers, appointment types and patients over the API.
Nothing is entered twice, and nothing is removed.

Examples:
  plumbline clinic create --file my-clinic.yaml
  cdk deploy --all -c stage=prod --outputs-file outputs.json
  plumbline clinic create --file my-clinic.yaml --outputs outputs.json`,
    )
    .action((_options: object, command: Command) => {
      const { file, outputs } = command.opts<CreateOptions>();
      return explainFailures(() =>
        outputs === undefined ? createHere(command, file) : createThere(command, file, outputs),
      );
    });
};
