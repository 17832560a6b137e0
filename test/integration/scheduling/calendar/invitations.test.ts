import { Temporal } from 'temporal-polyfill';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendMailOnce } from '../../../../functions/platform/mail-send.ts';
import { deliverInvitation, sweepInvitations } from '../../../../functions/scheduling/calendar/send-invitations.ts';
import { openPractice, type Practice, practiceTime } from '../../../helpers/practice.ts';
import { type MailService, startMailService } from './mail-service.ts';

const sender = 'visits@clinic.example';
let practice: Practice;
let mail: MailService;
let patientId: string;
/** Each test has a day of its own. */
let day = 1;

beforeAll(async () => {
  process.env.MAIL_SENDER = sender;
  practice = await openPractice();
});

afterAll(() => {
  delete process.env.MAIL_SENDER;
});

beforeEach(async () => {
  mail = await startMailService();
  patientId = await practice.addPatient({ email: `ada-${day}@example.com` });
  day += 1;
});

afterEach(() => mail.stop());

const change = async (id: string, verb: string, body: unknown): Promise<void> => {
  const answer = await practice.staff(`POST /v1/appointments/{appointmentId}/${verb}`, {
    params: { appointmentId: id },
    body,
  });
  expect(answer).toMatchObject({ status: 200 });
};

const invitations = async (id: string) => {
  const answer = await practice.staff('GET /v1/appointments/{appointmentId}/invitations', {
    params: { appointmentId: id },
  });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.items;
};

const inMinutes = (minutes: number): Temporal.Instant => Temporal.Now.instant().add({ minutes });
const iso = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' });

/** Delivers this visit's invitations as the sweep would: others' tests may sweep at the same time. */
const deliver = async (id: string, at = Temporal.Now.instant()): Promise<void> => {
  for (const { sequence } of await invitations(id)) {
    const key = { clinicId: practice.clinic.clinicId, appointmentId: id as `apt_${string}`, sequence };
    await deliverInvitation(key, at, 'test');
  }
};

const calendarOf = (message: string): string =>
  Buffer.from(/method=\w+\r\n[^\r]*\r\n\r\n([\s\S]*?)\r\n--/.exec(message)?.[1] ?? '', 'base64').toString('utf8');

const told = () =>
  mail.asked.map(({ message }) => {
    const calendar = calendarOf(message);
    return `${/METHOD:(\w+)/.exec(calendar)?.[1]} ${/SEQUENCE:(\d+)/.exec(calendar)?.[1]} ${/UID:(.*)/.exec(calendar)?.[1]?.trim()}`;
  });

