import { env } from '../../platform/config.ts';
import { sendToQueue } from '../../platform/queue-send.ts';
import type { Turn } from '../core/pacing.ts';
import type { MessageRef } from '../store.ts';

/**
 * Puts ids on the queue of what can wait, each for its turn: what cannot is on a queue of its own and never behind it.
 * @throws when the queue did not take all of them
 */
export const enqueueBulk = (turns: readonly Turn<MessageRef>[]): Promise<void> =>
  sendToQueue(
    env('SEND_BULK_QUEUE_URL'),
    turns.map(({ text, delaySeconds }) => ({ body: JSON.stringify(text), delaySeconds })),
  );
