import { Temporal } from 'temporal-polyfill';
import { beforeAll, describe, expect, it } from 'vitest';
import { routes as billingRoutes } from '../../functions/billing/contract.ts';
import { handler as billing } from '../../functions/billing/handlers/http.ts';
import { routes as careRoutes } from '../../functions/care/contract.ts';
import { handler as care } from '../../functions/care/handlers/http.ts';
import { openTriageCase } from '../../functions/care/triage.ts';
import { routes as intakeRoutes } from '../../functions/intake/contract.ts';
import { handler as intake } from '../../functions/intake/handlers/http.ts';
import { routes as messagingRoutes } from '../../functions/messaging/contract.ts';
import { DEFAULT_PLAN } from '../../functions/messaging/core/message-plan.ts';
import { createTaskItem } from '../../functions/messaging/inbox/task-store.ts';
import { receiveText } from '../../functions/messaging/replies/receive.ts';
import { type Route, routeKeyOf } from '../../functions/platform/http/contract.ts';
import { newId } from '../../functions/platform/ids.ts';
import { transact } from '../../functions/platform/store/records.ts';
import { staffRoutes as schedulingRoutes } from '../../functions/scheduling/contract.ts';
import { licensedInColorado } from '../helpers/catalog.ts';
import { askAsStaff, createTestClinic, type TestClinic } from '../helpers/clinic.ts';
import { messaging } from '../helpers/messaging.ts';
import { testPhone } from '../helpers/phones.ts';
import { scheduling } from '../helpers/scheduling.ts';
import { addStaff } from './platform/staff-pool.ts';

/** Every staff route of every area with the handler that answers it. A new area is one more line. */
const areas = [
  [schedulingRoutes, scheduling],
  [intakeRoutes, intake],
  [messagingRoutes, messaging],
  [careRoutes, care],
  [billingRoutes, billing],
] as const;

const now = Temporal.Now.instant();
const instantIn = (hours: number): string => now.add({ hours }).toString({ smallestUnit: 'second' });

let ours: TestClinic;
let theirs: TestClinic;
/** Ids of clinic B by the name of the parameter, query or body field that carries them. */
let theirIds: Record<string, string>;
let ourIds: Record<string, string>;

