import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { recordsTable } from '../../functions/platform/store/records.ts';

const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
];

/** Creates an empty `records` table shaped as the table model says; the template tests hold the stack to the same shape. */
export const createRecordsTable = async (client: DynamoDBClient, name: string): Promise<void> => {
  const indexes = Object.entries(recordsTable.indexes).map(([index, { partitionKey, sortKey }]) => ({
    index,
    partition: partitionKey.name,
    sort: sortKey.name,
  }));
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys('pk', 'sk'),
      AttributeDefinitions: ['pk', 'sk', ...indexes.flatMap(({ partition, sort }) => [partition, sort])].map(
        (attribute) => ({ AttributeName: attribute, AttributeType: 'S' as const }),
      ),
      GlobalSecondaryIndexes: indexes.map(({ index, partition, sort }) => ({
        IndexName: index,
        KeySchema: keys(partition, sort),
        Projection: { ProjectionType: 'ALL' as const },
      })),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
};

/** Creates an empty `audit` table. */
export const createAuditTable = async (client: DynamoDBClient, name: string): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys('pk', 'sk'),
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
};
