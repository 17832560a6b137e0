import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { Patient } from '../../../../functions/intake/patients.ts';
import { DEFAULT_PLAN } from '../../../../functions/messaging/core/message-plan.ts';
import { forgetPlans } from '../../../../functions/messaging/plans/plan-in-force.ts';
import { savePlan } from '../../../../functions/messaging/plans/plans.ts';
import { receiveText } from '../../../../functions/messaging/replies/receive.ts';
import { loadWords } from '../../../../functions/messaging/replies/words.ts';
import { smsClient } from '../../../../functions/messaging/sending/carrier.ts';
import { pauseSending, resumeSending } from '../../../../functions/messaging/sending/pause.ts';
import { recordReceipt } from '../../../../functions/messaging/sending/receipts.ts';
import { sendText } from '../../../../functions/messaging/sending/send.ts';
import { sweepDue } from '../../../../functions/messaging/sending/sweep.ts';
import { toStored } from '../../../../functions/platform/clock.ts';
import { ConditionFailed, Contended } from '../../../../functions/platform/store/records.ts';
import type { AppointmentCommand } from '../../../../functions/scheduling/core/appointment-status.ts';
import type { Appointment } from '../../../../functions/scheduling/core/types.ts';
import type { Item } from '../../../helpers/memory-table/values.ts';
import {
  addPatient,
  bookVisit,
  changeVisit,
  later,
  moveTo,
  newWorld,
  start,
  type World,
} from '../../../integration/messaging/world.ts';
import { openStage } from '../../support/stage.ts';
import { Turns } from '../../support/turns.ts';
import { Broken, Judge } from './judge.ts';
import { type CarrierFault, carrierFaults, Outside, receiptStories } from './outside.ts';

/** How many runs there are in all, with and without processes that end. INTERLEAVINGS=100000 looks longer. */
const interleavings = Number(process.env.INTERLEAVINGS ?? 10_000);
export const crashRuns = Math.ceil(interleavings / 2);
export const raceRuns = interleavings - crashRuns;

/** Only against hanging: a run takes some ten milliseconds. */
export const timeoutMillis = 120_000 + interleavings * 200;

/** What somebody does: a function that runs, the clinic, a patient, the time. */
const acts = {
  sweep: 3,
  send: 6,
  receipt: 2,
  reply: 4,
  'the same reply again': 1,
  cancel: 1,
  move: 2,
  'minutes pass': 3,
  pause: 1,
  resume: 1,
  'plan off': 1,
} as const;
type Act = keyof typeof acts;

const words = [
  'STOP',
  'STOP',
  'CANCEL',
  'START',
  'START',
  'HELP',
  'C',
  'R',
  'yes',
  'ok thanks',
  'numb between my legs and I cannot pee',
  'please stop texting me',
];
/** Those of them that end texts. */
const stops: ReadonlySet<string> = new Set(['STOP', 'CANCEL', 'please stop texting me']);
/** A lease runs out in a few minutes, waiting for a receipt in fifteen; the reminder is six hours ahead. */
const jumps = [1, 6, 20, 361];

export interface Wish {
  readonly act: Act;
  /** Which visit, phone, word, hint or jump: each act takes what it needs. */
  readonly which: number;
}

export interface Plan {
  readonly wishes: readonly Wish[];
  readonly stopsAfter?: number | undefined;
}

export interface Weather {
  readonly plans: readonly Plan[];
  readonly faults: readonly CarrierFault[];
  readonly stories: readonly (readonly string[])[];
}

const wish: fc.Arbitrary<Wish> = fc.record({
  act: fc.oneof(...Object.entries(acts).map(([act, weight]) => ({ weight, arbitrary: fc.constant(act as Act) }))),
  which: fc.nat({ max: 2 * words.length - 1 }),
});

/** Three or four processes at once, with an act or two each; the carrier is in any mood. */
export const weather = (stopsAfter: fc.Arbitrary<number | undefined>): fc.Arbitrary<Weather> => {
  const plan = fc.record({ wishes: fc.array(wish, { minLength: 1, maxLength: 2 }), stopsAfter });
  const fault = fc.oneof(
    { weight: 4, arbitrary: fc.constant<CarrierFault>('accepted') },
    { weight: 3, arbitrary: fc.constantFrom(...carrierFaults) },
  );
  return fc.record({
    plans: fc.array(plan, { minLength: 2, maxLength: 4 }),
    faults: fc.array(fault, { maxLength: 5 }),
    stories: fc.array(fc.constantFrom(...receiptStories), { maxLength: 4 }),
  });
};

interface Inbound {
  readonly from: string;
  readonly body: string;
  readonly saidAt: Temporal.Instant;
  readonly inboundMessageId: string;
}

interface Present {
  readonly judge: Judge;
  readonly outside: Outside;
  /** What patients wrote; the queue brings it until it was taken in. */
  readonly inbox: Inbound[];
  readonly unread: Set<Inbound>;
  now: Temporal.Instant;
  isPlanOff: boolean;
}

