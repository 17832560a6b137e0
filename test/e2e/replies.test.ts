import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilAuditAgrees } from './support/audit.ts';
import { doubled, tokenIn } from './support/carrier.ts';
import {
  advanceTo,
  localTime,
  openClinic,
  type Patient,
  sweep,
  type TestClinic,
  textsOf,
  untilText,
} from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

let clinic: TestClinic;

beforeAll(async () => {
  clinic = await openClinic('replies');
});

afterAll(() => clinic.carrier.faults([]));

let slot = 0;
/** A visit at a time of its own, `inDays` from now, and its confirmation on the phone. */
const bookFor = async ({ id: patientId }: Patient, inDays: number) => {
  const time = `${String(9 + Math.floor(slot / 3)).padStart(2, '0')}:00`;
  const providerId = clinic.providerIds[slot % 3];
  slot += 1;
  const body = { patientId, providerId, typeId: clinic.typeId, start: localTime(clinic, inDays, time) };
  return clinic.admin.ok('bookAppointment', { body });
};

/** Templates of what the clinic put on a phone, in order; an answer is named by its step. */
const stepsOn = async (phone: string): Promise<readonly string[]> =>
  (await clinic.carrier.received(phone)).map(({ context }) => context?.message.split('#')[1] ?? 'unknown');

const untilSteps = (phone: string, ...steps: readonly string[]) =>
  until(`${phone} has ${steps.join(', ')}`, async () => {
    const seen = await stepsOn(phone);
    if (seen.join() === steps.join()) return true;
    throw new Error(`It has ${seen.join(', ')}`);
  });

const say = (phone: string, words: string) => clinic.carrier.reply(phone, words, clinic.originationNumber);

describe('a patient answers', () => {
  it('C confirms, R gets a link that opens the visit; a redelivered C is answered once', async () => {
    const patient = await clinic.addPatient();
    await clinic.carrier.faults([{ kind: 'duplicate-replies', copies: 3, phone: patient.phone }]);
    const dayBefore = localTime(clinic, 1, '18:30');
    const visit = await bookFor(patient, 2);
    await untilSteps(patient.phone, 'confirmation');
    await advanceTo(clinic, dayBefore);
    await sweep(clinic);
    await untilSteps(patient.phone, 'confirmation', 'reminder-24h');
    await say(patient.phone, ' c. ');
    await untilSteps(patient.phone, 'confirmation', 'reminder-24h', 'reply-confirmed');
    await untilStill(() => stepsOn(patient.phone));
    await untilSteps(patient.phone, 'confirmation', 'reminder-24h', 'reply-confirmed');
    const confirmed = await clinic.admin.ok('getAppointment', { params: { appointmentId: visit.id } });
    expect(confirmed).toMatchObject({ confirmed: true, status: 'booked', rev: 2 });

    await clinic.carrier.faults([]);
    await say(patient.phone, 'R');
    await untilSteps(patient.phone, 'confirmation', 'reminder-24h', 'reply-confirmed', 'reply-reschedule');
    const link = (await clinic.carrier.received(patient.phone)).at(-1)?.body ?? '';
    const seen = await clinic.anyone.ok('getVisitByLink', { params: { token: tokenIn(link) } });
    expect(seen).toMatchObject({ start: visit.start, confirmed: true });
  });

  it('STOP stops all that is planned, once confirmed; HELP still answers; START brings the texts back', async () => {
    const patient = await clinic.addPatient();
    const first = await bookFor(patient, 2);
    const second = await bookFor(patient, 4);
    const dayBeforeFirst = localTime(clinic, 1, '18:40');
    const dayBeforeSecond = localTime(clinic, 3, '18:40');
    await untilSteps(patient.phone, 'confirmation', 'confirmation');
    await say(patient.phone, 'Stop');
    await untilSteps(patient.phone, 'confirmation', 'confirmation', 'reply-opt-out');
    await say(patient.phone, 'STOP');
    await say(patient.phone, 'HELP');
    const stopped = ['confirmation', 'confirmation', 'reply-opt-out', 'reply-help'];
    await untilSteps(patient.phone, ...stopped);

    await advanceTo(clinic, dayBeforeFirst);
    await sweep(clinic);
    await untilText(clinic, first.id, 'reminder-24h#0', 'suppressed');
    const third = await bookFor(patient, 5);
    await untilText(clinic, third.id, 'confirmation#0', 'suppressed');
    await untilStill(() => stepsOn(patient.phone));
    await untilSteps(patient.phone, ...stopped);
    expect((await textsOf(clinic, first.id)).get('reminder-24h#0')?.reason).toBe('opted-out');

    await say(patient.phone, 'START');
    await untilSteps(patient.phone, ...stopped, 'reply-opt-in');
    await advanceTo(clinic, dayBeforeSecond);
    await sweep(clinic);
    await untilText(clinic, second.id, 'reminder-24h#0', 'delivered');
    expect((await stepsOn(patient.phone)).slice(5)).toContain('reminder-24h');
  });

  it('words of a red flag reach the on-call number even from who said STOP, and a human takes the case on', async () => {
    const patient = await clinic.addPatient();
    await say(patient.phone, 'STOP');
    await untilSteps(patient.phone, 'reply-opt-out');
    const alertsBefore = (await clinic.carrier.received(clinic.onCallNumber)).length;
    await say(patient.phone, "I can't feel my legs and I can't hold my urine");
    const opened = await until('a case is open', async () => {
      const { items } = await clinic.admin.ok('listTriageCases');
      return items.find(({ phone }) => phone === patient.phone);
    });
    const alert = await until('the on-call number is texted', async () => {
      const texts = await clinic.carrier.received(clinic.onCallNumber);
      return texts.length > alertsBefore ? texts.at(-1) : undefined;
    });

    expect(opened).toMatchObject({ status: 'open', patientId: patient.id, source: 'text' });
    expect(alert.body).toContain(opened.id);
    for (const secret of [patient.phone, patient.phone.slice(2), 'Quillfeather', 'legs', 'urine'])
      expect(alert.body).not.toContain(secret);
    await untilStill(() => stepsOn(patient.phone));
    await untilSteps(patient.phone, 'reply-opt-out');

    const clinician = await clinic.as('clinician');
    const params = { caseId: opened.id };
    expect((await clinician.ok('getTriageCase', { params })).words).toContain('legs');
    await clinician.ok('acknowledgeTriageCase', { params, body: { note: 'Called, on the way to the ER.' } });
    expect((await clinic.admin.ok('listTriageCases')).items.map(({ id }) => id)).not.toContain(opened.id);
  });

  it('STOP in the same words as a red flag does both', async () => {
    const patient = await clinic.addPatient();
    await bookFor(patient, 6);
    await untilSteps(patient.phone, 'confirmation');
    await say(patient.phone, 'STOP texting me, I lost control of my bladder');
    await until('a case is open', async () => {
      const { items } = await clinic.admin.ok('listTriageCases');
      return items.find(({ phone }) => phone === patient.phone);
    });
    const next = await bookFor(patient, 7);
    await untilText(clinic, next.id, 'confirmation#0', 'suppressed');
    await untilSteps(patient.phone, 'confirmation', 'reply-opt-out');
  });

  it('a text to a number of no patient is answered without a word about anybody', async () => {
    const stranger = clinic.newPhone();
    await say(stranger, 'What time is my appointment?');
    // By day, or by night, when nobody is there to read it.
    await until('the stranger is answered', async () => {
      const seen = await stepsOn(stranger);
      if (['reply-unknown', 'reply-after-hours'].includes(seen.join())) return true;
      throw new Error(`It has ${seen.join(', ')}`);
    });
    const [answer] = await clinic.carrier.received(stranger);
    expect(answer?.body).toContain(clinic.file.clinic.phone);
  });
});

