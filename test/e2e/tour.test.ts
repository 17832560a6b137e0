import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import * as z from 'zod';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const plumbline = (...args: string[]) =>
  run(process.execPath, [join(root, 'bin', 'plumbline.ts'), ...args], { timeout: 170_000, maxBuffer: 16_000_000 });

const step = z.object({ step: z.int(), name: z.string(), ok: z.literal(true), proves: z.string() });
const whole = z.object({ ok: z.literal(true), steps: z.int() });

const linesOf = (output: string): unknown[] =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('the tour holds from the search for a time to the audit log, and again on the same clinic', async () => {
  for (const _ of ['first', 'second']) {
    const { stdout } = await plumbline('tour', '--json');
    const lines = linesOf(stdout);
    const steps = lines.slice(0, -1).map((line) => step.parse(line));
    expect(whole.parse(lines.at(-1)).steps).toBe(steps.length);
    expect(steps.length).toBeGreaterThanOrEqual(15);
  }
});

it('the clock is moved by a command, tells what it sent, and cannot be moved by nonsense', async () => {
  const shown = z.object({ now: z.string(), aheadMillis: z.int() });
  const before = shown.parse(JSON.parse((await plumbline('clock', 'show', '--json')).stdout));
  const { stdout } = await plumbline('clock', 'advance', '1d2h', '--json');
  const moved = z.object({ from: z.string(), to: z.string(), sent: z.int() }).parse(linesOf(stdout).at(-1));
  const after = shown.parse(JSON.parse((await plumbline('clock', 'show', '--json')).stdout));
  const aDayAndTwoHours = 26 * 3600_000;
  expect(Date.parse(moved.to) - Date.parse(moved.from)).toBeGreaterThanOrEqual(aDayAndTwoHours);
  expect(after.aheadMillis - before.aheadMillis).toBeGreaterThanOrEqual(aDayAndTwoHours - 1000);
  await expect(plumbline('clock', 'advance', 'tomorrow')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no stretch of time'),
  });
});

it('a command says in one sentence that no clinic was started', async () => {
  const elsewhere = { ...process.env, PLUMBLINE_LOCAL_DIR: join(root, 'there-is-no-such-folder') };
  const tour = run(process.execPath, [join(root, 'bin', 'plumbline.ts'), 'tour'], { env: elsewhere });
  await expect(tour).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^plumbline: .*npm start\.\n$/) });
});
