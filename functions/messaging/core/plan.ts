import { Temporal } from 'temporal-polyfill';
import type { TemplateName } from './template-names.ts';

/** What happened to a visit that calls for texts. */
export type Occasion = 'booked' | 'rescheduled' | 'reschedule-requested' | 'cancelled' | 'fulfilled';

/** FHIR R4 appointment statuses that this product uses. */
export type VisitStatus = 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow';

/** One row of the plan: a text, when it goes, and when it must not. */
export interface PlanStep {
  readonly step: string;
  /** Which sweep finds it. */
  readonly kind: 'reminders' | 'check-ins';
  readonly occasions: readonly Occasion[];
  readonly anchor: 'now' | 'start' | 'end';
  /** Calendar days from the anchor in the visit's zone, at the anchor's wall time: "24 h before" 9:30 is 9:30 the day before, across a clock change too. */
  readonly offsetDays: number;
  /** It goes only while the visit has this status. */
  readonly whileStatus: VisitStatus;
  readonly template: TemplateName;
  /** Takes the place of `template` once the patient has confirmed this time: nobody is asked twice. */
  readonly templateWhenConfirmed?: TemplateName;
  /** Takes the place of `template` where one text tells of several visits, those of a series. */
  readonly templateOfMany?: TemplateName;
  /** Takes the place of `template` for a visit that the clinic called off: its patient is offered another. */
  readonly templateByClinic?: TemplateName;
  readonly category: 'treatment';
  /** What becomes of it when nobody knows whether the carrier took it. A reminder missed is better than one doubled. */
  readonly onAmbiguous: 'drop' | 'resend';
  /** Sent later than this after it was due, it is worth nothing. */
  readonly staleAfterMinutes: number;
  /** False for the answer to what was done a moment ago, which is expected at once at any hour. */
  readonly keepsQuietHours: boolean;
}

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

const notice = (
  step: 'confirmation' | 'moved' | 'choose-another' | 'cancelled',
  occasion: Occasion,
  whileStatus: VisitStatus,
  rest: Partial<PlanStep> = {},
): PlanStep => ({
  step,
  kind: 'reminders',
  occasions: [occasion],
  anchor: 'now',
  offsetDays: 0,
  whileStatus,
  template: step,
  category: 'treatment',
  onAmbiguous: 'drop',
  staleAfterMinutes: DAY_MINUTES,
  keepsQuietHours: false,
  ...rest,
});

const reminder = (step: 'reminder-72h' | 'reminder-24h', offsetDays: number, staleAfterMinutes: number): PlanStep => ({
  step,
  kind: 'reminders',
  occasions: ['booked', 'rescheduled'],
  anchor: 'start',
  offsetDays,
  whileStatus: 'booked',
  template: step,
  templateWhenConfirmed: 'reminder-confirmed',
  category: 'treatment',
  onAmbiguous: 'drop',
  staleAfterMinutes,
  keepsQuietHours: true,
});

const followUp = (step: string, offsetDays: number, template: 'check-in-48h' | 'exercise-week'): PlanStep => ({
  step,
  kind: 'check-ins',
  occasions: ['fulfilled'],
  anchor: 'end',
  offsetDays,
  whileStatus: 'fulfilled',
  template,
  category: 'treatment',
  onAmbiguous: 'drop',
  staleAfterMinutes: 2 * DAY_MINUTES,
  keepsQuietHours: true,
});

/**
 * The texts around a visit. Two reminders, 72 h and 24 h, after Steiner et al. (AJMC 2018;24(8):377-384: both together missed
 * fewest visits of three arms).
 */
