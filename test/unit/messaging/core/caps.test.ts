import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CapState, decideCap, ofLastWeek } from '../../../../functions/messaging/core/caps.ts';
import { type StepSpec, stepNamed, stepsOf, VISIT_STEPS } from '../../../../functions/messaging/core/message-plan.ts';
import { dateOfEpochDay, epochDayOf } from '../../../../functions/platform/time.ts';

const monday = epochDayOf('2026-11-23');
const day = (number: number): string => dateOfEpochDay(monday + number);
const state = (part: Partial<CapState> = {}): CapState => ({
  caps: { perDay: 1, perWeek: 3 },
  today: day(0),
  importance: 4,
  sentOn: [],
  waiting: [],
  ...part,
});

describe('a text that counts', () => {
  it('goes while there is room', () => {
    expect(decideCap(state())).toEqual({ kind: 'go' });
    expect(decideCap(state({ sentOn: [day(-1), day(-2)] }))).toEqual({ kind: 'go' });
  });

  it('waits for tomorrow when the day has its one', () => {
    expect(decideCap(state({ sentOn: [day(0)] }))).toEqual({ kind: 'later', on: day(1), reason: 'over-daily-cap' });
  });

  it('waits until the oldest of three is a week ago', () => {
    expect(decideCap(state({ sentOn: [day(-5), day(-3), day(-1)] }))).toEqual({
      kind: 'later',
      on: day(2),
      reason: 'over-weekly-cap',
    });
  });

  it('makes room on its day for one that matters more', () => {
    const waiting = [{ on: day(0), importance: 4 }];
    expect(decideCap(state({ importance: 1, waiting }))).toMatchObject({ kind: 'later', on: day(1) });
    expect(decideCap(state({ importance: 4, waiting }))).toEqual({ kind: 'go' });
  });

  it('makes room in the week for those that matter more', () => {
    const waiting = [1, 3].map((number) => ({ on: day(number), importance: 4 }));
    expect(decideCap(state({ importance: 1, waiting }))).toEqual({ kind: 'go' });
    expect(decideCap(state({ importance: 1, waiting, sentOn: [day(-1)] }))).toMatchObject({
      kind: 'later',
      reason: 'over-weekly-cap',
    });
  });

  it('is over when a clinic wants none at all', () => {
    expect(decideCap(state({ caps: { perDay: 0, perWeek: 0 } }))).toEqual({ kind: 'over', reason: 'over-daily-cap' });
  });
});

describe('the steps of a plan', () => {
  const spec = (template: StepSpec['template'], offset: Pick<StepSpec, 'offsetDays' | 'offsetHours'>): StepSpec => ({
    name: `${template}-${offset.offsetDays ?? offset.offsetHours}`,
    enabled: true,
    occasions: ['booked', 'rescheduled'],
    anchor: 'start',
    ...offset,
    channel: 'sms',
    template,
  });
  const importances = (...steps: readonly StepSpec[]) =>
    stepsOf({ enabled: true, steps }).map(({ importance }) => importance);

  it('matter in this order: tomorrow, pain after a visit, the earlier reminder, a nudge, marketing', () => {
    const order = ['recall', 'exercise-week-1', 'reminder-72h', 'check-in-48h', 'reminder-24h'].map(
      (name) => stepNamed(name)?.importance,
    );
    expect(order).toEqual(order.toSorted());
    expect(order).not.toContain(undefined);
  });

  it('count unless they tell at once what was done, or have the link that the visit is entered by', () => {
    const uncounted = VISIT_STEPS.filter(({ importance }) => importance === undefined).map(({ step }) => step);
    expect(uncounted).toEqual(['confirmation', 'moved', 'choose-another', 'cancelled', 'video-link']);
  });

  it('count as the reminder in whose place they ask nothing', () => {
    const [tomorrow, earlier] = ['reminder-24h', 'reminder-72h'].map((name) => stepNamed(name)?.importance);
    const asked = [{ offsetDays: -1 }, { offsetHours: -30 }, { offsetDays: -3 }, { offsetDays: -9 }] as const;
    expect(importances(...asked.map((offset) => spec('reminder-confirmed', offset)))).toEqual([
      tomorrow,
      tomorrow,
      earlier,
      earlier,
    ]);
  });

  it('have one link that does not count, the last before the visit', () => {
    const [first, second, last] = [{ offsetDays: -2 }, { offsetHours: -3 }, { offsetHours: -1 }].map((offset) =>
      spec('video-link', offset),
    );
    if (first === undefined || second === undefined || last === undefined) throw new Error('Three');
    const [one, other, door] = importances(first, second, last);
    expect([one, other]).toEqual([2, 2]);
    expect(door).toBeUndefined();
    expect(importances(first, second, { ...last, enabled: false })).toEqual([2, undefined, undefined]);
  });
});

it('remembers seven days, today among them', () => {
  const sent = [-8, -7, -6, 0].map((number) => ({ on: day(number) }));
  expect(ofLastWeek(sent, day(0))).toEqual([{ on: day(-6) }, { on: day(0) }]);
});

interface Due {
  readonly on: number;
  readonly importance: number;
}

/** A month of somebody's texts, in the order they are due, each decided as it would be: what was sent on which day. */
const live = (texts: readonly Due[], caps: CapState['caps']): readonly Due[] => {
  const queue = texts.map((text, id) => ({ ...text, id, worthUntil: text.on + 2 }));
  const sent: (Due & { readonly id: number })[] = [];
  for (let today = 0; today <= 40; today += 1) {
    for (const text of queue.filter(({ on }) => on === today)) {
      const decision = decideCap({
        caps,
        today: day(today),
        importance: text.importance,
        sentOn: sent.map(({ on }) => day(on)),
        waiting: queue
          .filter(({ id, on }) => id !== text.id && on >= today && !sent.some((other) => other.id === id))
          .map(({ on, importance }) => ({ on: day(on), importance })),
      });
      if (decision.kind === 'go') sent.push({ ...text, on: today });
      const later = decision.kind === 'later' ? epochDayOf(decision.on) - monday : Number.NaN;
      text.on = later <= text.worthUntil ? later : -1;
    }
  }
  return sent;
};

const dues = fc.array(fc.record({ on: fc.integer({ min: 0, max: 30 }), importance: fc.integer({ min: 1, max: 4 }) }), {
  maxLength: 30,
});
const anyCaps = fc.record({ perDay: fc.integer({ min: 1, max: 2 }), perWeek: fc.integer({ min: 1, max: 5 }) });

describe('a month of texts', () => {
  it('never has more in a day or in seven days than the caps', () => {
    fc.assert(
      fc.property(dues, anyCaps, (texts, caps) => {
        const days = live(texts, caps).map(({ on }) => on);
        for (const last of days) {
          expect(days.filter((on) => on === last).length).toBeLessThanOrEqual(caps.perDay);
          expect(days.filter((on) => last - 7 < on && on <= last).length).toBeLessThanOrEqual(caps.perWeek);
        }
      }),
    );
  });

  it('has no fewer of those that matter most than it would have without the others', () => {
    fc.assert(
      fc.property(dues, anyCaps, (texts, caps) => {
        const most = texts.filter(({ importance }) => importance === 4);
        const among = live(texts, caps).filter(({ importance }) => importance === 4);
        expect(among.length).toBe(live(most, caps).length);
      }),
    );
  });
});
