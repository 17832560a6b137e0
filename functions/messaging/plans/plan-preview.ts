import { Temporal } from 'temporal-polyfill';
import { loadPatient, type Patient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env } from '../../platform/config.ts';
import type { Id } from '../../platform/ids.ts';
import { found } from '../../platform/problem.ts';
import { loadClinic } from '../../platform/store/clinic.ts';
import { localDateOf } from '../../platform/time.ts';
import type { Appointment } from '../../scheduling/core/types.ts';
import { hasLaterVisit, loadAppointment, wasSeenBefore } from '../../scheduling/visits.ts';
import { barOf, type ConsentBar, loadStanding } from '../consent/consent.ts';
import { estimateOf } from '../core/figures.ts';
import { OCCASIONS, stepNamed, stepsOf } from '../core/message-plan.ts';
import {
  decideSend,
  type Occasion,
  type PlannedMessage,
  type PlanStep,
  planOrSkip,
  type SkipReason,
  type SuppressReason,
} from '../core/plan.ts';
import { segment } from '../core/segments.ts';
import type { MessagingSettings } from '../core/settings.ts';
import { categoryOf } from '../core/template-names.ts';
import { type Language, renderWords, type TemplateName } from '../core/templates.ts';
import { textingWindow } from '../core/texting-window.ts';
import { isPaused } from '../sending/allowance.ts';
import { loadSettings } from '../settings.ts';
import { bookingPage, languageOf, parametersOf, visitSubject, wordsInForce } from '../templates/wording.ts';
import type { PlanId } from './plan-store.ts';
import { type PlanView, readPlan } from './plans.ts';

/** A text that a plan has for a visit. */
export interface PreviewedText {
  readonly step: string;
  readonly template: TemplateName;
  /** The version of the clinic's own words; 0 for the built-in ones. */
  readonly templateVersion: number;
  /** What goes along. */
  readonly pictureId?: Id<'picture'> | undefined;
  /** What makes it go: a notice at once when it happens, the others at their time. */
  readonly occasion: Occasion;
  /** Absent for a notice. */
  readonly dueAt?: string | undefined;
  /** The same on the clock of the patient: `2026-12-09T09:30`. */
  readonly localTime?: string | undefined;
  /** The words, the secret of a link left out: it is as long as a real one. */
  readonly words: string;
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly segments: number;
  readonly priceMicros: number;
}

/** What a plan does for one real visit, as things stand. */
export interface PlanPreview {
  readonly appointmentId: Id<'appointment'>;
  readonly planId: PlanId;
  readonly source: PlanView['source'];
  readonly rev: number;
  readonly language: Language;
  /** The zone whose night the texts keep, and of `localTime`. */
  readonly patientZone: string;
  /** Why none of them would go to this patient's number, if so; of marketing, its step says it. */
  readonly barredBecause?: string | undefined;
  /** What is sent before and after visits beyond these waits, or does not go: with other visits it depends, and is not counted here. */
  readonly caps: MessagingSettings['caps'];
  readonly texts: readonly PreviewedText[];
  readonly skipped: readonly {
    readonly step: string;
    readonly reason: SkipReason | SuppressReason | MarketingBar;
  }[];
}

/** Why no marketing would go to a number at present. */
type MarketingBar = ConsentBar | 'marketing-paused';

type Skipped = PlanPreview['skipped'][number];

/**
 * What would go out around a visit by a plan, whether or not the visit's own texts were planned by it: which texts, when by the
 * patient's clock, in which words, for how much; and which steps have none, and why. Writes nothing.
 */
