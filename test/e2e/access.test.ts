import { CognitoIdentityProviderClient, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PLAN } from '../../functions/messaging/core/message-plan.ts';
import { isAllowed, type Permission, type StaffGroup, staffGroups } from '../../functions/platform/access.ts';
import type { Route } from '../../functions/platform/http/contract.ts';
import { apiOf, outcomeOf, routes } from './support/api.ts';
import { localTime, openClinic, type TestClinic, zone } from './support/clinic.ts';
import { until } from './support/until.ts';

/** Through the real sign-in and the API's own authorizer; the whole route table is in test/integration/other-clinic.test.ts. */

let ours: TestClinic;
let theirs: TestClinic;
/** Things of the other clinic, by the name a path, query or body gives them. */
let theirIds: Readonly<Record<string, string>>;

const furnish = async (clinic: TestClinic): Promise<Record<string, string>> => {
  const { id: patientId, phone } = await clinic.addPatient({ texts: false });
  const [providerId] = clinic.providerIds;
  const { typeId } = clinic;
  const booked = await clinic.admin.ok('bookAppointment', {
    body: { patientId, providerId, typeId, start: localTime(clinic, 5, '10:00') },
  });
  const { id: holdId } = await clinic.admin.ok('holdSlot', {
    body: { providerId, typeId, start: localTime(clinic, 5, '13:00') },
  });
  const { id: seriesId } = await clinic.admin.ok('bookSeries', {
    body: { patientId, providerId, typeId, start: localTime(clinic, 6, '10:00'), count: 2 },
  });
  const { id: entryId } = await clinic.admin.ok('joinWaitingList', { body: { patientId, typeId } });
  await clinic.carrier.reply(phone, 'I cannot feel my legs and I wet myself', clinic.originationNumber);
  const caseId = await until(
    'the red flag is a case',
    async () => (await clinic.admin.ok('listTriageCases')).items[0]?.id,
  );
  const { id: threadId } = await clinic.admin.ok('getPatientThread', { params: { patientId } });
  const written = await clinic.admin.ok('answerThread', {
    params: { threadId },
    body: { words: 'We are calling you' },
  });
  const { id: cannedReplyId } = await clinic.admin.ok('createCannedReply', {
    body: { title: 'Call', words: 'Please call' },
  });
  const { id: pictureId } = await clinic.admin.ok('addExercisePicture', {
    body: { title: 'Bridge', base64: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64') },
  });
  await clinic.carrier.reply(phone, 'CANCEL', clinic.originationNumber);
  const taskId = await until(
    'the bare CANCEL is a task',
    async () => (await clinic.admin.ok('listStaffTasks')).items[0]?.id,
  );
  const appointmentId = booked.id;
  const { id: roomId } = await clinic.admin.ok('createRoom', { body: { name: 'Room 1', zone } });
  const holiday = { firstDate: '2099-12-25', lastDate: '2099-12-25' };
  const { id: closureId } = await clinic.admin.ok('createClosure', { body: { ...holiday, name: 'Holiday' } });
  const { id: exceptionId } = await clinic.admin.ok('createAvailabilityException', {
    params: { providerId },
    body: { ...holiday, kind: 'away', reason: 'Leave' },
  });
  return {
    roomId,
    closureId,
    exceptionId,
    patientId,
    providerId,
    typeId,
    planId: typeId,
    appointmentId,
    holdId,
    entryId,
    seriesId,
    caseId,
    taskId,
    threadId,
    textId: written.text.id,
    cannedReplyId,
    pictureId,
    phone,
  };
};

beforeAll(async () => {
  ours = await openClinic('access-ours');
  theirs = await openClinic('access-theirs');
  theirIds = await furnish(theirs);
});

const staffRoutes = (routes as readonly Route[]).filter(({ access }) => access !== 'public' && access !== 'link');
const parametersOf = ({ path }: Route): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
/** Parameters that name something every clinic has. */
const common: Readonly<Record<string, string>> = { template: 'moved', language: 'en' };
const pathOf = (route: Route): string =>
  route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => theirIds[name] ?? common[name] ?? '');

