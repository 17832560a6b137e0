import type { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { type Id, type IdKind, newId, newLinkToken } from '../../functions/platform/ids.ts';
import { linkTokenItem } from '../../functions/platform/store/directory.ts';
import { transact } from '../../functions/platform/store/records.ts';
import { offerItem } from '../../functions/scheduling/waiting-list-store.ts';
import { canary, type Schema, sample } from './malformed.ts';

/**
 * Requests that must be refused, to every route, and what a refusal must look like. Everything is made from the clinic's
 * own OpenAPI document, so a new route is tested by being there; who tests says how a request is sent.
 */

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
  security: z.array(z.unknown()),
});
const documentShape = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

export const json = 'application/json';
export const form = 'application/x-www-form-urlencoded';

export interface Operation {
  readonly name: string;
  /** As API Gateway routes by: `POST /v1/appointments`. */
  readonly routeKey: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly z.output<typeof parameter>[];
  readonly body: Schema | undefined;
  readonly bodyType: string | undefined;
  readonly isPage: boolean;
  readonly isForStaff: boolean;
  /** Statuses the document says this operation can answer with. */
  readonly documented: ReadonlySet<number>;
}

export const operationsIn = (document: unknown): readonly Operation[] =>
  Object.entries(documentShape.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody, responses, security }]) => {
      const [bodyType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      return {
        name: operationId,
        routeKey: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters,
        body: content?.schema,
        bodyType,
        isPage: Object.values(responses).some((response) => 'text/html' in (response.content ?? {})),
        isForStaff: security.length > 0,
        documented: new Set(Object.keys(responses).map(Number)),
      };
    }),
  );

export interface Sent {
  /** What the path says instead of the good parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The query, from its question mark on. @default what the route needs to be asked at all */
  readonly query?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The query a route needs to be asked at all. */
export const queryOf = ({ parameters }: Operation): string => {
  const query = new URLSearchParams();
  for (const { name, in: where, required, schema } of parameters) {
    if (where === 'query' && required) query.set(name, String(sample(schema, name)));
  }
  return query.size === 0 ? '' : `?${query}`;
};

const zone = 'America/Denver';

/** A visit whose things the good parameters name. */
export interface Visit {
  readonly id: Id<'appointment'>;
  readonly patientId: Id<'patient'>;
  readonly providerId: Id<'provider'>;
  readonly typeId: Id<'appointmentType'>;
}

/** The path of a request to an operation: what is not given gets a good parameter. */
export type ParametersOf = (to: Operation, given?: Readonly<Record<string, string>>) => Record<string, string>;

/** Makes a link to the visit and one to an offer, and every other parameter that a path can have. */
export const goodParameters = async (
  { clinicId, slug }: { readonly clinicId: Id<'clinic'>; readonly slug: string },
  { id: appointmentId, patientId, providerId, typeId }: Visit,
  now: Temporal.Instant,
): Promise<ParametersOf> => {
  const stored = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' });
  const start = now.add({ hours: 48 }).round('minute');
  const [visitToken, offerToken] = [newLinkToken(), newLinkToken()];
  const offerId = newId('offer', now);
  const expiresAt = stored(now.add({ hours: 24 * 30 }));
  const caller = { clinicId, actor: { kind: 'system', id: 'test' }, requestId: 'test', now } as const;
  await transact([
    linkTokenItem(visitToken, { clinicId, patientId, appointmentId, expiresAt }),
    linkTokenItem(offerToken, { clinicId, patientId, offerId, expiresAt }),
    offerItem(caller, {
      ...{ id: offerId, clinicId, patientId, providerId, typeId, modality: 'video', companions: [] },
      ...{ openingId: newId('opening', now), entryId: newId('waitingEntry', now), holdId: newId('hold', now) },
      ...{ start: stored(start), end: stored(start.add({ minutes: 30 })) },
      ...{ zone, wallTime: start.toZonedDateTimeISO(zone).toPlainDateTime().toString(), status: 'offered' },
      ...{ offeredAt: stored(now), expiresAt, rev: 1 },
    }),
  ]);
  const ofNobody = (kinds: Readonly<Record<string, IdKind>>): Record<string, string> =>
    Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, newId(kind, now)]));
  const good: Readonly<Record<string, string>> = {
    slug,
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
  return (to, given = {}) => {
    // An offer's link opens no visit, nor a visit's an offer.
    const token = to.path.startsWith('/o/') || to.path.includes('/offer') ? offerToken : visitToken;
    const names = [...to.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const all: Readonly<Record<string, string>> = { ...good, token, ...given };
    return Object.fromEntries(
      names.map((name) => {
        const value = all[name];
        if (value === undefined) throw new Error(`There is no good ${name} for ${to.path}`);
        return [name, value];
      }),
    );
  };
};

/** What was answered. */
export interface Seen {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const problem = z.object({
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string().min(1) })).optional(),
});