export const previewPlan = async (
  caller: Caller,
  { planId, appointmentId }: { readonly planId: PlanId; readonly appointmentId: Id<'appointment'> },
): Promise<PlanPreview> => {
  const { clinicId } = caller;
  const [plan, appointment] = await Promise.all([
    readPlan(clinicId, planId),
    loadAppointment(clinicId, appointmentId).then((visit) => found(visit, 'appointment')),
  ]);
  const patient = found(await loadPatient(clinicId, appointment.patientId), 'patient');
  const steps = stepsOf(plan);
  const [clinic, settings, standing, language, isNewPatient, isBack] = await Promise.all([
    loadClinic(clinicId),
    loadSettings(clinicId),
    loadStanding(clinicId, patient.phone),
    languageOf(clinicId, patient),
    steps.some(({ conditions }) => conditions.newPatientsOnly)
      ? wasSeenBefore(caller, appointment).then((seen) => !seen)
      : true,
    steps.some(({ category, isEnabled }) => isEnabled && category === 'marketing') && hasLaterVisit(appointment),
  ]);
  const marketingBar =
    barOf(standing, 'marketing', patient.id) ?? (isPaused('marketing', settings) ? 'marketing-paused' : undefined);
  const planned = OCCASIONS.map((occasion) =>
    plannedFor(caller, occasion, {
      appointment,
      steps,
      patient,
      settings,
      isNewPatient,
      hasLaterVisit: isBack,
      marketingBar,
    }),
  );
  const today = localDateOf(caller.now, clinic.zone);
  const parameters = parametersOf(clinic, visitSubject(appointment, patient), language);
  const texts = oncePerStep(planned.flatMap((each) => each.texts));
  const skipped = oncePerStep(planned.flatMap((each) => each.skipped));
  return {
    appointmentId,
    planId,
    source: plan.source,
    rev: plan.rev,
    language,
    patientZone: patient.zone,
    barredBecause: barOf(standing, 'treatment', patient.id) ?? (standing.unreachable && 'number-unreachable'),
    caps: settings.caps,
    texts: await Promise.all(
      texts.map(async ({ step, template, occasion, dueAt }): Promise<PreviewedText> => {
        const { words: pattern, version } = await wordsInForce(clinicId, template, language);
        const isOfVisit = categoryOf(template) === 'treatment';
        const link = isOfVisit ? `${env('PUBLIC_URL')}/v/${'x'.repeat(22)}` : bookingPage(clinic);
        const words = renderWords(pattern, { ...parameters, link });
        const pictureId = stepNamed(step, steps)?.pictureId;
        const { encoding, segments } = segment(words);
        const priceMicros = estimateOf(today, { parts: segments, hasPicture: pictureId !== undefined }, settings);
        return {
          step,
          template,
          templateVersion: version,
          pictureId,
          occasion,
          ...(dueAt === undefined ? {} : { dueAt: toStored(dueAt), localTime: localTimeOf(dueAt, patient.zone) }),
          words,
          encoding,
          segments,
          priceMicros,
        };
      }),
    ),
    skipped: skipped.filter(({ step }) => !texts.some((text) => text.step === step)),
  };
};

/** A step that several occasions have, such as a reminder, is told with the first. */
const oncePerStep = <T extends { readonly step: string }>(all: readonly T[]): readonly T[] =>
  all.filter(({ step }, index) => all.findIndex((each) => each.step === step) === index);

const localTimeOf = (instant: Temporal.Instant, zone: string): string =>
  instant.toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'minute' });

interface Previewed {
  readonly step: string;
  readonly template: TemplateName;
  readonly occasion: Occasion;
  readonly dueAt?: Temporal.Instant | undefined;
}

interface VisitAsItIs {
  readonly appointment: Appointment;
  readonly steps: readonly PlanStep[];
  readonly patient: Pick<Patient, 'zone' | 'state'>;
  readonly settings: MessagingSettings;
  readonly isNewPatient: boolean;
  readonly hasLaterVisit: boolean;
  readonly marketingBar: MarketingBar | undefined;
}

/** What one occasion would bring now; what follows the visit, when it ends. */
const plannedFor = (
  caller: Caller,
  occasion: Occasion,
  about: VisitAsItIs,
): { readonly texts: readonly Previewed[]; readonly skipped: readonly Skipped[] } => {
  const { appointment, steps, patient, settings } = about;
  const [start, end] = [
    Temporal.Instant.from(appointment.start),
    Temporal.Instant.from(appointment.fulfilment?.end ?? appointment.end),
  ];
  const isOver = Temporal.Instant.compare(caller.now, end) >= 0;
  const { planned, skipped } = planOrSkip({
    occasion,
    visit: {
      ...appointment,
      start,
      end,
      visitZone: appointment.zone,
      patientZone: patient.zone,
      patientState: patient.state,
    },
    now: occasion === 'fulfilled' && !isOver ? end : caller.now,
    settings,
    steps,
  });
  const texts: Previewed[] = [];
  const barred: Skipped[] = [...skipped];
  for (const message of planned) {
    const { step, isNotice, dueAt } = message;
    const decision = decisionOn(message, about);
    const bar = message.category === 'marketing' ? about.marketingBar : undefined;
    if (decision.kind === 'suppress') barred.push({ step, reason: decision.reason });
    else if (bar !== undefined) barred.push({ step, reason: bar });
    else {
      // What waits for the morning is a notice that asks something.
      const template = decision.kind === 'send' ? decision.template : message.template;
      texts.push({ step, template, occasion, ...(isNotice ? {} : { dueAt }) });
    }
  }
  return { texts, skipped: barred };
};

/** What would be decided of a text at its time, were the visit then as it is now, but for what the text is about. */
const decisionOn = (message: PlannedMessage, about: VisitAsItIs) => {
  const { appointment, steps, patient, settings, isNewPatient, hasLaterVisit } = about;
  const step = steps.find((each) => each.step === message.step);
  if (step === undefined) throw new Error('A text of no step');
  const status = appointment.status === 'booked' ? step.whileStatus : appointment.status;
  const visit = { ...appointment, status, start: Temporal.Instant.from(appointment.start) };
  const { sequence, dueAt } = message;
  const window = textingWindow(step.category, settings, patient.state);
  const state = { step, sequence, dueAt, visit, isNewPatient, hasLaterVisit, patientZone: patient.zone, window };
  return decideSend(state, dueAt);
};
