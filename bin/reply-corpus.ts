import {
  classify,
  INTENTS,
  type Intent,
  OPEN_QUESTIONS,
  type OpenQuestion,
} from '../functions/messaging/core/replies.ts';

/** One labelled reply: what a careful receptionist would say it asks for. */
export interface LabelledReply {
  readonly body: string;
  readonly open: OpenQuestion;
  readonly intent: Intent;
  readonly value: number | null;
}

const label = /^(?<intent>[a-z_]+)(?:=(?<value>\d+))?(?:@(?<open>[a-z]+))?$/;
const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
]);

const oneOf = <Name extends string>(names: readonly Name[], name: string | undefined): Name | undefined =>
  names.find((each) => each === name);

/**
 * Reads a line `label<TAB>text`: the label is the intent, `=` and a number for an answer, `@` and the question that is open,
 * if one is; in the text `\n`, `\r`, `\t` and `\\` stand for what cannot be in a line. Undefined for anything else.
 */
export const labelledReplyOf = (line: string): LabelledReply | undefined => {
  const tab = line.indexOf('\t');
  const parts = tab < 0 ? undefined : label.exec(line.slice(0, tab))?.groups;
  const intent = oneOf(INTENTS, parts?.intent);
  const open = oneOf(OPEN_QUESTIONS, parts?.open ?? 'none');
  if (intent === undefined || open === undefined || (intent === 'answer') !== (parts?.value !== undefined))
    return undefined;
  const body = line.slice(tab + 1).replace(/\\([nrt\\])/g, (_, letter: string) => escapes.get(letter) ?? '');
  return { body, open, intent, value: parts?.value === undefined ? null : Number(parts.value) };
};

/** How often an intent was found where it was, and where it was not. */
export interface IntentScore {
  readonly labelled: number;
  readonly found: number;
  readonly falseAlarms: number;
}

export interface Score {
  readonly replies: number;
  /** Read exactly as labelled, the number of an answer included. */
  readonly correct: number;
  readonly intents: Readonly<Record<string, IntentScore>>;
}

/** Reads every reply and counts. The words stay out of it: a score can be shown to anybody. */
export const scoreOf = (corpus: readonly LabelledReply[]): Score => {
  const read = corpus.map((reply) => ({ reply, result: classify(reply) }));
  const count = (counts: (one: (typeof read)[number]) => boolean): number => read.filter(counts).length;
  return {
    replies: corpus.length,
    correct: count(({ reply, result }) => reply.intent === result.intent && reply.value === result.value),
    intents: Object.fromEntries(
      INTENTS.map((intent) => [
        intent,
        {
          labelled: count(({ reply }) => reply.intent === intent),
          found: count(({ reply, result }) => reply.intent === intent && result.intent === intent),
          falseAlarms: count(({ reply, result }) => reply.intent !== intent && result.intent === intent),
        },
      ]),
    ),
  };
};
