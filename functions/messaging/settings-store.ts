import { Entity } from 'dynamodb-toolbox/entity';
import { any, item, string } from 'dynamodb-toolbox/schema';
import type { Caller } from '../platform/actor.ts';
import { stampOf } from '../platform/actor.ts';
import type { Id } from '../platform/ids.ts';
import { get, recordAttributes, recordsTable, save, type TransactItem } from '../platform/store/records.ts';
import type { MessagingSettings } from './core/settings.ts';

const SettingsEntity = new Entity({
  name: 'MessagingSettings',
  table: recordsTable,
  timestamps: false,
  schema: item({
    ...recordAttributes,
    clinicId: string().key(),
    // Checked by the contract, which is the only way in.
    settings: any().castAs<Partial<MessagingSettings>>(),
    marketingResumedAt: string().optional(),
  }),
  computeKey: ({ clinicId }) => ({ pk: `clinic#${clinicId}`, sk: 'messaging-settings' }),
});

export interface StoredSettings<Settings = MessagingSettings> {
  readonly settings: Settings;
  /** When `marketingPausedSince` was last taken away. */
  readonly marketingResumedAt?: string | undefined;
  readonly rev: number;
}

/** What a clinic has set, at revision 0 nothing. A field that is younger than the record is absent. */
export const getSettings = async (
  clinicId: Id<'clinic'>,
  options: { readonly consistent: boolean } = { consistent: true },
): Promise<StoredSettings<Partial<MessagingSettings>>> => {
  const stored = await get(SettingsEntity, { clinicId }, options);
  return { settings: stored?.settings ?? {}, marketingResumedAt: stored?.marketingResumedAt, rev: stored?.rev ?? 0 };
};

/** Writes revision `rev`: the first must be new, any other replaces the one before it. */
export const settingsItem = (caller: Caller, stored: StoredSettings): TransactItem =>
  save(SettingsEntity, { ...stampOf(caller), clinicId: caller.clinicId, ...stored }, stored.rev);
