import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type IdKind, newId } from '../../functions/platform/ids.ts';
import { tokenIn } from './support/carrier.ts';
import { advanceTo, localTime, nowOf, openClinic, sweep, type TestClinic, untilText, zone } from './support/clinic.ts';
import { brokenBodies, canary, malformedBodies, otherJson, type Schema, sample } from './support/malformed.ts';
import { until } from './support/until.ts';

/** Everything here is made from the clinic's own OpenAPI document, so a new route is tested by being there. */

const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().optional(),
  schema: z.custom<Schema>(),
});
const operation = z.object({
  operationId: z.string(),
  parameters: z.array(parameter),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.custom<Schema>() })) }).optional(),
  responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() })),
  'x-permission': z.string(),
});
const documentShape = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly z.output<typeof parameter>[];
  readonly body: Schema | undefined;
  readonly bodyType: string | undefined;
  readonly isPage: boolean;
  /** Statuses the document says this operation can answer with. */
  readonly documented: ReadonlySet<number>;
}

let clinic: TestClinic;
let operations: readonly Operation[];
let goodParameters: Readonly<Record<string, string>>;
let authorization: string;
/** An offer's link opens no visit, nor a visit's an offer: routes of offers get this one as their token. */
let offerToken: string;

const ofNobody = (kinds: Readonly<Record<string, IdKind>>): Record<string, string> =>
  Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, newId(kind, nowOf(clinic))]));

/** Somebody waits, a visit is cancelled, and the sweep offers its time. */
const tokenOfOffer = async (taken: string): Promise<string> => {
  const { typeId, providerIds, admin } = clinic;
  const [, providerId] = providerIds;
  const noon = nowOf(clinic).toZonedDateTimeISO(zone).add({ days: 1 }).toPlainDate().toZonedDateTime({
    timeZone: zone,
    plainTime: '12:00',
  });
  await advanceTo(clinic, noon.toInstant().toString({ smallestUnit: 'second' }));
  const waiting = await clinic.addPatient();
  await admin.ok('joinWaitingList', { body: { patientId: waiting.id, typeId, providerIds: [providerId] } });
  const { id: patientId } = await clinic.addPatient({ texts: false });
  const visit = await admin.ok('bookAppointment', { body: { patientId, providerId, typeId, start: taken } });
  await admin.ok('cancelAppointment', { params: { appointmentId: visit.id }, body: {} });
  await sweep(clinic);
  return until('an offer', async () => {
    const texts = await clinic.carrier.received(waiting.phone);
    return texts.map(({ body }) => /\/o\/([A-Za-z0-9_-]{22})/.exec(body)?.[1]).find((token) => token !== undefined);
  });
};

beforeAll(async () => {
  clinic = await openClinic('bad-input');
  const { id: patientId, phone } = await clinic.addPatient();
  const [providerId] = clinic.providerIds;
  const start = localTime(clinic, 6, '10:00');
  const visit = await clinic.admin.ok('bookAppointment', {
    body: { patientId, providerId, typeId: clinic.typeId, start },
  });
  await untilText(clinic, visit.id, 'confirmation#0', 'accepted', 'delivered');
  const [text] = await until('the confirmation', async () => {
    const texts = await clinic.carrier.received(phone);
    return texts.length > 0 ? texts : undefined;
  });
  authorization = `Bearer ${await clinic.token('admin')}`;
  goodParameters = {
    slug: clinic.slug,
    token: tokenIn(text?.body ?? ''),
    file: `${'A'.repeat(22)}.ics`,
    patientId,
    template: 'reminder-24h',
    language: 'en',
    // Good by their form and of nobody: a request that gets through after all changes nothing.
    ...ofNobody({
      providerId: 'provider',
      roomId: 'room',
      typeId: 'appointmentType',
      exceptionId: 'availabilityException',
      closureId: 'closure',
      holdId: 'hold',
      appointmentId: 'appointment',
      seriesId: 'series',
      entryId: 'waitingEntry',
      caseId: 'triageCase',
      taskId: 'staffTask',
      threadId: 'thread',
      textId: 'staffText',
      cannedReplyId: 'cannedReply',
      pictureId: 'picture',
      planId: 'appointmentType',
    }),
  };
  offerToken = await tokenOfOffer(start);
  const document = documentShape.parse((await clinic.anyone.ask('getOpenApi')).body);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody, responses }]) => {
      const [bodyType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      return {
        name: operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        body: content?.schema,
        bodyType,
        isPage: Object.values(responses).some((response) => 'text/html' in (response.content ?? {})),
        documented: new Set(Object.keys(responses).map(Number)),
      };
    }),
  );
});

interface Sent {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Seen {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly fields: readonly string[];
}

const problem = z.object({
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string().min(1) })).optional(),
});

const isClosed = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && ['UND_ERR_SOCKET', 'ECONNRESET'].includes(String(cause.code));
};

