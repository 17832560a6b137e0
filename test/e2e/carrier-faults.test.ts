import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilAuditAgrees } from './support/audit.ts';
import { doubled } from './support/carrier.ts';
import {
  advanceTo,
  advanceToDay,
  localTime,
  nowOf,
  openClinic,
  type Patient,
  sweep,
  type TestClinic,
  textsOf,
} from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

type Faults = Parameters<TestClinic['carrier']['faults']>[0];

interface Case {
  readonly name: string;
  /** What goes wrong with the texts to this patient's phone. */
  readonly faults: Faults;
  /** The states the text goes through; `accepted` on the way to the last word may be overtaken by it. */
  readonly passes: readonly string[];
  readonly reason?: string;
  readonly onPhone: 0 | 1;
  readonly accepted: 0 | 1;
}

const ordinary = ['planned', 'claimed', 'delivered'];
const cases: readonly Case[] = [
  { name: 'nothing', faults: [], passes: ordinary, onPhone: 1, accepted: 1 },
  { name: 'two throttled calls', faults: [{ kind: 'throttle', next: 2 }], passes: ordinary, onPhone: 1, accepted: 1 },
  {
    name: 'throttled for longer than a sender waits',
    faults: [{ kind: 'throttle', next: 6 }],
    passes: ['planned', 'claimed', 'planned', 'claimed', 'delivered'],
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'a 500 after accepting',
    faults: [
      { kind: 'error-after-accepting', next: 1 },
      { kind: 'delay', receiptMillis: 3_000 },
    ],
    passes: ['planned', 'claimed', 'ambiguous', 'delivered'],
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'a connection dropped after accepting',
    faults: [
      { kind: 'drop-after-accepting', next: 1 },
      { kind: 'delay', receiptMillis: 3_000 },
    ],
    passes: ['planned', 'claimed', 'ambiguous', 'delivered'],
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'a connection dropped after accepting, and no receipt ever',
    faults: [{ kind: 'drop-after-accepting', next: 1 }, { kind: 'lose-receipts' }],
    passes: ['planned', 'claimed', 'ambiguous', 'dropped'],
    reason: 'no-answer',
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'a 500 before accepting',
    faults: [{ kind: 'outage', how: 'error', next: 1 }],
    passes: ['planned', 'claimed', 'ambiguous', 'dropped'],
    reason: 'InternalServerException',
    onPhone: 0,
    accepted: 0,
  },
  {
    name: 'a connection dropped before accepting',
    faults: [{ kind: 'outage', how: 'refuse', next: 1 }],
    passes: ['planned', 'claimed', 'ambiguous', 'dropped'],
    reason: 'no-answer',
    onPhone: 0,
    accepted: 0,
  },
  {
    name: 'lost receipts',
    faults: [{ kind: 'lose-receipts' }],
    passes: ['planned', 'claimed', 'accepted'],
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'every receipt three times',
    faults: [{ kind: 'duplicate-receipts', copies: 3 }],
    passes: ordinary,
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'receipts in the wrong order',
    faults: [{ kind: 'reorder-receipts' }],
    passes: ordinary,
    onPhone: 1,
    accepted: 1,
  },
  {
    name: 'an unreachable phone',
    faults: [{ kind: 'fail' }],
    passes: ['planned', 'claimed', 'failed'],
    reason: 'UNREACHABLE',
    onPhone: 0,
    accepted: 1,
  },
  {
    name: 'a carrier that takes it for spam',
    faults: [{ kind: 'block', status: 'SPAM' }],
    passes: ['planned', 'claimed', 'failed'],
    reason: 'SPAM',
    onPhone: 0,
    accepted: 1,
  },
  {
    name: 'a number on the carrier’s opt-out list',
    faults: [{ kind: 'opted-out', next: 1 }],
    passes: ['planned', 'claimed', 'failed'],
    reason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT',
    onPhone: 0,
    accepted: 0,
  },
];

let clinic: TestClinic;
let patients: ReadonlyMap<string, Patient>;
const visits = new Map<string, string>();

beforeAll(async () => {
  clinic = await openClinic('faults');
  patients = new Map(await Promise.all(cases.map(async ({ name }) => [name, await clinic.addPatient()] as const)));
  await clinic.carrier.faults(
    cases.flatMap(({ name, faults }) => faults.map((fault) => ({ ...fault, phone: patients.get(name)?.phone }))),
  );
  // All at once, as on a bad day.
  const booked = await Promise.all(
    cases.map(async ({ name }, index) => {
      const patientId = patients.get(name)?.id;
      const providerId = clinic.providerIds[index % 3];
      const start = localTime(clinic, 6 + Math.floor(index / 3), '10:00');
      const body = { patientId, providerId, typeId: clinic.typeId, start };
      return [name, (await clinic.admin.ok('bookAppointment', { body })).id] as const;
    }),
  );
  for (const [name, id] of booked) visits.set(name, id);
  const untilNobodySends = () =>
    until('no text is being sent', async () => {
      const texts = await Promise.all([...visits.values()].map((id) => confirmationOf(id)));
      return texts.every((text) => text !== undefined && text.attempts > 0 && text.status !== 'claimed');
    });
  await untilNobodySends();
  await untilStill(() => Promise.all([...visits.values()].map(confirmationOf)));
  // Time for a second try, and for the wait for receipts to end.
  for (const minutes of [2, 14, 3]) {
    await advanceTo(clinic, nowOf(clinic).add({ minutes }));
    await sweep(clinic);
    await untilStill(() => Promise.all([...visits.values()].map(confirmationOf)));
  }
});

