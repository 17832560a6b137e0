import { describe, expect, it } from 'vitest';
import { pageOfObservations } from '../../../functions/care/store.ts';
import { listTriageCases, triageCaseId } from '../../../functions/care/triage.ts';
import { loadStanding, mayBeTexted } from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { listTasks } from '../../../functions/messaging/inbox/tasks.ts';
import { loadInboundText } from '../../../functions/messaging/inbox/thread.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { changeSettings } from '../../../functions/messaging/settings.ts';
import { getMessage, messagesOfCause } from '../../../functions/messaging/store.ts';
import type { Appointment } from '../../../functions/scheduling/core/types.ts';
import { loadAppointment } from '../../../functions/scheduling/visits.ts';
import { testPhone } from '../../helpers/phones.ts';
import { startNetwork } from './network.ts';
import { runProcess } from './process.ts';
import { handedOver } from './queue.ts';
import {
  addPatient,
  at,
  bookVisit,
  changeVisit,
  iso,
  later,
  moveTo,
  newWorld,
  reply,
  replySaid,
  start,
  type World,
} from './world.ts';

const network = await startNetwork();

const visitAt = later(start, 120);
const remindAt = later(start, 48);

/** A patient who has just been asked to confirm. */
const reminded = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, visitAt);
  await sendText({ clinicId: world.clinic.clinicId, messageId: `${visit.id}#reminder-72h#0` }, at(remindAt));
  const load = (): Promise<Appointment | undefined> => loadAppointment(world.clinic.clinicId, visit.id);
  return { world, patient, visit, load };
};

/** A patient who has just been asked about pain, and a week later about exercise. */
const seen = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const time = later(start, 1);
  const visit = await bookVisit(world, patient, time);
  await changeVisit(world, patient, visit.id, { kind: 'arrive' }, time);
  const fulfilment = { modality: 'in-person', start: iso(time), end: iso(later(time, 0.5)) } as const;
  await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(time, 1));
  const ask = later(time, 48.5);
  await sendText({ clinicId: world.clinic.clinicId, messageId: `${visit.id}#check-in-48h#0` }, at(ask));
  const observations = async () =>
    (await pageOfObservations(world.clinic.clinicId, patient.id, {})).items.map(({ kind, value }) => ({ kind, value }));
  return { world, patient, visit, ask, observations };
};

/** What the clinic answered to one inbound text, sent for real. */
const answersTo = async (world: World, inboundId: string, now = remindAt): Promise<readonly string[]> => {
  const planned = await messagesOfCause(world.clinic.clinicId, `inb_${inboundId}`);
  for (const { clinicId, id } of planned) await sendText({ clinicId, messageId: id }, at(now));
  const ids = new Set(planned.map(({ id }) => id));
  const to = planned[0]?.to;
  if (to === undefined) return [];
  return (await network.acceptedFor(to))
    .filter(({ context }) => ids.has(context.message ?? ''))
    .map(({ body }) => body);
};

const openCases = async ({ clinic }: World) => (await listTriageCases(clinic.clinicId, 'open', {})).items;

describe('C', () => {
  it('confirms the visit at the time that was asked about, and is thanked', async () => {
    const { world, patient, load } = await reminded();
    const id = await reply(world, patient.phone, 'C', remindAt);
    expect(await load()).toMatchObject({ confirmedSequence: 0, status: 'booked' });
    expect(await answersTo(world, id)).toEqual([
      expect.stringContaining("thank you, you're confirmed for Sun Nov 29 10:00 AM MST"),
    ]);
    expect((await loadStanding(world.clinic.clinicId, patient.phone)).openQuestions).toEqual([]);
  });

  it('after the visit has moved confirms nothing and is told the new time', async () => {
    const { world, patient, visit, load } = await reminded();
    await changeVisit(world, patient, visit.id, moveTo(later(visitAt, 24)), remindAt);
    const id = await reply(world, patient.phone, 'C', remindAt);
    expect((await load())?.confirmedSequence).toBeUndefined();
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('your visit is now Mon Nov 30 10:00 AM MST')]);

    await reply(world, patient.phone, 'C', later(remindAt, 0.1));
    expect(await load()).toMatchObject({ confirmedSequence: 1 });
  });

  it('from one phone of two patients confirms nothing until they say by its code which text of ours is meant', async () => {
    const { world, patient, load } = await reminded();
    await addPatient(world, { phone: patient.phone, givenName: 'Bea', birthDate: '2015-05-05' });
    const id = await reply(world, patient.phone, 'C', remindAt);
    expect((await load())?.confirmedSequence).toBeUndefined();
    const [asked = '', ...more] = await answersTo(world, id);
    expect(more).toEqual([]);
    // When our text came, not when anybody's visit is.
    expect(asked).toMatch(/reply which of our texts, by time sent: V1 Thu Nov 26 10:00 AM MST$/);
    expect(asked).not.toMatch(/Nov 29|Ana|Bea/);
    const chosen = await reply(world, patient.phone, 'v1 please', remindAt);
    expect(await load()).toMatchObject({ confirmedSequence: 0 });
    expect(await answersTo(world, chosen)).toEqual([expect.stringContaining("you're confirmed for Sun Nov 29")]);
  });
});

