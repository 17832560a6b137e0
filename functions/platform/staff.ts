import * as z from 'zod';
import { givenEndpoint } from './aws-endpoint.ts';
import { askAgain, awsFetch, ownHost } from './aws-request.ts';
import { env } from './config.ts';
import type { Id } from './ids.ts';
import { Warm } from './warm.ts';

/** Who may sign in for a clinic. The user pool knows, and nothing else does: it is asked, never copied. */

export interface StaffMember {
  /** The `sub` of their sign-in, a UUID: the id of the actor of whatever they do. */
  readonly id: string;
  readonly name?: string | undefined;
}

/** The user pool did not say. Nothing is kept of its answer but the status and the code. */
export class StaffUnknown extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`Cognito answered ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

const timeoutMillis = 3_000;

const refused = z.object({ __type: z.string() });
const listed = z.object({
  Users: z.array(
    z.object({
      Enabled: z.boolean(),
      Attributes: z.array(z.object({ Name: z.string(), Value: z.string().optional() })),
    }),
  ),
  PaginationToken: z.string().optional(),
});

type PoolUser = z.output<typeof listed>['Users'][number];

const warmStaff = new Warm<readonly StaffMember[]>();

/**
 * The members of staff of a clinic who may sign in now, by name; as the pool knew them within the last minute.
 * @throws StaffUnknown when Cognito refuses; what fails before an answer as it is
 */
export const listStaff = (clinicId: Id<'clinic'>): Promise<readonly StaffMember[]> =>
  warmStaff.get(clinicId, () => readStaff(clinicId));

/** Whether somebody may sign in for a clinic now; who is not known is asked for once more. @throws as `listStaff` */
export const isStaffOf = async (clinicId: Id<'clinic'>, staffId: string): Promise<boolean> => {
  const isAmong = (staff: readonly StaffMember[]): boolean => staff.some(({ id }) => id === staffId);
  return isAmong(await listStaff(clinicId)) || isAmong(warmStaff.keep(clinicId, await readStaff(clinicId)));
};

/** The whole pool, sixty at a time: it cannot be asked for one clinic's, as it does not search attributes of our own. */
const readStaff = async (clinicId: Id<'clinic'>): Promise<readonly StaffMember[]> => {
  const found: StaffMember[] = [];
  let token: string | undefined;
  do {
    const page = await listUsers(token);
    for (const user of page.Users) {
      const id = attributeOf(user, 'sub');
      const isTheirs = user.Enabled && attributeOf(user, 'custom:clinic') === clinicId;
      if (isTheirs && id !== undefined) found.push({ id, name: attributeOf(user, 'name') });
    }
    token = page.PaginationToken;
  } while (token !== undefined);
  return found.toSorted(
    (one, other) => (one.name ?? '').localeCompare(other.name ?? '') || (one.id < other.id ? -1 : 1),
  );
};

const attributeOf = ({ Attributes }: PoolUser, name: string): string | undefined =>
  Attributes.find(({ Name }) => Name === name)?.Value;

const listUsers = async (token: string | undefined): Promise<z.output<typeof listed>> => {
  const { status, body } = await askAgain(
    () => ask(token),
    (answer) => answer.status >= 500 || codeOf(answer.body) === 'TooManyRequestsException',
  );
  const page = listed.safeParse(body);
  if (status !== 200 || !page.success) throw new StaffUnknown(status, codeOf(body));
  return page.data;
};

const ask = async (token: string | undefined) => {
  const response = await awsFetch({
    service: 'cognito-idp',
    method: 'POST',
    url: new URL('/', givenEndpoint('cognito_identity_provider') ?? `https://${await ownHost('cognito-idp')}`),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.ListUsers',
    },
    body: JSON.stringify({ UserPoolId: env('USER_POOL_ID'), Limit: 60, PaginationToken: token }),
    timeoutMillis,
  });
  const body: unknown = await response.json().catch(() => undefined);
  return { status: response.status, body };
};

const codeOf = (body: unknown): string => refused.safeParse(body).data?.__type.split('#').at(-1) ?? 'Unknown';
