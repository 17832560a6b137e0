import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fieldsOfAnswers } from '../../functions/intake/core/answers.ts';
import type { Answer } from '../../local/api.ts';
import { formsOf } from '../../local/tour/page.ts';
import { healthyAnswers } from '../helpers/form.ts';
import { outcomeOf, tally } from './support/api.ts';
import { browserPath, launchBrowser } from './support/browser.ts';
import { isCodeText, localTime, openClinic, proveByCode, type TestClinic, untilText } from './support/clinic.ts';
import { until } from './support/until.ts';

let clinic: TestClinic;

beforeAll(async () => {
  clinic = await openClinic('booking-page');
});

const needs = 'needs Chromium (set CHROMIUM_PATH)';

const codeOn = (phone: string): Promise<string> =>
  until(`a code is on ${phone}`, async () => {
    const texts = (await clinic.carrier.received(phone)).filter(isCodeText);
    return /\b\d{6}\b/.exec(texts.at(-1)?.body ?? '')?.[0];
  });

const visitsOf = async (phone: string) => {
  const { items } = await clinic.admin.ok('findPatients', { body: { who: phone } });
  const lists = await Promise.all(
    items.map(({ id }) => clinic.admin.ok('listPatientAppointments', { params: { patientId: id } })),
  );
  return lists.flatMap((list) => list.items);
};

/** Answers every question of the form on the page with no red flag. */
const answerForm = async (page: Page): Promise<void> => {
  for (const [question, value] of Object.entries(fieldsOfAnswers(healthyAnswers))) {
    await page.locator(`input[name="${question}"][value="${value}"]`).check();
  }
};

const fits = async (page: Page, width: number): Promise<void> =>
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);

/** Each control has a name that a screen reader says. */
const unnamedControls = (page: Page): Promise<unknown> =>
  page.evaluate(
    `[...document.querySelectorAll('input:not([type=hidden]),select,textarea,button')]
      .filter((control) => !(control.labels?.length > 0) && control.textContent.trim() === '')
      .map((control) => control.outerHTML)`,
  );

