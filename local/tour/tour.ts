import { randomUUID } from 'node:crypto';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { verifyRecords, walkClinic } from '../../functions/audit/verify.ts';
import { chargeLine } from '../../functions/billing/contract.ts';
import { pageOfObservations } from '../../functions/care/store.ts';
import { formatVisitTime } from '../../functions/messaging/core/templates.ts';
import { id } from '../../functions/platform/http/schemas.ts';
import { advanceClock } from '../advance.ts';
import type { ClinicInfo } from '../clinic-info.ts';
import { localNow } from '../clock.ts';
import { eventually, hold } from './check.ts';
import { type Appointment, Guide } from './guide.ts';
import { formsOf } from './page.ts';
import type { Phone, PhoneText } from './phone.ts';
import { type Act, stepRunner, type TellStep } from './run.ts';

/**
 * Plays one visit's life through the HTTP API and the phone, from the search for a time to the charge line and the audit log.
 * Each run is a new patient on a new phone; the clock moves forward about a month. The process must have the clinic's
 * environment (see bin/local-clinic.ts).
 * @throws TourOver after the step that failed was told
 */
export async function runTour(clinic: ClinicInfo, tell: TellStep): Promise<void> {
  const guide = new Guide(clinic);
  const act = stepRunner(tell, guide.look);
  const visit = await book(guide, act);
  const moved = await confirmAndMove(guide, act, visit);
  await remind(guide, act, moved);
  const seen = await see(guide, act, moved);
  await followUp(guide, act, seen);
  await redFlag(guide, act, seen);
  await stop(guide, act, seen);
  await bill(guide, act, seen);
  await audit(guide, act, seen);
}

interface Visit {
  readonly appointmentId: string;
  readonly appointment: Appointment;
  readonly patientPhone: Phone;
  /** The page the confirmation's link opens. */
  readonly link: string;
}

const publicTypes = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), modalities: z.array(z.string()) })),
});
const slots = z.object({ items: z.array(z.object({ providerId: z.string(), start: z.string(), zone: z.string() })) });
const codeAnswer = z.object({ validForSeconds: z.number() });
const booking = z.object({ appointmentId: z.string(), start: z.string(), zone: z.string(), providerName: z.string() });

/** Far enough ahead that both reminders are still to come. */
const aheadDays = { least: 5, most: 19 };
const consent = {
  granted: true,
  wording: 'I agree that the clinic texts me about my visits and my care. Reply STOP to stop.',
  wordingVersion: 'tour-1',
};
const harmlessAnswers = {
  'bladder-bowel': false,
  'saddle-numbness': false,
  'both-legs': false,
  weakness: 'none',
  injury: 'none',
  'fragile-bones': false,
  fever: 'none',
  cancer: false,
  chest: false,
  'sudden-severe': false,
  'pain-now': 6,
  'pain-place': 'lower-back',
  'pain-since': 'under-6-weeks',
};
const linkInText = /https?:\/\/\S+\/v\/[A-Za-z0-9_-]{22}/;

