import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPython, missingPrerequisites } from './prerequisites.ts';

const run = promisify(execFile);
const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const engineRequirements = join(repository, 'local', 'requirements.txt');
const launcher = join(repository, 'local', 'engine.py');

/** Account and region of everything that runs in the engine. */
export const engineAccount = '000000000000';
export const engineRegion = 'us-east-1';

/** What a client (SDK, CDK) needs in its environment to reach the engine and nothing else. */
export function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: engineRegion,
    AWS_DEFAULT_REGION: engineRegion,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: engineAccount,
    CDK_DEFAULT_REGION: engineRegion,
  };
}

/** Where the local clinic keeps its things: `PLUMBLINE_LOCAL_DIR`, or `.local` of the checkout. */
export function localDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const moved = env.PLUMBLINE_LOCAL_DIR;
  return moved === undefined || moved === '' ? join(repository, '.local') : moved;
}

/** Progress, one short line at a time. */
export type Report = (line: string) => void;

export interface VenvOptions {
  /**
   * Where the virtual environment lives. It is a cache, not state: tests that move the local directory share this one.
   * @default `PLUMBLINE_VENV_DIR`, or `.local/venv` of the checkout
   */
  readonly venvDir?: string;
  /** What it holds, and how people call that. @default the local engine */
  readonly contents?: { readonly requirementsFile: string; readonly name: string };
  readonly report?: Report;
}

/**
 * The Python of a virtual environment that holds exactly what a requirements file names; made on first use and when that
 * file changes. Built beside its place and moved in at the end, so an interrupted install leaves nothing half done.
 */
export async function ensureVenv(options: VenvOptions = {}): Promise<string> {
  const report = options.report ?? (() => {});
  const venvDir = options.venvDir ?? defaultVenvDir();
  const { requirementsFile, name } = options.contents ?? {
    requirementsFile: engineRequirements,
    name: 'the local engine',
  };
  const python = join(venvDir, 'bin', 'python');
  const wanted = createHash('sha256')
    .update(await readFile(requirementsFile))
    .digest('hex');
  if (await isCurrent(venvDir, wanted)) return python;

  const base = await findPython();
  report(`Installing ${name} for Python ${base.version} (once, about half a minute)`);
  const building = `${venvDir}.building-${process.pid}`;
  await mkdir(dirname(venvDir), { recursive: true });
  await rm(building, { recursive: true, force: true });
  try {
    await runOrExplain(base.command, ['-m', 'venv', building], 'Making the Python environment');
    await runOrExplain(
      join(building, 'bin', 'python'),
      [
        ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
        ...['--no-deps', '--prefer-binary', '--requirement', requirementsFile],
      ],
      `Installing ${name} from the Python package registry`,
    );
    await writeFile(join(building, stampName), wanted);
    const old = `${venvDir}.old-${process.pid}`;
    if (existsSync(venvDir)) await rename(venvDir, old);
    try {
      await rename(building, venvDir);
    } catch (error) {
      // Another start may have finished first; its environment is as good as ours.
      if (!(await isCurrent(venvDir, wanted))) throw error;
    }
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return python;
}

const stampName = 'plumbline-requirements.sha256';

function defaultVenvDir(): string {
  const moved = process.env.PLUMBLINE_VENV_DIR;
  return moved === undefined || moved === '' ? join(repository, '.local', 'venv') : moved;
}

async function isCurrent(venvDir: string, wanted: string): Promise<boolean> {
  try {
    // A base Python that was removed leaves a dangling link behind: existsSync follows it.
    return (
      existsSync(join(venvDir, 'bin', 'python')) && (await readFile(join(venvDir, stampName), 'utf8')).trim() === wanted
    );
  } catch {
    return false;
  }
}

async function runOrExplain(command: string, args: string[], what: string): Promise<void> {
  try {
    await run(command, args, { timeout: 600_000, maxBuffer: 16_000_000 });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new EngineError(`${what} failed: ${said.split('\n').slice(-6).join('\n')}`, { cause: error });
  }
}

/** The engine could not be installed, started or stopped; the message says why and where its log is. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

export interface EngineOptions {
  readonly port: number;
  /** Holds `state/` (what survives a clean stop), `tmp/` (unpacked functions) and `logs/`. */
  readonly localDir: string;
  readonly venvDir?: string;
  /** Variables every Lambda sees, such as the address of the carrier simulator. A function's own variables win. */
  readonly env?: Readonly<Record<string, string>>;
  readonly report?: Report;
  readonly startTimeoutMillis?: number;
}

