import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Plugin } from 'esbuild';

/** A part of a dependency that no function needs, though the bundler cannot tell. */
interface LeftOut {
  /** What is missing, as the error says it that whoever reaches it gets. */
  readonly what: string;
  /** Why it is never reached, or what its place is taken by. */
  readonly because: string;
  /** By module, under node_modules. */
  readonly modules: Readonly<Record<string, Instead>>;
}

/** What a module is instead. */
type Instead =
  /** It throws when it is loaded: for one that is loaded only when it is needed. */
  | 'throws when loaded'
  /** Each of its exports throws when it is called or constructed. */
  | 'throws'
  /** Some of its exports are others. */
  | {
      readonly throws?: readonly string[];
      /** These make something that throws. */
      readonly makesThrowing?: readonly string[];
      /** These are what lambda-stand-ins.ts exports by the name given. */
      readonly standIns?: Readonly<Record<string, string>>;
      readonly rest: 'stays' | 'throws';
    };

const smithy = '@smithy/core/dist-es/submodules';
const toolbox = 'dynamodb-toolbox/dist/esm/schema';
const dynamodb = '@aws-sdk/client-dynamodb/dist-es';

/** What every bundle leaves out (docs/decisions/0014). */
export const leftOut: readonly LeftOut[] = [
  {
    what: 'the search for credentials',
    because: 'Lambda hands them over in the environment, which the stand-in reads.',
    modules: {
      '@aws-sdk/credential-provider-node/dist-es/defaultProvider.js': {
        standIns: { defaultProvider: 'lambdaCredentials' },
        rest: 'throws',
      },
    },
  },
  {
    what: 'shared configuration files',
    because: 'A function has no home with files in it; what configures it is in the environment.',
    modules: {
      [`${smithy}/config/node-config-provider/fromSharedConfigFiles.js`]: {
        standIns: { fromSharedConfigFiles: 'noSharedFiles' },
        rest: 'throws',
      },
    },
  },
  {
    what: 'the metadata service of an instance',
    because:
      'It is asked for the region by the defaults mode `auto` alone, and not even then where Lambda says the region.',
    modules: {
      [`${smithy}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`]: 'throws',
    },
  },
  {
    what: 'the rules for endpoints',
    because:
      'Of their many partitions and kinds of endpoint one template remains, and the endpoint given by the environment.',
    modules: {
      [`${dynamodb}/endpoint/endpointResolver.js`]: {
        standIns: { defaultEndpointResolver: 'dynamodbEndpoint' },
        rest: 'throws',
      },
      '@aws-sdk/client-pinpoint-sms-voice-v2/dist-es/endpoint/endpointResolver.js': {
        standIns: { defaultEndpointResolver: 'smsEndpoint' },
        rest: 'throws',
      },
      '@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partition.js': {
        standIns: { partition: 'partition' },
        rest: 'stays',
      },
      [`${smithy}/endpoints/middleware-endpoint/service-customizations/s3.js`]: 'throws',
    },
  },
  {
    what: 'endpoint discovery',
    because: 'No operation of the client uses it.',
    modules: {
      '@aws-sdk/middleware-endpoint-discovery/dist-es/resolveEndpointDiscoveryConfig.js': {
        standIns: { resolveEndpointDiscoveryConfig: 'noEndpointDiscovery' },
        rest: 'throws',
      },
    },
  },
  {
    what: 'the adaptive retry mode',
    because: 'The mode is `standard` unless AWS_RETRY_MODE says otherwise, which it does nowhere.',
    modules: { [`${smithy}/retry/util-retry/AdaptiveRetryStrategy.js`]: 'throws' },
  },
  {
    what: 'SHA-256 in JavaScript',
    because: 'Node has its own; this one is for a Node without.',
    modules: { [`${smithy}/checksum/sha256/Sha256Js.js`]: 'throws' },
  },
  {
    what: 'event streams',
    because: 'No operation that is used has one, and they are loaded for one that has.',
    modules: { [`${smithy}/event-streams/index.js`]: 'throws when loaded' },
  },
  {
    what: 'the reader of browser names',
    because: 'The SDK asks it in browsers only.',
    modules: { 'bowser/bowser.mjs': 'throws when loaded' },
  },
  {
    what: 'timestamps of the SDK',
    because:
      'Neither an item nor what the carrier is told has a member of that type. The date of a Retry-After is read still.',
    modules: {
      [`${smithy}/serde/date-utils.js`]: {
        throws: ['dateToUtcString', 'parseRfc3339DateTime', 'parseRfc3339DateTimeWithOffset', 'parseEpochTimestamp'],
        rest: 'stays',
      },
    },
  },
  {
    what: 'an error of an operation on tables, backups or replicas',
    because: 'Functions read and write items; what those operations may answer stays.',
    modules: {
      [`${dynamodb}/models/errors.js`]: {
        throws: [
          'BackupInUseException',
          'BackupNotFoundException',
          'ContinuousBackupsUnavailableException',
          'DuplicateItemException',
          'ExportConflictException',
          'ExportNotFoundException',
          'GlobalTableAlreadyExistsException',
          'GlobalTableNotFoundException',
          'ImportConflictException',
          'ImportNotFoundException',
          'IndexNotFoundException',
          'InvalidExportTimeException',
          'InvalidRestoreTimeException',
          'LimitExceededException',
          'PointInTimeRecoveryUnavailableException',
          'PolicyNotFoundException',
          'ReplicaAlreadyExistsException',
          'ReplicaNotFoundException',
          'ResourceInUseException',
          'TableAlreadyExistsException',
          'TableInUseException',
          'TableNotFoundException',
        ],
        rest: 'stays',
      },
    },
  },
  {
    what: "a kind of attribute (anyOf, record, set, tuple) of the table's model",
    because: 'No entity has one; one that had would throw when its module is loaded.',
    modules: Object.fromEntries(
      ['anyOf', 'record', 'set', 'tuple'].flatMap((kind) =>
        [`${kind}/schema`, `${kind}/schema_`, `actions/parse/${kind}`, `actions/format/${kind}`].map((module) => [
          `${toolbox}/${module}.js`,
          'throws',
        ]),
      ),
    ),
  },
];

