import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  type AppointmentCommand,
  type AppointmentCommandKind,
  decide,
  hasStarted,
  isConfirmed,
  mayRebook,
  newAppointment,
  transitions,
} from '../../../../functions/scheduling/core/appointment-status.ts';
import type { Appointment, AppointmentStatus, VisitTime } from '../../../../functions/scheduling/core/types.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Tuesday 09:30-10:00 in New York. */
const time: VisitTime = {
  start: '2026-11-24T14:30:00Z',
  end: '2026-11-24T15:00:00Z',
  zone: 'America/New_York',
  wallTime: '2026-11-24T09:30',
};
const later: VisitTime = {
  start: '2026-11-26T16:00:00Z',
  end: '2026-11-26T16:30:00Z',
  zone: 'America/New_York',
  wallTime: '2026-11-26T11:00',
};

const booked = newAppointment({
  id: 'apt_1',
  clinicId: 'cli_1',
  patientId: 'pat_1',
  providerId: 'prv_1',
  typeId: 'aty_1',
  modality: 'video',
  ...time,
});
const fulfilment = { modality: 'video', start: '2026-11-24T14:32:00Z', end: '2026-11-24T15:01:00Z' } as const;

const dayBefore = at('2026-11-23T15:00:00Z');
const start = at(time.start);
const justBefore = at('2026-11-24T14:29:59.999Z');
const justAfter = at('2026-11-24T14:30:00.001Z');
const afterwards = at('2026-11-24T15:30:00Z');

/** One appointment in each status, a little worn. */
const inStatus: Record<AppointmentStatus, Appointment> = {
  booked: { ...booked, rev: 7, sequence: 2 },
  arrived: { ...booked, rev: 7, sequence: 2, status: 'arrived', arrivedAt: '2026-11-24T14:20:00Z' },
  fulfilled: { ...booked, rev: 7, sequence: 2, status: 'fulfilled', fulfilment },
  cancelled: {
    ...booked,
    rev: 7,
    sequence: 3,
    status: 'cancelled',
    cancelledBy: 'clinic',
    cancellationReason: 'patient ill',
  },
  noshow: { ...booked, rev: 7, sequence: 2, status: 'noshow' },
};

/** One command of each kind that nothing but the status can refuse just after the visit. */
const commands: Record<AppointmentCommandKind, AppointmentCommand> = {
  confirm: { kind: 'confirm', sequence: 2 },
  reschedule: { kind: 'reschedule', by: 'clinic', to: later },
  'request-reschedule': { kind: 'request-reschedule', reason: 'course' },
  cancel: { kind: 'cancel', by: 'clinic', reason: 'provider ill' },
  rebook: { kind: 'rebook', as: 'apt_2' },
  arrive: { kind: 'arrive' },
  fulfil: { kind: 'fulfil', fulfilment: { ...fulfilment, modality: 'audio' } },
  'mark-noshow': { kind: 'mark-noshow' },
};

/** When each command is in time. */
const inTime = (kind: AppointmentCommandKind): Temporal.Instant =>
  kind === 'confirm' || kind === 'request-reschedule' ? dayBefore : afterwards;

const outcome = (appointment: Appointment, command: AppointmentCommand, now: Temporal.Instant): string => {
  const decision = decide(appointment, command, now);
  if (!decision.ok) return decision.code;
  return decision.changed ? decision.appointment.status : 'unchanged';
};

const decided = (appointment: Appointment, command: AppointmentCommand, now: Temporal.Instant): Appointment => {
  const decision = decide(appointment, command, now);
  if (!decision.ok) throw new Error(decision.code);
  return decision.appointment;
};

