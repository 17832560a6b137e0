import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { formQuestions, type Question } from '../../functions/intake/core/form.ts';
import { formsOf, type PageForm } from '../../local/tour/page.ts';
import { browserPath, launchBrowser } from './support/browser.ts';
import { tokenIn } from './support/carrier.ts';
import {
  advanceTo,
  localTime,
  openClinic,
  type Patient,
  type TestClinic,
  textsOf,
  untilText,
} from './support/clinic.ts';
import { until, untilStill } from './support/until.ts';

/** What a patient does with the link in a text, without script: pages and forms as a browser would send them. */

let clinic: TestClinic;

beforeAll(async () => {
  clinic = await openClinic('visit-page');
});

interface Linked {
  readonly patient: Patient;
  readonly id: string;
  readonly start: string;
  readonly providerId: string;
  readonly token: string;
}

let days = 2;
const bookWithLink = async (): Promise<Linked> => {
  const patient = await clinic.addPatient();
  days += 1;
  const body = {
    patientId: patient.id,
    providerId: clinic.providerIds[0],
    typeId: clinic.typeId,
    start: localTime(clinic, days, '10:00'),
  };
  const { id, start, providerId } = await clinic.admin.ok('bookAppointment', { body });
  const text = await until('the confirmation', async () => (await clinic.carrier.received(patient.phone))[0]);
  return { patient, id, start, providerId, token: tokenIn(text.body) };
};

