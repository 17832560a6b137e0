import type { Temporal } from 'temporal-polyfill';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { log } from '../../platform/log.ts';
import { ConditionFailed, transact } from '../../platform/store/records.ts';
import { getPause, pauseItem, type SendingPause } from './pause-store.ts';

export type { SendingPause } from './pause-store.ts';

/**
 * - `on`: texts are taken, as far as anybody knows.
 * - `paused`: none was taken a moment ago, none is tried.
 * - `trying`: the pause has lasted; a few texts find out whether it is over.
 */
export type SendingState = 'on' | 'paused' | 'trying';

/** The clinic's pause unless it is over. */
export const loadPause = async (clinicId: Id<'clinic'>): Promise<SendingPause | undefined> => {
  const pause = await getPause(clinicId);
  return pause?.endedAt === undefined ? pause : undefined;
};

/** Whether a clinic's texts are tried now; `pause` is its pause, if it has one. */
export const sendingState = (pause: SendingPause | undefined, now: Temporal.Instant): SendingState => {
  if (pause === undefined) return 'on';
  return toStored(now) < pause.until ? 'paused' : 'trying';
};

/** Nothing more is tried for the clinic until then. Who is told so at the same moment by another refusal changes nothing. */
export const pauseSending = (caller: Caller, reason: string, minutes: number): Promise<void> =>
  change(caller, (before) => {
    const now = toStored(caller.now);
    const current = before?.endedAt === undefined ? before : undefined;
    if (current !== undefined && now < current.until) return undefined;
    return {
      clinicId: caller.clinicId,
      reason,
      since: current?.since ?? now,
      until: toStored(caller.now.add({ minutes })),
      rev: (before?.rev ?? 0) + 1,
    };
  });

/** A text was taken: the rest may follow. */
export const resumeSending = (caller: Caller): Promise<void> =>
  change(caller, (before) =>
    before === undefined || before.endedAt !== undefined
      ? undefined
      : { ...before, reason: 'taken-again', endedAt: toStored(caller.now), rev: before.rev + 1 },
  );

const change = async (
  caller: Caller,
  next: (before: SendingPause | undefined) => SendingPause | undefined,
): Promise<void> => {
  const after = next(await getPause(caller.clinicId));
  if (after === undefined) return;
  try {
    await transact([pauseItem(caller, after)]);
    const outcome = after.endedAt === undefined ? 'paused' : 'resumed';
    log.warn('sending', { clinicId: caller.clinicId, requestId: caller.requestId, outcome, code: after.reason });
  } catch (error) {
    // Another sender came to its own view of it: the next text finds out which holds.
    if (!(error instanceof ConditionFailed)) throw error;
  }
};
