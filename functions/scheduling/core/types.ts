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
export const MODALITIES = ['in-person', 'video', 'audio'] as const;
export type Modality = (typeof MODALITIES)[number];

/** ISO weekday: Monday is 1, Sunday is 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Hours that repeat every week, on the provider's own wall clock: `07:30` stays 07:30 through every clock change. */
export interface WeeklyRule {
  readonly weekday: Weekday;
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, later than `from`; `24:00` is the end of the day. */
  readonly to: string;
  /** The first local date it holds on. @default always */
  readonly effectiveFrom?: string | undefined;
  /** The last local date it holds on. @default for ever */
  readonly effectiveTo?: string | undefined;
}

/** A change of a provider's hours on certain dates. Extra hours beat a closure, being away beats everything. */
export interface AvailabilityException {
  readonly id: Id<'availabilityException'>;
  readonly providerId: Id<'provider'>;
  /** `away`: leave, a course. `extra`: hours besides the weekly ones. */
  readonly kind: 'away' | 'extra';
  /** Local dates in the provider's zone, both included. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** `HH:MM` on each of the dates; without it, an `away` takes the whole days. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** A few words for staff, without patient data. */
  readonly reason: string;
}

/** Dates on which the whole clinic is closed: a holiday. Each provider's own wall clock counts. */
export interface Closure {
  readonly id: Id<'closure'>;
  readonly firstDate: string;
  readonly lastDate: string;
  /** `HH:MM` on each of the dates; without it, the whole days. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly name: string;
}

/** A right to treat patients who are in a state: a licence there, a compact privilege, a telehealth registration. */
export interface Licence {
  /** USPS code, `CO`. */
  readonly state: string;
  readonly kind: 'full' | 'compact' | 'telehealth';
  /** Dates, both included, on the calendar where the provider works. */
  readonly validFrom: string;
  readonly validTo?: string | undefined;
}

export interface Provider {
  readonly id: Id<'provider'>;
  readonly clinicId: Id<'clinic'>;
  readonly name: string;
  readonly role: ProviderRole;
  /** IANA zone in which `availability` is meant. */
  readonly zone: string;
  readonly availability: readonly WeeklyRule[];
  /** Time off within those hours, every week. */
  readonly breaks: readonly WeeklyRule[];
  /** Where patients may be whom this provider treats. Nowhere, if there is none. */
  readonly licences: readonly Licence[];
  /** Whether new visits can be booked. Booked ones stay. */
  readonly active: boolean;
}

/** A room, or a device, that a type of visit may need beside its provider. It is free whenever nothing has it. */
export interface Room {
  readonly id: Id<'room'>;
  readonly clinicId: Id<'clinic'>;
  readonly name: string;
  /** IANA zone in which its days are counted. */
  readonly zone: string;
  readonly active: boolean;
}

/** What has a day sheet. */
export type ResourceId = Id<'provider'> | Id<'room'>;

/** Whom a type of visit is for. Established: seen by the clinic within the last three years (CPT's rule). */
export type PatientKind = 'new' | 'established' | 'any';

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
  readonly patientKind: PatientKind;
  /** The most visits of this type (group sessions count once) that a provider has on a local day. */
  readonly dailyCap?: number | undefined;
  /** How many patients share one start: more than 1 is a group visit. */
  readonly capacity: number;
  /** The states a patient may be in at the visit. @default wherever the provider is licensed */
  readonly states?: readonly string[] | undefined;
  /** Any one of these rooms is needed too. Empty: none. */
  readonly roomIds: readonly Id<'room'>[];
  /** Any one of these providers is needed too, besides the first. Empty: none. */
  readonly secondProviderIds: readonly Id<'provider'>[];
  /** The form a patient answers before such a visit. */
  readonly requiredForm: 'pre-visit' | 'none';
  /** Whether new visits can be booked. Booked ones stay. */
  readonly active: boolean;
}

/** A stretch of whole minutes since 1970-01-01T00:00Z, half open. */
export interface MinuteRange {
  readonly startEpochMinute: number;
  readonly endEpochMinute: number;
}

/** Time that is taken, buffers included, and what took it: the id of an appointment, of a hold, or of the leave a day was called off for. */
export interface BusyInterval extends MinuteRange {
  readonly heldBy: string;
  /** The type of visit: those of one group session share their time, and a daily cap counts by it. */
  readonly typeId?: Id<'appointmentType'> | undefined;
  /** A hold's end: from this second on it is as if it were not there. */
  readonly expiresAtEpochSecond?: number | undefined;
}

/**
 * All that is taken of one provider's, or one room's, one local day. It is the only place where occupancy is kept: whoever takes time
 * writes this record on the condition that its `rev` is the one read.
 */
export interface DaySheet {
  readonly providerId: ResourceId;
  /** Local date in `zone`. */
  readonly date: string;
  /** The zone of the provider or room: with `date` it says where the day begins and ends. */
  readonly zone: string;
  /** 0 for a day on which nothing was ever booked, which is not stored. */
  readonly rev: number;
  /**
   * Sorted by start, all within the day. None overlap but those of one group session, which are the same stretch, and a
   * leave that closes the day, which lies over all of it.
   */
  readonly busy: readonly BusyInterval[];
  /** Busy times of the provider's own calendar. They keep new visits away and never touch one that is booked. */
  readonly external?: readonly MinuteRange[] | undefined;
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
  /** Who called it off. A visit that the clinic cancelled can be booked anew by its patient's link. */
  readonly cancelledBy?: 'patient' | 'clinic' | undefined;
  /** Why it was cancelled, in a few words without patient data. */
  readonly cancellationReason?: string | undefined;
  /** Why it was last moved, likewise. */
  readonly rescheduleReason?: string | undefined;
  /** What is known of why the patient did not come, likewise. */
  readonly noshowReason?: string | undefined;
  /** What else it occupies, at the same time: a room, a second provider. */
  readonly companions?: readonly Companion[] | undefined;
  /** The state the patient is in at the visit: what the provider must be licensed for. */
  readonly patientState?: string | undefined;
  /** The series it was booked with. */
  readonly seriesId?: Id<'series'> | undefined;
  /** When staff asked the patient to choose another time; a move or a cancellation answers it. */
  readonly rescheduleRequestedAt?: string | undefined;
  /** Why they asked, likewise. */
  readonly rescheduleRequestReason?: string | undefined;
  /** The visit that was booked in place of this one, which the clinic cancelled. */
  readonly rebookedAs?: Id<'appointment'> | undefined;
  /** The cancelled visit that this one stands in for. */
  readonly replaces?: Id<'appointment'> | undefined;
}

/** Something a visit occupies besides its provider, and the zone its days were counted in when that was agreed. */
export interface Companion {
  readonly id: ResourceId;
  readonly zone: string;
}
