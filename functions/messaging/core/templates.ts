import type { Temporal } from 'temporal-polyfill';
import { isGsm7, toGsm7 } from './gsm7.ts';

/**
 * Every text this product sends. Data, not code: a template is a string with `{tokens}`, and the tokens are its type.
 *
 * No text holds protected health information: no diagnosis, no reason of the visit, no specialty beyond the clinic's own name, no
 * patient's name, no clinician's. What is private is behind the link. Texts never offer "reply CANCEL": carriers and the FCC read
 * that word as an opt-out. Each fits one GSM-7 segment at the worst-case lengths of {@link TOKEN_LIMITS}.
 */
const ENGLISH = {
  confirmation: "{clinicName}: you're booked {time}. Details: {link} Reply STOP to stop.",
  /** One for all visits of a series. */
  'confirmation-series': '{clinicName}: {count} visits booked, first {time}. {link} Reply STOP to stop.',
  'reminder-72h': '{clinicName}: visit {time}. Reply C to confirm, R to move it. {link}',
  'reminder-24h': '{clinicName}: see you {time}. Reply C to confirm, R to move. {link}',
  /** Either reminder once the patient has confirmed this very time: it asks nothing. */
  'reminder-confirmed': '{clinicName}: see you {time}. Details: {link}',
  moved: '{clinicName}: your visit is now {time}. Reply C to confirm. {link}',
  /** Staff ask; the visit stands until the patient has chosen. */
  'choose-another': '{clinicName}: please choose another time for your visit {time}: {link}',
  cancelled: '{clinicName}: your visit {time} is cancelled. To book another, call {phone}.',
  'cancelled-by-clinic': '{clinicName}: we cancelled your visit {time}. Choose another: {link}',
  /** One for all visits of a series that were still to come. */
  'cancelled-series': '{clinicName}: your {count} visits from {time} on are cancelled. To book again, call {phone}.',
  /** To one person of the waiting list at a time. */
  'waiting-offer': '{clinicName}: {time} is free. It is yours until {until}: {link}',
  'check-in-48h':
    '{clinicName}: on a scale of 0-10, how is your pain today? 0 is none, 10 the worst. Reply with a number. STOP to stop.',
  'exercise-week':
    '{clinicName}: on how many of the last 7 days did you do your home exercises? Reply with a number, 0-7. STOP to stop.',
  'reply-confirmed': "{clinicName}: thank you, you're confirmed for {time}.",
  'reply-reschedule': '{clinicName}: choose another time here: {link}',
  'reply-cancel-visit': '{clinicName}: cancel or move your visit here: {link} or call {phone}.',
  'reply-pain-answer':
    "{clinicName}: thank you, we've noted it. If it gets worse, call {phone}. In an emergency call 911.",
  'reply-exercise-answer': "{clinicName}: thank you, we've noted it. Keep going!",
  /** Two visits of one person are open, and the reply names neither. */
  'reply-which-visit': '{clinicName}: which visit? Reply {options}',
  /** As above where two people may be meant: names our own texts, by when they came, and nobody's visit. */
  'reply-which-text': '{clinicName}: reply which of our texts, by time sent: {options}',
  'reply-help': '{clinicName}: texts about your visits. Help: {phone}. Msg & data rates may apply. Reply STOP to stop.',
  'reply-opt-out': "{clinicName}: you're unsubscribed and will get no more texts. Reply START to get them again.",
  /** After a bare CANCEL or END, which may have meant the visit. */
  'reply-opt-out-visit-stands':
    "{clinicName}: you're unsubscribed. Your visit still stands: to cancel it call {phone}. To keep texts, reply START.",
  'reply-opt-in':
    "{clinicName}: you'll get texts about your visits. Msg frequency varies, data rates may apply. HELP for help, STOP to stop.",
  'reply-red-flag':
    '{clinicName}: if this is an emergency, call 911 or go to the nearest ER now. A clinician has been alerted. Our phone: {phone}',
  'reply-unknown':
    '{clinicName}: thank you, our staff will read this. To talk, call {phone}. In an emergency call 911.',
  /** Asked for on the booking page; the code is nowhere but in the text. */
  'phone-code': '{clinicName}: {code} is your code to book a visit. It is good for 10 minutes. Do not share it.',
  /** To the clinic's own on-call number: the case, never the patient. */
  'on-call-alert': '{clinicName} on call: a case needs you now. {caseId} {link}',
} as const;

