import { epochDayOf } from '../../platform/time.ts';
import type { AppointmentType, Licence } from './types.ts';

/** Why a type of visit, or a provider, cannot treat somebody who is in a state. */
export type PlaceRefusal =
  /** The type of visit is not offered to patients there. */
  | 'state-not-served'
  /** The provider has no licence that is valid there on that day. */
  | 'not-licensed';

/** Whether a type of visit is offered to patients who are in a state. */
export const servesState = (type: Pick<AppointmentType, 'states'>, patientState: string): boolean =>
  type.states === undefined || type.states.includes(patientState);

/**
 * Whether a provider may treat a patient who is in a state on a day. Care takes place where the patient is, so that
 * state's licence counts, also by video (Federation of State Medical Boards, and every PT practice act we know).
 */
export const isLicensedOn = (licences: readonly Licence[], patientState: string, epochDay: number): boolean =>
  licences.some(
    ({ state, validFrom, validTo }) =>
      state === patientState &&
      epochDayOf(validFrom) <= epochDay &&
      (validTo === undefined || epochDay <= epochDayOf(validTo)),
  );
