import { randomUUID } from 'node:crypto';
import { PublishCommand, SNSClient, SNSServiceException } from '@aws-sdk/client-sns';
import { segment } from '../../functions/messaging/core/segments.ts';
import { Faults, type Struck } from './faults.ts';
import { type Message, type OptOut, type Outgoing, Phones } from './phones.ts';
import {
  conflict,
  describeOptedOutNumbersInput,
  invalid,
  notFound,
  optedOut,
  optedOutNumberInput,
  readInput,
  sendMediaInput,
  sendTextInput,
  serverError,
  spendLimitReached,
  throttled,
  WireError,
  wireTargetPrefix,
} from './wire.ts';

/** The clinic's topics, as ARNs; unknown until the stacks are deployed. */
export interface CarrierTopics {
  readonly deliveryEvents: string;
  readonly inbound: string;
}

export interface CarrierOptions {
  /** The engine, whose SNS hears of deliveries and replies. */
  readonly endpoint: string;
  /** Until they are known, what the topics must hear waits. */
  readonly topics?: CarrierTopics | undefined;
  /** Where threads survive a restart; without it they are forgotten. */
  readonly stateFile?: string | undefined;
  /** The clinic's clock, which may have been moved. @default the machine's */
  readonly now?: (() => Date) | undefined;
  /** The number a text comes from when the sender names a pool, an ARN or nothing. @default +12065550100 */
  readonly originationNumber?: string | undefined;
  /** How long a text takes to the phone. @default 60 */
  readonly deliveryMillis?: number | undefined;
}

/** What a caller of the wire protocol must see: an answer, or a connection that ends without one. */
export type WireOutcome =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'drop' };

/** What the phone page hears while it looks. */
export type Change = { readonly kind: 'message'; readonly message: Message } | { readonly kind: 'cleared' };

export interface Reply {
  readonly phone: string;
  readonly body: string;
  /** The clinic's number; by default the one that last texted this phone. */
  readonly to?: string | undefined;
}

const account = '000000000000';
const republishAfterMillis = 500;