const TEMPLATES = { en: ENGLISH } as const satisfies Record<string, Record<keyof typeof ENGLISH, string>>;

export type Language = keyof typeof TEMPLATES;
export type TemplateName = keyof typeof ENGLISH;

type TokensOf<Text extends string> = Text extends `${string}{${infer Token}}${infer Rest}`
  ? Token | TokensOf<Rest>
  : never;

/** What a template needs: its tokens, no more and no less. */
export type TemplateParameters<Name extends TemplateName> = Readonly<Record<TokensOf<(typeof ENGLISH)[Name]>, string>>;

/**
 * The longest a token gets in a text, in septets: a clinic's name and a phone number are cut there; a time, a link and a case id are never cut (half a
 * link is worse than two segments) but are shorter than this in practice. What the one-segment promise is tested with.
 */
export const TOKEN_LIMITS = {
  clinicName: 20,
  time: 29,
  until: 18,
  link: 60,
  phone: 16,
  caseId: 30,
  code: 6,
  options: 96,
  count: 2,
} as const;

const CUT_TOKENS: ReadonlySet<string> = new Set(['clinicName', 'phone']);
const TOKEN = /\{(\w+)\}/g;

export const TEMPLATE_NAMES: readonly TemplateName[] = Object.keys(ENGLISH).filter(
  (name): name is TemplateName => name in ENGLISH,
);

/** The tokens of a template: which parameters it shows. */
export const tokensOf = (name: TemplateName): ReadonlySet<string> =>
  new Set(ENGLISH[name].matchAll(TOKEN).map(([, token = '']) => token));

/** The text of a template with its tokens filled, GSM-7 whatever the clinic is called, on one line. */
export const renderText = <Name extends TemplateName>(
  name: Name,
  parameters: TemplateParameters<Name>,
  language: Language = 'en',
): string => {
  const values: ReadonlyMap<string, string> = new Map(Object.entries<string>(parameters));
  return TEMPLATES[language][name].replace(TOKEN, (_, token: string) => tokenText(token, values.get(token) ?? ''));
};

const tokenText = (token: string, value: string): string => {
  const plain = sendable(value);
  if (token === 'clinicName' && plain === '') return 'Your clinic';
  return CUT_TOKENS.has(token)
    ? cut(plain, token === 'clinicName' ? TOKEN_LIMITS.clinicName : TOKEN_LIMITS.phone)
    : plain;
};

/** GSM-7 on one line; what has no plain form (an emoji in a name) is left out. Extension characters cost double: also left out of names. */
const sendable = (value: string): string =>
  [...toGsm7(value)]
    .map((character) => (isGsm7(character) ? character : ''))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();

const DOUBLE_COST = /[\^{}\\[~\]|€]/g;
const cut = (value: string, limit: number): string => value.replace(DOUBLE_COST, '').slice(0, limit).trim();

const formatters = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATTERS = 128;

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h12',
    timeZoneName: 'short',
  });
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(zone, formatter);
  return formatter;
};

/**
 * A visit's time as a patient reads it: `Tue Dec 1 9:30 AM EST`, always with the zone's label. Built from parts, so that the kind of
 * space a runtime puts before AM (U+202F in some) never reaches a text.
 * @throws RangeError for an unknown zone
 */
export const formatVisitTime = (instant: Temporal.Instant, zone: string): string => {
  const part = partsOf(instant, zone);
  return toGsm7(`${part('weekday')} ${part('month')} ${part('day')} ${clockOf(part)}`);
};

/** A time of the same day: `2:30 PM EST`. */
export const formatClockTime = (instant: Temporal.Instant, zone: string): string =>
  toGsm7(clockOf(partsOf(instant, zone)));

type Part = (type: Intl.DateTimeFormatPartTypes) => string;

const clockOf = (part: Part): string =>
  `${part('hour')}:${part('minute')} ${part('dayPeriod').toUpperCase()} ${part('timeZoneName')}`;

const partsOf = (instant: Temporal.Instant, zone: string): Part => {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(instant.epochMilliseconds)
      .map(({ type, value }) => [type, value]),
  );
  return (type) => parts.get(type) ?? '';
};