export const VISIT_STEPS: readonly PlanStep[] = [
  notice('confirmation', 'booked', 'booked', { templateOfMany: 'confirmation-series' }),
  notice('moved', 'rescheduled', 'booked'),
  // Nobody waits for it: it can be asked in the evening and wait for the morning.
  notice('choose-another', 'reschedule-requested', 'booked', { keepsQuietHours: true }),
  notice('cancelled', 'cancelled', 'cancelled', {
    templateOfMany: 'cancelled-series',
    templateByClinic: 'cancelled-by-clinic',
  }),
  reminder('reminder-72h', -3, DAY_MINUTES),
  reminder('reminder-24h', -1, 20 * HOUR_MINUTES),
  followUp('check-in-48h', 2, 'check-in-48h'),
  followUp('exercise-week-1', 7, 'exercise-week'),
  followUp('exercise-week-2', 14, 'exercise-week'),
  followUp('exercise-week-3', 21, 'exercise-week'),
  followUp('exercise-week-4', 28, 'exercise-week'),
];

/** The step of a planned text, by its name. */
export const stepNamed = (name: string, steps: readonly PlanStep[] = VISIT_STEPS): PlanStep | undefined =>
  steps.find(({ step }) => step === name);

/** Texts go between these hours of the patient's own day; the end is not included. */
export const TEXTING_HOURS = { from: 8, until: 20 } as const;
/** Where a reminder goes that would fall into the night: the evening before it, with an hour left for pacing. */
const EVENING_HOUR = 19;

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
  readonly dueAt: Temporal.Instant;
}

/** The deterministic id of a planned text. */
export const messageId = (causeId: string, step: string, sequence: number): string => `${causeId}#${step}#${sequence}`;

/**
 * The texts that an occasion calls for, in order of time. A step whose time has come or gone when the visit is booked is skipped. A
 * reminder that would fall into the patient's night goes the evening before; where that is past already it goes at the next
 * morning's opening if that is before the visit, else not at all. Follow-ups go at the next opening.
 */
export const planFor = ({
  occasion,
  visit,
  now,
  steps = VISIT_STEPS,
}: {
  readonly occasion: Occasion;
  readonly visit: PlannedVisit;
  readonly now: Temporal.Instant;
  readonly steps?: readonly PlanStep[];
}): readonly PlannedMessage[] =>
  steps
    .filter(({ occasions }) => occasions.includes(occasion))
    .flatMap((step) => {
      const dueAt = dueTime(step, visit, now);
      return dueAt === undefined ? [] : [plannedMessage(step, visit, dueAt)];
    })
    .sort((one, other) => Temporal.Instant.compare(one.dueAt, other.dueAt));

const plannedMessage = (
  { step, kind, category, onAmbiguous }: PlanStep,
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
  dueAt,
});

const dueTime = (step: PlanStep, visit: PlannedVisit, now: Temporal.Instant): Temporal.Instant | undefined => {
  // News of a visit that has begun is no news; a cancellation recorded late still tells nobody to come.
  if (step.anchor === 'now') return step.whileStatus === 'booked' && !isBefore(now, visit.start) ? undefined : now;
  const anchor = step.anchor === 'start' ? visit.start : visit.end;
  const meant = anchor.toZonedDateTimeISO(visit.visitZone).add({ days: step.offsetDays }).toInstant();
  if (!isBefore(now, meant)) return undefined;
  if (!step.keepsQuietHours || isTextingHour(meant, visit.patientZone)) return meant;
  if (step.anchor === 'end') return nextOpening(meant, visit.patientZone);
  const evening = eveningBefore(meant, visit.patientZone);
  if (isBefore(now, evening)) return evening;
  const opening = nextOpening(meant, visit.patientZone);
  return isBefore(opening, visit.start) ? opening : undefined;
};

