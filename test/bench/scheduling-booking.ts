import { Temporal } from 'temporal-polyfill';
import { plainProvider, plainType } from '../helpers/catalog.ts';
import { cpuOf, median, meter, withDatabase } from './database.support.ts';

export const name = 'scheduling-booking';

// As warm as a worker that has worked for a while: of both sides the first hundreds are slower.
const rounds = 500;
const warmUp = 250;
const targetRatio = 1.3;

/**
 * Prints what one booking by the front desk costs, on the official DynamoDB Local: items, calls, capacity, and its time
 * until it is written beside the bare TransactWriteItems it contains, the same items ready made. Target 1.3. They take turns
 * within one run, and so does a bare BatchGetItem of what the booking reads: what decides on what it has read cannot be
 * faster than both, one after the other, so their ratio to the write alone is told as the floor, and the booking's beside both.
 */
export const run = (): Promise<unknown> => withDatabase(measure);

const measure = async (): Promise<unknown> => {
  const { BatchGetCommand } = await import('@aws-sdk/lib-dynamodb');
  const { documentClient, transact } = await import('../../functions/platform/store/records.ts');
  const { book, prepareBooking } = await import('../../functions/scheduling/book.ts');
  const { createTestClinic } = await import('../helpers/clinic.ts');
  const { testPhone } = await import('../helpers/phones.ts');
  const { providerItem, appointmentTypeItem } = await import('../../functions/scheduling/catalog-store.ts');
  const { hoursChangedItem } = await import('../../functions/scheduling/hours-store.ts');
  const { newId } = await import('../../functions/platform/ids.ts');
  const { newPatient } = await import('../../functions/intake/patients.ts');
  const { consentItems } = await import('../../functions/messaging/consent/consent.ts');
  const { stampOf } = await import('../../functions/platform/actor.ts');

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
  const { patient, items } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Bench',
    birthDate: '1980-05-17',
    phone: testPhone(),
    zone: 'America/Denver',
  });
  const consent = await consentItems(caller, patient.phone, [
    {
      patientId: patient.id,
      category: 'treatment',
      granted: true,
      how: 'staff',
      wording: 'You may text me about my visits.',
      wordingVersion: '1',
    },
  ]);
  await transact([providerItem(provider, stamp), appointmentTypeItem(type, stamp), ...items, ...consent]);

  let booked = 0;
  /** The start of the next booking: eight a day, as a busy provider's day has. */
  const nextStart = (): string => {
    const index = booked;
    booked += 1;
    return Temporal.Instant.from('2026-12-01T15:00:00Z')
      .add({ hours: 24 * Math.floor(index / 8), minutes: 30 * (index % 8) })
      .toString({ smallestUnit: 'second' });
  };
  const ids = { patientId: patient.id, providerId: provider.id, typeId: type.id };

  /** Milliseconds from the beginning until the write was through: the hint to the send queue comes after. */
  const untilWritten = async (work: (write: typeof transact) => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    let end = Number.NaN;
    await work(async (written) => {
      await transact(written);
      end = performance.now();
    });
    return end - start;
  };
  const useCase = (write: typeof transact) => {
    const command = { ...ids, start: nextStart() };
    return book(caller, command, (written) => write(written));
  };
  const prepare = async () => (await prepareBooking(caller, { patient, provider, type, start: nextStart() })).items;
  /** What a booking reads, by itself. */
  const bareRead = async (wanted: readonly Record<string, unknown>[]): Promise<void> => {
    const Keys = wanted.map(({ pk, sk }) => ({ pk, sk }));
    await documentClient.send(new BatchGetCommand({ RequestItems: { records: { Keys, ConsistentRead: true } } }));
  };
  const known = [providerItem(provider, stamp), appointmentTypeItem(type, stamp), ...items.slice(0, 1)];

  const times = { useCase: [] as number[], read: [] as number[], bare: [] as number[] };
  const cpu = { useCase: [] as number[], bare: [] as number[] };
  for (let index = 0; index < rounds; index += 1) {
    cpu.useCase.push(
      await cpuOf(async () => {
        times.useCase.push(await untilWritten(useCase));
      }),
    );
    const prepared = await prepare();
    const [sheet] = prepared;
    const before = performance.now();
    await bareRead([...known, sheet, hoursChangedItem(clinicId)].map((each) => each?.Put?.Item ?? {}));
    times.read.push(performance.now() - before);
    cpu.bare.push(
      await cpuOf(async () => {
        times.bare.push(await untilWritten((write) => write(prepared)));
      }),
    );
  }
  const middle = (values: readonly number[]): number => median(values.slice(warmUp));
  const [bookMillis, readMillis, bareMillis] = [middle(times.useCase), middle(times.read), middle(times.bare)];
  const used = await meter(documentClient)(() => untilWritten(useCase));
  const itemCount = (await prepare()).length;
  const result = {
    ...used,
    items: itemCount,
    bookMillis,
    readMillis,
    bareMillis,
    ratio: bookMillis / bareMillis,
    floor: (readMillis + bareMillis) / bareMillis,
    overBoth: bookMillis / (readMillis + bareMillis),
    bookCpuMillis: middle(cpu.useCase),
    bareCpuMillis: middle(cpu.bare),
  };
  console.log(
    `one booking: ${itemCount} items in ${used.writes} TransactWriteItems after ${used.reads} read, ${used.rounds} rounds in all; ${used.readUnits} read units, ${used.writeUnits} write units`,
  );
  console.log(
    `until it is written: ${bookMillis.toFixed(2)} ms, bare transaction ${bareMillis.toFixed(2)} ms, ratio ${result.ratio.toFixed(2)} (target ${targetRatio}); its one read by itself ${readMillis.toFixed(2)} ms, so no less than ${result.floor.toFixed(2)}, and ${result.overBoth.toFixed(2)} beside both; CPU of this process ${result.bookCpuMillis.toFixed(2)} and ${result.bareCpuMillis.toFixed(2)} ms`,
  );
  return result;
};
