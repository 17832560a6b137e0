import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { boolean, item, list, map, number, string } from 'dynamodb-toolbox/schema';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import {
  ConditionFailed,
  create,
  get,
  lookupKeys,
  type Page,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  transact,
} from '../platform/store/records.ts';
import { MODALITIES } from '../scheduling/core/types.ts';
import { objectKeyOf } from './core/charge.ts';
import { type ChargeLine, confidences, placesOfService, reviewReasons } from './core/charge-line.ts';

/** All DynamoDB access of billing; the only file that knows its keys. */

type ClinicId = Id<'clinic'>;

const appointmentKey = (clinicId: string, appointmentId: string): string =>
  `clinic#${clinicId}#appointment#${appointmentId}`;
const chargePrefix = 'charge#';
const chargeKey = (appointmentRev: number): string => `${chargePrefix}${String(appointmentRev).padStart(6, '0')}`;
const chargesKey = (clinicId: string): string => `clinic#${clinicId}#charges`;

const rule = map({
  id: string(),
  why: string(),
  source: string(),
  effectiveFrom: string(),
  effectiveTo: string().optional(),
  confidence: string().enum(...confidences),
  reviewBy: string(),
});

const line = map({
  chargeId: string(),
  clinicId: string(),
  appointmentId: string(),
  appointmentRev: number(),
  replaces: string().optional(),
  patientId: string(),
  patientStateOnFile: string().optional(),
  provider: map({ id: string(), role: string().enum('physician', 'physical-therapist', 'assistant') }),
  appointmentTypeId: string(),
  serviceDate: string(),
  zone: string(),
  start: string(),
  end: string(),
  minutes: number(),
  modality: string().enum(...MODALITIES),
  placeOfService: string()
    .enum(...placesOfService)
    .optional(),
  modifiers: list(string()),
  suggestedCode: string().optional(),
  suggestedUnits: number().optional(),
  rule: rule.optional(),
  alternatives: list(map({ code: string(), units: number(), rule })),
  needsReview: boolean(),
  reviewReasons: list(string().enum(...reviewReasons)),
  evidence: list(map({ entity: string(), id: string(), rev: number() })),
});

/**
 * A charge: the line in full, fixed before it is exported. `rev` rises once more when another charge takes its place.
 */
const ChargeEntity = new Entity({
  name: 'Charge',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    clinicId: string().key(),
    appointmentId: string().key(),
    appointmentRev: number().key(),
    line,
    replacedBy: string().optional(),
  }),
  computeKey: ({ clinicId, appointmentId, appointmentRev }) => ({
    pk: appointmentKey(clinicId, appointmentId),
    sk: chargeKey(appointmentRev),
  }),
});

/** A change of an appointment that cannot be billed, kept for a person to look at. */
const ParkedEntity = new Entity({
  name: 'ParkedChange',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    eventId: string().key(),
    code: string(),
    recordPk: string(),
    recordSk: string(),
  }),
  computeKey: ({ clinicId, eventId }) => ({ pk: `clinic#${clinicId}#parked#billing-export`, sk: eventId }),
});

/** A charge as it is kept. */
export interface Charge {
  readonly line: ChargeLine;
  readonly rev: number;
  /** The charge that stands in place of this one. */
  readonly replacedBy?: string | undefined;
}

const toCharge = ({ line, rev, replacedBy }: FormattedItem<typeof ChargeEntity>): Charge => ({
  line,
  rev,
  ...(replacedBy !== undefined && { replacedBy }),
});

/** The charge of one revision of a visit. */
export const getCharge = async (
  clinicId: ClinicId,
  appointmentId: string,
  appointmentRev: number,
): Promise<Charge | undefined> => {
  const stored = await get(ChargeEntity, { clinicId, appointmentId, appointmentRev });
  return stored && toCharge(stored);
};

/** The newest charge of a visit that is older than a revision of it. */
export const getChargeBefore = async (
  clinicId: ClinicId,
  appointmentId: string,
  appointmentRev: number,
): Promise<Charge | undefined> => {
  const { items } = await queryPage(
    ChargeEntity,
    {
      partition: appointmentKey(clinicId, appointmentId),
      range: { between: [chargeKey(0), chargeKey(appointmentRev - 1)] },
    },
    { reverse: true, limit: 1, consistent: true },
  );
  return items[0] && toCharge(items[0]);
};

/** All charges of a visit, oldest first. */
export const listCharges = async (clinicId: ClinicId, appointmentId: string): Promise<readonly Charge[]> =>
  (
    await queryAll(ChargeEntity, {
      partition: appointmentKey(clinicId, appointmentId),
      range: { beginsWith: chargePrefix },
    })
  ).map(toCharge);

/** The charges of one date of service. */
export const listChargesOfDate = async (
  clinicId: ClinicId,
  serviceDate: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Charge>> => {
  const { items, cursor } = await queryPage(
    ChargeEntity,
    { index: 'lookup', partition: chargesKey(clinicId), range: { beginsWith: `${serviceDate}#` } },
    page,
  );
  return { items: items.map(toCharge), cursor };
};

const chargeRecord = ({ line, replacedBy }: Omit<Charge, 'rev'>) => ({
  clinicId: line.clinicId,
  appointmentId: line.appointmentId,
  appointmentRev: line.appointmentRev,
  lookupPk: chargesKey(line.clinicId),
  lookupSk: `${line.serviceDate}#${line.chargeId}`,
  line: {
    ...line,
    modifiers: [...line.modifiers],
    alternatives: [...line.alternatives],
    reviewReasons: [...line.reviewReasons],
    evidence: [...line.evidence],
  },
  replacedBy,
});

/**
 * Keeps a new charge and, in the same transaction, marks the one it takes the place of. False when there is a charge of
 * that revision already: that one stands, this line is forgotten.
 */
export const keepCharge = async (
  caller: Caller,
  line: ChargeLine,
  replaced: Charge | undefined,
  reason: string,
): Promise<boolean> => {
  const stamp = stampOf(caller, reason);
  const items = [create(ChargeEntity, { ...chargeRecord({ line }), ...stamp, rev: 1 })];
  if (replaced !== undefined) {
    const marked = chargeRecord({ line: replaced.line, replacedBy: line.chargeId });
    items.push(replace(ChargeEntity, { ...marked, ...stamp, rev: replaced.rev + 1 }, replaced.rev));
  }
  try {
    await transact(items);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed && error.failed[0]) return false;
    throw error;
  }
};

/** Sets a change aside. False when it was set aside before. */
export const park = async (
  caller: Caller,
  change: { readonly eventId: string; readonly pk: string; readonly sk: string },
  code: string,
): Promise<boolean> => {
  const { clinicId } = caller;
  const parked = { clinicId, eventId: change.eventId, code, recordPk: change.pk, recordSk: change.sk };
  try {
    await transact([create(ParkedEntity, { ...parked, ...stampOf(caller, 'cannot be billed'), rev: 1 })]);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};

/** A charge as the API shows it. */
export const viewOf = ({ line, replacedBy }: Charge) => ({
  ...line,
  ...(replacedBy !== undefined && { replacedBy }),
  objectKey: objectKeyOf(line),
});
