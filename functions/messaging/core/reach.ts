/** Whether anybody can be reached at a number, by what becomes of the texts to it. */
export interface Reach {
  /** Texts in a row that found nobody. */
  readonly failures?: number | undefined;
  /** Since when the number is given up, and the carrier's word for it. */
  readonly unreachable?: { readonly at: string; readonly reason: string } | undefined;
}

/**
 * What a dead number or a landline answers with: no such number, and (again and again) a phone that is not there. A carrier's own trouble, a
 * block, spam or a text that came too late say nothing about the number.
 */
const FOUND_NOBODY: ReadonlySet<string> = new Set(['INVALID', 'UNREACHABLE']);

/** So many texts in a row: one phone that was off is no dead number. */
const givenUpAfter = 2;

/** The reach once somebody has got a text at the number, has written from it, or staff have seen to it. */
export const reachedAgain: Reach = { failures: undefined, unreachable: undefined };

/** The reach after a text has come to its end; the same object where that changes nothing. */
export const reachAfter = (
  before: Reach,
  text: { readonly status: string; readonly reason?: string | undefined; readonly at: string },
): Reach => {
  // A receipt that contradicts the ones before it counts: whoever got a text can be reached.
  if (text.status === 'delivered') return before.failures || before.unreachable ? reachedAgain : before;
  const { reason } = text;
  if (text.status !== 'failed' || reason === undefined || !FOUND_NOBODY.has(reason)) return before;
  const failures = (before.failures ?? 0) + 1;
  const isGivenUp = failures >= givenUpAfter && before.unreachable === undefined;
  return { failures, unreachable: isGivenUp ? { at: text.at, reason } : before.unreachable };
};
