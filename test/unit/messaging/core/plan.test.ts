import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it, vi } from 'vitest';
import {
  DEFAULT_PLAN,
  type MessagePlan,
  type StepSpec,
  stepNamed,
  stepsOf,
  VISIT_STEPS,
} from '../../../../functions/messaging/core/message-plan.ts';
import {
  decideSend,
  messageId,
  type Occasion,
  type PlannedVisit,
  type PlanStep,
  planFor,
  planOrSkip,
  type SendState,
} from '../../../../functions/messaging/core/plan.ts';
import { planFaults } from '../../../../functions/messaging/core/plan-faults.ts';
import { DEFAULT_SETTINGS } from '../../../../functions/messaging/core/settings.ts';
import { TEMPLATE_NAMES } from '../../../../functions/messaging/core/templates.ts';
import {
  isOpen,
  type TextingSettings,
  textingWindow,
  treatmentWindow,
} from '../../../../functions/messaging/core/texting-window.ts';

// Many cases on a shared machine: slow is not wrong.
vi.setConfig({ testTimeout: 60_000 });

const at = (text: string) => Temporal.Instant.from(text);
const settings: TextingSettings = DEFAULT_SETTINGS;
const window = treatmentWindow(settings);
const hours = (from: number, until: number): TextingSettings => ({ ...settings, textingHours: { from, until } });
const visit = (start: string, changes: Partial<PlannedVisit> = {}): PlannedVisit => ({
  id: 'apt_1',
  sequence: 0,
  start: at(start),
  end: at(start).add({ minutes: 30 }),
  visitZone: 'America/New_York',
  patientZone: 'America/New_York',
  ...changes,
});
const planned = (occasion: Occasion, of: PlannedVisit, now: string, by = settings) =>
  planFor({ occasion, visit: of, now: at(now), settings: by }).map(({ step, dueAt }) => [step, dueAt.toString()]);
