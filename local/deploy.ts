import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { clientEnvironment, engineAccount, enginePaths, engineRegion } from './engine.ts';
import { StartError } from './start-error.ts';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const cdkCli = join(repository, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** The outputs of the stacks that the local clinic needs, whatever stage they are of. */
export const stackOutputs = z.object({
  recordsTable: z.string(),
  auditTable: z.string(),
  documentsBucket: z.string(),
  userPoolId: z.string(),
  userPoolClientId: z.string(),
  apiId: z.string(),
  publicUrl: z.string(),
  inboundTextsTopicArn: z.string(),
  deliveryEventsTopicArn: z.string(),
  sendQueueUrl: z.string(),
  receiveQueueUrl: z.string(),
  receiptsQueueUrl: z.string(),
  messagingRemindersFunction: z.string(),
  careCheckInsFunction: z.string(),
  schedulingOffersFunction: z.string(),
});

export type StackOutputs = z.output<typeof stackOutputs>;

const outputsFile = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Reads what `cdk deploy --outputs-file` wrote: the outputs of all stacks, each under its own name.
 * @throws StartError naming the missing output.
 */
export async function readOutputs(file: string): Promise<StackOutputs> {
  const stacks = outputsFile.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!stacks.success) throw new StartError(`${file} is not what cdk deploy --outputs-file writes.`);
  const flat = Object.fromEntries(
    Object.values(stacks.data).flatMap((outputs) =>
      Object.entries(outputs).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
    ),
  );
  const read = stackOutputs.safeParse(flat);
  if (read.success) return read.data;
  const names = read.error.issues.map((issue) => issue.path.join('.'));
  throw new StartError(`The stacks have no output ${names.join(', ')}: deploy all of them (cdk deploy --all).`);
}

/** What the last deployment was made of and what came of it; absent until one went through. */
const deployment = z.object({ sources: z.string(), outputs: stackOutputs });
export type Deployment = z.output<typeof deployment>;

const deploymentFile = (localDir: string) => join(localDir, 'state', 'deployment.json');

export async function readDeployment(localDir: string): Promise<Deployment | undefined> {
  try {
    return deployment.parse(JSON.parse(await readFile(deploymentFile(localDir), 'utf8')));
  } catch {
    return undefined;
  }
}

export interface DeployOptions {
  readonly endpoint: string;
  readonly localDir: string;
  readonly publicUrl: string;
  readonly smsEndpoint: string;
  readonly signal?: AbortSignal | undefined;
  readonly note?: (text: string) => void;
  /** @default 6 minutes */
  readonly limitMillis?: number;
}