/** The carrier itself: accepts texts, moves them to phones, tells the topics. The HTTP around it is in server.ts. */
export class Carrier {
  readonly phones: Phones;
  readonly faults = new Faults();
  readonly #options: CarrierOptions;
  readonly #sns: SNSClient;
  readonly #listeners = new Set<(change: Change) => void>();
  #topics: CarrierTopics | undefined;
  #timer: NodeJS.Timeout | undefined;
  #publishing = false;
  #closed = false;

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#topics = options.topics;
    this.phones = new Phones(options.stateFile);
    this.#sns = new SNSClient({
      endpoint: options.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    this.#schedule();
  }

  /** Names the topics once the stacks are deployed; what waited is told now. */
  connect(topics: CarrierTopics): void {
    this.#topics = topics;
    this.#schedule();
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.phones.clear();
    this.faults.replace([]);
    this.#tell({ kind: 'cleared' });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#sns.destroy();
    this.phones.flush();
  }

  /** One operation of the wire protocol. */
  async call(target: string, body: string): Promise<WireOutcome> {
    try {
      switch (target.startsWith(wireTargetPrefix) ? target.slice(wireTargetPrefix.length) : '') {
        case 'SendTextMessage':
          return await this.#send(readInput(sendTextInput, body));
        case 'SendMediaMessage':
          return await this.#send(readInput(sendMediaInput, body));
        case 'PutOptedOutNumber':
          return answer(this.#putOptedOut(readInput(optedOutNumberInput, body)));
        case 'DeleteOptedOutNumber':
          return answer(this.#deleteOptedOut(readInput(optedOutNumberInput, body)));
        case 'DescribeOptedOutNumbers':
          return answer(this.#describeOptedOut(readInput(describeOptedOutNumbersInput, body)));
        default:
          throw new WireError('UnknownOperationException', 'The carrier simulator does not know this operation');
      }
    } catch (error) {
      if (error instanceof WireError) return { kind: 'answer', status: error.status, body: error.toBody() };
      throw error;
    }
  }

  /** A text typed by the patient: on its thread at once, and on its way to the clinic's topic. */
  reply({ phone, body, to }: Reply): Message {
    const thread = this.phones.thread(phone);
    const lastFromClinic = thread.findLast((each) => each.from === 'clinic');
    const struck = this.faults.reply(phone);
    const message: Message = {
      id: randomUUID(),
      from: 'patient',
      phone,
      clinicNumber: to ?? lastFromClinic?.clinicNumber ?? this.#originationNumber(),
      body,
      at: this.#now().toISOString(),
      status: 'SENT',
      ...size(body),
    };
    this.#remember(message);
    const event = {
      originationNumber: phone,
      destinationNumber: message.clinicNumber,
      messageKeyword: `KEYWORD_${account}`,
      messageBody: body,
      inboundMessageId: message.id,
      ...(lastFromClinic === undefined ? {} : { previousPublishedMessageId: lastFromClinic.id }),
    };
    const copies = struck.get('duplicate-replies')?.copies ?? 1;
    this.#owe(Array.from({ length: copies }, () => ({ topic: 'inbound', body: event, afterMillis: 0 })));
    return message;
  }

  async #send(input: SendInput): Promise<WireOutcome> {
    const phone = input.DestinationPhoneNumber.startsWith('+')
      ? input.DestinationPhoneNumber
      : `+${input.DestinationPhoneNumber}`;
    const media = 'MediaUrls' in input ? input.MediaUrls : undefined;
    const refused = this.#refusal(phone, media !== undefined);
    if (refused !== undefined) return refused;
    const id = randomUUID();
    if (input.DryRun === true) return answer({ MessageId: id });

    const struck = this.faults.accepted(phone);
    const body = input.MessageBody ?? '';
    const message: Message = {
      id,
      from: 'clinic',
      phone,
      clinicNumber: this.#clinicNumber(input.OriginationIdentity),
      body,
      at: this.#now().toISOString(),
      status: struck.get('fail')?.status ?? struck.get('block')?.status ?? 'DELIVERED',
      ...size(body),
      ...(media === undefined ? {} : { mediaUrls: media, encoding: 'UNICODE', parts: 1 }),
      ...('MessageType' in input && input.MessageType !== undefined ? { messageType: input.MessageType } : {}),
      ...(input.ConfigurationSetName === undefined ? {} : { configurationSet: input.ConfigurationSetName }),
      ...(input.Context === undefined ? {} : { context: input.Context }),
      ...(input.TimeToLive === undefined ? {} : { timeToLiveSeconds: input.TimeToLive }),
    };
    this.#remember(message);
    this.#owe(receipts(message, struck, this.#now(), this.#options.deliveryMillis ?? 60));

    const answerMillis = struck.get('delay')?.answerMillis;
    if (answerMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, answerMillis));
    if (struck.get('drop-after-accepting') !== undefined) return { kind: 'drop' };
    if (struck.get('error-after-accepting') !== undefined) throw serverError();
    return answer({ MessageId: id });
  }

  #refusal(phone: string, hasPicture: boolean): WireOutcome | undefined {
    const refused = this.faults.admission(phone, { hasPicture });
    switch (refused?.kind) {
      case 'throttle':
        throw throttled();
      case 'outage':
        if (refused.how === 'error') throw serverError();
        return { kind: 'drop' };
      case 'opted-out':
        throw optedOut(phone);
      case 'spend-limit':
        throw spendLimitReached();
      case 'refuse-picture':
        throw refused.reason === 'NUMBER_CAPABILITIES_MISMATCH' ? conflict(refused.reason) : invalid(refused.reason);
      case 'conflict':
        throw conflict(refused.reason);
      default:
        if (this.phones.memory.optOuts.some((each) => each.phone === phone)) throw optedOut(phone);
        return undefined;
    }
  }

  #putOptedOut({ OptOutListName: list, OptedOutNumber }: { OptOutListName: string; OptedOutNumber: string }) {
    const phone = withPlus(OptedOutNumber);
    const known = this.phones.memory.optOuts.find((each) => each.list === nameOf(list) && each.phone === phone);
    const entry = known ?? { list: nameOf(list), phone, atMillis: this.#now().getTime(), endUserOptedOut: false };
    if (known === undefined) this.phones.memory.optOuts.push(entry);
    this.phones.changed();
    return { ...listMembers(entry.list), ...entryMembers(entry) };
  }

  #deleteOptedOut({ OptOutListName: list, OptedOutNumber }: { OptOutListName: string; OptedOutNumber: string }) {
    const phone = withPlus(OptedOutNumber);
    const { optOuts } = this.phones.memory;
    const index = optOuts.findIndex((each) => each.list === nameOf(list) && each.phone === phone);
    const [entry] = index < 0 ? [] : optOuts.splice(index, 1);
    if (entry === undefined) throw notFound('opted-out-number', phone);
    this.phones.changed();
    return { ...listMembers(entry.list), ...entryMembers(entry) };
  }

  #describeOptedOut(input: DescribeInput) {
    const list = nameOf(input.OptOutListName);
    const all = this.phones.memory.optOuts.filter((each) => each.list === list);
    const wanted = input.OptedOutNumbers?.map(withPlus);
    for (const phone of wanted ?? [])
      if (!all.some((each) => each.phone === phone)) throw notFound('opted-out-number', phone);
    const kept = all.filter(
      (each) =>
        (wanted === undefined || wanted.includes(each.phone)) &&
        (input.Filters ?? []).every((filter) => filter.Values.some((value) => value === String(each.endUserOptedOut))),
    );
    const start = input.NextToken === undefined ? 0 : Number(input.NextToken);
    if (!Number.isInteger(start) || start < 0)
      throw new WireError('ValidationException', 'The token is not one of ours', { Reason: 'INVALID_NEXT_TOKEN' });
    const end = start + (input.MaxResults ?? 100);
    return {
      ...listMembers(list),
      OptedOutNumbers: kept.slice(start, end).map(entryMembers),
      ...(end < kept.length ? { NextToken: String(end) } : {}),
    };
  }

  #clinicNumber(identity: string | undefined): string {
    return identity !== undefined && /^\+?[1-9][0-9]{6,14}$/.test(identity)
      ? withPlus(identity)
      : this.#originationNumber();
  }

  #originationNumber(): string {
    return this.#options.originationNumber ?? '+12065550100';
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #remember(message: Message): void {
    this.phones.memory.messages.push(message);
    this.phones.changed();
    this.#tell({ kind: 'message', message });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  #owe(events: readonly Owed[]): void {
    for (const { topic, body, afterMillis } of events)
      this.phones.memory.outgoing.push({ id: randomUUID(), topic, body, dueMillis: Date.now() + afterMillis });
    this.phones.changed();
    this.#schedule();
  }

  /** Wakes when the next event is due. Events are told in order of their time; one that cannot be told holds up the rest. */
  #schedule(minimumMillis = 0): void {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (this.#closed || this.#publishing || this.#topics === undefined || next === undefined) return;
    this.#timer = setTimeout(() => void this.#publishDue(), Math.max(minimumMillis, next.dueMillis - Date.now()));
  }

  #next(): Outgoing | undefined {
    return this.phones.memory.outgoing.reduce<Outgoing | undefined>(
      (first, each) => (first === undefined || each.dueMillis < first.dueMillis ? each : first),
      undefined,
    );
  }

  async #publish(topic: string, event: Outgoing): Promise<void> {
    try {
      await this.#sns.send(new PublishCommand({ TopicArn: topic, Message: JSON.stringify(event.body) }));
    } catch (error) {
      if (!(error instanceof SNSServiceException) || (error.$metadata.httpStatusCode ?? 500) >= 500) throw error;
      // Nobody will ever take it (the topic is gone); it must not hold up what comes after it.
      console.error(`carrier: ${topic} refused an event (${error.name}); it is dropped`);
    }
  }

  async #publishDue(): Promise<void> {
    if (this.#publishing) return;
    this.#publishing = true;
    let retryMillis = 0;
    try {
      for (let next = this.#next(); next !== undefined && next.dueMillis <= Date.now(); next = this.#next()) {
        if (this.#closed || this.#topics === undefined) return;
        const told = next;
        await this.#publish(this.#topics[told.topic], told);
        this.phones.memory.outgoing = this.phones.memory.outgoing.filter((each) => each.id !== told.id);
        this.phones.changed();
      }
    } catch {
      // The engine is away, perhaps being restarted: what it must hear is kept until it is back.
      retryMillis = republishAfterMillis;
    } finally {
      this.#publishing = false;
      this.#schedule(retryMillis);
    }
  }
}

