import { describe, expect, it } from 'vitest';
import { Faults, faultPlan } from '../../../local/carrier/faults.ts';

const ana = '+12065550142';
const ben = '+13035550117';

describe('faults', () => {
  it('strikes every phone until it is taken away when it has no limit', () => {
    const faults = new Faults([{ kind: 'throttle' }]);

    expect([ana, ben, ana].map((phone) => faults.admission(phone)?.kind)).toEqual(['throttle', 'throttle', 'throttle']);
    faults.replace([]);
    expect(faults.admission(ana)).toBeUndefined();
  });

  it('strikes the next n sends and then is gone', () => {
    const faults = new Faults([{ kind: 'throttle', next: 2 }]);

    expect([1, 2, 3].map(() => faults.admission(ana)?.kind)).toEqual(['throttle', 'throttle', undefined]);
    expect(faults.list()).toEqual([]);
  });

  it('shows how many sends are left', () => {
    const faults = new Faults([{ kind: 'lose-receipts', next: 3 }]);
    faults.accepted(ana);

    expect(faults.list()).toEqual([{ kind: 'lose-receipts', next: 2 }]);
  });

  it('refuses a picture, and lets the words pass', () => {
    const faults = new Faults([{ kind: 'refuse-picture', reason: 'MEDIA_TYPE_NOT_SUPPORTED' }]);

    expect(faults.admission(ana)).toBeUndefined();
    expect(faults.admission(ana, { hasPicture: true })?.kind).toBe('refuse-picture');
  });

  it('leaves other phones alone when it names one', () => {
    const faults = new Faults([{ kind: 'fail', status: 'INVALID', phone: ana }]);

    expect(faults.accepted(ben).get('fail')).toBeUndefined();
    expect(faults.accepted(ana).get('fail')?.status).toBe('INVALID');
  });

  it('strikes with all kinds of an accepted send at once, one of each', () => {
    const faults = new Faults([
      { kind: 'delay', receiptMillis: 5 },
      { kind: 'duplicate-receipts', copies: 2 },
      { kind: 'duplicate-receipts', copies: 7, next: 1 },
    ]);
    const struck = faults.accepted(ana);

    expect(struck.get('delay')?.receiptMillis).toBe(5);
    expect(struck.get('duplicate-receipts')?.copies).toBe(2);
    expect(faults.list()).toHaveLength(3);
  });

  it('uses up no second fault on a send that the first one refused', () => {
    const faults = new Faults([
      { kind: 'throttle', next: 1 },
      { kind: 'outage', how: 'refuse', next: 1 },
    ]);

    expect(faults.admission(ana)?.kind).toBe('throttle');
    expect(faults.admission(ana)?.kind).toBe('outage');
  });

  it('keeps faults of replies away from sends', () => {
    const faults = new Faults([{ kind: 'duplicate-replies', copies: 3, next: 1 }]);
    faults.accepted(ana);
    faults.admission(ana);

    expect(faults.reply(ana).get('duplicate-replies')?.copies).toBe(3);
  });
});

describe('a plan of faults', () => {
  it('fills in what a short plan leaves out', () => {
    expect(faultPlan.parse({ faults: [{ kind: 'fail' }, { kind: 'block' }, { kind: 'outage' }] })).toEqual({
      faults: [
        { kind: 'fail', status: 'UNREACHABLE' },
        { kind: 'block', status: 'CARRIER_BLOCKED' },
        { kind: 'outage', how: 'error' },
      ],
    });
  });

  it.each([
    ['an unknown kind', { kind: 'gremlin' }],
    ['a field of another kind', { kind: 'throttle', status: 'INVALID' }],
    ['a count of zero', { kind: 'throttle', next: 0 }],
    ['half a send', { kind: 'throttle', next: 1.5 }],
    ['a phone that is none', { kind: 'throttle', phone: '2065550142' }],
    ['a delay of nothing', { kind: 'delay' }],
    ['a status of blocking on a failure', { kind: 'fail', status: 'SPAM' }],
  ])('refuses %s', (_, fault) => {
    expect(faultPlan.safeParse({ faults: [fault] }).success).toBe(false);
  });
});
