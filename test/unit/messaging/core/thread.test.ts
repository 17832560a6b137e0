import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answeringInstead,
  answeringReleased,
  answeringTaken,
  assigned,
  closed,
  isHeldByHuman,
  newThread,
  queueOf,
  received,
  reopened,
  replied,
  seen,
  type Thread,
  tagged,
  wentOut,
  writtenInVain,
} from '../../../../functions/messaging/core/thread.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 15, minute)).toISOString().replace('.000', '');
const empty = newThread(
  { id: 'thr_01K8Z3V9Q4M7T2W6X5Y1N0R8PA', clinicId: 'cli_01K8Z3V9Q4M7T2W6X5Y1N0R8PA', phone: '+13035550101' },
  at(0),
);
const wrote = (thread: Thread, isForHuman = true, isKnown = true): Thread =>
  received(thread, { at: at(1), isKnown, isForHuman });

describe('a text that came in', () => {
  it('waits for a human unless something else has dealt with it', () => {
    expect(wrote(empty)).toMatchObject({ status: 'open', unread: 1, lastInboundAt: at(1) });
    expect(wrote(empty, false)).toMatchObject({ status: 'closed', unread: 0, lastInboundAt: at(1) });
  });

  it('of whatever kind waits in a thread that is open: people are talking', () => {
    expect(wrote(wrote(empty), false)).toMatchObject({ status: 'open', unread: 2 });
  });

  it('opens a closed thread for whoever is there, not for who had it', () => {
    const again = wrote(closed(assigned(wrote(empty), 'ann')));
    expect(queueOf(again)).toEqual({ kind: 'unassigned' });
  });

  it('from a number nobody knows waits apart until somebody takes it', () => {
    const unknown = wrote(empty, true, false);
    expect(queueOf(unknown)).toEqual({ kind: 'unknown' });
    expect(queueOf(assigned(unknown, 'ann'))).toEqual({ kind: 'assigned', to: 'ann' });
  });
});

describe('who is answering', () => {
  const taken = answeringTaken(wrote(empty), { by: 'ann', now: at(2), until: at(4) }) ?? empty;

  it('keeps others away until the time is over, and the same person never', () => {
    expect(answeringTaken(taken, { by: 'bea', now: at(3), until: at(5) })).toBeUndefined();
    expect(answeringInstead(taken, 'bea', at(3))).toEqual({ by: 'ann', until: at(4) });
    expect(answeringInstead(taken, 'ann', at(3))).toBeUndefined();
    expect(answeringInstead(taken, 'bea', at(4))).toBeUndefined();
  });

  it('ends with the answer, or with a word of their own only', () => {
    expect(replied(taken, { at: at(3), by: 'ann' }).answering).toBeUndefined();
    expect(answeringReleased(taken, 'bea').answering).toEqual({ by: 'ann', until: at(4) });
    expect(answeringReleased(taken, 'ann').answering).toBeUndefined();
  });
});

describe('a human has it', () => {
  it.each([
    ['once it is somebody’s', assigned(wrote(empty), 'ann'), true],
    ['no longer when it is closed', closed(assigned(wrote(empty), 'ann')), false],
    ['while staff have written lately', replied(wrote(empty), { at: at(30), by: 'ann' }), true],
    ['no longer when that was long ago', replied(wrote(empty), { at: at(29), by: 'ann' }), false],
    ['not because the number wrote', wrote(empty), false],
  ])('%s', (_, thread, held) => {
    expect(isHeldByHuman(thread, at(30))).toBe(held);
  });
});

describe('whatever happens, in whatever order', () => {
  const who = fc.constantFrom('ann', 'bea');
  const minute = fc.nat({ max: 59 });
  const step = fc.oneof(
    fc
      .record({ isForHuman: fc.boolean(), isKnown: fc.boolean(), minute })
      .map((text) => (thread: Thread) => received(thread, { ...text, at: at(text.minute) })),
    fc.record({ by: who, minute }).map(
      ({ by, minute: m }) =>
        (thread: Thread) =>
          replied(thread, { at: at(m), by }),
    ),
    fc.option(who, { nil: undefined }).map((to) => (thread: Thread) => assigned(thread, to)),
    fc.record({ by: who, minute }).map(
      ({ by, minute: m }) =>
        (thread: Thread) =>
          answeringTaken(thread, { by, now: at(m), until: at(m + 2) }) ?? thread,
    ),
    who.map((by) => (thread: Thread) => answeringReleased(thread, by)),
    fc.array(fc.constantFrom('a', 'b')).map((tags) => (thread: Thread) => tagged(thread, tags)),
    minute.map((m) => (thread: Thread) => wentOut(thread, at(m))),
    fc.constantFrom(closed, reopened, seen, writtenInVain),
  );

  it('a text for a human is in a queue that people look at, and nothing unread is closed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let thread: Thread = empty;
        for (const change of steps) {
          thread = change(thread);
          const queue = queueOf(thread);
          expect(thread.unread > 0 && queue.kind === 'closed').toBe(false);
          expect(queue.kind === 'assigned').toBe(thread.status === 'open' && thread.assignedTo !== undefined);
          expect(thread.status === 'closed' && thread.assignedTo !== undefined).toBe(false);
          expect(new Set(thread.tags).size).toBe(thread.tags.length);
        }
        const after = received(thread, { at: at(0), isKnown: true, isForHuman: true });
        expect(after.unread).toBeGreaterThan(0);
        expect(queueOf(after).kind).toMatch(/^(?:unassigned|assigned)$/);
      }),
    );
  });

  it('one person at a time is answering', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), who, minute, (steps, by, m) => {
        const thread = steps.reduce((before, change) => change(before), empty);
        const other = answeringInstead(thread, by, at(m));
        const taken = answeringTaken(thread, { by, now: at(m), until: at(m + 2) });
        expect(taken === undefined).toBe(other !== undefined);
        if (taken !== undefined) expect(answeringInstead(taken, by, at(m))).toBeUndefined();
      }),
    );
  });
});
