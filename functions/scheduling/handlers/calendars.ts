import { optionalEnv } from '../../platform/config.ts';
import { guardedFetch } from '../../platform/guarded-fetch.ts';
import { scheduleHandler } from '../../platform/schedule.ts';
import { sweepImports } from '../calendar/sweep-imports.ts';

// A calendar of an example on the developer's own machine is read too; in AWS nothing but the public internet is.
const fetchCalendar = guardedFetch({ allowsLoopback: optionalEnv('PLUMBLINE_STAGE') === 'local' });

export const handler = scheduleHandler('calendars read', (now, requestId) =>
  sweepImports({ fetchCalendar }, now, requestId),
);
