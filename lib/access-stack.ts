import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { staffGroups } from '../functions/platform/access.ts';
import { acknowledge } from './constructs/acknowledge.ts';
import type { House } from './house.ts';

export interface AccessStackProps extends StackProps {
  readonly house: House;
  /** Encrypts the access log. */
  readonly key: IKey;
}

/** Who may come in, and the door: the staff's user pool, the HTTP API with its authorizer, limits and access log. */
export class AccessStack extends Stack {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;
  readonly api: HttpApi;
  /** Lets staff in who carry an ID token of this pool, issued to this client. */
  readonly staff: HttpUserPoolAuthorizer;
  /** Base of patient links and of the API as the outside sees it, no trailing slash. */
  readonly publicUrl: string;

  constructor(scope: Construct, id: string, props: AccessStackProps) {
    super(scope, id, props);
    const { stage } = props.house;
    this.userPool = this.#createUserPool(props.house);
    this.client = this.userPool.addClient('Console', {
      authFlows: { userSrp: true, adminUserPassword: true, userPassword: stage.allowsPasswordSignIn },
      generateSecret: false,
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      idTokenValidity: Duration.hours(1),
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
      // The clinic of a member of staff is set by an administrator of the account and by nobody else.
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ email: true, fullname: true })
        .withCustomAttributes('clinic'),
      writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
    });
    for (const groupName of staffGroups) this.userPool.addGroup(`Group-${groupName}`, { groupName });

    this.api = new HttpApi(this, 'Api', {
      description: `Plumbline ${stage.name}`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: stage.domain !== undefined,
      ...(stage.corsOrigins.length > 0 && {
        corsPreflight: {
          allowOrigins: stage.corsOrigins,
          allowMethods: [
            CorsHttpMethod.GET,
            CorsHttpMethod.POST,
            CorsHttpMethod.PUT,
            CorsHttpMethod.PATCH,
            CorsHttpMethod.DELETE,
          ],
          allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
          exposeHeaders: ['etag', 'location'],
          maxAge: Duration.hours(1),
        },
      }),
    });
    this.#createStage(props);
    this.staff = new HttpUserPoolAuthorizer('Staff', this.userPool, {
      userPoolClients: [this.client],
      identitySource: ['$request.header.Authorization'],
    });
    const ownDomain = stage.domain && `https://${stage.domain.name}`;
    this.publicUrl = stage.publicUrl ?? ownDomain ?? this.api.apiEndpoint;

    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: this.client.userPoolClientId });
    new CfnOutput(this, 'ApiId', { value: this.api.apiId });
    new CfnOutput(this, 'PublicUrl', { value: this.publicUrl });
  }

  #createUserPool({ stage }: House): UserPool {
    const pool = new UserPool(this, 'Staff', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: stage.requiresMfa ? Mfa.REQUIRED : Mfa.OFF,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      standardAttributes: { email: { required: true, mutable: true }, fullname: { required: false, mutable: true } },
      // Never changes: who moves to another clinic gets another account, so old entries keep their meaning.
      customAttributes: { clinic: new StringAttribute({ minLen: 1, maxLen: 64, mutable: false }) },
      featurePlan: stage.protectsSignIn ? FeaturePlan.PLUS : FeaturePlan.ESSENTIALS,
      ...(stage.protectsSignIn && { standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION }),
      deletionProtection: stage.retainData,
      removalPolicy: stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(pool, {
      ...(!stage.requiresMfa && {
        'AwsSolutions-COG2':
          'Invented staff on one machine, signing in from scripts and tests; every other stage requires a code.',
      }),
      ...(!stage.protectsSignIn && {
        'AwsSolutions-COG8': 'No real staff sign in here; the paid plan is for the stage that holds patients.',
      }),
    });
    return pool;
  }

  #createStage({ house: { stage }, key }: AccessStackProps): void {
    const log = new LogGroup(this, 'AccessLog', {
      encryptionKey: key,
      retention: stage.logRetentionDays,
      removalPolicy: stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const httpStage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.requestsPerSecond, burstLimit: stage.throttle.burst },
      detailedMetricsEnabled: true,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
    });
    if (!stage.domain) return;
    const domain = new DomainName(this, 'Domain', {
      domainName: stage.domain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', stage.domain.certificateArn),
    });
    new ApiMapping(this, 'Mapping', { api: this.api, domainName: domain, stage: httpStage });
    // Whoever runs the clinic's DNS points the name at this.
    new CfnOutput(this, 'DomainTarget', { value: domain.regionalDomainName });
  }
}

/**
 * The route, never the path: a path holds a patient's link token or id. No address of the caller either, which would tie a
 * household to a visit. Staff are named by their id.
 */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTimeEpoch',
    route: '$context.routeKey',
    status: '$context.status',
    staffId: '$context.authorizer.claims.sub',
    authorizerError: '$context.authorizer.error',
    integrationError: '$context.integrationErrorMessage',
    latencyMillis: '$context.responseLatency',
    responseBytes: '$context.responseLength',
  }),
);
