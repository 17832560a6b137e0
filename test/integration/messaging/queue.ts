import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parseRef } from '../../../functions/messaging/hint.ts';
import { env } from '../../../functions/platform/config.ts';

// The queue's address is used as configured, not as an endpoint.
const queueClient = new SQSClient({ useQueueUrlAsEndpoint: false });

/** What the send queue holds for a clinic, taken off it. Other tests' messages become visible again. */
export const handedOver = async (clinicId: string): Promise<readonly string[]> => {
  const QueueUrl = env('SEND_QUEUE_URL');
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
