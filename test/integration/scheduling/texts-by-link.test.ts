import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import {
  barOf,
  consentItems,
  type Given,
  loadStanding,
  withConsent,
} from '../../../functions/messaging/consent/consent.ts';
import { consentsOf } from '../../../functions/messaging/consent/consent-store.ts';
import { standingItem } from '../../../functions/messaging/consent/standing-store.ts';
import { CONSENT_CATEGORIES } from '../../../functions/messaging/core/consent.ts';
import { textsConsent } from '../../../functions/messaging/core/consent-wording.ts';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { changeSettings } from '../../../functions/messaging/settings.ts';
import { getMessage } from '../../../functions/messaging/store.ts';
import type { Caller } from '../../../functions/platform/actor.ts';
import { type Id, newLinkToken } from '../../../functions/platform/ids.ts';
import { linkTokenItem } from '../../../functions/platform/store/directory.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { handler as links } from '../../../functions/scheduling/handlers/links.ts';
import { formsOf } from '../../../local/tour/page.ts';
import { type Answer, ask, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';
import { startNetwork } from '../messaging/network.ts';

const now = Temporal.Now.instant();
const zone = 'America/Denver';
const { wording, wordingVersion } = textsConsent('Test Spine');

const network = await startNetwork();
let clinic: TestClinic;
let providerId: string;
let typeId: string;

const staff = (routeKey: string, body: unknown): Promise<Answer> =>
  askAsStaff(routeKey.endsWith('/patients') ? intake : scheduling, clinic.clinicId, routeKey, { body });

const made = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body;
};

const open = async (): Promise<void> => {
  clinic = await createTestClinic(now);
  const availability = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '18:00' }));
  const provider = { name: 'Dr. Ada', role: 'physician', zone, availability };
  providerId = (await made(staff('POST /v1/providers', provider))).id;
  const type = { name: 'Visit', minutes: 30, modalities: ['in-person'], providerIds: [providerId] };
  typeId = (await made(staff('POST /v1/appointment-types', type))).id;
};

beforeAll(async () => {
  await open();
});

const caller = (): Caller => ({
  clinicId: clinic.clinicId,
  actor: { kind: 'system', id: 'test' },
  requestId: 'test',
  now,
});

const told = (fields: Partial<Given>): Given => ({
  category: 'treatment',
  granted: true,
  how: 'staff',
  wording: 'Yes.',
  wordingVersion: 'test-1',
  ...fields,
});

interface Booked {
  readonly id: Id<'appointment'>;
  readonly patientId: Id<'patient'>;
  readonly phone: string;
  readonly start: string;
}

let days = 5;
/** A patient whose number said all of `said`, with a visit of a day of its own. */
const booked = async (
  said: readonly Partial<Given>[] = [{}],
  {
    phone = testPhone(),
    givenName = 'Ana',
    birthDate = '1984-02-29',
  }: { readonly phone?: string; readonly givenName?: string; readonly birthDate?: string } = {},
): Promise<Booked> => {
  days += 1;
  const details = { givenName, familyName: 'Reyes', birthDate, phone, zone };
  const { id: patientId } = await made(staff('POST /v1/patients', details));
  if (said.length > 0) await transact(await consentItems(caller(), phone, said.map(told)));
  const start = now
    .add({ hours: days * 24 })
    .toZonedDateTimeISO(zone)
    .withPlainTime('10:00')
    .toInstant()
    .toString({ smallestUnit: 'second' });
  const { id } = await made(staff('POST /v1/appointments', { patientId, providerId, typeId, start }));
  return { id, patientId, phone, start };
};

/** A link that was texted to the patient's number, or went by e-mail. */
const linkTo = async ({ id, patientId, phone }: Booked, by: 'text' | 'e-mail' = 'text', hours = 240) => {
  const token = newLinkToken();
  const expiresAt = now.add({ hours }).toString({ smallestUnit: 'second' });
  const link = { clinicId: clinic.clinicId, patientId, appointmentId: id, expiresAt };
  await transact([linkTokenItem(token, link, by === 'text' ? phone : undefined)]);
  return token;
};

