import type { Caller } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { badFields, found } from '../platform/problem.ts';
import { epochDayOf } from '../platform/time.ts';
import { getProvider } from './catalog-store.ts';
import { mostListedDays } from './contract/days.ts';
import type { Appointment, DaySheet } from './core/types.ts';
import { sheetDateOf } from './core/visit-time.ts';
import { getAppointments, listSheets } from './store.ts';
import { viewOf } from './view.ts';

/** The visits that a day sheet names, those that took place included. */
export const visitsOn = (sheet: DaySheet): readonly Id<'appointment'>[] => [
  ...new Set(sheet.busy.flatMap(({ heldBy }) => (isAppointment(heldBy) ? [heldBy] : []))),
];

const isAppointment = (heldBy: string): heldBy is Id<'appointment'> => heldBy.startsWith('apt_');

/** Whether a visit needs a provider: as its own, or as its second. */
export const isWith = (visit: Appointment, providerId: Id<'provider'>): boolean =>
  visit.providerId === providerId || (visit.companions ?? []).some(({ id }) => id === providerId);

/** A provider's visits of some local days, by start: one Query of day sheets, and the visits by the hundred. */
export const listProviderAppointments = async (
  caller: Caller,
  providerId: Id<'provider'>,
  days: { readonly from: string; readonly to?: string | undefined },
) => {
  const { from, to = from } = days;
  const span = epochDayOf(to) - epochDayOf(from);
  if (span < 0) throw badFields([{ field: 'query.to', message: 'Must not be before from' }]);
  if (span >= mostListedDays) throw badFields([{ field: 'query.to', message: `At most ${mostListedDays} days` }]);
  const { zone } = found(await getProvider(caller.clinicId, providerId), 'provider');
  const sheets = await listSheets(caller.clinicId, providerId, { first: from, last: to }, caller.now);
  const visits = await getAppointments(caller.clinicId, [...new Set(sheets.flatMap(visitsOn))]);
  const items = visits
    // Between the two reads a visit may have moved away, or been cancelled.
    .filter((visit) => visit.status !== 'cancelled' && isWith(visit, providerId))
    .filter((visit) => isBetween(sheetDateOf(visit, zone), from, to))
    .toSorted(byStart)
    .map(viewOf);
  return { providerId, from, to, zone, items };
};

const isBetween = (date: string, from: string, to: string): boolean => from <= date && date <= to;

/** By start; visits of one group session by id, so that the order is always the same. */
export const byStart = (a: Appointment, b: Appointment): number => (`${a.start}${a.id}` < `${b.start}${b.id}` ? -1 : 1);