/** The fields that a problem document names. */
export const fieldsOf = ({ type, text }: Seen): readonly string[] => {
  const read = type.startsWith('application/problem+json') ? problem.parse(JSON.parse(text)) : undefined;
  return read?.errors?.map(({ field }) => field) ?? [];
};

/** What is wrong with an answer to a request that was wrong; empty if nothing. */
const complaints = (to: Operation, seen: Seen, field?: string): readonly string[] => {
  const wanted = to.isPage ? 'text/html' : 'application/problem+json';
  const fields = fieldsOf(seen);
  return [
    ...(seen.status >= 400 && seen.status < 500 ? [] : [`status ${seen.status}`]),
    ...(to.documented.has(seen.status) ? [] : [`status ${seen.status} is not documented`]),
    ...(seen.type.startsWith(wanted) ? [] : [`content type ${seen.type}`]),
    ...(/node_modules|\bat \w+.*:\d+:\d+|\.ts\b|\.mjs\b|TypeError|ZodError|DynamoDB|Lambda|stack/i.test(seen.text)
      ? ['internals']
      : []),
    ...(seen.text.includes(canary) ? ['input is echoed'] : []),
    ...(field === undefined || to.isPage || fields.some((each) => isAt(each, field))
      ? []
      : [`names ${fields.join(', ') || 'nothing'} and not ${field}`]),
  ];
};

/** A complaint about what holds the field, or about a part of it, names it too. */
const isAt = (named: string, field: string): boolean => named === field || named.startsWith(`${field}.`);

export interface Attempt {
  readonly what: string;
  readonly to: Operation;
  readonly sent: Sent;
  readonly field?: string | undefined;
  /** The one status it must get. */
  readonly status?: number;
}

/** Sends all, two at a time, and lists every answer that is not as it must be. */
export const failures = async (
  attempts: readonly Attempt[],
  send: (to: Operation, sent: Sent) => Promise<Seen>,
): Promise<readonly string[]> => {
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
      if (wrong.length > 0) failed.push(`${to.routeKey}: ${what}: ${wrong.join('; ')}: ${seen.text.slice(0, 300)}`);
    }
  };
  await Promise.all([work(), work()]);
  return failed;
};

/** One byte more than a route takes, in an otherwise good body. */
export const tooLarge = (to: Operation): string => {
  const good = JSON.stringify(sample(to.body ?? {}));
  // A picture may have more than the usual 64 KB.
  const most = to.name === 'addExercisePicture' ? 5_000_000 : 64 * 1024;
  return `${good.slice(0, -1)}${good === '{}' ? '' : ','}"${canary}":"${'x'.repeat(most)}"}`;
};

/** A body that is no text in any encoding JSON may have. */
export const noText = new Uint8Array([0x7b, 0xff, 0xfe, 0x00]);

/** Path parameters as they stand in a URL. */
export const strangeIds = ['x', 'apt_1', '%00', '%F0%9F%90%A6', '%27%20OR%201%3D1', 'a'.repeat(2_000)];

/** An attempt for each strange value of each parameter of the path. */
export const strangePaths = (to: Operation): readonly Attempt[] =>
  to.parameters
    .filter((each) => each.in === 'path')
    .flatMap(({ name }) =>
      strangeIds.map((value) => ({
        what: `${name} = ${value.slice(0, 40)}`,
        to,
        sent: { parameters: { [name]: value }, ...goodBody(to) },
        // A slug or a token says whose clinic is asked: an unknown one is just not there.
        ...(name === 'slug' || name === 'token' ? { status: 404 } : { field: `path.${name}`, status: 400 }),
      })),
    );

/** A body with nothing wrong in it, where the route takes one. */
export const goodBody = (to: Operation): Pick<Sent, 'body' | 'type'> =>
  to.body === undefined
    ? {}
    : { body: to.bodyType === json ? JSON.stringify(sample(to.body)) : 'action=confirm&rev=1', type: to.bodyType };
