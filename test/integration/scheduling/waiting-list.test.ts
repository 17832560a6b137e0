import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { changeSettings } from '../../../functions/messaging/settings.ts';
import { messagesOfCause } from '../../../functions/messaging/store.ts';
import { toStored } from '../../../functions/platform/clock.ts';
import { inAllShards } from '../../../functions/platform/store/due.ts';
import type { Opening } from '../../../functions/scheduling/core/waiting-list.ts';
import { sweepOffers } from '../../../functions/scheduling/offers.ts';
import { dueOpenings, getWaitingEntry, wholeLine } from '../../../functions/scheduling/waiting-list-store.ts';
import { startNetwork } from '../messaging/network.ts';
import { runProcess } from '../messaging/process.ts';
import { Desk, inHours, now, pass, setNow, start } from './waiting-world.ts';

vi.mock('../../../functions/scheduling/waiting-list-store.ts', { spy: true });

const network = await startNetwork();
let desk: Desk;

beforeEach(async () => {
  desk = await Desk.open(network);
});

const freedAt = inHours(48);

describe('a freed time', () => {
  it('is offered by text to who came first, kept for them, and booked by a tap', async () => {
    const first = await desk.addWaiting();
    pass(1);
    const second = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();

    expect(await desk.offers(first)).toEqual(['offered']);
    expect(await desk.offers(second)).toEqual([]);
    const [holder = ''] = await desk.busyAt(freedAt);
    expect(holder).toMatch(/^hld_/);

    const token = await desk.token(first);
    const [text] = await network.acceptedFor(first.phone);
    expect(text?.body).toMatch(
      /^Test Clinic: Thu May 14 10:00 AM MDT is free. It is yours until 10:31 AM MDT: http\S+$/,
    );
    const open = await desk.link('GET /v1/links/{token}/offer', token);
    expect(open).toMatchObject({ status: 200, body: { status: 'open', start: freedAt, modality: 'video' } });
    expect(JSON.stringify(open.body)).not.toMatch(/Ada|Waiting/);

    expect(await desk.accept(token)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    const entry = await desk.entry(first);
    expect(entry).toMatchObject({ status: 'booked', offers: [{ status: 'accepted' }] });
    expect(await desk.busyAt(freedAt)).toEqual([entry.appointmentId]);
    expect(await messagesOfCause(desk.clinic.clinicId, entry.appointmentId ?? '')).toEqual(
      expect.arrayContaining([expect.objectContaining({ step: 'confirmation', to: first.phone })]),
    );
    await desk.sweep();
    expect(await desk.offers(second)).toEqual([]);
  });

  it('goes to the next in line when nobody answers, and lapses when nobody is left', async () => {
    const first = await desk.addWaiting();
    pass(1);
    const second = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const late = await desk.token(first);
    pass(29);
    await desk.sweep();
    expect(await desk.offers(second)).toEqual([]);

    pass(1);
    await desk.sweep();
    expect(await desk.offers(first)).toEqual(['expired']);
    expect(await desk.offers(second)).toEqual(['offered']);
    expect(await desk.entry(first)).toMatchObject({ status: 'waiting' });
    expect(await desk.accept(late)).toMatchObject({ status: 410, body: { code: 'offer-over' } });

    pass(31);
    await desk.sweep();
    expect(await desk.offers(second)).toEqual(['expired']);
    expect(await desk.busyAt(freedAt)).toEqual([]);
    pass(5);
    await desk.sweep();
    expect([await desk.offers(first), await desk.offers(second)]).toEqual([['expired'], ['expired']]);
  });

  it('goes on at once when somebody declines; they keep their place for the next one', async () => {
    const first = await desk.addWaiting();
    pass(1);
    const second = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(first);
    expect(await desk.decline(token)).toMatchObject({ status: 200, body: { status: 'declined' } });
    expect(await desk.decline(token)).toMatchObject({ status: 200, body: { status: 'declined' } });
    expect(await desk.busyAt(freedAt)).toEqual([]);
    expect(await desk.accept(token)).toMatchObject({ status: 409, body: { code: 'invalid-state' } });

    pass(1);
    await desk.sweep();
    expect(await desk.offers(second)).toEqual(['offered']);
    await desk.free(inHours(72));
    await desk.sweep();
    expect(await desk.offers(first)).toEqual(['declined', 'offered']);
  });

  it('that a move gave up is offered too', async () => {
    const waiting = await desk.addWaiting();
    const visit = await desk.book(await desk.addPatient(), freedAt);
    const moved = await desk.staff('POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId: visit.id },
      body: { start: inHours(50) },
    });
    expect(moved).toMatchObject({ status: 200 });
    await desk.sweep();
    expect((await desk.entry(waiting)).offers).toMatchObject([{ status: 'offered', start: freedAt }]);
  });

  it('is not offered to who gave it up', async () => {
    const waiting = await desk.addWaiting();
    const { id } = await desk.book(waiting, freedAt);
    await desk.cancel(id);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual([]);
  });

  it('is not offered when the front desk has given it away meanwhile', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    const visit = await desk.book(await desk.addPatient(), freedAt);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual([]);
    expect(await desk.busyAt(freedAt)).toEqual([visit.id]);
  });

  it.each([
    ['', false],
    [', though the index of the line has not seen that offer yet', true],
  ])('waits for who has another offer just now, if nobody else wants it%s', async (_, isLagging) => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.free(inHours(72));
    const line = await wholeLine(desk.clinic.clinicId, desk.typeId);
    if (isLagging) vi.mocked(wholeLine).mockResolvedValue(line);
    await desk.sweep();
    vi.mocked(wholeLine).mockReset();
    const [first] = (await desk.entry(waiting)).offers;
    expect(await desk.decline(await desk.token(waiting))).toMatchObject({ status: 200 });
    pass(6);
    await desk.sweep();
    const [, second] = (await desk.entry(waiting)).offers;
    expect([first?.start, second?.start].toSorted()).toEqual([freedAt, inHours(72)].toSorted());
    expect(second?.status).toBe('offered');
  });

  it('waits for who is offered another one in the very moment they are looked at', async () => {
    const waiting = await desk.addWaiting();
    // Twice the same time: while one is kept for them, the other cannot be had.
    await desk.free(freedAt);
    await desk.free(freedAt);
    const due = await inAllShards(async (shard) => (await dueOpenings(shard, toStored(now()), { limit: 100 })).items);
    const [one, other] = due.filter(({ clinicId }) => clinicId === desk.clinic.clinicId);
    const sweepOf = (opening: Opening | undefined) => {
      const items = opening === undefined ? [] : [opening];
      vi.mocked(dueOpenings).mockResolvedValue({ items: [] }).mockResolvedValueOnce({ items });
      return sweepOffers(now(), 'sweep');
    };
    const waits = await getWaitingEntry(desk.clinic.clinicId, waiting.entryId);
    vi.mocked(getWaitingEntry).mockImplementationOnce(async () => {
      await sweepOf(one);
      return waits;
    });
    await sweepOf(other);
    vi.mocked(dueOpenings).mockReset();

    expect(await desk.offers(waiting)).toEqual(['offered']);
    expect(await desk.decline(await desk.token(waiting))).toMatchObject({ status: 200 });
    pass(6);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual(['declined', 'offered']);
  });

  it('is offered from where a shorter visit fits', async () => {
    const long = await desk.addType({ name: 'Long', minutes: 60 });
    await desk.free(freedAt, { typeId: long });
    // The first half hour is taken again.
    await desk.book(await desk.addPatient(), freedAt);
    const waiting = await desk.addWaiting();
    await desk.sweep();
    expect((await desk.entry(waiting)).offers).toMatchObject([{ start: inHours(48.5) }]);
  });

  it('is not offered for a visit that is too long for it', async () => {
    const long = await desk.addType({ name: 'Long', minutes: 60 });
    const waiting = await desk.addWaiting({ typeId: long });
    await desk.book(await desk.addPatient(), inHours(48.5));
    await desk.free(freedAt);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual([]);
  });
});

