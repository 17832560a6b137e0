import { systemClock } from '../../platform/clock.ts';
import { httpHandler } from '../../platform/http/api.ts';
import { readFeed } from '../calendar/feed.ts';
import { feedRoutes } from '../contract/calendars.ts';

export const handler = httpHandler(feedRoutes, {
  getCalendar: ({ params, ifNoneMatch }) => readFeed(params.file, systemClock.now(), ifNoneMatch),
});
