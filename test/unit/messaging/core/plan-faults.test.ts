import { describe, expect, it } from 'vitest';
import { DEFAULT_PLAN, type MessagePlan, type StepSpec } from '../../../../functions/messaging/core/message-plan.ts';
import { planFaults, planWarnings } from '../../../../functions/messaging/core/plan-faults.ts';

const indexOf = (name: string): number => DEFAULT_PLAN.steps.findIndex((step) => step.name === name);
/** The default plan with one step changed. */
const withStep = (name: string, changes: Partial<StepSpec>): MessagePlan => ({
  ...DEFAULT_PLAN,
  steps: DEFAULT_PLAN.steps.map((step) => (step.name === name ? { ...step, ...changes } : step)),
});
const without = (...names: readonly string[]): MessagePlan => ({
  ...DEFAULT_PLAN,
  steps: DEFAULT_PLAN.steps.filter(({ name }) => !names.includes(name)),
});

describe('planFaults', () => {
  it('has nothing against the default plan', () => {
    expect(planFaults(DEFAULT_PLAN)).toEqual([]);
    expect(planWarnings(DEFAULT_PLAN)).toEqual([]);
  });

  it.each<readonly [string, string, Partial<StepSpec>, string]>([
    ['a name with a #', 'reminder-24h', { name: 'a#b' }, 'name'],
    ['a name that tells of care', 'reminder-24h', { name: 'after-laminectomy' }, 'name'],
    ['a name that tells of it by a stem', 'check-in-48h', { name: 'therapy-week-1' }, 'name'],
    ["the name of a reminder's e-mail", 'reminder-72h', { name: 'reminder-24h-email' }, 'name'],
    ['the name of another', 'reminder-24h', { name: 'reminder-72h' }, 'name'],
    ['a reminder after the start', 'reminder-24h', { offsetDays: 1 }, 'offsetDays'],
    ['a reminder at the start', 'reminder-24h', { offsetDays: 0 }, 'offsetDays'],
    ['half an hour', 'video-link', { offsetHours: -0.5 }, 'offsetHours'],
    ['no offset', 'reminder-24h', { offsetDays: undefined }, 'offsetDays'],
    ['two offsets', 'reminder-24h', { offsetHours: -3 }, 'offsetHours'],
    ['more than two months ahead', 'reminder-24h', { offsetDays: -61 }, 'offsetDays'],
    ['a follow-up before the end', 'check-in-48h', { offsetDays: -2 }, 'offsetDays'],
    ['an offset from now', 'moved', { offsetHours: 1 }, 'offsetHours'],
    ['a reminder that a move forgets', 'reminder-24h', { occasions: ['booked'] }, 'occasions'],
    ['a follow-up of a booking', 'check-in-48h', { occasions: ['booked'] }, 'occasions'],
    ['two occasions at once', 'moved', { occasions: ['rescheduled', 'cancelled'] }, 'occasions'],
    ['words that do not fit', 'reminder-24h', { template: 'reply-help' }, 'template'],
    ['a reminder that asks nothing', 'reminder-24h', { template: 'reminder-confirmed' }, 'template'],
    ['a video link for everybody', 'video-link', { conditions: {} }, 'conditions.modality'],
    ['a video link to the house', 'video-link', { conditions: { modality: 'in-person' } }, 'conditions.modality'],
    ['marketing before a visit', 'reminder-24h', { template: 'recall' }, 'template'],
    ['a recall after more than a year', 'recall', { offsetDays: 366 }, 'offsetDays'],
    ['a picture of a reminder', 'reminder-24h', { pictureId: 'pic_1' }, 'pictureId'],
    ['a question about pain before the visit', 'reminder-24h', { template: 'check-in-48h' }, 'template'],
    ['a second step at one moment', 'reminder-72h', { offsetDays: -1 }, ''],
    ['the same moment in hours', 'video-link', { offsetHours: -24 }, 'offsetHours'],
    [
      'news of a move for new patients only',
      'moved',
      { conditions: { newPatientsOnly: true } },
      'conditions.newPatientsOnly',
    ],
    ['news of a move for video only', 'moved', { conditions: { modality: 'video' } }, 'conditions.modality'],
    [
      'a follow-up of who did not confirm',
      'check-in-48h',
      { conditions: { unconfirmedOnly: true } },
      'conditions.unconfirmedOnly',
    ],
  ])('names the field of %s', (_, name, changes, field) => {
    // The later one of two at one moment is at fault.
    const expected = field === '' ? `steps.${indexOf('reminder-24h')}.offsetDays` : `steps.${indexOf(name)}.${field}`;
    expect(planFaults(withStep(name, changes)).map((fault) => fault.field)).toEqual([expected]);
  });

  it.each(['moved', 'choose-another', 'cancelled'])('wants a step that tells of it: %s', (name) => {
    expect(planFaults(without(name))).toEqual([{ field: 'steps', message: expect.stringContaining('anchor now') }]);
  });

  it('lets two steps share a moment that no visit has both of', () => {
    const plan = withStep('reminder-24h', { conditions: { modality: 'in-person' } });
    const video = { ...plan.steps[indexOf('video-link')], offsetHours: undefined, offsetDays: -1 };
    const steps = plan.steps.map((step) => (step.name === 'video-link' ? { ...step, ...video } : step));
    expect(planFaults({ ...plan, steps })).toEqual([]);
  });

  it('has at most 30 steps', () => {
    const more = Array.from({ length: 30 }, (_, index) => ({
      ...(DEFAULT_PLAN.steps.at(-1) as StepSpec),
      name: `week-${index}`,
      offsetDays: 40 + index,
    }));
    expect(planFaults({ ...DEFAULT_PLAN, steps: [...DEFAULT_PLAN.steps, ...more] })).toEqual([
      { field: 'steps', message: 'Expected at most 30 steps' },
    ]);
  });
});

describe('planWarnings', () => {
  const codes = (plan: MessagePlan, replaced?: MessagePlan) =>
    planWarnings(plan, replaced).map(({ code, field }) => [code, field]);

  it('says what nobody will be told', () => {
    expect(codes(withStep('cancelled', { enabled: false }))).toEqual([
      ['nobody-is-told', `steps.${indexOf('cancelled')}.enabled`],
    ]);
    expect(codes({ ...DEFAULT_PLAN, enabled: false }).map(([code]) => code)).toEqual(Array(3).fill('nobody-is-told'));
  });

  it('says that the first text must tell how to stop', () => {
    expect(codes(withStep('confirmation', { enabled: false }))).toEqual([['no-opt-out-notice', 'steps']]);
  });

  it('says what the caps will hold back', () => {
    const [template] = DEFAULT_PLAN.steps.filter(({ name }) => name === 'reminder-24h');
    const more = [2, 4].map((days) => ({ ...(template as StepSpec), name: `day-${days}`, offsetDays: -days }));
    expect(codes({ ...DEFAULT_PLAN, steps: [...DEFAULT_PLAN.steps, ...more] })).toEqual([['over-caps', 'steps']]);
  });

  it('says which planned texts go no more', () => {
    expect(codes(without('reminder-72h'), DEFAULT_PLAN)).toEqual([['step-gone', 'steps']]);
  });
});
