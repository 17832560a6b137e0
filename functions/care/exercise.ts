import type { Caller } from '../platform/actor.ts';
import { type Id, newId } from '../platform/ids.ts';
import type { TransactItem } from '../platform/store/records.ts';
import { type ExercisePlan, exercisePlanCheckItem, exercisePlanItem, getExercisePlan } from './store.ts';

export type { ExercisePlan } from './store.ts';

/** A renewal: the plan as it will be, what it was, and the items that write it. */
export interface Renewal {
  readonly plan: ExercisePlan;
  /** The sequence whose nudges are void from now on. Absent for a patient's first plan. */
  readonly replaced: ExercisePlan | undefined;
  readonly items: readonly TransactItem[];
}

/**
 * Renews a patient's exercise plan after a fulfilled visit. A patient has one plan, so two visits in a week never double
 * the nudges. Undefined when this very visit renewed it before (its record was only corrected).
 */
export const renewExercisePlan = async (
  caller: Caller,
  visit: { readonly patientId: Id<'patient'>; readonly appointmentId: Id<'appointment'> },
): Promise<Renewal | undefined> => {
  const replaced = await getExercisePlan(caller.clinicId, visit.patientId);
  if (replaced?.renewedBy === visit.appointmentId) return undefined;
  const plan: ExercisePlan = {
    id: replaced?.id ?? newId('exercisePlan', caller.now),
    clinicId: caller.clinicId,
    patientId: visit.patientId,
    sequence: replaced === undefined ? 0 : replaced.sequence + 1,
    renewedBy: visit.appointmentId,
    rev: replaced === undefined ? 1 : replaced.rev + 1,
  };
  return { plan, replaced, items: [exercisePlanItem(caller, plan)] };
};

/** A patient's plan, or undefined before their first fulfilled visit. */
export const loadExercisePlan = (clinicId: Id<'clinic'>, patientId: Id<'patient'>): Promise<ExercisePlan | undefined> =>
  getExercisePlan(clinicId, patientId);

/** Holds a transaction to the plan still being at this sequence: what the claim of a nudge hangs on. */
export const exercisePlanCheck = (clinicId: Id<'clinic'>, patientId: Id<'patient'>, sequence: number): TransactItem =>
  exercisePlanCheckItem(clinicId, patientId, sequence);
