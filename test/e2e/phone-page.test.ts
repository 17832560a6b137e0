import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type RunningCarrier, startCarrier } from '../../local/carrier/server.ts';

const browserPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
].find((path) => path !== undefined && path !== '' && existsSync(path));
const switches = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

const ana = '+12065550142';
let carrier: RunningCarrier | undefined;
let browser: Browser | undefined;

beforeAll(async () => {
  if (browserPath === undefined) return;
  carrier = await startCarrier({ port: 0, endpoint: 'http://127.0.0.1:9' });
  browser = await chromium.launch({ executablePath: browserPath, args: switches });
});

afterAll(async () => {
  await browser?.close();
  await carrier?.close();
});

const url = () => carrier?.url ?? '';
const thread = z.object({ messages: z.array(z.object({ from: z.string(), body: z.string() })) });

async function textsOf(phone: string): Promise<string[]> {
  const { messages } = thread.parse(await (await fetch(`${url()}/phones/${phone}/messages`)).json());
  return messages.map((each) => `${each.from}: ${each.body}`);
}

async function text(body: string): Promise<void> {
  const answer = await fetch(url(), {
    method: 'POST',
    headers: { 'x-amz-target': 'PinpointSMSVoiceV2.SendTextMessage' },
    body: JSON.stringify({ DestinationPhoneNumber: ana, MessageBody: body }),
  });
  expect(answer.status).toBe(200);
}

async function openPage(width: number): Promise<{ page: Page; errors: string[] }> {
  if (browser === undefined) throw new Error('The browser is not there.');
  const page = await browser.newPage({ viewport: { width, height: 760 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (line) => line.type() === 'error' && errors.push(line.text()));
  await page.goto(url());
  return { page, errors };
}

const reason = 'needs Chromium (set CHROMIUM_PATH)';

it(`shows a text as it arrives and sends the patient's answer, by keyboard, at 360 px${browserPath === undefined ? `: skipped: ${reason}` : ''}`, async ({
  skip,
}) => {
  skip(browserPath === undefined, reason);
  const { page, errors } = await openPage(360);
  await page.getByRole('status').getByText('Live').waitFor();

  await text('Please confirm: http://127.0.0.1:8700/v/q1w2e3. <b>Reply C</b>');
  const phone = page.getByRole('navigation', { name: 'Phones' }).getByRole('link', { name: '(206) 555-0142' });
  await phone.focus();
  await page.keyboard.press('Enter');
  const log = page.getByRole('log');
  await log.getByText('<b>Reply C</b>').waitFor();
  const link = log.getByRole('link', { name: 'http://127.0.0.1:8700/v/q1w2e3' });
  expect(await link.getAttribute('href')).toBe('http://127.0.0.1:8700/v/q1w2e3');

  await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('body');
  await page.keyboard.type('C');
  await page.keyboard.press('Enter');
  await log.locator('.patient').getByText('C', { exact: true }).waitFor();
  await text('Thank you, see you then.');
  await log.getByText('Thank you, see you then.').waitFor();

  expect(await textsOf(ana)).toEqual([
    'clinic: Please confirm: http://127.0.0.1:8700/v/q1w2e3. <b>Reply C</b>',
    'patient: C',
    'clinic: Thank you, see you then.',
  ]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(errors).toEqual([]);
  await page.close();
});

it(`opens a thread for a phone that was never texted, on a wide screen${browserPath === undefined ? `: skipped: ${reason}` : ''}`, async ({
  skip,
}) => {
  skip(browserPath === undefined, reason);
  const { page, errors } = await openPage(1200);
  const field = page.getByLabel('Text the clinic from another phone');
  await field.fill('555');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('alert').getByText('Type a whole number').waitFor();
  await field.fill('(303) 555-0117');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('button', { name: 'STOP' }).click();
  await page.getByRole('log').getByText('STOP').waitFor();

  expect(await textsOf('+13035550117')).toEqual(['patient: STOP']);
  expect(errors).toEqual([]);
  await page.close();
});
