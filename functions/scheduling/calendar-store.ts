import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { item, string } from 'dynamodb-toolbox/schema';
import type { Stamp } from '../platform/actor.ts';
import { type Id, sha256 } from '../platform/ids.ts';
import { create, get, recordAttributes, recordsTable, replace, type TransactItem } from '../platform/store/records.ts';

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
