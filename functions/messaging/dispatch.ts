import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { env } from '../platform/config.ts';
import { type Id, idPattern } from '../platform/ids.ts';
import { log } from '../platform/log.ts';
import { type MessageRef, messageKeyOf } from './store.ts';

/** The client of the send queue. The queue's address is used as configured, not as an endpoint. */
export const queueClient = new SQSClient({ useQueueUrlAsEndpoint: false });

/** What SQS takes in one call. */
const batchSize = 10;

/** A message on the send queue: ids, nothing about anybody. */
const refSchema = z.strictObject({
  clinicId: z.string().regex(idPattern('clinic')),
  messageId: z.string().refine((value) => messageKeyOf(value) !== undefined),
});

/** Reads what {@link enqueue} wrote. @throws when it is anything else */
export const parseRef = (body: string): MessageRef => {
  const { clinicId, messageId } = refSchema.parse(JSON.parse(body));
  return { clinicId: clinicId as Id<'clinic'>, messageId };
};

/** Puts ids on the send queue, ten a call. @throws when the queue did not take all of them */
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
