import { Temporal } from 'temporal-polyfill';
import type { Patient } from '../../intake/patients.ts';
import type { Caller } from '../../platform/actor.ts';
import { toStored } from '../../platform/clock.ts';
import { env } from '../../platform/config.ts';
import { type Id, newLinkToken } from '../../platform/ids.ts';
import { type Clinic, loadClinic } from '../../platform/store/clinic.ts';
import { linkTokenItem } from '../../platform/store/directory.ts';
import type { TransactItem } from '../../platform/store/records.ts';
import type { Appointment } from '../../scheduling/core/types.ts';
import type { Offer } from '../../scheduling/core/waiting-list.ts';
import {
  builtInWords,
  formatClockTime,
  formatVisitTime,
  type Language,
  renderWords,
  type TemplateName,
  tokensIn,
} from '../core/templates.ts';
import { loadSettings } from '../settings.ts';
import { getTemplate } from './template-store.ts';

/** What a text is about, as far as its words need it. */
export interface Subject {
  /** @default the clinic's language */
  readonly language?: Language | undefined;
  readonly appointment?: Appointment | undefined;
  readonly offer?: Offer | undefined;
  readonly zone?: string | undefined;
  readonly caseId?: Id<'triageCase'> | undefined;
  /** Of how many visits it tells, if several. */
  readonly count?: string | undefined;
  /** What a reply may mean, each with its code. */
  readonly options?: string | undefined;
  /** The number it is texted to, if it is a text: its link then is proof of that number. */
  readonly textedTo?: string | undefined;
}

/** A visit in person is told in the clinic's time, where the patient will be; any other in the patient's. */
export const visitSubject = (
  appointment: Appointment,
  { zone, language }: Pick<Patient, 'zone' | 'language'>,
): Subject => ({ appointment, language, ...zoneOf(appointment, zone) });

export const zoneOf = (visit: Pick<Appointment, 'modality' | 'zone'>, patientZone: string): Pick<Subject, 'zone'> => ({
  zone: visit.modality === 'in-person' ? visit.zone : patientZone,
});

/** How long after a visit its links still open: to say that it is over; to choose another where the clinic called it off. */
const linkGraceHours = { usually: 24, cancelledByClinic: 14 * 24 };

/** What is in the body of a text and nowhere else. */
export interface Secrets {
  readonly code?: string;
}

/** The words of a text, and what of them may be kept. */
export interface Wording {
  readonly body: string;
  /** What was put into it, secrets left out. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly language: Language;
  /** Of the clinic's own words; 0 for the built-in ones. */
  readonly templateVersion: number;
  /** Its link becomes valid with these. */
  readonly items: readonly TransactItem[];
}

/** The language somebody is texted in: what they said, else what the clinic has set. */
export const languageOf = async (
  clinicId: Id<'clinic'>,
  { language }: { readonly language?: Language | undefined },
): Promise<Language> => language ?? (await loadSettings(clinicId)).language;

/** The words of a text in a language as they are now: the clinic's own, else the built-in ones. */
export const wordsInForce = async (
  clinicId: Id<'clinic'>,
  template: TemplateName,
  language: Language,
): Promise<{ readonly words: string; readonly version: number }> =>
  (await getTemplate(clinicId, template, language)) ?? { words: builtInWords(template, language), version: 0 };

/**
 * Puts the words of a text together, the newest there are. A link gets a fresh secret, which becomes valid only with the claim.
 * Secrets are in the body and nowhere else.
 */
export const wordingOf = async (
  { clinicId }: Caller,
  template: TemplateName,
  subject: Subject,
  secrets: Secrets = {},
): Promise<Wording> => {
  const [clinic, language] = await Promise.all([loadClinic(clinicId), languageOf(clinicId, subject)]);
  const { words, version } = await wordsInForce(clinicId, template, language);
  const tokens = tokensIn(words);
  const link = tokens.has('link') ? linkOf(clinic, subject) : undefined;
  const parameters = parametersOf(clinic, subject, language);
  return {
    body: renderWords(words, { ...parameters, link: link?.url ?? '', code: secrets.code ?? '' }),
    parameters: Object.fromEntries(Object.entries(parameters).filter(([token]) => tokens.has(token))),
    language,
    templateVersion: version,
    items: link?.items ?? [],
  };
};

/** What the tokens of a text stand for, links and codes apart. */
export const parametersOf = (
  clinic: Pick<Clinic, 'brand' | 'phone' | 'zone'>,
  { appointment, offer, zone = clinic.zone, caseId, count, options }: Subject,
  language: Language,
) => ({
  clinicName: clinic.brand,
  phone: clinic.phone,
  time: timeText(appointment?.start ?? offer?.start, (at) => formatVisitTime(at, zone, language)),
  until: timeText(offer?.expiresAt, (at) => formatClockTime(at, zone)),
  caseId: caseId ?? '',
  count: count ?? '',
  options: options ?? '',
});

const timeText = (instant: string | undefined, format: (at: Temporal.Instant) => string): string =>
  instant === undefined ? '' : format(Temporal.Instant.from(instant));

/** A link that is in one text or e-mail and nowhere else. */
export interface MintedLink {
  readonly url: string;
  readonly items: readonly TransactItem[];
}

const linkOf = (clinic: Pick<Clinic, 'slug'>, { appointment, offer, caseId, textedTo }: Subject): MintedLink => {
  // Staff sign in to see the case: the address is no secret.
  if (caseId !== undefined) return { url: `${env('PUBLIC_URL')}/v1/triage-cases/${caseId}`, items: [] };
  if (offer !== undefined) return offerLink(offer);
  return appointment === undefined ? { url: bookingPage(clinic), items: [] } : visitLink(appointment, textedTo);
};

/** Where anybody books a visit with the clinic: the link of a text that is about none. */
export const bookingPage = ({ slug }: Pick<Clinic, 'slug'>): string => `${env('PUBLIC_URL')}/book/${slug}`;

/** Opens the offer, also to say that it is over. */
const offerLink = ({ id, clinicId, patientId, end }: Offer): MintedLink => {
  const token = newLinkToken();
  const expiresAt = toStored(Temporal.Instant.from(end).add({ hours: linkGraceHours.usually }));
  const item = linkTokenItem(token, { clinicId, patientId, offerId: id, expiresAt });
  return { url: `${env('PUBLIC_URL')}/o/${token}`, items: [item] };
};

export const visitLink = (appointment: Appointment, textedTo?: string): MintedLink => {
  const token = newLinkToken();
  const hours = appointment.cancelledBy === 'clinic' ? linkGraceHours.cancelledByClinic : linkGraceHours.usually;
  const { clinicId, patientId, id: appointmentId, end } = appointment;
  const expiresAt = toStored(Temporal.Instant.from(end).add({ hours }));
  const item = linkTokenItem(token, { clinicId, patientId, appointmentId, expiresAt }, textedTo);
  return { url: `${env('PUBLIC_URL')}/v/${token}`, items: [item] };
};