describe('calendar invitations', () => {
  it('follow a visit: one for its booking, one for its move, one that takes it back', async () => {
    const visit = await practice.book(patientId, day, '09:00');
    await deliver(visit.id);
    await change(visit.id, 'reschedule', { start: iso(practiceTime(day, '10:00')) });
    await deliver(visit.id);
    await change(visit.id, 'cancel', { reason: 'weather' });
    await deliver(visit.id);
    const uid = `${visit.id}@127.0.0.1`;
    expect(told()).toEqual([`REQUEST 0 ${uid}`, `REQUEST 1 ${uid}`, `CANCEL 2 ${uid}`]);
    expect(mail.asked.map(({ from, to }) => [from, ...to])).toEqual(
      Array.from({ length: 3 }, () => [sender, expect.stringMatching(/^ada-\d+@example\.com$/)]),
    );
    for (const { message } of mail.asked)
      expect(message + calendarOf(message)).not.toMatch(/weather|Back pain|Ada Test/);
    expect(await invitations(visit.id)).toEqual(
      [0, 1, 2].map((sequence) => ({
        sequence,
        method: sequence === 2 ? 'CANCEL' : 'REQUEST',
        status: 'sent',
        attempts: 1,
        sentAt: expect.any(String),
      })),
    );
  });

  it('go to nobody who gave no address', async () => {
    const visit = await practice.book(await practice.addPatient(), day, '09:00');
    expect(await invitations(visit.id)).toEqual([]);
  });

  it('are sent once, however many sweeps look at them at the same time', async () => {
    const visit = await practice.book(patientId, day, '09:00');
    await Promise.all(Array.from({ length: 6 }, () => deliver(visit.id)));
    expect(told()).toHaveLength(1);
    expect(await invitations(visit.id)).toMatchObject([{ status: 'sent', attempts: 1 }]);
  });

  it('that the visit has overtaken are not sent', async () => {
    const visit = await practice.book(patientId, day, '09:00');
    await change(visit.id, 'reschedule', { start: iso(practiceTime(day, '10:00')) });
    await deliver(visit.id);
    expect(told()).toEqual([`REQUEST 1 ${visit.id}@127.0.0.1`]);
    expect(await invitations(visit.id)).toMatchObject([
      { sequence: 0, status: 'superseded', reason: 'visit-changed' },
      { sequence: 1, status: 'sent' },
    ]);
  });

  it('take back nothing that was never in a calendar', async () => {
    const visit = await practice.book(patientId, day, '09:00');
    await change(visit.id, 'cancel', {});
    await deliver(visit.id);
    expect(told()).toEqual([]);
    expect(await invitations(visit.id)).toMatchObject([
      { status: 'superseded' },
      { status: 'superseded', reason: 'never-invited' },
    ]);
  });

  it('are not sent when the visit has begun', async () => {
    const visit = await practice.book(patientId, day, '09:00');
    await deliver(visit.id, practiceTime(day, '09:00'));
    expect(await invitations(visit.id)).toMatchObject([{ status: 'superseded', reason: 'visit-started' }]);
  });

  it('that the service refuses for good are failed, and not tried again', async () => {
    mail.behave('reject');
    const visit = await practice.book(patientId, day, '09:00');
    await deliver(visit.id);
    mail.behave('accept');
    await deliver(visit.id, inMinutes(30));
    expect(mail.asked).toHaveLength(1);
    expect(await invitations(visit.id)).toMatchObject([{ status: 'failed', reason: 'MessageRejected' }]);
  });

  it('that the service certainly did not take are sent later', async () => {
    mail.behave('throttle');
    const visit = await practice.book(patientId, day, '09:00');
    await deliver(visit.id);
    expect(await invitations(visit.id)).toMatchObject([{ status: 'planned', reason: 'TooManyRequestsException' }]);
    mail.behave('accept');
    await deliver(visit.id);
    expect(mail.asked).toHaveLength(1);
    await deliver(visit.id, inMinutes(6));
    expect(await invitations(visit.id)).toMatchObject([{ status: 'sent', attempts: 2 }]);
  });

  it.each(['break', 'hang-up'] as const)(
    'of which nobody knows what became (%s) are never sent again',
    async (behaviour) => {
      mail.behave(behaviour);
      const visit = await practice.book(patientId, day, '09:00');
      await deliver(visit.id);
      mail.behave('accept');
      await deliver(visit.id, inMinutes(60));
      expect(mail.asked).toHaveLength(1);
      expect(await invitations(visit.id)).toMatchObject([{ status: 'unknown' }]);
    },
  );

  it('are found by the sweep', async () => {
    const visit = await practice.book(patientId, day, '09:00');
    expect(await sweepInvitations(Temporal.Now.instant(), 'test')).toBeGreaterThan(0);
    expect(await invitations(visit.id)).toMatchObject([{ status: 'sent' }]);
  });

  it("of another clinic's visit are not shown", async () => {
    const theirs = await openPractice();
    const visit = await theirs.book(await theirs.addPatient({ email: 'bob@example.com' }), day, '09:00');
    const answer = await practice.staff('GET /v1/appointments/{appointmentId}/invitations', {
      params: { appointmentId: visit.id },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});

describe("the engine's mail service", () => {
  const endpoint = (): string => process.env.AWS_ENDPOINT_URL ?? '';
  const send = (from: string) =>
    sendMailOnce({ from, to: 'ada@example.com', message: `From: ${from}\r\nSubject: Hello\r\n\r\nBody\r\n` });

  it('takes a message from a known domain, and refuses one from another', async () => {
    await mail.stop();
    const made = await fetch(`${endpoint()}/v2/email/identities`, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/ses/aws4_request' },
      body: JSON.stringify({ EmailIdentity: 'clinic.example' }),
    });
    expect(made.status).toBe(200);
    expect(await send(sender)).toMatchObject({ kind: 'accepted' });
    expect(await send('visits@other.example')).toMatchObject({ kind: 'rejected', reason: 'MessageRejected' });
    const inbox = await (await fetch(`${endpoint()}/_ministack/ses/messages`)).text();
    expect(inbox).toContain('"Hello"');
  });
});