const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;
const earliest = (one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant =>
  isBefore(other, one) ? other : one;

/** True between 8:00 and 20:00 on the wall clock of the zone. */
export const isTextingHour = (instant: Temporal.Instant, zone: string): boolean => {
  const { hour } = instant.toZonedDateTimeISO(zone);
  return hour >= TEXTING_HOURS.from && hour < TEXTING_HOURS.until;
};

/** When a text can go to somebody: now, or when their night is over. */
export const textingFrom = (now: Temporal.Instant, zone: string): Temporal.Instant =>
  isTextingHour(now, zone) ? now : nextOpening(now, zone);

/** The first instant after a moment of the night at which texts may go: 8:00 the same morning or the next. */
const nextOpening = (night: Temporal.Instant, zone: string): Temporal.Instant => {
  const local = night.toZonedDateTimeISO(zone);
  const date = local.hour < TEXTING_HOURS.from ? local.toPlainDate() : local.toPlainDate().add({ days: 1 });
  return atHour(date, TEXTING_HOURS.from, zone);
};

const eveningBefore = (night: Temporal.Instant, zone: string): Temporal.Instant => {
  const local = night.toZonedDateTimeISO(zone);
  const date = local.hour < TEXTING_HOURS.from ? local.toPlainDate().subtract({ days: 1 }) : local.toPlainDate();
  return atHour(date, EVENING_HOUR, zone);
};

const atHour = (date: Temporal.PlainDate, hour: number, zone: string): Temporal.Instant =>
  date.toZonedDateTime({ timeZone: zone, plainTime: new Temporal.PlainTime(hour) }).toInstant();

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
  };
  /** Whether the text tells of several visits. */
  readonly isOfMany?: boolean | undefined;
  readonly patientZone: string;
}

export type SuppressReason = 'visit-moved' | 'visit-status' | 'visit-started' | 'stale';

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

const ASKS_TO_CONFIRM: ReadonlySet<TemplateName> = new Set(['reminder-72h', 'reminder-24h', 'moved']);

/**
 * Decides a text at the moment it would go. A confirmed patient still gets the reminder, in the wording that asks nothing. Deferral
 * never lands on a time at which the text would be worthless: then it is suppressed.
 */
export const decideSend = (state: SendState, now: Temporal.Instant): SendDecision => {
  const { step, visit, dueAt, patientZone } = state;
  if (visit.sequence !== state.sequence) return { kind: 'suppress', reason: 'visit-moved' };
  if (visit.status !== step.whileStatus) return { kind: 'suppress', reason: 'visit-status' };
  if (step.whileStatus === 'booked' && !isBefore(now, visit.start))
    return { kind: 'suppress', reason: 'visit-started' };
  const staleAt = dueAt.add({ minutes: step.staleAfterMinutes });
  if (!isBefore(now, staleAt)) return { kind: 'suppress', reason: 'stale' };
  const worthUntil = step.whileStatus === 'booked' ? earliest(staleAt, visit.start) : staleAt;
  if (isBefore(now, dueAt)) return { kind: 'defer', until: dueAt };
  if (step.keepsQuietHours && !isTextingHour(now, patientZone)) {
    const until = nextOpening(now, patientZone);
    return isBefore(until, worthUntil) ? { kind: 'defer', until } : { kind: 'suppress', reason: 'stale' };
  }
  const template = templateFor(state);
  return {
    kind: 'send',
    template,
    asksToConfirm: ASKS_TO_CONFIRM.has(template),
    expiresAt: step.keepsQuietHours ? earliest(worthUntil, textingUntil(now, patientZone)) : worthUntil,
  };
};

const templateFor = ({ step, visit, isOfMany }: SendState): TemplateName => {
  if (isOfMany && step.templateOfMany !== undefined) return step.templateOfMany;
  if (visit.cancelledBy === 'clinic' && step.templateByClinic !== undefined) return step.templateByClinic;
  const isConfirmed = visit.confirmedSequence === visit.sequence;
  return isConfirmed ? (step.templateWhenConfirmed ?? step.template) : step.template;
};

/** When the night of a day begins, in which no text may arrive. */
export const textingUntil = (day: Temporal.Instant, zone: string): Temporal.Instant =>
  atHour(day.toZonedDateTimeISO(zone).toPlainDate(), TEXTING_HOURS.until, zone);
