import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Temporal } from 'temporal-polyfill';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadExercisePlan } from '../../../functions/care/exercise.ts';
import { loadStanding } from '../../../functions/messaging/consent/consent.ts';
import { DEFAULT_PLAN, type StepSpec } from '../../../functions/messaging/core/message-plan.ts';
import { maxPictureBytes } from '../../../functions/messaging/core/picture.ts';
import { countDays } from '../../../functions/messaging/figures/figures.ts';
import { forgetPlans } from '../../../functions/messaging/plans/plan-in-force.ts';
import { loadPause } from '../../../functions/messaging/sending/pause.ts';
import { recordReceipt } from '../../../functions/messaging/sending/receipts.ts';
import { sendText } from '../../../functions/messaging/sending/send.ts';
import { getMessage, type Message } from '../../../functions/messaging/store.ts';
import { localDateOf } from '../../../functions/platform/time.ts';
import { type Answer, askAsStaff } from '../../helpers/clinic.ts';
import { messaging } from '../../helpers/messaging.ts';
import { startNetwork } from './network.ts';
import { addPatient, at, bookVisit, changeVisit, iso, later, newWorld, start, type World } from './world.ts';

const network = await startNetwork();
/** Two clinics: the second is the one that must not reach the first. */
let world: World;
let other: World;
beforeAll(async () => {
  [world, other] = await Promise.all([newWorld(), newWorld()]);
});
afterEach(() => network.break());

const route = '/v1/exercise-pictures';
type Options = Parameters<typeof askAsStaff>[3];
const ask = ({ clinic }: World, key: string, options?: Options): Promise<Answer> =>
  askAsStaff(messaging, clinic.clinicId, key, options);

