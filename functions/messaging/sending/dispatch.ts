import { env } from '../../platform/config.ts';
import { log } from '../../platform/log.ts';
import { sendToQueue } from '../../platform/queue-send.ts';
import type { MessageRef } from '../store.ts';

/** Puts ids on the send queue, as `parseRef` reads them. @throws when the queue did not take all of them */
export const enqueue = (refs: readonly MessageRef[]): Promise<void> =>
  sendToQueue(
    env('SEND_QUEUE_URL'),
    refs.map((ref) => JSON.stringify(ref)),
  );

/**
 * Hints the sender at texts that are due at once, after their transaction. Best effort: a hint that is lost costs a
 * minute, because the sweep finds what is due anyway; so a failure is logged and never thrown.
 */
export const dispatch = async (refs: readonly MessageRef[]): Promise<void> => {
  if (refs.length === 0) return;
  try {
    await enqueue(refs);
  } catch (error) {
    log.warn('dispatch failed', { count: refs.length }, error);
  }
};
