import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { log } from './log.ts';
import { flushMetrics } from './metrics.ts';
import { sharingReads } from './store/records.ts';

/**
 * The Lambda entry of a queue's consumer. Each record is handled by itself, all of them at once and with shared
 * reads; those that fail are handed back alone (partial batch response), retried, and end in the dead-letter queue.
 */
export const queueHandler = (name: string, consume: (record: SQSRecord) => Promise<void>) => {
  const guarded = async (record: SQSRecord): Promise<void> => {
    try {
      await consume(record);
    } catch (error) {
      log.error(`${name} failed`, error, { requestId: record.messageId, code: faultOf(error) });
      throw error;
    }
  };
  return middy<SQSEvent, SQSBatchResponse>()
    .use({ after: flushMetrics, onError: flushMetrics })
    .handler(async (event, context) => {
      const processor = new BatchProcessor(EventType.SQS);
      // All of a batch failing is still a partial response: throwing would hide which records failed.
      const response = await sharingReads(() =>
        processPartialResponse(event, guarded, processor, { context, throwOnFullBatchFailure: false }),
      );
      log.info(name, { requestId: context.awsRequestId, count: event.Records.length });
      return response;
    });
};

/** What is wrong with a record that cannot be read: the field of ours that does not fit, never what it holds. */
const faultOf = (error: unknown): string | undefined => {
  if (error instanceof SyntaxError) return 'no-json';
  if (!(error instanceof z.ZodError)) return undefined;
  // Deeper names may be the sender's own words.
  const fields = error.issues.flatMap(({ path: [field] }) => (typeof field === 'string' ? field : []));
  return `unfit: ${[...new Set(fields)].join() || 'all of it'}`;
};

/** What an SNS subscription put on the queue: its envelope, or with raw delivery the message alone. */
const notificationOf = (record: SQSRecord): { readonly message: unknown; readonly timestamp?: unknown } => {
  const body: unknown = JSON.parse(record.body);
  if (typeof body !== 'object' || body === null || !('Message' in body && 'TopicArn' in body)) return { message: body };
  const { Message: message } = body;
  return {
    message: typeof message === 'string' ? JSON.parse(message) : message,
    timestamp: 'Timestamp' in body ? body.Timestamp : undefined,
  };
};

/** The text an SNS subscription put on the queue, in its envelope or without. */
export const snsMessageOf = (record: SQSRecord): unknown => notificationOf(record).message;

/** When SNS took a text in, where its envelope names an instant. */
export const snsTimeOf = (record: SQSRecord): Temporal.Instant | undefined => {
  try {
    return Temporal.Instant.from(String(notificationOf(record).timestamp));
  } catch {
    return undefined;
  }
};
