import { SignatureV4 } from '@smithy/signature-v4';
import { regionalHost } from './aws-endpoint.ts';
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

const attempts = 3;
const retryBaseMillis = 100;

/** Asks up to three times, further apart each time, while `mayPass` says that the next answer may be another. */
export const askAgain = async <Answer>(
  ask: () => Promise<Answer>,
  mayPass: (answer: Answer) => boolean,
): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (attempt === attempts || !mayPass(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * retryBaseMillis * 2 ** attempt));
  }
};