/** A file that begins like a PNG, of so many bytes. */
const png = (length = 64): Buffer => {
  const file = Buffer.alloc(length);
  file.set(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  return file;
};
const add = (of: World, file: Buffer, title = 'Bridge') =>
  ask(of, `POST ${route}`, { body: { title, base64: file.toString('base64') } });
const added = async (of: World): Promise<string> => {
  const answer = await add(of, png());
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
};
const retire = (of: World, pictureId: string, headers: Record<string, string> = {}) =>
  ask(of, `POST ${route}/{pictureId}/retire`, { params: { pictureId }, headers });
const fieldsOf = ({ body }: Answer): string[] => body.errors.map(({ field }: { field: string }) => field);

describe('the pictures of a clinic', () => {
  it('are kept as they came, listed by title, and retired once', async () => {
    const clinic = await newWorld();
    const files = { Squat: png(100), Bridge: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]) };
    const squat = await add(clinic, files.Squat, 'Squat');
    const bridge = await add(clinic, files.Bridge, 'Bridge');
    expect(squat).toMatchObject({ status: 201, body: { type: 'image/png', bytes: 100, status: 'active', rev: 1 } });
    expect((await ask(clinic, `GET ${route}`)).body.items).toEqual([bridge.body, squat.body]);
    const { Body, ContentType } = await new S3Client({ forcePathStyle: true }).send(
      new GetObjectCommand({ Bucket: 'documents', Key: `pictures/${clinic.clinic.clinicId}/${bridge.body.id}.jpg` }),
    );
    expect(ContentType).toBe('image/jpeg');
    expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(files.Bridge);

    expect(await retire(clinic, squat.body.id, { 'if-match': '"7"' })).toMatchObject({ status: 412 });
    expect(await retire(clinic, squat.body.id)).toMatchObject({ status: 200, body: { status: 'retired', rev: 2 } });
    expect(await retire(clinic, squat.body.id)).toMatchObject({ status: 409, body: { code: 'invalid-state' } });
    expect((await ask(clinic, `GET ${route}`)).body.items).toEqual([bridge.body]);
  });

  it('are nothing of another clinic: not listed, not retired, not planned', async () => {
    const pictureId = await added(other);
    expect((await ask(world, `GET ${route}`)).body.items).toEqual([]);
    expect(await retire(world, pictureId)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    const plan = await planWith(world, { pictureId });
    expect(plan).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(fieldsOf(plan)).toEqual([`body.steps.${nudgeIndex}.pictureId`]);
  });

  it('may have 2 MB', async () => {
    expect(await add(await newWorld(), png(maxPictureBytes))).toMatchObject({
      status: 201,
      body: { bytes: maxPictureBytes },
    });
  });

  const whole = png().toString('base64');
  it.each<readonly [string, unknown, readonly string[]]>([
    ['a byte too many', { base64: png(maxPictureBytes + 1).toString('base64') }, ['body.base64']],
    ['far too many', { base64: png(3_000_000).toString('base64') }, ['body.base64']],
    ['a PDF file', { base64: Buffer.from('%PDF-1.7').toString('base64') }, ['body.base64']],
    ['line breaks', { base64: `${whole.slice(0, 76)}\n${whole.slice(76)}` }, ['body.base64']],
    ['what is not base64', { base64: '<svg>' }, ['body.base64']],
    ['an address in place of a file', { base64: `data:image/png;base64,${whole}` }, ['body.base64']],
    ['no file', { base64: '' }, ['body.base64']],
    ['no title', { title: ' ', base64: whole }, ['body.title']],
    ['a type that it says itself', { base64: whole, type: 'image/png' }, ['body.type']],
  ])('have not %s: the field is named', async (_, body, fields) => {
    const answer = await ask(world, `POST ${route}`, { body: { title: 'Bridge', ...(body as object) } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it('come in less than Lambda takes', async () => {
    expect(await add(world, png(4_000_000))).toMatchObject({ status: 413, body: { code: 'too-large' } });
  });
});

const nudgeIndex = DEFAULT_PLAN.steps.findIndex(({ name }) => name === 'exercise-week-1');
const planWith = (of: World, change: Readonly<Record<string, unknown>>, name = 'exercise-week-1') =>
  ask(of, 'PUT /v1/message-plans/{planId}', {
    params: { planId: 'clinic' },
    body: { steps: DEFAULT_PLAN.steps.map((step: StepSpec) => (step.name === name ? { ...step, ...change } : step)) },
  });

/** A patient who was seen, and whose first nudge has a picture. */
const nudged = async () => {
  const of = await newWorld();
  const { clinicId } = of.clinic;
  const pictureId = await added(of);
  expect(await planWith(of, { pictureId })).toMatchObject({ status: 200 });
  forgetPlans(clinicId);
  const patient = await addPatient(of);
  const visit = await bookVisit(of, patient, start, later(start, -1));
  await changeVisit(of, patient, visit.id, { kind: 'arrive' }, start);
  const fulfilment = { modality: 'in-person', start: iso(start), end: iso(later(start, 0.5)) } as const;
  await changeVisit(of, patient, visit.id, { kind: 'fulfil', fulfilment }, later(start, 1));
  const plan = await loadExercisePlan(clinicId, patient.id);
  const messageId = `${plan?.id}#exercise-week-1#0`;
  const load = (): Promise<Message | undefined> => getMessage(clinicId, messageId);
  const due = Temporal.Instant.from((await load())?.dueAt ?? '');
  const send = async (now = due) => {
    await sendText({ clinicId, messageId }, at(now));
    return load();
  };
  return { of, clinicId, patient, pictureId, messageId, due, load, send };
};

describe('a nudge with a picture', () => {
  it('goes as one MMS, held to the same claim, and is settled by its receipts', async () => {
    const { of, clinicId, patient, pictureId, messageId, due, load, send } = await nudged();
    const sent = await send();
    expect(sent).toMatchObject({ status: 'accepted', attempts: 1, parts: 1, pictureId });
    expect(sent?.pictureRefused).toBeUndefined();
    const [accepted, ...more] = await network.acceptedFor(patient.phone);
    expect(more).toEqual([]);
    expect(accepted).toMatchObject({
      body: expect.stringContaining('exercise'),
      mediaUrls: [`s3://documents/pictures/${clinicId}/${pictureId}.png`],
      context: { clinic: clinicId, message: messageId },
    });
    // As long as no receipt says what it cost, it counts as a picture does.
    const date = localDateOf(due, of.clinic.zone);
    const [day] = await countDays(of.clinic, [date], later(due, 1));
    const row = day?.figures.rows.find(({ step }) => step === 'exercise-week-1');
    expect(row).toMatchObject({ parts: 1, costMicros: 30_000 });

    // A hint that comes twice finds it gone.
    await send();
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);

    const receipt = { messageId: accepted?.id ?? '', destinationPhoneNumber: patient.phone };
    const context = accepted?.context;
    await recordReceipt({ ...receipt, eventType: 'MEDIA_DELIVERED', context }, at(later(due, 0.1)));
    expect(await load()).toMatchObject({ status: 'delivered' });
  });

  it.each([
    ['the picture', { kind: 'refuse-picture' }, 'MEDIA_TYPE_NOT_SUPPORTED'],
    [
      'the number, which sends no MMS',
      { kind: 'refuse-picture', reason: 'NUMBER_CAPABILITIES_MISMATCH' },
      'NUMBER_CAPABILITIES_MISMATCH',
    ],
    [
      'the first call for a reason of its own',
      { kind: 'spend-limit', next: 1 },
      'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT',
    ],
  ] as const)('refused because of %s goes in the same words without it, once', async (_, fault, reason) => {
    const { clinicId, patient, send } = await nudged();
    await network.break(fault);
    const sent = await send();
    expect(sent).toMatchObject({ status: 'accepted', attempts: 1, pictureRefused: reason });
    expect(sent?.pictureId).toBeUndefined();
    const accepted = await network.acceptedFor(patient.phone);
    expect(accepted).toEqual([expect.objectContaining({ body: expect.stringContaining('exercise') })]);
    expect(accepted[0]?.mediaUrls).toBeUndefined();
    expect(await loadPause(clinicId)).toBeUndefined();
  });

  it('refused, whose words have arrived before their call is answered, is known to have gone without it', async () => {
    const { patient, due, send } = await nudged();
    await network.break({ kind: 'refuse-picture' }, { kind: 'delay', answerMillis: 1_500 });
    const sending = send();
    const accepted = await vi.waitFor(async () => {
      const [text] = await network.acceptedFor(patient.phone);
      expect(text).toBeDefined();
      return text;
    }, 30_000);
    const receipt = {
      messageId: accepted?.id ?? '',
      destinationPhoneNumber: patient.phone,
      context: accepted?.context,
    };
    await recordReceipt({ ...receipt, eventType: 'TEXT_DELIVERED', totalMessageParts: 1 }, at(later(due, 0.1)));
    const sent = await sending;
    expect(sent).toMatchObject({ status: 'delivered', parts: 1, pictureRefused: 'MEDIA_TYPE_NOT_SUPPORTED' });
    expect(sent?.pictureId).toBeUndefined();
  });

  it.each(['drop-after-accepting', 'error-after-accepting'] as const)(
    'that may have been taken is not sent again without it: %s',
    async (kind) => {
      const { patient, send } = await nudged();
      await network.break({ kind });
      expect(await send()).toMatchObject({ status: 'ambiguous' });
      expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
    },
  );

  it('refused together with its words waits, and takes the picture along when it goes', async () => {
    const { clinicId, patient, pictureId, due, send } = await nudged();
    await network.break({ kind: 'spend-limit' });
    const held = await send();
    expect(held).toMatchObject({ status: 'planned', statusReason: 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT' });
    expect(await loadPause(clinicId)).toBeDefined();
    await network.break();
    const sent = await send(later(due, 0.5));
    expect(sent).toMatchObject({ status: 'accepted', pictureId });
    expect(sent?.pictureRefused).toBeUndefined();
    expect(await network.acceptedFor(patient.phone)).toHaveLength(1);
  });

  it('to who said stop at the carrier goes neither way', async () => {
    const { patient, send } = await nudged();
    await network.break({ kind: 'opted-out' });
    expect(await send()).toMatchObject({ status: 'failed', statusReason: 'DESTINATION_PHONE_NUMBER_OPTED_OUT' });
    expect(await network.acceptedFor(patient.phone)).toEqual([]);
  });

  it('goes without one that was retired since it was planned', async () => {
    const { of, patient, pictureId, send } = await nudged();
    expect(await retire(of, pictureId)).toMatchObject({ status: 200 });
    expect((await send())?.pictureId).toBeUndefined();
    const accepted = await network.acceptedFor(patient.phone);
    expect(accepted.map(({ mediaUrls }) => mediaUrls)).toEqual([undefined]);
  });

  it('whose file cannot be read later has failed, which says nothing about the number', async () => {
    const { of, patient, due, load, send } = await nudged();
    await send();
    const [accepted] = await network.acceptedFor(patient.phone);
    const receipt = {
      messageId: accepted?.id ?? '',
      destinationPhoneNumber: patient.phone,
      context: accepted?.context,
    };
    await recordReceipt({ ...receipt, eventType: 'MEDIA_FILE_INACCESSIBLE' }, at(later(due, 0.1)));
    expect(await load()).toMatchObject({ status: 'failed', statusReason: 'FILE_INACCESSIBLE' });
    expect((await loadStanding(of.clinic.clinicId, patient.phone)).failures).toBeUndefined();
  });

  it('is planned only where the words are about exercise', async () => {
    const of = await newWorld();
    const plan = await planWith(of, { pictureId: await added(of) }, 'check-in-48h');
    const index = DEFAULT_PLAN.steps.findIndex(({ name }) => name === 'check-in-48h');
    expect(plan).toMatchObject({ status: 400 });
    expect(fieldsOf(plan)).toEqual([`body.steps.${index}.pictureId`]);
  });
});
