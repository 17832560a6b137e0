import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { wallTimeOf } from '../../../functions/platform/time.ts';
import { instantOfEpochMinute } from '../../../functions/scheduling/core/visit-time.ts';
import { findPython } from '../../../local/prerequisites.ts';
import { type BookedProvider, bookedStarts, calendar } from '../calendar.support.ts';

const run = promisify(execFile);
const requirements = join(import.meta.dirname, 'requirements.txt');
const script = join(import.meta.dirname, 'django_appointment_search.py');
const home = join(import.meta.dirname, '..', '..', '..', '.local', 'bench-django-appointment-3.12.0');

export interface PeerAnswer {
  /** The starts offered to each provider's patients, as wall times. */
  readonly slots: readonly (readonly string[])[];
  readonly providerMonthCpuMillis: number;
  readonly clinicMonthCpuMillis: number;
}

/** A virtual environment with the package, made once; undefined where Python or its packages cannot be had. */
const preparePython = async (): Promise<string | undefined> => {
  const python = join(home, 'bin', 'python');
  const done = join(home, 'installed');
  if (existsSync(done)) return python;
  try {
    const base = await findPython();
    await rm(home, { recursive: true, force: true });
    await run(base.command, ['-m', 'venv', home]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements], { timeout: 300_000 });
    await mkdir(done);
    return python;
  } catch {
    return undefined;
  }
};

/** django-appointment's answers for the first provider's month and for all, with SQLite in memory; undefined where it cannot run. */
export const askDjangoAppointment = async (providers: readonly BookedProvider[]): Promise<PeerAnswer | undefined> => {
  const python = await preparePython();
  if (python === undefined) return undefined;
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const wallTimes = (booked: BookedProvider) =>
    bookedStarts(booked).map((start) => wallTimeOf(instantOfEpochMinute(start), calendar.zone).split('T'));
  child.stdin.end(JSON.stringify({ ...calendar, runs: 5, providers: providers.map(wallTimes) }));
  const answer: PeerAnswer = JSON.parse(await text(child.stdout));
  return answer;
};
