import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { badFields, type FieldError, found } from '../platform/problem.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { epochDayOf, localDateOf, zoneClock } from '../platform/time.ts';
import { untilWritten } from '../platform/until-written.ts';
import { getProvider, listProviders, type Stored } from './catalog-store.ts';
import { datedIntervals } from './core/availability.ts';
import { overlaps, release } from './core/day-sheet.ts';
import type { AvailabilityException, Closure, DaySheet, Provider } from './core/types.ts';
import { instantOfEpochMinute } from './core/visit-time.ts';
import { closureItem, exceptionItem, hoursChangedItem, listClosures, listExceptions } from './hours-store.ts';
import { getSheet, listSheets, sheetItem } from './store.ts';

/** Changes of the weekly hours on certain dates: a provider's leave or extra hours, the clinic's closures. */

/** The longest leave or closure that can be entered as one. */
const maxDays = 366;

type Dated = Pick<Closure, 'firstDate' | 'lastDate' | 'from' | 'to'>;

const requireSoundDates = (input: Dated, needsTimes: boolean): void => {
  const errors: FieldError[] = [];
  const days = epochDayOf(input.lastDate) - epochDayOf(input.firstDate);
  if (days < 0) errors.push({ field: 'body.lastDate', message: 'Must not be before firstDate' });
  if (days > maxDays) errors.push({ field: 'body.lastDate', message: `At most ${maxDays} days after firstDate` });
  if ((input.from === undefined) !== (input.to === undefined)) {
    errors.push({ field: input.from === undefined ? 'body.from' : 'body.to', message: 'Give both times, or none' });
  } else if (input.from !== undefined && input.to !== undefined && input.from >= input.to) {
    errors.push({ field: 'body.to', message: 'Must be later than from' });
  } else if (needsTimes && input.from === undefined) {
    errors.push({ field: 'body.from', message: 'Extra hours need a beginning and an end' });
  }
  if (errors.length > 0) throw badFields(errors);
};

/** Adds a leave, or extra hours. Visits that are booked in a leave stay, and are listed for somebody to move. */
export const createException = async (
  caller: Caller,
  providerId: Id<'provider'>,
  input: Omit<AvailabilityException, 'id' | 'providerId'>,
  commit: Commit,
) => {
  requireSoundDates(input, input.kind === 'extra');
  const provider = found(await getProvider(caller.clinicId, providerId), 'provider');
  const id = newId('availabilityException', caller.now);
  const exception: Stored<AvailabilityException> = { ...input, id, providerId, rev: 1 };
  const clashes = input.kind === 'away' ? await bookedIn(caller, [provider], exception) : [];
  const view = { ...exception, clashes };
  const stamp = stampOf(caller, 'hours changed');
  await commit([exceptionItem(caller.clinicId, exception, true, stamp), hoursChangedItem(caller.clinicId)], view);
  return view;
};

/** Leaves and extra hours of a provider that end on a date or later. */
export const listProviderExceptions = async (caller: Caller, providerId: Id<'provider'>, from: string | undefined) => {
  const provider = found(await getProvider(caller.clinicId, providerId), 'provider');
  return listExceptions(caller.clinicId, providerId, from ?? localDateOf(caller.now, provider.zone));
};

/** Takes back a leave or extra hours that are not over. A day that was called off for it is open again. */
export const removeException = (
  caller: Caller,
  providerId: Id<'provider'>,
  id: Id<'availabilityException'>,
  commit: Commit,
): Promise<void> =>
  untilWritten(async () => {
    const exceptions = await listProviderExceptions(caller, providerId, undefined);
    const exception = found(
      exceptions.find((candidate) => candidate.id === id),
      'change of hours',
    );
    const next = { ...exception, rev: exception.rev + 1 };
    const stamp = stampOf(caller, 'change of hours taken back');
    const reopened = await reopenedSheets(caller, exception);
    await commit(
      [
        exceptionItem(caller.clinicId, next, false, stamp),
        hoursChangedItem(caller.clinicId),
        ...reopened.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
      ],
      undefined,
    );
  });

/** The sheets that a leave closes, without it. A day is called off one at a time, so they are few. */
const reopenedSheets = async (caller: Caller, exception: AvailabilityException): Promise<readonly DaySheet[]> => {
  const { id, providerId, firstDate, lastDate } = exception;
  const dates = { first: firstDate, last: lastDate };
  const sheets = await listSheets(caller.clinicId, providerId, dates, caller.now);
  const closed = sheets.filter(({ busy }) => busy.some(({ heldBy }) => heldBy === id));
  const current = await Promise.all(
    closed.map(({ date, zone }) => getSheet(caller.clinicId, providerId, date, zone, caller.now)),
  );
  return current.map((sheet) => release(sheet, id)).filter((sheet, index) => sheet !== current[index]);
};

/** Closes the clinic on certain dates. Visits that are booked then stay, and are listed for somebody to move. */
export const createClosure = async (caller: Caller, input: Omit<Closure, 'id'>, commit: Commit) => {
  requireSoundDates(input, false);
  const closure: Stored<Closure> = { ...input, id: newId('closure', caller.now), rev: 1 };
  const clashes = await bookedIn(caller, await listProviders(caller.clinicId), closure);
  const view = { ...closure, clashes };
  const stamp = stampOf(caller, 'clinic closed');
  await commit([closureItem(caller.clinicId, closure, true, stamp), hoursChangedItem(caller.clinicId)], view);
  return view;
};

/** The clinic's closures that end on a date or later. */
export const listClinicClosures = async (caller: Caller, from: string | undefined) => {
  const { zone } = await loadClinic(caller.clinicId);
  return listClosures(caller.clinicId, from ?? localDateOf(caller.now, zone));
};

/** Takes back a closure that is not over. */
export const removeClosure = async (caller: Caller, id: Id<'closure'>, commit: Commit): Promise<void> => {
  const closures = await listClinicClosures(caller, undefined);
  const closure = found(
    closures.find((candidate) => candidate.id === id),
    'closure',
  );
  const next = { ...closure, rev: closure.rev + 1 };
  const stamp = stampOf(caller, 'closure taken back');
  await commit([closureItem(caller.clinicId, next, false, stamp), hoursChangedItem(caller.clinicId)], undefined);
};

/** The visits to come that lie in hours which are to be closed. */
const bookedIn = async (caller: Caller, providers: readonly Provider[], dated: Dated) => {
  const lists = await Promise.all(
    providers.map(async ({ id, zone }) => {
      const today = localDateOf(caller.now, zone);
      const first = dated.firstDate > today ? dated.firstDate : today;
      if (first > dated.lastDate) return [];
      const sheets = await listSheets(caller.clinicId, id, { first, last: dated.lastDate }, caller.now);
      return sheets.flatMap((sheet) => {
        const closed = datedIntervals(dated, epochDayOf(sheet.date), zoneClock(zone));
        return sheet.busy
          .filter(({ heldBy }) => heldBy.startsWith('apt_'))
          .filter((interval) => closed.some((range) => overlaps(range, interval)))
          .map(({ heldBy, startEpochMinute }) => ({
            appointmentId: heldBy as Id<'appointment'>,
            providerId: id,
            start: instantOfEpochMinute(startEpochMinute).toString({ smallestUnit: 'second' }),
          }));
      });
    }),
  );
  return lists.flat();
};
