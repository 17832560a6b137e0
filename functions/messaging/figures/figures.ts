import { Temporal } from 'temporal-polyfill';
import { listTriageCasesOpened, type TriageCase } from '../../care/triage.ts';
import { toStored } from '../../platform/clock.ts';
import type { Id } from '../../platform/ids.ts';
import type { Clinic } from '../../platform/store/clinic.ts';
import { localDateOf, zonedDayBounds } from '../../platform/time.ts';
import { listVisitsBetween, loadAppointments } from '../../scheduling/visits.ts';
import { type ConsentEntry, revocationsBetween } from '../consent/consent-store.ts';
import {
  countFigures,
  estimateOf,
  type Facts,
  outcomeHours,
  type Prices,
  type SentText,
  type Span,
} from '../core/figures.ts';
import { datesFrom, daysBefore, standsAt } from '../core/figures-days.ts';
import { asksOf } from '../core/template-names.ts';
import { staffEntriesBetween, threadIdOf, writtenBetween } from '../inbox/thread-store.ts';
import { loadSettings } from '../settings.ts';
import { getMessages, type Message, messagesSent, sentAtOf } from '../store.ts';
import { type FiguresDay, figuresDays } from './figures-store.ts';

/** So many days' facts are read at once. */
const daysAtOnce = 7;

/** Counts some of a clinic's local days (oldest first) from its records as they are at `now`. */
export const countDays = async (
  { clinicId, zone }: Pick<Clinic, 'clinicId' | 'zone'>,
  dates: readonly string[],
  now: Temporal.Instant,
): Promise<readonly FiguresDay[]> => {
  const prices = await loadSettings(clinicId);
  const counted: FiguresDay[] = [];
  for (const [first, last] of stretchesOf(dates)) {
    const span = { from: spanOf(first, zone).from, to: spanOf(last, zone).to };
    const facts = await loadFacts(clinicId, span, { zone, prices, now });
    const count = countFigures(facts);
    for (const date of datesFrom(first, last)) {
      const day = spanOf(date, zone);
      const figures = count(day, now.epochMilliseconds);
      const stands = standsAt(day.to, now.epochMilliseconds, figures.care);
      counted.push({ date, figures, countedAt: toStored(now), stands });
    }
  }
  return counted;
};

/** The days from one date to another: as kept where they stand, else counted now. Nothing is written. */
export const freshDays = async (
  clinic: Pick<Clinic, 'clinicId' | 'zone'>,
  { from, to }: { readonly from: string; readonly to: string },
  now: Temporal.Instant,
): Promise<readonly FiguresDay[]> => {
  const standing = (await figuresDays(clinic.clinicId, from, to)).filter(({ stands }) => stands);
  const known = new Set(standing.map(({ date }) => date));
  const counted = await countDays(
    clinic,
    datesFrom(from, to).filter((date) => !known.has(date)),
    now,
  );
  return [...standing, ...counted].toSorted((one, other) => (one.date < other.date ? -1 : 1));
};

/** The first and last dates of what is counted together: days in a row, a week at most. */
const stretchesOf = (dates: readonly string[]): readonly (readonly [string, string])[] => {
  const stretches: [string, string][] = [];
  for (const date of dates) {
    const current = stretches.at(-1);
    const isNext = current !== undefined && daysBefore(date, 1) === current[1];
    if (isNext && daysBefore(date, daysAtOnce) < current[0]) current[1] = date;
    else stretches.push([date, date]);
  }
  return stretches;
};

export const spanOf = (date: string, zone: string): Span => {
  const { start, end } = zonedDayBounds(date, zone);
  return { from: start.epochMilliseconds, to: end.epochMilliseconds };
};

const storedOf = (epochMillis: number): string => `${new Date(epochMillis).toISOString().slice(0, 19)}Z`;

