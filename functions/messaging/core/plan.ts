import { Temporal } from 'temporal-polyfill';
import type { Id } from '../../platform/ids.ts';
import { type StepConditions, VISIT_STEPS } from './message-plan.ts';
import { asksOf, type TemplateName, type TextCategory } from './template-names.ts';
import {
  closedAt,
  closesAt,
  isOpen,
  opensAt,
  type TextingSettings,
  type TextingWindow,
  textingWindow,
} from './texting-window.ts';

/** What happened to a visit that calls for texts. */
export type Occasion = 'booked' | 'rescheduled' | 'reschedule-requested' | 'cancelled' | 'fulfilled';

/** FHIR R4 appointment statuses that this product uses. */
export type VisitStatus = 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow';

/** One row of the plan: a text, when it goes, and when it must not. */
export interface PlanStep {
  readonly step: string;
  /** Off: nothing new of it is planned, and nothing that is planned goes. */
  readonly isEnabled: boolean;
  /** Which sweep finds it. */
  readonly kind: 'reminders' | 'check-ins';
  readonly occasions: readonly Occasion[];
  readonly anchor: 'now' | 'start' | 'end';
  /** Calendar days from the anchor in the visit's zone, at the anchor's wall time: "24 h before" 9:30 is 9:30 the day before, across a clock change too. */
  readonly offsetDays: number;
  /** Hours that pass from there, whatever the clocks do. */
  readonly offsetHours: number;
  readonly conditions: StepConditions;
  /** It goes only while the visit has this status. */
  readonly whileStatus: VisitStatus;
  readonly template: TemplateName;
  /** What goes with the words. */
  readonly pictureId?: Id<'picture'> | undefined;
  /** Takes the place of `template` once the patient has confirmed this time: nobody is asked twice. */
  readonly templateWhenConfirmed?: TemplateName;
  /** Takes the place of `template` where one text tells of several visits, those of a series. */
  readonly templateOfMany?: TemplateName;
  /** Takes the place of `template` for a visit that the clinic called off: its patient is offered another. */
  readonly templateByClinic?: TemplateName;
  readonly category: TextCategory;
  /** How much it matters among the texts that the caps count; undefined where it is not counted (core/caps.ts). */
  readonly importance: number | undefined;
  /** What becomes of it when nobody knows whether the carrier took it. A reminder missed is better than one doubled. */
  readonly onAmbiguous: 'drop' | 'resend';
  /** Sent later than this after it was due, it is worth nothing. */
  readonly staleAfterMinutes: number;
  /** False for news of what was done a moment ago, which is expected at once at any hour; later it keeps the night too. */
  readonly keepsQuietHours: boolean;
}

/** Where a reminder goes that would fall into the night: the evening before it, with an hour left for pacing. */
const EVENING_MINUTES = 60;

/** The visit that texts are planned for. */
export interface PlannedVisit {
  readonly id: string;
  /** Rises with every move and cancellation; texts of an older one are void. */
  readonly sequence: number;
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  /** IANA zone the visit was booked in. */
  readonly visitZone: string;
  /** IANA zone the patient lives in: whose night it is. */
  readonly patientZone: string;
  /** The state they live in, which may have hours of its own for marketing. */
  readonly patientState?: string | undefined;
  /** How they meet. @default a step for one way of meeting is for none */
  readonly modality?: StepConditions['modality'];
}

export interface PlannedMessage {
  /** `<visit>#<step>#<sequence>`: the same plan twice is the same texts. */
  readonly id: string;
  readonly causeId: string;
  readonly step: string;
  readonly sequence: number;
  readonly kind: PlanStep['kind'];
  readonly category: PlanStep['category'];
  readonly onAmbiguous: PlanStep['onAmbiguous'];
  readonly template: TemplateName;
  /** Whether it tells at once what was done, and is not for later. */
  readonly isNotice: boolean;
  readonly dueAt: Temporal.Instant;
}

/** What the e-mail in place of a text is called by, after the name of the text's step: no step of a plan ends so. */
export const emailEnding = '-email';

/** The deterministic id of a planned text. */
export const messageId = (causeId: string, step: string, sequence: number): string => `${causeId}#${step}#${sequence}`;

/** Why a step of a plan has no text for a visit. */
export type SkipReason =
  | 'step-disabled'
  | 'other-modality'
  /** Its moment has come or gone. */
  | 'time-passed'
  | 'visit-started'
  /** The night leaves no hour for it before the visit. */
  | 'no-texting-hour'
  /** Quiet hours brought it to the moment of another, which was meant later and says more. */
  | 'same-moment';

export interface PlanRequest {
  readonly occasion: Occasion;
  readonly visit: PlannedVisit;
  readonly now: Temporal.Instant;
  /** The clinic's: the hours of day in which its texts go. */
  readonly settings: TextingSettings;
  readonly steps?: readonly PlanStep[] | undefined;
}

