import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

/** One subject to measure: prints its own lines and returns its figures. `undefined` when this machine lacks what it needs. */
interface Bench {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

const help = `Usage: npm run bench [-- <word> ...] [-- --json]

Measures Plumbline on this machine, ratios side by side in one run. Words choose the benches whose names contain
one of them: npm run bench -- scheduling. What needs Java and Maven says so and is left out where they are missing.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});

if (values.help) {
  console.log(help);
} else {
  const files = (await Array.fromAsync(glob('*.ts', { cwd: import.meta.dirname })))
    .filter((file) => file !== basename(import.meta.filename) && !file.endsWith('.support.ts'))
    .toSorted();
  const chosen = files.filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)));
  if (chosen.length === 0) {
    console.error(`No bench is named like that. There are: ${files.map((file) => basename(file, '.ts')).join(', ')}`);
    process.exitCode = 2;
  }
  const print = console.log;
  // With --json the lines for people go to stderr, so that stdout is one document.
  if (values.json) console.log = console.error;
  const results: Record<string, unknown> = {};
  for (const file of chosen) {
    const bench: Bench = await import(join(import.meta.dirname, file));
    console.log(`\n${bench.name}`);
    results[bench.name] = await bench.run();
  }
  if (values.json) print(JSON.stringify(results, null, 2));
}
