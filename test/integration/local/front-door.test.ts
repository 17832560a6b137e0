import { createServer, type IncomingHttpHeaders, request as openRequest, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executeApiTarget, type FrontDoor, startFrontDoor } from '../../../local/front-door.ts';
import { freePort } from '../../../local/prerequisites.ts';

let engine: Server;
let door: FrontDoor;
let seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];

beforeEach(async () => {
  seen = [];
  engine = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    response.writeHead(201, { etag: '"3"', 'set-cookie': ['a=1', 'b=2'], 'content-type': 'text/plain' }).end(body);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => engine.listen(port, '127.0.0.1', resolve));
  door = await startFrontDoor({ port: 0, target: executeApiTarget(`http://127.0.0.1:${port}`, 'abcd1234') });
});

afterEach(async () => {
  await door.close();
  engine.closeAllConnections();
  await new Promise<void>((resolve) => engine.close(() => resolve()));
});

describe('the front door', () => {
  it('hands a request to the API with its method, path, query, headers and body, and the answer back', async () => {
    const answer = await fetch(`${door.url}/v1/appointments?from=2026-11-24&to=a%2Fb`, {
      method: 'PATCH',
      headers: { 'if-match': '"2"', 'content-type': 'application/json' },
      body: '{"a":1}',
    });

    expect(seen).toMatchObject([
      {
        method: 'PATCH',
        url: '/_aws/execute-api/abcd1234/$default/v1/appointments?from=2026-11-24&to=a%2Fb',
        headers: { 'if-match': '"2"', 'content-type': 'application/json', 'x-forwarded-host': new URL(door.url).host },
        body: '{"a":1}',
      },
    ]);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('etag')).toBe('"3"');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.text()).toBe('{"a":1}');
  });

  it('lets in so many at a time, and the others in turn; who hangs up while waiting is never let in', async () => {
    const inside: (() => void)[] = [];
    const paths: string[] = [];
    const busy = createServer((request, response) => {
      paths.push(request.url ?? '');
      inside.push(() => response.end('done'));
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const address = busy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const narrow = await startFrontDoor({ port: 0, target: `http://127.0.0.1:${port}/api`, places: 3 });
    const call = (path: string) => fetch(`${narrow.url}${path}`).then((answer) => answer.text());
    const first = ['/1', '/2', '/3'].map(call);
    await expect.poll(() => inside.length).toBe(3);
    const leaving = openRequest(`${narrow.url}/left`);
    leaving.on('error', () => {});
    await new Promise<void>((resolve) => leaving.end(resolve));
    const later = ['/4', '/5'].map(call);
    await sleep(100);
    expect(paths.toSorted()).toEqual(['/api/1', '/api/2', '/api/3']);

    leaving.destroy();
    await sleep(100);
    for (const answer of inside.splice(0)) answer();
    await expect.poll(() => inside.length).toBe(2);
    for (const answer of inside) answer();

    expect(await Promise.all([...first, ...later])).toEqual(Array.from({ length: 5 }, () => 'done'));
    expect(paths.slice(3).toSorted()).toEqual(['/api/4', '/api/5']);
    await narrow.close();
    await new Promise<void>((resolve) => busy.close(() => resolve()));
  });

  it('passes a large body through in both directions', async () => {
    const body = 'x'.repeat(3_000_000);
    const answer = await fetch(door.url, { method: 'POST', body });

    expect(await answer.text()).toBe(body);
  });

  it('answers the preflight of a page on this machine itself', async () => {
    const answer = await fetch(`${door.url}/v1/patients`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    });

    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(answer.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(seen).toEqual([]);
  });

  it('lets a page on this machine read the ETag', async () => {
    const answer = await fetch(`${door.url}/v1/x`, { headers: { origin: 'http://127.0.0.1:5173' } });

    expect(answer.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:5173');
    expect(answer.headers.get('access-control-expose-headers')).toContain('etag');
  });

  it.each(['https://example.com', 'http://localhost.example.com', 'null'])('allows %s nothing', async (origin) => {
    const answer = await fetch(`${door.url}/v1/x`, { headers: { origin } });

    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says in a problem document that the engine is not there', async () => {
    const away = await startFrontDoor({
      port: 0,
      target: executeApiTarget(`http://127.0.0.1:${await freePort()}`, 'a'),
    });
    const answer = await fetch(`${away.url}/v1/health`);

    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status: 502,
      code: 'engine-unavailable',
      detail: expect.stringContaining('The local engine does not answer'),
    });
    await away.close();
  });
});
