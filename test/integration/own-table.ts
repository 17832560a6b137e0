import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createRecordsTable } from '../helpers/tables.ts';

// A sweep works for every clinic there is: a test file that sweeps has a table of its own.
const name = `records-${randomUUID()}`;
await createRecordsTable(new DynamoDBClient({}), name);
process.env.RECORDS_TABLE = name;
