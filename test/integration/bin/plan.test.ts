import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { openPractice } from '../../helpers/practice.ts';

vi.setConfig({ testTimeout: 60_000 });

const plumbline = fileURLToPath(new URL('../../../bin/plumbline.ts', import.meta.url));
const run = (...words: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) =>
    execFile(process.execPath, [plumbline, ...words], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    ),
  );

it('plumbline plan: shows the plan that holds, and what it comes to for a real visit', async () => {
  const practice = await openPractice();
  const visit = await practice.book(await practice.addPatient({ language: 'es' }), 2, '10:00');
  const target = [
    '--records-table',
    'records',
    '--clinic',
    practice.clinic.clinicId,
    '--public-url',
    'https://v.example',
  ];
  const [shown, previewed] = await Promise.all([
    run('plan', 'show', ...target.slice(0, 4)),
    run('plan', 'preview', visit.id, ...target),
  ]);
  expect(shown.out).toMatch(/^Plan of the clinic: the default one.*\(version 0\)\n/);
  expect(shown.out).toMatch(/\n {2}reminder-24h +1 d before the start +reminder-24h\n/);
  expect(shown.out).toMatch(/\n {2}video-link +1 h before the start +video-link +video only\n/);

  expect(previewed.out).toContain(
    'in es; times in America/Denver.\nNOTHING would go to this number at present: no-consent.',
  );
  expect(previewed.out).toMatch(
    /\nvideo-link: \d{4}-\d\d-\d\d 09:00, 1 part, USD 0\.0103\n {2}Test Clinic: su cita por video/,
  );
  expect(previewed.out).toMatch(/https:\/\/v\.example\/v\/x{22}/);
  expect(previewed.out).toMatch(/\nNot sent:\n {2}reminder-72h {2}time-passed\n {2}recall {8}step-disabled\n$/);
});

it('plumbline sms lint: says what keeps words out, and what they cost', async () => {
  const words = '{clinicName}: {patientName}, see you {time}. Reply C.';
  const refused = await run('sms', 'lint', 'reminder-24h', words);
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('error phi-token: {patientName} is about a patient');
  expect(refused.out).toContain('GSM-7, 1 part at most, USD 0.0103 a text');
});
