import type { Id } from '../../platform/ids.ts';
import { together } from '../../platform/store/records.ts';
import { Warm } from '../../platform/warm.ts';
import { stepNamed, stepsOf, VISIT_STEPS } from '../core/message-plan.ts';
import type { PlanStep } from '../core/plan.ts';
import { currentPlans, getPlan, getPlanVersion, type PlanId, type StoredPlan } from './plan-store.ts';

/** The plan that holds for a visit, and which it is: what a planned text remembers. */
export interface PlanInForce {
  /** Absent for the plan of a clinic that has none of its own. */
  readonly planId?: PlanId | undefined;
  readonly version: number;
  readonly steps: readonly PlanStep[];
}

const byDefault: PlanInForce = { version: 0, steps: VISIT_STEPS };

/** A type's own plan, else the clinic's, else the default one. */
const inForce = (plans: readonly (StoredPlan | undefined)[]): PlanInForce => {
  const plan = plans.find((each) => each !== undefined && !each.isWithdrawn);
  return plan === undefined ? byDefault : { planId: plan.planId, version: plan.version, steps: stepsOf(plan) };
};

const warm = new Warm<readonly StoredPlan[]>();

/**
 * The plan that texts of a visit are planned by, at most a minute old. What has been switched off in that minute is planned, and
 * does not go: {@link stepInForce} reads what holds.
 */
export const planInForce = async (clinicId: Id<'clinic'>, typeId: Id<'appointmentType'>): Promise<PlanInForce> => {
  const plans = await warm.get(clinicId, () => currentPlans(clinicId, { consistent: false }));
  const named = (planId: PlanId) => plans.find((plan) => plan.planId === planId);
  return inForce([named(typeId), named('clinic')]);
};

/** Makes this worker read a clinic's plans anew. */
export const forgetPlans = (clinicId: Id<'clinic'>): void => warm.forget(clinicId);

const versions = new Map<string, readonly PlanStep[]>();
const maxVersions = 200;

/** The steps of a version, which never change. */
const stepsOfVersion = async (
  clinicId: Id<'clinic'>,
  planId: PlanId,
  version: number,
): Promise<readonly PlanStep[]> => {
  const key = `${clinicId}#${planId}#${version}`;
  const known = versions.get(key);
  if (known !== undefined) return known;
  const plan = await getPlanVersion(clinicId, planId, version);
  const steps = plan === undefined ? [] : stepsOf(plan);
  if (versions.size >= maxVersions) versions.clear();
  versions.set(key, steps);
  return steps;
};

/** The step a text was planned by. */
export interface PlannedBy {
  readonly clinicId: Id<'clinic'>;
  readonly step: string;
  readonly planId?: PlanId | undefined;
  readonly planVersion?: number | undefined;
}

/**
 * The step of a planned text as it was when the text was planned, whatever was made of the plan since; but off where the plan that
 * holds now (read consistently) has it switched off or has no step of the name any more. Undefined for a step that never was.
 */
export const stepInForce = async (
  { clinicId, step, planId, planVersion = 0 }: PlannedBy,
  typeId: Id<'appointmentType'> | undefined,
): Promise<PlanStep | undefined> => {
  const newest = await together(() =>
    Promise.all([typeId === undefined ? undefined : getPlan(clinicId, typeId), getPlan(clinicId, 'clinic')]),
  );
  const now = inForce(newest);
  const isNewest = now.planId === planId && now.version === planVersion;
  const steps =
    planId === undefined ? VISIT_STEPS : isNewest ? now.steps : await stepsOfVersion(clinicId, planId, planVersion);
  const planned = stepNamed(step, steps);
  return planned && { ...planned, isEnabled: stepNamed(step, now.steps)?.isEnabled ?? false };
};
