import { Temporal } from 'temporal-polyfill';
import { isGsm7, toGsm7 } from './gsm7.ts';
import { closesAt, isOpen, opensAt, type TextingWindow } from './texting-window.ts';

/** Texts that a member of staff writes: when they may go, and what they look like. */

/** The most that staff write at once: with the clinic's name before it, within the carrier's 1,600. */
export const maxStaffWords = 1_000;

/** With the clinic's name, still within what the carrier takes. */
const maxStaffBody = 1_500;
const maxBrand = 20;

/**
 * The text as it is sent: the clinic's name first, so that whoever gets it knows from whom; typographic marks as a keyboard
 * types them. Words that GSM-7 cannot write (another script, an emoji) stay as they are, at the price of more parts.
 */
export const staffBody = (brand: string, words: string): string => {
  const name = toGsm7(brand).slice(0, maxBrand).trim();
  const plain = toGsm7(words);
  // A mark may be typed with three (the ellipsis).
  const body = isGsm7(plain) && plain.length <= maxStaffBody ? plain : words;
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
  /** Whose night it may be: the zones of the number's patients, else those in which it may be. At least one. */
  readonly zones: readonly string[];
  readonly window: TextingWindow;
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
  { isOptedOut, hasAgreed, lastInboundAt, zones, window, plannedFor }: StaffTextState,
  now: Temporal.Instant,
): StaffTextDecision => {
  if (isOptedOut) return { kind: 'refuse', reason: 'opted-out' };
  const staleAt = plannedFor.add({ hours: staleAfterHours });
  if (Temporal.Instant.compare(now, staleAt) >= 0) return { kind: 'refuse', reason: 'stale' };
  const isAnswer =
    lastInboundAt !== undefined &&
    Temporal.Instant.compare(now, Temporal.Instant.from(lastInboundAt).add({ hours: answerWindowHours })) < 0;
  if (!hasAgreed && !isAnswer) return { kind: 'refuse', reason: 'no-consent' };
  const isAtNight = !isOpen(now, zones, window);
  if (!isAtNight)
    return { kind: 'send', expiresAt: isAnswer ? staleAt : earliest(staleAt, closesAt(now, zones, window)), isAtNight };
  if (isAnswer) return { kind: 'send', expiresAt: staleAt, isAtNight };
  // Hours that never meet in the zones of two people: their clinic has set them so.
  return { kind: 'wait', until: opensAt(now, zones, window) ?? staleAt };
};

const earliest = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  Temporal.Instant.compare(one, other) <= 0 ? one : other;
