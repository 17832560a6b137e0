import { Temporal } from 'temporal-polyfill';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import { barOf, type Given, stopOf, withConsent } from '../consent/consent.ts';
import type { Standing } from '../consent/standing-store.ts';
import { CONSENT_CATEGORIES, endedByStop } from '../core/consent.ts';
import { isSpanish } from '../core/reply-language.ts';
import { openTaskItems, type TaskKind } from '../inbox/tasks.ts';
import { toEntryTime } from '../inbox/thread-store.ts';
import { answered, type Effects } from './reply-effects.ts';
import type { Reading } from './reply-reading.ts';
import { loadWords } from './words.ts';

/** What follows from STOP and START, in whatever words. */

const keywordVersion = 'reply-keywords-1';

/** What a number said, as the ledger keeps it. */
const inWords = ({ inbound, said, patient, standing }: Reading, what: Pick<Given, 'category' | 'granted'>): Given => ({
  ...what,
  at: toStored(said),
  how: 'text',
  proof: 'from-the-number',
  patientId: patient?.id,
  wording: inbound.body,
  wordingVersion: keywordVersion,
  // A bare keyword is of no language.
  language: isSpanish(inbound.body) ? 'es' : undefined,
  evidence: inbound.inboundMessageId,
  answered: what.granted ? undefined : standing.lastCategory,
});

const latest = (instant: Temporal.Instant, ...others: readonly (string | undefined)[]): Temporal.Instant =>
  others.reduce((late, at) => (isBefore(late, at) ? Temporal.Instant.from(at ?? late) : late), instant);

const isBefore = (instant: Temporal.Instant, at: string | undefined): boolean =>
  at !== undefined && Temporal.Instant.compare(instant, Temporal.Instant.from(at)) < 0;

/** Whether the ledger has, in the number's own words, that it is to get no more texts. */
const hasSaidSo = ({ optedOut, stopSaidAt }: Standing): boolean =>
  optedOut?.how === 'text' ||
  (optedOut !== undefined && stopSaidAt !== undefined && !isBefore(Temporal.Instant.from(stopSaidAt), optedOut.at));

/**
 * A STOP is recorded and confirmed once: it ends what the clinic's settings say (`endedByStop`). Once everything is ended, a further one
 * changes nothing and is answered with silence. Where the carrier, staff or the visit's page had ended it, the number's own words are
 * recorded, once, and are met with silence too: the end of texts was told where it was asked for (by the carrier, who takes no more of
 * ours, at the desk, on the page), and a text to who gets none already needs a better reason than to say so again.
 *
 * A STOP always counts, however late it comes: to send nothing is the safe mistake.
 */
export const onOptOut = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const { inbound, said, standing, settings } = reading;
  const { body } = inbound;
  const { asksToStopAll, mayMeanVisit, saysNothingElse, saysWrongNumber, speaksOfVisitToo } = await loadWords();
  const isAboutVisit = mayMeanVisit(body) || speaksOfVisitToo(body);
  const tasks = [
    ...(isAboutVisit ? await taskItems(caller, reading, 'opt-out-may-mean-visit') : []),
    ...(saysWrongNumber(body) ? await taskItems(caller, reading, 'wrong-number') : []),
  ];
  const isForHuman = !saysNothingElse(body);
  const heard = { ...standing, stopSaidAt: toEntryTime(latest(said, standing.stopSaidAt, standing.optedOut?.at)) };
  if (hasSaidSo(standing)) return { standing: heard, items: tasks, isForHuman };

  const { revocation } = settings;
  const { lastCategory } = standing;
  const category = endedByStop(standing, { revocation, lastCategory, saysAll: asksToStopAll(body) });
  const ended = withConsent(caller, heard, [inWords(reading, { category, granted: false })]);
  const effects = { standing: ended.standing, items: [...ended.items, ...tasks], isForHuman };
  if (standing.optedOut !== undefined) return effects;
  const answer =
    category === 'all'
      ? { template: isAboutVisit ? ('reply-opt-out-visit-stands' as const) : ('reply-opt-out' as const) }
      : {
          template: isAboutVisit ? ('reply-opt-out-kind-visit-stands' as const) : ('reply-opt-out-kind' as const),
          ended: category,
        };
  return { ...effects, answer, confirmsStop: true };
};

/** A task about what stands beside a STOP; none about a number that is nobody's. */
const taskItems = async (
  caller: Caller,
  { inbound, patient, patients, today }: Reading,
  kind: TaskKind,
): Promise<readonly TransactItem[]> =>
  patients.length === 0
    ? []
    : openTaskItems(caller, {
        kind,
        phone: inbound.from,
        patientId: patient?.id,
        sourceId: inbound.inboundMessageId,
        today,
      });

/** Whether anybody has ended texts to the number after an instant. */
const wasEndedAfter = (instant: Temporal.Instant, { stopSaidAt, optedOut, stopped }: Standing): boolean =>
  [stopSaidAt, optedOut?.at, ...CONSENT_CATEGORIES.map((category) => stopped?.[category]?.at)].some((at) =>
    isBefore(instant, at),
  );

/**
 * START returns what was agreed to before, marketing excepted, and is an agreement to texts of treatment by itself. One that was said
 * before the last STOP and comes in after it undoes nothing and is not answered: a human reads it.
 */
export const onOptIn = async (caller: Caller, reading: Reading): Promise<Effects> => {
  const { said, standing, patient } = reading;
  if (wasEndedAfter(said, standing)) return { standing, items: [], isForHuman: true };
  const isStopped = CONSENT_CATEGORIES.some((each) => each !== 'marketing' && stopOf(standing, each) !== undefined);
  if (!isStopped && barOf(standing, 'treatment', patient?.id) === undefined) return answered(reading, 'reply-opt-in');
  const turn = withConsent(caller, standing, [inWords(reading, { category: 'all', granted: true })]);
  return { standing: turn.standing, items: turn.items, answer: { template: 'reply-opt-in' } };
};
