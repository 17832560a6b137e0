/**
 * How a number's throughput is shared out. A carrier takes so many message parts a second from a number (10DLC: one, unless the campaign's
 * rating raises it) and queues or refuses the rest, so a minute's sweep hands over no more than the number can carry in that minute. What is
 * left stays due. Each clinic has its own number and so its own turns: nobody waits for another.
 */

/** The sweeps share a number; a fifth is kept for what cannot wait: answers, codes, alerts, news of a visit. */
const SHARES = { reminders: 0.6, 'check-ins': 0.2 } as const;

export type PacedKind = keyof typeof SHARES;

const sweepSeconds = 60;

/** Parts a second that one sweep may hand over for a number. */
export const paceOf = (kind: PacedKind, partsPerSecond: number): number => partsPerSecond * SHARES[kind];

/** What one number has to send, in the order of its turns. */
export interface Line<Text> {
  readonly texts: readonly { readonly text: Text; readonly parts: number }[];
  /** Parts a second. */
  readonly pace: number;
}

export interface Turn<Text> {
  readonly text: Text;
  /** Whole seconds from now, less than a minute. */
  readonly delaySeconds: number;
}

/**
 * This minute's turns of every number, in order of time, those of one second dealt out number by number. However slow a number, one of its
 * texts goes each minute.
 */
export const turnsOf = <Text>(lines: readonly Line<Text>[]): readonly Turn<Text>[] =>
  lines
    .flatMap(turnsOfLine)
    .sort((one, other) => one.delaySeconds - other.delaySeconds || one.turn - other.turn)
    .map(({ text, delaySeconds }) => ({ text, delaySeconds }));

/** A text's turn comes when the parts of those before it have gone. */
const turnsOfLine = <Text>({ texts, pace }: Line<Text>) => {
  const turns: (Turn<Text> & { readonly turn: number })[] = [];
  let before = 0;
  for (const [turn, { text, parts }] of texts.entries()) {
    if (turn > 0 && before + parts > pace * sweepSeconds) break;
    turns.push({ text, turn, delaySeconds: turn === 0 ? 0 : Math.floor(before / pace) });
    before += parts;
  }
  return turns;
};
