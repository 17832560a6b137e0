import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { derivedId, type Id } from '../../platform/ids.ts';
import { found, Problem } from '../../platform/problem.ts';
import { type Page, type QueryPage, type TransactItem, transact } from '../../platform/store/records.ts';
import { getStanding, standingItem } from '../consent/standing-store.ts';
import { reachedAgain } from '../core/reach.ts';
import {
  createTaskItem,
  getTask,
  pageOfTasks,
  replaceTaskItem,
  type StaffTask,
  type TaskKind,
  type TaskStatus,
} from './task-store.ts';

export type { StaffTask, TaskKind, TaskStatus } from './task-store.ts';

/**
 * The items that open a task for staff, for the transaction of what it is about; none when the number has one of the kind from
 * the same local day, so that a flood from one phone does not bury the tasks of the others.
 */
export const openTaskItems = async (
  caller: Caller,
  task: Pick<StaffTask, 'phone' | 'patientId' | 'sourceId'> & { readonly kind: TaskKind; readonly today: string },
): Promise<readonly TransactItem[]> => {
  const { clinicId, now } = caller;
  const { today, ...about } = task;
  const id = taskId(clinicId, about.kind, about.phone, today);
  if ((await getTask(clinicId, id)) !== undefined) return [];
  return [createTaskItem(caller, { ...about, id, clinicId, status: 'open', openedAt: toStored(now), rev: 1 })];
};

/** A number has one task of a kind a day. */
const taskId = (clinicId: Id<'clinic'>, kind: TaskKind, phone: string, day: string): Id<'staffTask'> =>
  derivedId('staffTask', [clinicId, kind, phone, day]);

/** The clinic's tasks of one status, longest waiting first. */
export const listTasks = (clinicId: Id<'clinic'>, status: TaskStatus, page: QueryPage): Promise<Page<StaffTask>> =>
  pageOfTasks(clinicId, status, page);

/** What closing a task changes besides: texts go again to a number that was given up. */
const closingItems = async (caller: Caller, { kind, phone }: StaffTask): Promise<readonly TransactItem[]> => {
  if (kind !== 'number-unreachable') return [];
  const standing = await getStanding(caller.clinicId, phone);
  return standing.unreachable === undefined
    ? []
    : [standingItem(caller, { ...standing, ...reachedAgain }, 'number looked into')];
};

/** Closes a task, on behalf of the caller: the first one counts. `commit` writes the one transaction. */
export const closeTask = async (
  caller: Caller,
  taskId: Id<'staffTask'>,
  { note, ifMatch }: { readonly note?: string | undefined; readonly ifMatch?: number | undefined },
  commit: (items: readonly TransactItem[], after: StaffTask) => Promise<void> = transact,
): Promise<StaffTask> => {
  const task = found(await getTask(caller.clinicId, taskId), 'task');
  if (ifMatch !== undefined && ifMatch !== task.rev) throw new Problem('stale', 'Read it again and repeat.');
  if (task.status !== 'open') throw new Problem('invalid-state', 'Somebody has closed this task already.');
  const closed: StaffTask = {
    ...task,
    status: 'closed',
    closedAt: toStored(caller.now),
    closedBy: caller.actor,
    note,
    rev: task.rev + 1,
  };
  await commit([replaceTaskItem(caller, closed, 'closed'), ...(await closingItems(caller, task))], closed);
  return closed;
};
