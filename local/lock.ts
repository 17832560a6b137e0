import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { StartError } from './start-error.ts';

const run = promisify(execFile);
const holder = z.object({ pid: z.int(), enginePid: z.int().optional() });

/** The right to run the clinic of one local directory. */
export interface Lock {
  /** Remembers the engine, so that the next start can stop it should this process be killed. */
  recordEngine(enginePid: number): Promise<void>;
  release(): Promise<void>;
}

const fileOf = (localDir: string) => join(localDir, 'running.json');

/**
 * Takes the lock. One left by a process that is gone is taken over, and the engine it left behind is stopped first, in a
 * way that lets it save its state.
 * @throws StartError when another start holds it.
 */
export async function takeLock(localDir: string, note: (text: string) => void = () => {}): Promise<Lock> {
  await mkdir(localDir, { recursive: true });
  const file = fileOf(localDir);
  const mine = `${JSON.stringify({ pid: process.pid })}\n`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await writeFile(file, mine, { flag: 'wx' });
      return {
        recordEngine: (enginePid) => writeFile(file, `${JSON.stringify({ pid: process.pid, enginePid })}\n`),
        release: () => rm(file, { force: true }),
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = await readHolder(file);
    if (held !== undefined && held.pid !== process.pid && isAlive(held.pid)) {
      throw new StartError(
        `This clinic is already running (process ${held.pid}): use it, or stop it with Ctrl-C in its terminal first.`,
      );
    }
    if (held?.enginePid !== undefined) await stopLeftEngine(held.enginePid, note);
    await rm(file, { force: true });
  }
  throw new StartError(`Another start took the clinic at the same moment; if none is running, delete ${file}.`);
}

async function readHolder(file: string): Promise<z.output<typeof holder> | undefined> {
  // Between creating and writing it is empty for an instant: whoever does that is alive and a moment later readable.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      return holder.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      await sleep(50);
    }
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function stopLeftEngine(pid: number, note: (text: string) => void): Promise<void> {
  if (!isAlive(pid) || !(await isEngine(pid))) return;
  note('Stopping the engine that an earlier start left behind');
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; isAlive(pid); waited += 100) {
    // It leads its own process group, which holds its functions' workers too.
    if (waited === 15_000) process.kill(-pid, 'SIGKILL');
    if (waited > 20_000) throw new StartError(`The engine of an earlier start (process ${pid}) does not stop; end it.`);
    await sleep(100);
  }
}

/** A process id may have been given to another program since. */
async function isEngine(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('engine.py');
}
