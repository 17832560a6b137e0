import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { isAllowed } from '../access.ts';
import type { Caller } from '../actor.ts';
import { systemClock } from '../clock.ts';
import type { Id } from '../ids.ts';
import { log } from '../log.ts';
import { metricNames } from '../metric-names.ts';
import { count, flushMetrics } from '../metrics.ts';
import { badFields, type FieldError, Problem, type ProblemDocument } from '../problem.ts';
import { type Clinic, loadClinic } from '../store/clinic.ts';
import { findClinicId, findLink, type OfferLink, type PatientLink } from '../store/directory.ts';
import { type IdempotencyKey, idempotencyKey, recallAnswer, rememberAnswer } from '../store/idempotency.ts';
import { BadCursor, ConditionFailed, Contended, type TransactItem, transact } from '../store/records.ts';
import { type Input, type Route, routeKeyOf } from './contract.ts';
import { slug } from './schemas.ts';

/** What a route answers. `body.rev`, where there is one, also becomes the ETag. */
export interface Reply {
  readonly body?: unknown;
  /** @default the route's own status */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Writes a use case's one transaction together with the answer remembered under the caller's Idempotency-Key.
 * `answer` is the body the route replies with.
 */
export type Commit = (items: readonly TransactItem[], answer: unknown) => Promise<void>;

/** What an implementation is given: the validated input and who asks. */
export type Request<R extends Route> = Input<R> & {
  readonly caller: Caller;
  /** Present on routes with access `link`. */
  readonly link: R['access'] extends 'link'
    ? R extends { readonly opens: 'offer' }
      ? OfferLink
      : PatientLink
    : undefined;
  /** The revision named by If-Match, on routes that read it. */
  readonly ifMatch: number | undefined;
  /** The If-None-Match header, on routes that read it. */
  readonly ifNoneMatch: string | undefined;
  readonly commit: Commit;
};

export type Implementations<Routes extends readonly Route[]> = {
  readonly [Name in Routes[number]['name']]: (
    request: Request<Extract<Routes[number], { readonly name: Name }>>,
  ) => Promise<Reply>;
};

/** Bytes of body accepted where the route does not say; a form with every field full is well below. */
const usualBodyBytes = 64 * 1024;
/** Answer before the platform cuts the connection, so that the caller gets a problem document. */
const earlyTimeoutMillis = 500;

/** One exchange on its way through the stack. */
interface Exchange {
  route: Route;
  requestId: string;
  startedAtMillis: number;
  now: Temporal.Instant;
  caller: Caller | undefined;
  link: PatientLink | OfferLink | undefined;
  input: { params: unknown; query: unknown; body: unknown } | undefined;
  ifMatch: number | undefined;
  ifNoneMatch: string | undefined;
  idempotency: IdempotencyKey | undefined;
}

type Step = MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>;

/** The exchange of an event under way; the middy steps and the handler share nothing else. */
const exchanges = new WeakMap<APIGatewayProxyEventV2, Exchange>();

const exchangeOf = (event: APIGatewayProxyEventV2): Exchange => {
  const exchange = exchanges.get(event);
  if (exchange === undefined) throw new Error('The correlate step has not run');
  return exchange;
};

/** The remembered answer was written by an earlier request under the same key. */
class AnsweredBefore extends Error {}

/**
 * Renders a failure of a page route, with the headers (its content security policy) of the pages themselves. A promise,
 * so that pages can be loaded when the first one is asked for.
 */
export type ProblemPage = (
  problem: ProblemDocument,
  clinic?: Clinic,
) => Promise<{ readonly body: string; readonly headers: Readonly<Record<string, string>> }>;

/**
 * The Lambda entry of an area's routes: one middy stack round all its use cases.
 * @param problemPage renders a failure of a page route; problem+json is for programs. It is told the clinic, where the
 * link says which, so that an expired link still leads to a telephone number.
 */
export const httpHandler = <const Routes extends readonly Route[]>(
  routes: Routes,
  implementations: Implementations<NoInfer<Routes>>,
  problemPage?: ProblemPage,
) => {
  const byKey = new Map<string, Route>(routes.map((route) => [routeKeyOf(route), route]));
  // The mapped type ties each name to its own route; here, where the route is known only at run time, they are all alike.
  const run = implementations as unknown as Record<string, (request: Request<Route>) => Promise<Reply>>;

  const correlate: Step = {
    before: ({ event }) => {
      const route = byKey.get(event.routeKey);
      if (route === undefined) throw new Problem('not-found', 'There is no such route.');
      const now = systemClock.now();
      exchanges.set(event, {
        route,
        requestId: event.requestContext.requestId,
        startedAtMillis: performance.now(),
        now,
        caller: undefined,
        link: undefined,
        input: undefined,
        ifMatch: undefined,
        ifNoneMatch: undefined,
        idempotency: undefined,
      });
    },
  };

  const identify: Step = {
    before: async ({ event }) => {
      const exchange = exchangeOf(event);
      const { access } = exchange.route;
      if (access === 'public') await identifyPublic(event, exchange);
      else if (access === 'link') await identifyLink(event, exchange);
      else identifyStaff(event, exchange);
    },
  };

  const parse: Step = {
    before: ({ event }) => {
      const exchange = exchangeOf(event);
      const { route } = exchange;
      const errors: FieldError[] = [];
      const body = route.body === undefined ? undefined : readBody(event, route);
      exchange.input = {
        params: check(route.params, decodeParams(event), 'path', errors),
        query: check(route.query ?? noQuery, event.queryStringParameters ?? {}, 'query', errors),
        body: check(route.body, body, 'body', errors),
      };
      exchange.ifMatch = route.ifMatch ? readIfMatch(event, route.ifMatch, errors) : undefined;
      exchange.ifNoneMatch = route.ifNoneMatch ? event.headers['if-none-match'] : undefined;
      const key = readIdempotencyKey(event, errors);
      if (errors.length > 0) throw badFields(errors);
      if (key !== undefined && route.method === 'POST' && exchange.caller !== undefined) {
        exchange.idempotency = idempotencyKey(exchange.caller.clinicId, {
          actorId: exchange.caller.actor.id,
          route: `${routeKeyOf(route)} ${JSON.stringify(exchange.input.params)}`,
          key,
          body: JSON.stringify(exchange.input.body ?? null),
        });
      }
    },
  };

  const answerProblem: Step = {
    onError: async (request) => {
      const exchange = exchanges.get(request.event);
      const requestId = exchange?.requestId ?? request.event.requestContext.requestId;
      const problem = toProblem(request.error, request.event.requestContext.http.method);
      if (problem.code === 'internal') {
        count(metricNames.requestsFailed);
        log.error('request failed', request.error, { requestId, route: request.event.routeKey });
      }
      const document = problem.toDocument(requestId);
      const page =
        exchange?.route.reply.format === 'html' && problemPage !== undefined
          ? await problemPage(document, await clinicOf(exchange))
          : undefined;
      request.response = {
        statusCode: problem.status,
        headers: {
          ...commonHeaders,
          ...page?.headers,
          'content-type': page === undefined ? 'application/problem+json' : htmlType,
          ...(problem.retryAfterSeconds === undefined ? {} : { 'retry-after': String(problem.retryAfterSeconds) }),
        },
        body: page?.body ?? JSON.stringify(document),
      };
      logExchange(exchange, request.event.routeKey, problem.status, document);
    },
    after: (request) => {
      const exchange = exchangeOf(request.event);
      logExchange(exchange, request.event.routeKey, request.response?.statusCode ?? 0);
    },
  };

  const timedOut = (): APIGatewayProxyStructuredResultV2 => ({
    statusCode: 503,
    headers: { ...commonHeaders, 'content-type': 'application/problem+json', 'retry-after': '1' },
    body: JSON.stringify(
      new Problem('busy', 'This took too long. Repeat it with the same Idempotency-Key.').toDocument(''),
    ),
  });

  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({
    timeoutEarlyInMillis: earlyTimeoutMillis,
    timeoutEarlyResponse: timedOut,
  })
    .use({ after: flushMetrics, onError: flushMetrics })
    .use(answerProblem)
    .use(correlate)
    .use(identify)
    .use(parse)
    .handler(async (event) => {
      const exchange = exchangeOf(event);
      const implementation = run[exchange.route.name];
      if (implementation === undefined) throw new Error(`No implementation of ${exchange.route.name}`);
      return respond(exchange, await runOnce(exchange, implementation));
    });
};

/** The clinic a page belongs to, which must not fail in turn. */
const clinicOf = async ({ link, caller }: Exchange): Promise<Clinic | undefined> => {
  const clinicId = link?.clinicId ?? caller?.clinicId;
  if (clinicId === undefined) return undefined;
  try {
    return await loadClinic(clinicId);
  } catch {
    return undefined; // the page says what it can without it
  }
};

/** Runs the use case; a request repeated under its key gets the first answer again. */
const runOnce = async (
  exchange: Exchange,
  implementation: (request: Request<Route>) => Promise<Reply>,
): Promise<Reply> => {
  const { idempotency, route } = exchange;
  const nowEpochSeconds = Math.floor(exchange.now.epochMilliseconds / 1000);
  const commit: Commit = async (items, answer) => {
    // A repeat of what already is writes nothing.
    if (idempotency === undefined) return items.length === 0 ? undefined : transact(items);
    try {
      const remember = rememberAnswer(idempotency, { status: route.reply.status, body: answer }, nowEpochSeconds);
      await transact([...items, remember]);
    } catch (error) {
      if (error instanceof ConditionFailed && error.failed.at(-1))
        throw new AnsweredBefore('Repeated', { cause: error });
      throw error;
    }
  };
  try {
    return await implementation({
      ...exchange.input,
      caller: exchange.caller,
      link: exchange.link,
      ifMatch: exchange.ifMatch,
      ifNoneMatch: exchange.ifNoneMatch,
      commit,
    } as Request<Route>);
  } catch (error) {
    // A repeat usually fails on what the first request did (the slot is taken: by itself), so look before refusing.
    // The happy path pays no read for this.
    const mayBeRepeat = error instanceof AnsweredBefore || error instanceof Problem || error instanceof ConditionFailed;
    if (idempotency === undefined || !mayBeRepeat) throw error;
    const earlier = await recallAnswer(idempotency, nowEpochSeconds);
    if (earlier === undefined)
      throw error instanceof AnsweredBefore ? new Contended('Key in use', { cause: error }) : error;
    if (earlier === 'mismatch') throw new Problem('idempotency-mismatch', 'Use a new key for a new request.');
    return { status: earlier.status, body: earlier.body, headers: { 'idempotency-replayed': 'true' } };
  }
};

const htmlType = 'text/html; charset=utf-8';
const calendarType = 'text/calendar; charset=utf-8';
/** Answers hold patient data and links hold secrets: nothing is cached, sniffed or passed on as a referrer. */
const commonHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
} as const;

