import { routes as billing } from '../functions/billing/contract.ts';
import { routes as care } from '../functions/care/contract.ts';
import { routes as intake } from '../functions/intake/contract.ts';
import {
  deskRoutes as textDesk,
  inboxRoutes as textInbox,
  officeRoutes as textOffice,
} from '../functions/messaging/contract.ts';
import { routes as platform } from '../functions/platform/contract.ts';
import type { Route } from '../functions/platform/http/contract.ts';
import { deskRoutes, feedRoutes, linkRoutes, officeRoutes, publicRoutes } from '../functions/scheduling/contract.ts';
import type { RecordsAccess } from './constructs/plumbline-function.ts';

/** The queues of the house and who puts messages on them. */
export const queues = {
  /** Ids of texts that somebody waits for: the sweeps and the use cases. */
  send: { fedBy: 'functions' },
  /** Ids of texts that can wait for their turn, so that the others never wait for them: the sweeps. */
  'send-bulk': { fedBy: 'functions' },
  /** What patients wrote: AWS End User Messaging, over the topic of inbound texts. */
  receive: { fedBy: 'inbound-texts' },
  /** What became of the texts: AWS End User Messaging, over the topic of delivery events. */
  receipts: { fedBy: 'delivery-events' },
} as const satisfies Record<string, { readonly fedBy: 'functions' | 'inbound-texts' | 'delivery-events' }>;

export type QueueName = keyof typeof queues;

/** What starts a function. */
export type Trigger =
  | { readonly kind: 'http'; readonly routes: readonly Route[] }
  /** Every so many minutes. @default 1 */
  | { readonly kind: 'schedule'; readonly everyMinutes?: number }
  | {
      readonly kind: 'queue';
      readonly queue: QueueName;
      readonly batchSize: number;
      /** Most invocations at a time (at least 2): what the carrier or the table can bear. */
      readonly maxConcurrency: number;
    }
  /** Changes of records whose `entity` is one of `entities`, or, without it, of every record that is not technical. */
  | { readonly kind: 'stream'; readonly entities?: readonly string[]; readonly batchSize: number };

/** One function: what starts it, what it may touch. Anything not named here it cannot reach. */
export interface FunctionSpec {
  readonly trigger: Trigger;
  readonly records?: RecordsAccess;
  readonly audit?: 'read' | 'append';
  /** Objects under this prefix of the documents bucket. */
  readonly documents?: { readonly access: 'read' | 'write'; readonly prefix: string };
  /** Whether it may put texts on the send queue. */
  readonly enqueuesTexts?: true;
  /** Whether it may put texts on the queue of those that can wait. */
  readonly enqueuesBulk?: true;
  /** Whether it may send texts. */
  readonly sendsTexts?: true;
  /** Whether it may make one-time codes: to send them, or to compare with what somebody typed. */
  readonly makesCodes?: true;
  /** Whether it may read who of the staff may sign in, and as what. */
  readonly readsStaff?: true;
  /** Whether it may send e-mail. */
  readonly sendsMail?: true;
  /** Whether it has to know the clinic's address on the internet: for links, or to name it. */
  readonly makesLinks?: true;
  /** @default 512 */
  readonly memoryMiB?: number;
  readonly timeoutSeconds: number;
  /** Concurrency set aside in stages that reserve it, so that a flooded API cannot starve this function. */
  readonly reservedConcurrency?: number;
}

/**
 * Every function of the clinic by its name, `<area>-<handler>`: the file is `functions/<area>/handlers/<handler>.ts`.
 * A new area is a new folder under `functions/` and its entries here.
 */