describe('every status under every command', () => {
  const table: readonly (readonly [AppointmentStatus, AppointmentCommandKind, string])[] = [
    ['booked', 'confirm', 'booked'],
    ['booked', 'reschedule', 'booked'],
    ['booked', 'request-reschedule', 'booked'],
    ['booked', 'cancel', 'cancelled'],
    ['booked', 'rebook', 'transition-not-allowed'],
    ['booked', 'arrive', 'arrived'],
    ['booked', 'fulfil', 'transition-not-allowed'],
    ['booked', 'mark-noshow', 'noshow'],
    ['arrived', 'confirm', 'transition-not-allowed'],
    ['arrived', 'reschedule', 'transition-not-allowed'],
    ['arrived', 'request-reschedule', 'transition-not-allowed'],
    ['arrived', 'cancel', 'cancelled'],
    ['arrived', 'rebook', 'transition-not-allowed'],
    ['arrived', 'arrive', 'unchanged'],
    ['arrived', 'fulfil', 'fulfilled'],
    ['arrived', 'mark-noshow', 'noshow'],
    ['fulfilled', 'confirm', 'transition-not-allowed'],
    ['fulfilled', 'reschedule', 'transition-not-allowed'],
    ['fulfilled', 'request-reschedule', 'transition-not-allowed'],
    ['fulfilled', 'cancel', 'transition-not-allowed'],
    ['fulfilled', 'rebook', 'transition-not-allowed'],
    ['fulfilled', 'arrive', 'transition-not-allowed'],
    ['fulfilled', 'fulfil', 'fulfilled'],
    ['fulfilled', 'mark-noshow', 'transition-not-allowed'],
    ['cancelled', 'confirm', 'transition-not-allowed'],
    ['cancelled', 'reschedule', 'transition-not-allowed'],
    ['cancelled', 'request-reschedule', 'transition-not-allowed'],
    ['cancelled', 'cancel', 'unchanged'],
    ['cancelled', 'rebook', 'cancelled'],
    ['cancelled', 'arrive', 'transition-not-allowed'],
    ['cancelled', 'fulfil', 'transition-not-allowed'],
    ['cancelled', 'mark-noshow', 'transition-not-allowed'],
    ['noshow', 'confirm', 'transition-not-allowed'],
    ['noshow', 'reschedule', 'transition-not-allowed'],
    ['noshow', 'request-reschedule', 'transition-not-allowed'],
    ['noshow', 'cancel', 'transition-not-allowed'],
    ['noshow', 'rebook', 'transition-not-allowed'],
    ['noshow', 'arrive', 'transition-not-allowed'],
    ['noshow', 'fulfil', 'transition-not-allowed'],
    ['noshow', 'mark-noshow', 'unchanged'],
  ];

  it.each(table)('%s, %s: %s', (status, kind, expected) => {
    expect(outcome(inStatus[status], commands[kind], inTime(kind))).toBe(expected);
  });

  it('is a complete table', () => {
    expect(new Set(table.map(([status, kind]) => `${status} ${kind}`)).size).toBe(
      Object.keys(inStatus).length * Object.keys(commands).length,
    );
    expect(Object.keys(transitions)).toEqual(Object.keys(inStatus));
  });
});

describe('a new appointment', () => {
  it('is booked, at revision 1 and sequence 0, and not confirmed', () => {
    expect(booked).toMatchObject({ status: 'booked', rev: 1, sequence: 0, ...time });
    expect(isConfirmed(booked)).toBe(false);
  });

  it('has started from its start on', () => {
    expect(hasStarted(booked, justBefore)).toBe(false);
    expect(hasStarted(booked, start)).toBe(true);
  });
});

describe('confirm', () => {
  it('confirms the time that was told, and is no new sequence', () => {
    const confirmed = decided(booked, { kind: 'confirm', sequence: 0 }, justBefore);
    expect(confirmed).toEqual({ ...booked, rev: 2, confirmedSequence: 0 });
    expect(isConfirmed(confirmed)).toBe(true);
  });

  it('twice changes nothing more, even when the visit has started', () => {
    const confirmed = decided(booked, { kind: 'confirm', sequence: 0 }, dayBefore);
    const again = decide(confirmed, { kind: 'confirm', sequence: 0 }, afterwards);
    expect(again).toEqual({ ok: true, changed: false, appointment: confirmed });
  });

  it.each([0, 1, 3])('of sequence %d is not of sequence 2', (sequence) => {
    expect(outcome(inStatus.booked, { kind: 'confirm', sequence }, dayBefore)).toBe('sequence-superseded');
  });

  it('is too late when the visit starts', () => {
    expect(outcome(booked, { kind: 'confirm', sequence: 0 }, start)).toBe('visit-started');
  });
});

