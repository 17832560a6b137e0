import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, list, map, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import { type Id, sha256 } from '../platform/ids.ts';
import {
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
import type { CalendarClash } from './core/calendar-clash.ts';
import type { CalendarImport } from './core/calendar-import.ts';

/** All DynamoDB access of scheduling that is about calendars outside the clinic. */

type ClinicId = Id<'clinic'>;

const calendarKey = (clinicId: string, providerId: string): string => `clinic#${clinicId}#calendar#${providerId}`;

/** The address at which a provider's visits can be read. Only the hash of its secret is kept. */
export interface CalendarFeed {
  readonly clinicId: ClinicId;
  readonly providerId: Id<'provider'>;
  readonly status: 'active' | 'revoked';
  readonly tokenHash: string;
  readonly createdAt: string;
  readonly rev: number;
}

const CalendarFeedEntity = new Entity({
  name: 'CalendarFeed',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    providerId: string().key(),
    status: string().enum('active', 'revoked'),
    tokenHash: string(),
    createdAt: string(),
  }),
  computeKey: ({ clinicId, providerId }) => ({ pk: calendarKey(clinicId, providerId), sk: 'feed' }),
});

/** Finds whose calendar a secret opens. It stays when the feed is revoked: what counts is the hash the feed now has. */
const CalendarLinkEntity = new Entity({
  name: 'CalendarLink',
  table: recordsTable,
  timestamps: false,
  schema: item({ tokenHash: string().key(), clinicId: string(), providerId: string() }),
  computeKey: ({ tokenHash }) => ({ pk: `directory#calendar#${tokenHash}`, sk: 'calendar' }),
});

const toFeed = (stored: FormattedItem<typeof CalendarFeedEntity>): CalendarFeed => ({
  clinicId: stored.clinicId as ClinicId,
  providerId: stored.providerId as Id<'provider'>,
  status: stored.status,
  tokenHash: stored.tokenHash,
  createdAt: stored.createdAt,
  rev: stored.rev,
});

export const getFeed = async (clinicId: ClinicId, providerId: Id<'provider'>): Promise<CalendarFeed | undefined> => {
  const stored = await get(CalendarFeedEntity, { clinicId, providerId });
  return stored && toFeed(stored);
};

/** The feed that a secret opens now. */
export const findFeed = async (token: string): Promise<CalendarFeed | undefined> => {
  const tokenHash = sha256(token);
  const link = await get(CalendarLinkEntity, { tokenHash });
  if (link === undefined) return undefined;
  const feed = await getFeed(link.clinicId as ClinicId, link.providerId as Id<'provider'>);
  return feed?.status === 'active' && feed.tokenHash === tokenHash ? feed : undefined;
};

/** Writes a feed whose `rev` is one above the one read. */
export const feedItem = (feed: CalendarFeed, stamp: Stamp): TransactItem =>
  feed.rev === 1
    ? create(CalendarFeedEntity, { ...feed, ...stamp })
    : replace(CalendarFeedEntity, { ...feed, ...stamp }, feed.rev - 1);

/** Makes a feed's secret findable. */
export const calendarLinkItem = ({ tokenHash, clinicId, providerId }: CalendarFeed): TransactItem =>
  create(CalendarLinkEntity, { tokenHash, clinicId, providerId });

const CalendarImportEntity = new Entity({
  name: 'CalendarImport',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...dueKeys,
    clinicId: string().key(),
    providerId: string().key(),
    status: string().enum('active', 'stopping', 'stopped'),
    url: string(),
    judgedFor: string().optional(),
    bodyHash: string().optional(),
    etag: string().optional(),
    lastModified: string().optional(),
    lastImportedAt: string().optional(),
    fault: map({ code: string(), since: string() }).optional(),
  }),
  computeKey: ({ clinicId, providerId }) => ({ pk: calendarKey(clinicId, providerId), sk: 'import' }),
});

/** Partitions of the due index that imports are spread over. */
export const importShards = 4;
const duePartition = (shard: number): string => `due#calendars#${shard}`;
const shardOf = (providerId: string): number => Number.parseInt(sha256(providerId).slice(0, 2), 16) % importShards;

