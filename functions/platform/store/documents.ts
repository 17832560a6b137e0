import { givenEndpoint } from '../aws-endpoint.ts';
import { type AwsRequest, askAgain, awsFetch, ownHost } from '../aws-request.ts';
import { env } from '../config.ts';

/** Writing to the documents bucket. One conditional PUT is all that is needed of S3. */

/** The bucket did not take an object. Only the status is kept of its answer, which may repeat the request. */
export class DocumentRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The documents bucket answered ${status}`);
    this.status = status;
  }
}

const timeoutMillis = 10_000;

/**
 * Writes an object unless there is one of that key already. Safe to repeat: whoever comes second is told `exists`.
 * @param key letters, digits and `-_./` only.
 * @throws DocumentRefused when the bucket refuses; what fails before an answer (no connection, no time left) as it is.
 */
export const createDocument = async (
  key: string,
  body: AwsRequest['body'],
  contentType: string,
): Promise<'created' | 'exists'> => {
  const status = await askAgain(
    () => putIfAbsent(key, body, contentType),
    // 409: another conditional write of the key is under way; the next try sees what became of it.
    (answer) => answer === 409 || answer === 429 || answer >= 500,
  );
  if (status === 200) return 'created';
  if (status === 412) return 'exists';
  throw new DocumentRefused(status);
};

const putIfAbsent = async (key: string, body: AwsRequest['body'], contentType: string): Promise<number> => {
  const response = await awsFetch({
    service: 's3',
    method: 'PUT',
    url: await urlOf(env('DOCUMENTS_BUCKET'), key),
    headers: { 'content-type': contentType, 'if-none-match': '*' },
    body,
    timeoutMillis,
  });
  await response.body?.cancel();
  return response.status;
};

/** By path where an endpoint is given, because a local name has no subdomains; else the bucket's own host. */
const urlOf = async (bucket: string, key: string): Promise<URL> => {
  const endpoint = givenEndpoint('s3');
  return endpoint === undefined
    ? new URL(`https://${bucket}.${await ownHost('s3')}/${key}`)
    : new URL(`/${bucket}/${key}`, endpoint);
};
