import {
  InternalServerException,
  type SendTextMessageCommand,
  ThrottlingException,
} from '@aws-sdk/client-pinpoint-sms-voice-v2';
import { parseRef } from '../../../../functions/messaging/sending/hint.ts';
import type { Receipt } from '../../../../functions/messaging/sending/receipts.ts';
import type { MessageRef } from '../../../../functions/messaging/store.ts';
import type { Turns } from '../../support/turns.ts';
import type { Judge } from './judge.ts';

/** What becomes of one call of the carrier. */
export const carrierFaults = [
  'accepted',
  'too fast',
  '500 after it was accepted',
  'cut off after it was accepted',
  'not reached',
] as const;
export type CarrierFault = (typeof carrierFaults)[number];

/** The events of one accepted text, in the order they come. Some never come. */
export const receiptStories = [
  ['TEXT_QUEUED', 'TEXT_DELIVERED'],
  ['TEXT_DELIVERED', 'TEXT_DELIVERED', 'TEXT_QUEUED'],
  ['TEXT_UNREACHABLE'],
  ['TEXT_UNKNOWN', 'TEXT_SUCCESSFUL'],
  [],
] as const;

/** A text the carrier took. */
export interface Taken {
  readonly carrierMessageId: string;
  readonly messageId: string;
  readonly to: string;
  readonly body: string;
}

/** The carrier and the two send queues of one run, as they are met from inside: they take, lose, repeat and delay. */
export class Outside {
  readonly #turns: Turns;
  readonly #judge: Judge;
  readonly #faults: CarrierFault[];
  readonly #stories: (readonly string[])[];
  readonly taken: Taken[] = [];
  readonly receipts: Receipt[] = [];
  /** Hints in the queues; who reads one puts it back unless it was worked off. */
  readonly hints: MessageRef[] = [];

  constructor(turns: Turns, faults: readonly CarrierFault[], stories: readonly (readonly string[])[], judge: Judge) {
    this.#turns = turns;
    this.#judge = judge;
    this.#faults = [...faults];
    this.#stories = [...stories];
  }

  /** In place of the carrier's client. */
  readonly send = async ({ input }: SendTextMessageCommand): Promise<{ readonly MessageId: string }> => {
    await this.#turns.between('request', 'SendTextMessage');
    const fault = this.#faults.shift() ?? 'accepted';
    if (fault === 'not reached') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    if (fault === 'too fast')
      throw new ThrottlingException({ $metadata: { httpStatusCode: 400 }, message: 'too fast' });
    const MessageId = `carrier-${this.taken.length}`;
    const { DestinationPhoneNumber: to = '', MessageBody: body = '', Context: context = {} } = input;
    const text: Taken = { carrierMessageId: MessageId, messageId: context.message ?? '', to, body };
    this.#judge.took(text, this.taken);
    this.taken.push(text);
    const events = this.#stories.shift() ?? ['TEXT_DELIVERED'];
    this.receipts.push(
      ...events.map((eventType) => ({ eventType, messageId: MessageId, destinationPhoneNumber: to, context })),
    );
    await this.#turns.between('answer', 'SendTextMessage');
    if (fault === '500 after it was accepted') {
      throw new InternalServerException({ $metadata: { httpStatusCode: 500 }, message: 'internal' });
    }
    if (fault === 'cut off after it was accepted') throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    return { MessageId };
  };

  /** In place of `fetch`: the queues take whatever they are given. */
  readonly fetch = async (_url: unknown, init?: { readonly body?: unknown }): Promise<Response> => {
    await this.#turns.between('request', 'SendMessageBatch');
    const { Entries }: { Entries: { Id: string; MessageBody: string }[] } = JSON.parse(String(init?.body));
    this.hints.push(...Entries.map(({ MessageBody }) => parseRef(MessageBody)));
    await this.#turns.between('answer', 'SendMessageBatch');
    return Response.json({ Successful: Entries.map(({ Id }) => ({ Id, MessageId: Id })) });
  };
}