/** A provider, a type, a patient, a visit and a triage case of a clinic. */
const furnish = async (clinic: TestClinic): Promise<Record<string, string>> => {
  const post = async (handler: unknown, path: string, body: unknown): Promise<string> => {
    const answer = await askAsStaff(handler, clinic.clinicId, `POST ${path}`, { body });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body.id;
  };
  const providerId = await post(scheduling, '/v1/providers', {
    name: 'Dr. B',
    role: 'physician',
    zone: 'America/Denver',
    availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '18:00' })),
    licences: licensedInColorado,
  });
  const typeId = await post(scheduling, '/v1/appointment-types', {
    name: 'Visit',
    minutes: 30,
    modalities: ['video'],
    providerIds: [providerId],
  });
  const roomId = await post(scheduling, '/v1/rooms', { name: 'Room 1', zone: 'America/Denver' });
  const closureId = await post(scheduling, '/v1/closures', {
    firstDate: '2099-12-25',
    lastDate: '2099-12-25',
    name: 'Holiday',
  });
  const exception = await askAsStaff(
    scheduling,
    clinic.clinicId,
    'POST /v1/providers/{providerId}/availability-exceptions',
    {
      params: { providerId },
      body: { kind: 'away', firstDate: '2099-12-24', lastDate: '2099-12-24', reason: 'Leave' },
    },
  );
  expect(exception).toMatchObject({ status: 201 });
  const phone = testPhone();
  const patientId = await post(intake, '/v1/patients', {
    givenName: 'Ada',
    state: 'CO',
    familyName: 'Lovelace',
    birthDate: '1980-05-17',
    phone,
    zone: 'America/Denver',
  });
  const slots = await askAsStaff(scheduling, clinic.clinicId, 'GET /v1/slots', {
    query: { typeId, from: instantIn(24), to: instantIn(96) },
  });
  const appointmentId = await post(scheduling, '/v1/appointments', {
    patientId,
    providerId,
    typeId,
    start: slots.body.items[0].start,
  });
  const seriesId = await post(scheduling, '/v1/appointment-series', {
    patientId,
    providerId,
    typeId,
    start: slots.body.items[20].start,
    count: 2,
  });
  const opened = openTriageCase(
    { clinicId: clinic.clinicId, actor: { kind: 'system', id: 'test' }, requestId: 'test', now },
    { source: 'intake', sourceId: appointmentId, flags: ['test'], disposition: 'EMERGENCY' },
  );
  await transact(opened.items);
  const task = {
    id: newId('staffTask', now),
    clinicId: clinic.clinicId,
    kind: 'reply-unclear',
    status: 'open',
    openedAt: instantIn(0),
    phone,
    sourceId: 'in-1',
    rev: 1,
  } as const;
  const actor = { kind: 'system', id: 'test' } as const;
  await transact([createTaskItem({ clinicId: clinic.clinicId, actor, requestId: 'test', now }, task)]);
  const inbound = { from: phone, to: clinic.originationNumber, body: 'A ramp?', inboundMessageId: `in-${patientId}` };
  await receiveText(inbound, { now, requestId: 'test' });
  const planned = await askAsStaff(messaging, clinic.clinicId, 'POST /v1/patients/{patientId}/texts', {
    params: { patientId },
    body: { words: 'At the back', sendAt: instantIn(1) },
  });
  expect(planned).toMatchObject({ status: 201 });
  const cannedReplyId = await post(messaging, '/v1/canned-replies', { title: 'Ramp', words: 'At the back' });
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64');
  const pictureId = await post(messaging, '/v1/exercise-pictures', { title: 'Bridge', base64: png });
  const holdId = await post(scheduling, '/v1/holds', { providerId, typeId, start: slots.body.items[4].start });
  const entryId = await post(scheduling, '/v1/waiting-list', { patientId, typeId });
  return {
    providerId,
    entryId,
    holdId,
    roomId,
    closureId,
    exceptionId: exception.body.id,
    typeId,
    // A type of visit may have a plan of texts of its own.
    planId: typeId,
    patientId,
    appointmentId,
    seriesId,
    caseId: opened.case.id,
    taskId: task.id,
    threadId: planned.body.thread.id,
    textId: planned.body.text.id,
    cannedReplyId,
    pictureId,
    phone,
    start: slots.body.items[1].start,
  };
};

/** A body that would be accepted at home, for each route that takes one and names something in its path. */
const bodies: Readonly<Record<string, unknown>> = {
  updateProvider: { name: 'Dr. C', role: 'physician', zone: 'America/Denver', availability: [] },
  createAvailabilityException: { kind: 'away', firstDate: '2099-12-24', lastDate: '2099-12-24', reason: 'Leave' },
  updateAppointmentType: {
    name: 'Visit',
    minutes: 30,
    modalities: ['video'],
    providerIds: ['prv_01K8Z3V9Q4M7T2W6X5Y1N0R8PA'],
  },
  updateRoom: { name: 'Room 2', zone: 'America/Denver' },
  rescheduleAppointment: { start: instantIn(48) },
  requestReschedule: {},
  cancelSeries: {},
  cancelProviderDay: { date: '2099-12-24', reason: 'Ill' },
  leaveWaitingList: {},
  cancelAppointment: {},
  confirmAppointment: {},
  markArrived: {},
  fulfilAppointment: { modality: 'video', start: instantIn(-2), end: instantIn(-1) },
  markNoShow: {},
  createCalendarFeed: {},
  setCalendarImport: { url: 'https://calendar.example.com/basic.ics' },
  acknowledgeTriageCase: {},
  closeStaffTask: {},
  answerThread: { words: 'Yes' },
  textPatient: { words: 'Yes' },
  assignThread: {},
  tagThread: { tags: [] },
  noteThread: { note: 'Call' },
  updateCannedReply: { title: 'Ramp', words: 'In front' },
  setPatientLanguage: { language: 'es' },
  setPatientContact: { phone: '+13035550100', zone: 'America/Denver' },
  setMessagingSettings: {},
  setMessagePlan: DEFAULT_PLAN,
  setMessageTemplate: { words: 'x' },
  lintMessageTemplate: { words: 'x' },
  recordConsent: {
    phone: '+13035550100',
    category: 'treatment',
    granted: true,
    wording: 'Yes.',
    wordingVersion: '1',
  },
};