afterAll(() => clinic.carrier.faults([]));

const confirmationOf = async (appointmentId: string) => {
  const text = (await textsOf(clinic, appointmentId)).get('confirmation#0');
  if (text === undefined) return undefined;
  return { ...text, attempts: text.history.filter(({ status }) => status === 'claimed').length };
};

describe('a text that meets', () => {
  it.each(cases)(
    '$name: ends as it should and is at most once on the phone',
    async ({ name, passes, reason, onPhone, accepted }) => {
      const id = visits.get(name) ?? '';
      const text = await confirmationOf(id);
      const passed = text?.history.map(({ status }) => status) ?? [];
      expect(passed.filter((status, index) => status !== 'accepted' || index === passed.length - 1)).toEqual(passes);
      expect(text?.status).toBe(passes.at(-1));
      expect(text?.reason).toBe(reason);
      const sends = (await clinic.carrier.sends(clinic.clinicId)).filter(
        ({ context }) => context?.message === text?.id,
      );
      expect(sends).toHaveLength(accepted);
      expect(await clinic.carrier.received(patients.get(name)?.phone ?? '')).toHaveLength(onPhone);
    },
  );

  it('none is accepted twice', async () => {
    expect(doubled(await clinic.carrier.sends(clinic.clinicId))).toEqual([]);
  });
});

it('a number the carrier reports as opted out is tried no more, until it texts START', async () => {
  const { id: patientId, phone } = patients.get('a number on the carrier’s opt-out list') ?? { id: '', phone: '' };
  const book = async (time: string) => {
    const body = {
      patientId,
      providerId: clinic.providerIds[0],
      typeId: clinic.typeId,
      start: localTime(clinic, 20, time),
    };
    return clinic.admin.ok('bookAppointment', { body });
  };
  const before = await book('10:00');
  const suppressed = await until('the text is decided', async () => {
    const text = await confirmationOf(before.id);
    return text?.status === 'planned' ? undefined : text;
  });
  await clinic.carrier.reply(phone, 'START', clinic.originationNumber);
  await until('START is answered', async () => (await clinic.carrier.received(phone)).length === 1);
  const after = await book('11:00');
  await until('texts go again', async () => (await confirmationOf(after.id))?.status === 'delivered');

  expect([suppressed.status, suppressed.reason]).toEqual(['suppressed', 'opted-out']);
  expect(await clinic.carrier.received(phone)).toHaveLength(2);
});

/** Books a visit and answers its confirmation's state, once a sender has looked at it. */
const bookedFor = async ({ id: patientId }: Patient, time: string, providerIndex: 0 | 1 | 2 = 0) => {
  const start = localTime(clinic, 21, time);
  const body = { patientId, providerId: clinic.providerIds[providerIndex], typeId: clinic.typeId, start };
  const { id } = await clinic.admin.ok('bookAppointment', { body });
  return id;
};

it('a spend limit pauses the whole clinic after one refusal, until a text is taken again', async () => {
  const patients = [await clinic.addPatient(), await clinic.addPatient()] as const;
  await advanceToDay(clinic);
  await clinic.carrier.faults([{ kind: 'spend-limit' }]);
  const first = await bookedFor(patients[0], '10:00');
  await until('the first is refused', async () => (await confirmationOf(first))?.attempts === 1);
  await clinic.carrier.faults([]);
  const second = await bookedFor(patients[1], '11:00');
  await advanceTo(clinic, nowOf(clinic).add({ minutes: 2 }));
  await sweep(clinic);
  const held = await untilStill(() => Promise.all([first, second].map(confirmationOf)));
  expect(held.map((text) => [text?.status, text?.attempts])).toEqual([
    ['planned', 1],
    ['planned', 0],
  ]);
  await advanceTo(clinic, nowOf(clinic).add({ minutes: 14 }));
  await sweep(clinic);
  for (const visit of [first, second]) {
    await until('the texts go', async () => (await confirmationOf(visit))?.status === 'delivered');
  }
});

it('a number where two texts in a row found nobody gets no third, and staff have a task', async () => {
  const patient = await clinic.addPatient();
  await clinic.carrier.faults([{ kind: 'fail', status: 'INVALID', phone: patient.phone }]);
  for (const time of ['12:00', '13:00']) {
    const visit = await bookedFor(patient, time);
    await until('it has failed', async () => (await confirmationOf(visit))?.status === 'failed');
  }
  await clinic.carrier.faults([]);
  const third = await bookedFor(patient, '14:00');
  const text = await until('the third is decided', async () => {
    const decided = await confirmationOf(third);
    return decided?.status === 'planned' ? undefined : decided;
  });
  expect([text.status, text.reason]).toEqual(['suppressed', 'number-unreachable']);
  const { items } = await clinic.admin.ok('listStaffTasks', {});
  expect(items.filter(({ phone }) => phone === patient.phone)).toMatchObject([{ kind: 'number-unreachable' }]);
});

it('the audit log agrees with every record', async () => {
  await untilAuditAgrees(clinic);
});
