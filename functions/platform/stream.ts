import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import middy from '@middy/core';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { log } from './log.ts';
import { flushMetrics } from './metrics.ts';

/** One change of one record, as the stream tells it. */
export interface Change {
  /** Unique per change and the same on each redelivery: what makes a consumer idempotent. */
  readonly eventId: string;
  readonly pk: string;
  readonly sk: string;
  /** The entity's name, `Appointment`. */
  readonly entity: string;
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>> | undefined;
}

type Image = Record<string, AttributeValue>;

const imageOf = (image: unknown): Record<string, unknown> | undefined =>
  // The event's type and the SDK's type of an attribute value differ only in how they spell bytes.
  image === undefined ? undefined : unmarshall(image as Image);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const changeOf = (record: DynamoDBRecord): Change => {
  const keys = imageOf(record.dynamodb?.Keys) ?? {};
  const before = imageOf(record.dynamodb?.OldImage);
  const after = imageOf(record.dynamodb?.NewImage);
  return {
    eventId: record.eventID ?? '',
    pk: text(keys.pk),
    sk: text(keys.sk),
    entity: text(after?.entity ?? before?.entity),
    before,
    after,
  };
};

/**
 * The Lambda entry of a stream's consumer: all or nothing. `consume` is idempotent and throws on failure, which brings
 * the whole batch again; what it can never process it parks itself, so that one record blocks nobody.
 */
export const streamHandler = (
  name: string,
  consume: (changes: readonly Change[], requestId: string) => Promise<void>,
) =>
  middy<DynamoDBStreamEvent, void>()
    .use({ after: flushMetrics, onError: flushMetrics })
    .handler(async (event, context) => {
      try {
        await consume(event.Records.map(changeOf), context.awsRequestId);
      } catch (error) {
        log.error(`${name} failed`, error, { requestId: context.awsRequestId, count: event.Records.length });
        throw error;
      }
      log.info(name, { requestId: context.awsRequestId, count: event.Records.length });
    });
