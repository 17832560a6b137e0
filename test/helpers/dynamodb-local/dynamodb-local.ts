import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../local/prerequisites.ts';

const run = promisify(execFile);
const version = '3.1.0';
const home = join(import.meta.dirname, '..', '..', '..', '.local', `dynamodb-local-${version}`);
const launcher = join(import.meta.dirname, 'LoopbackDynamoDb.java');

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>local</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>${version}</version>
  </dependency></dependencies>
</project>
`;

const runs = (command: string, ...args: string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );

/** What DynamoDB Local needs and this machine lacks, in words for a line of output; undefined when it can be had. */
export const missingForDynamoDbLocal = async (): Promise<string | undefined> => {
  const [hasCompiler, hasMaven] = await Promise.all([
    runs('java', '-m', 'jdk.compiler/com.sun.tools.javac.Main', '-version'),
    runs('mvn', '--version'),
  ]);
  return hasCompiler && (hasMaven || existsSync(join(home, 'lib')))
    ? undefined
    : 'needs Java (a JDK, 17 or later) and Maven';
};

export interface DynamoDbLocal {
  readonly endpoint: string;
  readonly port: number;
  stop(): void;
}

/**
 * Starts the official DynamoDB Local in memory, brought once by Maven, on the loopback address; undefined where Java or
 * Maven is missing. It ends with the process that started it at the latest.
 */
export const startDynamoDbLocal = async (): Promise<DynamoDbLocal | undefined> => {
  if ((await missingForDynamoDbLocal()) !== undefined) return undefined;
  if (!existsSync(join(home, 'lib'))) {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'pom.xml'), pom);
    await run('mvn', ['-q', '-f', join(home, 'pom.xml'), 'dependency:copy-dependencies', '-DoutputDirectory=lib']);
  }
  const port = await freePort();
  const child = spawn(
    'java',
    [
      ...['-Djava.library.path=lib', '-cp', 'lib/*', launcher],
      ...['-inMemory', '-disableTelemetry', '-port', String(port)],
    ],
    { cwd: home, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      await fetch(endpoint); // any answer will do, a refusal to serve an unsigned request included
      return { endpoint, port, stop: () => child.kill() };
    } catch {
      await sleep(100);
    }
  }
  child.kill();
  throw new Error('DynamoDB Local did not answer within 30 s');
};