async function book(guide: Guide, act: Act): Promise<Visit> {
  const { clinic, look } = guide;
  const found = await act(
    'A patient looks for a time',
    'Free times are open to anybody by the name of the clinic, without a sign-in.',
    async (say) => {
      const now = localNow(clinic.clockFile).round('second');
      const from = now.add({ hours: aheadDays.least * 24 }).toString();
      const to = now.add({ hours: aheadDays.most * 24 }).toString();
      const { items: types } = await guide.ask(publicTypes, 'nobody', 'GET', `${publicPath(clinic)}/appointment-types`);
      for (const type of types) {
        const query = { typeId: type.id, from, to };
        const { items } = await guide.ask(slots, 'nobody', 'GET', `${publicPath(clinic)}/slots`, { query });
        const [slot] = items;
        if (slot === undefined) continue;
        say(
          `${items.length} times for "${type.name}"; the first is ${formatVisitTime(instant(slot.start), slot.zone)}`,
        );
        return { type, slot };
      }
      hold(false, { expected: `a free time within ${aheadDays.most} days`, look }, `none for ${types.length} types`);
    },
  );
  const modality = found.type.modalities.includes('video') ? 'video' : found.type.modalities[0];
  const patientPhone = await guide.freshPhone();
  const phoneCode = await act(
    'The patient proves the phone',
    'Whoever books without a sign-in repeats a code that is texted to them; it is stored nowhere, and good once.',
    async (say) => {
      const body = { phone: patientPhone.number };
      await guide.ask(codeAnswer, 'nobody', 'POST', `${publicPath(clinic)}/phone-codes`, { body }, 202);
      const [text] = await eventually(
        () => patientPhone.received(),
        (received) => received.length > 0,
        { expected: `a code on ${patientPhone.number}`, look },
      );
      const code = /\b\d{6}\b/.exec(text?.body ?? '')?.[0];
      hold(text !== undefined && code !== undefined, { expected: 'a text with six digits', look }, text);
      say(`${patientPhone.number}: ${text.body}`);
      return code;
    },
  );
  const booked = await act(
    'The patient books it',
    'Code, answers, consent, patient, visit and planned texts are one transaction; the same request again gives the same answer.',
    async (say) => {
      const request = {
        headers: { 'idempotency-key': randomUUID() },
        body: {
          typeId: found.type.id,
          providerId: found.slot.providerId,
          start: found.slot.start,
          modality,
          patient: {
            givenName: 'Jordan',
            familyName: 'Avery',
            birthDate: '1984-05-16',
            phone: patientPhone.number,
            zone: clinic.zone,
            state: 'CO',
          },
          phoneCode,
          intake: harmlessAnswers,
          consentToText: consent,
        },
      };
      const path = `${publicPath(clinic)}/appointments`;
      const first = await guide.ask(booking, 'nobody', 'POST', path, request, 201);
      const again = await guide.ask(booking, 'nobody', 'POST', path, request, 201);
      hold(
        again.appointmentId === first.appointmentId,
        { expected: 'the repeated request to give the same visit', look },
        [first.appointmentId, again.appointmentId],
      );
      say(`${first.appointmentId} with ${first.providerName}, asked twice and booked once`);
      return first;
    },
  );
  const confirmation = await act(
    'The confirmation is on the phone',
    'A booking is answered by one text, of one segment, that says when and nothing about why.',
    async (say) => {
      const texts = await eventually(
        () => patientPhone.received(),
        (received) => received.length > 1,
        { expected: `a text on ${patientPhone.number} after the code`, look },
      );
      const [, text] = texts;
      const isRight = texts.length === 2 && text?.parts === 1 && linkInText.test(text.body);
      hold(isRight, { expected: 'one text of one segment with a link', look }, texts);
      say(`${patientPhone.number}: ${text.body}`);
      return text;
    },
  );
  return {
    appointmentId: booked.appointmentId,
    appointment: await guide.appointment(booked.appointmentId),
    patientPhone,
    link: linkInText.exec(confirmation.body)?.[0] ?? '',
  };
}

/** What the patient's phone got after the texts that were on it before. */
const nextText = async (phone: Phone, before: readonly PhoneText[], expected: string, look: string) => {
  const texts = await eventually(
    () => phone.received(),
    (received) => received.length > before.length,
    { expected, look },
  );
  const fresh = texts.slice(before.length);
  const [text] = fresh;
  hold(fresh.length === 1 && text !== undefined, { expected: `${expected}, once`, look }, fresh);
  return text;
};

async function confirmAndMove(guide: Guide, act: Act, visit: Visit): Promise<Visit> {
  const { clinic, look } = guide;
  const { patientPhone, appointmentId } = visit;
  await act(
    'The patient replies C',
    'A reply is understood and confirms the very time the patient was told.',
    async (say) => {
      const before = await patientPhone.received();
      await patientPhone.reply('C');
      const { sequence } = await eventually(
        () => guide.appointment(appointmentId),
        ({ confirmed }) => confirmed,
        { expected: `${appointmentId} to be confirmed`, look },
      );
      const thanks = await nextText(patientPhone, before, 'a thank-you', look);
      say(`confirmed, at sequence ${sequence}; ${thanks.body}`);
    },
  );

  const start = await act(
    'The patient opens the link and taps another time',
    'The page works without script: its own form, sent as a browser sends it, moves the visit.',
    async (say) => {
      const page = await fetch(visit.link, { signal: AbortSignal.timeout(15_000) });
      const html = await page.text();
      hold(page.status === 200, { expected: `${visit.link} to answer 200`, look }, page.status);
      const form = formsOf(html).find(({ fields }) => fields.action === 'reschedule');
      // The last one offered leaves the most reminders still to come.
      const button = form?.buttons.toSorted((a, b) => a.value.localeCompare(b.value)).at(-1);
      hold(form !== undefined && button !== undefined, { expected: 'a form with other times on the page', look }, html);
      const sent = await fetch(new URL(form.action, visit.link), {
        method: form.method,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...form.fields, [button.name]: button.value }).toString(),
        redirect: 'manual',
        signal: AbortSignal.timeout(15_000),
      });
      const location = sent.headers.get('location') ?? '';
      hold(sent.status === 303, { expected: 'the form to answer with a redirect (303)', look }, sent.status);
      const after = await fetch(new URL(location, visit.link), { signal: AbortSignal.timeout(15_000) });
      const shownPage = await after.text();
      hold(shownPage.includes(button.value), { expected: `the page to show ${button.value}`, look }, location);
      say(`from ${told(visit.appointment.start, clinic)} to ${told(button.value, clinic)}`);
      return button.value;
    },
  );
  const appointment = await act(
    'The move is on record, and on the phone',
    'The visit has its new time and is not confirmed any more; the old plan of texts was replaced in the same transaction.',
    async (say) => {
      const now = await guide.appointment(appointmentId);
      hold(
        now.start === start && now.sequence === 1 && !now.confirmed,
        { expected: `start ${start}, sequence 1, not confirmed`, look },
        { start: now.start, sequence: now.sequence, confirmed: now.confirmed },
      );
      const moved = await eventually(
        () => patientPhone.received(),
        (texts) => texts.some(({ context }) => context?.message === `${appointmentId}#moved#1`),
        { expected: 'a text that tells the new time', look },
      );
      say(moved.at(-1)?.body ?? '');
      const left = (await guide.texts(appointmentId)).filter(
        (text) => text.status === 'planned' && text.id.endsWith('#0'),
      );
      hold(left.length === 0, { expected: 'no text planned for the old time', look }, left);
      return now;
    },
  );
  return { ...visit, appointment };
}

