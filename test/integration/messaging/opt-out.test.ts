import { describe, expect, it } from 'vitest';
import { consentItems, loadStanding, mayBeTexted } from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { getStanding, standingItem } from '../../../functions/messaging/consent/standing-store.ts';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { handler as receive } from '../../../functions/messaging/handlers/receive.ts';
import { loadThread } from '../../../functions/messaging/inbox/inbox.ts';
import { listTasks } from '../../../functions/messaging/inbox/tasks.ts';
import { threadIdOf } from '../../../functions/messaging/inbox/thread-store.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { changeSettings } from '../../../functions/messaging/settings.ts';
import { getMessage, messagesOfCause } from '../../../functions/messaging/store.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { loadAppointment } from '../../../functions/scheduling/visits.ts';
import { lambdaContext, sqsEvent } from '../../helpers/events.ts';
import { testPhone } from '../../helpers/phones.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, later, newWorld, reply, replySaid, start, type World } from './world.ts';

const network = await startNetwork();

const visitAt = later(start, 120);
const remindAt = later(start, 48);

/** A patient who has just had a reminder. */
const reminded = async (revocation: 'all' | 'category' = 'all') => {
  const world = await newWorld();
  const { clinicId } = world.clinic;
  await changeSettings(world.caller(start), { settings: { ...DEFAULT_SETTINGS, revocation } });
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, visitAt);
  await sendText({ clinicId, messageId: `${visit.id}#reminder-72h#0` }, at(remindAt));
  return { world, clinicId, patient, visit };
};

const answersOf = async ({ clinic }: World, inboundId: string) =>
  (await messagesOfCause(clinic.clinicId, `inb_${inboundId}`)).map(({ template }) => template);

/** What the clinic answered, sent for real. */
const answersTo = async ({ clinic }: World, inboundId: string, now = remindAt): Promise<readonly string[]> => {
  const planned = await messagesOfCause(clinic.clinicId, `inb_${inboundId}`);
  for (const { clinicId, id } of planned) await sendText({ clinicId, messageId: id }, at(now));
  const ids = new Set(planned.map(({ id }) => id));
  const to = planned[0]?.to;
  const taken = to === undefined ? [] : await network.acceptedFor(to);
  return taken.filter(({ context }) => ids.has(context.message ?? '')).map(({ body }) => body);
};

const tasksOf = async ({ clinic }: World) => (await listTasks(clinic.clinicId, 'open', {})).items;
const threadOf = ({ clinic }: World, phone: string) => loadThread(clinic.clinicId, threadIdOf(clinic.clinicId, phone));

/** The last text that went to the number was of this category. */
const lastTextWas = async ({ clinic, caller }: World, phone: string, lastCategory: 'treatment' | 'marketing') => {
  const standing = await getStanding(clinic.clinicId, phone);
  await transact([standingItem(caller(remindAt), { ...standing, lastCategory }, 'test')]);
};

describe('what stands beside a STOP', () => {
  it.each(['STOP', 'please stop texting me'])('%s alone waits for nobody', async (words) => {
    const { world, patient } = await reminded();
    await reply(world, patient.phone, words, remindAt);
    expect(await threadOf(world, patient.phone)).toMatchObject({ status: 'closed', unread: 0 });
    expect(await tasksOf(world)).toEqual([]);
  });

  it('is read by a human; the STOP counts all the same, and is confirmed once', async () => {
    const { world, clinicId, patient } = await reminded();
    const id = await reply(world, patient.phone, 'Stop texting and call me, my meds ran out', remindAt);
    expect(await threadOf(world, patient.phone)).toMatchObject({ status: 'open', unread: 1 });
    expect(await loadStanding(clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    expect(await answersTo(world, id)).toEqual([expect.stringContaining("you're unsubscribed")]);
    const again = await reply(world, patient.phone, 'Stop texting and call me!!', remindAt);
    expect(await threadOf(world, patient.phone)).toMatchObject({ status: 'open', unread: 2 });
    expect(await answersOf(world, again)).toEqual([]);
  });

  it('that means the visit makes the task of a bare CANCEL, and the visit stands till then', async () => {
    const { world, clinicId, patient, visit } = await reminded();
    const id = await reply(world, patient.phone, 'Cancel my appointment and stop texting me', remindAt);
    expect(await tasksOf(world)).toMatchObject([
      { kind: 'opt-out-may-mean-visit', phone: patient.phone, patientId: patient.id, sourceId: id },
    ]);
    expect(await threadOf(world, patient.phone)).toMatchObject({ status: 'open', unread: 1 });
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('Your visit still stands')]);
    expect(await loadAppointment(clinicId, visit.id)).toMatchObject({ status: 'booked' });
  });

  it('that says the number is wrong makes a task to correct it, where it is anybody’s', async () => {
    const { world, patient } = await reminded();
    const id = await reply(world, patient.phone, 'wrong number', remindAt);
    await reply(world, testPhone(), 'wrong number', remindAt);
    expect(await tasksOf(world)).toMatchObject([
      { kind: 'wrong-number', phone: patient.phone, patientId: patient.id, sourceId: id },
    ]);
  });
});