describe('who is asked', () => {
  it('is only asked what suits them, whoever came first', async () => {
    const other = await desk.addType({ name: 'Other type' });
    await desk.addWaiting({ typeId: other, lastDate: '2026-05-13' });
    pass(1);
    const mornings = await desk.addWaiting({ timeTo: '09:30' });
    pass(1);
    const mondays = await desk.addWaiting({ weekdays: [1] });
    pass(1);
    const weekAhead = await desk.addWaiting({ noticeMinutes: 7 * 24 * 60 });
    pass(1);
    const suits = await desk.addWaiting({ weekdays: [4, 5], timeFrom: '10:00', timeTo: '12:00' });
    await desk.free(freedAt);
    await desk.sweep();
    const asked = await Promise.all([mornings, mondays, weekAhead, suits].map((one) => desk.offers(one)));
    expect(asked).toEqual([[], [], [], ['offered']]);
  });

  it('can be texted: no consent, and STOP, are passed over', async () => {
    await desk.addWaiting({}, { texts: false });
    pass(1);
    const stopped = await desk.addWaiting();
    const inbound = { from: stopped.phone, to: desk.clinic.originationNumber, body: 'STOP' };
    await receiveText(
      { ...inbound, inboundMessageId: `stop-${desk.clinic.clinicId}` },
      { now: now(), requestId: 'test' },
    );
    pass(1);
    const next = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    expect(await desk.offers(stopped)).toEqual([]);
    expect(await desk.offers(next)).toEqual(['offered']);
  });

  it('who says STOP before the text goes is passed over within minutes, not after half an hour', async () => {
    const first = await desk.addWaiting();
    pass(1);
    const second = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const inbound = { from: first.phone, to: desk.clinic.originationNumber, body: 'STOP' };
    await receiveText(
      { ...inbound, inboundMessageId: `stop-${desk.clinic.clinicId}` },
      { now: now(), requestId: 'test' },
    );
    expect(await desk.token(first)).toBe('');
    pass(2);
    await desk.sweep();
    expect(await desk.offers(first)).toEqual(['not-sent']);
    expect(await desk.offers(second)).toEqual(['offered']);
  });

  it('sleeps: keeps their turn until their morning, if the time is still far enough away', async () => {
    const first = await desk.addWaiting();
    pass(1);
    const second = await desk.addWaiting();
    // 22:00 in Denver.
    setNow(start.add({ hours: 12 }));
    await desk.free(freedAt);
    await desk.sweep();
    pass(60);
    await desk.sweep();
    expect([await desk.offers(first), await desk.offers(second)]).toEqual([[], []]);
    // 8:00.
    setNow(start.add({ hours: 22 }));
    await desk.sweep();
    expect(await desk.offers(first)).toEqual(['offered']);
    expect(await desk.token(first)).not.toBe('');
    expect(await desk.offers(second)).toEqual([]);
  });

  it('sleeps too long: the next who is awake is asked', async () => {
    const sleeps = await desk.addWaiting({ noticeMinutes: 27 * 60 });
    pass(1);
    const awake = await desk.addWaiting({}, { zone: 'Pacific/Honolulu' });
    setNow(start.add({ hours: 12 }));
    await desk.free(freedAt);
    await desk.sweep();
    expect(await desk.offers(sleeps)).toEqual([]);
    expect(await desk.offers(awake)).toEqual(['offered']);
  });

  it('is asked in the hours in which the clinic texts: not before, and no text goes after', async () => {
    const caller = {
      clinicId: desk.clinic.clinicId,
      actor: { kind: 'system', id: 'test' },
      requestId: 'test',
    } as const;
    const settings = { ...DEFAULT_SETTINGS, textingHours: { from: 12, until: 17 } };
    await changeSettings({ ...caller, now: now() }, { settings });
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual([]);
    pass(2 * 60);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual(['offered']);
    expect(await desk.token(waiting)).not.toBe('');

    setNow(start.add({ minutes: 7 * 60 - 1 }));
    const late = await desk.addWaiting();
    await desk.free(inHours(72));
    await desk.sweep();
    expect(await desk.offers(late)).toEqual(['offered']);
    pass(1);
    expect(await desk.token(late)).toBe('');
  });

  it('has less time to answer when their notice is close, and none when it is too close', async () => {
    const short = await desk.addWaiting({ noticeMinutes: 100 });
    pass(1);
    const shorter = await desk.addWaiting({ noticeMinutes: 115 });
    setNow(start);
    const soon = inHours(2);
    await desk.free(soon);
    await desk.sweep();
    expect((await desk.entry(short)).offers).toMatchObject([{ expiresAt: inHours(2 - 100 / 60) }]);
    pass(21);
    await desk.sweep();
    expect(await desk.offers(short)).toEqual(['expired']);
    expect(await desk.offers(shorter)).toEqual([]);
  });
});

