import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { badFields, found, Problem, type ProblemCode } from '../platform/problem.ts';
import { transact } from '../platform/store/records.ts';
import { localDateOf } from '../platform/time.ts';
import { untilWritten } from '../platform/until-written.ts';
import { getProvider } from './catalog-store.ts';
import { change } from './change.ts';
import { hasStarted } from './core/appointment-status.ts';
import { closeSheet } from './core/day-sheet.ts';
import type { Appointment, Provider } from './core/types.ts';
import { exceptionItem, hoursChangedItem, listExceptions } from './hours-store.ts';
import { byStart, isWith, visitsOn } from './provider-days.ts';
import { getAppointments, getSheet, sheetItem } from './store.ts';

export interface CancelDayCommand {
  readonly providerId: Id<'provider'>;
  /** Local date in the provider's zone. */
  readonly date: string;
  /** Why, for staff and the audit log; patients are not told. */
  readonly reason: string;
}

/** A visit of the day, as the answer names it. */
interface OfDay {
  readonly appointmentId: Id<'appointment'>;
  readonly start: string;
}

/** The day is only read again for visits that changed in between; who still does then is told as failed. */
const rounds = 3;
/** No further visit is begun after this: the function has 10 seconds, and the last visit needs some too. */
const budgetMillis = 6_000;

/**
 * Calls off a provider's day: closes it, so that nobody books meanwhile, then cancels each booked visit that is still to
 * come, in its own transaction: whatever interrupts it, the same request again goes on. A visit that needs them as its
 * second provider is called off too. Patients get a text whose link offers other times.
 * @param mayGoOn false when there is no time for another visit.
 */
export const cancelDay = async (
  caller: Caller,
  command: CancelDayCommand,
  commit: Commit,
  mayGoOn: () => boolean = within(budgetMillis),
) => {
  const { date, reason } = command;
  const provider = found(await getProvider(caller.clinicId, command.providerId), 'provider');
  if (date < localDateOf(caller.now, provider.zone)) {
    throw badFields([{ field: 'body.date', message: 'Must be today or later' }]);
  }
  const exceptionId = await closeDay(caller, provider, date, reason);

  const done: OfDay[] = [];
  let failed: (OfDay & { readonly code: ProblemCode })[] = [];
  let remaining = 0;
  for (let round = 0; round < rounds; round += 1) {
    failed = [];
    const visits = await bookedVisits(caller, provider, date);
    for (const [index, visit] of visits.entries()) {
      if (!mayGoOn()) {
        remaining = visits.length - index;
        break;
      }
      const code = await cancelOne(caller, visit, reason);
      const ofDay = { appointmentId: visit.id, start: visit.start };
      if (code === undefined) done.push(ofDay);
      else failed.push({ ...ofDay, code });
    }
    if (remaining > 0 || !failed.some(({ code }) => code === 'stale')) break;
  }
  const answer = { providerId: provider.id, date, exceptionId, done, failed, remaining };
  // An answer is remembered only when the work is done: the same request under the same key goes on otherwise.
  if (failed.length + remaining === 0) await commit([], answer);
  return answer;
};

const within = (millis: number): (() => boolean) => {
  const until = performance.now() + millis;
  return () => performance.now() < until;
};

/**
 * Closes the day with a leave, unless one does already, and lays the leave over the day sheet in the same transaction: a
 * booking under way may have read that the provider works, but it cannot take time of this sheet any more.
 */
const closeDay = (
  caller: Caller,
  provider: Provider,
  date: string,
  reason: string,
): Promise<Id<'availabilityException'>> =>
  untilWritten(async () => {
    const sheet = await getSheet(caller.clinicId, provider.id, date, provider.zone, caller.now);
    const exceptions = await listExceptions(caller.clinicId, provider.id, date);
    const leave = exceptions.find(
      ({ kind, firstDate, from }) => kind === 'away' && from === undefined && firstDate <= date,
    );
    const id = leave?.id ?? newId('availabilityException', caller.now);
    const closed = closeSheet(sheet, id);
    if (closed === sheet) return id;
    const stamp = stampOf(caller, reason);
    const dates = { firstDate: date, lastDate: date };
    const added = { id, providerId: provider.id, kind: 'away', ...dates, reason, rev: 1 } as const;
    await transact([
      ...(leave === undefined
        ? [exceptionItem(caller.clinicId, added, true, stamp), hoursChangedItem(caller.clinicId)]
        : []),
      sheetItem(caller.clinicId, closed, stamp),
    ]);
    return id;
  });

/** The visits of the day that can still be called off, by start. */
const bookedVisits = async (caller: Caller, provider: Provider, date: string): Promise<readonly Appointment[]> => {
  const sheet = await getSheet(caller.clinicId, provider.id, date, provider.zone, caller.now);
  const visits = await getAppointments(caller.clinicId, visitsOn(sheet));
  return visits
    .filter((visit) => visit.status === 'booked' && !hasStarted(visit, caller.now) && isWith(visit, provider.id))
    .toSorted(byStart);
};

/** Cancels one visit as it was read, and no other state of it: it may just have moved to another day. */
const cancelOne = async (caller: Caller, visit: Appointment, reason: string): Promise<ProblemCode | undefined> => {
  try {
    await change(
      caller,
      { appointmentId: visit.id, ifMatch: visit.rev },
      () => ({ kind: 'cancel', by: 'clinic', reason }),
      (_, items) => transact(items),
    );
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
};
