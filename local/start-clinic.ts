import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningCarrier, startCarrier } from './carrier/server.ts';
import { type ClinicInfo, clinicInfoFile, readClinicInfo, writeClinicInfo } from './clinic-info.ts';
import { localNow } from './clock.ts';
import { readClinicFile } from './demo/clinic-file.ts';
import { type LoadedClinic, loadClinic } from './demo/load.ts';
import { bootstrap, type DeployOptions, deploy, hashSources, readDeployment, type StackOutputs } from './deploy.ts';
import { clientEnvironment, type Engine, enginePaths, engineRegion, ensureVenv, startEngine } from './engine.ts';
import { executeApiTarget, type FrontDoor, startFrontDoor } from './front-door.ts';
import { type Lock, takeLock } from './lock.ts';
import { type ClinicPorts, wantedPorts } from './ports.ts';
import { missingPrerequisites } from './prerequisites.ts';
import { type ReportProgress, Steps } from './progress.ts';
import { isDeployed, repairDeployment } from './repairs.ts';
import { StartError } from './start-error.ts';

export interface StartOptions {
  /** Holds everything the clinic keeps: `state/`, `logs/`, `clinic.json`. */
  readonly localDir: string;
  readonly ports: ClinicPorts;
  /** Forgets the clinic of this directory and begins anew. @default false */
  readonly fresh?: boolean;
  /** The clinic to load. @default local/demo/clinic.yaml */
  readonly clinicFile?: string;
  readonly report: ReportProgress;
  /** Calls the start off: what was started is stopped, and nothing half done is kept. */
  readonly signal?: AbortSignal;
}

/** A clinic that works on this machine. */
export interface RunningClinic {
  readonly info: ClinicInfo;
  /** Whether the stacks were deployed in this start, or found as they were left. */
  readonly wasDeployed: boolean;
  readonly loaded: LoadedClinic;
  /** Settles with a sentence when the engine ends by itself. */
  readonly failed: Promise<string>;
  /** Stops everything in the order that loses nothing. Calling it twice is calling it once. */
  stop(): Promise<void>;
}

export const demoClinicFile = join(import.meta.dirname, 'demo', 'clinic.yaml');

/** What runs, in the order it was started; filled step by step, so that a start that fails half way stops just that. */
interface Running {
  lock?: Lock;
  carrier?: RunningCarrier;
  engine?: Engine;
  frontDoor?: FrontDoor;
  /** While stacks are being deployed, what the engine holds is not worth keeping: the next start could not use it. */
  isHalfDone: boolean;
}

/**
 * Starts the whole clinic: engine, carrier, front door, the real stacks, the demo clinic. State left by an earlier clean stop
 * is used again, and only what it lacks is done. This process then talks to that clinic (its AWS variables are set).
 * @throws StartError, PrerequisiteError or EngineError with a message for the user; nothing keeps running then.
 */
export async function startClinic(options: StartOptions): Promise<RunningClinic> {
  const running: Running = { isHalfDone: true };
  try {
    return await start(options, running);
  } catch (error) {
    await stopAll(running);
    throw error;
  }
}

/**
 * The engine's port: a clinic that goes on keeps the one it was made with, because the engine knows its queues by addresses
 * that hold the port.
 */
async function enginePort({ localDir, ports, fresh }: StartOptions): Promise<number> {
  if (fresh === true || (await readDeployment(localDir)) === undefined) return ports.engine;
  return (await readClinicInfo(localDir))?.ports.engine ?? ports.engine;
}