const step = (name: string): PlanStep => {
  const found = stepNamed(name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
};

describe('planFor', () => {
  it('plans a booking: confirmation at once, reminders at the same wall time three days and one day before', () => {
    expect(planned('booked', visit('2026-12-10T14:30:00Z'), '2026-12-01T12:00:00Z')).toEqual([
      ['confirmation', '2026-12-01T12:00:00Z'],
      ['reminder-72h', '2026-12-07T14:30:00Z'],
      ['reminder-24h', '2026-12-09T14:30:00Z'],
    ]);
  });

  it('names each text by visit, step and sequence, and carries what the sweep and the sender need', () => {
    const [first] = planFor({
      occasion: 'rescheduled',
      visit: visit('2026-12-10T14:30:00Z', { sequence: 3 }),
      now: at('2026-12-01T12:00:00Z'),
      settings,
    });
    expect(first).toMatchObject({
      id: 'apt_1#moved#3',
      causeId: 'apt_1',
      step: 'moved',
      sequence: 3,
      kind: 'reminders',
      category: 'treatment',
      onAmbiguous: 'drop',
    });
  });

  it('keeps the wall time when the clocks change between reminder and visit', () => {
    // 9:30 on 2 November 2026 is EST; three days before it was EDT.
    expect(planned('booked', visit('2026-11-02T14:30:00Z'), '2026-10-20T12:00:00Z').slice(1)).toEqual([
      ['reminder-72h', '2026-10-30T13:30:00Z'],
      ['reminder-24h', '2026-11-01T14:30:00Z'],
    ]);
  });

  it.each([
    ['one second before the 24 h step', '2026-12-09T14:29:59Z', ['confirmation', 'reminder-24h']],
    ['exactly at the 24 h step', '2026-12-09T14:30:00Z', ['confirmation']],
    ['one second before the 72 h step', '2026-12-07T14:29:59Z', ['confirmation', 'reminder-72h', 'reminder-24h']],
    ['exactly at the 72 h step', '2026-12-07T14:30:00Z', ['confirmation', 'reminder-24h']],
    ['an hour before the visit', '2026-12-10T13:30:00Z', ['confirmation']],
    ['exactly at the visit', '2026-12-10T14:30:00Z', []],
  ])('skips a step whose time has come: booked %s', (_, now, steps) => {
    expect(planned('booked', visit('2026-12-10T14:30:00Z'), now).map(([name]) => name)).toEqual(steps);
  });

  it('sends a reminder of the night on the evening before', () => {
    // 7:30 in New York: the day before at 7:30 is still night.
    expect(planned('booked', visit('2026-12-10T12:30:00Z'), '2026-12-01T12:00:00Z').slice(1)).toEqual([
      ['reminder-72h', '2026-12-07T00:00:00Z'],
      ['reminder-24h', '2026-12-09T00:00:00Z'],
    ]);
  });

  it('sends it at the next opening where that evening has passed', () => {
    expect(planned('booked', visit('2026-12-10T12:30:00Z'), '2026-12-09T00:00:00Z').slice(1)).toEqual([
      ['reminder-24h', '2026-12-09T13:00:00Z'],
    ]);
  });

  it('leaves it out where the next opening is not before the visit', () => {
    // A visit at 6:00 patient time, one day offset shortened to none by a step of the same day.
    const sameDay: PlanStep = { ...step('reminder-24h'), offsetDays: 0, step: 'same-day' };
    const early = visit('2026-12-10T11:00:00Z');
    const request = { occasion: 'booked', visit: early, now: at('2026-12-10T02:00:00Z'), steps: [sameDay] } as const;
    expect(planFor({ ...request, settings })).toEqual([]);
    // A clinic that texts from 7:00 does not reach it either, one that texts until 22:00 does.
    expect(planFor({ ...request, settings: hours(7, 20) })).toEqual([]);
    expect(planFor({ ...request, settings: hours(8, 23) }).map(({ dueAt }) => dueAt)).toEqual([
      at('2026-12-10T03:00:00Z'),
    ]);
  });

  it('reads the night off the patient’s clock and the day off the visit’s', () => {
    const abroad = visit('2026-12-10T14:30:00Z', { patientZone: 'Pacific/Honolulu' });
    // 14:30Z is 4:30 in Honolulu, so the evening before there: 19:00 is 05:00Z.
    expect(planned('booked', abroad, '2026-12-01T12:00:00Z').slice(1)).toEqual([
      ['reminder-72h', '2026-12-07T05:00:00Z'],
      ['reminder-24h', '2026-12-09T05:00:00Z'],
    ]);
  });

  it('plans the check-in two days and the exercises one to four weeks after the visit’s end', () => {
    expect(planned('fulfilled', visit('2026-12-01T14:30:00Z'), '2026-12-01T15:05:00Z')).toEqual([
      ['check-in-48h', '2026-12-03T15:00:00Z'],
      ['exercise-week-1', '2026-12-08T15:00:00Z'],
      ['exercise-week-2', '2026-12-15T15:00:00Z'],
      ['exercise-week-3', '2026-12-22T15:00:00Z'],
      ['exercise-week-4', '2026-12-29T15:00:00Z'],
    ]);
  });

  it('moves a follow-up of the night to the next opening', () => {
    const evening = visit('2026-12-02T01:00:00Z'); // 20:00 to 20:30 on 1 December
    expect(planned('fulfilled', evening, '2026-12-02T02:00:00Z')[0]).toEqual(['check-in-48h', '2026-12-04T13:00:00Z']);
  });

  it('keeps to the hours of the clinic: a reminder an hour before they end, a follow-up when they begin', () => {
    const early = visit('2026-12-10T13:30:00Z'); // 8:30 in New York
    expect(planned('booked', early, '2026-12-01T12:00:00Z', hours(9, 17)).slice(1)).toEqual([
      ['reminder-72h', '2026-12-06T21:00:00Z'],
      ['reminder-24h', '2026-12-08T21:00:00Z'],
    ]);
    expect(planned('booked', early, '2026-12-08T21:00:00Z', hours(9, 17)).slice(1)).toEqual([
      ['reminder-24h', '2026-12-09T14:00:00Z'],
    ]);
    const evening = visit('2026-12-02T00:30:00Z'); // 19:30 to 20:00 on 1 December
    expect(planned('fulfilled', evening, '2026-12-02T01:30:00Z', hours(9, 17))[0]?.[1]).toBe('2026-12-04T14:00:00Z');
    expect(planned('fulfilled', evening, '2026-12-02T01:30:00Z', hours(7, 21))[0]?.[1]).toBe('2026-12-04T01:00:00Z');
  });

  it('tells a cancellation at once, and plans nothing else', () => {
    expect(planned('cancelled', visit('2026-12-10T14:30:00Z'), '2026-12-01T04:00:00Z')).toEqual([
      ['cancelled', '2026-12-01T04:00:00Z'],
    ]);
  });

  it('asks for another time at once, as far as planning goes: the night is looked at when it goes out', () => {
    expect(planned('reschedule-requested', visit('2026-12-10T14:30:00Z'), '2026-12-01T04:00:00Z')).toEqual([
      ['choose-another', '2026-12-01T04:00:00Z'],
    ]);
  });

  const zones = [
    'America/New_York',
    'America/Los_Angeles',
    'America/Phoenix',
    'America/Vancouver',
    'Pacific/Honolulu',
    'Asia/Kathmandu',
    'Europe/London',
  ];
  const instant = fc
    .integer({ min: Date.parse('2026-01-01T00:00:00Z') / 1000, max: Date.parse('2028-01-01T00:00:00Z') / 1000 })
    .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000));
  const anyVisit = fc
    .record({
      start: instant,
      visitZone: fc.constantFrom(...zones),
      patientZone: fc.constantFrom(...zones),
      patientState: fc.constantFrom(undefined, 'CO', 'RI'),
      minutes: fc.integer({ min: 5, max: 120 }),
    })
    .map(
      ({ start, visitZone, patientZone, patientState, minutes }): PlannedVisit => ({
        id: 'apt_1',
        sequence: 0,
        start,
        end: start.add({ minutes }),
        visitZone,
        patientZone,
        patientState,
      }),
    );
  const anyHours = fc
    .tuple(fc.integer({ min: 7, max: 20 }), fc.integer({ min: 1, max: 14 }))
    .map(([from, length]) => hours(from, Math.min(21, from + length)));
  const occasions = fc.constantFrom<Occasion>('booked', 'rescheduled', 'cancelled', 'fulfilled');

  /** Plans as clinics may write them: whatever `planFaults` lets through. */
  const offsets = fc.oneof(
    fc.record({ offsetDays: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ offsetHours: fc.integer({ min: 1, max: 60 }) }),
  );
  const conditions = fc.record(
    {
      unconfirmedOnly: fc.boolean(),
      newPatientsOnly: fc.boolean(),
      modality: fc.constantFrom('video' as const, 'in-person' as const),
    },
    { requiredKeys: [] },
  );
  const anySpec = fc
    .record({
      side: fc.constantFrom('before' as const, 'after' as const),
      enabled: fc.boolean(),
      isRecall: fc.boolean(),
      offset: offsets,
      conditions,
    })
    .map(({ side, enabled, isRecall, offset, conditions: { unconfirmedOnly, ...shared } }): StepSpec => {
      const sign = side === 'before' ? -1 : 1;
      const entries = Object.entries(offset).map(([unit, count]) => [unit, sign * count]);
      return {
        name: 'x',
        enabled,
        occasions: side === 'before' ? ['booked', 'rescheduled'] : ['fulfilled'],
        anchor: side === 'before' ? 'start' : 'end',
        ...Object.fromEntries(entries),
        channel: 'sms',
        template: side === 'before' ? 'reminder-24h' : isRecall ? 'recall' : 'exercise-week',
        conditions: side === 'before' ? { ...shared, unconfirmedOnly } : shared,
      };
    });
  const notices = DEFAULT_PLAN.steps.filter(({ anchor }) => anchor === 'now');
  const anyPlan = fc
    .record({ enabled: fc.boolean(), offNotices: fc.subarray(notices), own: fc.array(anySpec, { maxLength: 8 }) })
    .map(
      ({ enabled, offNotices, own }): MessagePlan => ({
        enabled,
        steps: [
          ...notices.map((spec) => ({ ...spec, enabled: !offNotices.includes(spec) })),
          ...own.map((spec, index) => ({ ...spec, name: `step-${index}` })),
        ],
      }),
    )
    .filter((plan) => planFaults(plan).length === 0);

  it('keeps, with any plan a clinic may write: nothing past, begun, in the night, twice or at once; nothing that is off', () => {
    fc.assert(
      fc.property(
        anyVisit,
        fc.constantFrom('video' as const, 'in-person' as const),
        fc.integer({ min: -9 * 24 * 60, max: 9 * 24 * 60 }),
        occasions,
        fc.oneof(fc.constant(DEFAULT_PLAN), anyPlan),
        anyHours,
        (visitOf, modality, minutesBefore, occasion, plan, by) => {
          const of = { ...visitOf, modality };
          const now = of.start.subtract({ minutes: minutesBefore });
          const steps = stepsOf(plan);
          const { planned: messages, skipped } = planOrSkip({ occasion, visit: of, now, settings: by, steps });
          const ofOccasion = steps.filter((one) => one.occasions.includes(occasion)).map((one) => one.step);
          const told = [...messages, ...skipped].map((one) => one.step);
          expect(told.toSorted(), 'each step is planned or skipped with its reason').toEqual(ofOccasion.toSorted());
          expect(new Set(messages.map(({ dueAt }) => dueAt.toString())).size, 'no two at one moment').toBe(
            messages.length,
          );
          let last = now;
          for (const message of messages) {
            const found = steps.find((one) => one.step === message.step);
            if (found === undefined) throw new Error('A text of no step');
            expect(message.id).toBe(messageId(of.id, message.step, of.sequence));
            expect(found.isEnabled).toBe(true);
            expect([undefined, modality]).toContain(found.conditions.modality);
            expect(Temporal.Instant.compare(message.dueAt, last)).toBeGreaterThanOrEqual(0);
            last = message.dueAt;
            if (found.whileStatus === 'booked') expect(Temporal.Instant.compare(message.dueAt, of.start)).toBe(-1);
            const state: SendState = {
              step: found,
              sequence: 0,
              dueAt: message.dueAt,
              visit: { status: found.whileStatus, sequence: 0, start: of.start, modality },
              patientZone: of.patientZone,
              window: textingWindow(found.category, by, of.patientState),
            };
            expect(decideSend({ ...state, step: { ...found, isEnabled: false } }, message.dueAt)).toEqual({
              kind: 'suppress',
              reason: 'step-disabled',
            });
            if (!found.keepsQuietHours) continue;
            expect(isOpen(message.dueAt, [of.patientZone], state.window)).toBe(true);
            expect(decideSend(state, message.dueAt).kind).toBe('send');
            const again = decideSend({ ...state, visit: { ...state.visit, confirmedSequence: 0 } }, message.dueAt);
            if (again.kind === 'send') expect(again.asksToConfirm, 'confirmed: no more prompts').toBe(false);
            else expect(again).toEqual({ kind: 'suppress', reason: 'confirmed' });
            expect(found.conditions.unconfirmedOnly === true).toBe(again.kind === 'suppress');
          }
        },
      ),
      { numRuns: 600 },
    );
  });

  it('tells a visit that moved inside every lead once, of the new time, whatever the plan', () => {
    fc.assert(
      fc.property(anyVisit, anyPlan, (of, plan) => {
        const now = of.start.subtract({ minutes: 30 });
        const planned = planFor({ occasion: 'rescheduled', visit: of, now, settings, steps: stepsOf(plan) });
        const isTold = plan.enabled && plan.steps.some(({ name, enabled }) => name === 'moved' && enabled);
        expect(planned.map(({ step: name }) => name)).toEqual(isTold ? ['moved'] : []);
      }),
      { numRuns: 300 },
    );
  });

  it('never defers a text to after the visit, nor past the time it is worth something', () => {
    fc.assert(
      fc.property(
        anyVisit,
        anyPlan,
        fc.integer({ min: 0, max: 3 * 24 * 60 }),
        anyHours,
        (of, plan, lateMinutes, by) => {
          const now = of.start.subtract({ hours: 9 * 24 });
          for (const message of planFor({ occasion: 'booked', visit: of, now, settings: by, steps: stepsOf(plan) })) {
            const found = stepsOf(plan).find((one) => one.step === message.step);
            if (found === undefined) throw new Error('A text of no step');
            const visitNow = {
              status: 'booked',
              sequence: 0,
              start: of.start,
              modality: found.conditions.modality,
            } as const;
            const late = message.dueAt.add({ minutes: lateMinutes });
            const decision = decideSend(
              {
                step: found,
                sequence: 0,
                dueAt: message.dueAt,
                visit: visitNow,
                patientZone: of.patientZone,
                window: treatmentWindow(by),
              },
              late,
            );
            if (decision.kind !== 'defer') continue;
            expect(Temporal.Instant.compare(decision.until, of.start)).toBe(-1);
            expect(isOpen(decision.until, [of.patientZone], treatmentWindow(by))).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('says why a step has no text', () => {
    const steps = stepsOf({
      ...DEFAULT_PLAN,
      steps: DEFAULT_PLAN.steps.map((spec) => (spec.name === 'reminder-72h' ? { ...spec, enabled: false } : spec)),
    });
    const soon = visit('2026-12-10T14:30:00Z');
    const { planned: texts, skipped } = planOrSkip({
      occasion: 'booked',
      visit: soon,
      now: at('2026-12-09T15:00:00Z'),
      settings,
      steps,
    });
    expect(texts.map((one) => one.step)).toEqual(['confirmation']);
    expect(skipped).toEqual([
      { step: 'reminder-72h', reason: 'step-disabled' },
      { step: 'reminder-24h', reason: 'time-passed' },
      { step: 'video-link', reason: 'other-modality' },
    ]);
  });

  it('sends the link of a video visit an hour before, on the same day, or on the evening before an early one', () => {
    const link = (start: string) =>
      planned('booked', visit(start, { modality: 'video' }), '2026-12-01T12:00:00Z').find(
        ([name]) => name === 'video-link',
      );
    expect(link('2026-12-10T14:30:00Z')?.[1]).toBe('2026-12-10T13:30:00Z');
    expect(link('2026-12-10T13:30:00Z')?.[1]).toBe('2026-12-10T00:00:00Z');
    expect(planned('booked', visit('2026-12-10T14:30:00Z'), '2026-12-01T12:00:00Z')).toHaveLength(3);
  });

  it('sends one text where the night brings two to the same evening: the one meant for nearer the visit', () => {
    const reminders = ['reminder-72h', 'reminder-24h'] as const;
    const steps = stepsOf({
      enabled: true,
      steps: reminders.map((name, index) => ({
        name,
        enabled: true,
        occasions: ['booked', 'rescheduled'],
        anchor: 'start',
        offsetHours: index === 0 ? -3 : -2,
        channel: 'sms',
        template: name,
      })),
    });
    const early = visit('2026-12-10T14:00:00Z'); // 9:00 in New York: 6:00 and 7:00 are night
    const { planned: texts, skipped } = planOrSkip({
      occasion: 'booked',
      visit: early,
      now: at('2026-12-01T12:00:00Z'),
      settings,
      steps,
    });
    expect(texts.map((one) => [one.step, one.dueAt.toString()])).toEqual([['reminder-24h', '2026-12-10T00:00:00Z']]);
    expect(skipped).toEqual([{ step: 'reminder-72h', reason: 'same-moment' }]);
  });
});

describe('decideSend', () => {
  const state = (changes: Partial<SendState> = {}, visitChanges: Partial<SendState['visit']> = {}): SendState => ({
    step: step('reminder-24h'),
    sequence: 1,
    dueAt: at('2026-12-09T14:30:00Z'),
    visit: { status: 'booked', sequence: 1, start: at('2026-12-10T14:30:00Z'), ...visitChanges },
    patientZone: 'America/New_York',
    window,
    ...changes,
  });

  it('sends what is due, asks to confirm, and expires at the night or the visit, whichever is first', () => {
    expect(decideSend(state(), at('2026-12-09T14:30:00Z'))).toEqual({
      kind: 'send',
      template: 'reminder-24h',
      asksToConfirm: true,
      expiresAt: at('2026-12-10T01:00:00Z'),
    });
    const soon = state({ dueAt: at('2026-12-10T13:30:00Z') });
    expect(decideSend(soon, at('2026-12-10T13:30:00Z'))).toMatchObject({ expiresAt: at('2026-12-10T14:30:00Z') });
  });

  it('asks nothing of a patient who confirmed this very time', () => {
    expect(decideSend(state({}, { confirmedSequence: 1 }), at('2026-12-09T15:00:00Z'))).toMatchObject({
      template: 'reminder-confirmed',
      asksToConfirm: false,
    });
    expect(decideSend(state({}, { confirmedSequence: 0 }), at('2026-12-09T15:00:00Z'))).toMatchObject({
      template: 'reminder-24h',
      asksToConfirm: true,
    });
  });

  it.each<readonly [string, Partial<SendState['visit']>, boolean, string]>([
    ['the patient cancelled', { cancelledBy: 'patient' }, false, 'cancelled'],
    ['was cancelled before it was noted by whom', {}, false, 'cancelled'],
    ['the clinic cancelled', { cancelledBy: 'clinic' }, false, 'cancelled-by-clinic'],
    [
      'was confirmed and the clinic cancelled',
      { cancelledBy: 'clinic', confirmedSequence: 0 },
      false,
      'cancelled-by-clinic',
    ],
    ['was cancelled with its series', { cancelledBy: 'clinic' }, true, 'cancelled-series'],
  ])('words the notice of a visit that %s', (_case, changes, isOfMany, template) => {
    const cancelled = state({ step: step('cancelled'), isOfMany }, { status: 'cancelled', ...changes });
    expect(decideSend(cancelled, at('2026-12-09T15:00:00Z'))).toMatchObject({ kind: 'send', template });
  });

  it('words one confirmation for a whole series, its reminders as ever', () => {
    const named = (name: string) => decideSend(state({ step: step(name), isOfMany: true }), at('2026-12-09T15:00:00Z'));
    expect([named('confirmation'), named('reminder-24h')]).toMatchObject([
      { template: 'confirmation-series' },
      { template: 'reminder-24h' },
    ]);
  });

  it('keeps what the clinic does out of the night, unlike the answer to what the patient just did', () => {
    const night = at('2026-12-10T02:30:00Z');
    const told = (name: string, isOwnDoing?: boolean) =>
      decideSend(state({ step: step(name), dueAt: night, isOwnDoing }), night);
    const morning = { kind: 'defer', until: at('2026-12-10T13:00:00Z') };
    expect([told('moved', true), told('confirmation', true)]).toMatchObject([{ kind: 'send' }, { kind: 'send' }]);
    expect([told('moved'), told('confirmation', false), told('choose-another', true)]).toEqual([
      morning,
      morning,
      morning,
    ]);
  });

  it.each(['confirmation', 'moved', 'cancelled'])(
    'holds %s back at night once it is a quarter of an hour old',
    (name) => {
      const status = name === 'cancelled' ? 'cancelled' : 'booked';
      const dueAt = at('2026-12-10T02:30:00Z');
      const news = (start: string) =>
        state({ step: step(name), dueAt, isOwnDoing: true }, { status, start: at(start) });
      const midday = news('2026-12-10T17:00:00Z');
      expect(decideSend(midday, at('2026-12-10T02:44:59Z'))).toMatchObject({ kind: 'send' });
      const morning = { kind: 'defer', until: at('2026-12-10T13:00:00Z') };
      expect(decideSend(midday, at('2026-12-10T02:45:00Z'))).toEqual(morning);
      // By day it goes, and no phone that is off gets it in the night.
      const day = state({ step: step(name), dueAt: at('2026-12-09T23:00:00Z') }, { status });
      expect(decideSend(day, at('2026-12-10T00:30:00Z'))).toMatchObject({ expiresAt: at('2026-12-10T01:00:00Z') });
      // Who would come in vain, or not at all, is woken.
      const early = news('2026-12-10T13:00:00Z');
      expect(decideSend(early, at('2026-12-10T08:00:00Z'))).toMatchObject({ kind: 'send' });
    },
  );

  it('holds back at night what was called off when its time had come already', () => {
    const visit = { status: 'cancelled', start: at('2026-12-09T20:00:00Z') } as const;
    const off = state({ step: step('cancelled'), dueAt: at('2026-12-10T00:30:00Z') }, visit);
    expect(decideSend(off, at('2026-12-10T03:00:00Z'))).toMatchObject({ kind: 'defer' });
    const never = { ...off, window: () => [] };
    expect(decideSend(never, at('2026-12-10T03:00:00Z'))).toEqual({ kind: 'suppress', reason: 'stale' });
  });

  it.each<readonly [string, SendState, string, string]>([
    ['moved since', state({}, { sequence: 2 }), '2026-12-09T15:00:00Z', 'visit-moved'],
    ['cancelled', state({}, { status: 'cancelled' }), '2026-12-09T15:00:00Z', 'visit-status'],
    ['arrived', state({}, { status: 'arrived' }), '2026-12-09T15:00:00Z', 'visit-status'],
    ['begun', state({}, { start: at('2026-12-09T15:00:00Z') }), '2026-12-09T15:00:00Z', 'visit-started'],
    ['stale to the minute', state(), '2026-12-10T10:30:00Z', 'stale'],
    ['night until it would be stale', state({ dueAt: at('2026-12-09T16:00:00Z') }), '2026-12-10T12:00:00Z', 'stale'],
  ])('suppresses when the visit has %s', (_, of, now, reason) => {
    expect(decideSend(of, at(now))).toEqual({ kind: 'suppress', reason });
  });

  it.each<readonly [string, PlanStep['conditions'], Partial<SendState>, Partial<SendState['visit']>, string]>([
    ['only who has not confirmed', { unconfirmedOnly: true }, {}, { confirmedSequence: 1 }, 'confirmed'],
    ['only new patients', { newPatientsOnly: true }, { isNewPatient: false }, {}, 'established-patient'],
    ['only visits by video', { modality: 'video' }, {}, { modality: 'in-person' }, 'other-modality'],
  ])('suppresses a step that is for %s, for others only', (_, conditions, changes, visitChanges, reason) => {
    const now = at('2026-12-09T15:00:00Z');
    const conditional = { ...step('reminder-24h'), conditions };
    expect(decideSend(state({ ...changes, step: conditional }, visitChanges), now)).toEqual({
      kind: 'suppress',
      reason,
    });
    expect(decideSend(state(changes, visitChanges), now).kind).toBe('send');
  });

  it('sends until one second before the visit begins', () => {
    const now = at('2026-12-09T14:59:59Z');
    expect(decideSend(state({}, { start: now.add({ seconds: 1 }) }), now).kind).toBe('send');
  });

  it('sends a notice until one second before it is stale', () => {
    const notice = state({ step: step('confirmation'), dueAt: at('2026-12-01T14:00:00Z') });
    expect(decideSend(notice, at('2026-12-02T13:59:59Z')).kind).toBe('send');
    expect(decideSend(notice, at('2026-12-02T14:00:00Z'))).toEqual({ kind: 'suppress', reason: 'stale' });
  });

  it('waits for what is not due, and through the night where the morning is not too late', () => {
    expect(decideSend(state(), at('2026-12-09T14:29:59Z'))).toEqual({
      kind: 'defer',
      until: at('2026-12-09T14:30:00Z'),
    });
    const late = state({ dueAt: at('2026-12-10T00:30:00Z') }, { start: at('2026-12-10T20:00:00Z') });
    expect(decideSend(late, at('2026-12-10T02:00:00Z'))).toEqual({ kind: 'defer', until: at('2026-12-10T13:00:00Z') });
  });

  it('waits for the hours of the clinic, and lets nothing arrive after them', () => {
    const nineToFive = treatmentWindow(hours(9, 17));
    const late = state({ dueAt: at('2026-12-09T13:30:00Z'), window: nineToFive });
    expect(decideSend(late, at('2026-12-09T13:30:00Z'))).toEqual({ kind: 'defer', until: at('2026-12-09T14:00:00Z') });
    expect(decideSend(late, at('2026-12-09T14:00:00Z'))).toMatchObject({ expiresAt: at('2026-12-09T22:00:00Z') });
    expect(decideSend({ ...late, window: () => [] }, at('2026-12-09T14:00:00Z'))).toMatchObject({ reason: 'stale' });
  });

  it('never defers past the visit', () => {
    const early = state({ dueAt: at('2026-12-10T00:30:00Z') }, { start: at('2026-12-10T13:00:00Z') });
    expect(decideSend(early, at('2026-12-10T02:00:00Z'))).toEqual({ kind: 'suppress', reason: 'stale' });
  });

  it('answers at any hour what the patient did a moment ago', () => {
    const night = at('2026-12-01T08:00:00Z');
    expect(decideSend(state({ step: step('confirmation'), dueAt: night, isOwnDoing: true }), night)).toMatchObject({
      kind: 'send',
      expiresAt: night.add({ hours: 24 }),
    });
  });

  it('sends a check-in only for a visit that was held', () => {
    const checkIn = state({ step: step('check-in-48h') }, { status: 'fulfilled', start: at('2026-12-07T14:30:00Z') });
    expect(decideSend(checkIn, at('2026-12-09T15:00:00Z'))).toMatchObject({
      kind: 'send',
      template: 'check-in-48h',
      asksToConfirm: false,
    });
    expect(
      decideSend({ ...checkIn, visit: { ...checkIn.visit, status: 'noshow' } }, at('2026-12-09T15:00:00Z')).kind,
    ).toBe('suppress');
  });
});

describe('a recall', () => {
  const steps = VISIT_STEPS.map((row) => ({ ...row, isEnabled: row.step === 'recall' }));
  const recall: PlanStep = { ...step('recall'), isEnabled: true };
  const after = (end: string, patientState?: string) => {
    const held = visit('2026-01-06T15:00:00Z', { end: at(end), patientState });
    return planFor({ occasion: 'fulfilled', visit: held, now: at(end), settings, steps })[0]?.dueAt;
  };

  it.each([
    ['on the hour of the visit', '2026-01-07T15:30:00Z', 'NY', '2026-07-06T14:30:00Z'],
    ['on a Saturday morning', '2026-01-05T14:30:00Z', 'NY', '2026-07-04T13:30:00Z'],
    ['on a Saturday, in Rhode Island from 10 on', '2026-01-05T14:30:00Z', 'RI', '2026-07-04T14:00:00Z'],
    ['on a Sunday from noon on', '2026-01-06T14:30:00Z', 'NY', '2026-07-05T16:00:00Z'],
    ['on a Sunday evening', '2026-01-06T23:30:00Z', 'NY', '2026-07-05T22:30:00Z'],
    ['not then in Rhode Island, but on Monday', '2026-01-06T23:30:00Z', 'RI', '2026-07-06T13:00:00Z'],
    ['nor where no state is known', '2026-01-06T23:30:00Z', undefined, '2026-07-06T13:00:00Z'],
  ])('is due half a year after the visit, in the hours for marketing: %s', (_, end, state, due) => {
    expect(after(end, state)).toEqual(at(due));
  });

  it('goes only to who has not been back and is not about to come', () => {
    const dueAt = at('2026-07-06T14:30:00Z');
    const due: SendState = {
      step: recall,
      sequence: 0,
      dueAt,
      visit: { status: 'fulfilled', sequence: 0, start: at('2026-01-07T15:00:00Z') },
      hasLaterVisit: false,
      patientZone: 'America/New_York',
      window: textingWindow('marketing', settings, 'NY'),
    };
    expect(decideSend(due, dueAt)).toMatchObject({ kind: 'send', template: 'recall', asksToConfirm: false });
    expect(decideSend({ ...due, hasLaterVisit: true }, dueAt)).toEqual({ kind: 'suppress', reason: 'later-visit' });
    const nudge = { ...due, step: step('check-in-48h'), hasLaterVisit: true };
    expect(decideSend(nudge, dueAt).kind, 'what is no marketing goes all the same').toBe('send');
  });
});

describe('VISIT_STEPS', () => {
  it('names each step once and only texts that exist', () => {
    expect(new Set(VISIT_STEPS.map((row) => row.step)).size).toBe(VISIT_STEPS.length);
    for (const row of VISIT_STEPS) expect(TEMPLATE_NAMES).toContain(row.template);
  });

  it('is as stale, quiet and worded as a text of its kind', () => {
    const facts = VISIT_STEPS.map((row) => [
      row.step,
      row.kind,
      row.whileStatus,
      row.staleAfterMinutes / 60,
      row.keepsQuietHours,
    ]);
    expect(facts).toEqual([
      ['confirmation', 'reminders', 'booked', 24, false],
      ['moved', 'reminders', 'booked', 24, false],
      ['choose-another', 'reminders', 'booked', 24, true],
      ['cancelled', 'reminders', 'cancelled', 24, false],
      ['reminder-72h', 'reminders', 'booked', 24, true],
      ['reminder-24h', 'reminders', 'booked', 20, true],
      ['video-link', 'reminders', 'booked', 24, true],
      ['check-in-48h', 'check-ins', 'fulfilled', 48, true],
      ...[1, 2, 3, 4].map((week) => [`exercise-week-${week}`, 'check-ins', 'fulfilled', 48, true]),
      ['recall', 'check-ins', 'fulfilled', 48, true],
    ]);
  });

  it('asks nobody back unless the clinic says so, and takes that for marketing; all else is treatment', () => {
    expect(VISIT_STEPS.filter(({ isEnabled }) => !isEnabled).map((row) => row.step)).toEqual(['recall']);
    const marketing = VISIT_STEPS.filter(({ category }) => category === 'marketing').map((row) => row.step);
    expect(marketing).toEqual(['recall']);
  });

  it('drops rather than doubles every text round a visit', () => {
    expect(VISIT_STEPS.every(({ onAmbiguous }) => onAmbiguous === 'drop')).toBe(true);
    expect(stepNamed('no-such-step')).toBeUndefined();
  });
});