const toImport = (stored: FormattedItem<typeof CalendarImportEntity>): CalendarImport => ({
  clinicId: stored.clinicId as ClinicId,
  providerId: stored.providerId as Id<'provider'>,
  status: stored.status,
  url: stored.url,
  judgedFor: stored.judgedFor,
  bodyHash: stored.bodyHash,
  etag: stored.etag,
  lastModified: stored.lastModified,
  lastImportedAt: stored.lastImportedAt,
  fault: stored.fault as CalendarImport['fault'],
  rev: stored.rev,
});

export const getImport = async (
  clinicId: ClinicId,
  providerId: Id<'provider'>,
): Promise<CalendarImport | undefined> => {
  const stored = await get(CalendarImportEntity, { clinicId, providerId });
  return stored && toImport(stored);
};

/**
 * Writes an import whose `rev` is one above the one read. It is in the due index, always at the same place, until it has stopped: every
 * sweep looks at all of them, and one that finds nothing new writes nothing.
 */
export const importItem = (imported: CalendarImport, stamp: Stamp): TransactItem => {
  const { clinicId, providerId, status } = imported;
  const stored = {
    ...imported,
    ...stamp,
    fault: imported.fault === undefined ? undefined : { ...imported.fault },
    ...(status === 'stopped' ? {} : { duePk: duePartition(shardOf(providerId)), dueSk: `${clinicId}#${providerId}` }),
  };
  return imported.rev === 1
    ? create(CalendarImportEntity, stored)
    : replace(CalendarImportEntity, stored, imported.rev - 1);
};

/** One page of the imports that are not stopped, of all clinics. */
export const runningImports = async (shard: number, page: QueryPage): Promise<Page<CalendarImport>> => {
  const { items, cursor } = await queryPage(
    CalendarImportEntity,
    { index: 'due', partition: duePartition(shard) },
    page,
  );
  return { items: items.map(toImport), cursor };
};

const CalendarClashEntity = new Entity({
  name: 'CalendarClash',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...lookupKeys,
    clinicId: string().key(),
    providerId: string().key(),
    appointmentId: string().key(),
    start: string().key(),
    end: string(),
    busy: list(map({ start: string(), end: string() })),
    status: string().enum('open', 'closed'),
    openedAt: string(),
    closedAt: string().optional(),
  }),
  computeKey: ({ clinicId, providerId, appointmentId, start }) => ({
    pk: `${calendarKey(clinicId, providerId)}#clash`,
    sk: `${start}#${appointmentId}`,
  }),
});

const openClashesKey = (clinicId: string): string => `clinic#${clinicId}#calendar-clashes`;

const toClash = (stored: FormattedItem<typeof CalendarClashEntity>): CalendarClash => ({
  clinicId: stored.clinicId as ClinicId,
  providerId: stored.providerId as Id<'provider'>,
  appointmentId: stored.appointmentId as Id<'appointment'>,
  start: stored.start,
  end: stored.end,
  busy: stored.busy,
  status: stored.status,
  openedAt: stored.openedAt,
  closedAt: stored.closedAt,
  rev: stored.rev,
});

/** The clashes of a provider's visits that start at an instant or later, open and closed. */
export const clashesSince = async (
  clinicId: ClinicId,
  providerId: Id<'provider'>,
  startStored: string,
): Promise<readonly CalendarClash[]> =>
  (
    await queryAll(
      CalendarClashEntity,
      { partition: `${calendarKey(clinicId, providerId)}#clash`, range: { gte: startStored } },
      { consistent: true },
    )
  ).map(toClash);

/** One page of a clinic's open clashes, next visit first. Read from an index: may lag. */
export const openClashes = async (clinicId: ClinicId, page: QueryPage): Promise<Page<CalendarClash>> => {
  const { items, cursor } = await queryPage(
    CalendarClashEntity,
    { index: 'lookup', partition: openClashesKey(clinicId) },
    page,
  );
  return { items: items.map(toClash), cursor };
};

/** Writes a clash whose `rev` is one above the one read. Only an open one is in the list. */
export const clashItem = (clash: CalendarClash, stamp: Stamp): TransactItem => {
  const stored = {
    ...clash,
    ...stamp,
    busy: clash.busy.map((range) => ({ ...range })),
    ...(clash.status === 'open'
      ? { lookupPk: openClashesKey(clash.clinicId), lookupSk: `${clash.start}#${clash.appointmentId}` }
      : {}),
  };
  return save(CalendarClashEntity, stored, clash.rev);
};
