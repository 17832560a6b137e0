import { SignatureV4 } from '@smithy/signature-v4';
import { env, optionalEnv } from '../config.ts';
import { documentClient } from './records.ts';

/**
 * Writing to the documents bucket. One conditional PUT is all that is needed of S3, and its SDK client would make a
 * function 130 KB larger, past what a handler may weigh; so the request is made here and signed by the SDK's own signer,
 * with the credentials, region and hash of the table's client.
 */

/** The bucket did not take an object. Only the status is kept of its answer, which may repeat the request. */
export class DocumentRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The documents bucket answered ${status}`);
    this.status = status;
  }
}

const attempts = 3;
const retryBaseMillis = 100;
const timeoutMillis = 10_000;

/**
 * Writes an object unless there is one of that key already. Safe to repeat: whoever comes second is told `exists`.
 * @param key letters, digits and `-_./` only.
 * @throws DocumentRefused when the bucket refuses; what fails before an answer (no connection, no time left) as it is.
 */
export const createDocument = async (key: string, body: string, contentType: string): Promise<'created' | 'exists'> => {
  for (let attempt = 1; ; attempt += 1) {
    const status = await putIfAbsent(key, body, contentType);
    if (status === 200) return 'created';
    if (status === 412) return 'exists';
    // 409: another conditional write of the key is under way; the next try sees what became of it.
    const mayPass = status === 409 || status === 429 || status >= 500;
    if (!mayPass || attempt === attempts) throw new DocumentRefused(status);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * retryBaseMillis * 2 ** attempt));
  }
};

const putIfAbsent = async (key: string, body: string, contentType: string): Promise<number> => {
  const { credentials, region, sha256 } = documentClient.config;
  const url = urlOf(env('DOCUMENTS_BUCKET'), key, await region());
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256, uriEscapePath: false });
  const { method, headers } = await signer.sign({
    method: 'PUT',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': contentType, 'if-none-match': '*' },
    body,
  });
  const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeoutMillis) });
  await response.body?.cancel();
  return response.status;
};

/** By path where an endpoint is given, because a local name has no subdomains; else the bucket's own host. */
const urlOf = (bucket: string, key: string, region: string): URL => {
  const endpoint = optionalEnv('AWS_ENDPOINT_URL_S3') ?? optionalEnv('AWS_ENDPOINT_URL');
  return endpoint === undefined
    ? new URL(`https://${bucket}.s3.${region}.amazonaws.com/${key}`)
    : new URL(`/${bucket}/${key}`, endpoint);
};
