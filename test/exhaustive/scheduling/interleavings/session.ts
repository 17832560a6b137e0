import * as fc from 'fast-check';
import { withHours } from '../../../../functions/scheduling/known-hours.ts';
import { openStage } from '../../support/stage.ts';
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

/** Stands a small clinic on an in-memory table, each run of which begins the same. `close` gives everything back. */
export const openSession = async (): Promise<Session> => {
  const interleaver = new Interleaver();
  const { dynamo, begin, close } = openStage(interleaver.turns, interleaver.written);
  delete process.env.SEND_QUEUE_URL; // every hint is lost: the sweep would find the texts
  const { world, calendar } = await createWorld();
  const beginning = dynamo.snapshot();
  return {
    interleave: async (plans, scheduler) => {
      dynamo.restore(beginning);
      begin();
      // Whatever the runs before have left in memory.
      for (const provider of world.providers) {
        await withHours(world.caller.clinicId, provider, starts[0].slice(0, 10));
      }
      const after = await interleaver.run(world, calendar, plans, scheduler);
      auditTable(world, dynamo.items('records'), after);
    },
    counts: interleaver.counts,
    close,
  };
};

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
  'sweep offers': 1,
  'sweep later': 2,
  'accept offer': 2,
  'decline offer': 1,
  'leave the line': 1,
  'six minutes pass': 1,
} as const satisfies Record<Wish['kind'], number>;

const kind = fc.oneof(
  ...Object.entries(kinds).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as keyof typeof kinds) })),
);

/** What must have been written many times over for the runs to mean anything. */
const notWritten: readonly string[] = ['book held', 'sweep later', 'six minutes pass'];
export const writingKinds = Object.keys(kinds).filter((name) => !notWritten.includes(name));

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
