import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Metafile, type Plugin } from 'esbuild';
import { bundlePlugins } from './bundle-plugins.ts';
import { findHandlers, type HandlerFile } from './handlers.ts';

/** What one function weighs once bundled: the code Lambda loads, without its source map. */
export interface BundleSize {
  readonly name: string;
  readonly bytes: number;
}

/** The most a handler may weigh: past this, cold starts are felt. */
export const bundleLimitBytes = 500 * 1024;

// A dependency in CommonJS asks for `require`, which an ES module does not have.
const requireBanner =
  "import{createRequire as plumblineRequire}from'node:module';const require=plumblineRequire(import.meta.url);";

/** The functions that write JSON Schema. */
const writesJsonSchema: ReadonlySet<string> = new Set(['platform-http']);

/** Where bundles go unless somebody says otherwise. */
export const defaultBundles = (root: string): string => join(root, 'dist', 'functions');

/**
 * Bundles every handler under `root`, in two esbuild runs side by side, to `<outdir>/<area>-<handler>/index.mjs` with its source map.
 * The same sources give the same bytes, so a function that did not change is not deployed again.
 */
export const bundle = async (root: string, outdir = defaultBundles(root)): Promise<readonly BundleSize[]> => {
  const handlers = await findHandlers(root);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
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
      handlers.filter(({ name }) => !writesJsonSchema.has(name)),
      bundlePlugins({ writesJsonSchema: false }),
    ),
  ]);
  const metafile: Metafile = {
    inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)),
    outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)),
  };
  await writeFile(join(dirname(outdir), 'metafile.json'), JSON.stringify(metafile));
  return Object.entries(metafile.outputs)
    .filter(([file]) => file.endsWith('.mjs'))
    .map(([file, { bytes }]) => ({ name: basename(dirname(file)), bytes }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
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
  for (const { name, bytes } of sizes) {
    const kilobytes = (bytes / 1024).toFixed(1).padStart(8);
    console.log(
      `${name.padEnd(24)}${kilobytes} KB${bytes > bundleLimitBytes ? `  over ${bundleLimitBytes / 1024} KB` : ''}`,
    );
  }
  const seconds = ((performance.now() - startedAtMillis) / 1000).toFixed(1);
  console.log(`${sizes.length} functions in ${seconds} s, in ${relative(process.cwd(), outdir)}`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
