import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { workersOf } from '../../../local/engine.ts';

const running = z.object({ enginePid: z.int() });

const mostRounds = 50;

/** How many processes were killed, by the name asked for. */
export type Killed = Readonly<Record<string, number>>;

/**
 * Kills function processes of a clinic in the middle of whatever they do, some rounds long, as a machine that
 * runs out of memory would. The engine ends the function's other processes with it, so each round is felt by all. On a busy
 * machine a function may get its first process late: then there are more rounds.
 * @param names parts of function names, such as `schedulinghttp`; one process of each is killed per round
 */
export const killWorkers = async (
  localDir: string,
  names: readonly string[],
  rounds: number,
  pauseMillis = 1_200,
): Promise<Killed> => {
  const { enginePid } = running.parse(JSON.parse(await readFile(join(localDir, 'running.json'), 'utf8')));
  const killed: Record<string, number> = {};
  const isMissed = (name: string): boolean => killed[name] === undefined;
  for (let round = 0; round < rounds || (round < mostRounds && names.some(isMissed)); round += 1) {
    await sleep(pauseMillis);
    const workers = await workersOf(enginePid);
    for (const name of names) {
      const ofFunction = workers.filter(({ functionName }) => functionName.includes(name));
      const victim = ofFunction[Math.floor(Math.random() * ofFunction.length)];
      if (victim === undefined) continue;
      try {
        process.kill(victim.pid, 'SIGKILL');
        killed[name] = (killed[name] ?? 0) + 1;
      } catch {
        // It ended by itself a moment ago.
      }
    }
  }
  return killed;
};
