import { httpHandler } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { loadAppointment } from '../../scheduling/visits.ts';
import { routes } from '../contract.ts';
import { listCharges, listChargesOfDate, viewOf } from '../store.ts';

export const handler = httpHandler(routes, {
  listAppointmentCharges: async ({ caller, params }) => {
    found(await loadAppointment(caller.clinicId, params.appointmentId), 'appointment');
    return { body: { items: (await listCharges(caller.clinicId, params.appointmentId)).map(viewOf) } };
  },
  listCharges: async ({ caller, query: { date, ...page } }) => {
    const { items, cursor } = await listChargesOfDate(caller.clinicId, date, page);
    return { body: { items: items.map(viewOf), cursor } };
  },
});
