import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactItem } from '../../functions/platform/store/records.ts';
import { dateOfEpochDay, epochDayOf, weekdayOfEpochDay } from '../../functions/platform/time.ts';
import type { DaySheet } from '../../functions/scheduling/core/types.ts';
import { plainProvider, plainType } from '../helpers/catalog.ts';
import { bookedProviders, calendar, month } from './calendar.support.ts';
import { cpuOf, median, meter, type Used, withDatabase } from './database.support.ts';

export const name = 'scheduling-growth';

const clinicSizes = [1, 10, 100, 1_000];
const historyYears = 10;
const rounds = 12;
const warmUp = 5;

interface Cost extends Used {
  /** Of this process, the SDK included. */
  readonly cpuMillis: number;
}

interface SizeResult {
  readonly providers: number;
  readonly historyYears: number;
  readonly oneProvider: Cost;
  readonly anyProvider: Cost;
  readonly booking: Cost;
}

/**
 * Prints what searches and bookings cost as a clinic grows, on the official DynamoDB Local: with 1 to 1,000 providers,
 * each with a booked month, and with ten years of history. One provider's month and a booking are to cost the same
 * whatever the size but for the type's own list of providers; history is to cost nothing.
 * @throws Error when a search or a booking reads or writes more because of history
 */
export const run = (): Promise<unknown> =>
  withDatabase(async () => {
    const results: SizeResult[] = [];
    for (const providers of clinicSizes) results.push(await measureClinic(providers, 0));
    const [fresh] = results;
    const old = await measureClinic(1, historyYears);
    for (const result of [...results, old]) print(result);
    for (const work of ['oneProvider', 'anyProvider', 'booking'] as const) {
      const [before, after] = [fresh?.[work], old[work]];
      if (before?.reads !== after.reads || before.readUnits !== after.readUnits) {
        throw new Error(`History makes ${work} read more: ${before?.readUnits} and ${after.readUnits} units`);
      }
      if (before.writeUnits !== after.writeUnits) throw new Error(`History makes ${work} write more`);
    }
    return [...results, old];
  });

