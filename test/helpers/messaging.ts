import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { deskRoutes, inboxRoutes, officeRoutes } from '../../functions/messaging/contract.ts';
import { handler as desk } from '../../functions/messaging/handlers/http.ts';
import { handler as inbox } from '../../functions/messaging/handlers/inbox-http.ts';
import { handler as office } from '../../functions/messaging/handlers/office-http.ts';
import { routeKeyOf } from '../../functions/platform/http/contract.ts';

const handlers = new Map([
  ...deskRoutes.map((route) => [routeKeyOf(route), desk] as const),
  ...inboxRoutes.map((route) => [routeKeyOf(route), inbox] as const),
  ...officeRoutes.map((route) => [routeKeyOf(route), office] as const),
]);

/** The functions that answer staff of messaging, as the API's routes tell them apart. */
export const messaging = (event: APIGatewayProxyEventV2, context: Context) =>
  (handlers.get(event.routeKey) ?? desk)(event, context);
