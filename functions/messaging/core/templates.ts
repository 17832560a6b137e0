import type { Temporal } from 'temporal-polyfill';
import { isGsm7, toGsm7 } from './gsm7.ts';
import { categoryOf, type TemplateName } from './template-names.ts';
import { ENGLISH, SPANISH } from './template-words.ts';

export { TEMPLATE_NAMES, type TemplateName } from './template-names.ts';

/** The languages texts are written in. */
export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

const WORDS: Readonly<Record<Language, Readonly<Record<TemplateName, string>>>> = { en: ENGLISH, es: SPANISH };

/** The words a text has as long as a clinic has none of its own, in GSM-7. */
export const builtInWords = (name: TemplateName, language: Language): string => toGsm7(WORDS[language][name]);

type TokensOf<Text extends string> = Text extends `${string}{${infer Token}}${infer Rest}`
  ? Token | TokensOf<Rest>
  : never;

/** What a template needs: its tokens, no more and no less. */
export type TemplateParameters<Name extends TemplateName> = Readonly<Record<TokensOf<(typeof ENGLISH)[Name]>, string>>;

/**
 * The longest a token gets in a text, in septets, links apart: a clinic's name and a phone number are cut there; a time and a case id are
 * never cut but are shorter than this in practice.
 */
export const TOKEN_LIMITS = {
  clinicName: 20,
  time: 29,
  until: 18,
  phone: 16,
  caseId: 30,
  code: 6,
  options: 96,
  count: 2,
} as const;
export type TokenName = keyof typeof TOKEN_LIMITS | 'link';

/** What decides how long a clinic's links are, which are never cut: half a link is worse than a second part. */
export interface LinkFrame {
  /** What all of them begin with: `https://visit.example.com`. */
  readonly publicUrl: string;
  /** The clinic's name in that of its booking page. */
  readonly slug: string;
}

/** As long as the secret of a link to a visit or an offer. */
const LINK_SECRET = 'W'.repeat(22);

/** Where the link of a text leads, at its longest: a visit or an offer, the booking page, or a case. */
const longestLink = (name: TemplateName, { publicUrl, slug }: LinkFrame): string => {
  if (name === 'on-call-alert') return `${publicUrl}/v1/triage-cases/${'W'.repeat(TOKEN_LIMITS.caseId)}`;
  return categoryOf(name) === 'marketing' ? `${publicUrl}/book/${slug}` : `${publicUrl}/v/${LINK_SECRET}`;
};

/** The longest text that words for a template can become. */
export const longestText = (name: TemplateName, words: string, links: LinkFrame): string => {
  const limits = Object.entries(TOKEN_LIMITS).map(([token, limit]) => [token, 'W'.repeat(limit)]);
  return renderWords(words, { ...Object.fromEntries(limits), link: longestLink(name, links) });
};

const CUT_TOKENS: ReadonlySet<string> = new Set(['clinicName', 'phone']);
const TOKEN = /\{(\w+)\}/g;

/** The tokens in the words of a template: which parameters they show. */
export const tokensIn = (words: string): ReadonlySet<string> =>
  new Set(words.matchAll(TOKEN).map(([, token = '']) => token));

/** The words of a template with their tokens filled, GSM-7 whatever the clinic is called, on one line. */
export const renderWords = (words: string, parameters: Readonly<Record<string, string>>): string => {
  const values: ReadonlyMap<string, string> = new Map(Object.entries(parameters));
  return words.replace(TOKEN, (_, token: string) => tokenText(token, values.get(token) ?? ''));
};

/** A text in its built-in words. */
export const renderText = <Name extends TemplateName>(
  name: Name,
  parameters: TemplateParameters<Name>,
  language: Language = 'en',
): string => renderWords(builtInWords(name, language), parameters);

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

const SPANISH_DAYS: Readonly<Record<string, string>> = {
  Sun: 'dom',
  Mon: 'lun',
  Tue: 'mar',
  Wed: 'mié',
  Thu: 'jue',
  Fri: 'vie',
  Sat: 'sáb',
};
const SPANISH_MONTHS: Readonly<Record<string, string>> = {
  Jan: 'ene',
  Feb: 'feb',
  Mar: 'mar',
  Apr: 'abr',
  May: 'may',
  Jun: 'jun',
  Jul: 'jul',
  Aug: 'ago',
  Sep: 'sep',
  Oct: 'oct',
  Nov: 'nov',
  Dec: 'dic',
};

/**
 * A visit's time as a patient reads it: `Tue Dec 1 9:30 AM EST`, `mar 1 dic 9:30 AM EST`, always with the zone's label. Built from
 * parts, so that the kind of space a runtime puts before AM (U+202F in some) never reaches a text.
 * @throws RangeError for an unknown zone
 */
export const formatVisitTime = (instant: Temporal.Instant, zone: string, language: Language = 'en'): string => {
  const part = partsOf(instant, zone);
  const [weekday, month, day] = [part('weekday'), part('month'), part('day')];
  const date =
    language === 'es'
      ? `${SPANISH_DAYS[weekday] ?? weekday} ${day} ${SPANISH_MONTHS[month] ?? month}`
      : `${weekday} ${month} ${day}`;
  return toGsm7(`${date} ${clockOf(part)}`);
};

/** A time of the same day, in either language: `2:30 PM EST`. */
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
