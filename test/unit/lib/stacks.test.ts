import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { routeKeyOf } from '../../../functions/platform/http/contract.ts';
import { metricNames, metricNamespace } from '../../../functions/platform/metric-names.ts';
import { runbookAnchors } from '../../../lib/constructs/runbook-alarm.ts';
import { areaOf, functions, routesByFunction } from '../../../lib/functions.ts';
import { findHandlers } from '../../../lib/handlers.ts';
import { readWithImports } from './imports.ts';
import { type Resource, type Synthesized, synthesize } from './synth.ts';

const root = join(import.meta.dirname, '../../..');
const prod = synthesize({ stage: 'prod' });
const local = synthesize({ stage: 'local', smsEndpoint: 'http://127.0.0.1:8701', publicUrl: 'http://127.0.0.1:8700' });

/** Asks for everything that costs money. */
const staging = synthesize({
  stage: 'staging',
  stages: {
    staging: {
      sms: {
        usesConfigurationSet: true,
        numbers: [
          {
            name: 'main',
            type: 'TEN_DLC',
            helpMessage: 'Riverside Spine: call (503) 555-0100.',
            stopMessage: 'You get no more texts.',
            sendsPictures: true,
          },
        ],
        usesPool: true,
        registrations: ['US_TEN_DLC_BRAND_REGISTRATION'],
      },
    },
  },
});

/** What a schedule starts, and every how many minutes. */
const sweeps = Object.entries(functions).flatMap(([name, { trigger }]) =>
  trigger.kind === 'schedule' ? [[name, trigger.everyMinutes ?? 1] as const] : [],
);

/** As EventBridge Scheduler writes it. */
const rateOf = (minutes: number): string =>
  minutes === 1 ? 'rate(1 minute)' : minutes === 60 ? 'rate(1 hour)' : `rate(${minutes} minutes)`;

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const named = ({ stack, logicalId }: Resource): string => `${stack}/${logicalId}`;

describe('rules', () => {
  const findingsOf = ({ app }: Synthesized): readonly string[] =>
    [new AwsSolutionsChecks(), new HIPAASecurityChecks()].flatMap((pack) =>
      pack
        .validateScope(app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
        ),
    );

  test.each([
    ['local', local],
    ['staging', staging],
    ['prod', prod],
  ])('stage %s has no finding of AwsSolutions and HIPAA.Security without a reason', (_, stage) => {
    expect(findingsOf(stage)).toEqual([]);
  });

  test('a resource that breaks a rule is found', () => {
    const { observe } = local.plumbline;
    new Bucket(observe, 'Open');
    const findings = findingsOf(local);
    observe.node.tryRemoveChild('Open');
    expect(findings).toContain('AwsSolutions-S10 at plumbline-local-observe/Open/Resource');
  });
});

