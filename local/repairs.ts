import { CognitoIdentityProviderClient, DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { DescribeTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import type { StackOutputs } from './deploy.ts';
import { engineRegion } from './engine.ts';

const clientOf = (endpoint: string) => ({
  endpoint,
  region: engineRegion,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** What the engine drops from the templates it is given; each run brings it to what the template says. Safe to repeat. */
export async function repairDeployment(endpoint: string, { recordsTable }: StackOutputs): Promise<void> {
  const dynamo = new DynamoDBClient(clientOf(endpoint));
  try {
    await dynamo.send(
      new UpdateTimeToLiveCommand({
        TableName: recordsTable,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAtEpochSeconds' },
      }),
    );
  } finally {
    dynamo.destroy();
  }
}

/** Whether the engine still has what was deployed: it keeps its state on a clean stop only. */
export async function isDeployed(endpoint: string, outputs: StackOutputs): Promise<boolean> {
  const dynamo = new DynamoDBClient(clientOf(endpoint));
  const cognito = new CognitoIdentityProviderClient(clientOf(endpoint));
  try {
    await Promise.all([
      dynamo.send(new DescribeTableCommand({ TableName: outputs.recordsTable })),
      dynamo.send(new DescribeTableCommand({ TableName: outputs.auditTable })),
      cognito.send(new DescribeUserPoolCommand({ UserPoolId: outputs.userPoolId })),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  } finally {
    dynamo.destroy();
    cognito.destroy();
  }
}
