/**
 * The pre-visit form of a spine clinic, as data: pages, the API and the screening all read it from here.
 *
 * The first section is the red-flag screening (IFOMPT framework, Finucane et al., JOSPT 2020;50:350-372, and general
 * emergency guidance). Its wording and the dispositions in screening.ts are signed off by a US-licensed clinician
 * before use, and again whenever {@link formVersion} rises.
 */

/** Version of the questions; stored with every set of answers. */
export const formVersion = '2026-11-22.1';

interface QuestionCommon {
  /** Stable; the key of its answer. */
  readonly id: string;
  readonly text: string;
  /** A second line in plain words. */
  readonly hint?: string;
  readonly required: boolean;
}

export interface YesNoQuestion extends QuestionCommon {
  readonly kind: 'yes-no';
}

export interface ChoiceQuestion extends QuestionCommon {
  readonly kind: 'choice';
  readonly options: readonly { readonly id: string; readonly text: string }[];
}

/** A whole number from 0 to 10. */
export interface ScaleQuestion extends QuestionCommon {
  readonly kind: 'scale';
  readonly lowText: string;
  readonly highText: string;
}

export interface TextQuestion extends QuestionCommon {
  readonly kind: 'text';
  readonly maxLength: number;
}

export type Question = YesNoQuestion | ChoiceQuestion | ScaleQuestion | TextQuestion;

export interface FormSection {
  readonly id: string;
  readonly title: string;
  readonly lead?: string;
  readonly questions: readonly Question[];
}

/** The ends of a scale question. */
export const scaleRange = { least: 0, most: 10 } as const;

export const formSections = [
  {
    id: 'safety',
    title: 'First, your safety',
    lead: 'A few rare conditions need care sooner than your visit. Please answer every question in this part.',
    questions: [
      {
        id: 'bladder-bowel',
        kind: 'yes-no',
        required: true,
        text: 'Do you have new trouble passing urine, no longer feel when you need to go, or have you lost control of your bladder or bowels?',
      },
      {
        id: 'saddle-numbness',
        kind: 'yes-no',
        required: true,
        text: 'Do you have new numbness around your genitals, buttocks or inner thighs, or have you lost sexual feeling?',
        hint: 'The area that would touch a saddle.',
      },
      {
        id: 'both-legs',
        kind: 'yes-no',
        required: true,
        text: 'Do you have new pain, numbness or weakness in both legs?',
      },
      {
        id: 'weakness',
        kind: 'choice',
        required: true,
        text: 'Is an arm or leg weak, a foot dragging, your hands clumsy or your walking unsteady?',
        options: [
          { id: 'none', text: 'No' },
          { id: 'steady', text: 'Yes, about the same for a week or more' },
          { id: 'worse', text: 'Yes, and it started or got worse in the last few days' },
        ],
      },
      {
        id: 'injury',
        kind: 'choice',
        required: true,
        text: 'Did this begin with a fall, accident or blow?',
        options: [
          { id: 'none', text: 'No' },
          { id: 'minor', text: 'Yes, a minor one, such as a stumble or a fall from standing' },
          { id: 'major', text: 'Yes, a serious one, such as a car crash or a fall from a height' },
        ],
      },
      {
        id: 'fragile-bones',
        kind: 'yes-no',
        required: true,
        text: 'Are you 65 or older, or do you have osteoporosis, take steroid tablets for months, or have you broken a bone from a minor fall?',
      },
      {
        id: 'fever',
        kind: 'choice',
        required: true,
        text: 'Have you had fever, chills or night sweats along with your pain?',
        options: [
          { id: 'none', text: 'No' },
          { id: 'well', text: 'Yes, but I feel well otherwise' },
          { id: 'unwell', text: 'Yes, and I feel very ill, faint or confused' },
        ],
      },
      {
        id: 'cancer',
        kind: 'yes-no',
        required: true,
        text: 'Have you ever had cancer?',
      },
      {
        id: 'chest',
        kind: 'yes-no',
        required: true,
        text: 'Do you have chest pain, trouble breathing, or have you fainted?',
      },
      {
        id: 'sudden-severe',
        kind: 'yes-no',
        required: true,
        text: 'Did a sudden, severe pain begin in the last few days: tearing pain in the back or belly, or the worst headache or neck pain of your life?',
      },
    ],
  },
  {
    id: 'pain',
    title: 'Your pain',
    questions: [
      {
        id: 'pain-now',
        kind: 'scale',
        required: true,
        text: 'How strong is your pain right now?',
        lowText: 'No pain',
        highText: 'Worst pain imaginable',
      },
      {
        id: 'pain-place',
        kind: 'choice',
        required: true,
        text: 'Where does it bother you most?',
        options: [
          { id: 'neck', text: 'Neck' },
          { id: 'upper-back', text: 'Upper back' },
          { id: 'lower-back', text: 'Lower back' },
          { id: 'arm', text: 'Arm or shoulder' },
          { id: 'leg', text: 'Leg or hip' },
          { id: 'other', text: 'Somewhere else' },
        ],
      },
      {
        id: 'pain-since',
        kind: 'choice',
        required: true,
        text: 'How long has it lasted?',
        options: [
          { id: 'under-6-weeks', text: 'Less than 6 weeks' },
          { id: '6-to-12-weeks', text: '6 to 12 weeks' },
          { id: 'over-12-weeks', text: 'More than 12 weeks' },
        ],
      },
    ],
  },
  {
    id: 'about-you',
    title: 'Anything we should know',
    questions: [
      {
        id: 'limits',
        kind: 'text',
        required: false,
        text: 'What does it keep you from doing?',
        maxLength: 1000,
      },
      {
        id: 'medicines',
        kind: 'text',
        required: false,
        text: 'Which medicines do you take?',
        maxLength: 1000,
      },
      {
        id: 'anything-else',
        kind: 'text',
        required: false,
        text: 'Is there anything else you want us to know before the visit?',
        maxLength: 2000,
      },
    ],
  },
] as const satisfies readonly FormSection[];

/** All questions in the order they are asked. */
export const formQuestions: readonly Question[] = formSections.flatMap(
  (section: FormSection): readonly Question[] => section.questions,
);

/** What a question of each kind is answered with. */
interface AnswerByKind {
  readonly 'yes-no': boolean;
  readonly choice: string;
  readonly scale: number;
  readonly text: string;
}

type DeclaredQuestion = (typeof formSections)[number]['questions'][number];
type AnswerOf<Q> = Q extends { readonly options: readonly { readonly id: infer Option }[] }
  ? Option
  : Q extends { readonly kind: infer Kind extends keyof AnswerByKind }
    ? AnswerByKind[Kind]
    : never;

/** Validated answers by question id. Partial: optional questions, and forms saved because they could not wait. */
export type Answers = {
  readonly [Q in DeclaredQuestion as Q['id']]?: AnswerOf<Q>;
};

export type AnswerValue = boolean | number | string;