describe('records', () => {
  const tables = prod.ofType('AWS::DynamoDB::Table');

  test('both tables are encrypted with our key, restorable to any second of 35 days, protected and kept', () => {
    expect(tables).toHaveLength(2);
    for (const table of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
          StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        },
      });
    }
  });

  test('the records table has exactly the indexes due, lookup and search, and lets technical items expire', () => {
    const [records] = tables.filter(({ logicalId }) => logicalId.startsWith('Records'));
    const key = (name: string) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: `${name}Pk`, KeyType: 'HASH' },
        { AttributeName: `${name}Sk`, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    });
    expect(records?.Properties.GlobalSecondaryIndexes).toEqual([key('due'), key('lookup'), key('search')]);
    expect(records?.Properties.TimeToLiveSpecification).toEqual({
      AttributeName: 'expiresAtEpochSeconds',
      Enabled: true,
    });
  });

  test('the audit table never expires an entry', () => {
    const [audit] = tables.filter(({ logicalId }) => logicalId.startsWith('Audit'));
    expect(audit?.Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('both tables are backed up every month for seven years', () => {
    const [selection] = prod.ofType('AWS::Backup::BackupSelection');
    for (const table of tables) expect(text(selection)).toContain(table.logicalId);
    expect(text(prod.ofType('AWS::Backup::BackupPlan'))).toContain(`"DeleteAfterDays":${7 * 366}`);
  });

  test('every key that encrypts rotates', () => {
    const encrypting = prod.ofType('AWS::KMS::Key').filter(({ Properties }) => Properties.KeyUsage === undefined);
    expect(encrypting.length).toBeGreaterThan(1);
    for (const key of encrypting) expect(key.Properties.EnableKeyRotation, named(key)).toBe(true);
  });

  test('one-time codes are made by a key of their own, and by no function but those that send and compare them', () => {
    const [key, ...others] = prod.ofType('AWS::KMS::Key').filter(({ Properties }) => Properties.KeyUsage !== undefined);
    expect(others).toEqual([]);
    expect(key?.Properties).toMatchObject({ KeyUsage: 'GENERATE_VERIFY_MAC', KeySpec: 'HMAC_256' });
    const makers = prod
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => text(Properties.Environment).includes('CODE_KEY_ARN'))
      .map(({ logicalId }) => logicalId.replace(/Function.*$/, ''));
    expect(makers.toSorted()).toEqual(['messagingsend', 'schedulingpublic']);
    const grants = prod.ofType('AWS::IAM::Policy').filter((policy) => text(policy).includes('kms:GenerateMac'));
    expect(grants).toHaveLength(makers.length);
  });

  test('the inbox alone reads who of the staff may sign in, and can do nothing else with the pool', () => {
    const readers = prod
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => text(Properties.Environment).includes('USER_POOL_ID'))
      .map(({ logicalId }) => logicalId.replace(/Function.*$/, ''));
    expect(readers).toEqual(['messaginginboxhttp']);
    const grants = prod
      .ofType('AWS::IAM::Policy')
      .map((policy) => text(policy))
      .filter((policy) => policy.includes('cognito-idp:'));
    expect(grants).toHaveLength(1);
    expect(grants[0]?.match(/cognito-idp:\w+/g)).toEqual(['cognito-idp:ListUsersInGroup']);
  });

  test('every bucket is versioned, closed to the public and speaks TLS only', () => {
    const policies = prod.ofType('AWS::S3::BucketPolicy');
    for (const bucket of prod.ofType('AWS::S3::Bucket')) {
      expect(bucket.Properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
      const policy = policies.find(({ Properties }) => text(Properties.Bucket).includes(bucket.logicalId));
      expect(text(policy), named(bucket)).toContain('"aws:SecureTransport":"false"');
    }
  });

  test('documents are encrypted with our key', () => {
    const [documents] = prod.ofType('AWS::S3::Bucket').filter(({ Properties }) => 'LoggingConfiguration' in Properties);
    expect(text(documents?.Properties.BucketEncryption)).toContain('"SSEAlgorithm":"aws:kms"');
  });

  test('stage local can be thrown away', () => {
    for (const table of local.ofType('AWS::DynamoDB::Table')) {
      expect(table).toMatchObject({ DeletionPolicy: 'Delete', Properties: { DeletionProtectionEnabled: false } });
    }
  });
});

describe('access', () => {
  const [pool] = prod.ofType('AWS::Cognito::UserPool');
  const [client] = prod.ofType('AWS::Cognito::UserPoolClient');

  test('nobody signs up alone, passwords are long, a code is required', () => {
    expect(pool?.Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      DeletionProtection: 'ACTIVE',
      UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
    });
    expect(text(pool?.Properties.Policies)).toContain('"MinimumLength":12');
  });

  test('the console can read the clinic of its user and can not write it', () => {
    expect(client?.Properties.ReadAttributes).toContain('custom:clinic');
    expect(client?.Properties.WriteAttributes).toEqual(['name']);
  });

  test('a password travels in the clear only to the local engine', () => {
    expect(client?.Properties.ExplicitAuthFlows).not.toContain('ALLOW_USER_PASSWORD_AUTH');
    expect(text(local.ofType('AWS::Cognito::UserPoolClient'))).toContain('ALLOW_USER_PASSWORD_AUTH');
  });

  test('the five groups of staff exist', () => {
    const groups = prod.ofType('AWS::Cognito::UserPoolGroup').map(({ Properties }) => Properties.GroupName);
    expect(groups.toSorted()).toEqual(['admin', 'biller', 'clinician', 'frontdesk', 'messaging_owner']);
  });

  test('the authorizer takes tokens of our pool for our client from the Authorization header', () => {
    const [authorizer, ...others] = prod.ofType('AWS::ApiGatewayV2::Authorizer');
    expect(others).toEqual([]);
    expect(authorizer?.Properties).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: [{ Ref: client?.logicalId }] },
    });
    expect(text(authorizer?.Properties.JwtConfiguration)).toContain(pool?.logicalId);
  });

  test('the API is throttled, and its access log knows routes but neither paths nor callers', () => {
    const [stage] = prod.ofType('AWS::ApiGatewayV2::Stage');
    expect(stage?.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 200,
      ThrottlingBurstLimit: 400,
    });
    const format = text(stage?.Properties.AccessLogSettings);
    expect(format).toContain('$context.routeKey');
    expect(format).not.toMatch(/\$context\.(path|identity|protocol)|querystring/i);
  });
});

