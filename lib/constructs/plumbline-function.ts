import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, Grant, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  Runtime,
  StartingPosition,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { metricNamespace } from '../../functions/platform/metric-names.ts';
import type { Stage } from '../stage.ts';
import { acknowledge, acknowledgeWildcard } from './acknowledge.ts';
import { RunbookAlarm } from './runbook-alarm.ts';
import { grantSend } from './work-queue.ts';

export interface PlumblineFunctionProps {
  /** The area the code belongs to; the `service` of its logs and metrics. */
  readonly area: string;
  /** Directory with `index.mjs`, made by `lib/bundle.ts`. */
  readonly code: Code;
  readonly stage: Stage;
  /** @default 512 */
  readonly memoryMiB?: number;
  readonly timeout: Duration;
  /** Concurrency set aside where the stage reserves any. @default none */
  readonly reservedConcurrency?: number;
  /** Where an asynchronous event ends that failed; also says that events come asynchronously. @default events come synchronously */
  readonly deadLetterQueue?: Queue;
  /** Encrypts the log. */
  readonly logKey: IKey;
  /** Told when the function fails or is throttled. */
  readonly alarmTopic: ITopic;
}

export interface StreamOptions {
  readonly batchSize: number;
  readonly retryAttempts: number;
  readonly maxRecordAge: Duration;
  /** Event patterns; a record passes when one of them matches. */
  readonly filters: readonly Record<string, unknown>[];
}

/** What e-mail is sent with. */
export interface MailSender {
  readonly address: string;
  /** The identity of SES that the address belongs to. */
  readonly identityArn: string;
  readonly configurationSetName: string;
}

/** What a function may do with the records table. Deleting is not among it: records change state, technical items expire. */
export type RecordsAccess = 'read' | 'write';

/** Indexes of the records table, named one by one so that no policy needs a wildcard. */
export const recordsIndexes = ['due', 'lookup', 'search'] as const;

const readActions = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const writeActions = ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
const changingActions = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:UpdateItem',
];

/**
 * A Lambda of this house: Node 24 on arm64, its own role that may write its own encrypted log and nothing else, source maps, traces
 * where the stage wants them, alarms on errors and throttles. Each `use...` call grants exactly what it names and sets the
 * environment variable the code reads, so the two cannot drift apart.
 */
