import { describe, expect, it } from 'vitest';
import { grants, isAllowed, permissions, staffGroups } from '../../../functions/platform/access.ts';

describe('isAllowed', () => {
  it('gives admin everything and an unknown group nothing', () => {
    expect(permissions.filter((permission) => !isAllowed(['admin'], permission))).toEqual([]);
    expect(permissions.filter((permission) => isAllowed(['surgeon', ''], permission))).toEqual([]);
    expect(permissions.filter((permission) => isAllowed([], permission))).toEqual([]);
  });

  it('adds up the groups of one person', () => {
    expect(isAllowed(['biller'], 'triage:acknowledge')).toBe(false);
    expect(isAllowed(['biller', 'clinician'], 'triage:acknowledge')).toBe(true);
  });

  // The table itself, spelled out once more: a right given by mistake is a disclosure.
  it.each([
    ['visits:document', ['clinician', 'admin']],
    ['triage:acknowledge', ['clinician', 'admin']],
    ['charges:read', ['biller', 'admin']],
    ['providers:write', ['admin']],
    ['patients:write', ['frontdesk', 'clinician', 'admin']],
    ['schedule:write', ['frontdesk', 'clinician', 'admin']],
    ['tasks:close', ['frontdesk', 'clinician', 'messaging_owner', 'admin']],
    ['texts:read', ['frontdesk', 'clinician', 'messaging_owner', 'admin']],
    ['texts:write', ['frontdesk', 'clinician', 'messaging_owner', 'admin']],
    ['consent:write', ['frontdesk', 'clinician', 'messaging_owner', 'admin']],
    ['messaging:read', ['messaging_owner', 'admin']],
    ['messaging:write', ['messaging_owner', 'admin']],
  ] as const)('%s belongs to %j', (permission, groups) => {
    expect(staffGroups.filter((group) => grants[group].includes(permission))).toEqual(groups);
  });
});