const measureClinic = async (size: number, years: number): Promise<SizeResult> => {
  const { documentClient, transact } = await import('../../functions/platform/store/records.ts');
  const { book } = await import('../../functions/scheduling/book.ts');
  const { findSlots } = await import('../../functions/scheduling/search.ts');
  const { createTestClinic } = await import('../helpers/clinic.ts');
  const { testPhone } = await import('../helpers/phones.ts');
  const catalog = await import('../../functions/scheduling/catalog-store.ts');
  const store = await import('../../functions/scheduling/store.ts');
  const hours = await import('../../functions/scheduling/hours-store.ts');
  const { newId } = await import('../../functions/platform/ids.ts');
  const { newPatient } = await import('../../functions/intake/patients.ts');
  const { stampOf } = await import('../../functions/platform/actor.ts');

  const { now } = month;
  const { clinicId } = await createTestClinic(now);
  const caller = { clinicId, actor: { kind: 'staff' as const, id: 'bench' }, requestId: 'bench', now };
  const stamp = stampOf(caller);
  const booked = bookedProviders(size);
  const [first] = booked;
  if (first === undefined) throw new Error('A clinic has a provider');
  const typeId = newId('appointmentType', now);
  const { patient, items: patientItems } = newPatient(caller, {
    givenName: 'Ada',
    familyName: 'Bench',
    birthDate: '1980-05-17',
    phone: testPhone(),
    zone: calendar.zone,
  });
  await transact([
    catalog.appointmentTypeItem(
      {
        ...plainType,
        ...month.type,
        id: typeId,
        clinicId,
        name: 'Follow-up',
        modalities: ['in-person'],
        providerIds: booked.map(({ provider }) => provider.id),
      },
      stamp,
    ),
    ...patientItems,
  ]);
  const writeSheet = (sheet: DaySheet): TransactItem => store.sheetItem(clinicId, { ...sheet, rev: 1 }, stamp);
  await putAll(documentClient, [
    ...booked.map(({ provider }) =>
      catalog.providerItem({ ...provider, ...plainProvider, clinicId, name: 'Dr. Bench', role: 'physician' }, stamp),
    ),
    ...booked.flatMap(({ sheets }) => sheets.map(writeSheet)),
    ...pastDates(years).flatMap((date, index) => {
      const sheet = { ...(first.sheets[index % first.sheets.length] ?? emptyDay), date };
      if (index % 10 > 0) return [writeSheet(sheet)];
      // A day of leave and a holiday every other week.
      const dates = { firstDate: date, lastDate: date, rev: 1 };
      const leave = { ...dates, id: newId('availabilityException', now), kind: 'away', reason: 'leave' } as const;
      const closure = { ...dates, id: newId('closure', now), name: 'holiday' };
      return [
        writeSheet(sheet),
        hours.exceptionItem(clinicId, { ...leave, providerId: first.provider.id }, true, stamp),
        hours.closureItem(clinicId, closure, true, stamp),
      ];
    }),
  ]);

  const range = { from: month.from.toString(), to: month.to.toString(), order: 'start', limit: 100 } as const;
  const searchOne = () => findSlots(caller, { ...range, typeId, providerId: [first.provider.id] });
  const searchAny = () => findSlots(caller, { ...range, typeId });
  const free = (await searchOne()).items.filter((_, index) => index % 3 === 0).map(({ start }) => start);
  const bookNext = async () => {
    const start = free.shift();
    if (start === undefined) throw new Error('The calendar is full');
    const command = { patientId: patient.id, providerId: first.provider.id, typeId, start };
    await book(caller, command, (items) => transact(items));
  };
  const used = meter(documentClient);
  const costOf = async (work: () => Promise<unknown>, times: number): Promise<Cost> => {
    const counted = await used(work);
    const cpu: number[] = [];
    for (let i = 0; i < times; i += 1) cpu.push(await cpuOf(work));
    return { ...counted, cpuMillis: median(cpu.slice(Math.min(warmUp, times - 1))) };
  };
  return {
    providers: size,
    historyYears: years,
    oneProvider: await costOf(searchOne, rounds),
    anyProvider: await costOf(searchAny, size > 100 ? 2 : rounds),
    booking: await costOf(bookNext, rounds),
  };
};

const emptyDay: DaySheet = { providerId: 'prv_none', date: calendar.firstDate, zone: calendar.zone, rev: 1, busy: [] };

/** The working days of some years before the calendar begins. */
const pastDates = (years: number): readonly string[] => {
  const today = epochDayOf(calendar.firstDate);
  return Array.from({ length: years * 365 }, (_, index) => today - 1 - index)
    .filter((day) => weekdayOfEpochDay(day) <= 5)
    .map(dateOfEpochDay);
};

const putsPerCall = 25;
const callsAtOnce = 8;

/** Writes items without their conditions: only to fill a table. */
const putAll = async (
  client: { send(command: BatchWriteCommand): Promise<{ UnprocessedItems?: Record<string, unknown[]> | undefined }> },
  items: readonly TransactItem[],
): Promise<void> => {
  const puts = items.map(({ Put }) => ({ PutRequest: { Item: Put?.Item } }));
  const batches = Array.from({ length: Math.ceil(puts.length / putsPerCall) }, (_, i) =>
    puts.slice(i * putsPerCall, (i + 1) * putsPerCall),
  );
  const next = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems: { records: batch } }));
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('DynamoDB Local did not take all items');
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, next));
};

const print = ({ providers, historyYears: years, oneProvider, anyProvider, booking }: SizeResult): void => {
  const history = years === 0 ? '' : `, ${years} years of history`;
  const told = ({ reads, readUnits, cpuMillis }: Cost): string =>
    `${reads} reads, ${readUnits} units, ${cpuMillis.toFixed(1)} ms CPU`;
  console.log(
    `${String(providers).padStart(5)} providers${history}: one provider's month ${told(oneProvider)}; any provider's ${told(anyProvider)}; a booking ${told(booking)}, ${booking.writeUnits} write units`,
  );
};