async function remind(guide: Guide, act: Act, { appointment, appointmentId, patientPhone }: Visit): Promise<void> {
  const { clinic, look } = guide;
  await act(
    'The clock moves on to the reminders',
    'Only the new time is ever texted, and each reminder once.',
    async (say) => {
      const before = await patientPhone.received();
      const planned = (await guide.texts(appointmentId)).filter(({ status }) => status === 'planned');
      hold(planned.length > 0, { expected: 'reminders planned for the new time', look }, planned);
      const last =
        planned
          .map(({ plannedFor }) => plannedFor)
          .toSorted()
          .at(-1) ?? appointment.start;
      await advanceTo(clinic, instant(last).add({ minutes: 5 }));
      const reminders = await eventually(
        async () => (await patientPhone.received()).slice(before.length),
        (texts) => texts.length >= planned.length,
        { expected: `${planned.length} reminders`, look },
      );
      const ids = reminders.map(({ context }) => context?.message);
      hold(
        ids.length === planned.length && planned.every((text) => ids.filter((each) => each === text.id).length === 1),
        { expected: `each of ${planned.map((text) => text.id).join(', ')} once`, look },
        ids,
      );
      const time = formatVisitTime(instant(appointment.start), appointment.zone);
      const wrong = reminders.filter(({ body }) => !body.includes(time));
      hold(wrong.length === 0, { expected: `every reminder to say ${time}`, look }, wrong);
      for (const { body } of reminders) say(body);
    },
    180_000,
  );
}

interface SeenVisit extends Visit {
  readonly end: string;
}

async function see(guide: Guide, act: Act, visit: Visit): Promise<SeenVisit> {
  const { clinic, look } = guide;
  const { appointmentId, appointment } = visit;
  return act(
    'The patient comes and is seen',
    'Staff mark arrival and what took place; each write holds to the revision it has seen (If-Match).',
    async (say) => {
      await advanceTo(clinic, instant(appointment.start));
      const arrived = await guide.change('frontdesk', appointmentId, 'arrive');
      hold(arrived.status === 'arrived', { expected: 'status arrived', look }, arrived.status);
      await advanceTo(clinic, instant(appointment.end));
      const facts = { modality: appointment.modality, start: appointment.start, end: appointment.end };
      const fulfilled = await guide.change('clinician', appointmentId, 'fulfil', facts);
      hold(fulfilled.status === 'fulfilled', { expected: 'status fulfilled', look }, fulfilled.status);
      say(`arrived, then fulfilled by ${facts.modality}, revision ${fulfilled.rev}`);
      return { ...visit, appointment: fulfilled, end: facts.end };
    },
    120_000,
  );
}

const painAnswer = 4;

