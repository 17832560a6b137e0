import { foldWords } from '../../platform/fold.ts';
import { isConfirmation } from './coming-words.ts';
import { asksForNothingElse, withoutOptOut } from './opt-out-words.ts';
import { isOptIn, isOptOutKeyword, isStopSign, keywordForms, visitWishOf } from './reply-words.ts';

export { saysWrongNumber } from './opt-out-words.ts';

/**
 * Whether an opt-out, opt-in or yes is all that a text says, politeness aside. Where it is not, a human must read the rest:
 * "Stop texting and call me, my meds ran out".
 */
export const saysNothingElse = (body: string): boolean => {
  const forms = keywordForms(foldWords(body));
  return (
    isOptOutKeyword(forms) ||
    isOptIn(forms, body) ||
    isConfirmation(forms, body) ||
    isStopSign(body) ||
    asksForNothingElse(body)
  );
};

/** Whether an opt-out asks for the visit's end, or for another time, in words of its own: "Cancel my visit and stop texting me". */
export const speaksOfVisitToo = (body: string): boolean => visitWishOf(withoutOptOut(body)) !== undefined;