describe('API', () => {
  const routes = prod.ofType('AWS::ApiGatewayV2::Route');
  const wanted = [...routesByFunction.values()].flat();

  test('the routes are those of the contracts, and one that answers what none of them names', () => {
    expect(routes.map(({ Properties }) => Properties.RouteKey).toSorted()).toEqual(
      ['$default', ...wanted.map(routeKeyOf)].toSorted(),
    );
  });

  // Addresses are kept by others: by proxies, browsers and traces. What tells of a person goes in the body.
  test('no address holds a name, a number or words', () => {
    const of = {
      things: 'slug token file template language provider type queue tag',
      times: 'from to date zone timeFrom timeTo weekdays',
      lists: 'cursor limit order by status',
      visits: 'state patientState modality done',
    };
    const allowed = new Set(Object.values(of).flatMap((names) => names.split(' ')));
    const named = wanted.flatMap(({ path, ...route }) => [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
      ...Object.keys('query' in route ? route.query.shape : {}),
    ]);
    expect([...new Set(named.filter((name) => !allowed.has(name) && !name.endsWith('Id')))].toSorted()).toEqual([]);
  });

  test('every area has routes', () => {
    for (const [name, list] of routesByFunction) expect(list.length, name).toBeGreaterThan(0);
  });

  test.each(wanted.map((route) => [routeKeyOf(route), route.access]))('%s asks for %s', (key, access) => {
    const route = routes.find(({ Properties }) => Properties.RouteKey === key);
    if (access === 'public' || access === 'link') {
      expect(route?.Properties.AuthorizationType).toBe('NONE');
      expect(route?.Properties).not.toHaveProperty('AuthorizerId');
    } else {
      expect(route?.Properties.AuthorizationType).toBe('JWT');
      expect(route?.Properties).toHaveProperty('AuthorizerId');
    }
  });

  test('in prod a new version takes a tenth of the requests first and is rolled back by its error alarm', () => {
    const deployments = prod.ofType('AWS::CodeDeploy::DeploymentGroup');
    expect(deployments).toHaveLength(routesByFunction.size);
    for (const deployment of deployments) {
      expect(deployment.Properties.DeploymentConfigName).toBe('CodeDeployDefault.LambdaCanary10Percent5Minutes');
      expect(text(deployment.Properties.AlarmConfiguration)).toContain('Errors');
    }
  });
});

