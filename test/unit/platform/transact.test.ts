import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ConditionFailed,
  Contended,
  documentClient,
  putOrTransact,
  type TransactItem,
  transact,
} from '../../../functions/platform/store/records.ts';

// DynamoDB does not cancel transactions to order, so its answers are played here; what it does by itself is tested
// against the engine (test/integration/platform/records.test.ts).
const dynamo = mockClient(documentClient);

const item = (pk: string): TransactItem => ({ Put: { TableName: 'records', Item: { pk, sk: 'a' } } });
const cancelled = (...codes: string[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code): CancellationReason => ({ Code })),
  });

beforeEach(() => dynamo.reset());

describe('transact', () => {
  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'tries again after %s, with the same items',
    async (code) => {
      dynamo.on(TransactWriteCommand).rejectsOnce(cancelled('None', code)).resolves({});
      await transact([item('a'), item('b')]);
      const calls = dynamo.commandCalls(TransactWriteCommand);
      expect(calls).toHaveLength(2);
      expect(calls[1]?.args[0].input).toEqual(calls[0]?.args[0].input);
    },
  );

  it('gives up when the conflicts do not end', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled('TransactionConflict'));
    await expect(transact([item('a')])).rejects.toBeInstanceOf(Contended);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(6);
  });

  it('says which conditions failed, and does not try again even if others conflicted', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled('TransactionConflict', 'ConditionalCheckFailed', 'None'));
    const attempt = transact([item('a'), item('b'), item('c')]);
    await expect(attempt).rejects.toBeInstanceOf(ConditionFailed);
    await expect(attempt).rejects.toMatchObject({ failed: [false, true, false] });
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });

  it.each([
    ['a cancellation for another reason', cancelled('ValidationError')],
    ['a failure of the connection', new Error('socket hang up')],
  ])('passes on %s', async (_case, error) => {
    dynamo.on(TransactWriteCommand).rejects(error);
    await expect(transact([item('a')])).rejects.toBe(error);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(1);
  });
});

describe('putOrTransact', () => {
  const saying = { message: 'No', $metadata: {} };

  it('puts what is alone by itself, with its condition', async () => {
    dynamo.on(PutCommand).resolves({});
    const { Put } = item('a');
    const guarded = {
      ...Put,
      TableName: 'records',
      Item: { pk: 'a' },
      ConditionExpression: 'attribute_not_exists(pk)',
    };
    await putOrTransact([{ Put: guarded }]);
    expect(dynamo.commandCalls(PutCommand).map(({ args }) => args[0].input)).toMatchObject([guarded]);
    expect(dynamo.commandCalls(TransactWriteCommand)).toEqual([]);
  });

  it('makes one transaction of several, and of what is not a put', async () => {
    dynamo.on(TransactWriteCommand).resolves({});
    const check = { Update: { TableName: 'records', Key: { pk: 'a', sk: 'a' }, UpdateExpression: 'ADD n :n' } };
    await putOrTransact([item('a'), item('b')]);
    await putOrTransact([check]);
    expect(dynamo.commandCalls(TransactWriteCommand)).toHaveLength(2);
    expect(dynamo.commandCalls(PutCommand)).toEqual([]);
  });

  it('has written what it finds there, word for word, when its answer was lost', async () => {
    const mine = { pk: 'a', rev: 2, to: undefined, history: [{ at: 'x', reason: undefined }] };
    const refusedBy = (Item: object) =>
      new ConditionalCheckFailedException({ ...saying, Item: marshall(Item, { removeUndefinedValues: true }) });
    dynamo.on(PutCommand).rejects(refusedBy(mine));
    await putOrTransact([{ Put: { TableName: 'records', Item: mine } }]);
    for (const other of [
      { ...mine, rev: 3 },
      { ...mine, more: 1 },
      { pk: 'a', rev: 2 },
    ]) {
      dynamo.on(PutCommand).rejects(refusedBy(other));
      const attempt = putOrTransact([{ Put: { TableName: 'records', Item: mine } }]);
      await expect(attempt).rejects.toBeInstanceOf(ConditionFailed);
    }
  });

  it('loses as a transaction of one does, and meets others as it does', async () => {
    dynamo.on(PutCommand).rejectsOnce(new TransactionConflictException(saying)).resolves({});
    await putOrTransact([item('a')]);
    expect(dynamo.commandCalls(PutCommand)).toHaveLength(2);
    dynamo.on(PutCommand).rejects(new ConditionalCheckFailedException(saying));
    const attempt = putOrTransact([item('a')]);
    await expect(attempt).rejects.toBeInstanceOf(ConditionFailed);
    await expect(attempt).rejects.toMatchObject({ failed: [true] });
  });
});
