import { routes as billing } from '../../billing/contract.ts';
import { routes as care } from '../../care/contract.ts';
import { routes as intake } from '../../intake/contract.ts';
import { routes as messaging } from '../../messaging/contract.ts';
import { routes as scheduling } from '../../scheduling/contract.ts';
import { systemClock, toStored } from '../clock.ts';
import { env } from '../config.ts';
import { routes } from '../contract.ts';
import { httpHandler } from '../http/api.ts';
import { openApi } from '../http/openapi.ts';
import { findClinicId } from '../store/directory.ts';

/** Made once per worker: the contracts do not change under it. */
const document = openApi({ scheduling, intake, messaging, care, billing, platform: routes }, env('PUBLIC_URL'));

export const handler = httpHandler(routes, {
  getHealth: async () => {
    await findClinicId('slug', 'health'); // one cheap read: an API that cannot read its table is not healthy
    return { body: { status: 'ok' as const, stage: env('PLUMBLINE_STAGE'), time: toStored(systemClock.now()) } };
  },
  getOpenApi: async () => ({ body: document }),
});