export interface Engine {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the process has ended, asked for or not. */
  readonly ended: Promise<EngineEnd>;
  /** Process ids of the warm workers, each with the name of its function: what a crash test kills. */
  workers(): Promise<EngineWorker[]>;
  /** Stops it so that it saves its state; kills it (state lost, said in `killed`) when it does not within the limit. */
  stop(limitMillis?: number): Promise<EngineEnd>;
}

export interface EngineEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when the stop had to be forced, so that what changed since the start is lost. */
  readonly killed: boolean;
}

export interface EngineWorker {
  readonly pid: number;
  readonly functionName: string;
}

/** The folders the engine uses under a local directory. */
export function enginePaths(localDir: string) {
  return {
    state: join(localDir, 'state', 'engine'),
    objects: join(localDir, 'state', 's3'),
    tmp: join(localDir, 'tmp'),
    home: join(localDir, 'tmp', 'home'),
    log: join(localDir, 'logs', 'engine.log'),
    previousLog: join(localDir, 'logs', 'engine.previous.log'),
  } as const;
}

/**
 * Starts the engine and waits until it answers.
 * @throws EngineError with the last lines of its log when it ends early or does not answer in time.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const python = await ensureVenv({
    ...(options.venvDir === undefined ? {} : { venvDir: options.venvDir }),
    ...(options.report === undefined ? {} : { report: options.report }),
  });
  // Whoever has the port might answer the health check in the engine's place.
  const [taken] = await missingPrerequisites({
    python: false,
    ports: [{ purpose: 'local engine', port: options.port, variable: 'PLUMBLINE_ENGINE_PORT' }],
  });
  if (taken !== undefined) throw new EngineError(taken);
  const paths = enginePaths(options.localDir);
  await prepareFolders(paths);
  const endpoint = `http://127.0.0.1:${options.port}`;
  const log = openSync(paths.log, 'w');
  // Its own process group: Ctrl-C in a terminal must reach only us, who stop things in the right order.
  const child = spawn(python, [launcher], {
    cwd: options.localDir,
    env: engineEnvironment(options, endpoint, paths),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);

  let killed = false;
  const ended = new Promise<EngineEnd>((resolve, reject) => {
    child.once('error', (error) => reject(new EngineError(`The local engine could not start: ${error.message}`)));
    child.once('exit', (code, signal) => resolve({ code, signal, killed }));
  });
  ended.catch(() => {});
  // Nobody is left to stop it when this process ends without asking; better to lose the engine than to leave one behind.
  const abandon = () => signalGroup(child, 'SIGTERM');
  process.once('exit', abandon);
  void ended.finally(() => process.removeListener('exit', abandon)).catch(() => {});

  try {
    await waitUntilHealthy(endpoint, ended, paths.log, options.startTimeoutMillis ?? 30_000);
  } catch (error) {
    signalGroup(child, 'SIGKILL');
    throw error;
  }
  const { pid } = child;
  if (pid === undefined) throw new EngineError('The local engine has no process id.');

  return {
    endpoint,
    port: options.port,
    pid,
    logFile: paths.log,
    ended,
    workers: () => workersOf(pid),
    async stop(limitMillis = 20_000) {
      if (child.exitCode !== null || child.signalCode !== null) return await ended;
      child.kill('SIGTERM');
      if (!(await endsWithin(ended, limitMillis / 2))) {
        // It saves first and then waits for running functions; what they were handed comes again after the next start.
        for (const worker of await workersOf(pid)) signalOne(worker.pid, 'SIGKILL');
        killed = !(await endsWithin(ended, limitMillis / 2));
      }
      // Workers end with their engine; the group signal is for one that hangs.
      signalGroup(child, 'SIGKILL');
      return await ended;
    },
  };
}

async function endsWithin(ended: Promise<EngineEnd>, limitMillis: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(limitMillis, false, { signal: timer.signal }).catch(() => true);
  const inTime = await Promise.race([ended.then(() => true), late]);
  timer.abort();
  return inTime;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) signalOne(-child.pid, signal);
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

async function prepareFolders(paths: ReturnType<typeof enginePaths>): Promise<void> {
  for (const folder of [paths.state, paths.objects, paths.home, dirname(paths.log)])
    await mkdir(folder, { recursive: true });
  // What a killed engine unpacked and never removed.
  for (const name of await readdir(paths.tmp))
    if (name.startsWith('ministack-')) await rm(join(paths.tmp, name), { recursive: true, force: true });
  // Functions are unpacked below this folder; under a module package their CommonJS loader would not run.
  await writeFile(join(paths.tmp, 'package.json'), '{"type":"commonjs"}\n');
  const modules = join(repository, 'node_modules');
  const link = join(paths.tmp, 'node_modules');
  if ((await readlink(link).catch(() => undefined)) !== modules) {
    await rm(link, { recursive: true, force: true });
    await symlink(modules, link);
  }
  if (existsSync(paths.log)) await rename(paths.log, paths.previousLog);
}

/** Everything the engine sees is named here: the host's profile, keys, proxies and Node options must not reach a Lambda. */
function engineEnvironment(
  options: EngineOptions,
  endpoint: string,
  paths: ReturnType<typeof enginePaths>,
): Record<string, string> {
  const modules = join(repository, 'node_modules');
  return {
    PATH: [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter),
    HOME: paths.home,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TMPDIR: paths.tmp,
    NODE_PATH: modules,
    NODE_NO_WARNINGS: '1',
    PYTHONUNBUFFERED: '1',
    BIND_HOST: '127.0.0.1',
    // Queue URLs and the like name an address that every client can reach, not a host name.
    MINISTACK_HOST: '127.0.0.1',
    GATEWAY_PORT: String(options.port),
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    PERSIST_STATE: '1',
    STATE_DIR: paths.state,
    S3_PERSIST: '1',
    S3_DATA_DIR: paths.objects,
    MINISTACK_REGION: engineRegion,
    MINISTACK_ACCOUNT_ID: engineAccount,
    // A socket that is not there: the engine must not look for Docker on the user's machine.
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...options.env,
  };
}

