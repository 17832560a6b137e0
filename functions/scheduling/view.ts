import type * as z from 'zod';
import type { Clinic } from '../platform/store/clinic.ts';
import type { appointmentView, visitView } from './contract/shared.ts';
import { isConfirmed } from './core/appointment-status.ts';
import type { Appointment, Provider } from './core/types.ts';
import { type Slot, visitTime } from './core/visit-time.ts';

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
  ...(appointment.cancellationReason === undefined ? {} : { cancellationReason: appointment.cancellationReason }),
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
  rev: appointment.rev,
});

/** A free time with the provider's wall clock. */
export const slotViewOf = (slot: Slot, zone: string) => ({ providerId: slot.providerId, ...visitTime(slot, zone) });
