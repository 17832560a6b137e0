import { RED_FLAG_RULE_SET, type RedFlagGroup, screenText } from '../../care/core/red-flags.ts';
import { type Answers, formQuestions, formVersion } from './form.ts';

/** How soon a human must act, most urgent first. */
export const dispositions = ['EMERGENCY', 'SAME_DAY', 'ROUTINE'] as const;
export type Disposition = (typeof dispositions)[number];

/** One finding: the rule's stable name, never the patient's words. */
export interface ScreeningFlag {
  readonly group: RedFlagGroup;
  readonly rule: string;
  readonly disposition: 'EMERGENCY' | 'SAME_DAY';
}

export interface Screening {
  readonly disposition: Disposition;
  readonly flags: readonly ScreeningFlag[];
  /** Which questions and which rules for free text judged it. */
  readonly ruleVersion: string;
}

interface Rule extends ScreeningFlag {
  readonly holds: (answers: Answers) => boolean;
}

const hasNeurologicalSign = (answers: Answers): boolean =>
  answers['bladder-bowel'] === true ||
  answers['saddle-numbness'] === true ||
  answers['both-legs'] === true ||
  answers.weakness === 'steady' ||
  answers.weakness === 'worse';

/**
 * The table. Any rule that holds flags; the most urgent disposition wins. A cluster that raises urgency is a rule of its
 * own, so that its name tells the clinician why.
 */
const rules: readonly Rule[] = [
  {
    group: 'cauda-equina',
    rule: 'bladder or bowel change',
    disposition: 'EMERGENCY',
    holds: (answers) => answers['bladder-bowel'] === true,
  },
  {
    group: 'cauda-equina',
    rule: 'saddle or genital numbness',
    disposition: 'EMERGENCY',
    holds: (answers) => answers['saddle-numbness'] === true,
  },
  {
    group: 'cauda-equina',
    rule: 'both legs affected',
    disposition: 'EMERGENCY',
    holds: (answers) => answers['both-legs'] === true,
  },
  {
    group: 'neurological-deficit',
    rule: 'weakness new or worse within days',
    disposition: 'EMERGENCY',
    holds: (answers) => answers.weakness === 'worse',
  },
  {
    group: 'neurological-deficit',
    rule: 'weakness, steady',
    disposition: 'SAME_DAY',
    holds: (answers) => answers.weakness === 'steady',
  },
  {
    group: 'fracture',
    rule: 'serious injury',
    disposition: 'EMERGENCY',
    holds: (answers) => answers.injury === 'major',
  },
  {
    group: 'fracture',
    rule: 'minor injury with fragile bones',
    disposition: 'SAME_DAY',
    holds: (answers) => answers.injury === 'minor' && answers['fragile-bones'] === true,
  },
  {
    group: 'infection',
    rule: 'fever and very ill',
    disposition: 'EMERGENCY',
    holds: (answers) => answers.fever === 'unwell',
  },
  {
    group: 'infection',
    rule: 'fever with a neurological sign',
    disposition: 'EMERGENCY',
    holds: (answers) => answers.fever === 'well' && hasNeurologicalSign(answers),
  },
  {
    group: 'infection',
    rule: 'fever with spine pain',
    disposition: 'SAME_DAY',
    holds: (answers) => answers.fever === 'well',
  },
  {
    group: 'malignancy',
    rule: 'cancer history with a neurological sign',
    disposition: 'EMERGENCY',
    holds: (answers) => answers.cancer === true && hasNeurologicalSign(answers),
  },
  {
    group: 'malignancy',
    rule: 'cancer history with spine pain',
    disposition: 'SAME_DAY',
    holds: (answers) => answers.cancer === true,
  },
  {
    group: 'cardiopulmonary',
    rule: 'chest pain, breathlessness or fainting',
    disposition: 'EMERGENCY',
    holds: (answers) => answers.chest === true,
  },
  {
    group: 'vascular',
    rule: 'sudden severe pain',
    disposition: 'EMERGENCY',
    holds: (answers) => answers['sudden-severe'] === true,
  },
];

const textQuestionIds = new Set(
  formQuestions.filter((question) => question.kind === 'text').map((question) => question.id),
);

const ruleVersion = `form ${formVersion}, text ${RED_FLAG_RULE_SET}`;

/**
 * Screens answers, as far as they are given, for red flags: the questions by their table, free text by the rules for
 * texts. No answer lowers what another found. Supports a clinician's review; it diagnoses nothing.
 */
export const screen = (answers: Answers): Screening => {
  const fromQuestions = rules
    .filter((rule) => rule.holds(answers))
    .map(({ group, rule, disposition }) => ({ group, rule, disposition }));
  const texts = Object.entries(answers)
    .filter(([questionId]) => textQuestionIds.has(questionId))
    .map(([, text]) => String(text));
  // Text by text, so that "no" at the end of one never clears the beginning of the next.
  const fromTexts = texts.flatMap((text) => screenText(text).flags);
  const flags = [...new Map([...fromQuestions, ...fromTexts].map((flag) => [flag.rule, flag])).values()];
  const disposition =
    dispositions.find((candidate) => flags.some((flag) => flag.disposition === candidate)) ?? 'ROUTINE';
  return { disposition, flags, ruleVersion };
};

/** The flags of `now` that `before` did not have: what makes a second look necessary. */
export const newFlags = (before: readonly ScreeningFlag[], now: readonly ScreeningFlag[]): readonly ScreeningFlag[] => {
  const known = new Set(before.map((flag) => flag.rule));
  return now.filter((flag) => !known.has(flag.rule));
};
