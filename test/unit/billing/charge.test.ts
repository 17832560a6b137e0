import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargeLine } from '../../../functions/billing/contract.ts';
import {
  chargeLineOf,
  decideBilling,
  type FulfilledAppointment,
  objectKeyOf,
} from '../../../functions/billing/core/charge.ts';
import type { Appointment } from '../../../functions/scheduling/core/types.ts';

const ulid = '01K8Z3V9Q4M7T2W6X5Y1N0R8PA';

const fulfilled: FulfilledAppointment = {
  id: `apt_${ulid}`,
  clinicId: `cli_${ulid}`,
  patientId: `pat_${ulid}`,
  providerId: `prv_${ulid}`,
  typeId: `aty_${ulid}`,
  start: '2026-11-24T16:00:00Z',
  end: '2026-11-24T16:30:00Z',
  zone: 'America/Denver',
  wallTime: '2026-11-24T09:00',
  modality: 'video',
  status: 'fulfilled',
  rev: 3,
  sequence: 0,
  arrivedAt: '2026-11-24T15:55:00Z',
  fulfilment: { modality: 'video', start: '2026-11-24T16:02:00Z', end: '2026-11-24T16:33:30Z' },
};

const { fulfilment: _, ...withoutFulfilment } = fulfilled;
const arrived: Appointment = { ...withoutFulfilment, status: 'arrived', rev: 2 };
const evidence = [{ entity: 'Patient', id: `pat_${ulid}`, rev: 1 }];

const withTimes = (start: string, end: string, given: Partial<FulfilledAppointment> = {}) =>
  chargeLineOf({
    appointment: { ...fulfilled, ...given, fulfilment: { modality: 'in-person', start, end } },
    providerRole: 'physician',
    evidence,
  });

describe('decideBilling', () => {
  it.each([
    ['the visit took place', arrived, fulfilled, { kind: 'charge', appointment: fulfilled, isCorrection: false }],
    [
      'it is new and fulfilled at once',
      undefined,
      fulfilled,
      { kind: 'charge', appointment: fulfilled, isCorrection: false },
    ],
    ['a visit is booked', undefined, { ...arrived, status: 'booked' }, { kind: 'nothing' }],
    ['a visit is cancelled', arrived, { ...arrived, status: 'cancelled' }, { kind: 'nothing' }],
    ['a booked visit is removed', arrived, undefined, { kind: 'nothing' }],
    ['nothing that is billed changed', fulfilled, { ...fulfilled, rev: 4, confirmedSequence: 0 }, { kind: 'nothing' }],
    [
      'the same times are written otherwise',
      fulfilled,
      {
        ...fulfilled,
        fulfilment: { modality: 'video', start: '2026-11-24T09:02:00-07:00', end: '2026-11-24T16:33:30.000Z' },
      },
      { kind: 'nothing' },
    ],
    ['a fulfilled visit is undone', fulfilled, arrived, { kind: 'park', code: 'left-fulfilled' }],
    ['a fulfilled visit is removed', fulfilled, undefined, { kind: 'park', code: 'left-fulfilled' }],
    [
      'it says fulfilled and not how',
      arrived,
      { ...arrived, status: 'fulfilled' },
      { kind: 'park', code: 'no-fulfilment' },
    ],
  ] as const)('%s', (_title, before, after, expected) => {
    expect(decideBilling(before, after)).toEqual(expected);
  });

  it.each([
    ['the start', { fulfilment: { ...fulfilled.fulfilment, start: '2026-11-24T16:01:00Z' } }],
    ['the end', { fulfilment: { ...fulfilled.fulfilment, end: '2026-11-24T16:40:00Z' } }],
    ['the modality', { fulfilment: { ...fulfilled.fulfilment, modality: 'audio' } }],
    ['the provider', { providerId: 'prv_other' }],
    ['the patient', { patientId: 'pat_other' }],
    ['the type', { typeId: 'aty_other' }],
    ['the zone', { zone: 'America/New_York' }],
  ] as const)('bills again when %s is corrected', (_title, correction) => {
    const after: FulfilledAppointment = { ...fulfilled, ...correction, rev: 4 };
    expect(decideBilling(fulfilled, after)).toEqual({ kind: 'charge', appointment: after, isCorrection: true });
  });
});

