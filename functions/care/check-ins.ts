import type { Temporal } from 'temporal-polyfill';
import { sweepDue } from '../messaging/sweep.ts';
import { metricNames } from '../platform/metric-names.ts';
import { count } from '../platform/metrics.ts';
import { waitingCases } from './store.ts';

/**
 * The minute's sweep of care: hands over the check-ins and exercise nudges that are due, and says how many red flags
 * wait for a human. The cases are counted last, so that a failure there delays no text.
 * @returns how many texts it found due
 */
export const sweepCheckIns = async (now: Temporal.Instant, requestId: string): Promise<number> => {
  const due = await sweepDue('check-ins', now, requestId);
  count(metricNames.redFlagsWaiting, (await waitingCases()).length);
  return due;
};