/** Everything that the figures of a span are counted from: what happened in it, and what it led to in the days after. */
const loadFacts = async (
  clinicId: Id<'clinic'>,
  { from, to }: Span,
  { now, ...how }: { readonly zone: string; readonly prices: Prices; readonly now: Temporal.Instant },
): Promise<Facts> => {
  const after = to + outcomeHours * 3_600_000;
  const [messages, entries, revocations, visits, cases] = await Promise.all([
    messagesSent(clinicId, storedOf(from), storedOf(after)),
    writtenBetween(clinicId, new Date(from).toISOString(), new Date(after).toISOString()),
    revocationsBetween(clinicId, storedOf(from), storedOf(after)),
    listVisitsBetween(clinicId, storedOf(from), storedOf(to)),
    listTriageCasesOpened(clinicId, storedOf(from), storedOf(to)),
  ]);
  const threadOf = (phone: string): string => threadIdOf(clinicId, phone);
  const texts = messages.map((message) => sentText(message, { ...how, to: threadOf(message.to) }));
  const asked = messages.filter(({ template, status }) => asksOf(template) === 'confirm' && status === 'delivered');
  const appointments = await loadAppointments(
    clinicId,
    asked.flatMap(({ appointmentId }) => appointmentId ?? []),
  );
  const redFlags = await Promise.all(
    cases.map(async (each) => ({ at: Date.parse(each.openedAt), actedAt: await actedAt(each, now) })),
  );
  return {
    texts,
    written: entries
      .filter(({ direction }) => direction === 'in')
      .map(({ threadId, at, intent = 'other', isForHuman = intent === 'other' || intent === 'red_flag' }) => ({
        from: threadId,
        at: Date.parse(at),
        isForHuman,
      })),
    optOuts: revocations.filter(isOptOut).map(({ phone, at }) => ({ from: threadOf(phone), at: Date.parse(at) })),
    confirmed: new Set(
      appointments.flatMap(({ id, confirmedSequence }) =>
        confirmedSequence === undefined ? [] : [`${id}#${confirmedSequence}`],
      ),
    ),
    visits: visits.map(({ start, status, cancelledBy, changedAt }) => ({
      start: Date.parse(start),
      status,
      cancelledBy,
      // Nothing comes after a patient's cancellation.
      ...(status === 'cancelled' ? { cancelledAt: Date.parse(changedAt) } : {}),
    })),
    redFlags,
  };
};

/** What ends texts. Who no longer shares data has nothing against them, and a list that is read in was said at another time. */
const isOptOut = ({ category, how }: Pick<ConsentEntry, 'category' | 'how'>): boolean =>
  how !== 'import' && category !== 'async-data-sharing' && category !== 'unencrypted-texts';

/** When staff first did something about a case: acknowledged it, or wrote to its number after that, and the text went. */
const actedAt = async (
  { clinicId, openedAt, acknowledgedAt, phone }: TriageCase,
  now: Temporal.Instant,
): Promise<number | undefined> => {
  const until = acknowledgedAt ?? toStored(now);
  const entries =
    phone === undefined ? [] : await staffEntriesBetween(clinicId, threadIdOf(clinicId, phone), openedAt, until);
  const texts = await getMessages(
    clinicId,
    entries.map(({ textId }) => textId),
  );
  const wentAt = texts
    .filter(({ createdAt, status }) => createdAt > openedAt && (status === 'accepted' || status === 'delivered'))
    .flatMap((text) => sentAtOf(text) ?? [])
    .filter((at) => at <= until)
    .toSorted()[0];
  const first = wentAt ?? acknowledgedAt;
  return first === undefined ? undefined : Date.parse(first);
};

/** Causes of texts that nobody was sent on the clinic's own initiative: answers, and what alerts its staff. */
const answering: ReadonlySet<Message['cause']> = new Set(['reply', 'triage', 'phone-code']);

const sentText = (
  message: Message,
  { zone, prices, to }: { readonly zone: string; readonly prices: Prices; readonly to: string },
): SentText => {
  const { status, template, step, sequence, appointmentId, carrierMessageId, carrierName, parts = 1 } = message;
  const at = Date.parse(sentAtOf(message) ?? message.dueAt);
  const isAnswer = answering.has(message.cause);
  const date = localDateOf(Temporal.Instant.fromEpochMilliseconds(at), zone);
  return {
    template,
    step,
    carrier: carrierName,
    to,
    at,
    outcome: status === 'delivered' || status === 'failed' ? status : 'none',
    taken: carrierMessageId !== undefined ? 'yes' : status === 'failed' ? 'refused' : 'unknown',
    isAnswer,
    // The new time, told to who said yes to the old one, asks again; but it is an answer.
    asks: isAnswer ? undefined : asksOf(template),
    visit: appointmentId === undefined ? undefined : `${appointmentId}#${sequence}`,
    parts,
    costMicros: message.priceMicros ?? estimateOf(date, { parts, hasPicture: message.pictureId !== undefined }, prices),
  };
};
