import type { FormSection } from '../../functions/intake/core/form.ts';
import type { Disposition } from '../../functions/intake/core/screening.ts';
import type { NumberTexts } from '../../functions/messaging/core/number-texts.ts';
import type { AppointmentStatus } from '../../functions/scheduling/core/types.ts';
import type { TimedView } from './when.ts';

/** What the patient's pages show, ready to be written out; nothing here is looked up any more. */

export interface ClinicView {
  /** The name texts use: no specialty. */
  readonly brand: string;
  /** The number patients call, E.164. */
  readonly phone: string;
}

/** What the last tap came to; the query word `done` of the page it was redirected to. */
export type VisitOutcome =
  | 'confirmed'
  | 'moved'
  | 'cancelled'
  | 'rebooked'
  | 'changed'
  | 'taken'
  // Of texts to the patient's number.
  | 'stopped'
  | 'agreed'
  | 'same';

export interface VisitView extends TimedView {
  readonly clinic: ClinicView;
  /** The link's secret: the page's own address is made of it. */
  readonly token: string;
  /** What the buttons act on; a stale one is told so. */
  readonly rev: number;
  readonly status: AppointmentStatus;
  /** Whether the patient confirmed this very time. */
  readonly isConfirmed: boolean;
  /** Whether it can still be confirmed, moved or cancelled here: booked, and its start is ahead. */
  readonly isOpen: boolean;
  /** Whether the clinic asks for another time: until one is picked, this one stands. */
  readonly isAskedToMove: boolean;
  /** Whether another time can be taken for it, which the clinic called off. */
  readonly mayRebook: boolean;
  /** The visit that stands in for it. */
  readonly standIn?: { readonly start: string; readonly end: string } | undefined;
  /** Starts of the visits still to come that were booked together with it: RFC 3339, by time. */
  readonly seriesStarts: readonly string[];
  readonly patientGivenName: string;
  readonly providerName: string;
  /** Times it could move to, or be booked anew for: RFC 3339 starts in UTC, in any order. */
  readonly otherStarts: readonly string[];
  /** The pre-visit form: still to be answered, answered, or not taken any more. */
  readonly form: 'open' | 'answered' | 'closed';
  /** Of the texts to the patient's number. */
  readonly texts: NumberTexts;
  readonly outcome?: VisitOutcome | undefined;
}

/** A freed time that is kept for somebody on the waiting list. */
export interface OfferView extends TimedView {
  readonly clinic: ClinicView;
  /** The link's secret: the page's own address is made of it. */
  readonly token: string;
  readonly standing: 'open' | 'accepted' | 'declined' | 'over' | 'withdrawn';
  readonly patientGivenName: string;
  readonly providerName: string;
  /** RFC 3339: until then it is kept. */
  readonly expiresAt: string;
}

export interface FormFault {
  readonly questionId: string;
  readonly message: string;
}

/** The questions of a form with what was answered so far. */
export interface QuestionsView {
  readonly sections: readonly FormSection[];
  /** What the fields hold, by question id: saved answers, or what was just sent. */
  readonly fields: Readonly<Record<string, string>>;
  readonly faults: readonly FormFault[];
  /** `questionId=value` of answers that are an emergency by themselves: the page says so at once. */
  readonly emergencyAnswers: ReadonlySet<string>;
}

/** Something the patient may agree to, in its exact words. */
export interface FormAsk {
  readonly name: 'consent' | 'marketing';
  readonly wording: string;
}

export interface FormView extends QuestionsView {
  readonly clinic: ClinicView;
  readonly token: string;
  /** @default nothing is asked */
  readonly asks?: readonly FormAsk[] | undefined;
  /** Revision of the saved answers, 0 before the first. */
  readonly rev: number;
  /** What the saved answers came to. */
  readonly saved?: Disposition | undefined;
  /** Someone saved other answers while this page was open. */
  readonly isStale?: boolean | undefined;
}

/** What the page says after saving. */
export interface FormResultView {
  readonly clinic: ClinicView;
  readonly token: string;
  readonly disposition: Disposition;
  /** Whether to name the crisis line. */
  readonly namesCrisisLine: boolean;
}

/** The form's page when no answers are taken any more. */
export interface ClosedFormView {
  readonly clinic: ClinicView;
  readonly token: string;
}