describe('START that comes in after a STOP which was said later', () => {
  const said = later(start, 49);
  const seconds = (count: number) => said.add({ seconds: count });
  const now = later(said, 0.05);

  it('undoes nothing and is not answered; a human reads it', async () => {
    const { world, clinicId, patient } = await reminded();
    await replySaid(world, patient.phone, 'STOP', { said: seconds(5), now });
    const late = await replySaid(world, patient.phone, 'START', { said: seconds(0), now });
    expect(await loadStanding(clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    expect(await answersOf(world, late)).toEqual([]);
    expect(await threadOf(world, patient.phone)).toMatchObject({ status: 'open', unread: 1 });
    // The second STOP changed nothing but the time that counts.
    await replySaid(world, patient.phone, 'STOP', { said: seconds(20), now });
    await replySaid(world, patient.phone, 'START', { said: seconds(10), now });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(false);
    await replySaid(world, patient.phone, 'START', { said: seconds(21), now });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(true);
  });

  it('undoes nothing that staff took down after it either', async () => {
    const { world, clinicId, patient } = await reminded();
    const given = { category: 'all', granted: false, how: 'staff', wording: 'No texts.', wordingVersion: 'd' } as const;
    await transact(await consentItems(world.caller(seconds(5)), patient.phone, [given]));
    await replySaid(world, patient.phone, 'START', { said: seconds(0), now });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(false);
    await replySaid(world, patient.phone, 'START', { said: seconds(6), now });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(true);
  });

  it('is told apart within the second', async () => {
    const { world, clinicId, patient } = await reminded();
    await replySaid(world, patient.phone, 'STOP', { said: said.add({ milliseconds: 900 }), now });
    await replySaid(world, patient.phone, 'START', { said: said.add({ milliseconds: 100 }), now });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(false);
    await replySaid(world, patient.phone, 'START', { said: said.add({ milliseconds: 901 }), now });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(true);
  });

  it('is known by the time on the envelope; without one, or with one that cannot be, now counts', async () => {
    const { world, clinicId, patient } = await reminded();
    const arrives = async (words: string, timestamp?: string) => {
      const event = {
        originationNumber: patient.phone,
        destinationNumber: world.clinic.originationNumber,
        messageBody: words,
        inboundMessageId: `env-${clinicId}-${words}-${timestamp?.replaceAll(/[^0-9]/g, '') ?? 'none'}`,
      };
      const envelope = { TopicArn: 'arn:aws:sns:us-east-1:0:t', Message: JSON.stringify(event), Timestamp: timestamp };
      expect(await receive(sqsEvent(JSON.stringify(envelope)), lambdaContext())).toEqual({ batchItemFailures: [] });
      return mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id);
    };
    expect(await arrives('STOP', '2026-11-20T17:00:05.000Z')).toBe(false);
    expect(await arrives('START', '2026-11-20T17:00:00.000Z')).toBe(false);
    expect(await arrives('START', '2026-11-20T17:00:06.000Z')).toBe(true);
    const stops = (await consentsOf(clinicId, patient.phone)).filter(({ granted }) => !granted);
    expect(stops).toMatchObject([{ at: '2026-11-20T17:00:05Z', wording: 'STOP' }]);
    // No time at all, a garbled one, one to come: each counts as said now, so the one after it is the later.
    for (const timestamp of [undefined, 'yesterday', '2126-11-20T17:00:00.000Z']) {
      expect(await arrives('STOP', timestamp)).toBe(false);
      expect(await arrives('START', timestamp)).toBe(true);
    }
  });

  it('and a STOP whose turn comes five minutes late is not confirmed any more', async () => {
    const { world, clinicId, patient } = await reminded();
    const id = await replySaid(world, patient.phone, 'STOP', { said, now: later(said, 0.1) });
    expect(await answersTo(world, id, later(said, 0.1))).toEqual([]);
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(false);
  });
});

describe('where a STOP ends one kind of text', () => {
  it.each([
    ['STOP', 'no more texts like the last one'],
    ['CANCEL', 'no more texts like the last one. Your visit still stands'],
  ])('%s after marketing is confirmed, and as no more than that', async (words, told) => {
    const { world, clinicId, patient } = await reminded('category');
    await lastTextWas(world, patient.phone, 'marketing');
    const id = await reply(world, patient.phone, words, remindAt);
    expect(await answersTo(world, id)).toEqual([expect.stringContaining(told)]);
    expect(await loadStanding(clinicId, patient.phone)).toMatchObject({ stopped: { marketing: { how: 'text' } } });
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(true);
  });

  it('CANCEL after a reminder does not say that everything has ended', async () => {
    const { world, patient } = await reminded('category');
    const id = await reply(world, patient.phone, 'CANCEL', remindAt);
    expect(await answersTo(world, id)).toEqual([expect.stringMatching(/like the last one.*visit still stands.*STOP/)]);
    const again = await reply(world, patient.phone, 'CANCEL', remindAt);
    expect(await answersTo(world, again)).toEqual([expect.stringMatching(/unsubscribed.*visit still stands/)]);
  });

  it('its confirmation goes whatever goes out before it', async () => {
    const { world, patient } = await reminded('category');
    await lastTextWas(world, patient.phone, 'marketing');
    const id = await reply(world, patient.phone, 'stop', remindAt);
    await lastTextWas(world, patient.phone, 'treatment');
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('no more texts like the last one')]);
  });

  it('its confirmation goes though its first turn was lost', async () => {
    const { world, clinicId, patient } = await reminded('category');
    await lastTextWas(world, patient.phone, 'marketing');
    const id = await reply(world, patient.phone, 'stop', remindAt);
    await network.break({ kind: 'throttle', phone: patient.phone });
    const messageId = `inb_${id}#reply-opt-out-kind#0`;
    await sendText({ clinicId, messageId }, at(remindAt));
    expect(await getMessage(clinicId, messageId)).toMatchObject({ status: 'planned', attempts: 1 });
    await network.break();
    expect(await answersTo(world, id, later(remindAt, 0.05))).toHaveLength(1);
  });
});

