import * as z from 'zod';
import { isAllowed, type Permission, type StaffGroup, staffGroups } from './access.ts';
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
  NextToken: z.string().optional(),
});

type PoolUser = z.output<typeof listed>['Users'][number];

const warmStaff = new Warm<readonly StaffMember[]>();

/**
 * Who of a clinic may sign in now and do what the permission allows, by name; as the pool knew them within the last minute.
 * @throws AwsRefused when Cognito refuses; what fails before an answer as it is
 */
export const listStaff = (clinicId: Id<'clinic'>, permission: Permission): Promise<readonly StaffMember[]> =>
  warmStaff.get(keyOf(clinicId, permission), () => readStaff(clinicId, permission));

/** Whether somebody is among them; who is not known is asked for once more. @throws as `listStaff` */
export const isStaffOf = async (
  clinicId: Id<'clinic'>,
  { id: staffId, permission }: { readonly id: string; readonly permission: Permission },
): Promise<boolean> => {
  const isAmong = (staff: readonly StaffMember[]): boolean => staff.some(({ id }) => id === staffId);
  if (isAmong(await listStaff(clinicId, permission))) return true;
  return isAmong(warmStaff.keep(keyOf(clinicId, permission), await readStaff(clinicId, permission)));
};

const keyOf = (clinicId: Id<'clinic'>, permission: Permission): string => `${clinicId} ${permission}`;

/** The groups that are allowed it, of all clinics: the pool does not search attributes of our own. */
const readStaff = async (clinicId: Id<'clinic'>, permission: Permission): Promise<readonly StaffMember[]> => {
  const allowed = staffGroups.filter((group) => isAllowed([group], permission));
  const users = (await Promise.all(allowed.map(readGroup))).flat();
  const staff = new Map<string, StaffMember>();
  for (const user of users) {
    const id = attributeOf(user, 'sub');
    const isTheirs = user.Enabled && attributeOf(user, 'custom:clinic') === clinicId;
    if (isTheirs && id !== undefined) staff.set(id, { id, name: attributeOf(user, 'name') });
  }
  return [...staff.values()].toSorted(byName);
};

const byName = (one: StaffMember, other: StaffMember): number =>
  (one.name ?? '').localeCompare(other.name ?? '') || (one.id < other.id ? -1 : 1);

const attributeOf = ({ Attributes }: PoolUser, name: string): string | undefined =>
  Attributes.find(({ Name }) => Name === name)?.Value;

/** What Cognito tells in one answer. */
const pageSize = 60;

const readGroup = async (GroupName: StaffGroup): Promise<readonly PoolUser[]> => {
  const found: PoolUser[] = [];
  let NextToken: string | undefined;
  do {
    const input = { UserPoolId: env('USER_POOL_ID'), GroupName, Limit: pageSize, NextToken };
    const answer = await askJsonAgain('cognito-idp', 'AWSCognitoIdentityProviderService.ListUsersInGroup', input);
    const page = listed.parse(answer);
    found.push(...page.Users);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
};
