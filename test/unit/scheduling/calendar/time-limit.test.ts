import { describe, expect, it } from 'vitest';
import { TimeLimitExceeded, withTimeLimit } from '../../../../functions/scheduling/calendar/time-limit.ts';
import { externalBusy } from '../../../../functions/scheduling/core/external-busy.ts';
import { calendarOf } from '../../../helpers/ical.ts';

describe('withTimeLimit', () => {
  it('answers with what was computed', () => {
    expect(withTimeLimit(1000, () => [1, 2])).toEqual([1, 2]);
  });

  it('hands on what the computation throws', () => {
    expect(() =>
      withTimeLimit(1000, () => {
        throw new RangeError('no');
      }),
    ).toThrow(RangeError);
  });

  it('stops a loop without an end', () => {
    expect(() =>
      withTimeLimit(20, () => {
        for (;;);
      }),
    ).toThrow(TimeLimitExceeded);
  });

  it.each(['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2;BYDAY=MO,TU'])(
    'stops a rule that never finds its next day: %s',
    (rule) => {
      const text = calendarOf(['DTSTART:20260101T090000Z', 'DURATION:PT1H', `RRULE:${rule}`]);
      const question = { text, zone: 'UTC', firstDate: '2026-11-22', lastDate: '2027-01-21', isOwnUid: () => false };
      expect(() => withTimeLimit(200, () => externalBusy(question))).toThrow(TimeLimitExceeded);
    },
  );
});
