import type { Id } from '../../platform/ids.ts';
import type { Modality } from '../../scheduling/core/types.ts';
import { importanceOf } from './caps.ts';
import type { Occasion, PlanStep, VisitStatus } from './plan.ts';
import { categoryOf, type TemplateName } from './template-names.ts';

/**
 * What is sent around a visit, as data: a clinic, or one of its types of visit, may have a plan of its own. Names, offsets and
 * conditions are the clinic's; what keeps a step safe (when it is stale, whether it keeps the night) follows from what it is.
 */

export const OCCASIONS = [
  'booked',
  'rescheduled',
  'reschedule-requested',
  'cancelled',
  'fulfilled',
] as const satisfies readonly Occasion[];
export const ANCHORS = ['now', 'start', 'end'] as const;
/** How a step may go out. */
export const CHANNELS = ['sms'] as const;

/** A step as the clinic writes it. */
export interface StepSpec {
  /** Its name for good: a text that is planned is known by it. A step under another name is another step. */
  readonly name: string;
  readonly enabled: boolean;
  readonly occasions: readonly Occasion[];
  readonly anchor: (typeof ANCHORS)[number];
  /** Calendar days from the anchor at its wall time; negative is before. A step of `now` has no offset, any other exactly one. */
  readonly offsetDays?: number | undefined;
  /** Hours that pass between, whatever the clocks do. */
  readonly offsetHours?: number | undefined;
  readonly channel: (typeof CHANNELS)[number];
  readonly template: TemplateName;
  /** What goes with the words, where they are a nudge to exercise. */
  readonly pictureId?: Id<'picture'> | undefined;
  readonly conditions?: StepConditions | undefined;
}

/** When a step goes only to some. */
export interface StepConditions {
  /** Not once the patient has confirmed this time. */
  readonly unconfirmedOnly?: boolean | undefined;
  /** Not to who was seen within the last three years. */
  readonly newPatientsOnly?: boolean | undefined;
  readonly modality?: Modality | undefined;
}

export interface MessagePlan {
  /** Off: nothing goes, what is planned already included. */
  readonly enabled: boolean;
  readonly steps: readonly StepSpec[];
}

const notice = (name: string, occasion: Occasion, template: TemplateName): StepSpec => ({
  name,
  enabled: true,
  occasions: [occasion],
  anchor: 'now',
  channel: 'sms',
  template,
});

const before = (
  name: TemplateName,
  offset: Pick<StepSpec, 'offsetDays' | 'offsetHours'>,
  conditions?: StepConditions,
): StepSpec => ({
  name,
  enabled: true,
  occasions: ['booked', 'rescheduled'],
  anchor: 'start',
  ...offset,
  channel: 'sms',
  template: name,
  ...(conditions === undefined ? {} : { conditions }),
});

const after = (name: string, offsetDays: number, template: TemplateName): StepSpec => ({
  name,
  enabled: true,
  occasions: ['fulfilled'],
  anchor: 'end',
  offsetDays,
  channel: 'sms',
  template,
});

/**
 * The plan of a clinic that has none of its own: version 0. Two reminders, 72 h and 24 h, after Steiner et al. (AJMC
 * 2018;24(8):377-384: both together missed fewest visits of three arms); the link of a visit by video an hour before it. Who has not been
 * back for half a year is asked back only by a clinic that switches that on.
 */
export const DEFAULT_PLAN: MessagePlan = {
  enabled: true,
  steps: [
    notice('confirmation', 'booked', 'confirmation'),
    notice('moved', 'rescheduled', 'moved'),
    notice('choose-another', 'reschedule-requested', 'choose-another'),
    notice('cancelled', 'cancelled', 'cancelled'),
    before('reminder-72h', { offsetDays: -3 }),
    before('reminder-24h', { offsetDays: -1 }),
    before('video-link', { offsetHours: -1 }, { modality: 'video' }),
    after('check-in-48h', 2, 'check-in-48h'),
    after('exercise-week-1', 7, 'exercise-week'),
    after('exercise-week-2', 14, 'exercise-week'),
    after('exercise-week-3', 21, 'exercise-week'),
    after('exercise-week-4', 28, 'exercise-week'),
    { ...after('recall', 180, 'recall'), enabled: false },
  ],
};

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

