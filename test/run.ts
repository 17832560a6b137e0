import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';

const help = `Runs the tests: types, lint, unit, e2e, integration, restarts, exhaustive; each kind in a process of its own.

  npm test                   all of them
  npm test -- unit lint      some of them

Ends with a line "N passed, N failed": every test counts, and types and lint as one each. Exit code 0 only if none failed.`;

const root = join(import.meta.dirname, '..');

/** A kind of test: one command, and how long it may take before something hangs. */
interface Suite {
  readonly name: string;
  readonly args: readonly string[];
  readonly isVitest: boolean;
  readonly limitMinutes: number;
}

const vitest = (project: string, limitMinutes: number): Suite => ({
  name: project,
  args: ['node_modules/vitest/vitest.mjs', 'run', '--project', project],
  isVitest: true,
  limitMinutes,
});

const suites: readonly Suite[] = [
  { name: 'types', args: ['node_modules/.bin/tsc', '--noEmit'], isVitest: false, limitMinutes: 5 },
  {
    name: 'lint',
    args: ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.'],
    isVitest: false,
    limitMinutes: 5,
  },
  vitest('unit', 5),
  vitest('e2e', 20),
  vitest('integration', 20),
  vitest('restarts', 20),
  vitest('exhaustive', 20),
];

interface Outcome {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  /** One line for each test that did not run. */
  readonly skipped: readonly string[];
  readonly millis: number;
  /** What went wrong beyond single tests. */
  readonly trouble?: string | undefined;
}

const report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) })),
});

const running = new Set<ChildProcess>();
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    for (const child of running) child.kill(signal);
  });
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Runs one kind; vitest's words are passed on as they come, those of a check when it ends. */
const run = async ({ name, args, isVitest, limitMinutes }: Suite, folder: string): Promise<Outcome> => {
  const startedAt = performance.now();
  const file = join(folder, `${name}.json`);
  const reporters = isVitest ? ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`] : [];
  const [command, ...rest] = args[0]?.endsWith('.mjs') ? [process.execPath, ...args] : args;
  if (command === undefined) throw new Error('A kind of test without a command');
  const child = spawn(command, [...rest, ...reporters], {
    cwd: root,
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
      // Hundreds of processes load the same modules: the first compiles them.
      NODE_COMPILE_CACHE: join(root, '.local', 'compile-cache'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let held = '';
  const hear = (chunk: Buffer) => {
    if (isVitest) process.stdout.write(chunk);
    else held += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 30_000).unref();
  }, limitMinutes * 60_000);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  clearTimeout(timer);
  running.delete(child);
  const millis = Math.round(performance.now() - startedAt);
  const trouble = isLate ? `stopped after ${limitMinutes} minutes` : code === 0 ? undefined : `exit code ${code}`;
  if (!isVitest) {
    if (code !== 0) say(`\n${name}:\n${held.trimEnd()}`);
    return { suite: name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], millis, trouble };
  }
  return { suite: name, millis, ...(await counted(file, trouble)) };
};

const counted = async (file: string, trouble: string | undefined): Promise<Omit<Outcome, 'suite' | 'millis'>> => {
  const read = await readFile(file, 'utf8').then(
    (text) => report.parse(JSON.parse(text)),
    () => undefined,
  );
  if (read === undefined) return { passed: 0, failed: 1, skipped: [], trouble: trouble ?? 'it left no report' };
  const { numPassedTests: passed, numFailedTests: failed, testResults } = read;
  const skipped = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => fullName);
  // A file that cannot be loaded, or a clinic that does not start, fails without a failed test.
  const isUnseen = trouble !== undefined && failed === 0;
  return { passed, failed: isUnseen ? 1 : failed, skipped, trouble: isUnseen ? trouble : undefined };
};

/** A title that ends in "skipped: needs ..." says by itself why; any other gets the word put before it. */
const skippedLine = (title: string): string => {
  const [, name = title, why] = /^(.*?):? ?\bskipped: (.*)$/s.exec(title) ?? [];
  return why === undefined ? `skipped: ${name}` : `skipped: ${why} (${name})`;
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h', default: false } },
  });
  const unknown = positionals.find((name) => !suites.some((suite) => suite.name === name));
  if (values.help || unknown !== undefined) {
    say(unknown === undefined ? help : `There are no tests called "${unknown}".\n\n${help}`);
    process.exitCode = unknown === undefined ? 0 : 2;
    return;
  }
  const wanted = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  try {
    const outcomes: Outcome[] = [];
    // Two cores, two kinds at a time: the quick ones first, then the longest, so that both ends come together.
    const waiting = [...wanted];
    const inTurn = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !isInterrupted; next = waiting.shift())
        outcomes.push(await run(next, folder));
    };
    await Promise.all([inTurn(), inTurn()]);
    summarize(wanted.flatMap(({ name }) => outcomes.filter((outcome) => outcome.suite === name)));
    if (isInterrupted) process.exitCode = 130;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const summarize = (outcomes: readonly Outcome[]): void => {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const failed = sum((outcome) => outcome.failed);
  say('');
  for (const { suite, passed, failed: broken, skipped, millis, trouble } of outcomes) {
    const counts = `${passed} passed, ${broken} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
    const time = `${(millis / 1000).toFixed(1)} s`.padStart(9);
    say(`${suite.padEnd(13)}${time}   ${counts}${trouble === undefined ? '' : ` (${trouble})`}`);
  }
  for (const { skipped } of outcomes) for (const title of skipped) say(skippedLine(title));
  if (failed > 0) process.exitCode = 1;
  say(`${sum((outcome) => outcome.passed)} passed, ${failed} failed`);
};

await main();
