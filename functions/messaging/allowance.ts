import { Temporal } from 'temporal-polyfill';
import type { Patient } from '../intake/patients.ts';
import type { Caller } from '../platform/actor.ts';
import { loadClinic } from '../platform/store/clinic.ts';
import { localDateOf } from '../platform/time.ts';
import { loadVisitsBetween } from '../scheduling/visits.ts';
import { decideCap, importanceOf, ofLastWeek, type WaitingText } from './core/caps.ts';
import type { PlanStep } from './core/plan.ts';
import type { MessagingSettings } from './core/settings.ts';
import { closesAt, marketingWindow, opensAt, type TextingWindow, treatmentWindow } from './core/texting-window.ts';
import { loadSettings } from './settings.ts';
import type { SentDay, Standing } from './standing-store.ts';
import { type Message, messagesOfCause, staffText } from './store.ts';

export interface AllowanceRequest {
  readonly step: Pick<PlanStep, 'template' | 'keepsQuietHours' | 'category'>;
  readonly patient: Pick<Patient, 'id' | 'zone' | 'state'>;
  readonly standing: Standing;
  /** Until when the text is worth something now. */
  readonly expiresAt: Temporal.Instant;
  /** Whether the text would still go at a later moment. */
  readonly goesAt: (later: Temporal.Instant) => boolean;
}

/** A text may go, and what its number's standing remembers of that. */
export interface Allowed {
  readonly kind: 'send';
  readonly expiresAt: Temporal.Instant;
  /** The clinic's number that the thread is on. */
  readonly origin: string;
  /** What was sent lately, this text included; undefined where it does not count. */
  readonly sentDays: readonly SentDay[] | undefined;
}

export type Allowance =
  | Allowed
  | { readonly kind: 'suppress'; readonly reason: string }
  | { readonly kind: 'defer'; readonly until: Temporal.Instant };

/**
 * Whether a text that its plan and its number's consent let go may go to this person now: not to a number nobody is reached at, not
 * at night by the clinic's hours, not beyond the caps. What has to wait waits for an hour at which it is still worth sending, or
 * is not sent.
 */
export const allowanceOf = async (
  caller: Caller,
  message: Message,
  { step, patient, standing, expiresAt, goesAt }: AllowanceRequest,
): Promise<Allowance> => {
  if (standing.unreachable !== undefined) return { kind: 'suppress', reason: 'number-unreachable' };
  const [settings, clinic] = await Promise.all([loadSettings(caller.clinicId), loadClinic(caller.clinicId)]);
  if (isPaused(step.category, settings)) return { kind: 'suppress', reason: 'marketing-paused' };
  const origin = standing.origin ?? clinic.originationNumber;
  const zones = [patient.zone];
  const window = windowOf(step.category, settings, patient.state);
  const later = (from: Temporal.Instant, otherwise: string): Allowance => {
    const until = opensAt(from, zones, window);
    return until !== undefined && goesAt(until) ? { kind: 'defer', until } : { kind: 'suppress', reason: otherwise };
  };

  const opening = step.keepsQuietHours ? opensAt(caller.now, zones, window) : caller.now;
  if (opening === undefined || !opening.equals(caller.now)) return later(caller.now, 'stale');
  const closing = step.keepsQuietHours ? closesAt(caller.now, zones, window) : expiresAt;
  const worthUntil = Temporal.Instant.compare(closing, expiresAt) < 0 ? closing : expiresAt;

  const importance = importanceOf(step.template);
  if (importance === undefined) return { kind: 'send', expiresAt: worthUntil, origin, sentDays: undefined };
  const today = localDateOf(caller.now, patient.zone);
  // Counted already, where a send before this one was not taken.
  const others = ofLastWeek(standing.sentDays ?? [], today).filter(({ messageId }) => messageId !== message.id);
  const decision = decideCap({
    caps: settings.caps,
    today,
    importance,
    sentOn: others.filter(({ patientId }) => patientId === patient.id).map(({ on }) => on),
    waiting: await waitingTexts(caller, message, patient, importance),
  });
  switch (decision.kind) {
    case 'go':
      return {
        kind: 'send',
        expiresAt: worthUntil,
        origin,
        sentDays: [...others, { messageId: message.id, patientId: patient.id, on: today }],
      };
    case 'later':
      return later(Temporal.PlainDate.from(decision.on).toZonedDateTime(patient.zone).toInstant(), decision.reason);
    case 'over':
      return { kind: 'suppress', reason: decision.reason };
  }
};

/** Whether too many opt-outs have stopped texts of the kind (see figures-sweep.ts), or staff have. */
export const isPaused = (
  category: string,
  { marketingPausedSince }: Pick<MessagingSettings, 'marketingPausedSince'>,
): boolean => category === 'marketing' && marketingPausedSince !== undefined;

const windowOf = (category: string, settings: MessagingSettings, state: string | undefined): TextingWindow =>
  category === 'marketing' ? marketingWindow(settings, state) : treatmentWindow(settings);

/** Visits whose texts may be due in the week to come: what follows a visit that counts comes within four days of it. */
const lookBackDays = 4;
const lookAheadDays = 11;

/** The more important texts that are planned for the same person; those that remind to exercise never are. */
const waitingTexts = async (
  { clinicId, now }: Caller,
  message: Message,
  { id: patientId, zone }: Pick<Patient, 'id' | 'zone'>,
  importance: number,
): Promise<readonly WaitingText[]> => {
  if (importance === mostImportant) return [];
  const visits = await loadVisitsBetween(
    clinicId,
    patientId,
    now.subtract({ hours: 24 * lookBackDays }),
    now.add({ hours: 24 * lookAheadDays }),
  );
  const texts = (await Promise.all(visits.map(({ id }) => messagesOfCause(clinicId, id)))).flat();
  return texts.flatMap(({ id, status, template, dueAt }) => {
    const other = template === staffText ? undefined : importanceOf(template);
    if (id === message.id || status !== 'planned' || other === undefined) return [];
    return [{ on: localDateOf(Temporal.Instant.from(dueAt), zone), importance: other }];
  });
};

const mostImportant = importanceOf('reminder-24h');
