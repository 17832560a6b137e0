import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { any, boolean, item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { dueEntry, dueQuery } from '../platform/store/due.ts';
import {
  check,
  create,
  dueKeys,
  get,
  lookupKeys,
  type Page,
  type QueryPage,
  queryAll,
  queryPage,
  recordAttributes,
  recordsTable,
  replace,
  type TransactItem,
} from '../platform/store/records.ts';
import { MESSAGE_STATUSES, type MessageStatus } from './core/message-status.ts';
import { TEMPLATE_NAMES, type TemplateName } from './core/templates.ts';

/** Which sweep looks after a planned text. */
export const dueKinds = ['reminders', 'check-ins'] as const;
export type DueKind = (typeof dueKinds)[number];

/** What a text is about: what is read again, and held to, when it is claimed. */
export const causeKinds = ['visit', 'exercise', 'reply', 'triage', 'offer', 'phone-code'] as const;
export type CauseKind = (typeof causeKinds)[number];

export interface StatusChange {
  readonly status: MessageStatus;
  readonly at: string;
  /** A code of ours or of the carrier's. */
  readonly reason?: string | undefined;
}

/** What the send queue carries. */
export interface MessageRef {
  readonly clinicId: Id<'clinic'>;
  readonly messageId: string;
}

/** A text: planned, on its way, or settled. Its body is never stored, because it may carry a link's secret. */
export interface Message {
  /** `<causeId>#<step>#<sequence>`. */
  readonly id: string;
  readonly clinicId: Id<'clinic'>;
  readonly cause: CauseKind;
  readonly causeId: string;
  readonly step: string;
  readonly sequence: number;
  readonly kind: DueKind;
  /** Which text, see core/templates.ts. */
  readonly template: TemplateName;
  /** What was put into it. Until it is claimed, only what nobody could look up then. No secrets. */
  readonly parameters: Readonly<Record<string, string>>;
  /** E.164. */
  readonly to: string;
  readonly patientId?: Id<'patient'> | undefined;
  readonly appointmentId?: Id<'appointment'> | undefined;
  readonly createdAt: string;
  /** When it was meant to go out. */
  readonly plannedFor: string;
  /** When to look at it next: to send it; while claimed, when the lease runs out; while ambiguous, when waiting ends. */
  readonly dueAt: string;
  readonly status: MessageStatus;
  readonly statusReason?: string | undefined;
  readonly history: readonly StatusChange[];
  /** Claims so far. */
  readonly attempts: number;
  /** The carrier's id, once known. */
  readonly carrierMessageId?: string | undefined;
  readonly rev: number;
}

/** Which sending a number has agreed to. */
export const consentCategories = ['treatment'] as const;
export type ConsentCategory = (typeof consentCategories)[number];

export type ConsentSource = 'web-form' | 'staff' | 'text' | 'carrier';

/** One agreement or refusal, as it was given. Never changed, never deleted. */
export interface ConsentEntry {
  readonly id: Id<'consent'>;
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  readonly at: string;
  readonly patientId?: Id<'patient'> | undefined;
  /** `all` is an opt-out (or its end) of every category. */
  readonly category: ConsentCategory | 'all';
  readonly granted: boolean;
  readonly how: ConsentSource;
  /** The exact words agreed to, or the words that said stop. */
  readonly wording: string;
  readonly wordingVersion: string;
}

/** The question a thread waits to have answered. */
export interface OpenQuestion {
  readonly kind: 'confirm' | 'pain' | 'exercise';
  readonly messageId: string;
  readonly patientId: Id<'patient'>;
  readonly appointmentId?: Id<'appointment'> | undefined;
  /** The appointment's sequence the question was about. */
  readonly sequence: number;
  readonly askedAt: string;
  /** Later answers are to be read by a human. */
  readonly openUntil: string;
}

/** A question that a reply may have answered, and what it says then. */
export interface Option extends OpenQuestion {
  readonly intent: 'confirm' | 'reschedule' | 'cancel_visit' | 'answer' | 'other';
  readonly value?: number | undefined;
}

/** A reply that waits to be told which question it answers, by the code of the option (see core/which.ts). */
export interface Choice {
  /** The reply, by the carrier's id. */
  readonly inboundMessageId: string;
  /** The one with the nth code is the nth. */
  readonly options: readonly Option[];
  readonly openUntil: string;
  /** How often it was asked: not for ever. */
  readonly asked: number;
}

/** A visit as a text told it. */
export interface VisitTold {
  readonly patientId: Id<'patient'>;
  readonly appointmentId: Id<'appointment'>;
  readonly sequence: number;
}

/** Where a number stands with the clinic: what every claim is held to. */
export interface Standing {
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  /** Per category, since when. */
  readonly granted: Readonly<Partial<Record<ConsentCategory, string | undefined>>>;
  /** Said stop, by whom it was reported and when: nothing goes out but what answers a keyword. */
  readonly optedOut?: { readonly at: string; readonly how: ConsentSource } | undefined;
  /** Oldest first. */
  readonly openQuestions?: readonly OpenQuestion[] | undefined;
  readonly choice?: Choice | undefined;
  /** The visit the thread was last told about: what C and R mean when no question is open. */
  readonly lastVisit?: VisitTold | undefined;
  /** The clinic's local day that the two counts below are of, so that no loop with another machine can last. */
  readonly answersOn?: string | undefined;
  readonly answersCount?: number | undefined;
  readonly alertsCount?: number | undefined;
  /** The local day the fallback answer was last given. */
  readonly fallbackOn?: string | undefined;
  /** 0: nothing is stored yet. */
  readonly rev: number;
}

/** What somebody wrote to the clinic's number. */
export interface InboundText {
  /** The carrier's id: what makes a redelivery the same text. */
  readonly inboundMessageId: string;
  readonly clinicId: Id<'clinic'>;
  readonly phone: string;
  readonly body: string;
  readonly receivedAt: string;
  /** How it was read, and why. */
  readonly intent: string;
  readonly why: string;
  /** Absent when nobody, or more than one patient, uses the number. */
  readonly patientId?: Id<'patient'> | undefined;
}

const MessageEntity = new Entity({
  name: 'Message',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    ...dueKeys,
    ...lookupKeys,
    clinicId: string().key(),
    causeId: string().key(),
    step: string().key(),
    sequence: number().key(),
    messageId: string(),
    cause: string().enum(...causeKinds),
    kind: string().enum(...dueKinds),
    template: string().enum(...TEMPLATE_NAMES),
    // Built by core/plan.ts and nobody else; `record` would say the same, and weighs 7 KB in every function.
    parameters: any().castAs<Record<string, string>>(),
    to: string(),
    patientId: string().optional(),
    appointmentId: string().optional(),
    createdAt: string(),
    plannedFor: string(),
    dueAt: string(),
    status: string().enum(...MESSAGE_STATUSES),
    statusReason: string().optional(),
    history: list(map({ status: string().enum(...MESSAGE_STATUSES), at: string(), reason: string().optional() })),
    attempts: number(),
    carrierMessageId: string().optional(),
  }),
  computeKey: ({ clinicId, causeId, step, sequence }) => ({
    pk: messagePartition(clinicId, causeId),
    sk: `${step}#${sequence}`,
  }),
});

