import { loadPatient } from '../../intake/patients.ts';
import { httpHandler, type Request } from '../../platform/http/api.ts';
import type { Route } from '../../platform/http/contract.ts';
import { found } from '../../platform/problem.ts';
import { book } from '../book.ts';
import { getProvider } from '../catalog-store.ts';
import { type ChangeCommand, change } from '../change.ts';
import { deskRoutes } from '../contract/desk-routes.ts';
import { frontDeskImplementations } from '../front-desk.ts';
import { holdTime, releaseHold } from '../hold.ts';
import { reschedule } from '../reschedule.ts';
import { findSlots } from '../search.ts';
import { getAppointment, getSheet, listPatientAppointments } from '../store.ts';
import { dayViewOf, viewOf } from '../view.ts';

type StaffChange = Request<Route> & { readonly params: { readonly appointmentId: `apt_${string}` } };

/** A change asked for by staff: the command, and the appointment it left as the answer. */
const staffChange = async (
  { caller, params, ifMatch, commit }: Pick<StaffChange, 'caller' | 'params' | 'ifMatch' | 'commit'>,
  command: Parameters<typeof change>[2],
) => ({
  body: await change(caller, { appointmentId: params.appointmentId, ifMatch }, command, async (appointment, items) => {
    const view = viewOf(appointment);
    await commit(items, view);
    return view;
  }),
});

const just =
  <C extends ChangeCommand>(command: C) =>
  (): C =>
    command;

export const handler = httpHandler(deskRoutes, {
  ...frontDeskImplementations,
  getProviderDay: async ({ caller, params, query }) => {
    const provider = found(await getProvider(caller.clinicId, params.providerId), 'provider');
    const sheet = await getSheet(caller.clinicId, provider.id, query.date, provider.zone, caller.now);
    return { body: dayViewOf(provider.id, sheet) };
  },
  findSlots: async ({ caller, query }) => ({ body: await findSlots(caller, query) }),
  bookAppointment: async ({ caller, body, commit }) => ({ body: await book(caller, body, commit) }),
  holdSlot: async ({ caller, body, commit }) => ({ body: await holdTime(caller, 'staff', body, commit) }),
  releaseHold: async ({ caller, params, commit }) => {
    await releaseHold(caller, 'staff', params.holdId, commit);
    return {};
  },
  getAppointment: async ({ caller, params }) => ({
    body: viewOf(found(await getAppointment(caller.clinicId, params.appointmentId), 'appointment')),
  }),
  listPatientAppointments: async ({ caller, params, query }) => {
    found(await loadPatient(caller.clinicId, params.patientId), 'patient');
    const { items, cursor } = await listPatientAppointments(caller.clinicId, params.patientId, query);
    return { body: { items: items.map(viewOf), cursor } };
  },
  rescheduleAppointment: async ({ caller, params, body, ifMatch, commit }) => ({
    body: await reschedule(
      caller,
      { appointmentId: params.appointmentId, ifMatch, by: 'clinic', ...body },
      async (appointment, items) => {
        const view = viewOf(appointment);
        await commit(items, view);
        return view;
      },
    ),
  }),
  requestReschedule: (request) =>
    staffChange(request, just({ kind: 'request-reschedule', reason: request.body.reason })),
  cancelAppointment: (request) =>
    staffChange(request, just({ kind: 'cancel', by: 'clinic', reason: request.body.reason })),
  confirmAppointment: (request) => staffChange(request, ({ sequence }) => ({ kind: 'confirm', sequence })),
  markArrived: (request) => staffChange(request, just({ kind: 'arrive' })),
  fulfilAppointment: (request) => staffChange(request, just({ kind: 'fulfil', fulfilment: request.body })),
  markNoShow: (request) => staffChange(request, just({ kind: 'mark-noshow', reason: request.body.reason })),
});
