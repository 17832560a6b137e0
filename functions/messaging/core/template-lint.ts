import { isVisible } from '../../platform/fold.ts';
import { tellsOfCare } from './care-words.ts';
import { isGsm7, toGsm7 } from './gsm7.ts';
import { type Segmentation, segment } from './segments.ts';
import { categoryOf, type TemplateName } from './template-names.ts';
import { ENGLISH } from './template-words.ts';
import { type LinkFrame, longestText, type TokenName, tokensIn } from './templates.ts';
import { asksForOptOutWord, hostOf, isShortLink, linksIn, promotes } from './text-content.ts';

/** What a clinic's own words for a text are held to when they are saved. Errors keep them out, warnings only tell. */

export type LintError =
  | 'empty'
  | 'unknown-token'
  | 'phi-token'
  | 'stray-brace'
  | 'missing-token'
  | 'missing-words'
  | 'tells-of-care'
  | 'link-shortener'
  | 'foreign-link'
  | 'foreign-phone'
  | 'opt-out-word'
  | 'no-brand'
  | 'no-opt-out'
  | 'too-long';
export type LintWarning =
  | 'transliterated'
  | 'ucs-2'
  | 'several-parts'
  | 'no-brand'
  | 'no-opt-out'
  | 'marketing'
  | 'no-911';

export interface Finding {
  readonly level: 'error' | 'warning';
  readonly code: LintError | LintWarning;
  readonly message: string;
}

export interface Lint {
  /** The words as they would be saved: with the characters GSM-7 has, as far as there are any. */
  readonly words: string;
  readonly findings: readonly Finding[];
  /** Of the longest text these words can become. */
  readonly encoding: Segmentation['encoding'];
  readonly segments: number;
  /** What one such text costs, in millionths of a dollar. */
  readonly priceMicros: number;
}

export interface LintContext extends LinkFrame {
  /** The number patients call, E.164: the one telephone number a text may hold. */
  readonly clinicPhone: string;
  /** What a part costs, in millionths of a dollar. */
  readonly pricePerPartMicros: number;
}

/** Texts about one visit, which has a time and a link. */
const ABOUT_A_VISIT: ReadonlySet<TemplateName> = new Set([
  'confirmation',
  'confirmation-series',
  'reminder-72h',
  'reminder-24h',
  'reminder-confirmed',
  'video-link',
  'moved',
  'choose-another',
  'cancelled',
  'cancelled-by-clinic',
  'cancelled-series',
  'reply-confirmed',
  'reply-reschedule',
  'reply-cancel-visit',
]);

/** What a text says nothing without. */
const REQUIRED: Partial<Readonly<Record<TemplateName, readonly TokenName[]>>> = {
  confirmation: ['time'],
  'confirmation-series': ['time', 'count'],
  'reminder-72h': ['time'],
  'reminder-24h': ['time'],
  'reminder-confirmed': ['time'],
  'video-link': ['time', 'link'],
  moved: ['time'],
  'choose-another': ['link'],
  cancelled: ['time'],
  'cancelled-by-clinic': ['time', 'link'],
  'cancelled-series': ['time', 'count'],
  'waiting-offer': ['time', 'until', 'link'],
  recall: ['link'],
  'reply-confirmed': ['time'],
  'reply-reschedule': ['link'],
  'reply-cancel-visit': ['link'],
  'reply-which-visit': ['options'],
  'reply-which-text': ['options'],
  // Who asks for help must be told whom to reach (CTIA Messaging Principles 5.1).
  'reply-help': ['phone'],
  'reply-opt-out-visit-stands': ['phone'],
  'reply-opt-out-kind-visit-stands': ['phone'],
  'phone-code': ['code'],
  'on-call-alert': ['caseId', 'link'],
};

