import { env } from '../platform/config.ts';
import { sendToQueue } from '../platform/queue-send.ts';
import type { Turn } from './core/pacing.ts';
import type { MessageRef } from './store.ts';

/** Calls under way at a time: one after the other, ten thousand ids would take the sweep's whole minute. */
const lanes = 8;

/**
 * Puts ids on the queue of what can wait, each for its turn: what cannot is on a queue of its own and never behind it.
 * @throws when the queue did not take all of them
 */
export const enqueueBulk = async (turns: readonly Turn<MessageRef>[]): Promise<void> => {
  const messages = turns.map(({ text, delaySeconds }) => ({ body: JSON.stringify(text), delaySeconds }));
  const perLane = Math.ceil(messages.length / lanes);
  await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      sendToQueue(env('SEND_BULK_QUEUE_URL'), messages.slice(lane * perLane, (lane + 1) * perLane)),
    ),
  );
};
