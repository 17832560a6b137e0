import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { isSettled } from '../../../../functions/messaging/core/message-status.ts';
import {
  claimed,
  deferred,
  handedOver,
  isForSender,
  isHandedOver,
  lostTrack,
  progressed,
  released,
  settled,
} from '../../../../functions/messaging/sending/progress.ts';
import type { Message } from '../../../../functions/messaging/store.ts';
import { toStored } from '../../../../functions/platform/clock.ts';

const now = Temporal.Instant.from('2026-11-24T17:00:00Z');
const inMinutes = (minutes: number) => now.add({ minutes });

const text = (part: Partial<Message> = {}): Message => ({
  id: 'apt_1#reminder-72h#0',
  clinicId: 'cli_1',
  cause: 'visit',
  causeId: 'apt_1',
  step: 'reminder-72h',
  sequence: 0,
  kind: 'reminders',
  template: 'reminder-72h',
  parameters: {},
  to: '+17205550101',
  createdAt: '2026-11-24T17:00:00Z',
  plannedFor: '2026-11-24T17:00:00Z',
  dueAt: '2026-11-24T17:00:00Z',
  status: 'planned',
  history: [],
  attempts: 0,
  rev: 1,
  ...part,
});

const required = (message: Message | undefined): Message => {
  if (message === undefined) throw new Error('Nothing changed');
  return message;
};

describe('a text nobody hears of again', () => {
  it('is dropped after the lease and the wait for a receipt, a reminder', () => {
    const taken = required(claimed(text(), now, {}));
    expect(settled(taken, inMinutes(1))).toBeUndefined();
    const lost = required(settled(taken, inMinutes(2)));
    expect(lost).toMatchObject({ status: 'ambiguous', statusReason: 'sender-silent' });
    expect(settled(lost, inMinutes(16))).toBeUndefined();
    expect(settled(lost, inMinutes(17))).toMatchObject({ status: 'dropped', statusReason: 'sender-silent' });
    expect(isForSender(lost, inMinutes(60))).toBe(false);
  });

  it('is sent again a few times, an alert to the on-call number', () => {
    let alert = text({ cause: 'triage', template: 'on-call-alert' });
    let sends = 0;
    for (let minute = 0; minute < 120; minute += 1) {
      alert = settled(alert, inMinutes(minute)) ?? alert;
      if (isForSender(alert, inMinutes(minute))) {
        sends += 1;
        alert = required(claimed(alert, inMinutes(minute), {}));
      }
    }
    expect({ sends, status: alert.status }).toEqual({ sends: 5, status: 'dropped' });
  });
});

it('a text that has waited longer than any of its kind is worth is ended by the sweep, an alert that may have been sent not', () => {
  const day = 24 * 60;
  expect(settled(text(), inMinutes(day - 1))).toBeUndefined();
  expect(settled(text(), inMinutes(day))).toMatchObject({ status: 'suppressed', statusReason: 'stale' });
  // What counts is when it was meant to go, not when it is looked at again.
  expect(settled(text({ dueAt: toStored(inMinutes(day + 1)) }), inMinutes(day))).toBeUndefined();
  expect(settled(text({ kind: 'check-ins' }), inMinutes(2 * day - 1))).toBeUndefined();
  expect(settled(text({ kind: 'check-ins' }), inMinutes(2 * day))).toMatchObject({ status: 'suppressed' });
  const alert = text({ cause: 'triage', status: 'ambiguous', attempts: 1 });
  expect(settled(alert, inMinutes(day))).toBeUndefined();
});

it('a text given back is due again, and counts its claims', () => {
  const back = required(released(required(claimed(text(), now, {})), now, 'ThrottlingException', 1));
  expect(back).toMatchObject({ status: 'planned', dueAt: '2026-11-24T17:01:00Z', attempts: 1 });
  expect(isForSender(back, now)).toBe(false);
  expect(required(claimed(back, inMinutes(1), {})).attempts).toBe(2);
});

it('a text that has a turn is the sender’s at once and no sweep’s for three minutes; whatever comes of it ends that', () => {
  const given = handedOver(text(), now);
  expect(given).toMatchObject({ status: 'planned', dueAt: '2026-11-24T17:00:00Z', rev: 2 });
  expect(isForSender(given, now)).toBe(true);
  expect([0, 2, 3].map((minutes) => isHandedOver(given, inMinutes(minutes)))).toEqual([true, true, false]);
  expect(isHandedOver(text(), now)).toBe(false);
  expect(isHandedOver(deferred(given, inMinutes(1)), now)).toBe(false);
  const back = required(released(required(claimed(given, now, {})), now, 'ThrottlingException', 1));
  expect(isHandedOver(back, now)).toBe(false);
});

it('whatever happens to a reminder, the sweeps settle it within twenty minutes of the last thing', () => {
  const events = [
    (message: Message, at: Temporal.Instant) => claimed(message, at, {}),
    (message: Message, at: Temporal.Instant) => lostTrack(message, at, 'no-answer'),
    (message: Message, at: Temporal.Instant) => progressed(message, 'accept', at),
    (message: Message, at: Temporal.Instant) => progressed(message, 'suppress', at, { reason: 'visit-moved' }),
    (message: Message, at: Temporal.Instant) => progressed(message, 'receipt-failed', at),
    (message: Message, at: Temporal.Instant) => progressed(message, 'receipt-pending', at),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 8 }), (happening) => {
      let message = text();
      for (const [index, event] of happening.entries()) {
        const next = event(message, inMinutes(index));
        if (next !== undefined) expect(next.rev).toBe(message.rev + 1);
        message = next ?? message;
      }
      const wasClaimed = message.status !== 'planned';
      for (let minute = happening.length; minute <= happening.length + 20; minute += 1) {
        message = settled(message, inMinutes(minute)) ?? message;
      }
      expect(isSettled(message.status)).toBe(wasClaimed);
    }),
    { numRuns: 1_000 },
  );
});
