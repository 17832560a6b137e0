import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import type { Standing } from '../consent/standing-store.ts';
import { eveningOf, isStaffed } from '../core/business-hours.ts';
import type { MessagingSettings } from '../core/settings.ts';
import type { TemplateName } from '../core/template-names.ts';
import { isHeldByHuman, staffWroteSince } from '../core/thread.ts';
import type { Answer } from '../plans/plan.ts';
import type { MessageRef } from '../store.ts';
import type { Reading } from './reply-reading.ts';

/** What follows from a reply. */
export interface Effects {
  readonly standing: Standing;
  readonly items: readonly TransactItem[];
  readonly answer?: Pick<Answer, 'template' | 'appointmentId' | 'ended'> | undefined;
  readonly refs?: readonly MessageRef[];
  /** Whether the answer is the one confirmation of a STOP. */
  readonly confirmsStop?: boolean;
  /** Whether a human must read it; else automation has dealt with it. */
  readonly isForHuman?: boolean;
  /** The evening on which the number has been told that nobody is there. */
  readonly afterHoursOn?: string;
}

export const answered = (
  { standing }: Reading,
  template: TemplateName,
  appointmentId?: Id<'appointment'>,
): Effects => ({
  standing,
  items: [],
  answer: { template, appointmentId },
});

/** Who of the staff has written since has the word. */
export const takenOverSince = ({ now }: Caller, { takeoverHours }: MessagingSettings): string =>
  toStored(now.subtract({ hours: takeoverHours }));

/**
 * A human reads it; the patient is told so once a day, or, when nobody is there, that once an evening. Not where staff have just
 * written; and by day not where somebody has taken the thread, who may have gone home when it is night.
 */
export const unread = (caller: Caller, { standing, thread, settings, zone, today }: Reading): Effects => {
  const effects = { standing, items: [], isForHuman: true } as const;
  const since = takenOverSince(caller, settings);
  // Somebody is talking to them already.
  if (staffWroteSince(thread, since)) return effects;
  const { businessHours } = settings;
  if (settings.afterHoursAnswer && !isStaffed(caller.now, zone, businessHours)) {
    const evening = eveningOf(caller.now, zone, businessHours);
    return thread.afterHoursOn === evening
      ? effects
      : { ...effects, afterHoursOn: evening, answer: { template: 'reply-after-hours' } };
  }
  return isHeldByHuman(thread, since) || standing.fallbackOn === today
    ? effects
    : { ...effects, standing: { ...standing, fallbackOn: today }, answer: { template: 'reply-unknown' } };
};
