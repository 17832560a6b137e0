import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../functions/messaging/core/settings.ts';
import { loadSettings } from '../../../functions/messaging/settings.ts';
import { askAsStaff } from '../../helpers/clinic.ts';
import { messaging } from '../../helpers/messaging.ts';
import { newWorld } from './world.ts';

const get = 'GET /v1/messaging/settings';
const put = 'PUT /v1/messaging/settings';

it('settings: the defaults until something is set; what is left out goes back; a stale ETag, and others, are refused', async () => {
  const { clinic } = await newWorld();
  const other = await newWorld();
  const ask = (key: string, options = {}) => askAsStaff(messaging, clinic.clinicId, key, options);
  expect(await ask(get)).toMatchObject({
    status: 200,
    body: { ...DEFAULT_SETTINGS, rev: 0 },
    headers: { etag: '"0"' },
  });
  const changed = await ask(put, { body: { revocation: 'category', caps: { perDay: 2, perWeek: 4 } } });
  expect(changed).toMatchObject({ status: 200, body: { revocation: 'category', language: 'en', rev: 1 } });
  expect(await loadSettings(clinic.clinicId)).toMatchObject({
    revocation: 'category',
    caps: { perDay: 2, perWeek: 4 },
  });
  expect(await ask(put, { body: {}, headers: { 'if-match': '"0"' } })).toMatchObject({ status: 412 });
  expect(await ask(put, { body: {}, headers: { 'if-match': '"1"' } })).toMatchObject({
    body: { ...DEFAULT_SETTINGS, rev: 2 },
  });
  expect(await loadSettings(other.clinic.clinicId)).toEqual(DEFAULT_SETTINGS);
  expect(await ask(put, { body: {}, groups: ['frontdesk'] })).toMatchObject({ status: 403 });
});

it('settings: marketing that was stopped goes on only for who has read that it was', async () => {
  const { clinic } = await newWorld();
  const ask = (key: string, options = {}) => askAsStaff(messaging, clinic.clinicId, key, options);
  const [first, second] = ['2026-11-24T17:00:00Z', '2026-11-25T17:00:00Z'];
  await ask(put, { body: { marketingPausedSince: second } });
  for (const body of [{}, { marketingPausedSince: first }]) {
    expect(await ask(put, { body })).toMatchObject({ status: 412, body: { code: 'stale' } });
  }
  const kept = await ask(put, { body: { marketingPausedSince: second, language: 'es' } });
  expect(kept).toMatchObject({ status: 200, body: { marketingPausedSince: second, language: 'es', rev: 2 } });
  expect(await ask(put, { body: {}, headers: { 'if-match': '"1"' } })).toMatchObject({ status: 412 });
  const resumed = await ask(put, { body: {}, headers: { 'if-match': '"2"' } });
  expect(resumed).toMatchObject({ status: 200, body: { rev: 3 } });
  expect(resumed.body.marketingPausedSince).toBeUndefined();
});

it.each([
  [{ textingHours: { from: 20, until: 8 } }, 'body.textingHours.until'],
  [{ textingHours: { from: 5, until: 20 } }, 'body.textingHours.from'],
  [{ caps: { perDay: 0, perWeek: 3 } }, 'body.caps.perDay'],
  [{ businessHours: [{ weekday: 1, from: '17:00', to: '08:00' }] }, 'body.businessHours.0.to'],
  [{ thresholds: { ...DEFAULT_SETTINGS.thresholds, deliveryRateMin: 95 } }, 'body.thresholds.deliveryRateMin'],
  [{ pricePerPartMicros: [] }, 'body.pricePerPartMicros'],
  [{ revocaton: 'all' }, 'body.revocaton'],
])('settings that cannot be: the field is named: %o', async (body, field) => {
  const answer = await askAsStaff(messaging, (await newWorld()).clinic.clinicId, put, { body });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
});
