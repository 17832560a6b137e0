import type { Item } from '../../../helpers/memory-table/values.ts';
import type { Taken } from './outside.ts';

/** What never may be was. */
export class Broken extends Error {}

/** What goes out to who said stop: the confirmation of it, and help. */
const isForStopped = (template: string): boolean => template.startsWith('reply-opt-out') || template === 'reply-help';

const isOpen = (status: unknown): boolean => status === 'planned' || status === 'claimed' || status === 'ambiguous';

interface VisitState {
  readonly status: string;
  readonly sequence: number;
}

/**
 * Follows every transaction in the moment it is written, knowing nothing of the app's code: who has said stop, how each
 * visit stands, which text is claimed. At every claim and every text the carrier takes it asks whether that may be.
 */
export class Judge {
  /** The clinic's own number for alerts: its texts do not depend on anybody's agreement. */
  readonly #onCall: string;
  readonly #stopped = new Map<string, boolean>();
  readonly #visits = new Map<string, VisitState>();
  readonly #messages = new Map<string, Item>();
  /** How often a number went from being texted to not. */
  readonly #stops = new Map<string, number>();

  constructor(onCall: string) {
    this.#onCall = onCall;
  }

  /** Takes over a table as it is. */
  begin(items: readonly Item[]): void {
    for (const item of items) this.#note(item);
  }

  readonly written = (items: readonly Item[]): void => {
    for (const item of items) if (item.entity === 'Message') this.#look(item);
    for (const item of items) this.#note(item);
  };

  #note(item: Item): void {
    const { entity, phone, granted, category, id } = item;
    if (entity === 'Appointment') {
      this.#visits.set(String(id), { status: String(item.status), sequence: Number(item.sequence) });
    }
    if (entity === 'Message') this.#messages.set(String(item.messageId), item);
    if (entity === 'Consent' && (category === 'all' || category === 'treatment')) {
      const number = String(phone);
      if (granted === false && this.#stopped.get(number) !== true) {
        this.#stops.set(number, (this.#stops.get(number) ?? 0) + 1);
      }
      this.#stopped.set(number, granted === false);
    }
  }

  /** A claim is the last moment at which a text can still be held back: whatever it depends on must hold then. */
  #look(item: Item): void {
    const before = this.#messages.get(String(item.messageId));
    const isClaim = item.status === 'claimed' && before?.status !== 'claimed';
    if (!isClaim) return;
    const { messageId, to, template, cause, step, causeId, sequence } = item;
    const told = `${String(messageId)} (${String(template)})`;
    if (cause !== 'triage' && before?.status !== 'planned') throw new Broken(`${told} was claimed again`);
    const hasStopped = this.#stopped.get(String(to)) === true;
    if (to !== this.#onCall && hasStopped && !isForStopped(String(template))) {
      throw new Broken(`${told} was claimed after the number had said stop`);
    }
    if (cause !== 'visit') return;
    const visit = this.#visits.get(String(causeId));
    const wanted = step === 'cancelled' ? 'cancelled' : 'booked';
    if (visit?.status !== wanted || visit.sequence !== sequence) {
      throw new Broken(`${told} was claimed for a visit that is ${visit?.status} at ${visit?.sequence}`);
    }
  }

  /** A text that the carrier took: claimed before, to whom it was claimed for, and never the second of one id. */
  took({ messageId, to }: Taken, earlier: readonly Taken[]): void {
    const message = this.#messages.get(messageId);
    if (message === undefined || message.to !== to) throw new Broken(`${messageId} went to somebody else`);
    if (message.status === 'planned' || message.status === 'suppressed') {
      throw new Broken(`${messageId} went out while it was ${message.status}`);
    }
    // An alert is sent again where nobody knows; all else is dropped rather than doubled.
    if (message.cause !== 'triage' && earlier.some((text) => text.messageId === messageId)) {
      throw new Broken(`${messageId} went out twice`);
    }
  }

  /** What is switched off takes no text along that was pending then. */
  tookNone(cause: string, taken: readonly Taken[]): void {
    const broken = taken.find(({ messageId }) => this.#messages.get(messageId)?.cause === cause);
    if (broken !== undefined) throw new Broken(`${broken.messageId} went out after its plan was switched off`);
  }

  /** In the end nothing is lost, and each STOP was confirmed at most once. */
  end(taken: readonly Taken[]): void {
    for (const { messageId, status, statusReason, to } of this.#messages.values()) {
      const isTaken = taken.some((text) => text.messageId === messageId);
      if (isOpen(status)) throw new Broken(`${String(messageId)} to ${String(to)} is still ${status}`);
      if (isTaken && status === 'suppressed') throw new Broken(`${String(messageId)} went out and counts as held back`);
      if (!isTaken && (status === 'accepted' || status === 'delivered')) {
        throw new Broken(`${String(messageId)} counts as ${status} and never went out`);
      }
      if (!isTaken && statusReason === undefined)
        throw new Broken(`${String(messageId)} is ${status} without a reason`);
    }
    for (const [phone, stops] of this.#stops) {
      const isConfirmation = ({ messageId, to }: Taken) => to === phone && messageId.includes('#reply-opt-out');
      const confirmations = taken.filter(isConfirmation).length;
      if (confirmations > stops) throw new Broken(`${stops} times stop was confirmed ${confirmations} times`);
    }
  }

  /** What is not at its end yet, the next due first. */
  get open(): readonly { readonly messageId: string; readonly status: string; readonly dueAt: string }[] {
    return [...this.#messages.values()]
      .filter(({ status }) => isOpen(status))
      .map(({ messageId, status, dueAt }) => ({
        messageId: String(messageId),
        status: String(status),
        dueAt: String(dueAt),
      }))
      .toSorted((one, other) => one.dueAt.localeCompare(other.dueAt));
  }

  itemsOf(entity: string, items: readonly Item[]): readonly Item[] {
    return items.filter((item) => item.entity === entity);
  }
}
