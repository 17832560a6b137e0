import type { Temporal } from 'temporal-polyfill';
import { zoneClock } from '../../platform/time.ts';
import { localDay, openIntervals, weeklyHours } from './availability.ts';
import { isFree } from './day-sheet.ts';
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
  /** Whose own time counts as free: the appointment that is being moved. */
  readonly heldBy?: string | undefined;
}

/** Why a start is not offered: the first reason that holds, in this order. */
export type SlotRefusal = 'start-invalid' | 'too-soon' | 'beyond-horizon' | 'outside-hours' | 'slot-taken';

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
  const { provider, type, sheet, start, now, heldBy, stepMinutes = 1 } = question;
  const startEpochMinute = epochMinuteFrom(start);
  if (!instantOfEpochMinute(startEpochMinute).equals(start)) return { ok: false, code: 'start-invalid' };

  const clock = zoneClock(provider.zone);
  const bookable = bookableWindow(type, now, clock);
  if (startEpochMinute < bookable.startEpochMinute) return { ok: false, code: 'too-soon' };
  if (startEpochMinute >= bookable.endEpochMinute) return { ok: false, code: 'beyond-horizon' };

  const slot = { providerId: provider.id, startEpochMinute, endEpochMinute: startEpochMinute + type.minutes };
  const occupies = withBuffers(slot, type);
  const epochDay = clock.epochDayAt(start.epochMilliseconds);
  const isOpen = openIntervals(weeklyHours(provider.availability), epochDay, clock).some(
    (open) => isWithin(slot, open) && (startEpochMinute - open.startEpochMinute) % stepMinutes === 0,
  );
  if (!isOpen || !isWithin(occupies, localDay(epochDay, clock))) return { ok: false, code: 'outside-hours' };
  if (sheet !== undefined && !isFree(sheet, occupies, heldBy)) return { ok: false, code: 'slot-taken' };
  return { ok: true, slot, occupies, time: visitTime(slot, provider.zone) };
};

const isWithin = (inner: MinuteRange, outer: MinuteRange): boolean =>
  outer.startEpochMinute <= inner.startEpochMinute && inner.endEpochMinute <= outer.endEpochMinute;
