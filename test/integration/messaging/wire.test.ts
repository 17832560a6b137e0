import { expect, it } from 'vitest';
import { openTriageCase } from '../../../functions/care/triage.ts';
import { writeStaffText } from '../../../functions/messaging/inbox/staff-text.ts';
import {
  type Answer,
  type Plan,
  planAlert,
  planAnswer,
  planOffer,
  planPhoneCode,
} from '../../../functions/messaging/plans/plan.ts';
import { receiveText } from '../../../functions/messaging/replies/receive.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { messagesOfCause } from '../../../functions/messaging/store.ts';
import { newId } from '../../../functions/platform/ids.ts';
import { directoryItem } from '../../../functions/platform/store/directory.ts';
import { transact } from '../../../functions/platform/store/records.ts';
import { offerItem } from '../../../functions/scheduling/waiting-list-store.ts';
import { testPhone } from '../../helpers/phones.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, changeVisit, iso, later, moveTo, newWorld, start, zone } from './world.ts';

const network = await startNetwork();

const visitAt = later(start, 120);
const minutes = (count: number): number => count * 60;
const hours = (count: number): number => minutes(60) * count;

/** A patient whose conversation is on a number that the clinic has had before. */
const pinned = async () => {
  const world = await newWorld();
  const patient = await addPatient(world);
  const before = testPhone();
  await transact([directoryItem('number', before, world.clinic.clinicId)]);
  const inbound = { from: patient.phone, to: before, body: 'Is there parking?', inboundMessageId: `in-${before}` };
  await receiveText(inbound, at(later(start, -1)));
  const { clinicId } = world.clinic;
  return { world, patient, before, clinicId, caller: world.caller(start) };
};
type Pinned = Awaited<ReturnType<typeof pinned>>;

/** The last text that the carrier took for a phone: from which number, and for how long. */
const onTheWire = async (phone: string) => {
  const { clinicNumber, timeToLiveSeconds } = (await network.acceptedFor(phone)).at(-1) ?? {};
  return { clinicNumber, timeToLiveSeconds };
};

const sendPlan = async ({ items, refs: [ref] }: Plan, now = start): Promise<void> => {
  await transact([...items]);
  if (ref === undefined) throw new Error('Nothing is due');
  await sendText(ref, at(now));
};
const sendOf =
  (step: string) =>
  async ({ world, patient, clinicId }: Pinned, due: number) => {
    const visit = await bookVisit(world, patient, visitAt);
    await sendText({ clinicId, messageId: `${visit.id}#${step}#0` }, at(later(start, due)));
  };

const offer = async ({ patient, clinicId, caller }: Pinned): Promise<void> => {
  const offered = {
    id: newId('offer', start),
    clinicId,
    openingId: newId('opening', start),
    entryId: newId('waitingEntry', start),
    patientId: patient.id,
    providerId: newId('provider', start),
    typeId: newId('appointmentType', start),
    modality: 'in-person',
    start: iso(visitAt),
    end: iso(later(visitAt, 0.5)),
    zone,
    wallTime: '2026-11-29T10:00',
    holdId: newId('hold', start),
    companions: [],
    status: 'offered',
    offeredAt: iso(start),
    expiresAt: iso(later(start, 0.5)),
    rev: 1,
  } as const;
  const { items, refs } = planOffer(caller, offered, patient.phone);
  await sendPlan({ items: [offerItem(caller, offered), ...items], refs });
};

const answer =
  (template: Answer['template'], appointmentId?: Answer['appointmentId']) =>
  ({ patient, caller }: Pinned) =>
    sendPlan(planAnswer(caller, { template, appointmentId, to: patient.phone, inboundMessageId: `in-${patient.id}` }));

/** Each with what of its use is left when it is sent: until it is stale, the visit begins, the night does, or it lapses. */
it.each<[kind: string, seconds: number, send: (pinned: Pinned) => Promise<void>]>([
  [
    'news of a visit', // Till the clinic's texting hours end: it is ten in the morning.
    hours(10),
    (pin) => sendOf('confirmation')(pin, 0),
  ],
  // At 10:00: until the night.
  ['a reminder', hours(10), (pin) => sendOf('reminder-72h')(pin, 48)],
  ['a reminder sent late', hours(2), (pin) => sendOf('reminder-72h')(pin, 56)],
  [
    'a check-in',
    hours(8.5),
    async ({ world, patient, clinicId }) => {
      const visit = await bookVisit(world, patient, later(start, 1));
      await changeVisit(world, patient, visit.id, { kind: 'arrive' }, later(start, 1));
      const fulfilment = { modality: 'in-person', start: iso(later(start, 1)), end: iso(later(start, 1.5)) } as const;
      await changeVisit(world, patient, visit.id, { kind: 'fulfil', fulfilment }, later(start, 2));
      await sendText({ clinicId, messageId: `${visit.id}#check-in-48h#0` }, at(later(start, 49.5)));
    },
  ],
  ['an answer', hours(1), answer('reply-help')],
  [
    'an answer about a visit',
    hours(1),
    async (pin) => {
      const { id: appointmentId } = await bookVisit(pin.world, pin.patient, visitAt);
      await answer('reply-reschedule', appointmentId)(pin);
    },
  ],
  [
    'the question which visit is meant',
    hours(1),
    async (pin) => {
      const { world, patient, clinicId } = pin;
      const asked = later(start, 48);
      await sendOf('reminder-72h')(pin, 48);
      const other = await bookVisit(world, patient, later(visitAt, 240));
      await changeVisit(world, patient, other.id, moveTo(later(visitAt, 264)), asked);
      await sendText({ clinicId, messageId: `${other.id}#moved#1` }, at(asked));
      const inbound = { from: patient.phone, to: pin.before, body: 'C', inboundMessageId: `in-which-${pin.before}` };
      await receiveText(inbound, at(asked));
      const [which] = await messagesOfCause(clinicId, `inb_${inbound.inboundMessageId}`);
      expect(which).toMatchObject({ template: 'reply-which-visit' });
      await sendText({ clinicId, messageId: which?.id ?? '' }, at(asked));
    },
  ],
  [
    'what staff wrote',
    hours(24),
    async ({ patient, clinicId, caller }) => {
      const command = { to: { patientId: patient.id }, words: 'Yes, behind the house.', confirmWarnings: true };
      const { message } = await writeStaffText(caller, command, (items) => transact([...items]));
      await sendText({ clinicId, messageId: message.id }, at(start));
    },
  ],
  ['the offer of a time', minutes(30), offer],
  [
    'a code',
    minutes(10),
    ({ patient, caller }) => sendPlan(planPhoneCode(caller, newId('phoneCode', start), patient.phone)),
  ],
])('%s goes from the number its conversation is on, for as long as it is of use', async (_, seconds, send) => {
  const pin = await pinned();
  await send(pin);
  expect(await onTheWire(pin.patient.phone)).toMatchObject({ clinicNumber: pin.before, timeToLiveSeconds: seconds });
});

it('an alert goes from the number the clinic has now, for a day', async () => {
  const { world, caller } = await pinned();
  const opened = openTriageCase(caller, {
    source: 'text',
    sourceId: 'in-1',
    flags: ['saddle-numbness'],
    disposition: 'EMERGENCY',
  });
  const { items, refs } = await planAlert(caller, opened.case);
  await sendPlan({ items: [...opened.items, ...items], refs });
  const { originationNumber: clinicNumber, onCallNumber } = world.clinic;
  expect(await onTheWire(onCallNumber)).toMatchObject({ clinicNumber, timeToLiveSeconds: hours(24) });
});
