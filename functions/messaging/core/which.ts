import { foldWords } from '../../platform/fold.ts';
import { EXERCISE_QUESTION, PAIN_QUESTION, readNumber } from './answers.ts';
import { type Classification, classify, type Intent, type OpenQuestion } from './replies.ts';
import { keywordForms } from './reply-words.ts';

/** A question of ours that waits for an answer. */
export interface Asked {
  readonly kind: Exclude<OpenQuestion, 'none'>;
}

/** A question that a reply may have answered, and how it would be read then. */
export interface Candidate<Question> {
  readonly question: Question;
  readonly classification: Classification;
}

export type Understanding<Question extends Asked> =
  /** Read; `question` is the one it answers, if any. */
  | { readonly kind: 'read'; readonly classification: Classification; readonly question?: Question | undefined }
  /** It answers one of these, and nobody can tell which: the patient is asked. */
  | { readonly kind: 'which'; readonly candidates: readonly Candidate<Question>[] };

/** What the law and safety want read whatever is open. */
const COMES_FIRST: ReadonlySet<Intent> = new Set(['red_flag', 'opt_out', 'help', 'opt_in']);
const ABOUT_A_VISIT: ReadonlySet<Intent> = new Set(['confirm', 'reschedule', 'cancel_visit']);

/**
 * Understands a reply in a thread in which any number of questions may be open, on a phone that any number of people may
 * use. Where it could answer two, or the one of somebody who shares the phone, nothing is guessed.
 */
export const understand = <Question extends Asked>({
  body,
  questions,
  people,
}: {
  readonly body: string;
  /** Oldest first. */
  readonly questions: readonly Question[];
  /** How many patients have the number. */
  readonly people: number;
}): Understanding<Question> => {
  const readings = questions.map((question) => ({ question, classification: classify({ body, open: question.kind }) }));
  const latest = readings.at(-1);
  if (latest === undefined) return { kind: 'read', classification: classify({ body, open: 'none' }) };
  if (COMES_FIRST.has(latest.classification.intent)) return { kind: 'read', classification: latest.classification };

  const candidates = readings.filter((reading) => isAnswered(body, reading));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1 && people <= 1) return { kind: 'read', ...only };
  if (candidates.some(({ classification }) => classification.intent !== 'other')) return { kind: 'which', candidates };
  const { classification } = readings.find((reading) => reading.classification.intent !== 'other') ?? latest;
  return { kind: 'read', classification };
};

/** A number off the scale of one question answers it too: that it fits another is no proof that the other was meant. */
const isAnswered = (body: string, { question: { kind }, classification }: Candidate<Asked>): boolean =>
  kind === 'confirm'
    ? ABOUT_A_VISIT.has(classification.intent)
    : readNumber(body, kind === 'pain' ? PAIN_QUESTION : EXERCISE_QUESTION).kind !== 'none';

/** The code of the nth thing we ask about, as our texts write it. A letter first, so that it is no answer to a question about a number. */
export const codeOf = (index: number): string => `V${index + 1}`;

const CODE = /^(?:(?:v|code|codigo|number|num|numero|option|opcion) ?)(\d)$/;
const ORDINALS = [
  'first, the first, first one, the first one, 1st, the 1st, primera, la primera, primero, el primero',
  'second, the second, second one, the second one, 2nd, the 2nd, segunda, la segunda, segundo, el segundo',
  'third, the third, third one, the third one, 3rd, the 3rd, tercera, la tercera, tercero, el tercero',
].map((words) => new Set(words.split(', ')));

/**
 * Which of `count` codes a reply names, from 0; undefined for anything else. A bare digit is one only where a number could
 * not be meant as an answer (`bareDigits`).
 */
export const codeIn = (
  body: string,
  { count, bareDigits }: { readonly count: number; readonly bareDigits: boolean },
): number | undefined => {
  for (const form of keywordForms(foldWords(body))) {
    const digit = CODE.exec(form)?.[1] ?? (bareDigits && /^\d$/.test(form) ? form : undefined);
    const index = digit === undefined ? ORDINALS.findIndex((words) => words.has(form)) : Number(digit) - 1;
    if (index >= 0 && index < count) return index;
  }
  return undefined;
};
