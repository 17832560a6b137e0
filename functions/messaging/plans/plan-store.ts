import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { any, boolean, item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  create,
  get,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../../platform/store/records.ts';
import type { MessagePlan, StepSpec } from '../core/message-plan.ts';

/** Whose plan it is: the clinic's, or that of one of its types of visit. */
export type PlanId = 'clinic' | Id<'appointmentType'>;

/** A plan of the clinic's own as it was saved; a version never changes. */
export interface StoredPlan extends MessagePlan {
  readonly planId: PlanId;
  /** From 1 on. */
  readonly version: number;
  /** Taken back: the plan above it holds again, the clinic's for a type, the default one for the clinic. */
  readonly isWithdrawn: boolean;
  readonly changedAt: string;
}

const planAttributes = {
  ...recordAttributes,
  clinicId: string().key(),
  planId: string().key(),
  enabled: boolean(),
  isWithdrawn: boolean(),
  // Checked by core/plan-faults.ts, which every plan passes.
  steps: any().castAs<readonly StepSpec[]>(),
};

const partition = (clinicId: string): string => `clinic#${clinicId}#message-plan`;
const currentPrefix = 'current#';
const versionPrefix = (planId: string): string => `version#${planId}#`;
const versionKey = (planId: string, version: number): string =>
  `${versionPrefix(planId)}${String(version).padStart(6, '0')}`;

/** The newest version: the one that holds. */
const MessagePlanEntity = new Entity({
  name: 'MessagePlan',
  table: recordsTable,
  timestamps: false,
  schema: item(planAttributes),
  computeKey: ({ clinicId, planId }) => ({ pk: partition(clinicId), sk: `${currentPrefix}${planId}` }),
});

/** Each version, for good: texts planned by it are held to it. */
const MessagePlanVersionEntity = new Entity({
  name: 'MessagePlanVersion',
  table: recordsTable,
  timestamps: false,
  schema: item({ ...planAttributes, version: string().key() }),
  computeKey: ({ clinicId, version }) => ({ pk: partition(clinicId), sk: version }),
});

type StoredShape = Omit<FormattedItem<typeof MessagePlanEntity>, 'entity'>;

const toPlan = ({ planId, rev, enabled, isWithdrawn, steps, changedAt }: StoredShape): StoredPlan => ({
  planId: planId as PlanId,
  version: rev,
  enabled,
  isWithdrawn,
  steps,
  changedAt,
});

/** The items that save the next version of a plan, which must be the one after the newest. */
export const planItems = (caller: Caller, plan: Omit<StoredPlan, 'changedAt'>): readonly TransactItem[] => {
  const { planId, version, ...rest } = plan;
  const stored = { ...rest, ...stampOf(caller), clinicId: caller.clinicId, planId, rev: version };
  return [
    save(MessagePlanEntity, stored, version),
    create(MessagePlanVersionEntity, { ...stored, version: versionKey(planId, version) }),
  ];
};

/** The newest version of a plan, read consistently; undefined where none was ever saved. */
export const getPlan = async (clinicId: Id<'clinic'>, planId: PlanId): Promise<StoredPlan | undefined> => {
  const stored = await get(MessagePlanEntity, { clinicId, planId });
  return stored && toPlan(stored);
};

export const getPlanVersion = async (
  clinicId: Id<'clinic'>,
  planId: PlanId,
  version: number,
): Promise<StoredPlan | undefined> => {
  const key = { clinicId, planId, version: versionKey(planId, version) };
  const stored = await get(MessagePlanVersionEntity, key, { consistent: true });
  return stored && toPlan(stored);
};

/** The newest version of each plan of a clinic: a few. */
export const currentPlans = async (
  clinicId: Id<'clinic'>,
  options: { readonly consistent: boolean },
): Promise<readonly StoredPlan[]> =>
  (
    await queryAll(MessagePlanEntity, { partition: partition(clinicId), range: { beginsWith: currentPrefix } }, options)
  ).map(toPlan);

/** The versions of a plan, newest first. */
export const pageOfVersions = async (
  clinicId: Id<'clinic'>,
  planId: PlanId,
  page: QueryPage,
): Promise<Page<StoredPlan>> => {
  const { items, cursor } = await queryPage(
    MessagePlanVersionEntity,
    { partition: partition(clinicId), range: { beginsWith: versionPrefix(planId) } },
    { ...page, reverse: true },
  );
  return { items: items.map(toPlan), cursor };
};
