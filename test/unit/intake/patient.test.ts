import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it, vi } from 'vitest';
import {
  foldName,
  identityText,
  isSameGivenName,
  nameKey,
  nameReadings,
} from '../../../functions/intake/core/patient.ts';
import type { Caller } from '../../../functions/platform/actor.ts';

vi.stubEnv('RECORDS_TABLE', 'records');
vi.stubEnv('AWS_REGION', 'us-east-1');

describe('foldName', () => {
  it.each([
    ['García-López', 'garcia lopez'],
    ['GARCIA  LOPEZ', 'garcia lopez'],
    ['O’Brien', 'obrien'],
    ["O'BRIEN", 'obrien'],
    ['Søren', 'soren'],
    ['Łukasz', 'lukasz'],
    ['Strauß', 'strauss'],
    ['Nuñez', 'nunez'],
    ['Nun\u0303ez', 'nunez'],
    ['李 小龙', '李 小龙'],
  ])('%s is %s', (name, folded) => {
    expect(foldName(name)).toBe(folded);
  });

  it('folding again changes nothing, and case, accents’ spelling and hyphens never matter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
        const folded = foldName(name);
        expect(foldName(folded)).toBe(folded);
        expect(foldName(name.normalize('NFD'))).toBe(foldName(name.normalize('NFC')));
        expect(folded).not.toMatch(/[-'’\s]{2}|^\s|\s$|[-'’A-Z]/);
      }),
    );
  });
});

describe('nameReadings', () => {
  const key = nameKey({ givenName: 'Ana María', familyName: 'García-López' });

  it.each(['garcia', 'García López', 'garcia-lopez a', 'Garcia-Lopez, Ana', 'García López, ANA MARÍA'])(
    'finds Ana María García-López by "%s" as typed',
    (typed) => {
      expect(key.startsWith(nameReadings(typed).asTyped)).toBe(true);
    },
  );

  it('reads "Lee Kim" with Kim as family name second', () => {
    expect(nameReadings('Lee Kim')).toEqual({ asTyped: 'lee kim', familyLast: 'kim lee' });
  });

  it('a single word and a name with a comma have one reading', () => {
    expect(nameReadings('Kim')).toEqual({ asTyped: 'kim' });
    expect(nameReadings('Kim, Lee')).toEqual({ asTyped: 'kim lee' });
  });
});

describe('who is the same person', () => {
  const ana = { phone: '+12065550123', birthDate: '1984-02-29', familyName: 'García-López' };

  it('phone, birth date and folded family name decide', () => {
    expect(identityText({ ...ana, familyName: 'GARCIA LOPEZ' })).toBe(identityText(ana));
    expect(identityText({ ...ana, phone: '+12065550124' })).not.toBe(identityText(ana));
    expect(identityText({ ...ana, birthDate: '1984-03-01' })).not.toBe(identityText(ana));
    expect(identityText({ ...ana, familyName: 'García' })).not.toBe(identityText(ana));
  });

  it.each([
    ['Ana María', 'ANA-MARIA', true],
    ['Ana', 'Ana María', true],
    ['Ana', 'Anabel', false],
    ['Leo', 'Max', false],
  ])('given names %s and %s: %s', (one, other, same) => {
    expect(isSameGivenName(one, other)).toBe(same);
    expect(isSameGivenName(other, one)).toBe(same);
  });
});

describe('newPatient', () => {
  const caller: Caller = {
    clinicId: 'cli_01KB0000000000000000000000',
    actor: { kind: 'staff', id: 'staff-1' },
    requestId: 'req-1',
    now: Temporal.Instant.from('2026-11-22T15:00:00Z'),
  };
  const details = {
    givenName: 'Ana',
    familyName: 'García',
    birthDate: '1984-02-29',
    phone: '+12065550123',
    zone: 'America/Denver',
  };

  it('keys the record by clinic and finds it by phone and by folded name', async () => {
    const { newPatient } = await import('../../../functions/intake/patients.ts');
    const { patient, items } = newPatient(caller, details);
    expect(items[0].Put?.Item).toMatchObject({
      pk: `clinic#${caller.clinicId}#patient#${patient.id}`,
      sk: 'patient',
      lookupPk: `clinic#${caller.clinicId}#phone#+12065550123`,
      lookupSk: patient.id,
      searchPk: `clinic#${caller.clinicId}#patient-name`,
      searchSk: `garcia ana#${patient.id}`,
      rev: 1,
      changedBy: { kind: 'staff', id: 'staff-1' },
      requestId: 'req-1',
    });
  });

  it('two registrations of the same person claim the same identity, which only one can have', async () => {
    const { newPatient } = await import('../../../functions/intake/patients.ts');
    const [, first] = newPatient(caller, details).items;
    const [, second] = newPatient(caller, { ...details, givenName: 'A.', familyName: 'GARCIA' }).items;
    expect(second.Put?.Item?.pk).toBe(first.Put?.Item?.pk);
    expect(second.Put?.ConditionExpression).toBe('attribute_not_exists(pk)');
    expect(String(first.Put?.Item?.pk)).not.toContain('206555');
  });
});
