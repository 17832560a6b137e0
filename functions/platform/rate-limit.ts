import { isIPv4 } from 'node:net';
import type { Caller } from './actor.ts';
import { sha256 } from './ids.ts';
import { Problem } from './problem.ts';
import { countUse } from './store/limit-counter.ts';

/**
 * How often a stranger may do what costs the clinic something: a text, a held time, a look by a human. Counted per
 * clinic in fixed windows, so at worst twice the number falls into one window's length. Whoever is signed in or has a
 * link is known and not limited here. Reading is not counted: counting would cost more than the reading, and the API's
 * own throttle bounds it.
 */

export interface Limit {
  readonly most: number;
  readonly minutes: number;
}

export type LimitSubject = 'phone' | 'address';

const hour = 60;
const day = 24 * hour;

/**
 * An address may be a clinic's waiting room or a whole mobile network's, so it gets what a handful of people need at
 * once; a number is one person's, or a family's.
 */
export const limits = {
  /** Texts with a code. */
  'phone-code': {
    address: [{ most: 20, minutes: hour }],
    phone: [
      { most: 3, minutes: 15 },
      { most: 10, minutes: day },
    ],
  },
  /** Bookings that were tried, with a right code or a wrong one. */
  'self-booking': { address: [{ most: 60, minutes: hour }] },
  /** Times held for five minutes each. */
  hold: { address: [{ most: 30, minutes: 15 }] },
  /** Alerts to the on-call number by answers of somebody who has not proved a number yet. */
  'emergency-alert': {
    address: [{ most: 10, minutes: hour }],
    phone: [{ most: 3, minutes: hour }],
  },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<LimitSubject, readonly Limit[]>>>>>;

export type LimitKind = keyof typeof limits;

/**
 * Counts one use against every limit of a kind; the address first, so that one stranger cannot use up another's number.
 * When the counters cannot be written, this throws: nobody gets past by breaking them.
 * @throws Problem `too-many-requests` that says when to try again
 */
export const limit = async (caller: Caller, kind: LimitKind, phone?: string): Promise<void> => {
  const rules: Readonly<Partial<Record<LimitSubject, readonly Limit[]>>> = limits[kind];
  await limitOne(caller, kind, 'address', networkOf(caller.address), rules.address ?? []);
  if (phone !== undefined) await limitOne(caller, kind, 'phone', phone, rules.phone ?? []);
};

const limitOne = async (
  caller: Caller,
  kind: LimitKind,
  subject: LimitSubject,
  value: string,
  rules: readonly Limit[],
): Promise<void> => {
  const { clinicId } = caller;
  const nowEpochSeconds = Math.floor(caller.now.epochMilliseconds / 1000);
  for (const { most, minutes } of rules) {
    const windowSeconds = minutes * 60;
    const window = Math.floor(nowEpochSeconds / windowSeconds);
    const subjectHash = sha256(JSON.stringify([clinicId, subject, value]));
    if (await countUse({ clinicId, kind, subjectHash, windowSeconds, window }, most)) continue;
    const waitSeconds = (window + 1) * windowSeconds - nowEpochSeconds;
    throw new Problem(
      'too-many-requests',
      'That was tried too often. Please wait a while, or call the clinic.',
      [],
      undefined,
      waitSeconds,
    );
  }
};

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));

/**
 * Whom an internet address stands for: an IPv4 address itself, of IPv6 the first 64 bits, because whoever has one
 * address of such a network has all of them. Callers without an address share one.
 */
export const networkOf = (address = ''): string => {
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (isIPv4(last)) return last;
  const [head = '', tail = ''] = address.split('%', 1)[0]?.split('::') ?? [];
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const network = [...before, ...(address.includes('::') ? zeros : []), ...after].slice(0, 4);
  return network.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
};
