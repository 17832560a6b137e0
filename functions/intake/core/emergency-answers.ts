import { answersOfFields } from './answers.ts';
import { formQuestions } from './form.ts';
import { screen } from './screening.ts';

/** Answers that are an emergency alone, as the fields of a page hold them: `questionId=value`. */
export const emergencyAnswers: ReadonlySet<string> = new Set(
  formQuestions.flatMap((question) => {
    const values =
      question.kind === 'choice'
        ? question.options.map((option) => option.id)
        : question.kind === 'yes-no'
          ? ['yes', 'no']
          : [];
    return values
      .filter((value) => {
        const alone = answersOfFields({ [question.id]: value });
        return screen(alone).disposition === 'EMERGENCY';
      })
      .map((value) => `${question.id}=${value}`);
  }),
);
