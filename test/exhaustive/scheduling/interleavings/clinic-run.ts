import type * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { Id, IdKind } from '../../../../functions/platform/ids.ts';
import { Problem } from '../../../../functions/platform/problem.ts';
import { type TransactItem, transact } from '../../../../functions/platform/store/records.ts';
import { book } from '../../../../functions/scheduling/book.ts';
import { cancelDay } from '../../../../functions/scheduling/cancel-day.ts';
import { change } from '../../../../functions/scheduling/change.ts';
import { holdTime, releaseHold } from '../../../../functions/scheduling/hold.ts';
import { acceptOffer, declineOffer } from '../../../../functions/scheduling/offer-link.ts';
import { sweepOffers } from '../../../../functions/scheduling/offers.ts';
import { rebookByLink } from '../../../../functions/scheduling/rebook.ts';
import { reschedule } from '../../../../functions/scheduling/reschedule.ts';
import { bookSeries, cancelSeries } from '../../../../functions/scheduling/series.ts';
import { leaveWaitingList } from '../../../../functions/scheduling/waiting-list.ts';
import type { Item } from '../../../helpers/memory-table/values.ts';
import { Turns } from '../../support/turns.ts';
import { Broken } from './broken.ts';
import {
  after,
  type Calendar,
  type Command,
  dateOf,
  isDone,
  isDoneInSteps,
  isEmpty,
  isTrue,
  type OfVisit,
  type Place,
  seriesCount,
} from './model.ts';
import { isPassedOver, leftDue } from './sweeps.ts';
import { minuteOf, starts, typeNames, type World } from './world.ts';

/**
 * One run: clients use the real use cases at the same time, fast-check's scheduler decides at every await whose turn it
 * is, and the model follows each transaction in the moment it is written.
 */

/** A command as fast-check makes it: small numbers, resolved against what the client knows when its turn comes. */
export interface Wish {
  readonly kind: Command['kind'] | 'book held' | 'sweep later' | 'six minutes pass';
  readonly patient: number;
  readonly provider: number;
  readonly type: number;
  readonly start: number;
  /** Which of the visits, holds or series this client knows of: those of the beginning, and its own. Any offer, any place in line. */
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
  command: Command | undefined;
  /** Whether the present command has been written. */
  hasWritten: boolean;
  /** From which state on it has looked at the calendar for what it writes next. */
  since: number;
}

