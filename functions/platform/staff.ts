import * as z from 'zod';
import { askJsonAgain } from './aws-request.ts';
import { env } from './config.ts';
import type { Id } from './ids.ts';
import { Warm } from './warm.ts';

/** Who may sign in for a clinic. The user pool knows, and nothing else does: it is asked, never copied. */

export interface StaffMember {
  /** The `sub` of their sign-in, a UUID: the id of the actor of whatever they do. */
  readonly id: string;
  readonly name?: string | undefined;
}

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
 * @throws AwsRefused when Cognito refuses; what fails before an answer as it is
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

const listUsers = async (PaginationToken: string | undefined): Promise<z.output<typeof listed>> => {
  const input = { UserPoolId: env('USER_POOL_ID'), Limit: 60, PaginationToken };
  return listed.parse(await askJsonAgain('cognito-idp', 'AWSCognitoIdentityProviderService.ListUsers', input));
};
