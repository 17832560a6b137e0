import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { RunbookAlarm, type RunbookAnchor } from './runbook-alarm.ts';

export interface DeadLetterQueueProps {
  /** Encrypts the messages. */
  readonly key: IKey;
  /** What it means that something is in here, for the person the alarm wakes. */
  readonly meaning: string;
  /** @default 'dead-letter-queue' */
  readonly runbook?: RunbookAnchor;
  readonly alarmTopic: ITopic;
}

/** Where work ends that could not be done: kept for two weeks, encrypted, TLS only, with an alarm as soon as it is not empty. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', { ...safe(props.key), retentionPeriod: Duration.days(14) });
    new RunbookAlarm(this, 'NotEmpty', {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      atLeast: 1,
      meaning: props.meaning,
      runbook: props.runbook ?? 'dead-letter-queue',
      topic: props.alarmTopic,
    });
    acknowledge(this, {
      'AwsSolutions-SQS3': 'This queue is itself where failed work ends; an alarm rings while anything is in it.',
    });
  }
}

export interface WorkQueueProps {
  /** Encrypts the messages. */
  readonly key: IKey;
  /** The longest one delivery may take: the consumer's timeout. */
  readonly consumerTimeout: Duration;
  /** Deliveries before a message is set aside. @default 5 */
  readonly maxReceiveCount?: number;
  /** Told when a message was set aside. */
  readonly alarmTopic: ITopic;
}

/**
 * A queue with everything it must not be without: encryption, TLS and a dead-letter queue with an alarm. A delivery stays
 * invisible six times the consumer's timeout, as Lambda asks.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const maxReceiveCount = props.maxReceiveCount ?? 5;
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', {
      key: props.key,
      meaning: `Messages of the queue "${id}" were set aside after ${maxReceiveCount} tries; nobody is working on them.`,
      alarmTopic: props.alarmTopic,
    }).queue;
    this.queue = new Queue(this, 'Queue', {
      ...safe(props.key),
      visibilityTimeout: Duration.seconds(props.consumerTimeout.toSeconds() * 6),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }
}

/** Lets the grantee put messages on an encrypted queue, and nothing else. */
export const grantSend = (queue: Queue, grantee: IGrantable): void => {
  Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [queue.queueArn] });
  if (!queue.encryptionMasterKey) return;
  Grant.addToPrincipal({
    grantee,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resourceArns: [queue.encryptionMasterKey.keyArn],
  });
};

const safe = (key: IKey) => ({ encryption: QueueEncryption.KMS, encryptionMasterKey: key, enforceSSL: true });
