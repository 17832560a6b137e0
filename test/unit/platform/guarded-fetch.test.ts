import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type FetchRequest, guardedFetch } from '../../../functions/platform/guarded-fetch.ts';

const servers: Server[] = [];

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const local = guardedFetch({ allowsLoopback: true });
const request = (url: string, changed: Partial<FetchRequest> = {}): FetchRequest => ({
  url,
  maxBytes: 10_000,
  timeoutMillis: 5_000,
  ...changed,
});
const fault = (code: string) => ({ kind: 'fault', code });

describe('what it reads', () => {
  it('the content, with what tells it apart from the next', async () => {
    const url = await serve((_, answer) =>
      answer.writeHead(200, { etag: '"1"', 'last-modified': 'yesterday' }).end('héllo'),
    );
    expect(await local(request(url))).toEqual({
      kind: 'content',
      body: 'héllo',
      etag: '"1"',
      lastModified: 'yesterday',
    });
  });

  it('nothing that has not changed', async () => {
    const url = await serve((incoming, answer) => {
      const { 'if-none-match': etag, 'if-modified-since': since } = incoming.headers;
      answer.writeHead(etag === '"1"' && since === 'yesterday' ? 304 : 500).end();
    });
    expect(await local(request(url, { etag: '"1"', lastModified: 'yesterday' }))).toEqual({ kind: 'not-modified' });
  });

  it('packed content', async () => {
    const url = await serve((_, answer) =>
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed')),
    );
    expect(await local(request(url))).toMatchObject({ kind: 'content', body: 'packed' });
  });

  it('where a redirect leads', async () => {
    const url = await serve((incoming, answer) =>
      incoming.url === '/b' ? answer.end('there') : answer.writeHead(302, { location: '/b' }).end(),
    );
    expect(await local(request(url))).toMatchObject({ kind: 'content', body: 'there' });
  });
});

describe('what it refuses', () => {
  it.each([
    [401, 'not-allowed'],
    [403, 'not-allowed'],
    [404, 'gone'],
    [410, 'gone'],
    [500, 'refused'],
    [204, 'refused'],
  ])('an answer of %i', async (status, code) => {
    const url = await serve((_, answer) => answer.writeHead(status).end());
    expect(await local(request(url))).toEqual(fault(code));
  });

  it.each([
    ['said to be too large', { 'content-length': '20000' }, 'x'.repeat(20_000)],
    ['that is too large without saying so', {}, 'x'.repeat(20_000)],
    ['that unpacks to too much', { 'content-encoding': 'gzip' }, gzipSync('x'.repeat(20_000_000))],
  ])('content %s', async (_, headers, body) => {
    const url = await serve((__, answer) => answer.writeHead(200, headers).end(body));
    expect(await local(request(url))).toEqual(fault('too-large'));
  });

  it('packing that it does not know, or that is broken', async () => {
    const brotli = await serve((_, answer) => answer.writeHead(200, { 'content-encoding': 'br' }).end('x'));
    expect(await local(request(brotli))).toEqual(fault('refused'));
    const broken = await serve((_, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed'));
    expect(await local(request(broken))).toEqual(fault('unreachable'));
  });

  it('content that never ends, or never begins', async () => {
    const trickle = await serve((_, answer) => void answer.writeHead(200).write('x'));
    expect(await local(request(trickle, { timeoutMillis: 100 }))).toEqual(fault('timed-out'));
    const silent = await serve(() => {});
    expect(await local(request(silent, { timeoutMillis: 100 }))).toEqual(fault('timed-out'));
  });

  it('a server that is not there, or hangs up', async () => {
    const url = await serve((incoming) => incoming.socket.destroy());
    expect(await local(request(url))).toEqual(fault('unreachable'));
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await local(request(url))).toEqual(fault('unreachable'));
  });

  it('a round of redirects', async () => {
    const url = await serve((_, answer) => answer.writeHead(302, { location: '/' }).end());
    expect(await local(request(url))).toEqual(fault('too-many-redirects'));
  });

  it.each([
    'https://127.0.0.1/',
    'http://10.0.0.1/',
    'file:///etc/passwd',
    'http://localhost/',
    'https://a:b@example.com/',
  ])('a redirect to %s', async (location) => {
    const url = await serve((_, answer) => answer.writeHead(302, { location }).end());
    expect(await local(request(url))).toEqual(fault('address-refused'));
  });

  it.each(['not a url', 'http://example.com/', 'https://169.254.169.254/', 'https://[::1]/', 'http://127.0.0.1/'])(
    'the address %s',
    async (url) => {
      const fetchCalendar = guardedFetch({ resolve: () => Promise.reject(new Error('must not be resolved')) });
      expect(await fetchCalendar(request(url))).toEqual(fault('address-refused'));
    },
  );

  it.each([
    ['a private address', ['10.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['a private address beside a public one', ['93.184.216.34', '127.0.0.1']],
  ])('a name that resolves to %s', async (_, addresses) => {
    const fetchCalendar = guardedFetch({ resolve: () => Promise.resolve(addresses) });
    expect(await fetchCalendar(request('https://calendar.example.com/'))).toEqual(fault('address-refused'));
  });

  it('a name that does not resolve', async () => {
    const nobody = guardedFetch({ resolve: () => Promise.resolve([]) });
    expect(await nobody(request('https://calendar.example.com/'))).toEqual(fault('unreachable'));
    const failing = guardedFetch({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await failing(request('https://calendar.example.com/'))).toEqual(fault('unreachable'));
  });

  it('this machine, unless it was told that it may', async () => {
    const url = await serve((_, answer) => answer.end('secret'));
    expect(await guardedFetch()(request(url))).toEqual(fault('address-refused'));
  });
});
