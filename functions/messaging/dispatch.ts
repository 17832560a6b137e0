import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { env } from '../platform/config.ts';
import { log } from '../platform/log.ts';
import type { MessageRef } from './store.ts';

/** The client of the send queue. The queue's address is used as configured, not as an endpoint. */
export const queueClient = new SQSClient({ useQueueUrlAsEndpoint: false });

/** What SQS takes in one call. */
const batchSize = 10;

/** Puts ids on the send queue, ten a call, as `parseRef` reads them. @throws when the queue did not take all of them */
export const enqueue = async (refs: readonly MessageRef[]): Promise<void> => {
  const batches = Array.from({ length: Math.ceil(refs.length / batchSize) }, (_, index) =>
    refs.slice(index * batchSize, (index + 1) * batchSize),
  );
  for (const batch of batches) {
    const { Failed = [] } = await queueClient.send(
      new SendMessageBatchCommand({
        QueueUrl: env('SEND_QUEUE_URL'),
        Entries: batch.map((ref, index) => ({ Id: String(index), MessageBody: JSON.stringify(ref) })),
      }),
    );
    if (Failed.length > 0) throw new Error('The send queue refused a part of the batch');
  }
};

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
