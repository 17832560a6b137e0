import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { EntityParser } from 'dynamodb-toolbox/entity/actions/parse';
import { item, number, string } from 'dynamodb-toolbox/schema';
import { env } from '../config.ts';
import { documentClient, recordsTable } from './records.ts';

/**
 * How often somebody did something in a stretch of time. A technical item: it expires, and the audit stream leaves it
 * out. Whom it is about is a hash: nobody reads a number or an address out of it.
 */
const LimitCounterEntity = new Entity({
  name: 'LimitCounter',
  table: recordsTable,
  timestamps: false,
  schema: item({
    clinicId: string().key(),
    kind: string().key(),
    subjectHash: string().key(),
    windowSeconds: number().key(),
    window: number().key(),
    uses: number(),
    expiresAtEpochSeconds: number(),
  }),
  computeKey: ({ clinicId, kind, subjectHash, windowSeconds, window }) => ({
    pk: `clinic#${clinicId}#limit#${kind}#${subjectHash}`,
    sk: `${windowSeconds}#${window}`,
  }),
});

export interface LimitWindow {
  readonly clinicId: string;
  readonly kind: string;
  readonly subjectHash: string;
  readonly windowSeconds: number;
  /** Which one: whole windows since 1970. */
  readonly window: number;
}

/** Counts one more use unless there were `most` already; one conditional update. @returns whether it was counted */
export const countUse = async (window: LimitWindow, most: number): Promise<boolean> => {
  const { key } = LimitCounterEntity.build(EntityParser).parse(window, { mode: 'key' });
  try {
    await documentClient.send(
      new UpdateCommand({
        TableName: env('RECORDS_TABLE'),
        Key: key,
        UpdateExpression: 'ADD #uses :one SET #expires = :expires, #entity = :entity',
        ConditionExpression: 'attribute_not_exists(#uses) OR #uses < :most',
        ExpressionAttributeNames: { '#uses': 'uses', '#expires': 'expiresAtEpochSeconds', '#entity': 'entity' },
        ExpressionAttributeValues: {
          ':one': 1,
          ':most': most,
          ':expires': (window.window + 2) * window.windowSeconds,
          ':entity': LimitCounterEntity.entityName,
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};
