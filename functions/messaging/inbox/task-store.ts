import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, map, string } from 'dynamodb-toolbox/schema';
import type { Actor, Caller } from '../../platform/actor.ts';
import { stampOf } from '../../platform/actor.ts';
import type { Id } from '../../platform/ids.ts';
import {
  create,
  get,
  lookupKeys,
  type Page,
  type QueryPage,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  type TransactItem,
} from '../../platform/store/records.ts';

export const taskKinds = [
  'opt-out-may-mean-visit',
  'wrong-number',
  'reply-unclear',
  'marketing-paused',
  'number-unreachable',
  'carrier-still-refuses',
] as const;
export type TaskKind = (typeof taskKinds)[number];

export const taskStatuses = ['open', 'closed'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** Something about a number's texts that a member of staff must see to: a call to make, a reply to read. */
export interface StaffTask {
  readonly id: Id<'staffTask'>;
  readonly clinicId: Id<'clinic'>;
  readonly kind: TaskKind;
  readonly status: TaskStatus;
  readonly openedAt: string;
  readonly phone: string;
  /** Absent when more than one patient uses the number. */
  readonly patientId?: Id<'patient'> | undefined;
  /** What opened it: an inbound text, by the carrier's id, or a text of ours. */
  readonly sourceId: string;
  readonly closedAt?: string | undefined;
  readonly closedBy?: Actor | undefined;
  readonly note?: string | undefined;
  readonly rev: number;
}

const StaffTaskEntity = new Entity({
  name: 'StaffTask',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    clinicId: string().key(),
    taskId: string().key(),
    kind: string().enum(...taskKinds),
    status: string().enum(...taskStatuses),
    openedAt: string(),
    phone: string(),
    patientId: string().optional(),
    sourceId: string(),
    closedAt: string().optional(),
    closedBy: map({ kind: string().enum('staff', 'patient', 'automation', 'system'), id: string() }).optional(),
    note: string().optional(),
  }),
  computeKey: ({ clinicId, taskId }) => ({ pk: `clinic#${clinicId}#staff-task#${taskId}`, sk: 'staff-task' }),
});

const taskLookup = (clinicId: string, status: TaskStatus): string => `clinic#${clinicId}#staff-tasks#${status}`;

const storedTask = (caller: Caller, { id: taskId, ...rest }: StaffTask, reason: string) => ({
  ...rest,
  ...stampOf(caller, reason),
  taskId,
  closedBy: rest.closedBy === undefined ? undefined : { ...rest.closedBy },
  lookupPk: taskLookup(rest.clinicId, rest.status),
  lookupSk: `${rest.openedAt}#${taskId}`,
});

const toTask = (stored: FormattedItem<typeof StaffTaskEntity>): StaffTask => ({
  id: stored.taskId as Id<'staffTask'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  kind: stored.kind,
  status: stored.status,
  openedAt: stored.openedAt,
  phone: stored.phone,
  patientId: stored.patientId as Id<'patient'> | undefined,
  sourceId: stored.sourceId,
  closedAt: stored.closedAt,
  closedBy: stored.closedBy,
  note: stored.note,
  rev: stored.rev,
});

/** Opens a task; fails the transaction if there is one of that id. */
export const createTaskItem = (caller: Caller, task: StaffTask): TransactItem =>
  create(StaffTaskEntity, storedTask(caller, task, task.kind));

/** Replaces the revision before `task.rev`. */
export const replaceTaskItem = (caller: Caller, task: StaffTask, reason: string): TransactItem =>
  replace(StaffTaskEntity, storedTask(caller, task, reason), task.rev - 1);

export const getTask = async (clinicId: Id<'clinic'>, taskId: Id<'staffTask'>): Promise<StaffTask | undefined> => {
  const stored = await get(StaffTaskEntity, { clinicId, taskId });
  return stored === undefined ? undefined : toTask(stored);
};

/** The clinic's tasks of one status, longest waiting first. */
export const pageOfTasks = async (
  clinicId: Id<'clinic'>,
  status: TaskStatus,
  page: QueryPage,
): Promise<Page<StaffTask>> => {
  const { items, cursor } = await queryPage(
    StaffTaskEntity,
    { index: 'lookup', partition: taskLookup(clinicId, status) },
    page,
  );
  return { items: items.map(toTask), cursor };
};
