import { describe, expect, it } from 'vitest';
import { handler } from '../../../functions/care/handlers/http.ts';
import { waitingCases } from '../../../functions/care/store.ts';
import { openTriageCase } from '../../../functions/care/triage.ts';
import { ConditionFailed, transact } from '../../../functions/platform/store/records.ts';
import { askAsStaff } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { newWorld, reply, start, type World } from '../messaging/world.ts';

const open = async ({ caller }: World, sourceId: string, now = start) => {
  const opened = openTriageCase(caller(now), {
    source: 'intake',
    sourceId,
    flags: ['saddle-numbness'],
    disposition: 'EMERGENCY',
  });
  await transact(opened.items);
  return opened.case;
};

const list = async ({ clinic }: World, status: string) =>
  (await askAsStaff(handler, clinic.clinicId, 'GET /v1/triage-cases', { query: { status } })).body.items;

const acknowledge = (
  { clinic }: World,
  caseId: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
) =>
  askAsStaff(handler, clinic.clinicId, 'POST /v1/triage-cases/{caseId}/acknowledge', {
    params: { caseId },
    body: {},
    ...options,
  });

describe('triage cases', () => {
  it('are opened once by one source', async () => {
    const world = await newWorld();
    await open(world, 'apt_1');
    await expect(open(world, 'apt_1', start.add({ minutes: 1 }))).rejects.toBeInstanceOf(ConditionFailed);
    expect(await list(world, 'open')).toHaveLength(1);
  });

  it('wait in order, longest first, and leave the list when a human takes them on', async () => {
    const world = await newWorld();
    const later = await open(world, 'apt_2', start.add({ minutes: 5 }));
    const earlier = await open(world, 'apt_1');
    expect((await list(world, 'open')).map(({ id }: { id: string }) => id)).toEqual([earlier.id, later.id]);
    const answer = await acknowledge(world, earlier.id, { body: { note: 'Called, going to the ER' } });
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'acknowledged', acknowledgedBy: { kind: 'staff' }, note: 'Called, going to the ER', rev: 2 },
    });
    expect((await list(world, 'open')).map(({ id }: { id: string }) => id)).toEqual([later.id]);
    expect((await list(world, 'acknowledged')).map(({ id }: { id: string }) => id)).toEqual([earlier.id]);
  });

  it('are acknowledged by the first of two', async () => {
    const world = await newWorld();
    const { id } = await open(world, 'apt_1');
    const answers = await Promise.all([acknowledge(world, id), acknowledge(world, id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, expect.toBeOneOf([409, 412])]);
  });

  it('refuse an acknowledgement of another revision', async () => {
    const world = await newWorld();
    const { id } = await open(world, 'apt_1');
    const stale = await acknowledge(world, id, { headers: { 'if-match': '"7"' } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale' } });
    expect(await list(world, 'open')).toHaveLength(1);
  });

  it('show what the patient wrote', async () => {
    const world = await newWorld();
    await reply(world, testPhone(), 'I cannot feel my legs', start);
    const [{ id }] = await list(world, 'open');
    const answer = await askAsStaff(handler, world.clinic.clinicId, 'GET /v1/triage-cases/{caseId}', {
      params: { caseId: id },
    });
    expect(answer).toMatchObject({ status: 200, body: { words: 'I cannot feel my legs', source: 'text' } });
    expect(JSON.stringify(await list(world, 'open'))).not.toContain('cannot feel');
  });

  it('are among those that wait, over all clinics, until they are acknowledged', async () => {
    const world = await newWorld();
    const { id } = await open(world, 'apt_1');
    const isWaiting = async () => (await waitingCases()).some((triageCase) => triageCase.id === id);
    expect(await isWaiting()).toBe(true);
    await acknowledge(world, id);
    expect(await isWaiting()).toBe(false);
  });
});
