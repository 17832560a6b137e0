import type { Id } from '../../platform/ids.ts';

/**
 * The words of scheduling. FHIR R4 names where FHIR has one.
 *
 * Two notations for a moment. Appointments carry RFC 3339 instants in UTC (`2026-11-24T15:00:00Z`), because people and
 * other systems read them. Day sheets and slot search count whole *epoch minutes* (minutes since 1970-01-01T00:00Z):
 * a visit starts on a whole minute, eight digits are small at rest, and comparing them needs no parsing.
 * All stretches of time are half open: the start belongs to them, the end does not.
 */

/** What a provider is licensed as; billing rules follow from it. */
export type ProviderRole = 'physician' | 'physical-therapist' | 'assistant';

/** How patient and provider meet. */
export type Modality = 'in-person' | 'video' | 'audio';

/** ISO weekday: Monday is 1, Sunday is 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Hours that repeat every week, on the provider's own wall clock: `07:30` stays 07:30 through every clock change. */
export interface WeeklyRule {
  readonly weekday: Weekday;
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, later than `from`; `24:00` is the end of the day. */
  readonly to: string;
}

export interface Provider {
  readonly id: Id<'provider'>;
  readonly clinicId: Id<'clinic'>;
  readonly name: string;
  readonly role: ProviderRole;
  /** IANA zone in which `availability` is meant. */
  readonly zone: string;
  readonly availability: readonly WeeklyRule[];
}

export interface AppointmentType {
  readonly id: Id<'appointmentType'>;
  readonly clinicId: Id<'clinic'>;
  readonly name: string;
  /** Length of the visit itself. */
  readonly minutes: number;
  /** Kept free before the visit; may lie outside the provider's hours, never on another local day. */
  readonly bufferBeforeMinutes: number;
  /** Kept free after the visit; may lie outside the provider's hours, never on another local day. */
  readonly bufferAfterMinutes: number;
  readonly modalities: readonly Modality[];
  /** A visit starts at least this long after it is booked. */
  readonly leadMinutes: number;
  /** The last bookable local day is this many days after today. */
  readonly horizonDays: number;
  readonly providerIds: readonly Id<'provider'>[];
}

/** A stretch of whole minutes since 1970-01-01T00:00Z, half open. */
export interface MinuteRange {
  readonly startEpochMinute: number;
  readonly endEpochMinute: number;
}

/** Time that is taken, buffers included, and what took it (an appointment's id). */
export interface BusyInterval extends MinuteRange {
  readonly heldBy: string;
}

/**
 * All that is taken of one provider's one local day. It is the only place where occupancy is kept: whoever takes time
 * writes this record on the condition that its `rev` is the one read.
 */
export interface DaySheet {
  readonly providerId: Id<'provider'>;
  /** Local date in `zone`. */
  readonly date: string;
  /** The provider's zone: with `date` it says where the day begins and ends. */
  readonly zone: string;
  /** 0 for a day on which nothing was ever booked, which is not stored. */
  readonly rev: number;
  /** Sorted by start, never overlapping, all within the day. */
  readonly busy: readonly BusyInterval[];
}

/** When a visit is: the instants, and the wall time in a zone that they were meant as. */
export interface VisitTime {
  /** RFC 3339 in UTC, whole minutes. */
  readonly start: string;
  /** RFC 3339 in UTC, whole minutes. */
  readonly end: string;
  /** IANA zone. */
  readonly zone: string;
  /** What the clock in `zone` shows at the start: `2026-11-24T09:30`. */
  readonly wallTime: string;
}

/** FHIR R4 AppointmentStatus, the part of it a clinic's day needs. */
export type AppointmentStatus = 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow';

/** What took place: what a charge is made of. */
export interface Fulfilment {
  readonly modality: Modality;
  /** RFC 3339 in UTC. */
  readonly start: string;
  /** RFC 3339 in UTC. */
  readonly end: string;
}

export interface Appointment extends VisitTime {
  readonly id: Id<'appointment'>;
  readonly clinicId: Id<'clinic'>;
  readonly patientId: Id<'patient'>;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
  readonly modality: Modality;
  readonly status: AppointmentStatus;
  /** Rises with every change (the ETag). */
  readonly rev: number;
  /** iCalendar's SEQUENCE: rises only when the visit moves or is cancelled. Planned texts hang on it. */
  readonly sequence: number;
  /** The sequence the patient confirmed. Any other sequence is not confirmed. */
  readonly confirmedSequence?: number | undefined;
  readonly arrivedAt?: string | undefined;
  readonly fulfilment?: Fulfilment | undefined;
  /** Why it was cancelled, in a few words without patient data. */
  readonly cancellationReason?: string | undefined;
}
