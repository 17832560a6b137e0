import type * as z from 'zod';
import type { Permission } from '../access.ts';
import type { ProblemCode } from '../problem.ts';

/**
 * One route of the API, as data. The stack creates it, the handler validates by it, OpenAPI documents it and the
 * access tests walk it; so no AWS code here.
 */
export interface Route {
  /** OpenAPI operationId and name of the implementing use case, `bookAppointment`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters in braces: `/v1/patients/{patientId}`. */
  readonly path: `/${string}`;
  /** A staff permission; `public` is open to anyone; `link` is proved by the secret token in the path. */
  readonly access: Permission | 'public' | 'link';
  /** What a link must open to be let in; any other link is as unknown here. @default 'visit' */
  readonly opens?: 'visit' | 'offer';
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** How the body travels. Forms are for pages that work without script. @default 'json' */
  readonly bodyFormat?: 'json' | 'form';
  /** The most bytes its body may have. @default 64 KB */
  readonly maxBodyBytes?: number;
  readonly reply: {
    readonly status: 200 | 201 | 202 | 204 | 303;
    /** Absent for 204, for redirects, for pages and for calendars. */
    readonly body?: z.ZodType;
    /** @default 'json' */
    readonly format?: 'json' | 'html' | 'calendar' | 'none';
  };
  /** What can go wrong beyond bad input, sign-in and permission, which every route documents by itself. */
  readonly errors?: readonly ProblemCode[];
  /**
   * Whether the route reads If-Match (the ETag of the record) and answers 412 when it is stale. `required`: what the caller says is about
   * what they have read (that it is seen, or done with), so it must be said which that is.
   */
  readonly ifMatch?: boolean | 'required';
  /** Whether the route reads If-None-Match and answers 304 to who has the newest already. */
  readonly ifNoneMatch?: boolean;
}

/** Declares a route; keeps the literal types of its schemas. */
export const defineRoute = <const R extends Route>(route: R): R => route;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What an implementation of the route is handed, validated. */
export interface Input<R extends Route> {
  readonly params: Output<R['params']>;
  readonly query: Output<R['query']>;
  readonly body: Output<R['body']>;
}

/** The key API Gateway routes by: `POST /v1/appointments`. */
export const routeKeyOf = (route: Pick<Route, 'method' | 'path'>): string => `${route.method} ${route.path}`;
