import { type Caller, stampOf } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env } from '../../platform/config.ts';
import type { FetchOutcome, GuardedFetch } from '../../platform/guarded-fetch.ts';
import { idPattern, sha256 } from '../../platform/ids.ts';
import { log } from '../../platform/log.ts';
import { metricNames } from '../../platform/metric-names.ts';
import { count } from '../../platform/metrics.ts';
import { ConditionFailed, transact } from '../../platform/store/records.ts';
import { dateOfEpochDay, epochDayOf, localDateOf } from '../../platform/time.ts';
import { untilWritten } from '../../platform/until-written.ts';
import { importItem } from '../calendar-store.ts';
import { getProvider } from '../catalog-store.ts';
import { CalendarFault, calendarLimits } from '../core/calendar/fault.ts';
import { type CalendarImport, type ImportFaultCode, importDays } from '../core/calendar-import.ts';
import { externalBusy } from '../core/external-busy.ts';
import type { DaySheet, MinuteRange, Provider } from '../core/types.ts';
import { getSheet, listSheets, sheetItem } from '../store.ts';
import { recordClashes } from './clashes.ts';
import { TimeLimitExceeded, withTimeLimit } from './time-limit.ts';

/** How long a calendar may take to arrive, and to be understood. */
const fetchMillis = 10_000;
const readMillis = 2_000;

/** What an import needs of the world. */
export interface ImportDeps {
  readonly fetchCalendar: GuardedFetch;
}

/** The dates that are looked after, first to last, both included. */
interface Window {
  readonly first: string;
  readonly last: string;
}

/** When a calendar says busy, by date; or why it cannot be told. */
type Judgement =
  | { readonly kind: 'busy'; readonly days: ReadonlyMap<string, readonly MinuteRange[]> }
  | { readonly kind: 'fault'; readonly code: ImportFaultCode };

/**
 * Reads one provider's own calendar and puts what it says on their day sheets. Sheets are written only where something changed, each
 * under its `rev`; what could not be fetched or read leaves them as they are. A run that dies in between is made good by the next.
 */
export const importCalendar = async (deps: ImportDeps, caller: Caller, imported: CalendarImport): Promise<void> => {
  const provider = await getProvider(caller.clinicId, imported.providerId);
  if (provider === undefined) return;
  const today = localDateOf(caller.now, provider.zone);
  const window = { first: today, last: dateOfEpochDay(epochDayOf(today) + importDays) };
  const isStopping = imported.status === 'stopping';
  try {
    if (isStopping) await stop(caller, provider, imported, window);
    else await refresh(deps, caller, provider, imported, window);
  } catch (error) {
    // The address was changed or the import stopped meanwhile: the next sweep goes by that.
    if (!(error instanceof ConditionFailed)) throw error;
  }
  // A visit may have been moved into busy time, or out of it, with nothing new in the calendar.
  const yesterday = dateOfEpochDay(epochDayOf(today) - 1);
  const sheets = isStopping ? [] : await sheetsOf(caller, provider, { ...window, first: yesterday });
  await recordClashes(caller, provider, sheets);
};

const stop = async (caller: Caller, provider: Provider, imported: CalendarImport, window: Window): Promise<void> => {
  await apply(caller, provider, new Map(), window);
  await save(caller, { ...imported, status: 'stopped', fault: undefined }, 'calendar import stopped');
};

const refresh = async (
  { fetchCalendar }: ImportDeps,
  caller: Caller,
  provider: Provider,
  imported: CalendarImport,
  window: Window,
): Promise<void> => {
  // What did not change need not be sent, unless it has to be judged for a new day.
  const isJudged = imported.judgedFor === window.first && imported.fault === undefined;
  const outcome = await fetchCalendar({
    url: imported.url,
    maxBytes: calendarLimits.bytes,
    timeoutMillis: fetchMillis,
    ...(isJudged ? { etag: imported.etag, lastModified: imported.lastModified } : {}),
  });
  if (outcome.kind === 'not-modified') return;
  if (outcome.kind === 'fault') return recordFault(caller, imported, outcome.code);
  const bodyHash = sha256(outcome.body);
  const isKnown = imported.bodyHash === bodyHash && imported.judgedFor === window.first;
  if (isKnown && (imported.fault === undefined || isOfContent(imported.fault.code))) return;
  const judged = { ...imported, bodyHash, judgedFor: window.first };
  const judgement = judge(outcome.body, provider, window);
  if (judgement.kind === 'fault') return recordFault(caller, judged, judgement.code);
  await apply(caller, provider, judgement.days, window);
  await save(caller, { ...judged, ...validatorsOf(outcome), lastImportedAt: toStored(caller.now), fault: undefined });
};