const messagePartition = (clinicId: string, causeId: string): string => `clinic#${clinicId}#message#${causeId}`;
const phonePartition = (clinicId: string, phone: string): string => `clinic#${clinicId}#phone#${phone}`;

const ConsentEntity = new Entity({
  name: 'Consent',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    phone: string().key(),
    at: string().key(),
    consentId: string().key(),
    patientId: string().optional(),
    category: string().enum(...consentCategories, 'all'),
    granted: boolean(),
    how: string().enum('web-form', 'staff', 'text', 'carrier'),
    wording: string(),
    wordingVersion: string(),
  }),
  computeKey: ({ clinicId, phone, at, consentId }) => ({
    pk: phonePartition(clinicId, phone),
    sk: `consent#${at}#${consentId}`,
  }),
});

const questionAttributes = {
  kind: string().enum('confirm', 'pain', 'exercise'),
  messageId: string(),
  patientId: string(),
  appointmentId: string().optional(),
  sequence: number(),
  askedAt: string(),
  openUntil: string(),
};

const StandingEntity = new Entity({
  name: 'Standing',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    phone: string().key(),
    granted: map({ treatment: string().optional() }),
    optedOut: map({ at: string(), how: string().enum('web-form', 'staff', 'text', 'carrier') }).optional(),
    openQuestions: list(map(questionAttributes)).optional(),
    choice: map({
      inboundMessageId: string(),
      options: list(
        map({
          ...questionAttributes,
          intent: string().enum('confirm', 'reschedule', 'cancel_visit', 'answer', 'other'),
          value: number().optional(),
        }),
      ),
      openUntil: string(),
      asked: number(),
    }).optional(),
    lastVisit: map({ patientId: string(), appointmentId: string(), sequence: number() }).optional(),
    answersOn: string().optional(),
    answersCount: number().optional(),
    alertsCount: number().optional(),
    fallbackOn: string().optional(),
  }),
  computeKey: ({ clinicId, phone }) => ({ pk: phonePartition(clinicId, phone), sk: 'standing' }),
});

