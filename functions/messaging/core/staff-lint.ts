import { foldWords } from '../../platform/fold.ts';
import { tellsOfCare } from './care-words.ts';
import { asksForOptOutWord, hostOf, isShortLink, linksIn, promotes } from './text-content.ts';

export const STAFF_WARNING_NAMES = [
  'patient-name',
  'birth-date',
  'id-number',
  'diagnosis',
  'link-shortener',
  'link',
  'reply-cancel',
  'promotes',
] as const;
export type StaffWarning = (typeof STAFF_WARNING_NAMES)[number];

/** What staff should not write in a text, which anybody may read who holds the phone. Each is a warning: they may know better. */
export const STAFF_WARNINGS: Readonly<Record<StaffWarning, string>> = {
  'patient-name': 'It names a patient: whoever holds the phone can read it',
  'birth-date': 'It holds the birth date of a patient',
  'id-number': 'It holds what looks like a social security or card number',
  diagnosis: 'It says what somebody is treated for: send a link or call',
  'link-shortener': 'Carriers drop texts with such short links',
  link: 'It holds a link that is not one of the clinic’s: patients are told not to follow those',
  'reply-cancel': 'Carriers read CANCEL, END and QUIT as an opt-out: ask for another word',
  promotes: 'It offers something: that needs an agreement to marketing in writing',
};

/** Whom the number belongs to: what is not to be said of them. */
export interface Person {
  readonly givenName: string;
  readonly familyName: string;
  /** `1984-02-29` */
  readonly birthDate: string;
}

const ID_NUMBER = /\b\d{3}-\d{2}-\d{4}\b|\b(?:\d[ -]?){13,19}\b/;

/** The warnings that a text calls for, in the order of the table. `ownLink` is the address the clinic's own links begin with. */
export const warningsOf = (
  words: string,
  { people, ownLink }: { readonly people: readonly Person[]; readonly ownLink?: string | undefined },
): readonly StaffWarning[] => {
  const folded = ` ${foldWords(words)} `;
  const links = linksIn(words);
  const says = (name: string): boolean => name !== '' && folded.includes(` ${foldWords(name)} `);
  const found: Readonly<Record<StaffWarning, boolean>> = {
    'patient-name': people.some(({ givenName, familyName }) => says(familyName) || says(givenName)),
    'birth-date': people.some(({ birthDate }) => birthDatesOf(birthDate).some((date) => folded.includes(` ${date} `))),
    'id-number': ID_NUMBER.test(words),
    diagnosis: tellsOfCare(words),
    'link-shortener': links.some(isShortLink),
    link: links.some((link) => ownLink === undefined || hostOf(link) !== hostOf(ownLink)),
    'reply-cancel': asksForOptOutWord(words),
    promotes: promotes(words),
  };
  return STAFF_WARNING_NAMES.filter((warning) => found[warning]);
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const LONG_MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const;

/** A birth date as people write it, folded to words. */
const birthDatesOf = (birthDate: string): readonly string[] => {
  const [year = '', month = '', day = ''] = birthDate.split('-');
  const [m, d] = [String(Number(month)), String(Number(day))];
  const names = [MONTHS[Number(month) - 1], LONG_MONTHS[Number(month) - 1]];
  const numbers = [month, m].flatMap((a) =>
    [day, d].flatMap((b) => [`${a} ${b} ${year}`, `${a} ${b} ${year.slice(2)}`]),
  );
  const words = names.flatMap((name) => [`${name} ${d} ${year}`, `${d} ${name} ${year}`]);
  return [`${year} ${month} ${day}`, ...numbers, ...words];
};
