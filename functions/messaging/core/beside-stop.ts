import { foldWords } from '../../platform/fold.ts';
import {
  asksForAnotherTime,
  asksToCancelVisit,
  isConfirmation,
  isOptInKeyword,
  isOptOutKeyword,
  isStopSign,
  keywordForms,
  sentencesOf,
  WRONG_NUMBER,
  withoutConsentWords,
} from './reply-words.ts';

/**
 * Whether an opt-out, opt-in or yes is all that a text says, politeness aside. Where it is not, a human must read the rest:
 * "Stop texting and call me, my meds ran out".
 */
export const saysNothingElse = (body: string): boolean => {
  const forms = keywordForms(foldWords(body));
  if (isOptOutKeyword(forms) || isOptInKeyword(forms) || isConfirmation(forms, body) || isStopSign(body)) return true;
  const sentences = sentencesOf(body);
  return sentences.length > 0 && sentences.every(isWhollyConsentWords);
};

const isWhollyConsentWords = (sentence: string): boolean => {
  const left = withoutConsentWords(sentence);
  const forms = keywordForms(left);
  return left === '' || forms.at(1) === '' || isOptOutKeyword(forms) || isOptInKeyword(forms);
};

/** Whether an opt-out asks for the visit's end, or for another time, in words of its own: "Cancel my visit and stop texting me". */
export const speaksOfVisitToo = (body: string): boolean => {
  const left = withoutConsentWords(foldWords(body));
  return asksToCancelVisit(left) || asksForAnotherTime(left);
};

/** Whether a text says that the number is not the patient's, or no longer: the record must be put right. */
export const saysWrongNumber = (body: string): boolean => WRONG_NUMBER.test(foldWords(body));
