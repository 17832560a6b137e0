import type { Id } from '../../platform/ids.ts';
import type { Answers } from './form.ts';
import type { Disposition, Screening } from './screening.ts';

/** A patient's answers before one visit, with what screening made of them when they were saved. */
export interface IntakeAnswers {
  readonly clinicId: Id<'clinic'>;
  readonly appointmentId: Id<'appointment'>;
  readonly answers: Answers;
  /** Version of the questions they answer. */
  readonly formVersion: string;
  readonly screening: Screening;
  /** UTC instant. */
  readonly savedAt: string;
  readonly rev: number;
}

/** What a patient is told, in a sentence or two. Pages say the same at more length. */
export const adviceFor: Readonly<Record<Disposition, string>> = {
  EMERGENCY:
    'Your answers may describe an emergency. Call 911 or go to the nearest emergency department now. Do not wait for your visit. A clinician has been alerted.',
  SAME_DAY:
    'Something you told us should not wait for your visit. A clinician has been alerted and will contact you. If you get worse, call 911.',
  ROUTINE: 'Your answers are saved. Your provider will read them before your visit.',
};
