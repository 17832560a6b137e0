import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { routeKeyOf } from '../../functions/platform/http/contract.ts';
import type { Id } from '../../functions/platform/ids.ts';
import { areaOf, routesByFunction } from '../../lib/functions.ts';
import { ask, askAsStaff } from '../helpers/clinic.ts';
import { brokenBodies, canary, malformedBodies, otherJson, sample } from '../helpers/malformed.ts';
import { testPhone } from '../helpers/phones.ts';
import { openPractice, type Practice, practiceTime, practiceZone } from '../helpers/practice.ts';
import {
  type Attempt,
  failures as failuresOf,
  fieldsOf,
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

/**
 * Every route and everything that can be wrong with a request, asked of the functions themselves as API Gateway asks
 * them. What HTTP adds to that is in test/e2e/bad-input.test.ts.
 */

/** The function of each route, as the stack ties them together. */
const handlers = new Map<string, unknown>();
let practice: Practice;
let patientId: Id<'patient'>;
let operations: readonly Operation[];
let parametersOf: ParametersOf;

const send = async (to: Operation, { parameters, query = queryOf(to), body, type, headers }: Sent): Promise<Seen> => {
  const { routeKey } = to;
  const asked = Object.fromEntries(new URLSearchParams(query));
  const options = {
    params: parametersOf(to, parameters),
    ...(Object.keys(asked).length === 0 ? {} : { query: asked }),
    body,
    headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers },
  };
  const handler = handlers.get(routeKey);
  const answer = to.isForStaff
    ? await askAsStaff(handler, practice.clinic.clinicId, routeKey, options)
    : await ask(handler, routeKey, options);
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return { status: answer.status, type: answer.headers['content-type'] ?? '', text };
};

const failures = (attempts: readonly Attempt[]) => failuresOf(attempts, send);

beforeAll(async () => {
  for (const [name, routes] of routesByFunction) {
    const area = areaOf(name);
    const { handler } = await import(`../../functions/${area}/handlers/${name.slice(area.length + 1)}.ts`);
    for (const route of routes) handlers.set(routeKeyOf(route), handler);
  }
  practice = await openPractice();
  const { clinic, providerId, typeId } = practice;
  patientId = await practice.addPatient();
  const { id } = await practice.book(patientId, 6, '10:00');
  operations = operationsIn((await ask(handlers.get('GET /v1/openapi.json'), 'GET /v1/openapi.json')).body);
  parametersOf = await goodParameters(clinic, { id, patientId, providerId, typeId }, Temporal.Now.instant());
});

