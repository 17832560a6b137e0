import { screenText } from '../../care/core/red-flags.ts';
import { foldWords } from '../../platform/fold.ts';
import { EXERCISE_QUESTION, type NumberQuestion, PAIN_QUESTION, readNumber } from './answers.ts';
import { confirmsByName, isConfirmation, saysYes } from './coming-words.ts';
import { asksForNoMoreTexts, turnsItRound } from './opt-out-words.ts';
import {
  afterRefusal,
  asksForHelp,
  isOptIn,
  isOptOutKeyword,
  isOptOutSentence,
  isReaction,
  isRescheduleKeyword,
  isStopSign,
  isVisitWord,
  keywordForms,
  ownWordsOf,
  sentencesOf,
  statementsOf,
  visitWishOf,
} from './reply-words.ts';

/** What a patient's text asks for. */
export const INTENTS = [
  'red_flag',
  'opt_out',
  'help',
  'opt_in',
  'confirm',
  'reschedule',
  'cancel_visit',
  'answer',
  'other',
] as const;
export type Intent = (typeof INTENTS)[number];

/** The question that is open in the thread: what our last text asked and nobody has answered yet. */
export const OPEN_QUESTIONS = ['confirm', 'pain', 'exercise', 'none'] as const;
export type OpenQuestion = (typeof OPEN_QUESTIONS)[number];

/** One reply, understood. `value` is a number for `answer` only; `why` names the rule in a sentence, never the patient's words. */
export interface Classification {
  readonly intent: Intent;
  readonly value: number | null;
  readonly why: string;
}

const is = (intent: Intent, why: string, value: number | null = null): Classification => ({ intent, value, why });

/**
 * Understands a patient's reply, English or Spanish. Pure, deterministic, never throws. The order is the safety case:
 *
 * 1. **red flags**, on the raw text, whatever else it says: a text may say STOP and still be an emergency. Only what a phone's
 *    reaction quotes is left out: those are our words, 911 and all;
 * 2. **opt-out**: whole-message keywords (47 CFR 64.1200(a)(10)'s and the carrier's, misspelled or not) and phrases a reasonable
 *    person would read so. A bare CANCEL or END is one; "cancel my appointment" is not;
 * 3. **help**, 4. **opt-in** (START and its kin; never a bare "yes", which answers a question or nothing);
 * 5. the **open question**; 6. **appointment intents** in words; else `other`: a human reads it. When two readings
 *    compete ("yes but can we move it") the one that asks for something wins; numbers that disagree are never guessed at.
 *
 * `C`, the word "confirm", and words of coming that name the visit mean it with or without an open question; a plain yes, or
 * "I'll be there", needs the question.
 */
export const classify = ({ body, open }: { readonly body: string; readonly open: OpenQuestion }): Classification => {
  const screening = screenText(ownWordsOf(body));
  const [flag] = screening.flags;
  if (flag !== undefined) return is('red_flag', `Red flag (${flag.group}): ${flag.rule}.`);
  if (isReaction(body)) return is('other', 'A phone reaction that quotes one of our texts.');

  const folded = foldWords(body);
  const forms = keywordForms(folded);
  return (
    optOut(body, forms) ??
    help(body, forms) ??
    optIn(body, forms) ??
    answerToOpenQuestion(body, folded, forms, open) ??
    appointmentIntent(body, forms) ??
    (confirmsByName(forms, folded, body)
      ? is('confirm', 'Confirms the visit by name, though no question is open.')
      : undefined) ??
    is('other', folded === '' ? 'Nothing in it to read.' : 'No rule applies: a human reads it.')
  );
};

/** Whether a text asks for no more texts, whatever else it says: one that `classify` reads as a red flag may say STOP besides. */
export const asksToStop = (body: string): boolean => {
  return !isReaction(body) && optOut(body, keywordForms(foldWords(body))) !== undefined;
};

const EVERYTHING = /\b(?:stopall|all|everything|anything|any|ever|todo|todos|todas|nada|ningun|ninguno|nunca)\b/;

/** Whether an opt-out asks for the end of every text, whatever the last one was about. */
export const asksToStopAll = (body: string): boolean => EVERYTHING.test(foldWords(body));

/** Whether an opt-out is a bare CANCEL, END or the like, which may have meant the visit: staff ask, and the visit stands till then. */
export const mayMeanVisit = (body: string): boolean => isVisitWord(keywordForms(foldWords(body)));

const optOut = (body: string, forms: readonly string[]): Classification | undefined => {
  if (isOptOutKeyword(forms)) return is('opt_out', 'The whole message is an opt-out keyword.');
  if (isStopSign(body)) return is('opt_out', 'The whole message is a stop sign.');
  if (asksForNoMoreTexts(body)) return is('opt_out', 'A phrase that asks for no more texts.');
  // The whole message has been compared already.
  const sentences = sentencesOf(body);
  return sentences.length > 1 && sentences.some(isOptOutSentence) && statementsOf(body).some(saysOptOut)
    ? is('opt_out', 'One sentence of the message is an opt-out keyword.')
    : undefined;
};

/** A clause that is an opt-out keyword, in a statement that does not turn it round ("I did not say 'STOP'"). */
const saysOptOut = (statement: string): boolean =>
  sentencesOf(statement).some(isOptOutSentence) && !turnsItRound(statement);

const help = (body: string, forms: readonly string[]): Classification | undefined =>
  asksForHelp(forms, body) ? is('help', 'The whole message is a help keyword, or asks how to answer.') : undefined;

const optIn = (body: string, forms: readonly string[]): Classification | undefined =>
  isOptIn(forms, body) ? is('opt_in', 'The whole message asks to be texted again.') : undefined;

const answerToOpenQuestion = (
  body: string,
  folded: string,
  forms: readonly string[],
  open: OpenQuestion,
): Classification | undefined => {
  switch (open) {
    case 'confirm':
      return confirmation(body, folded, forms);
    case 'pain':
      return numberAnswer(body, PAIN_QUESTION, '0-10 pain question');
    case 'exercise':
      return numberAnswer(body, EXERCISE_QUESTION, '0-7 exercise question');
    case 'none':
      return undefined;
  }
};

const confirmation = (body: string, folded: string, forms: readonly string[]): Classification | undefined => {
  if (isConfirmation(forms, body)) return is('confirm', 'A yes to the open question to confirm.');
  return (
    appointmentIntent(body, forms) ??
    (saysYes(folded, body)
      ? is('confirm', 'A yes to the open question to confirm, with courtesy and nothing else.')
      : undefined)
  );
};

const numberAnswer = (body: string, question: NumberQuestion, asked: string): Classification | undefined => {
  const reading = readNumber(body, question);
  switch (reading.kind) {
    case 'number':
      return is('answer', `One number, to the open ${asked}.`, reading.value);
    case 'out-of-range':
      return is('other', `A number outside the scale of the open ${asked}.`);
    case 'several':
      return is('other', `Several different numbers to the open ${asked}.`);
    case 'none':
      return undefined;
  }
};

const appointmentIntent = (body: string, forms: readonly string[]): Classification | undefined => {
  if (isRescheduleKeyword(forms)) return is('reschedule', 'The whole message is a keyword for another time.');
  switch (visitWishOf(foldWords(afterRefusal(body)))) {
    case 'move':
      return is('reschedule', 'Words that ask for another time.');
    case 'cancel':
      return is('cancel_visit', 'Words that cancel the visit.');
    case 'cannot-come':
      return is('reschedule', 'Words that say the time does not work.');
    case undefined:
      return undefined;
  }
};
