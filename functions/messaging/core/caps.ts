import { dateOfEpochDay, epochDayOf } from '../../platform/time.ts';
import type { PlanStep } from './plan.ts';
import type { TemplateName } from './template-names.ts';

/**
 * How many texts of treatment somebody gets: by default one a day and three a week, the limits of 47 CFR 64.1200(a)(9)(iv), kept
 * as a guard. Whatever a plan sends before or after a visit counts. What answers somebody's own doing (a booking, a move, a reply, a
 * code, a place in the line) does not, nor does an alert to the clinic; nor the one link that a visit by video is entered by,
 * which beside two reminders would take the place of the check-in after the visit. Marketing waits for a day with room but takes none: the
 * limits are not made for it (it needs a written agreement, and goes once after a visit), and no reminder is held back by it.
 */
export interface Caps {
  readonly perDay: number;
  readonly perWeek: number;
}

/** What makes room for nothing else. */
export const MOST_IMPORTANT = 5;

/**
 * Which of them gives way, the lowest first: who comes tomorrow must know it; pain after a visit is asked once; the reminder of 72 h is followed
 * by that of 24 h; a link sent besides the one at the visit's door can be missed; there is a nudge next week too.
 */
const IMPORTANCE: Partial<Readonly<Record<TemplateName, number>>> = {
  'reminder-24h': MOST_IMPORTANT,
  'check-in-48h': 4,
  'reminder-72h': 3,
  'video-link': 2,
  'exercise-week': 1,
  recall: 0,
};

/** How much a step of a plan matters among those that count; undefined for one that does not count. */
export const importanceOf = ({
  anchor,
  template,
  offsetDays,
  offsetHours,
}: Pick<PlanStep, 'anchor' | 'template' | 'offsetDays' | 'offsetHours'>): number | undefined => {
  if (anchor === 'now') return undefined;
  // It stands where one of the two reminders would: which one its time says.
  const replaced = offsetDays * 24 + offsetHours >= -48 ? 'reminder-24h' : 'reminder-72h';
  return IMPORTANCE[template === 'reminder-confirmed' ? replaced : template];
};

/** A text that waits for its time, by the local day it is due. */
export interface WaitingText {
  readonly on: string;
  readonly importance: number;
}

export interface CapState {
  readonly caps: Caps;
  /** The local day, `2026-11-24`. */
  readonly today: string;
  readonly importance: number;
  /** The local days of the texts that were sent lately. */
  readonly sentOn: readonly string[];
  /** What else is planned for this person in the days to come. */
  readonly waiting: readonly WaitingText[];
}

export type CapDecision =
  | { readonly kind: 'go' }
  /** There is room on that day; whether the text is still worth sending then is another question. */
  | { readonly kind: 'later'; readonly on: string; readonly reason: CapReason }
  | { readonly kind: 'over'; readonly reason: CapReason };

export type CapReason = 'over-daily-cap' | 'over-weekly-cap';

const weekDays = 7;

/**
 * Whether a text may go today: not beyond the caps, and not in the place of one that matters more and is due before the same week is over.
 * Else the first day within a week that has room.
 */
export const decideCap = ({ caps, today, importance, sentOn, waiting }: CapState): CapDecision => {
  const todayNumber = epochDayOf(today);
  const ahead = waiting
    .filter((text) => text.importance > importance)
    .map(({ on }) => epochDayOf(on))
    .filter((day) => day >= todayNumber);
  const taken = [...sentOn.map(epochDayOf), ...ahead];
  const countIn = (from: number, to: number): number => taken.filter((day) => from <= day && day <= to).length;
  /** The weeks that a text of that day would be in and that end with it or with one that matters more. */
  const weekEnds = (day: number): readonly number[] => [
    day,
    ...ahead.filter((other) => day < other && other < day + weekDays),
  ];
  const reasonAgainst = (day: number): CapReason | undefined => {
    if (countIn(day, day) >= caps.perDay) return 'over-daily-cap';
    const isOver = weekEnds(day).some((end) => countIn(end - weekDays + 1, end) >= caps.perWeek);
    return isOver ? 'over-weekly-cap' : undefined;
  };
  const reason = reasonAgainst(todayNumber);
  if (reason === undefined) return { kind: 'go' };
  for (let day = todayNumber + 1; day <= todayNumber + weekDays; day += 1) {
    if (reasonAgainst(day) === undefined) return { kind: 'later', on: dateOfEpochDay(day), reason };
  }
  return { kind: 'over', reason };
};

/** The texts of the seven days that end with `today`: what a standing has to remember. */
export const ofLastWeek = <Sent extends { readonly on: string }>(
  sent: readonly Sent[],
  today: string,
): readonly Sent[] => sent.filter(({ on }) => epochDayOf(on) > epochDayOf(today) - weekDays);
