import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../../functions/platform/ids.ts';
import { isStaffOf, listStaff } from '../../../functions/platform/staff.ts';
import { addStaff, disable } from './staff-pool.ts';

const newClinicId = () => newId('clinic', Temporal.Now.instant());
const permission = 'texts:write' as const;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('who may sign in for a clinic and do something', () => {
  it('is who the pool has in a group that is allowed it, once and by name; nobody of another clinic, nobody shut out', async () => {
    const [clinicId, other] = [newClinicId(), newClinicId()];
    const bea = await addStaff(clinicId, 'Bea Okafor', 'frontdesk');
    const ann = await addStaff(clinicId, 'Ann Reyes', 'clinician', 'admin');
    const biller = await addStaff(clinicId, 'Di Biller', 'biller');
    const elsewhere = await addStaff(other, 'Cy Other', 'clinician');
    await disable(await addStaff(clinicId, 'Gone Long', 'clinician'));
    expect(await listStaff(clinicId, permission)).toEqual([
      { id: ann.id, name: 'Ann Reyes' },
      { id: bea.id, name: 'Bea Okafor' },
    ]);
    expect(await listStaff(clinicId, 'charges:read')).toEqual([
      { id: ann.id, name: 'Ann Reyes' },
      { id: biller.id, name: 'Di Biller' },
    ]);
    expect(await isStaffOf(clinicId, { id: elsewhere.id, permission })).toBe(false);
    expect(await isStaffOf(other, { id: elsewhere.id, permission })).toBe(true);
  });

  it('is known of somebody new at once, and of many more than the pool tells in one answer', async () => {
    const clinicId = newClinicId();
    expect(await listStaff(clinicId, permission)).toEqual([]);
    const many: { readonly id: string }[] = [];
    for (let index = 0; index < 65; index += 1) many.push(await addStaff(clinicId, `Member ${index}`, 'clinician'));
    for (const { id } of many.slice(-2)) expect(await isStaffOf(clinicId, { id, permission })).toBe(true);
    expect(await listStaff(clinicId, permission)).toHaveLength(65);
  });

  it('is asked for again where Cognito is too busy, and is not guessed where it refuses', async () => {
    const clinicId = newClinicId();
    const { fetch } = globalThis;
    const answers = [
      Response.json({ __type: 'TooManyRequestsException' }, { status: 400 }),
      Response.json({}, { status: 503 }),
    ];
    vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => answers.shift() ?? fetch(...request));
    const { id } = await addStaff(clinicId, 'Ann Reyes', 'clinician');
    expect(await listStaff(clinicId, permission)).toEqual([{ id, name: 'Ann Reyes' }]);
    const denied = () => Response.json({ __type: 'com.amazonaws#NotAuthorizedException' }, { status: 400 });
    vi.stubGlobal('fetch', async () => denied());
    await expect(listStaff(newClinicId(), permission)).rejects.toThrow(
      'cognito-idp answered 400 NotAuthorizedException',
    );
  });
});
