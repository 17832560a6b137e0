import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { handler as care } from '../../../functions/care/handlers/http.ts';
import { fieldsOfAnswers } from '../../../functions/intake/core/answers.ts';
import { handler as intake } from '../../../functions/intake/handlers/http.ts';
import { formsOf, type PageForm } from '../../../local/tour/page.ts';
import { licensedInColorado } from '../../helpers/catalog.ts';
import { type Answer, askAsStaff, createTestClinic, type TestClinic } from '../../helpers/clinic.ts';
import { healthyAnswers } from '../../helpers/form.ts';
import { testPhone } from '../../helpers/phones.ts';
import { scheduling } from '../../helpers/scheduling.ts';
import { startNetwork } from '../messaging/network.ts';
import { askAnyone, codesOn, deliverCode, newAddress } from './patient-phone.ts';

/** The booking pages as a browser without script uses them. */

const network = await startNetwork();
let clinic: TestClinic;
let adaId: string;
let benId: string;
let firstVisit: string;
let checkUp: string;

const staff = (routeKey: string, options: Parameters<typeof askAsStaff>[3] = {}): Promise<Answer> =>
  askAsStaff(scheduling, clinic.clinicId, routeKey, options);

const made = async (path: string, body: unknown): Promise<string> => {
  const answer = await staff(`POST ${path}`, { body });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
};

const provider = (name: string) =>
  made('/v1/providers', {
    name,
    role: 'physician',
    zone: 'America/Denver',
    availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '18:00' })),
    licences: licensedInColorado,
  });

const typeOf = (name: string, fields: Record<string, unknown> = {}) =>
  made('/v1/appointment-types', {
    name,
    minutes: 30,
    modalities: ['in-person', 'video'],
    providerIds: [adaId, benId],
    leadMinutes: 120,
    ...fields,
  });

beforeAll(async () => {
  clinic = await createTestClinic(Temporal.Now.instant());
  [adaId, benId] = [await provider('Dr. Ada One'), await provider('Ben Two, PT')];
  firstVisit = await typeOf('First visit');
  checkUp = await typeOf('Check-up', { modalities: ['in-person'], requiredForm: 'none', providerIds: [adaId] });
});

const get = (query: Record<string, string> = {}): Promise<Answer> => askAnyone(clinic, 'GET /book/{slug}', { query });

const post = (fields: Record<string, string>, address = newAddress()): Promise<Answer> =>
  askAnyone(clinic, 'POST /book/{slug}', {
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    address,
  });

const formOf = ({ body }: Answer): PageForm => {
  const [form] = formsOf(body);
  if (form === undefined) throw new Error('The page has no form');
  return form;
};

const titleOf = ({ body }: Answer): string => /<title>(.*?) – /.exec(body)?.[1] ?? '';

const timesOn = (answer: Answer): readonly string[] =>
  formOf(answer)
    .buttons.map(({ value }) => value)
    .filter((value) => value.startsWith('hold '));

/** Presses a button of a page's form after filling in fields. */
const press = (answer: Answer, action: string, filled: Record<string, string> = {}): Promise<Answer> =>
  post({ ...formOf(answer).fields, ...filled, action });

const person = (phone = testPhone()) => ({
  givenName: 'Zoe',
  familyName: 'Ångström',
  birthMonth: '3',
  birthDay: '9',
  birthYear: '1975',
  phone,
  consent: 'yes',
});
const answered = fieldsOfAnswers(healthyAnswers);

/** The page of details for a time of the day after tomorrow or later, which every caller gets another of. */
const chooseTime = async (type = checkUp, how: Record<string, string> = {}): Promise<Answer> => {
  const times = await get({ type, provider: 'any' });
  const shown = type === checkUp ? times : await press(times, 'times', how);
  const free = timesOn(shown);
  const details = await post({ ...formOf(shown).fields, ...how, action: free.at(-1) ?? '' });
  expect(titleOf(details)).toBe('Your details');
  return details;
};

const code = async (phone: string): Promise<string> => {
  await deliverCode(clinic, phone);
  return (await codesOn(network, phone)).at(-1) ?? '';
};

const visitsOf = async (phone: string) => {
  const { body } = await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients/search', { body: { who: phone } });
  const visits = await Promise.all(
    body.items.map(({ id }: { id: string }) =>
      staff('GET /v1/patients/{patientId}/appointments', { params: { patientId: id } }),
    ),
  );
  return visits.flatMap(({ body: { items } }) => items);
};