/**
 * The texts that an occasion calls for, in order of time, no two at one moment. A step whose time has come or gone when the visit is
 * booked is skipped. A reminder that would fall into the patient's night goes the evening before; where that is past already it goes
 * at the next morning's opening if that is before the visit, else not at all. Follow-ups go at the next opening.
 */
export const planFor = (request: PlanRequest): readonly PlannedMessage[] => planOrSkip(request).planned;

/** The same, and why each other step of the occasion has none. */
export const planOrSkip = ({
  occasion,
  visit,
  now,
  settings,
  steps = VISIT_STEPS,
}: PlanRequest): {
  readonly planned: readonly PlannedMessage[];
  readonly skipped: readonly { readonly step: string; readonly reason: SkipReason }[];
} => {
  const skipped: { readonly step: string; readonly reason: SkipReason }[] = [];
  const timed = steps
    .filter(({ occasions }) => occasions.includes(occasion))
    .flatMap((step) => {
      const time = timeOf(step, visit, now, settings);
      if (typeof time !== 'string') return [{ step, ...time }];
      skipped.push({ step: step.step, reason: time });
      return [];
    })
    .sort((a, b) => Temporal.Instant.compare(a.dueAt, b.dueAt) || Temporal.Instant.compare(a.meant, b.meant));
  const planned = timed.flatMap(({ step, dueAt }, index) => {
    const next = timed[index + 1];
    if (next === undefined || !next.dueAt.equals(dueAt)) return [plannedMessage(step, visit, dueAt)];
    skipped.push({ step: step.step, reason: 'same-moment' });
    return [];
  });
  return { planned, skipped };
};

const plannedMessage = (
  { step, kind, category, onAmbiguous, template, anchor }: PlanStep,
  visit: PlannedVisit,
  dueAt: Temporal.Instant,
): PlannedMessage => ({
  id: messageId(visit.id, step, visit.sequence),
  causeId: visit.id,
  step,
  sequence: visit.sequence,
  kind,
  category,
  onAmbiguous,
  template,
  isNotice: anchor === 'now',
  dueAt,
});

/** When a step goes, and when it was meant to before the night was looked at; or why it does not. */
const timeOf = (
  step: PlanStep,
  visit: PlannedVisit,
  now: Temporal.Instant,
  settings: TextingSettings,
): { readonly dueAt: Temporal.Instant; readonly meant: Temporal.Instant } | SkipReason => {
  if (!step.isEnabled) return 'step-disabled';
  const { modality = visit.modality } = step.conditions;
  if (modality !== visit.modality) return 'other-modality';
  // News of a visit that has begun is no news; a cancellation recorded late still tells nobody to come.
  const hasStarted = step.whileStatus === 'booked' && !isBefore(now, visit.start);
  if (hasStarted) return 'visit-started';
  if (step.anchor === 'now') return { dueAt: now, meant: now };
  const anchor = step.anchor === 'start' ? visit.start : visit.end;
  const meant = anchor
    .toZonedDateTimeISO(visit.visitZone)
    .add({ days: step.offsetDays })
    .toInstant()
    .add({ hours: step.offsetHours });
  if (!isBefore(now, meant)) return 'time-passed';
  const window = textingWindow(step.category, settings, visit.patientState);
  const dueAt = awake({ step, visit, meant, now, window });
  return dueAt === undefined ? 'no-texting-hour' : { dueAt, meant };
};

const awake = ({
  step,
  visit,
  meant,
  now,
  window,
}: {
  readonly step: PlanStep;
  readonly visit: PlannedVisit;
  readonly meant: Temporal.Instant;
  readonly now: Temporal.Instant;
  readonly window: TextingWindow;
}): Temporal.Instant | undefined => {
  const zones = [visit.patientZone];
  if (!step.keepsQuietHours || isOpen(meant, zones, window)) return meant;
  const opening = opensAt(meant, zones, window);
  if (step.anchor === 'end') return opening;
  const evening = closedAt(meant, visit.patientZone, window)?.subtract({ minutes: EVENING_MINUTES });
  if (evening !== undefined && isBefore(now, evening)) return evening;
  return opening !== undefined && isBefore(opening, visit.start) ? opening : undefined;
};

const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;
const earliest = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  isBefore(other, one) ? other : one;

/** Who has just done something expects to hear of it for so long: what a pause or a slow carrier has held for longer wakes nobody. */
const MOMENT_MINUTES = 15;