const instantOf = (epochMinute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(epochMinute * 60_000);

/** Follows what the clients of one run at a time write. */
export class Interleaver {
  readonly turns = new Turns();
  #clients: ReadonlyMap<string, Client> = new Map();
  /** Every state the calendar was in, the present one last. */
  #history: Calendar[] = [];

  /** How often each kind of command was written. */
  readonly counts = new Map<Command['kind'], number>();

  /** For the in-memory table: the model takes the same step in the same moment. */
  readonly written = (items: readonly Item[]): void => {
    const client = this.#clients.get(this.turns.name ?? '');
    if (client === undefined) return;
    const { command } = client;
    if (command === undefined || (client.hasWritten && !isDoneInSteps(command))) {
      throw new Broken('Something was written that nobody asked for');
    }
    const idsOf = (kind: string) => items.filter(({ entity }) => entity === kind).map(({ id }) => String(id));
    const written = {
      ...{ visits: idsOf('Appointment'), holds: idsOf('Hold'), series: idsOf('Series') },
      ...{ entries: idsOf('WaitingEntry'), openings: idsOf('Opening'), offers: idsOf('Offer') },
      hasClosed: idsOf('AvailabilityException').length > 0,
      hasLapsed: items.some(({ status }) => status === 'lapsed'),
    };
    const next = after(this.#now, command, written);
    if (command.kind === 'sweep offers' && isPassedOver(this.#history.slice(client.since), command, written)) {
      throw new Broken('Somebody in the line was passed over');
    }
    this.#history.push(next);
    Object.assign(client, { hasWritten: true, since: this.#history.length - 1 });
    this.counts.set(command.kind, (this.counts.get(command.kind) ?? 0) + 1);
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
    this.#history = [calendar];
    const clients = plans.map(({ wishes, stopsAfter }, index) => {
      const client: Client = { command: undefined, hasWritten: false, since: 0 };
      const body = () => this.#work(world, client, wishes);
      return { client, runner: { name: `client ${index}`, body, stopsAfter } };
    });
    this.#clients = new Map(clients.map(({ client, runner }) => [runner.name, client]));
    await this.turns.run(
      clients.map(({ runner }) => runner),
      scheduler,
    );
    return this.#now;
  }

  async #work(world: World, client: Client, wishes: readonly Wish[]): Promise<void> {
    const known: Known = {
      visits: [...this.#now.visits.keys()],
      holds: [...this.#now.holds.keys()],
      series: [...this.#now.series.keys()],
    };
    for (const wish of wishes) {
      if (wish.kind === 'six minutes pass' || wish.kind === 'sweep later') {
        this.#history.push({ ...this.#now, clock: this.#now.clock + 6 });
      }
      const command = commandOf(wish, this.#now, known);
      if (command === undefined) continue;
      const since = this.#history.length - 1;
      Object.assign(client, { command, hasWritten: false, since });
      const answer = await perform(world, command, wish).catch((error: unknown) => {
        if (error instanceof Problem) return { code: error.code };
        throw error;
      });
      this.#judge(client, command, answer, this.#history.slice(since));
      if (command.kind === 'hold' && 'id' in answer) known.holds.push(answer.id);
      if (command.kind === 'book' && 'id' in answer) known.visits.push(answer.id);
      if (command.kind === 'book series' && 'id' in answer) {
        known.series.push(answer.id);
        known.visits.push(...(this.#now.series.get(answer.id) ?? []));
      }
    }
    client.command = undefined;
  }

  /** An answer is right if the calendar explains it, as it was at some moment while the client waited. */
  #judge({ hasWritten }: Client, command: Command, answer: Answer, states: readonly Calendar[]): void {
    if ('code' in answer) {
      const { code } = answer;
      const isExplained = code === 'busy' || states.some((calendar) => isTrue(code, calendar, command));
      if (hasWritten || !isExplained) throw new Broken(`${command.kind} was refused: ${code}`);
    } else if ('isEmptied' in answer) {
      if (command.kind !== 'cancel day') throw new Error('Only a day is emptied');
      const isSo = isEmpty(this.#now, command.provider, command.date);
      if (answer.isEmptied && !isSo) throw new Broken('A day was called off, and somebody is still booked on it');
    } else if (command.kind === 'sweep offers') {
      const due = leftDue(states, command);
      if (due.length > 0) throw new Broken(`A sweep left ${due.join(', ')} due`);
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

type Answer =
  | { readonly code: string }
  | { readonly id: string; readonly rev: number; readonly start: string; readonly status: string }
  | { readonly id: string; readonly expiresAt: string }
  | { readonly id: string; readonly items: readonly object[] }
  | { readonly isEmptied: boolean }
  | { readonly isSo: true };

interface Known {
  readonly visits: string[];
  readonly holds: string[];
  readonly series: string[];
}

const commandOf = (wish: Wish, calendar: Calendar, known: Known): Command | undefined => {
  const { clock: now, visits, holds } = calendar;
  const { provider, patient, kind, by } = wish;
  const start = minuteOf(starts[wish.start] ?? starts[0]);
  const type = typeNames[wish.type] ?? 'alone';
  const choose = (ids: readonly string[]): string => ids[wish.which % Math.max(1, ids.length)] ?? '';
  switch (kind) {
    case 'six minutes pass':
      return undefined;
    case 'book':
    case 'hold':
    case 'book series':
      return { kind, patient, provider, type, start, now };
    case 'cancel day':
      return { kind, provider, date: dateOf(start), now };
    case 'sweep offers':
    case 'sweep later':
      return { kind: 'sweep offers', now };
    case 'accept offer':
    case 'decline offer': {
      const offer = choose([...calendar.offers.keys()]);
      const { patient: asked = 0 } = calendar.entries.get(calendar.offers.get(offer)?.entry ?? '') ?? {};
      return { kind, offer, patient: asked, now };
    }
    case 'leave the line': {
      const entry = choose([...calendar.entries.keys()]);
      return { kind, entry, ifMatch: wish.saysRevision ? calendar.entries.get(entry)?.rev : undefined, now };
    }
    case 'cancel series': {
      const series = choose(known.series);
      return calendar.series.has(series) ? { kind, series, now } : undefined;
    }
    case 'book held':
    case 'release': {
      const hold = holds.get(choose(known.holds));
      if (hold === undefined || kind === 'release') return hold && { kind: 'release', hold: hold.id, now };
      const place = { provider: hold.provider, type: hold.type, start: hold.start };
      return { kind: 'book', patient, ...place, hold: hold.id, now };
    }
    default: {
      const isLost = (id: string) => visits.get(id)?.status === 'cancelled';
      const visit = visits.get(choose(kind === 'rebook' ? known.visits.filter(isLost) : known.visits));
      if (visit === undefined) return undefined;
      const of = { visit: visit.id, ifMatch: wish.saysRevision ? visit.rev : undefined, now };
      if (kind === 'reschedule') return { kind, provider, start, ...of };
      if (kind === 'rebook') return { kind, start, ...of };
      return kind === 'cancel' ? { kind, by, ...of } : { kind, ...of };
    }
  }
};

/** When no link has expired yet. */
const farAway = '2027-01-01T00:00:00Z';

const commit = (items: readonly TransactItem[]): Promise<void> =>
  items.length === 0 ? Promise.resolve() : transact(items);

/** Asks the use case. */
const perform = async (world: World, command: Command, wish: Wish): Promise<Answer> => {
  const caller = { ...world.caller, now: instantOf(command.now) };
  switch (command.kind) {
    case 'book': {
      const holdId = command.hold === undefined ? undefined : idOf('hold', command.hold);
      const patientId = patientOf(world, command.patient).id;
      return book(caller, { ...placeOf(world, command), patientId, holdId }, commit);
    }
    case 'hold':
      return holdTime(caller, 'staff', placeOf(world, command), commit);
    case 'release':
      return releaseHold(caller, 'staff', idOf('hold', command.hold), commit).then(() => ({ isSo: true }));
    case 'book series': {
      const patientId = patientOf(world, command.patient).id;
      return bookSeries(caller, { ...placeOf(world, command), patientId, count: seriesCount, everyWeeks: 1 }, commit);
    }
    case 'cancel series':
      return cancelSeries(caller, idOf('series', command.series), undefined, commit).then(() => ({ isSo: true }));
    case 'cancel day': {
      const day = { providerId: providerOf(world, command.provider).id, date: command.date, reason: 'away' };
      const { failed, remaining } = await cancelDay(caller, day, commit);
      return { isEmptied: failed.length + remaining === 0 };
    }
    case 'sweep offers':
      return sweepOffers(caller.now, 'sweep').then(() => ({ isSo: true }));
    case 'accept offer':
    case 'decline offer': {
      const [patientId, offerId] = [patientOf(world, command.patient).id, idOf('offer', command.offer)];
      const link = { clinicId: caller.clinicId, patientId, offerId, expiresAt: farAway };
      const answer = command.kind === 'accept offer' ? acceptOffer : declineOffer;
      return answer({ caller, link, commit }).then(() => ({ isSo: true }));
    }
    case 'leave the line': {
      const request = { id: idOf('waitingEntry', command.entry), ifMatch: command.ifMatch };
      return leaveWaitingList(caller, request, commit).then(() => ({ isSo: true }));
    }
    default:
      return performOnVisit(world, command, wish);
  }
};

const performOnVisit = async (world: World, command: Extract<Command, OfVisit>, wish: Wish): Promise<Answer> => {
  const caller = { ...world.caller, now: instantOf(command.now) };
  const request = { appointmentId: idOf('appointment', command.visit), ifMatch: command.ifMatch };
  const write: Parameters<typeof change<Answer>>[3] = (appointment, items) => commit(items).then(() => appointment);
  switch (command.kind) {
    case 'reschedule': {
      const to = { start: storedOf(command.start), providerId: providerOf(world, command.provider).id };
      return reschedule(caller, { ...request, ...to, by: wish.by }, write);
    }
    case 'rebook': {
      const { clinicId } = caller;
      const { ifMatch } = command;
      const patientId = world.patients[0]?.id ?? 'pat_';
      const link = { clinicId, patientId, appointmentId: request.appointmentId, expiresAt: farAway };
      return rebookByLink({ caller, link, ifMatch, commit }, storedOf(command.start)).then(() => ({ isSo: true }));
    }
    case 'cancel':
      return change(caller, request, () => ({ kind: 'cancel', by: command.by }), write);
    case 'ask to move':
      return change(caller, request, () => ({ kind: 'request-reschedule' }), write);
    case 'confirm':
      return change(caller, request, ({ sequence }) => ({ kind: 'confirm', sequence }), write);
    default:
      return command satisfies never;
  }
};

const placeOf = (world: World, { provider, type, start }: Place) => ({
  providerId: providerOf(world, provider).id,
  typeId: world.types[type].id,
  start: storedOf(start),
});

const providerOf = ({ providers }: World, index: number) => there(providers[index]);
const patientOf = ({ patients }: World, index: number) => there(patients[index]);

const there = <T>(somebody: T | undefined): T => {
  if (somebody === undefined) throw new Error('Nobody of that number');
  return somebody;
};

const storedOf = (epochMinute: number): string => instantOf(epochMinute).toString({ smallestUnit: 'second' });

const idOf = <K extends IdKind>(_kind: K, id: string): Id<K> => id as Id<K>;
