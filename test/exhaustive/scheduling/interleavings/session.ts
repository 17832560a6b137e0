import { Metrics } from '@aws-lambda-powertools/metrics';
import { EntityFormatter } from 'dynamodb-toolbox/entity/actions/format';
import * as fc from 'fast-check';
import { log } from '../../../../functions/platform/log.ts';
import { withHours } from '../../../../functions/scheduling/known-hours.ts';
import { installMemoryTable } from '../../../helpers/memory-table/install.ts';
import { auditTable } from './audit.ts';
import { type ClientPlan, Interleaver, type Wish } from './clinic-run.ts';
import { createWorld, starts, typeNames } from './world.ts';

/** How many runs there are in all, with and without processes that end. INTERLEAVINGS=200000 looks longer. */
const interleavings = Number(process.env.INTERLEAVINGS ?? 10_000);
export const crashRuns = Math.ceil(interleavings / 2);
export const raceRuns = interleavings - crashRuns;

/** Only against hanging: a run takes a few milliseconds. */
export const timeoutMillis = 120_000 + interleavings * 100;

export interface Session {
  /** Runs the clients from the same beginning, and looks at what they left behind. */
  readonly interleave: (plans: readonly ClientPlan[], scheduler: fc.Scheduler) => Promise<void>;
  /** How often each kind of command was written so far. */
  readonly counts: ReadonlyMap<string, number>;
  readonly close: () => void;
}

/**
 * Stands a small clinic on an in-memory table behind the app's client, and makes all that is not the scheduler's choice
 * the same in every run: ids, what is kept warm, the hints that are lost. `close` gives everything back.
 */
export const openSession = async (): Promise<Session> => {
  const interleaver = new Interleaver();
  const { dynamo, uninstall } = installMemoryTable('records', interleaver);
  const random = new Repeatable();
  const { SEND_QUEUE_URL, RECORDS_TABLE } = process.env;
  process.env.RECORDS_TABLE = 'records';
  delete process.env.SEND_QUEUE_URL; // every hint is lost: the sweep would find the texts
  // Not by spies, which would remember millions of calls.
  const giveBack = [
    replace(globalThis, 'setTimeout', interleaver.wait),
    replace(globalThis.crypto, 'getRandomValues', random.fill),
    replace(performance, 'now', () => 0), // what is kept warm stays warm, however long all runs take
    replace(log, 'warn', () => {}),
    replace(Metrics.prototype, 'addMetric', () => {}),
    replace(EntityFormatter.prototype, 'format', formatOnce),
  ];
  const { world, calendar } = await createWorld();
  const beginning = dynamo.snapshot();
  return {
    interleave: async (plans, scheduler) => {
      dynamo.restore(beginning);
      random.begin(1);
      // Whatever the runs before have left in memory.
      for (const provider of world.providers) await withHours(world.caller.clinicId, provider, starts[0].slice(0, 10));
      const after = await interleaver.run(world, calendar, plans, scheduler);
      auditTable(world, dynamo.items('records'), after);
    },
    counts: interleaver.counts,
    close: () => {
      for (const undo of giveBack) undo();
      Object.assign(process.env, SEND_QUEUE_URL === undefined ? {} : { SEND_QUEUE_URL });
      if (RECORDS_TABLE === undefined) delete process.env.RECORDS_TABLE;
      else process.env.RECORDS_TABLE = RECORDS_TABLE;
      uninstall();
    },
  };
};

/** Puts another value in place of a property; what comes back undoes it. */
const replace = (owner: object, name: string, value: unknown): (() => void) => {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, writable: true, value });
  return () => {
    Reflect.deleteProperty(owner, name);
    if (own !== undefined) Object.defineProperty(owner, name, own);
  };
};

const format = EntityFormatter.prototype.format;
const formatted = new WeakMap<object, unknown>();

/** An item that is read again is the same frozen object here; formatting it again is a fifth of all the work. */
const formatOnce = function (this: EntityFormatter, item: object, options?: object): unknown {
  if (options !== undefined && Object.values(options).some((option) => option !== undefined)) {
    return Reflect.apply(format, this, [item, options]);
  }
  const known = formatted.get(item) ?? Reflect.apply(format, this, [item]);
  formatted.set(item, known);
  return known;
};

/** Bytes that come again: a run that is replayed has the ids it had. */
class Repeatable {
  #state = 0;

  begin(seed: number): void {
    this.#state = seed * 0x9e3779b9;
  }

  readonly fill = <T extends Uint8Array>(bytes: T): T => {
    for (let index = 0; index < bytes.length; index += 1) {
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[index] = this.#state >>> 24;
    }
    return bytes;
  };
}

/** What clients ask for, and how often beside each other. */
const kinds = {
  book: 3,
  hold: 1,
  'book held': 1,
  release: 1,
  reschedule: 3,
  cancel: 2,
  confirm: 1,
  'ask to move': 1,
  rebook: 1,
  'book series': 1,
  'cancel series': 1,
  'cancel day': 1,
  'six minutes pass': 1,
} as const satisfies Record<Wish['kind'], number>;

const kind = fc.oneof(
  ...Object.entries(kinds).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as keyof typeof kinds) })),
);

/** What must have been written many times over for the runs to mean anything. */
export const writingKinds = Object.keys(kinds).filter((name) => name !== 'book held' && name !== 'six minutes pass');

const wish: fc.Arbitrary<Wish> = fc.record({
  kind,
  patient: fc.nat({ max: 2 }),
  provider: fc.nat({ max: 1 }),
  type: fc.nat({ max: typeNames.length - 1 }),
  start: fc.nat({ max: starts.length - 1 }),
  which: fc.nat({ max: 5 }),
  saysRevision: fc.boolean(),
  by: fc.constantFrom('patient', 'clinic'),
});

/** Two clients, seldom three, with a command or two each: what goes wrong goes wrong between two or three commands. */
export const clients = (stopsAfter: fc.Arbitrary<number | undefined>): fc.Arbitrary<readonly ClientPlan[]> => {
  const wishes = fc.oneof({ weight: 2, arbitrary: fc.tuple(wish) }, { weight: 1, arbitrary: fc.tuple(wish, wish) });
  const client = fc.record({ wishes, stopsAfter });
  return fc.oneof(
    { weight: 5, arbitrary: fc.tuple(client, client) },
    { weight: 1, arbitrary: fc.tuple(client, client, client) },
  );
};
