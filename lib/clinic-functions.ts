import { Duration } from 'aws-cdk-lib';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type MailSender, PlumblineFunction } from './constructs/plumbline-function.ts';
import { areaOf, type FunctionSpec, functions, type Trigger } from './functions.ts';
import type { House } from './house.ts';

/** What functions are granted parts of. */
export interface Surroundings {
  readonly house: House;
  readonly records: Table;
  readonly audit: Table;
  readonly documents: Bucket;
  readonly sendQueue: Queue;
  readonly sendBulkQueue: Queue;
  readonly codeKey: IKey;
  readonly staff: IUserPool;
  readonly publicUrl: string;
  readonly configurationSetName: string | undefined;
  readonly mail: MailSender | undefined;
  readonly logKey: IKey;
  readonly alarmTopic: ITopic;
}

/** A function of the table that one kind of trigger starts. */
export interface Triggered<K extends Trigger['kind']> {
  readonly name: string;
  readonly spec: FunctionSpec;
  readonly trigger: Extract<Trigger, { kind: K }>;
}

const isTriggeredBy =
  <K extends Trigger['kind']>(kind: K) =>
  (trigger: Trigger): trigger is Extract<Trigger, { kind: K }> =>
    trigger.kind === kind;

/** The functions of `lib/functions.ts` that this kind of trigger starts. */
export const functionsTriggeredBy = <K extends Trigger['kind']>(kind: K): readonly Triggered<K>[] => {
  const matches = isTriggeredBy(kind);
  return Object.entries(functions).flatMap(([name, spec]) =>
    matches(spec.trigger) ? [{ name, spec, trigger: spec.trigger }] : [],
  );
};

/** Creates one function of the table with exactly the access its entry names. */
export const createFunction = (
  scope: Construct,
  name: string,
  spec: FunctionSpec,
  around: Surroundings,
  deadLetterQueue?: Queue,
): PlumblineFunction => {
  const { house } = around;
  const created = new PlumblineFunction(scope, name, {
    area: areaOf(name),
    code: house.codeOf(name),
    stage: house.stage,
    timeout: Duration.seconds(spec.timeoutSeconds),
    logKey: around.logKey,
    alarmTopic: around.alarmTopic,
    ...(spec.memoryMiB !== undefined && { memoryMiB: spec.memoryMiB }),
    ...(spec.reservedConcurrency !== undefined && { reservedConcurrency: spec.reservedConcurrency }),
    ...(deadLetterQueue && { deadLetterQueue }),
  });
  if (spec.records) created.useRecords(around.records, spec.records);
  if (spec.audit) created.useAudit(around.audit, spec.audit);
  if (spec.documents) created.useDocuments(around.documents, spec.documents.access, spec.documents.prefix);
  if (spec.enqueuesTexts) created.useQueue(around.sendQueue, 'SEND_QUEUE_URL');
  if (spec.enqueuesBulk) created.useQueue(around.sendBulkQueue, 'SEND_BULK_QUEUE_URL');
  if (spec.sendsTexts) created.useTexts(around.configurationSetName, house.stage.smsEndpoint);
  if (spec.makesCodes) created.useCodes(around.codeKey);
  if (spec.readsStaff) created.useStaff(around.staff);
  if (spec.sendsMail && around.mail) created.useMail(around.mail);
  if (spec.makesLinks) created.lambda.addEnvironment('PUBLIC_URL', around.publicUrl);
  return created;
};
