import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { formsOf, type PageForm } from '../../local/tour/page.ts';
import { browserPath, launchBrowser } from './support/browser.ts';
import { doubled, tokenIn } from './support/carrier.ts';
import { localTime, openClinic, type Patient, type TestClinic, textsOf, untilText, zone } from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

/** Series, called-off days and requests for another time, as far as the patient's phone and the page behind its link. */

let clinic: TestClinic;

beforeAll(async () => {
  clinic = await openClinic('front-desk');
});

const book = async (patient: Patient, start: string, providerId = clinic.providerIds[0]) =>
  clinic.admin.ok('bookAppointment', { body: { patientId: patient.id, providerId, typeId: clinic.typeId, start } });

/** The words of the text sent for a step of a visit, once the phone has it. */
const wordsOf = async (patient: Patient, appointmentId: string, step: string): Promise<string> => {
  await untilText(clinic, appointmentId, step, 'delivered');
  const texts = await clinic.carrier.received(patient.phone);
  const found = texts.find(({ context }) => context?.message === `${appointmentId}#${step}`);
  if (found === undefined) throw new Error(`The phone has no ${step}`);
  return found.body;
};

const pageOf = async (token: string, query = ''): Promise<string> =>
  (await fetch(`${clinic.info.apiUrl}/v/${token}${query}`)).text();

const formFor = (html: string, action: string): PageForm => {
  const form = formsOf(html).find(({ fields }) => fields.action === action);
  if (form === undefined) throw new Error(`The page has no form to ${action}`);
  return form;
};

/** Sends a form by one of its buttons; where the answer leads to. */
const tap = async (form: PageForm, button: PageForm['buttons'][number] | undefined): Promise<string> => {
  const body = new URLSearchParams({ ...form.fields, ...(button && { [button.name]: button.value }) });
  const answer = await fetch(`${clinic.info.apiUrl}${form.action}`, { method: form.method, body, redirect: 'manual' });
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get('location') ?? '').search;
};

const get = (appointmentId: string) => clinic.admin.ok('getAppointment', { params: { appointmentId } });
const dateIn = (days: number): string =>
  Temporal.Instant.from(localTime(clinic, days, '12:00'))
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString();

describe('a series', () => {
  it('is told by one text; its page lists the other visits; cancelling it is one text too', async () => {
    const patient = await clinic.addPatient();
    const series = await clinic.admin.ok('bookSeries', {
      body: {
        patientId: patient.id,
        providerId: clinic.providerIds[1],
        typeId: clinic.typeId,
        start: localTime(clinic, 6, '09:30'),
        count: 6,
      },
    });
    const [first, ...others] = series.items;
    const words = await wordsOf(patient, first?.id ?? '', 'confirmation#0');
    expect(words).toContain('6 visits booked, first ');
    expect(words).toContain('9:30 AM');
    await untilStill(() => clinic.carrier.received(patient.phone));
    expect(await clinic.carrier.received(patient.phone)).toHaveLength(1);
    for (const { id } of others) {
      expect([...(await textsOf(clinic, id)).keys()].toSorted()).toEqual([
        'reminder-24h#0',
        'reminder-72h#0',
        'video-link#0',
      ]);
    }
    const html = await pageOf(tokenIn(words));
    expect(html).toContain('Also booked for you');
    for (const { start } of others) expect(html).toContain(`datetime="${start}"`);

    await clinic.admin.ok('cancelSeries', { params: { seriesId: series.id }, body: { reason: 'moved away' } });
    expect(await wordsOf(patient, first?.id ?? '', 'cancelled#1')).toContain('your 6 visits from');
    await untilStill(() => clinic.carrier.received(patient.phone));
    expect(await clinic.carrier.received(patient.phone)).toHaveLength(2);
  });
});

