import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientEnvironment } from '../../local/engine.ts';
import { startDynamoDbLocal } from '../helpers/dynamodb-local/dynamodb-local.ts';
import { createRecordsTable } from '../helpers/tables.ts';

/** Stands where the send queue is and takes every hint: only the database is measured. */
const startQueue = async (): Promise<Server> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { Entries = [] }: { Entries?: { Id: string; MessageBody: string }[] } = JSON.parse(
        String(Buffer.concat(chunks)),
      );
      const Successful = Entries.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      }));
      response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify({ Successful, Failed: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

/**
 * Runs a measurement against an empty records table of the official DynamoDB Local. The code under test is to be
 * imported by `measure`, because its client reads its endpoint when its module loads.
 * @returns undefined, with a line that says so, where Java or Maven is missing
 */
export const withDatabase = async <T>(measure: () => Promise<T>): Promise<T | undefined> => {
  const database = await startDynamoDbLocal();
  if (database === undefined) {
    console.log('skipped: needs Java (a JDK, 17 or later) and Maven');
    return undefined;
  }
  const queue = await startQueue();
  const address = queue.address();
  if (address === null || typeof address === 'string') throw new Error('The queue has no port');
  Object.assign(process.env, clientEnvironment(database.endpoint), {
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${address.port}`,
    PLUMBLINE_STAGE: 'local',
    RECORDS_TABLE: 'records',
    SEND_QUEUE_URL: `http://127.0.0.1:${address.port}/000000000000/send`,
    SEND_BULK_QUEUE_URL: `http://127.0.0.1:${address.port}/000000000000/send-bulk`,
    PUBLIC_URL: 'http://127.0.0.1:8700',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  try {
    await createRecordsTable(new DynamoDBClient({}), 'records');
    return await measure();
  } finally {
    database.stop();
    queue.closeAllConnections();
    queue.close();
  }
};

/** What some work asked of the table. */
export interface Used {
  readonly reads: number;
  readonly writes: number;
  /** How often one call waited for the one before it: calls made at once are one round. */
  readonly rounds: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

interface Capacity {
  readonly CapacityUnits?: number | undefined;
}

/** Counts the calls of a client and the capacity they consume. Answers a function that counts one piece of work. */
export const meter = (client: DynamoDBDocumentClient): ((work: () => Promise<unknown>) => Promise<Used>) => {
  const total = { reads: 0, writes: 0, rounds: 0, readUnits: 0, writeUnits: 0 };
  let inFlight = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isWrite = /Transact|Put|Update|Delete|BatchWrite/.test(context.commandName ?? '');
      if (inFlight === 0) total.rounds += 1;
      inFlight += 1;
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      try {
        const result = await next(args);
        const { ConsumedCapacity = [] }: { ConsumedCapacity?: Capacity | readonly Capacity[] } = Object(result.output);
        const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        total[isWrite ? 'writes' : 'reads'] += 1;
        total[isWrite ? 'writeUnits' : 'readUnits'] += units;
        return result;
      } finally {
        inFlight -= 1;
      }
    },
    { step: 'initialize', name: 'benchMeter', override: true },
  );
  return async (work) => {
    Object.assign(total, { reads: 0, writes: 0, rounds: 0, readUnits: 0, writeUnits: 0 });
    await work();
    return { ...total };
  };
};

/** User and system time of this process that some work took, in milliseconds. */
export const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
