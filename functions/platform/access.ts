/** What a staff member may do; each route names one of these. */
export const permissions = [
  'schedule:read',
  'schedule:write',
  'providers:write',
  'patients:read',
  'patients:write',
  'visits:document',
  'texts:read',
  'texts:write',
  'consent:write',
  'messaging:read',
  'messaging:write',
  'tasks:close',
  'triage:read',
  'triage:acknowledge',
  'charges:read',
] as const;

export type Permission = (typeof permissions)[number];

/** The Cognito groups of a clinic's staff and what each may do (minimum necessary, 45 CFR 164.502(b)). */
export const grants: Readonly<Record<StaffGroup, readonly Permission[]>> = {
  frontdesk: [
    'schedule:read',
    'schedule:write',
    'patients:read',
    'patients:write',
    'texts:read',
    'texts:write',
    'consent:write',
    'tasks:close',
    'triage:read',
  ],
  clinician: [
    'schedule:read',
    'schedule:write',
    'patients:read',
    'patients:write',
    'visits:document',
    'texts:read',
    'texts:write',
    'consent:write',
    'tasks:close',
    'triage:read',
    'triage:acknowledge',
  ],
  biller: ['schedule:read', 'patients:read', 'charges:read'],
  messaging_owner: [
    'schedule:read',
    'patients:read',
    'texts:read',
    'texts:write',
    'consent:write',
    'messaging:read',
    'messaging:write',
    'tasks:close',
    'triage:read',
  ],
  admin: permissions,
};

export const staffGroups = ['frontdesk', 'clinician', 'biller', 'messaging_owner', 'admin'] as const;
export type StaffGroup = (typeof staffGroups)[number];

const isStaffGroup = (name: string): name is StaffGroup => (staffGroups as readonly string[]).includes(name);

/** Whether any of the groups grants the permission. Unknown groups grant nothing. */
export const isAllowed = (groups: readonly string[], permission: Permission): boolean =>
  groups.some((group) => isStaffGroup(group) && grants[group].includes(permission));
