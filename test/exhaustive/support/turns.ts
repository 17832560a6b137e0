import { AsyncLocalStorage } from 'node:async_hooks';
import type * as fc from 'fast-check';
import type { Moment } from '../../helpers/memory-table/memory-table.ts';

/** What runs beside others, by turns that the scheduler gives. */
export interface Runner {
  readonly name: string;
  readonly body: () => Promise<void>;
  /** Its process ends after so many awaits, in the middle of whatever it does. @default never */
  readonly stopsAfter?: number | undefined;
}

/** A runner at work. */
interface Turn {
  readonly name: string;
  /** Awaits left until its process ends. */
  left: number;
  readonly stop: () => void;
}

/** A runner that waits for what never comes. */
export class Stuck extends Error {}

/** Joins an in-memory table, runners and the scheduler of one run at a time: at every await somebody else may go on. */
export class Turns {
  readonly #present = new AsyncLocalStorage<Turn>();
  readonly #setTimeout = globalThis.setTimeout;
  #scheduler: fc.Scheduler | undefined;

  /** Whose code runs; undefined outside of runners. */
  get name(): string | undefined {
    return this.#present.getStore()?.name;
  }

  /** For whatever a runner waits for: a request on its way, and the answer to it. */
  readonly between = (moment: Moment, operation: string): Promise<void> => {
    const turn = this.#present.getStore();
    if (turn === undefined || this.#scheduler === undefined) return Promise.resolve();
    // A transaction under way belongs to the database: it goes on whatever becomes of its client.
    if (moment === 'commit') return this.#scheduler.schedule(Promise.resolve(), `${turn.name} commit`);
    if (turn.left === 0) {
      turn.stop();
      return new Promise(() => {});
    }
    turn.left -= 1;
    // An answer is news to its own client only, so waiting before the next request is all the waiting there is to do.
    if (moment === 'answer') return Promise.resolve();
    return this.#scheduler.schedule(Promise.resolve(), `${turn.name} ${operation}`);
  };

  /** In place of `setTimeout`: how long a runner waits does not matter, what happens meanwhile does. */
  readonly wait = (resume: () => void): unknown =>
    this.#present.getStore() === undefined
      ? this.#setTimeout(resume, 0)
      : void this.between('request', 'wait').then(resume);

  /** Runs them to their ends. @throws what a runner throws; Stuck when one waits for what never comes */
  async run(runners: readonly Runner[], scheduler: fc.Scheduler): Promise<void> {
    this.#scheduler = scheduler;
    try {
      const started = runners.map((runner) => this.#start(runner));
      await quiet();
      while (scheduler.count() > 0) {
        await scheduler.waitOne();
        await quiet();
      }
      const stuck = started.filter(({ hasEnded }) => !hasEnded()).map(({ name }) => name);
      if (stuck.length > 0) throw new Stuck(`${stuck.join(', ')} waits for what never comes`);
      await Promise.all(started.map(({ end }) => end));
    } finally {
      this.#scheduler = undefined;
    }
  }

  #start({ name, body, stopsAfter = Number.POSITIVE_INFINITY }: Runner) {
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    let hasEnded = false;
    const work = this.#present.run({ name, left: stopsAfter, stop }, body);
    const end = Promise.race([work, stopped]).finally(() => {
      hasEnded = true;
    });
    end.catch(() => {}); // whoever awaits it last reports it
    return { name, end, hasEnded: () => hasEnded };
  }
}

/** Until nobody can go on without the scheduler: what runners do between two awaits takes microtasks only. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
