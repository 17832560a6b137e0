import type * as z from 'zod';
import type { FieldFault } from '../../web/booking/pages.ts';
import { answersOfFields, readAnswers } from '../intake/core/answers.ts';
import { type Screening, screen } from '../intake/core/screening.ts';
import { requireBornInThePast } from '../intake/patients.ts';
import { marketingConsent, textsConsent } from '../messaging/core/consent-wording.ts';
import type { Caller } from '../platform/actor.ts';
import { Problem } from '../platform/problem.ts';
import type { Choice } from './booking-offer.ts';
import { selfBookBody } from './contract/public.ts';
import type { SelfBookInput } from './self-book.ts';

/** Reading the fields of the booking pages into the request that programs send, and its faults back to the fields. */

export type Fields = Readonly<Record<string, string>>;

const withoutCode = selfBookBody.omit({ phoneCode: true });
/** All of a booking but the code. */
export type BookingDetails = z.output<typeof withoutCode>;

export interface ReadDetails {
  /** Undefined while something about the person is wrong. */
  readonly details: BookingDetails | undefined;
  readonly faults: readonly FieldFault[];
  readonly answerFaults: readonly { readonly questionId: string; readonly message: string }[];
  readonly screening: Screening;
}

/** A number as people write it, in E.164 if it is a North American one. */
export const phoneOf = (typed: string): string => {
  const digits = typed.replaceAll(/\D/g, '');
  if (typed.trim().startsWith('+') && !digits.startsWith('1')) return typed.trim();
  return digits.length === 11 && digits.startsWith('1') ? `+${digits}` : `+1${digits}`;
};

/** The date of the three fields, or the text of them where they are none, for the schema to refuse. */
const birthDateOf = ({ birthYear = '', birthMonth = '', birthDay = '' }: Fields): string =>
  [birthYear.trim(), birthMonth.trim().padStart(2, '0'), birthDay.trim().padStart(2, '0')].join('-');

const wrong: Readonly<Record<string, string>> = {
  givenName: 'Write your first name',
  familyName: 'Write your last name',
  birthDate: 'Write your date of birth, like March 9 1975',
  phone: 'Write a US or Canadian number with its area code',
};

/**
 * Reads who, when and what was answered.
 * @throws Problem `bad-input` for fields no page of ours sends like that
 */
export const readDetails = (caller: Caller, choice: Choice, fields: Fields): ReadDetails => {
  const { clinic, type, modality, state, zone } = choice;
  const intake = answersOfFields(fields);
  const { answers, faults: found } = readAnswers(intake);
  const parsed = withoutCode.safeParse({
    typeId: type.id,
    providerId: fields.providerId,
    start: fields.start,
    modality,
    ...(fields.holdId === undefined ? {} : { holdId: fields.holdId }),
    ...(state === undefined ? {} : { patientState: state }),
    patient: {
      givenName: fields.givenName ?? '',
      familyName: fields.familyName ?? '',
      birthDate: birthDateOf(fields),
      phone: phoneOf(fields.phone ?? ''),
      ...(modality === 'in-person' ? {} : { zone }),
      ...(fields.language === undefined ? {} : { language: fields.language }),
    },
    intake,
    consentToText: { granted: fields.consent === 'yes', ...textsConsent(clinic.name) },
    ...(fields.marketing === 'yes' ? { consentToMarketing: { granted: true, ...marketingConsent(clinic.name) } } : {}),
  });
  const wrongFields = parsed.success ? ageFault(caller, parsed.data, zone) : personFaults(parsed.error);
  const isAnswering = type.requiredForm === 'pre-visit' || Object.keys(intake).length > 0;
  return {
    details: parsed.success && wrongFields.length === 0 ? parsed.data : undefined,
    faults: wrongFields.map((field) => ({ field, message: wrong[field] ?? 'Check this' })),
    answerFaults: isAnswering ? found : [],
    screening: screen(answers),
  };
};

const personFaults = ({ issues }: z.ZodError): readonly string[] => {
  const names = new Set(
    issues.map(({ path: [part, name] }) => {
      if (part === 'patient' && typeof name === 'string' && name in wrong) return name;
      throw new Problem('bad-input', 'Please start again.');
    }),
  );
  return Object.keys(wrong).filter((name) => names.has(name));
};

const ageFault = (caller: Caller, { patient }: BookingDetails, zone: string): readonly string[] => {
  try {
    requireBornInThePast(caller, { ...patient, zone });
    return [];
  } catch (error) {
    if (error instanceof Problem && error.code === 'bad-input') return ['birthDate'];
    throw error;
  }
};

/** The code as it was typed, spaces forgiven; undefined where it cannot be one. */
export const codeOfFields = ({ phoneCode = '' }: Fields): string | undefined => {
  const digits = phoneCode.replaceAll(/[\s-]/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
};

/** The whole request, as programs send it. */
export const withCode = (details: BookingDetails, phoneCode: string): SelfBookInput => ({ ...details, phoneCode });
