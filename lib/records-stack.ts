import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, StorageClass } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { acknowledge } from './constructs/acknowledge.ts';
import { asBucket } from './constructs/cdk-types.ts';
import { recordsIndexes } from './constructs/plumbline-function.ts';
import type { House } from './house.ts';
import type { Stage } from './stage.ts';

export interface RecordsStackProps extends StackProps {
  readonly house: House;
}

/** What must survive everything else: the records, their audit log, the documents, the key to them. Also who is told when something breaks. */
export class RecordsStack extends Stack {
  /** Encrypts tables, documents, logs and alarms. */
  readonly key: Key;
  /** One table for every area: one restore is consistent, and any change can be one transaction. */
  readonly records: Table;
  /** Append only: IAM denies changing and removing. */
  readonly audit: Table;
  /** Documents and exports. */
  readonly documents: Bucket;
  /** Alarms are announced here. */
  readonly alarmTopic: Topic;
  readonly #stage: Stage;

  constructor(scope: Construct, id: string, props: RecordsStackProps) {
    super(scope, id, props);
    this.#stage = props.house.stage;
    this.key = this.#createKey();
    this.records = this.#createTable('Records', 'expiresAtEpochSeconds');
    for (const index of recordsIndexes) {
      this.records.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: { name: `${index}Pk`, type: AttributeType.STRING },
        sortKey: { name: `${index}Sk`, type: AttributeType.STRING },
      });
    }
    this.audit = this.#createTable('Audit');
    this.documents = this.#createDocuments();
    if (this.#stage.keepsBackups) this.#createBackups();
    this.alarmTopic = new Topic(this, 'Alarms', { masterKey: this.key, enforceSSL: true });
    if (this.#stage.alarmEmail !== undefined) {
      this.alarmTopic.addSubscription(new EmailSubscription(this.#stage.alarmEmail));
    }
    new CfnOutput(this, 'RecordsTable', { value: this.records.tableName });
    new CfnOutput(this, 'AuditTable', { value: this.audit.tableName });
    new CfnOutput(this, 'DocumentsBucket', { value: this.documents.bucketName });
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarmTopic.topicArn });
  }

  get #removalPolicy(): RemovalPolicy {
    return this.#stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
  }

  #createKey(): Key {
    const key = new Key(this, 'Key', {
      description: `Plumbline ${this.#stage.name}: records, documents, logs`,
      enableKeyRotation: true,
      removalPolicy: this.#removalPolicy,
    });
    const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogGroupsOfThisAccount',
        principals: [new ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: use,
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:*`,
          },
        },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return key;
  }

  #createTable(id: 'Records' | 'Audit', timeToLiveAttribute?: string): Table {
    const { recoveryDays, keepsBackups, retainData } = this.#stage;
    const table = new Table(this, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      // The audit table's stream is where whatever comes later (EHR sync, analytics) listens.
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      ...(timeToLiveAttribute !== undefined && { timeToLiveAttribute }),
      ...(recoveryDays > 0 && {
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: recoveryDays },
      }),
      deletionProtection: retainData,
      removalPolicy: this.#removalPolicy,
    });
    acknowledge(table, {
      ...(recoveryDays === 0 && {
        'AwsSolutions-DDB3': 'Invented patients on one machine; the local engine has no restore.',
        'HIPAA.Security-DynamoDBPITREnabled': 'Invented patients on one machine; the local engine has no restore.',
      }),
      ...(!keepsBackups && {
        'HIPAA.Security-DynamoDBInBackupPlan':
          'Holds invented patients only; point-in-time recovery serves rehearsals.',
      }),
    });
    return table;
  }

  #createDocuments(): Bucket {
    const safe = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: this.#removalPolicy,
    };
    const accessLog = new Bucket(this, 'DocumentsAccessLog', {
      ...safe,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(this.#stage.logRetentionDays) }],
    });
    acknowledge(accessLog, {
      'AwsSolutions-S1': 'This is the access log; a log of the log would write to itself for ever.',
      'HIPAA.Security-S3BucketLoggingEnabled':
        'This is the access log; a log of the log would write to itself for ever.',
      'HIPAA.Security-S3DefaultEncryptionKMS':
        'S3 delivers access logs only to buckets with S3-managed keys; they hold object keys, no content.',
    });
    const documents = new Bucket(this, 'Documents', {
      ...safe,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      serverAccessLogsBucket: asBucket(accessLog),
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
        // Nothing expires: claims and the records behind them are kept at least six years.
        {
          noncurrentVersionTransitions: [
            { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
          ],
        },
        { transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(90) }] },
      ],
    });
    for (const bucket of [accessLog, documents]) {
      acknowledge(bucket, {
        'HIPAA.Security-S3BucketReplicationEnabled':
          'One region by decision: versions guard against mistakes, and everything exported can be made again from the records.',
      });
    }
    return documents;
  }

  #createBackups(): void {
    const vault = new BackupVault(this, 'Backups', { encryptionKey: this.key, removalPolicy: this.#removalPolicy });
    const plan = new BackupPlan(this, 'BackupPlan', {
      backupVault: vault,
      backupPlanRules: [
        new BackupPlanRule({
          ruleName: 'daily',
          scheduleExpression: Schedule.cron({ hour: '9', minute: '0' }),
          deleteAfter: Duration.days(35),
        }),
        new BackupPlanRule({
          ruleName: 'monthly',
          scheduleExpression: Schedule.cron({ day: '1', hour: '10', minute: '0' }),
          deleteAfter: Duration.days(7 * 366),
        }),
      ],
    });
    const selection = plan.addSelection('Tables', {
      resources: [BackupResource.fromDynamoDbTable(this.records), BackupResource.fromDynamoDbTable(this.audit)],
    });
    acknowledge(selection, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]':
        'The policy AWS keeps for its backup service, on a role only that service can take.',
    });
  }
}
