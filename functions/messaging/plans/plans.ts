import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { badFields, found, Problem } from '../../platform/problem.ts';
import { type Page, type QueryPage, type TransactItem, transact } from '../../platform/store/records.ts';
import { loadAppointmentType } from '../../scheduling/visits.ts';
import { DEFAULT_PLAN, type MessagePlan } from '../core/message-plan.ts';
import { type PlanFault, type PlanWarning, planFaults, planWarnings } from '../core/plan-faults.ts';
import { picturesOf } from '../templates/picture-store.ts';
import { forgetPlans } from './plan-in-force.ts';
import { currentPlans, getPlan, type PlanId, pageOfVersions, planItems, type StoredPlan } from './plan-store.ts';

/** A plan as staff see it. */
export interface PlanView extends MessagePlan {
  readonly planId: PlanId;
  /** What holds: a plan of its own, the clinic's (for a type that has none), or the default one. */
  readonly source: 'own' | 'clinic' | 'default';
  /** The version of its own plan, 0 where none was ever saved: what the next save takes the place of. */
  readonly rev: number;
  readonly changedAt?: string | undefined;
}

/** A plan that was saved, and what its clinic should know of it. */
export interface SavedPlan extends PlanView {
  readonly warnings: readonly PlanWarning[];
}

/** What a clinic has of its own, and the default plan where it has none: the clinic's first, then those of its types. */
export const listPlans = async (clinicId: Id<'clinic'>): Promise<readonly PlanView[]> => {
  const stored = await currentPlans(clinicId, { consistent: true });
  const ofTypes = stored.filter(({ planId, isWithdrawn }) => planId !== 'clinic' && !isWithdrawn);
  const clinics = stored.find(({ planId }) => planId === 'clinic');
  return [viewOf('clinic', clinics), ...ofTypes.map((plan) => viewOf(plan.planId, plan))];
};

/** The plan that holds for a clinic or for one of its types of visit. */
export const readPlan = async (clinicId: Id<'clinic'>, planId: PlanId): Promise<PlanView> => {
  await requirePlanOf(clinicId, planId);
  const [own, clinics] = await Promise.all([
    getPlan(clinicId, planId),
    planId === 'clinic' ? undefined : getPlan(clinicId, 'clinic'),
  ]);
  return viewOf(planId, own, clinics);
};

/** The versions of a plan, newest first: each as it was saved, for good. */
export const listPlanVersions = async (
  clinicId: Id<'clinic'>,
  planId: PlanId,
  page: QueryPage,
): Promise<Page<StoredPlan>> => {
  await requirePlanOf(clinicId, planId);
  return pageOfVersions(clinicId, planId, page);
};

type Commit = (items: readonly TransactItem[], after: SavedPlan) => Promise<void>;

/**
 * Saves a new version of a plan: visits booked from now on (within a minute, see `planInForce`) get their texts by it. Texts planned
 * before keep the version they were planned by, but those of a step that is off now, or gone, do not go.
 * @throws Problem `bad-input` naming each field at fault; `stale`
 */
export const savePlan = async (
  caller: Caller,
  {
    planId,
    plan,
    ifMatch,
  }: { readonly planId: PlanId; readonly plan: MessagePlan; readonly ifMatch?: number | undefined },
  commit: Commit = transact,
): Promise<SavedPlan> => {
  const before = await readForChange(caller, planId, ifMatch);
  const faults = [...planFaults(plan), ...(await pictureFaults(caller.clinicId, plan))];
  if (faults.length > 0) {
    const errors = faults.map(({ field, message }) => ({ field: `body.${field}`, message }));
    throw badFields(errors);
  }
  return saveVersion(caller, before, { ...plan, isWithdrawn: false }, commit);
};

/** A picture that is not this clinic's, or retired, is as unknown here as one that never was. */
const pictureFaults = async (clinicId: Id<'clinic'>, { steps }: MessagePlan): Promise<readonly PlanFault[]> => {
  if (steps.every(({ pictureId }) => pictureId === undefined)) return [];
  const known = (await picturesOf(clinicId)).filter(({ status }) => status === 'active').map(({ id }) => id);
  return steps.flatMap(({ pictureId }, index) =>
    pictureId === undefined || known.includes(pictureId)
      ? []
      : [{ field: `steps.${index}.pictureId`, message: 'There is no such picture' }],
  );
};

/**
 * Takes a plan of its own back, as a version of its own: a type of visit has the clinic's plan again, the clinic the default one.
 * @throws Problem `invalid-state` where there is none; `stale`
 */
export const withdrawPlan = async (
  caller: Caller,
  { planId, ifMatch }: { readonly planId: PlanId; readonly ifMatch?: number | undefined },
  commit: Commit = transact,
): Promise<SavedPlan> => {
  const before = await readForChange(caller, planId, ifMatch);
  if (before.source !== 'own') throw new Problem('invalid-state', 'There is no plan of its own to take back.');
  const { enabled, steps } = before;
  return saveVersion(caller, before, { enabled, steps, isWithdrawn: true }, commit);
};

const readForChange = async (caller: Caller, planId: PlanId, ifMatch: number | undefined): Promise<PlanView> => {
  const before = await readPlan(caller.clinicId, planId);
  if (ifMatch !== undefined && ifMatch !== before.rev) throw new Problem('stale', 'Read it again and repeat.');
  return before;
};

const saveVersion = async (
  caller: Caller,
  before: PlanView,
  plan: MessagePlan & { readonly isWithdrawn: boolean },
  commit: Commit,
): Promise<SavedPlan> => {
  const { planId } = before;
  const stored = { ...plan, planId, version: before.rev + 1 };
  const clinics = planId === 'clinic' ? undefined : await getPlan(caller.clinicId, 'clinic');
  const after = viewOf(planId, { ...stored, changedAt: toStored(caller.now) }, clinics);
  const saved = { ...after, warnings: planWarnings(after, before) };
  await commit(planItems(caller, stored), saved);
  forgetPlans(caller.clinicId);
  return saved;
};

/** @throws Problem `not-found` for a type that this clinic does not have */
const requirePlanOf = async (clinicId: Id<'clinic'>, planId: PlanId): Promise<void> => {
  if (planId !== 'clinic') found(await loadAppointmentType(clinicId, planId), 'appointment type');
};

const viewOf = (planId: PlanId, own: StoredPlan | undefined, clinics?: StoredPlan | undefined): PlanView => {
  const rev = own?.version ?? 0;
  const holds = [own, clinics].find((plan) => plan !== undefined && !plan.isWithdrawn);
  const source = holds === undefined ? 'default' : holds === own ? 'own' : 'clinic';
  const { enabled, steps } = holds ?? DEFAULT_PLAN;
  return { planId, source, rev, changedAt: own?.changedAt, enabled, steps };
};
