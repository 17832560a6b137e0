import { tellsOfCare } from './care-words.ts';
import type { MessagePlan, StepSpec } from './message-plan.ts';
import { emailEnding, type Occasion } from './plan.ts';
import type { TemplateName } from './template-names.ts';

/** What is wrong with a field of a plan: `steps.2.offsetHours`. */
export interface PlanFault {
  readonly field: string;
  readonly message: string;
}

/** What a plan may be and its clinic should know of. */
export interface PlanWarning extends PlanFault {
  readonly code: 'nobody-is-told' | 'no-opt-out-notice' | 'over-caps' | 'step-gone';
}

const mostSteps = 30;
const mostDays = { start: 60, end: 365 };
const namePattern = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * The texts that say what a step of a kind has to say, and ask what its answer is read as. Those that take the place of another in a
 * case of their own are not for a step.
 */
export const templatesFor: Readonly<Record<Occasion | 'before' | 'after', readonly TemplateName[]>> = {
  booked: ['confirmation'],
  rescheduled: ['moved'],
  'reschedule-requested': ['choose-another'],
  cancelled: ['cancelled'],
  fulfilled: [],
  before: ['reminder-72h', 'reminder-24h', 'video-link'],
  after: ['check-in-48h', 'exercise-week', 'recall'],
};

/** The text a picture may go with: what it shows is how to exercise, never what somebody is treated for. */
const takesPicture = 'exercise-week' satisfies TemplateName;

/** Whoever is not told of these comes at the wrong time, or in vain. */
const mustBeTold = ['rescheduled', 'reschedule-requested', 'cancelled'] as const;

/**
 * Everything that is wrong with a plan, field by field; nothing for a plan that may be used. What holds of a plan without faults: no
 * two of its steps are meant for one moment, every change a patient must know of has one notice, and each step says what it is for.
 */
export const planFaults = ({ steps }: MessagePlan): readonly PlanFault[] => [
  ...(steps.length > mostSteps ? [{ field: 'steps', message: `Expected at most ${mostSteps} steps` }] : []),
  ...steps.flatMap((step, index) =>
    stepFaults(step, steps.slice(0, index)).map(([field, message]) => ({ field: `steps.${index}.${field}`, message })),
  ),
  ...mustBeTold
    .filter((occasion) => noticeOf(steps, occasion) === undefined)
    .map((occasion) => ({ field: 'steps', message: `Expected a step of the anchor now for the occasion ${occasion}` })),
];

/** A field of one step, and what is wrong with it. */
type StepFault = readonly [field: string, message: string];

const stepFaults = (step: StepSpec, earlier: readonly StepSpec[]): readonly StepFault[] => {
  const faults: StepFault[] = [];
  if (!namePattern.test(step.name)) faults.push(['name', 'Expected a name like reminder-24h, at most 40 letters']);
  // It goes along to the carrier with each text, and into logs.
  if (tellsOfCare(step.name)) faults.push(['name', 'Expected a name that does not tell what somebody is treated for']);
  if (step.name.endsWith(emailEnding))
    faults.push(['name', `The ending ${emailEnding} is for e-mails in place of texts`]);
  if (earlier.some(({ name }) => name === step.name)) faults.push(['name', 'Another step has this name']);
  const group = groupOf(step);
  if (group === undefined) return [...faults, ['occasions', occasionsExpected[step.anchor]]];
  if (!templatesFor[group].includes(step.template)) {
    faults.push(['template', `Expected ${templatesFor[group].join(' or ')} at this point of a visit`]);
  }
  if (step.pictureId !== undefined && step.template !== takesPicture) {
    faults.push(['pictureId', `Only a step of the template ${takesPicture} takes a picture along`]);
  }
  const offset = offsetFault(step);
  if (offset !== undefined) return [...faults, offset];
  const twin = earlier.find((other) => other.enabled && step.enabled && isSameMoment(other, step));
  if (twin !== undefined) faults.push([offsetField(step), `The step ${twin.name} goes at the same moment`]);
  return [...faults, ...conditionFaults(step, group)];
};

const occasionsExpected: Readonly<Record<StepSpec['anchor'], string>> = {
  now: 'Expected one of booked, rescheduled, reschedule-requested, cancelled, and only one',
  // A visit that moves is reminded of like any other.
  start: 'Expected booked and rescheduled for a step before the visit',
  end: 'Expected fulfilled for a step after the visit',
};

const groupOf = ({ anchor, occasions }: StepSpec): keyof typeof templatesFor | undefined => {
  const [first] = occasions;
  const named = [...new Set(occasions)].toSorted().join(' ');
  if (anchor === 'start') return named === 'booked rescheduled' ? 'before' : undefined;
  if (anchor === 'end') return named === 'fulfilled' ? 'after' : undefined;
  return occasions.length === 1 && first !== 'fulfilled' ? first : undefined;
};

