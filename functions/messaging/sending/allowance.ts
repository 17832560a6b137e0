import { Temporal } from 'temporal-polyfill';
import type { Patient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { localDateOf } from '../../platform/time.ts';
import { loadVisitsBetween } from '../../scheduling/visits.ts';
import { barOf } from '../consent/consent.ts';
import type { SentDay, Standing } from '../consent/standing-store.ts';
import { decideCap, MOST_IMPORTANT, ofLastWeek, type WaitingText } from '../core/caps.ts';
import { stepNamed } from '../core/message-plan.ts';
import { decideSend, type PlanStep, type SendDecision } from '../core/plan.ts';
import type { MessagingSettings } from '../core/settings.ts';
import { textingWindow } from '../core/texting-window.ts';
import { planInForce } from '../plans/plan-in-force.ts';
import { loadSettings } from '../settings.ts';
import { type Message, messagesOfCause } from '../store.ts';

export interface AllowanceRequest {
  readonly step: Pick<PlanStep, 'importance' | 'category'>;
  readonly patient: Pick<Patient, 'id' | 'zone' | 'state'>;
  readonly standing: Standing;
  /** What its plan would say of the text at a later moment. */
  readonly decideAt: (later: Temporal.Instant) => SendDecision;
}

/** A text may go, and what its number's standing remembers of that. */
export interface Allowed {
  readonly kind: 'send';
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
 * Whether a text that its plan lets go may go to this person now: not without their consent, not to a number nobody is reached at,
 * no marketing that is paused, nothing beyond the caps. What has to wait waits for an hour at which its plan would let it go, or is
 * not sent.
 */
export const allowanceOf = async (
  caller: Caller,
  message: Message,
  { step, patient, standing, decideAt }: AllowanceRequest,
): Promise<Allowance> => {
  const bar = barOf(standing, step.category, patient.id);
  if (bar !== undefined) return { kind: 'suppress', reason: bar };
  if (standing.unreachable !== undefined) return { kind: 'suppress', reason: 'number-unreachable' };
  const [settings, clinic] = await Promise.all([loadSettings(caller.clinicId), loadClinic(caller.clinicId)]);
  if (isPaused(step.category, settings)) return { kind: 'suppress', reason: 'marketing-paused' };
  const origin = standing.origin ?? clinic.originationNumber;
  const { importance } = step;
  if (importance === undefined) return { kind: 'send', origin, sentDays: undefined };
  const today = localDateOf(caller.now, patient.zone);
  const others = ofLastWeek(standing.sentDays ?? [], today);
  const decision = decideCap({
    caps: settings.caps,
    today,
    importance,
    sentOn: others.filter(({ patientId }) => patientId === patient.id).map(({ on }) => on),
    waiting: await waitingTexts(caller, message, { patient, settings, importance }),
  });
  switch (decision.kind) {
    case 'go':
      return {
        kind: 'send',
        origin,
        sentDays:
          step.category === 'marketing'
            ? undefined
            : [...others, { messageId: message.id, patientId: patient.id, on: today }],
      };
    case 'later': {
      const day = Temporal.PlainDate.from(decision.on).toZonedDateTime(patient.zone).toInstant();
      const then = decideAt(day);
      if (then.kind === 'suppress') return { kind: 'suppress', reason: decision.reason };
      return then.kind === 'defer' ? then : { kind: 'defer', until: day };
    }
    case 'over':
      return { kind: 'suppress', reason: decision.reason };
  }
};

/** Whether too many opt-outs have stopped texts of the kind (see figures-sweep.ts), or staff have. */
export const isPaused = (
  category: string,
  { marketingPausedSince }: Pick<MessagingSettings, 'marketingPausedSince'>,
): boolean => category === 'marketing' && marketingPausedSince !== undefined;

/** Visits whose texts may be due in the week to come: what follows a visit that counts comes within four days of it. */
const lookBackDays = 4;
const lookAheadDays = 11;

/**
 * The texts that count and are planned for the same person, as far as they would go as things stand: what its plan has switched off since,
 * or a confirmed visit needs no more, takes no room. Nudges are left out: nothing gives way to them.
 */
const waitingTexts = async (
  { clinicId, now }: Caller,
  message: Message,
  { patient, settings, importance }: Pick<AllowanceRequest, 'patient'> & Waiting,
): Promise<readonly WaitingText[]> => {
  if (importance === MOST_IMPORTANT) return [];
  const { id: patientId, zone: patientZone, state } = patient;
  const visits = await loadVisitsBetween(
    clinicId,
    patientId,
    now.subtract({ hours: 24 * lookBackDays }),
    now.add({ hours: 24 * lookAheadDays }),
  );
  const found = await Promise.all(
    visits.map(async (visit) => {
      const [texts, { steps }] = await Promise.all([
        messagesOfCause(clinicId, visit.id),
        planInForce(clinicId, visit.typeId),
      ]);
      return texts.flatMap(({ id, status, step: name, sequence, plannedFor, dueAt: lookAt }) => {
        const step = stepNamed(name, steps);
        if (id === message.id || status !== 'planned' || step?.importance === undefined) return [];
        const window = textingWindow(step.category, settings, state);
        const start = Temporal.Instant.from(visit.start);
        const dueAt = Temporal.Instant.from(plannedFor);
        const then = Temporal.Instant.from(lookAt);
        const would = decideSend({ step, sequence, dueAt, visit: { ...visit, start }, patientZone, window }, then);
        if (would.kind === 'suppress') return [];
        return [{ on: localDateOf(then, patientZone), importance: step.importance }];
      });
    }),
  );
  return found.flat();
};

interface Waiting {
  readonly settings: MessagingSettings;
  readonly importance: number;
}
