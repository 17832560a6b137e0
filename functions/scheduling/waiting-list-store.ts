import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, list, map, number, string } from 'dynamodb-toolbox/schema';
import { type Caller, stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { dueEntry, dueQuery } from '../platform/store/due.ts';
import {
  check,
  dueKeys,
  get,
  lookupKeys,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  save,
  type TransactItem,
} from '../platform/store/records.ts';
import { type Companion, MODALITIES, type Weekday } from './core/types.ts';
import type { Offer, Opening, WaitingCriteria, WaitingEntry } from './core/waiting-list.ts';

/** All DynamoDB access of the waiting list: who waits, what was freed, what was offered to whom. */

type ClinicId = Id<'clinic'>;

const WaitingEntryEntity = new Entity({
  name: 'WaitingEntry',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    clinicId: string().key(),
    id: string().key(),
    patientId: string(),
    typeId: string(),
    providerIds: list(string()).optional(),
    weekdays: list(number().enum(1, 2, 3, 4, 5, 6, 7)).optional(),
    timeFrom: string().optional(),
    timeTo: string().optional(),
    zone: string(),
    firstDate: string().optional(),
    lastDate: string().optional(),
    noticeMinutes: number(),
    modality: string()
      .enum(...MODALITIES)
      .optional(),
    patientState: string().optional(),
    status: string().enum('waiting', 'offered', 'booked', 'left'),
    since: string(),
    offerId: string().optional(),
    appointmentId: string().optional(),
    leftBecause: string().optional(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#waiting-entry#${id}`, sk: 'waiting-entry' }),
});

const OpeningEntity = new Entity({
  name: 'Opening',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...dueKeys,
    clinicId: string().key(),
    id: string().key(),
    providerId: string(),
    freedBy: string(),
    givenUpBy: string(),
    start: string(),
    end: string(),
    status: string().enum('open', 'offered', 'filled', 'lapsed'),
    dueAt: string(),
    offers: list(map({ offerId: string(), entryId: string() })),
    lapsedBecause: string().enum('started', 'nobody-waits').optional(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#opening#${id}`, sk: 'opening' }),
});

const OfferEntity = new Entity({
  name: 'Offer',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    clinicId: string().key(),
    id: string().key(),
    openingId: string(),
    entryId: string(),
    patientId: string(),
    providerId: string(),
    typeId: string(),
    modality: string().enum(...MODALITIES),
    patientState: string().optional(),
    start: string(),
    end: string(),
    zone: string(),
    wallTime: string(),
    holdId: string(),
    companions: list(map({ id: string(), zone: string() })),
    status: string().enum('offered', 'accepted', 'declined', 'expired', 'not-sent', 'withdrawn'),
    offeredAt: string(),
    expiresAt: string(),
    endedAt: string().optional(),
    appointmentId: string().optional(),
  }),
  computeKey: ({ clinicId, id }) => ({ pk: `clinic#${clinicId}#offer#${id}`, sk: 'offer' }),
});

/** Everybody in the line for a type of visit, in the order they came; nobody whose waiting is over. */
const lineKey = (clinicId: string, typeId: string): string => `clinic#${clinicId}#waiting#${typeId}`;
const entryOffersKey = (clinicId: string, entryId: string): string => `clinic#${clinicId}#waiting-offers#${entryId}`;

const toEntry = (stored: FormattedItem<typeof WaitingEntryEntity>): WaitingEntry => ({
  id: stored.id as Id<'waitingEntry'>,
  clinicId: stored.clinicId as ClinicId,
  patientId: stored.patientId as Id<'patient'>,
  criteria: {
    typeId: stored.typeId as Id<'appointmentType'>,
    providerIds: stored.providerIds as Id<'provider'>[] | undefined,
    weekdays: stored.weekdays as Weekday[] | undefined,
    timeFrom: stored.timeFrom,
    timeTo: stored.timeTo,
    zone: stored.zone,
    firstDate: stored.firstDate,
    lastDate: stored.lastDate,
    noticeMinutes: stored.noticeMinutes,
    modality: stored.modality,
    patientState: stored.patientState,
  },
  status: stored.status,
  since: stored.since,
  offerId: stored.offerId as Id<'offer'> | undefined,
  appointmentId: stored.appointmentId as Id<'appointment'> | undefined,
  leftBecause: stored.leftBecause,
  rev: stored.rev,
});

const toOpening = (stored: FormattedItem<typeof OpeningEntity>): Opening => ({
  id: stored.id as Id<'opening'>,
  clinicId: stored.clinicId as ClinicId,
  providerId: stored.providerId as Id<'provider'>,
  freedBy: stored.freedBy as Id<'appointment'>,
  givenUpBy: stored.givenUpBy as Id<'patient'>,
  start: stored.start,
  end: stored.end,
  status: stored.status,
  dueAt: stored.dueAt,
  offers: stored.offers as Opening['offers'],
  lapsedBecause: stored.lapsedBecause,
  rev: stored.rev,
});

const toOffer = (stored: FormattedItem<typeof OfferEntity>): Offer => ({
  id: stored.id as Id<'offer'>,
  clinicId: stored.clinicId as ClinicId,
  openingId: stored.openingId as Id<'opening'>,
  entryId: stored.entryId as Id<'waitingEntry'>,
  patientId: stored.patientId as Id<'patient'>,
  providerId: stored.providerId as Id<'provider'>,
  typeId: stored.typeId as Id<'appointmentType'>,
  modality: stored.modality,
  patientState: stored.patientState,
  start: stored.start,
  end: stored.end,
  zone: stored.zone,
  wallTime: stored.wallTime,
  holdId: stored.holdId as Id<'hold'>,
  companions: stored.companions as readonly Companion[],
  status: stored.status,
  offeredAt: stored.offeredAt,
  expiresAt: stored.expiresAt,
  endedAt: stored.endedAt,
  appointmentId: stored.appointmentId as Id<'appointment'> | undefined,
  rev: stored.rev,
});

const copied = (criteria: WaitingCriteria) => ({
  ...criteria,
  providerIds: criteria.providerIds === undefined ? undefined : [...criteria.providerIds],
  weekdays: criteria.weekdays === undefined ? undefined : [...criteria.weekdays],
});

/** Writes a place in the line: revision 1 must be new, any other replaces the one before it. */
export const waitingEntryItem = (caller: Caller, entry: WaitingEntry, reason: string): TransactItem => {
  const { criteria, ...rest } = entry;
  const isInLine = entry.status === 'waiting' || entry.status === 'offered';
  const stored = {
    ...rest,
    ...copied(criteria),
    ...stampOf(caller, reason),
    ...(isInLine ? { lookupPk: lineKey(entry.clinicId, criteria.typeId), lookupSk: `${entry.since}#${entry.id}` } : {}),
  };
  return save(WaitingEntryEntity, stored, entry.rev);
};

export const getWaitingEntry = async (
  clinicId: ClinicId,
  id: Id<'waitingEntry'>,
): Promise<WaitingEntry | undefined> => {
  const stored = await get(WaitingEntryEntity, { clinicId, id });
  return stored && toEntry(stored);
};

/** One page of the line for a type of visit, who came first first. Read from an index: may lag. */
export const pageOfLine = async (
  clinicId: ClinicId,
  typeId: Id<'appointmentType'>,
  page: QueryPage,
): Promise<Page<WaitingEntry>> => {
  const query = { index: 'lookup' as const, partition: lineKey(clinicId, typeId) };
  const { items, cursor } = await queryPage(WaitingEntryEntity, query, page);
  return { items: items.map(toEntry), cursor };
};

/** The whole line for a type of visit. */
export const wholeLine = async (clinicId: ClinicId, typeId: Id<'appointmentType'>): Promise<readonly WaitingEntry[]> =>
  (await queryAll(WaitingEntryEntity, { index: 'lookup', partition: lineKey(clinicId, typeId) })).map(toEntry);

/** Writes an opening: revision 1 must be new, any other replaces the one before it. In the due index until it is over. */
export const openingItem = (caller: Caller, opening: Opening): TransactItem => {
  const isOver = opening.status === 'filled' || opening.status === 'lapsed';
  const stored = {
    ...opening,
    offers: opening.offers.map((offer) => ({ ...offer })),
    ...stampOf(caller, opening.lapsedBecause ?? opening.status),
    ...(isOver ? {} : dueEntry('offers', opening.id, opening.dueAt)),
  };
  return save(OpeningEntity, stored, opening.rev);
};

export const getOpening = async (clinicId: ClinicId, id: Id<'opening'>): Promise<Opening | undefined> => {
  const stored = await get(OpeningEntity, { clinicId, id });
  return stored && toOpening(stored);
};

/** One page of the openings of all clinics that are due in one shard, longest due first. */
export const dueOpenings = async (shard: number, until: string, page: QueryPage): Promise<Page<Opening>> => {
  const { items, cursor } = await queryPage(OpeningEntity, dueQuery('offers', shard, until), page);
  return { items: items.map(toOpening), cursor };
};

/** Writes an offer: revision 1 must be new, any other replaces the one before it. */
export const offerItem = (caller: Caller, offer: Offer): TransactItem => {
  const stored = {
    ...offer,
    ...stampOf(caller, offer.status),
    companions: offer.companions.map((companion) => ({ ...companion })),
    lookupPk: entryOffersKey(offer.clinicId, offer.entryId),
    lookupSk: `${offer.offeredAt}#${offer.id}`,
  };
  return save(OfferEntity, stored, offer.rev);
};

export const getOffer = async (clinicId: ClinicId, id: Id<'offer'>): Promise<Offer | undefined> => {
  const stored = await get(OfferEntity, { clinicId, id });
  return stored && toOffer(stored);
};

/** Everything a place in the line was ever offered, oldest first. Read from an index: may lag. */
export const offersOfEntry = async (clinicId: ClinicId, entryId: Id<'waitingEntry'>): Promise<readonly Offer[]> =>
  (await queryAll(OfferEntity, { index: 'lookup', partition: entryOffersKey(clinicId, entryId) })).map(toOffer);

/** Holds only while the offer stands: what the claim of its text hangs on. */
export const offerCheckItem = ({ clinicId, id }: Offer): TransactItem =>
  check(OfferEntity, { clinicId, id }, { attr: 'status', eq: 'offered' });