describe('a reply that may answer two questions', () => {
  /** Both visits of a patient have been asked about. */
  const remindedTwice = async () => {
    const first = await reminded();
    const { world, patient } = first;
    const settings = { ...DEFAULT_SETTINGS, caps: { perDay: 2, perWeek: 4 } };
    await changeSettings(world.caller(remindAt), { settings });
    const other = await bookVisit(world, patient, later(visitAt, 2));
    const { clinicId } = world.clinic;
    await sendText({ clinicId, messageId: `${other.id}#reminder-72h#0` }, at(later(remindAt, 2)));
    return { ...first, other, loadOther: () => loadAppointment(clinicId, other.id), now: later(remindAt, 3) };
  };
  const openTasks = async ({ clinic }: World) => (await listTasks(clinic.clinicId, 'open', {})).items;

  it.each(['V2', '2', 'the second one'])('is asked which, and %s says so', async (code) => {
    const { world, patient, load, loadOther, now } = await remindedTwice();
    const id = await reply(world, patient.phone, 'C', now);
    expect(await answersTo(world, id, now)).toEqual([
      'Lakeview: which visit? Reply V1 Sun Nov 29 10:00 AM MST, V2 Sun Nov 29 12:00 PM MST',
    ]);
    expect([(await load())?.confirmedSequence, (await loadOther())?.confirmedSequence]).toEqual([undefined, undefined]);
    const chosen = await reply(world, patient.phone, code, now);
    expect([(await load())?.confirmedSequence, (await loadOther())?.confirmedSequence]).toEqual([undefined, 0]);
    expect(await answersTo(world, chosen, now)).toEqual([expect.stringContaining('12:00 PM MST')]);
    // One is left: nothing to ask any more.
    await reply(world, patient.phone, 'C', now);
    expect(await load()).toMatchObject({ confirmedSequence: 0 });
  });

  it('is not asked about a visit that is called off', async () => {
    const { world, patient, other, load, now } = await remindedTwice();
    await changeVisit(world, patient, other.id, { kind: 'cancel', by: 'clinic' }, now);
    await reply(world, patient.phone, 'C', now);
    expect(await load()).toMatchObject({ confirmedSequence: 0 });
  });

  it('is asked twice, then a human reads it and has a task', async () => {
    const { world, patient, load, loadOther, now } = await remindedTwice();
    const ids: string[] = [];
    for (let round = 0; round < 4; round += 1) ids.push(await reply(world, patient.phone, 'C', now));
    const templates = await Promise.all(
      ids.map(async (id) =>
        (await messagesOfCause(world.clinic.clinicId, `inb_${id}`)).map(({ template }) => template),
      ),
    );
    expect(templates.slice(0, 3)).toEqual([['reply-which-visit'], ['reply-which-visit'], ['reply-unknown']]);
    expect(await openTasks(world)).toMatchObject([{ kind: 'reply-unclear', phone: patient.phone, sourceId: ids[2] }]);
    expect([(await load())?.confirmedSequence, (await loadOther())?.confirmedSequence]).toEqual([undefined, undefined]);
  });

  it('never keeps a red flag or a STOP waiting', async () => {
    const { world, patient, now } = await remindedTwice();
    await reply(world, patient.phone, 'C', now);
    await reply(world, patient.phone, 'V1 and I cannot feel my legs', now);
    await reply(world, patient.phone, 'STOP', now);
    expect(await openCases(world)).toHaveLength(1);
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    await reply(world, patient.phone, 'V1', now);
    expect((await loadStanding(world.clinic.clinicId, patient.phone)).choice).toBeUndefined();
  });
});