/** Words, in capitals or digits, that an answer is read by; without them nobody knows how to answer. */
const SPOKEN: Partial<Readonly<Record<TemplateName, readonly string[]>>> = {
  'reminder-72h': ['C'],
  'reminder-24h': ['C'],
  moved: ['C'],
  'check-in-48h': ['0', '10'],
  'exercise-week': ['0', '7'],
  'reply-opt-out': ['START'],
  'reply-opt-out-visit-stands': ['START'],
  'reply-opt-out-kind-visit-stands': ['STOP'],
  'reply-opt-in': ['HELP'],
  'reply-red-flag': ['911'],
};

/** Texts that begin a conversation or a programme, and those that promote: carriers demand in them who writes and how to stop (CTIA, 10DLC campaigns). */
const MUST_SAY_STOP: ReadonlySet<TemplateName> = new Set([
  'confirmation',
  'confirmation-series',
  'reply-opt-in',
  'reply-help',
  'recall',
]);
/** Texts of a programme that goes on for weeks: better said again. */
const SHOULD_SAY_STOP: ReadonlySet<TemplateName> = new Set(['check-in-48h', 'exercise-week']);
/** Texts that may be the first somebody gets from the clinic. */
const MAY_COME_FIRST: ReadonlySet<TemplateName> = new Set([
  ...MUST_SAY_STOP,
  'waiting-offer',
  'phone-code',
  'on-call-alert',
]);
/** Texts to somebody who may be in need. */
const SHOULD_SAY_911: ReadonlySet<TemplateName> = new Set(['reply-pain-answer', 'reply-unknown', 'reply-after-hours']);

/** The tokens that a text's subject has. */
export const tokensFor = (name: TemplateName): ReadonlySet<string> =>
  new Set(['clinicName', 'phone', ...(ABOUT_A_VISIT.has(name) ? ['time', 'link'] : []), ...tokensIn(ENGLISH[name])]);

const PHI_TOKEN =
  /^age$|name|birth|dob|diagnos|reason|provider|doctor|therapist|clinician|address|e?mail|insur|mrn|ssn|medic|visit|type/i;
const PHONE = /\+?\d(?:[\s().-]*\d){6,}/g;
const carrierMost = 1600;

/** Reads the words a clinic wants for a text. Pure; the same words have the same findings. */
export const lintTemplate = (name: TemplateName, given: string, context: LintContext): Lint => {
  const words = toGsm7(given).trim();
  const longest = longestText(name, words, context);
  const { encoding, segments, characters } = segment(longest);
  const priceMicros = segments * context.pricePerPartMicros;
  const findings = [
    ...when(!isVisible(words), error('empty', 'Nothing of it can be seen')),
    ...tokenFindings(name, words),
    ...contentFindings(name, words, context),
    ...frameFindings(name, words),
    ...lengthFindings(given, longest, { encoding, segments, characters, priceMicros }),
  ];
  return { words, findings, encoding, segments, priceMicros };
};

/** Whether words may be saved. */
export const isSound = ({ findings }: Pick<Lint, 'findings'>): boolean =>
  findings.every(({ level }) => level !== 'error');

const error = (code: LintError, message: string): Finding => ({ level: 'error', code, message });
const warning = (code: LintWarning, message: string): Finding => ({ level: 'warning', code, message });
const when = (isSo: boolean, finding: Finding): readonly Finding[] => (isSo ? [finding] : []);

const tokenFindings = (name: TemplateName, words: string): readonly Finding[] => {
  const [known, used] = [tokensFor(name), tokensIn(words)];
  const unknown = [...used].filter((token) => !known.has(token)).map((token) => token.slice(0, 40));
  const has = [...known].map((token) => `{${token}}`).join(', ');
  return [
    ...unknown.map((token) =>
      PHI_TOKEN.test(token)
        ? error('phi-token', `{${token}} is about a patient: no text may hold it. This one has ${has}`)
        : error('unknown-token', `There is no {${token}}. This text has ${has}`),
    ),
    ...when(/[{}]/.test(words.replace(/\{\w+\}/g, '')), error('stray-brace', 'A brace that belongs to no token')),
    ...(REQUIRED[name] ?? [])
      .filter((token) => !used.has(token))
      .map((token) => error('missing-token', `It says nothing without {${token}}`)),
  ];
};

