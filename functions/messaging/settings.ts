import type { Caller } from '../platform/actor.ts';
import { toStored } from '../platform/clock.ts';
import type { Id } from '../platform/ids.ts';
import { Problem } from '../platform/problem.ts';
import { type TransactItem, transact } from '../platform/store/records.ts';
import { Warm } from '../platform/warm.ts';
import { DEFAULT_SETTINGS, type MessagingSettings } from './core/settings.ts';
import { getSettings, settingsItem } from './settings-store.ts';

export type { MessagingSettings } from './core/settings.ts';

const warm = new Warm<MessagingSettings>();

/** How a clinic texts, at most a minute old; what it has not set is as `DEFAULT_SETTINGS` has it. */
export const loadSettings = (clinicId: Id<'clinic'>): Promise<MessagingSettings> =>
  warm.get(clinicId, async () => {
    const { settings } = await getSettings(clinicId, { consistent: false });
    return { ...DEFAULT_SETTINGS, ...settings };
  });

export interface RevisedSettings extends MessagingSettings {
  /** 0: the clinic has set nothing. */
  readonly rev: number;
}

/** How a clinic texts as it is now, for who is about to change it. */
export const readSettings = async (clinicId: Id<'clinic'>): Promise<RevisedSettings> => {
  const { settings, rev } = await getSettings(clinicId);
  return { ...DEFAULT_SETTINGS, ...settings, rev };
};

/**
 * Sets how a clinic texts; workers that have the settings before keep them for a minute. `commit` writes the one transaction.
 * Marketing that is stopped goes on only for who says which settings they have read: an old screen knows nothing of it.
 * @throws Problem `stale`
 */
export const changeSettings = async (
  caller: Caller,
  { settings, ifMatch }: { readonly settings: MessagingSettings; readonly ifMatch?: number | undefined },
  commit: (items: readonly TransactItem[], after: RevisedSettings) => Promise<void> = transact,
): Promise<RevisedSettings> => {
  const { settings: before, rev, marketingResumedAt } = await getSettings(caller.clinicId);
  if (ifMatch !== undefined && ifMatch !== rev) throw new Problem('stale', 'Read it again and repeat.');
  const { marketingPausedSince: pausedSince } = before;
  if (ifMatch === undefined && pausedSince !== undefined && pausedSince !== settings.marketingPausedSince) {
    throw new Problem('stale', 'Marketing is stopped. Read it again, and repeat with If-Match.');
  }
  const resumes = pausedSince !== undefined && settings.marketingPausedSince === undefined;
  const after = { ...settings, rev: rev + 1 };
  const stored = { settings, rev: after.rev, marketingResumedAt: resumes ? toStored(caller.now) : marketingResumedAt };
  await commit([settingsItem(caller, stored)], after);
  warm.keep(caller.clinicId, settings);
  return after;
};
