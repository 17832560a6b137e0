import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { clientEnvironment } from '../../local/engine.ts';
import { plainProvider, plainType } from '../helpers/catalog.ts';
import { startDynamoDbLocal } from '../helpers/dynamodb-local/dynamodb-local.ts';
import { createRecordsTable } from '../helpers/tables.ts';

export const name = 'scheduling-booking';

const rounds = 60;

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
 * Prints what one booking costs beside the bare TransactWriteItems it contains, on the official DynamoDB Local: the use
 * case (reads, rules, message plan, item building, the write) against sending the same items ready made. Target 1.3.
 * The two take turns within one run.
 */
export const run = async (): Promise<unknown> => {
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
    PUBLIC_URL: 'http://127.0.0.1:8700',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  try {
    return await measure();
  } finally {
    database.stop();
    queue.closeAllConnections();
    queue.close();
  }
};

const measure = async (): Promise<unknown> => {
  // Loaded here because the client reads its endpoint when its module loads.
  const { transact } = await import('../../functions/platform/store/records.ts');
  const { writeBooking } = await import('../../functions/scheduling/book.ts');
  const { createTestClinic } = await import('../helpers/clinic.ts');
  const { testPhone } = await import('../helpers/phones.ts');
  const { providerItem, appointmentTypeItem } = await import('../../functions/scheduling/store.ts');
  const { newId } = await import('../../functions/platform/ids.ts');
  const { newPatient } = await import('../../functions/intake/patients.ts');
  const { stampOf } = await import('../../functions/platform/actor.ts');
  await createRecordsTable(new DynamoDBClient({}), 'records');

  const now = Temporal.Instant.from('2026-11-23T08:00:00Z');
  const { clinicId } = await createTestClinic(now);
  const caller = { clinicId, actor: { kind: 'staff' as const, id: 'bench' }, requestId: 'bench', now };
  const provider = {
    id: newId('provider', now),
    clinicId,
    name: 'Dr. Bench',
    role: 'physician' as const,
    zone: 'America/Denver',
    availability: ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) => ({ weekday, from: '00:00', to: '24:00' })),
    ...plainProvider,
  };
  const type = {
    id: newId('appointmentType', now),
    clinicId,
    name: 'Follow-up',
    minutes: 15,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    modalities: ['in-person' as const],
    leadMinutes: 0,
    horizonDays: 365,
    providerIds: [provider.id],
    ...plainType,
  };
  const stamp = stampOf(caller);
  await transact([providerItem(provider, stamp), appointmentTypeItem(type, stamp)]);
  const { patient, items } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Bench',
    birthDate: '1980-05-17',
    phone: testPhone(),
    zone: 'America/Denver',
  });
  await transact(items);

  /** The start of the n-th booking: eight a day, as a busy provider's day has. */
  const startOf = (index: number): string =>
    Temporal.Instant.from('2026-12-01T15:00:00Z')
      .add({ hours: 24 * Math.floor(index / 8), minutes: 30 * (index % 8) })
      .toString({ smallestUnit: 'second' });
  const bookingOf = (start: string) => ({ patient, provider, type, start, consentGranted: true });
  const useCase = (index: number) =>
    writeBooking(caller, bookingOf(startOf(index)), (_appointment, written) => transact(written));
  /** The items of a booking, built but not written. */
  const itemsOf = (index: number) =>
    writeBooking(caller, bookingOf(startOf(index)), async (_appointment, written) => written);

  const timeMillis = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const useCaseMillis: number[] = [];
  const bareMillis: number[] = [];
  let itemCount = 0;
  for (let round = 0; round < rounds; round += 1) {
    useCaseMillis.push(await timeMillis(() => useCase(round * 2)));
    const prepared = await itemsOf(round * 2 + 1);
    itemCount = prepared.length;
    bareMillis.push(await timeMillis(() => transact(prepared)));
  }
  const booking = median(useCaseMillis.slice(10));
  const bare = median(bareMillis.slice(10));
  const ratio = booking / bare;
  console.log(
    `one booking: ${itemCount} items in one TransactWriteItems; use case ${booking.toFixed(2)} ms, bare transaction ${bare.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`,
  );
  return { items: itemCount, useCaseMillis: booking, bareMillis: bare, ratio };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
