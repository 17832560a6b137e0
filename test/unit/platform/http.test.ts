import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { defineRoute } from '../../../functions/platform/http/contract.ts';
import { openApi } from '../../../functions/platform/http/openapi.ts';
import { instant, line, phone } from '../../../functions/platform/http/schemas.ts';
import { Problem } from '../../../functions/platform/problem.ts';
import { httpEvent, lambdaContext, staffClaims } from '../../helpers/events.ts';

vi.stubEnv('RECORDS_TABLE', 'records');
vi.stubEnv('AWS_REGION', 'us-east-1');
vi.stubEnv('PLUMBLINE_STAGE', 'local');
vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');

const thing = z.strictObject({ name: line(20), phone: phone.optional(), at: instant.optional(), rev: z.number() });
const routes = [
  defineRoute({
    name: 'makeThing',
    method: 'POST',
    path: '/v1/things/{thingId}',
    access: 'schedule:write',
    summary: 'Make',
    params: z.strictObject({ thingId: z.string().regex(/^t\d$/) }),
    body: z.strictObject({
      name: line(20),
      phone: phone.optional(),
      at: instant.optional(),
      notes: z.record(z.string(), z.unknown()).optional(),
    }),
    ifMatch: true,
    reply: { status: 201, body: thing },
  }),
  defineRoute({
    name: 'readThings',
    method: 'GET',
    path: '/v1/things',
    access: 'schedule:read',
    summary: 'Read',
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(10).default(5) }),
    reply: { status: 200, body: z.strictObject({ limit: z.number(), clinicId: z.string() }) },
  }),
  defineRoute({
    name: 'failThing',
    method: 'GET',
    path: '/v1/fail',
    access: 'schedule:read',
    summary: 'Fail',
    reply: { status: 200, body: z.strictObject({}) },
  }),
] as const;

const make = 'POST /v1/things/{thingId}';

