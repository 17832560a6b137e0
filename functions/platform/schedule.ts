import middy from '@middy/core';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { systemClock } from './clock.ts';
import { log } from './log.ts';
import { flushMetrics } from './metrics.ts';

const eventSchema = z.object({ time: z.string().optional() });

/** The sweep's own 'now': the scheduled time of the event; where the scheduler left it out, the clock. */
const nowOf = (event: unknown): Temporal.Instant => {
  const parsed = eventSchema.safeParse(event);
  try {
    if (parsed.success && parsed.data.time !== undefined) return Temporal.Instant.from(parsed.data.time);
  } catch {
    // a placeholder that was not replaced: take the clock
  }
  return systemClock.now();
};

/**
 * The Lambda entry of a sweep: runs it for the event's own time and lets a failure surface, so that the scheduler
 * retries and the error alarm sees it.
 * @param sweep returns how many things it found due.
 */
export const scheduleHandler = (name: string, sweep: (now: Temporal.Instant, requestId: string) => Promise<number>) =>
  middy<unknown, { due: number }>()
    .use({ after: flushMetrics, onError: flushMetrics })
    .handler(async (event, context) => {
      const due = await sweep(nowOf(event), context.awsRequestId);
      log.info(name, { requestId: context.awsRequestId, count: due });
      return { due };
    });