describe('reschedule', () => {
  const to = (changed: Partial<VisitTime>): AppointmentCommand => ({
    kind: 'reschedule',
    by: 'clinic',
    to: { ...later, ...changed },
  });

  it('moves the visit, raises the sequence and so un-confirms; what was confirmed stays on record', () => {
    const confirmed = decided(booked, { kind: 'confirm', sequence: 0 }, dayBefore);
    const moved = decided(confirmed, to({}), dayBefore);
    expect(moved).toEqual({ ...confirmed, ...later, rev: 3, sequence: 1 });
    expect(isConfirmed(moved)).toBe(false);
    expect(outcome(moved, { kind: 'confirm', sequence: 0 }, dayBefore)).toBe('sequence-superseded');
    expect(isConfirmed(decided(moved, { kind: 'confirm', sequence: 1 }, dayBefore))).toBe(true);
  });

  it('keeps the reason of the last move only', () => {
    const moved = decided(booked, { kind: 'reschedule', by: 'clinic', to: later, reason: 'ill' }, dayBefore);
    expect(moved.rescheduleReason).toBe('ill');
    expect(decided(moved, { kind: 'reschedule', by: 'patient', to: time }, dayBefore).rescheduleReason).toBeUndefined();
  });

  it('to another provider is a move, even at the same time', () => {
    const moved = decided(booked, { kind: 'reschedule', by: 'clinic', to: time, providerId: 'prv_2' }, dayBefore);
    expect(moved).toEqual({ ...booked, providerId: 'prv_2', rev: 2, sequence: 1 });
  });

  it('to where it is changes nothing', () => {
    expect(outcome(booked, to(time), dayBefore)).toBe('unchanged');
    expect(outcome(booked, { kind: 'reschedule', by: 'patient', to: time, providerId: 'prv_1' }, dayBefore)).toBe(
      'unchanged',
    );
  });

  it.each([
    ['start', { ...time, start: '2026-11-24T14:29:00Z' }],
    ['end', { ...time, end: '2026-11-24T15:01:00Z' }],
    ['zone', { ...time, zone: 'America/Detroit' }],
  ])('by its %s alone is a move', (_what, changed) => {
    expect(decided(booked, to(changed), dayBefore)).toEqual({ ...booked, ...changed, rev: 2, sequence: 1 });
  });

  it('takes nothing from the new time but the time', () => {
    const wide = { ...later, status: 'fulfilled', rev: 99 };
    expect(decided(booked, { kind: 'reschedule', by: 'clinic', to: wide }, dayBefore)).toMatchObject({
      status: 'booked',
      rev: 2,
    });
  });

  it('goes to now or later, never into the past', () => {
    expect(outcome(booked, to({}), at(later.start))).toBe('booked');
    expect(outcome(booked, to({}), at(later.start).add({ milliseconds: 1 }))).toBe('new-time-invalid');
  });

  it.each([
    ['is empty', { end: later.start }],
    ['is reversed', { end: '2026-11-26T15:59:00Z' }],
    ['has no start', { start: 'soon' }],
    ['has no end', { end: 'later' }],
  ])('refuses a time that %s', (_case, changed) => {
    expect(outcome(booked, to(changed), dayBefore)).toBe('new-time-invalid');
  });

  it('by the patient ends when the visit starts, by the clinic it does not', () => {
    const byPatient: AppointmentCommand = { kind: 'reschedule', by: 'patient', to: later };
    expect(outcome(booked, byPatient, justBefore)).toBe('booked');
    expect(outcome(booked, byPatient, start)).toBe('visit-started');
    expect(outcome(booked, to({}), start)).toBe('booked');
  });
});