/** Everything a deployment is made of: the sources of functions and stacks, the packages, and what is said on the command line. */
export async function hashSources(options: Pick<DeployOptions, 'publicUrl' | 'smsEndpoint'>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([options.publicUrl, options.smsEndpoint, process.version]));
  const files = ['bin/deploy.ts', 'cdk.json', 'package-lock.json'];
  for (const folder of ['functions', 'lib', 'web'])
    for await (const file of glob('**/*', { cwd: join(repository, folder), withFileTypes: true }))
      if (file.isFile()) files.push(join(file.parentPath, file.name).slice(repository.length + 1));
  for (const file of files.sort()) {
    const content = await readFile(join(repository, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Runs `cdk bootstrap` unless its bucket is there. */
export async function bootstrap(options: DeployOptions): Promise<'bootstrapped' | 'already there'> {
  const s3 = new S3Client({
    endpoint: options.endpoint,
    region: engineRegion,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  try {
    await s3.send(new HeadBucketCommand({ Bucket: `cdk-hnb659fds-assets-${engineAccount}-${engineRegion}` }));
    return 'already there';
  } catch {
    await runCdk(options, 'bootstrap', [`aws://${engineAccount}/${engineRegion}`], () => {});
    return 'bootstrapped';
  } finally {
    s3.destroy();
  }
}

/** Bundles the functions and runs the real `cdk deploy` of all stacks of stage `local`, then remembers what was deployed. */
export async function deploy(options: DeployOptions, sources: string): Promise<StackOutputs> {
  const bundles = join(options.localDir, 'bundles', 'functions');
  const outputs = join(options.localDir, 'cdk-outputs.json');
  const context = { stage: 'local', publicUrl: options.publicUrl, smsEndpoint: options.smsEndpoint, bundles };
  await runCdk(
    options,
    'deploy',
    [
      ...['--all', '--require-approval', 'never', '--method', 'direct', '--progress', 'events'],
      ...['--build', `node lib/bundle.ts --out ${JSON.stringify(bundles)}`],
      ...['--outputs-file', outputs, '--asset-build-concurrency', '4', '--asset-parallelism'],
      ...Object.entries(context).flatMap(([key, value]) => ['--context', `${key}=${value}`]),
    ],
    (line) => {
      const progress = progressOf(line);
      if (progress !== undefined) options.note?.(progress);
    },
  );
  const deployed: Deployment = { sources, outputs: await readOutputs(outputs) };
  const file = deploymentFile(options.localDir);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(deployed, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
  return deployed.outputs;
}

/** The lines of the CDK that tell a reader something, in our words. */
function progressOf(line: string): string | undefined {
  const synthesis = /Synthesis time: ([\d.]+)s/.exec(line)?.[1];
  if (synthesis !== undefined) return `functions bundled and templates made in ${synthesis} s`;
  const deploying = /(\S+): deploying\.\.\. (\[\d+\/\d+\])/.exec(line);
  if (deploying !== null) return `${deploying[2]} ${deploying[1]}`;
  return undefined;
}

const idleLimitMillis = 120_000;

/**
 * Runs the CDK's command line, with its own home, in its own process group, under a time limit: a custom resource that dies can
 * hang it for ever. Everything it says goes to `logs/cdk.log`.
 */
async function runCdk(
  options: DeployOptions,
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const { home } = enginePaths(options.localDir);
  const logFile = join(options.localDir, 'logs', `cdk-${command}.log`);
  await mkdir(dirname(logFile), { recursive: true });
  if (!existsSync(cdkCli)) throw new StartError('The CDK is not installed: run npm ci first.');
  const log = createWriteStream(logFile);
  const child = spawn(
    process.execPath,
    [
      cdkCli,
      command,
      ...args,
      ...[
        '--output',
        join(options.localDir, 'cdk.out'),
        '--no-color',
        '--no-notices',
        '--no-version-reporting',
        '--ci',
      ],
    ],
    {
      // Away from cdk.json, or bootstrapping would bundle and synthesize too.
      cwd: command === 'bootstrap' ? options.localDir : repository,
      // Named one by one: a profile or key of the user must never reach a deployment that is meant for this machine.
      env: {
        ...clientEnvironment(options.endpoint),
        PATH: [join(repository, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
        HOME: home,
        CDK_HOME: join(home, '.cdk'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CDK_DISABLE_VERSION_CHECK: 'true',
        LANG: 'C.UTF-8',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const last: string[] = [];
  let heardAt = performance.now();
  const hear = (line: string) => {
    heardAt = performance.now();
    log.write(`${line}\n`);
    if (line.trim() !== '') last.push(line);
    if (last.length > 20) last.shift();
    onLine(line);
  };
  createInterface({ input: child.stdout }).on('line', hear);
  createInterface({ input: child.stderr }).on('line', hear);
  const end = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Gone already.
    }
  };
  const onExit = () => end('SIGKILL');
  process.once('exit', onExit);
  const startedAt = performance.now();
  const limitMillis = options.limitMillis ?? 360_000;
  let stopped: string | undefined;
  const watch = setInterval(() => {
    const now = performance.now();
    if (now - startedAt > limitMillis) stopped ??= `took longer than ${limitMillis / 60_000} minutes`;
    else if (now - heardAt > idleLimitMillis) stopped ??= `said nothing for ${idleLimitMillis / 1000} s`;
    if (options.signal?.aborted) stopped ??= 'was called off';
    if (stopped !== undefined) end('SIGKILL');
  }, 100);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    options.signal?.throwIfAborted();
    if (code === 0) return;
    const why = stopped === undefined ? 'failed' : `was stopped: it ${stopped}`;
    throw new StartError(
      `cdk ${command} ${why}. Its last words (all of them in ${logFile}):\n${last.map((line) => `  ${line}`).join('\n')}`,
    );
  } finally {
    clearInterval(watch);
    process.removeListener('exit', onExit);
    log.end();
  }
}