export interface Session {
  readonly interleave: (weather: Weather, scheduler: fc.Scheduler) => Promise<void>;
  /** How often each act ended, and each ending of a text. */
  readonly counts: ReadonlyMap<string, number>;
  readonly close: () => void;
}

/** Two patients, the first with a visit tomorrow whose confirmation is due; each run begins there. */
export const openSession = async (): Promise<Session> => {
  const turns = new Turns();
  let present: Present | undefined;
  const stage = openStage(turns, (items) => present?.judge.written(items));
  Object.assign(process.env, {
    SEND_QUEUE_URL: 'http://127.0.0.1/0/send',
    SEND_BULK_QUEUE_URL: 'http://127.0.0.1/0/send-bulk',
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    PUBLIC_URL: 'https://visits.example',
  });
  stage.replace(smsClient, 'send', (command: Parameters<Outside['send']>[0]) => there(present).outside.send(command));
  stage.replace(globalThis, 'fetch', (...request: Parameters<Outside['fetch']>) =>
    there(present).outside.fetch(...request),
  );

  // Loaded by the first text, which is nothing a run may wait for.
  await loadWords();
  stage.begin();
  const world = await newWorld();
  const patients = [await addPatient(world), await addPatient(world, { givenName: 'Ben' })] as const;
  const visit = await bookVisit(world, patients[0], later(start, 30));
  const beginning = stage.dynamo.snapshot();
  const counts = new Map<string, number>();
  const tally = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  const interleave: Session['interleave'] = async ({ plans, faults, stories }, scheduler) => {
    stage.dynamo.restore(beginning);
    stage.begin();
    forgetPlans(world.clinic.clinicId);
    const judge = new Judge(world.clinic.onCallNumber);
    judge.begin(stage.dynamo.items('records'));
    const outside = new Outside(turns, faults, stories, judge);
    const run: Present = { judge, outside, inbox: [], unread: new Set(), now: start, isPlanOff: false };
    present = run;
    outside.hints.push({ clinicId: visit.clinicId, messageId: `${visit.id}#confirmation#0` });
    const actors = new Actors(world, patients, visit, run, tally);
    await turns.run(
      plans.map(({ wishes, stopsAfter }, index) => ({
        name: `process ${index}`,
        stopsAfter,
        body: async () => {
          for (const each of wishes) await actors.act(each);
        },
      })),
      scheduler,
    );
    const before = outside.taken.length;
    await settle(actors, run);
    if (run.isPlanOff) judge.tookNone('visit', outside.taken.slice(before));
    judge.end(outside.taken);
    audit(run, stage.dynamo.items('records'));
    for (const { status } of judge.itemsOf('Message', stage.dynamo.items('records'))) tally(String(status));
    present = undefined;
  };
  return { interleave, counts, close: stage.close };
};

const there = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('Nothing runs');
  return value;
};

/** Does what a wish says, as the functions that run in the cloud do it. */
class Actors {
  readonly #world: World;
  readonly #patients: readonly Patient[];
  readonly #visit: Appointment;
  readonly #run: Present;
  readonly #tally: (what: string) => void;

  constructor(
    world: World,
    patients: readonly Patient[],
    visit: Appointment,
    run: Present,
    tally: (what: string) => void,
  ) {
    this.#world = world;
    this.#patients = patients;
    this.#visit = visit;
    this.#run = run;
    this.#tally = tally;
  }

  /** Does it, or fails and leaves it to be done again, as a queue does with what a function could not get through. */
  async act({ act, which }: Wish): Promise<void> {
    try {
      await this.#do(act, which);
      this.#tally(act);
    } catch (error) {
      if (!(error instanceof Contended)) throw error;
      this.#tally('contended');
    }
  }

