import { parseArgs } from 'node:util';
import type { ClinicInfo } from '../local/clinic-info.ts';
import { ClinicFileError } from '../local/demo/clinic-file.ts';
import { EngineError, localDirectory } from '../local/engine.ts';
import { choosePorts } from '../local/ports.ts';
import { PrerequisiteError } from '../local/prerequisites.ts';
import { progressAsText, type ReportProgress, seconds } from '../local/progress.ts';
import { type RunningClinic, startClinic } from '../local/start-clinic.ts';
import { StartError } from '../local/start-error.ts';

const help = `Starts a whole clinic on this machine: the real stacks on a local engine, a carrier with phones, and a demo clinic.

  npm start                  start, or go on where the last start was stopped
  npm start -- --fresh       forget that clinic and begin anew
  npm start -- --port 9000   listen on 9000 (API), 9001 (phones) and 9002 (engine) instead of 8700, 8701, 8702;
                             a clinic that goes on keeps the engine's port it was made with

  --clinic <file>   load this clinic instead of local/demo/clinic.yaml
  --json            print progress and the result as JSON, one object per line
  --help            show this

Ctrl-C stops everything it started and keeps the state, in .local/ (PLUMBLINE_LOCAL_DIR moves it).
PLUMBLINE_PORT, PLUMBLINE_CARRIER_PORT and PLUMBLINE_ENGINE_PORT move single ports; PLUMBLINE_PYTHON names the Python to use.`;

// A terminal that is closed must not keep the clinic from saving its state.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const print = (line: string) => process.stdout.write(`${line}\n`);

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        port: { type: 'string' },
        clinic: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new StartError(`${why}. npm start -- --help shows what there is.`);
  }
};

const welcome = ({ info, loaded }: RunningClinic, readyMillis: number): string => {
  const { apiUrl, phonePageUrl, engineEndpoint, userPoolClientId, staff } = info;
  const clinician = staff.find(({ role }) => role === 'clinician') ?? staff[0];
  const widest = Math.max(...staff.map(({ email }) => email.length));
  return `
${loaded.name} is open, after ${seconds(readyMillis)}.

  API        ${apiUrl}/v1/public/${info.slug}/appointment-types
  OpenAPI    ${apiUrl}/v1/openapi.json
  Booking    ${apiUrl}/book/${info.slug}
  Phones     ${phonePageUrl}/

Staff, who exist on this machine only:
${staff.map(({ role, email, password }) => `  ${role.padEnd(16)} ${email.padEnd(widest)}  ${password}`).join('\n')}

Sign in and call the API as one of them:
  TOKEN=$(curl -s ${engineEndpoint}/ -H 'content-type: application/x-amz-json-1.1' \\
    -H 'x-amz-target: AWSCognitoIdentityProviderService.InitiateAuth' -d '{"AuthFlow": "USER_PASSWORD_AUTH",
    "ClientId": "${userPoolClientId}", "AuthParameters": {"USERNAME": "${clinician?.email}", "PASSWORD": "${clinician?.password}"}}' \\
    | sed -E 's/.*"IdToken": *"([^"]+)".*/\\1/')
  curl -s ${apiUrl}/v1/providers -H "authorization: Bearer $TOKEN"

Next, in another terminal:
  npx plumbline tour                one visit's life, step by step, in a minute
  npx plumbline clock advance 3d    move the clock, and watch the texts that become due

Ctrl-C stops the clinic and keeps its state.`;
};

const isExpected = (error: unknown): error is Error =>
  error instanceof StartError ||
  error instanceof PrerequisiteError ||
  error instanceof EngineError ||
  error instanceof ClinicFileError;

/** The first signal asks for the stop; the ones after it are told that it is under way. */
const calledOff = (say: (line: string) => void): AbortSignal => {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) say('Still stopping: the state is being saved.');
    else controller.abort(new StartError('Stopped before the clinic was open.'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return controller.signal;
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const main = async (): Promise<void> => {
  const options = readArguments();
  if (options.help) {
    print(help);
    return;
  }
  const isJson = options.json;
  const tell = (kind: string, more: Record<string, unknown>, text: string) =>
    print(isJson ? JSON.stringify({ kind, ...more }) : text);
  const report: ReportProgress = isJson ? (progress) => print(JSON.stringify(progress)) : progressAsText(print);
  const signal = calledOff((line) => tell('stopping', {}, line));
  const startedAt = performance.now();
  const localDir = localDirectory();
  const ports = choosePorts(options.port);
  if (!isJson) print(`Starting the clinic of ${localDir}\n`);
  const clinic = await startClinic({
    localDir,
    ports,
    fresh: options.fresh,
    ...(options.clinic === undefined ? {} : { clinicFile: options.clinic }),
    report,
    signal,
  });
  const readyMillis = Math.round(performance.now() - startedAt);
  const ready: { readyMillis: number; wasDeployed: boolean; clinic: ClinicInfo } = {
    readyMillis,
    wasDeployed: clinic.wasDeployed,
    clinic: clinic.info,
  };
  tell('ready', ready, welcome(clinic, readyMillis));

  const why = await Promise.race([aborted(signal).then(() => undefined), clinic.failed]);
  const stoppingAt = performance.now();
  tell('stopping', why === undefined ? {} : { why }, why === undefined ? '\nStopping; the state is kept.' : `\n${why}`);
  await clinic.stop();
  const millis = Math.round(performance.now() - stoppingAt);
  tell(
    'stopped',
    { millis },
    why === undefined
      ? `Stopped in ${seconds(millis)}. npm start goes on from here.`
      : 'What happened since the start is not kept: the engine saves its state on a clean stop only.',
  );
  if (why !== undefined) process.exitCode = 1;
};

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  const message = isExpected(error) ? error.message : undefined;
  if (message === undefined) throw error;
  if (process.argv.includes('--json')) print(JSON.stringify({ kind: 'failed', message }));
  else process.stderr.write(`\n${message}\n`);
}
// A connection kept alive somewhere must not keep a stopped clinic's terminal.
process.exit();
