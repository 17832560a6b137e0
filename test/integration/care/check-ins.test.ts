import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { sweepCheckIns } from '../../../functions/care/check-ins.ts';
import '../own-table.ts';
import { handedOver } from '../messaging/queue.ts';
import { addPatient, bookVisit, changeVisit, iso, later, newWorld } from '../messaging/world.ts';

const start = Temporal.Instant.from('2026-03-03T17:00:00Z');

it('a check-in is handed over 48 hours after the visit ended, a nudge a week after, neither before', async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, start, later(start, -1));
  await changeVisit(world, patient, visit.id, { kind: 'arrive' }, start);
  const fulfilment = { modality: 'in-person', start: iso(start), end: iso(later(start, 0.5)) } as const;
  await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(start, 1));

  const handedAt = async (hours: number) => {
    await sweepCheckIns(later(start, hours), 'sweep');
    return (await handedOver(world.clinic.clinicId)).toSorted();
  };
  expect(await handedAt(48)).toEqual([]);
  expect(await handedAt(48.5)).toEqual([`${visit.id}#check-in-48h#0`]);
  // The check-in that nobody took up has ended meanwhile.
  const [nudge, ...more] = await handedAt(7 * 24 + 0.5);
  expect(nudge).toMatch(/^hep_\w+#exercise-week-1#0$/);
  expect(more).toEqual([]);
});
