import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import { log } from '../../platform/log.ts';
import { type MetricName, metricNames } from '../../platform/metric-names.ts';
import { count, percent, seconds } from '../../platform/metrics.ts';
import { Problem } from '../../platform/problem.ts';
import { type Clinic, listClinics } from '../../platform/store/clinic.ts';
import { createDocument } from '../../platform/store/documents.ts';
import { ConditionFailed, transact } from '../../platform/store/records.ts';
import { localDateOf } from '../../platform/time.ts';
import {
  type Breach,
  breachesOf,
  careRatesOf,
  leastToJudge,
  ratesOf,
  sumOfCare,
  sumOfTexts,
  type Totals,
  totalsOf,
} from '../core/figures.ts';
import { figuresCsv } from '../core/figures-csv.ts';
import {
  datesFrom,
  datesToCount,
  daysBefore,
  daysToReach,
  monthBefore,
  monthBounds,
  monthsBefore,
} from '../core/figures-days.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { openTaskItems } from '../inbox/tasks.ts';
import { changeSettings, loadSettings } from '../settings.ts';
import { getSettings } from '../settings-store.ts';
import { countDays, freshDays, spanOf } from './figures.ts';
import { noShowRateBefore } from './figures-report.ts';
import {
  type FiguresDay,
  figuresDays,
  firstFiguresDay,
  keepFiguresDay,
  markFiguresExported,
  monthsExported,
} from './figures-store.ts';

/** What the limits are held against, and the alarms hear of: the last week, today included. */
const watchedDays = 7;
/** So many months back a file is written that could not be written before. */
const monthsToReach = 6;
const clinicsAtOnce = 4;
/** Well within the function's own limit; who is left out comes first in the next hour. */
const budgetMillis = 240_000;

/** The last week of a clinic. */
interface Week extends Totals {
  readonly breaches: readonly Breach[];
  readonly pausedMarketing: boolean;
}

/**
 * The hour's run: counts every clinic's latest days, holds them against its limits, writes a month's file once its days
 * stand, and tells the alarms. A clinic that fails keeps no other from being counted, and no file keeps it from its limits.
 * @param list the clinics. @default all there are
 * @returns how many clinics were counted
 * @throws Error when one could not be, after all others were
 */
export const sweepFigures = async (
  now: Temporal.Instant,
  requestId: string,
  list: () => Promise<readonly Clinic[]> = listClinics,
): Promise<number> => {
  const waiting = [...rotated(await list(), now)];
  const weeks: Week[] = [];
  const startedAt = performance.now();
  let failed = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < budgetMillis) {
      const clinic = waiting.shift();
      if (clinic === undefined) return;
      try {
        weeks.push(await countClinic(clinic, now, requestId));
        await exportMonths(clinic, now);
      } catch (error) {
        failed += 1;
        log.error('figures not counted', error, { requestId, clinicId: clinic.clinicId });
      }
    }
  };
  await Promise.all(Array.from({ length: clinicsAtOnce }, work));
  if (waiting.length > 0) log.warn('figures left for the next hour', { requestId, count: waiting.length });
  count(metricNames.clinicsNotCounted, failed + waiting.length);
  tell(weeks);
  if (failed > 0) throw new Error('The figures of a clinic could not be counted');
  return weeks.length;
};

/** Another clinic comes first each hour, so that none is always the one that no time was left for. */
const rotated = (clinics: readonly Clinic[], now: Temporal.Instant): readonly Clinic[] => {
  const hour = Math.floor(now.epochMilliseconds / 3_600_000);
  const step = Math.max(1, Math.ceil(clinics.length / 24));
  const first = clinics.length === 0 ? 0 : (hour * step) % clinics.length;
  return [...clinics.slice(first), ...clinics.slice(0, first)];
};

const countClinic = async (clinic: Clinic, now: Temporal.Instant, requestId: string): Promise<Week> => {
  const { clinicId, zone } = clinic;
  const today = localDateOf(now, zone);
  const known = await figuresDays(clinicId, daysBefore(today, daysToReach - 1), today);
  const dates = datesToCount(known, today, (date) => spanOf(date, zone).to);
  const counted = await countDays(clinic, dates, now);
  await Promise.all(counted.map((day) => keepFiguresDay(clinicId, day)));
  const days = new Map([...known, ...counted].map((day) => [day.date, day]));
  return watch(clinic, { days, today, now, requestId });
};

/** Writes the files of the last months that have none yet: what failed for weeks is made up for. */
const exportMonths = async (clinic: Clinic, now: Temporal.Instant): Promise<void> => {
  const { clinicId, zone } = clinic;
  const today = localDateOf(now, zone);
  const [months, lastMonth] = [monthsBefore(today, monthsToReach), monthBefore(today)];
  const [first = today, written] = await Promise.all([
    firstFiguresDay(clinicId),
    monthsExported(clinicId, months[0] ?? lastMonth, lastMonth),
  ]);
  for (const month of months) {
    if (month < first.slice(0, 7) || written.has(month)) continue;
    const { from, to } = monthBounds(month);
    // Days of earlier months have all had their time to stand: one that does not was missed, perhaps out of the hour's reach.
    const days =
      month === lastMonth ? await figuresDays(clinicId, from, to) : await freshDays(clinic, { from, to }, now);
    await Promise.all(
      days.filter(({ countedAt }) => countedAt === toStored(now)).map((day) => keepFiguresDay(clinicId, day)),
    );
    if (days.length === datesFrom(from, to).length && days.every(({ stands }) => stands)) {
      await exportMonth(clinicId, { month, days, now });
    }
  }
};

