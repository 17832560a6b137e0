import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../platform/actor.ts';
import { getProvider, getRoom } from './catalog-store.ts';
import { sheetDates } from './core/slots.ts';
import type { AppointmentType, DaySheet, Provider, ResourceId, Room } from './core/types.ts';
import type { ProviderHours } from './core/visit-time.ts';
import { listClosures, listExceptions } from './hours-store.ts';
import { listSheets } from './store.ts';

/** All that a search goes by. */
export interface Calendar {
  readonly providers: readonly (Provider & ProviderHours)[];
  readonly rooms: readonly Room[];
  /** The second providers that the type needs any one of, in practice. */
  readonly seconds: readonly (Provider & ProviderHours)[];
  readonly sheets: readonly DaySheet[];
}

/**
 * Reads when providers work and what is taken of their days: the closures once, and for each provider, room and second
 * provider one Query of its day sheets, for those who have hours one more of what changes them. Never appointments.
 */
export const loadCalendar = async (
  caller: Caller,
  providers: readonly Provider[],
  type: AppointmentType,
  range: { readonly from: Temporal.Instant; readonly to: Temporal.Instant },
): Promise<Calendar> => {
  const { clinicId } = caller;
  if (providers.length === 0) return { providers: [], rooms: [], seconds: [], sheets: [] };
  const [knownRooms, knownSeconds] = await Promise.all([
    Promise.all(type.roomIds.map((id) => getRoom(clinicId, id))),
    Promise.all(type.secondProviderIds.map((id) => getProvider(clinicId, id))),
  ]);
  const rooms = knownRooms.filter((room) => room !== undefined).filter(({ active }) => active);
  const seconds = knownSeconds.filter((second) => second !== undefined).filter(({ active }) => active);
  const people = [...new Map([...providers, ...seconds].map((person) => [person.id, person])).values()];

  const sheetsOf = ({ id, zone }: { readonly id: ResourceId; readonly zone: string }) =>
    listSheets(clinicId, id, sheetDates(range.from, range.to, zone), caller.now);
  const firstDateOf = ({ zone }: Provider): string => sheetDates(range.from, range.to, zone).first;
  const [closures, exceptions, sheets] = await Promise.all([
    listClosures(clinicId, people.map(firstDateOf).toSorted()[0] ?? ''),
    Promise.all(people.map((person) => listExceptions(clinicId, person.id, firstDateOf(person)))),
    Promise.all([...people, ...rooms].map(sheetsOf)),
  ]);
  const withHours = new Map(
    people.map((person, i) => [person.id, { ...person, closures, exceptions: exceptions[i] ?? [] }]),
  );
  const hoursOf = (list: readonly Provider[]) => list.flatMap(({ id }) => withHours.get(id) ?? []);
  return { providers: hoursOf(providers), rooms, seconds: hoursOf(seconds), sheets: sheets.flat() };
};