const send = async (to: Operation, sent: Sent): Promise<Seen> => {
  const isOffer = to.path.startsWith('/o/') || to.path.includes('/offer');
  const parameters: Record<string, string> = { ...goodParameters, ...sent.parameters };
  if (isOffer) parameters.token = sent.parameters?.token ?? offerToken;
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
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  const read = type.startsWith('application/problem+json') ? problem.parse(JSON.parse(text)) : undefined;
  return { status: answer.status, type, text, fields: read?.errors?.map(({ field }) => field) ?? [] };
};

/** What JSON Schema cannot say: one of two parameters has to be there. */
const alsoNeeded: Readonly<Record<string, Record<string, string>>> = { findPatients: { name: 'Quill' } };

/** The query a route needs to be asked at all. */
const queryOf = ({ name: operationId, parameters }: Operation): string => {
  const query = new URLSearchParams(alsoNeeded[operationId]);
  for (const { name, in: where, required, schema } of parameters) {
    if (where === 'query' && required) query.set(name, String(sample(schema, name)));
  }
  return query.size === 0 ? '' : `?${query}`;
};

/** What is wrong with an answer to a request that was wrong; empty if nothing. */
const complaints = (to: Operation, seen: Seen, field?: string): readonly string[] => {
  const wanted = to.isPage ? 'text/html' : 'application/problem+json';
  return [
    ...(seen.status >= 400 && seen.status < 500 ? [] : [`status ${seen.status}`]),
    ...(to.documented.has(seen.status) ? [] : [`status ${seen.status} is not documented`]),
    ...(seen.type.startsWith(wanted) ? [] : [`content type ${seen.type}`]),
    ...(/node_modules|\bat \w+.*:\d+:\d+|\.ts\b|\.mjs\b|TypeError|ZodError|DynamoDB|Lambda|stack/i.test(seen.text)
      ? ['internals']
      : []),
    ...(seen.text.includes(canary) ? ['input is echoed'] : []),
    ...(field === undefined || to.isPage || seen.fields.some((each) => isAt(each, field))
      ? []
      : [`names ${seen.fields.join(', ') || 'nothing'} and not ${field}`]),
  ];
};

/** A complaint about what holds the field, or about a part of it, names it too. */
const isAt = (named: string, field: string): boolean => named === field || named.startsWith(`${field}.`);

interface Attempt {
  readonly what: string;
  readonly to: Operation;
  readonly sent: Sent;
  readonly field?: string | undefined;
  /** The one status it must get. */
  readonly status?: number;
}

