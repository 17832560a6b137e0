import * as z from 'zod';
import { AwsRefused, askAgain, askJson, type JsonAnswer } from './aws-request.ts';

/** Putting messages on a queue: SendMessageBatch is all that is needed of SQS. */

/** Messages that SQS takes in one call. */
export const queueBatch = 10;

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

/** A message that nobody is to see before so many seconds (at most 900). */
export interface Delayed {
  readonly body: string;
  readonly delaySeconds: number;
}

const taken = z.object({
  Successful: z.array(z.object({ Id: z.string() })).default([]),
  Failed: z.array(z.object({ Code: z.string(), SenderFault: z.boolean() })).default([]),
});

/**
 * Puts messages on a queue, ten a call. After an answer that was lost a message may be there twice, as with any queue.
 * @throws AwsRefused when the queue did not take all of them; what fails before an answer as it is.
 */
export const sendToQueue = async (queueUrl: string, messages: readonly (string | Delayed)[]): Promise<void> => {
  for (let first = 0; first < messages.length; first += queueBatch) {
    await sendBatch(queueUrl, messages.slice(first, first + queueBatch).map(entryOf));
  }
};

const entryOf = (message: string | Delayed, index: number): Entry =>
  typeof message === 'string'
    ? { Id: String(index), MessageBody: message }
    : { Id: String(index), MessageBody: message.body, DelaySeconds: message.delaySeconds };

const sendBatch = async (QueueUrl: string, entries: readonly Entry[]): Promise<void> => {
  let left = entries;
  const answer = await askAgain(
    async () => {
      const next = await askJson('sqs', 'AmazonSQS.SendMessageBatch', { QueueUrl, Entries: left });
      if (next.status !== 200) return next;
      const { Successful, Failed } = taken.parse(next.body);
      const ids = new Set(Successful.map(({ Id }) => Id));
      left = left.filter(({ Id }) => !ids.has(Id));
      // A message that is wrong in itself stays wrong.
      const mayPass = left.length > 0 && !Failed.some(({ SenderFault }) => SenderFault);
      return { ...next, code: Failed[0]?.Code ?? next.code, mayPass };
    },
    ({ mayPass }: JsonAnswer) => mayPass,
  );
  if (left.length > 0) throw new AwsRefused('sqs', answer);
};