const InboundTextEntity = new Entity({
  name: 'InboundText',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    phone: string().key(),
    inboundMessageId: string().key(),
    body: string(),
    receivedAt: string(),
    intent: string(),
    why: string(),
    patientId: string().optional(),
  }),
  computeKey: ({ clinicId, phone, inboundMessageId }) => ({
    pk: phonePartition(clinicId, phone),
    sk: `inbound#${inboundMessageId}`,
  }),
});

/** Which index entry, if any, brings a message back to a sweep. */
const dueIndexOf = ({ id, kind, status, dueAt }: Message): { duePk?: string; dueSk?: string } => {
  if (status === 'planned') return dueEntry(kind, id, dueAt);
  // Leases and reconcile windows are housekeeping: one sweep looks after those of every kind.
  return status === 'claimed' || status === 'ambiguous' ? dueEntry('reminders', id, dueAt) : {};
};

const storedMessage = (caller: Caller, message: Message) => {
  const { id: messageId, ...rest } = message;
  return {
    ...rest,
    ...stampOf(caller, message.statusReason),
    messageId,
    parameters: { ...rest.parameters },
    history: rest.history.map((change) => ({ ...change })),
    ...dueIndexOf(message),
    ...(rest.patientId === undefined
      ? {}
      : {
          lookupPk: `clinic#${rest.clinicId}#patient-messages#${rest.patientId}`,
          lookupSk: `${rest.createdAt}#${messageId}`,
        }),
  };
};

const toMessage = (stored: FormattedItem<typeof MessageEntity>): Message => ({
  id: stored.messageId,
  clinicId: stored.clinicId as Id<'clinic'>,
  cause: stored.cause,
  causeId: stored.causeId,
  step: stored.step,
  sequence: stored.sequence,
  kind: stored.kind,
  template: stored.template,
  parameters: stored.parameters,
  to: stored.to,
  patientId: stored.patientId as Id<'patient'> | undefined,
  appointmentId: stored.appointmentId as Id<'appointment'> | undefined,
  createdAt: stored.createdAt,
  plannedFor: stored.plannedFor,
  dueAt: stored.dueAt,
  status: stored.status,
  statusReason: stored.statusReason,
  history: stored.history,
  attempts: stored.attempts,
  carrierMessageId: stored.carrierMessageId,
  rev: stored.rev,
});