describe('chargeLineOf', () => {
  it('says who, when, where, how long, what code and by which rule, and what proves it', () => {
    const line = chargeLineOf({
      appointment: fulfilled,
      providerRole: 'physical-therapist',
      patientStateOnFile: 'CO',
      replaces: `apt_${ulid}#2`,
      evidence,
    });
    expect(line).toEqual({
      chargeId: `apt_${ulid}#3`,
      clinicId: `cli_${ulid}`,
      appointmentId: `apt_${ulid}`,
      appointmentRev: 3,
      replaces: `apt_${ulid}#2`,
      patientId: `pat_${ulid}`,
      patientStateOnFile: 'CO',
      provider: { id: `prv_${ulid}`, role: 'physical-therapist' },
      appointmentTypeId: `aty_${ulid}`,
      serviceDate: '2026-11-24',
      zone: 'America/Denver',
      start: '2026-11-24T16:02:00Z',
      end: '2026-11-24T16:33:30Z',
      minutes: 31,
      modality: 'video',
      placeOfService: '10',
      modifiers: ['GP', '95'],
      suggestedCode: '97110',
      suggestedUnits: 2,
      rule: expect.objectContaining({ id: 'therapy-exercise-telehealth', confidence: 'general-knowledge' }),
      alternatives: [],
      needsReview: true,
      reviewReasons: [
        'payer-not-known',
        'patient-place-assumed-home',
        'patient-location-not-recorded',
        'minutes-per-service-not-recorded',
        'evaluation-or-treatment-not-known',
      ],
      evidence: [{ entity: 'Appointment', id: `apt_${ulid}`, rev: 3 }, ...evidence],
    });
    expect(objectKeyOf(line)).toBe(`charges/cli_${ulid}/2026-11-24/apt_${ulid}-r3.jsonl`);
  });

  it('takes the date of service from the zone of the visit, not from UTC', () => {
    const evening = withTimes('2026-11-25T01:00:00Z', '2026-11-25T01:30:00Z');
    expect(evening.serviceDate).toBe('2026-11-24');
    expect(withTimes('2026-11-25T01:00:00Z', '2026-11-25T01:30:00Z', { zone: 'America/New_York' }).serviceDate).toBe(
      '2026-11-24',
    );
    expect(withTimes('2026-11-25T01:00:00Z', '2026-11-25T01:30:00Z', { zone: 'Europe/Paris' }).serviceDate).toBe(
      '2026-11-25',
    );
  });

  it('counts minutes as they passed through the change of the clock', () => {
    const line = withTimes('2026-11-01T07:30:00Z', '2026-11-01T08:30:00Z');
    expect(line).toMatchObject({ minutes: 60, serviceDate: '2026-11-01' });
  });

  it.each([
    ['half a minute', '2026-11-24T16:00:30Z', 0],
    ['a minute and 59 seconds', '2026-11-24T16:01:59Z', 1],
    ['exactly two minutes', '2026-11-24T16:02:00Z', 2],
  ])('rounds %s down', (_title, end, minutes) => {
    expect(withTimes('2026-11-24T16:00:00Z', end).minutes).toBe(minutes);
  });

  it.each([
    ['an end before the start', '2026-11-24T16:00:00Z', '2026-11-24T15:59:59Z'],
    ['a start nobody can read', 'soon', '2026-11-24T16:00:00Z'],
  ])('refuses %s', (_title, start, end) => {
    expect(() => withTimes(start, end)).toThrow(RangeError);
  });

  it('suggests no code for a visit that ran past midnight: time of two days does not add up', () => {
    const line = withTimes('2026-11-25T06:30:00Z', '2026-11-25T07:00:01Z');
    expect(line).toMatchObject({ serviceDate: '2026-11-24', minutes: 30, alternatives: [], needsReview: true });
    expect(line.reviewReasons).toContain('crosses-midnight');
    expect(line).not.toHaveProperty('suggestedCode');
    expect(line).not.toHaveProperty('rule');
  });

  it('takes a visit that ended at midnight sharp as one of one day', () => {
    const line = withTimes('2026-11-25T06:30:00Z', '2026-11-25T07:00:00Z');
    expect(line.suggestedCode).toBe('99214');
    expect(line.reviewReasons).not.toContain('crosses-midnight');
    expect(line.alternatives.map(({ code }) => code)).toEqual(['99203']);
  });

  it('gives the same line for the same facts, of the shape the contract promises, whatever the visit', () => {
    const visit = fc.record({
      startMillis: fc.integer({ min: Date.parse('2020-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') }),
      seconds: fc.integer({ min: 60, max: 12 * 3600 }),
      role: fc.constantFrom('physician', 'physical-therapist', 'assistant'),
      modality: fc.constantFrom('in-person', 'video', 'audio'),
      zone: fc.constantFrom('America/Denver', 'America/New_York', 'Pacific/Honolulu', 'America/St_Johns'),
      state: fc.constantFrom('CO', undefined),
    });
    fc.assert(
      fc.property(visit, ({ startMillis, seconds, role, modality, zone, state }) => {
        const start = Math.floor(startMillis / 1000) * 1000;
        const text = (millis: number) => new Date(millis).toISOString();
        const make = () =>
          chargeLineOf({
            appointment: {
              ...fulfilled,
              zone,
              fulfilment: { modality, start: text(start), end: text(start + seconds * 1000) },
            },
            providerRole: role,
            patientStateOnFile: state,
            evidence,
          });
        const line = make();
        expect(make()).toEqual(line);
        expect(chargeLine.safeParse(line).error).toBeUndefined();
        expect(line.minutes).toBe(Math.floor(seconds / 60));
        expect(line.needsReview).toBe(line.reviewReasons.length > 0);
        expect(line.suggestedCode === undefined).toBe(line.rule === undefined);
        if (line.rule !== undefined) {
          expect(line.serviceDate >= line.rule.effectiveFrom).toBe(true);
          expect(line.serviceDate <= (line.rule.effectiveTo ?? '9999')).toBe(true);
        }
      }),
    );
  });
});