describe('R and words about the visit', () => {
  it.each([
    ['R', /choose another time here: http\S+\/v\/[\w-]{22}$/],
    ['cancel my appointment', /cancel or move your visit here: http\S+\/v\/[\w-]{22} or call/],
  ])('%s is answered with a link, and leaves the visit alone', async (body, expected) => {
    const { world, patient, load } = await reminded();
    const id = await reply(world, patient.phone, body, remindAt);
    expect(await answersTo(world, id)).toEqual([expect.stringMatching(expected)]);
    expect(await load()).toMatchObject({ status: 'booked' });
  });

  it('discloses nothing to a number that is no patient of the clinic', async () => {
    const world = await newWorld();
    const phone = testPhone();
    const id = await reply(world, phone, 'R', remindAt);
    const [answer = '', ...more] = await answersTo(world, id);
    expect(more).toEqual([]);
    expect(answer).toContain('our staff will read this');
    expect(answer).not.toContain('/v/');
  });
});

describe('a number that answers a question', () => {
  it('is stored once as pain, and is thanked', async () => {
    const { world, patient, ask, observations } = await seen();
    const id = await reply(world, patient.phone, '7', later(ask, 5));
    await reply(world, patient.phone, '7', later(ask, 5), id);
    expect(await observations()).toEqual([{ kind: 'pain', value: 7 }]);
    expect(await answersTo(world, id, later(ask, 5))).toEqual([expect.stringContaining("we've noted it")]);
  });

  it('is not stored when nothing was asked', async () => {
    const { world, patient, ask, observations } = await seen();
    await reply(world, patient.phone, '7', later(ask, 5));
    await reply(world, patient.phone, '3', later(ask, 6));
    expect(await observations()).toEqual([{ kind: 'pain', value: 7 }]);
  });

  it('is not stored when it was said before it was asked for, and only comes in after', async () => {
    const { world, patient, ask, observations } = await seen();
    await replySaid(world, patient.phone, '3', { said: later(ask, -0.1), now: later(ask, 0.1) });
    expect(await observations()).toEqual([]);
    await replySaid(world, patient.phone, '7', { said: later(ask, 0.1), now: later(ask, 0.2) });
    expect(await observations()).toEqual([{ kind: 'pain', value: 7 }]);
  });

  it('is stored when the carrier, whose clock is not ours, passed it on a moment before it was asked for', async () => {
    const { world, patient, ask, observations } = await seen();
    await replySaid(world, patient.phone, '7', { said: ask.subtract({ seconds: 2 }), now: later(ask, 0.1) });
    expect(await observations()).toEqual([{ kind: 'pain', value: 7 }]);
  });

  it('is not stored when it comes too late to know what it answers', async () => {
    const { world, patient, ask, observations } = await seen();
    await reply(world, patient.phone, '7', later(ask, 73));
    expect(await observations()).toEqual([]);
  });
});