/** What is left out as well where no JSON Schema is written: every schema of zod would know how to write itself. */
export const jsonSchema: LeftOut = {
  what: 'JSON Schema',
  because: 'Only the function that serves OpenAPI asks for it.',
  modules: {
    'zod/v4/core/to-json-schema.js': {
      makesThrowing: ['createToJSONSchemaMethod', 'createStandardJSONSchemaMethod'],
      rest: 'throws',
    },
    'zod/v4/core/json-schema-processors.js': 'throws',
  },
};

/** Before the path of a module that is to be read as it is, for what stays of it. */
const untouched = 'untouched:';

const standInsFile = join(import.meta.dirname, 'lambda-stand-ins.ts');

/** The source that takes the place of a module's. */
const replacement = (what: string, path: string, source: string, instead: Instead): string => {
  const error = `Error(${JSON.stringify(`Left out of this bundle: ${what}`)})`;
  if (instead === 'throws when loaded') return `throw ${error};`;
  const {
    throws = [],
    makesThrowing = [],
    standIns = {},
    rest,
  } = instead === 'throws' ? { rest: 'throws' as const } : instead;
  const given = [...throws, ...makesThrowing, ...Object.keys(standIns)];
  const all = exportsOf(source);
  // A new version of the dependency without such a name would leave nothing out, and nobody would notice.
  const gone = given.filter((name) => !all.includes(name));
  if (gone.length > 0) throw new Error(`${path} does not export ${gone.join(', ')}`);
  const missing = rest === 'stays' ? throws : all.filter((name) => throws.includes(name) || !given.includes(name));
  return [
    ...(rest === 'stays' ? [`export * from ${JSON.stringify(`${untouched}${path}`)};`] : []),
    `const missing = function () { throw ${error}; };`,
    'const maker = () => missing;',
    `export { ${[...missing.map((name) => `missing as ${name}`), ...makesThrowing.map((name) => `maker as ${name}`)].join(', ')} };`,
    ...Object.entries(standIns).map(
      ([name, standIn]) => `export { ${standIn} as ${name} } from ${JSON.stringify(standInsFile)};`,
    ),
  ].join('\n');
};

const exportsOf = (source: string): readonly string[] => [
  ...[...source.matchAll(/^export (?:const|class|(?:async )?function\*?) (\w+)/gm)].map(([, name = '']) => name),
  ...[...source.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name = '']) => name),
];

const leaveOut = (entries: readonly LeftOut[]): Plugin => ({
  name: 'leave-out',
  setup: (build) => {
    const byModule = new Map(
      entries.flatMap(({ what, modules }) =>
        Object.entries(modules).map(([module, instead]) => [module, { what, instead }] as const),
      ),
    );
    build.onResolve({ filter: new RegExp(`^${untouched}`) }, ({ path }) => ({
      path: path.slice(untouched.length),
      suffix: '?untouched',
      sideEffects: false,
    }));
    build.onLoad({ filter: /node_modules/ }, async ({ path, suffix }) => {
      const found = byModule.get(path.slice(path.lastIndexOf(inPackages) + inPackages.length));
      if (found === undefined || suffix !== '') return undefined;
      const source = await readFile(path, 'utf8');
      return { contents: replacement(found.what, path, source, found.instead), resolveDir: import.meta.dirname };
    });
  },
});

const inPackages = `node_modules${sep}`;

/** The SDK reads its own version from its package.json and would carry the whole file. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup: (build) => {
    build.onLoad({ filter: /node_modules\/@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
      const { version }: { version?: string } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** The bundler's plugins for functions that write JSON Schema or, most of them, do not. */
export const bundlePlugins = (options: { readonly writesJsonSchema: boolean }): Plugin[] => [
  versionOnly,
  leaveOut(options.writesJsonSchema ? leftOut : [...leftOut, jsonSchema]),
];