const respond = (exchange: Exchange, reply: Reply): APIGatewayProxyStructuredResultV2 => {
  const { route } = exchange;
  const statusCode = reply.status ?? route.reply.status;
  const format = route.reply.format ?? (route.reply.body === undefined ? 'none' : 'json');
  const headers: Record<string, string> = { ...commonHeaders, ...reply.headers };
  if (format === 'none' || reply.body === undefined) return { statusCode, headers };
  if (format === 'html' || format === 'calendar') {
    headers['content-type'] ??= format === 'html' ? htmlType : calendarType;
    return { statusCode, headers, body: String(reply.body) };
  }
  const { body } = reply;
  if (typeof body === 'object' && body !== null && 'rev' in body && typeof body.rev === 'number') {
    headers.etag = `"${body.rev}"`;
  }
  // Outside production a reply that breaks its own contract is a failure, so that OpenAPI stays true.
  if (process.env.PLUMBLINE_STAGE !== 'prod' && route.reply.body !== undefined) {
    const checked = route.reply.body.safeParse(body);
    if (!checked.success) throw new Error(`Reply of ${route.name} breaks its contract`, { cause: checked.error });
  }
  headers['content-type'] ??= 'application/json';
  return { statusCode, headers, body: JSON.stringify(body) };
};

const identifyPublic = async (event: APIGatewayProxyEventV2, exchange: Exchange): Promise<void> => {
  const given = event.pathParameters?.slug;
  if (given === undefined) return; // a route of no clinic, such as health
  const checked = slug.safeParse(given);
  const clinicId = checked.success ? await findClinicId('slug', checked.data) : undefined;
  if (clinicId === undefined) throw new Problem('not-found', 'There is no such clinic.');
  exchange.caller = {
    clinicId,
    actor: { kind: 'patient', id: 'self-booking' },
    requestId: exchange.requestId,
    now: exchange.now,
    address: event.requestContext.http.sourceIp,
  };
};

