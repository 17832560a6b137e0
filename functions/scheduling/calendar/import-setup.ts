import { type Caller, stampOf } from '../../platform/actor.ts';
import { optionalEnv } from '../../platform/config.ts';
import type { Id } from '../../platform/ids.ts';
import { badFields, found } from '../../platform/problem.ts';
import { transact } from '../../platform/store/records.ts';
import { untilWritten } from '../../platform/until-written.ts';
import { getImport, importItem } from '../calendar-store.ts';
import { getProvider } from '../catalog-store.ts';
import { type CalendarImport, importFaults } from '../core/calendar-import.ts';
import { calendarUrl } from './calendar-url.ts';

/** Setting up the import of a provider's own calendar. It is read by the next sweep. */

/** Names the address, or another one; what an earlier one brought stays on the day sheets until this one was read. */
export const setImport = async (caller: Caller, providerId: Id<'provider'>, typed: string) => {
  found(await getProvider(caller.clinicId, providerId), 'provider');
  const url = calendarUrl(typed, optionalEnv('PLUMBLINE_STAGE') === 'local');
  if (url === undefined) {
    throw badFields([{ field: 'body.url', message: importFaults['address-refused'] }]);
  }
  const imported = await untilWritten(async () => {
    const before = await getImport(caller.clinicId, providerId);
    if (before?.status === 'active' && before.url === url) return before;
    const { lastImportedAt } = before ?? {};
    const rev = (before?.rev ?? 0) + 1;
    const set: CalendarImport = { clinicId: caller.clinicId, providerId, status: 'active', url, lastImportedAt, rev };
    await transact([importItem(set, stampOf(caller, 'calendar import set'))]);
    return set;
  });
  return importView(providerId, imported);
};

/** Stops it: the next sweep takes what it brought off the day sheets. Idempotent. */
export const stopImport = async (caller: Caller, providerId: Id<'provider'>): Promise<void> => {
  found(await getProvider(caller.clinicId, providerId), 'provider');
  await untilWritten(async () => {
    const before = await getImport(caller.clinicId, providerId);
    if (before?.status !== 'active') return;
    const stopping: CalendarImport = { ...before, status: 'stopping', rev: before.rev + 1 };
    await transact([importItem(stopping, stampOf(caller, 'calendar import stopped'))]);
  });
};

export const showImport = async (caller: Caller, providerId: Id<'provider'>) => {
  found(await getProvider(caller.clinicId, providerId), 'provider');
  return importView(providerId, await getImport(caller.clinicId, providerId));
};

/** What staff may know of an import. The address opens the provider's calendar to whoever has it, so only its host is shown. */
const importView = (providerId: Id<'provider'>, imported: CalendarImport | undefined) => ({
  providerId,
  status: imported?.status ?? ('none' as const),
  ...(imported === undefined ? {} : { host: new URL(imported.url).host }),
  ...(imported?.lastImportedAt === undefined ? {} : { lastImportedAt: imported.lastImportedAt }),
  ...(imported?.fault === undefined
    ? {}
    : { fault: { ...imported.fault, message: importFaults[imported.fault.code] } }),
  rev: imported?.rev ?? 0,
});
