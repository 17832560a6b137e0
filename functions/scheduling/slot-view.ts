import type * as z from 'zod';
import { zoneLabelAt } from '../platform/time.ts';
import type { emptyCodes, slotPage } from './contract/slots.ts';
import { type Reason, weights } from './core/rank.ts';
import type { Suggestion } from './core/suggest.ts';
import { instantOfEpochMinute, type Slot, visitTime } from './core/visit-time.ts';
import { slotViewOf } from './view.ts';

/** How free times appear in answers. */

export type SlotPage = z.output<typeof slotPage>;
type SlotView = SlotPage['items'][number];
export type EmptyCode = (typeof emptyCodes)[number];

/** A free time, and what a search knows of it. */
export interface FoundSlot {
  readonly slot: Slot;
  /** The provider's zone. */
  readonly zone: string;
  readonly score?: number | undefined;
  readonly because?: readonly Reason[] | undefined;
  readonly reason?: Suggestion['reason'] | undefined;
}

export interface SlotViewOptions {
  /** A zone to give each time in as well. */
  readonly zone?: string | undefined;
  /** Whether scores are explained in words: those say how full the clinic is, which strangers need not know. */
  readonly inWords: boolean;
}

export const foundSlotViewOf = (found: FoundSlot, { zone, inWords }: SlotViewOptions): SlotView => {
  const { slot, score, because, reason } = found;
  const labelIn = (ofZone: string): string => zoneLabelAt(instantOfEpochMinute(slot.startEpochMinute), ofZone);
  return {
    ...slotViewOf(slot, found.zone),
    zoneLabel: labelIn(found.zone),
    ...(zone === undefined
      ? {}
      : { patientTime: { zone, wallTime: visitTime(slot, zone).wallTime, zoneLabel: labelIn(zone) } }),
    ...(score === undefined ? {} : { score }),
    ...(because === undefined ? {} : { because: because.map((each) => reasonViewOf(each, inWords)) }),
    ...(reason === undefined ? {} : { reason }),
  };
};

const reasonViewOf = (reason: Reason, inWords: boolean) => ({
  factor: reason.factor,
  points: reason.points,
  most: weights[reason.factor],
  ...(inWords ? { detail: wordsOf(reason) } : {}),
});

const seenWords = {
  last: 'The provider the patient sees now',
  before: 'A provider the patient has seen',
  never: 'A provider the patient has not seen',
} as const;

const wordsOf = (reason: Reason): string => {
  switch (reason.factor) {
    case 'continuity':
      return seenWords[reason.seen];
    case 'gap-fit': {
      if (reason.lostMinutes > 0) return `Leaves ${reason.lostMinutes} minutes that no visit fits into`;
      if (reason.before === 'none' && reason.after === 'none') return 'Leaves no gap';
      return reason.before === 'none' || reason.after === 'none'
        ? 'Leaves no gap on one side'
        : 'Leaves room for other visits on both sides';
    }
    case 'soonness':
      return reason.daysAfterFirst <= 0
        ? 'On the first day asked for'
        : `Days after the first day asked for: ${reason.daysAfterFirst}`;
    case 'attendance':
      return `Of 100 such visits ${Math.round(reason.noShowRate * 100)} are missed, by ${reason.visits} visits on record`;
    default:
      return reason satisfies never;
  }
};

const emptyWords: Readonly<Record<EmptyCode, string>> = {
  'outside-times': 'There are free times, but none on those weekdays at those times of day.',
  'fully-booked': 'All of that time is booked.',
  closed: 'There are no open hours in that time.',
  'outside-horizon': 'That is too soon, or further ahead than this visit can be booked.',
  'not-licensed': 'No provider is licensed where the patient will be.',
  'state-not-served': 'This visit is not offered where the patient will be.',
  'no-provider': 'Nobody takes new visits of this type.',
  'not-offered': 'This type of visit is not offered any more.',
  'not-for-patient':
    'This type of visit is not for this patient: it is only for new ones, or only for established ones.',
};

/** A page without anything on it, and why. */
export const emptyPage = (code: EmptyCode): SlotPage => ({
  items: [],
  emptyBecause: { code, message: emptyWords[code] },
});