describe.each([
  ['by video, from a phone', { width: 360, height: 760 }],
  ['by video, from a desk', { width: 1200, height: 900 }],
])('a stranger books %s', (_, viewport) => {
  it(`from the clinic's address to the confirmation${browserPath === undefined ? `: skipped: ${needs}` : ''}`, async ({
    skip,
  }) => {
    skip(browserPath === undefined, needs);
    const phone = clinic.newPhone();
    const browser = await launchBrowser();
    const shots = await mkdtemp(join(tmpdir(), `plumbline-booking-${viewport.width}-`));
    try {
      const context = await browser.newContext({ viewport });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      let shot = 0;
      const look = async (name: string) => {
        shot += 1;
        await page.screenshot({ path: join(shots, `${shot}-${name}.png`), fullPage: true });
        await fits(page, viewport.width);
        expect(await unnamedControls(page)).toEqual([]);
      };

      // The clinic has one type of visit: the address leads to the choice of the provider.
      await page.goto(`${clinic.info.apiUrl}/book/${clinic.slug}`);
      await look('provider');
      await page.getByRole('link', { name: 'Anyone' }).click();
      await page.getByLabel('By video').check();
      await page.getByLabel('Which state').selectOption('CO');
      await page.getByLabel('Your time zone').selectOption('America/New_York');
      await page.getByRole('button', { name: 'Show times' }).click();
      await page.getByText('In Eastern Time').waitFor();
      await look('times');
      await page.locator('details').nth(1).locator('summary').click();
      await page.locator('details').nth(1).getByRole('button').first().click();

      await page.getByRole('heading', { name: 'Your details' }).waitFor();
      await look('details');
      await page.getByRole('button', { name: 'Text me a code' }).click();
      await page.getByRole('alert').waitFor();
      await look('faults');
      await page.getByLabel('First name').fill('Ottoline');
      await page.getByLabel('Last name').fill('Quillfeather');
      await page.getByLabel('Month', { exact: true }).selectOption('March');
      await page.getByLabel('Day', { exact: true }).fill('9');
      await page.getByLabel('Year', { exact: true }).fill('1975');
      await page.getByLabel('Mobile phone').fill(phone.slice(2));
      await answerForm(page);
      await page.getByRole('checkbox', { name: /about my visits/ }).check();
      // The Enter key goes on, as the first button does.
      await page.getByLabel('Mobile phone').press('Enter');

      await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
      const code = await codeOn(phone);
      await page.getByLabel('Code from our text').fill(String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
      await page.getByLabel('Code from our text').press('Enter');
      await page.getByText('That code did not work').waitFor();
      await look('wrong-code');
      await page.getByLabel('Code from our text').fill(code);
      await page.getByRole('button', { name: 'Book this visit' }).click();
      await page.getByRole('heading', { name: 'You are booked' }).waitFor();
      await look('booked');

      expect(new URL(page.url()).pathname).toBe(`/book/${clinic.slug}`);
      expect(page.url()).not.toContain('Quillfeather');
      expect(errors).toEqual([]);
      const [visit, ...others] = await visitsOf(phone);
      expect(others).toEqual([]);
      expect(visit).toMatchObject({ status: 'booked', modality: 'video', patientState: 'CO' });
      await untilText(clinic, visit?.id ?? '', 'confirmation#0', 'delivered');
    } finally {
      await browser.close();
      // PLUMBLINE_SHOTS=1 keeps the pictures, for whoever wants to look at them.
      if (process.env.PLUMBLINE_SHOTS === undefined) await rm(shots, { recursive: true, force: true });
      else console.log(`The pictures are in ${shots}`);
    }
  });
});

it('the pages are one request each, without script, and kept by nobody', async () => {
  const answer = await fetch(`${clinic.info.apiUrl}/book/${clinic.slug}?type=${clinic.typeId}&provider=any`);
  const html = await answer.text();
  expect(answer.status).toBe(200);
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-security-policy')).toContain("form-action 'self'");
  expect(formsOf(html)).toHaveLength(1);
});

describe('a stranger who guesses', () => {
  it('gets nowhere with twenty wrong codes, and the right one is void by then', async () => {
    const phone = clinic.newPhone();
    const code = await proveByCode(clinic, phone);
    const book = (phoneCode: string) =>
      clinic.anyone.ask('selfBook', {
        params: { slug: clinic.slug },
        body: {
          typeId: clinic.typeId,
          providerId: clinic.providerIds[2],
          start: localTime(clinic, 9, '11:00'),
          patient: { givenName: 'Ottoline', familyName: 'Quillfeather', birthDate: '1975-03-09', phone, state: 'CO' },
          phoneCode,
          intake: healthyAnswers,
          consentToText: { granted: false, wording: 'None', wordingVersion: '1' },
        },
      });
    const guesses = Array.from({ length: 20 }, (_, index) => String((Number(code) + 1 + index) % 1_000_000));
    const answers: Answer[] = [];
    for (let first = 0; first < guesses.length; first += 4) {
      const some = guesses.slice(first, first + 4);
      answers.push(...(await Promise.all(some.map((guess) => book(guess.padStart(6, '0'))))));
    }
    expect(tally(answers.map(outcomeOf))).toEqual({ '422 phone-code-wrong': 20 });
    expect(outcomeOf(await book(code))).toBe('422 phone-code-wrong');
    expect(await visitsOf(phone)).toEqual([]);
  });
});

it('somebody who has asked for a code three times has to wait', async () => {
  const phone = clinic.newPhone();
  const ask = () => clinic.anyone.ask('requestPhoneCode', { params: { slug: clinic.slug }, body: { phone } });
  const answers = [await ask(), await ask(), await ask(), await ask()];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 429]);
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
});