interface SendInput {
  readonly DestinationPhoneNumber: string;
  readonly OriginationIdentity?: string | undefined;
  readonly MessageBody?: string | undefined;
  readonly MessageType?: string | undefined;
  readonly MediaUrls?: string[] | undefined;
  readonly ConfigurationSetName?: string | undefined;
  readonly Context?: Record<string, string> | undefined;
  readonly TimeToLive?: number | undefined;
  readonly DryRun?: boolean | undefined;
}

interface DescribeInput {
  readonly OptOutListName: string;
  readonly OptedOutNumbers?: string[] | undefined;
  readonly Filters?: { Values: string[] }[] | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

interface Owed {
  readonly topic: Outgoing['topic'];
  readonly body: Record<string, unknown>;
  readonly afterMillis: number;
}

const descriptions: Readonly<Record<string, string>> = {
  PENDING: "Message hasn't yet been delivered, the carrier is still processing it",
  DELIVERED: 'Message has been delivered to the phone',
  INVALID: 'The destination phone number is not valid',
  INVALID_MESSAGE: 'The body of the message is not valid',
  UNREACHABLE: 'Phone is currently unreachable or unavailable',
  CARRIER_UNREACHABLE: 'Phone carrier is currently unreachable or unavailable',
  TTL_EXPIRED: 'Message could not be delivered within its time to live',
  UNKNOWN: 'The carrier gave no result',
  BLOCKED: 'Phone has blocked SMS messages',
  CARRIER_BLOCKED: 'Phone carrier has blocked this message',
  SPAM: 'Phone carrier has flagged this message as spam',
  FILE_TYPE_UNSUPPORTED: 'The type of the media file is not supported',
  FILE_SIZE_EXCEEDED: 'The media file is too large',
  FILE_INACCESSIBLE: 'The media file cannot be read',
  PROTECT_BLOCKED: 'The protect configuration has blocked this message',
};

/** The delivery events of a text, in the shape SNS event destinations use, each with its delay. */
function receipts(message: Message, struck: Struck, requested: Date, deliveryMillis: number): Owed[] {
  if (struck.get('lose-receipts') !== undefined) return [];
  const delayMillis = struck.get('delay')?.receiptMillis ?? 0;
  const prefix = message.mediaUrls === undefined ? 'TEXT' : 'MEDIA';
  const requestMillis = requested.getTime();
  const at = (status: string, isFinal: boolean, afterMillis: number): Owed => ({
    topic: 'deliveryEvents',
    afterMillis: afterMillis + delayMillis,
    body: {
      eventType: `${prefix}_${status}`,
      eventVersion: '1.0',
      eventTimestamp: requestMillis + afterMillis,
      isFinal,
      originationPhoneNumber: message.clinicNumber,
      destinationPhoneNumber: message.phone,
      isInternationalSend: false,
      isoCountryCode: 'US',
      messageId: message.id,
      messageRequestTimestamp: requestMillis,
      messageEncoding: message.encoding,
      messageType: message.messageType ?? 'TRANSACTIONAL',
      messageStatus: status,
      messageStatusDescription: descriptions[status] ?? status,
      ...(message.context === undefined ? {} : { context: message.context }),
      totalMessageParts: message.parts,
      totalMessagePrice: Number((0.00581 * message.parts).toFixed(5)),
      totalCarrierFee: Number((0.003 * message.parts).toFixed(5)),
    },
  });
  const pending = at('PENDING', false, Math.min(5, deliveryMillis));
  const final = at(message.status, true, deliveryMillis);
  const inOrder =
    struck.get('reorder-receipts') === undefined
      ? [pending, final]
      : [
          { ...final, afterMillis: pending.afterMillis },
          { ...pending, afterMillis: final.afterMillis },
        ];
  const copies = struck.get('duplicate-receipts')?.copies ?? 1;
  return Array.from({ length: copies }, () => inOrder).flat();
}

function size(body: string): Pick<Message, 'encoding' | 'parts'> {
  const { encoding, segments } = segment(body);
  return { encoding: encoding === 'GSM-7' ? 'GSM' : 'UNICODE', parts: Math.max(1, segments) };
}

const answer = (body: unknown): WireOutcome => ({ kind: 'answer', status: 200, body });
const withPlus = (phone: string): string => (phone.startsWith('+') ? phone : `+${phone}`);
/** A list is named by its name or its ARN. */
const nameOf = (list: string): string => list.split('/').at(-1) ?? list;

const listMembers = (list: string) => ({
  OptOutListArn: `arn:aws:sms-voice:us-east-1:${account}:opt-out-list/${list}`,
  OptOutListName: list,
});

const entryMembers = (entry: OptOut) => ({
  OptedOutNumber: entry.phone,
  OptedOutTimestamp: entry.atMillis / 1000,
  EndUserOptedOut: entry.endUserOptedOut,
});
