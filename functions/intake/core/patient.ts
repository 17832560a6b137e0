import { foldWords } from '../../platform/fold.ts';
import type { Id } from '../../platform/ids.ts';

/** A person the clinic treats. */
export interface Patient {
  readonly id: Id<'patient'>;
  readonly clinicId: Id<'clinic'>;
  readonly givenName: string;
  readonly familyName: string;
  /** `1984-02-29`. */
  readonly birthDate: string;
  /** E.164; the number texts go to. Two patients may share one (a parent's). */
  readonly phone: string;
  /** IANA zone in which times are shown and quiet hours are judged. */
  readonly zone: string;
  /** Where the patient lives, `CO`; a visit's own location is asked at the visit. */
  readonly state?: string | undefined;
  /** Where calendar invitations go. Whoever gives none gets none. */
  readonly email?: string | undefined;
  /** The language they are texted in. @default the clinic's */
  readonly language?: 'en' | 'es' | undefined;
  readonly rev: number;
}

/** What is asked of a new patient. */
export type PatientDetails = Pick<
  Patient,
  'givenName' | 'familyName' | 'birthDate' | 'phone' | 'zone' | 'state' | 'email' | 'language'
>;

/** Letters that Unicode does not decompose, as people without them on their keyboard type them. */
const plainLetters: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ł', 'l'],
  ['ħ', 'h'],
  ['ı', 'i'],
  ['þ', 'th'],
]);
const foldableLetters = new RegExp(`[${[...plainLetters.keys()].join('')}]`, 'gu');

/**
 * A name as it is searched and compared: no case, diacritics, apostrophes or punctuation, hyphens as spaces.
 * `García-López` is `garcia lopez`, `O’Brien` is `obrien`, `Søren` is `soren`.
 */
export const foldName = (name: string): string =>
  foldWords(name).replace(foldableLetters, (letter) => plainLetters.get(letter) ?? letter);

/** How a patient is sorted in the search by name: family name first. */
export const nameKey = (name: Pick<Patient, 'familyName' | 'givenName'>): string =>
  `${foldName(name.familyName)} ${foldName(name.givenName)}`;

/** The two ways to read a typed name as the beginning of a sort key: as typed, and with the last word as family name. */
export const nameReadings = (typed: string): { readonly asTyped: string; readonly familyLast?: string } => {
  const comma = typed.indexOf(',');
  if (comma >= 0) {
    return { asTyped: [foldName(typed.slice(0, comma)), foldName(typed.slice(comma + 1))].join(' ').trim() };
  }
  const asTyped = foldName(typed);
  const space = asTyped.lastIndexOf(' ');
  return space < 0 ? { asTyped } : { asTyped, familyLast: `${asTyped.slice(space + 1)} ${asTyped.slice(0, space)}` };
};

/** Whether two given names are the same person's as far as spelling goes (`Ana María`, `ANA-MARIA`, `Ana`). */
export const isSameGivenName = (one: string, other: string): boolean => {
  const [a, b] = [foldName(one), foldName(other)];
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
};

/** What makes two registrations the same person: phone, birth date and family name. */
export const identityText = (person: Pick<Patient, 'phone' | 'birthDate' | 'familyName'>): string =>
  [person.phone, person.birthDate, foldName(person.familyName)].join('|');
