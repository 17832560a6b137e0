import { Entity, type FormattedItem } from 'dynamodb-toolbox/entity';
import { any, boolean, item, list, map, number, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { dueEntry, dueQuery } from '../platform/store/due.ts';
import {
  create,
  dueKeys,
  get,
  getMany,
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
import { emailEnding } from './core/plan.ts';
import { TEMPLATE_NAMES, type TemplateName } from './core/template-names.ts';
import type { Language } from './core/templates.ts';
import type { PlanId } from './plans/plan-store.ts';

/** Which sweep looks after a planned text. */
export const dueKinds = ['reminders', 'check-ins'] as const;
export type DueKind = (typeof dueKinds)[number];

/** What a text is about: what is read again, and held to, when it is claimed. */
export const causeKinds = ['visit', 'exercise', 'reply', 'triage', 'offer', 'phone-code', 'staff'] as const;
export type CauseKind = (typeof causeKinds)[number];

/** Which text: one of the clinic's templates, or the words of a member of staff, which are its parameter `words`. */
export type TextName = TemplateName | typeof staffText;
export const staffText = 'staff-text';
/** Why such a text was not sent, where its writer thought better of it. */
export const cancelledByStaff = 'cancelled-by-staff';

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

/** A text: planned, on its way, or settled. What was sent is never stored whole, because it may carry a link's secret. */
export interface Message {
  /** `<causeId>#<step>#<sequence>`. */
  readonly id: string;
  readonly clinicId: Id<'clinic'>;
  readonly cause: CauseKind;
  readonly causeId: string;
  readonly step: string;
  readonly sequence: number;
  readonly kind: DueKind;
  /** How it goes. @default as a text; an e-mail takes the place of a text that did not arrive */
  readonly channel?: 'email' | undefined;
  readonly template: TextName;
  /** What was put into it. Until it is claimed, only what nobody could look up then. No secrets. */
  readonly parameters: Readonly<Record<string, string>>;
  /** E.164. */
  readonly to: string;
  readonly patientId?: Id<'patient'> | undefined;
  readonly appointmentId?: Id<'appointment'> | undefined;
  /** It tells of what the patient has done themselves. */
  readonly isOwnDoing?: boolean | undefined;
  /** The plan whose step it is, and its version; without an id, that of a clinic that has none of its own. */
  readonly planId?: PlanId | undefined;
  readonly planVersion?: number | undefined;
  /** Once claimed: the language it was written in, and which version of the clinic's own words it has; 0 for the built-in ones. */
  readonly language?: Language | undefined;
  readonly templateVersion?: number | undefined;
  /** Once claimed: the picture it took along; and why it went without the one it should have taken, in the carrier's word. */
  readonly pictureId?: Id<'picture'> | undefined;
  readonly pictureRefused?: string | undefined;
  readonly createdAt: string;
  /** When it was meant to go out. */
  readonly plannedFor: string;
  /** When to look at it next: to send it; while claimed, when the lease runs out; while ambiguous, when waiting ends. */
  readonly dueAt: string;
  /** Until when no sweep hands it over again: it has a turn on the queue. */
  readonly handedUntil?: string | undefined;
  readonly status: MessageStatus;
  readonly statusReason?: string | undefined;
  readonly history: readonly StatusChange[];
  /** Claims so far. */
  readonly attempts: number;
  /** The carrier's id, once known. */
  readonly carrierMessageId?: string | undefined;
  /** How many parts it took: counted when it was claimed, then as the carrier says. */
  readonly parts?: number | undefined;
  /** What the carrier took for it, its fee included, in millionths of a dollar. */
  readonly priceMicros?: number | undefined;
  /** The recipient's carrier, as the receipts name it. */
  readonly carrierName?: string | undefined;
  readonly rev: number;
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
    channel: string().enum('email').optional(),
    template: string().enum(...TEMPLATE_NAMES, staffText),
    // Built by core/plan.ts and nobody else; `record` would say the same, and weighs 7 KB in every function.
    parameters: any().castAs<Record<string, string>>(),
    to: string(),
    patientId: string().optional(),
    appointmentId: string().optional(),
    isOwnDoing: boolean().optional(),
    planId: string().optional(),
    planVersion: number().optional(),
    language: string().enum('en', 'es').optional(),
    templateVersion: number().optional(),
    pictureId: string().optional(),
    pictureRefused: string().optional(),
    createdAt: string(),
    plannedFor: string(),
    dueAt: string(),
    handedUntil: string().optional(),
    status: string().enum(...MESSAGE_STATUSES),
    statusReason: string().optional(),
    history: list(map({ status: string().enum(...MESSAGE_STATUSES), at: string(), reason: string().optional() })),
    attempts: number(),
    carrierMessageId: string().optional(),
    parts: number().optional(),
    priceMicros: number().optional(),
    carrierName: string().optional(),
  }),
  computeKey: ({ clinicId, causeId, step, sequence }) => ({
    pk: messagePartition(clinicId, causeId),
    sk: `${step}#${sequence}`,
  }),
});