describe('STOP', () => {
  it('is recorded in its words, confirmed once, and then met with silence', async () => {
    const { world, patient } = await reminded();
    const first = await reply(world, patient.phone, 'Please stop', remindAt);
    const second = await reply(world, patient.phone, 'STOP', remindAt);
    const third = await reply(world, patient.phone, 'hello?', remindAt);
    expect(await answersTo(world, first)).toEqual([expect.stringContaining("you're unsubscribed")]);
    expect(await answersTo(world, second)).toEqual([]);
    expect(await answersTo(world, third)).toEqual([]);
    expect(await consentsOf(world.clinic.clinicId, patient.phone)).toMatchObject([
      { category: 'treatment', granted: true, how: 'staff' },
      { category: 'all', granted: false, how: 'text', wording: 'Please stop' },
    ]);
  });

  it('said as a bare CANCEL leaves the visit alone and says so', async () => {
    const { world, patient, load } = await reminded();
    const id = await reply(world, patient.phone, 'CANCEL', remindAt);
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('Your visit still stands')]);
    expect(await load()).toMatchObject({ status: 'booked' });
    const task = { kind: 'opt-out-may-mean-visit', phone: patient.phone, patientId: patient.id, sourceId: id };
    const tasks = async () => (await listTasks(world.clinic.clinicId, 'open', {})).items;
    expect(await tasks()).toMatchObject([task]);
    // Said again: silence, and the task of the day is there already.
    const again = await reply(world, patient.phone, 'cancel', remindAt);
    expect(await answersTo(world, again)).toEqual([]);
    expect(await tasks()).toMatchObject([task]);
  });

  it('said as STOP makes no task, and a yes to a reminder undoes none of it', async () => {
    const { world, patient, load } = await reminded();
    await reply(world, patient.phone, 'STOP', remindAt);
    const yes = await reply(world, patient.phone, 'YES', remindAt);
    expect((await listTasks(world.clinic.clinicId, 'open', {})).items).toEqual([]);
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    expect(await answersTo(world, yes)).toEqual([]);
    expect(await load()).toMatchObject({ status: 'booked' });
  });

  it('is not undone by an agreement typed into a form, but by START', async () => {
    const { world, patient } = await reminded();
    await reply(world, patient.phone, 'STOP', remindAt);
    await addPatient(world, { phone: patient.phone, givenName: 'Bea', birthDate: '2015-05-05' });
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    const id = await reply(world, patient.phone, 'START', remindAt);
    expect((await loadStanding(world.clinic.clinicId, patient.phone)).optedOut).toBeUndefined();
    expect(await answersTo(world, id)).toEqual([expect.stringContaining("you'll get texts")]);
  });

  it('ends one kind of text where the clinic keeps kinds apart, said again all of them; START returns', async () => {
    const world = await newWorld();
    const { clinicId } = world.clinic;
    await changeSettings(world.caller(start), { settings: { ...DEFAULT_SETTINGS, revocation: 'category' } });
    const patient = await addPatient(world, { consents: false });
    const visit = await bookVisit(world, patient, visitAt);
    await reply(world, patient.phone, 'START', start);
    await sendText({ clinicId, messageId: `${visit.id}#reminder-72h#0` }, at(remindAt));

    const first = await reply(world, patient.phone, 'stop', remindAt);
    expect(await answersTo(world, first)).toEqual([expect.stringContaining('no more texts like the last one')]);
    expect(await loadStanding(clinicId, patient.phone)).toMatchObject({
      optedOut: undefined,
      stopped: { treatment: { how: 'text' } },
    });
    expect(await answersTo(world, await reply(world, patient.phone, 'C', remindAt))).toEqual([]);
    await sendText({ clinicId, messageId: `${visit.id}#reminder-24h#0` }, at(later(visitAt, -24)));
    expect(await getMessage(clinicId, `${visit.id}#reminder-24h#0`)).toMatchObject({
      status: 'suppressed',
      statusReason: 'opted-out',
    });

    const second = await reply(world, patient.phone, 'STOP', remindAt);
    expect(await answersTo(world, second)).toEqual([expect.stringContaining("you're unsubscribed")]);
    expect(await loadStanding(clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    const back = await reply(world, patient.phone, 'START', remindAt);
    expect(await answersTo(world, back)).toEqual([expect.stringContaining("you'll get texts")]);
    expect(mayBeTexted(await loadStanding(clinicId, patient.phone), patient.id)).toBe(true);
    expect(await consentsOf(clinicId, patient.phone)).toMatchObject([
      { category: 'all', granted: true, evidence: expect.stringMatching(/^in-/) },
      { category: 'treatment', granted: false, answered: 'treatment', wording: 'stop' },
      { category: 'all', granted: false, answered: 'treatment' },
      { category: 'all', granted: true },
    ]);
  });

  it('does not keep HELP from being answered', async () => {
    const { world, patient } = await reminded();
    await reply(world, patient.phone, 'STOP', remindAt);
    const id = await reply(world, patient.phone, 'HELP', remindAt);
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('Help: +1')]);
  });

  it('is confirmed within five minutes or not at all', async () => {
    const { world, patient } = await reminded();
    const id = await reply(world, patient.phone, 'STOP', remindAt);
    expect(await answersTo(world, id, later(remindAt, 0.1))).toEqual([]);
  });
});

