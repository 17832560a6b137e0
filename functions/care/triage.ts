import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import { derivedId, type Id } from '../platform/ids.ts';
import { found, Problem } from '../platform/problem.ts';
import { type Page, type QueryPage, type TransactItem, transact } from '../platform/store/records.ts';
import {
  casesOpenedBetween,
  createCaseItem,
  getCase,
  pageOfCases,
  replaceCaseItem,
  type TriageCase,
  type TriageStatus,
} from './store.ts';

export type { TriageCase, TriageStatus } from './store.ts';

/** What opens a case. */
export interface TriageFinding {
  readonly patientId?: Id<'patient'> | undefined;
  readonly phone?: string | undefined;
  readonly source: TriageCase['source'];
  /** The record that holds the words. The same source opens the same case, so that a repeat cannot open two. */
  readonly sourceId: string;
  /** Names of the rules that matched. */
  readonly flags: readonly string[];
  readonly disposition: string;
}

/** The id of the case that a source opens. */
export const triageCaseId = (
  clinicId: Id<'clinic'>,
  { source, sourceId }: Pick<TriageFinding, 'source' | 'sourceId'>,
): Id<'triageCase'> => derivedId('triageCase', [clinicId, source, sourceId]);

/**
 * Opens a case: the items belong into the transaction that stores the words, which fails if the case exists already
 * (`triageCaseId` and `loadTriageCase` tell beforehand).
 */
export const openTriageCase = (
  caller: Caller,
  finding: TriageFinding,
): { readonly case: TriageCase; readonly items: readonly TransactItem[] } => {
  const opened: TriageCase = {
    ...finding,
    id: triageCaseId(caller.clinicId, finding),
    clinicId: caller.clinicId,
    status: 'open',
    openedAt: toStored(caller.now),
    rev: 1,
  };
  return { case: opened, items: [createCaseItem(caller, opened, 'red flag')] };
};

/** One case, or undefined when this clinic has none of that id. */
export const loadTriageCase = (clinicId: Id<'clinic'>, caseId: Id<'triageCase'>): Promise<TriageCase | undefined> =>
  getCase(clinicId, caseId);

/** The clinic's cases of one status, longest waiting first. */
export const listTriageCases = (
  clinicId: Id<'clinic'>,
  status: TriageStatus,
  page: QueryPage,
): Promise<Page<TriageCase>> => pageOfCases(clinicId, status, page);

/** The clinic's cases that were opened from one instant to before another (as stored), whatever became of them. */
export const listTriageCasesOpened = (
  clinicId: Id<'clinic'>,
  from: string,
  to: string,
): Promise<readonly TriageCase[]> => casesOpenedBetween(clinicId, from, to);

/** Decides an acknowledgement: a human has seen the case and takes it on. The first one counts. */
export const acknowledge = (
  triageCase: TriageCase,
  caller: Caller,
  { note, ifMatch }: { readonly note?: string | undefined; readonly ifMatch?: number | undefined },
): TriageCase => {
  if (ifMatch !== undefined && ifMatch !== triageCase.rev) throw new Problem('stale', 'Read it again and repeat.');
  if (triageCase.status !== 'open') throw new Problem('invalid-state', 'Somebody has acknowledged this case already.');
  return {
    ...triageCase,
    status: 'acknowledged',
    acknowledgedAt: toStored(caller.now),
    acknowledgedBy: caller.actor,
    note,
    rev: triageCase.rev + 1,
  };
};

/** Acknowledges a case, on behalf of the caller. `commit` writes the one transaction. */
export const acknowledgeTriageCase = async (
  caller: Caller,
  caseId: Id<'triageCase'>,
  change: { readonly note?: string | undefined; readonly ifMatch?: number | undefined },
  commit: (items: readonly TransactItem[], after: TriageCase) => Promise<void> = transact,
): Promise<TriageCase> => {
  const triageCase = found(await getCase(caller.clinicId, caseId), 'triage case');
  const acknowledged = acknowledge(triageCase, caller, change);
  await commit([replaceCaseItem(caller, acknowledged, 'acknowledged')], acknowledged);
  return acknowledged;
};