const statusAfter: Readonly<Record<Occasion, VisitStatus>> = {
  booked: 'booked',
  rescheduled: 'booked',
  'reschedule-requested': 'booked',
  cancelled: 'cancelled',
  fulfilled: 'fulfilled',
};

/** What takes the place of a template in a case of its own, see {@link PlanStep}. */
const variants: Partial<
  Readonly<Record<TemplateName, Pick<PlanStep, 'templateWhenConfirmed' | 'templateOfMany' | 'templateByClinic'>>>
> = {
  confirmation: { templateOfMany: 'confirmation-series' },
  cancelled: { templateOfMany: 'cancelled-series', templateByClinic: 'cancelled-by-clinic' },
  'reminder-72h': { templateWhenConfirmed: 'reminder-confirmed' },
  'reminder-24h': { templateWhenConfirmed: 'reminder-confirmed' },
};

/** The steps of a plan, each with what follows from its kind. In a plan that is off, every step is. */
export const stepsOf = ({ enabled, steps }: MessagePlan): readonly PlanStep[] =>
  steps.map((spec) => {
    const step = stepOf(spec, enabled);
    return isDoor(spec, steps) ? { ...step, importance: undefined } : step;
  });

/** Whether it has the link that a visit by video is entered by: of several the last one before the visit. */
const isDoor = (spec: StepSpec, steps: readonly StepSpec[]): boolean => {
  const hoursOf = ({ offsetDays = 0, offsetHours = 0 }: StepSpec): number => offsetDays * 24 + offsetHours;
  const isLater = (other: StepSpec): boolean =>
    other.enabled && other.template === 'video-link' && hoursOf(other) > hoursOf(spec);
  return spec.template === 'video-link' && !steps.some(isLater);
};

const stepOf = (spec: StepSpec, isPlanEnabled: boolean): PlanStep => {
  const {
    name,
    enabled,
    occasions,
    anchor,
    offsetDays = 0,
    offsetHours = 0,
    template,
    pictureId,
    conditions = {},
  } = spec;
  return {
    step: name,
    isEnabled: isPlanEnabled && enabled,
    kind: anchor === 'end' ? 'check-ins' : 'reminders',
    occasions,
    anchor,
    offsetDays,
    offsetHours,
    conditions,
    whileStatus: statusAfter[occasions[0] ?? 'booked'],
    template,
    pictureId,
    ...variants[template],
    category: categoryOf(template),
    importance: importanceOf({ anchor, template, offsetDays, offsetHours }),
    onAmbiguous: 'drop',
    staleAfterMinutes: staleAfter(spec),
    // An answer to what somebody did a moment ago is expected at any hour; a request for another time can wait for the morning.
    keepsQuietHours: anchor !== 'now' || template === 'choose-another',
  };
};

/** After so long past its time no text of a kind goes any more, whatever it is: answers, offers, alerts and staff's own words included. */
export const LONGEST_STALE_MINUTES: Readonly<Record<PlanStep['kind'], number>> = {
  reminders: DAY_MINUTES,
  'check-ins': 2 * DAY_MINUTES,
};

/** A reminder sent when less than four hours are left to what it reminds of is worth little; the visit's start ends it anyway. */
const staleAfter = ({ anchor, offsetDays = 0, offsetHours = 0 }: StepSpec): number => {
  if (anchor === 'end') return LONGEST_STALE_MINUTES['check-ins'];
  const leadMinutes = -(offsetDays * DAY_MINUTES + offsetHours * HOUR_MINUTES);
  const isShort = leadMinutes <= 8 * HOUR_MINUTES;
  const longest = LONGEST_STALE_MINUTES.reminders;
  return anchor === 'now' || isShort ? longest : Math.min(longest, leadMinutes - 4 * HOUR_MINUTES);
};

/** The texts around a visit where the clinic has no plan of its own. */
export const VISIT_STEPS: readonly PlanStep[] = stepsOf(DEFAULT_PLAN);

/** The step of a planned text, by its name. */
export const stepNamed = (name: string, steps: readonly PlanStep[] = VISIT_STEPS): PlanStep | undefined =>
  steps.find(({ step }) => step === name);