async function followUp(guide: Guide, act: Act, visit: SeenVisit): Promise<void> {
  const { clinic, look } = guide;
  const { patientPhone, appointmentId, appointment } = visit;
  await act(
    'Two days later the clinic asks how it goes',
    'The check-in follows from the visit that took place, and comes in the daytime of the patient.',
    async (say) => {
      const before = await patientPhone.received();
      const checkInId = `${appointmentId}#check-in-48h#${appointment.sequence}`;
      const planned = (await guide.texts(appointmentId)).find((text) => text.id === checkInId);
      hold(planned?.status === 'planned', { expected: `${checkInId} to be planned`, look }, planned);
      await advanceTo(clinic, instant(planned.plannedFor).add({ minutes: 1 }));
      const text = await nextText(patientPhone, before, 'the check-in', look);
      hold(text.context?.message === checkInId, { expected: checkInId, look }, text);
      say(text.body);
    },
    180_000,
  );
  await act(
    `The patient answers ${painAnswer}`,
    'A number answers the open question and is stored as an observation.',
    async (say) => {
      const before = await patientPhone.received();
      await patientPhone.reply(String(painAnswer));
      const observations = await eventually(
        async () => {
          const clinicId = id('clinic').parse(clinic.clinicId);
          return (await pageOfObservations(clinicId, appointment.patientId, { limit: 5 })).items;
        },
        ([latest]) => latest?.kind === 'pain' && latest.value === painAnswer,
        { expected: `pain ${painAnswer} on record for ${appointment.patientId}`, look },
      );
      await nextText(patientPhone, before, 'a thank-you', look);
      say(`${observations[0]?.id}: pain ${observations[0]?.value} of 10, at ${observations[0]?.observedAt}`);
    },
  );
}

const triageCase = z.object({
  id: z.string(),
  status: z.string(),
  flags: z.array(z.string()),
  disposition: z.string(),
  phone: z.string().optional(),
  rev: z.number(),
});
const triageCases = z.object({ items: z.array(triageCase) });

async function redFlag(guide: Guide, act: Act, { patientPhone }: Visit): Promise<void> {
  const { clinic, look } = guide;
  const onCall = guide.phone(clinic.onCallNumber);
  const opened = await act(
    'The patient writes of a red flag',
    'Words of an emergency open a case at once, text the clinician on call, and tell the patient to call 911.',
    async (say) => {
      const [onPhone, onCallBefore] = [await patientPhone.received(), await onCall.received()];
      const words = "numb between my legs and can't pee";
      await patientPhone.reply(words);
      const cases = await eventually(
        () => openCases(guide),
        (items) => items.some(({ phone }) => phone === patientPhone.number),
        { expected: `an open case for ${patientPhone.number}`, look },
      );
      const found = cases.find(({ phone }) => phone === patientPhone.number);
      hold(found?.disposition === 'EMERGENCY', { expected: 'the disposition EMERGENCY', look }, found);
      const alert = await nextText(onCall, onCallBefore, `an alert on ${onCall.number}`, look);
      const isDiscreet = alert.body.includes(found.id) && !alert.body.includes(patientPhone.number);
      hold(isDiscreet, { expected: `an alert that names ${found.id} and nobody else`, look }, alert.body);
      const advice = await nextText(patientPhone, onPhone, 'advice to the patient', look);
      hold(advice.body.includes('911'), { expected: 'advice to call 911', look }, advice.body);
      say(`"${words}" -> ${found.flags.join(', ')}`);
      say(`${onCall.number}: ${alert.body}`);
      say(`${patientPhone.number}: ${advice.body}`);
      return found;
    },
  );
  await act(
    'A clinician takes the case on',
    'A red flag waits in a list until a human with the right to do so has taken it on.',
    async (say) => {
      const taken = await guide.ask(triageCase, 'clinician', 'POST', `/v1/triage-cases/${opened.id}/acknowledge`, {
        body: { note: 'Called the patient and sent them to the emergency department.' },
        headers: { 'if-match': `"${opened.rev}"` },
      });
      hold(taken.status === 'acknowledged', { expected: 'status acknowledged', look }, taken.status);
      await eventually(
        () => openCases(guide),
        (items) => !items.some((each) => each.id === opened.id),
        { expected: `${opened.id} to leave the list of open cases`, look },
      );
      say(`${opened.id} acknowledged`);
    },
  );
}

/** All open cases; the list has pages. */
async function openCases(guide: Guide): Promise<readonly z.output<typeof triageCase>[]> {
  const page = triageCases.extend({ cursor: z.string().optional() });
  const all: z.output<typeof triageCase>[] = [];
  let cursor: string | undefined;
  do {
    const query = { status: 'open', limit: 100, cursor };
    const next = await guide.ask(page, 'clinician', 'GET', '/v1/triage-cases', { query });
    all.push(...next.items);
    cursor = next.cursor;
  } while (cursor !== undefined);
  return all;
}