const messagePartition = (clinicId: string, causeId: string): string => `clinic#${clinicId}#message#${causeId}`;
/** What a clinic handed to the carrier in a month (UTC), by the second: what its figures are counted from. */
const sentPartition = (clinicId: string, sentAt: string): string => `clinic#${clinicId}#sent#${sentAt.slice(0, 7)}`;

/** When a text that left was claimed to be sent, the last time if it was several times. */
export const sentAtOf = ({ status, history }: Pick<Message, 'status' | 'history'>): string | undefined =>
  status === 'accepted' || status === 'delivered' || status === 'failed' || status === 'dropped'
    ? history.findLast((change) => change.status === 'claimed')?.at
    : undefined;

/** Which index entry, if any: what brings a message back to a sweep; once nothing is to be done, what it is counted by. */
const dueIndexOf = (message: Message): { duePk?: string; dueSk?: string } => {
  const { id, clinicId, kind, status, dueAt } = message;
  if (status === 'planned') return dueEntry(kind, id, dueAt);
  // Leases and reconcile windows are housekeeping: one sweep looks after those of every kind.
  if (status === 'claimed' || status === 'ambiguous') return dueEntry('reminders', id, dueAt);
  // The figures are those of texts.
  if (message.channel === 'email') return {};
  const sentAt = sentAtOf(message);
  return sentAt === undefined ? {} : { duePk: sentPartition(clinicId, sentAt), dueSk: `${sentAt}#${id}` };
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
  channel: stored.channel,
  template: stored.template,
  parameters: stored.parameters,
  to: stored.to,
  patientId: stored.patientId as Id<'patient'> | undefined,
  appointmentId: stored.appointmentId as Id<'appointment'> | undefined,
  isOwnDoing: stored.isOwnDoing,
  planId: stored.planId as PlanId | undefined,
  planVersion: stored.planVersion,
  language: stored.language,
  templateVersion: stored.templateVersion,
  pictureId: stored.pictureId as Id<'picture'> | undefined,
  pictureRefused: stored.pictureRefused,
  createdAt: stored.createdAt,
  plannedFor: stored.plannedFor,
  dueAt: stored.dueAt,
  handedUntil: stored.handedUntil,
  status: stored.status,
  statusReason: stored.statusReason,
  history: stored.history,
  attempts: stored.attempts,
  carrierMessageId: stored.carrierMessageId,
  parts: stored.parts,
  priceMicros: stored.priceMicros,
  carrierName: stored.carrierName,
  rev: stored.rev,
});

/** Well within what a key may hold: whatever a receipt names is looked up, beside others of its batch. */
const messageIdShape = /^([!-"$-~]{1,200})#([!-"$-~]{1,200})#(\d{1,9})$/;

/** The step of the e-mail that takes the place of a text. */
export const emailStepOf = (step: string): string => `${step}${emailEnding}`;

/** The step of its plan that a message is of, which an e-mail has from its text. */
export const planStepOf = ({ step, channel }: Pick<Message, 'step' | 'channel'>): string =>
  channel === 'email' ? step.slice(0, -emailEnding.length) : step;

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

/** Those that exist of some texts, in no order. */
export const getMessages = async (
  clinicId: Id<'clinic'>,
  messageIds: readonly string[],
): Promise<readonly Message[]> => {
  const keys = [...new Set(messageIds)].flatMap((messageId) => messageKeyOf(messageId) ?? []);
  return (
    await getMany(
      MessageEntity,
      keys.map((key) => ({ clinicId, ...key })),
    )
  ).map(toMessage);
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

/** What a clinic handed to the carrier from one instant to before another (both as stored, less than a month apart). */
export const messagesSent = async (clinicId: Id<'clinic'>, from: string, to: string): Promise<readonly Message[]> => {
  const partitions = new Set([sentPartition(clinicId, from), sentPartition(clinicId, to)]);
  const found = await Promise.all(
    [...partitions].map((partition) =>
      // A time alone sorts before the same time with an id.
      queryAll(MessageEntity, { index: 'due', partition, range: { between: [from, to] } }),
    ),
  );
  return found.flat().map(toMessage);
};
