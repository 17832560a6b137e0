import * as z from 'zod';
import { defineRoute } from './http/contract.ts';

/** Routes that belong to no clinic. */
export const routes = [
  defineRoute({
    name: 'getHealth',
    method: 'GET',
    path: '/v1/health',
    access: 'public',
    summary: 'Whether the API answers and can read its table',
    reply: {
      status: 200,
      body: z.strictObject({ status: z.literal('ok'), stage: z.string(), time: z.string() }),
    },
  }),
  defineRoute({
    name: 'getOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    access: 'public',
    summary: 'This API as an OpenAPI 3.1 document',
    reply: { status: 200, body: z.record(z.string(), z.unknown()) },
  }),
] as const;