async function stop(guide: Guide, act: Act, { patientPhone }: Visit): Promise<void> {
  const { clinic, look } = guide;
  await act(
    'The patient replies STOP, and eight days pass',
    'An opt-out is confirmed once; after it nothing more is texted, though exercise nudges were planned.',
    async (say) => {
      const before = await patientPhone.received();
      await patientPhone.reply('STOP');
      const goodbye = await nextText(patientPhone, before, 'one confirmation of the opt-out', look);
      say(goodbye.body);
      await advanceClock(clinic, 8 * 86_400);
      const after = (await patientPhone.received()).slice(before.length + 1);
      hold(after.length === 0, { expected: 'no text after the opt-out', look }, after);
      say('eight days on: silence');
    },
    180_000,
  );
}

const charges = z.object({
  items: z.array(chargeLine.extend({ objectKey: z.string(), replacedBy: z.string().optional() })),
});

async function bill(guide: Guide, act: Act, { appointmentId }: Visit): Promise<void> {
  const { clinic, look } = guide;
  await act(
    'The charge line is exported',
    'A fulfilled visit became exactly one line: over the API and, the same, as an object for the biller.',
    async (say) => {
      const { items } = await eventually(
        () => guide.ask(charges, 'biller', 'GET', `/v1/appointments/${appointmentId}/charges`),
        (answer) => answer.items.length > 0,
        { expected: `a charge of ${appointmentId}`, look },
      );
      const [line] = items;
      hold(items.length === 1 && line !== undefined, { expected: 'one charge line', look }, items);
      const { objectKey, replacedBy: _, ...shown } = line;
      const object = await readObject(clinic, objectKey);
      const exported = chargeLine.parse(JSON.parse(object.trim()));
      hold(
        JSON.stringify(exported) === JSON.stringify(chargeLine.parse(shown)),
        {
          expected: 'the object to hold the line that the API shows',
          look: `s3://${clinic.documentsBucket}/${objectKey}`,
        },
        exported,
      );
      say(`${line.chargeId}: ${line.serviceDate}, ${line.minutes} minutes by ${line.modality}, ${line.provider.role}`);
      say(`suggested ${line.suggestedCode ?? 'no code'}: ${line.rule?.why ?? 'no rule applies'}`);
      if (line.needsReview) say(`a biller must look at: ${line.reviewReasons.join(', ')}`);
      say(`proved by ${line.evidence.map(({ entity, rev }) => `${entity} rev ${rev}`).join(', ')}`);
      say(`s3://${clinic.documentsBucket}/${objectKey}:`);
      say(object.trim());
    },
  );
}

async function readObject({ documentsBucket, engineEndpoint }: ClinicInfo, key: string): Promise<string> {
  const s3 = new S3Client({ endpoint: engineEndpoint, forcePathStyle: true });
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: documentsBucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } finally {
    s3.destroy();
  }
}

async function audit(guide: Guide, act: Act, { appointmentId }: Visit): Promise<void> {
  const { clinic, look } = guide;
  await act(
    'The audit log holds',
    'Every change above is in hash chains that hold from end to end, and every record is as its newest entry says.',
    async (say) => {
      const chains = await walkClinic(clinic.clinicId);
      const broken = chains.filter((chain) => chain.broken !== undefined);
      hold(broken.length === 0, { expected: 'no broken chain', look: 'npx plumbline audit verify' }, broken);
      const { records, different } = await verifyRecords(
        clinic.clinicId,
        () => new Promise((resolve) => setTimeout(resolve, 1_000)),
      );
      const entries = chains.reduce((sum, chain) => sum + chain.head.seq, 0);
      hold(
        different.length === 0,
        { expected: 'every record as its newest entry says', look: 'npx plumbline audit verify --records' },
        different.slice(0, 5),
      );
      hold(entries > 0, { expected: 'entries', look }, entries);
      say(
        `${entries} entries in ${chains.length} chains, ${records} records; npx plumbline audit verify says the same`,
      );
      say(`the history of this visit: npx plumbline audit show --record ${appointmentId}`);
    },
    120_000,
  );
}

const publicPath = ({ slug }: ClinicInfo): string => `/v1/public/${slug}`;
const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const told = (start: string, { zone }: ClinicInfo): string => formatVisitTime(instant(start), zone);

/** Moves the clock to a moment, running what becomes due; a moment that has passed is left alone. */
async function advanceTo(clinic: ClinicInfo, moment: Temporal.Instant): Promise<void> {
  const seconds = Math.ceil((moment.epochMilliseconds - localNow(clinic.clockFile).epochMilliseconds) / 1000);
  if (seconds > 0) await advanceClock(clinic, seconds);
}