const open = async (path: string) => {
  const answer = await fetch(`${clinic.info.apiUrl}${path}`, { redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
};

const visitPage = ({ token }: Pick<Linked, 'token'>, query = '') => open(`/v/${token}${query}`);

const formFor = (html: string, action: string): PageForm => {
  const form = formsOf(html).find(({ fields }) => fields.action === action);
  if (form === undefined) throw new Error(`The page has no form to ${action}`);
  return form;
};

/** Sends a form as its button would, and opens the page the answer leads to. */
const submit = async (form: PageForm, button?: PageForm['buttons'][number]) => {
  const fields = new URLSearchParams({ ...form.fields, ...(button && { [button.name]: button.value }) });
  const answer = await fetch(`${clinic.info.apiUrl}${form.action}`, {
    method: form.method,
    body: fields,
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  const location = new URL(answer.headers.get('location') ?? '', clinic.info.apiUrl);
  expect(location.origin).toBe(new URL(clinic.info.apiUrl).origin);
  return { outcome: location.search, ...(await open(`${location.pathname}${location.search}`)) };
};

const now = ({ id }: Linked) => clinic.admin.ok('getAppointment', { params: { appointmentId: id } });

describe('the page of a visit', () => {
  it('shows the visit, needs no script, and is kept by nobody', async () => {
    const visit = await bookWithLink();
    const { status, headers, html } = await visitPage(visit);
    expect(status).toBe(200);
    expect(html).toContain('Dr. Ada One');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('Quillfeather');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('confirms; a second tap says so again and changes nothing', async () => {
    const visit = await bookWithLink();
    const form = formFor((await visitPage(visit)).html, 'confirm');
    const first = await submit(form);
    const second = await submit(form);

    expect([first.outcome, second.outcome]).toEqual(['?done=confirmed', '?done=confirmed']);
    expect(second.html).toContain('Thank you, you are confirmed');
    expect(await now(visit)).toMatchObject({ confirmed: true, rev: 2, sequence: 0 });
  });

  it('moves the visit to an offered time with one tap; the patient is texted the new time once', async () => {
    const visit = await bookWithLink();
    const form = formFor((await visitPage(visit)).html, 'reschedule');
    const [button] = form.buttons;
    expect(form.buttons.length).toBeGreaterThan(2);
    const moved = await submit(form, button);
    const again = await submit(form, button);

    expect([moved.outcome, again.outcome]).toEqual(['?done=moved', '?done=moved']);
    expect(moved.html).toContain('Your visit has a new time');
    expect(await now(visit)).toMatchObject({ start: button?.value, status: 'booked', sequence: 1, rev: 2 });
    await untilText(clinic, visit.id, 'moved#1', 'delivered');
    await untilStill(() => clinic.carrier.received(visit.patient.phone));
    expect(await clinic.carrier.received(visit.patient.phone)).toHaveLength(2);
    expect((await textsOf(clinic, visit.id)).get('reminder-24h#0')?.status).toBe('suppressed');
  });

  it('a time taken in the meantime is said to be, and nothing changes', async () => {
    const visit = await bookWithLink();
    const form = formFor((await visitPage(visit)).html, 'reschedule');
    const [button] = form.buttons;
    const { id: patientId } = await clinic.addPatient({ texts: false });
    const body = { patientId, providerId: visit.providerId, typeId: clinic.typeId, start: button?.value };
    await clinic.admin.ok('bookAppointment', { body });
    const { outcome, html } = await submit(form, button);

    expect(outcome).toBe('?done=taken');
    expect(html).toContain('That time is no longer free');
    expect(await now(visit)).toMatchObject({ start: visit.start, rev: 1 });
  });

  it('a page left open while the clinic moved the visit: told, not done', async () => {
    const visit = await bookWithLink();
    const { html: old } = await visitPage(visit);
    await clinic.admin.ok('rescheduleAppointment', {
      params: { appointmentId: visit.id },
      body: { start: Temporal.Instant.from(visit.start).add({ hours: 3 }).toString() },
    });
    const outcomes = [await submit(formFor(old, 'confirm')), await submit(formFor(old, 'cancel'))];

    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['?done=changed', '?done=changed']);
    expect(outcomes[1]?.html).toContain('Your visit has changed since you opened the page');
    expect(await now(visit)).toMatchObject({ status: 'booked', confirmed: false, rev: 2 });
  });

  it('stops the texts to the number, and brings them back from the link that was texted to it', async () => {
    const visit = await bookWithLink();
    const page = await visitPage(visit);
    const stopped = await submit(formFor(page.html, 'stop-texts'));
    expect(stopped.outcome).toBe('?done=stopped');
    expect(stopped.html).toContain('Texts are stopped');
    expect((await submit(formFor(page.html, 'stop-texts'))).outcome).toBe('?done=same');
    await clinic.admin.ok('rescheduleAppointment', {
      params: { appointmentId: visit.id },
      body: { start: Temporal.Instant.from(visit.start).add({ hours: 4 }).toString() },
    });
    expect(await untilText(clinic, visit.id, 'moved#1', 'suppressed')).toMatchObject({ reason: 'opted-out' });

    const back = await submit(formFor(stopped.html, 'get-texts'));
    expect(back.outcome).toBe('?done=agreed');
    await clinic.admin.ok('rescheduleAppointment', {
      params: { appointmentId: visit.id },
      body: { start: Temporal.Instant.from(visit.start).add({ hours: 5 }).toString() },
    });
    await untilText(clinic, visit.id, 'moved#2', 'delivered');
    const consent = await clinic.admin.ok('getConsentOfNumber', { body: { phone: visit.patient.phone } });
    expect(consent.entries.slice(0, 3).map(({ category, how, granted }) => [category, how, granted])).toEqual([
      ['unencrypted-texts', 'web-form', true],
      ['treatment', 'web-form', true],
      ['all', 'web-form', false],
    ]);
  });

  it('cancels; the page then offers a telephone and nothing to change', async () => {
    const visit = await bookWithLink();
    const { outcome, html } = await submit(formFor((await visitPage(visit)).html, 'cancel'));

    expect(outcome).toBe('?done=cancelled');
    expect(html).toContain('Your visit is cancelled');
    expect(formsOf(html).map(({ fields }) => fields.action)).toEqual(['stop-texts']);
    expect(html).toContain(`tel:${clinic.file.clinic.phone}`);
    expect(await now(visit)).toMatchObject({ status: 'cancelled', sequence: 1 });
    await untilText(clinic, visit.id, 'cancelled#1', 'delivered');
  });

  it.each(['A'.repeat(22), 'x', `${'A'.repeat(21)}!`, '%00'])(
    'a link nobody gave (%s) is a page that says so',
    async (token) => {
      const { status, headers, html } = await visitPage({ token });
      expect(status).toBe(404);
      expect(headers.get('content-type')).toContain('text/html');
      expect(html).toContain('We do not know this link');
    },
  );
});

describe('the pre-visit form', () => {
  const harmless: Readonly<Record<Question['kind'], string>> = { 'yes-no': 'no', choice: '', scale: '3', text: '' };
  const answersWith = (changed: Readonly<Record<string, string>>): Record<string, string> => ({
    ...Object.fromEntries(
      formQuestions.map((question) => [
        question.id,
        question.kind === 'choice' ? (question.options[0]?.id ?? '') : harmless[question.kind],
      ]),
    ),
    ...changed,
  });
  const send = (token: string, fields: Record<string, string>) =>
    fetch(`${clinic.info.apiUrl}/v/${token}/form`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });

  it('is answered once and can be changed; what is missing stands on the page', async () => {
    const { token } = await bookWithLink();
    const { status, html } = await open(`/v/${token}/form`);
    expect(status).toBe(200);
    const incomplete = await send(token, { rev: '0', 'pain-now': '3' });
    expect(incomplete.status).toBe(400);
    expect(await incomplete.text()).toContain('answers are missing');
    const saved = await send(token, { ...answersWith({}), rev: '0' });
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `/v/${token}/form?done=saved`]);
    expect(html).not.toContain('<script');
    const stored = await clinic.anyone.ok('getFormByLink', { params: { token } });
    expect(stored).toMatchObject({ rev: 1, answers: { 'pain-now': 3, cancer: false } });
    expect((await visitPage({ token })).html).toContain('Your answers are saved');
  });

  it('an emergency among the answers alerts the on-call number and says what to do now', async () => {
    const { token, patient } = await bookWithLink();
    const saved = await send(token, { ...answersWith({ 'bladder-bowel': 'yes', 'saddle-numbness': 'yes' }), rev: '0' });
    expect(saved.status).toBe(303);
    const { html } = await open(saved.headers.get('location') ?? '');
    expect(html).toContain('Call 911');
    const { items } = await clinic.admin.ok('listTriageCases');
    const opened = items.find(({ patientId }) => patientId === patient.id);
    expect(opened).toMatchObject({ source: 'intake', disposition: 'EMERGENCY' });
    await until('the on-call number is texted', async () => {
      const alerts = await clinic.carrier.received(clinic.onCallNumber);
      return alerts.some(({ body }) => body.includes(opened?.id ?? 'no case'));
    });
  });
});

const needs = 'needs Chromium (set CHROMIUM_PATH)';

describe('from the phone to the page, by keyboard, at 360 px', () => {
  it(`opens the link in the text and moves the visit${browserPath === undefined ? `: skipped: ${needs}` : ''}`, async ({
    skip,
  }) => {
    skip(browserPath === undefined, needs);
    const visit = await bookWithLink();
    const browser = await launchBrowser();
    const shots = await mkdtemp(join(tmpdir(), 'plumbline-shots-'));
    try {
      const page = await browser.newPage({ viewport: { width: 360, height: 760 } });
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
      await page.goto(`${clinic.info.phonePageUrl}/#${visit.patient.phone}`);
      const link = page.getByRole('log').getByRole('link').last();
      await link.waitFor();
      await page.screenshot({ path: join(shots, 'phone.png') });
      await page.goto((await link.getAttribute('href')) ?? '');
      await page.screenshot({ path: join(shots, 'visit.png'), fullPage: true });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);

      // Tab, as somebody without a pointer would, to the first of the other times.
      const isOnTime = () => page.evaluate('document.activeElement?.getAttribute("name") === "start"');
      for (let presses = 0; presses < 30 && !(await isOnTime()); presses += 1) await page.keyboard.press('Tab');
      expect(await isOnTime()).toBe(true);
      const chosen = await page.evaluate('document.activeElement?.value');
      await page.screenshot({ path: join(shots, 'focus.png'), fullPage: true });
      await page.keyboard.press('Enter');
      await page.getByText('Your visit has a new time').waitFor();
      await page.screenshot({ path: join(shots, 'moved.png'), fullPage: true });

      expect(await page.title()).toContain('New time');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect((await now(visit)).start).toBe(chosen);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      // PLUMBLINE_SHOTS=1 keeps the pictures, for whoever wants to look at them.
      if (process.env.PLUMBLINE_SHOTS === undefined) await rm(shots, { recursive: true, force: true });
      else console.log(`The pictures are in ${shots}`);
    }
  });
});

it('a link of a visit long over says that it has expired, and whom to call', async () => {
  const visit = await bookWithLink();
  await advanceTo(clinic, Temporal.Instant.from(visit.start).add({ hours: 49 }));
  const { status, html } = await visitPage(visit);
  expect(status).toBe(410);
  expect(html).toContain('This link has expired');
  expect(html).toContain(`tel:${clinic.file.clinic.phone}`);
});
