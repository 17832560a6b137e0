/** What a function's module may read while it loads, for processes that load bundles and nothing else. */
export const loadEnvironment = {
  PLUMBLINE_STAGE: 'prod',
  RECORDS_TABLE: 'records',
  AUDIT_TABLE: 'audit',
  DOCUMENTS_BUCKET: 'documents',
  SEND_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/send',
  SEND_BULK_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/send-bulk',
  CODE_KEY_ARN: 'arn:aws:kms:us-east-1:000000000000:key/codes',
  USER_POOL_ID: 'us-east-1_staff',
  PUBLIC_URL: 'https://visit.example',
  AWS_REGION: 'us-east-1',
  PATH: process.env.PATH ?? '',
};
