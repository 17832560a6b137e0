import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Metafile, type Plugin } from 'esbuild';
import { bundlePlugins } from './bundle-plugins.ts';
import { findHandlers, type HandlerFile } from './handlers.ts';

/** What one function weighs once bundled, without its source maps. */
export interface BundleSize {
  readonly name: string;
  /** The code Lambda loads before the first request. */
  readonly bytes: number;
  /** What a request may load besides, when it first needs it: `await import(...)` in the sources. */
  readonly laterBytes: number;
}

/** The most a handler may weigh: past this, cold starts are felt. */
export const bundleLimitBytes = 500 * 1024;

// A dependency in CommonJS asks for `require`, which an ES module does not have.
const requireBanner =
  "import{createRequire as plumblineRequire}from'node:module';const require=plumblineRequire(import.meta.url);";

/**
 * Functions that load a part of their code when a request first needs it: pages where most requests are for data, the
 * rules of a form that few requests send, the reading of a clinic's own words or (with the first text) of a patient's. Each is built by itself, because what it loads later must lie beside it.
 */
const loadsLater: ReadonlySet<string> = new Set([
  'intake-http',
  'scheduling-public',
  'scheduling-links',
  'messaging-office-http',
  'messaging-receive',
]);

/** The functions that write JSON Schema. */
const writesJsonSchema: ReadonlySet<string> = new Set(['platform-http']);

/** Where bundles go unless somebody says otherwise. */
export const defaultBundles = (root: string): string => join(root, 'dist', 'functions');

/**
 * Bundles every handler under `root`, in esbuild runs side by side, to `<outdir>/<area>-<handler>/index.mjs` with its source map.
 * The same sources give the same bytes, so a function that did not change is not deployed again.
 */
export const bundle = async (root: string, outdir = defaultBundles(root)): Promise<readonly BundleSize[]> => {
  const handlers = await findHandlers(root);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const plain = bundlePlugins({ writesJsonSchema: false });
  const metafiles = await Promise.all([
    bundleHandlers(
      root,
      outdir,
      handlers.filter(({ name }) => writesJsonSchema.has(name)),
      bundlePlugins({ writesJsonSchema: true }),
    ),
    bundleHandlers(
      root,
      outdir,
      handlers.filter(({ name }) => !writesJsonSchema.has(name) && !loadsLater.has(name)),
      plain,
    ),
    ...handlers
      .filter(({ name }) => loadsLater.has(name))
      .map(({ name, file }) => bundleHandlers(root, join(outdir, name), [{ name: '.', file }], plain)),
  ]);
  const outputs: Metafile['outputs'] = Object.assign({}, ...metafiles.map((metafile) => metafile.outputs));
  const inputs: Metafile['inputs'] = Object.assign({}, ...metafiles.map((metafile) => metafile.inputs));
  await writeFile(join(dirname(outdir), 'metafile.json'), JSON.stringify({ inputs, outputs }));
  return Object.keys(outputs)
    .filter((file) => basename(file) === 'index.mjs')
    .map((file) => sizeOf(file, outputs))
    .toSorted((a, b) => a.name.localeCompare(b.name));
};

/** An entry's size with all that it imports at once, and the rest of its folder. */
const sizeOf = (entry: string, outputs: Metafile['outputs']): BundleSize => {
  const atOnce = new Set<string>();
  const follow = (file: string): void => {
    if (atOnce.has(file)) return;
    atOnce.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) follow(path);
    }
  };
  follow(entry);
  const folder = Object.keys(outputs).filter((file) => file.endsWith('.mjs') && dirname(file) === dirname(entry));
  const bytesOf = (files: readonly string[]): number =>
    files.reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  return {
    name: basename(dirname(entry)),
    bytes: bytesOf([...atOnce]),
    laterBytes: bytesOf(folder.filter((file) => !atOnce.has(file))),
  };
};

const bundleHandlers = async (
  root: string,
  outdir: string,
  handlers: readonly HandlerFile[],
  plugins: Plugin[],
): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(handlers.map(({ name, file }) => [`${name}/index`, file])),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    splitting: handlers.length === 1,
    chunkNames: '[name]-[hash]',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: requireBanner },
    plugins,
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, out: { type: 'string' } } });
  const root = join(import.meta.dirname, '..');
  const startedAtMillis = performance.now();
  const outdir = values.out === undefined ? defaultBundles(root) : resolve(values.out);
  const sizes = await bundle(root, outdir);
  if (values.json) {
    console.log(JSON.stringify(sizes));
    return;
  }
  for (const { name, bytes, laterBytes } of sizes) {
    const kilobytes = (bytes / 1024).toFixed(1).padStart(8);
    const later = laterBytes === 0 ? '' : `, ${(laterBytes / 1024).toFixed(1)} KB later`;
    const verdict = bytes > bundleLimitBytes ? `  over ${bundleLimitBytes / 1024} KB` : '';
    console.log(`${name.padEnd(26)}${kilobytes} KB${later}${verdict}`);
  }
  const seconds = ((performance.now() - startedAtMillis) / 1000).toFixed(1);
  console.log(`${sizes.length} functions in ${seconds} s, in ${relative(process.cwd(), outdir)}`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
