import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { hasStarted } from './core/appointment-status.ts';
import type { Appointment } from './core/types.ts';
import { openingItem } from './waiting-list-store.ts';

/**
 * What a visit leaves behind that gives up its time: an opening, for the caller's own transaction, which the next sweep
 * offers to who waits. Nothing if the time has come already: nobody can be offered that.
 * @param before the visit while it still had the time.
 */
export const openingItems = (caller: Caller, before: Appointment): readonly TransactItem[] => {
  if (hasStarted(before, caller.now)) return [];
  return [
    openingItem(caller, {
      id: newId('opening', caller.now),
      clinicId: caller.clinicId,
      providerId: before.providerId,
      freedBy: before.id,
      givenUpBy: before.patientId,
      start: before.start,
      end: before.end,
      status: 'open',
      dueAt: toStored(caller.now),
      offers: [],
      rev: 1,
    }),
  ];
};
