import { describe, expect, it } from 'vitest';
import { Problem } from '../../../functions/platform/problem.ts';
import { BadCursor } from '../../../functions/platform/store/records.ts';
import { publicSlotQuery, staffSlotQuery } from '../../../functions/scheduling/contract/slots.ts';
import { decodeSlotCursor, encodeSlotCursor } from '../../../functions/scheduling/slot-cursor.ts';
import { wantedTimes } from '../../../functions/scheduling/wanted-times.ts';

const slot = { startEpochMinute: 29_925_510, providerId: 'prv_1' } as const;

describe('where a list of free times goes on', () => {
  it('comes back as it was given', () => {
    const byStart = { order: 'start', ...slot } as const;
    const byScore = { order: 'best', ...slot, score: 71, asOfEpochMinute: 29_925_000 } as const;
    expect(decodeSlotCursor(encodeSlotCursor(byStart), 'start')).toEqual(byStart);
    expect(decodeSlotCursor(encodeSlotCursor(byScore), 'best')).toEqual(byScore);
    expect(encodeSlotCursor(byScore)).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('belongs to its order', () => {
    expect(() => decodeSlotCursor(encodeSlotCursor({ order: 'start', ...slot }), 'best')).toThrow(BadCursor);
  });

  it.each([
    ['not JSON', 'x'],
    ['null', 'null'],
    ['nothing', '{}'],
    ['a time that no clinic reaches', '{"at":100000001,"by":"prv_1","order":"start"}'],
    ['half a minute', '{"at":1.5,"by":"prv_1","order":"start"}'],
    ['a patient', '{"at":1,"by":"pat_1","order":"start"}'],
    ['more than was given', '{"at":1,"by":"prv_1","order":"start","score":1}'],
    ['a score above a hundred', '{"at":1,"by":"prv_1","order":"best","score":101,"since":1}'],
  ])('cannot be %s', (_case, text) => {
    const cursor = Buffer.from(text).toString('base64url');
    expect(() => decodeSlotCursor(cursor, 'start')).toThrow(BadCursor);
    expect(() => decodeSlotCursor(cursor, 'best')).toThrow(BadCursor);
  });
});

describe('the times that are wanted', () => {
  it('are any unless somebody says', () => {
    expect(wantedTimes({})).toBeUndefined();
    expect(wantedTimes({ zone: 'UTC' })).toBeUndefined();
  });

  it('go from midnight to midnight where one end is said', () => {
    expect(wantedTimes({ timeFrom: '09:30' })).toMatchObject({ fromMinute: 570, toMinute: 1440 });
    expect(wantedTimes({ timeTo: '09:30' })).toMatchObject({ fromMinute: 0, toMinute: 570 });
    expect(wantedTimes({ weekdays: [1, 3], zone: 'UTC' })).toEqual({
      zone: 'UTC',
      fromMinute: 0,
      toMinute: 1440,
      weekdays: new Set([1, 3]),
    });
  });

  it.each([
    [{ timeFrom: '12:00', timeTo: '12:00' }, 'query.timeTo'],
    [{ timeFrom: '12:00', timeTo: '11:59' }, 'query.timeTo'],
    [{ timeFrom: '24:00' }, 'query.timeFrom'],
    [{ timeTo: '00:00' }, 'query.timeTo'],
  ])('%j is none', (query, field) => {
    try {
      wantedTimes(query);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
      expect(error instanceof Problem && error.errors.map((each) => each.field)).toEqual([field]);
    }
  });
});

describe('the query of a search', () => {
  const query = {
    typeId: 'aty_01K8Z3V9Q4M7T2W6X5Y1N0R8PA',
    from: '2026-11-24T00:00:00Z',
    to: '2026-11-25T00:00:00Z',
  };
  const [one, two] = ['prv_01K8Z3V9Q4M7T2W6X5Y1N0R8PA', 'prv_01K8Z3V9Q4M7T2W6X5Y1N0R8PB'] as const;

  it('takes one provider or several, each once', () => {
    expect(staffSlotQuery.parse({ ...query, providerId: one }).providerId).toEqual([one]);
    expect(staffSlotQuery.parse({ ...query, providerId: `${one},${two},${one}` }).providerId).toEqual([one, two]);
    expect(staffSlotQuery.parse(query).providerId).toBeUndefined();
  });

  it.each(['', ',', `${one},`, `${one} ${two}`, Array(51).fill(one).join(',')])('refuses the list %j', (providerId) => {
    expect(staffSlotQuery.safeParse({ ...query, providerId }).success).toBe(false);
  });

  it('of a stranger names no patient', () => {
    expect(publicSlotQuery.safeParse({ ...query, patientId: 'pat_01K8Z3V9Q4M7T2W6X5Y1N0R8PA' }).success).toBe(false);
  });
});
