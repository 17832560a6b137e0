import { type Caller, stampOf } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { ConditionFailed, transact } from '../../platform/store/records.ts';
import { clashesSince, clashItem } from '../calendar-store.ts';
import { type CalendarClash, clashingBusy, touchedBy } from '../core/calendar-clash.ts';
import type { Appointment, AppointmentStatus, DaySheet, Provider } from '../core/types.ts';
import { getAppointments } from '../store.ts';

/** How far back a clash may begin that is still to be closed: longer than any outage of the sweep. */
const lookBackDays = 14;

/** Visits that are still to take place. */
const upcoming: readonly AppointmentStatus[] = ['booked', 'arrived'];

/**
 * Tells staff of visits at times when the provider's own calendar says busy, and closes what is no longer so: the visit moved or was
 * cancelled, the other calendar changed, or the day is over.
 * @param sheets the provider's days from yesterday on
 */
export const recordClashes = async (
  caller: Caller,
  provider: Pick<Provider, 'id'>,
  sheets: readonly DaySheet[],
): Promise<void> => {
  const [found, known] = await Promise.all([
    clashesNow(caller, provider, sheets),
    clashesSince(caller.clinicId, provider.id, toStored(caller.now.subtract({ hours: 24 * lookBackDays }))),
  ]);
  const knownByKey = new Map(known.map((clash) => [keyOf(clash), clash]));
  for (const clash of found) {
    const before = knownByKey.get(keyOf(clash));
    knownByKey.delete(keyOf(clash));
    if (before?.status === 'open' && JSON.stringify(before.busy) === JSON.stringify(clash.busy)) continue;
    const openedAt = before?.status === 'open' ? before.openedAt : clash.openedAt;
    const opened = await write(caller, { ...clash, openedAt, rev: (before?.rev ?? 0) + 1 }, 'calendar clash');
    if (opened && before?.status !== 'open') count(metricNames.calendarClashesOpened);
  }
  for (const clash of knownByKey.values()) {
    if (clash.status === 'closed') continue;
    await write(
      caller,
      { ...clash, status: 'closed', closedAt: toStored(caller.now), rev: clash.rev + 1 },
      'calendar clash over',
    );
  }
};

const keyOf = ({ start, appointmentId }: Pick<CalendarClash, 'start' | 'appointmentId'>): string =>
  `${start}#${appointmentId}`;

/** Whether it was written: another run of the same sweep may have been faster. */
const write = async (caller: Caller, clash: CalendarClash, reason: string): Promise<boolean> => {
  try {
    await transact([clashItem(clash, stampOf(caller, reason))]);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};

const clashesNow = async (
  caller: Caller,
  provider: Pick<Provider, 'id'>,
  sheets: readonly DaySheet[],
): Promise<readonly CalendarClash[]> => {
  const ids = new Set(sheets.flatMap(touchedBy).filter(isAppointmentId));
  if (ids.size === 0) return [];
  const external = sheets.flatMap((sheet) => sheet.external ?? []);
  const now = toStored(caller.now);
  const visits = await getAppointments(caller.clinicId, [...ids]);
  return visits
    .filter(({ status, end }) => upcoming.includes(status) && end > now)
    .flatMap((visit) => {
      const busy = clashingBusy(visit, external);
      if (busy.length === 0) return [];
      const { id: appointmentId, start, end } = visit;
      const at = { clinicId: caller.clinicId, providerId: provider.id, appointmentId, start, end };
      return [{ ...at, busy, status: 'open' as const, openedAt: now, rev: 1 }];
    });
};

const isAppointmentId = (heldBy: string): heldBy is Appointment['id'] => heldBy.startsWith('apt_');
