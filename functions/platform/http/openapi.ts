import * as z from 'zod';
import { type ProblemCode, problems } from '../problem.ts';
import type { Route } from './contract.ts';

type Json = Record<string, unknown>;

/** What any route can answer, by what it takes. */
const commonErrors = (route: Route): ProblemCode[] => [
  'internal',
  ...(route.access === 'public'
    ? route.path.includes('{slug}')
      ? (['not-found'] as const)
      : []
    : route.access === 'link'
      ? (['not-found', 'link-expired'] as const)
      : (['unauthenticated', 'forbidden'] as const)),
  // Every route refuses query parameters it does not know.
  'bad-input',
  ...(route.body ? (['malformed-body', 'too-large', 'unsupported-media-type'] as const) : []),
  ...(route.method === 'POST' ? (['idempotency-mismatch', 'busy'] as const) : []),
  ...(route.ifMatch ? (['stale'] as const) : []),
];

/** All codes a route documents. */
export const errorsOf = (route: Route): readonly ProblemCode[] => [
  ...new Set([...commonErrors(route), ...(route.errors ?? [])]),
];

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
};

const parametersOf = (schema: z.ZodObject | undefined, where: 'path' | 'query'): Json[] => {
  if (schema === undefined) return [];
  const json = schemaOf(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
};

const headersOf = (route: Route): Json[] => [
  ...(route.method === 'POST'
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'Repeat a POST safely for 24 hours: the same key and body give the same answer, once done.',
          schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
        },
      ]
    : []),
  ...(route.ifMatch
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: route.ifMatch === 'required',
          description: 'The ETag you read; 412 if the record has changed since.',
          schema: { type: 'string', pattern: '^"\\d{1,9}"$' },
        },
      ]
    : []),
  ...(route.ifNoneMatch
    ? [
        {
          name: 'If-None-Match',
          in: 'header',
          required: false,
          description: 'The ETag you have; 304 if nothing has changed since.',
          schema: { type: 'string' },
        },
      ]
    : []),
];

const mediaType = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  html: 'text/html',
  calendar: 'text/calendar',
} as const;

const successOf = (route: Route): Json => {
  const format = route.reply.format ?? (route.reply.body === undefined ? 'none' : 'json');
  const description = {
    200: 'OK',
    201: 'Created',
    202: 'Accepted',
    204: 'Done',
    303: 'See the page named by Location',
  }[route.reply.status];
  if (format === 'none') return { description };
  const schema = route.reply.body === undefined ? { type: 'string' } : schemaOf(route.reply.body, 'output');
  return { description, content: { [mediaType[format]]: { schema } } };
};

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** What a refusal looks like: a page where people look, a problem document where programs do. */
const contentOfProblem = (route: Route, status: number): Json => {
  if (route.reply.format === 'html') return { 'text/html': { schema: { type: 'string' } } };
  if (status !== 401) return problemContent;
  // A missing or outdated sign-in is refused by the gateway, before any function of ours, in its own words.
  return { ...problemContent, 'application/json': { schema: { $ref: '#/components/schemas/Unauthorized' } } };
};

const problemResponses = (route: Route): Json => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of errorsOf(route)) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('. '),
          ...(status === 429 || status === 503
            ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } }
            : {}),
          content: contentOfProblem(route, Number(status)),
        },
      ]),
  );
};

const operationOf = (area: string, route: Route, asked: Asked): Json => ({
  operationId: route.name,
  tags: [area],
  summary: route.summary,
  parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query'), ...headersOf(route)],
  ...(route.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { [mediaType[route.bodyFormat ?? 'json']]: { schema: schemaOf(route.body, 'input') } },
        },
      }),
  responses: {
    [String(route.reply.status)]: { ...successOf(route), links: linksOf(route, asked) },
    ...(route.ifNoneMatch ? { '304': { description: 'You have the newest already' } } : {}),
    ...problemResponses(route),
  },
  security: route.access === 'public' || route.access === 'link' ? [] : [{ staff: [] }],
  'x-permission': route.access,
});

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems) },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

const unauthorizedSchema = {
  type: 'object',
  required: ['message'],
  properties: { message: { type: 'string' } },
} as const;

/** Properties of an answer, or parameters of a path, that are ids: by name, with the pattern that says of what. */
const idsOf = (schema: z.ZodType | undefined, io: 'input' | 'output'): ReadonlyMap<string, string> => {
  if (schema === undefined) return new Map();
  const { properties = {} } = schemaOf(schema, io) as { properties?: Record<string, { pattern?: string }> };
  return new Map(
    Object.entries(properties).flatMap(([name, { pattern }]) => (pattern === undefined ? [] : [[name, pattern]])),
  );
};

/** The operations whose path names something, with the ids they ask for. */
type Asked = readonly (readonly [name: string, ids: readonly (readonly [parameter: string, pattern: string])[]])[];

const askedBy = (routes: readonly Route[]): Asked =>
  routes.flatMap(({ name, params }) => {
    const ids = [...idsOf(params, 'input')];
    return ids.length > 0 && ids.length === Object.keys(params?.shape ?? {}).length ? [[name, ids] as const] : [];
  });

/**
 * What can be asked next about what a route has just answered: the operations whose path names only ids of the answer,
 * by the same name, or the answer's own `id` where it is of the kind asked for.
 */
const linksOf = (route: Route, asked: Asked): Json => {
  const answered = idsOf(route.reply.body, 'output');
  if (answered.size === 0) return {};
  const links: Json = {};
  for (const [operationId, ids] of asked) {
    const parameters = ids.flatMap(([name, pattern]) => {
      const source = [name, 'id'].find((property) => answered.get(property) === pattern);
      return source === undefined ? [] : [[name, `$response.body#/${source}`]];
    });
    if (operationId === route.name || parameters.length < ids.length) continue;
    links[operationId] = { operationId, parameters: Object.fromEntries(parameters) };
  }
  return links;
};

/**
 * The API as an OpenAPI 3.1 document, made from the contracts the handlers validate by.
 * @param areas each area's routes under its name, which becomes the tag.
 */
export const openApi = (areas: Readonly<Record<string, readonly Route[]>>, serverUrl: string): Json => {
  const paths: Record<string, Json> = {};
  const asked = askedBy(Object.values(areas).flat());
  for (const [area, routes] of Object.entries(areas)) {
    for (const route of routes) {
      paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(area, route, asked) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plumbline',
      version: '1',
      description: 'Booking, texting, triage, billing evidence and audit for spine and musculoskeletal clinics.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas: { Problem: problemSchema, Unauthorized: unauthorizedSchema },
      securitySchemes: {
        staff: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The ID token of a staff sign-in' },
      },
    },
  };
};
