import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../../functions/platform/ids.ts';
import { isStaffOf, listStaff } from '../../../functions/platform/staff.ts';
import { addStaff, disable } from './staff-pool.ts';

const newClinicId = () => newId('clinic', Temporal.Now.instant());

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('who may sign in for a clinic', () => {
  it('is who the pool has for it and nobody of another, by name, without who was shut out', async () => {
    const [clinicId, other] = [newClinicId(), newClinicId()];
    const bea = await addStaff(clinicId, 'Bea Okafor');
    const ann = await addStaff(clinicId, 'Ann Reyes');
    const elsewhere = await addStaff(other, 'Cy Other');
    await disable(await addStaff(clinicId, 'Gone Long'));
    expect(await listStaff(clinicId)).toEqual([
      { id: ann.id, name: 'Ann Reyes' },
      { id: bea.id, name: 'Bea Okafor' },
    ]);
    expect(await isStaffOf(clinicId, elsewhere.id)).toBe(false);
    expect(await isStaffOf(other, elsewhere.id)).toBe(true);
  });

  it('is known of somebody new at once, and of many more than the pool tells in one answer', async () => {
    const clinicId = newClinicId();
    expect(await listStaff(clinicId)).toEqual([]);
    const many = [];
    for (let index = 0; index < 65; index += 1) many.push(await addStaff(clinicId, `Member ${index}`));
    for (const { id } of many.slice(-2)) expect(await isStaffOf(clinicId, id)).toBe(true);
    expect(await listStaff(clinicId)).toHaveLength(65);
  });

  it('is asked for again where Cognito is too busy, and is not guessed where it refuses', async () => {
    const clinicId = newClinicId();
    const { fetch } = globalThis;
    const answers = [
      Response.json({ __type: 'TooManyRequestsException' }, { status: 400 }),
      Response.json({}, { status: 503 }),
    ];
    vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => answers.shift() ?? fetch(...request));
    const { id } = await addStaff(clinicId, 'Ann Reyes');
    expect(await listStaff(clinicId)).toEqual([{ id, name: 'Ann Reyes' }]);
    const denied = () => Response.json({ __type: 'com.amazonaws#NotAuthorizedException' }, { status: 400 });
    vi.stubGlobal('fetch', async () => denied());
    await expect(listStaff(newClinicId())).rejects.toThrow('cognito-idp answered 400 NotAuthorizedException');
  });
});
