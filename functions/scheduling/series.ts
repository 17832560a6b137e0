import { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../intake/patients.ts';
import { dispatch } from '../messaging/sending/dispatch.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Commit } from '../platform/http/api.ts';
import { type Id, newId } from '../platform/ids.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count as countMetric } from '../platform/metrics.ts';
import { badFields, type FieldError, found, Problem } from '../platform/problem.ts';
import { type TransactItem, transact } from '../platform/store/records.ts';
import { wallTimeOf } from '../platform/time.ts';
import { untilWritten } from '../platform/until-written.ts';
import {
  type BookCommand,
  type Booking,
  loadBookable,
  type PreparedBooking,
  prepareBooking,
  requirePatientKind,
} from './book.ts';
import { afterChanges, type ChangeCommand, type PreparedChange, prepareChange } from './change.ts';
import { hasStarted } from './core/appointment-status.ts';
import { type SeriesRhythm, seriesStarts } from './core/series.ts';
import type { Appointment } from './core/types.ts';
import { getSeries, type Series, seriesItem } from './series-store.ts';
import { getAppointments } from './store.ts';
import { viewOf } from './view.ts';

/** Visits that are booked together: the same wall time, week after week. */

/** A transaction holds 100 items; one is the answer remembered under the caller's key. */
const mostItems = 99;
const daysPerWeek = 7;

export interface BookSeriesCommand extends Omit<BookCommand, 'holdId' | 'replaces'>, SeriesRhythm {}

/**
 * Books all visits of a series or none, in one transaction, with one confirmation for all. The horizon of the type says
 * how far ahead the first may be: a course of treatment then goes on as long as it is.
 * @throws Problem `series-conflict`, which lists every visit that cannot be had.
 */
export const bookSeries = async (caller: Caller, command: BookSeriesCommand, commit: Commit) => {
  const [known, { provider, type }] = await Promise.all([
    loadPatient(caller.clinicId, command.patientId),
    loadBookable(caller, command),
  ]);
  const patient = found(known, 'patient');
  await requirePatientKind(caller, type, patient);
  const { count, everyWeeks, modality, patientState } = command;
  const starts = seriesStarts(Temporal.Instant.from(command.start), provider.zone, command);
  return untilWritten(async () => {
    const id = newId('series', caller.now);
    const tried = await Promise.all(
      starts.map((start, index) => {
        const horizonDays = type.horizonDays + index * everyWeeks * daysPerWeek;
        return tryBooking(caller, {
          patient,
          provider,
          // As for any booking by the front desk, the lead time is not asked.
          type: { ...type, leadMinutes: 0, horizonDays },
          start: start.toString({ smallestUnit: 'second' }),
          modality,
          patientState,
          facts: { seriesId: id },
          toldVisits: index === 0 ? count : 0,
        });
      }),
    );
    const conflicts = tried.flatMap((visit, index) => conflictOf(visit, index, starts, provider.zone));
    if (conflicts.length > 0) {
      const detail = `${conflicts.length} of ${count} visits cannot be booked, so none was. See errors.`;
      throw new Problem('series-conflict', detail, conflicts);
    }
    const visits = tried.flatMap((visit) => (visit instanceof Problem ? [] : [visit]));
    const series: Series = {
      id,
      clinicId: caller.clinicId,
      patientId: patient.id,
      providerId: provider.id,
      typeId: type.id,
      everyWeeks,
      appointmentIds: visits.map(({ appointment }) => appointment.id),
    };
    const items = [seriesItem(series, stampOf(caller, 'booked')), ...visits.flatMap((visit) => visit.items)];
    if (items.length > mostItems) {
      throw badFields([{ field: 'body.count', message: 'Too many visits of this type to be booked at once' }]);
    }
    const view = seriesViewOf(
      series,
      visits.map(({ appointment }) => appointment),
    );
    await commit(items, view);
    for (const _ of visits) countMetric(metricNames.appointmentsBooked);
    await dispatch(visits.flatMap(({ refs }) => refs));
    return view;
  });
};

/** A visit of the series ready to be written, or why its time cannot be had. What else is wrong is no conflict. */
const tryBooking = async (caller: Caller, booking: Booking): Promise<PreparedBooking | Problem> => {
  try {
    return await prepareBooking(caller, booking);
  } catch (error) {
    const isConflict = error instanceof Problem && (error.code === 'slot-taken' || error.code === 'slot-not-offered');
    if (isConflict) return error;
    throw error;
  }
};

/** Which visit, when, and why: nothing about who has that time. */
const conflictOf = (
  visit: PreparedBooking | Problem,
  index: number,
  starts: readonly Temporal.Instant[],
  zone: string,
): readonly FieldError[] => {
  const start = starts[index];
  if (!(visit instanceof Problem) || start === undefined) return [];
  const when = wallTimeOf(start, zone).replace('T', ' ');
  return [{ field: 'body.start', message: `Visit ${index + 1}, ${when}: ${visit.message}` }];
};

const seriesViewOf = (series: Series, visits: readonly Appointment[]) => {
  const { id, patientId, providerId, typeId, everyWeeks, appointmentIds } = series;
  const byId = new Map(visits.map((visit) => [visit.id, visit]));
  const items = appointmentIds.flatMap((appointmentId) => byId.get(appointmentId) ?? []).map(viewOf);
  return { id, patientId, providerId, typeId, everyWeeks, items };
};

/** A series and its visits as they are. */
const loadSeries = async (caller: Caller, id: Id<'series'>) => {
  const series = found(await getSeries(caller.clinicId, id), 'series');
  return { series, visits: await getAppointments(caller.clinicId, series.appointmentIds) };
};

export const showSeries = async (caller: Caller, id: Id<'series'>) => {
  const { series, visits } = await loadSeries(caller, id);
  return seriesViewOf(series, visits);
};

/**
 * Cancels what is booked and still to come of a series, with one text that names how many. Mostly one transaction; where
 * it would be too large, or two of the visits were moved to one day, as few as will do, each with its own text. Asked
 * again, it goes on where it was interrupted.
 */
export const cancelSeries = async (
  caller: Caller,
  id: Id<'series'>,
  reason: string | undefined,
  commit: Commit,
): Promise<ReturnType<typeof seriesViewOf>> => {
  const command: ChangeCommand = { kind: 'cancel', by: 'clinic', reason };
  for (;;) {
    const view = await untilWritten(async () => {
      const { series, visits } = await loadSeries(caller, id);
      const upcoming = visits
        .filter((visit) => visit.status === 'booked' && !hasStarted(visit, caller.now))
        .toSorted((a, b) => (a.start < b.start ? -1 : 1));
      const together = await cancelTogether(caller, upcoming, command);
      const items = together.flatMap((change) => change.items);
      const isLast = together.length === upcoming.length;
      const changed = new Map(together.map(({ appointment }) => [appointment.id, appointment]));
      const after = seriesViewOf(
        series,
        visits.map((visit) => changed.get(visit.id) ?? visit),
      );
      await (isLast ? commit(items, after) : transact(items));
      await afterChanges(together);
      return isLast ? after : undefined;
    });
    if (view !== undefined) return view;
  }
};

/** The cancellations, from the first on, that one transaction can hold; the earliest visit's text tells of all. */
const cancelTogether = async (
  caller: Caller,
  upcoming: readonly Appointment[],
  command: ChangeCommand,
): Promise<readonly PreparedChange[]> => {
  const [earliest] = upcoming;
  if (earliest === undefined) return [];
  const silent = await Promise.all(upcoming.map((visit) => prepareChange(caller, visit, command, 0)));
  const fitting = fitTogether(silent);
  return [await prepareChange(caller, earliest, command, fitting.length), ...fitting.slice(1)];
};

/** As many changes as fit one transaction, which writes no item twice; at least one. */
const fitTogether = (changes: readonly PreparedChange[]): readonly PreparedChange[] => {
  const keys = new Set<string>();
  const fitting: PreparedChange[] = [];
  for (const change of changes) {
    const own = change.items.map(keyOf);
    // One item more for the text that tells of all.
    const isFitting = keys.size + own.length < mostItems && !own.some((key) => keys.has(key));
    if (!isFitting && fitting.length > 0) continue;
    for (const key of own) keys.add(key);
    fitting.push(change);
  }
  return fitting;
};

const keyOf = ({ Put, Update, Delete, ConditionCheck }: TransactItem): string => {
  const { pk, sk } = Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? {};
  return `${pk}|${sk}`;
};