describe('queues and streams', () => {
  const queues = prod.ofType('AWS::SQS::Queue');
  const mappings = prod.ofType('AWS::Lambda::EventSourceMapping');
  const isStream = ({ Properties }: Resource): boolean => text(Properties.EventSourceArn).includes('StreamArn');
  const alarms = text(prod.ofType('AWS::CloudWatch::Alarm'));
  const targets = queues.map(({ Properties }) => text(Properties.RedrivePolicy));
  const isSetAside = ({ logicalId }: Resource): boolean => /DeadLetters|OnFailure|FailedSweeps/.test(logicalId);

  test('every work queue has a dead-letter queue and waits six times its consumer', () => {
    const working = queues.filter((queue) => !isSetAside(queue));
    expect(working).toHaveLength(4);
    for (const queue of working) {
      const { trigger, timeoutSeconds } = consumerOf(queue);
      expect(trigger.kind).toBe('queue');
      expect(queue.Properties.VisibilityTimeout, named(queue)).toBe(timeoutSeconds * 6);
      expect(text(queue.Properties.RedrivePolicy), named(queue)).toContain('DeadLetters');
    }
    expect(targets.filter((target) => target !== text(undefined) && target !== '')).toHaveLength(4);
  });

  test('everything set aside rings an alarm and is kept for two weeks', () => {
    const setAside = queues.filter(isSetAside);
    expect(setAside).toHaveLength(4 + 1 + 2);
    for (const queue of setAside) {
      expect(alarms, named(queue)).toContain(`"Fn::GetAtt":["${queue.logicalId}","QueueName"]`);
      expect(queue.Properties.MessageRetentionPeriod, named(queue)).toBe(14 * 24 * 3600);
    }
  });

  test('every queue is encrypted with our key and speaks TLS only', () => {
    const policies = prod.ofType('AWS::SQS::QueuePolicy').map(text);
    for (const queue of queues) {
      expect(queue.Properties, named(queue)).toHaveProperty('KmsMasterKeyId');
      const own = policies.find((policy) => policy.includes(`"Queues":[{"Ref":"${queue.logicalId}"}]`));
      expect(own, named(queue)).toContain('"aws:SecureTransport":"false"');
    }
  });

  test('every queue consumer hands back only what failed; no stream reader does', () => {
    expect(mappings).toHaveLength(4 + 2);
    for (const mapping of mappings) {
      const expected = isStream(mapping) ? undefined : ['ReportBatchItemFailures'];
      expect(mapping.Properties.FunctionResponseTypes, named(mapping)).toEqual(expected);
    }
  });

  test('stream readers halve, retry within bounds, give up to a queue, and skip technical items', () => {
    for (const mapping of mappings.filter(isStream)) {
      expect(mapping.Properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        MaximumRecordAgeInSeconds: 6 * 3600,
        MaximumRetryAttempts: 200,
        StartingPosition: 'TRIM_HORIZON',
      });
      expect(text(mapping.Properties.DestinationConfig)).toContain('OnFailure');
    }
    const patterns = text(mappings.filter(isStream).map(({ Properties }) => Properties.FilterCriteria));
    expect(
      JSON.parse(JSON.parse(`"${/"Pattern":"((?:[^"\\]|\\.)*anything-but(?:[^"\\]|\\.)*)"/.exec(patterns)?.[1]}"`)),
    ).toEqual({
      dynamodb: {
        NewImage: {
          entity: {
            S: [
              {
                'anything-but': [
                  'Attendance',
                  'CalendarLink',
                  'Directory',
                  'FiguresDay',
                  'FiguresExport',
                  'Hold',
                  'HoursMark',
                  'Idempotency',
                  'LimitCounter',
                  'LinkToken',
                  'PhoneCode',
                  'ThreadEntry',
                ],
              },
            ],
          },
        },
      },
    });
  });

  test('a stream has at most two readers', () => {
    expect(mappings.filter(isStream)).toHaveLength(2);
  });

  test.each(sweeps)(
    'the sweep %s starts every %i minutes with its own time, and a failed one is set aside',
    (name, minutes) => {
      const schedules = prod
        .ofType('AWS::Scheduler::Schedule')
        .filter(({ Properties }) => Properties.Description === `Starts ${name}`);
      expect(schedules).toHaveLength(1);
      for (const { Properties } of schedules) {
        expect(Properties).toMatchObject({
          ScheduleExpression: rateOf(minutes),
          State: 'ENABLED',
          Target: {
            Input: '{"time":"<aws.scheduler.scheduled-time>"}',
            RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 },
          },
        });
        expect(text(Properties.Target)).toContain('FailedSweeps');
      }
    },
  );

  test('nothing but the sweeps is started by a schedule or has a dead-letter queue of its own', () => {
    expect(prod.ofType('AWS::Scheduler::Schedule')).toHaveLength(sweeps.length);
    const swept = prod.ofType('AWS::Lambda::Function').filter(({ Properties }) => 'DeadLetterConfig' in Properties);
    expect(swept).toHaveLength(sweeps.length);
  });

  test('replies and receipts reach their queues from their topics, which only AWS messaging may write to', () => {
    const subscriptions = prod
      .ofType('AWS::SNS::Subscription')
      .filter(({ Properties }) => Properties.Protocol === 'sqs');
    const pairs = subscriptions.map(({ Properties }) => `${text(Properties.TopicArn)} ${text(Properties.Endpoint)}`);
    expect(pairs.toSorted()).toEqual([
      expect.stringMatching(/DeliveryEvents.*receiptsQueue/),
      expect.stringMatching(/InboundTexts.*receiveQueue/),
    ]);
    const policies = prod.ofType('AWS::SNS::TopicPolicy').filter(({ stack }) => stack === 'messaging');
    expect(policies).toHaveLength(2);
    for (const policy of policies) {
      expect(text(policy)).toContain('sms-voice.amazonaws.com');
      expect(text(policy)).toContain('aws:SourceAccount');
    }
  });
});

