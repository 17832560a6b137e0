import { Temporal } from 'temporal-polyfill';
import { localDateOf, minuteMillis } from '../../platform/time.ts';
import type { Appointment, Fulfilment, ProviderRole } from '../../scheduling/core/types.ts';
import type { ChargeLine, Evidence } from './charge-line.ts';
import { type PatientIs, type PatientPlace, suggestCoding } from './coding-rules.ts';

/** An appointment that was seen through. */
export type FulfilledAppointment = Appointment & { readonly status: 'fulfilled'; readonly fulfilment: Fulfilment };

/** What a change of an appointment means for billing. */
export type BillingDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'charge'; readonly appointment: FulfilledAppointment; readonly isCorrection: boolean }
  /** It cannot be: a person has to look at it. */
  | { readonly kind: 'park'; readonly code: 'left-fulfilled' | 'no-fulfilment' };

const isFulfilled = (appointment: Appointment | undefined): appointment is FulfilledAppointment =>
  appointment?.status === 'fulfilled' && appointment.fulfilment !== undefined;

/**
 * Decides what a change of an appointment gives to bill: a line when it becomes fulfilled, another when the facts that
 * are billed are corrected, nothing for any other change.
 */
export const decideBilling = (before: Appointment | undefined, after: Appointment | undefined): BillingDecision => {
  if (after?.status !== 'fulfilled') {
    return before?.status === 'fulfilled' ? { kind: 'park', code: 'left-fulfilled' } : { kind: 'nothing' };
  }
  if (!isFulfilled(after)) return { kind: 'park', code: 'no-fulfilment' };
  if (!isFulfilled(before)) return { kind: 'charge', appointment: after, isCorrection: false };
  return isSameBill(before, after) ? { kind: 'nothing' } : { kind: 'charge', appointment: after, isCorrection: true };
};

/** Whether two revisions of a visit would give the same line. */
const isSameBill = (a: FulfilledAppointment, b: FulfilledAppointment): boolean =>
  a.patientId === b.patientId &&
  a.providerId === b.providerId &&
  a.typeId === b.typeId &&
  a.zone === b.zone &&
  a.fulfilment.modality === b.fulfilment.modality &&
  Date.parse(a.fulfilment.start) === Date.parse(b.fulfilment.start) &&
  Date.parse(a.fulfilment.end) === Date.parse(b.fulfilment.end);

/** All that a line is made from. */
export interface ChargeFacts {
  readonly appointment: FulfilledAppointment;
  readonly providerRole: ProviderRole;
  readonly patientStateOnFile?: string | undefined;
  readonly patientIs?: PatientIs | undefined;
  readonly patientPlace?: PatientPlace | undefined;
  /** The charge that stood for this visit until now. */
  readonly replaces?: string | undefined;
  /** What the line rests on besides the appointment itself. */
  readonly evidence: readonly Evidence[];
}

/** The id of the charge of one revision of a visit. */
export const chargeIdOf = (appointmentId: string, rev: number): string => `${appointmentId}#${rev}`;

/** The local date on which a visit began: the date of service. */
export const serviceDateOf = ({ fulfilment, zone }: FulfilledAppointment): string =>
  localDateOf(Temporal.Instant.from(fulfilment.start), zone);

/**
 * Makes the line of a visit. The same facts always give the same line.
 * @throws RangeError for times or a zone that cannot be read, or an end before the start.
 */
export const chargeLineOf = (facts: ChargeFacts): ChargeLine => {
  const { appointment, providerRole, replaces } = facts;
  const { fulfilment, zone } = appointment;
  const start = Temporal.Instant.from(fulfilment.start);
  const end = Temporal.Instant.from(fulfilment.end);
  const minutes = Math.floor((end.epochMilliseconds - start.epochMilliseconds) / minuteMillis);
  if (minutes < 0) throw new RangeError('The visit ends before it starts');
  const serviceDate = serviceDateOf(appointment);
  // A visit that ends at midnight sharp was on one day.
  const lastDate = localDateOf(end.subtract({ milliseconds: 1 }), zone);
  const coding = suggestCoding({
    role: providerRole,
    modality: fulfilment.modality,
    minutes,
    serviceDate,
    patientIs: facts.patientIs,
    patientPlace: facts.patientPlace,
  });
  const isOneDay = lastDate === serviceDate;
  const choice = isOneDay ? coding.choice : undefined;
  const reviewReasons = isOneDay ? coding.reviewReasons : [...coding.reviewReasons, 'crosses-midnight' as const];
  return {
    chargeId: chargeIdOf(appointment.id, appointment.rev),
    clinicId: appointment.clinicId,
    appointmentId: appointment.id,
    appointmentRev: appointment.rev,
    ...(replaces !== undefined && { replaces }),
    patientId: appointment.patientId,
    ...(facts.patientStateOnFile !== undefined && { patientStateOnFile: facts.patientStateOnFile }),
    provider: { id: appointment.providerId, role: providerRole },
    appointmentTypeId: appointment.typeId,
    serviceDate,
    zone,
    start: fulfilment.start,
    end: fulfilment.end,
    minutes,
    modality: fulfilment.modality,
    ...(coding.placeOfService !== undefined && { placeOfService: coding.placeOfService }),
    modifiers: [...coding.modifiers],
    ...(choice !== undefined && { suggestedCode: choice.code, suggestedUnits: choice.units, rule: choice.rule }),
    alternatives: isOneDay ? [...coding.alternatives] : [],
    needsReview: reviewReasons.length > 0,
    reviewReasons: [...reviewReasons],
    evidence: [{ entity: 'Appointment', id: appointment.id, rev: appointment.rev }, ...facts.evidence],
  };
};

/** Where a line is exported to: by clinic and date of service, one object per revision of a visit. */
export const objectKeyOf = (line: ChargeLine): string =>
  `charges/${line.clinicId}/${line.serviceDate}/${line.appointmentId}-r${line.appointmentRev}.jsonl`;
