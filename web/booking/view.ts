import type { Modality, PatientKind } from '../../functions/scheduling/core/types.ts';
import type { ClinicView, QuestionsView } from '../visit/view.ts';

/** What the pages of self-booking show, ready to be written out; nothing here is looked up any more. */

/** What a page's form holds, by the name of the field. What a page has no control for it carries along, hidden. */
export type BookingFields = Readonly<Record<string, string>>;

interface BookingView {
  readonly clinic: ClinicView;
  /** The clinic's name in web addresses. */
  readonly slug: string;
}

export interface BookableView {
  readonly id: string;
  readonly name: string;
  readonly minutes: number;
  readonly patientKind: PatientKind;
}

export interface ProviderView {
  readonly id: string;
  readonly name: string;
}

export interface ChooseTypeView extends BookingView {
  readonly types: readonly BookableView[];
  /** Whom the visit shall be with, where the link said so already. */
  readonly providerId?: string | undefined;
  /** The link names something that cannot be booked any more. */
  readonly isGone: boolean;
}

export interface ChooseProviderView extends BookingView {
  readonly type: BookableView;
  readonly providers: readonly ProviderView[];
}

/** Why the page of times is shown again. */
export type TimesNotice = 'taken' | 'not-offered' | 'too-many';

export interface TimesView extends BookingView {
  readonly type: BookableView;
  /** Undefined: anyone. */
  readonly providerName: string | undefined;
  /** How it can take place. */
  readonly modalities: readonly Modality[];
  readonly modality: Modality;
  /** USPS codes of where patients may be, for visits by video or phone. */
  readonly states: readonly string[];
  readonly state: string | undefined;
  /** IANA zones to read the times in. */
  readonly zones: readonly string[];
  /** The one they are in. */
  readonly zone: string;
  readonly slots: readonly { readonly start: string; readonly providerId: string }[];
  /** Local dates other pages of times begin with. */
  readonly earlierFrom: string | undefined;
  readonly laterFrom: string | undefined;
  readonly notice?: TimesNotice | undefined;
  /** Why there are no times, in words. */
  readonly emptyBecause?: string | undefined;
  readonly now: string;
  readonly fields: BookingFields;
}

/** The time that was chosen. */
export interface ChosenView {
  readonly typeName: string;
  readonly providerName: string;
  readonly modality: Modality;
  /** RFC 3339. */
  readonly start: string;
  /** RFC 3339. */
  readonly end: string;
  /** IANA zone to tell it in. */
  readonly zone: string;
}

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

export interface DetailsView extends BookingView {
  readonly chosen: ChosenView;
  /** RFC 3339: until when nobody else can have the time. */
  readonly heldUntil: string | undefined;
  /** The pre-visit form; without sections where the visit needs none. Its answers are among `fields`. */
  readonly questions: QuestionsView;
  readonly fields: BookingFields;
  /** What is wrong with the details about the person, in the order of the page. */
  readonly faults: readonly FieldFault[];
  /** The words agreed to by ticking the box. */
  readonly consentWording: string;
  readonly marketingWording: string;
  /** The language that the clinic texts in unless somebody chooses another. */
  readonly language: 'en' | 'es';
}

/** What is said above the field for the code. */
export type CodeNotice = 'sent' | 'sent-again' | 'wrong' | 'too-many' | 'too-many-codes';

export interface CodeView extends BookingView {
  readonly chosen: ChosenView;
  /** E.164. */
  readonly phone: string;
  readonly notice: CodeNotice;
  readonly fields: BookingFields;
}

export interface BookedView extends BookingView {
  readonly chosen: ChosenView;
  /** Whether they agreed to texts, so that links and reminders come. */
  readonly getsTexts: boolean;
  /** Whether their answers should not wait for the visit. */
  readonly isUrgent: boolean;
  /** Whether to name the crisis line. */
  readonly namesCrisisLine: boolean;
}

export interface EmergencyView extends BookingView {
  readonly isAlerted: boolean;
  readonly namesCrisisLine: boolean;
  readonly fields: BookingFields;
}

export interface BlockedView extends BookingView {
  readonly reason: string;
}