async function waitUntilHealthy(
  endpoint: string,
  ended: Promise<EngineEnd>,
  logFile: string,
  limitMillis: number,
): Promise<void> {
  const watch: { end?: EngineEnd; failure?: unknown } = {};
  ended.then(
    (end) => {
      watch.end = end;
    },
    (error: unknown) => {
      watch.failure = error;
    },
  );
  const deadline = performance.now() + limitMillis;
  while (performance.now() < deadline) {
    if (watch.failure !== undefined) throw watch.failure;
    if (watch.end !== undefined)
      throw new EngineError(
        `The local engine ended at once (${watch.end.signal ?? `code ${watch.end.code}`}). Its last words, from ${logFile}:\n${lastLines(logFile)}`,
      );
    try {
      const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
  throw new EngineError(
    `The local engine did not answer within ${limitMillis / 1000} s. Its last words, from ${logFile}:\n${lastLines(logFile)}`,
  );
}

function lastLines(file: string, count = 15): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '(no log)';
}

/** A worker is a child of the engine that runs a script unpacked to `ministack-lambda-<function name>-<random>`. */
export async function workersOf(enginePid: number): Promise<EngineWorker[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args='], { maxBuffer: 16_000_000 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const functionName = /ministack-lambda-(.+)-[^-/]+\/_worker/.exec(command ?? '')?.[1];
    return functionName !== undefined && Number(parent) === enginePid ? [{ pid: Number(pid), functionName }] : [];
  });
}
