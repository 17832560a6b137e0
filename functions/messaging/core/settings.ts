/** How a clinic texts: what differs from clinic to clinic and may change without a new version of the program. */

export type MessagingLanguage = 'en' | 'es';

/** Hours of one weekday, wall time: Monday is 1, `24:00` is the end of the day. A day without any is closed. */
export interface WeekHours {
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** `09:00` */
  readonly from: string;
  readonly to: string;
}

/** Where a state is stricter than the rest: dated, because these laws change and sources differ. */
export interface StateHours {
  /** USPS codes. */
  readonly states: readonly string[];
  /** Since when it is kept here, a date. */
  readonly since: string;
  /** Where it was read, and how sure that is. */
  readonly source: string;
  readonly hours: readonly WeekHours[];
}

/** What a part, or a text with a picture, costs from a date on, in millionths of a dollar. */
export interface Price {
  readonly since: string;
  readonly micros: number;
}

export interface MessagingSettings {
  /**
   * What a STOP ends that answers a text of one category: that category, or everything. FCC 24-24 (2025-04-11) reads a
   * revocation as of everything, the rule of 2026-09-30 (FCC 26-67; in force 30 days after its publication, not seen yet) lets a
   * sender limit it to the category. What was said is stored per category, so this can change later.
   * @default 'all', the cautious reading
   */
  readonly revocation: 'category' | 'all';
  /** The language of texts to patients who have said none. @default 'en' */
  readonly language: MessagingLanguage;
  /**
   * Whole hours of the recipient's own day in which texts of treatment go; the end is not included. No law sets them for treatment
   * (the federal 8 to 21 is for solicitation, 47 CFR 64.1200(c)(1)): a product's choice. @default 8 to 20
   */
  readonly textingHours: { readonly from: number; readonly until: number };
  /** When marketing may arrive, in the recipient's zone. */
  readonly marketingHours: { readonly hours: readonly WeekHours[]; readonly exceptions: readonly StateHours[] };
  /**
   * Texts of treatment that somebody gets at most.
   * @default 1 a day, 3 a week: the limits of the health-care exemption, 47 CFR 64.1200(a)(9)(iv), as a guard
   */
  readonly caps: { readonly perDay: number; readonly perWeek: number };
  /** Message parts the clinic's number may send in a second. @default 1, what 10DLC gives a number unasked */
  readonly partsPerSecond: number;
  /** When people answer, in the clinic's zone. @default Monday to Friday, 8:00 to 17:00 */
  readonly businessHours: readonly WeekHours[];
  /** Whether who writes outside of them is told so, once. @default true */
  readonly afterHoursAnswer: boolean;
  /** For so many hours after staff wrote in a thread, automation leaves what is said there to them. @default 12 */
  readonly takeoverHours: number;
  /** What the live figures are held to. */
  readonly thresholds: {
    /** Share of texts that arrive, at least. @default 0.95 (our inference; vendors warn at 0.92) */
    readonly deliveryRateMin: number;
    /** Share of delivered texts answered by an opt-out within 72 h. @default 0.02 (a vendor's policy) */
    readonly optOutRateWarn: number;
    /** From here on marketing stops. @default 0.03 (the same) */
    readonly optOutRateSuspend: number;
    /** How long a red flag may wait for a human. @default 15, an aim of ours */
    readonly redFlagMinutes: number;
  };
  /** Since when marketing has stopped: nothing of it goes until somebody takes this away. */
  readonly marketingPausedSince?: string | undefined;
  /** @default 10,310 millionths: 0.00581 a part (a 2024 event sample) and 0.0045 for the carrier (a 2026 list): an estimate */
  readonly pricePerPartMicros: readonly Price[];
  /** Of a text with a picture (MMS), however long. @default 30,000 millionths: a guess of ours until a clinic sets what its bill says */
  readonly pricePerPictureMicros: readonly Price[];
}

const week = (weekdays: readonly WeekHours['weekday'][], from: string, to: string): readonly WeekHours[] =>
  weekdays.map((weekday) => ({ weekday, from, to }));

const workdays = [1, 2, 3, 4, 5] as const;

/** What a clinic that has set nothing does. */
export const DEFAULT_SETTINGS: MessagingSettings = {
  revocation: 'all',
  language: 'en',
  textingHours: { from: 8, until: 20 },
  // Inside the windows of every state that was found but one: TX 9-21, Sunday 12-21; FL, OK, MD, OR 8-20; CT 9-20.
  marketingHours: {
    hours: [...week([1, 2, 3, 4, 5, 6], '09:00', '20:00'), ...week([7], '12:00', '20:00')],
    exceptions: [
      {
        states: ['RI'],
        since: '2026-11-22',
        source: 'Tables of vendors, 2026: the statute was not read',
        hours: [...week(workdays, '09:00', '18:00'), ...week([6], '10:00', '17:00'), ...week([7], '12:00', '17:00')],
      },
    ],
  },
  caps: { perDay: 1, perWeek: 3 },
  partsPerSecond: 1,
  businessHours: week(workdays, '08:00', '17:00'),
  afterHoursAnswer: true,
  takeoverHours: 12,
  thresholds: { deliveryRateMin: 0.95, optOutRateWarn: 0.02, optOutRateSuspend: 0.03, redFlagMinutes: 15 },
  pricePerPartMicros: [{ since: '2026-01-01', micros: 10_310 }],
  pricePerPictureMicros: [{ since: '2026-01-01', micros: 30_000 }],
};
