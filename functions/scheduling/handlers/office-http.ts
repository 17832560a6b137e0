import { httpHandler } from '../../platform/http/api.ts';
import { found } from '../../platform/problem.ts';
import { calendarImplementations } from '../calendar/staff.ts';
import {
  createAppointmentType,
  createProvider,
  createRoom,
  updateAppointmentType,
  updateProvider,
  updateRoom,
  withoutClinic,
} from '../catalog.ts';
import { getProvider, listAppointmentTypes, listProviders, listRooms } from '../catalog-store.ts';
import { officeRoutes } from '../contract/office-routes.ts';
import {
  createClosure,
  createException,
  listClinicClosures,
  listProviderExceptions,
  removeClosure,
  removeException,
} from '../hours.ts';
import { joinWaitingList, leaveWaitingList, listWaitingList, readWaitingEntry } from '../waiting-list.ts';

export const handler = httpHandler(officeRoutes, {
  ...calendarImplementations,
  createProvider: async ({ caller, body, commit }) => ({ body: await createProvider(caller, body, commit) }),
  listProviders: async ({ caller }) => ({
    body: { items: (await listProviders(caller.clinicId)).map(withoutClinic) },
  }),
  getProvider: async ({ caller, params }) => ({
    body: withoutClinic(found(await getProvider(caller.clinicId, params.providerId), 'provider')),
  }),
  updateProvider: async ({ caller, params, body, ifMatch, commit }) => ({
    body: await updateProvider(caller, { id: params.providerId, ifMatch, input: body }, commit),
  }),
  createAvailabilityException: async ({ caller, params, body, commit }) => ({
    body: await createException(caller, params.providerId, body, commit),
  }),
  listAvailabilityExceptions: async ({ caller, params, query }) => ({
    body: { items: await listProviderExceptions(caller, params.providerId, query.from) },
  }),
  removeAvailabilityException: async ({ caller, params, commit }) => {
    await removeException(caller, params.providerId, params.exceptionId, commit);
    return {};
  },
  createClosure: async ({ caller, body, commit }) => ({ body: await createClosure(caller, body, commit) }),
  listClosures: async ({ caller, query }) => ({ body: { items: await listClinicClosures(caller, query.from) } }),
  removeClosure: async ({ caller, params, commit }) => {
    await removeClosure(caller, params.closureId, commit);
    return {};
  },
  createRoom: async ({ caller, body, commit }) => ({ body: await createRoom(caller, body, commit) }),
  listRooms: async ({ caller }) => ({ body: { items: (await listRooms(caller.clinicId)).map(withoutClinic) } }),
  updateRoom: async ({ caller, params, body, ifMatch, commit }) => ({
    body: await updateRoom(caller, { id: params.roomId, ifMatch, input: body }, commit),
  }),
  createAppointmentType: async ({ caller, body, commit }) => ({
    body: await createAppointmentType(caller, body, commit),
  }),
  updateAppointmentType: async ({ caller, params, body, ifMatch, commit }) => ({
    body: await updateAppointmentType(caller, { id: params.typeId, ifMatch, input: body }, commit),
  }),
  listAppointmentTypes: async ({ caller }) => ({
    body: { items: (await listAppointmentTypes(caller.clinicId)).map(withoutClinic) },
  }),
  joinWaitingList: async ({ caller, body, commit }) => ({ body: await joinWaitingList(caller, body, commit) }),
  listWaitingList: async ({ caller, query: { typeId, ...page } }) => ({
    body: await listWaitingList(caller, typeId, page),
  }),
  getWaitingEntry: async ({ caller, params }) => ({ body: await readWaitingEntry(caller, params.entryId) }),
  leaveWaitingList: async ({ caller, params, body, ifMatch, commit }) => ({
    body: await leaveWaitingList(caller, { id: params.entryId, ifMatch, reason: body.reason }, commit),
  }),
});