describe('cancel', () => {
  it('raises the sequence and keeps the reason', () => {
    expect(decided(booked, commands.cancel, dayBefore)).toEqual({
      ...booked,
      status: 'cancelled',
      rev: 2,
      sequence: 1,
      cancelledBy: 'clinic',
      cancellationReason: 'provider ill',
    });
  });

  it('needs no reason', () => {
    const cancelled = decided(booked, { kind: 'cancel', by: 'patient' }, dayBefore);
    expect(cancelled).toEqual({ ...booked, status: 'cancelled', rev: 2, sequence: 1, cancelledBy: 'patient' });
    expect(cancelled).not.toHaveProperty('cancellationReason');
  });

  it('twice keeps the first reason and the first sequence', () => {
    expect(decided(inStatus.cancelled, commands.cancel, afterwards)).toBe(inStatus.cancelled);
    expect(outcome(inStatus.cancelled, { kind: 'cancel', by: 'patient' }, afterwards)).toBe('unchanged');
  });

  it('by the patient ends when the visit starts, by the clinic it does not', () => {
    expect(outcome(booked, { kind: 'cancel', by: 'patient' }, justBefore)).toBe('cancelled');
    expect(outcome(booked, { kind: 'cancel', by: 'patient' }, start)).toBe('visit-started');
    expect(outcome(booked, { kind: 'cancel', by: 'clinic' }, start)).toBe('cancelled');
  });
});

describe('request-reschedule', () => {
  const ask: AppointmentCommand = { kind: 'request-reschedule', reason: 'course' };
  const asked = decided(booked, ask, dayBefore);

  it('records when and why, is no new sequence and leaves the visit as it is', () => {
    expect(asked).toEqual({
      ...booked,
      rev: 2,
      rescheduleRequestedAt: '2026-11-23T15:00:00Z',
      rescheduleRequestReason: 'course',
    });
  });

  it('twice changes nothing, whatever the second reason', () => {
    expect(decided(asked, { kind: 'request-reschedule', reason: 'other' }, justBefore)).toBe(asked);
  });

  it('is too late when the visit starts', () => {
    expect(outcome(booked, ask, justBefore)).toBe('booked');
    expect(outcome(booked, ask, start)).toBe('visit-started');
  });

  it.each([
    ['move', { kind: 'reschedule', by: 'patient', to: later }],
    ['cancellation', { kind: 'cancel', by: 'patient' }],
  ] as const)('is answered by a %s', (_what, command) => {
    const answered = decided(asked, command, dayBefore);
    expect([answered.rescheduleRequestedAt, answered.rescheduleRequestReason]).toEqual([undefined, undefined]);
  });

  it('can be made again after a move', () => {
    const moved = decided(asked, { kind: 'reschedule', by: 'patient', to: later }, dayBefore);
    expect(decided(moved, ask, start)).toMatchObject({ sequence: 1, rescheduleRequestedAt: '2026-11-24T14:30:00Z' });
  });
});

describe('rebook', () => {
  const cancelledBy = (by: 'patient' | 'clinic') => decided(booked, { kind: 'cancel', by }, dayBefore);

  it('names the visit that stands in, once; the visit stays cancelled at its sequence', () => {
    const cancelled = cancelledBy('clinic');
    expect(mayRebook(cancelled)).toBe(true);
    const rebooked = decided(cancelled, { kind: 'rebook', as: 'apt_2' }, afterwards);
    expect(rebooked).toEqual({ ...cancelled, rev: 3, rebookedAs: 'apt_2' });
    expect(mayRebook(rebooked)).toBe(false);
    expect(outcome(rebooked, { kind: 'rebook', as: 'apt_2' }, afterwards)).toBe('rebooked-already');
  });

  it('is only for what the clinic cancelled', () => {
    const cancelled = cancelledBy('patient');
    expect(mayRebook(cancelled)).toBe(false);
    expect(outcome(cancelled, { kind: 'rebook', as: 'apt_2' }, afterwards)).toBe('cancelled-by-patient');
    expect(mayRebook(booked)).toBe(false);
  });
});

