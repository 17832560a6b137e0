import { Temporal } from 'temporal-polyfill';
import { isGsm7, toGsm7 } from './gsm7.ts';
import { isTextingHour, textingFrom, textingUntil } from './plan.ts';

/** Texts that a member of staff writes: when they may go, and what they look like. */

/** The most that staff write at once: with the clinic's name before it, within the carrier's 1,600. */
export const maxStaffWords = 1_000;

const maxBrand = 20;

/**
 * The text as it is sent: the clinic's name first, so that whoever gets it knows from whom; typographic marks as a keyboard
 * types them. Words that GSM-7 cannot write (another script, an emoji) stay as they are, at the price of more parts.
 */
export const staffBody = (brand: string, words: string): string => {
  const name = toGsm7(brand).slice(0, maxBrand).trim();
  const plain = toGsm7(words);
  const body = isGsm7(plain) ? plain : words;
  return body.toLowerCase().startsWith(name.toLowerCase()) ? body : `${name}: ${body}`;
};

/** So long after somebody wrote, an answer is an answer: at any hour, and to who has agreed to nothing else. */
export const answerWindowHours = 24;
/** What could not be sent for so long was written for another day. */
const staleAfterHours = 24;

export interface StaffTextState {
  readonly isOptedOut: boolean;
  /** Agreed to texts about their care. */
  readonly hasAgreed: boolean;
  readonly lastInboundAt: string | undefined;
  /** Whose night it may be: the zones of the number's patients, else the clinic's. At least one. */
  readonly zones: readonly string[];
  /** When it was, or is, meant to go. */
  readonly plannedFor: Temporal.Instant;
}

export type StaffTextDecision =
  | {
      readonly kind: 'send';
      readonly expiresAt: Temporal.Instant;
      /** It is night, and goes all the same, as an answer. */
      readonly isAtNight: boolean;
    }
  | { readonly kind: 'refuse'; readonly reason: 'opted-out' | 'no-consent' | 'stale' }
  | { readonly kind: 'wait'; readonly until: Temporal.Instant };

/** Whether a text of staff's may go now. The same rule when it is written and when it is claimed. */
export const decideStaffText = (
  { isOptedOut, hasAgreed, lastInboundAt, zones, plannedFor }: StaffTextState,
  now: Temporal.Instant,
): StaffTextDecision => {
  if (isOptedOut) return { kind: 'refuse', reason: 'opted-out' };
  const staleAt = plannedFor.add({ hours: staleAfterHours });
  if (Temporal.Instant.compare(now, staleAt) >= 0) return { kind: 'refuse', reason: 'stale' };
  const isAnswer =
    lastInboundAt !== undefined &&
    Temporal.Instant.compare(now, Temporal.Instant.from(lastInboundAt).add({ hours: answerWindowHours })) < 0;
  if (!hasAgreed && !isAnswer) return { kind: 'refuse', reason: 'no-consent' };
  const isAtNight = !zones.every((zone) => isTextingHour(now, zone));
  if (isAtNight && !isAnswer) return { kind: 'wait', until: openEverywhere(now, zones) };
  const ends = isAnswer ? [staleAt] : [staleAt, ...zones.map((zone) => textingUntil(now, zone))];
  const [expiresAt = staleAt] = ends.toSorted(Temporal.Instant.compare);
  return { kind: 'send', expiresAt, isAtNight };
};

/** The first moment from `from` on that is no night in any of the zones. */
export const openEverywhere = (from: Temporal.Instant, zones: readonly string[]): Temporal.Instant => {
  let at = from;
  // Twice round is enough: no two zones of one clinic's patients are twelve hours apart.
  for (const zone of [...zones, ...zones]) at = textingFrom(at, zone);
  return at;
};
