import { type Answers, type AnswerValue, formQuestions, type Question, scaleRange } from './form.ts';

/** What is wrong with one answer, for the person who gave it. */
export interface AnswerFault {
  /** A question's id, or the name of a field that is none. */
  readonly questionId: string;
  readonly message: string;
}

/** Answers as far as they are sound, and what is wrong with the rest. */
export interface ReadAnswers {
  readonly answers: Answers;
  readonly faults: readonly AnswerFault[];
}

type Read = { readonly value: AnswerValue | undefined } | { readonly fault: string };

const faultOf = {
  'yes-no': 'Choose yes or no',
  choice: 'Choose one of the answers',
  scale: `Choose a number from ${scaleRange.least} to ${scaleRange.most}`,
  text: 'Write this as plain text',
} as const;

const plainText = /^(?:[^\p{Cc}]|[\n\r\t])*$/u;

const readOne = (question: Question, given: unknown): Read => {
  const fault = { fault: faultOf[question.kind] };
  switch (question.kind) {
    case 'yes-no':
      return typeof given === 'boolean' ? { value: given } : fault;
    case 'choice':
      return question.options.some((option) => option.id === given) ? { value: String(given) } : fault;
    case 'scale':
      return typeof given === 'number' &&
        Number.isInteger(given) &&
        given >= scaleRange.least &&
        given <= scaleRange.most
        ? { value: given }
        : fault;
    case 'text': {
      if (typeof given !== 'string' || !plainText.test(given) || !given.isWellFormed()) return fault;
      const text = given.trim();
      if (text.length > question.maxLength) return { fault: `Write at most ${question.maxLength} characters` };
      return { value: text === '' ? undefined : text };
    }
  }
};

/**
 * Checks answers as an API caller sends them: yes-no as booleans, choices by option id, scales as whole numbers. An
 * absent answer and null are the same. Never throws.
 */
export const readAnswers = (given: Readonly<Record<string, unknown>>): ReadAnswers => {
  const faults: AnswerFault[] = [];
  const answers: [string, AnswerValue][] = [];
  const known = new Set(formQuestions.map((question) => question.id));
  for (const question of formQuestions) {
    const raw = Object.hasOwn(given, question.id) ? given[question.id] : undefined;
    const read: Read = raw === undefined || raw === null ? { value: undefined } : readOne(question, raw);
    if ('fault' in read) faults.push({ questionId: question.id, message: read.fault });
    else if (read.value !== undefined) answers.push([question.id, read.value]);
    else if (question.required) faults.push({ questionId: question.id, message: faultOf[question.kind] });
  }
  for (const name of Object.keys(given)) {
    if (!known.has(name)) faults.push({ questionId: name.slice(0, 60), message: 'There is no such question' });
  }
  return { answers: Object.fromEntries(answers) as Answers, faults };
};

/** The fields of a submitted page as `readAnswers` takes them; what does not fit stays as it is and is found there. */
export const answersOfFields = (fields: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => {
  const given: [string, unknown][] = [];
  for (const question of formQuestions) {
    const field = Object.hasOwn(fields, question.id) ? fields[question.id] : undefined;
    if (field === undefined || field === '') continue;
    given.push([question.id, valueOfField(question, field)]);
  }
  return Object.fromEntries(given);
};

const valueOfField = (question: Question, field: string): unknown => {
  if (question.kind === 'yes-no') return field === 'yes' ? true : field === 'no' ? false : field;
  if (question.kind === 'scale') return /^\d{1,2}$/.test(field) ? Number(field) : field;
  // Browsers send line ends as two characters; stored text has one.
  return field.replaceAll('\r\n', '\n');
};

/** The reverse: saved answers as a page's fields hold them. */
export const fieldsOfAnswers = (answers: Answers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(answers).map(([id, value]) => [id, value === true ? 'yes' : value === false ? 'no' : String(value)]),
  );