export const functions: Readonly<Record<string, FunctionSpec>> = {
  'platform-http': {
    trigger: { kind: 'http', routes: platform },
    records: 'read',
    makesLinks: true,
    timeoutSeconds: 10,
  },
  // Staff, strangers and patients with a link have a function each: a flood at one door leaves the others open.
  'scheduling-http': {
    trigger: { kind: 'http', routes: deskRoutes },
    records: 'write',
    enqueuesTexts: true,
    makesLinks: true,
    memoryMiB: 1024,
    timeoutSeconds: 10,
  },
  'scheduling-public': {
    trigger: { kind: 'http', routes: publicRoutes },
    records: 'write',
    enqueuesTexts: true,
    makesCodes: true,
    makesLinks: true,
    memoryMiB: 1024,
    timeoutSeconds: 10,
  },
  'scheduling-links': {
    trigger: { kind: 'http', routes: linkRoutes },
    records: 'write',
    enqueuesTexts: true,
    makesLinks: true,
    memoryMiB: 1024,
    timeoutSeconds: 10,
  },
  // Asked a few times a day: apart, so that the front desk's function need not carry it.
  'scheduling-office-http': {
    trigger: { kind: 'http', routes: officeRoutes },
    records: 'write',
    enqueuesTexts: true,
    makesLinks: true,
    timeoutSeconds: 10,
  },
  // Calendar programs ask all day long: they read, and keep nobody else waiting.
  'scheduling-feed': {
    trigger: { kind: 'http', routes: feedRoutes },
    records: 'read',
    makesLinks: true,
    timeoutSeconds: 10,
  },
  'intake-http': {
    trigger: { kind: 'http', routes: intake },
    records: 'write',
    enqueuesTexts: true,
    timeoutSeconds: 10,
  },
  'messaging-http': {
    trigger: { kind: 'http', routes: textDesk },
    records: 'write',
    enqueuesTexts: true,
    timeoutSeconds: 10,
  },
  // The shared inbox: what people of the clinic and its patients write to each other.
  'messaging-inbox-http': {
    trigger: { kind: 'http', routes: textInbox },
    records: 'write',
    enqueuesTexts: true,
    // To tell the clinic's own links from others in what staff write.
    makesLinks: true,
    readsStaff: true,
    timeoutSeconds: 10,
  },
  // How the clinic texts, and how that goes: asked a few times a day.
  'messaging-office-http': {
    trigger: { kind: 'http', routes: textOffice },
    records: 'write',
    documents: { access: 'write', prefix: 'pictures/' },
    makesLinks: true,
    timeoutSeconds: 10,
  },
  'care-http': { trigger: { kind: 'http', routes: care }, records: 'write', timeoutSeconds: 10 },
  'billing-http': { trigger: { kind: 'http', routes: billing }, records: 'read', timeoutSeconds: 10 },

  'messaging-reminders': {
    trigger: { kind: 'schedule' },
    records: 'write',
    enqueuesTexts: true,
    enqueuesBulk: true,
    // A text takes the turns of its parts, and its link is part of it.
    makesLinks: true,
    // Ten thousand texts due in one minute are claimed for their turns in it.
    memoryMiB: 1024,
    timeoutSeconds: 50,
  },
  'care-check-ins': {
    trigger: { kind: 'schedule' },
    records: 'write',
    enqueuesTexts: true,
    enqueuesBulk: true,
    // A text takes the turns of its parts, and its link is part of it.
    makesLinks: true,
    // Ten thousand texts due in one minute are claimed for their turns in it.
    memoryMiB: 1024,
    timeoutSeconds: 50,
  },
  // Counts what all clinics' texts came to, and writes their files of the month.
  'messaging-figures': {
    trigger: { kind: 'schedule', everyMinutes: 60 },
    records: 'write',
    documents: { access: 'write', prefix: 'figures/' },
    memoryMiB: 1024,
    timeoutSeconds: 300,
  },
  'scheduling-calendars': {
    trigger: { kind: 'schedule', everyMinutes: 5 },
    records: 'write',
    // To know the events that the clinic itself published.
    makesLinks: true,
    memoryMiB: 1024,
    timeoutSeconds: 240,
  },
  'scheduling-offers': {
    trigger: { kind: 'schedule' },
    records: 'write',
    enqueuesTexts: true,
    timeoutSeconds: 50,
  },
  'scheduling-invitations': {
    trigger: { kind: 'schedule' },
    records: 'write',
    sendsMail: true,
    makesLinks: true,
    timeoutSeconds: 50,
  },

  'messaging-send': {
    trigger: { kind: 'queue', queue: 'send', batchSize: 10, maxConcurrency: 5 },
    records: 'write',
    sendsTexts: true,
    documents: { access: 'read', prefix: 'pictures/' },
    makesCodes: true,
    makesLinks: true,
    timeoutSeconds: 60,
    reservedConcurrency: 5,
  },
  'messaging-send-bulk': {
    trigger: { kind: 'queue', queue: 'send-bulk', batchSize: 10, maxConcurrency: 5 },
    records: 'write',
    sendsTexts: true,
    // AWS reads the picture of an MMS by the rights of whoever sends it.
    documents: { access: 'read', prefix: 'pictures/' },
    // In the place of reminders that did not arrive.
    sendsMail: true,
    makesLinks: true,
    timeoutSeconds: 60,
    reservedConcurrency: 5,
  },
  'messaging-receive': {
    trigger: { kind: 'queue', queue: 'receive', batchSize: 5, maxConcurrency: 5 },
    records: 'write',
    enqueuesTexts: true,
    timeoutSeconds: 30,
    // A red flag must reach a human even while the API is flooded.
    reservedConcurrency: 5,
  },
  'messaging-receipts': {
    trigger: { kind: 'queue', queue: 'receipts', batchSize: 10, maxConcurrency: 5 },
    records: 'write',
    timeoutSeconds: 30,
    reservedConcurrency: 5,
  },

  'audit-append': { trigger: { kind: 'stream', batchSize: 50 }, audit: 'append', timeoutSeconds: 60 },
  'billing-export': {
    trigger: { kind: 'stream', entities: ['Appointment'], batchSize: 20 },
    records: 'write',
    documents: { access: 'write', prefix: 'charges/' },
    timeoutSeconds: 60,
  },
};

/** The area of a function: the first word of its name. */
export const areaOf = (name: string): string => name.split('-', 1)[0] ?? name;

/** Everything the API offers: the routes of every area, with the function that answers them. */
export const routesByFunction: ReadonlyMap<string, readonly Route[]> = new Map(
  Object.entries(functions).flatMap(([name, { trigger }]) => (trigger.kind === 'http' ? [[name, trigger.routes]] : [])),
);

/** Items that are bookkeeping, not records of the clinic: they have no audit entry and no reader downstream. */
export { technicalEntities } from '../functions/audit/core/chain.ts';
