import { randomUUID } from 'node:crypto';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import type { StaffGroup } from '../../../functions/platform/access.ts';
import { env } from '../../../functions/platform/config.ts';

const cognito = new CognitoIdentityProviderClient({});

interface Added {
  /** The `sub` of the sign-in. */
  readonly id: string;
  readonly email: string;
}

/** Lets somebody sign in for a clinic. */
export const addStaff = async (clinicId: string, name: string, ...groups: readonly StaffGroup[]): Promise<Added> => {
  const email = `${randomUUID()}@clinic.example`;
  const { User } = await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId: env('USER_POOL_ID'),
      Username: email,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'name', Value: name },
        { Name: 'custom:clinic', Value: clinicId },
      ],
      MessageAction: 'SUPPRESS',
    }),
  );
  const user = { UserPoolId: env('USER_POOL_ID'), Username: email };
  for (const GroupName of groups) await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName }));
  const id = User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value;
  if (id === undefined) throw new Error('Nobody was added');
  return { id, email };
};

/** Shuts somebody out. */
export const disable = async ({ email: Username }: Added): Promise<void> => {
  await cognito.send(new AdminDisableUserCommand({ UserPoolId: env('USER_POOL_ID'), Username }));
};