  #do(act: Act, which: number): Promise<void> {
    switch (act) {
      case 'sweep':
        return this.sweep();
      case 'send':
        return this.send(which);
      case 'receipt':
        return this.receipt(which);
      case 'reply':
        return this.reply(which);
      case 'the same reply again':
        return this.takeIn(this.#run.inbox[which % Math.max(1, this.#run.inbox.length)]);
      case 'cancel':
        return this.#change({ kind: 'cancel', by: 'clinic' });
      case 'move':
        return this.#change(moveTo(later(start, 32 + which)));
      case 'pause':
        return pauseSending(this.#caller, 'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT', 15);
      case 'resume':
        return resumeSending(this.#caller);
      case 'plan off':
        return this.#switchOff();
      case 'minutes pass':
        this.#run.now = this.#run.now.add({ minutes: jumps[which % jumps.length] ?? 1 });
        return Promise.resolve();
    }
  }

  get #caller() {
    return this.#world.caller(this.#run.now);
  }

  /** The clinic wants no texts around its visits any more. */
  async #switchOff(): Promise<void> {
    try {
      await savePlan(this.#caller, { planId: 'clinic', plan: { ...DEFAULT_PLAN, enabled: false } });
    } catch (error) {
      // Another has switched it off at the same moment.
      if (!(error instanceof ConditionFailed)) throw error;
    }
    this.#run.isPlanOff = true;
  }

  get #at() {
    return { now: this.#run.now, requestId: 'test' };
  }

  hintOf(messageId: string) {
    return { clinicId: this.#world.clinic.clinicId, messageId };
  }

  async sweep(): Promise<void> {
    await sweepDue('reminders', this.#run.now, 'test');
  }

  /** Works off a hint. Until that is done it stays in the queue, and another sender may get it too. */
  async send(which: number): Promise<void> {
    const { hints } = this.#run.outside;
    const hint = hints[which % Math.max(1, hints.length)];
    if (hint === undefined) return;
    await sendText(hint, this.#at);
    const index = hints.indexOf(hint);
    if (index >= 0) hints.splice(index, 1);
  }

  async receipt(which: number): Promise<void> {
    const { receipts } = this.#run.outside;
    const receipt = receipts[which % Math.max(1, receipts.length)];
    if (receipt === undefined) return;
    await recordReceipt(receipt, this.#at);
    const index = receipts.indexOf(receipt);
    if (index >= 0) receipts.splice(index, 1);
  }

  async reply(which: number): Promise<void> {
    const { inbox, unread } = this.#run;
    const from = there(this.#patients[which % 7 === 6 ? 1 : 0]).phone;
    // Nobody writes twice in a second; whose turn comes first is another matter.
    this.#run.now = this.#run.now.add({ seconds: 1 });
    const saidAt = this.#run.now;
    const inbound = { from, body: words[which % words.length] ?? '', inboundMessageId: `in-${inbox.length}`, saidAt };
    inbox.push(inbound);
    unread.add(inbound);
    // The queue brings it now, or after what is written later.
    if (which < words.length) await this.takeIn(inbound);
  }

  async takeIn(inbound: Inbound | undefined): Promise<void> {
    if (inbound === undefined) return;
    const { saidAt, ...text } = inbound;
    await receiveText({ ...text, to: this.#world.clinic.originationNumber }, { ...this.#at, saidAt });
    this.#run.unread.delete(inbound);
  }

  async #change(command: AppointmentCommand): Promise<void> {
    try {
      await changeVisit(this.#world, there(this.#patients[0]), this.#visit.id, command, this.#run.now);
    } catch (error) {
      // It is called off already, or has begun: nothing to change.
      if (!(error instanceof Error) || !/^[a-z-]+$/.test(error.message)) throw error;
    }
  }
}

/** The longest way to the end: a reminder tomorrow, its lease, its receipt. */
const maxRounds = 60;

/**
 * Everything goes well from here on, one after the other, until nothing is due any more. The sweep runs where it alone can go
 * on; a text that is merely due is handed over without it, because it asks eight shards each time.
 */
const settle = async (actors: Actors, run: Present): Promise<void> => {
  const { judge, outside, unread } = run;
  for (let round = 0; round < maxRounds; round += 1) {
    for (const inbound of [...unread].toReversed()) await actors.takeIn(inbound);
    while (outside.receipts.length > 0) await actors.receipt(0);
    while (outside.hints.length > 0) await actors.send(0);
    const [next, ...others] = judge.open;
    if (next === undefined) {
      if (outside.receipts.length === 0) return;
      continue;
    }
    if (next.dueAt > toStored(run.now)) run.now = Temporal.Instant.from(next.dueAt);
    else run.now = run.now.add({ minutes: 1 });
    const due = [next, ...others].filter(({ dueAt }) => dueAt <= toStored(run.now));
    if (due.some(({ status }) => status !== 'planned')) await actors.sweep();
    else outside.hints.push(...due.map(({ messageId }) => actors.hintOf(messageId)));
  }
  throw new Broken(`Something is still due at ${run.now}: ${JSON.stringify(judge.open[0])}`);
};

/** What patients wrote is there once each, every red flag has its case, and whose last word was STOP has stopped. */
const audit = ({ inbox, judge }: Present, items: readonly Item[]): void => {
  const stored = judge.itemsOf('InboundText', items);
  if (stored.length !== inbox.length) throw new Broken(`${inbox.length} replies are stored as ${stored.length}`);
  const flagged = inbox.filter(({ body }) => body.startsWith('numb')).length;
  const cases = judge.itemsOf('TriageCase', items).length;
  if (cases !== flagged) throw new Broken(`${flagged} red flags became ${cases} cases`);
  for (const [phone, texts] of Map.groupBy(inbox, ({ from }) => from)) {
    const last = texts.findLast(({ body }) => stops.has(body) || body === 'START');
    const standing = judge.itemsOf('Standing', items).find((item) => item.phone === phone);
    if (last !== undefined && stops.has(last.body) && standing?.optedOut === undefined) {
      throw new Broken(`${phone} said ${last.body} last and is texted`);
    }
  }
};
