import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/prerequisites.ts';
import { progressAsText } from '../../local/progress.ts';
import { startClinic } from '../../local/start-clinic.ts';

/**
 * One deployed local clinic for all end-to-end tests, started as `npm start` does it, on free ports and in a directory of its
 * own: a clinic of the user, running or not, is left alone. Tests find it by PLUMBLINE_LOCAL_DIR, as commands do.
 */
export async function setup(): Promise<() => Promise<void>> {
  const localDir = await mkdtemp(join(tmpdir(), 'plumbline-e2e-'));
  const calledOff = new AbortController();
  // A test run that is interrupted must leave no engine behind.
  const callOff = () => calledOff.abort(new Error('The test run was interrupted'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, callOff);
  const forget = () => rm(localDir, { recursive: true, force: true });
  try {
    const clinic = await startClinic({
      localDir,
      ports: { frontDoor: await freePort(), carrier: await freePort(), engine: await freePort() },
      report: progressAsText((line) => process.stdout.write(`${line}\n`)),
      signal: calledOff.signal,
    });
    process.env.PLUMBLINE_LOCAL_DIR = localDir;
    return async () => {
      await clinic.stop();
      await forget();
    };
  } catch (error) {
    await forget();
    throw error;
  }
}
