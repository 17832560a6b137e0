import { setTimeout as sleep } from 'node:timers/promises';

/** A step did not hold: what should have been, what was, and where to look next. */
export class TourFailure extends Error {
  override readonly name = 'TourFailure';
  readonly expected: string;
  readonly seen: string;
  readonly look: string;

  constructor({ expected, seen, look }: { readonly expected: string; readonly seen: string; readonly look: string }) {
    super(`expected ${expected}; saw ${seen}`);
    this.expected = expected;
    this.seen = seen;
    this.look = look;
  }
}

/** Something of the clinic that can be looked at: said in failures. */
export interface Expectation {
  readonly expected: string;
  readonly look: string;
}

/** Shows a value in a failure, short enough to read. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === undefined) return 'nothing';
  return text.length > 500 ? `${text.slice(0, 500)}...` : text;
};

/** @throws TourFailure unless the condition holds. */
export function hold(condition: boolean, { expected, look }: Expectation, seen: unknown): asserts condition {
  if (!condition) throw new TourFailure({ expected, look, seen: shown(seen) });
}

const pauseMillis = 150;

/**
 * Asks again until the answer satisfies; for what happens a moment later, over queues and streams.
 * @returns the answer that did
 * @throws TourFailure with the last answer when none did within the limit
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  { expected, look }: Expectation,
  limitMillis = 20_000,
): Promise<T> {
  const deadline = performance.now() + limitMillis;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (performance.now() > deadline) {
      const seen = `${shown(answer)}, for ${limitMillis / 1000} s`;
      throw new TourFailure({ expected, look, seen });
    }
    await sleep(pauseMillis);
  }
}