const messageIdShape = /^([^#]+)#([^#]+)#(\d{1,9})$/;

/** The parts of a message id, or undefined for anything else. */
export const messageKeyOf = (
  messageId: string,
): { readonly causeId: string; readonly step: string; readonly sequence: number } | undefined => {
  const [, causeId, step, sequence] = messageIdShape.exec(messageId) ?? [];
  return causeId === undefined || step === undefined ? undefined : { causeId, step, sequence: Number(sequence) };
};

export const getMessage = async (clinicId: Id<'clinic'>, messageId: string): Promise<Message | undefined> => {
  const key = messageKeyOf(messageId);
  const stored = key === undefined ? undefined : await get(MessageEntity, { clinicId, ...key });
  return stored === undefined ? undefined : toMessage(stored);
};

/** Plans a message; fails the transaction if there is one of that id. */
export const createMessageItem = (caller: Caller, message: Message): TransactItem =>
  create(MessageEntity, storedMessage(caller, message));

/** Replaces the revision before `message.rev`. */
export const replaceMessageItem = (caller: Caller, message: Message): TransactItem =>
  replace(MessageEntity, storedMessage(caller, message), message.rev - 1);

/** Every text of one cause (a visit, an exercise plan, a reply, a case): a few. */
export const messagesOfCause = async (clinicId: Id<'clinic'>, causeId: string): Promise<readonly Message[]> =>
  (await queryAll(MessageEntity, { partition: messagePartition(clinicId, causeId) }, { consistent: true })).map(
    toMessage,
  );

/** A patient's texts, latest planned first. */
export const messagesOfPatient = async (
  clinicId: Id<'clinic'>,
  patientId: Id<'patient'>,
  page: QueryPage,
): Promise<Page<Message>> => {
  const { items, cursor } = await queryPage(
    MessageEntity,
    { index: 'lookup', partition: `clinic#${clinicId}#patient-messages#${patientId}` },
    { ...page, reverse: true },
  );
  return { items: items.map(toMessage), cursor };
};

/** One page of what is due in one shard, longest due first. */
export const dueMessages = async (
  kind: DueKind,
  shard: number,
  untilStored: string,
  page: QueryPage,
): Promise<Page<Message>> => {
  const { items, cursor } = await queryPage(MessageEntity, dueQuery(kind, shard, untilStored), page);
  return { items: items.map(toMessage), cursor };
};

const withIds = <Stored extends { readonly patientId: string; readonly appointmentId?: string | undefined }>(
  question: Stored,
) => ({
  ...question,
  patientId: question.patientId as Id<'patient'>,
  appointmentId: question.appointmentId as Id<'appointment'> | undefined,
});

export const getStanding = async (clinicId: Id<'clinic'>, phone: string): Promise<Standing> => {
  const stored = await get(StandingEntity, { clinicId, phone });
  if (stored === undefined) return { clinicId, phone, granted: {}, rev: 0 };
  return {
    clinicId,
    phone,
    granted: stored.granted,
    optedOut: stored.optedOut,
    openQuestions: stored.openQuestions?.map(withIds),
    choice: stored.choice === undefined ? undefined : { ...stored.choice, options: stored.choice.options.map(withIds) },
    lastVisit:
      stored.lastVisit === undefined
        ? undefined
        : {
            patientId: stored.lastVisit.patientId as Id<'patient'>,
            appointmentId: stored.lastVisit.appointmentId as Id<'appointment'>,
            sequence: stored.lastVisit.sequence,
          },
    answersOn: stored.answersOn,
    answersCount: stored.answersCount,
    alertsCount: stored.alertsCount,
    fallbackOn: stored.fallbackOn,
    rev: stored.rev,
  };
};

/** Writes a standing in place of the revision read, which its `rev` still names. */
export const standingItem = (caller: Caller, standing: Standing, reason: string): TransactItem => {
  const stored = {
    ...standing,
    ...stampOf(caller, reason),
    granted: { ...standing.granted },
    optedOut: standing.optedOut === undefined ? undefined : { ...standing.optedOut },
    openQuestions: standing.openQuestions?.map((question) => ({ ...question })),
    choice:
      standing.choice === undefined
        ? undefined
        : { ...standing.choice, options: standing.choice.options.map((option) => ({ ...option })) },
    lastVisit: standing.lastVisit === undefined ? undefined : { ...standing.lastVisit },
    rev: standing.rev + 1,
  };
  return standing.rev === 0 ? create(StandingEntity, stored) : replace(StandingEntity, stored, standing.rev);
};

/** Holds a transaction to the standing being the one read: no STOP can slip in between. */
export const standingCheckItem = ({ clinicId, phone, rev }: Standing): TransactItem =>
  check(StandingEntity, { clinicId, phone }, rev === 0 ? { attr: 'rev', exists: false } : { attr: 'rev', eq: rev });

export const consentItem = (caller: Caller, { id: consentId, ...entry }: ConsentEntry): TransactItem =>
  create(ConsentEntity, { ...entry, ...stampOf(caller), consentId, rev: 1 });

/** Everything a number has agreed to and refused, oldest first. */
export const consentsOf = async (clinicId: Id<'clinic'>, phone: string): Promise<readonly ConsentEntry[]> => {
  const stored = await queryAll(
    ConsentEntity,
    { partition: phonePartition(clinicId, phone), range: { beginsWith: 'consent#' } },
    { consistent: true },
  );
  return stored.map((entry) => ({
    id: entry.consentId as Id<'consent'>,
    clinicId,
    phone,
    at: entry.at,
    patientId: entry.patientId as Id<'patient'> | undefined,
    category: entry.category,
    granted: entry.granted,
    how: entry.how,
    wording: entry.wording,
    wordingVersion: entry.wordingVersion,
  }));
};

/** Stores what came in; fails the transaction if it is stored already. */
export const inboundTextItem = (caller: Caller, inbound: InboundText): TransactItem =>
  create(InboundTextEntity, { ...inbound, ...stampOf(caller), rev: 1 });

export const getInboundText = async (
  clinicId: Id<'clinic'>,
  phone: string,
  inboundMessageId: string,
): Promise<InboundText | undefined> => {
  const stored = await get(InboundTextEntity, { clinicId, phone, inboundMessageId });
  if (stored === undefined) return undefined;
  const { body, receivedAt, intent, why, patientId } = stored;
  return {
    clinicId,
    phone,
    inboundMessageId,
    body,
    receivedAt,
    intent,
    why,
    patientId: patientId as Id<'patient'> | undefined,
  };
};
