import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A missing prerequisite: the message is one sentence that says what to do about it. */
export class PrerequisiteError extends Error {
  override readonly name = 'PrerequisiteError';
}

/** A port somebody wants to listen on, what for, and the variable that moves it. */
export interface WantedPort {
  readonly purpose: string;
  readonly port: number;
  readonly variable: string;
}

export interface PrerequisiteQuestion {
  readonly nodeVersion?: string;
  readonly ports?: readonly WantedPort[];
  /** `false` where the engine is not needed. @default true */
  readonly python?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const oldestNode = 20;
const oldestPython = { major: 3, minor: 10 } as const;
const pythonNames = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** What is missing, one sentence each; an empty list means that the clinic can start. */
export async function missingPrerequisites(question: PrerequisiteQuestion = {}): Promise<string[]> {
  const missing: string[] = [];
  const node = nodeProblem(question.nodeVersion ?? process.versions.node);
  if (node !== undefined) missing.push(node);
  if (question.python !== false) {
    try {
      await findPython(question.env);
    } catch (error) {
      if (!(error instanceof PrerequisiteError)) throw error;
      missing.push(error.message);
    }
  }
  for (const wanted of question.ports ?? []) {
    const problem = await portProblem(wanted);
    if (problem !== undefined) missing.push(problem);
  }
  return missing;
}

function nodeProblem(version: string): string | undefined {
  return Number(version.split('.')[0]) >= oldestNode
    ? undefined
    : `Plumbline needs Node ${oldestNode} or later and this is Node ${version}: install a current one from your package manager or nodejs.org.`;
}

async function portProblem({ purpose, port, variable }: WantedPort): Promise<string | undefined> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return `The port of the ${purpose} must be a whole number from 1 to 65535: correct ${variable}.`;
  const code = await listenError(port);
  if (code === undefined) return undefined;
  return code === 'EADDRINUSE'
    ? `Port ${port} (${purpose}) is in use by another program: stop that program, or choose another port with ${variable}=<number>.`
    : `Port ${port} (${purpose}) cannot be opened (${code}): choose another port with ${variable}=<number>.`;
}

function listenError(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}

/** A port that nobody listened on a moment ago; for tests, which must not meet a running clinic. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('The system gave no port number.')),
      );
    });
  });
}

/** A Python that can make the engine's virtual environment. */
export interface Python {
  readonly command: string;
  readonly version: string;
}

/**
 * The first Python >= 3.10 that has `venv` and `ensurepip`; `PLUMBLINE_PYTHON` names one to use instead.
 * @throws PrerequisiteError when there is none.
 */
export async function findPython(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Python> {
  const named = env.PLUMBLINE_PYTHON;
  const seen: string[] = [];
  let withoutVenv: string | undefined;
  for (const command of named === undefined || named === '' ? pythonNames : [named]) {
    const version = await pythonVersion(command, env);
    if (version === undefined) continue;
    if (!isRecentPython(version)) {
      seen.push(`${command} is ${version}`);
      continue;
    }
    if (await answers(command, ['-c', 'import venv, ensurepip'], env)) return { command, version };
    withoutVenv ??= `${command} (${version})`;
  }
  if (withoutVenv !== undefined)
    throw new PrerequisiteError(
      `${withoutVenv} comes without the venv module: install it (Debian and Ubuntu: apt install python3-venv).`,
    );
  const wanted = `Plumbline's local engine needs Python ${oldestPython.major}.${oldestPython.minor} or later`;
  if (named !== undefined && named !== '' && seen.length === 0)
    throw new PrerequisiteError(
      `${wanted}, and PLUMBLINE_PYTHON names a program that does not run: correct or unset it.`,
    );
  throw new PrerequisiteError(
    `${wanted} (${seen.length === 0 ? 'none was found' : seen.join(', ')}): install one from your package manager or python.org.`,
  );
}

function isRecentPython(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestPython.major || (major === oldestPython.major && minor >= oldestPython.minor);
}

async function pythonVersion(command: string, env: Readonly<Record<string, string | undefined>>) {
  try {
    const { stdout } = await run(command, ['-c', 'import platform; print(platform.python_version())'], {
      env: { ...env },
      timeout: 20_000,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

async function answers(command: string, args: string[], env: Readonly<Record<string, string | undefined>>) {
  try {
    await run(command, args, { env: { ...env }, timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