const operationNamed = (name: string): Operation => {
  const found = operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}`);
  return found;
};
const withJson = () => operations.filter(({ bodyType }) => bodyType === 'application/json');

describe('every route that takes JSON', () => {
  it('names the field of each thing that is wrong with a body', async () => {
    const attempts = withJson().flatMap((to) =>
      malformedBodies(to.body ?? {}).map(({ wrong, field, body }) => ({
        what: wrong,
        to,
        sent: { body: JSON.stringify(body), type: json },
        field,
        status: 400,
      })),
    );
    expect(attempts.length).toBeGreaterThan(500);
    expect(await failures(attempts)).toEqual([]);
  });

  it('refuses what is not JSON, not an object, too large, of another type or badly encoded', async () => {
    const attempts = withJson().flatMap((to): readonly Attempt[] => {
      const good = JSON.stringify(sample(to.body ?? {}));
      return [
        ...brokenBodies.map(([what, body]) => ({ what, to, sent: { body, type: json }, field: 'body', status: 400 })),
        ...otherJson.map((body) => ({
          what: JSON.stringify(body),
          to,
          sent: { body: JSON.stringify(body), type: json },
          field: 'body',
          status: 400,
        })),
        { what: 'more than it may have', to, sent: { body: tooLarge(to), type: json }, status: 413 },
        { what: 'as plain text', to, sent: { body: good, type: 'text/plain' }, status: 415 },
        { what: 'as a form', to, sent: { body: 'a=1', type: form }, status: 415 },
        { what: 'of no type', to, sent: { body: new TextEncoder().encode(good) }, status: 415 },
        { what: 'bytes that are no text', to, sent: { body: noText, type: json }, field: 'body', status: 400 },
      ];
    });
    expect(await failures(attempts)).toEqual([]);
  });

  it('withstands whatever JSON there is (fixed seed)', async () => {
    const arbitrary = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
    );
    const attempts = withJson().flatMap((to, index) =>
      fc.sample(arbitrary, { seed: 4_000 + index, numRuns: 25 }).map((body, run) => ({
        what: `random body ${run}`,
        to,
        sent: { body: JSON.stringify(body), type: json },
      })),
    );
    expect(await failures(attempts.filter(({ sent: { body } }) => body !== '{}'))).toEqual([]);
  });
});

/** The booking page shows its first step to whatever it is given: links to it grow parameters as people share them. */
const startsOver = '/book/{slug}';

describe('every route that takes a form', () => {
  it('answers a page, and nothing is done', async () => {
    const forms = operations.filter(({ bodyType }) => bodyType === form);
    const bodies = [
      ...[
        '',
        'action=',
        `action=${canary}&rev=1`,
        'action=confirm',
        'action=confirm&rev=0',
        'action=confirm&rev=x',
        '%ff%fe=%00',
      ],
      ...[
        'action=reschedule&rev=1',
        `action=reschedule&rev=1&start=${canary}`,
        `${canary}=1`,
        '=&=&=',
        'action=confirm&rev=1&x=1',
      ],
    ];
    const attempts = forms.flatMap((to): readonly Attempt[] => [
      ...(to.path === startsOver ? [] : bodies.map((body) => ({ what: body, to, sent: { body, type: form } }))),
      { what: 'more than 64 KB', to, sent: { body: `a=${'x'.repeat(65_536)}`, type: form }, status: 413 },
      { what: 'JSON', to, sent: { body: '{}', type: json }, status: 415 },
    ]);
    expect(forms.map(({ name }) => name).toSorted()).toEqual([
      'submitBookingPage',
      'submitFormPage',
      'submitOfferPage',
      'submitVisitPage',
    ]);
    expect(await failures(attempts)).toEqual([]);
    const { status, rev } = JSON.parse((await send(operationNamed('getVisitByLink'), {})).text);
    expect({ status, rev }).toEqual({ status: 'booked', rev: 1 });
  });
});

describe('every parameter', () => {
  it('in the path: strange ids are refused', async () => {
    const attempts = operations.flatMap(strangePaths);
    expect(attempts.length).toBeGreaterThan(100);
    expect(await failures(attempts)).toEqual([]);
  });

  it('in the query: wrong, missing and unknown ones are named', async () => {
    const gets = operations.filter(({ method, path }) => method === 'GET' && path !== startsOver);
    const attempts = gets.flatMap((to): readonly Attempt[] => {
      const queries = to.parameters.filter((each) => each.in === 'query');
      const all = queryOf(to);
      const changed = (name: string, value: string | undefined): string => {
        const query = new URLSearchParams(all);
        if (value === undefined) query.delete(name);
        else query.set(name, value);
        return `?${query}`;
      };
      return [
        {
          what: 'unknown',
          to,
          sent: { query: changed(canary.slice(0, 4), '1') },
          field: `query.${canary.slice(0, 4)}`,
          status: 400,
        },
        ...queries.flatMap(({ name, required, schema }) => {
          const values =
            schema.type === 'integer'
              ? ['0', '-1', '1.5', '1e9', 'x', '']
              : schema.enum
                ? ['', canary]
                : ['', `${canary}\u0000`, canary.repeat(300)];
          return [
            ...(required
              ? [
                  {
                    what: `${name} missing`,
                    to,
                    sent: { query: changed(name, undefined) },
                    field: `query.${name}`,
                    status: 400,
                  },
                ]
              : []),
            ...values.map((value) => ({
              what: `${name}=${value.slice(0, 30)}`,
              to,
              sent: { query: changed(name, value) },
              field: `query.${name}`,
              status: 400,
            })),
          ];
        }),
      ];
    });
    expect(attempts.length).toBeGreaterThan(40);
    expect(await failures(attempts)).toEqual([]);
  });

  it('in the headers: If-Match and Idempotency-Key are named', async () => {
    const wrong: Readonly<Record<string, readonly string[]>> = {
      'If-Match': ['3', '"x"', '"1', '"99999999999"', canary],
      'Idempotency-Key': ['two words', 'x'.repeat(129), 'sch\u00fcssel'],
    };
    const attempts = operations.flatMap((to) =>
      to.parameters
        .filter(({ in: where }) => where === 'header')
        .flatMap(({ name }) =>
          (wrong[name] ?? []).map((value) => ({
            what: `${name}: ${value.slice(0, 20)}`,
            to,
            sent: { headers: { [name]: value }, ...goodBody(to) },
            field: `header.${name}`,
            status: 400,
          })),
        ),
    );
    expect(attempts.length).toBeGreaterThan(20);
    expect(await failures(attempts)).toEqual([]);
  });
});

describe('well formed and impossible', () => {
  const asked = async (name: string, sent: unknown, given: Pick<Sent, 'parameters' | 'headers'> = {}) => {
    const seen = await send(operationNamed(name), { body: JSON.stringify(sent), type: json, ...given });
    return { status: seen.status, fields: fieldsOf(seen) };
  };
  const read = async (appointmentId: string) =>
    JSON.parse((await send(operationNamed('getAppointment'), { parameters: { appointmentId } })).text);
  const instant = (days: number, time: string): string => practiceTime(days, time).toString({ smallestUnit: 'second' });

  it.each(['0001-01-01', '1799-12-31', '9999-12-31', '2999-01-01'])('nobody is born on %s', async (birthDate) => {
    const name = { givenName: 'Ottoline', familyName: 'Quillfeather' };
    const patient = { ...name, birthDate, phone: testPhone(), zone: practiceZone };
    expect(await asked('registerPatient', patient)).toEqual({ status: 400, fields: ['body.birthDate'] });
  });

  it.each(['0001-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '9999-12-31T23:59:59Z', '2026-11-24T10:00:30Z'])(
    'no visit begins at %s',
    async (start) => {
      const { providerId, typeId } = practice;
      const { status } = await asked('bookAppointment', { patientId, providerId, typeId, start });
      expect([400, 409]).toContain(status);
    },
  );

  it.each([
    ['end before they begin', [{ weekday: 1, from: '17:00', to: '08:00' }]],
    ['end as they begin', [{ weekday: 1, from: '08:00', to: '08:00' }]],
    [
      'overlap',
      [
        { weekday: 1, from: '08:00', to: '12:00' },
        { weekday: 1, from: '11:00', to: '13:00' },
      ],
    ],
  ])('hours that %s are no hours', async (_, availability) => {
    const provider = { name: 'Dr. Nobody', role: 'physician', zone: practiceZone, availability };
    const { status, fields } = await asked('createProvider', provider);
    expect(status).toBe(400);
    expect(fields.every((field) => field.startsWith('body.availability'))).toBe(true);
    expect(fields).not.toEqual([]);
  });

  it.each([
    ['backwards', { from: '2026-12-02T00:00:00Z', to: '2026-12-01T00:00:00Z' }],
    ['of ten years', { from: '2026-12-01T00:00:00Z', to: '2036-12-01T00:00:00Z' }],
  ])('a search %s names the range', async (_, range) => {
    const query = `?${new URLSearchParams({ typeId: practice.typeId, ...range })}`;
    const seen = await send(operationNamed('findSlots'), { query });
    expect([seen.status, fieldsOf(seen)]).toEqual([400, ['query.to']]);
  });

  it('a visit of the past cannot be booked, moved to or fulfilled ahead of time', async () => {
    const booked = await practice.book(patientId, 7, '10:00');
    const at = { parameters: { appointmentId: booked.id } };
    const outcomes = [
      await asked('rescheduleAppointment', { start: instant(-2, '10:00') }, at),
      await asked('fulfilAppointment', { modality: 'video', start: booked.start, end: booked.end }, at),
      await asked('markNoShow', {}, at),
      await asked('markArrived', {}, at),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect((await read(booked.id)).rev).toBe(1);
  });

  it('a stale If-Match changes nothing', async () => {
    const { id } = await practice.book(patientId, 7, '12:00');
    const headers = { 'If-Match': '"7"', 'Idempotency-Key': randomUUID() };
    const stale = await asked('cancelAppointment', {}, { parameters: { appointmentId: id }, headers });
    expect(stale.status).toBe(412);
    expect((await read(id)).status).toBe('booked');
  });
});
