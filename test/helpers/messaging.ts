import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { officeRoutes } from '../../functions/messaging/contract.ts';
import { handler as desk } from '../../functions/messaging/handlers/http.ts';
import { handler as office } from '../../functions/messaging/handlers/office-http.ts';
import { routeKeyOf } from '../../functions/platform/http/contract.ts';

const ofOffice: ReadonlySet<string> = new Set(officeRoutes.map(routeKeyOf));

/** Both functions that answer staff of messaging, as the API's routes tell them apart. */
export const messaging = (event: APIGatewayProxyEventV2, context: Context) =>
  (ofOffice.has(event.routeKey) ? office : desk)(event, context);
