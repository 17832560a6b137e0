import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Id, newId } from '../../../functions/platform/ids.ts';
import { readClinic } from '../../../functions/platform/store/clinic.ts';
import { documentClient, sharingReads, together } from '../../../functions/platform/store/records.ts';
import { getProvider, getRoom } from '../../../functions/scheduling/catalog-store.ts';
import { getAppointments } from '../../../functions/scheduling/store.ts';
import { createTestClinic } from '../../helpers/clinic.ts';

const now = Temporal.Instant.from('2026-11-24T17:00:00Z');
const send = vi.spyOn(documentClient, 'send');
afterEach(() => send.mockClear());

/** The names of the commands that were sent, and how many keys each of the batches asked for. */
const sent = (): string[] =>
  send.mock.calls.map(([command]) => {
    if (!(command instanceof BatchGetCommand)) return command.constructor.name;
    return `${Object.values(command.input.RequestItems ?? {})[0]?.Keys?.length} keys`;
  });

describe('together', () => {
  it('reads items of several entities in one call; what does not exist is undefined', async () => {
    const { clinicId } = await createTestClinic(now);
    send.mockClear();
    const [clinic, provider, again] = await together(() =>
      Promise.all([readClinic(clinicId), getProvider(clinicId, newId('provider', now)), readClinic(clinicId)]),
    );
    expect(clinic).toMatchObject({ clinicId, name: 'Test Spine', rev: 1 });
    expect(provider).toBeUndefined();
    expect(again).toEqual(clinic);
    expect(sent()).toEqual(['2 keys']);
  });

  it('gathers what an inner one asks for, and nothing that comes after an await', async () => {
    const { clinicId } = await createTestClinic(now);
    send.mockClear();
    const id: Id<'room'> = newId('room', now);
    await together(async () => {
      await together(() => Promise.all([readClinic(clinicId), getRoom(clinicId, id)]));
      await readClinic(clinicId);
    });
    expect(sent()).toEqual(['2 keys', GetCommand.name]);
  });

  it('asks again for what DynamoDB left out, and fails every read of a call that fails', async () => {
    const { clinicId } = await createTestClinic(now);
    const key = { pk: `clinic#${clinicId}`, sk: 'clinic' };
    send.mockImplementationOnce(async () => ({ Responses: {}, UnprocessedKeys: { records: { Keys: [key] } } }));
    expect(await together(() => readClinic(clinicId))).toMatchObject({ clinicId });
    send.mockImplementationOnce(() => Promise.reject(new Error('away')));
    const reads = together(() => [readClinic(clinicId), getRoom(clinicId, newId('room', now))]);
    expect(await Promise.allSettled(reads)).toMatchObject([{ reason: { message: 'away' } }, { status: 'rejected' }]);
    expect(await together(() => Promise.resolve('nothing to read'))).toBe('nothing to read');
  });
});

describe('pieces of work that share their reads', () => {
  it('ask once for what all of them ask for in one turn, also after awaits of their own; alone, each asks by itself', async () => {
    const { clinicId } = await createTestClinic(now);
    const ids = [newId('room', now), newId('room', now)];
    const work = async (id: Id<'room'>) => {
      await Promise.resolve();
      const clinic = await readClinic(clinicId);
      const [room] = await together(() => Promise.all([getRoom(clinicId, id), readClinic(clinicId)]));
      return [clinic?.clinicId, room];
    };
    const ofBoth = () => Promise.all(ids.map(work));
    send.mockClear();
    const shared = await sharingReads(ofBoth);
    expect(sent()).toEqual(['1 keys', '3 keys']);
    send.mockClear();
    expect(await ofBoth()).toEqual(shared);
    expect(sent()).toEqual([GetCommand.name, GetCommand.name, '2 keys', '2 keys']);
    expect(shared).toEqual([
      [clinicId, undefined],
      [clinicId, undefined],
    ]);
  });

  it('each hear of a call that fails, and ask anew the next time', async () => {
    const { clinicId } = await createTestClinic(now);
    await sharingReads(async () => {
      send.mockImplementationOnce(() => Promise.reject(new Error('away')));
      const both = await Promise.allSettled([readClinic(clinicId), readClinic(clinicId)]);
      expect(both).toMatchObject([{ reason: { message: 'away' } }, { reason: { message: 'away' } }]);
      expect(await readClinic(clinicId)).toMatchObject({ clinicId });
    });
  });
});

describe('getMany', () => {
  it('reads more than a call takes, in several', async () => {
    const { clinicId } = await createTestClinic(now);
    send.mockClear();
    const ids = Array.from({ length: 101 }, () => newId('appointment', now));
    expect(await getAppointments(clinicId, ids)).toEqual([]);
    expect(sent()).toEqual(['100 keys', '1 keys']);
  });
});