describe('an answer', () => {
  it('given twice, or by many taps at once, books one visit', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(waiting);
    const answers = await Promise.all(Array.from({ length: 8 }, () => desk.accept(token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(409)]);
    expect(await desk.accept(token)).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    expect(await desk.busyAt(freedAt)).toHaveLength(1);
    const visits = await desk.staff('GET /v1/patients/{patientId}/appointments', {
      params: { patientId: waiting.patientId },
    });
    expect(visits.body.items).toHaveLength(1);
  });

  it('that comes while a sweep passes the time on leaves one visit and no second offer, or the other way round', async () => {
    for (let round = 0; round < 6; round += 1) {
      setNow(start);
      desk = await Desk.open(network);
      const first = await desk.addWaiting();
      pass(1);
      const second = await desk.addWaiting();
      await desk.free(freedAt);
      await desk.sweep();
      const token = await desk.token(first);
      const [declined, accepted] = await Promise.all([desk.decline(token), desk.accept(token), desk.sweep()]);
      pass(1);
      await desk.sweep();
      expect([declined.status, accepted.status].toSorted()).toEqual([200, 409]);
      const offered = await desk.offers(second);
      expect(offered).toEqual(accepted.status === 200 ? [] : ['offered']);
      expect(await desk.busyAt(freedAt)).toHaveLength(1);
    }
  });

  it('of somebody else while it is kept is no: nobody is booked over an offer', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const other = await desk.addPatient();
    const answer = await desk.staff('POST /v1/appointments', {
      body: { patientId: other.patientId, providerId: desk.providerId, typeId: desk.typeId, start: freedAt },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'slot-taken' } });
    expect(await desk.accept(await desk.token(waiting))).toMatchObject({ status: 200 });
  });

  it('after the offer ran out is over, even before a sweep has seen it, and the time is free', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(waiting);
    pass(31);
    expect(await desk.accept(token)).toMatchObject({ status: 410, body: { code: 'offer-over' } });
    expect(await desk.link('GET /v1/links/{token}/offer', token)).toMatchObject({ body: { status: 'over' } });
    await desk.book(await desk.addPatient(), freedAt);
  });
});