describe('a day that is called off', () => {
  it('tells each patient, whose link offers other times; one tap books one, once', async () => {
    const patients = await Promise.all(Array.from({ length: 3 }, () => clinic.addPatient()));
    const visits = await Promise.all(
      patients.map((patient, index) => book(patient, localTime(clinic, 9, `1${index}:00`))),
    );
    const call = {
      params: { providerId: clinic.providerIds[0] },
      body: { date: dateIn(9), reason: 'provider ill' },
    };
    const done = await clinic.admin.ok('cancelProviderDay', call);
    expect(done).toMatchObject({ failed: [], remaining: 0 });
    expect(done.done.map(({ appointmentId }) => appointmentId)).toEqual(visits.map(({ id }) => id));
    expect((await clinic.admin.ok('cancelProviderDay', call)).done).toEqual([]);

    const [patient, other] = patients;
    const [visit, otherVisit] = visits;
    if (patient === undefined || visit === undefined || other === undefined || otherVisit === undefined)
      throw new Error('There are three of each');
    const words = await wordsOf(patient, visit.id, 'cancelled#1');
    expect(words).toContain('we cancelled your visit');
    const token = tokenIn(words);
    const html = await pageOf(token);
    expect(html).toContain('We had to cancel this visit');
    const form = formFor(html, 'rebook');
    expect(form.buttons.length).toBeGreaterThan(2);
    expect(await tap(form, form.buttons[0])).toBe('?done=rebooked');
    expect(await tap(form, form.buttons[0])).toBe('?done=rebooked');
    expect(await tap(form, form.buttons[1])).toBe('?done=changed');
    const after = await pageOf(token, '?done=rebooked');
    expect(after).toContain('Your new visit is booked');
    expect(formsOf(after).map(({ fields }) => fields.action)).toEqual(['stop-texts']);

    const old = await get(visit.id);
    const stand = await get(old.rebookedAs ?? '');
    expect(stand).toMatchObject({ status: 'booked', start: form.buttons[0]?.value, replaces: visit.id });
    expect(await wordsOf(patient, stand.id, 'confirmation#0')).toContain("you're booked");
    const { items } = await clinic.admin.ok('listPatientAppointments', { params: { patientId: patient.id } });
    expect(items).toHaveLength(2);

    // The time one took is gone for the next.
    const otherForm = formFor(await pageOf(tokenIn(await wordsOf(other, otherVisit.id, 'cancelled#1'))), 'rebook');
    expect(otherForm.buttons.map(({ value }) => value)).not.toContain(stand.start);
    const taken = { name: 'start', value: stand.start, text: '' };
    expect(await tap(otherForm, taken)).toBe('?done=taken');
    expect((await get(otherVisit.id)).rebookedAs).toBeUndefined();
  });

  it('of forty visits is done by repeating the request until none is left', async () => {
    const patient = await clinic.addPatient({ texts: false });
    const times = Array.from({ length: 40 }, (_, index) =>
      Temporal.PlainTime.from('02:00').add({ minutes: 30 * index }),
    );
    const providerId = clinic.providerIds[2];
    const visits: Awaited<ReturnType<typeof book>>[] = [];
    // One after the other: forty at once on one day would meet each other again and again.
    for (const time of times) visits.push(await book(patient, localTime(clinic, 12, time.toString()), providerId));
    const call = { params: { providerId }, body: { date: dateIn(12), reason: 'provider ill' } };
    const cancelled: string[] = [];
    await until('nothing is left', async () => {
      const { done, failed, remaining } = await clinic.admin.ok('cancelProviderDay', call);
      expect(failed).toEqual([]);
      cancelled.push(...done.map(({ appointmentId }) => appointmentId));
      return remaining === 0;
    });
    expect(cancelled.toSorted()).toEqual(visits.map(({ id }) => id).toSorted());
    const { items } = await clinic.admin.ok('listProviderAppointments', {
      params: { providerId },
      query: { from: dateIn(12) },
    });
    expect(items).toEqual([]);
  });
});