const contentFindings = (
  name: TemplateName,
  words: string,
  { clinicPhone, publicUrl }: LintContext,
): readonly Finding[] => {
  const plain = words.replace(/\{\w+\}/g, ' ');
  const links = linksIn(plain);
  const phones = plain.match(PHONE) ?? [];
  const isOwnLink = (link: string) => hostOf(link) === hostOf(publicUrl);
  const isOwnPhone = (phone: string) => phone.replace(/\D/g, '').slice(-10) === clinicPhone.slice(-10);
  return [
    ...when(
      tellsOfCare(plain),
      error('tells-of-care', 'It tells what somebody is treated for: that stays behind the link'),
    ),
    ...when(
      links.some(isShortLink),
      error('link-shortener', 'Carriers drop texts with public short links: use {link}'),
    ),
    ...when(
      links.some((link) => !isShortLink(link) && !isOwnLink(link)),
      error('foreign-link', "It holds a link that is not the clinic's own: use {link}"),
    ),
    ...when(
      phones.some((phone) => !isOwnPhone(phone)),
      error('foreign-phone', "It holds a telephone number that is not the clinic's: use {phone}"),
    ),
    ...when(
      asksForOptOutWord(plain),
      error(
        'opt-out-word',
        'It offers a word that carriers read as an opt-out (CANCEL, END): only STOP may mean that, and never a visit',
      ),
    ),
    ...when(
      categoryOf(name) !== 'marketing' && promotes(plain),
      warning('marketing', 'It may read as marketing, which needs an agreement of its own'),
    ),
  ];
};

/** Who writes, how to stop, what to do in an emergency, and how to answer. */
const frameFindings = (name: TemplateName, words: string): readonly Finding[] => {
  const hasWord = (word: string) => new RegExp(`(?<![\\w{])${word}(?![\\w}])`).test(words);
  const says = !tokensIn(words).has('clinicName') ? 'It does not say which clinic writes: {clinicName}' : undefined;
  const brand = says && (MAY_COME_FIRST.has(name) ? error('no-brand', says) : warning('no-brand', says));
  const stop = 'It does not say how to stop: "Reply STOP to stop"';
  return [
    ...(brand === undefined ? [] : [brand]),
    ...when(MUST_SAY_STOP.has(name) && !hasWord('STOP'), error('no-opt-out', stop)),
    ...when(SHOULD_SAY_STOP.has(name) && !hasWord('STOP'), warning('no-opt-out', stop)),
    ...when(
      SHOULD_SAY_911.has(name) && !hasWord('911'),
      warning('no-911', 'It does not say to call 911 in an emergency'),
    ),
    ...(SPOKEN[name] ?? [])
      .filter((word) => !hasWord(word))
      .map((word) => error('missing-words', `It has to name ${word}: answers are read by it`)),
  ];
};

const lengthFindings = (
  given: string,
  longest: string,
  { encoding, segments, characters, priceMicros }: Segmentation & Pick<Lint, 'priceMicros'>,
): readonly Finding[] => {
  const changed = [...new Set([...given.trim().normalize('NFC')].filter((character) => !isGsm7(character)))];
  const written = changed.filter((character) => toGsm7(character) !== character);
  const dollars = `${(priceMicros / 1_000_000).toFixed(4)} dollars`;
  return [
    ...when(
      written.length > 0,
      warning(
        'transliterated',
        `Written as a telephone writes it: ${written.map((from) => `${from} as ${toGsm7(from) || 'nothing'}`).join(', ')}`,
      ),
    ),
    ...when(encoding === 'UCS-2', warning('ucs-2', `${characters.join(' ')} more than halves what fits into a part`)),
    ...when(segments > 1, warning('several-parts', `Up to ${segments} parts, ${dollars} a text; one part is the aim`)),
    ...when(longest.length > carrierMost, error('too-long', `No carrier takes more than ${carrierMost} characters`)),
  ];
};