/** A body that would do at home. */
const bodyOf = (route: Route): unknown => {
  const bodies: Readonly<Record<string, unknown>> = {
    updateProvider: { name: 'Dr. C', role: 'physician', zone, availability: [] },
    createAvailabilityException: { kind: 'away', firstDate: '2099-12-24', lastDate: '2099-12-24', reason: 'Leave' },
    updateAppointmentType: { name: 'Visit', minutes: 30, modalities: ['video'], providerIds: [theirIds.providerId] },
    updateRoom: { name: 'Room 2', zone },
    setCalendarImport: { url: 'https://calendar.example.com/basic.ics' },
    rescheduleAppointment: { start: localTime(theirs, 6, '10:00') },
    cancelProviderDay: { date: localTime(theirs, 6, '10:00').slice(0, 10), reason: 'ill' },
    fulfilAppointment: { modality: 'video', start: localTime(theirs, 0, '00:00'), end: localTime(theirs, 0, '00:30') },
    setMessagePlan: DEFAULT_PLAN,
    answerThread: { words: 'Yes' },
    textPatient: { words: 'Yes' },
    tagThread: { tags: [] },
    noteThread: { note: 'Call' },
    setPatientContact: { phone: '+13035550100', zone },
    updateCannedReply: { title: 'Call', words: 'Please call' },
  };
  return bodies[route.name] ?? {};
};

const queries: Readonly<Record<string, string>> = {
  getProviderDay: '?date=2026-11-24',
  listProviderAppointments: '?from=2026-11-24',
  previewMessagePlan: '?appointmentId=apt_01K8Z3V9Q4M7T2W6X5Y1N0R8PA',
};
const queryOf = ({ name }: Route): string => queries[name] ?? '';

const withIds = staffRoutes.filter((route) => parametersOf(route).some((name) => !(name in common)));

describe('staff of one clinic', () => {
  it.each(withIds.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s of another: 404',
    async (_, route) => {
      const answer = await fetch(`${ours.info.apiUrl}${pathOf(route)}${queryOf(route)}`, {
        method: route.method,
        headers: {
          authorization: `Bearer ${await ours.token('admin')}`,
          'content-type': 'application/json',
          ...(route.ifMatch === 'required' ? { 'if-match': '"1"' } : {}),
        },
        ...(route.body === undefined ? {} : { body: JSON.stringify(bodyOf(route)) }),
      });
      const text = await answer.text();
      expect([answer.status, JSON.parse(text).code]).toEqual([404, 'not-found']);
      for (const id of Object.values(theirIds)) expect(text).not.toContain(id);
    },
  );

  it("books nobody with another clinic's provider, type or patient, and finds none of them", async () => {
    const { id: patientId } = await ours.addPatient({ texts: false });
    const mine = {
      patientId,
      providerId: ours.providerIds[0],
      typeId: ours.typeId,
      start: localTime(ours, 5, '10:00'),
    };
    for (const name of ['patientId', 'providerId', 'typeId']) {
      const answer = await ours.admin.ask('bookAppointment', { body: { ...mine, [name]: theirIds[name] } });
      expect(outcomeOf(answer), name).toBe('404 not-found');
    }
    const found = await ours.admin.ok('findPatients', { body: { who: theirIds.phone } });
    const cases = await ours.admin.ok('listTriageCases');
    expect([found.items, cases.items]).toEqual([[], []]);
    const { items } = await theirs.admin.ok('listPatientAppointments', {
      params: { patientId: theirIds.patientId ?? '' },
    });
    expect(items.map(({ id, rev }) => [id === theirIds.appointmentId, rev]).toSorted()).toEqual([
      [false, 1],
      [false, 1],
      [true, 1],
    ]);
  });
});

/** What each route answers a member of staff who may not: it must not depend on whether the thing exists. */
const forbiddenTo = (group: StaffGroup): readonly Route[] =>
  staffRoutes.filter(({ access }) => !isAllowed([group], access as Permission));

