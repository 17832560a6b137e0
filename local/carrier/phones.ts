import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

const message = z.object({
  /** `MessageId` of a text from the clinic, `inboundMessageId` of one from the patient. */
  id: z.string(),
  from: z.enum(['clinic', 'patient']),
  phone: z.string(),
  clinicNumber: z.string(),
  body: z.string(),
  mediaUrls: z.array(z.string()).optional(),
  /** When the carrier took it. */
  at: z.string(),
  /** What happened to it: `PENDING` until the phone or a fault decides. */
  status: z.string(),
  encoding: z.enum(['GSM', 'UNICODE']),
  parts: z.int(),
  messageType: z.string().optional(),
  configurationSet: z.string().optional(),
  context: z.record(z.string(), z.string()).optional(),
  /** For how long the sender wants it handed over. */
  timeToLiveSeconds: z.int().optional(),
});

/** One accepted text, in either direction. */
export type Message = z.output<typeof message>;

const outgoing = z.object({
  id: z.string(),
  topic: z.enum(['deliveryEvents', 'inbound']),
  /** Real milliseconds since the epoch, not the clinic's clock: a moved clock delays no receipt. */
  dueMillis: z.number(),
  body: z.record(z.string(), z.unknown()),
});

/** An event that a topic must still be told. */
export type Outgoing = z.output<typeof outgoing>;

const optOut = z.object({
  list: z.string(),
  phone: z.string(),
  atMillis: z.number(),
  endUserOptedOut: z.boolean(),
});

/** One entry of an opt-out list. */
export type OptOut = z.output<typeof optOut>;

const state = z.object({
  messages: z.array(message),
  outgoing: z.array(outgoing),
  optOuts: z.array(optOut),
});

/** What the carrier remembers: every accepted text, what it owes the topics, and the opt-out lists. Kept in one file. */
export interface Memory {
  messages: Message[];
  outgoing: Outgoing[];
  optOuts: OptOut[];
}

const saveAfterMillis = 100;

/** Memory with its file: changes are written a moment later, all at once, and by `flush`. */
export class Phones {
  readonly memory: Memory;
  readonly #file: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @throws Error naming the file when it is there and is not what this program wrote. */
  constructor(file: string | undefined) {
    this.#file = file;
    this.memory = file === undefined ? empty() : read(file);
  }

  changed(): void {
    if (this.#file === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.flush(), saveAfterMillis);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    const beside = `${this.#file}.new`;
    writeFileSync(beside, JSON.stringify(this.memory));
    renameSync(beside, this.#file);
  }

  clear(): void {
    Object.assign(this.memory, empty());
    this.flush();
  }

  /** The texts on one phone, oldest first: what the clinic sent and the phone got, and what the patient wrote. */
  thread(phone: string): Message[] {
    return this.memory.messages.filter((each) => each.phone === phone && isOnPhone(each));
  }

  /** Every phone that has a text, the one with the newest first. */
  list(): { phone: string; messages: number; last: Message }[] {
    const phones = new Map<string, { phone: string; messages: number; last: Message }>();
    for (const each of this.memory.messages) {
      if (!isOnPhone(each)) continue;
      const messages = (phones.get(each.phone)?.messages ?? 0) + 1;
      phones.delete(each.phone);
      phones.set(each.phone, { phone: each.phone, messages, last: each });
    }
    return [...phones.values()].reverse();
  }
}

/** A text that failed or was blocked was accepted, but never reached the phone. */
export const isOnPhone = (each: Message): boolean => each.from === 'patient' || each.status === 'DELIVERED';

const empty = (): Memory => ({ messages: [], outgoing: [], optOuts: [] });

function read(file: string): Memory {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return empty();
  }
  try {
    return state.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`The carrier cannot read its threads: move ${file} away or delete it.`, { cause });
  }
}