/** Writes a month's file, once. */
const exportMonth = async (
  clinicId: Id<'clinic'>,
  {
    month,
    days,
    now,
  }: { readonly month: string; readonly days: readonly FiguresDay[]; readonly now: Temporal.Instant },
): Promise<void> => {
  const objectKey = `figures/${clinicId}/${month}.csv`;
  const csv = figuresCsv(
    month,
    days.map(({ figures }) => figures),
    { noShowRateBefore: await noShowRateBefore(clinicId, monthBounds(month).from) },
  );
  // Written but not marked, it is written again: the object is there then, and stays as it is.
  await createDocument(objectKey, csv, 'text/csv');
  await markFiguresExported(clinicId, { month, objectKey, writtenAt: toStored(now) });
};

interface Watching {
  readonly days: ReadonlyMap<string, FiguresDay>;
  readonly today: string;
  readonly now: Temporal.Instant;
  readonly requestId: string;
}

/** Holds a clinic's last week against its limits. */
const watch = async (clinic: Clinic, { days, today, now, requestId }: Watching): Promise<Week> => {
  const { clinicId } = clinic;
  const week = datesFrom(daysBefore(today, watchedDays - 1), today).flatMap((date) => days.get(date) ?? []);
  const totals = totalsOf(week.map(({ figures }) => figures));
  const { thresholds } = await loadSettings(clinicId);
  const breaches = breachesOf(totals, thresholds);
  for (const code of breaches) log.warn('figures beyond a limit', { requestId, clinicId, code });
  const caller: Caller = { clinicId, actor: { kind: 'automation', id: 'messaging-figures' }, requestId, now };
  const pausedMarketing =
    breaches.includes('opt-out-rate-suspends') && (await pauseMarketing(caller, clinic, { week, today }));
  return { ...totals, breaches, pausedMarketing };
};

/**
 * Stops marketing, with a task for staff. Whoever let it go on has seen the figures of the days until then: the days after are
 * held to the limit anew.
 */
const pauseMarketing = async (
  caller: Caller,
  { clinicId, zone, originationNumber }: Clinic,
  { week, today }: { readonly week: readonly FiguresDay[]; readonly today: string },
): Promise<boolean> => {
  const { settings: stored, rev, marketingResumedAt } = await getSettings(clinicId);
  const settings = { ...DEFAULT_SETTINGS, ...stored };
  if (settings.marketingPausedSince !== undefined) return false;
  const resumedOn =
    marketingResumedAt === undefined ? '' : localDateOf(Temporal.Instant.from(marketingResumedAt), zone);
  const since = totalsOf(week.filter(({ date }) => date > resumedOn).map(({ figures }) => figures));
  if (!breachesOf(since, settings.thresholds).includes('opt-out-rate-suspends')) return false;
  const about = { kind: 'marketing-paused', phone: originationNumber, sourceId: `figures ${today}`, today } as const;
  const task = await openTaskItems(caller, about);
  try {
    await changeSettings(
      caller,
      { settings: { ...settings, marketingPausedSince: toStored(caller.now) }, ifMatch: rev },
      (items) => transact([...items, ...task]),
    );
    return true;
  } catch (error) {
    // Somebody changed the settings just now: the next hour decides again.
    if (error instanceof ConditionFailed || (error instanceof Problem && error.code === 'stale')) return false;
    throw error;
  }
};

/** What the alarms and the dashboard hear: of all clinics together, and how many are beyond a limit of theirs. */
const tell = (weeks: readonly Week[]): void => {
  const having = (breach: Breach): number => weeks.filter(({ breaches }) => breaches.includes(breach)).length;
  count(metricNames.clinicsBelowDelivery, having('delivery-rate'));
  count(metricNames.clinicsAboveOptOuts, having('opt-out-rate'));
  count(metricNames.clinicsSlowOnRedFlags, having('red-flags-slow'));
  count(metricNames.marketingPaused, weeks.filter(({ pausedMarketing }) => pausedMarketing).length);

  const texts = sumOfTexts(weeks.map((week) => week.texts));
  const care = sumOfCare(weeks.map((week) => week.care));
  count(metricNames.textsCostCents, Math.round(texts.costMicros / 10_000));
  const { redFlagP50Seconds, redFlagP95Seconds, noShowRate, checkInNeedRate } = careRatesOf(care);
  const rates = ratesOf(texts);
  const shares: readonly (readonly [MetricName, number | undefined, number])[] = [
    [metricNames.deliveryPercent, rates.deliveryRate, texts.sent - texts.pending],
    [metricNames.responsePercent, rates.responseRate, texts.prompts],
    [metricNames.confirmPercent, rates.confirmRate, texts.confirmPrompts],
    [metricNames.optOutPercent, rates.optOutRate, texts.initiated],
    [metricNames.noShowPercent, noShowRate, care.visitsDue],
    [metricNames.checkInNeedPercent, checkInNeedRate, care.checkIns],
  ];
  for (const [name, share, of] of shares) {
    if (share !== undefined && of >= leastToJudge) percent(name, share * 100);
  }
  if (redFlagP50Seconds !== undefined) seconds(metricNames.redFlagSecondsP50, redFlagP50Seconds);
  if (redFlagP95Seconds !== undefined) seconds(metricNames.redFlagSecondsP95, redFlagP95Seconds);
};
