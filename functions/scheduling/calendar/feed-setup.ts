import { type Caller, stampOf } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env } from '../../platform/config.ts';
import { type Id, newLinkToken, sha256 } from '../../platform/ids.ts';
import { found } from '../../platform/problem.ts';
import { transact } from '../../platform/store/records.ts';
import { untilWritten } from '../../platform/until-written.ts';
import { type CalendarFeed, calendarLinkItem, feedItem, getFeed } from '../calendar-store.ts';
import { getProvider } from '../catalog-store.ts';

/** Setting up the address at which a provider's own calendar program reads the clinic's visits. */

/**
 * Makes a new secret address; the one before stops working. Written without remembering the answer for repeats, because the answer
 * holds the secret: a repeat makes another address, and the last one told is the one that works.
 */
export const createFeed = async (caller: Caller, providerId: Id<'provider'>) => {
  found(await getProvider(caller.clinicId, providerId), 'provider');
  const token = newLinkToken();
  const feed = await untilWritten(async () => {
    const before = await getFeed(caller.clinicId, providerId);
    const made: CalendarFeed = {
      clinicId: caller.clinicId,
      providerId,
      status: 'active',
      tokenHash: sha256(token),
      createdAt: toStored(caller.now),
      rev: (before?.rev ?? 0) + 1,
    };
    await transact([feedItem(made, stampOf(caller, 'calendar address made')), calendarLinkItem(made)]);
    return made;
  });
  return { ...feedView(providerId, feed), url: `${env('PUBLIC_URL')}/v1/calendars/${token}.ics` };
};

/** Makes the address useless. Idempotent. */
export const revokeFeed = async (caller: Caller, providerId: Id<'provider'>): Promise<void> => {
  found(await getProvider(caller.clinicId, providerId), 'provider');
  await untilWritten(async () => {
    const before = await getFeed(caller.clinicId, providerId);
    if (before === undefined || before.status === 'revoked') return;
    const revoked: CalendarFeed = { ...before, status: 'revoked', rev: before.rev + 1 };
    await transact([feedItem(revoked, stampOf(caller, 'calendar address revoked'))]);
  });
};

/** What staff may know of a feed: not its secret, which nobody knows. */
export const showFeed = async (caller: Caller, providerId: Id<'provider'>) => {
  found(await getProvider(caller.clinicId, providerId), 'provider');
  return feedView(providerId, await getFeed(caller.clinicId, providerId));
};

const feedView = (providerId: Id<'provider'>, feed: CalendarFeed | undefined) => ({
  providerId,
  status: feed?.status ?? ('none' as const),
  ...(feed === undefined ? {} : { createdAt: feed.createdAt }),
  rev: feed?.rev ?? 0,
});
