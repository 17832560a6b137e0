import type { Id } from '../platform/ids.ts';
import type { IntakeAnswers } from './core/intake-answers.ts';
import { getAnswers } from './store.ts';

/** The answers of a visit, or undefined while there are none. Apart from forms.ts, so that a reader does not load what saving needs. */
export const loadIntakeAnswers = (
  clinicId: Id<'clinic'>,
  appointmentId: Id<'appointment'>,
): Promise<IntakeAnswers | undefined> => getAnswers(clinicId, appointmentId);