const offsetField = ({ anchor, offsetHours }: StepSpec): 'anchor' | 'offsetDays' | 'offsetHours' =>
  anchor === 'now' ? 'anchor' : offsetHours === undefined ? 'offsetDays' : 'offsetHours';

const offsetFault = (step: StepSpec): StepFault | undefined => {
  const { anchor, offsetDays, offsetHours } = step;
  const field = offsetField(step);
  if (anchor === 'now') {
    const given = offsetDays !== undefined ? 'offsetDays' : offsetHours !== undefined ? 'offsetHours' : undefined;
    return given && [given, 'A step of the anchor now goes at once'];
  }
  if (offsetDays !== undefined && offsetHours !== undefined) return [field, 'Give offsetDays or offsetHours, not both'];
  const offset = offsetDays ?? offsetHours;
  const most = mostDays[anchor] * (offsetHours === undefined ? 1 : 24);
  const [least, greatest] = anchor === 'start' ? [-most, -1] : [1, most];
  const isSound = offset !== undefined && Number.isInteger(offset) && offset >= least && offset <= greatest;
  const side = anchor === 'start' ? 'before the start of the visit' : 'after the end of the visit';
  return isSound ? undefined : [field, `Expected a whole number from ${least} to ${greatest}: ${side}`];
};

const conditionFaults = (
  { conditions = {}, template }: StepSpec,
  group: keyof typeof templatesFor,
): readonly StepFault[] => {
  const { unconfirmedOnly, newPatientsOnly, modality } = conditions;
  const isForAll = mustBeTold.some((occasion) => occasion === group);
  const faults: StepFault[] = [];
  if (unconfirmedOnly && group !== 'before') {
    faults.push(['conditions.unconfirmedOnly', 'Only a step before the visit can depend on that']);
  }
  if (newPatientsOnly && isForAll) faults.push(['conditions.newPatientsOnly', 'Everybody must be told of this']);
  if (modality !== undefined && isForAll) faults.push(['conditions.modality', 'Everybody must be told of this']);
  if (template === 'video-link' && modality !== 'video') {
    faults.push(['conditions.modality', 'Expected video: nobody else has a video visit to open']);
  }
  return faults;
};

/** Whether a visit may have both steps at one moment by its plan alone. What quiet hours bring together is told apart when it is planned. */
const isSameMoment = (one: StepSpec, other: StepSpec): boolean =>
  groupOf(one) !== undefined &&
  groupOf(one) === groupOf(other) &&
  offsetInHours(one) === offsetInHours(other) &&
  (one.conditions?.modality === undefined ||
    other.conditions?.modality === undefined ||
    one.conditions.modality === other.conditions.modality);

const offsetInHours = ({ offsetDays = 0, offsetHours = 0 }: StepSpec): number => offsetDays * 24 + offsetHours;

const noticeOf = (steps: readonly StepSpec[], occasion: Occasion): StepSpec | undefined =>
  steps.find(({ anchor, occasions }) => anchor === 'now' && occasions.includes(occasion));

/** What the caps of treatment texts leave of a plan: a week never has more. */
const textsAWeek = 3;

/** What should be known of a plan that may be used; `replaced` is the one it takes the place of. */
export const planWarnings = (plan: MessagePlan, replaced?: MessagePlan): readonly PlanWarning[] => {
  const warnings: PlanWarning[] = [];
  for (const occasion of mustBeTold) {
    const notice = noticeOf(plan.steps, occasion);
    if (plan.enabled && notice?.enabled) continue;
    const field = plan.enabled && notice ? `steps.${plan.steps.indexOf(notice)}.enabled` : 'enabled';
    const message = `Nobody is told by text of a visit that is ${occasion}: staff have to call`;
    warnings.push({ code: 'nobody-is-told', field, message });
  }
  if (plan.enabled && !noticeOf(plan.steps, 'booked')?.enabled) {
    const message = 'Without a confirmation the first text of a conversation does not say how to stop';
    warnings.push({ code: 'no-opt-out-notice', field: 'steps', message });
  }
  const before = plan.steps.filter((step) => step.enabled && step.anchor === 'start' && offsetInHours(step) >= -7 * 24);
  if (before.length > textsAWeek) {
    const message = `More than ${textsAWeek} texts in the week before a visit: the caps hold some back`;
    warnings.push({ code: 'over-caps', field: 'steps', message });
  }
  for (const { name } of replaced?.steps ?? []) {
    if (plan.steps.some((step) => step.name === name)) continue;
    const message = `Texts planned under the step ${name} will not be sent`;
    warnings.push({ code: 'step-gone', field: 'steps', message });
  }
  return warnings;
};
