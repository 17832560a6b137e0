import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../local/prerequisites.ts';

const run = promisify(execFile);
const version = '3.1.0';
const home = join(import.meta.dirname, '..', '..', '.local', `dynamodb-local-${version}`);

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>local</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>${version}</version>
  </dependency></dependencies>
</project>
`;

const exists = async (command: string, argument: string): Promise<boolean> => {
  try {
    await run(command, [argument]);
    return true;
  } catch {
    return false;
  }
};

export interface DynamoDbLocal {
  readonly endpoint: string;
  stop(): void;
}

/**
 * The official DynamoDB Local in memory, brought once by Maven; undefined where Java or Maven is missing. It has no
 * option to bind loopback only, so it runs for the length of a bench and no longer.
 */
export const startDynamoDbLocal = async (): Promise<DynamoDbLocal | undefined> => {
  if (!(await exists('java', '-version')) || !(await exists('mvn', '--version'))) return undefined;
  if (!existsSync(join(home, 'lib'))) {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'pom.xml'), pom);
    await run('mvn', ['-q', '-f', join(home, 'pom.xml'), 'dependency:copy-dependencies', '-DoutputDirectory=lib']);
  }
  const port = await freePort();
  const child = spawn(
    'java',
    [
      '-Djava.library.path=lib',
      '-cp',
      'lib/*',
      'software.amazon.dynamodb.services.local.main.ServerRunner',
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { cwd: home, stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await fetch(endpoint); // any answer will do, a refusal to serve an unsigned request included
      return { endpoint, stop: () => child.kill() };
    } catch {
      await sleep(100);
    }
  }
  child.kill();
  throw new Error('DynamoDB Local did not answer within 10 s');
};