describe('httpHandler', () => {
  let invoke: (...args: Parameters<typeof httpEvent>) => Promise<{ status: number; body: Json; headers: Json }>;
  type Json = Record<string, never> & { errors?: { field: string }[]; code?: string };

  beforeAll(async () => {
    const { httpHandler } = await import('../../../functions/platform/http/api.ts');
    const handler = httpHandler(routes, {
      makeThing: async ({ body, ifMatch }) => ({ body: { ...body, rev: ifMatch ?? 1 } }),
      readThings: async ({ query, caller }) => ({ body: { limit: query.limit, clinicId: caller.clinicId } }),
      failThing: async () => {
        throw new Error('secret of the inside');
      },
    });
    invoke = async (...args) => {
      const result = await handler(httpEvent(...args), lambdaContext());
      return {
        status: result.statusCode ?? 0,
        body: JSON.parse(result.body ?? '{}'),
        headers: (result.headers ?? {}) as Json,
      };
    };
  });

  const claims = staffClaims('cli_A');

  it('answers with the record, its ETag and no caching', async () => {
    const { status, body, headers } = await invoke(make, {
      params: { thingId: 't1' },
      claims,
      body: { name: ' Ann ', at: '2026-11-24T10:00:00-05:00' },
      headers: { 'if-match': '"7"' },
    });
    expect(status).toBe(201);
    expect(body).toEqual({ name: 'Ann', at: '2026-11-24T15:00:00Z', rev: 7 });
    expect(headers).toMatchObject({ etag: '"7"', 'cache-control': 'no-store', 'content-type': 'application/json' });
  });

  it.each([
    ['an unknown field', { name: 'a', colour: 1 }, 'body.colour'],
    ['a wrong type', { name: 5 }, 'body.name'],
    ['a missing field', {}, 'body.name'],
    ['an empty name', { name: '   ' }, 'body.name'],
    ['a control character', { name: 'a\u0000b' }, 'body.name'],
    ['a bad phone', { name: 'a', phone: '555-0100' }, 'body.phone'],
    ['a date that does not exist', { name: 'a', at: '2026-02-30T10:00:00Z' }, 'body.at'],
    ['a local time without offset', { name: 'a', at: '2026-02-03T10:00:00' }, 'body.at'],
    ['a body that is no object', [1], 'body'],
    ['null', null, 'body'],
    ['half a surrogate pair', { name: 'hi \ud800 there' }, 'body.name'],
    ['the other half', { name: '\udc00' }, 'body.name'],
    [
      'half a surrogate pair, deep in what any words may be',
      { name: 'a', notes: { as: ['b', '\ud83d'] } },
      'body.notes.as.1',
    ],
    ['half a surrogate pair in the name of a field', { name: 'a', notes: { '\ud800': 'b' } }, 'body.notes'],
  ])('refuses %s with 400, naming the field', async (_case, body, field) => {
    const answer = await invoke(make, {
      params: { thingId: 't1' },
      claims,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
  });

  it.each([
    ['a body that is not JSON', { body: '{"name":' }, 400, 'malformed-body'],
    [
      'a body of another type',
      { body: 'name=a', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-media-type',
    ],
    ['a body over 64 KB', { body: { name: 'a'.repeat(70_000) } }, 413, 'too-large'],
    ['a malformed path', { params: { thingId: 'x' }, body: { name: 'a' } }, 400, 'bad-input'],
    ['a malformed If-Match', { body: { name: 'a' }, headers: { 'if-match': 'seven' } }, 400, 'bad-input'],
    ['a malformed Idempotency-Key', { body: { name: 'a' }, headers: { 'idempotency-key': 'a b' } }, 400, 'bad-input'],
  ])('refuses %s', async (_case, options, status, code) => {
    const headers = 'headers' in options ? { 'content-type': 'application/json', ...options.headers } : {};
    const answer = await invoke(make, {
      params: { thingId: 't1' },
      claims,
      ...options,
      headers: { ...(typeof options.body === 'string' ? { 'content-type': 'application/json' } : {}), ...headers },
    });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it.each([
    ['nobody', undefined, 401],
    ['an access token', { ...claims, token_use: 'access' }, 401],
    ['a token of no clinic', { ...claims, 'custom:clinic': undefined }, 401],
    ['a role without the permission', staffClaims('cli_A', ['biller']), 403],
    ['a group nobody knows', staffClaims('cli_A', ['surgeon']), 403],
    ['a front desk', staffClaims('cli_A', ['frontdesk']), 201],
    ['groups as a list', { ...claims, 'cognito:groups': ['biller', 'frontdesk'] }, 201],
    ['groups as JSON text', { ...claims, 'cognito:groups': '["frontdesk"]' }, 201],
  ])('lets %s in or not', async (_case, given, status) => {
    const answer = await invoke(make, {
      params: { thingId: 't1' },
      body: { name: 'a' },
      ...(given === undefined ? {} : { claims: given }),
    });
    expect(answer.status).toBe(status);
  });

  it('takes a whole surrogate pair, and names half of one in the query and in the path', async () => {
    const whole = await invoke(make, { params: { thingId: 't1' }, claims, body: { name: 'hi 😀' } });
    expect(whole).toMatchObject({ status: 201, body: { name: 'hi 😀' } });
    const inQuery = await invoke('GET /v1/things', { claims, query: { limit: '\ud800' } });
    expect(inQuery).toMatchObject({ status: 400, body: { errors: [{ field: 'query.limit' }] } });
    const inPath = await invoke(make, { params: { thingId: '%ED%A0%80' }, claims, body: { name: 'a' } });
    expect(inPath).toMatchObject({ status: 400, body: { errors: [{ field: 'path.thingId' }] } });
  });

  it('takes the clinic from the token and defaults from the contract', async () => {
    expect((await invoke('GET /v1/things', { claims })).body).toEqual({ limit: 5, clinicId: 'cli_A' });
    const wrong = await invoke('GET /v1/things', { claims, query: { limit: '99', clinicId: 'cli_B' } });
    expect(wrong.body.errors?.map((error) => error.field).toSorted()).toEqual(['query.clinicId', 'query.limit']);
  });

  it('says nothing of the inside when something breaks', async () => {
    const answer = await invoke('GET /v1/fail', { claims });
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });
});

describe('openApi', () => {
  it('documents each route with its permission, parameters, headers and problems', () => {
    const document = openApi({ test: routes }, 'https://api.example');
    expect(document).toMatchObject({
      openapi: '3.1.0',
      paths: {
        '/v1/things/{thingId}': {
          post: {
            operationId: 'makeThing',
            tags: ['test'],
            'x-permission': 'schedule:write',
            security: [{ staff: [] }],
            parameters: [
              { name: 'thingId', in: 'path', required: true },
              { name: 'Idempotency-Key', in: 'header' },
              { name: 'If-Match', in: 'header' },
            ],
            responses: { 201: {}, 400: {}, 401: {}, 403: {}, 412: {}, 413: {}, 415: {}, 422: {}, 500: {}, 503: {} },
          },
        },
      },
    });
  });
});

describe('Problem', () => {
  it('is an RFC 9457 document with its status and code', () => {
    expect(new Problem('slot-taken').toDocument('r1')).toEqual({
      type: 'https://plumbline.example/problems/slot-taken',
      title: 'That time is no longer free',
      status: 409,
      code: 'slot-taken',
      detail: 'That time is no longer free',
      requestId: 'r1',
    });
  });
});