describe('the ledger', () => {
  it('says in which language STOP and START were said, where that is plain', async () => {
    const { world, clinicId, patient } = await reminded();
    await reply(world, patient.phone, 'ya no quiero mensajes', remindAt);
    await reply(world, patient.phone, 'START', remindAt);
    expect(
      (await consentsOf(clinicId, patient.phone)).slice(1).map(({ granted, language }) => [granted, language]),
    ).toEqual([
      [false, 'es'],
      [true, undefined],
    ]);
  });

  it.each(['carrier', 'staff'] as const)(
    'has the number’s own words once where the %s had ended its texts; nothing confirms again what has ended',
    async (how) => {
      const { world, clinicId, patient } = await reminded();
      const given = { category: 'all', granted: false, how, wording: 'No texts.', wordingVersion: 'd' } as const;
      await transact(await consentItems(world.caller(remindAt), patient.phone, [given]));
      const ids = [];
      for (const words of ['STOP', 'stop please', 'STOP']) ids.push(await reply(world, patient.phone, words, remindAt));
      expect((await consentsOf(clinicId, patient.phone)).slice(1)).toMatchObject([
        { how, granted: false },
        { how: 'text', granted: false, wording: 'STOP', evidence: ids[0] },
      ]);
      expect(await loadStanding(clinicId, patient.phone)).toMatchObject({ optedOut: { how } });
      for (const id of ids) expect(await answersOf(world, id)).toEqual([]);
    },
  );
});