it('nothing was texted twice, and the audit log agrees with every record', async () => {
  expect(doubled(await clinic.carrier.sends(clinic.clinicId))).toEqual([]);
  await untilAuditAgrees(clinic);
});

describe('a person answers', () => {
  it('what the rules do not understand waits in the inbox; the answer of staff is on the phone once, and automation is silent from then on', async () => {
    const patient = await clinic.addPatient({ given: 'Wilhelmina' });
    await say(patient.phone, 'My new insurance card came, do you need it?');
    const frontdesk = await clinic.as('frontdesk');
    const thread = await until('the thread waits for somebody', async () => {
      const { items } = await frontdesk.ok('listThreads', { query: { queue: 'unassigned' } });
      return items.find(({ phone }) => phone === patient.phone);
    });
    expect(thread).toMatchObject({ unread: 1, patients: [{ id: patient.id, givenName: 'Wilhelmina' }] });
    const params = { threadId: thread.id };
    const { items: staff } = await frontdesk.ok('listStaff', {});
    expect(staff.map(({ name }) => name)).not.toContain('The biller');
    const colleague = staff.find(({ name }) => name === 'The clinician');
    const given = await frontdesk.ok('assignThread', { params, body: { staffId: colleague?.id } });
    expect(given).toMatchObject({ assignedTo: colleague?.id });
    await frontdesk.ok('assignThread', { params, body: {} });
    await frontdesk.ok('takeAnswering', { params });
    const clinician = await clinic.as('clinician');
    const words = 'Yes please, a picture at the front desk is enough.';
    const refused = await clinician.ask('answerThread', { params, body: { words, confirmWarnings: true } });
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'being-answered' }]);
    await frontdesk.ok('answerThread', { params, body: { words, confirmWarnings: true } });
    await until('the answer is on the phone', async () =>
      (await clinic.carrier.received(patient.phone)).some(({ body }) => body.includes(words)),
    );

    await say(patient.phone, 'Great, will do.');
    await until('that is in the thread too', async () => {
      const { items } = await frontdesk.ok('listThreadTexts', { params });
      return items.some((line) => line.direction === 'in' && line.words === 'Great, will do.');
    });
    await untilStill(() => stepsOn(patient.phone));
    const answers = (await clinic.carrier.received(patient.phone)).filter(({ body }) => body.includes(words));
    expect(answers).toHaveLength(1);
    // The one answer before a human took over, and nothing of automation's since.
    expect(await stepsOn(patient.phone)).toHaveLength(2);
  });
});
