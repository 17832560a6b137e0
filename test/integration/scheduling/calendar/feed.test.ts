import ICAL from 'ical.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../../functions/platform/ids.ts';
import { handler as feed } from '../../../../functions/scheduling/handlers/feed.ts';
import { type Answer, ask } from '../../../helpers/clinic.ts';
import { openPractice, type Practice } from '../../../helpers/practice.ts';

let practice: Practice;

const setUp = (method: 'POST' | 'GET' | 'DELETE', providerId = practice.providerId): Promise<Answer> =>
  practice.staff(`${method} /v1/providers/{providerId}/calendar-feed`, {
    params: { providerId },
    ...(method === 'POST' ? { body: {} } : {}),
  });

const fileOf = (url: string): string => url.split('/').at(-1) ?? '';

const open = (file: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(feed, 'GET /v1/calendars/{file}', { params: { file }, headers });

const eventsOf = (body: string) =>
  new ICAL.Component(ICAL.parse(body)).getAllSubcomponents('vevent').map((event) => ({
    uid: String(event.getFirstPropertyValue('uid')),
    start: String(event.getFirstPropertyValue('dtstart')),
    end: String(event.getFirstPropertyValue('dtend')),
    summary: String(event.getFirstPropertyValue('summary')),
    sequence: event.getFirstPropertyValue('sequence'),
  }));

const newFeed = async (): Promise<string> => {
  const made = await setUp('POST');
  expect(made).toMatchObject({ status: 201, body: { status: 'active' } });
  return fileOf(made.body.url);
};

beforeAll(async () => {
  practice = await openPractice();
});

describe("a provider's calendar feed", () => {
  it('shows the visits that take place, at their times, and nothing about patients', async () => {
    const patientId = await practice.addPatient({ givenName: 'Zenobia', familyName: 'Quillfeather' });
    const kept = await practice.book(patientId, 3, '09:00');
    const called = await practice.book(patientId, 3, '10:00');
    const moved = await practice.book(patientId, 4, '09:00');
    await practice.staff('POST /v1/appointments/{appointmentId}/cancel', {
      params: { appointmentId: called.id },
      body: { reason: 'weather' },
    });
    const after = await practice.staff('POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId: moved.id },
      body: { start: kept.end },
    });
    await practice.book(patientId, 61, '09:00');

    const answer = await open(await newFeed());
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(eventsOf(answer.body)).toEqual([
      { uid: `${kept.id}@127.0.0.1`, start: kept.start, end: kept.end, summary: 'Visit (video)', sequence: 0 },
      { uid: `${moved.id}@127.0.0.1`, start: kept.end, end: after.body.end, summary: 'Visit (video)', sequence: 1 },
    ]);
    for (const secret of ['Zenobia', 'Quillfeather', patientId, 'Back pain', 'weather', '+1']) {
      expect(answer.body).not.toContain(secret);
    }
  });

  it('answers 304 to who has the newest, and a new file after a change', async () => {
    const file = await newFeed();
    const first = await open(file);
    const etag = first.headers.etag ?? '';
    expect(await open(file, { 'if-none-match': etag })).toMatchObject({ status: 304 });
    await practice.book(await practice.addPatient(), 5, '09:00');
    const second = await open(file, { 'if-none-match': etag });
    expect(second).toMatchObject({ status: 200 });
    expect(second.headers.etag).not.toBe(etag);
  });

  it('keeps only the hash of its secret, and says it once', async () => {
    const file = await newFeed();
    const shown = await setUp('GET');
    expect(shown.body).toEqual({
      providerId: practice.providerId,
      status: 'active',
      createdAt: expect.any(String),
      rev: expect.any(Number),
    });
    expect(JSON.stringify(shown.body)).not.toContain(sha256(file.slice(0, -4)));
  });

  it('stops at the old address when a new one is made, and at both when it is revoked', async () => {
    const old = await newFeed();
    const current = await newFeed();
    expect([(await open(old)).status, (await open(current)).status]).toEqual([404, 200]);
    expect((await setUp('DELETE')).status).toBe(204);
    expect((await setUp('DELETE')).status).toBe(204);
    expect((await setUp('GET')).body).toMatchObject({ status: 'revoked' });
    expect((await open(current)).status).toBe(404);
    const again = await newFeed();
    expect([(await open(current)).status, (await open(again)).status]).toEqual([404, 200]);
  });

  it.each(['AAAAAAAAAAAAAAAAAAAAAA.ics', 'AAAAAAAAAAAAAAAAAAAAAA', '../../v1/health', 'x.ics'])(
    '%s opens nothing',
    async (file) => {
      expect([400, 404]).toContain((await open(file)).status);
    },
  );

  it("of another clinic's provider cannot be made, seen or revoked", async () => {
    const theirs = await openPractice();
    for (const method of ['POST', 'GET', 'DELETE'] as const) {
      expect(await setUp(method, theirs.providerId)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
  });

  it('shows only the visits of its own provider', async () => {
    const theirs = await openPractice();
    await theirs.book(await theirs.addPatient(), 2, '09:00');
    const made = await theirs.staff('POST /v1/providers/{providerId}/calendar-feed', {
      params: { providerId: theirs.providerId },
      body: {},
    });
    expect(eventsOf((await open(fileOf(made.body.url))).body)).toHaveLength(1);
  });
});