async function start(options: StartOptions, running: Running): Promise<RunningClinic> {
  const { signal } = options;
  const ports = { ...options.ports, engine: await enginePort(options) };
  const localDir = resolve(options.localDir);
  const steps = new Steps(options.report, signal);
  const clockFile = join(localDir, 'state', 'clock.json');

  const file = await readClinicFile(options.clinicFile ?? demoClinicFile);
  await steps.run('This machine', async (note) => {
    running.lock = await takeLock(localDir, note);
    const [first] = await missingPrerequisites({ ports: wantedPorts(ports), python: false });
    if (first !== undefined) throw new StartError(first);
    const wasDeployed = (await readDeployment(localDir)) !== undefined;
    const isSaved = await hasSavedState(localDir);
    if (wasDeployed && !isSaved) note('The last run was not stopped cleanly, so nothing of it was kept');
    // What a start left that never got as far as a clinic is of no use to this one.
    running.isHalfDone = options.fresh === true || !wasDeployed || !isSaved;
    if (running.isHalfDone) await forget(localDir);
  });
  await steps.run('Python environment of the engine', (note) => ensureVenv({ report: note }));

  const engineEndpoint = `http://127.0.0.1:${ports.engine}`;
  running.carrier = await steps.run('Carrier and its phones', () =>
    startCarrier({
      port: ports.carrier,
      endpoint: engineEndpoint,
      stateFile: join(localDir, 'state', 'carrier.json'),
      now: () => new Date(localNow(clockFile).epochMilliseconds),
    }),
  );
  const engine = await steps.run('Engine', async (note) => {
    const started = await startEngine({
      port: ports.engine,
      localDir,
      env: { PLUMBLINE_CLOCK_FILE: clockFile },
      report: note,
    });
    running.engine = started;
    await running.lock?.recordEngine(started.pid);
    return started;
  });
  Object.assign(process.env, clientEnvironment(engine.endpoint), {
    PLUMBLINE_STAGE: 'local',
    PLUMBLINE_CLOCK_FILE: clockFile,
  });

  const deployOptions: DeployOptions = {
    endpoint: engine.endpoint,
    localDir,
    publicUrl: `http://127.0.0.1:${ports.frontDoor}`,
    smsEndpoint: `http://127.0.0.1:${ports.carrier}`,
    signal,
  };
  const { outputs, wasDeployed } = await deployIfNeeded(steps, deployOptions, running);
  running.carrier.connect({ deliveryEvents: outputs.deliveryEventsTopicArn, inbound: outputs.inboundTextsTopicArn });
  running.frontDoor = await steps.run('API', async () => {
    const frontDoor = await startFrontDoor({
      port: ports.frontDoor,
      target: executeApiTarget(engine.endpoint, outputs.apiId),
    });
    running.frontDoor = frontDoor;
    await waitUntilHealthy(frontDoor.url, engine.logFile, signal);
    return frontDoor;
  });

  const loaded = await steps.run(
    'Clinic',
    async (note) => {
      const known = await readClinicInfo(localDir);
      return loadClinic({
        file,
        outputs,
        apiUrl: deployOptions.publicUrl,
        passwords: new Map((known?.staff ?? []).map(({ email, password }) => [email, password])),
        note,
        signal,
      });
    },
    ({ name, providers, patients, added }) =>
      `${name}, ${providers} providers, ${patients} patients${added === 0 ? ', all there' : ''}`,
  );
  const info: ClinicInfo = {
    apiUrl: deployOptions.publicUrl,
    phonePageUrl: running.carrier.url,
    engineEndpoint: engine.endpoint,
    region: engineRegion,
    recordsTable: outputs.recordsTable,
    auditTable: outputs.auditTable,
    documentsBucket: outputs.documentsBucket,
    userPoolId: outputs.userPoolId,
    userPoolClientId: outputs.userPoolClientId,
    clinicId: loaded.clinicId,
    clinicName: loaded.name,
    slug: loaded.slug,
    zone: loaded.zone,
    originationNumber: loaded.originationNumber,
    onCallNumber: loaded.onCallNumber,
    staff: [...loaded.staff],
    functions: {
      reminders: outputs.messagingRemindersFunction,
      'check-ins': outputs.careCheckInsFunction,
      offers: outputs.schedulingOffersFunction,
    },
    queues: { send: outputs.sendQueueUrl, receive: outputs.receiveQueueUrl, receipts: outputs.receiptsQueueUrl },
    clockFile,
    ports,
  };
  await writeClinicInfo(localDir, info);
  running.isHalfDone = false;

  let stopping: Promise<void> | undefined;
  const failed = engine.ended.then(
    (end) => `The local engine ended by itself (${end.signal ?? `code ${end.code}`}); its log is ${engine.logFile}.`,
    (error: unknown) => `The local engine failed: ${error instanceof Error ? error.message : String(error)}`,
  );
  return { info, wasDeployed, loaded, failed, stop: () => (stopping ??= stopAll(running)) };
}

async function deployIfNeeded(
  steps: Steps,
  options: DeployOptions,
  running: Running,
): Promise<{ readonly outputs: StackOutputs; readonly wasDeployed: boolean }> {
  const sources = await hashSources(options);
  const last = await readDeployment(options.localDir);
  if (last !== undefined && !(await isDeployed(options.endpoint, last.outputs)))
    throw new StartError('What the last run left is incomplete: begin anew with npm start -- --fresh.');
  if (last?.sources === sources) {
    await steps.run(
      'Stacks',
      () => repairDeployment(options.endpoint, last.outputs),
      () => 'as they were deployed',
    );
    return { outputs: last.outputs, wasDeployed: false };
  }
  running.isHalfDone = true;
  await steps.run(
    'CDK bootstrap',
    () => bootstrap(options),
    (result) => (result === 'already there' ? result : undefined),
  );
  const outputs = await steps.run('Stacks', async (note) => {
    if (last !== undefined) note('The sources have changed since they were deployed');
    const deployed = await deploy({ ...options, note }, sources);
    await repairDeployment(options.endpoint, deployed);
    return deployed;
  });
  return { outputs, wasDeployed: true };
}

/** Whether the engine has saved its state, which it does on a clean stop only. */
async function hasSavedState(localDir: string): Promise<boolean> {
  const names = await readdir(enginePaths(localDir).state).catch(() => []);
  return names.some((name) => name.endsWith('.json'));
}

/** Removes the state of a clinic and keeps what is only a cache. */
async function forget(localDir: string): Promise<void> {
  for (const name of ['state', 'tmp', 'bundles', 'cdk.out', 'cdk-outputs.json'])
    await rm(join(localDir, name), { recursive: true, force: true });
  await rm(clinicInfoFile(localDir), { force: true });
}

async function waitUntilHealthy(apiUrl: string, logFile: string, signal: AbortSignal | undefined): Promise<void> {
  const deadline = performance.now() + 30_000;
  let seen = 'no answer';
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      const answer = await fetch(`${apiUrl}/v1/health`, { signal: AbortSignal.timeout(10_000) });
      if (answer.ok) {
        await answer.body?.cancel();
        return;
      }
      seen = `${answer.status} ${(await answer.text()).slice(0, 300)}`;
    } catch (error) {
      seen = error instanceof Error ? error.message : String(error);
    }
    await sleep(200);
  }
  throw new StartError(`The API is deployed but ${apiUrl}/v1/health answers: ${seen}. The engine's log is ${logFile}.`);
}

/**
 * No new requests; then the engine, which saves its state while the carrier can still answer a text on its way; then the
 * carrier. A start that was not completed leaves nothing behind: the engine is ended without saving, so that the next start
 * finds what was there before this one.
 */
async function stopAll(running: Running): Promise<void> {
  await running.frontDoor?.close();
  const { engine } = running;
  if (engine !== undefined) {
    if (running.isHalfDone) killGroup(engine.pid);
    await engine.stop();
  }
  await running.carrier?.close();
  await running.lock?.release();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
