import * as z from 'zod';

/** Phone numbers of the control interface are strictly E.164. */
export const e164 = z.string().regex(/^\+[1-9][0-9]{6,14}$/, 'must be a phone number like +12065550123');

const scope = {
  /** How many sends it is for; without it, all until it is taken away. */
  next: z.int().min(1).max(1_000_000).optional(),
  /** The one phone it is for; without it, every phone. */
  phone: e164.optional(),
};
const milliseconds = z.int().min(1).max(600_000);

/** What can go wrong, by request. Each kind of fault says at which point of a send it strikes. */
export const fault = z.discriminatedUnion('kind', [
  // Before accepting: the phone gets nothing, and sending again is right.
  z.strictObject({ kind: z.literal('throttle'), ...scope }),
  z.strictObject({ kind: z.literal('outage'), how: z.enum(['refuse', 'error']).default('error'), ...scope }),
  z.strictObject({ kind: z.literal('opted-out'), ...scope }),
  z.strictObject({ kind: z.literal('spend-limit'), ...scope }),
  z.strictObject({
    kind: z.literal('conflict'),
    reason: z
      .enum([
        'DESTINATION_PHONE_NUMBER_NOT_VERIFIED',
        'NO_ORIGINATION_IDENTITIES_FOUND',
        'RESOURCE_NOT_ACTIVE',
        'DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION',
      ])
      .default('DESTINATION_PHONE_NUMBER_NOT_VERIFIED'),
    ...scope,
  }),
  // Of an MMS only: a text from the same number goes.
  z.strictObject({
    kind: z.literal('refuse-picture'),
    reason: z.enum(['MEDIA_TYPE_NOT_SUPPORTED', 'NUMBER_CAPABILITIES_MISMATCH']).default('MEDIA_TYPE_NOT_SUPPORTED'),
    ...scope,
  }),
  // While answering: the phone gets the text though the caller may think it failed.
  z.strictObject({ kind: z.literal('error-after-accepting'), ...scope }),
  z.strictObject({ kind: z.literal('drop-after-accepting'), ...scope }),
  // On the way to the phone.
  z.strictObject({
    kind: z.literal('fail'),
    status: z
      .enum([
        'INVALID',
        'INVALID_MESSAGE',
        'UNREACHABLE',
        'CARRIER_UNREACHABLE',
        'TTL_EXPIRED',
        'UNKNOWN',
        'FILE_TYPE_UNSUPPORTED',
        'FILE_SIZE_EXCEEDED',
        'FILE_INACCESSIBLE',
      ])
      .default('UNREACHABLE'),
    ...scope,
  }),
  z.strictObject({
    kind: z.literal('block'),
    status: z.enum(['BLOCKED', 'CARRIER_BLOCKED', 'SPAM', 'PROTECT_BLOCKED']).default('CARRIER_BLOCKED'),
    ...scope,
  }),
  z
    .strictObject({
      kind: z.literal('delay'),
      answerMillis: milliseconds.optional(),
      receiptMillis: milliseconds.optional(),
      ...scope,
    })
    .refine((delay) => delay.answerMillis !== undefined || delay.receiptMillis !== undefined, {
      error: 'says how long: give answerMillis, receiptMillis or both',
      path: ['receiptMillis'],
    }),
  // On the way back.
  z.strictObject({ kind: z.literal('lose-receipts'), ...scope }),
  z.strictObject({ kind: z.literal('duplicate-receipts'), copies: z.int().min(2).max(10).default(2), ...scope }),
  z.strictObject({ kind: z.literal('reorder-receipts'), ...scope }),
  z.strictObject({ kind: z.literal('duplicate-replies'), copies: z.int().min(2).max(10).default(2), ...scope }),
]);

export const faultPlan = z.strictObject({ faults: z.array(fault).max(100) });

export type Fault = z.output<typeof fault>;
export type FaultKind = Fault['kind'];

/** A fault's stage decides who meets it: a send before or after it is accepted, or a reply. */
const stages = {
  throttle: 'admission',
  outage: 'admission',
  'opted-out': 'admission',
  'spend-limit': 'admission',
  conflict: 'admission',
  'refuse-picture': 'admission',
  'error-after-accepting': 'accepted',
  'drop-after-accepting': 'accepted',
  fail: 'accepted',
  block: 'accepted',
  delay: 'accepted',
  'lose-receipts': 'accepted',
  'duplicate-receipts': 'accepted',
  'reorder-receipts': 'accepted',
  'duplicate-replies': 'reply',
} as const satisfies Record<FaultKind, 'admission' | 'accepted' | 'reply'>;

type Of<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;

/** The faults that struck one send or reply, asked by kind. */
export interface Struck {
  get<Kind extends FaultKind>(kind: Kind): Of<Kind> | undefined;
}

/** The faults in force. Each strike uses one up; a fault used up is gone. */
export class Faults {
  #faults: Fault[];

  constructor(faults: readonly Fault[] = []) {
    this.#faults = [...faults];
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  replace(faults: readonly Fault[]): void {
    this.#faults = [...faults];
  }

  /** The first fault that refuses this send; the others keep their strikes, for nothing else happens to a refused send. */
  admission(phone: string, { hasPicture = false } = {}): Fault | undefined {
    const first = this.#matching(phone, 'admission').find(({ kind }) => hasPicture || kind !== 'refuse-picture');
    if (first !== undefined) this.#use(first);
    return first;
  }

  /** All faults that an accepted send meets, one of each kind. */
  accepted(phone: string): Struck {
    return this.#strike(phone, 'accepted');
  }

  reply(phone: string): Struck {
    return this.#strike(phone, 'reply');
  }

  #strike(phone: string, stage: 'accepted' | 'reply'): Struck {
    const struck = new Map<FaultKind, Fault>();
    for (const candidate of this.#matching(phone, stage)) {
      if (struck.has(candidate.kind)) continue;
      struck.set(candidate.kind, candidate);
      this.#use(candidate);
    }
    const all = [...struck.values()];
    return {
      get: <Kind extends FaultKind>(kind: Kind) =>
        all.find((candidate): candidate is Of<Kind> => candidate.kind === kind),
    };
  }

  #matching(phone: string, stage: 'admission' | 'accepted' | 'reply'): Fault[] {
    return this.#faults.filter(
      (candidate) => stages[candidate.kind] === stage && (candidate.phone === undefined || candidate.phone === phone),
    );
  }

  #use(used: Fault): void {
    if (used.next === undefined) return;
    const left = used.next - 1;
    this.#faults = this.#faults.flatMap((candidate) =>
      candidate !== used ? [candidate] : left === 0 ? [] : [{ ...candidate, next: left }],
    );
  }
}