const read = (token: string): Promise<Answer> => ask(links, 'GET /v1/links/{token}/texts', { params: { token } });
const set = (token: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(links, 'POST /v1/links/{token}/texts', { params: { token }, body, headers });
const agree = { wanted: true, wordingVersion };

const page = async (token: string, done?: string): Promise<string> => {
  const query = done === undefined ? {} : { done };
  const { status, body } = await ask(links, 'GET /v/{token}', { params: { token }, query });
  expect(status).toBe(200);
  return body;
};

/** Presses the button of the page that does `action`, and reads the page that follows. */
const press = async (token: string, action: string, html?: string): Promise<readonly [string, string]> => {
  const form = formsOf(html ?? (await page(token))).find(({ fields }) => fields.action === action);
  if (form === undefined) throw new Error(`The page has no button to ${action}`);
  const { status, headers } = await ask(links, 'POST /v/{token}', {
    params: { token },
    body: new URLSearchParams(form.fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(status).toBe(303);
  const done = new URL(headers.location ?? '').searchParams.get('done') ?? '';
  return [done, await page(token, done)];
};

const buttons = (html: string): readonly (string | undefined)[] =>
  formsOf(html)
    .map(({ fields }) => fields.action)
    .filter((action) => action?.endsWith('-texts'));

const barsOf = async ({ phone, patientId }: Booked) => {
  const standing = await loadStanding(clinic.clinicId, phone);
  return CONSENT_CATEGORIES.map((category) => barOf(standing, category, patientId));
};

const ledgerOf = ({ phone }: Booked) => consentsOf(clinic.clinicId, phone);

/** Sends the reminder of a visit when it is due, and answers what became of it. */
const remind = async ({ id, start }: Booked, hoursBefore: 72 | 24 = 72) => {
  const messageId = `${id}#reminder-${hoursBefore}h#0`;
  const due = Temporal.Instant.from(start).subtract({ hours: hoursBefore });
  await sendText({ clinicId: clinic.clinicId, messageId }, { now: due, requestId: 'test' });
  const { status, statusReason } = (await getMessage(clinic.clinicId, messageId)) ?? {};
  return [status, statusReason];
};

const text = (phone: string, body: string): Promise<void> =>
  receiveText(
    { from: phone, to: clinic.originationNumber, body, inboundMessageId: `in-${newLinkToken()}` },
    { now: Temporal.Now.instant(), requestId: 'test' },
  );

describe('texts stopped on the page of a visit', () => {
  it('no longer go, with the reason; the ledger has the words of the button; no text confirms it', async () => {
    const visit = await booked([{}, { category: 'billing' }, { category: 'marketing', evidence: 'form-7' }]);
    const token = await linkTo(visit);
    expect((await read(token)).body).toEqual({
      numberEnding: visit.phone.slice(-2),
      mayText: true,
      reason: 'agreed',
      stop: { wording: 'Stop texts', ends: 'all' },
      textStartTo: clinic.originationNumber,
    });
    const before = await page(token);
    expect(before).toContain(`Texts about your visits go to your number ending in ${visit.phone.slice(-2)}.`);
    expect(before).not.toContain(visit.phone);
    expect(buttons(before)).toEqual(['stop-texts']);

    const [done, after] = await press(token, 'stop-texts');
    expect(done).toBe('stopped');
    expect(after).toContain('Texts are stopped');
    expect(buttons(after)).toEqual(['get-texts']);
    expect((await ledgerOf(visit)).at(-1)).toMatchObject({
      category: 'all',
      granted: false,
      how: 'web-form',
      wording: 'Stop texts',
      wordingVersion: 'stop-page-2026-11-22',
      language: 'en',
      collector: 'form:visit-page',
      evidence: visit.id,
      proof: 'texted-link',
      patientId: visit.patientId,
    });
    expect(await remind(visit)).toEqual(['suppressed', 'opted-out']);
    expect(await network.acceptedFor(visit.phone)).toEqual([]);
  });

  it('a second press changes nothing and says so, on a page left open too', async () => {
    const visit = await booked();
    const token = await linkTo(visit);
    const open = await page(token);
    await press(token, 'stop-texts', open);
    const [done, after] = await press(token, 'stop-texts', open);
    expect(done).toBe('same');
    expect(after).toContain('Nothing has changed');
    expect((await set(token, { wanted: false })).body).toMatchObject({ changed: false, reason: 'opted-out' });
    expect(await ledgerOf(visit)).toHaveLength(2);
    await Promise.all([agree, agree, agree].map((body) => set(token, body)));
    // One of them was first: an agreement, and the warning in its words.
    expect(await ledgerOf(visit)).toHaveLength(4);
    expect((await set(token, agree)).body).toMatchObject({ changed: false, mayText: true });
  });

  it('come back by agreement, in its exact words: the reminder goes, marketing and bills stay stopped', async () => {
    const visit = await booked([{}, { category: 'billing' }, { category: 'marketing', evidence: 'form-7' }]);
    const token = await linkTo(visit);
    await text(visit.phone, 'STOP');
    const stopped = await page(token);
    expect(stopped).toContain('by a text from that number');
    expect(stopped).toContain(wording);

    const [done, after] = await press(token, 'get-texts', stopped);
    expect(done).toBe('agreed');
    expect(after).toContain('Thank you, we have noted it');
    expect((await ledgerOf(visit)).slice(-2)).toMatchObject([
      { category: 'treatment', granted: true, how: 'web-form', wording, wordingVersion, proof: 'texted-link' },
      { category: 'unencrypted-texts', granted: true, evidence: visit.id, collector: 'form:visit-page' },
    ]);
    expect(await barsOf(visit)).toEqual([undefined, 'opted-out', 'opted-out', 'opted-out']);
    expect(await remind(visit)).toEqual(['accepted', undefined]);
    const sent = (await network.acceptedFor(visit.phone)).map(({ context }) => context.message);
    expect(sent).toEqual([`${visit.id}#reminder-72h#0`]);
  });

  it('are those to the number: of everybody who has it, whose names stay theirs', async () => {
    const mother = await booked([{}], { givenName: 'Marisol' });
    const child = await booked([], { phone: mother.phone, givenName: 'Thaddeus', birthDate: '2012-03-01' });
    const html = await press(await linkTo(mother), 'stop-texts');
    expect(html[1]).not.toContain('Thaddeus');
    expect(await remind(child)).toEqual(['suppressed', 'opted-out']);
    const other = await page(await linkTo(child));
    expect(other).toContain('on a page of ours');
    expect(other).not.toContain('Marisol');
  });
});

describe('a link that was not texted to the number', () => {
  it('stops texts, and brings none back: the page says what does', async () => {
    const visit = await booked();
    const [byText, byMail] = [await linkTo(visit), await linkTo(visit, 'e-mail')];
    const offered = await page(byText);
    expect((await press(byMail, 'stop-texts'))[0]).toBe('stopped');
    expect((await ledgerOf(visit)).at(-1)?.proof).toBeUndefined();
    const html = await page(byMail);
    expect(buttons(html)).toEqual([]);
    expect(html).toContain(`sms:${clinic.originationNumber}`);
    expect((await read(byMail)).body).not.toHaveProperty('agreement');

    expect(await set(byMail, agree)).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    // The form of another link's page, sent with this one.
    const forged = await page(byText);
    expect((await press(byMail, 'get-texts', forged))[0]).toBe('same');
    expect(await ledgerOf(visit)).toHaveLength(2);
    expect(await remind(visit)).toEqual(['suppressed', 'opted-out']);

    expect(buttons(offered)).toEqual(['stop-texts']);
    expect((await press(byText, 'get-texts', forged))[0]).toBe('agreed');
    expect(await remind(visit, 24)).toEqual(['accepted', undefined]);
  });

  it('is one whose patient has another number by now', async () => {
    const visit = await booked([{ category: 'all', granted: false }]);
    const token = await linkTo({ ...visit, phone: testPhone() });
    expect((await read(token)).body).not.toHaveProperty('agreement');
    expect((await set(token, agree)).status).toBe(409);
  });

  it('may bring a first agreement, as any form may, and none to who prefers no texts', async () => {
    const visit = await booked([]);
    const token = await linkTo(visit, 'e-mail');
    expect((await read(token)).body).toMatchObject({ mayText: false, reason: 'no-consent' });
    expect((await set(token, agree)).body).toMatchObject({ changed: true, mayText: true });
    await transact(
      await consentItems(caller(), visit.phone, [told({ category: 'unencrypted-texts', granted: false })]),
    );
    expect((await read(token)).body).toMatchObject({ reason: 'prefers-no-texts' });
    expect((await set(token, agree)).status).toBe(409);
    expect((await set(await linkTo(visit), agree)).body).toMatchObject({ changed: true, mayText: true });
    // Booked before there was any agreement: what is due is due all the same.
    expect(await remind(visit)).toEqual(['accepted', undefined]);
  });
});

describe('a number on the list of the carrier', () => {
  const carrierSaid = async ({ phone }: Booked, granted: boolean, daysAgo: number) => {
    const standing = await loadStanding(clinic.clinicId, phone);
    const at = now.subtract({ hours: daysAgo * 24 }).toString({ smallestUnit: 'second' });
    const said = withConsent(caller(), standing, [told({ category: 'all', granted, how: 'carrier', at })]);
    await transact([...said.items, standingItem(caller(), said.standing, 'test')]);
    return at;
  };

  it('is agreed to again, and the page says that no text arrives until it is off', async () => {
    const visit = await booked();
    const token = await linkTo(visit);
    const listedAt = await carrierSaid(visit, false, 3);
    expect(await page(token)).toContain('by the phone company');
    expect((await set(token, agree)).body).toEqual({
      numberEnding: visit.phone.slice(-2),
      mayText: false,
      reason: 'carrier-list',
      since: listedAt,
      carrier: { listedAt },
      stop: { wording: 'Stop texts', ends: 'all' },
      textStartTo: clinic.originationNumber,
      changed: true,
    });
    const html = await page(token, 'agreed');
    expect(html).toContain('none can arrive at');
    expect(html).toContain(`sms:${clinic.originationNumber}`);
    expect(html).toContain('once in 30 days.');
    expect(html).not.toContain('We will text you');
    expect(await barsOf(visit)).toEqual([undefined, 'opted-out', 'opted-out', 'opted-out']);
  });

  it('is told from when on it can be taken off again, as long as that is to come', async () => {
    const visit = await booked();
    const token = await linkTo(visit);
    await carrierSaid(visit, true, 40);
    await carrierSaid(visit, false, 35);
    expect((await read(token)).body.carrier).not.toHaveProperty('removableFrom');
    const taken = await carrierSaid(visit, true, 10);
    await carrierSaid(visit, false, 3);
    const removableFrom = Temporal.Instant.from(taken).add({ hours: 30 * 24 });
    expect((await read(token)).body.carrier.removableFrom).toBe(removableFrom.toString({ smallestUnit: 'second' }));
  });
});

describe('what is asked of the link', () => {
  it('is answered once under an Idempotency-Key, and only in the words of today', async () => {
    const visit = await booked();
    const token = await linkTo(visit);
    const key = { 'idempotency-key': `key-${token}` };
    const first = await set(token, { wanted: false }, key);
    const again = await set(token, { wanted: false }, key);
    expect(again).toMatchObject({ status: 200, body: first.body, headers: { 'idempotency-replayed': 'true' } });
    expect(first.body.changed).toBe(true);
    expect(await set(token, { wanted: true, wordingVersion: 'texts-1999' })).toMatchObject({
      status: 412,
      body: { code: 'stale' },
    });
    expect(await set(token, { wanted: true })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'body.wordingVersion' }] },
    });
    expect(await ledgerOf(visit)).toHaveLength(2);
  });

  it('is refused where the link has expired or is unknown; a visit called off leaves the number in hand', async () => {
    const visit = await booked();
    expect((await read(await linkTo(visit, 'text', -1))).status).toBe(410);
    expect((await set(await linkTo(visit, 'text', -1), { wanted: false })).status).toBe(410);
    expect((await set(newLinkToken(), { wanted: false })).status).toBe(404);
    const token = await linkTo(visit);
    await ask(links, 'POST /v1/links/{token}/cancel', { params: { token }, body: {} });
    const [done, html] = await press(token, 'stop-texts');
    expect([done, html]).toEqual(['stopped', expect.stringContaining('This visit is cancelled')]);
  });
});

