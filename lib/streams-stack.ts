import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { FilterCriteria } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { createFunction, functionsTriggeredBy, type Surroundings } from './clinic-functions.ts';
import type { PlumblineFunction } from './constructs/plumbline-function.ts';
import { RunbookAlarm } from './constructs/runbook-alarm.ts';
import { DeadLetterQueue } from './constructs/work-queue.ts';
import { technicalEntities } from './functions.ts';

export interface StreamsStackProps extends StackProps {
  readonly around: Surroundings;
  /** Encrypts what was set aside. */
  readonly queueKey: IKey;
}

/** What follows from a change of a record: the audit log, the charge lines. A stream bears two readers, not more. */
export class StreamsStack extends Stack {
  readonly functions: readonly PlumblineFunction[];
  readonly onFailure: readonly Queue[];

  constructor(scope: Construct, id: string, props: StreamsStackProps) {
    super(scope, id, props);
    const { around } = props;
    const readers = functionsTriggeredBy('stream').map(({ name, spec, trigger }) => {
      const reader = createFunction(this, name, spec, around);
      const setAside = new DeadLetterQueue(reader, 'OnFailure', {
        key: props.queueKey,
        meaning: `Changes of records were given up by ${name}; within 24 hours they can still be read from the stream.`,
        runbook: 'stream-failures',
        alarmTopic: around.alarmTopic,
      }).queue;
      reader.consumeStream(around.records, setAside, {
        batchSize: trigger.batchSize,
        // Hours, not minutes: an outage elsewhere must not cost an entry. What can never work the consumer parks itself.
        retryAttempts: 200,
        maxRecordAge: Duration.hours(6),
        filters: changesOf(trigger.entities),
      });
      new RunbookAlarm(reader, 'Lag', {
        metric: iteratorAge(reader),
        atLeast: Duration.minutes(10).toMilliseconds(),
        meaning: `${name} is ten minutes behind the records.`,
        runbook: 'stream-lag',
        topic: around.alarmTopic,
      });
      return { reader, setAside };
    });
    this.functions = readers.map(({ reader }) => reader);
    this.onFailure = readers.map(({ setAside }) => setAside);
  }
}

/** How old the newest change is that a stream reader has read. */
export const iteratorAge = (reader: PlumblineFunction) =>
  reader.lambda.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'Maximum' });

/** Inserts, updates and, since nothing may be removed in silence, removals. */
const changesOf = (entities: readonly string[] | undefined): readonly Record<string, unknown>[] => {
  const rule = entities ?? [{ 'anything-but': technicalEntities }];
  return [
    FilterCriteria.filter({ dynamodb: { NewImage: { entity: { S: rule } } } }),
    FilterCriteria.filter({ eventName: ['REMOVE'], dynamodb: { OldImage: { entity: { S: rule } } } }),
  ];
};