describe('the way to a time', () => {
  it('asks for the visit, then the provider, then shows days with times in the clinic’s zone', async () => {
    const types = await get();
    expect(types).toMatchObject({ status: 200 });
    expect(types.body).toContain('What would you like to book?');
    expect(types.body).toContain(`href="/book/${clinic.slug}?type=${firstVisit}"`);
    const providers = await get({ type: firstVisit });
    expect(providers.body).toContain('Ben Two, PT');
    const times = await get({ type: firstVisit, provider: benId });
    expect(times.body).toContain('Mountain Time');
    expect(timesOn(times).length).toBeGreaterThan(20);
    expect(timesOn(times).every((value) => value.startsWith(`hold ${benId} `))).toBe(true);
  });

  it('a link may choose the visit, the provider or both; what is gone is said, what is foreign is ignored', async () => {
    expect(titleOf(await get({ type: firstVisit, provider: adaId, utm_source: 'newsletter' }))).toBe('Choose a time');
    expect((await get({ provider: benId })).body).not.toContain('Who would you like to see?');
    expect((await get({ type: 'aty_gone' })).body).toContain('That link is out of date');
    expect((await get({ provider: 'prv_gone' })).body).toContain('That link is out of date');
    const other = await createTestClinic(Temporal.Now.instant());
    const foreign = await askAnyone(other, 'GET /book/{slug}', { query: { type: firstVisit, provider: adaId } });
    expect(foreign.body).not.toContain('First visit');
  });

  it('pages through the days, and back', async () => {
    const first = await get({ type: checkUp });
    const later = formOf(first).buttons.find(({ text }) => text === 'Later days');
    const second = await press(first, later?.value ?? '');
    const startOf = (value = ''): number => Date.parse(value.slice(-20));
    expect(startOf(timesOn(second)[0])).toBeGreaterThan(startOf(timesOn(first).at(-1)));
    const earlier = formOf(second).buttons.find(({ text }) => text === 'Earlier days');
    expect(timesOn(await press(second, earlier?.value ?? ''))[0]).toBe(timesOn(first)[0]);
  });

  it('a visit by video asks for the state first, offers those with a licence, and shows the patient’s clock', async () => {
    const times = await get({ type: firstVisit, provider: 'any' });
    const asked = await press(times, 'times', { how: 'video' });
    expect(asked.body).toContain('Where will you be?');
    expect(timesOn(asked)).toEqual([]);
    expect([...asked.body.matchAll(/<option value="([A-Z]{2})"/g)].map(([, state]) => state)).toEqual(['CO']);
    const elsewhere = await press(times, 'times', { how: 'video', state: 'WY' });
    expect(timesOn(elsewhere)).toEqual([]);
    const shown = await press(times, 'times', { how: 'video', state: 'CO', zone: 'America/New_York' });
    expect(shown.body).toContain('In Eastern Time');
    expect(timesOn(shown).length).toBeGreaterThan(20);
  });

  it('a chosen time is kept for five minutes: nobody else is shown it, until another is chosen', async () => {
    const times = await get({ type: checkUp });
    const [choice = ''] = timesOn(times);
    const details = await press(times, choice);
    expect(details.body).toContain('We keep this time for you until');
    expect(timesOn(await get({ type: checkUp }))).not.toContain(choice);
    const late = await press(times, choice);
    expect(late).toMatchObject({ status: 409 });
    expect(late.body).toContain('That time was just taken');
    const again = await press(details, 'times');
    expect(timesOn(again)).toContain(choice);
    expect(formOf(again).fields).not.toHaveProperty('holdId');
  });
});

describe('the details', () => {
  it('are asked again with what was typed, each fault beside its field', async () => {
    const details = await chooseTime(firstVisit, { how: 'in-person' });
    const wrong = { ...person('12345'), birthMonth: '13', familyName: ' ' };
    const again = await press(details, 'details', { ...wrong, ...answered, fever: '' });
    expect(again.status).toBe(400);
    expect(titleOf(again)).toBe('Please check');
    for (const name of ['familyName', 'birthDate', 'phone', 'fever'])
      expect(again.body).toContain(`id="${name}-fault"`);
    expect(again.body).not.toContain('id="givenName-fault"');
    expect(again.body).toContain('value="Zoe"');
    expect(again.body).toContain('value="12345"');
    expect(again.body).toMatch(/name="consent" value="yes" checked/);
    expect(again.body).toMatch(/id="chest-no" name="chest" value="no" checked/);
  });

  it.each([
    ['a day that is none', { birthMonth: '2', birthDay: '30' }, 'birthDate'],
    ['a birth in the future', { birthYear: '2199' }, 'birthDate'],
    ['a number abroad', { phone: '+44 20 7946 0958' }, 'phone'],
    ['a name of control characters', { givenName: '\u0007' }, 'givenName'],
  ])('%s is refused', async (_, fields, name) => {
    const again = await press(await chooseTime(), 'details', { ...person(), ...fields });
    expect(again.status).toBe(400);
    expect(again.body).toContain(`id="${name}-fault"`);
  });

  it('markup in a name stays text', async () => {
    const evil = '"><script>alert(1)</script>';
    const again = await press(await chooseTime(), 'details', { ...person('1'), givenName: evil });
    expect(again.body).not.toContain('<script');
    expect(formsOf(again.body)[0]?.fields).not.toHaveProperty('givenName');
  });

  it('an emergency is told to call 911, alerts a human, and books nothing', async () => {
    const details = await chooseTime(firstVisit, { how: 'in-person' });
    const phone = testPhone();
    const told = await press(details, 'details', { ...person(phone), ...answered, 'saddle-numbness': 'yes' });
    expect(told.body).toContain('Please get emergency care now');
    expect(told.body).toContain('has been alerted');
    const { body } = await askAsStaff(care, clinic.clinicId, 'GET /v1/triage-cases', { query: { status: 'open' } });
    expect(body.items.filter((each: { phone?: string }) => each.phone === phone)).toHaveLength(1);
    expect(await visitsOf(phone)).toEqual([]);
    // Also where the rest is not sound yet: then nobody can be alerted, and the page does not say so.
    const unsound = await press(details, 'details', { ...person('1'), 'bladder-bowel': 'yes' });
    expect(unsound.body).toContain('Please get emergency care now');
    expect(unsound.body).not.toContain('has been alerted');
    // A slip of the finger can be mended.
    expect(titleOf(await press(told, 'change'))).toBe('Your details');
  });
});