const identifyLink = async (event: APIGatewayProxyEventV2, exchange: Exchange): Promise<void> => {
  const link = await findLink(event.pathParameters?.token ?? '');
  const opens = link === undefined || 'appointmentId' in link ? 'visit' : 'offer';
  if (link === undefined || opens !== (exchange.route.opens ?? 'visit')) {
    throw new Problem('not-found', 'This link is not one of ours.');
  }
  exchange.link = link;
  if (Temporal.Instant.compare(exchange.now, Temporal.Instant.from(link.expiresAt)) >= 0) {
    throw new Problem('link-expired', 'This link has expired. Please call the clinic.');
  }
  exchange.caller = {
    clinicId: link.clinicId,
    actor: { kind: 'patient', id: link.patientId },
    requestId: exchange.requestId,
    now: exchange.now,
  };
};

const claimsSchema = z.object({
  sub: z.string().min(1),
  token_use: z.literal('id'),
  'custom:clinic': z.string().min(1),
  'cognito:groups': z.union([z.array(z.string()), z.string()]).optional(),
});

/** API Gateway hands a list claim over as the text `[frontdesk admin]`; other gateways as JSON or a list. */
const groupsOf = (claim: string | readonly string[] | undefined): readonly string[] =>
  claim === undefined ? [] : typeof claim === 'string' ? claim.split(/[\s,[\]"]+/).filter(Boolean) : claim;

const identifyStaff = (event: APIGatewayProxyEventV2, exchange: Exchange): void => {
  const { access } = exchange.route;
  if (access === 'public' || access === 'link') throw new Error('Not a staff route');
  const context = event.requestContext as { authorizer?: { jwt?: { claims?: unknown } } };
  const claims = claimsSchema.safeParse(context.authorizer?.jwt?.claims);
  if (!claims.success) throw new Problem('unauthenticated', 'Send the ID token of a staff sign-in.');
  if (!isAllowed(groupsOf(claims.data['cognito:groups']), access)) {
    throw new Problem('forbidden', `This needs the permission ${access}.`);
  }
  exchange.caller = {
    clinicId: claims.data['custom:clinic'] as Id<'clinic'>,
    actor: { kind: 'staff', id: claims.data.sub },
    requestId: exchange.requestId,
    now: exchange.now,
  };
};

const noQuery = z.strictObject({});

const decodeParams = (event: APIGatewayProxyEventV2): Record<string, string> =>
  Object.fromEntries(
    Object.entries(event.pathParameters ?? {}).map(([name, value]) => {
      try {
        return [name, decodeURIComponent(value ?? '')];
      } catch {
        return [name, ''];
      }
    }),
  );

const readBody = (event: APIGatewayProxyEventV2, route: Route): unknown => {
  const raw = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
  const { maxBodyBytes = usualBodyBytes } = route;
  if (Buffer.byteLength(raw) > maxBodyBytes) throw new Problem('too-large', `Send at most ${maxBodyBytes} bytes.`);
  const type = (event.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (route.bodyFormat === 'form') {
    if (type !== 'application/x-www-form-urlencoded') throw new Problem('unsupported-media-type', 'Send a form.');
    return Object.fromEntries(new URLSearchParams(raw));
  }
  if (type !== 'application/json') throw new Problem('unsupported-media-type');
  try {
    return JSON.parse(raw);
  } catch (cause) {
    throw new Problem('malformed-body', 'The body is not JSON.', [{ field: 'body', message: 'Expected JSON' }], cause);
  }
};

const check = (schema: z.ZodType | undefined, value: unknown, where: string, errors: FieldError[]): unknown => {
  if (schema === undefined) return undefined;
  const illFormed = illFormedIn(value, where);
  if (illFormed !== undefined) {
    errors.push({ field: illFormed, message: 'Must not contain half a character' });
    return undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) errors.push(...fieldErrors(issue, where));
  return undefined;
};

/**
 * The first field that holds a surrogate without its other half, which JSON can write and UTF-8, and so the records, cannot. Looked
 * for here and not field by field, so that no contract can forget it; without recursion, as a body may be nested deeper than a stack.
 */
const illFormedIn = (value: unknown, where: string): string | undefined => {
  const waiting: (readonly [at: string, value: unknown])[] = [[where, value]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [at, each] = next;
    if (typeof each === 'string' && !each.isWellFormed()) return at;
    if (typeof each !== 'object' || each === null) continue;
    for (const [key, inner] of Object.entries(each)) {
      if (!key.isWellFormed()) return at;
      waiting.push([`${at}.${key.slice(0, 60)}`, inner]);
    }
  }
  return undefined;
};

/** Names the field. An unknown field is named itself, cut short, because that is what its sender must remove. */
const fieldErrors = (issue: z.core.$ZodIssue, where: string): FieldError[] => {
  const at = [where, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: `${at}.${key.slice(0, 60)}`, message: 'There is no such field' }));
  }
  const isAbsent = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ field: at, message: isAbsent ? 'Is required' : issue.message }];
};