const consumerOf = (queue: Resource) => {
  const entry = Object.values(functions).find(
    ({ trigger }) =>
      trigger.kind === 'queue' && queue.logicalId.startsWith(`${trigger.queue.replaceAll('-', '')}Queue`),
  );
  if (!entry) throw new Error(`No consumer of ${queue.logicalId}`);
  return entry;
};

describe('texts', () => {
  const costly = ['PhoneNumber', 'Pool', 'Registration', 'OptOutList'].map((kind) => `AWS::SMSVOICE::${kind}`);

  test.each([
    ['local', local],
    ['prod', prod],
  ])('stage %s orders no number, pool or registration by itself', (_, { resources }) => {
    expect(resources.filter(({ Type }) => costly.includes(Type))).toEqual([]);
  });

  test('numbers, pool and registrations appear when the stage asks, two-way and with our own opt-outs', () => {
    const kinds = staging.resources.map(({ Type }) => Type).filter((type) => costly.includes(type));
    expect(kinds.toSorted()).toEqual(costly.toSorted());
    const [ordered] = staging.ofType('AWS::SMSVOICE::PhoneNumber');
    expect(ordered?.Properties).toMatchObject({
      NumberCapabilities: ['MMS', 'SMS'],
      SelfManagedOptOutsEnabled: true,
      TwoWay: { Enabled: true },
    });
  });

  test('receipts of every kind go to the topic of delivery events, without message feedback', () => {
    const [set] = prod.ofType('AWS::SMSVOICE::ConfigurationSet');
    expect(set?.Properties).toMatchObject({
      MessageFeedbackEnabled: false,
      EventDestinations: [{ Enabled: true, MatchingEventTypes: ['MEDIA_ALL', 'TEXT_ALL'] }],
    });
  });

  test('only the senders are pointed at the carrier simulator, and only locally', () => {
    const pointed = (resources: readonly Resource[]) =>
      resources.filter((resource) => text(resource).includes('AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2')).map(named);
    expect(pointed(prod.resources)).toEqual([]);
    expect(pointed(local.resources)).toEqual([
      expect.stringContaining('messagingsendFunction'),
      expect.stringContaining('messagingsendbulkFunction'),
    ]);
  });
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

describe('least privilege', () => {
  const isStatement = (value: unknown): value is Statement =>
    typeof value === 'object' && value !== null && 'Effect' in value && 'Action' in value && 'Resource' in value;
  const statements = prod.ofType('AWS::IAM::Policy').flatMap((policy) => {
    const document = policy.Properties.PolicyDocument;
    const list = typeof document === 'object' && document !== null && 'Statement' in document ? document.Statement : [];
    return (Array.isArray(list) ? list : []).filter(isStatement).map((statement) => ({ at: named(policy), statement }));
  });
  const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();
  const allowed = statements.filter(({ statement }) => statement.Effect === 'Allow');
  const of = (name: string) => statements.filter(({ at }) => at.includes(name.replaceAll('-', '')));
  const actionsOfFunction = (name: string, prefix: string): readonly string[] =>
    of(name)
      .filter(({ statement }) => statement.Effect === 'Allow')
      .flatMap(({ statement }) => actionsOf(statement))
      .filter((action) => action.startsWith(prefix));

  test('policies are found at all', () => {
    expect(allowed.length).toBeGreaterThan(40);
  });

  test('no policy allows an action with a wildcard', () => {
    const wild = allowed.flatMap(({ at, statement }) =>
      actionsOf(statement)
        .filter((a) => a.includes('*'))
        .map((a) => `${at} ${a}`),
    );
    expect(wild).toEqual([]);
  });

  test('nothing may scan, delete or bypass the API of the tables', () => {
    const forbidden = /^dynamodb:(Scan|DeleteItem|BatchWriteItem|PartiQL|ExecuteStatement|DeleteTable|UpdateTable)/;
    const found = allowed.flatMap(({ at, statement }) =>
      actionsOf(statement)
        .filter((a) => forbidden.test(a))
        .map((a) => `${at} ${a}`),
    );
    expect(found).toEqual([]);
  });

  test('wildcard resources are these and no others', () => {
    const resources = allowed.flatMap(({ statement }) =>
      [statement.Resource]
        .flat()
        .map((resource) => ({ resource: text(resource), actions: actionsOf(statement).join() })),
    );
    const wild = resources.filter(({ resource }) => resource.includes('*'));
    const accepted: readonly [RegExp, RegExp][] = [
      [/^xray:PutTelemetryRecords,xray:PutTraceSegments$|^xray:PutTraceSegments,xray:PutTelemetryRecords$/, /^"\*"$/],
      [/^sms-voice:SendMediaMessage,sms-voice:SendTextMessage$/, /:(phone-number|pool)\/\*/],
      [/^s3:GetObject,s3:PutObject$/, /Documents.*(charges|figures|pictures)\/\*/],
      [/^s3:GetObject$/, /Documents.*pictures\/\*/],
      [/^lambda:InvokeFunction$/, new RegExp(`(${sweeps.map(([name]) => name.replaceAll('-', '')).join('|')}).*:\\*`)],
    ];
    const unexpected = wild.filter(
      ({ actions, resource }) => !accepted.some(([a, r]) => a.test(actions) && r.test(resource)),
    );
    expect(unexpected).toEqual([]);
    expect(wild.length).toBeGreaterThan(0);
  });

  test('the audit log can be appended to and read, and is denied every change by its only writer', () => {
    expect(actionsOfFunction('audit-append', 'dynamodb:').toSorted()).toEqual([
      'dynamodb:ConditionCheckItem',
      'dynamodb:DescribeStream',
      'dynamodb:GetItem',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:PutItem',
      'dynamodb:Query',
    ]);
    const [denial] = of('audit-append').filter(({ statement }) => statement.Effect === 'Deny');
    for (const action of ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete']) {
      expect(denial && actionsOf(denial.statement)).toContain(`dynamodb:${action}`);
    }
    expect(text(denial?.statement.Resource)).toContain('Audit');
  });

  test('nobody else touches the audit table', () => {
    const touching = allowed.filter(({ statement }) =>
      /:ExportsOutput(FnGetAtt|Ref)Audit/.test(text(statement.Resource)),
    );
    expect(touching.every(({ at }) => at.includes('auditappend'))).toBe(true);
    expect(touching.length).toBeGreaterThan(0);
  });

  test.each(['platform-http', 'billing-http', 'scheduling-feed'])('%s reads records and writes none', (name) => {
    expect(new Set(actionsOfFunction(name, 'dynamodb:'))).toEqual(
      new Set(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query']),
    );
  });

  test('pictures are written by the office and read by the senders, who have them sent', () => {
    const touching = allowed.filter(({ statement }) => text(statement.Resource).includes('pictures/'));
    expect(touching.map(({ at, statement }) => [at.split('Role')[0], actionsOf(statement).join()]).toSorted()).toEqual([
      [expect.stringContaining('messagingofficehttp'), 's3:GetObject,s3:PutObject'],
      [expect.stringContaining('messagingsend'), 's3:GetObject'],
      [expect.stringContaining('messagingsendbulk'), 's3:GetObject'],
    ]);
  });

  test('only the senders may send texts', () => {
    const senders = allowed.filter(({ statement }) =>
      actionsOf(statement).some((action) => action.startsWith('sms-voice:')),
    );
    expect(senders.map(({ at }) => at)).toEqual([
      expect.stringContaining('messagingsend'),
      expect.stringContaining('messagingsendbulk'),
    ]);
  });
});

describe('functions', () => {
  const lambdas = prod.ofType('AWS::Lambda::Function');

  test('every entry of the table is one function, on Node 24, arm64, traced, with its area as service', () => {
    expect(lambdas).toHaveLength(Object.keys(functions).length);
    for (const lambda of lambdas) {
      expect(lambda.Properties, named(lambda)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        Environment: { Variables: { PLUMBLINE_STAGE: 'prod', POWERTOOLS_METRICS_NAMESPACE: 'Plumbline' } },
      });
    }
  });

  test('every entry has its file, and every handler file its entry', async () => {
    const files = (await findHandlers(root)).map(({ name }) => name);
    expect(files.toSorted()).toEqual(Object.keys(functions).toSorted());
  });

  // One shares the table module with the others and never touches that table itself; the other is never handed a code to send.
  const namedInVain = ['audit-append: RECORDS_TABLE', 'messaging-send-bulk: CODE_KEY_ARN'];

  test('the code of every function finds each environment variable it names', async () => {
    const missing = (await findHandlers(root)).flatMap(({ name, file }) => {
      const lambda = lambdas.find(({ logicalId }) => logicalId.startsWith(`${name.replaceAll('-', '')}Function`));
      const variables = text(lambda?.Properties.Environment);
      const names = readWithImports(join(root, file)).flatMap((source) =>
        [...source.matchAll(/\benv\('(\w+)'\)/g)].map(([, variable]) => variable),
      );
      return [...new Set(names)]
        .filter((variable) => !variables.includes(`"${variable}":`))
        .map((variable) => `${name}: ${variable}`);
    });
    expect(missing).toEqual(namedInVain);
  });

  test('every log is encrypted and kept for six years', () => {
    const logs = prod.ofType('AWS::Logs::LogGroup');
    expect(logs).toHaveLength(lambdas.length + 1);
    for (const log of logs) {
      expect(log.Properties, named(log)).toHaveProperty('KmsKeyId');
      expect(log.Properties.RetentionInDays, named(log)).toBe(2192);
    }
    for (const { Properties } of lambdas) expect(text(Properties.LoggingConfig)).toContain('"LogGroup":{"Ref"');
  });

  test('nothing has a name of its own, so that two stages fit in one account', () => {
    const nameKeys = [
      'TableName',
      'BucketName',
      'FunctionName',
      'QueueName',
      'TopicName',
      'LogGroupName',
      'RoleName',
      'AlarmName',
      'UserPoolName',
      'DashboardName',
    ];
    const own: Readonly<Record<string, string>> = {
      'AWS::DynamoDB::Table': 'TableName',
      'AWS::S3::Bucket': 'BucketName',
      'AWS::Lambda::Function': 'FunctionName',
      'AWS::SQS::Queue': 'QueueName',
      'AWS::SNS::Topic': 'TopicName',
      'AWS::Logs::LogGroup': 'LogGroupName',
      'AWS::IAM::Role': 'RoleName',
      'AWS::CloudWatch::Alarm': 'AlarmName',
      'AWS::Cognito::UserPool': 'UserPoolName',
      'AWS::CloudWatch::Dashboard': 'DashboardName',
    };
    expect(new Set(nameKeys)).toEqual(new Set(Object.values(own)));
    const namedResources = prod.resources.filter(
      ({ Type, Properties }) => own[Type] !== undefined && own[Type] in Properties,
    );
    expect(namedResources.map(named)).toEqual([]);
  });
});

describe('observation', () => {
  const alarms = prod.ofType('AWS::CloudWatch::Alarm');
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const headings = new Set(
    [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .trim()
        .replaceAll(/\s+/g, '-'),
    ),
  );
  const anchorOf = (alarm: Resource): string =>
    /docs\/runbook\.md#([a-z-]+)$/.exec(String(alarm.Properties.AlarmDescription))?.[1] ?? '';

  test('every alarm tells somebody and names a section of the runbook that exists', () => {
    expect(alarms.length).toBeGreaterThan(30);
    for (const alarm of alarms) {
      expect(alarm.Properties.AlarmActions, named(alarm)).toHaveLength(1);
      expect(headings, named(alarm)).toContain(anchorOf(alarm));
    }
  });

  test('every section of the runbook that alarms may name is named by one', () => {
    expect(new Set(alarms.map(anchorOf))).toEqual(new Set(runbookAnchors));
  });

  test('every function has an alarm on errors and one on throttles', () => {
    for (const metric of ['Errors', 'Throttles']) {
      const watched = alarms.filter(({ Properties }) => Properties.MetricName === metric);
      expect(watched, metric).toHaveLength(Object.keys(functions).length);
    }
  });

  test('a red flag that waits fifteen minutes, a text or a freed time ten minutes late and a silent sweep ring', () => {
    const byMetric = (metric: string) => alarms.filter(({ Properties }) => Properties.MetricName === metric);
    expect(byMetric(metricNames.redFlagsWaiting)).toMatchObject([
      { Properties: { Threshold: 1, EvaluationPeriods: 15, Period: 60, Statistic: 'Minimum' } },
    ]);
    expect(byMetric(metricNames.oldestDueSeconds)).toMatchObject([
      { Properties: { Threshold: 600 } },
      { Properties: { Threshold: 600 } },
      { Properties: { Threshold: 600 } },
    ]);
    const silent = { Properties: { TreatMissingData: 'breaching', ComparisonOperator: 'LessThanThreshold' } };
    expect(byMetric('Invocations')).toMatchObject(sweeps.map(() => silent));
  });

  test('every metric of ours that is watched is emitted by a function of that area', async () => {
    const emitted = (await findHandlers(root)).flatMap(({ name, file }) => {
      const sources = readWithImports(join(root, file));
      return Object.entries(metricNames)
        .filter(([key]) => sources.some((source) => source.includes(`metricNames.${key}`)))
        .map(([, metric]) => `${metric} of ${areaOf(name)}`);
    });
    const alarmed = alarms
      .filter(({ Properties }) => Properties.Namespace === metricNamespace)
      .map(
        ({ Properties }) => `${Properties.MetricName} of ${/"Value":"(\w+)"/.exec(text(Properties.Dimensions))?.[1]}`,
      );
    const shown = text(prod.ofType('AWS::CloudWatch::Dashboard'))
      .replaceAll('\\', '')
      .matchAll(new RegExp(`"${metricNamespace}","(\\w+)","service","(\\w+)"`, 'g'));
    const watched = new Set([...alarmed, ...[...shown].map(([, metric, service]) => `${metric} of ${service}`)]);
    expect(watched.size).toBeGreaterThan(10);
    expect([...watched].filter((metric) => !emitted.includes(metric))).toEqual([]);
  });

  test('the dashboard shows what an administrator looks for first', () => {
    const [dashboard, ...others] = prod.ofType('AWS::CloudWatch::Dashboard');
    expect(others).toEqual([]);
    const body = text(dashboard?.Properties.DashboardBody);
    const {
      appointmentsBooked,
      textsAccepted,
      textsDelivered,
      textsFailed,
      optOuts,
      oldestDueSeconds,
      redFlagsWaiting,
    } = metricNames;
    for (const metric of [
      appointmentsBooked,
      textsAccepted,
      textsDelivered,
      textsFailed,
      optOuts,
      oldestDueSeconds,
      redFlagsWaiting,
    ]) {
      expect(body).toContain(metric);
    }
    for (const shown of ['IteratorAge', 'ApproximateNumberOfMessagesVisible', 'Errors', 'p95'])
      expect(body).toContain(shown);
  });
});
