import * as z from 'zod';
import { givenEndpoint } from './aws-endpoint.ts';
import { askAgain, awsFetch, ownHost } from './aws-request.ts';

/** Putting messages on a queue: SendMessageBatch is all that is needed of SQS. */

/** What SQS takes in one call. */
const batchSize = 10;
const timeoutMillis = 3_000;

/** The queue did not take all messages. Nothing is kept of its answer but the status and the code. */
export class QueueRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`The queue answered ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

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

interface Answer {
  readonly status: number;
  readonly code: string;
  /** What the queue has not got. */
  readonly left: readonly Entry[];
  /** Whether the same request may be answered otherwise later. */
  readonly mayPass: boolean;
}

const taken = z.object({
  Successful: z.array(z.object({ Id: z.string() })).default([]),
  Failed: z.array(z.object({ Code: z.string(), SenderFault: z.boolean() })).default([]),
});
const refused = z.object({ __type: z.string() });

/**
 * Puts messages on a queue, ten a call. After an answer that was lost a message may be there twice, as with any queue.
 * @throws QueueRefused when the queue did not take all of them; what fails before an answer as it is.
 */
export const sendToQueue = async (queueUrl: string, messages: readonly (string | Delayed)[]): Promise<void> => {
  for (let first = 0; first < messages.length; first += batchSize) {
    await sendBatch(queueUrl, messages.slice(first, first + batchSize).map(entryOf));
  }
};

const entryOf = (message: string | Delayed, index: number): Entry =>
  typeof message === 'string'
    ? { Id: String(index), MessageBody: message }
    : { Id: String(index), MessageBody: message.body, DelaySeconds: message.delaySeconds };

const sendBatch = async (queueUrl: string, entries: readonly Entry[]): Promise<void> => {
  let left = entries;
  const answer = await askAgain(
    async () => {
      const next = await sendOnce(queueUrl, left).catch(lostConnection);
      if (!(next instanceof Error)) left = next.left;
      return next;
    },
    (next) => next instanceof Error || next.mayPass,
  );
  if (answer instanceof Error) throw answer;
  if (left.length > 0) throw new QueueRefused(answer.status, answer.code);
};

/** A connection that was kept while the function was frozen may be gone: worth another try, as a wait that was too long is not. */
const lostConnection = (error: unknown): Error => {
  // `fetch` tells of the connection by a TypeError, and of the time by another.
  if (error instanceof TypeError) return error;
  throw error;
};

const throttled = /Throttl|TooManyRequests|SlowDown|LimitExceeded/;

const sendOnce = async (QueueUrl: string, Entries: readonly Entry[]): Promise<Answer> => {
  const response = await awsFetch({
    service: 'sqs',
    method: 'POST',
    url: new URL('/', givenEndpoint('sqs') ?? `https://${await ownHost('sqs')}`),
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessageBatch' },
    body: JSON.stringify({ QueueUrl, Entries }),
    timeoutMillis,
  });
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  if (status !== 200) {
    const code = refused.safeParse(body).data?.__type.split('#').at(-1) ?? 'Unknown';
    return { status, code, left: Entries, mayPass: status === 429 || status >= 500 || throttled.test(code) };
  }
  const { Successful, Failed } = taken.parse(body);
  const ids = new Set(Successful.map(({ Id }) => Id));
  const left = Entries.filter(({ Id }) => !ids.has(Id));
  return {
    status,
    code: Failed[0]?.Code ?? 'Unknown',
    left,
    // A message that is wrong in itself stays wrong.
    mayPass: left.length > 0 && !Failed.some(({ SenderFault }) => SenderFault),
  };
};
