import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ClinicFile,
  ClinicFileError,
  parseClinicFile,
  readClinicFile,
  weeklyRules,
} from '../../../local/demo/clinic-file.ts';

const path = join(import.meta.dirname, '..', '..', '..', 'local', 'demo', 'clinic.yaml');
const text = readFileSync(path, 'utf8');
const lineOf = (wanted: string): number => text.split('\n').findIndex((line) => line.includes(wanted)) + 1;

const complaintsOf = (yaml: string): string[] => {
  try {
    parseClinicFile(yaml, 'clinic.yaml');
  } catch (error) {
    if (error instanceof ClinicFileError) return error.message.split('\n');
    throw error;
  }
  return [];
};

/** The demo clinic with one passage written otherwise. */
const changed = (from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`The demo clinic has no "${from}"`);
  return text.replace(from, to);
};

describe('the demo clinic', () => {
  const clinic = parseClinicFile(text, 'clinic.yaml');

  it('is a spine clinic with a physician, two physical therapists and an assistant in two zones', () => {
    expect(clinic.providers.map(({ role }) => role).toSorted()).toEqual([
      'assistant',
      'physical-therapist',
      'physical-therapist',
      'physician',
    ]);
    expect(new Set(clinic.providers.map(({ zone }) => zone)).size).toBe(2);
  });

  it('has 40 patients, each on a number of their own', () => {
    expect(clinic.patients).toHaveLength(40);
    expect(new Set(clinic.patients.map(({ phone }) => phone)).size).toBe(40);
  });

  it('has only telephone numbers that are reserved for invented people', () => {
    const { phone, originationNumber, onCallNumber } = clinic.clinic;
    const numbers = [phone, originationNumber, onCallNumber, ...clinic.patients.map((patient) => patient.phone)];
    for (const number of numbers) expect(number).toMatch(/^\+1\d{3}55501\d{2}$/);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('has staff of every role', () => {
    const roles: ClinicFile['staff'][number]['role'][] = [
      'admin',
      'biller',
      'clinician',
      'frontdesk',
      'messaging_owner',
    ];
    expect(clinic.staff.map(({ role }) => role).toSorted()).toEqual(roles);
  });

  it('is open on five days of the week', () => {
    const weekdays = clinic.providers.flatMap(weeklyRules).map(({ weekday }) => weekday);
    expect([...new Set(weekdays)].toSorted()).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a clinic file', () => {
  it('may write a phone as people do', () => {
    const { patients } = parseClinicFile(changed('"+1 720 555 0101"', '"+1 (720) 555-0101"'), 'clinic.yaml');
    expect(patients[0]?.phone).toBe('+17205550101');
  });

  it.each([
    ['a role nobody has', 'role: physician', 'role: surgeon', 'role: physician', 'providers.0.role'],
    ['a phone without quotes', '"+1 720 555 0103"', '+17205550103', '"+1 720 555 0103"', 'patients.2.phone'],
    ['a phone that is none', '"+1 720 555 0103"', '"+1 720 555"', '"+1 720 555 0103"', 'patients.2.phone'],
    [
      'a day that is none',
      'days: [fri], from: "08:00"',
      'days: [fry], from: "08:00"',
      'days: [fri]',
      'providers.0.hours.2.days.0',
    ],
    [
      'hours that end before they begin',
      'from: "08:00", to: "12:30"',
      'from: "08:00", to: "07:30"',
      'to: "12:30"',
      'providers.0.hours.2.to',
    ],
    [
      'a zone that is none',
      'zone: America/Los_Angeles\n',
      'zone: Pacific Time\n',
      'zone: America/Los_Angeles',
      'providers.2.zone',
    ],
    ['a date that is none', 'born: 1984-02-29', 'born: 1985-02-29', 'born: 1984-02-29', 'patients.0.born'],
    ['a field that is none', 'minutes: 60', 'minuets: 60', 'minutes: 60', 'appointmentTypes.0.minuets'],
    [
      'a provider that is not in the file',
      'providers: [Dr. Maya Lindqvist]',
      'providers: [Dr. Nobody]',
      'providers: [Dr. Maya',
      'appointmentTypes.0.providers.0',
    ],
    ['an address used twice', 'email: biller@', 'email: frontdesk@', 'email: biller@', 'staff.3.email'],
  ])('%s is named with its line and field', (_, from, to, at, field) => {
    const [first = '', ...rest] = complaintsOf(changed(from, to)).filter(
      (line) => !line.includes('minutes: Is missing'),
    );
    expect(first).toMatch(new RegExp(`^clinic\\.yaml:${lineOf(at)}: ${field.replaceAll('.', '\\.')}: \\S`));
    expect(rest).toEqual([]);
  });

  it('a missing field is named where it is missing', () => {
    expect(complaintsOf(changed('    minutes: 60\n', ''))).toEqual([
      `clinic.yaml:${lineOf('name: First visit')}: appointmentTypes.0.minutes: Is missing`,
    ]);
  });

  it('what is no YAML is named with its line', () => {
    const [first] = complaintsOf(changed('providers:\n', 'providers: [\n'));
    expect(first).toMatch(/^clinic\.yaml:\d+: \S/);
  });

  it('an empty file lacks everything, and says so', () => {
    expect(complaintsOf('')).toEqual(['clinic.yaml:1: the file: Expected fields, one per line']);
  });

  it('twenty complaints are enough', () => {
    const complaints = complaintsOf(text.replaceAll('texts: true', 'texts: maybe'));
    expect(complaints).toHaveLength(21);
    expect(complaints.at(-1)).toMatch(/^and \d+ more$/);
  });

  it('that is not there is named', async () => {
    await expect(readClinicFile('/there/is/no/clinic.yaml')).rejects.toThrow('There is no clinic file');
  });

  it('hours become one rule of the API per day', () => {
    const [provider] = parseClinicFile(text, 'clinic.yaml').providers;
    if (provider === undefined) throw new Error('no provider');
    expect(weeklyRules(provider)).toContainEqual({ weekday: 5, from: '08:00', to: '12:30' });
    expect(weeklyRules(provider)).toHaveLength(7);
  });
});
