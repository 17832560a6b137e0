import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Temporal } from 'temporal-polyfill';
import { type Id, newId } from '../../functions/platform/ids.ts';
import { clinicItem } from '../../functions/platform/store/clinic.ts';
import { directoryItem } from '../../functions/platform/store/directory.ts';
import { transact } from '../../functions/platform/store/records.ts';
import { type EventOptions, httpEvent, lambdaContext, staffClaims } from './events.ts';
import { testPhone } from './phones.ts';

export interface TestClinic {
  readonly clinicId: Id<'clinic'>;
  readonly slug: string;
  readonly originationNumber: string;
  readonly onCallNumber: string;
}

/** A clinic of its own for one test: nothing another test does can touch it. */
export const createTestClinic = async (now: Temporal.Instant): Promise<TestClinic> => {
  const clinicId = newId('clinic', now);
  const slug = `clinic-${clinicId.slice(-12).toLowerCase()}`;
  const originationNumber = testPhone();
  const onCallNumber = testPhone();
  await transact([
    clinicItem({
      clinicId,
      slug,
      name: 'Test Spine',
      brand: 'Test Clinic',
      zone: 'America/Denver',
      phone: '+13035550100',
      originationNumber,
      onCallNumber,
      rev: 1,
      changedAt: now.toString(),
      changedBy: { kind: 'system', id: 'test' },
      requestId: 'test',
    }),
    directoryItem('slug', slug, clinicId),
    directoryItem('number', originationNumber, clinicId),
  ]);
  return { clinicId, slug, originationNumber, onCallNumber };
};

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

export interface Answer {
  readonly status: number;
  // Tests look into answers freely; the contract itself is checked by the handler.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks a handler as API Gateway would. */
export const ask = async (handler: unknown, routeKey: string, options: EventOptions = {}): Promise<Answer> => {
  const result = await (handler as Handler)(httpEvent(routeKey, options), lambdaContext());
  const type = String(result.headers?.['content-type'] ?? '');
  return {
    status: result.statusCode ?? 0,
    body: type.includes('json') ? JSON.parse(result.body ?? 'null') : result.body,
    headers: (result.headers ?? {}) as Record<string, string>,
  };
};

/** Asks as a staff member of a clinic. */
export const askAsStaff = (
  handler: unknown,
  clinicId: string,
  routeKey: string,
  options: EventOptions & { readonly groups?: readonly string[] } = {},
): Promise<Answer> => ask(handler, routeKey, { ...options, claims: staffClaims(clinicId, options.groups) });
