import type { Temporal } from 'temporal-polyfill';
import { sweepDue } from '../messaging/sending/sweep.ts';
import { toStored } from '../platform/clock.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { waitingCases } from './store.ts';

/** The sweep runs each minute. */
const sweepMinutes = 1;

/**
 * The minute's sweep of care: hands over the check-ins and exercise nudges that are due, and says how many red flags
 * wait for a human, and how many of them are new. They are counted after the texts, so that a failure there delays none; and
 * here, because cases are opened by several areas, and a metric belongs to the area whose function emits it.
 * @returns how many texts it found due
 */
export const sweepCheckIns = async (now: Temporal.Instant, requestId: string): Promise<number> => {
  const due = await sweepDue('check-ins', now, requestId);
  const waiting = await waitingCases();
  const before = toStored(now.subtract({ minutes: sweepMinutes }));
  count(metricNames.redFlagsWaiting, waiting.length);
  count(metricNames.redFlagsOpened, waiting.filter(({ openedAt }) => openedAt > before).length);
  return due;
};
