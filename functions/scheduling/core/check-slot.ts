import type { Temporal } from 'temporal-polyfill';
import { zoneClock } from '../../platform/time.ts';
import { localDay, openIntervals, workingHours } from './availability.ts';
import { countOfType, isFree, joinsSession, type Purpose } from './day-sheet.ts';
import { isLicensedOn, type PlaceRefusal, servesState } from './licence.ts';
import type { DaySheet, MinuteRange, VisitTime } from './types.ts';
import {
  bookableWindow,
  epochMinuteFrom,
  instantOfEpochMinute,
  type ProviderHours,
  type Slot,
  type VisitRules,
  visitTime,
  withBuffers,
} from './visit-time.ts';

export interface SlotQuestion {
  readonly provider: ProviderHours;
  readonly type: VisitRules;
  /** The sheet of the start's local date in the provider's zone; undefined when nothing is booked on it. */
  readonly sheet: DaySheet | undefined;
  readonly start: Temporal.Instant;
  readonly now: Temporal.Instant;
  /** With a step, the start must be one that a search offers; without, any whole minute will do (the front desk). */
  readonly stepMinutes?: number | undefined;
  /** Whose own time counts as free: the appointment that is being moved, the hold that becomes one. */
  readonly heldBy?: string | undefined;
  /** Where the patient will be; not asked if not given. */
  readonly patientState?: string | undefined;
}

/** Why a start is not offered: the first reason that holds, in this order. */
export type SlotRefusal =
  | 'start-invalid'
  | 'too-soon'
  | 'beyond-horizon'
  | PlaceRefusal
  | 'outside-hours'
  | 'slot-taken'
  /** The provider has as many visits of this type on that day as the type allows. */
  | 'day-full';

export type SlotAnswer =
  | {
      readonly ok: true;
      readonly slot: Slot;
      /** What goes on the day sheet: the visit with its buffers. */
      readonly occupies: MinuteRange;
      /** What goes on the appointment. */
      readonly time: VisitTime;
    }
  | { readonly ok: false; readonly code: SlotRefusal };

/** Decides one start by the rules of `findSlots`: what a search offers can be booked, what it does not offer cannot. */
export const checkSlot = (question: SlotQuestion): SlotAnswer => {
  const { provider, type, sheet, start, now, heldBy, patientState, stepMinutes = 1 } = question;
  const startEpochMinute = epochMinuteFrom(start);
  if (!instantOfEpochMinute(startEpochMinute).equals(start)) return { ok: false, code: 'start-invalid' };

  const clock = zoneClock(provider.zone);
  const bookable = bookableWindow(type, now, clock);
  if (startEpochMinute < bookable.startEpochMinute) return { ok: false, code: 'too-soon' };
  if (startEpochMinute >= bookable.endEpochMinute) return { ok: false, code: 'beyond-horizon' };

  const epochDay = clock.epochDayAt(start.epochMilliseconds);
  if (patientState !== undefined) {
    if (!servesState(type, patientState)) return { ok: false, code: 'state-not-served' };
    if (!isLicensedOn(provider.licences ?? [], patientState, epochDay)) return { ok: false, code: 'not-licensed' };
  }

  const slot = { providerId: provider.id, startEpochMinute, endEpochMinute: startEpochMinute + type.minutes };
  const occupies = withBuffers(slot, type);
  const purpose = purposeOf(type);
  const isJoining = sheet !== undefined && joinsSession(sheet, occupies, purpose, heldBy);
  const isOpen = openIntervals(workingHours(provider), epochDay, clock).some(
    (open) => isWithin(slot, open) && (isJoining || (startEpochMinute - open.startEpochMinute) % stepMinutes === 0),
  );
  if (!isOpen || !isWithin(occupies, localDay(epochDay, clock))) return { ok: false, code: 'outside-hours' };
  if (sheet !== undefined && !isFree(sheet, occupies, heldBy, purpose)) return { ok: false, code: 'slot-taken' };
  const { id: typeId, dailyCap } = type;
  if (sheet !== undefined && typeId !== undefined && dailyCap !== undefined && !isJoining) {
    if (countOfType(sheet, typeId, heldBy) >= dailyCap) return { ok: false, code: 'day-full' };
  }
  return { ok: true, slot, occupies, time: visitTime(slot, provider.zone) };
};

/** What a visit of a type takes time for. */
export const purposeOf = ({ id: typeId, capacity }: Pick<VisitRules, 'id' | 'capacity'>): Purpose => ({
  typeId,
  capacity,
});

const isWithin = (inner: MinuteRange, outer: MinuteRange): boolean =>
  outer.startEpochMinute <= inner.startEpochMinute && inner.endEpochMinute <= outer.endEpochMinute;