describe('a clinic that keeps kinds of texts apart', () => {
  beforeAll(async () => {
    await open();
    await changeSettings(caller(), { settings: { ...DEFAULT_SETTINGS, revocation: 'category' } });
  });

  it('stops what the page speaks of, and marketing with it; a STOP by text after that still ends all', async () => {
    const visit = await booked([{}, { category: 'billing' }, { category: 'marketing', evidence: 'form-7' }]);
    const token = await linkTo(visit);
    expect((await read(token)).body.stop).toEqual({ wording: 'Stop texts', ends: 'category' });
    expect((await set(token, { wanted: false })).body).toMatchObject({ changed: true, reason: 'opted-out' });
    expect(await barsOf(visit)).toEqual(['opted-out', undefined, 'opted-out', 'no-consent']);
    expect((await set(token, { wanted: false })).body.changed).toBe(false);

    // Marketing alone goes on after a STOP to treatment: there is something to stop, and something to agree to.
    const half = await booked([
      { category: 'marketing', evidence: 'form-7' },
      { granted: false, how: 'text' },
    ]);
    const halfToken = await linkTo(half);
    expect(buttons(await page(halfToken))).toEqual(['stop-texts', 'get-texts']);
    await press(halfToken, 'stop-texts');
    expect(await barsOf(half)).toEqual(['opted-out', 'no-consent', 'opted-out', 'no-consent']);
    await text(half.phone, 'STOP');
    expect((await loadStanding(clinic.clinicId, half.phone)).optedOut).toMatchObject({ how: 'text' });
  });
});