export class PlumblineFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly errors: RunbookAlarm;

  constructor(scope: Construct, id: string, props: PlumblineFunctionProps) {
    super(scope, id);
    const { stage } = props;
    const logGroup = new LogGroup(this, 'Log', {
      encryptionKey: props.logKey,
      retention: stage.logRetentionDays,
      removalPolicy: stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.lambda = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      role,
      logGroup,
      memorySize: props.memoryMiB ?? 512,
      timeout: props.timeout,
      tracing: stage.traces ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(stage.reservesConcurrency &&
        props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.deadLetterQueue && {
        // The next minute's event does the same work, so a failed one is not run again.
        deadLetterQueue: props.deadLetterQueue,
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
      environment: {
        PLUMBLINE_STAGE: stage.name,
        POWERTOOLS_SERVICE_NAME: props.area,
        POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
        NODE_OPTIONS: '--enable-source-maps',
      },
    });
    if (props.deadLetterQueue) grantSend(props.deadLetterQueue, this.lambda);
    this.errors = new RunbookAlarm(this, 'Errors', {
      metric: this.lambda.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      meaning: `The function ${id} failed.`,
      runbook: 'function-errors',
      topic: props.alarmTopic,
    });
    new RunbookAlarm(this, 'Throttles', {
      metric: this.lambda.metricThrottles({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      meaning: `AWS refused to start the function ${id}: the account's concurrency is used up.`,
      runbook: 'function-throttles',
      topic: props.alarmTopic,
    });
    this.#acknowledgeHouseRules(props);
  }

  /** 95th percentile of the duration, for dashboards. */
  metricP95(): Metric {
    return this.lambda.metricDuration({ period: Duration.minutes(5), statistic: 'p95' });
  }

  /** Grants the records table to a use case and names it in RECORDS_TABLE. */
  useRecords(table: Table, access: RecordsAccess): void {
    const indexes = recordsIndexes.map((index) => `${table.tableArn}/index/${index}`);
    this.#allow(readActions, [table.tableArn]);
    this.#allow(['dynamodb:Query'], indexes);
    if (access === 'write') this.#allow(writeActions, [table.tableArn]);
    this.#useTableKey(table, access === 'write');
    this.lambda.addEnvironment('RECORDS_TABLE', table.tableName);
  }

  /**
   * Grants reading the audit table and, for its one writer, putting new entries; names it in AUDIT_TABLE. Everything that could
   * change or remove an entry is denied outright, so that no later grant can undo it.
   */
  useAudit(table: Table, access: 'read' | 'append'): void {
    const append = access === 'append' ? ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem'] : [];
    this.#allow(['dynamodb:GetItem', 'dynamodb:Query', ...append], [table.tableArn]);
    this.lambda.addToRolePolicy(
      new PolicyStatement({ effect: Effect.DENY, actions: changingActions, resources: [table.tableArn] }),
    );
    this.#useTableKey(table, access === 'append');
    this.lambda.addEnvironment('AUDIT_TABLE', table.tableName);
  }

  /** Grants reading, or reading and writing, documents under `prefix`, and names the bucket in DOCUMENTS_BUCKET. */
  useDocuments(bucket: Bucket, access: 'read' | 'write', prefix: string): void {
    const objects = bucket.arnForObjects(`${prefix}*`);
    this.#allow(access === 'write' ? ['s3:GetObject', 's3:PutObject'] : ['s3:GetObject'], [objects]);
    const key = bucket.encryptionKey;
    if (key) this.#allow(access === 'write' ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'], [key.keyArn]);
    acknowledgeWildcard(
      this,
      objects,
      'Object keys are made at run time from clinic, date and visit; the grant is held to one prefix of one bucket.',
    );
    this.lambda.addEnvironment('DOCUMENTS_BUCKET', bucket.bucketName);
  }

  /**
   * Feeds the function from a table's stream. What fails is tried again, halved to find the culprit, and after `retryAttempts` or
   * `maxRecordAge` set aside on `onFailure`. No partial responses: the consumers are idempotent and throw.
   */
  consumeStream(table: Table, onFailure: Queue, options: StreamOptions): void {
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error(`The table ${table.node.path} has no stream`);
    this.#allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      [streamArn],
    );
    this.#useTableKey(table, false);
    grantSend(onFailure, this.lambda);
    this.lambda.addEventSourceMapping('Stream', {
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: options.batchSize,
      bisectBatchOnError: true,
      retryAttempts: options.retryAttempts,
      maxRecordAge: options.maxRecordAge,
      filters: [...options.filters],
      onFailure: { bind: () => ({ destination: onFailure.queueArn }) },
    });
  }

  /** Grants putting messages on a queue, and names it in `variable`. */
  useQueue(queue: Queue, variable: string): void {
    grantSend(queue, this.lambda);
    this.lambda.addEnvironment(variable, queue.queueUrl);
  }

  /** Grants sending texts, with pictures or without, from the numbers and pools of this account, through one configuration set when there is one. */
  useTexts(configurationSetName: string | undefined, endpoint: string | undefined): void {
    const senders = ['phone-number', 'pool'].map((resource) =>
      Stack.of(this).formatArn({ service: 'sms-voice', resource, resourceName: '*' }),
    );
    this.#allow(['sms-voice:SendMediaMessage', 'sms-voice:SendTextMessage'], senders);
    for (const sender of senders) {
      acknowledgeWildcard(
        this,
        sender,
        'Each clinic sends from its own number, known only as data; AWS gives numbers random ids, so no narrower name exists.',
      );
    }
    if (configurationSetName !== undefined) {
      this.lambda.addEnvironment('SMS_CONFIGURATION_SET', configurationSetName);
    }
    if (endpoint !== undefined) this.lambda.addEnvironment('AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2', endpoint);
  }

  /** Grants making one-time codes, and names their key in CODE_KEY_ARN. */
  useCodes(key: IKey): void {
    this.#allow(['kms:GenerateMac'], [key.keyArn]);
    this.lambda.addEnvironment('CODE_KEY_ARN', key.keyArn);
  }

  /** Grants reading who is in the groups of staff, and names their pool in USER_POOL_ID. */
  useStaff(pool: IUserPool): void {
    this.#allow(['cognito-idp:ListUsersInGroup'], [pool.userPoolArn]);
    this.lambda.addEnvironment('USER_POOL_ID', pool.userPoolId);
  }

  /** Grants sending e-mail from one address through one configuration set, and names both. */
  useMail({ address, identityArn, configurationSetName }: MailSender): void {
    const configurationSet = Stack.of(this).formatArn({
      service: 'ses',
      resource: 'configuration-set',
      resourceName: configurationSetName,
    });
    this.lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['ses:SendEmail', 'ses:SendRawEmail'],
        resources: [identityArn, configurationSet],
        conditions: { StringEquals: { 'ses:FromAddress': address } },
      }),
    );
    this.lambda.addEnvironment('MAIL_SENDER', address);
    this.lambda.addEnvironment('MAIL_CONFIGURATION_SET', configurationSetName);
  }

  #allow(actions: readonly string[], resourceArns: readonly string[]): void {
    Grant.addToPrincipal({ grantee: this.lambda, actions: [...actions], resourceArns: [...resourceArns] });
  }

  // DynamoDB uses the table's key in the caller's name; without these a call is refused although the table is granted.
  #useTableKey(table: Table, writes: boolean): void {
    if (!table.encryptionKey) return;
    const write = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];
    this.#allow(['kms:Decrypt', 'kms:DescribeKey', ...(writes ? write : [])], [table.encryptionKey.keyArn]);
  }

  #acknowledgeHouseRules(props: PlumblineFunctionProps): void {
    acknowledge(this, {
      'HIPAA.Security-IAMNoInlinePolicy':
        'The policy belongs to the one role of this one function and goes away with it; sharing it is what must not happen.',
      'HIPAA.Security-LambdaInsideVPC':
        'Reaches only AWS APIs, over TLS, with IAM; there is nothing private to reach in a VPC, and nobody can connect to it there.',
      ...(props.reservedConcurrency === undefined || !props.stage.reservesConcurrency
        ? {
            'HIPAA.Security-LambdaConcurrency':
              'Bounded at its source instead: API throttling, maximum concurrency of the queue, one shard, or one event a minute.',
          }
        : {}),
      ...(props.deadLetterQueue
        ? {}
        : {
            'HIPAA.Security-LambdaDLQ':
              'Never invoked asynchronously: the API answers the caller, queue and stream have their own failure destinations.',
          }),
      ...(props.stage.traces
        ? {
            'AwsSolutions-IAM5[Resource::*]':
              'X-Ray has no resources to name: PutTraceSegments and PutTelemetryRecords take only *.',
          }
        : {}),
    });
  }
}
