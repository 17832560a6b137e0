import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { givenEndpoint, regionalHost } from './aws-endpoint.ts';
import { documentClient } from './store/records.ts';

/**
 * Requests to AWS services of which one operation is needed. An SDK client weighs 20 to 130 KB, and a handler may not
 * weigh much more than it does; so the request is made here and signed by the SDK's own signer, with the credentials,
 * region and hash of the table's client.
 */

export interface AwsRequest {
  /** As the signature names it. */
  readonly service: 'cognito-idp' | 'kms' | 's3' | 'ses' | 'sqs';
  readonly method: 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMillis: number;
}

/** Signs a request and sends it once. @throws what `fetch` does when there is no answer */
export const awsFetch = async ({
  service,
  method,
  url,
  headers: own,
  body,
  timeoutMillis,
}: AwsRequest): Promise<Response> => {
  const { credentials, region, sha256 } = documentClient.config;
  const signer = new SignatureV4({ service, region, credentials, sha256, uriEscapePath: false });
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { ...own, host: url.host },
    body,
  });
  return fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeoutMillis) });
};

/** The host name of a service in the region of the table's client. */
export const ownHost = async (service: AwsRequest['service']): Promise<string> =>
  regionalHost(service, await documentClient.config.region());

/** The services that are asked in JSON, as the signature names them: what the SDK calls them in the environment, and their JSON. */
const jsonServices = {
  'cognito-idp': { endpointName: 'cognito_identity_provider', version: '1.1' },
  kms: { endpointName: 'kms', version: '1.1' },
  sqs: { endpointName: 'sqs', version: '1.0' },
} as const;

export type JsonService = keyof typeof jsonServices;

export interface JsonAnswer {
  readonly status: number;
  /** The error's name; `Unknown` where the answer has none. */
  readonly code: string;
  readonly body: unknown;
  /** Whether the same request may be answered otherwise later. */
  readonly mayPass: boolean;
}

/** A service did not do what it was asked. Nothing is kept of its answer but the status and the code: the rest may repeat the request. */
export class AwsRefused extends Error {
  readonly service: JsonService;
  readonly status: number;
  readonly code: string;

  constructor(service: JsonService, { status, code }: Pick<JsonAnswer, 'status' | 'code'>) {
    super(`${service} answered ${status} ${code}`);
    this.service = service;
    this.status = status;
    this.code = code;
  }
}

const jsonTimeoutMillis = 3_000;
const named = z.object({ __type: z.string() });
/** Some of it is told with a 400: too many requests, and a key that is being fetched. */
const passing = /Throttl|TooManyRequests|SlowDown|LimitExceeded|DependencyTimeout|KeyUnavailable|KMSInternal/;

/** Asks a service once. @param operation `<the service's own name>.<operation>` @throws what `fetch` does when there is no answer */
export const askJson = async (service: JsonService, operation: string, input: object): Promise<JsonAnswer> => {
  const { endpointName, version } = jsonServices[service];
  const response = await awsFetch({
    service,
    method: 'POST',
    url: new URL('/', givenEndpoint(endpointName) ?? `https://${await ownHost(service)}`),
    headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': operation },
    body: JSON.stringify(input),
    timeoutMillis: jsonTimeoutMillis,
  });
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const code = named.safeParse(body).data?.__type.split('#').at(-1) ?? 'Unknown';
  const mayPass = status === 429 || status >= 500 || (status !== 200 && passing.test(code));
  return { status, code, body, mayPass };
};

/**
 * Asks a service until it answers, for what may be asked twice.
 * @throws AwsRefused when it refuses; what `fetch` throws when no answer comes
 */
export const askJsonAgain = async (service: JsonService, operation: string, input: object): Promise<unknown> => {
  const answer = await askAgain(
    () => askJson(service, operation, input),
    ({ mayPass }) => mayPass,
  );
  if (answer.status !== 200) throw new AwsRefused(service, answer);
  return answer.body;
};

const attempts = 3;
const retryBaseMillis = 100;

/**
 * Asks up to three times, further apart each time, while `mayPass` says that the next answer may be another, or the connection
 * was gone: one that was kept while the function was frozen may be. A wait that was too long is not begun again.
 */
export const askAgain = async <Answer>(
  ask: () => Promise<Answer>,
  mayPass: (answer: Answer) => boolean,
): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === attempts;
    try {
      const answer = await ask();
      if (isLast || !mayPass(answer)) return answer;
    } catch (error) {
      // `fetch` tells of the connection by a TypeError, and of the time by another.
      if (isLast || !(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * retryBaseMillis * 2 ** attempt));
  }
};