describe('arrive', () => {
  it('records when', () => {
    expect(decided(booked, { kind: 'arrive' }, at('2026-11-24T14:21:07.5Z'))).toEqual({
      ...booked,
      status: 'arrived',
      rev: 2,
      arrivedAt: '2026-11-24T14:21:07Z',
    });
  });

  it('is on the calendar day of the visit where it takes place, from midnight to midnight', () => {
    expect(outcome(booked, { kind: 'arrive' }, at('2026-11-24T04:59:59Z'))).toBe('not-the-day-of-visit');
    expect(outcome(booked, { kind: 'arrive' }, at('2026-11-24T05:00:00Z'))).toBe('arrived');
    expect(outcome(booked, { kind: 'arrive' }, at('2026-11-25T04:59:59Z'))).toBe('arrived');
    expect(outcome(booked, { kind: 'arrive' }, at('2026-11-25T05:00:00Z'))).toBe('not-the-day-of-visit');
  });

  it('twice keeps the first time, on whatever day', () => {
    expect(decided(inStatus.arrived, { kind: 'arrive' }, at('2026-11-26T05:00:00Z'))).toBe(inStatus.arrived);
  });
});

describe('fulfil', () => {
  const fulfilled = (from: string, to: string, now = at('2026-11-27T00:00:00Z')): string =>
    outcome(inStatus.arrived, { kind: 'fulfil', fulfilment: { modality: 'video', start: from, end: to } }, now);

  it('records what took place, and is no new sequence', () => {
    expect(decided(inStatus.arrived, { kind: 'fulfil', fulfilment }, afterwards)).toEqual({
      ...inStatus.arrived,
      status: 'fulfilled',
      rev: 8,
      fulfilment,
    });
  });

  it('again with the same facts changes nothing, however they are written', () => {
    const same = { ...fulfilment, start: '2026-11-24T09:32:00-05:00' };
    expect(outcome(inStatus.fulfilled, { kind: 'fulfil', fulfilment }, afterwards)).toBe('unchanged');
    expect(outcome(inStatus.fulfilled, { kind: 'fulfil', fulfilment: same }, afterwards)).toBe('unchanged');
  });

  it.each([
    ['modality', { ...fulfilment, modality: 'in-person' as const }],
    ['start', { ...fulfilment, start: '2026-11-24T14:33:00Z' }],
    ['end', { ...fulfilment, end: '2026-11-24T15:02:00Z' }],
  ])('corrects the %s, as a new revision', (_what, corrected) => {
    const command: AppointmentCommand = { kind: 'fulfil', fulfilment: corrected };
    expect(decided(inStatus.fulfilled, command, afterwards)).toEqual({
      ...inStatus.fulfilled,
      rev: 8,
      fulfilment: corrected,
    });
  });

  it('holds a correction to the same rules', () => {
    const command: AppointmentCommand = { kind: 'fulfil', fulfilment: { ...fulfilment, end: fulfilment.start } };
    expect(outcome(inStatus.fulfilled, command, afterwards)).toBe('fulfilment-duration-invalid');
  });

  it('lasts from one minute to twelve hours', () => {
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-24T14:30:59Z')).toBe('fulfilment-duration-invalid');
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-24T14:31:00Z')).toBe('fulfilled');
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-25T02:30:00Z')).toBe('fulfilled');
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-25T02:30:01Z')).toBe('fulfilment-duration-invalid');
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-24T14:00:00Z')).toBe('fulfilment-duration-invalid');
    expect(fulfilled('yesterday', '2026-11-24T14:00:00Z')).toBe('fulfilment-duration-invalid');
  });

  it('is over: it may end now, not later', () => {
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-24T15:30:00Z', afterwards)).toBe('fulfilled');
    expect(fulfilled('2026-11-24T14:30:00Z', '2026-11-24T15:30:01Z', afterwards)).toBe('fulfilment-in-future');
  });

  it('started within a day of the time of the visit', () => {
    expect(fulfilled('2026-11-23T14:30:00Z', '2026-11-23T15:00:00Z')).toBe('fulfilled');
    expect(fulfilled('2026-11-23T14:29:59Z', '2026-11-23T15:00:00Z')).toBe('fulfilment-far-from-visit');
    expect(fulfilled('2026-11-25T14:30:00Z', '2026-11-25T15:00:00Z')).toBe('fulfilled');
    expect(fulfilled('2026-11-25T14:30:01Z', '2026-11-25T15:00:00Z')).toBe('fulfilment-far-from-visit');
  });

  it('takes nothing from the facts but the facts', () => {
    const wide = { ...fulfilment, note: 'private' };
    const done = decided(inStatus.arrived, { kind: 'fulfil', fulfilment: wide }, afterwards);
    expect(done.fulfilment).toEqual(fulfilment);
  });
});