describe('a role', () => {
  it.each(staffGroups.filter((group) => forbiddenTo(group).length > 0))(
    '%s is kept out of what it may not',
    async (group) => {
      const token = await theirs.token(group);
      const outcomes = await Promise.all(
        forbiddenTo(group).map(async (route) => {
          const answer = await fetch(`${theirs.info.apiUrl}${pathOf(route)}`, {
            method: route.method,
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            ...(route.body === undefined ? {} : { body: '{}' }),
          });
          return [route.name, answer.status, JSON.parse(await answer.text()).code];
        }),
      );
      for (const [name, ...outcome] of outcomes) expect(outcome, String(name)).toEqual([403, 'forbidden']);
    },
  );
});

describe('who has no good token', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const parts = async (): Promise<[string, string, string]> => {
    const [header = '', claims = '', signature = ''] = (await ours.token('admin')).split('.');
    return [header, claims, signature];
  };
  const claimsOf = (claims: string): Record<string, unknown> => JSON.parse(Buffer.from(claims, 'base64url').toString());

  const tokens: Readonly<Record<string, () => Promise<string | undefined>>> = {
    'none at all': async () => undefined,
    'an empty one': async () => '',
    words: async () => 'let me in',
    'one of another clinic put into its claims': async () => {
      const [header, claims, signature] = await parts();
      return `${header}.${encode({ ...claimsOf(claims), 'custom:clinic': theirs.clinicId })}.${signature}`;
    },
    'one that made itself administrator': async () => {
      const [header, claims, signature] = (await ours.token('biller')).split('.');
      return `${header}.${encode({ ...claimsOf(claims ?? ''), 'cognito:groups': ['admin'] })}.${signature}`;
    },
    'one that has expired': async () => {
      const [header, claims, signature] = await parts();
      return `${header}.${encode({ ...claimsOf(claims), exp: 1_700_000_000 })}.${signature}`;
    },
    'one that says it needs no signature': async () => {
      const [, claims] = await parts();
      return `${encode({ alg: 'none', typ: 'JWT' })}.${claims}.`;
    },
    'one whose signature was cut': async () =>
      (await parts()).map((part, index) => (index === 2 ? part.slice(0, -8) : part)).join('.'),
    'one with a letter of the signature changed': async () => {
      const [header, claims, signature] = await parts();
      return `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    },
    'the access token instead of the ID token': async () => {
      const admin = ours.staff.find(({ role }) => role === 'admin');
      const { AuthenticationResult } = await new CognitoIdentityProviderClient({}).send(
        new InitiateAuthCommand({
          AuthFlow: 'USER_PASSWORD_AUTH',
          ClientId: ours.info.userPoolClientId,
          AuthParameters: { USERNAME: admin?.email ?? '', PASSWORD: admin?.password ?? '' },
        }),
      );
      return AuthenticationResult?.AccessToken ?? 'missing';
    },
  };

  it.each(Object.keys(tokens))('%s: 401, whatever is asked', async (kind) => {
    const token = await tokens[kind]?.();
    const asked = await Promise.all(
      staffRoutes.map(async (route) => {
        const { status } = await fetch(`${ours.info.apiUrl}${pathOf(route)}`, {
          method: route.method,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            'content-type': 'application/json',
          },
          ...(route.body === undefined ? {} : { body: '{}' }),
        });
        return [route.name, status] as const;
      }),
    );
    expect(asked.filter(([, status]) => status !== 401)).toEqual([]);
  });

  it('needs none where a route is for everybody', async () => {
    const anyone = apiOf(ours.info.apiUrl);
    await anyone.ok('getHealth');
    const { clinic, items } = await anyone.ok('listPublicAppointmentTypes', { params: { slug: ours.slug } });
    expect(clinic.name).toBe(ours.file.clinic.name);
    expect(items.map(({ id }) => id)).toEqual([ours.typeId]);
    const unknown = await anyone.ask('listPublicAppointmentTypes', { params: { slug: 'no-such-clinic' } });
    expect(outcomeOf(unknown)).toBe('404 not-found');
  });
});
