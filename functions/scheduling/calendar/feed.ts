import type { Temporal } from 'temporal-polyfill';
import { env } from '../../platform/config.ts';
import type { Reply } from '../../platform/http/api.ts';
import { sha256 } from '../../platform/ids.ts';
import { found } from '../../platform/problem.ts';
import { localDateOf } from '../../platform/time.ts';
import { findFeed } from '../calendar-store.ts';
import { getProvider } from '../catalog-store.ts';
import type { Appointment, AppointmentStatus } from '../core/types.ts';
import { visitFeed } from '../core/visit-calendar.ts';
import { getAppointments, listSheets } from '../store.ts';

/** The days a feed shows. */
const feedDays = { past: 7, ahead: 60 };

/** What stands in a calendar: visits that take place, or took place. */
const shown: readonly AppointmentStatus[] = ['booked', 'arrived', 'fulfilled'];

/**
 * A provider's visits as a calendar file, for whoever has the secret. Read from the day sheets of these 68 days and the appointments
 * they name: what it costs depends on how full they are, not on the clinic's history.
 */
export const readFeed = async (
  file: string,
  now: Temporal.Instant,
  ifNoneMatch: string | undefined,
): Promise<Reply> => {
  const feed = found(await findFeed(file.slice(0, -'.ics'.length)), 'calendar');
  const provider = found(await getProvider(feed.clinicId, feed.providerId), 'calendar');
  const sheets = await listSheets(
    feed.clinicId,
    provider.id,
    {
      first: localDateOf(now.subtract({ hours: 24 * feedDays.past }), provider.zone),
      last: localDateOf(now.add({ hours: 24 * feedDays.ahead }), provider.zone),
    },
    now,
  );
  const ids = new Set(sheets.flatMap(({ busy }) => busy.map(({ heldBy }) => heldBy)).filter(isAppointmentId));
  const visits = await getAppointments(feed.clinicId, [...ids]);
  const body = visitFeed(
    visits.filter(({ status }) => shown.includes(status)),
    { host: new URL(env('PUBLIC_URL')).hostname, name: 'Visits' },
  );
  // A calendar program asks again every few minutes; most of the time it has what there is.
  const headers = { etag: `"${sha256(body)}"`, 'cache-control': 'private, no-cache' };
  return ifNoneMatch === headers.etag || ifNoneMatch === `W/${headers.etag}`
    ? { status: 304, headers }
    : { body, headers };
};

const isAppointmentId = (heldBy: string): heldBy is Appointment['id'] => heldBy.startsWith('apt_');
