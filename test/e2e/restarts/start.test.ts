import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { clinicInfo } from '../../../local/clinic-info.ts';
import { localDirectory } from '../../../local/engine.ts';
import { freePort } from '../../../local/prerequisites.ts';
import { until } from '../support/until.ts';

const root = join(import.meta.dirname, '../../..');
const ready = z.object({ kind: z.literal('ready'), wasDeployed: z.boolean(), clinic: clinicInfo });
const line = z.object({ kind: z.string() }).loose();
type Line = z.output<typeof line>;

/** `npm start` as a process of its own, told by its JSON lines. */
class Start {
  readonly process: ChildProcess;
  readonly lines: Line[] = [];
  stderr = '';
  readonly #ended: Promise<number | null>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [join(root, 'bin', 'start.ts'), '--json'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.process;
    if (stdout === null || stderr === null) throw new Error('The process has no output');
    createInterface({ input: stdout }).on('line', (text) => this.lines.push(line.parse(JSON.parse(text))));
    stderr.on('data', (chunk) => {
      this.stderr += String(chunk);
    });
    this.#ended = new Promise((resolve) => this.process.once('close', resolve));
  }

  exit(): Promise<number | null> {
    return this.#ended;
  }

  async ready() {
    const found = await until('the clinic to be ready', () => {
      if (this.process.exitCode !== null) throw new Error(`It ended: ${JSON.stringify(this.lines.at(-1))}`);
      return this.lines.find(({ kind }) => kind === 'ready');
    });
    return ready.parse(found);
  }

  async interrupt(): Promise<number | null> {
    this.process.kill('SIGINT');
    return this.exit();
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const steps = (start: Start): unknown[] => start.lines.filter(({ kind }) => kind === 'done').map(({ step }) => step);

describe('npm start', () => {
  const started: Start[] = [];
  const start = (env?: Readonly<Record<string, string>>): Start => {
    const one = new Start(env);
    started.push(one);
    return one;
  };

  afterEach(async () => {
    for (const one of started.splice(0)) if (one.process.exitCode === null) await one.interrupt();
  });

  it('Ctrl-C while the stacks are deployed ends it at once and leaves nothing running', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'plumbline-start-'));
    try {
      const one = start({ PLUMBLINE_LOCAL_DIR: elsewhere });
      await until('the deployment to begin', () =>
        one.lines.some(({ kind, step }) => kind === 'began' && step === 'Stacks'),
      );
      const { enginePid } = await holder(elsewhere);
      const code = await one.interrupt();
      expect(code).toBe(1);
      expect(one.lines.at(-1)).toMatchObject({ kind: 'failed' });
      expect(isAlive(enginePid)).toBe(false);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('is stopped by Ctrl-C, goes on where it was without deploying again, and refuses a second start meanwhile', async () => {
    const first = start();
    const { clinic, wasDeployed } = await first.ready();
    const { enginePid } = await holder(localDirectory());
    expect(steps(first).includes('CDK bootstrap')).toBe(wasDeployed);
    expect((await fetch(`${clinic.apiUrl}/v1/openapi.json`)).status).toBe(200);

    const meanwhile = start();
    expect(await meanwhile.exit()).toBe(1);
    expect(meanwhile.lines.at(-1)).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('already running'),
    });

    expect(await first.interrupt()).toBe(0);
    expect(isAlive(enginePid)).toBe(false);
    await expect(fetch(clinic.apiUrl)).rejects.toThrow();
    await expect(fetch(clinic.phonePageUrl)).rejects.toThrow();

    // The engine keeps its port: its queues are known by it.
    const second = start({ PLUMBLINE_ENGINE_PORT: String(await freePort()) });
    const again = await second.ready();
    expect(again.wasDeployed).toBe(false);
    expect(steps(second)).not.toContain('CDK bootstrap');
    expect(again.clinic).toEqual(clinic);
    const types = await fetch(`${clinic.apiUrl}/v1/public/${clinic.slug}/appointment-types`);
    expect(await types.json()).toMatchObject({ clinic: { name: clinic.clinicName } });

    // Two more Ctrl-C while it stops change nothing.
    second.process.kill('SIGINT');
    second.process.kill('SIGINT');
    expect(await second.interrupt()).toBe(0);
  });

  it('says which port is taken, in one sentence and without a stack trace', async () => {
    const other = createServer();
    const port = Number(process.env.PLUMBLINE_CARRIER_PORT);
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      const one = start();
      expect(await one.exit()).toBe(1);
      const message = String(one.lines.at(-1)?.message);
      expect(message).toContain(`Port ${port}`);
      expect(message.split('\n')).toHaveLength(1);
      expect(one.stderr).toBe('');
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

const holder = async (localDir: string) =>
  z.object({ enginePid: z.int() }).parse(JSON.parse(await readFile(join(localDir, 'running.json'), 'utf8')));
