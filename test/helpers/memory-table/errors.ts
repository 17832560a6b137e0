import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';

/** What DynamoDB answers a request that is wrong in itself. */
export const invalid = (message: string): DynamoDBServiceException =>
  new DynamoDBServiceException({ name: 'ValidationException', message, $fault: 'client', $metadata: {} });
