import { AsyncLocalStorage } from 'node:async_hooks';
import type * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { Id, IdKind } from '../../../../functions/platform/ids.ts';
import { Problem } from '../../../../functions/platform/problem.ts';
import { type TransactItem, transact } from '../../../../functions/platform/store/records.ts';
import { book } from '../../../../functions/scheduling/book.ts';
import { change } from '../../../../functions/scheduling/change.ts';
import { holdTime, releaseHold } from '../../../../functions/scheduling/hold.ts';
import { reschedule } from '../../../../functions/scheduling/reschedule.ts';
import type { Moment } from '../../../helpers/memory-table/memory-table.ts';
import type { Item } from '../../../helpers/memory-table/values.ts';
import { after, Broken, type Calendar, type Command, isDone, isTrue } from './model.ts';
import { starts, typeNames, type World } from './world.ts';

/**
 * One run: clients use the real use cases at the same time, fast-check's scheduler decides at every await whose turn it
 * is, and the model follows each transaction in the moment it is written.
 */

/** A command as fast-check makes it: small numbers, resolved against what the client knows when its turn comes. */
export interface Wish {
  readonly kind: Command['kind'] | 'book held' | 'six minutes pass';
  readonly patient: number;
  readonly provider: number;
  readonly type: number;
  readonly start: number;
  /** Which of the visits, or holds, this client knows of: those of the beginning, and its own. */
  readonly which: number;
  /** Whether the client says which revision it has seen. */
  readonly saysRevision: boolean;
  readonly by: 'patient' | 'clinic';
}

export interface ClientPlan {
  readonly wishes: readonly Wish[];
  /** The process ends after so many awaits, in the middle of whatever it does. @default never */
  readonly stopsAfter?: number | undefined;
}

/** A client at work. */
interface Client {
  readonly name: string;
  /** Awaits left until its process ends. */
  left: number;
  readonly stop: () => void;
  command: Command | undefined;
  /** Whether the present command has been written. */
  hasWritten: boolean;
}

export const minuteOf = (start: string): number => Date.parse(start) / 60_000;

const instantOf = (epochMinute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000);

/** Joins the table, the clients and the scheduler of one run at a time. */
export class Interleaver {
  readonly #present = new AsyncLocalStorage<Client>();
  readonly #setTimeout = globalThis.setTimeout;
  #scheduler: fc.Scheduler | undefined;
  /** Every state the calendar was in, the present one last. */
  #history: Calendar[] = [];

  /** For the in-memory table: where a client waits, somebody else may go on. */
  readonly between = (moment: Moment, operation: string): Promise<void> => {
    const client = this.#present.getStore();
    if (client === undefined || this.#scheduler === undefined) return Promise.resolve();
    // A transaction under way belongs to the database: it goes on whatever becomes of its client.
    if (moment === 'commit') return this.#scheduler.schedule(Promise.resolve(), `${client.name} commit`);
    if (client.left === 0) {
      client.stop();
      return new Promise(() => {});
    }
    client.left -= 1;
    // An answer is news to its own client only, so waiting before the next request is all the waiting there is to do.
    if (moment === 'answer') return Promise.resolve();
    return this.#scheduler.schedule(Promise.resolve(), `${client.name} ${operation}`);
  };

  /** In place of `setTimeout`: how long a client waits does not matter, what happens meanwhile does. */
  readonly wait = (resume: () => void, millis?: number): unknown =>
    this.#present.getStore() === undefined
      ? this.#setTimeout(resume, millis)
      : void this.between('request', 'wait').then(resume);

  /** For the in-memory table: the model takes the same step in the same moment. */
  readonly written = (items: readonly Item[]): void => {
    const client = this.#present.getStore();
    if (client === undefined) return;
    const { command } = client;
    if (command === undefined || client.hasWritten) throw new Broken('Something was written that nobody asked for');
    const idsOf = (kind: string) => items.filter(({ entity }) => entity === kind).map(({ id }) => String(id));
    this.#history.push(after(this.#now, command, { visits: idsOf('Appointment'), holds: idsOf('Hold') }));
    client.hasWritten = true;
  };

  get #now(): Calendar {
    const calendar = this.#history.at(-1);
    if (calendar === undefined) throw new Error('Nothing has begun');
    return calendar;
  }

  /** Runs the clients to their ends. @throws Broken when what was written or answered has no explanation */
  async run(
    world: World,
    calendar: Calendar,
    plans: readonly ClientPlan[],
    scheduler: fc.Scheduler,
  ): Promise<Calendar> {
    this.#scheduler = scheduler;
    this.#history = [calendar];
    try {
      const ends = plans.map((plan, index) => this.#start(world, plan, `client ${index}`));
      await quiet();
      while (scheduler.count() > 0) {
        await scheduler.waitOne();
        await quiet();
      }
      if (ends.some(({ hasEnded }) => !hasEnded())) throw new Broken('A client waits for what never comes');
      await Promise.all(ends.map(({ end }) => end));
      return this.#now;
    } finally {
      this.#scheduler = undefined;
    }
  }

  #start(world: World, plan: ClientPlan, name: string) {
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    const left = plan.stopsAfter ?? Number.POSITIVE_INFINITY;
    const client: Client = { name, left, stop, command: undefined, hasWritten: false };
    let hasEnded = false;
    const work = this.#present.run(client, () => this.#work(world, client, plan.wishes));
    const end = Promise.race([work, stopped]).finally(() => {
      hasEnded = true;
    });
    end.catch(() => {}); // whoever awaits it last reports it
    return { end, hasEnded: () => hasEnded };
  }