const readIfMatch = (
  event: APIGatewayProxyEventV2,
  asked: true | 'required',
  errors: FieldError[],
): number | undefined => {
  const header = event.headers['if-match'];
  if (header === undefined && asked === 'required') {
    errors.push({ field: 'header.If-Match', message: 'Is required: the ETag of what you have read' });
  }
  if (header === undefined || (header === '*' && asked !== 'required')) return undefined;
  const rev = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  if (rev === undefined) errors.push({ field: 'header.If-Match', message: 'Expected an ETag like "3"' });
  return rev === undefined ? undefined : Number(rev);
};

const readIdempotencyKey = (event: APIGatewayProxyEventV2, errors: FieldError[]): string | undefined => {
  const key = event.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return key;
  errors.push({ field: 'header.Idempotency-Key', message: 'Expected 1 to 128 visible ASCII characters' });
  return undefined;
};

const toProblem = (error: unknown, method: string): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof BadCursor) {
    const field = method === 'POST' ? 'body.cursor' : 'query.cursor';
    return badFields([{ field, message: 'Expected a cursor that this list gave' }]);
  }
  if (error instanceof ConditionFailed) return new Problem('stale', 'Read it again and repeat your change.');
  if (error instanceof Contended) return new Problem('busy');
  return new Problem('internal', 'Something went wrong on our side. Nothing is half done; please try again.');
};

const logExchange = (
  exchange: Exchange | undefined,
  routeKey: string,
  status: number,
  document?: ProblemDocument,
): void =>
  log.info('request', {
    requestId: exchange?.requestId,
    route: routeKey,
    status,
    code: document?.code,
    clinicId: exchange?.caller?.clinicId,
    actorKind: exchange?.caller?.actor.kind,
    durationMillis: exchange === undefined ? undefined : Math.round(performance.now() - exchange.startedAtMillis),
    count: document?.errors?.length,
  });
