import { describe, expect, it } from 'vitest';
import { pageOfObservations } from '../../../functions/care/store.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage } from '../../../functions/messaging/store.ts';
import { loadAppointment } from '../../../functions/scheduling/visits.ts';
import type { Fault } from '../../../local/carrier/faults.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, changeVisit, iso, later, moveTo, newWorld, reply, start } from './world.ts';

const network = await startNetwork();
const visitAt = later(start, 120);

const blocked = { kind: 'conflict', reason: 'DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION' } as const;

const booked = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const visit = await bookVisit(world, patient, visitAt);
  const { clinicId } = world.clinic;
  return {
    world,
    patient,
    visit,
    send: (messageId: string, hours: number) => sendText({ clinicId, messageId }, at(later(start, hours))),
    refused: async (fault: Pick<Fault, 'kind'>, messageId: string, hours: number) => {
      await network.break({ ...fault, phone: patient.phone });
      await sendText({ clinicId, messageId }, at(later(start, hours)));
      await network.break();
    },
    statusOf: async (messageId: string) => (await getMessage(clinicId, messageId))?.status,
    confirmed: async () => (await loadAppointment(clinicId, visit.id))?.confirmedSequence,
    standing: () => loadStanding(clinicId, patient.phone),
  };
};

describe('a text that the carrier certainly did not take', () => {
  it('takes no room: the reminder of the other visit that day goes', async () => {
    const { world, patient, visit, refused, send, statusOf, standing } = await booked();
    const other = await bookVisit(world, patient, later(visitAt, 2));
    await refused({ kind: 'throttle' }, `${visit.id}#reminder-24h#0`, 96);
    expect((await standing()).sentDays).toEqual([]);
    await changeVisit(world, patient, visit.id, { kind: 'cancel', by: 'clinic' }, later(start, 97));
    await send(`${other.id}#reminder-24h#0`, 98);
    expect(await statusOf(`${other.id}#reminder-24h#0`)).toBe('accepted');
  });

  it('asks nothing: a number is read as no answer to a check-in that was blocked', async () => {
    const { world, patient, visit, refused, statusOf } = await booked();
    await changeVisit(world, patient, visit.id, { kind: 'arrive' }, visitAt);
    const fulfilment = { modality: 'in-person', start: iso(visitAt), end: iso(later(visitAt, 0.5)) } as const;
    await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(visitAt, 1));
    await refused(blocked, `${visit.id}#check-in-48h#0`, 169);
    expect(await statusOf(`${visit.id}#check-in-48h#0`)).toBe('failed');
    await reply(world, patient.phone, '7', later(start, 170));
    expect((await pageOfObservations(world.clinic.clinicId, patient.id, {})).items).toEqual([]);
  });

  it('asks nothing: yes confirms no visit whose reminder met the spend limit, until that reminder went', async () => {
    const { world, patient, visit, refused, send, confirmed } = await booked();
    await refused({ kind: 'spend-limit' }, `${visit.id}#reminder-72h#0`, 48);
    await reply(world, patient.phone, 'yes', later(start, 48.1));
    expect(await confirmed()).toBeUndefined();
    await send(`${visit.id}#reminder-72h#0`, 48.3);
    await reply(world, patient.phone, 'yes', later(start, 48.4));
    expect(await confirmed()).toBe(0);
  });

  it('closes no question that an earlier text has open', async () => {
    const { world, patient, visit, refused, send, confirmed } = await booked();
    await send(`${visit.id}#reminder-72h#0`, 48);
    await refused(blocked, `${visit.id}#reminder-24h#0`, 96);
    await reply(world, patient.phone, 'yes', later(start, 97));
    expect(await confirmed()).toBe(0);
  });

  it('tells of no new time: C does not confirm what nobody was told', async () => {
    const { world, patient, visit, refused, send, confirmed } = await booked();
    await send(`${visit.id}#confirmation#0`, 0);
    await changeVisit(world, patient, visit.id, moveTo(later(visitAt, 24)), later(start, 1));
    await refused(blocked, `${visit.id}#moved#1`, 1);
    await reply(world, patient.phone, 'C', later(start, 2));
    expect(await confirmed()).toBeUndefined();
  });
});