describe('a link', () => {
  it('of an offer opens no visit, and that of a visit no offer', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(waiting);
    for (const route of ['GET /v1/links/{token}', 'GET /v/{token}', 'POST /v1/links/{token}/cancel']) {
      expect(await desk.link(route, token), route).toMatchObject({ status: 404 });
    }
    expect(await desk.accept('AAAAAAAAAAAAAAAAAAAAAA')).toMatchObject({ status: 404 });
  });
});

describe('the page', () => {
  const open = (token: string) => desk.link('GET /o/{token}', token);
  const tap = (token: string, action: string) =>
    desk.link('POST /o/{token}', token, {
      body: `action=${action}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  it('takes the time by a tap; a second tap, or a link opened again, says that it is booked', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(waiting);
    const page = await open(token);
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).toContain('Take this time');
    expect(await desk.offers(waiting)).toEqual(['offered']);
    for (let taps = 0; taps < 2; taps += 1) {
      const tapped = await tap(token, 'accept');
      expect(tapped).toMatchObject({ status: 303 });
      expect(tapped.headers.location).toMatch(new RegExp(`/o/${token}$`));
      expect((await open(token)).body).toContain('You have a new visit');
    }
    expect(await desk.busyAt(freedAt)).toHaveLength(1);
    expect(await tap(token, 'steal')).toMatchObject({ status: 400 });
  });

  it('leaves it by a tap, and says so when the offer is over', async () => {
    const waiting = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(waiting);
    expect(await tap(token, 'decline')).toMatchObject({ status: 303 });
    expect((await open(token)).body).toContain('Thank you for telling us');
    expect((await tap(token, 'accept')).status).toBe(303);
    expect((await open(token)).body).toContain('Thank you for telling us');

    await desk.free(inHours(72));
    pass(1);
    await desk.sweep();
    const second = await desk.token(waiting);
    expect(second).not.toBe(token);
    pass(35);
    expect((await tap(second, 'accept')).status).toBe(303);
    expect((await open(second)).body).toContain('This offer is over');
    expect(await desk.busyAt(inHours(72))).toEqual([]);
  });
});

/** Each way a process can end: having made so many requests, the last of which arrived. */
const diesAfter = async (body: () => Promise<unknown>, requests: number) =>
  runProcess(body, { crash: { atCall: requests, requestArrives: true } });

describe('whatever dies', () => {
  it('in a sweep, the next one leaves one offer, one text and one hold', async () => {
    const outcomes = new Set<string>();
    for (let requests = 0, ended = 'crashed'; ended === 'crashed'; requests += 1) {
      desk = await Desk.open(network);
      const waiting = await desk.addWaiting();
      await desk.free(freedAt);
      ({ ended } = await diesAfter(() => desk.sweep(), requests));
      const before = (await desk.offers(waiting)).join();
      outcomes.add(before);
      await desk.sweep();
      expect(await desk.offers(waiting), `after ${requests} requests`).toEqual(['offered']);
      expect(await desk.busyAt(freedAt)).toHaveLength(1);
      const [offer] = (await desk.entry(waiting)).offers;
      expect(await messagesOfCause(desk.clinic.clinicId, offer?.id ?? '')).toMatchObject([{ status: 'planned' }]);
    }
    // Both were met: the process died before its write, and after it.
    expect([...outcomes].toSorted()).toEqual(['', 'offered']);
  });

  it('in a yes, the time is either booked, once, or still theirs to take', async () => {
    const outcomes = new Set<string>();
    for (let requests = 0, ended = 'crashed'; ended === 'crashed'; requests += 1) {
      desk = await Desk.open(network);
      const waiting = await desk.addWaiting();
      await desk.free(freedAt);
      await desk.sweep();
      const token = await desk.token(waiting);
      ({ ended } = await diesAfter(() => desk.accept(token), requests));
      const again = await desk.accept(token);
      outcomes.add(String(again.status));
      expect([200, 409], `after ${requests} requests`).toContain(again.status);
      const entry = await desk.entry(waiting);
      expect(entry).toMatchObject({ status: 'booked', offers: [{ status: 'accepted' }] });
      expect(await desk.busyAt(freedAt)).toEqual([entry.appointmentId]);
    }
    expect([...outcomes].toSorted()).toEqual(['200', '409']);
  });
});

describe('the front desk', () => {
  it('sees the line of a type in its order, page by page', async () => {
    const people = [];
    for (let count = 0; count < 3; count += 1) {
      people.push(await desk.addWaiting());
      pass(1);
    }
    const list = (query: Record<string, string>) =>
      desk.staff('GET /v1/waiting-list', { query: { typeId: desk.typeId, ...query } });
    const one = await list({ limit: '2' });
    const two = await list({ limit: '2', cursor: one.body.cursor });
    const ids = [...one.body.items, ...two.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(people.map(({ entryId }) => entryId));
  });

  it('takes somebody off: their offer goes to the next, and their link says so', async () => {
    const first = await desk.addWaiting();
    pass(1);
    const second = await desk.addWaiting();
    await desk.free(freedAt);
    await desk.sweep();
    const token = await desk.token(first);
    const leave = () =>
      desk.staff('POST /v1/waiting-list/{entryId}/leave', {
        params: { entryId: first.entryId },
        body: { reason: 'moved away' },
      });
    expect(await leave()).toMatchObject({ status: 200, body: { status: 'left', leftBecause: 'moved away' } });
    expect(await leave()).toMatchObject({ status: 200, body: { status: 'left', rev: 3 } });
    expect(await desk.accept(token)).toMatchObject({ status: 410 });
    expect(await desk.offers(first)).toEqual(['withdrawn']);
    pass(1);
    await desk.sweep();
    expect(await desk.offers(second)).toEqual(['offered']);
  });

  it('is told what could never be offered, by its field', async () => {
    const person = await desk.addPatient();
    const refused = async (wishes: Record<string, unknown>) => {
      const { status, body } = await desk.join(person, wishes);
      return [status, ...(body.errors ?? []).map(({ field }: { field: string }) => field)];
    };
    expect(await refused({ timeFrom: '10:00', timeTo: '10:15' })).toEqual([400, 'body.timeTo']);
    expect(await refused({ firstDate: '2026-06-02', lastDate: '2026-06-01' })).toEqual([400, 'body.lastDate']);
    expect(await refused({ lastDate: '2026-05-11' })).toEqual([400, 'body.lastDate']);
    expect(await refused({ modality: 'in-person' })).toEqual([400, 'body.modality']);
    expect(await refused({ zone: 'Mars/Olympus' })).toEqual([400, 'body.zone']);
    expect(await refused({ weekdays: [8] })).toEqual([400, 'body.weekdays.0']);
    expect(await refused({ noticeMinutes: -1 })).toEqual([400, 'body.noticeMinutes']);
    expect(await refused({ providerIds: ['prv_01K8Z3V9Q4M7T2W6X5Y1N0R8PA'] })).toEqual([404]);
    const { id: elsewhere } = (
      await desk.staff('POST /v1/providers', {
        body: { name: 'Dr. Else', role: 'physician', zone: 'America/Denver', availability: [] },
      })
    ).body;
    expect(await refused({ providerIds: [desk.providerId, elsewhere] })).toEqual([400, 'body.providerIds.1']);
  });

  it('cannot put somebody on twice for one type', async () => {
    const waiting = await desk.addWaiting();
    expect(await desk.join(waiting)).toMatchObject({ status: 409, body: { code: 'already-exists' } });
  });

  it('keeps a patient on the list who books a visit some other way', async () => {
    const waiting = await desk.addWaiting();
    await desk.book(waiting, inHours(100));
    await desk.free(freedAt);
    await desk.sweep();
    expect(await desk.offers(waiting)).toEqual(['offered']);
  });
});