describe('words of a red flag', () => {
  const words = 'I have no feeling between my legs and cannot pee';

  it('open a case, alert the on-call number first, and advise the patient', async () => {
    const { world, patient } = await reminded();
    const id = await reply(world, patient.phone, words, remindAt);
    const [triageCase, ...more] = await openCases(world);
    expect(more).toEqual([]);
    expect(triageCase).toMatchObject({
      id: triageCaseId(world.clinic.clinicId, { source: 'text', sourceId: id }),
      patientId: patient.id,
      disposition: 'EMERGENCY',
    });
    expect(await loadInboundText(world.clinic.clinicId, patient.phone, id)).toMatchObject({
      body: words,
      intent: 'red_flag',
    });
    expect(await handedOver(world.clinic.clinicId)).toEqual([
      `${triageCase?.id}#on-call-alert#0`,
      `inb_${id}#reply-red-flag#0`,
    ]);
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('call 911')]);

    const alert = { clinicId: world.clinic.clinicId, messageId: `${triageCase?.id}#on-call-alert#0` };
    await sendText(alert, at(remindAt));
    const [text] = await network.acceptedFor(world.clinic.onCallNumber);
    expect(text?.body).toContain(triageCase?.id);
    expect(text?.body).not.toContain(patient.phone);
  });

  it('delivered twice open one case', async () => {
    const { world, patient } = await reminded();
    const id = await reply(world, patient.phone, words, remindAt);
    await Promise.all([1, 2, 3].map(() => reply(world, patient.phone, words, remindAt, id)));
    expect(await openCases(world)).toHaveLength(1);
  });

  it('reach a human even from a number that said stop, which gets no text', async () => {
    const { world, patient } = await reminded();
    await reply(world, patient.phone, 'STOP', remindAt);
    const id = await reply(world, patient.phone, words, remindAt);
    expect(await openCases(world)).toHaveLength(1);
    expect(await answersTo(world, id)).toEqual([]);
  });

  it('together with STOP open a case and stop the texts', async () => {
    const { world, patient } = await reminded();
    const id = await reply(world, patient.phone, `${words}. STOP`, remindAt);
    expect(await openCases(world)).toHaveLength(1);
    expect(await loadStanding(world.clinic.clinicId, patient.phone)).toHaveProperty('optedOut.how', 'text');
    expect(await answersTo(world, id)).toEqual([expect.stringContaining('unsubscribed')]);
  });

  it('from a stranger open a case that knows only the number', async () => {
    const world = await newWorld();
    const phone = testPhone();
    await reply(world, phone, words, remindAt);
    const [triageCase] = await openCases(world);
    expect(triageCase).toMatchObject({ phone });
    expect(triageCase?.patientId).toBeUndefined();
  });
});

describe('a receiver that dies at any of its requests', () => {
  it.each(['I have no feeling between my legs and cannot pee', 'C', 'STOP'])(
    '%s: the redelivery finishes what is missing, and nothing twice',
    async (body) => {
      const undisturbed = await reminded();
      const inbound = ({ world, patient }: Awaited<ReturnType<typeof reminded>>) => ({
        from: patient.phone,
        to: world.clinic.originationNumber,
        body,
        inboundMessageId: 'in-1',
      });
      const { calls } = await runProcess(() => receiveText(inbound(undisturbed), at(remindAt)));
      expect(calls).toBeGreaterThanOrEqual(5);
      const ended = async ({ world, patient, load }: Awaited<ReturnType<typeof reminded>>) => {
        const { clinicId } = world.clinic;
        return {
          answers: (await messagesOfCause(clinicId, 'inb_in-1')).map(({ template }) => template),
          cases: (await openCases(world)).length,
          confirmedSequence: (await load())?.confirmedSequence,
          consents: (await consentsOf(clinicId, patient.phone)).length,
        };
      };
      const expected = await ended(undisturbed);
      for (let atCall = 0; atCall < calls; atCall += 1) {
        for (const requestArrives of [false, true]) {
          const each = await reminded();
          await runProcess(() => receiveText(inbound(each), at(remindAt)), { crash: { atCall, requestArrives } });
          await receiveText(inbound(each), at(remindAt));
          await receiveText(inbound(each), at(remindAt));
          expect({ atCall, requestArrives, ...(await ended(each)) }).toEqual({ atCall, requestArrives, ...expected });
        }
      }
    },
  );
});

describe('anything else', () => {
  it('is stored and answered once a day', async () => {
    const { world, patient } = await reminded();
    const first = await reply(world, patient.phone, 'Is there parking?', remindAt);
    const second = await reply(world, patient.phone, 'On Main Street?', later(remindAt, 1));
    const nextDay = await reply(world, patient.phone, 'Is there coffee?', later(remindAt, 24));
    expect(await answersTo(world, first)).toHaveLength(1);
    expect(await answersTo(world, second, later(remindAt, 1))).toEqual([]);
    expect(await answersTo(world, nextDay, later(remindAt, 24))).toHaveLength(1);
    expect(await loadInboundText(world.clinic.clinicId, patient.phone, second)).toMatchObject({ intent: 'other' });
  });

  it('comes to rest when another machine answers back', async () => {
    const { world, patient } = await reminded();
    const ids: string[] = [];
    for (let round = 0; round < 25; round += 1) ids.push(await reply(world, patient.phone, 'HELP', remindAt));
    const answers = await Promise.all(
      ids.map((id) => messagesOfCause(world.clinic.clinicId, `inb_${id}`).then(({ length }) => length)),
    );
    expect(answers.reduce((sum, each) => sum + each, 0)).toBe(20);
  });

  it('to a number of no clinic is refused, so that it reaches the dead letters', async () => {
    const inbound = { from: testPhone(), to: testPhone(), body: 'help me', inboundMessageId: 'in-0' };
    await expect(receiveText(inbound, at(start))).rejects.toThrow('No clinic has the number');
  });
});
