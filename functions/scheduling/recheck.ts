import { Temporal } from 'temporal-polyfill';
import { loadPatient } from '../intake/patients.ts';
import { planVisitTexts } from '../messaging/plans/plan.ts';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { found } from '../platform/problem.ts';
import { transact } from '../platform/store/records.ts';
import { dateOfEpochDay, epochDayOf, localDateOf } from '../platform/time.ts';
import { untilWritten } from '../platform/until-written.ts';
import { listProviders } from './catalog-store.ts';
import { decide } from './core/appointment-status.ts';
import { emptySheet } from './core/day-sheet.ts';
import { inOrderOfMove, isInHours, minutesLater, rederive, type ShiftDecision, shiftHeld } from './core/recheck.ts';
import type { Appointment, Companion, DaySheet, VisitTime } from './core/types.ts';
import { planInvitation } from './invite.ts';
import { withHours } from './known-hours.ts';
import { heldTime } from './occupancy.ts';
import { appointmentItem, getAppointment, getAppointments, listSheets, sheetItem } from './store.ts';

/** What became of a visit whose instant is no longer what its wall time means. */
export type MoveOutcome =
  /** Listed only: nothing was to be written. */
  | 'found'
  | 'moved'
  /** Left to staff: the new time is another visit's, or reaches out of the day. */
  | 'slot-taken'
  | 'outside-day'
  /** Left to staff: its day sheet does not have it. */
  | 'not-on-sheet'
  /** Left to staff: by its wall time the visit has begun already. */
  | 'visit-over'
  /** Somebody changed it in the meantime: nothing to do, or for the next run. */
  | 'changed';

export interface MovedVisit {
  readonly appointmentId: Id<'appointment'>;
  readonly providerId: Id<'provider'>;
  readonly zone: string;
  /** What was agreed. */
  readonly wallTime: string;
  /** The instant that is stored. */
  readonly storedStart: string;
  /** The instant that the wall time means. */
  readonly start: string;
  readonly minutesLater: number;
  readonly outcome: MoveOutcome;
}

/** A visit that lies outside its provider's hours by now: for staff to look at. */
export interface VisitOutsideHours {
  readonly appointmentId: Id<'appointment'>;
  readonly providerId: Id<'provider'>;
  readonly zone: string;
  readonly wallTime: string;
  readonly start: string;
}

export interface RecheckReport {
  /** Booked visits that were looked at: all that are still to come. */
  readonly visits: number;
  readonly moved: readonly MovedVisit[];
  readonly outsideHours: readonly VisitOutsideHours[];
}

/**
 * Compares every booked visit that is still to come with the time-zone data of this process, and with its provider's
 * hours. With `apply`, a visit whose instant has moved gets the one its wall time means: appointment, day sheets and
 * texts in one transaction, as a move by the clinic. Repeatable: what is done is in order the next time.
 *
 * Reads the day sheets from yesterday on and the appointments on them: cost grows with what is booked ahead, never with
 * history.
 */
export const recheck = async (caller: Caller, { apply }: { readonly apply: boolean }): Promise<RecheckReport> => {
  const providers = await listProviders(caller.clinicId);
  // Yesterday in UTC is today or earlier anywhere.
  const today = epochDayOf(localDateOf(caller.now, 'UTC'));
  const first = dateOfEpochDay(today - 1);
  const ids = new Set<Id<'appointment'>>();
  for (const provider of providers) {
    const sheets = await listSheets(caller.clinicId, provider.id, { first, last: farFuture }, caller.now);
    for (const { heldBy } of sheets.flatMap(({ busy }) => busy)) if (isAppointmentId(heldBy)) ids.add(heldBy);
  }
  const visits = (await getAppointments(caller.clinicId, [...ids])).filter(
    ({ status, end }) => status === 'booked' && Date.parse(end) > caller.now.epochMilliseconds,
  );

  const moves = inOrderOfMove(
    visits.flatMap((before) => {
      const after = rederive(before);
      return after === undefined ? [] : [{ before, after }];
    }),
  );
  const moved: MovedVisit[] = [];
  for (const move of moves) {
    const outcome = apply ? await applyMove(caller, move.before, matesOf(move.before, moves)) : 'found';
    moved.push(describeMove(move, outcome));
  }

  const outsideHours: VisitOutsideHours[] = [];
  for (const known of providers) {
    const provider = await withHours(caller.clinicId, known, first);
    const theirs = visits.filter(({ providerId }) => providerId === provider.id);
    outsideHours.push(
      ...theirs
        .map(asMeant)
        .filter((visit) => !isInHours(provider, visit))
        .map(describeVisit),
    );
  }
  return { visits: visits.length, moved, outsideHours: outsideHours.toSorted((a, b) => (a.start < b.start ? -1 : 1)) };
};