describe('the code', () => {
  it('books the visit; pressed again it shows the same, and nothing is booked twice', async () => {
    const phone = testPhone();
    const details = await chooseTime(firstVisit, { how: 'video', state: 'CO', zone: 'America/New_York' });
    const asked = await press(details, 'details', { ...person(phone), ...answered, language: 'es' });
    expect(titleOf(asked)).toBe('Your code');
    const phoneCode = await code(phone);
    const [booked, twice] = await Promise.all([
      press(asked, 'book', { phoneCode }),
      press(asked, 'book', { phoneCode: `${phoneCode.slice(0, 3)} ${phoneCode.slice(3)}` }),
    ]);
    const later = await press(asked, 'book', { phoneCode });
    for (const answer of [booked, twice, later])
      expect([answer.status, titleOf(answer)]).toEqual([200, 'You are booked']);
    const visits = await visitsOf(phone);
    expect(visits).toHaveLength(1);
    expect(visits[0]).toMatchObject({ modality: 'video', patientState: 'CO', status: 'booked' });
    const { body } = await askAsStaff(intake, clinic.clinicId, 'POST /v1/patients/search', { body: { who: phone } });
    expect(body.items).toMatchObject([{ language: 'es' }]);
  });

  it('a wrong one is asked for again, keeps what was entered, and then the right one books', async () => {
    const phone = testPhone();
    const asked = await press(await chooseTime(), 'details', person(phone));
    const right = await code(phone);
    const wrong = await press(asked, 'book', { phoneCode: String((Number(right) + 1) % 1_000_000).padStart(6, '0') });
    expect(wrong.status).toBe(422);
    expect(wrong.body).toContain('id="phoneCode-fault"');
    const malformed = await press(wrong, 'book', { phoneCode: 'hello' });
    expect(malformed.status).toBe(422);
    expect(titleOf(await press(malformed, 'book', { phoneCode: right }))).toBe('You are booked');
  });

  it('another one can be asked for, three in a quarter of an hour; the last still books', async () => {
    const phone = testPhone();
    let page = await press(await chooseTime(), 'details', person(phone));
    for (let again = 0; again < 2; again += 1) {
      page = await press(page, 'again');
      expect(page.body).toContain('We sent another code');
    }
    const refused = await press(page, 'again');
    expect(refused.status).toBe(429);
    expect(refused.body).toContain('We cannot text another code right now');
    expect(titleOf(await press(refused, 'book', { phoneCode: await code(phone) }))).toBe('You are booked');
  });

  it('the details can be changed before it, and are as they were', async () => {
    const asked = await press(await chooseTime(), 'details', person());
    const details = await press(asked, 'change');
    expect(details.body).toContain('value="Ångström"');
    expect(details.body).toContain('<option value="3" selected>March</option>');
  });

  it('a page of a clinic with nobody to see, or of none, says so', async () => {
    const empty = await createTestClinic(Temporal.Now.instant());
    expect((await askAnyone(empty, 'GET /book/{slug}')).body).toContain('Nothing can be booked online right now');
    const none = await askAnyone({ slug: 'no-such-clinic' }, 'GET /book/{slug}');
    expect([none.status, none.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(none.body).toContain('We do not know this page');
  });
});

describe('forms no page of ours sends', () => {
  it.each([
    ['no action', {}],
    ['an unknown action', { action: 'drop table' }],
    ['a time that is none', { action: 'hold nobody never' }],
    ['a hold that is none', { action: 'details', holdId: 'x', start: '2199-01-01T00:00:00Z' }],
  ])('%s: a page that leads back to the start', async (_, fields) => {
    const answer = await post({ type: checkUp, provider: 'any', providerId: adaId, ...person(), ...fields });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('Start again');
  });
});
