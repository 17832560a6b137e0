import type { Implementations } from '../platform/http/api.ts';
import { cancelDay } from './cancel-day.ts';
import type { dayRoutes } from './contract/days.ts';
import type { seriesRoutes } from './contract/series.ts';
import { listProviderAppointments } from './provider-days.ts';
import { bookSeries, cancelSeries, showSeries } from './series.ts';

/** What a front desk does with several visits at once: the part of `scheduling-http` about series and whole days. */
export const frontDeskImplementations: Implementations<readonly [...typeof seriesRoutes, ...typeof dayRoutes]> = {
  bookSeries: async ({ caller, body, commit }) => ({ body: await bookSeries(caller, body, commit) }),
  getSeries: async ({ caller, params }) => ({ body: await showSeries(caller, params.seriesId) }),
  cancelSeries: async ({ caller, params, body, commit }) => ({
    body: await cancelSeries(caller, params.seriesId, body.reason, commit),
  }),
  listProviderAppointments: async ({ caller, params, query }) => ({
    body: await listProviderAppointments(caller, params.providerId, query),
  }),
  cancelProviderDay: async ({ caller, params, body, commit }) => ({
    body: await cancelDay(caller, { ...params, ...body }, commit),
  }),
};
