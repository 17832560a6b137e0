import type { Temporal } from 'temporal-polyfill';
import type { Patient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { loadAppointment } from '../../scheduling/visits.ts';
import type { OpenQuestion, Option, Standing } from '../consent/standing-store.ts';
import type { Classification } from '../core/replies.ts';
import type { MessagingSettings } from '../core/settings.ts';
import type { Thread } from '../core/thread.ts';
import type { Candidate } from '../core/which.ts';
import type { Inbound } from './inbound.ts';
import { loadWords } from './words.ts';

export type FromPhone = Inbound & { readonly from: string };

/** What was read, and from whom. */
export interface Reading {
  readonly inbound: FromPhone;
  /** When it was said, as far as that is known: not when its turn came. */
  readonly said: Temporal.Instant;
  readonly classification: Classification;
  readonly standing: Standing;
  /** The patients of the number. */
  readonly patients: readonly Patient[];
  /** Who it is from: the one patient of the number, or whose question was answered by its code; else undefined. */
  readonly patient: Patient | undefined;
  /** The question it answers. */
  readonly question?: OpenQuestion | undefined;
  /** The questions it may answer, where nobody can tell which: they are asked. */
  readonly candidates?: readonly Candidate<OpenQuestion>[] | undefined;
  readonly thread: Thread;
  readonly settings: MessagingSettings;
  /** The clinic's. */
  readonly zone: string;
  /** The clinic's local day. */
  readonly today: string;
}

/** How far the carrier's clock may be behind ours: an answer within the second must not count as said before its question. */
const clocksApart = { seconds: 5 };

/** What a reply says, to which question, and, where a code told whose question it was, from whom. */
export const read = async (
  caller: Caller,
  { inbound: { body }, said, standing, patients }: Pick<Reading, 'inbound' | 'said' | 'standing' | 'patients'>,
): Promise<Pick<Reading, 'classification' | 'question' | 'candidates' | 'standing'> & { patient?: Patient }> => {
  const { codeIn, understand } = await loadWords();
  const now = toStored(caller.now);
  // What was said before a question was asked does not answer it, however late it comes.
  const questions = (standing.openQuestions ?? []).filter(
    ({ askedAt, openUntil }) => askedAt <= toStored(said.add(clocksApart)) && now < openUntil,
  );
  const option = chosenOption(standing, questions, { now, nameIn: (of) => codeIn(body, of) });
  if (option !== undefined) {
    const patient = patients.find(({ id }) => id === option.patientId);
    return {
      classification: {
        intent: option.intent,
        value: option.value ?? null,
        why: 'Says by its code which question the reply before it answers.',
      },
      question: option,
      standing: { ...standing, choice: undefined },
      ...(patient === undefined ? {} : { patient }),
    };
  }
  const live = await ofVisitsToCome(caller, questions);
  const understood = understand({ body, questions: live, people: patients.length });
  if (understood.kind === 'read') return { ...understood, standing };
  const { candidates } = understood;
  const [first] = candidates.filter(({ classification }) => classification.intent !== 'other');
  return {
    classification: {
      intent: first?.classification.intent ?? 'other',
      value: null,
      why: 'May answer more than one question, or that of more than one person: nobody guesses which.',
    },
    candidates,
    standing,
  };
};

/** The option that a reply names by its code. Where a number may be an answer, a bare one is no code. */
const chosenOption = (
  { choice }: Standing,
  questions: readonly OpenQuestion[],
  {
    now,
    nameIn,
  }: {
    readonly now: string;
    readonly nameIn: (codes: { readonly count: number; readonly bareDigits: boolean }) => number | undefined;
  },
): Option | undefined => {
  if (choice === undefined || choice.openUntil <= now) return undefined;
  const bareDigits = questions.every(({ kind }) => kind === 'confirm');
  const index = nameIn({ count: choice.options.length, bareDigits });
  return index === undefined ? undefined : choice.options[index];
};

/** Where several questions are open, those about a visit that is called off or has begun are none any more. */
const ofVisitsToCome = async (
  { clinicId, now }: Caller,
  questions: readonly OpenQuestion[],
): Promise<readonly OpenQuestion[]> => {
  if (questions.length < 2) return questions;
  const isLive = await Promise.all(
    questions.map(async ({ kind, appointmentId }) => {
      if (kind !== 'confirm' || appointmentId === undefined) return true;
      const appointment = await loadAppointment(clinicId, appointmentId);
      return appointment?.status === 'booked' && toStored(now) < appointment.start;
    }),
  );
  return questions.filter((_, index) => isLive[index]);
};