describe('a request for another time', () => {
  it('reaches the patient once, between eight and eight; a tap answers it', async () => {
    const patient = await clinic.addPatient();
    const visit = await book(patient, localTime(clinic, 14, '10:00'));
    const params = { appointmentId: visit.id };
    const asked = await clinic.admin.ok('requestReschedule', { params, body: { reason: 'course' } });
    expect(await clinic.admin.ok('requestReschedule', { params })).toEqual(asked);
    const text = await until('the request is on its way, or waits for the morning', async () => {
      const planned = (await textsOf(clinic, visit.id)).get('choose-another#0');
      return planned?.status === 'delivered' || (planned?.status === 'planned' && planned.rev > 1)
        ? planned
        : undefined;
    });
    const token = tokenIn(
      text.status === 'delivered'
        ? await wordsOf(patient, visit.id, 'choose-another#0')
        : await wordsOf(patient, visit.id, 'confirmation#0'),
    );
    const html = await pageOf(token);
    expect(html).toContain('Please pick another time');
    const form = formFor(html, 'reschedule');
    expect(await tap(form, form.buttons[0])).toBe('?done=moved');
    const moved = await get(visit.id);
    expect(moved).toMatchObject({ sequence: 1, start: form.buttons[0]?.value });
    expect(moved.rescheduleRequestedAt).toBeUndefined();
    expect(await pageOf(token)).not.toContain('Please pick another time');
  });
});

const needs = 'needs Chromium (set CHROMIUM_PATH)';

describe.each([360, 1200])('the pages at %i px', (width) => {
  it(`fit, say what is to be done and are walked by keyboard${browserPath === undefined ? `: skipped: ${needs}` : ''}`, async ({
    skip,
  }) => {
    skip(browserPath === undefined, needs);
    const patient = await clinic.addPatient();
    const asked = await book(patient, localTime(clinic, 16, width === 360 ? '10:00' : '11:00'), clinic.providerIds[1]);
    const series = await clinic.admin.ok('bookSeries', {
      body: {
        patientId: patient.id,
        providerId: clinic.providerIds[1],
        typeId: clinic.typeId,
        start: localTime(clinic, 17, width === 360 ? '12:00' : '13:00'),
        count: 4,
        everyWeeks: 2,
      },
    });
    const off = await book(patient, localTime(clinic, 18, width === 360 ? '14:00' : '15:00'), clinic.providerIds[1]);
    const link = async (id: string, step: string) =>
      `${clinic.info.apiUrl}/v/${tokenIn(await wordsOf(patient, id, step))}`;
    const pages = {
      asked: await link(asked.id, 'confirmation#0'),
      series: await link(series.items[0]?.id ?? '', 'confirmation#0'),
    };
    await clinic.admin.ok('requestReschedule', { params: { appointmentId: asked.id } });
    await clinic.admin.ok('cancelAppointment', { params: { appointmentId: off.id }, body: { reason: 'provider ill' } });
    const offPage = await link(off.id, 'cancelled#1');

    const browser = await launchBrowser();
    const shots = await mkdtemp(join(tmpdir(), 'plumbline-shots-'));
    try {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
      for (const [name, address] of Object.entries({ ...pages, off: offPage })) {
        await page.goto(address);
        await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      }
      const isOnTime = () => page.evaluate('document.activeElement?.getAttribute("name") === "start"');
      for (let presses = 0; presses < 30 && !(await isOnTime()); presses += 1) await page.keyboard.press('Tab');
      const chosen = await page.evaluate('document.activeElement?.value');
      await page.keyboard.press('Enter');
      await page.getByText('Your new visit is booked').waitFor();
      await page.screenshot({ path: join(shots, `rebooked-${width}.png`), fullPage: true });
      expect(await page.title()).toContain('New visit');
      const stand = await get((await get(off.id)).rebookedAs ?? '');
      expect(stand.start).toBe(chosen);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      // PLUMBLINE_SHOTS=1 keeps the pictures, for whoever wants to look at them.
      if (process.env.PLUMBLINE_SHOTS === undefined) await rm(shots, { recursive: true, force: true });
      else console.log(`The pictures are in ${shots}`);
    }
  });
});

it('no text went out twice', async () => {
  expect(doubled(await clinic.carrier.sends(clinic.clinicId))).toEqual([]);
});
