import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parseRef } from '../../../functions/messaging/hint.ts';

// The queue's address is used as configured, not as an endpoint.
const queueClient = new SQSClient({ useQueueUrlAsEndpoint: false });

// A test file that looks into the send queue has one of its own: in one for all it would wade through what others hint at.
const { QueueUrl } = await queueClient.send(new CreateQueueCommand({ QueueName: `send-${randomUUID()}` }));
process.env.SEND_QUEUE_URL = QueueUrl ?? '';

/** What the send queue holds for a clinic, taken off it. Messages of other clinics become visible again. */
export const handedOver = async (clinicId: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (;;) {
    const { Messages = [] } = await queueClient.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 2 }),
    );
    if (Messages.length === 0) return found;
    for (const { Body = '', ReceiptHandle } of Messages) {
      const ref = parseRef(Body);
      if (ref.clinicId !== clinicId) continue;
      found.push(ref.messageId);
      await queueClient.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
};