const queries: Readonly<Record<string, Record<string, string>>> = {
  getProviderDay: { date: '2026-11-24' },
  previewMessagePlan: { appointmentId: 'apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA' },
  listProviderAppointments: { from: '2026-11-24' },
};

const isStaffRoute = (route: Route): boolean => route.access !== 'public' && route.access !== 'link';
const parameterNames = (route: Route): string[] => [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

const staffRoutes = areas.flatMap(([routes, handler]) =>
  (routes as readonly Route[]).filter(isStaffRoute).map((route) => [routeKeyOf(route), route, handler] as const),
);
/** Parameters that name something every clinic has. */
const commonNames: readonly string[] = ['template', 'language'];
const routesWithIds = staffRoutes.filter(([, route]) =>
  parameterNames(route).some((name) => !commonNames.includes(name)),
);

beforeAll(async () => {
  [ours, theirs] = await Promise.all([createTestClinic(now), createTestClinic(now)]);
  [ourIds, theirIds] = await Promise.all([furnish(ours), furnish(theirs)]);
  theirIds.staffId = (await addStaff(theirs.clinicId, 'Dr. Theirs', 'clinician')).id;
});

describe("another clinic's caller", () => {
  it.each(routesWithIds)('%s: 404, as if there were no such thing', async (key, route, handler) => {
    const params = Object.fromEntries(parameterNames(route).map((name) => [name, theirIds[name] ?? '']));
    expect(Object.values(params), 'furnish() makes one of each thing a path names').not.toContain('');
    expect(route.body === undefined || route.name in bodies, 'bodies has one for each route that takes one').toBe(true);
    const options = {
      params,
      body: bodies[route.name],
      ...(queries[route.name] ? { query: queries[route.name] } : {}),
      ...(route.ifMatch === 'required' ? { headers: { 'if-match': '"1"' } } : {}),
    };
    const answer = await askAsStaff(handler, ours.clinicId, key, options);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(JSON.stringify(answer.body)).not.toContain(Object.values(params)[0]);
  });

  it.each(['patientId', 'providerId', 'typeId'])('cannot book with their %s', async (name) => {
    const ids: Record<string, string | undefined> = { ...ourIds, [name]: theirIds[name] };
    const { patientId, providerId, typeId, start } = ids;
    const answer = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/appointments', {
      body: { patientId, providerId, typeId, start },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it.each(['patientId', 'providerId', 'typeId'])('cannot hold a time or wait with their %s', async (name) => {
    const ids: Record<string, string | undefined> = { ...ourIds, [name]: theirIds[name] };
    const { patientId, providerId, typeId, start } = ids;
    const held = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/holds', {
      body: { patientId, providerId, typeId, start },
    });
    const joined = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/waiting-list', {
      body: { patientId, typeId, providerIds: [providerId] },
    });
    expect([held.status, joined.status]).toEqual([404, 404]);
  });

  it('cannot book in place of their visit', async () => {
    const { patientId, providerId, typeId, start } = ourIds;
    const answer = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/appointments', {
      body: { patientId, providerId, typeId, start, replaces: theirIds.appointmentId },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it.each(['patientId', 'providerId', 'typeId'])('cannot book a series with their %s', async (name) => {
    const ids: Record<string, string | undefined> = { ...ourIds, [name]: theirIds[name] };
    const { patientId, providerId, typeId, start } = ids;
    const answer = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/appointment-series', {
      body: { patientId, providerId, typeId, start, count: 2 },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('cannot move a visit to their provider, make a type of their providers, or search their slots', async () => {
    const moved = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/appointments/{appointmentId}/reschedule', {
      params: { appointmentId: ourIds.appointmentId ?? '' },
      body: { start: ourIds.start, providerId: theirIds.providerId },
    });
    const made = await askAsStaff(scheduling, ours.clinicId, 'POST /v1/appointment-types', {
      body: { name: 'X', minutes: 30, modalities: ['video'], providerIds: [theirIds.providerId] },
    });
    const searched = await askAsStaff(scheduling, ours.clinicId, 'GET /v1/slots', {
      query: { typeId: theirIds.typeId ?? '', from: instantIn(1), to: instantIn(24) },
    });
    expect([moved.status, made.status, searched.status]).toEqual([404, 404, 404]);
  });

  it('cannot give a thread to their staff', async () => {
    const answer = await askAsStaff(messaging, ours.clinicId, 'POST /v1/threads/{threadId}/assign', {
      params: { threadId: ourIds.threadId ?? '' },
      body: { staffId: theirIds.staffId },
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'body.staffId' }] } });
  });

  it('sees none of theirs in any list', async () => {
    const isList = ({ method, path }: Route): boolean => method === 'GET' || path.endsWith('/search');
    const lists = staffRoutes.filter(([, route]) => isList(route) && parameterNames(route).length === 0);
    expect(lists.map(([, route]) => route.name).toSorted()).toEqual([
      'findPatients',
      'findSlots',
      'findThreads',
      'getConsentOfNumber',
      'getMessagingFigures',
      'getMessagingSettings',
      'listAppointmentTypes',
      'listCalendarClashes',
      'listCannedReplies',
      'listCharges',
      'listClosures',
      'listExercisePictures',
      'listMessagePlans',
      'listMessageTemplates',
      'listProviders',
      'listRooms',
      'listStaff',
      'listStaffTasks',
      'listThreads',
      'listTriageCases',
      'listWaitingList',
      'searchTexts',
    ]);
    const listQueries: Record<string, Record<string, string>[]> = {
      findPatients: [{ who: theirIds.phone ?? '' }, { who: 'Lovelace' }],
      listCharges: [{ date: instantIn(24).slice(0, 10) }],
      findSlots: [{ typeId: ourIds.typeId ?? '', from: instantIn(24), to: instantIn(96) }],
      listWaitingList: [{ typeId: ourIds.typeId ?? '' }],
      searchTexts: [{ words: 'ramp' }, { words: 'ramp', threadId: theirIds.threadId ?? '' }],
      listThreads: [{}, { queue: 'unassigned' }],
      findThreads: [{ who: theirIds.phone ?? '' }, { who: 'Lovelace' }],
      getMessagingFigures: [{ from: instantIn(0).slice(0, 10), to: instantIn(24).slice(0, 10), by: 'template' }],
      getConsentOfNumber: [{ phone: theirIds.phone ?? '' }],
    };
    for (const [key, route, handler] of lists) {
      for (const query of listQueries[route.name] ?? [{}]) {
        const asked = route.method === 'GET' ? { query } : { body: query };
        const answer = await askAsStaff(handler, ours.clinicId, key, asked);
        expect(answer, key).toMatchObject({ status: 200 });
        const ids = Object.entries(theirIds).filter(([name, value]) => value.includes('_') || name === 'staffId');
        for (const [, id] of ids) {
          expect(JSON.stringify(answer.body), key).not.toContain(id);
        }
      }
    }
  });
});

describe('a role', () => {
  it.each(staffRoutes)('%s refuses who has none', async (key, route, handler) => {
    const params = Object.fromEntries(parameterNames(route).map((name) => [name, ourIds[name] ?? '']));
    const nobody = await askAsStaff(handler, ours.clinicId, key, { params, body: bodies[route.name], groups: [] });
    expect(nobody).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});
