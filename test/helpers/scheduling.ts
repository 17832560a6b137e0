import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { routeKeyOf } from '../../functions/platform/http/contract.ts';
import { officeRoutes } from '../../functions/scheduling/contract.ts';
import { handler as desk } from '../../functions/scheduling/handlers/http.ts';
import { handler as office } from '../../functions/scheduling/handlers/office-http.ts';

const ofOffice: ReadonlySet<string> = new Set(officeRoutes.map(routeKeyOf));

/** Both functions that answer staff of scheduling, as the API's routes tell them apart. */
export const scheduling = (event: APIGatewayProxyEventV2, context: Context) =>
  (ofOffice.has(event.routeKey) ? office : desk)(event, context);
