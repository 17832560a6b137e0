import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { stampOf } from '../../../functions/platform/actor.ts';
import { newId } from '../../../functions/platform/ids.ts';
import { type TransactItem, together, transact } from '../../../functions/platform/store/records.ts';
import { closureItem, exceptionItem, hoursChangedItem } from '../../../functions/scheduling/hours-store.ts';
import { withHours } from '../../../functions/scheduling/known-hours.ts';
import { plainProvider } from '../../helpers/catalog.ts';
import { installMemoryTable } from '../../helpers/memory-table/install.ts';

const now = Temporal.Instant.from('2026-11-22T15:00:00Z');
const tableBefore = process.env.RECORDS_TABLE;
let asked: string[] = [];
/** Runs when the next Query is on its way, once. */
let meanwhile: (() => Promise<void>) | undefined;
let uninstall: (() => void) | undefined;

beforeAll(() => {
  process.env.RECORDS_TABLE = 'records';
  const between = async (moment: string, operation: string) => {
    if (moment !== 'request') return;
    asked.push(operation);
    if (operation !== 'QueryCommand') return;
    const work = meanwhile;
    meanwhile = undefined;
    await work?.();
  };
  ({ uninstall } = installMemoryTable('records', { between }));
});

afterAll(() => {
  uninstall?.();
  if (tableBefore === undefined) delete process.env.RECORDS_TABLE;
  else process.env.RECORDS_TABLE = tableBefore;
});

let clinicId = newId('clinic', now);
const providerOf = () => ({
  ...plainProvider,
  id: newId('provider', now),
  clinicId,
  name: 'Dr. Hours',
  role: 'physician' as const,
  zone: 'America/Denver',
  availability: [],
});
let provider = providerOf();

beforeEach(() => {
  clinicId = newId('clinic', now);
  provider = providerOf();
  asked = [];
});

const stamp = () =>
  stampOf({ clinicId, actor: { kind: 'staff', id: 'desk' }, requestId: 'test', now }, 'hours changed');
const leave = (firstDate: string, lastDate = firstDate): TransactItem =>
  exceptionItem(
    clinicId,
    {
      id: newId('availabilityException', now),
      providerId: provider.id,
      kind: 'away',
      firstDate,
      lastDate,
      reason: 'leave',
      rev: 1,
    },
    true,
    stamp(),
  );
/** What another process may do at any time. */
const change = (...items: readonly TransactItem[]) => transact([...items, hoursChangedItem(clinicId)]);
const hoursFrom = async (date: string) => {
  const { exceptions = [], closures = [] } = await together(() => withHours(clinicId, provider, date));
  return [...exceptions, ...closures].map(({ firstDate }) => firstDate);
};

it('hours are read once, and asked for again by one item', async () => {
  await change(leave('2026-12-01'));
  await hoursFrom('2026-11-23');
  asked = [];
  expect(await hoursFrom('2026-11-24')).toEqual(['2026-12-01']);
  expect(asked).toEqual(['BatchGetCommand']);
});

it('a leave or a closure that anybody has written counts from then on', async () => {
  expect(await hoursFrom('2026-11-23')).toEqual([]);
  await change(leave('2026-12-01'));
  expect(await hoursFrom('2026-11-23')).toEqual(['2026-12-01']);
  const closure = {
    id: newId('closure', now),
    firstDate: '2026-12-25',
    lastDate: '2026-12-25',
    name: 'Closed',
    rev: 1,
  };
  await change(closureItem(clinicId, closure, true, stamp()));
  expect(await hoursFrom('2026-11-23')).toEqual(['2026-12-01', '2026-12-25']);
});

it('what is written while hours are read is not missed the next time', async () => {
  meanwhile = () => change(leave('2026-12-02'));
  await hoursFrom('2026-11-23');
  expect(await hoursFrom('2026-11-23')).toEqual(['2026-12-02']);
});

it('an earlier date is read anew, a later one leaves out what is over by then', async () => {
  await change(leave('2026-11-24'), leave('2026-12-05'));
  expect(await hoursFrom('2026-12-01')).toEqual(['2026-12-05']);
  expect(await hoursFrom('2026-11-23')).toEqual(['2026-11-24', '2026-12-05']);
  expect(await hoursFrom('2026-12-01')).toEqual(['2026-12-05']);
});
