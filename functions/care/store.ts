import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Actor, Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { dueEntry, dueQuery, inAllShards } from '../platform/store/due.ts';
import {
  check,
  create,
  dueKeys,
  get,
  lookupKeys,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  save,
  type TransactItem,
} from '../platform/store/records.ts';

export const triageStatuses = ['open', 'acknowledged'] as const;
export type TriageStatus = (typeof triageStatuses)[number];

/** A red flag on its way to a human. */
export interface TriageCase {
  readonly id: Id<'triageCase'>;
  readonly clinicId: Id<'clinic'>;
  readonly status: TriageStatus;
  readonly openedAt: string;
  /** Where the words came from: a text, or the pre-visit form. */
  readonly source: 'text' | 'intake';
  /** The record that holds the words: an inbound text's id, or an appointment's. */
  readonly sourceId: string;
  /** Names of the rules that matched, never the words. */
  readonly flags: readonly string[];
  /** How soon a human must act, in the words of the rule set: `EMERGENCY`, `SAME_DAY`. */
  readonly disposition: string;
  /** Absent when nobody, or more than one patient, uses the number. */
  readonly patientId?: Id<'patient'> | undefined;
  readonly phone?: string | undefined;
  readonly acknowledgedAt?: string | undefined;
  readonly acknowledgedBy?: Actor | undefined;
  readonly note?: string | undefined;
  readonly rev: number;
}

/** The exercise programme a patient is nudged about. Its messages hang on `sequence`. */
export interface ExercisePlan {
  readonly id: Id<'exercisePlan'>;
  readonly clinicId: Id<'clinic'>;
  readonly patientId: Id<'patient'>;
  /** Rises with each visit that renews the programme; nudges of an older sequence are void. */
  readonly sequence: number;
  /** The visit that last renewed it. */
  readonly renewedBy: Id<'appointment'>;
  readonly rev: number;
}

export const observationKinds = ['pain', 'exercise-days'] as const;
export type ObservationKind = (typeof observationKinds)[number];

/** A number a patient reported: pain 0-10, or days of exercise 0-7. */
export interface Observation {
  readonly id: Id<'observation'>;
  readonly clinicId: Id<'clinic'>;
  readonly patientId: Id<'patient'>;
  readonly observedAt: string;
  readonly kind: ObservationKind;
  readonly value: number;
  /** The text that asked, and the reply that answered. */
  readonly messageId: string;
  readonly inboundTextId: string;
}

const TriageCaseEntity = new Entity({
  name: 'TriageCase',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    ...dueKeys,
    clinicId: string().key(),
    caseId: string().key(),
    status: string().enum(...triageStatuses),
    openedAt: string(),
    source: string().enum('text', 'intake'),
    sourceId: string(),
    flags: list(string()),
    disposition: string(),
    patientId: string().optional(),
    phone: string().optional(),
    acknowledgedAt: string().optional(),
    acknowledgedBy: map({ kind: string().enum('staff', 'patient', 'automation', 'system'), id: string() }).optional(),
    note: string().optional(),
  }),
  computeKey: ({ clinicId, caseId }) => ({ pk: `clinic#${clinicId}#triage#${caseId}`, sk: 'triage' }),
});

const patientPartition = (clinicId: string, patientId: string): string => `clinic#${clinicId}#patient#${patientId}`;

const ExercisePlanEntity = new Entity({
  name: 'ExercisePlan',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    patientId: string().key(),
    planId: string(),
    sequence: number(),
    renewedBy: string(),
  }),
  computeKey: ({ clinicId, patientId }) => ({ pk: patientPartition(clinicId, patientId), sk: 'exercise-plan' }),
});

const ObservationEntity = new Entity({
  name: 'Observation',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    patientId: string().key(),
    observedAt: string().key(),
    observationId: string().key(),
    kind: string().enum(...observationKinds),
    value: number(),
    messageId: string(),
    inboundTextId: string(),
  }),
  computeKey: ({ clinicId, patientId, observedAt, observationId }) => ({
    pk: patientPartition(clinicId, patientId),
    sk: `observation#${observedAt}#${observationId}`,
  }),
});

const triageLookup = (clinicId: string, status: TriageStatus): string => `clinic#${clinicId}#triage#${status}`;

const storedCase = (caller: Caller, { id: caseId, ...rest }: TriageCase, reason?: string) => ({
  ...rest,
  ...stampOf(caller, reason),
  caseId,
  flags: [...rest.flags],
  acknowledgedBy: rest.acknowledgedBy === undefined ? undefined : { ...rest.acknowledgedBy },
  lookupPk: triageLookup(rest.clinicId, rest.status),
  lookupSk: `${rest.openedAt}#${caseId}`,
  // In the due index as long as nobody has acknowledged it: how a sweep counts what waits without a scan.
  ...(rest.status === 'open' ? dueEntry('triage', caseId, rest.openedAt) : {}),
});