/** Sends all, some at a time, and lists every answer that is not as it must be. */
const failures = async (attempts: readonly Attempt[]): Promise<readonly string[]> => {
  const waiting = [...attempts];
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { what, to, sent, field, status } = next;
      const seen = await send(to, sent);
      const wrong = [
        ...complaints(to, seen, field),
        ...(status === undefined || seen.status === status ? [] : [`status ${seen.status} instead of ${status}`]),
      ];
      if (wrong.length > 0)
        failed.push(`${to.method} ${to.path}: ${what}: ${wrong.join('; ')}: ${seen.text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return failed;
};

const withJson = () => operations.filter(({ bodyType }) => bodyType === 'application/json');
const json = 'application/json';

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
      // A picture may have more than the usual 64 KB.
      const most = to.name === 'addExercisePicture' ? 5_000_000 : 64 * 1024;
      const large = `${good.slice(0, -1)}${good === '{}' ? '' : ','}"${canary}":"${'x'.repeat(most)}"}`;
      return [
        ...brokenBodies.map(([what, body]) => ({ what, to, sent: { body, type: json }, field: 'body', status: 400 })),
        ...otherJson.map((body) => ({
          what: JSON.stringify(body),
          to,
          sent: { body: JSON.stringify(body), type: json },
          field: 'body',
          status: 400,
        })),
        { what: 'more than it may have', to, sent: { body: large, type: json }, status: 413 },
        { what: 'as plain text', to, sent: { body: good, type: 'text/plain' }, status: 415 },
        { what: 'as a form', to, sent: { body: 'a=1', type: 'application/x-www-form-urlencoded' }, status: 415 },
        { what: 'of no type', to, sent: { body: new TextEncoder().encode(good) }, status: 415 },
        {
          what: 'bytes that are no text',
          to,
          sent: { body: new Uint8Array([0x7b, 0xff, 0xfe, 0x00]), type: json },
          field: 'body',
          status: 400,
        },
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
    const forms = operations.filter(({ bodyType }) => bodyType === 'application/x-www-form-urlencoded');
    const form = 'application/x-www-form-urlencoded';
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
    const { status, rev } = await clinic.anyone.ok('getVisitByLink', { params: { token: goodParameters.token ?? '' } });
    expect({ status, rev }).toEqual({ status: 'booked', rev: 1 });
  });
});

describe('every parameter', () => {
  const strangeIds = ['x', 'apt_1', '%00', '%F0%9F%90%A6', '%27%20OR%201%3D1', 'a'.repeat(2_000)];

  it('in the path: strange ids are refused', async () => {
    const attempts = operations.flatMap((to) =>
      to.parameters
        .filter((each) => each.in === 'path')
        .flatMap(({ name }) =>
          strangeIds.map((value) => ({
            what: `${name} = ${value.slice(0, 40)}`,
            to,
            sent: {
              parameters: { [name]: value },
              ...(to.body === undefined
                ? {}
                : { body: to.bodyType === json ? JSON.stringify(sample(to.body)) : 'a=1', type: to.bodyType }),
            },
            // A slug or a token says whose clinic is asked: an unknown one is just not there.
            ...(name === 'slug' || name === 'token' ? { status: 404 } : { field: `path.${name}`, status: 400 }),
          })),
        ),
    );
    expect(attempts.length).toBeGreaterThan(100);
    expect(await failures(attempts)).toEqual([]);
  });

  it('in the query: wrong, missing, unknown and doubled ones are named', async () => {
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
            sent: {
              headers: { [name]: value },
              ...(to.body === undefined
                ? {}
                : {
                    body: to.bodyType === json ? JSON.stringify(sample(to.body)) : 'action=confirm&rev=1',
                    type: to.bodyType,
                  }),
            },
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
  const body = async (name: Parameters<TestClinic['admin']['ask']>[0], sent: unknown, params = {}) => {
    const { status, body: text } = await clinic.admin.ask(name, { body: sent, params });
    return { status, problem: problem.parse(text) };
  };
  const patient = (changed: Record<string, unknown>) => ({
    ...{
      givenName: 'Ottoline',
      familyName: 'Quillfeather',
      birthDate: '1980-05-17',
      phone: clinic.newPhone(),
      zone: 'America/Denver',
    },
    ...changed,
  });

  it.each(['0001-01-01', '1799-12-31', '9999-12-31', '2999-01-01'])('nobody is born on %s', async (birthDate) => {
    const { status, problem: told } = await body('registerPatient', patient({ birthDate }));
    expect(status).toBe(400);
    expect(told.errors?.map(({ field }) => field)).toEqual(['body.birthDate']);
  });

  it.each(['0001-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '9999-12-31T23:59:59Z', '2026-11-24T10:00:30Z'])(
    'no visit begins at %s',
    async (start) => {
      const { patientId } = goodParameters;
      const [providerId] = clinic.providerIds;
      const { status } = await body('bookAppointment', { patientId, providerId, typeId: clinic.typeId, start });
      expect([400, 409]).toContain(status);
    },
  );

  it('hours that end before they begin, or overlap, are no hours', async () => {
    const provider = (availability: unknown) => ({
      name: 'Dr. Nobody',
      role: 'physician',
      zone: 'America/Denver',
      availability,
    });
    const reversed = await body('createProvider', provider([{ weekday: 1, from: '17:00', to: '08:00' }]));
    const empty = await body('createProvider', provider([{ weekday: 1, from: '08:00', to: '08:00' }]));
    const overlapping = await body(
      'createProvider',
      provider([
        { weekday: 1, from: '08:00', to: '12:00' },
        { weekday: 1, from: '11:00', to: '13:00' },
      ]),
    );
    for (const { status, problem: told } of [reversed, empty, overlapping]) {
      expect(status).toBe(400);
      expect(told.errors?.every(({ field }) => field.startsWith('body.availability'))).toBe(true);
    }
  });

  it.each([
    ['backwards', { from: '2026-12-02T00:00:00Z', to: '2026-12-01T00:00:00Z' }],
    ['of ten years', { from: '2026-12-01T00:00:00Z', to: '2036-12-01T00:00:00Z' }],
  ])('a search %s names the range', async (_, range) => {
    const { status, body: text } = await clinic.admin.ask('findSlots', { query: { typeId: clinic.typeId, ...range } });
    expect(status).toBe(400);
    expect(problem.parse(text).errors?.map(({ field }) => field)).toEqual(['query.to']);
  });

  it('a visit of the past cannot be booked, moved to or fulfilled ahead of time', async () => {
    const { patientId = '' } = goodParameters;
    const [providerId] = clinic.providerIds;
    const booked = await clinic.admin.ok('bookAppointment', {
      body: { patientId, providerId, typeId: clinic.typeId, start: localTime(clinic, 7, '10:00') },
    });
    const params = { appointmentId: booked.id };
    const outcomes = [
      await body('rescheduleAppointment', { start: localTime(clinic, -2, '10:00') }, params),
      await body('fulfilAppointment', { modality: 'video', start: booked.start, end: booked.end }, params),
      await body('markNoShow', {}, params),
      await body('markArrived', {}, params),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect((await clinic.admin.ok('getAppointment', { params })).rev).toBe(1);
  });

  it('a stale If-Match changes nothing', async () => {
    const { patientId = '' } = goodParameters;
    const [providerId] = clinic.providerIds;
    const booked = await clinic.admin.ok('bookAppointment', {
      body: { patientId, providerId, typeId: clinic.typeId, start: localTime(clinic, 7, '12:00') },
    });
    const params = { appointmentId: booked.id };
    const stale = await clinic.admin.ask('cancelAppointment', {
      params,
      headers: { 'if-match': '"7"', 'idempotency-key': randomUUID() },
    });
    expect(stale.status).toBe(412);
    expect((await clinic.admin.ok('getAppointment', { params })).status).toBe('booked');
  });
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
