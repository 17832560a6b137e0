import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient, recordsTable } from '../../../functions/platform/store/records.ts';
import { MemoryDynamo, type MemoryDynamoOptions } from './memory-table.ts';
import type { TableShape } from './table-data.ts';

/** The `records` table's shape, from the model that the stack is held to as well. */
export const recordsShape = (name: string): TableShape => ({
  name,
  keys: { partition: 'pk', sort: 'sk' },
  indexes: Object.fromEntries(
    Object.entries(recordsTable.indexes).map(([index, { partitionKey, sortKey }]) => [
      index,
      { partition: partitionKey.name, sort: sortKey.name },
    ]),
  ),
});

// An own property hides the method of the class; deleting it brings that back.
const redirect = (client: DynamoDBDocumentClient, dynamo: MemoryDynamo): void => {
  const value = (command: object): Promise<object> => dynamo.send(command);
  Object.defineProperty(client, 'send', { configurable: true, value });
};

/** A document client that asks an in-memory table and nothing else. */
export const memoryClient = (dynamo: MemoryDynamo): DynamoDBDocumentClient => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  redirect(client, dynamo);
  return client;
};

/**
 * Stands an empty in-memory `records` table behind the app's own client: use cases run on it unchanged, in this thread.
 * RECORDS_TABLE must name it. `uninstall` gives the client back.
 */
export const installMemoryTable = (
  name: string,
  options: MemoryDynamoOptions = {},
): { readonly dynamo: MemoryDynamo; readonly uninstall: () => void } => {
  const dynamo = new MemoryDynamo([recordsShape(name)], options);
  redirect(documentClient, dynamo);
  return { dynamo, uninstall: () => void Reflect.deleteProperty(documentClient, 'send') };
};