/** A planned text and its visit as they stand when the text is about to go. */
export interface SendState {
  readonly step: PlanStep;
  /** The sequence the text was planned for. */
  readonly sequence: number;
  readonly dueAt: Temporal.Instant;
  readonly visit: {
    readonly status: VisitStatus;
    readonly sequence: number;
    readonly confirmedSequence?: number | undefined;
    readonly start: Temporal.Instant;
    readonly cancelledBy?: 'patient' | 'clinic' | undefined;
    readonly modality?: StepConditions['modality'];
  };
  /** Whether the clinic saw the patient for the first time in years; asked only by a step that depends on it. */
  readonly isNewPatient?: boolean | undefined;
  /** Whether the patient has a visit after this one, held or to come; asked only where they would be asked back. */
  readonly hasLaterVisit?: boolean | undefined;
  /** Whether the text tells of several visits. */
  readonly isOfMany?: boolean | undefined;
  /** Whether it tells of what the patient has done themselves, who is awake then; what the clinic does waits for their morning. */
  readonly isOwnDoing?: boolean | undefined;
  readonly patientZone: string;
  /** When texts of the step's category may arrive there. */
  readonly window: TextingWindow;
}

export type SuppressReason =
  | 'visit-moved'
  | 'visit-status'
  | 'visit-started'
  | 'stale'
  | 'step-disabled'
  | 'confirmed'
  | 'established-patient'
  | 'other-modality'
  /** Nobody is asked back who has been back, or is about to come. */
  | 'later-visit';

export type SendDecision =
  | {
      readonly kind: 'send';
      readonly template: TemplateName;
      /** True when the text asks for a confirmation: what opens the question in the thread. */
      readonly asksToConfirm: boolean;
      /** After this the carrier must not hand it over any more: the visit has begun, the night has, or it is stale. */
      readonly expiresAt: Temporal.Instant;
    }
  | { readonly kind: 'suppress'; readonly reason: SuppressReason }
  | { readonly kind: 'defer'; readonly until: Temporal.Instant };

/**
 * Decides a text at the moment it would go. A confirmed patient still gets the reminder, in the wording that asks nothing. Deferral
 * never lands on a time at which the text would be worthless: then it is suppressed; but news of a visit that comes before the night is
 * over goes at night, because who is not told of it comes in vain or not at all.
 */
export const decideSend = (state: SendState, now: Temporal.Instant): SendDecision => {
  const { step, visit, dueAt, window } = state;
  const zones = [state.patientZone];
  if (visit.sequence !== state.sequence) return { kind: 'suppress', reason: 'visit-moved' };
  if (visit.status !== step.whileStatus) return { kind: 'suppress', reason: 'visit-status' };
  if (step.whileStatus === 'booked' && !isBefore(now, visit.start))
    return { kind: 'suppress', reason: 'visit-started' };
  const staleAt = dueAt.add({ minutes: step.staleAfterMinutes });
  if (!isBefore(now, staleAt)) return { kind: 'suppress', reason: 'stale' };
  const unwanted = unwantedBecause(state);
  if (unwanted !== undefined) return { kind: 'suppress', reason: unwanted };
  const worthUntil = step.whileStatus === 'booked' ? earliest(staleAt, visit.start) : staleAt;
  if (isBefore(now, dueAt)) return { kind: 'defer', until: dueAt };
  const isAtNight = !isOpen(now, zones, window);
  const isAwaited = state.isOwnDoing === true && isBefore(now, dueAt.add({ minutes: MOMENT_MINUTES }));
  const keepsNight = step.keepsQuietHours || !isAwaited;
  if (keepsNight && isAtNight) {
    const until = opensAt(now, zones, window);
    const isVisitAhead = !step.keepsQuietHours && isBefore(now, visit.start);
    const isVisitFirst = isVisitAhead && (until === undefined || !isBefore(until, visit.start));
    if (!isVisitFirst) {
      const isInTime = until !== undefined && isBefore(until, worthUntil);
      return isInTime ? { kind: 'defer', until } : { kind: 'suppress', reason: 'stale' };
    }
  }
  const template = templateFor(state);
  return {
    kind: 'send',
    template,
    asksToConfirm: asksOf(template) === 'confirm',
    expiresAt: keepsNight && !isAtNight ? earliest(worthUntil, closesAt(now, zones, window)) : worthUntil,
  };
};

/** Why the clinic's own plan has no text for this visit as it now is. */
const unwantedBecause = ({
  step,
  visit,
  isNewPatient = true,
  hasLaterVisit,
}: SendState): SuppressReason | undefined => {
  const { unconfirmedOnly, newPatientsOnly, modality = visit.modality } = step.conditions;
  if (!step.isEnabled) return 'step-disabled';
  if (modality !== visit.modality) return 'other-modality';
  if (newPatientsOnly && !isNewPatient) return 'established-patient';
  if (step.category === 'marketing' && hasLaterVisit) return 'later-visit';
  return unconfirmedOnly && visit.confirmedSequence === visit.sequence ? 'confirmed' : undefined;
};

const templateFor = ({ step, visit, isOfMany }: SendState): TemplateName => {
  if (isOfMany && step.templateOfMany !== undefined) return step.templateOfMany;
  if (visit.cancelledBy === 'clinic' && step.templateByClinic !== undefined) return step.templateByClinic;
  const isConfirmed = visit.confirmedSequence === visit.sequence;
  return isConfirmed ? (step.templateWhenConfirmed ?? step.template) : step.template;
};
