import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundle, bundleLimitBytes } from '../../lib/bundle.ts';
import { loadEnvironment } from '../helpers/load-environment.ts';

export const name = 'bundles';

const root = join(import.meta.dirname, '..', '..');
const rounds = 5;

/** Milliseconds a fresh process takes to import a module, start of the process excluded; the median of five. */
const importMillis = async (file: string): Promise<number> => {
  const script = `const start=performance.now();await import(${JSON.stringify(pathToFileURL(file).href)});process.stdout.write(String(performance.now()-start))`;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: loadEnvironment,
    });
    times.push(Number(stdout.slice(stdout.lastIndexOf('\n') + 1)));
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
};

/** Prints the size of each function's bundle (limit 500 KB) and how long a fresh process takes to import it. */
export const run = async (): Promise<readonly { name: string; bytes: number; importMillis: number }[]> => {
  const sizes = await bundle(root);
  const results: { name: string; bytes: number; importMillis: number }[] = [];
  for (const size of sizes) {
    const millis = await importMillis(join(root, 'dist', 'functions', size.name, 'index.mjs'));
    const verdict = size.bytes <= bundleLimitBytes ? '' : `  OVER ${bundleLimitBytes / 1024} KB`;
    console.log(
      `${size.name.padEnd(22)}${(size.bytes / 1024).toFixed(0).padStart(5)} KB${millis.toFixed(0).padStart(6)} ms to import${verdict}`,
    );
    results.push({ ...size, importMillis: millis });
  }
  return results;
};
