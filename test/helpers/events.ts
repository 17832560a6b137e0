import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';

/** What a request to a handler says beyond its route. */
export interface EventOptions {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  /** Sent as JSON unless it is a string or bytes; of bytes nobody knows the type. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Where it comes from. @default 127.0.0.1 */
  readonly address?: string;
  /** Claims of a verified token; absent for public routes. */
  readonly claims?: Record<string, unknown>;
}

/** API Gateway hands on as text what is of these types, and as base64 everything else: forms, and what has no type. */
const isText = (type = ''): boolean =>
  /^(?:text\/.*|application\/(?:json|xml|javascript))$/.test(type.split(';', 1)[0]?.trim().toLowerCase() ?? '');

const bytesOf = (body: unknown): Buffer =>
  body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

/** An HTTP API event as API Gateway hands it to a function. */
export const httpEvent = (routeKey: string, options: EventOptions = {}): APIGatewayProxyEventV2 => {
  const [method = 'GET', path = '/'] = routeKey.split(' ');
  const body = options.body === undefined ? undefined : bytesOf(options.body);
  const headers = Object.fromEntries(
    Object.entries({
      ...(body === undefined || options.body instanceof Uint8Array ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    }).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const isBase64Encoded = body !== undefined && body.length > 0 && !isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers,
    ...(options.query === undefined ? {} : { queryStringParameters: options.query }),
    ...(options.params === undefined ? {} : { pathParameters: options.params }),
    ...(body === undefined || body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'test',
      domainPrefix: 'test',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: options.address ?? '127.0.0.1', userAgent: 'test' },
      requestId: `req-${Math.random().toString(36).slice(2)}`,
      routeKey,
      stage: '$default',
      time: '22/Nov/2026:15:00:00 +0000',
      timeEpoch: 0,
      ...(options.claims === undefined ? {} : { authorizer: { jwt: { claims: options.claims, scopes: [] } } }),
    },
  } as APIGatewayProxyEventV2;
};

/** Claims of a staff member's ID token, groups as API Gateway spells them. */
export const staffClaims = (clinicId: string, groups: readonly string[] = ['admin']): Record<string, unknown> => ({
  sub: 'staff-1',
  token_use: 'id',
  'custom:clinic': clinicId,
  'cognito:groups': `[${groups.join(' ')}]`,
});

/** Messages of a queue as SQS hands them to a function; a body that is no string is sent as JSON. */
export const sqsEvent = (...bodies: readonly unknown[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `sqs-${index}`,
    receiptHandle: 'handle',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:queue',
    awsRegion: 'us-east-1',
  })),
});

/** The context of an invocation with time enough. */
export const lambdaContext = (): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
  memoryLimitInMB: '512',
  awsRequestId: 'invocation-1',
  logGroupName: 'test',
  logStreamName: 'test',
  getRemainingTimeInMillis: () => 30_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
});
