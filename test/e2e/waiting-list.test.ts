import { beforeAll, describe, expect, it } from 'vitest';
import { localNow } from '../../local/clock.ts';
import { advanceTo, localTime, openClinic, type Patient, sweep, type TestClinic } from './support/clinic.ts';
import { until } from './support/until.ts';

/** A freed time finds who waits for it, through the deployed functions: the sweep, the text, the page. */

let clinic: TestClinic;

beforeAll(async () => {
  clinic = await openClinic('waiting-list');
});

const wait = async (providerId: string): Promise<Patient & { readonly entryId: string }> => {
  const patient = await clinic.addPatient();
  const { typeId } = clinic;
  const body = { patientId: patient.id, typeId, providerIds: [providerId] };
  const { id: entryId } = await clinic.admin.ok('joinWaitingList', { body });
  return { ...patient, entryId };
};

const free = async (providerId: string, start: string): Promise<void> => {
  const { id: patientId } = await clinic.addPatient({ texts: false });
  const body = { patientId, providerId, typeId: clinic.typeId, start };
  const { id: appointmentId } = await clinic.admin.ok('bookAppointment', { body });
  await clinic.admin.ok('cancelAppointment', { params: { appointmentId }, body: {} });
};

const offerLink = ({ phone }: Patient): Promise<string> =>
  until(`an offer is on ${phone}`, async () => {
    const texts = await clinic.carrier.received(phone);
    return texts
      .map(({ body }) => /https?:\/\/\S+\/o\/[A-Za-z0-9_-]{22}/.exec(body)?.[0])
      .find((url) => url !== undefined);
  });

const tap = (url: string, action: 'accept' | 'decline') =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ action }),
  });

const entryOf = (entryId: string) => clinic.admin.ok('getWaitingEntry', { params: { entryId } });

describe('the waiting list', () => {
  it('offers a cancelled visit by text, first come first, and books it by a tap on the page', async () => {
    const [providerId] = clinic.providerIds;
    const first = await wait(providerId);
    const second = await wait(providerId);
    const start = localTime(clinic, 4, '10:00');
    await free(providerId, start);
    await sweep(clinic);
    const url = await offerLink(first);

    const page = await (await fetch(url)).text();
    expect(page).toContain('Take this time');
    expect(await (await tap(url, 'accept')).text()).toContain('You have a new visit');
    const { status, appointmentId } = await entryOf(first.entryId);
    expect(status).toBe('booked');
    const visit = await clinic.admin.ok('getAppointment', { params: { appointmentId: appointmentId ?? '' } });
    expect(visit).toMatchObject({ patientId: first.id, providerId, start, status: 'booked' });
    await sweep(clinic);
    expect(await entryOf(second.entryId)).toMatchObject({ status: 'waiting', offers: [] });
  });

  it('asks the next when half an hour has passed without an answer', async () => {
    const [, providerId] = clinic.providerIds;
    const first = await wait(providerId);
    const second = await wait(providerId);
    await free(providerId, localTime(clinic, 5, '11:00'));
    await sweep(clinic);
    const late = await offerLink(first);
    await advanceTo(clinic, localNow(clinic.info.clockFile).add({ minutes: 31 }).round('second'));
    await sweep(clinic);
    const url = await offerLink(second);
    expect(await (await tap(late, 'accept')).text()).toContain('This offer is over');
    expect(await (await tap(url, 'accept')).text()).toContain('You have a new visit');
    const history = (await entryOf(first.entryId)).offers.map(({ status }) => status);
    expect(history).toEqual(['expired']);
    expect(await entryOf(second.entryId)).toMatchObject({ status: 'booked' });
  });
});