const validatorsOf = ({ etag, lastModified }: Extract<FetchOutcome, { kind: 'content' }>) => ({ etag, lastModified });

/** Whether a fault is of the content itself, which stays wrong until it changes. */
const isOfContent = (code: ImportFaultCode): boolean => !ofTransport.includes(code);
const ofTransport: readonly ImportFaultCode[] = [
  'address-refused',
  'unreachable',
  'timed-out',
  'too-many-redirects',
  'too-large',
  'not-allowed',
  'gone',
  'refused',
];

const judge = (text: string, provider: Provider, window: Window): Judgement => {
  const host = new URL(env('PUBLIC_URL')).hostname;
  const question = {
    text,
    zone: provider.zone,
    firstDate: window.first,
    lastDate: window.last,
    isOwnUid: (uid: string) => uid.endsWith(`@${host}`) && ownId.test(uid.slice(0, -(host.length + 1))),
  };
  try {
    return { kind: 'busy', days: withTimeLimit(readMillis, () => externalBusy(question)) };
  } catch (error) {
    if (error instanceof CalendarFault) return { kind: 'fault', code: error.code };
    if (error instanceof TimeLimitExceeded) return { kind: 'fault', code: 'too-slow' };
    throw error;
  }
};

const ownId = idPattern('appointment');

/** Notes why nothing could be imported: once, not every five minutes. */
const recordFault = async (caller: Caller, imported: CalendarImport, code: ImportFaultCode): Promise<void> => {
  count(metricNames.calendarImportsFailed);
  log.warn('calendar not imported', { clinicId: caller.clinicId, code, requestId: caller.requestId });
  if (imported.fault?.code === code && !isOfContent(code)) return;
  const since = imported.fault?.code === code ? imported.fault.since : toStored(caller.now);
  const { etag: _, lastModified: __, ...rest } = imported;
  await save(caller, { ...rest, fault: { code, since } }, code);
};

const save = (caller: Caller, imported: CalendarImport, reason = 'calendar imported'): Promise<void> =>
  transact([importItem({ ...imported, rev: imported.rev + 1 }, stampOf(caller, reason))]);

/** Puts busy time on the days it belongs to, and takes off what is no longer so. */
const apply = async (
  caller: Caller,
  provider: Provider,
  days: ReadonlyMap<string, readonly MinuteRange[]>,
  window: Window,
): Promise<void> => {
  const sheets = new Map((await sheetsOf(caller, provider, window)).map((sheet) => [sheet.date, sheet.external ?? []]));
  for (const date of datesOf(window)) {
    const busy = days.get(date) ?? [];
    if (!isSame(busy, sheets.get(date) ?? [])) await applyDay(caller, provider, date, busy);
  }
};

const applyDay = (caller: Caller, provider: Provider, date: string, busy: readonly MinuteRange[]): Promise<void> =>
  untilWritten(async () => {
    const sheet = await getSheet(caller.clinicId, provider.id, date, provider.zone, caller.now);
    if (isSame(busy, sheet.external ?? [])) return;
    const next: DaySheet = { ...sheet, rev: sheet.rev + 1, external: busy.length === 0 ? undefined : busy };
    await transact([sheetItem(caller.clinicId, next, stampOf(caller, "provider's own calendar"))]);
  });

const sheetsOf = (caller: Caller, provider: Provider, window: Window): Promise<readonly DaySheet[]> =>
  listSheets(caller.clinicId, provider.id, window, caller.now);

const datesOf = ({ first, last }: Window): readonly string[] => {
  const from = epochDayOf(first);
  return Array.from({ length: epochDayOf(last) - from + 1 }, (_, day) => dateOfEpochDay(from + day));
};

const isSame = (one: readonly MinuteRange[], other: readonly MinuteRange[]): boolean =>
  one.length === other.length &&
  one.every(
    ({ startEpochMinute, endEpochMinute }, index) =>
      other[index]?.startEpochMinute === startEpochMinute && other[index]?.endEpochMinute === endEpochMinute,
  );
