import { beforeAll, describe, expect, it } from 'vitest';
import { routeKeyOf } from '../../functions/platform/http/contract.ts';
import { routesByFunction } from '../../lib/functions.ts';
import { malformedBodies, sample } from '../helpers/malformed.ts';
import {
  type Attempt,
  failures as failuresOf,
  form,
  goodBody,
  goodParameters,
  json,
  noText,
  type Operation,
  operationsIn,
  type ParametersOf,
  queryOf,
  type Seen,
  type Sent,
  strangePaths,
  tooLarge,
} from '../helpers/wrong-requests.ts';
import { localTime, nowOf, openClinic, type TestClinic } from './support/clinic.ts';

/**
 * What HTTP makes of a wrong request on its way to a function: bytes, types, sizes, encodings. Everything that can be wrong
 * with every route is asked of the functions themselves, in test/integration/bad-input.test.ts.
 */

let clinic: TestClinic;
let operations: readonly Operation[];
let parametersOf: ParametersOf;
let authorization: string;

beforeAll(async () => {
  clinic = await openClinic('bad-input');
  const { id: patientId } = await clinic.addPatient({ texts: false });
  const [providerId] = clinic.providerIds;
  const visit = await clinic.admin.ok('bookAppointment', {
    body: { patientId, providerId, typeId: clinic.typeId, start: localTime(clinic, 6, '10:00') },
  });
  authorization = `Bearer ${await clinic.token('admin')}`;
  parametersOf = await goodParameters(clinic, visit, nowOf(clinic));
  operations = operationsIn((await clinic.anyone.ask('getOpenApi')).body);
});

const isClosed = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && ['UND_ERR_SOCKET', 'ECONNRESET'].includes(String(cause.code));
};

const send = async (to: Operation, sent: Sent): Promise<Seen> => {
  const parameters = parametersOf(to, sent.parameters);
  const path = to.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '');
  const ask = () =>
    fetch(`${clinic.info.apiUrl}${path}${sent.query ?? queryOf(to)}`, {
      method: to.method,
      redirect: 'manual',
      headers: {
        authorization,
        ...(sent.type === undefined ? {} : { 'content-type': sent.type }),
        ...sent.headers,
      },
      ...(sent.body === undefined ? {} : { body: sent.body }),
      signal: AbortSignal.timeout(30_000),
    });
  // A connection that was kept may be closed in the moment it is used again; what is refused can be asked twice.
  const answer = await ask().catch((error: unknown) => (isClosed(error) ? ask() : Promise.reject(error)));
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};

const failures = (attempts: readonly Attempt[]) => failuresOf(attempts, send);

const takesJson = ({ bodyType }: Operation): boolean => bodyType === json;

/** Of each function the first operation that is like that: what comes before the contract, it does alike for all. */
const oneOfEach = (isLike: (operation: Operation) => boolean): readonly Operation[] =>
  [...routesByFunction.values()].flatMap((routes) => {
    const keys: ReadonlySet<string> = new Set(routes.map(routeKeyOf));
    return operations.find((each) => keys.has(each.routeKey) && isLike(each)) ?? [];
  });

describe('a wrong body', () => {
  it('is refused by every route with the field named', async () => {
    const attempts = operations.filter(takesJson).flatMap((to): readonly Attempt[] =>
      malformedBodies(to.body ?? {})
        .slice(-1)
        .map(({ wrong, field, body }) => ({
          what: wrong,
          to,
          sent: { body: JSON.stringify(body), type: json },
          field,
          status: 400,
        }))
        .concat({ what: 'half an object', to, sent: { body: '{"a":', type: json }, field: 'body', status: 400 }),
    );
    expect(attempts.length).toBeGreaterThan(80);
    expect(await failures(attempts)).toEqual([]);
  });

  it('is refused by every function when it is too large, of another type or no text', async () => {
    const picture = operations.filter(({ name }) => name === 'addExercisePicture');
    const attempts = [...oneOfEach(takesJson), ...picture].flatMap((to): readonly Attempt[] => {
      const good = JSON.stringify(sample(to.body ?? {}));
      return [
        { what: 'more than it may have', to, sent: { body: tooLarge(to), type: json }, status: 413 },
        { what: 'as plain text', to, sent: { body: good, type: 'text/plain' }, status: 415 },
        { what: 'as a form', to, sent: { body: 'a=1', type: form }, status: 415 },
        { what: 'of no type', to, sent: { body: new TextEncoder().encode(good) }, status: 415 },
        { what: 'bytes that are no text', to, sent: { body: noText, type: json }, field: 'body', status: 400 },
      ];
    });
    expect(attempts.length).toBeGreaterThan(30);
    expect(await failures(attempts)).toEqual([]);
  });

  it('is answered with a page where people look', async () => {
    const attempts = operations
      .filter(({ bodyType }) => bodyType === form)
      .flatMap((to): readonly Attempt[] => [
        { what: 'more than 64 KB', to, sent: { body: `a=${'x'.repeat(65_536)}`, type: form }, status: 413 },
        { what: 'JSON', to, sent: { body: '{}', type: json }, status: 415 },
        // Links to the booking page grow parameters as people share them.
        ...(to.path === '/book/{slug}' ? [] : [{ what: 'no text', to, sent: { body: '%ff%fe=%00', type: form } }]),
      ]);
    expect(attempts.length).toBeGreaterThan(10);
    expect(await failures(attempts)).toEqual([]);
  });
});

it('a strange path, query or header is refused by every function', async () => {
  const attempts = [
    ...oneOfEach(({ path }) => path.includes('{')).flatMap(strangePaths),
    ...oneOfEach(({ method, path }) => method === 'GET' && !path.startsWith('/book/')).flatMap((to) =>
      ['kanari=1', '%00=%ff', 'constructor=', '&&=&='].map((more) => ({
        what: more,
        to,
        sent: { query: queryOf(to) === '' ? `?${more}` : `${queryOf(to)}&${more}` },
        status: 400,
      })),
    ),
    ...oneOfEach(({ method }) => method === 'POST').map((to) => ({
      what: 'a key in no ASCII',
      to,
      sent: { headers: { 'Idempotency-Key': 'sch\u00fcssel' }, ...goodBody(to) },
      field: 'header.Idempotency-Key',
      status: 400,
    })),
  ];
  expect(attempts.length).toBeGreaterThan(100);
  expect(await failures(attempts)).toEqual([]);
});

it('what is asked of a path that is not there, or with a method it has not, is refused', async () => {
  const asked = await Promise.all(
    (
      [
        ['GET', '/v1/nothing'],
        ['DELETE', '/v1/appointments'],
        ['PATCH', '/v1/patients'],
        ['GET', '/v/'],
        ['GET', '/'],
        ['GET', '/v1/appointments/%2e%2e%2f%2e%2e'],
      ] as const
    ).map(
      async ([method, path]) =>
        (await fetch(`${clinic.info.apiUrl}${path}`, { method, headers: { authorization } })).status,
    ),
  );
  for (const status of asked) expect([400, 404, 405]).toContain(status);
});