  async #work(world: World, client: Client, wishes: readonly Wish[]): Promise<void> {
    const known = { visits: [...this.#now.visits.keys()], holds: [...this.#now.holds.keys()] };
    for (const wish of wishes) {
      if (wish.kind === 'six minutes pass') {
        this.#history.push({ ...this.#now, clock: this.#now.clock + 6 });
        continue;
      }
      const command = this.#commandOf(wish, known);
      if (command === undefined) continue;
      const since = this.#history.length - 1;
      Object.assign(client, { command, hasWritten: false });
      const answer = await perform(world, command, wish).catch((error: unknown) => {
        if (error instanceof Problem) return { code: error.code };
        throw error;
      });
      this.#judge(client, command, answer, this.#history.slice(since));
      if (!('id' in answer)) continue;
      (command.kind === 'hold' ? known.holds : known.visits).push(answer.id);
    }
    client.command = undefined;
  }

  #commandOf(wish: Wish, known: { readonly visits: readonly string[]; readonly holds: readonly string[] }) {
    const { clock: now, visits, holds } = this.#now;
    const { provider, patient } = wish;
    const start = minuteOf(starts[wish.start] ?? starts[0]);
    const type = typeNames[wish.type] ?? 'alone';
    const hold = holds.get(known.holds[wish.which % known.holds.length] ?? '');
    const visit = visits.get(known.visits[wish.which % known.visits.length] ?? '');
    return resolved();

    function resolved(): Command | undefined {
      if (wish.kind === 'book' || wish.kind === 'hold') return { kind: wish.kind, patient, provider, type, start, now };
      if (wish.kind === 'book held' || wish.kind === 'release') {
        if (hold === undefined) return undefined;
        if (wish.kind === 'release') return { kind: 'release', hold: hold.id, now };
        const { provider: of, type: as, start: at } = hold;
        return { kind: 'book', patient, provider: of, type: as, start: at, hold: hold.id, now };
      }
      if (visit === undefined || wish.kind === 'six minutes pass') return undefined;
      const of = { visit: visit.id, ifMatch: wish.saysRevision ? visit.rev : undefined, now };
      return wish.kind === 'reschedule' ? { kind: wish.kind, provider, start, ...of } : { kind: wish.kind, ...of };
    }
  }

  /** An answer is right if the calendar explains it, as it was at some moment while the client waited. */
  #judge({ hasWritten }: Client, command: Command, answer: Answer, states: readonly Calendar[]): void {
    if ('code' in answer) {
      const { code } = answer;
      const isExplained = code === 'busy' || states.some((calendar) => isTrue(code, calendar, command));
      if (hasWritten || !isExplained) throw new Broken(`${command.kind} was refused: ${code}`);
    } else if (!hasWritten) {
      const wasDone = states.some((calendar) => isDone(calendar, command));
      if (!wasDone) throw new Broken(`${command.kind} was answered and never written`);
    } else if ('rev' in answer) {
      const { id, rev, start, status } = answer;
      const isSo = states.some(({ visits }) => {
        const visit = visits.get(id);
        return visit?.rev === rev && visit.start === minuteOf(start) && visit.status === status;
      });
      if (!isSo) throw new Broken(`${command.kind} was answered ${JSON.stringify(answer)}`);
    }
  }
}

/** Until nobody can go on without the scheduler: what clients do between two awaits takes microtasks only. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Answer =
  | { readonly code: string }
  | { readonly id: string; readonly rev: number; readonly start: string; readonly status: string }
  | { readonly id: string; readonly expiresAt: string }
  | { readonly isReleased: true };

const commit = (items: readonly TransactItem[]): Promise<void> =>
  items.length === 0 ? Promise.resolve() : transact(items);

/** Asks the use case. */
const perform = async (world: World, command: Command, wish: Wish): Promise<Answer> => {
  const caller = { ...world.caller, now: instantOf(command.now) };
  switch (command.kind) {
    case 'book': {
      const patient = world.patients[command.patient]?.patient;
      if (patient === undefined) throw new Error('Nobody of that number');
      const holdId = command.hold === undefined ? undefined : idOf('hold', command.hold);
      return book(caller, { ...placeOf(world, command), patientId: patient.id, holdId }, commit);
    }
    case 'hold':
      return holdTime(caller, 'staff', placeOf(world, command), commit);
    case 'release':
      return releaseHold(caller, 'staff', idOf('hold', command.hold), commit).then(() => ({ isReleased: true }));
    default:
  }
  const request = { appointmentId: idOf('appointment', command.visit), ifMatch: command.ifMatch };
  const write: Parameters<typeof change<Answer>>[3] = (appointment, items) => commit(items).then(() => appointment);
  switch (command.kind) {
    case 'reschedule': {
      const to = { start: storedOf(command.start), providerId: world.providers[command.provider]?.id };
      return reschedule(caller, { ...request, ...to, by: wish.by }, write);
    }
    case 'cancel':
      return change(caller, request, () => ({ kind: 'cancel', by: wish.by }), write);
    case 'confirm':
      return change(caller, request, ({ sequence }) => ({ kind: 'confirm', sequence }), write);
    default:
      return command satisfies never;
  }
};

const placeOf = ({ providers, types }: World, place: Extract<Command, { readonly kind: 'book' | 'hold' }>) => {
  const provider = providers[place.provider];
  if (provider === undefined) throw new Error('Nobody of that number');
  return { providerId: provider.id, typeId: types[place.type].id, start: storedOf(place.start) };
};

const storedOf = (epochMinute: number): string => instantOf(epochMinute).toString({ smallestUnit: 'second' });

const idOf = <K extends IdKind>(_kind: K, id: string): Id<K> => id as Id<K>;
