import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { routes as billing } from '../../../functions/billing/contract.ts';
import { routes as care } from '../../../functions/care/contract.ts';
import { routes as intake } from '../../../functions/intake/contract.ts';
import { routes as messaging } from '../../../functions/messaging/contract.ts';
import { routes as platform } from '../../../functions/platform/contract.ts';
import type { Route } from '../../../functions/platform/http/contract.ts';
import { routes as scheduling } from '../../../functions/scheduling/contract.ts';
import { type Answer, callApi } from '../../../local/api.ts';

export const routes = [...platform, ...scheduling, ...intake, ...messaging, ...care, ...billing] as const;

type RouteName = (typeof routes)[number]['name'];
type RouteNamed<Name> = Extract<(typeof routes)[number], { readonly name: Name }>;
type ReplyOf<Name> =
  RouteNamed<Name> extends { readonly reply: { readonly body: infer Schema extends z.ZodType } }
    ? z.output<Schema>
    : undefined;

export interface Call {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const routesByName: ReadonlyMap<string, Route> = new Map(routes.map((route) => [route.name, route]));

/** A caller of the API who speaks by the contracts: as staff with a token, as anybody without. */
export interface Api {
  /**
   * Calls and expects the route's own status; the answer is read by the contract. A clinic on a machine that is busy
   * with other things may be too slow: then it asks again, under the same key, as a client should.
   */
  ok<Name extends RouteName>(name: Name, call?: Call): Promise<ReplyOf<Name>>;
  /** Calls and hands over whatever comes. */
  ask(name: RouteName, call?: Call): Promise<Answer>;
}

export const apiOf = (apiUrl: string, token?: string): Api => {
  const ask = (name: RouteName, { params = {}, body, ...rest }: Call = {}): Promise<Answer> => {
    const route = routeNamed(name);
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
      encodeURIComponent(params[parameter] ?? ''),
    );
    const sent = route.body !== undefined && body === undefined ? {} : body;
    return callApi(apiUrl, route.method, path, { ...rest, token, ...(sent === undefined ? {} : { body: sent }) });
  };
  return {
    ask,
    async ok<Name extends RouteName>(name: Name, call?: Call) {
      const { method, reply } = routeNamed(name);
      const key = method === 'POST' ? { 'idempotency-key': randomUUID() } : {};
      const once = { ...call, headers: { ...key, ...call?.headers } };
      let answer = await ask(name, once);
      for (let again = 0; again < 5 && tooSlow.has(answer.status); again += 1) {
        await sleep(500);
        answer = await ask(name, once);
      }
      if (answer.status !== reply.status)
        throw new Error(`${answer.call} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      // The one place where a checked answer becomes the type its contract gives it.
      return reply.body?.parse(answer.body) as ReplyOf<Name>;
    },
  };
};

/** What the API, or the emulator before it, answers when it runs out of time. */
const tooSlow: ReadonlySet<number> = new Set([502, 503]);

const routeNamed = (name: string): Route => {
  const route = routesByName.get(name);
  if (route === undefined) throw new Error(`There is no route ${name}`);
  return route;
};

const problem = z.object({ code: z.string(), status: z.number() });

/** `409 slot-taken`, or the status alone where the answer is no problem. */
export const outcomeOf = ({ status, body }: Answer): string => {
  const read = problem.safeParse(body);
  return read.success ? `${status} ${read.data.code}` : String(status);
};

/** How often each value occurs. */
export const tally = (values: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};
