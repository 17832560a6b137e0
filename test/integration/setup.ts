import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { staffGroups } from '../../functions/platform/access.ts';
import { clientEnvironment, startEngine } from '../../local/engine.ts';
import { freePort } from '../../local/prerequisites.ts';
import { createAuditTable, createRecordsTable } from '../helpers/tables.ts';

/**
 * One engine for all integration tests, with empty tables, a bucket and a send queue; nothing deployed. Tests keep
 * apart by using a clinic of their own each.
 */
export async function setup(): Promise<() => Promise<void>> {
  const localDir = await mkdtemp(join(tmpdir(), 'plumbline-integration-'));
  const engine = await startEngine({ port: await freePort(), localDir, report: console.log });
  Object.assign(process.env, clientEnvironment(engine.endpoint), {
    PLUMBLINE_STAGE: 'local',
    RECORDS_TABLE: 'records',
    AUDIT_TABLE: 'audit',
    DOCUMENTS_BUCKET: 'documents',
    PUBLIC_URL: 'http://127.0.0.1:8700',
    POWERTOOLS_SERVICE_NAME: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const dynamo = new DynamoDBClient({});
  await createRecordsTable(dynamo, 'records');
  await createAuditTable(dynamo, 'audit');
  await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'documents' }));
  const { QueueUrl } = await new SQSClient({ useQueueUrlAsEndpoint: false }).send(
    new CreateQueueCommand({ QueueName: 'send' }),
  );
  process.env.SEND_QUEUE_URL = QueueUrl ?? '';
  process.env.SEND_BULK_QUEUE_URL = QueueUrl ?? '';
  process.env.CODE_KEY_ARN = await createCodeKey(engine.endpoint);
  process.env.USER_POOL_ID = await createStaffPool();
  return async () => {
    await engine.stop();
    await rm(localDir, { recursive: true, force: true });
  };
}

/** Who may sign in: nobody yet. */
const createStaffPool = async (): Promise<string> => {
  const Schema = [{ Name: 'clinic', AttributeDataType: 'String' as const }];
  const command = new CreateUserPoolCommand({ PoolName: 'staff', UsernameAttributes: ['email'], Schema });
  const cognito = new CognitoIdentityProviderClient({});
  const { UserPool: { Id: UserPoolId } = {} } = await cognito.send(command);
  for (const GroupName of staffGroups) await cognito.send(new CreateGroupCommand({ UserPoolId, GroupName }));
  return UserPoolId ?? '';
};

/** What makes one-time codes. No KMS client is installed: the engine takes the request unsigned. */
const createCodeKey = async (endpoint: string): Promise<string> => {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.CreateKey' },
    body: JSON.stringify({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  });
  return z.object({ KeyMetadata: z.object({ Arn: z.string() }) }).parse(await answer.json()).KeyMetadata.Arn;
};