const toCase = (stored: FormattedItem<typeof TriageCaseEntity>): TriageCase => ({
  id: stored.caseId as Id<'triageCase'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  status: stored.status,
  openedAt: stored.openedAt,
  source: stored.source,
  sourceId: stored.sourceId,
  flags: stored.flags,
  disposition: stored.disposition,
  patientId: stored.patientId as Id<'patient'> | undefined,
  phone: stored.phone,
  acknowledgedAt: stored.acknowledgedAt,
  acknowledgedBy: stored.acknowledgedBy,
  note: stored.note,
  rev: stored.rev,
});

/** Creates a case; fails the transaction if there is one of that id. */
export const createCaseItem = (caller: Caller, triageCase: TriageCase, reason: string): TransactItem =>
  create(TriageCaseEntity, storedCase(caller, triageCase, reason));

/** Replaces the revision before `triageCase.rev`. */
export const replaceCaseItem = (caller: Caller, triageCase: TriageCase, reason: string): TransactItem =>
  replace(TriageCaseEntity, storedCase(caller, triageCase, reason), triageCase.rev - 1);

export const getCase = async (clinicId: Id<'clinic'>, caseId: Id<'triageCase'>): Promise<TriageCase | undefined> => {
  const stored = await get(TriageCaseEntity, { clinicId, caseId });
  return stored === undefined ? undefined : toCase(stored);
};

/** The clinic's cases of one status, longest waiting first. */
export const pageOfCases = async (
  clinicId: Id<'clinic'>,
  status: TriageStatus,
  page: QueryPage,
): Promise<Page<TriageCase>> => {
  const { items, cursor } = await queryPage(
    TriageCaseEntity,
    { index: 'lookup', partition: triageLookup(clinicId, status) },
    page,
  );
  return { items: items.map(toCase), cursor };
};

/** The clinic's cases that were opened from one instant to before another. */
export const casesOpenedBetween = async (
  clinicId: Id<'clinic'>,
  from: string,
  to: string,
): Promise<readonly TriageCase[]> => {
  const found = await Promise.all(
    triageStatuses.map((status) =>
      queryAll(TriageCaseEntity, {
        index: 'lookup',
        partition: triageLookup(clinicId, status),
        range: { between: [from, to] },
      }),
    ),
  );
  return found.flat().map(toCase);
};

/** The cases of all clinics that wait for a human. Costs a query a shard, by the number of open cases alone. */
export const waitingCases = async (): Promise<readonly TriageCase[]> =>
  (await inAllShards((shard) => queryAll(TriageCaseEntity, dueQuery('triage', shard)))).map(toCase);

const toPlan = (stored: FormattedItem<typeof ExercisePlanEntity>): ExercisePlan => ({
  id: stored.planId as Id<'exercisePlan'>,
  clinicId: stored.clinicId as Id<'clinic'>,
  patientId: stored.patientId as Id<'patient'>,
  sequence: stored.sequence,
  renewedBy: stored.renewedBy as Id<'appointment'>,
  rev: stored.rev,
});

export const getExercisePlan = async (
  clinicId: Id<'clinic'>,
  patientId: Id<'patient'>,
): Promise<ExercisePlan | undefined> => {
  const stored = await get(ExercisePlanEntity, { clinicId, patientId });
  return stored === undefined ? undefined : toPlan(stored);
};

/** Writes a plan in place of the revision before; revision 1 must be the first. */
export const exercisePlanItem = (caller: Caller, plan: ExercisePlan): TransactItem => {
  const { id: planId, ...rest } = plan;
  const stored = { ...rest, ...stampOf(caller, 'visit fulfilled'), planId };
  return save(ExercisePlanEntity, stored, plan.rev);
};

/** Holds a transaction to the plan still being at this sequence. */
export const exercisePlanCheckItem = (
  clinicId: Id<'clinic'>,
  patientId: Id<'patient'>,
  sequence: number,
): TransactItem => check(ExercisePlanEntity, { clinicId, patientId }, { attr: 'sequence', eq: sequence });

export const observationItem = (caller: Caller, { id: observationId, ...observation }: Observation): TransactItem =>
  create(ObservationEntity, { ...observation, ...stampOf(caller), observationId, rev: 1 });

/** What a patient reported, latest first. */
export const pageOfObservations = async (
  clinicId: Id<'clinic'>,
  patientId: Id<'patient'>,
  page: QueryPage,
): Promise<Page<Observation>> => {
  const { items, cursor } = await queryPage(
    ObservationEntity,
    { partition: patientPartition(clinicId, patientId), range: { beginsWith: 'observation#' } },
    { ...page, reverse: true },
  );
  return {
    items: items.map((stored) => ({
      id: stored.observationId as Id<'observation'>,
      clinicId: stored.clinicId as Id<'clinic'>,
      patientId: stored.patientId as Id<'patient'>,
      observedAt: stored.observedAt,
      kind: stored.kind,
      value: stored.value,
      messageId: stored.messageId,
      inboundTextId: stored.inboundTextId,
    })),
    cursor,
  };
};
