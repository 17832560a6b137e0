import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parseRef } from '../../../functions/messaging/sending/hint.ts';

// The queue's address is used as configured, not as an endpoint.
const queueClient = new SQSClient({ useQueueUrlAsEndpoint: false });

// A test file that looks into the send queue has one of its own: in one for all it would wade through what others hint at.
const { QueueUrl } = await queueClient.send(new CreateQueueCommand({ QueueName: `send-${randomUUID()}` }));
process.env.SEND_QUEUE_URL = QueueUrl ?? '';
process.env.SEND_BULK_QUEUE_URL = QueueUrl ?? '';

// What goes by turns is looked at now, not when its turn comes.
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  const body = typeof init?.body === 'string' ? init.body.replaceAll(/,"DelaySeconds":\d+/g, '') : undefined;
  return fetch(input, body === undefined ? init : { ...init, body });
};

/** What the send queue holds for a clinic. All is taken off it, also what a sweep found due of the clinics of other tests. */
export const handedOver = async (clinicId: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (;;) {
    const { Messages = [] } = await queueClient.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return found;
    const refs = Messages.map(({ Body = '' }) => parseRef(Body));
    found.push(...refs.filter((ref) => ref.clinicId === clinicId).map((ref) => ref.messageId));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await queueClient.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
};
