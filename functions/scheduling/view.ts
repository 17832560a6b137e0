import type * as z from 'zod';
import type { Clinic } from '../platform/store/clinic.ts';
import type { appointmentView, visitView } from './contract/shared.ts';
import { isAskedToMove, isConfirmed, mayRebook } from './core/appointment-status.ts';
import type { Appointment, DaySheet, MinuteRange, Provider } from './core/types.ts';
import { instantOfEpochMinute, type Slot, visitTime } from './core/visit-time.ts';

/** How records appear in answers. */

/** An appointment as staff see it. */
export const viewOf = (appointment: Appointment): z.output<typeof appointmentView> => ({
  id: appointment.id,
  patientId: appointment.patientId,
  providerId: appointment.providerId,
  typeId: appointment.typeId,
  start: appointment.start,
  end: appointment.end,
  zone: appointment.zone,
  wallTime: appointment.wallTime,
  modality: appointment.modality,
  status: appointment.status,
  confirmed: isConfirmed(appointment),
  sequence: appointment.sequence,
  rev: appointment.rev,
  ...(appointment.arrivedAt === undefined ? {} : { arrivedAt: appointment.arrivedAt }),
  ...(appointment.fulfilment === undefined ? {} : { fulfilment: appointment.fulfilment }),
  ...(appointment.cancelledBy === undefined ? {} : { cancelledBy: appointment.cancelledBy }),
  ...(appointment.cancellationReason === undefined ? {} : { cancellationReason: appointment.cancellationReason }),
  ...(appointment.rescheduleReason === undefined ? {} : { rescheduleReason: appointment.rescheduleReason }),
  ...(appointment.noshowReason === undefined ? {} : { noshowReason: appointment.noshowReason }),
  ...(appointment.companions === undefined ? {} : { also: appointment.companions.map(({ id }) => id) }),
  ...(appointment.patientState === undefined ? {} : { patientState: appointment.patientState }),
  ...(appointment.seriesId === undefined ? {} : { seriesId: appointment.seriesId }),
  ...(appointment.rescheduleRequestedAt === undefined
    ? {}
    : { rescheduleRequestedAt: appointment.rescheduleRequestedAt }),
  ...(appointment.rescheduleRequestReason === undefined
    ? {}
    : { rescheduleRequestReason: appointment.rescheduleRequestReason }),
  ...(appointment.rebookedAs === undefined ? {} : { rebookedAs: appointment.rebookedAs }),
  ...(appointment.replaces === undefined ? {} : { replaces: appointment.replaces }),
});

/** An appointment as its patient sees it through a link. */
export const visitViewOf = (
  appointment: Appointment,
  clinic: Clinic,
  provider: Provider,
): z.output<typeof visitView> => ({
  clinic: { name: clinic.name, phone: clinic.phone },
  providerName: provider.name,
  start: appointment.start,
  end: appointment.end,
  zone: appointment.zone,
  wallTime: appointment.wallTime,
  modality: appointment.modality,
  status: appointment.status,
  confirmed: isConfirmed(appointment),
  askedToMove: isAskedToMove(appointment),
  mayRebook: mayRebook(appointment),
  rev: appointment.rev,
});

/** A free time with the provider's wall clock. */
export const slotViewOf = (slot: Slot, zone: string) => ({ providerId: slot.providerId, ...visitTime(slot, zone) });

/** A provider's day as staff see it. */
export const dayViewOf = (providerId: Provider['id'], sheet: DaySheet) => ({
  providerId,
  date: sheet.date,
  zone: sheet.zone,
  rev: sheet.rev,
  busy: sheet.busy.map((interval) => ({ ...instantsOf(interval), heldBy: interval.heldBy })),
  external: (sheet.external ?? []).map(instantsOf),
});

const instantsOf = ({ startEpochMinute, endEpochMinute }: MinuteRange) => ({
  start: instantOfEpochMinute(startEpochMinute).toString({ smallestUnit: 'second' }),
  end: instantOfEpochMinute(endEpochMinute).toString({ smallestUnit: 'second' }),
});
