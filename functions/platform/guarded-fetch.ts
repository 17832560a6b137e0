import { lookup as resolveName } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isLoopback, isPublicAddress, mayVisit } from './public-address.ts';

/**
 * Reading from an address that a person typed. The address may name anything the function can reach (its own metadata service, say),
 * so it is HTTPS on its usual port only, and its host is resolved here once, every address found is judged, and the connection is made
 * to a judged one: no second resolution can give another. Each redirect is judged anew. Size and time are limited.
 */

export type FetchFault =
  /** Not https, another port, a name or password in it, or a host that is not on the public internet. */
  | 'address-refused'
  | 'unreachable'
  | 'timed-out'
  | 'too-many-redirects'
  | 'too-large'
  /** 401 and 403. */
  | 'not-allowed'
  /** 404 and 410. */
  | 'gone'
  /** Any other answer that is not the thing itself. */
  | 'refused';

export type FetchOutcome =
  | {
      readonly kind: 'content';
      readonly body: string;
      readonly etag?: string | undefined;
      readonly lastModified?: string | undefined;
    }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'fault'; readonly code: FetchFault };

export interface FetchRequest {
  readonly url: string;
  readonly maxBytes: number;
  readonly timeoutMillis: number;
  /** What was answered last time. */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export type GuardedFetch = (request: FetchRequest) => Promise<FetchOutcome>;

export interface FetchGuard {
  /** All addresses of a host name. @default the system's resolver */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Whether plain HTTP to this very machine is let through too: on a developer's machine, never in AWS. @default false */
  readonly allowsLoopback?: boolean;
}

const maxRedirects = 3;
const redirects: readonly (number | undefined)[] = [301, 302, 303, 307, 308];

/** Makes a fetch that leaves through this guard only. */
export const guardedFetch = ({ resolve = addressesOf, allowsLoopback = false }: FetchGuard = {}): GuardedFetch => {
  const visit = async (request: FetchRequest, url: URL, hops: number, signal: AbortSignal): Promise<FetchOutcome> => {
    if (!mayVisit(url, allowsLoopback)) return fault('address-refused');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = await resolve(host);
    signal.throwIfAborted();
    const isGood = url.protocol === 'https:' ? isPublicAddress : isLoopback;
    // One bad address among good ones is enough: which one is used is not the sender's to choose.
    const [address] = addresses;
    if (address === undefined) return fault('unreachable');
    if (!addresses.every(isGood)) return fault('address-refused');
    const response = await get(url, address, request, signal);
    const next = response.headers.location;
    if (redirects.includes(response.statusCode) && next !== undefined) {
      response.destroy();
      if (hops === maxRedirects) return fault('too-many-redirects');
      const target = URL.parse(next, url.href);
      return target === null ? fault('address-refused') : visit(request, target, hops + 1, signal);
    }
    return read(response, request.maxBytes);
  };
  return async (request) => {
    const url = URL.parse(request.url);
    if (url === null) return fault('address-refused');
    const signal = AbortSignal.timeout(request.timeoutMillis);
    try {
      return await visit(request, url, 0, signal);
    } catch {
      return fault(signal.aborted ? 'timed-out' : 'unreachable');
    }
  };
};

const fault = (code: FetchFault): FetchOutcome => ({ kind: 'fault', code });

const addressesOf = async (host: string): Promise<readonly string[]> =>
  (await resolveName(host, { all: true })).map(({ address }) => address);

/** Asks one judged address, on a connection of its own, under the host's name. */
const get = (url: URL, address: string, request: FetchRequest, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const family = isIP(address);
    const lookup: LookupFunction = (_host, options, done) =>
      options.all ? done(null, [{ address, family }]) : done(null, address, family);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    send(url, {
      agent: false,
      lookup,
      signal,
      headers: {
        accept: 'text/calendar, */*;q=0.5',
        'accept-encoding': 'gzip, identity',
        'user-agent': 'Plumbline-Calendar/1',
        ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
        ...(request.lastModified === undefined ? {} : { 'if-modified-since': request.lastModified }),
      },
    })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });

const faultsOfStatus: Readonly<Record<number, FetchFault>> = {
  401: 'not-allowed',
  403: 'not-allowed',
  404: 'gone',
  410: 'gone',
};

const read = async (response: IncomingMessage, maxBytes: number): Promise<FetchOutcome> => {
  const { statusCode = 0, headers } = response;
  if (statusCode === 304) return discard(response, { kind: 'not-modified' });
  if (statusCode !== 200) return discard(response, fault(faultsOfStatus[statusCode] ?? 'refused'));
  if (Number(headers['content-length'] ?? 0) > maxBytes) return discard(response, fault('too-large'));
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') return discard(response, fault('refused'));
  // Counted after unpacking: a small answer may unpack to a large one.
  const content = encoding === 'gzip' ? pipeline(response, createGunzip(), () => {}) : response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > maxBytes) return discard(response, fault('too-large'));
    chunks.push(part);
  }
  return {
    kind: 'content',
    body: Buffer.concat(chunks).toString('utf8'),
    etag: headers.etag,
    lastModified: headers['last-modified'],
  };
};

const discard = (response: IncomingMessage, outcome: FetchOutcome): FetchOutcome => {
  response.destroy();
  return outcome;
};