/** Beyond every date that can be stored. */
const farFuture = '9999-12-31';

const isAppointmentId = (heldBy: string): heldBy is Id<'appointment'> => heldBy.startsWith('apt_');

interface Move {
  readonly before: Appointment;
  readonly after: VisitTime;
}

const asMeant = (visit: Appointment): Appointment => ({ ...visit, ...rederive(visit) });

/** Who shares a group session with a visit, and moves as it does. */
const matesOf = (visit: Appointment, moves: readonly Move[]): ReadonlySet<string> =>
  new Set(
    moves
      .filter(
        ({ before }) =>
          before.providerId === visit.providerId && before.typeId === visit.typeId && before.start === visit.start,
      )
      .map(({ before }) => before.id),
  );

const describeVisit = ({ id, providerId, zone, wallTime, start }: Appointment): VisitOutsideHours => ({
  appointmentId: id,
  providerId,
  zone,
  wallTime,
  start,
});

const describeMove = ({ before, after }: Move, outcome: MoveOutcome): MovedVisit => ({
  ...describeVisit(before),
  storedStart: before.start,
  start: after.start,
  minutesLater: minutesLater(before, after),
  outcome,
});

const reason = 'time zone data changed';

const applyMove = (caller: Caller, listed: Appointment, mates: ReadonlySet<string>): Promise<MoveOutcome> =>
  untilWritten(async () => {
    const before = found(await getAppointment(caller.clinicId, listed.id), 'appointment');
    const after = rederive(before);
    if (before.status !== 'booked' || after === undefined) return 'changed';
    const decision = decide(before, { kind: 'reschedule', by: 'clinic', to: after }, caller.now);
    if (!decision.ok) return decision.code === 'new-time-invalid' ? 'visit-over' : 'changed';

    const sheets: DaySheet[] = [];
    for (const resource of heldTime(before).resources) {
      const shifted = await shiftOn(caller, resource, before, after, mates);
      if (!shifted.ok) return shifted.code;
      sheets.push(...shifted.sheets);
    }
    // Who was asked to choose another time still is.
    const { rescheduleRequestedAt } = before;
    const appointment: Appointment = { ...decision.appointment, rescheduleRequestedAt };
    const stamp = stampOf(caller, reason);
    const patient = found(await loadPatient(caller.clinicId, appointment.patientId), 'patient');
    const texts = await planVisitTexts(caller, { appointment, patient, change: 'rescheduled' });
    await transact([
      ...sheets.map((sheet) => sheetItem(caller.clinicId, sheet, stamp)),
      appointmentItem(appointment, stamp),
      ...texts.items,
      ...planInvitation(caller, { appointment, patient, change: 'rescheduled' }),
    ]);
    return 'moved';
  });

/**
 * The sheets of one resource after the move. Which local day the stored instant is on depends on the zone data as well,
 * so the sheet that has the visit is looked for on the days around it.
 */
const shiftOn = async (
  caller: Caller,
  { id, zone }: Companion,
  before: Appointment,
  after: VisitTime,
  mates: ReadonlySet<string>,
): Promise<ShiftDecision> => {
  const date = localDateOf(Temporal.Instant.from(after.start), zone);
  const day = epochDayOf(date);
  const around = { first: dateOfEpochDay(day - 1), last: dateOfEpochDay(day + 1) };
  const sheets = await listSheets(caller.clinicId, id, around, caller.now);
  const from = sheets.find(({ busy }) => busy.some(({ heldBy }) => heldBy === before.id));
  if (from === undefined) return { ok: false, code: 'not-on-sheet' };
  const to = sheets.find((sheet) => sheet.date === date) ?? emptySheet(id, date, zone);
  return shiftHeld({ from, to, heldBy: before.id, minutes: minutesLater(before, after), mates });
};