describe('mark no-show', () => {
  it('changes nothing but the status', () => {
    expect(decided(booked, { kind: 'mark-noshow' }, justAfter)).toEqual({ ...booked, status: 'noshow', rev: 2 });
  });

  it('keeps the reason where one is known', () => {
    const missed = decided(booked, { kind: 'mark-noshow', reason: 'snow' }, justAfter);
    expect(missed).toEqual({ ...booked, status: 'noshow', rev: 2, noshowReason: 'snow' });
  });

  it('is only after the start', () => {
    expect(outcome(booked, { kind: 'mark-noshow' }, start)).toBe('visit-not-started');
    expect(outcome(booked, { kind: 'mark-noshow' }, justAfter)).toBe('noshow');
    expect(outcome(inStatus.arrived, { kind: 'mark-noshow' }, justBefore)).toBe('visit-not-started');
  });
});

describe('any sequence of commands at any times', () => {
  const moments = fc.integer({ min: -3000, max: 3000 }).map((minutes) => start.add({ minutes }));
  const anyCommand: fc.Arbitrary<AppointmentCommand> = fc.oneof(
    fc.nat(4).map((sequence) => ({ kind: 'confirm' as const, sequence })),
    fc.record({
      kind: fc.constant('reschedule' as const),
      by: fc.constantFrom('patient' as const, 'clinic' as const),
      to: fc.constantFrom(time, later),
    }),
    fc.record({ kind: fc.constant('cancel' as const), by: fc.constantFrom('patient' as const, 'clinic' as const) }),
    fc.constantFrom(commands.arrive, commands.fulfil, commands['mark-noshow']),
    fc.constantFrom(commands['request-reschedule'], commands.rebook),
    fc.constant({ kind: 'fulfil' as const, fulfilment }),
  );

  it('rev rises by one with each change, sequence only with a move or a cancellation, an end is an end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyCommand, moments), { maxLength: 25 }), (steps) => {
        let appointment = booked;
        for (const [command, now] of steps) {
          const before = appointment;
          const decision = decide(before, command, now);
          if (!decision.ok) continue;
          appointment = decision.appointment;
          if (!decision.changed) {
            expect(appointment).toBe(before);
            continue;
          }
          const isRetold = command.kind === 'reschedule' || command.kind === 'cancel';
          expect(appointment.rev).toBe(before.rev + 1);
          expect(appointment.sequence).toBe(before.sequence + (isRetold ? 1 : 0));
          expect(before.status).not.toBe('noshow');
          if (before.status === 'cancelled') expect(command.kind).toBe('rebook');
          if (appointment.status !== 'booked') expect(command.kind).not.toBe('request-reschedule');
          expect(appointment.rebookedAs === undefined || appointment.cancelledBy === 'clinic').toBe(true);
          if (isRetold) expect(appointment.rescheduleRequestedAt).toBeUndefined();
          if (before.status === 'fulfilled') expect(appointment.status).toBe('fulfilled');
          if (isRetold) expect(isConfirmed(appointment)).toBe(false);
          expect(appointment.status === 'fulfilled').toBe(appointment.fulfilment !== undefined);
          expect([appointment.id, appointment.patientId, appointment.clinicId, appointment.typeId]).toEqual([
            booked.id,
            booked.patientId,
            booked.clinicId,
            booked.typeId,
          ]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
